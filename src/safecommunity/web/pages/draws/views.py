"""What everybody may see of a draw, and the program that repeats it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from safecommunity.supervision.models import DrawRecord
from safecommunity.supervision.queries import visits as queries
from safecommunity.web.access import public


@public("a draw that only its makers could repeat would prove nothing")
def record(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = _record(uid)
    repeated = queries.repeated(row)
    context = {
        "row": row,
        "holds": repeated is not None and repeated.digest_holds,
        "drawn": [(row.names["units"].get(one.code, one.code), one.team) for one in repeated.drawn]
        if repeated
        else [],
        "program": queries.program_of(row.list_text, row.seed) if row.seed else "",
    }
    return render(request, "supervision/record.html", context)


@public("a draw that only its makers could repeat would prove nothing")
def program(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = _record(uid)
    if not row.seed:
        raise Http404(_("还没有抽签，或者这一轮暗访还没有结束。"))
    answer = HttpResponse(
        queries.program_of(row.list_text, row.seed), content_type="text/x-python; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="draw.py"'
    return answer


def _record(uid: UUID) -> DrawRecord:
    row = queries.draw_record(uid)
    if row is None:
        raise Http404(_("没有这次抽签。"))
    return row
