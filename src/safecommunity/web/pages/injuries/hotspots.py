"""Where more are hurt: the map of neighbourhoods or grids, what lies together, and its table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.wording import number
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import PersonRequest, requires
from safecommunity.web.components.lists import sheet
from safecommunity.web.pages.injuries import display
from safecommunity.web.pages.injuries.analysis import period
from safecommunity.web.pages.injuries.sentences import standing

if TYPE_CHECKING:
    from safecommunity.surveillance.hotspots import Hotspots, Place, Together
    from safecommunity.surveillance.repeats import Repeats
    from safecommunity.surveillance.surges import Surge

FILTERS = ("cause", "place", "activity", "band")
LEVELS = {"neighbourhood": gettext_lazy("社区"), "grid": gettext_lazy("网格")}
BASES = {"neighbourhood": "people", "grid": "households"}
TONES = {"high": "orange", "low": "blue", "usual": "", "": ""}
SIGNS = {"red": "map-pin", "orange": "arrow-up", "blue": "arrow-down"}
CHANCES = (
    (0.001, gettext_lazy("千分之一")), (0.01, gettext_lazy("百分之一")), (0.05, gettext_lazy("二十分之一"))
)  # fmt: skip


@requires(Permission.INJURY_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    found, ask = _found(request, unit)
    again, lately = _again(request, unit, ask, found), _lately(request, unit, ask, found)
    together = _members(found)
    rows = [(one, *_said(one, together), _records(request, found, one)) for one in found.places]
    context = {
        "found": found,
        "about": about(found),
        "together": [
            (_together(one), [(place.name, _records(request, found, place)) for place in one.places])
            for one in found.together
        ],
        "silence": silence(found),
        "beside": beside(found),
        "surge": surge(lately),
        "surge_places": [(one.name, _since(request, found, lately, one)) for one in lately.places],
        "followed": followed(again),
        "latest": again.latest,
        "basis": basis(found),
        "heads": heads_of(found),
        "rows": [(*row, SIGNS.get(row[2]), around(row[0].around)) for row in rows],
        "map": _map(rows, found),
        "signs": SIGNS.items(),
        "legend": [
            (_("连成一片的高处"), "red", SIGNS["red"]),
            *((standing(code), TONES[code], SIGNS[TONES[code]]) for code in ("high", "low")),
        ],
        "levels": [(code, word, code == found.level) for code, word in LEVELS.items()],
        "filters": display.filters(ask, FILTERS),
        "is_narrow": ask.is_narrow,
        "approval": settings.MAP_APPROVAL,
        "here": "places",
    }
    return render(request, "injuries/places.html", context)


@require_POST
@requires(Permission.INJURY_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The table as a sheet, what is said of it below."""
    found, ask = _found(request, unit)
    together = _members(found)
    lines = [
        [one.name, one.count, one.base or None, _rounded(one.rate), _rounded(one.smoothed),
         _said(one, together)[0], around(one.around)]
        for one in found.places
    ]  # fmt: skip
    notes = [
        (_("时段"), f"{found.first}—{found.last}"), (_("结论"), about(found)),
        *((_("连成一片"), f"{_('、').join(place.name for place in one.places)}：{_together(one)}")
          for one in found.together),
        (_("怎么比"), basis(found)), (_("彼此挨着"), beside(found)),
        (_("突然多起来"), surge(_lately(request, unit, ask, found))), (_("不能说明什么"), silence(found)),
    ]  # fmt: skip
    actions.note_figures(unit=unit, table="places", first=found.first, last=found.last, by=request.user)
    heads = [LEVELS[found.level], _("起数"), *heads_of(found), _("平滑后"), _("高低"), _("和周围")]
    name = _("%(unit)s伤害分布 %(last)s") % {"unit": unit.name, "last": found.last}
    columns = list(zip(map(str, heads), (24, 8, 10, 12, 10, 16, 16), strict=True))
    return sheet(name=name, title=_("哪里多"), columns=columns, rows=lines, notes=notes)


def about(found: Hotspots) -> str:
    """The places in a sentence."""
    said = {"count": found.total - found.unplaced}
    if not found.by:
        return _(
            "没有%(lacking)s，只有起数，不能比较高低；选一种伤害，就按它在全部伤害里的占比来比。"
        ) % lacking(found)
    if all(not one.standing for one in found.places):
        return _("图里一共 %(count)s 起，太少，不宜比较高低。") % said
    high, low = ([one.name for one in found.places if one.standing == code] for code in ("high", "low"))
    if high:
        return _("%(names)s高于同样大小的地方偶然会有的范围。") % {"names": _("、").join(high)}
    if low:
        names = {"names": _("、").join(low)}
        return _("没有明显偏高的；%(names)s偏低：先核对有没有漏报，再当作好消息。") % names
    return _("各处的高低都在偶然会有的范围里，不宜排名。")


def silence(found: Hotspots) -> str:
    """Why nothing is said of places that lie together; "" where something is."""
    words = {
        "base": _("没有可比的数，不找连成一片的高处。"),
        "places": _("有位置、可以比较的不到 15 处，不找连成一片的高处。"),
        "cases": _("不到 30 起，看不出连成一片的高处。"),
    }
    if found.silence:
        return words[found.silence]
    if not found.together:
        return _("没有哪一片明显高于各处的平均：不是说没有差别，是现有的数看不出。")
    return _("这是最高的一片，倍数因此会偏大；也可能只是登记得更全，为什么多要到现场看。")


def beside(found: Hotspots) -> str:
    """Whether high places lie beside high ones on the whole map; "" where nothing was looked for."""
    if found.beside is None:
        return ""
    told = _("整张图上看不出高的地方挨着高的。")
    if found.beside <= CHANCES[-1][0]:
        told = _("高的地方彼此挨着：全凭偶然排成这样的可能性不到%(chance)s。") % {
            "chance": chance(found.beside)
        }
    if any(one.around for one in found.places):
        told += _("和周围一样高、一样低的在表里和图上写明，只作背景，不单凭它下结论。")
    return told


def followed(found: Repeats) -> str:
    """Whether injuries were soon followed by others close by."""
    words = {
        "large": _("起数太多，一起之后附近是不是很快又有，请到下一级看。"),
        "cases": _("写了位置的不到 30 起，看不出一起之后附近是不是很快又有。"),
        "positions": _("写了位置的不到六成，看不出一起之后附近是不是很快又有。"),
    }
    if found.silence:
        return words[found.silence]
    said = {"close": found.close, "expected": number(found.expected), "count": found.cards}
    if found.chance > CHANCES[-1][0]:
        told = _(
            "看不出一起之后附近很快又有："
            "相距 100 米、7 天以内的有 %(close)s 对，全凭偶然应约 %(expected)s 对。"
        )
    else:
        said |= {"times": number(found.close / found.expected), "chance": chance(found.chance)}
        told = _(
            "一起之后附近很快又有的，比偶然的多："
            "相距 100 米、7 天以内的有 %(close)s 对，全凭偶然应约 %(expected)s 对，"
            "是 %(times)s 倍；偶然有这么多的可能性不到%(chance)s。头一起发生后一周内就去现场看。"
        )
    if found.is_cut:
        told += _("只看了最近的 %(count)s 起。")
    return told % said


def surge(found: Surge) -> str:
    """Where injuries lately became more than elsewhere."""
    words = {
        "places": _("有位置的不到 15 处，看不出哪一片最近突然多起来。"),
        "cases": _("近 90 天不到 30 起，看不出哪一片最近突然多起来。"),
        "many": _("近 90 天的地方或起数太多，请到下一级看哪一片最近突然多起来。"),
    }
    if found.silence:
        return words[found.silence]
    if not found.places:
        return _("近 90 天看不出哪一片最近突然多起来。")
    said = {
        "days": found.days, "places": len(found.places), "count": found.count,
        "expected": number(found.expected), "times": number(found.count / found.expected),
        "chance": chance(found.chance),
    }  # fmt: skip
    return (
        _(
            "最近 %(days)s 天，这 %(places)s 处有 %(count)s 起；"
            "照近 90 天里各处、各时的份额应约 %(expected)s 起，是 %(times)s 倍。"
            "全凭偶然突然多成这样的可能性不到%(chance)s，先到现场看。"
        )
        % said
    )


def around(side: str) -> str:
    """How a place stands together with those round it."""
    return {"high": _("这里和周围都高"), "low": _("这里和周围都低"), "": ""}[side]


def chance(value: float) -> str:
    """What a chance is below, in words; for chances of 1 in 20 at most."""
    return str(next(word for most, word in CHANCES if value <= most))


def basis(found: Hotspots) -> str:
    """What the places are compared by, and what is not on the map."""
    said = {"year": found.year, "count": found.unplaced}
    if found.by == "people":
        told = _("按 %(year)s 年人口比较，没有填人口的不比；流动人口不在人口里的地方，率会偏高。") % said
    elif found.by == "households":
        told = _("按户数比，不是按人：一户里人多的地方率会偏高；没有填户数的网格不比。")
    elif found.by == "cases":
        told = _("没有%(lacking)s，比的是在本地全部伤害里的占比，不是风险。") % lacking(found)
    else:
        told = ""
    if found.is_cut:
        return told + _("地方太多，只有前 1,000 处，请到下一级看。")
    if found.unplaced:
        told += _("另有 %(count)s 起没有写到这一级，不在图里。") % said
    return told


def heads_of(found: Hotspots) -> tuple[str, str]:
    """What the places are compared by, and of what the rate is."""
    words = {
        "people": (_("人口"), _("每千人年")), "households": (_("户数"), _("每千户年")),
        "cases": (_("全部伤害"), _("每百起伤害")),
    }  # fmt: skip
    return words[found.by or BASES[found.level]]


def lacking(found: Hotspots) -> dict[str, str]:
    """What the places would be compared by, were it entered."""
    return {"lacking": heads_of(replace(found, by=""))[0]}


def _together(one: Together) -> str:
    """Places that lie together in one sentence; how many times with its limits, how likely by chance."""
    said = {
        "places": len(one.places), "count": one.count, "expected": number(one.expected),
        "times": f"{one.times.value:.1f}", "low": f"{one.times.lower:.1f}", "high": f"{one.times.upper:.1f}",
        "chance": chance(one.chance),
    }  # fmt: skip
    if len(one.places) == 1:
        return (
            _(
                "这一处 %(count)s 起，和各处一样时应约 %(expected)s 起，是 %(times)s 倍"
                "（大致 %(low)s—%(high)s 倍）；全凭偶然出现这样一处的可能性不到%(chance)s。"
            )
            % said
        )
    return (
        _(
            "相邻的 %(places)s 处合计 %(count)s 起，和各处一样时应约 %(expected)s 起，是 %(times)s 倍"
            "（大致 %(low)s—%(high)s 倍）；全凭偶然出现这样一片的可能性不到%(chance)s。"
        )
        % said
    )


def _found(request: PersonRequest, unit: Unit) -> tuple[Hotspots, queries.Ask]:
    from safecommunity.surveillance.hotspots import hotspots  # slow import

    ask, first, last = period(request)
    level = request.GET.get("level", "")
    level = level if level in LEVELS else "neighbourhood"
    return hotspots(unit, request.user, ask, first, last, level), ask


def _again(request: PersonRequest, unit: Unit, ask: queries.Ask, found: Hotspots) -> Repeats:
    from safecommunity.surveillance.repeats import repeats  # slow import

    return repeats(unit, request.user, ask, found.first, found.last)


def _lately(request: PersonRequest, unit: Unit, ask: queries.Ask, found: Hotspots) -> Surge:
    from safecommunity.surveillance import surges  # slow import

    return surges.surge(unit, request.user, ask, found)


def _since(request: PersonRequest, found: Hotspots, lately: Surge, one: Place) -> str:
    """The cards of a place in the days that stand out."""
    return _records(request, replace(found, first=found.last - timedelta(days=lately.days - 1)), one)


def _members(found: Hotspots) -> set[str]:
    return {one.code for part in found.together for one in part.places}


def _said(one: Place, together: set[str]) -> tuple[str, str]:
    """How a place stands in a word and a tone."""
    if one.code in together:
        return _("连成一片的高处"), "red"
    return standing(one.standing), TONES[one.standing]


def _records(request: PersonRequest, found: Hotspots, one: Place) -> str:
    """The cards of a place, asked for as the page is."""
    asked = request.GET.copy()
    asked.pop("level", None)
    asked["from"], asked["to"], asked["area"] = found.first.isoformat(), found.last.isoformat(), one.code
    return f"{reverse('injuries:cards', args=[request.unit.slug])}?{asked.urlencode()}"


def _map(rows: list[tuple[Place, str, str, str]], found: Hotspots) -> dict[str, Any] | None:
    """What the map module draws; None where no place is known."""
    drawn = [
        (one, {"tone": tone, "count": one.count, "url": url, "label": _label(one, word)})
        for one, word, tone, url in rows
        if one.middle
    ]  # fmt: skip
    if not drawn:
        return None
    across, up = zip(*(one.middle for one, _properties in drawn if one.middle), strict=True)
    features = [
        {"type": "Feature", "properties": properties, "geometry": one.outline}
        for one, properties in drawn
        if one.outline
    ]
    return {
        "tiles": settings.MAP_TILES, "attribution": settings.MAP_ATTRIBUTION,
        "bounds": [[min(up), min(across)], [max(up), max(across)]],
        "areas": {"type": "FeatureCollection", "features": features},
        "marks": [
            {**properties, "lng": one.middle[0], "lat": one.middle[1]}
            for one, properties in drawn
            if one.middle and not one.outline
        ],
    }  # fmt: skip


def _label(one: Place, word: str) -> str:
    words = _("；").join(filter(None, (word, around(one.around))))
    return _("%(name)s：%(count)s 起，%(word)s") % {"name": one.name, "count": one.count, "word": words}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
