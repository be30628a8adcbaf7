"""Look into one untrusted file inside a process that may use little memory, little time and nothing else.

Started by `documents.media` as `python -I media_child.py FILE KIND FOLDER`. Writes into FOLDER what it makes
(`kept`: the picture without anything hidden in it; `preview.jpg`: a small one to look at) and one JSON line
to standard output: the facts found, or `{"refused": code, ...}`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import resource
import stat
import sys
import warnings
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 20
WRITTEN_BYTES = 100 * 1024 * 1024
PIXELS = 40_000_000
PREVIEW_SIDE = 640
MEMBERS = 2_000
UNPACKED_BYTES = 100 * 1024 * 1024

_CHUNK = 1 << 18


class Refused(Exception):
    """The file is not taken: `code` says why, `facts` what about it."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)


def main(path: Path, kind: str, folder: Path) -> None:
    _confine()
    try:
        facts = LOOK[kind](path, kind, folder)
    except Refused as refused:
        facts = {"refused": refused.code, **refused.facts}
    except MemoryError:
        facts = {"refused": "too-heavy"}
    sys.stdout.write(json.dumps(facts))


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN_BYTES, WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


# Pictures


def _picture(path: Path, kind: str, folder: Path) -> dict[str, Any]:
    from PIL import Image, ImageOps, UnidentifiedImageError  # slow import

    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=[kind.upper()]) as opened:
            facts = _taken(opened.getexif())
            opened.seek(0)
            picture = ImageOps.exif_transpose(opened)
            picture.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused("pixels", limit=PIXELS // 1_000_000) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError) as error:
        raise Refused("damaged") from error
    clean = _bare(picture)
    kept = "png" if kind == "gif" else kind
    clean.save(folder / "kept", format=kept.upper(), **SAVING[kept])
    _preview(clean, folder)
    return {**facts, "kept": kept, "width": clean.width, "height": clean.height, "likeness": _likeness(clean)}


SAVING: dict[str, dict[str, Any]] = {
    "jpeg": {"quality": 90, "optimize": True},
    "png": {"optimize": False},
    "webp": {"quality": 90},
}


def _bare(picture: Image) -> Image:
    """The pixels alone: a new picture, so that no comment, profile or hidden text comes along."""
    from PIL import Image

    mode = "RGBA" if picture.has_transparency_data else "L" if picture.mode in ("1", "L") else "RGB"
    if picture.format == "JPEG" and mode == "RGBA":
        mode = "RGB"
    converted = picture.convert(mode)
    bare = Image.new(mode, converted.size)
    bare.paste(converted)
    return bare


def _preview(picture: Image, folder: Path) -> None:
    from PIL import Image

    small = picture.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    if small.mode == "RGBA":
        paper = Image.new("RGB", small.size, "white")
        paper.paste(small, mask=small.getchannel("A"))
        small = paper
    small.convert("RGB").save(folder / "preview.jpg", format="JPEG", quality=82, optimize=True)


def _likeness(picture: Image) -> str:
    """dHash: which of two neighbouring cells of a 9 × 8 grey raster is lighter, 64 bits as 16 hex digits.

    Source: N. Krawetz, "Kind of Like That", 2013. Two takes of one picture differ in a few bits only.
    """
    from PIL import Image

    grey = picture.convert("RGB").convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = [grey[row * 9 + column] > grey[row * 9 + column + 1] for row in range(8) for column in range(8)]
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def _taken(exif: Exif) -> dict[str, Any]:
    """When and where a photo was taken, as its camera says; what makes no sense is left out."""
    facts: dict[str, Any] = {}
    with contextlib.suppress(ValueError, TypeError, KeyError, ZeroDivisionError, OverflowError):
        details = exif.get_ifd(0x8769)
        moment = str(details.get(0x9003) or exif.get(0x0132) or "").strip("\x00 ")
        facts["taken_at"] = datetime.strptime(moment[:19], "%Y:%m:%d %H:%M:%S").isoformat()
        offset = str(details.get(0x9011) or "").strip("\x00 ")
        if re.fullmatch(r"[+-]\d\d:\d\d", offset):
            facts["taken_at"] += offset
    with contextlib.suppress(ValueError, TypeError, KeyError, ZeroDivisionError, OverflowError):
        place = exif.get_ifd(0x8825)
        latitude = _degrees(place[2]) * (-1 if str(place[1]).upper().startswith("S") else 1)
        longitude = _degrees(place[4]) * (-1 if str(place[3]).upper().startswith("W") else 1)
        if abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude):
            facts |= {"latitude": round(latitude, 6), "longitude": round(longitude, 6)}
    return facts


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


# Documents


def _pdf(path: Path, kind: str, folder: Path) -> dict[str, Any]:
    """The first page as a picture; a PDF that cannot be drawn is kept all the same, without one."""
    data = path.read_bytes()
    if b"%%EOF" not in data[-2048:]:
        raise Refused("damaged")
    import typst  # slow import

    (folder / "source.pdf").write_bytes(data)
    (folder / "page.typ").write_text(
        '#set page(width: auto, height: auto, margin: 0pt)\n#image("source.pdf", page: 1, width: 640pt)'
    )
    try:
        drawn = typst.compile(str(folder / "page.typ"), root=str(folder), format="png", ppi=72)
    except (typst.TypstError, RuntimeError):
        return {}
    finally:
        (folder / "source.pdf").unlink()
        (folder / "page.typ").unlink()
    from PIL import Image  # slow import

    Image.MAX_IMAGE_PIXELS = PIXELS
    with Image.open(io.BytesIO(drawn)) as page:
        _preview(page, folder)
    return {}


def _package(path: Path, kind: str, folder: Path) -> dict[str, Any]:
    """A docx, xlsx or pptx: every member unpacked once, counted and looked at."""
    try:
        with zipfile.ZipFile(path) as package:
            _check_directory(package, kind)
            left = UNPACKED_BYTES
            for member in package.infolist():
                left -= _check_member(package, member, left)
    except _DAMAGE as error:
        raise Refused("damaged") from error
    return {}


_DAMAGE = (
    zipfile.BadZipFile, zlib.error,
    EOFError, OSError, NotImplementedError, RuntimeError, KeyError, ValueError,
)  # fmt: skip
MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_MACRO = re.compile(r"vbaproject|/macrosheets/|/activex/|/embeddings/|oleobject", re.I)
_OUTSIDE = re.compile(
    rb"<\w*:?Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)(?![^>]*/hyperlink[\"'])[^>]*>"
)


def _check_directory(package: zipfile.ZipFile, kind: str) -> None:
    members = package.infolist()
    names = [member.filename for member in members]
    if len(members) > MEMBERS:
        raise Refused("members", limit=MEMBERS)
    if "[Content_Types].xml" not in names or MAIN_PARTS[kind] not in names:
        raise Refused("other-office", kind=kind)
    if len({name.lower() for name in names}) != len(names):
        raise Refused("damaged")
    for member in members:
        if re.search(r"[\\:\x00-\x1f]|^/|(^|/)\.\.(/|$)", member.filename) or stat.S_ISLNK(
            member.external_attr >> 16
        ):
            raise Refused("damaged")
        if member.flag_bits & 0x1:
            raise Refused("encrypted")
        if _MACRO.search(member.filename):
            raise Refused("macro")


def _check_member(package: zipfile.ZipFile, member: zipfile.ZipInfo, allowance: int) -> int:
    """The unpacked size in bytes, counted while reading: what the directory claims is not believed."""
    is_markup = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    size, tail = 0, b""
    with package.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > allowance:
                raise Refused("unpacked", limit=UNPACKED_BYTES // (1024 * 1024))
            if is_markup:
                _check_markup(member.filename, tail + chunk)
            tail = chunk[-2048:]
    return size


def _check_markup(name: str, text: bytes) -> None:
    if b"\x00" in text or re.search(rb"<!(?:DOCTYPE|ENTITY)", text, re.I):
        raise Refused("entities")
    if name == "[Content_Types].xml" and re.search(rb"macroEnabled", text, re.I):
        raise Refused("macro")
    if name.endswith(".rels") and _OUTSIDE.search(text):
        raise Refused("external")


LOOK = {
    "jpeg": _picture, "png": _picture, "webp": _picture, "gif": _picture,
    "pdf": _pdf, "docx": _package, "xlsx": _package, "pptx": _package,
}  # fmt: skip

if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
