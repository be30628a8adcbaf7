"""How a state looks: always an icon and a word, never a colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class State:
    """`tone` is one of quiet, plain, accent, done, wrong and, for risk only, red, orange, yellow, blue."""

    word: Any
    icon: str
    tone: str = "plain"


STATES: dict[str, State] = {
    # work
    "todo": State(_("待办"), "circle-dashed"),
    "doing": State(_("进行中"), "circle-dot", "accent"),
    "waiting": State(_("等待中"), "clock"),
    "done": State(_("已完成"), "circle-check", "done"),
    "overdue": State(_("已逾期"), "alarm-clock", "wrong"),
    "returned": State(_("已退回"), "corner-up-left", "wrong"),
    "cancelled": State(_("已取消"), "ban"),
    # papers
    "draft": State(_("草稿"), "pencil-line"),
    "submitted": State(_("已提交"), "send", "accent"),
    "confirmed": State(_("已确认"), "badge-check", "done"),
    "suggested": State(_("系统建议"), "sparkles"),
    "frozen": State(_("已定稿"), "lock-keyhole"),
    "sealed": State(_("已密封"), "lock"),
    "in-force": State(_("现行有效"), "file-check", "done"),
    "replaced": State(_("已废止"), "file-x"),
    # time
    "valid": State(_("有效"), "circle-check", "done"),
    "expiring": State(_("即将到期"), "hourglass", "accent"),
    "expired": State(_("已过期"), "calendar-x", "wrong"),
    "late": State(_("迟报"), "clock-alert", "wrong"),
    "missing": State(_("缺"), "circle-x", "wrong"),
    "not-due": State(_("未到期"), "minus", "quiet"),
    "zero": State(_("零报告"), "circle"),
    # verdicts
    "pass": State(_("通过"), "circle-check", "done"),
    "rectify": State(_("整改后通过"), "wrench", "accent"),
    "fail": State(_("不通过"), "circle-x", "wrong"),
    "veto": State(_("一票否决"), "gavel", "wrong"),
    "zero-item": State(_("零分项"), "circle-slash", "wrong"),
    "inconsistent": State(_("前后不符"), "unlink", "wrong"),
    "not-applicable": State(_("不适用"), "circle-slash-2"),
    # jobs and imports
    "queued": State(_("排队中"), "clock"),
    "running": State(_("运行中"), "loader-circle", "accent"),
    "failed": State(_("失败"), "circle-x", "wrong"),
    "new": State(_("新增"), "circle-plus", "accent"),
    "changed": State(_("变更"), "pencil", "accent"),
    "unchanged": State(_("无变化"), "equal", "quiet"),
    "refused": State(_("拒绝"), "circle-x", "wrong"),
    # fields
    "saved": State(_("已保存"), "check", "done"),
    "invalid": State(_("有误"), "circle-alert", "wrong"),
    "locked": State(_("已锁定"), "lock"),
    "remark": State(_("有备注"), "message-square-text", "accent"),
    "restricted": State(_("受限"), "eye-off"),
    "yes": State(_("是"), "check", "quiet"),
    "no": State(_("否"), "x", "quiet"),
    "active": State(_("启用"), "circle-check", "done"),
    "inactive": State(_("停用"), "circle-pause"),
    # risk: the only place of the four colours
    "risk-major": State(_("重大风险"), "octagon-alert", "red"),
    "risk-larger": State(_("较大风险"), "triangle-alert", "orange"),
    "risk-general": State(_("一般风险"), "circle-alert", "yellow"),
    "risk-low": State(_("低风险"), "info", "blue"),
}

HEAT: dict[str, State] = {
    "done": State(_("按时完成"), "check"),
    "late": State(_("逾期完成"), "clock-alert"),
    "missing": State(_("未完成"), "x"),
    "zero": State(_("零报告"), "circle"),
    "returned": State(_("已退回"), "corner-up-left"),
    "not-due": State(_("未到期"), "dot"),
    "some": State(_("有记录"), "check"),
    "none": State(_("无记录"), "minus"),
}

LIGHTS: dict[str, State] = {
    "good": State(_("达标"), "check"),
    "part": State(_("部分达标"), "minus"),
    "poor": State(_("未达标"), "x"),
    "none": State(_("无数据"), "dot"),
}

STEPS: dict[str, str] = {"done": "circle-check", "now": "circle-dot", "todo": "circle", "stopped": "circle-x"}

TONES: dict[str, str] = {
    "debug": "info",
    "info": "info",
    "success": "circle-check",
    "warning": "circle-alert",
    "error": "circle-x",
}
