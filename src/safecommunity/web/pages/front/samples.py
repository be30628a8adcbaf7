"""Made-up content for the style page."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.web.components.states import STATES
from safecommunity.web.fields import Day

COLOURS = "ground surface sunken line edge muted ink accent accent-soft done wrong red orange yellow blue"
ICONS = (
    "house flag clipboard-check notebook-tabs folder-open file-text users scroll-text search download upload "
    "list-todo flame car utensils graduation-cap siren map-pin"
)


class SampleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), help_text=gettext_lazy("与营业执照一致。"))
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"),
        choices=[
            ("shop", gettext_lazy("商铺")),
            ("factory", gettext_lazy("工厂")),
            ("school", gettext_lazy("学校")),
        ],
    )
    checked = Day(gettext_lazy("检查日期"))
    amount = forms.DecimalField(label=gettext_lazy("灭火器数量"), required=False)
    licence = forms.CharField(label=gettext_lazy("许可证号"), disabled=True, initial="JY11301020001234")
    grade = forms.ChoiceField(
        label=gettext_lazy("整改方式"),
        choices=[("now", gettext_lazy("当场整改")), ("later", gettext_lazy("限期整改"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("说明"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    agreed = forms.BooleanField(label=gettext_lazy("已当面告知负责人"), required=False)


def samples() -> dict[str, Any]:
    """Everything the style page shows."""
    blank = SampleForm(
        initial={"name": _("阳光路小学食堂"), "kind": "school", "checked": "2026-03-12", "grade": "later"}
    )
    wrong = SampleForm(
        {"name": "", "kind": "shop", "checked": "2026-13-40", "amount": "-", "grade": "now"}, prefix="w"
    )
    wrong.is_valid()
    return {
        "states": list(STATES),
        "form": blank,
        "wrong": wrong,
        "page": Paginator(range(1_204), 50).get_page(4),
        "steps": [
            (_("登记"), "done", "03-01"),
            (_("检查"), "done", "03-12"),
            (_("整改"), "now", _("还剩 4 天")),
            (_("复查"), "todo", ""),
            (_("销号"), "todo", ""),
        ],
        "months": [
            (str(month), state, count, "#heat" if count else "")
            for month, state, count in zip(
                range(1, 13),
                [
                    "done",
                    "done",
                    "late",
                    "done",
                    "missing",
                    "done",
                    "done",
                    "done",
                    "late",
                    "done",
                    "not-due",
                    "not-due",
                ],
                [4, 4, 3, 4, 0, 5, 4, 4, 2, 4, None, None],
                strict=True,
            )
        ],
        "columns": [_("机构"), _("制度"), _("风险"), _("隐患"), _("宣教"), _("应急")],
        "lights": [
            (
                _("阳光街道"),
                "#lights",
                [
                    ("good", "96%", ""),
                    ("good", "100%", ""),
                    ("part", "72%", ""),
                    ("poor", "40%", "#lights"),
                    ("good", "95%", ""),
                    ("none", "", ""),
                ],
            ),
            (
                _("建设路街道"),
                "#lights",
                [
                    ("part", "80%", ""),
                    ("good", "98%", ""),
                    ("good", "91%", ""),
                    ("part", "66%", ""),
                    ("poor", "38%", "#lights"),
                    ("good", "90%", ""),
                ],
            ),
        ],
        "history": [
            line(12, _("林"), _("确认等级 B"), _("与建议不同：缺 2 月巡查照片")),
            line(11, _("周"), _("上传佐证 3 件")),
            line(1, _("系统"), _("建议等级 A")),
        ],
        "rows": [
            (_("阳光路小学"), _("学校"), "2026-03-12", 24, "valid"),
            (_("永辉超市阳光店"), _("商场"), "2026-02-26", 118, "expiring"),
            (_("北辰机械厂"), _("工厂"), "2025-11-02", 36, "expired"),
        ],
        "ring_marks": [75, 100],
        "ring_marks_municipal": [70, 90],
        "trend": [61, 63, 62, 66, 70, None, 71, 74, 78, 78.4],
        "sizes": ["12", "13", "15", "18", "22", "28"],
        "colours": [
            "ground",
            "surface",
            "sunken",
            "line",
            "edge",
            "muted",
            "ink",
            "accent",
            "accent-soft",
            "done",
            "wrong",
            "red",
            "orange",
            "yellow",
            "blue",
        ],
        "icons": [
            "house",
            "flag",
            "clipboard-check",
            "notebook-tabs",
            "folder-open",
            "file-text",
            "users",
            "scroll-text",
            "search",
            "download",
            "upload",
            "list-todo",
            "flame",
            "car",
            "utensils",
            "graduation-cap",
            "siren",
            "map-pin",
        ],
    }


def cells(text: str) -> list[tuple[str, str, str]]:
    """`good 96% poor 40%` → cells of the traffic-light table; the poor ones are links."""
    words = text.split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return [(state, figure, "#lights" if state == "poor" else "") for state, figure in pairs]


def line(day: int, who: str, what: str, note: str = "") -> SimpleNamespace:
    return SimpleNamespace(at=datetime(2026, 3, day, 2, 2, tzinfo=UTC), who=who, what=what, note=note)
