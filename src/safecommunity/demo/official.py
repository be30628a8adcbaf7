"""Official documents of a sub-district in several states, for the demonstration."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from safecommunity.accounts.models import User
from safecommunity.core.official import blanks
from safecommunity.correspondence import actions
from safecommunity.units.models import Unit

WAY = ("submit", "check", "countersign", "sign", "number", "issue")
FILLED = "上级关于推进安全社区创建工作的部署（演示）"
NOTICE = """根据上级关于推进安全社区创建工作的部署（演示），现将自查有关事项通知如下。
一、自查范围
辖区全部社区居委会和安全生产、消防、交通、治安等成员单位。
二、自查内容
（一）对照评定标准。逐项核对指标，缺的补，弱的强。
（二）排查安全隐患。建立清单，明确责任人和整改时限。
三、有关要求
各单位自查结束后五个工作日内报送自查情况。"""
SAID: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("plan", "issue", {"addressee": "各社区居委会、各成员单位"}),
    (
        "notice",
        "issue",
        {
            "title": "{unit}关于开展安全社区创建自查工作的通知",
            "body": NOTICE,
            "addressee": "各社区居委会、各成员单位",
            "copies_to": "区安全社区创建办公室",
        },
    ),
    ("letter", "number", {"title": "{unit}关于商请提供伤害监测数据的函", "addressee": "辖区各医疗机构"}),
    ("request", "check", {"title": "{unit}关于申请评定的请示", "addressee": "区安全社区创建办公室"}),
    ("report", "submit", {"addressee": "区安全社区创建办公室"}),
    ("circular", "", {}),
)


def load(unit: Unit, drafter: User, head: User, today: date) -> None:
    """Drafted by one person, checked and signed by another; the letter is cancelled after its number."""
    for number, (kind, until, said) in enumerate(SAID):
        day = today - timedelta(days=10 * (len(SAID) - number))
        row = actions.draft(kind=kind, unit=unit, by=drafter, today=day)
        if not until:
            continue
        values = {name: text.replace("{unit}", unit.name) for name, text in said.items()}
        values = {"title": _filled(row.title), "body": _filled(row.body), "agency": "东街安", **values}
        actions.edit(document=row, version=row.version, values=values, by=drafter)
        for act in WAY[: WAY.index(until) + 1]:
            by = head if actions.ACTS[act].by_other else drafter
            opinion = "同意。" if by == head else ""
            actions.advance(document=row, act=act, version=row.version, by=by, today=day, opinion=opinion)
        if kind == "letter":
            actions.advance(
                document=row, act="cancel", version=row.version, by=drafter, today=day, opinion="改为电话商请"
            )


def _filled(text: str) -> str:
    for blank in blanks(text):
        text = text.replace(blank, FILLED if "依据" in blank else "（演示内容）")
    return text
