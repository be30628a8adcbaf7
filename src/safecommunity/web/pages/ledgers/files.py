"""The deployment's own ledger and checklist files: what there is, and putting in a new one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.ledgers import publishing
from safecommunity.ledgers.publishing import SHELVES, CannotPublish
from safecommunity.ledgers.wording import local, told
from safecommunity.library import LibraryError
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import exactly_once, requires

NAMES = {"ledgers": gettext_lazy("台账"), "checklists": gettext_lazy("检查表")}


class FileForm(forms.Form):
    """A file, what it describes, and whether it is meant to follow one that is there."""

    folder = forms.ChoiceField(
        label=gettext_lazy("文件描述的是"), choices=list(NAMES.items()), required=False
    )
    file = forms.FileField(label=gettext_lazy("文件（.toml）"))
    is_new_version = forms.BooleanField(label=gettext_lazy("作为已有文件的新版本发布"), required=False)

    def clean_folder(self) -> str:
        return self.cleaned_data["folder"] or "ledgers"

    def clean_file(self) -> tuple[str, bytes]:
        file = self.cleaned_data["file"]
        if not file.name.endswith(".toml"):
            raise ValidationError(_("文件的名称以 .toml 结尾。"))
        if file.size > publishing.LARGEST:
            raise ValidationError(_("文件不能超过1 MB。"))
        return file.name, file.read()


@requires(Permission.LEDGER_DEFINE)
@exactly_once
def index(request: HttpRequest, unit: Unit) -> HttpResponse:
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name, content = form.cleaned_data["file"]
        try:
            made = publishing.publish(
                name=name,
                content=content,
                folder=form.cleaned_data["folder"],
                is_new_version=form.cleaned_data["is_new_version"],
                unit=unit,
                by=request.user,  # type: ignore[arg-type]
            )
        except LibraryError as error:
            form.add_error("file", _("文件 %(file)s") % {"file": error.file})
            if error.key:
                form.add_error("file", _("键 %(key)s") % {"key": error.key})
            form.add_error("file", _("原因：%(reason)s") % {"reason": told(error.message)})
        except CannotPublish as error:
            form.add_error("file", str(error))
        else:
            done = _("已发布%(kind)s“%(name)s”，立即可用。")
            words = {"kind": NAMES[form.cleaned_data["folder"]], "name": local(made.words)}
            messages.success(request, done % words)
            return redirect("ledgers:files", unit.slug)
    rows = [
        {
            "folder": folder,
            "kind": NAMES[folder],
            "code": code,
            "name": local(one.words),
            "version": shelf.version(code),
        }
        for folder, shelf in SHELVES.items()
        for code, one in shelf.items()
    ]
    refused = [error for shelf in SHELVES.values() for error in shelf.refused]
    context = {"form": form, "rows": rows, "refused": refused}
    return render(request, "ledgers/files.html", context, status=422 if form.errors else 200)


@requires(Permission.LEDGER_DEFINE)
def source(request: HttpRequest, unit: Unit, folder: str, code: str) -> HttpResponse:
    """The file behind a ledger or checklist, to begin a new one from."""
    content = publishing.source(code, folder) if folder in SHELVES else None
    if content is None:
        raise Http404(_("没有这个文件。"))
    response = HttpResponse(content, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}.toml"'
    return response
