"""Fields of a ledger: their kinds, how a value typed into one is read, limited, shown and masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from safecommunity.core import identity, privacy
from safecommunity.core.messages import Message, RefusedError, Words
from safecommunity.core.periods import RECORDED

PERSONAL = ("none", "masked", "sealed")
PLACE_PARTS = {
    "": Words("地址", "Address"),
    "division": Words("行政区划代码", "Division code"),
    "longitude": Words("经度", "Longitude"),
    "latitude": Words("纬度", "Latitude"),
}
LONGEST = {"text": 200, "long-text": 5000, "person-name": 50, "place": 300}
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
TRUE = frozenset(["true", "1", "yes", "y", "是", "有", "√", "on"])
FALSE = frozenset(["false", "0", "no", "n", "否", "无", "×", "off"])


@dataclass(frozen=True, eq=False)  # no slots: what is worked out once is kept in the object
class Field:
    """One field. `choices`: code → words; `personal`: one of PERSONAL; limits in the field's unit.

    `outside`: of a yes-no field that is worked out: the number looked at, its lowest, its highest.
    """

    code: str
    kind: str
    label: str
    label_en: str
    section: str
    help: str
    help_en: str
    unit: str
    required: bool
    required_if: Mapping[str, tuple[object, ...]]
    choices: Mapping[str, Words]
    codes: str
    ledger: str
    personal: str
    list: bool
    search: bool
    filter: bool
    min: Decimal | date | None
    max: Decimal | date | None
    usual_min: Decimal | date | None
    usual_max: Decimal | date | None
    after: str
    default: object
    outside: tuple[str, ...]

    @property
    def words(self) -> Words:
        return Words(self.label, self.label_en)

    @cached_property
    def codes_by_word(self) -> Mapping[str, str]:
        """Code, Chinese and English words of each choice, folded → its code."""
        pairs = [(word, code) for code, words in self.choices.items() for word in (words.en, words.zh, code)]
        return {_folded(word): code for word, code in pairs}

    @property
    def is_date(self) -> bool:
        return self.kind in ("date", "expiry-date")

    @property
    def is_number(self) -> bool:
        return self.kind in ("integer", "decimal", "money", "percentage", "year")


@dataclass(frozen=True, slots=True)
class Column:
    """One cell's worth of a field: `key` is the field's code, or `field.part` for a part of a place."""

    key: str
    field: Field
    part: str
    label: str
    label_en: str


def is_outside(field: Field, clean: Mapping[str, Any]) -> bool | None:
    """Whether the number a field looks at lies outside its limits, either may be open; None without one."""
    number, low, high = (clean.get(code) for code in field.outside)
    if number is None:
        return None
    return (low is not None and number < low) or (high is not None and number > high)


def mask(field: Field, value: object) -> object:
    """The value as those may see it who may not see the person."""
    if value is None or field.personal == "none":
        return value
    if field.kind == "person-id":
        return privacy.mask_resident_id(str(value))
    if field.kind == "phone":
        return privacy.mask_phone(str(value))
    if field.kind == "person-name":
        return privacy.mask_name(str(value))
    if field.kind == "place" and isinstance(value, Mapping):
        return {"address": privacy.mask_text(str(value.get("address", "")))}
    return privacy.mask_text(str(value))


def shown_value(field: Field, value: Any) -> Words:
    """A clean value in words, in both languages; "" for nothing."""
    if value is None or value == "" or value == []:
        return Words("", "")
    if field.kind == "yes-no":
        return Words("是", "Yes") if value is True else Words("否", "No") if value is False else _both(value)
    if field.kind in ("choice", "code"):
        return field.choices.get(str(value), _both(value))
    if field.kind == "multi-choice":
        words = [field.choices.get(code, _both(code)) for code in value]
        return Words("、".join(w.zh for w in words), ", ".join(w.en for w in words))
    if field.kind == "place":
        return _both(place_text(value))
    if field.kind == "money":
        return _both(f"{value:,.2f}" if isinstance(value, int | float) else value)
    if field.kind == "percentage":
        return _both(f"{value:g}%" if isinstance(value, int | float) else value)
    return _both(value)


def _both(value: object) -> Words:
    return Words(str(value), str(value))


def place_text(value: object) -> object:
    return value.get("address", "") if isinstance(value, Mapping) else value


def columns_of(field: Field) -> Iterator[Column]:
    if field.kind != "place":
        yield Column(field.code, field, "", field.label, field.label_en)
        return
    for part, words in PLACE_PARTS.items():
        key = f"{field.code}.{part}" if part else field.code
        zh, en = (f"{field.label}（{words.zh}）", f"{field.label_en} ({words.en})") if part else field.words
        yield Column(key, field, part, zh, en)


def is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == [] or value == ()


def check_limits(field: Field, value: Any) -> None:
    """Raises RefusedError when a clean value lies outside the field's limits."""
    if field.min is None and field.max is None:
        return
    comparable = _comparable(field, value)
    if field.min is not None and comparable < field.min:
        raise RefusedError("不能小于%(limit)s", limit=str(field.min))
    if field.max is not None and comparable > field.max:
        raise RefusedError("不能大于%(limit)s", limit=str(field.max))


def unusual_remark(field: Field, value: Any) -> Message | None:
    """What to look at again in a clean value, None when it is an ordinary one."""
    if field.kind == "plate" and not identity.is_plate(str(value)):
        return Message("不像常见的民用号牌，请核对")
    if field.usual_min is None and field.usual_max is None:
        return None
    comparable = _comparable(field, value)
    if field.usual_min is not None and comparable < field.usual_min:
        return Message("比通常的%(limit)s小，请核对", {"limit": str(field.usual_min)})
    if field.usual_max is not None and comparable > field.usual_max:
        return Message("比通常的%(limit)s大，请核对", {"limit": str(field.usual_max)})
    return None


def _comparable(field: Field, value: Any) -> Any:
    return date.fromisoformat(value) if field.is_date else Decimal(str(value))


def _text(field: Field, given: object) -> str:
    text = _string(given).strip()
    if field.kind != "long-text":
        text = " ".join(text.split())
    longest = LONGEST.get(field.kind, 200)
    if len(text) > longest:
        raise RefusedError("最多%(longest)s个字，现有%(length)s个", longest=longest, length=len(text))
    if UNSEEN.search(text):
        raise RefusedError("含有不可见的控制字符")
    return text.replace("\r\n", "\n")


def _string(given: object) -> str:
    if isinstance(given, str):
        return given
    if isinstance(given, float):
        return (
            f"{given:.15g}" if abs(given) < 1e15 else repr(given)
        )  # a sheet's 12.0 is 12, its 0.1 + 0.2 is 0.3
    if isinstance(given, datetime):
        return given.date().isoformat()
    if isinstance(given, Mapping | list | tuple | bool):
        raise RefusedError("应为文字")
    return str(given)


def _number(given: object, digits: int = 15) -> Decimal:
    if isinstance(given, bool):
        raise RefusedError("应为数字")
    text = identity.plain(_string(given)).replace(",", "").removesuffix("元").removesuffix("%")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise RefusedError("应为数字") from error
    if not number.is_finite():
        raise RefusedError("应为数字")
    if number.adjusted() >= digits or len(number.normalize().as_tuple().digits) > digits:
        raise RefusedError("数字最多15位")
    return number


def _integer(field: Field, given: object) -> int:
    number = _number(given)
    if number != number.to_integral_value():
        raise RefusedError("应为整数")
    return int(number)


def _decimal(field: Field, given: object) -> int | float:
    number = _number(given)
    if field.kind == "money" and -number.normalize().as_tuple().exponent > 2:  # type: ignore[operator]
        raise RefusedError("金额最多两位小数")
    if field.kind == "percentage" and not 0 <= number <= 100:
        raise RefusedError("百分数应在0到100之间")
    return int(number) if number == number.to_integral_value() else float(number)


def _date(field: Field, given: object) -> str:
    if isinstance(given, datetime):
        return given.date().isoformat()
    if isinstance(given, date):
        return given.isoformat()
    text = identity.plain(_string(given))
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(T?[0:.]+Z?)?", text) or re.fullmatch(
        r"(\d{4})(\d{2})(\d{2})", text
    )
    if found is None:
        raise RefusedError("日期写法如 2026-03-31")
    try:
        day = date(*(int(part) for part in found.groups()[:3]))
    except ValueError as error:
        raise RefusedError("日历上没有这一天") from error
    if day.year not in RECORDED:
        raise RefusedError("年份应在1900到2100之间")
    return day.isoformat()


def _month(field: Field, given: object) -> str:
    if isinstance(given, date):
        return f"{given:%Y-%m}"
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})月?", identity.plain(_string(given)))
    if not found or not 1 <= int(found[2]) <= 12 or int(found[1]) not in RECORDED:
        raise RefusedError("月份写法如 2026-03")
    return f"{found[1]}-{int(found[2]):02d}"


def _year(field: Field, given: object) -> int:
    text = identity.plain(_string(given)).removesuffix("年")
    if not re.fullmatch(r"\d{4}", text) or int(text) not in RECORDED:
        raise RefusedError("年份写法如 2026")
    return int(text)


def _yes_no(field: Field, given: object) -> bool:
    if isinstance(given, bool):
        return given
    text = identity.plain(_string(given)).lower()
    if text in TRUE or text in FALSE:
        return text in TRUE
    raise RefusedError("应为“是”或“否”")


def _choice(field: Field, given: object) -> str:
    text = _string(given)
    code = text if text in field.choices else field.codes_by_word.get(_folded(text))
    if code is None:
        some = "、".join(words.zh for words in list(field.choices.values())[:8])
        raise RefusedError("“%(value)s”不在可选项中（%(choices)s等）", value=text.strip()[:50], choices=some)
    return code


def _folded(word: str) -> str:
    return identity.plain(word).casefold()


def _choices(field: Field, given: object) -> list[str]:
    parts = given if isinstance(given, list | tuple) else re.split(r"[、,,;;|\n]", _string(given))
    found = {_choice(field, part) for part in parts if not is_empty(part)}
    return [code for code in field.choices if code in found]


def _link(field: Field, given: object) -> int:
    try:
        number = int(_string(given))
    except ValueError as error:
        raise RefusedError("没有找到所引用的记录“%(value)s”", value=str(given)[:50]) from error
    if number < 1:
        raise RefusedError("没有找到所引用的记录“%(value)s”", value=str(given)[:50])
    return number


def _identified(check: Callable[[str], str]) -> Callable[[Field, object], str]:
    def read(field: Field, given: object) -> str:
        if isinstance(given, float) or (isinstance(given, int) and len(str(given)) > 15):
            raise RefusedError("长号码要按文本填写，按数字填写会丢失末几位")
        return check(_string(given))

    return read


def _phone(field: Field, given: object) -> str:
    return identity.phone(_string(given))


def _plate(field: Field, given: object) -> str:
    number = identity.plate(_string(given))
    if not 3 <= len(number) <= 12:
        raise RefusedError("号牌号码应为3到12位")
    return number


def _division(field: Field, given: object) -> str:
    code = identity.plain(_string(given))
    if not re.fullmatch(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", code):
        raise RefusedError("行政区划代码应为2、4、6、9或12位数字")
    return code


def _degrees(smallest: int, largest: int) -> Callable[[Field, object], float]:
    def read(field: Field, given: object) -> float:
        degrees = float(_number(given, digits=40))
        if not smallest <= degrees <= largest:
            raise RefusedError("应在%(smallest)s到%(largest)s之间", smallest=smallest, largest=largest)
        return round(degrees, 7)

    return read


READERS: Mapping[str, Callable[[Field, object], Any]] = {
    "text": _text,
    "long-text": _text,
    "person-name": _text,
    "integer": _integer,
    "decimal": _decimal,
    "money": _decimal,
    "percentage": _decimal,
    "date": _date,
    "expiry-date": _date,
    "month": _month,
    "year": _year,
    "yes-no": _yes_no,
    "choice": _choice,
    "code": _choice,
    "multi-choice": _choices,
    "link": _link,
    "person-id": _identified(identity.resident_id),
    "uscc": _identified(identity.uscc),
    "phone": _phone,
    "plate": _plate,
}
PLACE_READERS: Mapping[str, Callable[[Field, object], Any]] = {
    "": _text,
    "division": _division,
    "longitude": _degrees(-180, 180),
    "latitude": _degrees(-90, 90),
}
KINDS = (*READERS, "place")
