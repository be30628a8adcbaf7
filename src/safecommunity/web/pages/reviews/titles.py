"""Titles: who holds which until when, what falls due meanwhile, taking down and withdrawing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.library import codes, schemes
from safecommunity.reviews import actions, asking, queries
from safecommunity.reviews.models import Duty, Title
from safecommunity.reviews.wording import duty_name
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.components.lists import sheet
from safecommunity.web.components.words import local
from safecommunity.web.pages.reviews.forms import DutyForm, RegisterForm, VersionForm, WithdrawForm

PAGE = 50
BADGES = {"renewed": "replaced", "withdrawn": "cancelled"}


def standing_words() -> dict[str, str]:
    return {
        "expired": _("已过期"), "expiring": _("半年内到期"), "valid": _("有效"), "renewed": _("已续期"),
        "withdrawn": _("已撤销"),
    }  # fmt: skip


@requires(Permission.REVIEW_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Everything held here and beneath; those that need somebody on top where no order is asked for."""
    day, asked = today(), asking.titles_asked(request.GET.dict())
    page = Paginator(asking.titles(unit, asked, day), PAGE).get_page(request.GET.get("page"))
    counts, said = asking.standings(unit, asked, day), standing_words()
    context = {
        "here": "titles",
        "asked": asked,
        "page": page,
        "rows": [_line(row, day) for row in page],
        "standings": [(code, said[code], counts[code]) for code in asking.STANDINGS if code in counts],
        "total": sum(counts.values()),
        "schemes": [(code, local(schemes[code])) for code in queries.titled_schemes()],
        "levels": [(code, local(one)) for code, one in codes["honour-levels"].items()],
        "years": asking.years(unit),
        "is_narrow": replace(asked, sort="") != asking.TitleAsk(),
        "duties": [
            (one, duty_name(one), one.due_date < day)
            for one in queries.open_duties(unit).order_by("due_date")[:8]
        ],
        "may_register": queries.is_above(request.user, unit),
        "may_export": can(request.user, Permission.LEDGER_EXPORT, unit),
    }
    return render(request, "reviews/titles.html", context)


@require_POST
@requires(Permission.LEDGER_EXPORT)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The list as it is asked for in the address, every page of it, as a sheet."""
    day = today()
    rows = asking.titles(unit, asking.titles_asked(request.GET.dict()), day)
    actions.note_export(unit=unit, what="titles", asked=request.GET.urlencode(), by=request.user)
    heads = [
        (_("单位"), 24), (_("称号"), 28), (_("级别"), 10), (_("证书编号"), 18), (_("牌匾编号"), 18),
        (_("命名单位"), 24), (_("命名日期"), 12), (_("有效期至"), 12), (_("状态"), 12),
    ]  # fmt: skip
    said = standing_words()
    cells = (
        [
            row.unit.name, row.name, _level(row), row.number, row.plaque, row.granted_by, row.named_date,
            row.valid_until, said[queries.standing(row, day)],
        ]
        for row in rows
    )  # fmt: skip
    file = f"{unit.name}{_('称号')} {today()}"
    return sheet(name=file, title=_("称号"), columns=heads, rows=cells)


@requires(Permission.REVIEW_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _title(unit, uid)
    day = today()
    state = queries.standing(row, day)
    context = {
        "row": row,
        "badge": BADGES.get(state, state),
        "said": standing_words()[state],
        "level": _level(row),
        "left": (row.valid_until - day).days,
        "duties": [(one, duty_name(one), _duty_badge(one, day)) for one in queries.duties(row)],
        "is_above": queries.is_above(request.user, unit) and row.state == Title.State.GRANTED,
    }
    return render(request, "reviews/title.html", context)


@requires(Permission.REVIEW_CHECK)
@exactly_once
def register(request: PersonRequest, unit: Unit) -> HttpResponse:
    """A title the unit was granted before, or elsewhere."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.register_title(unit=unit, by=request.user, today=today(), **form.cleaned_data)
        except actions.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("称号已登记。"))
            return redirect("reviews:title", unit.slug, row.uuid)
    lead = _("登记%(unit)s在本系统以外获得的称号；在这里评定的称号在作出决定时自动登记。") % {
        "unit": unit.name
    }
    return _form_page(request, form, _("登记称号"), lead, "reviews:titles")


@requires(Permission.REVIEW_CHECK)
@exactly_once
def withdraw(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _title(unit, uid)
    form = WithdrawForm(request.POST or None, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.withdraw_title(row=row, by=request.user, today=today(), **given)
        except actions.Refused as error:
            form.add_error(None, str(error))
        except StaleRecord:
            _stale(form, _title(unit, uid).version)
        else:
            messages.success(request, _("称号已撤销，单位已收到通知。"))
            return redirect("reviews:title", unit.slug, uid)
    lead = _("撤销%(unit)s的“%(title)s”。撤销后不能恢复，须重新申报。") % {
        "unit": unit.name,
        "title": row.name,
    }
    return _form_page(request, form, _("撤销称号"), lead, "reviews:title", uid)


@requires(Permission.REVIEW_CHECK)
@exactly_once
def duty(request: PersonRequest, unit: Unit, uid: UUID, duty: UUID) -> HttpResponse:
    row = _title(unit, uid)
    one = next((each for each in queries.duties(row) if each.uuid == duty), None)
    if one is None:
        raise Http404(_("没有这一项。"))
    one.title = row
    form = DutyForm(request.POST or None, initial={"version": one.version, "done_date": today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.do_duty(duty=one, by=request.user, today=today(), **form.cleaned_data)
        except actions.Refused as error:
            form.add_error(None, str(error))
        except StaleRecord as error:
            _stale(form, getattr(error.current, "version", 0))
        else:
            messages.success(request, _("已登记。"))
            return redirect("reviews:title", unit.slug, uid)
    lead = _("%(unit)s应在 %(day)s 前完成。") % {"unit": unit.name, "day": one.due_date.isoformat()}
    return _form_page(request, form, _("登记%(what)s") % {"what": duty_name(one)}, lead, "reviews:title", uid)


def _form_page(
    request: PersonRequest, form: RegisterForm | VersionForm, title: str, lead: str, back: str, *more: UUID
) -> HttpResponse:
    context = {"form": form, "title": title, "lead": lead, "back": back, "uid": more[0] if more else ""}
    return render(request, "reviews/form.html", context, status=422 if form.errors else 200)


def _stale(form: VersionForm, version: int) -> None:
    form.data = {**dict(form.data.items()), "version": version}
    form.add_error(None, _("刚刚被别人办理过，请看过现在的情况再办。您写的内容还在下面。"))


def _title(unit: Unit, uid: UUID) -> Title:
    row = queries.title(unit, uid)
    if row is None:
        raise Http404(_("没有这个称号。"))
    return row


def _line(row: Title, day: date) -> tuple[Title, str, str, int, str]:
    state = queries.standing(row, day)
    return row, BADGES.get(state, state), standing_words()[state], (row.valid_until - day).days, _level(row)


def _level(row: Title) -> str:
    return local(codes["honour-levels"][row.level])


def _duty_badge(one: Duty, day: object) -> str:
    if one.done_date:
        return "done" if one.outcome == Duty.Outcome.PASSED else "fail"
    return "overdue" if one.due_date < day else "todo"  # type: ignore[operator]
