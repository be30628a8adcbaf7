"""A paper that uses every part, for the writers' tests."""

from __future__ import annotations

import io

from safecommunity.core.papers import (
    Column,
    Figure,
    Heading,
    Note,
    PageBreak,
    Paper,
    Paragraph,
    Part,
    Photo,
    Photos,
    Run,
    Table,
    Trace,
    numbered,
)

TRACE = Trace("ledger", "meetings", "2025年的会议记录", "2025", 12)
COLUMNS = (Column("序号", 0.5, "center"), Column("二级指标", 3), Column("得分", 0.7, "right"))
BODIES = (
    {"id": 1, "parent": None, "name": "安全社区促进委员会", "members": ["主任：王建国"]},
    {"id": 2, "parent": 1, "name": "办公室", "members": []},
)
FIGURE = Figure("organisation", "", "组织机构图", "委员会下设办公室", BODIES, TRACE)


def said(text: str, kind: str = "body") -> Paragraph:
    return Paragraph((Run(text),), kind)  # type: ignore[arg-type]


def paper(*parts: Part, **fields: object) -> Paper:
    plain = {"code": "x", "version": "1", "title": "自评报告", "unit": "阳光街道", "period": "2025", **fields}
    return Paper(parts=numbered(parts), **plain)  # type: ignore[arg-type]


def table(count: int, text: str = "建立跨部门的领导机构") -> Table:
    return Table("自评表", COLUMNS, tuple((str(n), text, "2.40") for n in range(1, count + 1)), TRACE)


def picture(width: int = 64, height: int = 48) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "JPEG")
    return file.getvalue()


PICTURES = {f"{n:064x}": picture(64 + n, 48) for n in range(3)}


def everything() -> Paper:
    return paper(
        Heading(1, "一、", "基本情况"),
        said("辖区共有单位若干。"),
        Heading(2, "（一）", "机构"),
        Heading(3, "1.", "委员会"),
        Heading(4, "（1）", "办公室"),
        FIGURE,
        table(3),
        Note("表中数字来自台账。"),
        Photos(tuple(Photo(name, f"照片{name[-1]}", TRACE) for name in PICTURES)),
        PageBreak(),
        said("阳光街道办事处\n2026年1月8日", "signature"),
        subtitle="（2025年）",
        contents=True,
        notes=("缺少字体：仿宋",),
    )


def drawn(figure: Figure) -> str:
    from safecommunity.documents.drawing import drawing

    return drawing(figure, {})
