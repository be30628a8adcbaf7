"""The version a change was made from travels in ETag and If-Match."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError

from safecommunity.units.scope import StaleRecord


def asked_version(request: HttpRequest) -> int:
    """The version in If-Match; 428 when the header is not there."""
    found = re.fullmatch(r"\d{1,9}", asked_tag(request))
    return int(found[0]) if found else 0


def asked_tag(request: HttpRequest) -> str:
    """The text of If-Match without its quotes; 428 when the header is not there."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise HttpError(428, _("请在 If-Match 里写明所改的版本（读取时 ETag 的值）。"))
    return given.removeprefix("W/").strip('"')


def stale() -> HttpError:
    return HttpError(412, _("这条记录已被别人改过，请重新读取后再改。"))


def attempt(refused: type[Exception], action: Callable[..., Any], **given: Any) -> Any:
    """What the action gives; 412 when the record was changed meanwhile, 422 when it is refused, with why."""
    try:
        return action(**given)
    except StaleRecord as error:
        raise stale() from error
    except refused as error:
        raise HttpError(422, str(error)) from error
