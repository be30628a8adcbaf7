"""The opinion letter of a review's team."""

from __future__ import annotations

import pytest

from safecommunity.assessment import actions as assessments
from safecommunity.reports import actions, queries
from tests.reports import made
from tests.reviews import made as reviews

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R195", "R196")
def test_the_opinion_letter_says_what_the_team_found_once_the_seal_is_broken() -> None:
    who = reviews.cast()
    row = reviews.scoring(who)
    assert row.on_site is not None
    assessments.add_finding(
        assessment=row.on_site, indicator="1.1", text="成员名单不全", severity="minor", by=who.member
    )
    with pytest.raises(actions.Refused):
        made.paper(who.street, who.lin, "review-opinion", subject=row.uuid)
    row = reviews.agreed(who, row)
    assessments.freeze(assessment=row.on_site, by=who.lead, now=reviews.NOW, version=row.on_site.version)
    reviews.actions.conclude(
        row=row, version=row.version, opinion="建议整改后命名", by=who.lead, today=reviews.TODAY,
        now=reviews.NOW,
    )  # fmt: skip
    made_ = made.paper(who.street, who.lin, "review-opinion", subject=row.uuid)
    found = str(queries.content_of(made_))
    said = ["东里街道现场评定意见书", "成员名单不全", "建议整改后命名", "评定组组长：zhang", "2026年11月20日"]
    assert [one for one in said if one not in found] == []
    english = made.paper(who.street, who.lin, "review-opinion", subject=row.uuid, language="en")
    assert "Each member scored alone under seal" in str(queries.content_of(english))
