"""Sheets of other offices taken into cards: upload, match the headings, watch it come in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.core.messages import RefusedError
from safecommunity.ledgers.wording import told
from safecommunity.library import card_sheets, codes
from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.models import CardImport
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.components.words import local

PAGE = 50
BUSY = (CardImport.State.LOOKING, CardImport.State.RUNNING)
BADGES = {
    "looking": "running",
    "matching": "waiting",
    "running": "running",
    "done": "done",
    "refused": "refused",
}


class UploadForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("表格"))
    sheet = forms.ChoiceField(
        label=gettext_lazy("对应表"), required=False,
        help_text=gettext_lazy("已有对应表的来源选它，直接导入；没有的选“按列名”，下一步自己核对列。"),
    )  # fmt: skip
    source = forms.ChoiceField(label=gettext_lazy("信息来源"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        sheets: Any = self.fields["sheet"]
        sheets.choices = [("", _("按列名")), *((code, local(one)) for code, one in card_sheets.items())]
        sources: Any = self.fields["source"]
        sources.choices = [(code, local(one)) for code, one in codes["data-sources"].items()]
        most = settings.UPLOAD_MAX_BYTES // 1_000_000
        self.fields["file"].help_text = _(".xlsx 或 .csv，最大 %(most)s MB") % {"most": most}


class MatchForm(forms.Form):
    """For each field of the card a heading of the sheet."""

    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)

    def __init__(self, row: CardImport, data: Any = None) -> None:
        super().__init__(data, initial={"version": row.version, **row.columns})
        choices = [("", "—"), *((one, one) for one in row.headings if one)]
        for column in queries.form().columns:
            self.fields[column.key] = forms.ChoiceField(
                label=local(column, "label"),
                choices=choices,
                required=False,
            )


@requires(Permission.INJURY_ENTER)
@exactly_once
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row = actions.upload_cards(
                chunks=said["file"].chunks(), name=said["file"].name, unit=unit, sheet=said["sheet"],
                source=said["source"], by=request.user,
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("file", told(error.message))
        else:
            return redirect("injuries:import", unit.slug, row.pk)
    page = Paginator(queries.card_imports(unit), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(row, BADGES[row.state]) for row in page],
        "here": "imports",
    }
    return render(request, "injuries/imports.html", context, status=422 if form.errors else 200)


@requires(Permission.INJURY_ENTER)
def detail(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    return _page(request, _import(unit, pk))


@require_POST
@requires(Permission.INJURY_ENTER)
@exactly_once
def match(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    row = _import(unit, pk)
    form = MatchForm(row, request.POST)
    if form.is_valid():
        said = dict(form.cleaned_data)
        version = said.pop("version")
        try:
            actions.match_columns(row=row, version=version, columns=said, by=request.user)
        except actions.Refused as error:
            form.add_error(None, str(error))
        except StaleRecord:
            messages.error(request, _("这个文件刚刚被别人处理过。"))
            return redirect("injuries:import", unit.slug, pk)
        else:
            return redirect("injuries:import", unit.slug, pk)
    return _page(request, row, form, 422)


def _page(
    request: PersonRequest, row: CardImport, form: MatchForm | None = None, status: int = 200
) -> HttpResponse:
    matching = row.state == CardImport.State.MATCHING
    context = {
        "row": row,
        "badge": BADGES[row.state],
        "is_busy": row.state in BUSY,
        "job": queries.import_job(row),
        "form": form or (MatchForm(row) if matching else None),
        "sheet": local(card_sheets[row.sheet]) if row.sheet in card_sheets else "",
        "is_cut": row.refused > len(row.refusals),
        "days": f"?from={row.first_day}&to={row.last_day}" if row.first_day else "",
    }
    return render(request, "injuries/import.html", context, status=status)


def _import(unit: Unit, pk: int) -> CardImport:
    row = queries.card_import(unit, pk)
    if row is None:
        raise Http404(_("没有这次导入，或者您看不到它。"))
    return row
