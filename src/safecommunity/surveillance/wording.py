"""What cards have in common, and how much more they are than others, in plain words: no names of tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isinf
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from safecommunity.core.messages import Words
from safecommunity.ledgers.wording import local
from safecommunity.library import codes, watches
from safecommunity.surveillance.models import Alert
from safecommunity.surveillance.queries import LISTS, UNSAID, Key, series_key

if TYPE_CHECKING:
    from safecommunity.surveillance.findings import Findings, Raised

NAMED_BY = {**LISTS, "group": "age-groups", "part": "day-parts", "days": "week-parts", "season": "seasons"}
IN_ORDER = ("area", "group", "sex", "place", "activity", "part", "days", "cause")


def word(field: str, code: str) -> str:
    """A code of a counted field, or of what several of its codes have in common."""
    if code in ("", UNSAID):
        return _("没有填写")
    known = codes[NAMED_BY[field]]
    return local(Words(known[code].name, known[code].name_en)) if code in known else code


def named(key: Key, areas: Mapping[str, str]) -> str:
    """`仓红社区 · 65岁及以上老人 · 家中 · 跌倒、坠落`."""
    said = dict(key)
    return " · ".join(
        areas.get(said[name], said[name]) if name == "area" else word(name, said[name])
        for name in IN_ORDER
        if name in said
    )


def alert_name(row: Alert, areas: Mapping[str, str]) -> str:
    """What an alert is about."""
    if row.method != "event":
        return named(series_key(row.series), areas)
    kind, _colon, rest = row.series.partition(":")
    if kind == "accident":
        return _("有死亡或三人以上伤亡的事故")
    code = rest.partition(":")[0]
    found = next((one for one in watches["weekly"].events if one.code == code), None)
    return local(Words(found.name, found.name_en)) if found else code


def alert_why(row: Alert) -> str:
    """Why there is an alert."""
    if row.method == "event":
        return _("按规定，这类事件不论多少都要核查。")
    last = row.weeks[-1]
    why = _("%(week)s这一周 %(count)s 起；往常平均约 %(expected)s 起，一般不超过 %(upper)s 起。") % {
        "week": last["week"], "count": last["count"], "expected": f"{last['expected']:.1f}",
        "upper": int(last["upper"]),
    }  # fmt: skip
    if row.method == "borrowed":
        why += _("这里自己的起数太少，往常的数参照了上级单位其余地方的。")
    return why


def alert_method(code: str) -> str:
    """By what an alert came about."""
    words = {
        "ears": _("近几周比较（EARS C2）"), "cusum": _("累积和（泊松CUSUM）"),
        "farrington": _("历年比较（灵活 Farrington）"), "borrowed": _("参照上级单位其余地方"),
        "event": _("按规定报的事件"),
    }  # fmt: skip
    return words[code]


@dataclass(frozen=True, slots=True)
class Told:
    """A year for everybody: a sentence, and tables (heading, lines of what and how many)."""

    year: int
    sentence: str
    tables: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def told(year: int, summary: Mapping[str, Any]) -> Told:
    """What `PublicSummary.told` holds, in words; the sentence names only counts that the tables tell."""
    tables = {
        name: tuple((word(name, code), text) for code, text in lines)
        for name, lines in summary["tables"].items()
        if lines
    }
    said = {"year": year, "total": summary["total"]}
    sentence = _("%(year)s年登记伤害 %(total)s 起（不含自伤、暴力等受限的）。") % said
    for name, lines in tables.items():
        what, count = max(lines, key=lambda one: int(one[1]) if one[1].isdecimal() else 0)
        most = {"by": dimension(name), "what": what, "count": count}
        sentence += _("按%(by)s看，最多的是%(what)s，%(count)s 起。") % most
    return Told(year, sentence, tuple((dimension(name), lines) for name, lines in tables.items()))


def dimension(name: str) -> str:
    words = {
        "area": _("社区"), "group": _("年龄"), "sex": _("性别"), "place": _("地点"), "activity": _("活动"),
        "part": _("时段"), "days": _("日子"), "cause": _("原因"), "season": _("季节"),
    }  # fmt: skip
    return words[name]


def kind(name: str) -> str:
    words = {"people": _("高危人群"), "environment": _("高危环境"), "vulnerable": _("脆弱群体")}
    return words[name]


def finding(one: Raised, areas: Mapping[str, str]) -> str:
    """A finding in one sentence: what, how many, against what, by how much, how sure."""
    said = {
        "name": named(one.key, areas), "count": one.count, "expected": number(one.expected),
        "excess": round(one.excess), "rest": rest(one, areas), "times": times(one.ratio),
        "low": times(one.lower), "high": times(one.upper),
    }  # fmt: skip
    if isinf(one.upper):
        told = _("%(name)s %(count)s 起；%(rest)s，应约 %(expected)s 起，多出约 %(excess)s 起。") % said
        return told + mostly(one)
    told = (
        _(
            "%(name)s %(count)s 起；%(rest)s，应约 %(expected)s 起，多出约 %(excess)s 起："
            "是 %(times)s 倍，真实大致在 %(low)s—%(high)s 倍之间。"
        )
        % said
    )
    return told + mostly(one)


def mostly(one: Raised) -> str:
    """What else most of its cards have in common, "" where nothing."""
    listed = _("、").join(
        _("%(word)s %(count)s 起") % {"word": word(name, code), "count": count}
        for name, code, count in one.mostly
    )
    return _("其中%(listed)s。") % {"listed": listed} if listed else ""


def rest(one: Raised, areas: Mapping[str, str]) -> str:
    """What it is held against: `如果和其他年龄的人一样`."""
    part = tuple(pair for pair in one.key if pair[0] != one.against)
    said = {"part": named(part, areas), "what": dimension(one.against)}
    said["trait"] = named(tuple(pair for pair in one.key if pair[0] == one.against), areas)
    if one.by_people:
        if not part:
            return _("如果和其他%(what)s的人一样") % said
        return _("如果和同样“%(part)s”而%(what)s不同的人一样") % said
    return _("如果“%(trait)s”的占比和“%(part)s”以外的伤害一样") % said


def rate(one: Raised) -> str:
    """The rate, where the traits tell of people."""
    if one.rate is None or one.people is None:
        return ""
    said = {"people": one.people, "rate": number(one.rate)}
    return _("这部分人 %(people)s 人，每年每千人 %(rate)s 起。") % said


def silence(one: Raised) -> str:
    """What a finding cannot tell."""
    if one.by_people:
        return _(
            "按登记的伤害和填报的人口算：不在人口数里的人（如流动人口）受的伤也在起数里，"
            "会使率偏高；为什么多，要到现场看。"
        )
    return _("没有从事这些活动的人数和时间，比的是在伤害里的占比，不是风险本身：也可能只是登记得更全。")


def about(found: Findings) -> str:
    """The whole search in a sentence."""
    said = {"total": found.total, "looked": found.looked, "count": len(found.rows)}
    if not found.looked:
        return _("%(total)s 起伤害太少，还不能找。") % said
    if not found.rows:
        return (
            _(
                "%(total)s 起伤害、%(looked)s 种组合里，没有哪一种明显多于其余。"
                "不是说没有风险，是现有的数还看不出。"
            )
            % said
        )
    return (
        _("%(total)s 起伤害、%(looked)s 种组合里，有 %(count)s 种明显多于其余，按可以预防的起数排列。") % said
    )


def basis(found: Findings) -> str:
    """What was compared by people and what by shares."""
    if not found.base:
        return _("还没有可用的分年龄、性别的人口，所以全部按在伤害里的占比比较，不是率。")
    names = _("、").join(dimension(name) for name in found.base)
    said = {"year": found.people_year, "names": names}
    return _("%(names)s按 %(year)s 年人口比较率；地点、活动、原因、时间没有人数，比较占比。") % said


def method() -> str:
    """How it is worked out, for the foot of an export or a paper."""
    return _(
        "年龄、性别、社区、地点、活动、原因、时段、星期，一到三项的组合都看。每种组合分别去掉一项，"
        "和不具备这一项的其余相比（有人口的比率，没有的比占比），每一项都高才算；"
        "同时看很多组合，报出的里面偶然的不超过二十分之一（Benjamini–Hochberg 5%），"
        "界限也为此放宽（Benjamini–Yekutieli 2005）；不足5起、不到1.5倍的不报；"
        "说的是同一批伤害的只留一条。自伤、暴力等受限的卡不在里面。"
    )


def limits() -> str:
    """What findings cannot tell, for the foot of an export or a paper."""
    return _("多于其余不等于原因在此，也可能是登记得更全；没有报出的不等于没有风险。")


def survey_method() -> str:
    """How a questionnaire's sample and shares are worked out."""
    return _(
        "样本量 Cochran 1977（有限总体校正），整群的设计效应 Kish 1965；按人口分层加权，方差线性化，"
        "界限取对数优势尺度（Korn & Graubard 1999）；各处 Wilson 1927；两次之差 Newcombe 1998；95%。"
    )


def heads() -> list[str]:
    """The headings of `line`."""
    return [
        _("高在哪里"), _("类别"), _("起数"), _("与其余一样时应有"), _("倍数"), _("下限"), _("上限"),
        _("多出"), _("人口"), _("每千人年"), _("和什么比"),
    ]  # fmt: skip


def line(one: Raised, areas: Mapping[str, str]) -> Sequence[str | int | float | None]:
    """A finding as a row of a table; numbers stay numbers."""
    upper = None if isinf(one.upper) else round(one.upper, 2)
    ratio = None if isinf(one.ratio) else round(one.ratio, 2)
    return [
        named(one.key, areas), _("、").join(map(kind, one.kinds)), one.count, round(one.expected, 1), ratio,
        round(one.lower, 2), upper, round(one.excess, 1), one.people,
        None if one.rate is None else round(one.rate, 2), rest(one, areas),
    ]  # fmt: skip


def times(value: float) -> str:
    return _("很多") if isinf(value) else f"{value:.1f}"


def number(value: float) -> str:
    """With one decimal below ten."""
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"
