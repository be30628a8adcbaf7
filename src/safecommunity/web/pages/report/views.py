"""The public pages of a unit: where, what is known there, saying it, following it, what the unit tells."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import qrcode
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.image.svg import SvgPathImage

from safecommunity.core.form_tokens import read_receipt
from safecommunity.documents.media import MediaRefused
from safecommunity.ledgers.wording import told
from safecommunity.residents import actions, queries
from safecommunity.residents.models import Report
from safecommunity.surveillance import queries as surveillance
from safecommunity.surveillance import wording
from safecommunity.units.models import Unit
from safecommunity.units.wall import narrow
from safecommunity.web.access import public
from safecommunity.web.clock import now, today
from safecommunity.web.middleware import address
from safecommunity.web.pages.report import display
from safecommunity.web.pages.report.forms import PICTURES, FollowForm, ReceiptForm, ReportForm, SpotForm

WITHOUT_ACCOUNT = "residents report without an account; what they write is seen by staff alone"
BY_RECEIPT = "the receipt, which nobody can guess, shows the state and the answer and nothing else"
TOLD = "what a unit tells the public, with small numbers hidden"


@public(WITHOUT_ACCOUNT)
def start(request: HttpRequest, place: str) -> HttpResponse:
    """Where is it? A map where there are outlines, and the list."""
    unit = _unit(place)
    known = display.areas(unit)
    rows = list(queries.open_here(unit))
    context = {"open_map": display.open_map(unit, rows), "areas": known.items(), "rows": rows}
    return _page(request, unit, "start", context)


@public(WITHOUT_ACCOUNT)
def new(request: HttpRequest, place: str) -> HttpResponse:
    """What is already known there, and the form."""
    unit = _unit(place)
    where = SpotForm(request.POST or request.GET, areas=display.areas(unit))
    spot, page = where.spot(), f"report|{unit.pk}"
    if request.method != "POST":
        return _form(request, unit, ReportForm(page=page, now=now()), where, spot)
    form = ReportForm(request.POST, request.FILES, page=page, now=now())
    if not form.is_valid():
        return _form(request, unit, form, where, spot, 422)
    try:
        row = actions.receive(
            unit=unit, said=form.said(spot), receipt=form.receipt, now=now(), by=None,
            address=address(request),
        )  # fmt: skip
    except MediaRefused as error:
        form.add_error("photos", told(error.message))
        return _form(request, unit, form, where, spot, 422)
    return _received(unit, form, row)


@public(WITHOUT_ACCOUNT)
def follow(request: HttpRequest, place: str, uid: UUID) -> HttpResponse:
    """Somebody who was about to report the same follows what is there."""
    unit = _unit(place)
    row = queries.report(unit, uid)
    if row is None or row.state not in queries.PUBLIC:
        raise Http404(_("没有这件事项，或者已经办结。"))
    page = f"follow|{row.pk}"
    if request.method != "POST":
        return _follow(request, row, FollowForm(page=page, now=now()))
    form = FollowForm(request.POST, page=page, now=now())
    if not form.is_valid():
        return _follow(request, row, form, 422)
    made = actions.follow(row=row, receipt=form.receipt, now=now(), by=None, address=address(request))
    if made is None:
        form.add_error(None, _("现在提交的人太多，请过几分钟再试。"))
        return _follow(request, row, form, 422)
    return redirect(f"{reverse('report:status', args=[place, form.receipt])}?new=1")


@public(BY_RECEIPT)
def find(request: HttpRequest, place: str) -> HttpResponse:
    unit = _unit(place)
    form = ReceiptForm(request.GET or None)
    if form.is_bound and form.is_valid():
        if queries.by_receipt(unit, form.cleaned_data["receipt"]):
            return redirect("report:status", place, form.cleaned_data["receipt"])
        form.add_error("receipt", _("没有这个回执号，请核对。"))
    return _page(request, unit, "find", {"form": form}, 422 if form.errors else 200)


@public(BY_RECEIPT)
def status(request: HttpRequest, place: str, receipt: str) -> HttpResponse:
    """State and answer: neither the words, nor the photos, nor who it was."""
    unit, row = _by_receipt(place, receipt)
    context = {
        "row": row, "receipt": read_receipt(receipt), "strip": display.strip(row),
        "is_new": request.GET.get("new") == "1", "are_photos_left": request.GET.get("photos") == "left",
        "address": request.build_absolute_uri(reverse("report:status", args=[place, read_receipt(receipt)])),
        "asks": _may_judge(row, receipt),
    }  # fmt: skip
    return _page(request, unit, "status", context)


@require_POST
@public(BY_RECEIPT)
def judge(request: HttpRequest, place: str, receipt: str) -> HttpResponse:
    """Was it really fixed? The reporter's own receipt says it, once."""
    _unit_here, row = _by_receipt(place, receipt)
    if _may_judge(row, receipt) and request.POST.get("fixed") in ("yes", "no"):
        actions.judge(row=row, is_fixed=request.POST["fixed"] == "yes", by=None, today=today())
    return redirect("report:status", place, receipt)


@public(TOLD)
def notices(request: HttpRequest, place: str) -> HttpResponse:
    unit = _unit(place)
    since, fields = display.field_rows(unit, today())
    begin, end, figures = display.accidents(unit, today())
    context = {
        "announcements": queries.announcements(unit)[:50], "fields": fields, "since": since, "end": end,
        "begin": begin, "figures": figures, "are_years_told": surveillance.summaries(unit).exists(),
    }  # fmt: skip
    return _page(request, unit, "notices", context)


@public(TOLD)
def injuries(request: HttpRequest, place: str) -> HttpResponse:
    """The years whose injuries the unit has published, as they were when it did; 404 while there are none."""
    unit = _unit(place)
    rows = surveillance.summaries(unit)
    if not rows:
        raise Http404(_("没有这个页面。"))
    years = [wording.told(row.year, row.told) for row in rows]
    return _page(request, unit, "injuries", {"years": years})


@public("the code leads to the page that is open to all")
def code(request: HttpRequest, place: str) -> HttpResponse:
    """The address of the page as a QR code that still reads with a quarter of it torn away."""
    unit = _unit(place)
    asked = request.GET.get("area", "")
    where = f"new/?area={asked}" if asked in display.areas(unit) else ""
    drawn = qrcode.QRCode(image_factory=SvgPathImage, border=2, error_correction=ERROR_CORRECT_Q)
    drawn.add_data(request.build_absolute_uri(reverse("report:start", args=[place]) + where))
    return HttpResponse(drawn.make_image().to_string(), content_type="image/svg+xml")


def _unit(place: str) -> Unit:
    unit = Unit.objects.filter(slug=place).first()
    if unit is None or not queries.is_open(unit):
        raise Http404(_("没有这个页面。"))
    narrow([unit.path])
    return unit


def _by_receipt(place: str, receipt: str) -> tuple[Unit, Report]:
    unit = _unit(place)
    row = queries.by_receipt(unit, read_receipt(receipt))
    if row is None:
        raise Http404(_("没有这个回执号，请核对。"))
    return unit, row


def _may_judge(row: Report, receipt: str) -> bool:
    return queries.is_asked(row, today()) and queries.is_reporter(row, read_receipt(receipt))


def _received(unit: Unit, form: ReportForm, row: Report) -> HttpResponse:
    are_left = form.cleaned_data["photos"] and not queries.photos(row).exists()
    later = "&photos=left" if are_left else ""
    return redirect(f"{reverse('report:status', args=[unit.slug, form.receipt])}?new=1{later}")


def _form(
    request: HttpRequest, unit: Unit, form: ReportForm, where: SpotForm, spot: queries.Spot, status: int = 200
) -> HttpResponse:
    context = {
        "form": form, "spot": spot, "spot_words": display.spot_words(spot, where.areas),
        "near": queries.near(unit, spot), "accepted": PICTURES, "photos": queries.rules().photos,
        "megabytes": queries.rules().photo_bytes // 1_000_000,
    }  # fmt: skip
    return _page(request, unit, "new", context, status)


def _follow(request: HttpRequest, row: Report, form: FollowForm, status: int = 200) -> HttpResponse:
    return _page(request, row.unit, "follow", {"form": form, "row": row}, status)


def _page(
    request: HttpRequest, unit: Unit, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {**context, "place": unit, "here": name}
    response = render(request, f"report/{name}.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex" if name in ("status", "follow") else "nofollow"
    return response
