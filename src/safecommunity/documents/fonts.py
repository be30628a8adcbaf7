"""The type faces of GB/T 9704 and which of them this machine has.

A paper names the prescribed face in Word; the PDF needs it on this machine, and says so where it is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Face:
    """A prescribed face: the name written into Word, the names it goes by, what stands in for it."""

    word: str
    names: tuple[str, ...]
    substitute: str
    label_en: str


SERIF, SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"
FACES: dict[str, Face] = {
    "title": Face(
        "方正小标宋简体",
        ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "小标宋", "STXiaoBiaoSong"),
        SERIF,
        "Xiaobiaosong",
    ),
    "black": Face("黑体", ("黑体", "SimHei", "FandolHei", "STHeiti"), SANS, "Heiti"),
    "script": Face(
        "楷体", ("楷体", "KaiTi", "楷体_GB2312", "KaiTi_GB2312", "FandolKai", "STKaiti"), SERIF, "Kaiti"
    ),
    "body": Face(
        "仿宋",
        ("仿宋", "FangSong", "仿宋_GB2312", "FangSong_GB2312", "FandolFang R", "FandolFang", "STFangsong"),
        SERIF,
        "Fangsong",
    ),
    "page": Face("宋体", ("宋体", "SimSun", "NSimSun", "FandolSong", "STSong"), SERIF, "Songti"),
}
LAST_RESORT = (SERIF, SANS, "Source Han Serif SC", "Source Han Sans SC", "DejaVu Sans")


@cache
def all_faces() -> Any:
    """The faces on this machine, as the PDF writer takes them: looked for once, opened where one is used."""
    import typst  # slow import

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


@cache
def installed() -> frozenset[str]:
    """Families on this machine."""
    return frozenset(all_faces().families())


def missing(families: Iterable[str] | None = None) -> tuple[str, ...]:
    """Prescribed faces this machine does not have, by the names of the standard."""
    have = {family.lower() for family in (installed() if families is None else families)}
    return tuple(face.word for face in FACES.values() if not any(name.lower() in have for name in face.names))


def families(role: str) -> tuple[str, ...]:
    """Family names to try for a role, best first; Latin letters and digits come from the same face."""
    face = FACES[role]
    return (*face.names, face.substitute, *(name for name in LAST_RESORT if name != face.substitute))


def note(faces: Iterable[str], language: str = "zh") -> str:
    """The sentence a paper carries when faces are missing; empty when none is."""
    lacking = tuple(faces)
    if not lacking:
        return ""
    if language == "en":
        names = ", ".join(face.label_en for face in FACES.values() if face.word in lacking)
        return (
            f"Prescribed fonts not on this machine: {names}. The PDF uses Noto in their place; "
            "the Word file names the prescribed fonts."
        )
    return (
        f"生成本文的计算机缺少规定字体：{'、'.join(lacking)}。PDF 文件以思源（Noto）字体代替；"
        "Word 文件仍注明规定字体，请在装有这些字体的计算机上打开、打印。"
    )
