import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from safecommunity.core.papers import Column, Paper, Photo, Photos, Table
from safecommunity.documents import docx
from tests.documents.sample import PICTURES, TRACE, drawn, everything, paper, said, table

HOSTILE = "</w:t></w:r><w:p/>&amp;\x00\x0b\ud800\u202e😀 {unit.name} #strong[x]"


def file_of(made: Paper) -> bytes:
    return docx.write(made, drawing=drawn, photo=PICTURES.get)


def opened(made: Paper) -> Any:
    return Document(io.BytesIO(file_of(made)))


def attribute(element: Any, path: str, name: str) -> Any:
    found = element.find(path, {"w": qn("w:p")[1:].split("}")[0]})
    return found.get(qn(f"w:{name}"))


def test_the_page_is_a4_with_the_margins_of_the_standard() -> None:
    section = opened(everything()).sections[0]
    sides = (section.page_width, section.page_height)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side / Mm(1)) for side in sides] == [210, 297]
    assert [round(side / Mm(1)) for side in margins] == [37, 35, 28, 26]


def test_a_landscape_paper_turns_the_page() -> None:
    section = opened(paper(said("x"), orientation="landscape")).sections[0]
    assert [round(side / Mm(1)) for side in (section.page_width, section.page_height)] == [297, 210]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side / Mm(1)) for side in margins] == [28, 26, 35, 37]


def test_the_grid_holds_22_lines_of_28_characters() -> None:
    section = opened(everything()).sections[0]._sectPr
    assert attribute(section, "w:docGrid", "type") == "linesAndChars"
    pitch = int(attribute(section, "w:docGrid", "linePitch")) / 20
    character = 16 + int(attribute(section, "w:docGrid", "charSpace")) / 4096
    assert int(225 * 72 / 25.4 / pitch) == 22
    assert round(156 * 72 / 25.4 / character, 2) == 28.0


@pytest.mark.parametrize(
    ("style", "face", "half_points"),
    [
        ("Normal", "仿宋", "32"),
        ("Title", "方正小标宋简体", "44"),
        ("Heading 1", "黑体", "32"),
        ("Heading 2", "楷体", "32"),
        ("Heading 3", "仿宋", "32"),
        ("Heading 4", "仿宋", "32"),
        ("Footer", "宋体", "28"),
    ],
)
def test_fonts_and_sizes_follow_the_standard(style: str, face: str, half_points: str) -> None:
    element = opened(everything()).styles[style].element
    for script in ("eastAsia", "ascii", "hAnsi"):
        assert attribute(element, "w:rPr/w:rFonts", script) == face
    assert attribute(element, "w:rPr/w:sz", "val") == half_points
    assert attribute(element, "w:rPr/w:b", "val") == "0"
    assert element.find(qn("w:rPr")).find(qn("w:rFonts")).get(qn("w:asciiTheme")) is None


def test_body_lines_have_an_exact_pitch_and_two_characters_indent() -> None:
    element = opened(everything()).styles["Normal"].element
    assert attribute(element, "w:pPr/w:spacing", "line") == "579"
    assert attribute(element, "w:pPr/w:spacing", "lineRule") == "exact"
    assert attribute(element, "w:pPr/w:ind", "firstLineChars") == "200"


def test_page_numbers_stand_outside_with_dashes() -> None:
    document = opened(everything())
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in (
        (document.sections[0].footer, "right"),
        (document.sections[0].even_page_footer, "left"),
    ):
        (paragraph,) = footer.paragraphs
        assert paragraph.text == "— 1 —"
        assert attribute(paragraph._p, "w:pPr/w:jc", "val") == side
        assert attribute(paragraph._p, "w:pPr/w:ind", f"{side}Chars") == "100"
        assert "PAGE" in "".join(node.text for node in paragraph._p.iter(qn("w:instrText")))


def test_tables_repeat_their_heading_row_and_keep_rows_whole() -> None:
    (grid,) = opened(paper(table(60))).tables
    first, *rest = grid._tbl.findall(qn("w:tr"))
    assert first.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
    assert all(row.find(qn("w:trPr")).find(qn("w:cantSplit")) is not None for row in (first, *rest))
    assert all(row.find(qn("w:trPr")).find(qn("w:tblHeader")) is None for row in rest)
    assert len(rest) == 60


def test_a_row_taller_than_a_page_may_break_and_loses_nothing() -> None:
    long = "长" * 10_000
    (grid,) = opened(paper(table(1, long))).tables
    row = grid._tbl.findall(qn("w:tr"))[1]
    assert row.find(qn("w:trPr")).find(qn("w:cantSplit")) is None
    assert grid.cell(1, 1).text == long


def test_photos_stand_two_in_a_row_with_captions() -> None:
    photos = Photos((*(Photo(name, f"照片{name[-1]}", TRACE) for name in PICTURES), Photo("f" * 64, "丢失")))
    (grid,) = opened(paper(photos)).tables
    assert [len(row.cells) for row in grid.rows] == [2, 2]
    assert [cell.text.strip() for row in grid.rows for cell in row.cells] == [
        "照片0",
        "照片1",
        "照片2",
        "［照片文件缺失］\n丢失",
    ]


def test_a_drawing_says_in_words_what_it_shows() -> None:
    document = opened(everything())
    shape, *photos = document.inline_shapes
    assert len(photos) == 3
    assert shape._inline.docPr.get("descr") == "委员会下设办公室"
    assert shape.width <= Mm(156)


def test_the_paper_reads_in_order() -> None:
    texts = [paragraph.text for paragraph in opened(everything()).paragraphs if paragraph.text.strip()]
    assert texts[0] == "自评报告"
    assert texts.index("（一）机构") < texts.index("表1\u3000自评表") < texts.index("注：表中数字来自台账。")
    assert texts[-1] == "注：缺少字体：仿宋"


def test_headings_make_the_outline() -> None:
    names = [p.style.name for p in opened(everything()).paragraphs if p.style.name.startswith("Heading")]
    assert names == ["Heading 1", "Heading 2", "Heading 3", "Heading 4"]


def test_hostile_words_stay_words() -> None:
    made = paper(
        said(HOSTILE), Table(HOSTILE, (Column(HOSTILE),), ((HOSTILE,),)), title=HOSTILE, notes=(HOSTILE,)
    )
    document = opened(made)
    shown = "</w:t></w:r><w:p/>&amp;😀 {unit.name} #strong[x]"
    assert document.paragraphs[0].text == shown
    assert document.tables[0].cell(0, 0).text == document.tables[0].cell(1, 0).text == shown


def test_every_part_of_the_file_is_well_formed_and_nothing_points_outside() -> None:
    with zipfile.ZipFile(io.BytesIO(file_of(everything()))) as archive:
        names = archive.namelist()
        for name in names:
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in archive.read(name)
    assert "docProps/thumbnail.jpeg" not in names


def test_styles_named_in_the_text_exist() -> None:
    document = opened(everything())
    known = {style.style_id for style in document.styles}
    used = {node.get(qn("w:val")) for node in document.element.body.iter(qn("w:pStyle"))}
    assert used <= known
