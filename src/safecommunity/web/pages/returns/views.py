"""Monthly returns: the own months, one return and its chain, the board of the level above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.audit.actions import record
from safecommunity.core.periods import Period
from safecommunity.returns import actions, queries
from safecommunity.returns.models import Return, State
from safecommunity.returns.wording import standing_words
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.components.lists import sheet
from safecommunity.web.components.words import language, local
from safecommunity.web.conflicts import given_back, stale_page
from safecommunity.web.pages.returns.forms import ReturnForm, initial

PAGE = 50
WAY = (State.DRAFT, State.SUBMITTED, State.CHECKED, State.SUMMARISED)
STANDINGS = {
    "figures": "submitted", "zero": "zero", "late": "late", "returned": "returned", "missing": "missing",
    "not-due": "not-due", "not-asked": "not-applicable",
}  # fmt: skip
HEATS = {"figures": "done", "not-asked": "none"}
BADGES = {"draft": "draft", "submitted": "submitted", "returned": "returned"}


@requires(Permission.RETURN_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    now = today()
    last = Period.month_of(now).previous()
    page = Paginator(queries.own(unit), 24).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, _badge(row), _label(row.period)) for row in page],
        "last": last,
        "last_label": _label(last),
        "due": queries.due(last),
        "has_last": queries.month_return(unit, last) is not None,
        "files": queries.files(unit),
        "may_write": can(request.user, Permission.RETURN_SUBMIT, unit),
        "here": "own",
    }
    return render(request, "returns/index.html", context)


@require_POST
@requires(Permission.RETURN_SUBMIT)
@exactly_once
def compile_month(request: PersonRequest, unit: Unit) -> HttpResponse:
    month = _month(request.POST.get("month", ""))
    if not _done(request, lambda: actions.compile_returns(
        root=unit, units=[unit], month=month, today=today(), by=request.user
    ), _("已按工作记录编制。")):  # fmt: skip
        return redirect("returns:index", unit.slug)
    return redirect("returns:detail", unit.slug, month.code)


@requires(Permission.RETURN_VIEW)
def detail(request: PersonRequest, unit: Unit, month: str) -> HttpResponse:
    row = _return(unit, month)
    values = row.values
    sections = [
        (local(section.label), [
            {
                "code": one.code, "name": local(one.name), "unit": local(one.unit),
                "value": values.get(one.code), "compiled": row.figures.get(one.code),
                "correction": row.corrections.get(one.code),
            }
            for one in section.figures
        ])
        for section in row.rules.sections
    ]  # fmt: skip
    context = {
        "row": row,
        "label": _label(row.period),
        "badge": _badge(row),
        "sections": sections,
        "words": [(local(one.label), row.words.get(one.code, "")) for one in row.rules.words],
        "taken": [(STEP_WORDS[one.act](), one) for one in queries.steps(row)],
        "way": _way(row),
        "may_write": row.is_open and can(request.user, Permission.RETURN_SUBMIT, unit),
        "may_check": queries.may_check(request.user, row),
        "may_reopen": row.state in queries.reopened_from(row) and queries.may_reopen(request.user, row),
        **(_filing(row) if row.is_summary else {}),
    }
    return render(request, "returns/detail.html", context)


@requires(Permission.RETURN_SUBMIT)
@exactly_once
def edit(request: PersonRequest, unit: Unit, month: str) -> HttpResponse:
    row = _return(unit, month)
    if request.method != "POST":
        return _edit_page(request, row, ReturnForm(initial=initial(row), row=row))
    form = ReturnForm(request.POST, row=row)
    if not form.is_valid():
        return _edit_page(request, row, form, 422)
    try:
        actions.write(
            row=row, version=form.cleaned_data["version"], words=form.words(),
            corrections=form.corrections(), is_zero=form.cleaned_data["is_zero"], by=request.user,
        )  # fmt: skip
    except StaleRecord as error:
        return stale_page(request, form, error, initial(_return(unit, month)))
    except actions.Refused as error:
        form.add_error(None, str(error))
        return _edit_page(request, row, form, 422)
    messages.success(request, _("已保存。"))
    return redirect("returns:detail", unit.slug, row.month)


@require_POST
@requires(Permission.RETURN_SUBMIT)
@exactly_once
def submit(request: PersonRequest, unit: Unit, month: str) -> HttpResponse:
    row = _return(unit, month)
    version = _version(request)
    _done(
        request,
        lambda: actions.submit(row=row, version=version, by=request.user, today=today()),
        _("已报送。"),
    )
    return redirect("returns:detail", unit.slug, row.month)


@require_POST
@requires(Permission.RETURN_CHECK)
@exactly_once
def step(request: PersonRequest, unit: Unit, month: str, act: str) -> HttpResponse:
    """A step of the level above; the action asks whether the person acts for it."""
    row, version, reason = _return(unit, month), _version(request), request.POST.get("reason", "")
    acts: dict[str, Callable[[], object]] = {
        "check": lambda: actions.check(row=row, version=version, by=request.user),
        "send-back": lambda: actions.send_back(row=row, version=version, by=request.user, reason=reason),
        "reopen": lambda: actions.reopen(row=row, version=version, by=request.user, reason=reason),
    }
    if act not in acts:
        raise Http404(_("没有这个办理环节。"))
    _done(request, acts[act], _("已办理。"), typed=reason)
    return redirect("returns:detail", unit.slug, row.month)


@requires(Permission.RETURN_VIEW)
def records(request: PersonRequest, unit: Unit, month: str, code: str) -> HttpResponse:
    """What a figure counts: records, or planned tasks; of a summary, the returns it adds up."""
    row = _return(unit, month)
    figure = row.rules.figures.get(code)
    if figure is None:
        raise Http404(_("月报里没有这个数据项。"))
    seen: dict[str, Permission] = {"entries": Permission.LEDGER_VIEW, "tasks": Permission.ASSESSMENT_VIEW}
    kind = "parts" if row.is_summary else "entries" if figure.metric else "tasks"
    if kind in seen and not can(request.user, seen[kind], unit):
        raise Http404(_("您看不到这些记录。"))
    rows: Any
    if kind == "parts":
        rows = [(one, one.values.get(code)) for one in queries.to_summarise(unit, row.period)]
    elif kind == "entries":
        rows = queries.records_of(unit, figure, row.period, today())
    else:
        rows = queries.tasks_of(unit, figure.tasks, row.period, today())
    context = {
        "row": row, "label": _label(row.period), "name": local(figure.name), "kind": kind,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "returns/records.html", context)


@requires(Permission.RETURN_VIEW)
def board(request: PersonRequest, unit: Unit) -> HttpResponse:
    now, month, words = today(), _asked_month(request), standing_words()
    lines = queries.board(unit, month, now)
    counts = Counter(line.standing for line in lines)
    filed = sum(counts[one] for one in ("figures", "zero", "late"))
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    own = queries.month_return(unit, month)
    context = {
        "month": month.code,
        "label": _label(month),
        "due": queries.due(month),
        "page": page,
        "rows": [(one, STANDINGS[one.standing], words[one.standing], _heat(one)) for one in page],
        "counts": _counts(lines),
        "filed": filed,
        "total": len(lines),
        "asked": len(lines) - counts["not-asked"],
        "in_time": counts["figures"] + counts["zero"],
        "course": [
            (_label(one.month), one, one.filed / one.total, one.in_time / one.total)
            for one in queries.course(lines)
        ],
        "unusual": queries.unusual(unit, month)[:100],
        "ready": sum(one.row is not None and one.row.state in queries.IN_FORCE for one in lines),
        "own": own,
        "may_check": can(request.user, Permission.RETURN_CHECK, unit),
        "months": _choices(now),
        "said": {HEATS.get(one, one): words[one] for one in STANDINGS},
        "here": "board",
    }
    return render(request, "returns/board.html", context)


@require_POST
@requires(Permission.RETURN_VIEW)
def export_board(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Every unit of the board with how the month and the eleven before it stand, as a sheet."""
    month, words = _asked_month(request), standing_words()
    lines = queries.board(unit, month, today())
    record("returns.exported", unit, by=request.user, unit=unit, after={"month": month.code})
    columns = [(_("单位"), 32), (_("首次报送"), 12)]
    columns += [(code, 10) for code, _standing in (lines[0].months if lines else ())]
    rows = (
        [
            one.unit.name, one.row.first_submitted_date if one.row else None,
            *(words[standing] for _code, standing in one.months),
        ]
        for one in lines
    )  # fmt: skip
    name = f"{unit.name}{_('下级月报')} {month.code}"
    return sheet(name=name, title=_("下级月报"), columns=columns, rows=rows)


@require_POST
@requires(Permission.RETURN_CHECK)
@exactly_once
def compile_below(request: PersonRequest, unit: Unit) -> HttpResponse:
    month = _month(request.POST.get("month", ""))
    _done(
        request,
        lambda: actions.compile_returns(
            root=unit, units=queries.filers(unit), month=month, today=today(), by=request.user
        ),
        _("已为下级单位编制月报草稿。"),
    )
    return _to_board(unit, month)


@require_POST
@requires(Permission.RETURN_CHECK)
@exactly_once
def summarise(request: PersonRequest, unit: Unit) -> HttpResponse:
    month = _month(request.POST.get("month", ""))
    if _done(
        request,
        lambda: actions.summarise(unit=unit, month=month, by=request.user),
        _("已汇总下级月报。"),
    ):
        return redirect("returns:detail", unit.slug, month.code)
    return _to_board(unit, month)


STEP_WORDS: dict[str, Callable[[], str]] = {
    "submit": lambda: _("报送"),
    "check": lambda: _("审核通过"),
    "send_back": lambda: _("退回"),
    "reopen": lambda: _("重新开启"),
    "summarise": lambda: _("纳入汇总"),
}


def _done(request: PersonRequest, act: Callable[[], object], words: str, typed: str = "") -> bool:
    """Whether it was done; either way it is said, and what was typed in vain is given back."""
    try:
        act()
    except actions.Refused as error:
        messages.error(request, given_back(str(error), typed))
        return False
    except StaleRecord:
        why = _("这份月报刚刚被别人修改或办理过，请看过现在的内容再操作。")
        messages.error(request, given_back(why, typed))
        return False
    messages.success(request, words)
    return True


def _label(month: Period) -> str:
    return month.code if language() == "en" else month.label()


def _asked_month(request: PersonRequest) -> Period:
    """The month of the address, without one the last that is over."""
    asked = request.GET.get("month", "")
    return _month(asked) if asked else Period.month_of(today()).previous()


def _month(code: str) -> Period:
    month = queries.month(code)
    if month is None:
        raise Http404(_("没有这个月份。"))
    return month


def _return(unit: Unit, code: str) -> Return:
    row = queries.month_return(unit, _month(code))
    if row is None:
        raise Http404(_("这个月的月报还没有编制。"))
    return row


def _version(request: PersonRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def _badge(row: Return) -> str:
    return BADGES.get(row.state, "confirmed")


def _way(row: Return) -> list[tuple[str, str, str]]:
    at = WAY.index(State(row.state)) if row.state in WAY else 0
    return [
        (str(state.label), "done" if place < at else "now" if place == at else "todo", "")
        for place, state in enumerate(WAY)
    ]


def _counts(lines: Sequence[queries.Line]) -> list[tuple[str, str, int]]:
    counts, words = Counter(line.standing for line in lines), standing_words()
    return [(STANDINGS[one], words[one], counts[one]) for one in STANDINGS]


def _filing(row: Return) -> dict[str, Any]:
    """Who filed below a summary, and what is overdue at those it does not add up."""
    words = standing_words()
    lines = queries.board(row.unit, row.period, today())
    absent = queries.overdue(row.unit, queries.left_out(row, lines), row.period, today())
    names = [local(one.name) for one in queries.overdue_figures().values()]
    sums = [sum(values[place] or 0 for _line, values in absent) for place in range(len(names))]
    return {
        "counts": _counts(lines),
        "overdue": names,
        "absent": [
            (one, STANDINGS[one.standing], words[one.standing], list(zip(names, values, strict=True)))
            for one, values in absent
        ],
        "sums": list(zip(names, sums, strict=True)),
    }


def _heat(line: queries.Line) -> list[tuple[str, str, None, str]]:
    return [
        (
            month[5:], HEATS.get(standing, standing), None,
            "" if standing in ("missing", "not-due", "not-asked")
            else reverse("returns:detail", args=[line.unit.slug, month]),
        )
        for month, standing in line.months
    ]  # fmt: skip


def _choices(now: date) -> list[tuple[str, str]]:
    month, found = Period.month_of(now), []
    for _count in range(18):
        found.append((month.code, _label(month)))
        month = month.previous()
    return found


def _edit_page(request: PersonRequest, row: Return, form: ReturnForm, status: int = 200) -> HttpResponse:
    lines = [
        (figure, row.figures.get(code), form[f"f_{code}"], form[f"r_{code}"])
        for code, figure in row.rules.figures.items()
    ]
    questions = [form[f"w_{one.code}"] for one in row.rules.words]
    context = {"row": row, "label": _label(row.period), "form": form, "lines": lines, "questions": questions}
    return render(request, "returns/edit.html", context, status=status)


def _to_board(unit: Unit, month: Period) -> HttpResponse:
    return redirect(f"{reverse('returns:board', args=[unit.slug])}?month={month.code}")
