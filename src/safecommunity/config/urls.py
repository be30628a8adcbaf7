"""Every address. A folder of `web/pages` says in its `urls.py` where it lives (`PLACE`)."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from django.urls import include, path

from safecommunity.api.root import api
from safecommunity.web import pages

_places = {
    import_module(f"{pages.__name__}.{found.name}.urls").PLACE: f"{pages.__name__}.{found.name}.urls"
    for found in iter_modules(pages.__path__)
}

urlpatterns = [
    path("api/", api.urls),
    *[
        path(place, include(_places[place]))
        for place in sorted(_places, key=lambda place: ("<" in place, place))
    ],
]

handler403 = "safecommunity.web.errors.forbidden"
handler404 = "safecommunity.web.errors.missing"
handler500 = "safecommunity.web.errors.broken"
