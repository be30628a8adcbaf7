from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.fields import mask, shown_value
from safecommunity.core.ledger_files import LedgerFileError, parse
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import Words

FIELDS: dict[str, dict[str, Any]] = {
    "name": {"kind": "text", "required": True, "list": True},
    "note": {"kind": "long-text"},
    "count": {"kind": "integer", "min": 0, "max": 100, "usual_max": 50},
    "size": {"kind": "decimal"},
    "cost": {"kind": "money"},
    "share": {"kind": "percentage"},
    "begins": {"kind": "date", "min": date(2000, 1, 1)},
    "until": {"kind": "expiry-date", "after": "begins"},
    "month": {"kind": "month"},
    "year": {"kind": "year"},
    "good": {"kind": "yes-no", "default": True},
    "kind": {"kind": "choice", "choices": [["a", "甲类", "Kind A"], ["b", "乙类", "Kind B"]]},
    "kinds": {"kind": "multi-choice", "choices": [["a", "甲类", "Kind A"], ["b", "乙类", "Kind B"]]},
    "fault": {"kind": "text", "required_if": {"good": False}},
    "place": {"kind": "place"},
    "other": {"kind": "link", "ledger": "others"},
    "person": {"kind": "person-id"},
    "who": {"kind": "person-name", "personal": "masked"},
    "phone": {"kind": "phone"},
    "firm": {"kind": "uscc"},
    "plate": {"kind": "plate"},
}


def file(**changes: Any) -> dict[str, Any]:
    fields = {
        name: {"label": f"栏{name}", "label_en": f"Field {name}", **spec} for name, spec in FIELDS.items()
    }
    data: dict[str, Any] = {
        "name": "试验台账", "name_en": "Trial ledger", "description": "试验", "description_en": "A trial",
        "group": "facts", "source": "ours", "title": ["name"], "record_date": "begins",
        "unique": ["name", "begins"], "feeds": ["national-2006/1.1"],
        "feeds_by": {"kind": {"a": ["national-2006/5.1"]}}, "fields": fields,
    }  # fmt: skip
    return data | changes


@pytest.fixture(scope="module")
def ledger() -> LedgerType:
    return parse("trial", file())


def clean_of(ledger: LedgerType, **values: object) -> dict[str, Any]:
    checked = ledger.check({"name": "一", **values})
    assert checked.errors == {}
    return checked.clean


def error_of(ledger: LedgerType, field: str, value: object) -> str:
    return str(ledger.check({"name": "一", field: value}).errors[field])


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("name", "  两 个\t字 ", "两 个 字"),
        ("name", 12.0, "12"),
        ("note", "一\r\n二", "一\n二"),
        ("count", "1,0", 10),
        ("count", 7.0, 7),
        ("size", "1.50", 1.5),
        ("size", 0.1 + 0.2, 0.3),
        ("cost", "1,234.50元", 1234.5),
        ("share", "95%", 95),
        ("begins", "2026/3/1", "2026-03-01"),
        ("begins", "2026年3月1日", "2026-03-01"),
        ("begins", "20260301", "2026-03-01"),
        ("begins", datetime(2026, 3, 1, 8), "2026-03-01"),
        ("begins", "2026-03-01 00:00:00", "2026-03-01"),
        ("month", "2026年3月", "2026-03"),
        ("month", date(2026, 3, 5), "2026-03"),
        ("year", "2026年", 2026),
        ("year", 2026.0, 2026),
        ("good", "是", True),
        ("kind", "乙类", "b"),
        ("kind", "kind b", "b"),
        ("kinds", "乙类、甲类", ["a", "b"]),
        ("kinds", ["b", "b"], ["b"]),
        ("other", "12", 12),
        ("person", "11010519491231002x", "11010519491231002X"),
        ("phone", 13800000001, "13800000001"),
        ("firm", "91350100m000100y43", "91350100M000100Y43"),
        ("plate", "冀a·12345", "冀A12345"),
    ],
)
def test_what_is_typed_is_kept_in_one_form(
    ledger: LedgerType, field: str, typed: object, kept: object
) -> None:
    found = clean_of(ledger, **{field: typed})[field]
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", "长" * 201, "最多200个字，现有201个"),
        ("name", "a\x00", "含有不可见的控制字符"),
        ("name", "a\ud800", "含有不可见的控制字符"),
        ("name", ["a"], "应为文字"),
        ("count", "三", "应为数字"),
        ("count", "1.5", "应为整数"),
        ("count", "-1", "不能小于0"),
        ("count", 101, "不能大于100"),
        ("count", True, "应为数字"),
        ("size", "NaN", "应为数字"),
        ("size", "1e30", "数字最多15位"),
        ("cost", "0.001", "金额最多两位小数"),
        ("share", "101", "百分数应在0到100之间"),
        ("begins", "2026-02-30", "日历上没有这一天"),
        ("begins", "明天", "日期写法如 2026-03-31"),
        ("begins", "1999-12-31", "不能小于2000-01-01"),
        ("begins", "9999-01-01", "年份应在1900到2100之间"),
        ("month", "2026-13", "月份写法如 2026-03"),
        ("year", "26", "年份写法如 2026"),
        ("good", "也许", "应为“是”或“否”"),
        ("kind", "丙类", "“丙类”不在可选项中（甲类、乙类等）"),
        ("other", "某单位", "没有找到所引用的记录“某单位”"),
        ("person", 110105194912310, "公民身份号码应为18位：前17位是数字，末位是数字或X"),
        ("person", 1.10105194912310e17, "长号码要按文本填写，按数字填写会丢失末几位"),
        ("phone", "123456789", "电话号码应为11位手机号，或带区号的固定电话（如 0311-86012345）"),
        ("unknown", "x", "此台账没有这一栏"),
    ],
)
def test_what_cannot_be_taken_is_told_in_words(
    ledger: LedgerType, field: str, typed: object, told: str
) -> None:
    assert error_of(ledger, field, typed) == told


def test_a_required_field_left_empty_is_an_error(ledger: LedgerType) -> None:
    assert {key: str(message) for key, message in ledger.check({"name": "  "}).errors.items()} == {
        "name": "必填"
    }


def test_a_field_required_by_another_says_which(ledger: LedgerType) -> None:
    assert str(ledger.check({"name": "一", "good": "否"}).errors["fault"]) == "“栏good”为“否”时必填"
    assert ledger.check({"name": "一", "good": "是"}).errors == {}


def test_an_end_before_its_beginning_is_an_error(ledger: LedgerType) -> None:
    checked = ledger.check({"name": "一", "begins": "2026-03-02", "until": "2026-03-01"})
    assert {key: str(told) for key, told in checked.errors.items()} == {"until": "不能早于“栏begins”"}
    assert checked.errors["until"].params["other"] == Words("栏begins", "Field begins")


def test_an_unusual_value_is_taken_and_marked(ledger: LedgerType) -> None:
    checked = ledger.check({"name": "一", "count": 51, "plate": "电动001"})
    assert checked.errors == {}
    assert checked.clean == {"name": "一", "count": 51, "plate": "电动001"}
    assert {key: str(told) for key, told in checked.unusual.items()} == {
        "count": "比通常的50大，请核对",
        "plate": "不像常见的民用号牌，请核对",
    }


def test_a_place_comes_in_parts_or_whole_and_a_point_has_two_numbers(ledger: LedgerType) -> None:
    place = {"address": "建设路1号", "longitude": 114.5, "latitude": 38.04}
    exact = clean_of(
        ledger, **{"place.longitude": "114.50123456789012345", "place.latitude": 38.0412345678901}
    )
    assert exact["place"] == {"longitude": 114.5012346, "latitude": 38.0412346}
    parts = {"place": "建设路1号", "place.longitude": "114.5", "place.latitude": "38.04"}
    assert clean_of(ledger, place=place)["place"] == place == clean_of(ledger, **parts)["place"]
    assert clean_of(ledger, place="建设路1号")["place"] == {"address": "建设路1号"}
    wrong = ledger.check({"name": "一", "place.longitude": "114.5"}).errors
    assert {key: str(told) for key, told in wrong.items()} == {"place.latitude": "经度和纬度要一起填"}
    assert (
        str(ledger.check({"name": "一", "place.latitude": 91}).errors["place.latitude"]) == "应在-90到90之间"
    )


def test_defaults_are_filled_only_when_asked(ledger: LedgerType) -> None:
    assert ledger.check({"name": "一"}).clean == {"name": "一"}
    assert ledger.check({"name": "一"}, fill=True).clean == {"name": "一", "good": True}


@given(
    st.dictionaries(st.sampled_from([*FIELDS, "place.longitude"]), st.text() | st.floats() | st.integers())
)
def test_checking_never_fails_and_clean_values_are_clean_again(values: dict[str, object]) -> None:
    ledger = parse("trial", file())
    checked = ledger.check(values)
    again = ledger.check(checked.clean)
    assert again.clean == checked.clean
    assert all(str(message) for message in [*checked.errors.values(), *checked.unusual.values()])


def test_a_row_is_named_dated_and_known_by_its_fields(ledger: LedgerType) -> None:
    clean = clean_of(ledger, begins="2026-03-01", until="2026-12-31")
    assert ledger.title_of(clean) == "一"
    assert ledger.record_day(clean) == "2026-03-01"
    assert ledger.expires_day(clean) == "2026-12-31"
    assert ledger.unique_parts(clean) == ("一", "2026-03-01")
    assert ledger.unique_parts({"name": "一"}) == ()
    assert (ledger.title_of({}), ledger.record_day({}), ledger.expires_day({})) == ("试验台账", "", "")


@pytest.mark.parametrize(
    ("field", "value", "day"), [("month", "2026-03", "2026-03-01"), ("year", 2026, "2026-01-01")]
)
def test_a_month_or_year_counts_from_its_first_day(field: str, value: object, day: str) -> None:
    assert parse("trial", file(record_date=field)).record_day({field: value}) == day


def test_a_record_speaks_for_the_indicators_of_its_ledger_and_of_its_kind(ledger: LedgerType) -> None:
    assert ledger.feeds_of({"kind": "a"}) == ("national-2006/1.1", "national-2006/5.1")
    assert ledger.feeds_of({"kind": "b"}) == ("national-2006/1.1",)
    assert ledger.all_feeds == ("national-2006/1.1", "national-2006/5.1")


@pytest.mark.parametrize(
    ("field", "value", "masked"),
    [
        ("person", "11010519491231002X", "110***********002X"),
        ("phone", "13800000001", "138****0001"),
        ("who", "张三", "张*"),
        ("name", "张三", "张三"),
        ("person", None, None),
    ],
)
def test_personal_values_are_masked(ledger: LedgerType, field: str, value: object, masked: object) -> None:
    assert mask(ledger.fields[field], value) == masked


@pytest.mark.parametrize(
    ("field", "value", "zh", "en"),
    [
        ("good", False, "否", "No"),
        ("kind", "a", "甲类", "Kind A"),
        ("kinds", ["a", "b"], "甲类、乙类", "Kind A, Kind B"),
        ("place", {"address": "建设路1号"}, "建设路1号", "建设路1号"),
        ("cost", 1234.5, "1,234.50", "1,234.50"),
        ("share", 95, "95%", "95%"),
        ("count", 0, "0", "0"),
        ("name", None, "", ""),
    ],
)
def test_values_are_shown_in_words(ledger: LedgerType, field: str, value: Any, zh: str, en: str) -> None:
    assert shown_value(ledger.fields[field], value) == Words(zh, en)


READING = {"value": {"kind": "decimal"}, "low": {"kind": "decimal"}, "high": {"kind": "decimal"}}


@pytest.mark.parametrize(
    ("value", "low", "high", "over"),
    [
        ("5", "1", "5", False),
        ("1", "1", "5", False),
        ("5.1", "1", "5", True),
        ("0.9", "1", "5", True),
        ("9", "", "5", True),
        ("9", "1", "", False),
        ("9", "", "", False),
        ("", "1", "5", None),
    ],
)
def test_over_the_limit_is_worked_out_whatever_was_typed(value: str, low: str, high: str, over: bool) -> None:
    worked_out = {"over": {"kind": "yes-no", "outside": ["value", "low", "high"]}}
    done = {"done": {"kind": "text", "required_if": {"over": True}}}
    fields = {
        name: {"label": name, "label_en": name, **spec}
        for name, spec in {**READING, **worked_out, **done}.items()
    }
    ledger = parse("readings", file(fields=fields, title=["value"], record_date="", unique=[], feeds_by={}))
    for typed in ("", "是", "否"):
        checked = ledger.check({"value": value, "low": low, "high": high, "over": typed})
        assert checked.clean.get("over") is over
        assert set(checked.errors) == ({"done"} if over else set())


def broken(field: str, **spec: Any) -> dict[str, Any]:
    data = file()
    data["fields"][field] = data["fields"].get(field, {"label": "x", "label_en": "x"}) | spec
    return data


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (file(name=""), "name"),
        (file(colour="red"), "colour"),
        (file(title=["none"]), "title"),
        (file(title=[]), "title"),
        (file(record_date="name"), "record_date"),
        (file(unique=["none"]), "unique"),
        (file(feeds=["nothing"]), "feeds"),
        (file(feeds_by={"kind": {"z": []}}), "feeds_by.kind"),
        (file(retention="7y"), "retention"),
        (file(restricted="yes"), "restricted"),
        (file(fields={}), "fields"),
        (broken("count", kind="number"), "fields.count.kind"),
        (broken("count", size=3), "fields.count.size"),
        (broken("count", min="a"), "fields.count.min"),
        (broken("Count", kind="integer"), "fields.Count"),
        (broken("kind", choices=[["a", "甲"]]), "fields.kind.choices"),
        (broken("kind", choices=[["a", "甲", "A"], ["a", "乙", "B"]]), "fields.kind.choices"),
        (broken("kind", codes="none"), "fields.kind.codes"),
        (broken("name", choices=[["a", "甲", "A"]]), "fields.name.kind"),
        (broken("name", section="none"), "fields.name.section"),
        (broken("fault", required_if={"none": True}), "fields.fault.required_if"),
        (broken("until", after="none"), "fields.until.after"),
        (broken("person", personal="none"), "fields.person.personal"),
        (broken("good", default="是"), "fields.good.default"),
        (broken("elsewhere", kind="place"), "fields"),
        (broken("good", outside="count"), "fields.good.outside"),
        (broken("good", outside=["count"]), "fields.good.outside"),
        (broken("count", outside=["count", "count", "count"]), "fields.count.outside"),
        (broken("good", outside=["count", "none", "count"]), "fields.good.outside"),
        (broken("good", outside=["count", "name", "count"]), "fields.good.outside"),
        (broken("name", label=""), "fields.name.label"),
    ],
)
def test_a_wrong_file_is_refused_with_its_key(data: dict[str, Any], key: str) -> None:
    with pytest.raises(LedgerFileError) as caught:
        parse("trial", data)
    assert caught.value.key == key
    assert caught.value.reason


@pytest.mark.parametrize("code", ["Trial", "a b", "-a", "试"])
def test_a_code_is_small_letters_digits_and_hyphens(code: str) -> None:
    with pytest.raises(LedgerFileError):
        parse(code, file())
