"""Rights in an emergency: one administrator asks, another decides, everybody concerned reads."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.safekeeping import emergency
from safecommunity.units.models import Unit
from safecommunity.units.permissions import ADMINISTRATORS, ROLES, Permission
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import now
from safecommunity.web.step_up import proved_lately

ROWS = 30


class Ask(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("需要的角色"),
        choices=[(code, role.name) for code, role in ROLES.items() if code not in ADMINISTRATORS],
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("写明发生了什么、要办什么。三员都会收到通知，日志会保留。"),
        error_messages={"required": gettext_lazy("请写明原因。")},
    )  # fmt: skip


@requires(Permission.EMERGENCY)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    return _page(request, unit, Ask())


@require_POST
@requires(Permission.EMERGENCY)
@proved_lately
@exactly_once
def ask(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = Ask(request.POST)
    if form.is_valid():
        try:
            emergency.ask(unit=unit, by=request.user, now=now(), **form.cleaned_data)
        except emergency.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已申请，请另一位管理员批准。"))
            return redirect("emergency:index", unit.slug)
    return _page(request, unit, form, 422)


@require_POST
@requires(Permission.EMERGENCY)
@proved_lately
@exactly_once
def decide(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    row = get_object_or_404(emergency.asked(unit), pk=pk)
    try:
        emergency.decide(row=row, grant=request.POST.get("grant") == "yes", by=request.user, now=now())
    except emergency.Refused as error:
        messages.error(request, str(error))
        return _page(request, unit, Ask(), 422)
    messages.success(request, _("已记下决定，三员都已收到通知。"))
    return redirect("emergency:index", unit.slug)


def _page(request: PersonRequest, unit: Unit, form: Ask, status: int = 200) -> HttpResponse:
    page = Paginator(emergency.asked(unit), ROWS).get_page(request.GET.get("page"))
    rows = [(row, row.state == row.State.ASKED and emergency.may_decide(request.user, row)) for row in page]
    context = {"page": page, "rows": rows, "form": form}
    return render(request, "emergency/index.html", context, status=status)
