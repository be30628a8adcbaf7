"""Who may do what: permissions, the roles that grant them, and the one question `can`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from safecommunity.accounts.models import User
    from safecommunity.units.models import Unit


class Permission(StrEnum):
    UNIT_VIEW = "unit.view"
    UNIT_EDIT = "unit.edit"
    BODY_EDIT = "body.edit"
    PLACE_EDIT = "place.edit"
    LEDGER_VIEW = "ledger.view"
    LEDGER_EDIT = "ledger.edit"
    LEDGER_IMPORT = "ledger.import"
    LEDGER_EXPORT = "ledger.export"
    LEDGER_RESTRICTED = "ledger.restricted"
    LEDGER_PERSONAL = "ledger.personal"
    LEDGER_DEFINE = "ledger.define"
    EVIDENCE_VIEW = "evidence.view"
    EVIDENCE_ATTACH = "evidence.attach"
    METRIC_VIEW = "metric.view"
    ASSESSMENT_VIEW = "assessment.view"
    ASSESSMENT_EDIT = "assessment.edit"
    ASSESSMENT_CONFIRM = "assessment.confirm"
    ASSESSMENT_SCORE = "assessment.score"
    REPORT_VIEW = "report.view"
    REPORT_MAKE = "report.make"
    PROGRAMME_VIEW = "programme.view"
    PROGRAMME_EDIT = "programme.edit"
    TASK_DO = "task.do"
    TARGET_EDIT = "target.edit"
    REVIEW_VIEW = "review.view"
    REVIEW_APPLY = "review.apply"
    REVIEW_CHECK = "review.check"
    RETURN_VIEW = "return.view"
    RETURN_SUBMIT = "return.submit"
    RETURN_CHECK = "return.check"
    SUPERVISION_VIEW = "supervision.view"
    SUPERVISE = "supervision.run"
    APPRAISE = "supervision.appraise"
    DOCUMENT_VIEW = "document.view"
    DOCUMENT_DRAFT = "document.draft"
    DOCUMENT_SIGN = "document.sign"
    HAZARD_VIEW = "hazard.view"
    HAZARD_REPORT = "hazard.report"
    HAZARD_MANAGE = "hazard.manage"
    HAZARD_ANSWER = "hazard.answer"
    RISK_VIEW = "risk.view"
    RISK_EDIT = "risk.edit"
    RESIDENT_VIEW = "resident.view"
    RESIDENT_HANDLE = "resident.handle"
    INJURY_VIEW = "injury.view"
    INJURY_ENTER = "injury.enter"
    INJURY_SENSITIVE = "injury.sensitive"
    USER_VIEW = "user.view"
    USER_EDIT = "user.edit"
    ROLE_GRANT = "role.grant"
    AUDIT_VIEW = "audit.view"
    SYSTEM_RUN = "system.run"
    EMERGENCY = "emergency.ask"
    TOKEN_OWN = "token.own"  # noqa: S105


P = Permission
LOOK = frozenset(
    {
        P.UNIT_VIEW,
        P.LEDGER_VIEW,
        P.EVIDENCE_VIEW,
        P.METRIC_VIEW,
        P.ASSESSMENT_VIEW,
        P.REPORT_VIEW,
        P.PROGRAMME_VIEW,
        P.REVIEW_VIEW,
        P.RETURN_VIEW,
        P.SUPERVISION_VIEW,
        P.DOCUMENT_VIEW,
        P.HAZARD_VIEW,
        P.RISK_VIEW,
    }
)
RECORD = LOOK | {
    P.LEDGER_EDIT,
    P.LEDGER_IMPORT,
    P.LEDGER_EXPORT,
    P.LEDGER_RESTRICTED,
    P.EVIDENCE_ATTACH,
    P.TOKEN_OWN,
    P.TASK_DO,
    P.HAZARD_REPORT,
    P.RISK_EDIT,
    P.RESIDENT_VIEW,
    P.INJURY_VIEW,
    P.INJURY_ENTER,
}
OFFICE = RECORD | {
    P.PROGRAMME_EDIT,
    P.TARGET_EDIT,
    P.REVIEW_APPLY,
    P.RETURN_SUBMIT,
    P.RETURN_CHECK,
    P.SUPERVISE,
    P.DOCUMENT_DRAFT,
    P.DOCUMENT_SIGN,
    P.HAZARD_MANAGE,
    P.RESIDENT_HANDLE,
    P.INJURY_SENSITIVE,
    P.UNIT_EDIT,
    P.BODY_EDIT,
    P.PLACE_EDIT,
    P.LEDGER_PERSONAL,
    P.ASSESSMENT_EDIT,
    P.ASSESSMENT_CONFIRM,
    P.REPORT_MAKE,
    P.USER_VIEW,
    P.AUDIT_VIEW,
}


@dataclass(frozen=True, slots=True)
class Role:
    """A bundle of permissions that a person holds on a unit and that reaches what lies below it."""

    name: Any
    about: Any
    permissions: frozenset[Permission]
    administrator: bool = False


ROLES: dict[str, Role] = {
    "office": Role(_("创建办"), _("街道或创建单位的安全社区创建办公室：办理全部业务"), OFFICE),
    "city-office": Role(
        _("市、区创建办"),
        _("看到所辖全部单位，指导督查，可发布本地台账"),
        OFFICE | {P.LEDGER_DEFINE, P.REVIEW_CHECK, P.APPRAISE},
    ),
    "officer": Role(_("安监员"), _("社区专职安监员：登记台账，上传佐证"), RECORD),
    "project-group": Role(_("项目促进组"), _("登记本领域工作，提出评分建议"), RECORD | {P.ASSESSMENT_EDIT}),
    "appraisal": Role(
        _("考核监督组"),
        _("检查、评分、确认"),
        RECORD
        | {
            P.ASSESSMENT_EDIT,
            P.ASSESSMENT_CONFIRM,
            P.ASSESSMENT_SCORE,
            P.REPORT_MAKE,
            P.SUPERVISE,
            P.APPRAISE,
            P.HAZARD_MANAGE,
        },
    ),
    "contact": Role(
        _("单位联系人"),
        _("生产经营单位、场所的联系人"),
        frozenset({P.UNIT_VIEW, P.LEDGER_VIEW, P.EVIDENCE_ATTACH, P.HAZARD_ANSWER}),
    ),
    "reporter": Role(
        _("上报员"),
        _("医院、派出所、消防等的数据上报人"),
        frozenset(
            {P.UNIT_VIEW, P.LEDGER_VIEW, P.LEDGER_EDIT, P.LEDGER_IMPORT, P.INJURY_VIEW, P.INJURY_ENTER}
        ),
    ),
    "expert": Role(
        _("评审专家"),
        _("现场评分；评分表提交前密封"),
        frozenset(
            {
                P.UNIT_VIEW,
                P.LEDGER_VIEW,
                P.LEDGER_RESTRICTED,
                P.EVIDENCE_VIEW,
                P.METRIC_VIEW,
                P.ASSESSMENT_VIEW,
                P.ASSESSMENT_SCORE,
                P.REVIEW_VIEW,
            }
        ),
    ),
    "viewer": Role(_("只读"), _("查看，不能修改"), LOOK),
    "system-admin": Role(
        _("系统管理员"),
        _("单位、设置、备份；看不到业务数据，不授权"),
        frozenset({P.UNIT_VIEW, P.UNIT_EDIT, P.PLACE_EDIT, P.SYSTEM_RUN, P.LEDGER_DEFINE, P.EMERGENCY}),
        administrator=True,
    ),
    "security-admin": Role(
        _("安全管理员"),
        _("账号、授权、策略；不办理业务"),
        frozenset({P.UNIT_VIEW, P.USER_VIEW, P.USER_EDIT, P.ROLE_GRANT, P.EMERGENCY}),
        administrator=True,
    ),
    "audit-admin": Role(
        _("审计管理员"),
        _("查阅日志；不做任何修改"),
        frozenset({P.UNIT_VIEW, P.AUDIT_VIEW, P.USER_VIEW, P.EMERGENCY}),
        administrator=True,
    ),
}
ADMINISTRATORS = frozenset(code for code, role in ROLES.items() if role.administrator)


def can(user: User, permission: Permission, unit: Unit) -> bool:
    """Does a role of this person on this unit, or on one above it, grant the permission today?"""
    return any(unit.path.startswith(prefix) for prefix in reach(user, permission))


def reach(user: User, permission: Permission) -> tuple[str, ...]:
    """The shortest path prefixes under which the person has the permission; () reaches nothing."""
    paths = sorted(path for path, role in _held(user) if permission in ROLES[role].permissions)
    shortest: list[str] = []
    for path in paths:
        if not shortest or not path.startswith(shortest[-1]):
            shortest.append(path)
    return tuple(shortest)


def roles_on(user: User, unit: Unit) -> frozenset[str]:
    """The codes of the roles that reach this unit."""
    return frozenset(role for path, role in _held(user) if unit.path.startswith(path))


def seen(user: User) -> tuple[str, ...]:
    """The paths on which this person holds any role: what the second wall lets through."""
    return tuple(sorted({path for path, _role in _held(user)}))


def is_administrator(user: User) -> bool:
    return any(ROLES[role].administrator for _path, role in _held(user))


def _held(user: User) -> list[tuple[str, str]]:
    """Read once for each user object, that is once a request."""
    if not user.is_authenticated or not user.is_active:
        return []
    if user.ends_date and user.ends_date < timezone.localdate():
        return []
    held: list[tuple[str, str]] | None = getattr(user, "_held", None)
    if held is None:
        held = list(holdings(user, timezone.localdate()).values_list("unit__path", "role"))
        held = [(path, role) for path, role in held if role in ROLES]
        user._held = held  # type: ignore[attr-defined]
    return held


def holdings(user: User, day: date) -> Any:
    """The roles this person holds on a day."""
    return current_holdings(day).filter(user=user)


def current_holdings(day: date) -> Any:
    """All roles held on a day on units that are in use."""
    from safecommunity.units.models import RoleHolding

    current = Q(to_date=None) | Q(to_date__gte=day)
    current &= Q(until=None) | Q(until__gt=timezone.now())
    return RoleHolding.objects.filter(current, from_date__lte=day, unit__is_active=True)
