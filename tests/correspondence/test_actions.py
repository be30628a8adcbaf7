from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.correspondence import actions, queries
from safecommunity.correspondence.models import Number, OfficialDocument, State, Step
from safecommunity.evidence import store
from safecommunity.jobs import worker
from safecommunity.ledgers.models import Entry
from safecommunity.library import official
from safecommunity.notices.models import Notice
from safecommunity.targets import actions as targets
from safecommunity.units.models import Body, Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.correspondence import made
from tests.programmes import made as programmes

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return made.people(unit)[0]


@pytest.fixture
def wang(unit: Unit) -> User:
    return made.people(unit)[1]


def test_a_document_goes_from_draft_to_archive_with_who_when_and_opinion(
    unit: Unit, lin: User, wang: User
) -> None:
    row = made.until("archive", unit, lin, wang)
    assert (row.state, row.number) == (State.ARCHIVED, "阳街〔2026〕1号")
    assert [(one.act, one.by.username, one.opinion) for one in queries.steps(row)] == [
        ("submit", "lin", ""), ("check", "wang", "同意"), ("countersign", "wang", ""), ("sign", "wang", ""),
        ("number", "lin", ""), ("issue", "lin", ""), ("archive", "lin", ""),
    ]  # fmt: skip
    assert (row.signer, row.signed_date, row.issued_date) == ("wang", made.TODAY, made.TODAY)


@pytest.mark.parametrize("act", ["check", "countersign", "sign", "send_back"])
def test_the_drafter_neither_checks_nor_signs_the_own_draft(
    unit: Unit, lin: User, wang: User, act: str
) -> None:
    before = {"check": "submit", "countersign": "check", "sign": "countersign", "send_back": "submit"}
    row = made.until(before[act], unit, lin, wang)
    with pytest.raises(actions.Refused, match="起草人以外"):
        made.step(row, act, lin, "理由")


def test_only_who_may_sign_signs(unit: Unit, lin: User, wang: User) -> None:
    row = made.until("countersign", unit, lin, wang)
    with pytest.raises(actions.Refused, match="权限"):
        made.step(row, "sign", make.member(unit, "viewer", "zhou"))


def test_steps_are_taken_in_their_order(unit: Unit, lin: User, wang: User) -> None:
    row = made.draft(unit, lin)
    with pytest.raises(actions.Refused, match="不能"):
        made.step(row, "sign", wang)


def test_sending_back_needs_a_reason_and_opens_the_draft_again(unit: Unit, lin: User, wang: User) -> None:
    row = made.until("submit", unit, lin, wang)
    with pytest.raises(actions.Refused, match="原因"):
        made.step(row, "send_back", wang)
    made.step(row, "send_back", wang, "任务要写明时限")
    assert row.state == State.DRAFT
    actions.edit(document=row, version=row.version, values={"title": "改过"}, by=lin)
    told = Notice.objects.filter(to=lin).latest("pk")
    assert told.address == f"/{unit.slug}/documents/{row.uuid}/"


def test_a_draft_with_blanks_is_not_sent_on(unit: Unit, lin: User) -> None:
    row = actions.draft(kind="notice", unit=unit, by=lin, today=made.TODAY)
    with pytest.raises(actions.Refused, match="填写依据文件"):
        made.step(row, "submit", lin)


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("notice", {"addressee": ""}, "主送机关"),
        ("notice", {"agency": " "}, "机关代字"),
        ("request", {"addressee": "区政府、市政府"}, "只能写一个"),
        ("notice", {"secrecy": "秘密"}, "份号"),
        ("minutes", {}, "会议日期"),
        ("employment", {"signature": "阳光街道"}, "双方"),
    ],
)
def test_what_is_missing_is_named(
    unit: Unit, lin: User, kind: str, values: dict[str, Any], words: str
) -> None:
    row = made.draft(unit, lin, kind, **values)
    with pytest.raises(actions.Refused, match=words):
        made.step(row, "submit", lin)


def test_a_stale_save_is_refused_and_loses_nothing(unit: Unit, lin: User) -> None:
    row = made.draft(unit, lin)
    old = row.version
    actions.edit(document=row, version=old, values={"title": "先存的"}, by=lin)
    with pytest.raises(StaleRecord):
        actions.edit(document=row, version=old, values={"title": "后存的"}, by=lin)
    with pytest.raises(StaleRecord):
        actions.advance(document=row, act="submit", version=old, by=lin, today=made.TODAY)
    assert OfficialDocument.objects.in_unit(unit).get().title == "先存的"


def test_what_was_signed_cannot_be_edited_and_an_alteration_is_seen(
    unit: Unit, lin: User, wang: User
) -> None:
    row = made.until("number", unit, lin, wang)
    with pytest.raises(actions.Refused, match="不能直接修改"):
        actions.edit(document=row, version=row.version, values={"title": "改"}, by=lin)
    assert queries.is_unaltered(row)
    row.content["title"] = "篡改"
    assert not queries.is_unaltered(row)
    with pytest.raises(actions.Refused, match="不一致"):
        made.step(row, "issue", lin)


def test_numbers_run_by_agency_and_year(unit: Unit, lin: User, wang: User) -> None:
    given = [("阳街", 2026), ("阳街", 2026), ("阳安委", 2026), ("阳街", 2027)]
    found = []
    for agency, year in given:
        row = made.until("sign", unit, lin, wang, agency=agency)
        found.append(made.step(row, "number", lin, today=dt.date(year, 1, 4)).number)
    assert found == ["阳街〔2026〕1号", "阳街〔2026〕2号", "阳安委〔2026〕1号", "阳街〔2027〕1号"]


def test_the_number_of_a_cancelled_document_stays_in_the_register_as_voided(
    unit: Unit, lin: User, wang: User
) -> None:
    row = made.until("number", unit, lin, wang)
    made.step(row, "cancel", lin, "内容有误")
    after = made.until("number", unit, lin, wang)
    register = [(one.serial, bool(one.voided_at), one.voided_reason) for one in queries.numbers(unit)]
    assert after.number == "阳街〔2026〕2号"
    assert register == [(2, False, ""), (1, True, "内容有误")]


def test_an_issued_document_cannot_be_cancelled(unit: Unit, lin: User, wang: User) -> None:
    row = made.until("issue", unit, lin, wang)
    with pytest.raises(actions.Refused, match="不能"):
        made.step(row, "cancel", lin, "后悔")


def test_an_agreement_has_no_number(unit: Unit, lin: User, wang: User) -> None:
    row = made.until("number", unit, lin, wang, kind="employment", signature="阳光街道、李明", agency="")
    assert (row.number, queries.numbers(unit).count()) == ("", 0)


def test_an_issued_notice_is_kept_as_evidence_and_in_its_ledger(unit: Unit, lin: User, wang: User) -> None:
    row = made.until("issue", unit, lin, wang)
    worker.drain()
    found = queries.document(unit, row.uuid)
    assert found
    assert found.pdf
    assert found.docx
    assert found.entry
    assert store.verified(found.pdf.sha256).read_bytes().startswith(b"%PDF")
    assert store.verified(found.docx.sha256).read_bytes().startswith(b"PK")
    data = found.entry.data
    assert (found.entry.ledger, data["number"], data["in_force_date"]) == (
        "rules",
        "阳街〔2026〕1号",
        "2026-03-05",
    )
    assert actions.file(document=found, by=lin) is False
    assert Entry.objects.in_unit(unit).count() == 1


def test_minutes_are_kept_among_the_meetings(unit: Unit, lin: User, wang: User) -> None:
    facts = {"held_date": "2026-03-02", "attended": 12, "present": "王建国"}
    body = "3月2日，召开会议。\n一、议题\n研究隐患\n二、议定事项\n由安监所落实。"
    row = made.until("issue", unit, lin, wang, kind="minutes", facts=facts, body=body, title="专题会议纪要")
    worker.drain()
    entry = Entry.objects.in_unit(unit).get()
    assert (entry.ledger, entry.data["attended"], entry.data["decisions"]) == (
        "meetings",
        12,
        "由安监所落实。",
    )
    assert queries.opened(row).attendance == (("出席", "王建国"),)


def test_a_record_that_is_there_already_does_not_stop_the_files(unit: Unit, lin: User, wang: User) -> None:
    for _n in range(2):
        made.until("issue", unit, lin, wang)
        worker.drain()
    rows = queries.documents(unit)
    assert all(row.pdf_id for row in rows)
    assert [row.entry_id is None for row in rows] == [True, False]


def test_everything_is_in_the_log(unit: Unit, lin: User, wang: User) -> None:
    made.until("issue", unit, lin, wang)
    acts = set(Line.objects.values_list("act", flat=True))
    assert {
        "document.drafted",
        "document.check",
        "document.sign",
        "document.number",
        "document.issue",
    } <= acts


def test_the_same_draft_sent_twice_is_one(unit: Unit, lin: User) -> None:
    row = actions.draft(kind="notice", unit=unit, by=lin, today=made.TODAY)
    again = actions.draft(kind="notice", unit=unit, by=lin, today=made.TODAY, uuid=row.uuid)
    assert again.pk == row.pk


@pytest.mark.parametrize("kind", sorted(official))
def test_every_kind_can_be_drafted_and_laid_out(unit: Unit, lin: User, kind: str) -> None:
    row = actions.draft(kind=kind, unit=unit, by=lin, today=made.TODAY)
    assert queries.laid_out(row).lines
    assert "{" not in row.body


def plan_of(unit: Unit, **values: Any) -> Entry:
    data = {"kind": "yearly", "year": 2026, "goals": "建成", "measures": "排查", **values}
    return Entry.objects.create(
        unit=unit,
        path=unit.path,
        ledger="plans",
        title=data["name"],
        data=data,
        record_date=dt.date(2026, 1, 9),
    )


@pytest.mark.requirement("R3", "R21", "R29")
def test_an_implementation_plan_is_drafted_from_the_bodies_targets_timeline_and_duties(
    unit: Unit, lin: User
) -> None:
    Body.objects.create(
        unit=unit, path=unit.path, kind="office", name="创建办公室", duties="处理日常工作\n组织检查"
    )
    Body.objects.create(
        unit=unit, path=unit.path, kind="group", name="撤销的小组", duties="无", to_date=dt.date(2025, 1, 1)
    )
    plan_of(
        unit,
        name="年度目标",
        kind="targets",
        goals="工伤事故下降百分之十",
        basis="《关于推进安全社区创建的意见》",
    )
    plan_of(unit, name="自查阶段", starts_date="2026-06-01", ends_date="2026-08-31", measures="逐项自查")
    plan_of(unit, name="动员阶段", starts_date="2026-03-01", ends_date="2026-05-31", measures="召开动员会")
    row = actions.draft(kind="plan", unit=unit, by=lin, today=made.TODAY)
    words = [line.words for line in queries.laid_out(row).lines]
    assert row.title == "阳光街道安全社区创建工作实施方案"
    assert "根据《关于推进安全社区创建的意见》，结合阳光街道实际" in words[0]
    assert words[1:11] == [
        "一、指导思想",
        "坚持安全第一、预防为主、综合治理的方针。",
        "二、工作目标",
        "（一）工伤事故下降百分之十。",
        "三、组织机构",
        "（一）创建办公室。成员另行确定。",
        "四、职责分工",
        "（一）创建办公室。处理日常工作；组织检查。",
        "五、实施步骤",
        "（一）动员阶段（2026年3月1日至2026年5月31日）。召开动员会。",
    ]
    assert words[11] == "（二）自查阶段（2026年6月1日至2026年8月31日）。逐项自查。"
    assert queries.open_blanks(row) == ()


@pytest.mark.parametrize(
    ("template", "said"),
    [
        pytest.param(
            "city-pilot",
            ["180项重点工作责任分解表", "三级机构、四级网络", "关口前移、重心下移", "关爱生命，关注安全",
             "政府主导、部门协作、全员参与、共筑共建", "预防和减少安全生产事故", "防范机制和防控网络"],
            marks=pytest.mark.requirement("R2", "R3", "R5", "R6", "R10", "R32"), id="city",
        ),
        pytest.param(
            "sub-district",
            ["AQ/T 9001-2006", "以人为本，安全发展", "安全第一，预防为主，综合治理",
             "全民关注安全、全员参与安全", "预防和减少社区内各类伤害"],
            marks=pytest.mark.requirement("R98", "R100"), id="sub-district",
        ),
        pytest.param(
            "prefecture-city",
            ["川委办〔2013〕1号", "川安办〔2013〕31号", "先省级后国家级", "大安全", "点多、线长、面广",
             "政府负责、安办牵头、社会参与、联合共建"],
            marks=pytest.mark.requirement("R169", "R171", "R175"), id="prefecture",
        ),
        pytest.param(
            "four-years",
            ["《关于深入开展安全社区建设工作的指导意见》", "市、区安委办", "列入议事日程",
             "不搞形式，不走过场"],
            marks=pytest.mark.requirement("R206"), id="four-years",
        ),
    ],
)  # fmt: skip
def test_the_plan_rests_on_the_documents_and_speaks_the_line_of_the_programme(
    unit: Unit, lin: User, template: str, said: list[str]
) -> None:
    before = actions.draft(kind="plan", unit=unit, by=lin, today=made.TODAY).body
    assert [words for words in said if words in before] == []
    programmes.started(unit, lin, template=template, keep=())
    body = actions.draft(kind="plan", unit=unit, by=lin, today=made.TODAY).body
    assert [words for words in said if words not in body] == []


def test_a_plan_states_the_targets_and_the_phases_of_the_running_programme(unit: Unit, lin: User) -> None:
    year = made.TODAY.year
    targets.set_target(
        unit=unit, year=year, metric="drills", amount=Decimal(2), due_date=dt.date(year, 11, 30), basis="",
        by=lin,
    )  # fmt: skip
    programme = programmes.started(unit, lin, today=dt.date(year, 1, 5), goal=dt.date(year, 12, 30))
    row = actions.draft(kind="plan", unit=unit, by=lin, today=made.TODAY)
    words = [line.words for line in queries.laid_out(row).lines]
    assert f"（一）应急演练次数达到2次，{year}年11月30日前完成。" in words
    steps = words[words.index("五、实施步骤") + 1 : words.index("六、工作要求")]
    phases = {phase.key: phase.name.zh for phase in programme.rules.phases}
    for step, key in zip(steps, ("organisation", "check", "application"), strict=True):
        assert phases[key] in step
    assert "（一）组织机构建设（2026年" in steps[0]


def test_a_plan_of_a_unit_without_records_says_what_to_fill_in(unit: Unit, lin: User) -> None:
    row = actions.draft(kind="plan", unit=unit, by=lin, today=made.TODAY)
    assert len(queries.open_blanks(row)) == 5


def test_steps_and_numbers_of_one_unit_are_not_read_in_another(unit: Unit, lin: User, wang: User) -> None:
    row = made.until("number", unit, lin, wang)
    other = make.unit("彩虹街道")
    assert queries.document(other, row.uuid) is None
    assert [rows.count() for rows in (queries.documents(other), queries.numbers(other))] == [0, 0]
    assert [Step.objects.in_unit(other).count(), Number.objects.in_unit(other).count()] == [0, 0]


@pytest.mark.requirement("R118")
def test_a_group_drafts_its_own_plan_with_its_own_duties_and_targets(
    unit: Unit, lin: User, wang: User
) -> None:
    fire = Body.objects.create(
        unit=unit, path=unit.path, kind="group", name="消防安全组", field="fire", duties="排查火患"
    )
    Body.objects.create(
        unit=unit, path=unit.path, kind="group", name="交通安全组", field="traffic", duties="查车"
    )
    plan_of(unit, name="消防目标", kind="targets", field="fire", goals="火灾下降一成", basis="《意见》")
    plan_of(unit, name="交通目标", kind="targets", field="traffic", goals="事故下降一成")
    plan_of(
        unit, name="整治", field="fire", starts_date="2026-03-01", ends_date="2026-05-31", measures="查楼道"
    )
    row = actions.draft(kind="plan", unit=unit, by=lin, today=made.TODAY, group=fire)
    assert row.title == "阳光街道消防安全组安全促进计划"
    assert ("火灾下降一成" in row.body, "事故下降一成" in row.body, "查车" in row.body) == (
        True,
        False,
        False,
    )
    given = {"addressee": "促进委员会", "agency": "阳街"}
    actions.edit(document=row, version=row.version, values=given, by=lin)
    for act in made.WAY[:6]:
        made.step(row, act, wang if actions.ACTS[act].by_other else lin)
    worker.drain()
    kept = Entry.objects.in_unit(unit).get(client_uuid=row.uuid)
    assert (kept.data["kind"], kept.data["field"], kept.data["goals"]) == (
        "group",
        "fire",
        "（一）火灾下降一成。",
    )


@pytest.mark.requirement("R165")
def test_the_sub_district_sees_who_has_handed_in_no_plan(unit: Unit, lin: User, wang: User) -> None:
    below = [make.unit(name, parent=unit, kind="neighbourhood") for name in ("安康社区", "锦绣社区")]
    assert queries.without_plan(unit, 2026) == below
    body = "根据《意见》，制定本方案。\n一、目标\n建成安全社区。\n二、措施\n逐户排查。"
    made.until("issue", below[0], lin, wang, kind="plan", body=body)
    worker.drain()
    assert queries.without_plan(unit, 2026) == below[1:]
    kept = Entry.objects.in_unit(below[0]).get()
    assert (kept.data["due_date"], kept.data["submitted_date"]) == ("2026-03-31", "2026-03-05")
