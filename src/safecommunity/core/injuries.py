"""Injury cards and accidents: what a card must hold beyond its form, which are restricted, levels and clocks.

Code lists carry the rules: `branch` and `restricted` of causes and intents, ages of bands, thresholds of
levels, hours and days of classes. Nothing here reads them itself; they are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from safecommunity.core.codes import CodeList
from safecommunity.core.identity import birth_date, sex
from safecommunity.core.ledgers import Checked, LedgerType
from safecommunity.core.messages import Message

BRANCHES = ("traffic", "fall", "poisoning", "burn", "drowning", "violence", "selfharm")
EDUCATION_FROM, OCCUPATION_FROM = 6, 10
RESTRICTED_SECTIONS = ("violence", "selfharm")
ICD = re.compile(r"([V-Y])(\d\d)(?:\.(\d{1,2}))?")
CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Rules:
    """The code lists a card is judged by."""

    causes: CodeList
    intents: CodeList
    bands: CodeList

    def branches(self, clean: Mapping[str, Any]) -> set[str]:
        """The sections that this cause and intent open."""
        opened = {self._extra(clean, one, "branch") for one in ("cause", "intent")}
        return {branch.replace("-", "") for branch in opened if branch}

    def restricted(self, clean: Mapping[str, Any]) -> bool:
        """Self-harm, assault and abuse: to be seen by few."""
        return any(self._extra(clean, one, "restricted") for one in ("cause", "intent"))

    def band(self, age: int | None) -> str:
        """The band of an age in years, "" for an unknown one."""
        if age is None:
            return ""
        for one in self.bands.values():
            if int(one.extra["from"]) <= age <= int(one.extra["to"] or 999):
                return one.code
        return ""

    def _extra(self, clean: Mapping[str, Any], field: str, column: str) -> str:
        codes = {"cause": self.causes, "intent": self.intents}[field]
        code = str(clean.get(field, ""))
        return codes[code].extra[column] if code in codes else ""


def check(form: LedgerType, values: Mapping[str, object], rules: Rules, today: date) -> Checked:
    """A card's values: those of its form, and what only several of them together can tell.

    Values of branches that the cause and intent do not open are left out.
    """
    found = form.check(values, fill=True)
    clean, errors, unusual = dict(found.clean), dict(found.errors), dict(found.unusual)
    for closed in set(BRANCHES) - rules.branches(clean):
        for section in form.sections:
            if section.code == closed:
                for field in section.fields:
                    for one in (clean, errors, unusual):
                        one.pop(field.code, None)
    for key, message in _together(clean, today):
        errors.setdefault(key, message)
    return Checked(clean, errors, unusual | dict(_doubts(clean)))


def _together(clean: Mapping[str, Any], today: date) -> Iterable[tuple[str, Message]]:
    age = clean.get("age")
    for key in ("injured_date", "visit_date", "reported_date"):
        if clean.get(key, "") > today.isoformat():
            yield key, Message("不能晚于今天")
    if clean.get("visit") == "again":
        yield "visit", Message("同一次伤害的复诊不另填卡，请在首诊的那张卡上补充")
    if age is not None and age >= EDUCATION_FROM and clean.get("education") == "too-young":
        yield "education", Message("6岁及以上请填实际文化程度")
    if clean.get("outcome") == "died" and clean.get("severity") in ("slight", "moderate"):
        yield "severity", Message("结局为死亡时，严重程度应为重度")
    if clean.get("cause") == "sexual" and clean.get("intent") == "unintentional":
        yield "intent", Message("性侵犯不是非故意伤害")
    if "icd" in clean and not ICD.fullmatch(clean["icd"].upper()):
        yield "icd", Message("ICD-10 外因编码写法如 W10 或 W10.0（V01—Y98）")
    if number := clean.get("id_number"):
        if "sex" in clean and sex(number) != clean["sex"]:
            yield "sex", Message("与身份证号不符")
        if age is not None and "injured_date" in clean:
            years = _years(birth_date(number), date.fromisoformat(clean["injured_date"]))
            if years != age:
                yield "age", Message("与身份证号不符，受伤时应为%(years)s岁", {"years": years})


def _doubts(clean: Mapping[str, Any]) -> Iterable[tuple[str, Message]]:
    age = clean.get("age")
    if age is None:
        return
    if age >= OCCUPATION_FROM and "occupation" not in clean:
        yield "occupation", Message("10岁及以上一般应填职业")
    if age >= EDUCATION_FROM and clean.get("occupation") == "preschool":
        yield "occupation", Message("与年龄不大相符，请核对")
    if age < EDUCATION_FROM and clean.get("intent") == "self-harm":
        yield "intent", Message("与年龄不大相符，请核对")


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class Casualties:
    """What an accident's level is judged by; loss in yuan."""

    deaths: int
    serious: int
    loss: Decimal


def level(found: Casualties, levels: CodeList) -> str:
    """The first level, gravest first, of which one threshold is reached (lower edges included)."""
    for one in levels.values():
        limits = {name: Decimal(one.extra[name]) for name in ("deaths", "serious", "loss")}
        if any(getattr(found, name) >= limit for name, limit in limits.items()):
            return one.code
    raise ValueError("the last level must have thresholds of nought")


@dataclass(frozen=True, slots=True)
class Clock:
    """By when an accident is to be reported, and until when its figures are to be supplemented."""

    report_by: datetime
    supplement_until: date


def clock(known_at: datetime, happened: date, kind: str, classes: CodeList) -> Clock:
    """Hours run from when the unit knew, days from the accident."""
    extra = classes[kind].extra
    return Clock(
        known_at + timedelta(hours=int(extra["report_hours"])),
        happened + timedelta(days=int(extra["supplement_days"])),
    )


def clock_time(text: str) -> tuple[int, int] | None:
    """`14:30` → hour and minute; None for anything else."""
    found = CLOCK.fullmatch(text.strip())
    return (int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two cards are: `sure`, `likely` or `possible`, and the fields that agree."""

    grade: str
    agree: tuple[str, ...]


def likeness(one: Mapping[str, Any], other: Mapping[str, Any], days: int = 3) -> Likeness | None:
    """Whether two cards may tell of the same injury; None when not.

    Each has `person` (a digest or ""), `injured_date`, `cause`, `sex`, `age`, `hour`. The same person at most
    `days` apart: sure on the same day from the same cause, else likely. Nobody named on one of them: possible
    on the same day from the same cause, sex and age where the hours do not contradict.
    """
    apart = abs((one["injured_date"] - other["injured_date"]).days)
    fields = ("person", "injured_date", "cause", "sex", "age", "hour")
    agree = tuple(name for name in fields if one[name] not in ("", None) and one[name] == other[name])
    if one["person"] and other["person"]:
        if one["person"] != other["person"] or apart > days:
            return None
        return Likeness("sure" if {"injured_date", "cause"} <= set(agree) else "likely", agree)
    hours = one["hour"], other["hour"]
    if None not in hours and abs(hours[0] - hours[1]) > 1:
        return None
    return Likeness("possible", agree) if {"injured_date", "cause", "sex", "age"} <= set(agree) else None
