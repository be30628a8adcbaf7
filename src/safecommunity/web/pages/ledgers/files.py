"""The deployment's own ledger files: what there is, and putting in a new one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.ledgers import publishing
from safecommunity.ledgers.publishing import CannotPublish
from safecommunity.ledgers.wording import local, told
from safecommunity.library import LibraryError, ledgers
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import exactly_once, requires


class FileForm(forms.Form):
    """A ledger file, and whether it is meant to follow one that is there."""

    file = forms.FileField(label=gettext_lazy("台账文件（.toml）"))
    is_new_version = forms.BooleanField(label=gettext_lazy("作为已有台账的新版本发布"), required=False)

    def clean_file(self) -> tuple[str, bytes]:
        file = self.cleaned_data["file"]
        if not file.name.endswith(".toml"):
            raise ValidationError(_("台账文件的名称以 .toml 结尾。"))
        if file.size > publishing.LARGEST:
            raise ValidationError(_("台账文件不能超过1 MB。"))
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
            done = _("已发布台账“%(name)s”，列表、表单、导入、导出和接口立即可用。")
            messages.success(request, done % {"name": local(made.words)})
            return redirect("ledgers:files", unit.slug)
    rows = [
        {"code": code, "name": local(ledger.words), "version": ledgers.version(code)}
        for code, ledger in ledgers.items()
    ]
    context = {"form": form, "rows": rows, "refused": list(ledgers.refused)}
    return render(request, "ledgers/files.html", context, status=422 if form.errors else 200)


@requires(Permission.LEDGER_DEFINE)
def source(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    """The file behind a ledger, to begin a new one from."""
    content = publishing.source(code)
    if content is None:
        raise Http404(_("没有这种台账。"))
    response = HttpResponse(content, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}.toml"'
    return response
