import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.evidence.actions import cite
from safecommunity.ledgers import actions, queries
from safecommunity.ledgers.models import Entry, SavedView
from safecommunity.library import checklists, ledgers, shelf
from safecommunity.units.models import Unit
from safecommunity.web.pages.ledgers import display
from tests import make

pytestmark = pytest.mark.django_db

SHOP: dict[str, object] = {
    "name": "阳光饭店", "kind": "catering", "place": "建设路1号", "scale": "small", "state": "operating",
    "surveyed": "true", "surveyed_date": "2026-03-01", "risk_grade": "low", "employees": "12",
    "place.longitude": "114.51", "place.latitude": "38.04",
}  # fmt: skip
NEEDY: dict[str, object] = {
    "name": "王秀英", "kind": ["elderly-alone"], "helper": "李娜", "id_number": "11010519491231002X",
    "phone": "13800000001", "address": "建设路1号2单元301", "health": "高血压",
}  # fmt: skip


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Client:
    return make.client(make.member(unit))


@pytest.fixture
def zhou(unit: Unit) -> Client:
    return make.client(make.member(unit, "viewer", "zhou"))


@pytest.fixture
def wu() -> Client:
    return make.client(make.member(make.unit("别处街道"), "office", "wu"))


def shop(unit: Unit, **changes: object) -> Entry:
    return actions.add(ledger="premises", unit=unit, values={**SHOP, **changes}, by=None)


def at(name: str, unit: Unit, *args: object) -> str:
    return reverse(f"ledgers:{name}", args=[unit.slug, *args])


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_index_shows_every_ledger_with_what_is_in_it(unit: Unit, zhou: Client, wu: Client) -> None:
    shop(unit, licence_until="2020-01-01")
    page = text(zhou.get(at("index", unit)))
    assert "生产经营单位和场所" in page
    assert "1 条已过期" in page
    assert wu.get(at("index", unit)).status_code == 404
    contact = make.client(make.member(unit, "security-admin", "chen"))
    assert contact.get(at("index", unit)).status_code == 403


@pytest.mark.requirement("R61")
def test_a_new_record_is_typed_in_and_shown(unit: Unit, lin: Client) -> None:
    page = lin.get(at("add", unit, "premises"))
    form = page.context["form"]
    values = {**SHOP, "client_uuid": str(form["client_uuid"].value())}
    saved = lin.post(at("add", unit, "premises"), values)
    entry = Entry.objects.in_unit(unit).get()
    assert saved.status_code == 302
    assert saved.headers["Location"] == at("entry", unit, "premises", entry.pk)
    assert (entry.data["employees"], entry.longitude) == (12, 114.51)
    shown = text(lin.get(saved.headers["Location"]))
    assert all(words in shown for words in ["阳光饭店", "餐饮", "建设路1号", "规模以下", "用在哪里", "5.3"])
    lin.post(at("add", unit, "premises"), values)
    assert Entry.objects.in_unit(unit).count() == 1


def test_a_form_with_mistakes_comes_back_with_everything_typed(unit: Unit, lin: Client) -> None:
    values = {**SHOP, "employees": "十二", "surveyed_date": "", "remark": "补登", "uscc": "123"}
    page = lin.post(at("add", unit, "premises"), values)
    shown = text(page)
    assert page.status_code == 422
    assert 'value="十二"' in shown
    assert "补登" in shown
    assert "应为数字" in shown
    assert "“已完成安全状况普查”为“是”时必填" in shown
    assert "统一社会信用代码应为18位，现为3位" in shown
    assert Entry.objects.in_unit(unit).count() == 0


def test_the_same_premises_twice_is_told(unit: Unit, lin: Client) -> None:
    shop(unit)
    page = lin.post(at("add", unit, "premises"), SHOP)
    assert page.status_code == 422
    assert "台账里已经有同样的记录“阳光饭店”" in text(page)


@pytest.mark.parametrize("page", ["add", "bulk"])
def test_who_may_only_look_cannot_write_and_a_stranger_sees_nothing(
    unit: Unit, zhou: Client, wu: Client, page: str
) -> None:
    assert zhou.get(at(page, unit, "premises")).status_code == 403
    assert wu.get(at(page, unit, "premises")).status_code == 404


@pytest.mark.parametrize("page", ["edit", "withdraw", "restore"])
def test_a_record_is_written_by_those_who_may(unit: Unit, zhou: Client, wu: Client, page: str) -> None:
    entry = shop(unit)
    assert zhou.post(at(page, unit, "premises", entry.pk)).status_code == 403
    assert wu.post(at(page, unit, "premises", entry.pk)).status_code == 404


@pytest.mark.parametrize("page", ["list", "map"])
def test_a_list_is_seen_by_those_who_may(unit: Unit, zhou: Client, wu: Client, page: str) -> None:
    shop(unit)
    assert "阳光饭店" in text(zhou.get(at(page, unit, "premises")))
    assert wu.get(at(page, unit, "premises")).status_code == 404
    assert zhou.get(at(page, unit, "no-such-ledger")).status_code == 404


def test_a_record_of_another_unit_is_not_found_under_ones_own_address(unit: Unit, wu: Client) -> None:
    entry = shop(unit)
    own = Unit.objects.get(name="别处街道")
    assert wu.get(at("entry", own, "premises", entry.pk)).status_code == 404


def test_a_list_is_searched_filtered_and_sorted(unit: Unit, zhou: Client) -> None:
    shop(unit)
    shop(unit, name="北辰机械厂", kind="factory", employees="90")
    titles = {
        query: [row.entry.title for row in zhou.get(at("list", unit, "premises") + query).context["rows"]]
        for query in ["?q=ygfd", "?f_kind=factory", "?sort=-f_employees", "?from=2027-01-01", "?show=starred"]
    }
    assert titles == {
        "?q=ygfd": ["阳光饭店"],
        "?f_kind=factory": ["北辰机械厂"],
        "?sort=-f_employees": ["北辰机械厂", "阳光饭店"],
        "?from=2027-01-01": [],
        "?show=starred": [],
    }


def test_a_list_costs_the_same_queries_for_one_and_for_three(unit: Unit, zhou: Client) -> None:
    driver = {"name": "张三", "class": "c1", "reviewed_on_time": "true"}
    counts = []
    for n in (1, 2, 3):
        owner = shop(unit, name=f"店{n}")
        actions.add(ledger="drivers", unit=unit, values={**driver, "premises": owner.pk}, by=None)
        if n != 2:
            with CaptureQueriesContext(connection) as asked:
                assert zhou.get(at("list", unit, "drivers")).status_code == 200
            counts.append(len(asked))
    assert counts[0] == counts[1] <= 16


def test_a_change_is_saved_and_its_history_says_what_changed(unit: Unit, lin: Client) -> None:
    entry = shop(unit)
    values = {**SHOP, "employees": "15", "version": "1"}
    assert lin.post(at("edit", unit, "premises", entry.pk), values).status_code == 302
    page = text(lin.get(at("entry", unit, "premises", entry.pk)))
    assert "从业人数 12 → 15" in page
    assert "林晓" in page


def test_a_stale_save_shows_both_versions_and_keeps_what_was_typed(unit: Unit, lin: Client) -> None:
    entry = shop(unit)
    lin.post(at("edit", unit, "premises", entry.pk), {**SHOP, "employees": "15", "version": "1"})
    page = lin.post(at("edit", unit, "premises", entry.pk), {**SHOP, "employees": "16", "version": "1"})
    sides = {side.label: (side.yours, side.theirs) for side in page.context["sides"] if side.differs}
    assert (page.status_code, sides) == (409, {"从业人数": ("16", "15")})
    assert 'name="employees" value="16"' in text(page)
    assert 'name="version" value="2"' in text(page)
    again = lin.post(at("edit", unit, "premises", entry.pk), {**SHOP, "employees": "16", "version": "2"})
    assert again.status_code == 302


def test_an_unusual_value_is_saved_with_a_star_and_found_again(unit: Unit, lin: Client) -> None:
    page = lin.post(at("add", unit, "premises"), {**SHOP, "employees": "9000"}, follow=True)
    assert "已保存，并标星待核实：从业人数：比通常的5000大，请核对" in text(page)
    rows = lin.get(at("list", unit, "premises") + "?show=starred").context["rows"]
    assert [row.entry.title for row in rows] == ["阳光饭店"]


def test_a_record_is_withdrawn_with_a_reason_and_restored(unit: Unit, lin: Client) -> None:
    entry = shop(unit)
    assert lin.post(at("withdraw", unit, "premises", entry.pk), {"version": "1"}).status_code == 422
    lin.post(at("withdraw", unit, "premises", entry.pk), {"version": "1", "reason": "重复登记"})
    assert lin.get(at("list", unit, "premises")).context["rows"] == []
    assert "重复登记" in text(lin.get(at("entry", unit, "premises", entry.pk)))
    assert lin.get(at("edit", unit, "premises", entry.pk)).status_code == 404
    lin.post(at("restore", unit, "premises", entry.pk), {"version": "2"})
    assert len(lin.get(at("list", unit, "premises")).context["rows"]) == 1


def test_people_who_need_care_are_listed_by_kind_with_their_helper(unit: Unit, lin: Client) -> None:
    for changes in ({}, {"kind": ["disabled"], "id_number": "440524188001010014", "helper": "赵敏"}):
        actions.add(ledger="vulnerable-people", unit=unit, values={**NEEDY, **changes}, by=None)
    rows = lin.get(at("list", unit, "vulnerable-people") + "?f_kind=disabled").context["rows"]
    assert ["赵敏" in [cell.text for cell in row.cells] for row in rows] == [True]


def test_a_restricted_ledger_opens_only_to_those_who_work_with_it(
    unit: Unit, lin: Client, zhou: Client
) -> None:
    entry = actions.add(ledger="vulnerable-people", unit=unit, values=NEEDY, by=None)
    officer = make.client(make.member(unit, "officer", "officer"))
    expert = make.client(make.member(unit, "expert", "expert"))
    addresses = [
        at("list", unit, "vulnerable-people"),
        at("entry", unit, "vulnerable-people", entry.pk),
        at("map", unit, "vulnerable-people"),
    ]
    for address in addresses:
        assert [who.get(address).status_code for who in (lin, officer, expert, zhou)] == [200, 200, 200, 403]
    assert "脆弱人群台账" in text(lin.get(at("index", unit)))
    assert "脆弱人群台账" not in text(zhou.get(at("index", unit)))
    assert Line.objects.filter(act="ledger.restricted", outcome="refused").count() == len(addresses)
    reporter = make.client(make.member(unit, "reporter", "reporter"))
    paths = ["ledgers:add", "ledgers:bulk", "imports:start", "imports:template"]
    asked = [reporter.get(reverse(path, args=[unit.slug, "vulnerable-people"])) for path in paths]
    assert [answer.status_code for answer in asked] == [403] * len(paths)


def test_personal_values_are_masked_everywhere_and_shown_only_with_a_reason(
    unit: Unit, lin: Client, zhou: Client, wu: Client
) -> None:
    entry = actions.add(ledger="vulnerable-people", unit=unit, values=NEEDY, by=None)
    secrets = ["王秀英", "11010519491231002X", "13800000001", "2单元301", "高血压"]
    pages = [
        lin.get(at("list", unit, "vulnerable-people")),
        lin.get(at("entry", unit, "vulnerable-people", entry.pk)),
        lin.get(at("edit", unit, "vulnerable-people", entry.pk)),
    ]
    for page in pages:
        assert [secret for secret in secrets if secret in text(page)] == []
    assert "王**" in text(pages[0])
    address = at("show", unit, "vulnerable-people", entry.pk)
    asked = {"field": "id_number", "reason": "核对居家评估对象"}
    assert zhou.post(address, asked).status_code == 403
    assert wu.post(address, asked).status_code == 404
    assert lin.post(address, {"field": "id_number", "reason": ""}).status_code == 422
    shown = lin.post(address, asked)
    assert "11010519491231002X" in text(shown)
    assert "高血压" not in text(shown)
    assert shown.headers["Cache-Control"] == "no-store"
    line = Line.objects.get(act="entry.personal-shown")
    assert (line.actor, line.after, line.reason) == ("lin", {"field": "id_number"}, "核对居家评估对象")


def test_a_form_saved_without_touching_what_is_masked_keeps_it(unit: Unit, lin: Client) -> None:
    entry = actions.add(ledger="vulnerable-people", unit=unit, values=NEEDY, by=None)
    form = lin.get(at("edit", unit, "vulnerable-people", entry.pk)).context["form"]
    typed = {bound.name: bound.value() for bound in form if bound.value() not in (None, "")}
    lin.post(at("edit", unit, "vulnerable-people", entry.pk), {**typed, "helper": "赵敏", "is_starred": ""})
    kept = queries.opened(Entry.objects.in_unit(unit).get())
    assert (kept["name"], kept["id_number"], kept["health"]) == ("王秀英", "11010519491231002X", "高血压")
    assert kept["helper"] == "赵敏"


def test_a_mass_change_is_seen_before_it_is_made(unit: Unit, lin: Client) -> None:
    rows = [f"{shop(unit, name=name).pk}:1" for name in ("甲店", "乙店")]
    address = at("bulk", unit, "premises")
    asked = {"row": rows, "field": "state", "value_set": "1", "state": "closed"}
    preview = lin.get(address, asked)
    assert [(row["old"], row["new"], row["refused"]) for row in preview.context["plan"]] == [
        ("经营中", "已关闭", ""),
        ("经营中", "已关闭", ""),
    ]
    assert {row.data["state"] for row in Entry.objects.in_unit(unit)} == {"operating"}
    assert lin.post(address, asked).status_code == 302
    assert {row.data["state"] for row in Entry.objects.in_unit(unit)} == {"closed"}


def test_a_mass_change_that_one_record_refuses_is_not_made(unit: Unit, lin: Client) -> None:
    rows = [f"{shop(unit, name=name).pk}:1" for name in ("甲店", "乙店")]
    stale = [*rows[:1], rows[1].replace(":1", ":7")]
    for chosen, field, value in [(rows, "risk_grade", ""), (stale, "state", "closed")]:
        asked = {"row": chosen, "field": field, "value_set": "1", field: value}
        page = lin.post(at("bulk", unit, "premises"), asked)
        assert page.status_code == 422
        assert any(row["refused"] for row in page.context["plan"])
    assert {row.version for row in Entry.objects.in_unit(unit)} == {1}


def test_a_view_is_kept_shown_and_removed(unit: Unit, lin: Client, wu: Client) -> None:
    asked = {"name": "工厂", "query": "f_kind=factory"}
    saved = lin.post(at("save-view", unit, "premises"), asked)
    assert saved.headers["Location"] == at("list", unit, "premises") + "?f_kind=factory"
    assert "工厂" in text(lin.get(at("list", unit, "premises")))
    view = SavedView.objects.in_unit(unit).get()
    assert wu.post(at("remove-view", unit, "premises", view.pk)).status_code == 404
    lin.post(at("remove-view", unit, "premises", view.pk))
    assert SavedView.objects.in_unit(unit).count() == 0


def test_what_runs_out_is_one_list_over_all_ledgers(unit: Unit, zhou: Client, wu: Client) -> None:
    shop(unit, licence_until="2020-01-01")
    page = zhou.get(at("expiring", unit))
    assert [(row["entry"].title, row["state"]) for row in page.context["rows"]] == [("阳光饭店", "expired")]
    assert wu.get(at("expiring", unit)).status_code == 404


def test_a_form_begins_with_what_its_address_says(unit: Unit, lin: Client) -> None:
    form = lin.get(at("add", unit, "rules") + "?kind=meetings&nonsense=1").context["form"]
    assert form["kind"].value() == "meetings"


def test_a_record_shows_what_it_is_cited_for_to_those_who_may_see_evidence(unit: Unit, lin: Client) -> None:
    entry = shop(unit)
    cite(indicator="national-2006/5.3", unit=unit, by=User.objects.get(username="lin"), entry=entry)
    page = lin.get(at("entry", unit, "premises", entry.pk))
    assert "national-2006/5.3" in text(page)
    assert f"?entry={entry.pk}" in text(page)
    reporter = make.client(make.member(unit, "reporter", "he"))
    assert "national-2006/5.3" not in text(reporter.get(at("entry", unit, "premises", entry.pk)))


def test_the_map_holds_the_points_of_the_rows_asked_for(unit: Unit, zhou: Client) -> None:
    shop(unit)
    shop(unit, name="无坐标", **{"place.longitude": "", "place.latitude": ""})
    points = zhou.get(at("map", unit, "premises")).context["map"]["points"]
    assert [(point["label"], point["lat"], point["lng"], point["tone"]) for point in points] == [
        ("阳光饭店", 38.04, 114.51, "blue")
    ]
    assert zhou.get(at("map", unit, "premises") + "?f_kind=factory").context["map"]["points"] == []


GAS = """
name = "燃气用户台账"
name_en = "Gas users"
description = "辖区餐饮场所瓶装燃气使用情况。"
description_en = "Bottled gas in catering places."
group = "places"
source = "ours"
title = "name"
record_date = "checked_date"
unique = "name"
[fields.name]
kind = "text"
label = "用户名称"
label_en = "Name"
required = true
list = true
[fields.checked_date]
kind = "date"
label = "检查日期"
label_en = "Checked on"
list = true
[fields.alarm]
kind = "yes-no"
label = "装有报警器"
label_en = "Has an alarm"
list = true
filter = true
"""


@pytest.fixture
def library(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.LIBRARY = tmp_path
    monkeypatch.setattr(shelf, "_folders", [tmp_path])
    return tmp_path


@pytest.fixture
def city(unit: Unit) -> Client:
    return make.client(make.member(unit, "city-office", "sun"))


def publish(client: Client, unit: Unit, content: str, name: str = "gas-users.toml", **more: str) -> Any:
    file = SimpleUploadedFile(name, content.encode())
    return client.post(at("files", unit), {"file": file, **more})


def test_a_ledger_file_put_in_works_at_once(unit: Unit, city: Client, lin: Client, library: Any) -> None:
    assert publish(city, unit, GAS).status_code == 302
    assert "燃气用户台账" in text(lin.get(at("index", unit)))
    lin.post(
        at("add", unit, "gas-users"), {"name": "阳光饭店", "alarm": "true", "checked_date": "2026-03-01"}
    )
    rows = lin.get(at("list", unit, "gas-users") + "?f_alarm=true").context["rows"]
    assert [[cell.text for cell in row.cells] for row in rows] == [["2026-03-01", "是"]]
    line = Line.objects.get(act="ledger.published")
    assert (line.target, line.after["version"], line.actor) == ("ledgers.gas-users", 1, "sun")
    assert city.get(at("source", unit, "ledgers", "gas-users")).content.decode() == GAS


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (
            GAS.replace('kind = "date"', 'kind = "day"'),
            "gas-users.toml",
            ["gas-users.toml", "fields.checked_date.kind"],
        ),
        (GAS.replace('title = "name"', ""), "gas-users.toml", ["title", "至少要有一个字段"]),
        (GAS.replace('name = "燃气用户台账"', "name = "), "gas-users.toml", ["不能读出内容"]),
        (GAS, "Gas Users.toml", ["文件名只能用小写字母、数字和连字符"]),
        (GAS, "gas-users.exe", ["文件的名称以 .toml 结尾"]),
        (GAS, "../../premises.toml", ["已发布"]),
        (GAS, "premises.toml", ["代码“premises”已发布"]),
    ],
)
def test_a_wrong_ledger_file_is_refused_with_file_key_and_reason(
    unit: Unit, city: Client, library: Any, content: str, name: str, told: list[str]
) -> None:
    page = publish(city, unit, content, name)
    assert page.status_code == 422
    assert [words for words in told if words not in text(page)] == []
    assert list(library.rglob("*.toml")) == []


def test_a_published_ledger_is_followed_by_a_version_that_keeps_its_fields(
    unit: Unit, city: Client, library: Any
) -> None:
    publish(city, unit, GAS)
    assert publish(city, unit, GAS).status_code == 422
    narrower = GAS.replace("fields.alarm", "fields.siren")
    refused = publish(city, unit, narrower, is_new_version="on")
    assert "新版本少了字段“alarm”" in text(refused)
    wider = GAS + '[fields.bottles]\nkind = "integer"\nlabel = "瓶数"\nlabel_en = "Bottles"\n'
    assert publish(city, unit, wider, is_new_version="on").status_code == 302
    assert sorted(file.name for file in library.rglob("*.toml")) == ["gas-users.toml", "gas-users@2.toml"]
    assert "瓶数" in text(city.get(at("add", unit, "gas-users")))


def test_only_those_who_may_define_put_in_ledger_files(
    unit: Unit, lin: Client, wu: Client, library: Any
) -> None:
    assert publish(lin, unit, GAS).status_code == 403
    assert publish(wu, unit, GAS).status_code == 404
    assert list(library.rglob("*.toml")) == []


def test_a_ledger_file_may_name_an_icon_we_do_not_have(unit: Unit, city: Client, library: Any) -> None:
    publish(city, unit, GAS.replace('group = "places"', 'group = "own group"\nicon = "no-such-icon"'))
    assert city.get(at("index", unit)).status_code == 200
    assert city.get(at("list", unit, "gas-users")).status_code == 200


def test_our_own_ledgers_have_icons() -> None:
    assert [code for code, ledger in ledgers.items() if display.sign(ledger) != ledger.icon] == []


def test_the_pages_speak_english_to_who_asks_for_it(unit: Unit, lin: Client) -> None:
    entry = shop(unit)
    lin.cookies["language"] = "en"
    assert "Businesses and premises" in text(lin.get(at("index", unit)))
    assert "Business licence" in text(lin.get(at("add", unit, "premises")))
    page = text(lin.get(at("entry", unit, "premises", entry.pk)))
    assert all(words in page for words in ["Name of business or place", "Catering", "Operating", "Yes"])


def test_a_checklist_put_in_on_the_same_page_works_at_once(unit: Unit, city: Client, library: Any) -> None:
    content = shelf.HERE.joinpath("checklists", "fire.toml").read_text(encoding="utf-8")
    content = content.replace("消防安全检查表", "消防夜查表")
    assert publish(city, unit, content, "night.toml", folder="checklists").status_code == 302
    assert checklists["night"].name.zh == "消防夜查表"
    assert Line.objects.get(act="checklist.published").target == "checklists.night"
    assert city.get(at("source", unit, "checklists", "night")).content.decode() == content
    again = publish(city, unit, content, "night.toml", folder="checklists")
    assert "代码“night”已发布" in again.content.decode()
    more = {"folder": "checklists", "is_new_version": "on"}
    assert publish(city, unit, content, "night.toml", **more).status_code == 302
    assert checklists.version("night") == 2
    wrong = publish(
        city, unit, content.replace('key = "escape"', 'key = "exit"'), "other.toml", folder="checklists"
    )
    assert wrong.status_code == 422
    assert "没有分组 escape" in wrong.content.decode()
