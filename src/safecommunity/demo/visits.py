"""Visits of the demonstration: a drawn round, an unannounced visit to a town, one to a group of one's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from safecommunity.accounts.models import User
from safecommunity.supervision.actions import visits as actions
from safecommunity.supervision.models.visits import Visit
from safecommunity.supervision.queries import visits as queries
from safecommunity.units.models import Body, Unit

SEED, SOURCE = "05 11 17 22 28 33 + 09", "演示用的开奖号码，不是真实数据"
FOUND = (
    ("沿街商铺二层住人，未设独立疏散通道（演示）。", "《中华人民共和国消防法》第十九条", "serious", 7),
    ("第三季度安全社区工作例会没有会议记录（演示）。", "创建实施方案的会议制度", "general", 15),
)
SUMMARY = "台账较齐全，日常巡查落实较好；“三合一”场所治理和会议记录要加强（演示）。"
WHY = "会议记录由两个科室分头保存，整理和补签需要时间（演示）。"
GRANTED = "同意，期间的例会要当场记录（演示）。"
ANSWER = "已约谈业主，住宿人员当日搬离，疏散通道施工两周内完成（演示）。"


def load(city: Unit, visited: Unit, inspectors: list[User], office: User, now: datetime, today: date) -> None:
    """Planned a month ago, drawn, the sub-district visited; of two findings one is answered, the other was
    given more time."""
    begun = now - timedelta(days=30)
    values = {
        "title": "安全社区和安全生产联合督查（演示）", "kind": "announced",
        "topics": ["work-safety", "safe-community"], "basis": "年度督查计划（演示）",
        "starts_date": today - timedelta(days=10), "ends_date": today + timedelta(days=20),
        "counts": {"sub-district": 1, "neighbourhood": 3}, "team": 2,
    }  # fmt: skip
    by = inspectors[0]
    row = actions.plan_round(unit=city, values=values, inspectors=inspectors, by=by, today=today)
    actions.fix(row=row, version=row.version, by=by, now=begun, today=today)
    drawn = actions.enter_seed(
        row=row, version=row.version, seed=SEED, source=SOURCE, by=by, now=begun + timedelta(days=1)
    )
    visit = next(one for one in drawn if one.unit_id == visited.pk)
    _visited(visit, office, now, today)


def unannounced(city: Unit, town: Unit, team: list[User], now: datetime, today: date) -> None:
    """Three weeks ago, without word before; what was found has still to be answered."""
    day, by = today - timedelta(days=21), team[0]
    values = {
        "title": "创建工作暗访（演示）", "kind": "unannounced", "topics": ["work-safety", "safe-community"],
        "starts_date": day, "ends_date": day,
    }  # fmt: skip
    visit = actions.arrange(supervisor=city, unit=town, values=values, team=team, by=by, today=day)
    actions.schedule(row=visit, version=visit.version, day=day, team=team, reason="", by=by, today=day)
    actions.add_finding(
        row=visit, text="当月隐患排查记录没有整改时限和责任人（演示）。", severity="general", by=by,
        today=day, basis="《安全生产事故隐患排查治理暂行规定》", due_date=today + timedelta(days=9),
    )  # fmt: skip
    actions.finish(
        row=visit, version=visit.version, summary="项目建设按倒排工期推进，基础台账要补齐（演示）。", by=by,
        now=now - timedelta(days=21), today=day,
    )  # fmt: skip


def of_group(group: Body, by: User, now: datetime, today: date) -> None:
    """A sub-district's appraisers look at one of its groups and suggest something."""
    day = today - timedelta(days=12)
    values = {
        "title": f"{group.name}工作进展检查（演示）", "kind": "announced", "topics": ["safe-community"],
        "starts_date": day, "ends_date": day,
    }  # fmt: skip
    visit = actions.arrange(
        supervisor=group.unit, unit=group.unit, values=values, team=[by], by=by, today=day, body=group
    )
    actions.schedule(row=visit, version=visit.version, day=day, team=[by], reason="", by=by, today=day)
    actions.add_finding(
        row=visit, text="建议每月公布项目进展，邀请楼组长参加（演示）。", basis="考核监督组职责",
        severity="suggestion", due_date=None, by=by, today=day,
    )  # fmt: skip
    actions.finish(
        row=visit, version=visit.version, summary="进展与计划一致（演示）。", by=by,
        now=now - timedelta(days=12), today=day,
    )  # fmt: skip


def _visited(visit: Visit, office: User, now: datetime, today: date) -> None:
    day, team = today - timedelta(days=4), list(visit.team.all())
    by, at = team[0], now - timedelta(days=4)
    actions.schedule(row=visit, version=1, day=day, team=team, reason="", by=by, today=day)
    for text, basis, severity, days in FOUND:
        actions.add_finding(
            row=visit, text=text, basis=basis, severity=severity, due_date=day + timedelta(days=days), by=by,
            today=day,
        )  # fmt: skip
    actions.finish(row=visit, version=visit.version, summary=SUMMARY, by=by, now=at, today=day)
    first, second = (finding for finding, *_rest in queries.findings(visit))
    first.visit = second.visit = visit
    asked, yesterday = today - timedelta(days=2), today - timedelta(days=1)
    assert second.due_date is not None
    actions.ask_for_time(
        finding=second, version=second.version, until=second.due_date + timedelta(days=10), why=WHY,
        by=office, now=now - timedelta(days=2), today=asked,
    )  # fmt: skip
    actions.decide_time(
        finding=second, version=second.version, grant=True, reason=GRANTED, by=by,
        now=now - timedelta(days=1), today=yesterday,
    )  # fmt: skip
    actions.answer(
        finding=first, version=first.version, words=ANSWER, files=(), by=office, now=now - timedelta(days=1),
        today=yesterday,
    )  # fmt: skip
