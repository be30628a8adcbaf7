"""The menu, as data. A section shows when its page exists and the person may open it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from safecommunity.accounts.models import User
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can


@dataclass(frozen=True, slots=True)
class Section:
    """`covers`: other namespaces that belong to it; `phone`: in the bottom bar; `gap`: a line above it."""

    code: str
    label: Any
    icon: str
    url_name: str
    permission: Permission
    covers: tuple[str, ...] = ()
    phone: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A section as one person sees it on one unit."""

    section: Section
    url: str
    current: bool

    @property
    def label(self) -> str:
        return str(self.section.label)

    @property
    def icon(self) -> str:
        return self.section.icon

    @property
    def phone(self) -> bool:
        return self.section.phone

    @property
    def gap(self) -> bool:
        return self.section.gap


P = Permission
SECTIONS: tuple[Section, ...] = (
    Section("home", _("工作台"), "house", "home:index", P.UNIT_VIEW, phone=True),
    Section(
        "programme", _("创建"), "flag", "units:index", P.UNIT_VIEW, covers=("places", "programmes", "targets")
    ),
    Section(
        "assessment",
        _("评定"),
        "clipboard-check",
        "assessment:index",
        P.ASSESSMENT_VIEW,
        covers=("reviews",),
        phone=True,
    ),
    Section("metrics", _("指标"), "chart-column", "metrics:index", P.METRIC_VIEW),
    Section(
        "ledgers",
        _("台账"),
        "notebook-tabs",
        "ledgers:index",
        P.LEDGER_VIEW,
        covers=("imports", "exports", "surveys"),
        phone=True,
    ),
    Section("injuries", _("伤害"), "bandage", "injuries:index", P.INJURY_VIEW, covers=("accidents",)),
    Section("hazards", _("隐患"), "siren", "hazards:index", P.HAZARD_VIEW),
    Section("own-hazards", _("我的整改"), "wrench", "hazards:mine", P.HAZARD_ANSWER),
    Section("evidence", _("档案"), "folder-open", "evidence:index", P.EVIDENCE_VIEW, phone=True),
    Section("risks", _("风险"), "octagon-alert", "risks:index", P.RISK_VIEW),
    Section("reports", _("文书"), "file-text", "reports:index", P.REPORT_VIEW, covers=("correspondence",)),
    Section(
        "supervision",
        _("督导"),
        "megaphone",
        "returns:index",
        P.RETURN_VIEW,
        covers=("supervision",),
    ),
    Section("residents", _("参与"), "message-circle", "residents:index", P.RESIDENT_VIEW),
    Section("people", _("用户"), "users", "people:index", P.USER_VIEW, gap=True),
    Section("audit", _("日志"), "scroll-text", "audit:index", P.AUDIT_VIEW),
    Section("emergency", _("应急授权"), "siren", "emergency:index", P.EMERGENCY),
)


def entries(user: User, unit: Unit, namespace: str) -> Iterator[Entry]:
    """The sections whose pages exist and that this person may open on this unit."""
    for section in SECTIONS:
        if exists(section.url_name) and can(user, section.permission, unit):
            url = reverse(section.url_name, args=[unit.slug])
            home = section.url_name.partition(":")[0]
            yield Entry(section, url, current=namespace in {home, *section.covers})


@cache
def exists(url_name: str) -> bool:
    try:
        reverse(url_name, args=["x"])
    except NoReverseMatch:
        return False
    return True
