import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from safecommunity.jobs import worker
from safecommunity.ledgers.models import Entry
from safecommunity.sheets import actions, queries
from safecommunity.sheets.models import ImportBatch
from tests import make
from tests.sheets.books import checked, workbook
from tests.sheets.test_imports import HEAD, car

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make.unit()


@pytest.fixture
def lin(unit):
    return make.member(unit)


@pytest.fixture
def client(lin):
    return make.client(lin)


def send(client, unit, rows, **more):
    file = SimpleUploadedFile("台账.xlsx", workbook(rows))
    return client.post(f"/{unit.slug}/imports/into/vehicles/", {"file": file, **more})


def only(unit):
    return ImportBatch.objects.in_unit(unit).get()


def page(client, unit, batch, rest=""):
    return client.get(f"/{unit.slug}/imports/{batch.pk}/{rest}").content.decode()


def step(client, unit, name, **values):
    batch = only(unit)
    url = f"/{unit.slug}/imports/{batch.pk}/{name}/"
    answer = client.post(url, {"version": batch.version, "request_key": f"{name}{batch.version}", **values})
    assert answer.status_code == 302, answer.content.decode()
    return answer


def matched(batch):
    return {f"column-{index}": key for index, key in enumerate(batch.columns)}


def test_a_sheet_with_three_bad_rows_goes_all_the_way(client, unit):
    rows = [HEAD, car(1), car(2, 车辆类型="飞船"), car(3, 最近检验日期="去年"), car(4, 所有人=""), car(5)]
    answer = send(client, unit, rows)
    batch = only(unit)
    assert answer["Location"] == f"/{unit.slug}/imports/{batch.pk}/"
    assert 'hx-trigger="every 1s"' in page(client, unit, batch)
    worker.drain()
    shown = page(client, unit, batch)
    assert 'hx-trigger="every 1s"' not in shown
    assert "冀A00001" in shown
    step(client, unit, "match", **matched(only(unit)))
    worker.drain()
    shown = page(client, unit, batch)
    assert "台账!B3" in shown
    assert "不在可选项中" in shown
    assert "台账!F4" in shown
    refusal = client.post(
        f"/{unit.slug}/imports/{batch.pk}/run/", {"version": only(unit).version, "mode": "all"}, follow=True
    )
    assert "有3行被拒绝" in refusal.content.decode()
    step(client, unit, "run", mode="good")
    worker.drain()
    assert Entry.objects.in_unit(unit).count() == 2
    assert "撤销这次导入" in page(client, unit, batch)
    step(client, unit, "undo")
    worker.drain()
    assert Entry.objects.in_unit(unit).filter(withdrawn_at=None).count() == 0


def test_a_form_sent_twice_uploads_once(client, unit):
    first = send(client, unit, [HEAD, car(1)], request_key="k1")
    file = SimpleUploadedFile("台账.xlsx", b"")
    assert first.status_code == 302
    assert (
        client.post(f"/{unit.slug}/imports/into/vehicles/", {"file": file, "request_key": "k1"}).status_code
        == 422
    )
    assert ImportBatch.objects.in_unit(unit).count() == 1


def test_no_file_is_said_to_be_missing(client, unit):
    answer = client.post(f"/{unit.slug}/imports/into/vehicles/", {})
    assert answer.status_code == 422
    assert ImportBatch.objects.in_unit(unit).count() == 0


def test_a_refused_file_says_why(client, unit):
    client.post(f"/{unit.slug}/imports/into/vehicles/", {"file": SimpleUploadedFile("a.xlsx", b"a,b")})
    worker.drain()
    assert "文件内容与扩展名“.xlsx”不符" in page(client, unit, only(unit))


def test_another_row_can_be_taken_for_the_headings(client, unit):
    send(client, unit, [["编号", "名称"], HEAD, car(1)])
    worker.drain()
    step(client, unit, "sheet", sheet="台账", heading_row=1)
    worker.drain()
    assert only(unit).headings == ["编号", "名称"]


def test_personal_values_are_masked_for_who_may_not_see_them(unit, lin):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1), car(2, 联系电话="13800000x")]))
    officer = make.client(make.member(unit, "officer", "zhou"))
    assert "13800000x" in page(make.client(lin), unit, batch, "rows/?tab=refused")
    assert "13800000x" not in page(officer, unit, batch, "rows/?tab=refused")


def test_required_columns_without_a_heading_are_said_before_the_check(client, unit):
    send(client, unit, [["号牌号码", "类别甲"], ["冀A00001", "小型客车"]])
    worker.drain()
    batch = only(unit)
    assert "必填的栏没有对应的列：车辆类型、" in page(client, unit, batch)
    values = {"version": batch.version, **matched(batch)}
    answer = client.post(f"/{unit.slug}/imports/{batch.pk}/match/", {**values, "request_key": "m1"})
    assert (answer.status_code, only(unit).state) == (422, "matching")
    assert "请选对列" in answer.content.decode()
    step(client, unit, "match", anyway="on", **matched(batch))
    worker.drain()
    assert (only(unit).state, only(unit).refused) == ("checked", 1)


def test_the_matching_can_be_corrected_after_the_check(client, unit):
    send(client, unit, [HEAD, car(1), car(2)])
    worker.drain()
    swapped = {**matched(only(unit)), "column-1": "", "column-3": "kind"}
    step(client, unit, "match", anyway="on", **swapped)
    worker.drain()
    batch = only(unit)
    assert (batch.state, batch.refused) == ("checked", 2)
    shown = page(client, unit, batch)
    assert "更改列的对应" in shown
    assert 'name="column-1"' in shown
    step(client, unit, "match", **{**matched(batch), "column-1": "kind", "column-3": "owner"})
    worker.drain()
    assert (only(unit).state, only(unit).new, only(unit).refused) == ("checked", 2, 0)


def test_an_upload_given_up_because_nobody_went_on_says_so(client, unit):
    send(client, unit, [HEAD, car(1)])
    waiting = only(unit)
    assert actions.drop_abandoned(before=timezone.now() - timedelta(days=7), by=None) == 0
    assert actions.drop_abandoned(before=timezone.now() + timedelta(days=1), by=None) == 1
    worker.drain()
    assert (waiting.state, only(unit).state) == ("looking", "dropped")
    assert "放置太久没有继续，文件已清除" in page(client, unit, waiting)


def test_a_percentage_column_offers_both_readings(client, unit):
    file = SimpleUploadedFile("活动.xlsx", workbook([["活动主题", "知晓率"], ["讲座", 0.95]]))
    client.post(f"/{unit.slug}/imports/into/activities/", {"file": file})
    worker.drain()
    assert '<option value="awareness%">' in page(client, unit, only(unit))


URLS = ["", "into/vehicles/", "into/vehicles/template/", "{pk}/", "{pk}/rows/"]
POSTS = ["sheet", "match", "rows/refused", "run", "drop", "undo", "resume"]


def test_the_viewer_is_refused_and_the_stranger_finds_nothing(unit, lin):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    zhou = make.client(make.member(unit, "viewer", "zhou"))
    wu = make.client(make.member(make.unit("别处"), "office", "wu"))
    for url in (f"/{unit.slug}/imports/{one.format(pk=batch.pk)}" for one in URLS):
        answers = [person.get(url).status_code for person in (make.client(lin), zhou, wu)]
        assert (url, answers) == (url, [200, 403, 404])
    for url in (f"/{unit.slug}/imports/{batch.pk}/{one}/" for one in POSTS):
        assert (url, zhou.post(url).status_code, wu.post(url).status_code) == (url, 403, 404)
        assert make.client(lin).get(url).status_code == 405


def test_a_batch_of_another_unit_is_not_found_under_ones_own(unit, lin):
    batch = checked(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    elsewhere = make.unit("别处")
    wu = make.client(make.member(elsewhere, "office", "wu"))
    assert wu.get(f"/{elsewhere.slug}/imports/{batch.pk}/").status_code == 404
    assert wu.post(f"/{elsewhere.slug}/imports/{batch.pk}/drop/").status_code == 404


def test_an_unknown_ledger_is_not_found(client, unit):
    assert client.get(f"/{unit.slug}/imports/into/nothing/").status_code == 404
    assert client.get(f"/{unit.slug}/exports/nothing/").status_code == 404


def cost(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        client.get(url)
    return len(found)


def test_lists_of_imports_and_rows_cost_the_same_for_one_and_three(unit, lin):
    client = make.client(lin)
    one = checked(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    costs = [
        cost(client, f"/{unit.slug}/imports/"),
        cost(client, f"/{unit.slug}/imports/{one.pk}/rows/?tab=new"),
    ]
    three = checked(unit, lin, "vehicles", workbook([HEAD, car(1), car(2), car(3)]))
    checked(unit, lin, "vehicles", workbook([HEAD, car(4)]))
    again = [
        cost(client, f"/{unit.slug}/imports/"),
        cost(client, f"/{unit.slug}/imports/{three.pk}/rows/?tab=new"),
    ]
    assert again == costs


def test_the_template_comes_as_a_workbook(client, unit):
    import openpyxl

    content = client.get(f"/{unit.slug}/imports/into/vehicles/template/").content
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == ["机动车台账", "填写说明", "choices"]


def test_an_export_is_asked_for_on_a_page_and_waits_in_the_tray(client, unit, lin):
    client.get(f"/{unit.slug}/exports/vehicles/")
    checked(unit, lin, "vehicles", workbook([HEAD, car(1)]))
    answer = client.post(
        f"/{unit.slug}/exports/vehicles/?q=张", {"columns": "shown", "kind": "csv", "request_key": "e"}
    )
    assert answer["Location"] == f"/{unit.slug}/jobs/"
    worker.drain()
    assert "下载" in client.get(f"/{unit.slug}/jobs/").content.decode()


def test_an_export_in_full_wants_a_reason_and_the_right(client, unit, lin):
    values = {"columns": "all", "kind": "xlsx", "in_full": "on"}
    answer = client.post(f"/{unit.slug}/exports/vehicles/", values)
    assert answer.status_code == 422
    assert "要写明用途" in answer.content.decode()
    officer = make.client(make.member(unit, "officer", "zhou"))
    assert "in_full" not in officer.get(f"/{unit.slug}/exports/vehicles/").content.decode()
    officer.post(f"/{unit.slug}/exports/vehicles/", {**values, "reason": "我要"})
    job = queries.Job.objects.in_unit(unit).order_by("-id")[0]
    assert job.arguments["in_full"] is False


def test_the_export_page_is_for_who_may_export(unit):
    zhou = make.client(make.member(unit, "viewer", "zhou"))
    wu = make.client(make.member(make.unit("别处"), "office", "wu"))
    for person, code in ((zhou, 403), (wu, 404)):
        assert person.get(f"/{unit.slug}/exports/vehicles/").status_code == code
        assert person.post(f"/{unit.slug}/exports/vehicles/").status_code == code
