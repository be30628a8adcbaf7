"""What the things of reviews are called, in the language of the person."""

from __future__ import annotations

from django.utils.translation import gettext as _

from safecommunity.core.reviews import Condition
from safecommunity.ledgers.wording import local
from safecommunity.library import codes, metrics
from safecommunity.reviews.models import Duty, Review


def duty_name(duty: Duty) -> str:
    """年度进展报告, 抽验, 复评 … as the scheme's file calls it."""
    title = duty.title.rules.title
    found = next((one for one in title.reviews if one.code == duty.code), None) if title else None
    return local((found.name, found.name_en)) if found else duty.code


def paper_name(row: Review, code: str) -> str:
    found = next((one for one in row.procedure.papers if one.code == code), None)
    return local(found.name) if found else code


def condition_words(row: Review, one: Condition) -> str:
    """The condition as a sentence: what is asked, and how it stands where that helps."""
    values = one.values
    if one.code == "running":
        asked = _("开始建设后连续运行满 %(n)s 个月") % {"n": values["months"]}
        day = values["earliest"]
        return asked if day is None else _("%(asked)s（%(day)s 起满）") % {"asked": asked, "day": day}
    if one.code == "verdict":
        return _("自评已定稿并且达到合格线")
    if one.code == "title-before":
        level = codes["honour-levels"][str(values["level"])]
        return _("持有有效的%(level)s称号") % {"level": local((level.name, level.name_en))}
    if one.code == "accidents":
        return _accidents(values["metrics"])
    if one.code == "vetoes":
        count = values["count"]
        return (
            _("没有影响申报的一票否决") if one.is_met else _("有 %(n)s 件影响申报的一票否决") % {"n": count}
        )
    if one.code == "papers":
        return _papers(row, values["papers"])
    if one.code == "window":
        return _("在受理期内（每年 %(first)s 至 %(last)s）") % dict(values)
    return _("上级单位有审核人员")


def _accidents(over: object) -> str:
    assert isinstance(over, tuple)
    if not over:
        return _("建设期间没有发生方案所列事故")
    names = "、".join(local((metrics[code].name, metrics[code].name_en)) for code in over)
    return _("建设期间超出限度：%(what)s") % {"what": names}


def _papers(row: Review, missing: object) -> str:
    assert isinstance(missing, tuple)
    if not missing:
        return _("申报材料齐全")
    return _("还缺申报材料：%(papers)s") % {"papers": "、".join(paper_name(row, code) for code in missing)}


def unready_words(row: Review, code: str) -> str:
    """What is missing before the scoring on site."""
    return {
        "state": _("现在不是开启现场评分的时候"),
        "experts": _("评定组至少要有 %(n)s 人") % {"n": row.procedure.experts},
        "lead": _("评定组还没有组长"),
        "undeclared": _("有成员还没有声明利害关系"),
        "tied": _("有成员声明了利害关系，请换人"),
        "visit": _("还没有安排现场评定的时间和议程"),
        "early": _("还没有到现场评定的日期"),
    }[code]
