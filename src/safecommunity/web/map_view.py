"""What a map asks for: the part in view and how near it is; and a mark as the map module draws it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from safecommunity.core.map_clusters import Cluster, Window

WORLD = Window(-180.0, -90.0, 180.0, 90.0)
FARTHEST = 19


def window(request: HttpRequest) -> Window:
    """The part in view, from `west`, `south`, `east`, `north`; the whole world when it is not said well."""
    try:
        return Window(*(float(request.GET[name][:24]) for name in Window._fields))
    except (KeyError, ValueError):
        return WORLD


def zoom(request: HttpRequest) -> int:
    return number(request, "zoom", 12, FARTHEST)


def number(request: HttpRequest, name: str, usual: int, most: int) -> int:
    """A number of the address, the usual one when it is not said well."""
    text = request.GET.get(name, "")
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 5 else usual


def mark(one: Cluster, tone: str, label: str) -> dict[str, Any]:
    """Points drawn as one: where, how many, in which tone and words."""
    place = {"lat": round(one.latitude, 6), "lng": round(one.longitude, 6)}
    return {**place, "tone": tone, "count": one.count, "label": label}


def bounds(frame: Window | None) -> list[list[float]] | None:
    """The corners of a part of the map as the map module takes them."""
    return [[frame.south, frame.west], [frame.north, frame.east]] if frame else None
