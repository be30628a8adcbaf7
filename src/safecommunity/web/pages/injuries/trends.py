"""Whether it is getting better: the trend in sentences, the months, and the rates of whole years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.core.periods import Period
from safecommunity.library import codes
from safecommunity.surveillance import actions, queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import PersonRequest, requires
from safecommunity.web.clock import today
from safecommunity.web.components.lists import sheet
from safecommunity.web.components.words import local
from safecommunity.web.pages.injuries import display
from safecommunity.web.pages.injuries.sentences import change, spread

if TYPE_CHECKING:
    from safecommunity.analysis.rates import Limits
    from safecommunity.surveillance.standards import Rates
    from safecommunity.surveillance.trends import Break, Trends
    from safecommunity.web.pages.injuries.charts import Cell

WIDE, HIGH, LEFT, LOW = 720, 260, 40, 24
FILTERS = ("cause", "place", "band", "sex")


@requires(Permission.INJURY_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    found, ask = _found(request, unit)
    context = {
        "found": found,
        "first": ask.from_date or (found.months[0] if found.months else None),
        "last": ask.to_date or today(),
        "sentences": sentences(found),
        "is_doubtful": bool(found.breaks) or (found.trend is not None and found.trend.upper < 1),
        "season": season(found),
        "chart": chart(found) if any(found.counts) else None,
        "calendar": list(_calendar(request, unit, found)) if any(found.counts) else [],
        "months": range(1, 13),
        "years": [
            (one, _records(request, unit, date(one.year, 1, 1), date(one.year, 12, 31)),
             *(spread(rate) if rate else silence(one.rates)
               for rate in (one.rates.crude, one.rates.standardised)))
            for one in reversed(found.years)
        ],
        "standard": local(found.standard),
        "standards": [
            (code, local(one), code == found.standard.code)
            for code, one in codes["standard-populations"].items()
        ],
        "ask": ask,
        "filters": display.filters(ask, FILTERS),
        "areas_offered": [
            (code, name, ask.area == code) for code, name in queries.offered_areas(unit).items()
        ],
        "is_partly_hidden": queries.hidden(unit, request.user),
        "here": "trend",
    }  # fmt: skip
    return render(request, "injuries/trend.html", context)


@require_POST
@requires(Permission.INJURY_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Years with their months as a sheet, what is said of them and how it was worked out below."""
    found, _ask = _found(request, unit)
    if not found.months:
        raise Http404(_("没有可以导出的月份。"))
    actions.note_figures(
        unit=unit, table="trend", first=found.months[0], last=found.months[-1], by=request.user
    )
    heads = [
        _("年份"), _("起数"), _("人口"), _("人口年份"), _("每千人年"), _("下限"), _("上限"), _("标准化率"),
        _("下限"), _("上限"), _("没写年龄"), _("死亡"), _("少活的年数"),
        *(_("%(month)s月") % {"month": month} for month in range(1, 13)),
    ]  # fmt: skip
    notes = [
        (_("时段"), f"{found.months[0]:%Y-%m}—{found.months[-1]:%Y-%m}"),
        *((_("结论"), one) for one in (*sentences(found), season(found)) if one),
        (_("标准人口"), local(found.standard)), (_("怎么算的"), method()),
    ]  # fmt: skip
    columns = [(head, 12 if at == 0 else 9) for at, head in enumerate(heads)]
    name = _("%(unit)s伤害走势 %(last)s") % {"unit": unit.name, "last": f"{found.months[-1]:%Y-%m}"}
    return sheet(name=name, title=_("走势"), columns=columns, rows=list(_lines(found)), notes=notes)


def sentences(found: Trends) -> list[str]:
    """Where the series broke, what came of it since, and what is left when the ages are made alike."""
    told = [_broken(found, one) for one in found.breaks]
    if told:
        told.append(
            _("先核对登记办法和来源有没有变，都没变才可能是真的变了。两边不能放在一起比，下面只说这以后的。")
        )
    told.append(_trend(found))
    return [*told, *filter(None, [_rates(found)])]


def _broken(found: Trends, one: Break) -> str:
    month = found.months[one.at]
    said = {"year": month.year, "month": month.month, "change": change(one.factor)}
    told = (
        _("从 %(year)s 年 %(month)s 月前后起，全部伤害的登记数明显变了（%(change)s），这里也断开。")
        if one.is_of_all
        else _("从 %(year)s 年 %(month)s 月前后起，登记数明显变了（%(change)s）。")
    )
    return told % said


def _trend(found: Trends) -> str:
    months = found.months[found.since :]
    if found.trend is None:
        if found.silence == "few":
            return _("起数太少，不能说走势。")
        count = {"months": len(months)}
        if found.breaks:
            return _("这以后只有 %(months)s 个整月，不满 24 个，还不能说走势。") % count
        return _("走势要看满 24 个整月的登记，现在有 %(months)s 个，还不能说。") % count
    value, low, high = (
        change(one, is_fine=True) for one in (found.trend.value, found.trend.lower, found.trend.upper)
    )
    said = {
        "first": f"{months[0]:%Y-%m}", "last": f"{months[-1]:%Y-%m}", "months": len(months),
        "change": value, "low": low, "high": high,
    }  # fmt: skip
    told = _("%(first)s 到 %(last)s（%(months)s 个月），起数平均每年%(change)s；") % said
    if found.trend.lower > 1:
        return told + _("真实变化在每年%(low)s到%(high)s之间，不像是偶然。") % said
    if found.trend.upper < 1:
        return (
            told
            + _("真实变化在每年%(low)s到%(high)s之间，不像是偶然：先核对有没有漏报，再当作好消息。") % said
        )
    return told + _("但真实变化可能在每年%(low)s到%(high)s之间，还不能说有变化。") % said


def _rates(found: Trends) -> str:
    """The first and the last year of one kind of recording, their ages made alike."""
    known = [(one.year, rate) for one in found.comparable if (rate := one.rates.standardised)]
    if len(known) < 2:
        return ""
    (first, before), (last, after) = known[0], known[-1]
    said = {
        "standard": local(found.standard), "first": first, "last": last,
        "before": spread(before), "after": spread(after),
    }  # fmt: skip
    told = (
        _("年龄都按%(standard)s来算，%(first)s 年每千人 %(before)s起，%(last)s 年每千人 %(after)s起；") % said
    )
    if after.lower > before.upper or after.upper < before.lower:
        return told + _("两个范围不相交，不像是偶然。")
    return told + _("两个范围相交，还不能说率变了。")


def season(found: Trends) -> str:
    """The high and the low month; nothing where no trend is told either."""
    if found.trend is None:
        return ""
    if found.season is None:
        return _("看不出每年固定的高低月份。")
    return _("每年 %(peak)s 月前后最多，约是 %(trough)s 月前后的 %(times)s 倍。") % {
        "peak": found.season.peak, "trough": found.season.trough, "times": f"{found.season.times:.1f}"
    }  # fmt: skip


def silence(known: Rates) -> str:
    """Why there is no rate."""
    words = {
        "few": _("数量太少，不算率"), "people": _("没有人口"), "ages": _("人口或伤害卡没有按年龄分"),
    }  # fmt: skip
    return words[known.silence]


def method() -> str:
    """How it was worked out, for the foot of the sheet."""
    return _(
        "率：起数÷人口，精确泊松95%界限，不足10起不算；标准化率：直接法，Fay–Feuer 95%界限；少活的年数："
        "75岁以前死亡的，按年龄组的中点算到75岁；走势：准泊松回归，去掉季节（两个波），95%界限，没有按人口"
        "调整；登记变化：走势可转折、有季节的序列上有没有一个台阶，F检验，按所看的月份数校正，1%。按伤害发生"
        "日期计数，已合并和撤回的卡不计。"
    )


def chart(found: Trends) -> dict[str, Any]:
    """The months as a line that is broken where the series jumped."""
    top = max(found.counts) * 1.05
    step = (WIDE - LEFT - 8) / max(len(found.months) - 1, 1)
    cuts = [0, *(one.at for one in found.breaks), len(found.months)]

    def x(at: float) -> float:
        return round(LEFT + at * step, 1)

    def line(first: int, end: int) -> str:
        return " ".join(
            f"{x(at)},{HIGH - LOW - found.counts[at] / top * (HIGH - LOW - 8):.1f}"
            for at in range(first, end)
        )

    return {
        "lines": [line(*part) for part in pairwise(cuts)],
        "breaks": [(x(at - 0.5), found.months[at]) for at in cuts[1:-1]],
        "wide": WIDE, "high": HIGH, "left": LEFT, "right": WIDE - 8, "bottom": HIGH - LOW, "top": round(top),
        "first": found.months[0], "last": found.months[-1],
    }  # fmt: skip


def _calendar(
    request: PersonRequest, unit: Unit, found: Trends
) -> Iterator[tuple[int, int, list[tuple[Cell, str] | None]]]:
    """The newest first: year, its cards, and of every month its cell and its records, if it is looked at."""
    from safecommunity.web.pages.injuries import charts  # slow import

    for year, cells in charts.calendar(dict(zip(found.months, found.counts, strict=True))):
        linked = [
            (cell, _records(request, unit, month, Period.month_of(month).end)) if cell else None
            for month, cell in zip(_of(year), cells, strict=True)
        ]
        yield year, sum(cell.count for cell in cells if cell), linked


def _lines(found: Trends) -> Iterator[list[Any]]:
    counts = dict(zip(found.months, found.counts, strict=True))
    whole = {one.year: one for one in found.years}
    for year in sorted({month.year for month in found.months}, reverse=True):
        months = [counts.get(month) for month in _of(year)]
        one = whole.get(year)
        told = (
            [one.rates.count, one.rates.people, one.people_year, *_numbers(one.rates.crude),
             *_numbers(one.rates.standardised), one.rates.unaged, one.deaths, one.lost]
            if one else [None] * 12
        )  # fmt: skip
        yield [year, *told, *months]


def _of(year: int) -> list[date]:
    return [date(year, month, 1) for month in range(1, 13)]


def _records(request: PersonRequest, unit: Unit, first: date, last: date) -> str:
    """The cards of these days that the page speaks of."""
    asked = {**dict(request.GET.lists()), "from": [str(first)], "to": [str(last)]}
    return f"{reverse('injuries:cards', args=[unit.slug])}?{urlencode(asked, doseq=True)}"


def _numbers(rate: Limits | None) -> Sequence[float | None]:
    return [round(float(one), 3) for one in (rate.value, rate.lower, rate.upper)] if rate else [None] * 3


def _found(request: PersonRequest, unit: Unit) -> tuple[Trends, queries.Ask]:
    from safecommunity.surveillance.standards import standard  # slow import
    from safecommunity.surveillance.trends import trends  # slow import

    ask = queries.parse(dict(request.GET.lists()))
    return trends(unit, request.user, ask, standard(request.GET.get("standard", "")), today()), ask
