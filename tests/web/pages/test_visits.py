"""Draws, visits and findings on the pages: the way through, who may, who may not, who does not see."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.correspondence import actions as correspondence
from safecommunity.correspondence.models import OfficialDocument
from safecommunity.evidence.models import File
from safecommunity.supervision.actions import visits as actions
from safecommunity.supervision.models.visits import Finding, FindingState, Round, RoundState, Visit
from safecommunity.units.models import Unit
from safecommunity.web.pages.supervision import rounds, visits
from tests import make
from tests.evidence.test_evidence import photo
from tests.supervision import made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"
    for module in (rounds, visits):
        monkeypatch.setattr(module, "today", lambda: made.DAY)
        monkeypatch.setattr(module, "now", lambda: made.NOW)


@pytest.fixture
def streets() -> list[Unit]:
    return made.city()[1]


@pytest.fixture
def city(streets: list[Unit]) -> Unit:
    assert streets[0].parent is not None
    return streets[0].parent


@pytest.fixture
def people(city: Unit) -> list[User]:
    return made.inspectors(city)


@pytest.fixture
def chen(people: list[User]) -> Client:
    return make.client(people[0])


@pytest.fixture
def lin(streets: list[Unit]) -> Client:
    return make.client(make.member(streets[0], "office", "lin"))


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"supervision:{name}", args=[unit.slug, *more])


def send(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, {"request_key": str(uuid4()), **values})


def plan(people: list[User], **changes: Any) -> dict[str, Any]:
    return {
        "title": "三季度督查", "kind": "announced", "topics": ["work-safety", "safe-community"],
        "starts_date": "2126-10-12", "ends_date": "2126-11-11", "team": "2",
        "inspectors": [str(one.pk) for one in people], "count_sub-district": "2", **changes,
    }  # fmt: skip


FOUND = {
    "text": "消防通道堆放杂物", "basis": "《消防法》第二十八条", "severity": "serious", "asks": "on",
    "due_date": "2126-10-20",
}  # fmt: skip


@pytest.mark.requirement("R204", "R201")
def test_from_the_plan_to_the_circular(
    city: Unit, streets: list[Unit], people: list[User], chen: Client, client: Client
) -> None:
    assert send(chen, url("new-round", city), **plan(people)).status_code == 302
    row = Round.objects.in_unit(city).get()
    page = chen.get(url("round", city, row.uuid)).content.decode()
    assert "安全生产、安全社区建设" in page
    assert 'name="seed"' not in page
    assert send(chen, url("seed", city, row.uuid), version="1", seed="7", source="x").status_code == 422
    assert send(chen, url("fix", city, row.uuid), version="1").status_code == 302
    public = reverse("draws:record", args=[row.uuid])
    row.refresh_from_db(from_queryset=Round.objects.in_unit(city))
    assert row.digest in client.get(public).content.decode()
    said = {"version": "2", "seed": made.SEED, "source": made.SOURCE}
    assert send(chen, url("seed", city, row.uuid), **said).status_code == 302
    assert "督查安排与抽签一致" in chen.get(url("verify", city, row.uuid)).content.decode()
    shown = client.get(public).content.decode()
    assert "名单与摘要一致" in shown
    assert made.SEED in shown
    compile(client.get(reverse("draws:program", args=[row.uuid])).content.decode(), "draw.py", "exec")
    for visit in made.visits(row):
        made.scheduled(visit, list(visit.team.all()))
        made.found(visit, people[0])
        made.finished(visit, people[0])
    answer = send(chen, url("circular", city, row.uuid))
    paper = OfficialDocument.objects.in_unit(city).get()
    assert answer.headers["Location"] == reverse("correspondence:detail", args=[city.slug, paper.uuid])
    assert (paper.kind, paper.title) == ("visits-circular", "石家庄市关于三季度督查情况的通报")
    assert "共督查2个单位，发现问题2个，其中严重问题2个" in paper.body
    send(chen, url("circular", city, row.uuid))
    assert OfficialDocument.objects.in_unit(city).count() == 1
    assert send(chen, url("circulate", city, row.uuid), version="3").status_code == 302
    assert Round.objects.in_unit(city).get().state == RoundState.CIRCULATED


@pytest.mark.requirement("R204")
def test_from_the_visit_to_the_accepted_answer(
    city: Unit, streets: list[Unit], people: list[User], chen: Client, lin: Client
) -> None:
    values = {
        "title": "夜间暗访", "target": f"unit:{streets[0].slug}", "kind": "unannounced", "topics": ["fire"],
        "starts_date": "2126-10-12", "ends_date": "2126-10-12", "team": [str(people[0].pk)],
    }  # fmt: skip
    assert send(chen, url("arrange", city), **values).status_code == 302
    row = Visit.objects.in_unit(streets[0]).get()
    page = url("visit", streets[0], row.uuid)
    said = {"version": "1", "day": "2126-10-12", "team": [str(people[0].pk)]}
    assert send(chen, url("schedule", streets[0], row.uuid), **said).status_code == 302
    before = SimpleUploadedFile("tongdao.jpg", photo(), "image/jpeg")
    assert send(chen, url("found", streets[0], row.uuid), upload=before, **FOUND).status_code == 302
    assert lin.get(page).status_code == 404
    assert "夜间暗访" not in lin.get(url("visits", streets[0])).content.decode()
    assert not File.objects.in_unit(streets[0]).exists()
    said = {"version": "2", "summary": "通道不畅"}
    assert send(chen, url("finish", streets[0], row.uuid), **said).status_code == 302
    shown = lin.get(page).content.decode()
    assert "消防通道堆放杂物" in shown
    file = File.objects.in_unit(streets[0]).get()
    assert reverse("evidence:preview", args=[streets[0].slug, file.pk]) in shown
    assert "消防通道堆放杂物" in lin.get(url("findings", streets[0])).content.decode()
    finding = Finding.objects.in_unit(streets[0]).get()
    after = SimpleUploadedFile("after.jpg", photo(fill="green"), "image/jpeg")
    answered = send(
        lin, url("answer", streets[0], row.uuid, finding.uuid), version="1", words="已清理", upload=after
    )
    assert answered.status_code == 302
    decided = send(chen, url("decide-answer", streets[0], row.uuid, finding.uuid), version="2", accept="yes")
    assert decided.status_code == 302
    assert Finding.objects.in_unit(streets[0]).get().state == FindingState.ACCEPTED


@pytest.mark.requirement("R204")
def test_a_supervision_order_is_drafted_from_the_findings(
    city: Unit, streets: list[Unit], people: list[User], chen: Client
) -> None:
    row = made.arranged(city, streets[0], people[:2])
    made.found(row, people[0])
    assert send(chen, url("order", streets[0], row.uuid)).status_code == 404
    made.finished(row, people[0])
    assert "起草督办通知" in chen.get(url("visit", streets[0], row.uuid)).content.decode()
    for _time in range(2):
        assert send(chen, url("order", streets[0], row.uuid)).status_code == 302
    paper = OfficialDocument.objects.in_unit(city).get()
    assert (paper.kind, paper.addressee) == ("supervision-order", "街道1")
    assert "消防通道堆放杂物。依据：《消防法》第二十八条。请于2126年10月19日前反馈整改情况。" in paper.body
    assert "［" not in paper.body


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    city: Unit, streets: list[Unit], people: list[User], chen: Client
) -> None:
    answer = send(chen, url("new-round", city), **plan(people, ends_date="2126-10-01", title="写好的名称"))
    assert answer.status_code == 422
    assert "结束日期不能早于开始日期" in answer.content.decode()
    assert "写好的名称" in answer.content.decode()
    row = made.arranged(city, streets[0], people[:2])
    answer = send(chen, url("found", streets[0], row.uuid), **{**FOUND, "due_date": "2126-10-12"})
    assert answer.status_code == 422
    assert "反馈期限应在今天以后" in answer.content.decode()
    assert "消防通道堆放杂物" in answer.content.decode()
    bad = SimpleUploadedFile("virus.exe", b"MZ", "application/octet-stream")
    answer = send(chen, url("found", streets[0], row.uuid), upload=bad, **FOUND)
    assert answer.status_code == 422
    assert "virus.exe" in answer.content.decode()
    assert not Finding.objects.in_unit(streets[0]).exists()


def test_the_second_of_two_keeps_what_was_typed(
    city: Unit, streets: list[Unit], people: list[User], chen: Client, lin: Client
) -> None:
    row = made.arranged(city, streets[0], people[:2])
    made.found(row, people[0])
    made.finished(row, people[0])
    finding = made.told(row)[0]
    address = url("answer", streets[0], row.uuid, finding.uuid)
    other = make.client(make.member(streets[0], "office", "other"))
    assert send(lin, address, version="1", words="已清理").status_code == 302
    late = send(other, address, version="1", words="我写的整改情况")
    assert late.status_code == 409
    assert "刚刚被别人办理过" in late.content.decode()
    assert "我写的整改情况" in late.content.decode()


@pytest.mark.requirement("R204")
def test_more_time_on_the_page(
    city: Unit, streets: list[Unit], people: list[User], chen: Client, lin: Client
) -> None:
    row = made.arranged(city, streets[0], people[:2])
    made.found(row, people[0])
    made.finished(row, people[0])
    finding, page = made.told(row)[0], url("visit", streets[0], row.uuid)
    ask, extend = (url(name, streets[0], row.uuid, finding.uuid) for name in ("ask-for-time", "extend"))
    zhou = make.client(make.member(streets[0], "viewer", "zhou"))
    wu = make.client(make.member(streets[2], "office", "wu"))
    for address in (ask, extend):
        assert [send(one, address, version="1").status_code for one in (zhou, wu)] == [403, 404]
    assert (ask in lin.get(page).content.decode(), ask in chen.get(page).content.decode()) == (True, False)
    said = {"version": "1", "until": "2126-10-15", "why": "等配件"}
    assert "晚于现在的期限" in send(lin, ask, **said).content.decode()
    said["until"] = "2126-10-30"
    assert send(lin, ask, **said).status_code == 302
    late = send(lin, ask, **{**said, "why": "我写的理由"})
    assert (late.status_code, "我写的理由" in late.content.decode()) == (409, True)
    assert "延至 2126-10-30" in chen.get(page).content.decode()
    assert "申请延期</summary>" not in lin.get(page).content.decode()
    assert send(chen, extend, version="2", grant="no").status_code == 422
    assert send(chen, extend, version="2", grant="no", reason="先清通道").status_code == 302
    shown = lin.get(page).content.decode()
    assert ("先清通道" in shown, "不同意" in shown, ask in shown) == (True, True, True)


def test_a_finding_sent_twice_is_written_once(
    city: Unit, streets: list[Unit], people: list[User], chen: Client
) -> None:
    row = made.arranged(city, streets[0], people[:2])
    for _time in range(2):
        answer = chen.post(url("found", streets[0], row.uuid), {"request_key": "same", **FOUND})
        assert answer.status_code == 302
    assert Finding.objects.in_unit(streets[0]).count() == 1


def test_the_unit_looks_and_the_viewer_does_nothing(
    city: Unit, streets: list[Unit], people: list[User], lin: Client
) -> None:
    row = made.arranged(city, streets[0], people[:2])
    made.found(row, people[0])
    page = lin.get(url("visit", streets[0], row.uuid)).content.decode()
    assert "消防通道堆放杂物" not in page
    assert send(lin, url("found", streets[0], row.uuid), **FOUND).status_code == 422
    zhou = make.client(make.member(streets[0], "viewer", "zhou"))
    assert zhou.get(url("visit", streets[0], row.uuid)).status_code == 200
    for name in ("new-round", "arrange"):
        assert zhou.get(url(name, streets[0])).status_code == 403
    for name in ("schedule", "found", "finish", "cancel-visit", "order"):
        assert send(zhou, url(name, streets[0], row.uuid)).status_code == 403


def test_the_neighbour_sees_nothing(city: Unit, streets: list[Unit], people: list[User]) -> None:
    row = made.arranged(city, streets[0], people[:2])
    drawn = made.drawn(city, people)
    wu = make.client(make.member(streets[2], "office", "wu"))
    assert wu.get(url("visit", streets[0], row.uuid)).status_code == 404
    assert wu.get(url("visit", streets[2], row.uuid)).status_code == 404
    assert wu.get(url("round", city, drawn.uuid)).status_code == 404
    assert wu.get(url("round", streets[2], drawn.uuid)).status_code == 404


def test_a_secret_draw_shows_its_digest_and_nothing_else(
    city: Unit, people: list[User], client: Client, chen: Client
) -> None:
    row = made.drawn(city, people, kind="unannounced")
    zhou = make.client(make.member(city, "viewer", "zhou"))
    for page in (
        client.get(reverse("draws:record", args=[row.uuid])).content.decode(),
        zhou.get(url("round", city, row.uuid)).content.decode(),
    ):
        assert row.digest in page
        assert made.SEED not in page
        assert "街道1" not in page
    assert zhou.get(url("verify", city, row.uuid)).status_code == 404
    assert client.get(reverse("draws:program", args=[row.uuid])).status_code == 404
    assert chen.get(url("verify", city, row.uuid)).status_code == 200


@pytest.mark.parametrize("name", ["visits", "findings", "rounds"])
def test_a_list_asks_as_often_for_three_as_for_one(
    city: Unit, streets: list[Unit], people: list[User], chen: Client, name: str
) -> None:
    ask = lambda: chen.get(url(name, city))  # noqa: E731

    def more(street: Unit) -> None:
        visit = made.arranged(city, street, people[:2])
        made.found(visit, people[0])
        made.finished(visit, people[0])
        made.planned(city, people)

    more(streets[0])
    ask()
    one = make.questions(ask)
    more(streets[1])
    more(streets[2])
    ask()
    assert make.questions(ask) == one
    assert ask().content.decode().count("<tr>") == 4


@pytest.mark.requirement("R204")
def test_lists_are_sorted_by_their_heads_and_taken_along_as_they_stand(
    city: Unit, streets: list[Unit], people: list[User], chen: Client
) -> None:
    def rows(name: str, asked: str) -> list[Any]:
        return make.sheet_rows(chen.post(f"{url(name, city)}?{asked}"))

    for place, street in enumerate(streets):
        visit = made.arranged(city, street, people[:2], title=f"督查{place}")
        for _finding in range(place + 1):
            made.found(visit, people[0], text=f"问题{place}", due_date=made.DAY + timedelta(days=9 - place))
        if place:
            made.finished(visit, people[0])
    page = chen.get(f"{url('visits', city)}?sort=-found").content.decode()
    assert page.index("街道3</a>") < page.index("街道2</a>")
    assert [row[0] for row in rows("export-visits", "state=done&sort=-found")] == ["街道3", "街道2"]
    assert rows("export-visits", "q=街道1")[0][5:] == ("待督查", None, None)
    assert [row[0] for row in rows("export-findings", "sort=due")] == ["问题2"] * 3 + ["问题1"] * 2
    assert rows("export-findings", "state=overdue") == []
    asked = Line.objects.filter(act="visits.exported").order_by("seq").first()
    assert asked is not None
    assert asked.after["asked"] == "state=done&sort=-found"
    correspondence.draft(kind="notice", unit=city, by=people[0], today=made.DAY)
    send(chen, url("order", streets[2], Visit.objects.in_unit(streets[2]).get().uuid))
    answer = chen.post(
        f"{reverse('correspondence:export', args=[city.slug])}?kind=supervision-order&sort=-issued"
    )
    assert [row[1] for row in make.sheet_rows(answer)] == ["督办通知"]
    wu = make.client(make.member(make.unit("月光街道"), "office", "wu"))
    assert wu.post(url("export-visits", city)).status_code == 404


@pytest.mark.requirement("R204")
def test_rounds_are_sorted_narrowed_and_taken_along(city: Unit, people: list[User], chen: Client) -> None:
    def titles(asked: str) -> list[str]:
        return [row[0] for row in make.sheet_rows(chen.post(f"{url('export-rounds', city)}?{asked}"))]

    first, second = (made.planned(city, people, title=word) for word in ("上半年督查", "下半年督查"))
    actions.cancel_round(row=first, version=first.version, reason="改期", by=people[0])
    assert (titles("sort=title"), titles("sort=-title")) == (
        [first.title, second.title], [second.title, first.title],
    )  # fmt: skip
    assert (titles("state=cancelled"), titles("q=下半年")) == ([first.title], [second.title])
    page = chen.get(f"{url('rounds', city)}?q=上半年").content.decode()
    assert (first.title in page, second.title in page) == (True, False)
    wu = make.client(make.member(make.unit("月光街道"), "office", "wu"))
    assert wu.post(url("export-rounds", city)).status_code == 404


def test_lists_are_narrowed_by_state_and_name(
    city: Unit, streets: list[Unit], people: list[User], chen: Client
) -> None:
    made.arranged(city, streets[0], people[:2])
    made.finished(made.arranged(city, streets[1], people[:2]), people[0])
    page = chen.get(f"{url('visits', city)}?state=done").content.decode()
    assert ("街道1" in page, "街道2" in page) == (False, True)
    page = chen.get(f"{url('visits', city)}?q=街道1").content.decode()
    assert ("街道1</a>" in page, "街道2" in page) == (True, False)
    assert "没有督查问题" in chen.get(f"{url('findings', city)}?state=overdue").content.decode()


def test_it_is_said_in_english(city: Unit, streets: list[Unit], people: list[User], chen: Client) -> None:
    row = made.arranged(city, streets[0], people[:2])
    with translation.override("en"):
        page = chen.get(url("visit", streets[0], row.uuid), headers={"accept-language": "en"})
    assert "Fire passages" not in page.content.decode()
    assert "Write down a finding" in page.content.decode()
