"""A veto of a neighbourhood with its appeal, and one of a county that failed its yearly task."""

from __future__ import annotations

from datetime import date, timedelta

from safecommunity.accounts.models import User
from safecommunity.supervision.actions import vetoes as actions
from safecommunity.supervision.queries.vetoes import APPEAL_DAYS
from safecommunity.units.models import Unit


def load(unit: Unit, proposer: User, decider: User, office: User, today: date) -> None:
    """Proposed by the street's appraisers, decided by the city, appealed by the street's office."""
    proposed, decided = today - timedelta(days=12), today - timedelta(days=7)
    row = actions.propose(
        unit=unit, year=proposed.year, ground="false-report", scope="appraisal", by=proposer, today=proposed,
        reason="抽查发现应急演练记录与现场不符，三次演练中两次没有签到和照片（演示）。",
        evidence="考核监督组现场核查记录（演示）",
    )  # fmt: skip
    actions.decide(
        row=row, version=row.version, accept=True, words="情况属实，年度考核一票否决（演示）。",
        appeal_until=decided + APPEAL_DAYS, by=decider, today=decided,
    )  # fmt: skip
    actions.appeal(
        row=row, version=row.version, by=office, today=today - timedelta(days=2),
        words="签到表和照片已经找到并补交，请复核（演示）。",
    )  # fmt: skip


def of_county(unit: Unit, proposer: User, decider: User, today: date) -> None:
    """Decided a few days ago; the county may still appeal."""
    proposed, decided = today - timedelta(days=9), today - timedelta(days=3)
    row = actions.propose(
        unit=unit, year=proposed.year, ground="task-failed", scope="both", by=proposer, today=proposed,
        reason="年度任务没有完成：应建成省级安全社区1个，期限届满时没有建成（演示）。",
        evidence="目标分解表、责任书和称号台账（演示）",
    )  # fmt: skip
    actions.decide(
        row=row, version=row.version, accept=True, by=decider, today=decided,
        words="安全社区创建任务未完成，安全生产目标考核一票否决（演示）。",
        appeal_until=decided + APPEAL_DAYS,
    )  # fmt: skip
