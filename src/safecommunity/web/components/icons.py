"""Line icons out of the lucide wheel, drawn into the page; nothing to serve, nothing to fetch."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile


class UnknownIcon(LookupError):
    """No such icon in the installed lucide."""


@cache
def shapes(name: str) -> str:
    """The inner markup of an icon on its 24 × 24 grid; colour and stroke come from base.css."""
    try:
        svg = _archive().read(f"{name}.svg").decode()
    except KeyError as error:
        raise UnknownIcon(name) from error
    inner = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    return re.sub(r"\s*/>", "/>", re.sub(r"\s+", " ", inner)).replace("> <", "><").strip()


@cache
def _archive() -> ZipFile:
    return ZipFile(BytesIO((files("lucide") / "lucide.zip").read_bytes()))
