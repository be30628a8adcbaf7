"""The application on the phone: its shell, which holds nobody's data, and who is signed in."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.sealing import device_key
from safecommunity.library import codes
from safecommunity.units.permissions import Permission, reach
from safecommunity.units.queries import visible
from safecommunity.web.access import PersonRequest, public, signed_in
from safecommunity.web.components.tags import STATIC, STYLES
from safecommunity.web.components.words import language, local
from safecommunity.web.pages.phone.words import words

EMPTY_SHELL = "the shell holds nobody's data; a service worker fetches it without a session"
UNITS = 300
MODULES = tuple(f"js/phone/{path.name}" for path in sorted((STATIC / "js/phone").glob("*.js")))
PICTURES = ("img/mark.svg", "img/chevron.svg")
LISTS = {"kinds": "hazard-kinds", "causes": "hazard-causes", "fields": "promotion-fields"}


@public(EMPTY_SHELL)
def shell(request: HttpRequest) -> HttpResponse:
    return render(request, "phone/shell.html", _said())


@public(EMPTY_SHELL)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker with the list of what it keeps; a change in any of it makes another version."""
    own = [name for name in MODULES if not name.endswith("worker.js")]
    kept = [reverse("phone:shell"), reverse("phone:manifest"), *map(static, (*STYLES, *own, *PICTURES))]
    shown = render_to_string("phone/shell.html", _said())
    version = hashlib.sha256(f"{_contents()}{shown}".encode()).hexdigest()[:16]
    text = (STATIC / "js/phone/worker.js").read_text(encoding="utf-8")
    head = f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(kept)};\n"
    return HttpResponse(head + text, content_type="text/javascript; charset=utf-8")


@public(EMPTY_SHELL)
def manifest(request: HttpRequest) -> JsonResponse:
    icon = {"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    here = reverse("phone:shell")
    said = {
        "name": _("安全社区现场"), "short_name": _("现场"), "lang": language(), "start_url": here,
        "scope": here, "display": "standalone", "theme_color": "#0b6370",
        "background_color": "#f5f7f9", "icons": [icon],
    }  # fmt: skip
    return JsonResponse(said, content_type="application/manifest+json")


@signed_in
def me(request: PersonRequest) -> JsonResponse:
    """Who is signed in, the units they report hazards for, and the key that seals what their device keeps."""
    units = visible(request.user, Permission.HAZARD_REPORT)
    tops = set(reach(request.user, Permission.HAZARD_REPORT))
    said = {
        "username": request.user.username, "name": str(request.user), "token": get_token(request),
        "key": b64encode(device_key(request.user.pk)).decode(),
        "units": [{"slug": one.slug, "name": one.name} for one in units[:UNITS]],
        "roots": [one.slug for one in units.filter(path__in=tops)],
    }  # fmt: skip
    return JsonResponse(said)


def _said() -> dict[str, Any]:
    lists = {
        name: [(code, local(one)) for code, one in codes[shelf].items()] for name, shelf in LISTS.items()
    }
    return {**lists, "words": words(), "language": language()}


@cache
def _contents() -> str:
    """The digest of every file of the shell."""
    digest = hashlib.sha256()
    for name in (*STYLES, *MODULES, *PICTURES):
        digest.update(Path(STATIC / name).read_bytes())
    return digest.hexdigest()
