"""An official document as a Word file in the layout of GB/T 9704-2012: red head, body, signature, imprint.

Source of the measures: GB/T 9704-2012 as summarised in public tools (found, not the text of the standard).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from safecommunity.core.official import (
    Line,
    Official,
    attachment_lines,
    day_text,
    signature_indents,
    title_lines,
)
from safecommunity.core.papers import Paper, printable
from safecommunity.documents.docx import (
    HEADING_FACES,
    LINE_PITCH,
    MARGINS,
    MM,
    _element,
    _format,
    _page,
    _style,
    _styles,
    _without_thumbnail,
    _Writer,
    type_area,
)
from safecommunity.documents.fonts import FACES

if TYPE_CHECKING:
    from docx.document import Document

RED = "FF0000"
CHARACTER = 15.793  # pt: a 28th of 156 mm
PITCH = LINE_PITCH / 20  # pt
HEAD_TOP = 35.0  # mm from the top of the type area to the top edge of the agency's name
LETTER_HEAD_TOP = 30.0  # mm from the top of the sheet
LETTER_RULE, LETTER_FOOT = 170.0, 20.0  # mm: width of the red double rule; the lower one above the edge
RULE_GAP = 4.0  # mm from the number to the red rule
HEAD_LARGEST, IMPRINT_SIZE = 44.0, 14.0  # pt


def head_size(head: str) -> float:
    """Size in pt of the agency's name: large, but on one line of 156 mm."""
    room = type_area("portrait")[0] * 72 / 25.4
    return min(HEAD_LARGEST, float(int(room / max(len(head), 1) * 2) / 2))


def write(document: Official) -> bytes:
    """The document as a .docx file."""
    from docx import Document  # slow import

    file = Document()
    plain = Paper(code="", version="", title=document.title, unit=document.issuer, period="", parts=())
    writer = _Writer(file, plain, lambda figure: "", lambda name: None)
    _page(writer)
    _styles(writer)
    _more_styles(file)
    properties = file.core_properties
    properties.title, properties.author = printable(document.title)[:250], document.issuer[:250]
    properties.language, properties.comments = "zh-CN", ""
    if document.form == "letter":
        _letter_edges(file, document)
    for paragraph in _paragraphs(document):
        _append(file, paragraph)
    if document.form != "plain":
        _append(file, _imprint(document))
        _append(file, _paragraph("", tiny=True))
    _without_thumbnail(file)
    content = io.BytesIO()
    file.save(content)
    return content.getvalue()


def _more_styles(file: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE  # slow import

    for name, face, size in (
        ("Official head", "title", HEAD_LARGEST),
        ("Official imprint", "body", IMPRINT_SIZE),
    ):
        style = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = file.styles["Normal"]
        no_indent = {"firstLineChars": 0, "firstLine": 0}
        exact = {"line": 480, "lineRule": "exact", "before": 0, "after": 0}
        _style(style, face, size, spacing=exact, ind=no_indent, jc="left", snapToGrid={"val": 0})


def _paragraphs(document: Official) -> Iterator[Any]:
    if document.form == "letter":
        yield _paragraph(document.number, way="right")
        yield from (_paragraph("") for _n in range(2))
    elif document.form == "plain":
        yield _paragraph("")
    else:
        yield from _red_head(document)
        yield from (_paragraph("") for _n in range(2))
    for line in title_lines(printable(document.title)):
        yield _paragraph(line, style="Title")
    yield _paragraph("")
    if document.addressee:
        yield _paragraph(f"{document.addressee}：")
    yield from map(_line, document.lines)
    yield from _ending(document)
    for number, one in enumerate(document.attachments, 1):
        word = "附件" if len(document.attachments) == 1 else f"附件{number}"
        yield _paragraph(word, face="black", new_page=True)
        yield _paragraph("")
        yield from (_paragraph(line, style="Title") for line in title_lines(printable(one.title)))
        yield _paragraph("")
        yield from map(_line, one.lines)


def _red_head(document: Official) -> Iterator[Any]:
    """Three lines for copy number, secrecy and urgency, the agency in red, the number, the red rule."""
    yield _paragraph(document.copy_number)
    yield _paragraph(document.secrecy, face="black")
    yield _paragraph(document.urgency, face="black")
    size = head_size(document.head)
    before = HEAD_TOP * 72 / 25.4 - 3 * PITCH
    spacing = {"line": round(size * 20), "lineRule": "exact", "before": round(before * 20), "after": 0}
    yield _paragraph(
        document.head, style="Officialhead", way="center", spacing=spacing, size=size, colour=RED
    )
    yield _paragraph("")
    yield _paragraph("")
    if document.signer:
        number = _paragraph(f"　{document.number}", tab=round(155 * MM - CHARACTER * 20))
        number.append(_tab())
        number.append(_run("签发人："))
        number.append(_run(document.signer, "script"))
    else:
        number = _paragraph(document.number, way="center")
    rule = _element("w:pBdr")
    gap = round(RULE_GAP * 72 / 25.4)
    rule.append(_element("w:bottom", val="single", sz=12, space=gap, color=RED))
    number.pPr.insert_element_before(
        rule, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:snapToGrid", "w:spacing", "w:ind", "w:jc"
    )
    yield number


def _letter_edges(file: Document, document: Official) -> None:
    """The first page of a letter: head and double rule in its header, a rule in its footer, no number."""
    from docx.shared import Mm

    section = file.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance = Mm(LETTER_HEAD_TOP)
    header, footer = section.first_page_header, section.first_page_footer
    out = -round((LETTER_RULE - type_area("portrait")[0]) / 2 * MM)
    size = head_size(document.head)
    for edge, text, side, kind in (
        (header, document.head, "bottom", "thickThinSmallGap"),
        (footer, "", "top", "thinThickSmallGap"),
    ):
        edge.is_linked_to_previous = False
        spacing = {"line": round((size if text else 4) * 20), "lineRule": "exact", "before": 0, "after": 0}
        ind = {"left": out, "right": out, "firstLineChars": 0, "firstLine": 0}
        paragraph = _paragraph(
            text, style="Officialhead", way="center", spacing=spacing, ind=ind, size=size, colour=RED
        )
        rule = _element("w:pBdr")
        gap = round(RULE_GAP * 72 / 25.4) if text else 0
        rule.append(_element(f"w:{side}", val=kind, sz=24, space=gap, color=RED))
        paragraph.pPr.insert_element_before(rule, "w:spacing", "w:ind", "w:jc")
        old = edge.paragraphs[0]._p
        old.addprevious(paragraph)
        old.getparent().remove(old)
        if not text:
            drop = MARGINS["portrait"][1] - 12.0 - LETTER_FOOT
            spacer = {"line": round(drop * MM), "lineRule": "exact", "before": 0, "after": 0}
            paragraph.addnext(_paragraph("", style="Officialhead", spacing=spacer))


def _line(line: Line) -> Any:
    if not line.level:
        return _paragraph(line.text, style="Normal")
    face = HEADING_FACES[line.level - 1]
    paragraph = _paragraph("", style=f"Heading{line.level}" if not line.text else "Normal")
    if line.level > 1:  # a row of short items is not held together on one page
        paragraph.pPr.insert_element_before(_element("w:keepNext", val=0), "w:spacing", "w:ind", "w:jc")
    paragraph.append(_run(line.number + line.head, face))
    if line.text:
        paragraph.append(_run(line.text, "body"))
    return paragraph


def _ending(document: Official) -> Iterator[Any]:
    """Attachments, attendance of minutes, signature, date, note."""
    if document.attachments:
        yield _paragraph("")
        yield from (_paragraph(line, indent=2) for line in attachment_lines(document.attachments))
    if document.attendance:
        yield _paragraph("")
        for label, text in document.attendance:
            paragraph = _paragraph("", indent=2)
            paragraph.append(_run(f"{label}：", "black"))
            paragraph.append(_run(text, "body"))
            yield paragraph
    day = day_text(document.date)
    if document.form == "plain":
        yield _paragraph("")
        for name in document.signatures:
            yield _paragraph(f"{name}（签字盖章）：", indent=2)
            yield _paragraph("年　　月　　日", way="right", right=4)
        return
    if document.form != "minutes":
        yield from (_paragraph("") for _n in range(2 if document.seal else 1))
    for name in document.signatures[:1]:
        name_right, day_right = signature_indents(name, day or "2026年10月10日", seal=document.seal)
        yield _paragraph(name, way="right", right=name_right)
        if day:
            yield _paragraph(day, way="right", right=day_right)
    if document.note:
        yield _paragraph(f"（{document.note}）", indent=2)


def _imprint(document: Official) -> Any:
    """版记 at the foot of the last page: who gets a copy, who issued it when, between three rules."""
    rows = [f"抄送：{document.copies_to.rstrip('。')}。"] if document.copies_to else []
    width = round(type_area("portrait")[0] * MM)
    table, properties = _element("w:tbl"), _element("w:tblPr")
    properties.append(
        _element(
            "w:tblpPr", leftFromText=0, rightFromText=0, vertAnchor="margin", horzAnchor="margin",
            tblpXSpec="center", tblpYSpec="bottom",
        )
    )  # fmt: skip
    properties.append(_element("w:tblW", w=width, type="dxa"))
    borders = _element("w:tblBorders")
    for side, size in (
        ("top", 8),
        ("bottom", 8),
        ("insideH", 6),
    ):  # 0.35 mm and 0.25 mm, in eighths of a point
        borders.append(_element(f"w:{side}", val="single", sz=size, space=0, color="000000"))
    properties.append(borders)
    properties.append(_element("w:tblLayout", type="fixed"))
    table.append(properties)
    grid = _element("w:tblGrid")
    grid.append(_element("w:gridCol", w=width))
    table.append(grid)
    character = round(IMPRINT_SIZE * 20)
    for text in rows:
        ind = {"left": character * 4, "hanging": character * 3, "right": character}
        table.append(_imprint_row(_paragraph(text, style="Officialimprint", ind=ind), width))
    last = _paragraph(
        document.issuer,
        style="Officialimprint",
        ind={"left": character, "right": character},
        tab=width - character,
    )
    last.append(_tab())
    last.append(_run(f"{day_text(document.issued)}印发" if document.issued else "印发"))
    table.append(_imprint_row(last, width))
    return table


def _imprint_row(paragraph: Any, width: int) -> Any:
    row, cell, properties = _element("w:tr"), _element("w:tc"), _element("w:tcPr")
    properties.append(_element("w:tcW", w=width, type="dxa"))
    cell.append(properties)
    cell.append(paragraph)
    row.append(cell)
    return row


def _paragraph(
    text: str,
    *,
    style: str = "Paperflush",
    face: str = "",
    way: str = "",
    indent: int = 0,
    right: float = 0.0,
    new_page: bool = False,
    spacing: dict[str, Any] | None = None,
    ind: dict[str, Any] | None = None,
    size: float = 0.0,
    colour: str = "",
    tab: int = 0,
    tiny: bool = False,
) -> Any:
    """A paragraph; `indent`, `right`: characters in from the left and from the right."""
    paragraph, properties = _element("w:p"), _element("w:pPr")
    paragraph.append(properties)
    properties.append(_element("w:pStyle", val=style))
    if new_page:
        properties.append(_element("w:pageBreakBefore"))
    if tab:
        tabs = _element("w:tabs")
        tabs.append(_element("w:tab", val="right", pos=tab))
        properties.append(tabs)
    if tiny:
        spacing = {"line": 20, "lineRule": "exact", "before": 0, "after": 0}
    if indent:
        ind = {"leftChars": indent * 100, "left": round(indent * CHARACTER * 20)}
    if right:
        ind = {"rightChars": round(right * 100), "right": round(right * CHARACTER * 20)}
    values: dict[str, Any] = {"spacing": spacing, "ind": ind, "jc": way}
    _format(properties, **{name: value for name, value in values.items() if value})
    if text:
        paragraph.append(_run(printable(text), face, size, colour))
    return paragraph


def _run(text: str, face: str = "", size: float = 0.0, colour: str = "") -> Any:
    run, properties = _element("w:r"), _element("w:rPr")
    if face:
        name = FACES[face].word
        properties.append(
            _element("w:rFonts", ascii=name, hAnsi=name, eastAsia=name, cs=name, hint="eastAsia")
        )
    if colour:
        properties.append(_element("w:color", val=colour))
    if size:
        properties.append(_element("w:sz", val=round(size * 2)))
        properties.append(_element("w:szCs", val=round(size * 2)))
    if len(properties):
        run.append(properties)
    words = _element("w:t")
    words.text = printable(text)
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(words)
    return run


def _tab() -> Any:
    run = _element("w:r")
    run.append(_element("w:tab"))
    return run


def _append(file: Document, element: Any) -> None:
    file.element.body.insert_element_before(element, "w:sectPr")
