"""How far the cards can be relied on: a list of doubts, each with its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.wording import number, word
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import PersonRequest, requires
from safecommunity.web.components.lists import sheet
from safecommunity.web.pages.injuries import display
from safecommunity.web.pages.injuries.analysis import period

if TYPE_CHECKING:
    from safecommunity.surveillance.quality import Heap, Quality, Silence, Source

OFTEN, FEWEST = 0.2, 5  # unsaid this often, and in so many cards, is marked


@requires(Permission.INJURY_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    found = _found(request, unit)
    labels = _labels()
    context = {
        "found": found,
        "about": about(found),
        "silent": [
            (silence(one), _records(one.slug, {"source": one.source, "to": one.last})) for one in found.silent
        ],
        "heaps": [(heap(one), _of_heap(unit, found, one)) for one in found.heaps],
        "unlikely": [
            (together(fields), count, _records(unit.slug, {**fields, **_days(found)}))
            for fields, count in found.unlikely
        ],
        "labels": labels.values(),
        "sources": [(*_source(one), _cells(unit, found, one, labels)) for one in found.sources],
        "doubted": [(row, display.who(row), word("cause", row.cause)) for row in found.doubted],
        "is_partly_hidden": queries.hidden(unit, request.user),
        "here": "quality",
    }
    return render(request, "injuries/quality.html", context)


@require_POST
@requires(Permission.INJURY_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Sources with what they do not say as a sheet, the other doubts below."""
    found = _found(request, unit)
    labels = _labels()
    rows = [
        [
            word("source", one.code),
            one.total,
            one.late if one.dated else "",
            *(one.unsaid[name] for name in labels),
        ]
        for one in found.sources
    ]
    notes = [
        (_("时段"), f"{found.first}—{found.last}"), (_("结论"), about(found)),
        *((_("没有来卡"), silence(one)) for one in found.silent),
        *((_("扎堆"), heap(one)) for one in found.heaps),
        *((together(fields), count) for fields, count in found.unlikely),
        (_("填卡时提示待核实"), found.doubts),
    ]  # fmt: skip
    actions.note_figures(unit=unit, table="quality", first=found.first, last=found.last, by=request.user)
    heads = [
        _("信息来源"),
        _("起数"),
        _("迟填"),
        *(_("没填%(field)s") % {"field": one} for one in labels.values()),
    ]
    columns = [(head, 24 if at == 0 else 12) for at, head in enumerate(heads)]
    name = _("%(unit)s伤害卡质量 %(last)s") % {"unit": unit.name, "last": found.last}
    return sheet(name=name, title=_("数据质量"), columns=columns, rows=rows, notes=notes)


def about(found: Quality) -> str:
    """What comes before any good news."""
    if not found.sources:
        return _("这段时间没有伤害卡。")
    if found.silent:
        return _("有 %(count)s 个来源很久没有来卡：先问清楚，再看伤害是不是真的少了。") % {
            "count": len(found.silent)
        }
    if found.heaps or found.unlikely or found.doubts or any(_is_marked(one) for one in found.sources):
        return _("各来源都还在来卡；下面几处值得核对。")
    return _("没有发现要核对的地方；这不等于没有漏报。")


def silence(one: Silence) -> str:
    said = {
        "unit": one.unit, "source": word("source", one.source), "weekly": number(one.weekly),
        "days": one.days, "last": one.last,
    }  # fmt: skip
    return _("%(unit)s · %(source)s：以前每周约 %(weekly)s 起，%(last)s 以后 %(days)s 天一起也没有。") % said


def heap(one: Heap) -> str:
    said = {"at": one.at, "count": one.count, "beside": number(one.beside)}
    if one.kind == "day":
        return _("每月 %(at)s 日 %(count)s 起，前后各日平均 %(beside)s 起：可能是不知道日期时填的。") % said
    return _("%(at)s 时 %(count)s 起，前后各时平均 %(beside)s 起：可能是不知道时点时填的。") % said


def together(fields: Mapping[str, tuple[str, ...]]) -> str:
    """`机动车车祸、非机动车车祸 · 家中`."""
    return " · ".join(_("、").join(word(name, code) for code in wanted) for name, wanted in fields.items())


def _found(request: PersonRequest, unit: Unit) -> Quality:
    from safecommunity.surveillance.quality import quality  # slow import

    _ask, first, last = period(request)
    return quality(unit, request.user, first, last)


def _labels() -> dict[str, str]:
    """Field → what it is called, in the order of the columns."""
    counted = display.labels_of()
    names = ("sex", "place", "activity", "intent", "nature", "severity", "outcome")
    return {
        "age": _("年龄"),
        "area": _("社区、网格"),
        "hour": _("时点"),
        **{name: counted[name] for name in names},
    }


def _source(one: Source) -> tuple[str, int, int | None, bool]:
    """Word, cards, late ones (None: not known of any), whether so many are late that it is marked."""
    late = one.late if one.dated else None
    return word("source", one.code), one.total, late, _often(one.late, one.dated)


def _cells(
    unit: Unit, found: Quality, one: Source, labels: Mapping[str, str]
) -> list[tuple[str, int, int, bool, str]]:
    """Label, unsaid, in per cent, marked or not, and the records where the list can be asked for them."""
    return [
        (label, one.unsaid[name], round(one.unsaid[name] / one.total * 100),
         _often(one.unsaid[name], one.total),
         _records(unit.slug, {"source": one.code, name: queries.UNSAID, **_days(found)})
         if name in queries.COUNTED else "")
        for name, label in labels.items()
    ]  # fmt: skip


def _is_marked(one: Source) -> bool:
    return _often(one.late, one.dated) or any(_often(count, one.total) for count in one.unsaid.values())


def _often(count: int, total: int) -> bool:
    return count >= FEWEST and count / total >= OFTEN


def _of_heap(unit: Unit, found: Quality, one: Heap) -> str:
    name = {"day": "monthday", "hour": "hour"}[one.kind]
    return _records(unit.slug, {name: one.at, **_days(found)})


def _days(found: Quality) -> dict[str, Any]:
    return {"from": found.first, "to": found.last}


def _records(slug: str, asked: Mapping[str, Any]) -> str:
    return f"{reverse('injuries:cards', args=[slug])}?{urlencode(asked, doseq=True)}"
