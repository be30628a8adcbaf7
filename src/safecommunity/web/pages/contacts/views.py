"""A notice to put a hazard right, answered by a contact without an account: the address is the secret."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.core.hazards import refusal
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence import actions as evidence
from safecommunity.evidence import store
from safecommunity.hazards import actions, queries
from safecommunity.hazards.actions import Pictures
from safecommunity.hazards.models import HiddenHazard, Link
from safecommunity.ledgers.wording import told
from safecommunity.library import codes
from safecommunity.units.scope import StaleRecord
from safecommunity.units.wall import narrow
from safecommunity.web.access import public
from safecommunity.web.clock import now
from safecommunity.web.components.words import local

WHY = "a contact of a business has no account; the long secret address stands for one hazard"
MOMENT = "%Y-%m-%dT%H:%M"


class AnswerForm(forms.Form):
    """`key` is made with the form: sent twice, it is one answer."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("整改情况"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )


class MoreTimeForm(forms.Form):
    until = forms.DateTimeField(
        label=gettext_lazy("申请延至"), input_formats=[MOMENT],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT),
    )  # fmt: skip
    why = forms.CharField(label=gettext_lazy("延期理由"), max_length=500)


@public(WHY)
def notice(request: HttpRequest, token: str) -> HttpResponse:
    found = _linked(token)
    if found is None:
        return render(request, "contacts/ended.html", status=404)
    link, row = found
    if request.method != "POST":
        return _page(request, token, link, row)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, token, link, row, form=form, status=422)
    if (why_not := refusal(row.facts, "fix")) and not _is_answered(row, form.cleaned_data["key"]):
        form.add_error(None, told(why_not))
        return _page(request, token, link, row, form=form, status=422)
    try:
        actions.fix(
            hazard=row, version=row.version, text=form.cleaned_data["text"], link=link, now=now(),
            client_uuid=form.cleaned_data["key"], pictures=_pictures(request, row),
        )  # fmt: skip
    except (actions.Refused, MediaRefused, evidence.QuotaReached) as error:
        form.add_error(None, told(error.message) if isinstance(error, MediaRefused) else str(error))
        return _page(request, token, link, row, form=form, status=422)
    except StaleRecord:
        form.add_error(None, _("刚刚有人办理过，请看过现在的情况再提交。"))
        return _page(request, token, link, queries.linked(link), form=form, status=409)
    return redirect("contacts:notice", token)


@require_POST
@public(WHY)
def ask(request: HttpRequest, token: str) -> HttpResponse:
    found = _linked(token)
    if found is None:
        return render(request, "contacts/ended.html", status=404)
    link, row = found
    form = MoreTimeForm(request.POST, auto_id="ask_%s")
    if not form.is_valid():
        return _page(request, token, link, row, more=form, status=422)
    try:
        actions.ask(hazard=row, version=row.version, link=link, now=now(), **form.cleaned_data)
    except (actions.Refused, StaleRecord) as error:
        form.add_error(None, str(error) if isinstance(error, actions.Refused) else _("请刷新页面再试。"))
        return _page(request, token, link, row, more=form, status=422)
    return redirect("contacts:notice", token)


@public(WHY)
def photo(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:
    linked = _linked(token)
    found = queries.photo(linked[1], pk) if linked else None
    if found is None or found.file is None:
        raise Http404(_("没有这张照片，或者还没有传到。"))
    try:
        path = store.verified(found.file.sha256)
    except store.Damaged as error:
        raise Http404(_("文件缺失或已损坏，请联系系统管理员从备份恢复。")) from error
    response = FileResponse(path.open("rb"), content_type=found.file.media.mime)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _page(
    request: HttpRequest,
    token: str,
    link: Link,
    row: HiddenHazard,
    *,
    form: AnswerForm | None = None,
    more: MoreTimeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    photos = [one for one in queries.photos(row) if one.file]
    why_not, fresh = refusal(row.facts, "fix"), AnswerForm(initial={"key": uuid4()})
    later = row.due_at + timedelta(days=1) if row.due_at else None
    longer = MoreTimeForm(initial={"until": later}, auto_id="ask_%s")
    context: dict[str, Any] = {
        "token": token, "link": link, "row": row, "unit": None,
        "kind": local(codes["hazard-kinds"][row.kind]) if row.kind in codes["hazard-kinds"] else row.kind,
        "before": [one for one in photos if one.side == "before"],
        "after": [one for one in photos if one.side == "after"],
        "rectifications": queries.rectifications(row), "form": form or (None if why_not else fresh),
        "more": more or (None if refusal(row.facts, "ask") else longer),
        "why_not": told(why_not) if why_not else "",
    }  # fmt: skip
    response = render(request, "contacts/notice.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _linked(token: str) -> tuple[Link, HiddenHazard] | None:
    """What the secret stands for, None when it has ended or never was."""
    link = queries.link(token, now())
    if link is None:
        return None
    narrow([link.unit.path])
    return link, queries.linked(link)


def _is_answered(row: HiddenHazard, key: UUID) -> bool:
    return queries.rectifications(row).filter(client_uuid=key).exists()


def _pictures(request: HttpRequest, row: HiddenHazard) -> Pictures:
    files = request.FILES.getlist("photos")[: queries.rules().most_photos + 1]
    return Pictures(
        files=[
            evidence.attach(
                chunks=file.chunks(), name=file.name or "", unit=row.unit, by=None, pictures_only=True
            ).file
            for file in files
        ]
    )
