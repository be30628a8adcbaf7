"""A street on its way to a title, taken as far as a test needs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count

from safecommunity.accounts.models import User
from safecommunity.assessment import actions as assessments
from safecommunity.assessment.models import Assessment, Sheet, SheetGrade
from safecommunity.core.schemes import Deduct, Parts, Rule, Scheme, Veto, YesNo, question_codes
from safecommunity.evidence.models import File
from safecommunity.reviews import actions, queries
from safecommunity.reviews.models import Review
from safecommunity.units.models import RoleHolding, Unit
from tests import make

BEGUN = date(2025, 1, 6)
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
_serial = count(1)


@dataclass(frozen=True, slots=True)
class Cast:
    """City over county over street; lin applies, each level has a checker, two experts are the city's."""

    city: Unit
    county: Unit
    street: Unit
    lin: User
    county_checker: User
    city_checker: User
    lead: User
    member: User


def cast() -> Cast:
    city = make.unit("石家庄市", kind="city-office")
    county = make.unit("桥西区", kind="county-office", parent=city)
    street = make.unit("东里街道", parent=county)
    return Cast(
        city, county, street,
        lin=member(street, "office", "lin"),
        county_checker=member(county, "city-office", "quban"),
        city_checker=member(city, "city-office", "shiban"),
        lead=member(city, "expert", "zhang"),
        member=member(city, "expert", "wang"),
    )  # fmt: skip


def cast_beside(who: Cast) -> Cast:
    """Another street of the same county with the same people, where lin works too."""
    street = make.unit("西里街道", parent=who.county)
    return replace(who, street=street, lin=member(street, "office", "lin"))


def member(at: Unit, role: str, username: str) -> User:
    """Someone who has held the role since long before `TODAY`."""
    person = make.member(at, role, username)
    RoleHolding.objects.filter(user=person).update(from_date=BEGUN)
    return person


def file(unit: Unit, by: User, title: str = "工作报告") -> File:
    digest = sha256(f"{next(_serial)}".encode()).hexdigest()
    return File.objects.create(
        unit=unit, path=unit.path, sha256=digest, sent_sha256=digest, size=1, kind="pdf", name=f"{title}.pdf",
        title=title, by=by,
    )  # fmt: skip


def self_assessment(unit: Unit, by: User, scheme: str, band: str) -> Assessment:
    """One that is frozen with this verdict."""
    return Assessment.objects.create(
        unit=unit, path=unit.path, scheme=scheme, scheme_version=1, period="2026", title="2026年自评",
        band=band, points=95, full=100, state="frozen", snapshot={}, frozen_at=NOW, frozen_by=by,
    )  # fmt: skip


def begun(who: Cast, scheme: str = "municipal-45", day: date = BEGUN) -> Review:
    return actions.begin(
        unit=who.street, scheme=scheme, leader="王主任", contact="林晓", phone="0311-1", plan="两年建成",
        begun_date=day, by=who.lin, today=TODAY,
    )  # fmt: skip


def building(who: Cast, scheme: str = "municipal-45", day: date = BEGUN) -> Review:
    """Filed and received on the day of the intent."""
    row = begun(who, scheme, day)
    centres = [one.code for one in row.procedure.centres]
    if centres:
        actions.file(row=row, version=row.version, filed=dict.fromkeys(centres, day), by=who.lin, today=TODAY)
    for number, centre in enumerate(centres):
        actions.receive(
            row=row, version=row.version, centre=centre, number=f"回执{number}", receipt_date=day, by=who.lin,
            today=TODAY,
        )  # fmt: skip
    return row


def ready(who: Cast, scheme: str = "municipal-45", band: str = "pass") -> Review:
    """Self-assessed, with all papers: nothing is left but to apply."""
    row = building(who, scheme)
    assessment = self_assessment(who.street, who.lin, scheme, band)
    actions.self_assess(row=row, version=row.version, assessment=assessment, by=who.lin, today=TODAY)
    for one in row.procedure.papers:
        actions.attach(row=row, code=one.code, file=file(who.street, who.lin), by=who.lin)
    return row


def applied(who: Cast, scheme: str = "municipal-45", band: str = "pass") -> Review:
    row = ready(who, scheme, band)
    return actions.apply(row=row, version=row.version, by=who.lin, today=TODAY)


def passed_up(row: Review, by: User) -> Review:
    checked = [one.code for one in row.procedure.papers]
    return actions.pass_up(
        row=row, version=row.version, checked=checked, words="材料齐全", by=by, today=TODAY
    )


def on_site(who: Cast, scheme: str = "municipal-45", band: str = "pass") -> Review:
    row = applied(who, scheme, band)
    passed_up(row, who.county_checker)
    passed_up(row, who.city_checker)
    if row.state == "documents":
        actions.accept(row=row, version=row.version, words="同意", by=who.city_checker, today=TODAY)
    return row


def arranged(who: Cast, scheme: str = "municipal-45", band: str = "pass") -> Review:
    """Both experts are asked, have declared to be free, and the visit is today."""
    row = on_site(who, scheme, band)
    for person in (who.lead, who.member):
        expert = actions.appoint(
            row=row, person=person, is_lead=person == who.lead, by=who.city_checker, today=TODAY
        )
        actions.declare(expert=expert, version=1, is_free=True, words="", by=person, now=NOW)
    return actions.arrange(
        row=row, version=row.version, visit_from=TODAY, visit_to=TODAY + timedelta(days=1),
        agenda=[[TODAY.isoformat(), "09:00", "首次会议"]], by=who.city_checker,
    )  # fmt: skip


def scoring(who: Cast, scheme: str = "municipal-45", band: str = "pass") -> Review:
    row = arranged(who, scheme, band)
    actions.open_scoring(row=row, version=row.version, by=who.lead, today=TODAY, now=NOW)
    return row


def marked(row: Review, person: User, letter: str = "A") -> None:
    """The person's sheet filled in alike for every item and handed in."""
    assert row.on_site is not None
    sheet = Sheet.objects.in_unit(row.unit).get(assessment=row.on_site, assessor=person, is_consensus=False)
    fill(sheet, row.rules, letter)
    assessments.submit_sheet(sheet=sheet, by=person, now=NOW, version=sheet.version)


def fill(sheet: Sheet, rules: Scheme, letter: str) -> None:
    SheetGrade.objects.bulk_create(
        SheetGrade(
            unit=sheet.unit, path=sheet.path, sheet=sheet, indicator=code,
            answers=dict.fromkeys(question_codes(item.rule), _answer(item.rule, letter)),
        )
        for code, item in rules.indicators.items()
    )  # fmt: skip


def _answer(rule: Rule, letter: str) -> str:
    """The letter where grades are given; else what brings full points and no veto."""
    if isinstance(rule, Parts):
        return letter
    if isinstance(rule, Deduct | Veto):
        return "0"
    return "1" if isinstance(rule, YesNo) else "100"


def agreed(who: Cast, row: Review, letter: str = "A") -> Review:
    """Both sheets and the consensus are handed in."""
    marked(row, who.lead, letter)
    marked(row, who.member, letter)
    actions.open_consensus(row=row, by=who.lead)
    sheet = Sheet.objects.in_unit(row.unit).get(assessment=row.on_site, is_consensus=True)
    assessments.submit_sheet(sheet=sheet, by=who.lead, now=NOW, version=sheet.version)
    return fresh(row)


def fresh(row: Review) -> Review:
    found = queries.review(row.unit, row.uuid)
    assert found is not None
    return found


def concluded(who: Cast, scheme: str = "municipal-45", band: str = "pass", letter: str = "A") -> Review:
    row = agreed(who, scoring(who, scheme, band), letter)
    return actions.conclude(
        row=row, version=row.version, opinion="建议命名", by=who.lead, today=TODAY, now=NOW
    )


def named(who: Cast, scheme: str = "municipal-45", band: str = "pass", number: str = "市安社1") -> Review:
    row = concluded(who, scheme, band)
    return actions.decide(
        row=row, version=row.version, outcome="named", words="同意命名", number=number, plaque="1",
        named_date=TODAY, by=who.city_checker, today=TODAY,
    )  # fmt: skip
