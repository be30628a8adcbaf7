"""Figures in plain words: no names of tests, nothing said that the numbers cannot carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import isinf
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.library import codes
from safecommunity.surveillance.queries import Key, question
from safecommunity.surveillance.wording import named, word
from safecommunity.units.models import Unit
from safecommunity.web.components.words import local

if TYPE_CHECKING:
    from safecommunity.analysis.rates import Limits, Ratio
    from safecommunity.surveillance.figures import Explored, Part, Story

FEW = 10  # cases below which two periods are not compared
FINE = 0.2  # between the limits of a ratio, below which tenths are too coarse for it


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a sentence and the records it speaks of."""

    text: str
    url: str = ""


def records(unit: Unit, first: date, last: date, key: Key = (), *, is_open: bool = False) -> str:
    """The address of the list that holds these cards; `is_open`: restricted ones never."""
    asked: dict[str, Any] = {**question(key), "from": first.isoformat(), "to": last.isoformat()}
    if is_open:
        asked["open"] = "1"
    return f"{reverse('injuries:cards', args=[unit.slug])}?{urlencode(asked, doseq=True)}"


def overview(unit: Unit, found: Story, areas: dict[str, str]) -> Iterator[Phrase]:
    """The month in a sentence whose phrases open their records."""
    month = _("%(year)s年%(month)s月") % {"year": found.first.year, "month": found.first.month}
    here = records(unit, found.first, found.last)
    yield Phrase(_("%(month)s登记伤害 %(count)s 起，") % {"month": month, "count": found.count}, here)
    compare = f"{reverse('injuries:compare', args=[unit.slug])}?from={found.first}&to={found.last}"
    if found.usual is None:
        yield Phrase(_("登记的历史还不满半年，还不能说多还是少。"))
        return
    said = {"low": found.usual.low, "high": found.usual.high, "expected": round(found.usual.expected)}
    if found.standing == "more":
        yield Phrase(
            _("比往常多：往常同期约 %(expected)s 起，一般在 %(low)s—%(high)s 起之间；") % said, compare
        )
    elif found.standing == "fewer":
        yield Phrase(
            _("比往常少（一般 %(low)s—%(high)s 起）：先核对有没有漏报，再当作好消息；") % said, compare
        )
    else:
        yield Phrase(_("在往常的范围里（约 %(expected)s 起，一般 %(low)s—%(high)s 起）；") % said, compare)
    yield from _parts(unit, found, areas)


def _parts(unit: Unit, found: Story, areas: dict[str, str]) -> Iterator[Phrase]:
    if not found.parts:
        yield Phrase(_("没有哪一类明显超出自己的往常。"))
        return
    yield Phrase(_("超出往常的有"))
    for place, one in enumerate(found.parts):
        end = _("。") if place == len(found.parts) - 1 else _("、")
        yield Phrase(part(found, one, areas) + end, records(unit, found.first, found.last, one.key))


def part(found: Story, one: Part, areas: dict[str, str]) -> str:
    said = {"name": named(one.key, areas), "count": one.count, "low": one.usual.low, "high": one.usual.high}
    if one.count == found.count:
        return _("%(name)s（这个月全是）") % said
    return _("%(name)s %(count)s 起（往常 %(low)s—%(high)s 起）") % said


def ratio(count: int, other: int, years: int, found: Ratio) -> str:
    """A period against earlier ones: what changed, and whether one may say so."""
    before = _("去年同期") if years == 1 else _("前三年同期平均每年")
    average = f"{other / years:.1f}".removesuffix(".0")
    said = {"before": before, "other": average, "count": count}
    if count + other < FEW:
        return _("本期 %(count)s 起，%(before)s %(other)s 起；数量太少，不宜比较高低。") % said
    if not count:
        return _("本期一起也没有登记，%(before)s %(other)s 起：先核对有没有漏报，再当作好消息。") % said
    said |= changes(found.value, found.lower, found.upper)
    first = _("本期 %(count)s 起，%(before)s %(other)s 起，%(change)s；") % said
    if found.lower > 1 or found.upper < 1:
        return first + _("真实变化在%(low)s到%(high)s之间，不像是偶然。") % said
    return first + _("但真实变化可能在%(low)s到%(high)s之间，还不能说有变化。") % said


def changes(value: float, lower: float, upper: float) -> dict[str, str]:
    """A ratio and its limits in words."""
    is_fine = upper - lower < FINE
    return {
        "change": change(value, is_fine=is_fine), "low": change(lower, is_fine=is_fine),
        "high": change(upper, is_fine=is_fine),
    }  # fmt: skip


def change(value: float, *, is_fine: bool = False) -> str:
    """A ratio in words: `少约 4 成`, finely `少约 38%`, `是原来的 2.3 倍`."""
    if isinf(value):
        return _("无法估计")
    if value >= 2:
        return _("是原来的 %(times)s 倍") % {"times": f"{value:.1f}"}
    parts = round(abs(value - 1) * (100 if is_fine else 10))
    if parts == 0:
        return _("几乎没变")
    much = f"{parts}%" if is_fine else _("%(tenths)s 成") % {"tenths": parts}
    return (_("多约 %(much)s") if value > 1 else _("少约 %(much)s")) % {"much": much}


def spread(rate: Limits) -> str:
    """A rate with its limits: `9.2（8.1—10.4）`."""
    said = {"rate": f"{rate.value:.1f}", "low": f"{rate.lower:.1f}", "high": f"{rate.upper:.1f}"}
    return _("%(rate)s（%(low)s—%(high)s）") % said


def standing(code: str) -> str:
    """How a place stands among the others, in a word."""
    words = {"high": _("偏高"), "low": _("偏低"), "usual": _("正常波动"), "": _("不能比较")}
    return words[code]


def about(found: Explored) -> dict[str, str]:
    """A sentence for each chart."""
    first = {name: rows[0] for name, rows in found.ranks.items() if rows}
    total = found.total
    told = {}
    if total and "cause" in first:
        cause, count = first["cause"]
        share = round(count / total * 100)
        told["cause"] = _("最多的是%(cause)s，%(count)s 起，占 %(share)s%%。") % {
            "cause": word("cause", cause), "count": count, "share": share,
        }  # fmt: skip
    rated = [
        (one.code, sex, limits)
        for one in found.bands
        for sex, limits in (("male", one.male_rate), ("female", one.female_rate))
        if limits
    ]
    if rated:
        band, sex, limits = max(rated, key=lambda one: one[2].value)
        group = {"band": word("band", band), "sex": word("sex", sex)}
        rate = {"rate": f"{limits.value:.1f}", "low": f"{limits.lower:.1f}", "high": f"{limits.upper:.1f}"}
        told["people"] = _(
            "率最高的是%(band)s的%(sex)s：每年每千人 %(rate)s 起（大致在 %(low)s—%(high)s 之间）。"
        ) % {**group, **rate}
    elif found.people_year is None:
        told["people"] = _("还没有填人口，所以只有起数，没有率。")
    else:
        told["people"] = _("每一组都不到 10 起，不计算率。")
    told["people"] += _left_out(total - sum(one.male + one.female for one in found.bands), total)
    told["rates"] = _rates(found)
    told["hours"] = _hours(found)
    told["cross"] = _("没有哪一格明显偏离所在行和列的预示。")
    if found.cross.marks.any():
        told["cross"] = _("有箭头的格子比所在行和列预示的多或少，已经考虑了同时看很多格子；其余不必解读。")
    told["cross"] += _left_out(total - int(found.cross.counts.sum()), total)
    told["areas"] = _areas(found) + _left_out(total - sum(one.count for one in found.areas), total)
    return told


def _rates(found: Explored) -> str:
    crude, alike = found.rates.crude, found.rates.standardised
    if crude is None:
        return ""
    told = _("合计每年每千人 %(rate)s起；") % {"rate": spread(crude)}
    if alike is None:
        return told + _("人口或伤害卡没有按年龄分，不能去掉年龄的影响。")
    standard = local(codes["standard-populations"]["china2020"])
    return told + _("年龄都按%(standard)s来算，是 %(rate)s起。") % {
        "standard": standard,
        "rate": spread(alike),
    }


def _hours(found: Explored) -> str:
    counts = found.hours.counts
    hour = int(counts.sum(axis=0).argmax())
    told = _("%(hour)s时前后最多。") % {"hour": hour} if counts.any() else ""
    return told + _left_out(found.unsaid_hours, found.total)


def _left_out(count: int, total: int) -> str:
    """Of the cards that do not say what a table is by, "" where there are none."""
    if not count:
        return ""
    if count == total:
        return _("这些卡都没有写，表里没有数。")
    return _("另有 %(count)s 起没有写，不在表里。") % {"count": count}


def _areas(found: Explored) -> str:
    high = [one.name for one in found.areas if one.standing == "high"]
    if high:
        return _("%(names)s的率高于同样大小的地方偶然会有的范围。") % {"names": _("、").join(high)}
    if any(one.standing for one in found.areas):
        return _("各地的高低都在偶然会有的范围里，不宜排名。")
    return _("人口或伤害数太少，不能比较各地。")
