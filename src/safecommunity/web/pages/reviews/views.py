"""Reviews: the list, what waits for oneself, and a review's page with the steps open to the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.accounts.models import User
from safecommunity.core.reviews import ways
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence.actions import QuotaReached
from safecommunity.reviews import actions, asking, queries
from safecommunity.reviews.models import Review, State
from safecommunity.reviews.wording import unready_words
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import now, today
from safecommunity.web.components.lists import sheet
from safecommunity.web.components.words import local
from safecommunity.web.pages.reviews import display
from safecommunity.web.pages.reviews.forms import (
    AppointForm,
    ArrangeForm,
    BeginForm,
    CheckForm,
    CorrectForm,
    DecideForm,
    DeclareForm,
    DismissForm,
    FileForm,
    OpinionForm,
    PaperForm,
    ReasonForm,
    ReceiveForm,
    SelfAssessForm,
    StepForm,
    VerifyForm,
    WordsForm,
)

PAGE = 50
L = gettext_lazy


@dataclass(frozen=True, slots=True)
class Open:
    """What may be done on a review's page: by whom (`side`), with which form, when.

    `takes`: what the action wants besides the form's words: version, today, now. `sure`: the question asked
    before what cannot be undone.
    """

    name: str
    side: str
    title: Any
    icon: str
    form: type[StepForm]
    act: Callable[..., Any]
    may: Callable[[User, Review], bool]
    takes: tuple[str, ...] = ("version", "today")
    sure: Any = ""

    @property
    def address(self) -> str:
        return f"reviews:{self.side}"


def _way(act: str) -> Callable[[User, Review], bool]:
    return lambda _user, row: (row.state, act) in ways(row.procedure)


def _turn(act: str) -> Callable[[User, Review], bool]:
    return lambda user, row: (row.state, act) in ways(row.procedure) and queries.may_check(user, row)


def _may_arrange(user: User, row: Review) -> bool:
    return row.state == State.ON_SITE and row.on_site_id is None and queries.may_arrange(user, row)


def _may_appoint(user: User, row: Review) -> bool:
    return _may_arrange(user, row) and queries.candidates(row, today()).exists()


def _may_choose(_user: User, row: Review) -> bool:
    return (row.state, "self-assess") in ways(row.procedure) and queries.self_assessments(row).exists()


def _may_open(user: User, row: Review) -> bool:
    return queries.may_lead(user, row) and not queries.unready(row, today())


def _may_open_as_lead(user: User, row: Review) -> bool:
    return queries.is_lead(user, row) and _may_open(user, row) and not queries.may_arrange(user, row)


def _may_open_above(user: User, row: Review) -> bool:
    return queries.may_arrange(user, row) and _may_open(user, row)


def _may_declare(user: User, row: Review) -> bool:
    found = queries.membership(user, row)
    return row.is_open and found is not None and found.declared_at is None


def _may_agree(user: User, row: Review) -> bool:
    return row.state == State.ON_SITE and row.on_site is not None and queries.may_agree(user, row)


def _may_conclude(user: User, row: Review) -> bool:
    at = row.state == State.ON_SITE and row.on_site is not None and queries.is_lead(user, row)
    return at and row.on_site is not None and queries.has_consensus(row.on_site)


def _may_correct(_user: User, row: Review) -> bool:
    return row.state == State.RECTIFYING and bool(queries.open_findings(row))


def _may_verify(user: User, row: Review) -> bool:
    waiting = {one.finding_id for one in queries.corrections(row)}
    open_ones = {one.pk for one in queries.open_findings(row)}
    return (
        row.state == State.RECTIFYING
        and queries.membership(user, row) is not None
        and bool(waiting & open_ones)
    )


def _may_end(again: bool) -> Callable[[User, Review], bool]:
    def may(user: User, row: Review) -> bool:
        if row.state != State.RECTIFYING or row.on_site is None or queries.open_findings(row):
            return False
        return (row.on_site.band in row.procedure.again) is again and queries.may_arrange(user, row)

    return may


def _may_decide(user: User, row: Review) -> bool:
    return row.state == State.DECIDING and queries.may_decide(user, row)


def _may_give_up(user: User, row: Review) -> bool:
    return row.is_open and not queries.may_arrange(user, row)


def _may_apply(_user: User, row: Review) -> bool:
    is_way = (row.state, "apply") in ways(row.procedure)
    return is_way and all(one.is_met for one in queries.checklist(row, today()))


def _may_attach(_user: User, row: Review) -> bool:
    return row.state in queries.WRITABLE and bool(row.procedure.papers)


def _declare(*, row: Review, by: User, **given: Any) -> None:
    expert = queries.membership(by, row)
    if expert is None:
        raise Http404
    expert.review = row
    actions.declare(expert=expert, version=expert.version, by=by, **given)


def _dismiss(*, row: Review, **given: Any) -> None:
    actions.dismiss(**given)


def _verify(*, row: Review, finding: Any, **given: Any) -> None:
    actions.verify(row=row, finding=finding, version=finding.version, **given)


OPEN = (
    Open("file", "apply", L("报送启动备案"), "send", FileForm, actions.file, _way("file")),
    Open("receive", "apply", L("登记备案回执"), "stamp", ReceiveForm, actions.receive, _way("receive")),
    Open(
        "self-assess", "apply", L("选定自评"), "clipboard-check", SelfAssessForm, actions.self_assess,
        _may_choose,
    ),
    Open("attach", "apply", L("附申报材料"), "paperclip", PaperForm, actions.attach, _may_attach, ()),
    Open(
        "apply", "apply", L("申报"), "send", StepForm, actions.apply, _may_apply,
        sure=L("申报后由上级逐级审核，退回以前不能更换材料。"),
    ),
    Open(
        "correct", "apply", L("提交整改情况"), "wrench", CorrectForm,
        actions.correct, _may_correct, ("now",),
    ),
    Open(
        "pass-up", "check", L("审核通过"), "badge-check", CheckForm, actions.pass_up, _turn("pass-up")
    ),
    Open("accept", "check", L("资料审查通过"), "badge-check", WordsForm, actions.accept, _turn("accept")),
    Open(
        "send-back", "check", L("退回"), "corner-up-left",
        ReasonForm, actions.send_back, _turn("send-back"),
    ),
    Open(
        "appoint", "check", L("请专家"), "user-plus", AppointForm,
        actions.appoint, _may_appoint, ("today",),
    ),
    Open(
        "dismiss", "check", L("换下成员"), "user-minus", DismissForm, _dismiss,
        lambda user, row: _may_arrange(user, row) and bool(queries.team(row)), (),
    ),
    Open(
        "arrange", "check", L("安排时间和议程"), "calendar", ArrangeForm,
        actions.arrange, _may_arrange, ("version",),
    ),
    Open(
        "open-scoring", "check", L("开启现场评分"), "clipboard-pen",
        StepForm, actions.open_scoring, _may_open_above,
        ("version", "today", "now"), L("开启后评定组不能再变动。"),
    ),
    Open(
        "rectify", "check", L("认定整改完成"), "circle-check",
        WordsForm, actions.rectify, _may_end(again=False),
    ),
    Open(
        "revisit", "check", L("安排再次现场评定"), "rotate-ccw",
        WordsForm, actions.revisit, _may_end(again=True),
    ),
    Open(
        "decide", "check", L("作出决定"), "gavel", DecideForm, actions.decide, _may_decide,
        sure=L("决定作出后不能更改；授予的称号随即生效。"),
    ),
    Open("declare", "team", L("声明利害关系"), "scale", DeclareForm, _declare, _may_declare, ("now",)),
    Open(
        "open-scoring", "team", L("开启现场评分"), "clipboard-pen", StepForm, actions.open_scoring,
        _may_open_as_lead, ("version", "today", "now"), L("开启后评定组不能再变动。"),
    ),
    Open("consensus", "team", L("开启合议表"), "handshake", StepForm, actions.open_consensus, _may_agree, ()),
    Open(
        "conclude", "team", L("出具评定意见"), "file-check", OpinionForm, actions.conclude, _may_conclude,
        ("version", "today", "now"), L("提交后评分和意见都不能再改。"),
    ),
    Open("verify", "team", L("核实整改"), "search-check", VerifyForm, _verify, _may_verify, ("now",)),
    Open(
        "give-up", "apply", L("撤回评审"), "circle-x", ReasonForm, actions.give_up, _may_give_up,
        sure=L("撤回后这件评审就此结束，须重新提出。"),
    ),
)  # fmt: skip
SIDES = {
    "apply": Permission.REVIEW_APPLY,
    "check": Permission.REVIEW_CHECK,
    "team": Permission.ASSESSMENT_SCORE,
}


@requires(Permission.REVIEW_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The reviews of this unit and of those beneath it."""
    asked = asking.reviews_asked(request.GET.dict())
    page = Paginator(asking.reviews(unit, asked), PAGE).get_page(request.GET.get("page"))
    context = {
        "here": "reviews",
        "asked": asked,
        "schemes": display.schemes(),
        "kinds": Review.Kind.choices,
        "states": State.choices,
        "page": page,
        "rows": [_line(row) for row in page],
        "is_narrow": replace(asked, sort="") != asking.ReviewAsk(),
        "has_any": page.paginator.count or queries.reviews(unit).exists(),
        "may_begin": can(request.user, Permission.REVIEW_APPLY, unit),
        "may_export": can(request.user, Permission.LEDGER_EXPORT, unit),
    }
    return render(request, "reviews/index.html", context)


@require_POST
@requires(Permission.LEDGER_EXPORT)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The list as it is asked for in the address, every page of it, as a sheet."""
    rows = asking.reviews(unit, asking.reviews_asked(request.GET.dict()))
    actions.note_export(unit=unit, what="reviews", asked=request.GET.urlencode(), by=request.user)
    file = f"{unit.name}{_('评审')} {today()}"
    columns, cells = display.review_heads(), map(display.review_cells, rows)
    return sheet(name=file, title=_("申报评审"), columns=columns, rows=cells)


@requires(Permission.REVIEW_VIEW)
def inbox(request: PersonRequest, unit: Unit) -> HttpResponse:
    """What waits for the person at and beneath this unit: the level's turn, or a team asked for."""
    rows = queries.inbox(unit, request.user, today())
    context = {"here": "inbox", "rows": [_line(row) for row in rows], "day": today()}
    return render(request, "reviews/inbox.html", context)


@requires(Permission.REVIEW_APPLY)
@exactly_once
def begin(request: PersonRequest, unit: Unit) -> HttpResponse:
    facts = {"contact": unit.contact, "phone": unit.phone, "begun_date": today()}
    form = BeginForm(request.POST or None, initial=facts)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.begin(unit=unit, by=request.user, today=today(), **form.cleaned_data)
        except actions.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已提出，接下来的每一步都在这一页办理。"))
            return redirect("reviews:detail", unit.slug, row.uuid)
    context = {
        "form": form,
        "title": _("提出创建意向"),
        "lead": _(
            "选定评定方案后，备案、自评、申报、评定按该方案规定的程序办理；单位已有这一称号的，办理复评。"
        ),
        "back": "reviews:index",
    }
    return render(request, "reviews/form.html", context, status=422 if form.errors else 200)


@requires(Permission.REVIEW_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _page(request, _review(unit, uid))


@require_POST
@requires(Permission.REVIEW_APPLY)
@exactly_once
def apply(request: PersonRequest, unit: Unit, uid: UUID, name: str) -> HttpResponse:
    return _act(request, _review(unit, uid), "apply", name)


@require_POST
@requires(Permission.REVIEW_CHECK)
@exactly_once
def check(request: PersonRequest, unit: Unit, uid: UUID, name: str) -> HttpResponse:
    return _act(request, _review(unit, uid), "check", name)


@require_POST
@requires(Permission.ASSESSMENT_SCORE)
@exactly_once
def team(request: PersonRequest, unit: Unit, uid: UUID, name: str) -> HttpResponse:
    return _act(request, _review(unit, uid), "team", name)


def _act(request: PersonRequest, row: Review, side: str, name: str) -> HttpResponse:
    one = next((each for each in OPEN if (each.side, each.name) == (side, name)), None)
    if one is None:
        raise Http404(_("没有这一步。"))
    form = one.form(
        request.POST, request.FILES, row=row, user=request.user, today=today(), auto_id=f"id_{name}_%s"
    )
    if not form.is_valid():
        return _page(request, row, one, form, 422)
    told = {"version": form.cleaned_data["version"], "today": today(), "now": now()}
    try:
        one.act(row=row, by=request.user, **{key: told[key] for key in one.takes}, **form.said())
    except (actions.Refused, MediaRefused, QuotaReached) as error:
        form.add_error(None, str(error))
        return _page(request, _review(row.unit, row.uuid), one, form, 422)
    except StaleRecord:
        row = _review(row.unit, row.uuid)
        form.data = {**dict(form.data.items()), "version": row.version}
        form.add_error(None, _("刚刚被别人办理过，请看过现在的情况再办。您写的内容还在下面。"))
        return _page(request, row, one, form, 409)
    messages.success(request, _("已办理：%(what)s。") % {"what": one.title})
    return redirect("reviews:detail", row.unit.slug, row.uuid)


def _page(
    request: PersonRequest, row: Review, tried: Open | None = None, form: StepForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    user, unit = request.user, row.unit
    may = {side: can(user, permission, unit) for side, permission in SIDES.items()}
    open_ones = [one for one in OPEN if may[one.side] and one.may(user, row)]
    if tried is not None and tried not in open_ones:
        open_ones.insert(0, tried)
    forms = [(one, form if one is tried else _blank(request, row, one)) for one in open_ones]
    conditions = display.checklist(row, today()) if row.state in display.BEFORE_APPLYING else []
    corrected = {one.finding_id: one for one in queries.corrections(row)}
    context = {
        "row": row,
        "scheme": local(row.rules),
        "badge": display.BADGES[row.state],
        "strip": display.strip(row),
        "forms": forms,
        "conditions": conditions,
        "unmet": sum(not met for _words, met, _where in conditions),
        "may_apply": may["apply"],
        "filings": display.filings(row),
        "papers": display.papers(row),
        "team": [(one, *display.declared(one)) for one in queries.team(row)],
        "unready": [
            unready_words(row, code) for code in queries.unready(row, today()) if row.state == State.ON_SITE
        ] if row.on_site_id is None else [],
        "verdict": display.verdict(row),
        "findings": [(one, corrected.get(one.pk)) for one in queries.findings(row)],
        "steps": [(display.act_words()[one.act], one) for one in queries.steps(row)],
        "may_see_scores": can(user, Permission.ASSESSMENT_VIEW, unit),
    }  # fmt: skip
    return render(request, "reviews/detail.html", context, status=status)


def _blank(request: PersonRequest, row: Review, one: Open) -> StepForm:
    return one.form(row=row, user=request.user, today=today(), auto_id=f"id_{one.name}_%s")


def _line(row: Review) -> tuple[Review, str, str]:
    return row, local(row.rules), display.BADGES[row.state]


def _review(unit: Unit, uid: UUID) -> Review:
    row = queries.review(unit, uid)
    if row is None:
        raise Http404(_("没有这件评审。"))
    return row
