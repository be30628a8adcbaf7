"""A paper as a Word file in the body style of GB/T 9704-2012.

A4; type area 156 × 225 mm; 22 lines of 28 characters of 16 pt 仿宋; page numbers outside, dashes beside them.
Source of the measures: GB/T 9704-2012 as summarised in public tools (found, not the text of the standard).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

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
    Table,
    caption,
    marks,
    paged,
    printable,
)
from safecommunity.documents import charts
from safecommunity.documents.fonts import FACES

if TYPE_CHECKING:
    from docx.document import Document

MM = 56.6929  # twentieths of a point in a millimetre
PAGE = (210.0, 297.0)  # mm, width and height
MARGINS = {  # mm: top, bottom, left, right; a landscape page has its head at the binding edge
    "portrait": (37.0, 35.0, 28.0, 26.0),
    "landscape": (28.0, 26.0, 35.0, 37.0),
}
FOOTER = 12.0  # mm less than the bottom margin, which puts the number 7 mm below the type area
LINE_PITCH = 579  # 28.95 pt: 22 lines in 225 mm
CHARACTER_SPACE = -848  # 1/4096 pt: 156 mm / 28 = 15.793 pt for a character of 16 pt
BODY_SIZE, TITLE_SIZE, PAGE_NUMBER_SIZE, CELL_SIZE = 16.0, 22.0, 14.0, 12.0  # pt
HEADING_FACES = ("black", "script", "body", "body")
TALLEST_WHOLE_ROW = 400.0  # pt: a taller row may break over pages
PHOTO_WIDTH, PHOTO_HEIGHT = 74.0, 56.0  # mm, largest


@dataclass(frozen=True, slots=True)
class _Writer:
    document: Document
    paper: Paper
    drawing: Callable[[Figure], str]
    photo: Callable[[str], bytes | None]
    marks: dict[str, int] = field(default_factory=dict)
    serial: Iterator[int] = field(default_factory=lambda: count(1))
    placed: set[int] = field(default_factory=set)

    @property
    def width(self) -> float:
        return type_area(self.paper.orientation)[0]

    @property
    def height(self) -> float:
        return type_area(self.paper.orientation)[1]


def type_area(orientation: str) -> tuple[float, float]:
    """Width and height in mm of what is printed on: 156 × 225 upright, 225 × 156 across."""
    width, height = PAGE if orientation == "portrait" else PAGE[::-1]
    top, bottom, left, right = MARGINS[orientation]
    return width - left - right, height - top - bottom


def write(paper: Paper, *, drawing: Callable[[Figure], str], photo: Callable[[str], bytes | None]) -> bytes:
    """The paper as a .docx file.

    `drawing` gives a figure's SVG, `photo` the JPEG or PNG bytes of a photo by SHA-256 (None: not there).
    """
    from docx import Document  # slow import

    writer = _Writer(Document(), paper, drawing, photo, marks(paper))
    _page(writer)
    _styles(writer)
    _heads(writer)
    for part in paper.parts:
        _part(writer, part)
    for note in paper.notes:
        _note(writer, note)
    _without_thumbnail(writer.document)
    file = io.BytesIO()
    writer.document.save(file)
    return file.getvalue()


def _without_thumbnail(document: Document) -> None:
    """The empty template carries a picture of itself, which file managers would show for the paper."""
    relations = document.part.package.rels
    for name in [name for name, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        del relations[name]


def _page(writer: _Writer) -> None:
    section = writer.document.sections[0]
    across = writer.paper.orientation == "landscape"
    for old in list(section._sectPr):
        section._sectPr.remove(old)
    width, height = (PAGE[1], PAGE[0]) if across else PAGE
    size = _element("w:pgSz", w=round(width * MM), h=round(height * MM))
    if across:
        _set(size, orient="landscape")
    top, bottom, left, right = MARGINS[writer.paper.orientation]
    margins = {"top": top, "right": right, "bottom": bottom, "left": left}
    margins |= {"header": 15.0, "footer": bottom - FOOTER}
    section._sectPr.append(size)
    section._sectPr.append(
        _element("w:pgMar", gutter=0, **{side: round(length * MM) for side, length in margins.items()})
    )
    grid = {"type": "linesAndChars", "linePitch": LINE_PITCH, "charSpace": CHARACTER_SPACE}
    section._sectPr.append(_element("w:docGrid", **grid))
    writer.document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, "right")
    _page_number(section.even_page_footer, "left")


def _page_number(footer: Any, side: str) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.style = "Footer"
    _format(paragraph._p.get_or_add_pPr(), jc=side, ind={f"{side}Chars": 100, side: 280})
    paragraph.add_run("— ")
    _add_field(paragraph, "PAGE", "1")
    paragraph.add_run(" —")


def _add_field(paragraph: Any, code: str, shown: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("shown", shown), ("end", "")):
        run = paragraph.add_run(text if kind == "shown" else "")
        if kind in {"begin", "separate", "end"}:
            run._r.append(_element("w:fldChar", fldCharType=kind))
        elif not kind:
            instruction = _element("w:instrText")
            instruction.text = f" {text} "
            run._r.append(instruction)


def _styles(writer: _Writer) -> None:
    from docx.enum.style import WD_STYLE_TYPE  # slow import

    styles = writer.document.styles
    indent = {"firstLineChars": 200, "firstLine": round(2 * 15.793 * 20)}
    exact = {"line": LINE_PITCH, "lineRule": "exact", "before": 0, "after": 0}
    _style(styles["Normal"], "body", BODY_SIZE, spacing=exact, ind=indent, jc="both")
    _style(styles["Title"], "title", TITLE_SIZE, spacing=exact, ind=_no_indent(), jc="center")
    _style(styles["Footer"], "page", PAGE_NUMBER_SIZE, spacing={"line": 240, "lineRule": "auto"})
    for level, face in enumerate(HEADING_FACES, 1):
        style = styles[f"Heading {level}"]
        _style(style, face, BODY_SIZE, spacing=exact, ind=indent, keepNext={})
    loose = {"line": 320, "lineRule": "atLeast", "before": 0, "after": 0}
    for name, face, size, way in (
        ("Paper subtitle", "script", BODY_SIZE, "center"),
        ("Paper flush", "body", BODY_SIZE, "both"),
        ("Paper signature", "body", BODY_SIZE, "right"),
        ("Paper caption", "black", CELL_SIZE, "center"),
        ("Paper cell", "body", CELL_SIZE, "left"),
        ("Paper cell head", "black", CELL_SIZE, "center"),
        ("Paper figure", "body", CELL_SIZE, "center"),
        ("Paper note", "body", CELL_SIZE, "both"),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        spacing = exact if size == BODY_SIZE else loose
        ind = {"rightChars": 400, "right": 1264} if name == "Paper signature" else {}
        _style(style, face, size, spacing=spacing, ind={**_no_indent(), **ind}, jc=way, snapToGrid={"val": 0})


def _no_indent() -> dict[str, int]:
    return {"firstLineChars": 0, "firstLine": 0}


def _style(style: Any, face: str, size: float, **paragraph: Any) -> None:
    """Fonts for all scripts, since Word takes Chinese from `eastAsia` and nothing else."""
    element = style.element
    for old in (element.rPr, element.pPr):
        if old is not None:
            element.remove(old)
    name = FACES[face].word
    fonts = _element("w:rFonts", ascii=name, hAnsi=name, eastAsia=name, cs=name, hint="eastAsia")
    properties = element.get_or_add_rPr()
    properties.append(fonts)
    for tag in ("w:b", "w:i"):
        properties.append(_element(tag, val=0))
    properties.append(_element("w:color", val="000000"))
    for tag in ("w:sz", "w:szCs"):
        properties.append(_element(tag, val=round(size * 2)))
    properties.append(_element("w:lang", val="en-US", eastAsia="zh-CN"))
    _format(element.get_or_add_pPr(), **paragraph)
    if style.name.startswith("Heading "):
        element.pPr.append(_element("w:outlineLvl", val=int(style.name[-1]) - 1))


_ORDER = ("keepNext", "snapToGrid", "spacing", "ind", "jc")


def _format(properties: Any, **values: Any) -> None:
    """Paragraph properties in the order the schema asks for."""
    for name in _ORDER:
        if name in values:
            value = values[name]
            attributes = value if isinstance(value, dict) else {"val": value}
            properties.append(_element(f"w:{name}", **attributes))


def _heads(writer: _Writer) -> None:
    paper, document = writer.paper, writer.document
    properties = document.core_properties
    properties.title, properties.author = printable(paper.title)[:250], printable(paper.unit)[:250]
    properties.language = "en" if paper.language == "en" else "zh-CN"
    properties.comments = ""
    document.add_paragraph(printable(paper.title), style="Title")
    if paper.subtitle:
        document.add_paragraph(printable(paper.subtitle), style="Paper subtitle")
    _say(writer, "", "Paperflush")
    if paper.contents:
        _contents(writer)


def _contents(writer: _Writer) -> None:
    """A table of contents that Word fills with page numbers when the file is opened."""
    headings = [part for part in writer.paper.parts if isinstance(part, Heading) and part.level <= 2]
    word = "Contents" if writer.paper.language == "en" else "目录"
    writer.document.add_paragraph(word, style="Paper subtitle")
    paragraph = writer.document.add_paragraph(style="Paper flush")
    paragraph.add_run()._r.append(_element("w:fldChar", fldCharType="begin", dirty="true"))
    instruction = _element("w:instrText")
    instruction.text = ' TOC \\o "1-2" \\h \\z \\u '
    paragraph.add_run()._r.append(instruction)
    paragraph.add_run()._r.append(_element("w:fldChar", fldCharType="separate"))
    for index, heading in enumerate(headings):
        if index:
            paragraph = writer.document.add_paragraph(style="Paper flush")
        paragraph.add_run(printable(("\u3000" * (heading.level - 1)) + heading.number + heading.text))
    paragraph.add_run()._r.append(_element("w:fldChar", fldCharType="end"))
    _page_break(writer)


def _part(writer: _Writer, part: Part) -> None:
    match part:
        case Heading():
            text = printable(part.number + part.text).replace("\n", " ")
            _say(writer, text, f"Heading{part.level}")
        case Paragraph():
            style = {"body": "Normal", "flush": "Paperflush", "signature": "Papersignature"}[part.kind]
            for line in printable(part.text).split("\n"):
                _say(writer, line, style)
        case Table():
            _table(writer, part)
        case Figure():
            _figure(writer, part)
        case Photos():
            _photos(writer, part)
        case PageBreak():
            _page_break(writer)
        case Note():
            _note(writer, part.text)


def _page_break(writer: _Writer) -> None:
    from docx.enum.text import WD_BREAK

    writer.document.add_paragraph(style="Paper flush").add_run().add_break(WD_BREAK.PAGE)


def _note(writer: _Writer, text: str) -> None:
    word = "Note: " if writer.paper.language == "en" else "注："
    _say(writer, word + printable(text), "Papernote")


def _table(writer: _Writer, given: Table) -> None:
    table = paged(given, writer.marks, writer.paper.language)
    _say(writer, printable(caption(table, writer.paper.language)), "Papercaption", keep=True)
    widths = column_widths(table.columns, writer.width)
    element = _empty_table(widths, borders=True)
    element.append(_row(table, tuple(column.label for column in table.columns), widths, head=True))
    for place, texts in enumerate(table.rows):
        row = _row(table, texts, widths, head=False)
        if table.anchors:
            _mark(writer, row, table.anchors[place])
        if table is not given and table.refers[place] in writer.marks:
            _refer(writer, row, writer.marks[table.refers[place]])
        element.append(row)
    _append(writer, element)
    _say(writer, "", "Papernote")


def _mark(writer: _Writer, row: Any, name: str) -> None:
    """A bookmark on the row, where something refers to it."""
    number = writer.marks.get(name, 0)
    if not number or number in writer.placed:
        return
    writer.placed.add(number)
    paragraph = row.find(_name("w:tc")).find(_name("w:p"))
    paragraph.insert(1, _element("w:bookmarkStart", id=number, name=f"row{number}"))
    paragraph.append(_element("w:bookmarkEnd", id=number))


def _refer(writer: _Writer, row: Any, number: int) -> None:
    """The page of a bookmark in the row's last cell, filled in when the file is opened."""
    from docx.text.paragraph import Paragraph as Line

    paragraph = row.findall(_name("w:tc"))[-1].find(_name("w:p"))
    _add_field(Line(paragraph, writer.document.part), f"PAGEREF row{number} \\h", "")
    paragraph.find(f".//{_name('w:fldChar')}").set(_name("w:dirty"), "true")


def column_widths(columns: tuple[Column, ...], width: float) -> tuple[float, ...]:
    """Widths in mm that fill `width`."""
    whole = sum(column.share for column in columns)
    return tuple(width * column.share / whole for column in columns)


def _empty_table(widths: tuple[float, ...], *, borders: bool) -> Any:
    table, properties = _element("w:tbl"), _element("w:tblPr")
    properties.append(_element("w:tblW", w=round(sum(widths) * MM), type="dxa"))
    if borders:
        lines = _element("w:tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            lines.append(_element(f"w:{side}", val="single", sz=4, space=0, color="000000"))
        properties.append(lines)
    properties.append(_element("w:tblLayout", type="fixed"))
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w=85, type="dxa"))
    properties.append(margins)
    grid = _element("w:tblGrid")
    for width in widths:
        grid.append(_element("w:gridCol", w=round(width * MM)))
    table.append(properties)
    table.append(grid)
    return table


def _row(table: Table, texts: tuple[str, ...], widths: tuple[float, ...], *, head: bool) -> Any:
    row, properties = _element("w:tr"), _element("w:trPr")
    if is_kept_whole(texts, widths):
        properties.append(_element("w:cantSplit"))
    if head:
        properties.append(_element("w:tblHeader"))
    row.append(properties)
    for text, width, column in zip(texts, widths, table.columns, strict=True):
        style = "Papercellhead" if head else "Papercell"
        row.append(_cell(text, width, style, "center" if head else column.align))
    return row


def is_kept_whole(texts: tuple[str, ...], widths: tuple[float, ...]) -> bool:
    """Whether a row is low enough to be kept on one page; estimated from its longest cell."""
    per_line = [max(1, int(width * 2.8346 / CELL_SIZE)) for width in widths]
    lines = max(
        sum(-(-max(len(line), 1) // room) for line in text.split("\n"))
        for text, room in zip(texts, per_line, strict=True)
    )
    return lines * 16.0 <= TALLEST_WHOLE_ROW


def _cell(text: str, width: float, style: str, align: str) -> Any:
    cell, properties = _element("w:tc"), _element("w:tcPr")
    properties.append(_element("w:tcW", w=round(width * MM), type="dxa"))
    properties.append(_element("w:vAlign", val="center"))
    cell.append(properties)
    for line in printable(text).split("\n"):
        cell.append(_paragraph(line, style, align))
    return cell


def _say(writer: _Writer, text: str, style: str, *, keep: bool = False) -> Any:
    paragraph = _paragraph(text, style, keep=keep)
    _append(writer, paragraph)
    return paragraph


def _paragraph(text: str, style: str, align: str = "", *, keep: bool = False) -> Any:
    """A paragraph element; `keep`: on one page with what follows."""
    paragraph, properties = _element("w:p"), _element("w:pPr")
    properties.append(_element("w:pStyle", val=style))
    if keep:
        properties.append(_element("w:keepNext"))
    if align:
        properties.append(_element("w:jc", val=align))
    paragraph.append(properties)
    if text:
        run, words = _element("w:r"), _element("w:t")
        words.text = text
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(words)
        paragraph.append(run)
    return paragraph


def _figure(writer: _Writer, figure: Figure) -> None:
    picture = charts.png(writer.drawing(figure))
    size = fitted(picture, writer.width, writer.height - 30, scale=2.5)
    paragraph = _say(writer, "", "Paperfigure", keep=True)
    paragraph.append(_picture(writer, picture, size, figure.title, figure.words))
    _say(writer, printable(caption(figure, writer.paper.language)), "Papercaption")


def fitted(picture: bytes, width: float, height: float, scale: float = 0.0) -> tuple[float, float]:
    """Width and height in mm of a picture that fits the given room; `scale` (dots per px) keeps it from
    growing beyond its own size at 96 px per inch."""
    from PIL import Image  # slow import

    with Image.open(io.BytesIO(picture)) as image:
        dots_wide, dots_high = image.size
    factor = min(width / dots_wide, height / dots_high)
    if scale:
        factor = min(factor, 25.4 / 96 / scale)
    return dots_wide * factor, dots_high * factor


def _picture(writer: _Writer, picture: bytes, size: tuple[float, float], title: str, words: str) -> Any:
    """A run with a picture of `size` mm; put in directly, since the library compares it with all others."""
    from docx.image.image import Image
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.oxml.shape import CT_Inline
    from docx.parts.image import ImagePart
    from docx.shared import Mm

    number = next(writer.serial)
    image = Image.from_file(io.BytesIO(picture))
    part = ImagePart.from_image(image, PackURI(f"/word/media/image{number}.{image.ext}"))
    relation = writer.document.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
    width, height = (Mm(length) for length in size)
    inline = CT_Inline.new_pic_inline(number, relation, f"image{number}", width, height)
    inline.docPr.set("title", printable(title))
    inline.docPr.set("descr", printable(words or title))
    run, drawing = _element("w:r"), _element("w:drawing")
    drawing.append(inline)
    run.append(drawing)
    return run


def _photos(writer: _Writer, photos: Photos) -> None:
    widths = (writer.width / 2, writer.width / 2)
    table = _empty_table(widths, borders=False)
    for start in range(0, len(photos.items), 2):
        row, properties = _element("w:tr"), _element("w:trPr")
        properties.append(_element("w:cantSplit"))
        row.append(properties)
        for photo in photos.items[start : start + 2]:
            row.append(_photo_cell(writer, photo, widths[0]))
        if len(photos.items) - start == 1:
            row.append(_cell("", widths[0], "Papercell", "center"))
        table.append(row)
    _append(writer, table)
    _say(writer, "", "Papernote")


def _photo_cell(writer: _Writer, photo: Photo, width: float) -> Any:
    cell = _cell(photo.caption, width, "Papercell", "center")
    picture = writer.photo(photo.sha256)
    if picture is None:
        absent = "[photo not found]" if writer.paper.language == "en" else "［照片文件缺失］"
        cell.insert(1, _paragraph(absent, "Papercell", "center"))
        return cell
    holder = _paragraph("", "Paperfigure")
    size = fitted(picture, PHOTO_WIDTH, PHOTO_HEIGHT)
    holder.append(_picture(writer, picture, size, photo.caption, photo.caption))
    cell.insert(1, holder)
    return cell


def _append(writer: _Writer, element: Any) -> None:
    writer.document.element.body.insert_element_before(element, "w:sectPr")


def _element(tag: str, **attributes: object) -> Any:
    from docx.oxml import OxmlElement

    element = OxmlElement(tag)
    _set(element, **attributes)
    return element


def _set(element: Any, **attributes: object) -> None:
    for name, value in attributes.items():
        element.set(_name(f"w:{name}"), str(value))


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    found: str = qn(tag)
    return found
