import csv
import io
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.utils.translation import override

from safecommunity.audit.models import Line
from safecommunity.core.messages import RefusedError
from safecommunity.jobs import worker
from safecommunity.jobs.models import Job
from safecommunity.ledgers import actions as ledger_actions
from safecommunity.library import ledgers
from safecommunity.sheets import actions
from safecommunity.units.models import RoleHolding
from tests import make
from tests.sheets.books import checked, confirmed, shown, workbook
from tests.sheets.test_imports import ACTIVITY, HEAD, activity, car

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make.unit()


@pytest.fixture
def lin(unit):
    return make.member(unit)


def asked(unit, by, code="vehicles", **more):
    options = {"query": "", "columns": "all", "kind": "xlsx", "in_full": False, "reason": "", **more}
    return actions.ask_for_export(ledger=ledgers[code], unit=unit, by=by, **options)


def file_of(job):
    worker.drain()
    job = Job.objects.in_unit(job.unit).get(pk=job.pk)
    assert job.state == "done", job.error
    return job, (Path(settings.RESULTS) / job.file).read_bytes()


def table(job):
    job, content = file_of(job)
    if job.file_name.endswith(".csv"):
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [list(row) for row in rows]


def fill(unit, lin, *rows):
    confirmed(checked(unit, lin, "vehicles", workbook([HEAD, *rows])), "all")


def test_an_export_holds_what_the_list_shows_in_its_order(unit, lin):
    fill(unit, lin, car(1), car(2, "李四"), car(3))
    job = asked(unit, lin, query="q=张三&sort=-title", columns="shown")
    head, *rows = table(job)
    listed = [field.label for field in ledgers["vehicles"].list_fields]
    assert head == ["记录编号", *listed, "记录所在单位"]
    assert [row[head.index("号牌号码")] for row in rows] == ["冀A00003", "冀A00001"]
    assert {row[-1] for row in rows} == {unit.name}


def test_days_money_and_percentages_stay_what_they_are_in_the_cells(unit, lin):
    row = [*activity(1, 28.5, 95), 1200.5]
    confirmed(checked(unit, lin, "activities", workbook([[*ACTIVITY, "费用"], row])), "all")
    head, cells = table(asked(unit, lin, "activities"))
    found = {name: cells[head.index(name)] for name in ("日期", "知晓率", "满意率", "费用", "参加人数")}
    assert found == {
        "日期": datetime(2026, 3, 5),
        "知晓率": 28.5,
        "满意率": 95,
        "费用": 1200.5,
        "参加人数": 40,
    }


def test_personal_values_are_masked_unless_asked_for_with_a_reason_by_one_who_may(unit, lin):
    fill(unit, lin, car(1))
    head, row = table(asked(unit, lin))
    assert row[head.index("联系电话")] == "138****0001"
    with pytest.raises(RefusedError, match="写明用途"):
        asked(unit, lin, in_full=True)
    head, row = table(asked(unit, lin, in_full=True, reason="上门核实"))
    assert row[head.index("联系电话")] == "13800000001"
    line = Line.objects.filter(act="ledger.exported").order_by("id").last()
    assert (line.reason, line.after["in_full"]) == ("上门核实", True)


def test_a_right_taken_away_before_the_export_is_made_counts(unit, lin):
    fill(unit, lin, car(1))
    job = asked(unit, lin, in_full=True, reason="上门核实")
    RoleHolding.objects.filter(user=lin).update(role="officer")
    worker.drain()
    job = Job.objects.in_unit(unit).get(pk=job.pk)
    assert job.state == "failed"
    assert "没有查看完整个人信息的权限" in job.error


def test_rows_of_other_units_are_not_in_it(unit, lin):
    fill(unit, lin, car(1))
    beneath, beside = make.unit("社区", parent=unit, kind="neighbourhood"), make.unit("别处")
    for place, number in ((beneath, 2), (beside, 3)):
        values = {"plate": f"冀A{number:05d}", "kind": "car", "owner": "王"}
        ledger_actions.add(ledger="vehicles", unit=place, values=values, by=None)
    head, *rows = table(asked(unit, lin))
    assert sorted((row[head.index("号牌号码")], row[-1]) for row in rows) == [
        ("冀A00001", unit.name),
        ("冀A00002", "社区"),
    ]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("columns", ["shown", "all"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_list_imports_the_file_it_exported_and_nothing_changes(unit, lin, kind, columns, language):
    fill(unit, lin, car(1), car(2, "=李四"), car(3, "'+王"))
    with override(language):
        _job, content = file_of(asked(unit, lin, kind=kind, columns=columns))
    batch = checked(unit, lin, "vehicles", content, f"a.{kind}")
    assert (batch.new, batch.changed, batch.unchanged, batch.refused) == (0, 0, 3, 0), shown(batch, "refused")


def test_the_export_neutralises_what_a_spreadsheet_would_run(unit, lin):
    fill(unit, lin, car(1, "=cmd|' /C calc'!A0"))
    head, row = table(asked(unit, lin, kind="csv", in_full=True, reason="核对"))
    assert row[head.index("所有人")] == "'=cmd|' /C calc'!A0"


def test_a_changed_export_changes_the_records_it_came_from_also_beneath(unit, lin):
    beneath = make.unit("社区", parent=unit, kind="neighbourhood")
    values = {"plate": "冀A00002", "kind": "car", "owner": "王五"}
    entry = ledger_actions.add(ledger="vehicles", unit=beneath, values=values, by=None)
    head, row = table(asked(unit, lin))
    row[head.index("品牌型号")] = "长安"
    batch = confirmed(checked(unit, lin, "vehicles", workbook([head, row])), "all")
    assert (batch.new, batch.changed) == (0, 1)
    entry.refresh_from_db(from_queryset=type(entry).objects.in_unit(beneath))
    assert (entry.data["model"], entry.data["owner"], entry.version) == ("长安", "王五", 2)


def test_a_record_number_of_elsewhere_is_refused(unit, lin):
    values = {"plate": "冀A00002", "kind": "car", "owner": "王五"}
    entry = ledger_actions.add(ledger="vehicles", unit=make.unit("别处"), values=values, by=None)
    batch = checked(unit, lin, "vehicles", workbook([["记录编号", *HEAD], [entry.pk, *car(2)]]))
    assert (batch.new, batch.changed, batch.refused) == (0, 0, 1)


def test_the_refused_rows_come_back_with_reasons_and_can_be_put_right(unit, lin):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1), car(2, 车辆类型="飞船"), car(3)]))
    head, row = table(actions.ask_for_refusals(batch=batch, by=lin))
    assert head == [*HEAD, "原文件中的行", "拒绝原因"]
    assert (row[0], row[-2]) == ("冀A00002", 3)
    assert row[-1].startswith("台账!B3 车辆类型：“飞船”不在可选项中")
    row[1] = "小型客车"
    second = checked(unit, lin, "vehicles", workbook([head, row]))
    assert (second.new, second.refused) == (1, 0)


def test_who_may_not_see_persons_gets_another_persons_refused_rows_masked(unit, lin):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(2, 车辆类型="飞船")]))
    officer = make.member(unit, "officer", "zhou")
    head, row = table(actions.ask_for_refusals(batch=batch, by=officer))
    assert (row[head.index("联系电话")], row[head.index("所有人")]) == ("…", "张三")


@pytest.mark.parametrize("code", sorted(ledgers))
def test_the_template_of_every_ledger_is_understood_when_it_comes_back(unit, lin, code, tmp_path):
    from safecommunity.documents.sheets import opened
    from safecommunity.sheets import templates
    from safecommunity.sheets.columns import proposed

    templates.write(tmp_path / "a.xlsx", ledgers[code])
    with opened(tmp_path / "a.xlsx", name="a.xlsx") as sheet:
        ((_number, headings),) = list(sheet.rows)
    assert proposed(ledgers[code], headings, unit) == [column.key for column in ledgers[code].columns]
