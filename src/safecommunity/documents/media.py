"""Files that people hand in: what they are by their content, and what may be kept of them.

`look` is the one entrance. The extension is checked against the content, never believed; pictures and
documents are opened in a child process with limits (`media_child`), because decoders read strangers' bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from safecommunity.core.messages import Message

HEAD_BYTES = 64
SECONDS = 40
ALIKE_BITS = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file we take. `inline`: a browser may show it in the page without running any of it."""

    code: str
    mime: str
    extensions: tuple[str, ...]
    group: str
    megabytes: int
    inline: bool = False


KINDS = {
    kind.code: kind
    for kind in (
        Kind("jpeg", "image/jpeg", (".jpg", ".jpeg", ".jfif"), "picture", 30, inline=True),
        Kind("png", "image/png", (".png",), "picture", 30, inline=True),
        Kind("webp", "image/webp", (".webp",), "picture", 30, inline=True),
        Kind("gif", "image/gif", (".gif",), "picture", 30, inline=True),
        Kind("pdf", "application/pdf", (".pdf",), "document", 50),
        Kind(
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            (".docx",),
            "document",
            50,
        ),
        Kind(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            (".xlsx",),
            "table",
            50,
        ),
        Kind(
            "pptx",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            (".pptx",),
            "document",
            50,
        ),
        Kind("mp4", "video/mp4", (".mp4", ".m4v", ".mov"), "video", 500, inline=True),
        Kind("m4a", "audio/mp4", (".m4a",), "audio", 100, inline=True),
        Kind("mp3", "audio/mpeg", (".mp3",), "audio", 100, inline=True),
        Kind("wav", "audio/wav", (".wav",), "audio", 100, inline=True),
    )
}
OFFICE = ("docx", "xlsx", "pptx")
GROUPS = ("picture", "document", "table", "video", "audio")
OPENED = frozenset({"jpeg", "png", "webp", "gif", "pdf", "docx", "xlsx", "pptx"})

REASONS = {
    "empty": Message("文件是空的。请重新选择。"),
    "unknown": Message(
        "认不出这个文件的格式。可以上传 JPEG、PNG、WebP、GIF 图片，PDF，"
        "docx、xlsx、pptx，mp4、mp3、m4a、wav。"
    ),
    "heic": Message(
        "这是 HEIC 照片，多数电脑打不开。请在手机相机设置里选“兼容性最佳”（JPEG），或先转换成 JPEG 再上传。"
    ),
    "old-office": Message("这是旧版 Office 文件。请用“另存为”保存成 docx、xlsx 或 pptx 再上传。"),
    "archive": Message("不接收压缩包，因为里面的文件无法逐个引用。请解压后一次选中多个文件上传。"),
    "extension": Message("文件名以“%(extension)s”结尾，内容却是 %(kind)s。请核对后用正确的扩展名上传。"),
    "too-big": Message("文件太大：%(kind)s 最大 %(limit)s MB。请压缩或拆分后上传。"),
    "virus": Message("查毒发现“%(virus)s”，没有接收。请在杀毒后的电脑上重新制作这个文件。"),
    "no-scanner": Message("查毒程序没有回答，暂时不能接收文件。请稍后再试，或联系系统管理员。"),
    "pixels": Message("图片超过 %(limit)s 百万像素。请缩小后上传。"),
    "damaged": Message("文件打不开，可能没有传完整或已损坏。请在电脑上确认能打开后再上传。"),
    "encrypted": Message("文件设了密码。请去掉密码后上传。"),
    "macro": Message("文件里有宏或嵌入的程序。请另存为不带宏的文件再上传。"),
    "external": Message("文件引用了外部内容（模板、链接的图片或数据）。请把内容粘贴到文件里再上传。"),
    "entities": Message("文件里有不允许的 XML 声明。请用 Office 或 WPS 重新保存后上传。"),
    "other-office": Message(
        "文件名以 .%(kind)s 结尾，内容却不是。请用 Office 或 WPS 打开后另存为正确的格式。"
    ),
    "members": Message("文件内部的部件超过 %(limit)s 个。请拆分后上传。"),
    "unpacked": Message("文件解开后超过 %(limit)s MB。请拆分后上传。"),
    "not-picture": Message("这里只收照片（JPEG、PNG、WebP、GIF）。其他文件请到档案里上传。"),
    "incomplete": Message("收到的内容与登记的照片不一致，可能没有传完整。请重新上传这一张。"),
    "too-heavy": Message("处理这个文件需要的内存或时间超过限制。请缩小后上传。"),
}


class MediaRefused(ValueError):
    """A file that is not taken; `code` for programs, `message` for the person who sent it."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.message = Message(REASONS[code].text, facts)
        super().__init__(str(self.message))


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of a file after looking into it.

    `path` is the file to keep: for a picture the one without EXIF, else the one handed in. `preview` is a
    small JPEG or None. `taken_at` is the camera's own time, with an offset only where the camera gave one;
    longitude and latitude are WGS 84 degrees. `likeness` is a 64-bit perceptual hash in hex, "" for none.
    """

    kind: Kind
    path: Path
    preview: Path | None = None
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None
    likeness: str = ""


def look(path: Path, name: str, folder: Path, *, most_bytes: int | None = None) -> Looked:
    """Look into the file at `path`, sent under `name`; what is made of it is written into `folder`.

    Raises MediaRefused with a reason in words: unknown or disagreeing type, too large, damaged, dangerous.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = _agreed(detect(head), Path(name).suffix.lower())
    _check_size(path, kind, most_bytes)
    if kind.code not in OPENED:
        return Looked(kind, path)
    facts = _ask_child(path, kind.code, folder)
    preview = folder / "preview.jpg"
    taken_at = facts.get("taken_at")
    return Looked(
        kind=KINDS[facts["kept"]] if "kept" in facts else kind,
        path=folder / "kept" if "kept" in facts else path,
        preview=preview if preview.exists() else None,
        width=facts.get("width"),
        height=facts.get("height"),
        taken_at=datetime.fromisoformat(taken_at) if taken_at else None,
        longitude=facts.get("longitude"),
        latitude=facts.get("latitude"),
        likeness=facts.get("likeness", ""),
    )


def detect(head: bytes) -> str:
    """The kind of a file by its first bytes, "zip" for what may be a document; raises MediaRefused."""
    if not head:
        raise MediaRefused("empty")
    if head[4:8] == b"ftyp":
        return _brand(head[8:12])
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12]) or _refuse("unknown")
    for start, kind in STARTS:
        if head.startswith(start):
            return kind
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise MediaRefused("old-office")
    if head[:6] in (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c") or head[:3] == b"\x1f\x8b\x08":
        raise MediaRefused("archive")
    return _refuse("unknown")


STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"\xff\xf2", "mp3"),
)
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")
VIDEO_BRANDS = (
    b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42",
    b"avc1", b"M4V ", b"qt  ", b"3gp4", b"3gp5", b"MSNV",
)  # fmt: skip


def _agreed(found: str, extension: str) -> Kind:
    """The kind that content and extension agree on; which office document a zip is, the child looks into."""
    if found == "zip":
        found = next((code for code in OFFICE if extension in KINDS[code].extensions), "")
        if not found:
            raise MediaRefused("archive")
    if extension not in KINDS[found].extensions:
        raise MediaRefused("extension", extension=extension, kind=found)
    return KINDS[found]


def alike(one: str, other: str) -> bool:
    """Whether two likeness hashes are of the same picture, give or take compression and size."""
    return bool(one) and bool(other) and (int(one, 16) ^ int(other, 16)).bit_count() <= ALIKE_BITS


def _brand(brand: bytes) -> str:
    if brand in HEIC_BRANDS:
        raise MediaRefused("heic")
    if brand in (b"M4A ", b"M4B "):
        return "m4a"
    return "mp4" if brand in VIDEO_BRANDS else _refuse("unknown")


def _check_size(path: Path, kind: Kind, most_bytes: int | None) -> None:
    size = path.stat().st_size
    limit = kind.megabytes * 1_000_000
    if most_bytes is not None:
        limit = min(limit, most_bytes)
    if size > limit:
        raise MediaRefused("too-big", kind=kind.code, limit=limit // 1_000_000)


def _ask_child(path: Path, kind: str, folder: Path) -> dict[str, Any]:
    child = Path(__file__).with_name("media_child.py")
    command = [sys.executable, "-I", str(child), str(path), kind, str(folder)]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=SECONDS, cwd=folder, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise MediaRefused("too-heavy") from error
    if answer.returncode != 0 or not answer.stdout:
        raise MediaRefused("too-heavy" if answer.returncode < 0 else "damaged")
    facts: dict[str, Any] = json.loads(answer.stdout)
    if "refused" in facts:
        raise MediaRefused(facts.pop("refused"), **facts)
    return facts


def _refuse(code: str) -> str:
    raise MediaRefused(code)
