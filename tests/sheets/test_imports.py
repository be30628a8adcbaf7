import random
from datetime import timedelta

import pytest
from django.utils import timezone

from safecommunity.audit.models import Line
from safecommunity.core.messages import RefusedError
from safecommunity.documents import sheets as documents
from safecommunity.jobs import worker
from safecommunity.ledgers import actions as ledger_actions
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.queries import opened
from safecommunity.sheets import actions, queries, store, tasks
from safecommunity.sheets.models import ImportBatch, StagedRow
from tests import make
from tests.sheets.books import again, checked, confirmed, shown, upload, workbook

pytestmark = pytest.mark.django_db

HEAD = ["号牌号码", "车辆类型", "核定载客数", "所有人", "联系电话", "最近检验日期", "检验有效期至"]


def car(number, owner="张三", seats=5, **more):
    row = {
        "车辆类型": "小型客车",
        "核定载客数": seats,
        "所有人": owner,
        "联系电话": f"138{number:08d}",
        "最近检验日期": "2026-03-05",
        "检验有效期至": "2027年3月4日",
        "号牌号码": f"冀A{number:05d}",
        **more,
    }
    return [row[head] for head in HEAD]


@pytest.fixture
def unit():
    return make.unit()


@pytest.fixture
def lin(unit):
    return make.member(unit)


def cars(unit):
    return Entry.objects.in_unit(unit).filter(ledger="vehicles", withdrawn_at=None).order_by("id")


def test_a_sheet_becomes_records(unit, lin, django_capture_on_commit_callbacks):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1), car(2, "李四")]))
    assert (batch.state, batch.new, batch.refused, cars(unit).count()) == ("checked", 2, 0, 0)
    with django_capture_on_commit_callbacks(execute=True):
        batch = confirmed(batch, "all")
    assert batch.state == "done"
    assert [opened(entry) for entry in cars(unit)][1] == {
        "plated": True,
        "plate": "冀A00002",
        "kind": "car",
        "seats": 5,
        "state": "in-use",
        "owner": "李四",
        "owner_phone": "13800000002",
        "inspected_date": "2026-03-05",
        "inspection_until": "2027-03-04",
    }
    assert not store.path_of(batch.file).exists()


def test_three_bad_rows_are_named_with_sheet_row_column_and_reason(unit, lin):
    rows = [
        ["阳光街道机动车台账"],
        HEAD,
        car(1),
        car(2, 车辆类型="飞船"),
        car(3, 最近检验日期="去年"),
        car(4, 所有人=""),
        car(5),
    ]
    batch = checked(unit, lin, "vehicles", workbook(rows))
    assert (batch.heading_row, batch.new, batch.refused) == (2, 2, 3)
    refused = shown(batch, "refused")
    assert [(number, lines[0][0]) for number, lines in refused] == [
        (4, "台账!B4"),
        (5, "台账!F5"),
        (6, "台账!D6"),
    ]
    assert refused[1][1][0][1] == "日期写法如 2026-03-31"
    assert refused[2][1][0][1] == "必填"
    with pytest.raises(RefusedError, match="有3行被拒绝"):
        actions.confirm(batch=batch, version=batch.version, mode="all", by=lin)
    assert confirmed(batch, "good").state == "done"
    assert [entry.data["plate"] for entry in cars(unit)] == ["冀A00001", "冀A00005"]


def test_a_second_import_says_what_is_new_changed_and_unchanged(unit, lin):
    confirmed(checked(unit, lin, "vehicles", workbook([HEAD, car(1), car(2), car(3)])), "all")
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1), car(2, "王五", 联系电话=""), car(4)]))
    assert (batch.new, batch.changed, batch.unchanged) == (1, 1, 1)
    (row,) = queries.shown_rows(batch, queries.staged(batch, "changed"), masked=False)
    assert [(str(line.label), str(line.before), str(line.after)) for line in row.lines] == [
        ("所有人", "张三", "王五")
    ]
    confirmed(batch, "all")
    assert [(e.data["owner"], opened(e)["owner_phone"]) for e in cars(unit)] == [
        ("张三", "13800000001"),
        ("王五", "13800000002"),
        ("张三", "13800000003"),
        ("张三", "13800000004"),
    ]


def test_rows_that_name_the_same_thing_twice_are_refused(unit, lin):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1), car(2), car(1, "李四")]))
    assert (batch.new, shown(batch, "refused")) == (2, [(4, [("台账!A4", "与第2行重复")])])


def test_a_large_sheet_checked_beside_comes_to_the_same(unit, lin, monkeypatch):
    rows = [car(n, 车辆类型="飞船" if n % 9 == 0 else "小型客车") for n in range(1, 41)] + [
        car(5),
        car(0, seats=900),
    ]
    alone = checked(unit, lin, "vehicles", workbook([HEAD, *rows]))
    monkeypatch.setattr(tasks, "LARGE", 10)
    monkeypatch.setattr(tasks, "CHUNK", 7)
    beside = checked(unit, lin, "vehicles", workbook([HEAD, *rows]))
    said = [
        [(row.number, row.outcome, row.key, row.reasons, row.unusual) for row in queries.staged(batch)]
        for batch in (alone, beside)
    ]
    assert said[0] == said[1]
    assert [(one.new, one.refused, one.unusual) for one in (alone, beside)] == [(37, 5, 1)] * 2
    assert confirmed(beside, "good").state == "done"
    assert cars(unit).count() == 37


def test_unusual_values_are_taken_and_starred(unit, lin):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1, seats=90)]))
    assert (batch.new, batch.unusual) == (1, 1)
    confirmed(batch, "all")
    assert [entry.is_starred for entry in cars(unit)] == [True]


def test_a_formula_is_refused_by_its_cell_and_only_where_it_matters(unit, lin):
    import io

    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, [*HEAD, "序号"])
        sheet.write_row(1, 0, car(1))
        sheet.write_formula(1, 7, "=ROW()", None, 2)
        sheet.write_row(2, 0, car(2))
        sheet.write_formula(2, 3, "=1+1", None, "张三")
    batch = checked(unit, lin, "vehicles", content.getvalue())
    assert batch.new == 1
    assert shown(batch, "refused") == [(3, [("台账!D3", "是公式：请复制后“选择性粘贴”为数值")])]


def test_a_long_number_typed_as_a_number_is_refused_with_its_cell(unit, lin):
    rows = [["姓名", "身份证号"], ["张三", 110101199003074514]]
    batch = checked(unit, lin, "drivers", workbook(rows))
    reasons = dict(shown(batch, "refused")[0][1])
    assert "长号码要按文本填写" in reasons["台账!B2"]


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("gb18030", b"")])
def test_text_tables_of_all_offices_come_in(unit, lin, encoding, mark):
    text = "\r\n".join(",".join(str(cell) for cell in row) for row in [HEAD, car(1)])
    batch = checked(unit, lin, "vehicles", mark + text.encode(encoding), "台账.csv")
    assert (batch.new, batch.refused) == (1, 0)


def test_a_file_that_cannot_be_opened_says_why_and_is_not_kept(unit, lin, django_capture_on_commit_callbacks):
    batch = upload(unit, lin, "vehicles", b"<html><table></table></html>", "台账.xls")
    with django_capture_on_commit_callbacks(execute=True):
        worker.drain()
    batch = again(batch)
    assert batch.state == "refused"
    assert "网页" in batch.reason["text"]
    assert not store.path_of(batch.file).exists()
    assert Line.objects.filter(act="import.refused", outcome="refused").count() == 1


def test_a_refusal_on_the_way_leaves_nothing_staged_to_confirm(unit, lin):
    text = ",".join(HEAD) + "\n" + "\n".join(",".join(map(str, car(n))) for n in range(1, 1500)) + '\n"broken'
    batch = upload(unit, lin, "vehicles", text.encode(), "台账.csv")
    worker.drain()
    batch = again(batch)
    actions.match(batch=batch, version=batch.version, keys=batch.columns, by=lin)
    worker.drain()
    assert again(batch).state == "refused"


def test_a_file_too_large_is_refused_and_leaves_no_bytes(unit, lin, settings, tmp_path):
    settings.DATA, settings.UPLOAD_MAX_BYTES = tmp_path, 1_000_000
    with pytest.raises(RefusedError, match="超过1 MB"):
        upload(unit, lin, "vehicles", bytes(1_000_001))
    assert list((tmp_path / "imports").iterdir()) == []
    assert ImportBatch.objects.in_unit(unit).count() == 0


def test_with_a_scanner_that_is_silent_no_sheet_is_taken(unit, lin, settings, tmp_path):
    settings.DATA, settings.CLAMAV = tmp_path, "127.0.0.1:1"
    with pytest.raises(RefusedError, match="查毒程序没有回答"):
        upload(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    assert list((tmp_path / "imports").iterdir()) == []


def test_what_a_person_matched_is_remembered_for_the_next_file(unit, lin):
    rows = [["牌子", *HEAD[1:]], car(1)]
    batch = upload(unit, lin, "vehicles", workbook(rows))
    worker.drain()
    batch = again(batch)
    assert batch.columns[0] == ""
    actions.match(batch=batch, version=batch.version, keys=["plate", *batch.columns[1:]], by=lin)
    worker.drain()
    confirmed(again(batch), "all")
    second = upload(unit, lin, "vehicles", workbook([["牌子", *HEAD[1:]], car(2)]))
    elsewhere = make.unit("别处")
    third = upload(elsewhere, make.member(elsewhere, username="wu"), "vehicles", workbook(rows))
    worker.drain()
    assert (again(second).columns[0], again(third).columns[0]) == ("plate", "")


def test_two_headings_for_one_column_are_not_taken(unit, lin):
    batch = upload(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    worker.drain()
    batch = again(batch)
    for keys in (["plate", "plate", *[""] * 5], ["nothing", *[""] * 6], [""] * 7, ["plate"]):
        with pytest.raises(RefusedError):
            actions.match(batch=batch, version=batch.version, keys=keys, by=lin)


def test_the_same_file_again_is_noticed(unit, lin):
    content = workbook([HEAD, car(1)])
    first = confirmed(checked(unit, lin, "vehicles", content), "all")
    assert queries.taken_in_before(checked(unit, lin, "vehicles", content)) == first


# Killed, raced, undone


class Killed(BaseException):
    """As kill -9: nothing after it runs."""


def kill_at(monkeypatch, module, name, moment):
    """Let the chosen call of a function die, before or after its work."""
    real, calls = getattr(module, name), []

    def dying(**values):
        calls.append(1)
        if len(calls) == moment[0] and moment[1] == "before":
            raise Killed
        found = real(**values)
        if len(calls) == moment[0]:
            raise Killed
        return found

    monkeypatch.setattr(module, name, dying)


def run_through_kills(monkeypatch, name, moments):
    """Drain the queue, with the worker dying at each moment and another taking the job over."""
    from datetime import timedelta

    from django.db import models
    from django.utils import timezone

    from safecommunity.jobs.models import Job

    for moment in moments:
        with monkeypatch.context() as patch:
            kill_at(patch, tasks.actions, name, moment)
            with pytest.raises(Killed):
                worker.drain()
        models.QuerySet(Job).filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    worker.drain()


def moments(seed, most):
    chance = random.Random(seed)
    return [(chance.randint(1, most), chance.choice(["before", "after"])) for _one in range(3)]


@pytest.mark.parametrize("seed", range(4))
def test_a_check_killed_anywhere_goes_on_and_stages_each_row_once(unit, lin, monkeypatch, seed):
    monkeypatch.setattr(tasks, "CHUNK", 3)
    batch = upload(unit, lin, "vehicles", workbook([HEAD, *(car(n) for n in range(1, 20)), car(1)]))
    worker.drain()
    batch = again(batch)
    actions.match(batch=batch, version=batch.version, keys=batch.columns, by=lin)
    run_through_kills(monkeypatch, "stage", moments(seed, 2))
    batch = again(batch)
    assert (batch.state, batch.new, batch.refused) == ("checked", 19, 1)
    assert [row.number for row in queries.staged(batch)] == list(range(2, 22))


@pytest.mark.parametrize("seed", range(4))
def test_good_rows_killed_anywhere_come_in_exactly_once(unit, lin, monkeypatch, seed):
    monkeypatch.setattr(tasks, "CHUNK", 3)
    batch = checked(unit, lin, "vehicles", workbook([HEAD, *(car(n) for n in range(1, 20)), car(1)]))
    actions.confirm(batch=batch, version=batch.version, mode="good", by=lin)
    run_through_kills(monkeypatch, "take_in", moments(seed, 2))
    assert again(batch).state == "done"
    assert [entry.data["plate"] for entry in cars(unit)] == [f"冀A{n:05d}" for n in range(1, 20)]


@pytest.mark.parametrize("moment", [(1, "after"), (3, "before"), (3, "after")])
def test_all_or_nothing_killed_anywhere_is_nothing_until_it_is_all(unit, lin, monkeypatch, moment):
    monkeypatch.setattr(tasks, "CHUNK", 3)
    batch = checked(unit, lin, "vehicles", workbook([HEAD, *(car(n) for n in range(1, 12))]))
    actions.confirm(batch=batch, version=batch.version, mode="all", by=lin)
    with monkeypatch.context() as patch:
        kill_at(patch, tasks.actions, "take_in", moment)
        with pytest.raises(Killed):
            worker.drain()
    assert cars(unit).count() == 0
    run_through_kills(monkeypatch, "take_in", [])
    from datetime import timedelta

    from django.db import models
    from django.utils import timezone

    from safecommunity.jobs.models import Job

    models.QuerySet(Job).filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    worker.drain()
    assert (again(batch).state, cars(unit).count()) == ("done", 11)


def test_a_record_changed_since_the_check_stops_all_or_nothing(unit, lin):
    confirmed(checked(unit, lin, "vehicles", workbook([HEAD, car(1)])), "all")
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1, "王五"), car(2)]))
    (entry,) = cars(unit)
    ledger_actions.change(entry=entry, version=entry.version, values={**entry.data, "seats": 7}, by=lin)
    batch = confirmed(batch, "all")
    assert batch.state == "matching"
    assert "请重新核对" in batch.reason["text"]
    assert [(e.data["owner"], e.data["seats"]) for e in cars(unit)] == [("张三", 7)]


def test_a_record_changed_since_the_check_refuses_its_row_alone(unit, lin):
    confirmed(checked(unit, lin, "vehicles", workbook([HEAD, car(1)])), "all")
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1, "王五"), car(2), car(3)]))
    (entry,) = cars(unit)
    ledger_actions.change(entry=entry, version=entry.version, values={**entry.data, "seats": 7}, by=lin)
    values = {"plate": "冀A00003", "kind": "car", "owner": "赵六"}
    ledger_actions.add(ledger="vehicles", unit=unit, values=values, by=lin)
    batch = confirmed(batch, "good")
    assert (batch.state, batch.new, batch.changed, batch.refused) == ("done", 1, 0, 2)
    assert [row.number for row in queries.staged(batch, "refused")] == [2, 4]
    assert sorted((e.data["plate"], e.data["owner"]) for e in cars(unit)) == [
        ("冀A00001", "张三"),
        ("冀A00002", "张三"),
        ("冀A00003", "赵六"),
    ]


def test_an_import_can_be_undone_but_not_what_was_touched_since(unit, lin):
    confirmed(checked(unit, lin, "vehicles", workbook([HEAD, car(1), car(9)])), "all")
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1, "王五"), car(9, "孙七"), car(2), car(3)]))
    batch = confirmed(batch, "all")
    for plate in ("冀A00003", "冀A00009"):
        entry = cars(unit).get(unique_key__in=[e.unique_key for e in cars(unit) if e.data["plate"] == plate])
        ledger_actions.change(
            entry=entry, version=entry.version, values={**opened(entry), "seats": 7}, by=lin
        )
    actions.undo(batch=batch, version=batch.version, by=lin)
    worker.drain()
    batch = again(batch)
    assert (batch.state, batch.kept) == ("undone", 2)
    assert sorted((e.data["plate"], e.data["owner"]) for e in cars(unit)) == [
        ("冀A00001", "张三"),
        ("冀A00003", "张三"),
        ("冀A00009", "孙七"),
    ]


def test_a_step_already_taken_is_not_taken_again(unit, lin):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    actions.confirm(batch=batch, version=batch.version, mode="all", by=lin)
    stale = ImportBatch(**{f.attname: getattr(batch, f.attname) for f in ImportBatch._meta.fields})
    with pytest.raises(RefusedError, match="下一步"):
        actions.confirm(batch=stale, version=stale.version, mode="all", by=lin)
    worker.drain()
    with pytest.raises(RefusedError, match="下一步"):
        actions.drop(batch=again(batch), version=again(batch).version, by=lin)


def test_a_dropped_file_leaves_no_rows_and_no_bytes(unit, lin):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    actions.drop(batch=batch, version=batch.version, by=lin)
    assert again(batch).state == "dropped"
    assert StagedRow.objects.in_unit(unit).count() == 0


def test_a_file_nobody_takes_further_is_given_up_after_a_while(unit, lin, django_capture_on_commit_callbacks):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    done = confirmed(checked(unit, lin, "vehicles", workbook([HEAD, car(2)])), "all")
    now = timezone.now()
    assert actions.drop_abandoned(before=now - timedelta(days=7), by=None) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.drop_abandoned(before=now + timedelta(minutes=1), by=None) == 1
    assert [(one.pk, one.state) for one in queries.imports(unit)] == [
        (done.pk, "done"),
        (batch.pk, "dropped"),
    ]
    assert not store.path_of(batch.file).exists()
    assert not queries.staged(batch).exists()


ACTIVITY = ["活动名称", "形式", "领域", "日期", "知晓率", "满意率", "对象", "参加人数", "主要内容"]


def activity(number, awareness, satisfaction=None):
    first = [f"安全讲座{number}", "讲座", "消防安全", "2026-03-05", awareness, satisfaction]
    return [*first, "居民", 40, "居家用火用电"]


def test_a_percentage_that_may_be_excels_is_taken_as_it_stands_and_said_with_both_readings(unit, lin):
    rows = [ACTIVITY, activity(1, 0.95), activity(2, 95), activity(3, "95%"), activity(4, 1, 0.285)]
    batch = checked(unit, lin, "activities", workbook(rows))
    assert (batch.new, batch.refused, batch.unusual) == (4, 0, 2), shown(batch, "refused")
    said = [lines for _number, lines in shown(batch, "new") if lines]
    words = "按{}记入；如果表里是百分比格式，应是{}，请更改列的对应后重新核对"
    assert said == [
        [("台账!E2", words.format("0.95%", "95%"))],
        [("台账!E5", words.format("1%", "100%")), ("台账!F5", words.format("0.285%", "28.5%"))],
    ]


def test_percentages_kept_as_parts_of_one_are_read_so_once_a_person_says_so(unit, lin):
    rows = [
        ACTIVITY,
        activity(1, 0.95),
        activity(2, 0.285),
        activity(3, "95%"),
        activity(4, 0),
        activity(5, 1),
    ]
    batch = checked(unit, lin, "activities", workbook([*rows, activity(6, 95)]))
    keys = [f"{key}%" if key == "awareness" else key for key in batch.columns]
    actions.match(batch=batch, version=batch.version, keys=keys, by=lin)
    worker.drain()
    batch = again(batch)
    assert (batch.new, batch.refused, batch.unusual) == (5, 1, 0)
    assert shown(batch, "refused") == [(7, [("台账!E7", "百分数应在0到100之间")])]
    confirmed(batch, "good")
    entries = Entry.objects.in_unit(unit).filter(ledger="activities").order_by("id")
    assert [entry.data["awareness"] for entry in entries] == [95, 28.5, 95, 0, 100]
    later = upload(unit, lin, "activities", workbook([ACTIVITY, activity(7, 0.5)]))
    worker.drain()
    assert again(later).columns[4] == "awareness"


@pytest.mark.parametrize("wrong", [["plate%"], ["plate", "plate"], ["nonsense"], ["%"]])
def test_a_heading_is_matched_to_nothing_else(unit, lin, wrong):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    keys = [*wrong, *[""] * (len(HEAD) - len(wrong))]
    with pytest.raises(RefusedError, match="同一栏只能对应一列"):
        actions.match(batch=batch, version=batch.version, keys=keys, by=lin)


def test_personal_values_lie_nowhere_in_the_open_while_they_wait(unit, lin):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1, "钱某某"), car(2, 车辆类型="飞船")]))
    texts = [batch.sample, *(f"{row.content}{row.before}" for row in queries.staged(batch))]
    assert all("1380000" not in text and "钱某某" not in text for text in texts)


def test_a_cancelled_check_can_be_gone_on_with(unit, lin):
    from safecommunity.jobs import actions as jobs

    batch = upload(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    with pytest.raises(RefusedError, match="正在进行"):
        actions.resume(batch=batch, version=batch.version, by=lin)
    jobs.cancel(job=queries.job(batch), by=lin)
    actions.resume(batch=batch, version=batch.version, by=lin)
    worker.drain()
    assert again(batch).state == "matching"


def test_the_child_that_reads_is_not_left_behind(unit, lin, monkeypatch):
    started = []
    real = documents.subprocess.Popen
    monkeypatch.setattr(
        documents.subprocess, "Popen", lambda *a, **k: started.append(real(*a, **k)) or started[-1]
    )
    checked(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    assert started
    assert all(child.returncode is not None for child in started)
