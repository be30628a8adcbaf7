"""The words for how a unit stands with a month's return."""

from __future__ import annotations

from django.utils.translation import gettext as _


def standing_words() -> dict[str, str]:
    """Standing, as `queries.standing` tells it → its word in the reader's language."""
    return {
        "figures": _("已报数据"), "zero": _("零报告"), "late": _("迟报"), "returned": _("已退回"),
        "missing": _("未报"), "not-due": _("未到期"), "not-asked": _("尚未启动"),
    }  # fmt: skip
