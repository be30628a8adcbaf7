from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.accounts.queries import has_second_factor
from safecommunity.assessment.models import Assessment, PlannedAction
from safecommunity.audit.queries import verify
from safecommunity.core import one_time_codes
from safecommunity.core.periods import Period
from safecommunity.correspondence.models import OfficialDocument
from safecommunity.demo.load import PASSWORD, load, sign_ins
from safecommunity.demo.stage import environment
from safecommunity.evidence.models import File
from safecommunity.jobs.models import Job
from safecommunity.ledgers.models import Entry
from safecommunity.library import ledgers, programmes, schemes
from safecommunity.programmes.models import Programme, Task
from safecommunity.returns import queries as monthly
from safecommunity.returns.models import Return
from safecommunity.reviews.models import Review, Title
from safecommunity.supervision.models import Award, Finding, Standing, Veto, Visit
from safecommunity.surveillance.models import InjuryCase
from safecommunity.targets.models import Target
from safecommunity.units.models import Appointment, Body, RoleHolding, Unit
from safecommunity.units.permissions import ROLES
from safecommunity.units.queries import network
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]


@pytest.fixture
def demo(settings, tmp_path):
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"
    settings.RESULTS, settings.DEMO = tmp_path / "results", True
    now = timezone.now()
    load(now, timezone.localdate(now))
    return Unit.objects.all()


@pytest.mark.requirement("R4", "R11", "R218")
def test_the_demonstration_shows_something_true_on_every_page(demo):
    reason, today = "the test looks at all of it", timezone.localdate()
    assert set(demo.filter(parent=None).values_list("short_name", flat=True)) == {
        "石家庄市",
        "广安市",
        "长寿区",
    }
    assert demo.filter(slug__startswith="1301", kind="county-office").count() == 5
    assert set(RoleHolding.objects.values_list("role", flat=True)) == set(ROLES)
    entries = Entry.objects.everything(reason=reason)
    assert set(entries.values_list("ledger", flat=True)) == set(ledgers)
    recent = entries.exclude(ledger="plans").filter(
        record_date__gt=timezone.localdate() - timedelta(days=400)
    )
    assert recent.count() > 1500
    assessed = Assessment.objects.everything(reason=reason)
    assert set(assessed.values_list("scheme", flat=True)) == set(schemes)
    assert all(each.points > 0 for each in assessed)
    assert PlannedAction.objects.everything(reason=reason).exclude(owner="").exists()
    assert Body.objects.everything(reason=reason).filter(kind="project-group").count() >= 10
    posts = Appointment.objects.everything(reason=reason)
    assert set(posts.filter(person="").values_list("organ", flat=True)) == {
        "市内五区主管安全生产工作的副区长", "辖区相关单位", "各村主任",
    }  # fmt: skip
    assert posts.exclude(person="").count() > 30
    organised = {one["level"]: one["organised"] for one in network(demo.get(slug="1301"), today)}
    assert (organised[3], organised[5] > 4) == (5, True)
    files = File.objects.everything(reason=reason)
    assert files.filter(kind="jpeg").count() >= 11
    assert files.exclude(kind="jpeg").count() >= 4
    papers = OfficialDocument.objects.everything(reason=reason)
    assert sorted(papers.values_list("state", flat=True)) == [
        "cancelled", "checking", "countersigning", "draft", "issued", "issued",
    ]  # fmt: skip
    assert papers.exclude(pdf=None).count() == 2
    visited = Visit.objects.everything(reason=reason)
    assert Counter(visited.values_list("state", flat=True)) == {"done": 3, "planned": 3}
    told = Standing.objects.everything(reason=reason).exclude(told_at=None)
    assert sorted(one.told["place"][0] for one in told if one.told["place"])[0] == 1
    given = Award.objects.everything(reason=reason)
    assert sorted(given.values_list("state", flat=True)) == ["decided", "proposed"]
    found = Finding.objects.everything(reason=reason)
    assert sorted(found.values_list("state", flat=True)) == ["answered", "noted", "open", "open"]
    vetoes = Veto.objects.everything(reason=reason)
    assert sorted(vetoes.values_list("state", flat=True)) == ["appealed", "decided"]
    assert {one.unit.slug for one in visited.filter(kind="unannounced")} == {"511603104"}
    board = monthly.board(demo.get(slug="5116"), Period.month_of(today).previous(), today)
    assert {"missing", "returned", "zero"} <= {one.standing for one in board}
    running = Programme.objects.everything(reason=reason).filter(state="running")
    assert set(running.values_list("template", flat=True)) == set(programmes)
    tasks = Task.objects.everything(reason=reason)
    assert {one.pk for one in running} == set(tasks.values_list("programme", flat=True))
    aims = Target.objects.everything(reason=reason)
    assert set(aims.filter(unit__slug="130104001").values_list("metric", flat=True)) == {
        "comprehensive-inspections", "overall-reviews",
    }  # fmt: skip
    assert aims.get(unit__slug="500115002").metric == "titles/municipal"
    ways = Review.objects.everything(reason=reason)
    assert sorted(ways.values_list("state", flat=True)) == ["building", "building", "on-site"]
    assert Title.objects.everything(reason=reason).count() == 1
    filed = Return.objects.everything(reason=reason).filter(unit__slug__startswith="1301")
    assert set(filed.filter(is_zero=True).values_list("unit__slug", flat=True)) == {"130172"}
    own = filed.filter(unit__slug="130104001").order_by("-month")
    assert [one.state for one in own][:2] == ["submitted", "checked"]
    assert any(int(one.figures["hidden-hazards-found"] or 0) for one in filed.filter(unit__slug="130104"))
    hurt = InjuryCase.objects.everything(reason=reason)
    late = hurt.filter(reported_date__gt=F("injured_date") + timedelta(days=31)).count()
    assert 0 < late < hurt.count() / 10
    left = Job.objects.everything(reason=reason).exclude(state=Job.State.DONE)
    assert [(job.kind, job.error) for job in left] == []
    assert verify() == []
    assert "省定民生工程" in entries.get(ledger="plans", unit__slug="5116").data["goals"]


def test_everybody_can_sign_in_as_it_is_printed(demo, capsys):
    call_command("sign_ins", "http://127.0.0.1:8000/")
    printed = capsys.readouterr().out
    assert PASSWORD in printed
    for one in sign_ins():
        user = User.objects.get(username=one["username"])
        assert user.check_password(PASSWORD)
        assert has_second_factor(user) == bool(one["secret"]) == ROLES[one["role"]].administrator
        assert one["username"] in printed
        if one["secret"]:
            secret = one_time_codes.from_text(one["secret"])
            assert len(one_time_codes.code_at(secret, 1)) == 6
    page = make.client(User.objects.get(username="dongli")).get(reverse("home:index", args=["130104001"]))
    assert page.status_code == 200


def test_the_keys_of_a_demonstration_lie_beside_its_data_and_not_in_it(tmp_path):
    told = environment(tmp_path / "demo")
    assert told["SAFECOMMUNITY_DATA"] == str(tmp_path / "demo" / "data")
    assert told["SAFECOMMUNITY_KEYS"] == str(tmp_path / "demo" / "keys")
    assert told["SAFECOMMUNITY_HOSTS"] == "127.0.0.1 localhost"
