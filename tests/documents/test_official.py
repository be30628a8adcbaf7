"""Official documents are opened and measured: sheet, margins, faces, pitch, red head, rules, imprint."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from safecommunity.core.official import Attachment, Official, outline
from safecommunity.documents import official_docx, official_pdf

POINT = 25.4 / 72
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not on this machine")
BODY = "一、总体要求\n（一）加强领导。各单位要明确分管领导。\n1.排查\n（1）登记\n二、要求\n按时报送。"


def notice(**given: Any) -> Official:
    return replace(
        Official(
            kind="notice",
            form="document",
            title="关于开展安全社区创建自查的通知",
            lines=outline(BODY),
            head="东里街道办事处文件",
            number="东街〔2026〕5号",
            addressee="各社区居委会，各成员单位",
            signatures=("东里街道办事处",),
            date="2026-03-05",
            copies_to="桥西区安委办",
            issuer="东里街道党政办公室",
            issued="2026-03-06",
        ),
        **given,
    )


def opened(document: Official) -> Any:
    return Document(io.BytesIO(official_docx.write(document)))


def of(element: Any, path: str, name: str) -> Any:
    found = element.find(path, {"w": qn("w:p")[1:].split("}")[0]})
    return None if found is None else found.get(qn(f"w:{name}"))


def paragraph(file: Any, words: str) -> Any:
    return next(one for one in file.paragraphs if words in one.text)


def test_the_word_file_has_the_sheet_and_margins() -> None:
    section = opened(notice()).sections[0]
    sides = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
    assert [round(side / Mm(1)) for side in (*sides, section.left_margin, section.right_margin)] == [
        210, 297, 37, 35, 28, 26,
    ]  # fmt: skip


def test_the_grid_holds_22_lines_of_28_characters() -> None:
    section = opened(notice()).sections[0]._sectPr
    pitch = int(of(section, "w:docGrid", "linePitch")) / 20
    character = 16 + int(of(section, "w:docGrid", "charSpace")) / 4096
    assert int(225 / POINT / pitch) == 22
    assert round(156 / POINT / character, 2) == 28.0


@pytest.mark.parametrize(
    ("words", "face", "half_points"),
    [
        ("东里街道办事处文件", "方正小标宋简体", "88"),
        ("一、总体要求", "黑体", "32"),
        ("（一）加强领导", "楷体", "32"),
        ("1.排查", "仿宋", "32"),
        ("按时报送", "仿宋", "32"),
        ("关于开展", "方正小标宋简体", "44"),
    ],
)
def test_every_part_names_its_face_and_size(words: str, face: str, half_points: str) -> None:
    file = opened(notice())
    found = paragraph(file, words)
    own = of(found.runs[0]._r, "w:rPr/w:rFonts", "eastAsia")
    style = found.style.element
    assert (own or of(style, "w:rPr/w:rFonts", "eastAsia")) == face
    assert (of(found.runs[0]._r, "w:rPr/w:sz", "val") or of(style, "w:rPr/w:sz", "val")) == half_points


def test_the_red_head_begins_35_mm_below_the_top_of_the_type_area() -> None:
    file = opened(notice())
    above = 0.0
    for one in file.paragraphs:
        if one.text == "东里街道办事处文件":
            above += int(of(one._p, "w:pPr/w:spacing", "before")) / 20
            break
        above += 28.95
    assert round(above * POINT, 1) == 35.0
    assert of(paragraph(file, "办事处文件").runs[0]._r, "w:rPr/w:color", "val") == "FF0000"


def test_the_red_rule_is_4_mm_below_the_number() -> None:
    file = opened(notice())
    number = paragraph(file, "东街〔2026〕5号")._p
    assert of(number, "w:pPr/w:pBdr/w:bottom", "color") == "FF0000"
    assert round(int(of(number, "w:pPr/w:pBdr/w:bottom", "space")) * POINT) == 4
    texts = [one.text for one in file.paragraphs]
    place = texts.index("东街〔2026〕5号")
    assert texts[place - 3 : place + 4] == [
        "东里街道办事处文件", "", "", "东街〔2026〕5号", "", "", "关于开展安全社区创建自查的通知",
    ]  # fmt: skip


def test_a_document_sent_upward_shows_who_signed() -> None:
    number = paragraph(opened(notice(signer="王建国")), "签发人：")
    assert number.text == "　东街〔2026〕5号\t签发人：王建国"
    assert of(number.runs[-1]._r, "w:rPr/w:rFonts", "eastAsia") == "楷体"


def test_the_agency_is_centred_on_a_date_four_characters_from_the_right() -> None:
    file = opened(notice())
    name = next(one for one in file.paragraphs if one.text == "东里街道办事处")
    both = (name, paragraph(file, "2026年3月5日"))
    assert [int(of(one._p, "w:pPr/w:ind", "rightChars")) / 100 for one in both] == [3.5, 4.0]


def test_the_imprint_stands_at_the_foot_between_its_rules() -> None:
    (table,) = opened(notice()).tables
    place, borders = table._tbl.tblPr, "w:tblBorders"
    assert of(place, "w:tblpPr", "tblpYSpec") == "bottom"
    thick = [int(of(place, f"{borders}/w:{side}", "sz")) / 8 * POINT for side in ("top", "bottom", "insideH")]
    assert [round(one, 2) for one in thick] == [0.35, 0.35, 0.26]
    assert [row.cells[0].text for row in table.rows] == [
        "抄送：桥西区安委办。", "东里街道党政办公室\t2026年3月6日印发",
    ]  # fmt: skip
    assert {of(row.cells[0].paragraphs[0].style.element, "w:rPr/w:sz", "val") for row in table.rows} == {"28"}


def test_an_attachment_begins_a_page_before_the_imprint() -> None:
    made = notice(attachments=(Attachment("自查表", outline("填表说明")), Attachment("名单", ())))
    file = opened(made)
    assert paragraph(file, "附件：1.自查表").text == "附件：1.自查表"
    assert [one.text for one in file.paragraphs if one.paragraph_format.page_break_before] == [
        "附件1",
        "附件2",
    ]
    texts = [one.text for one in file.paragraphs]
    place = texts.index("附件1")
    assert texts[place : place + 5] == ["附件1", "", "自查表", "", "填表说明"]


def test_page_numbers_stand_outside_with_dashes() -> None:
    section = opened(notice()).sections[0]
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert [of(one._p, "w:pPr/w:jc", "val") for one in (odd, even)] == ["right", "left"]
    assert (odd.text, odd.style.font.size.pt) == ("— 1 —", 14)


def test_the_first_page_of_a_letter_has_its_head_at_30_mm_and_no_number() -> None:
    section = opened(notice(form="letter", head="东里街道办事处")).sections[0]
    assert section.different_first_page_header_footer
    assert round(section.header_distance / Mm(1)) == 30
    assert section.first_page_header.paragraphs[0].text == "东里街道办事处"
    assert "PAGE" not in section.first_page_footer._element.xml


# --- the same on the printed page -------------------------------------------------------------------


def printed(document: Official, folder: Path) -> Path:
    file = folder / "document.pdf"
    file.write_bytes(official_pdf.write(document))
    return file


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def lines_of(file: Path) -> list[list[tuple[float, float, float, str]]]:
    """(top, left, right, words) of every line in mm, by page."""
    text = run("pdftotext", "-bbox-layout", str(file), "-")
    pages = []
    for page in text.split("<page ")[1:]:
        found = re.findall(
            r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)"[^>]*>(.*?)</line>', page, re.S
        )
        pages.append(
            [
                (
                    float(y) * POINT,
                    float(x) * POINT,
                    float(end) * POINT,
                    "".join(re.findall(r">([^<]+)</word>", words)),
                )
                for x, y, end, words in found
            ]
        )
    return pages


@needs_poppler
def test_a_full_printed_page_has_22_lines_of_28_characters(tmp_path: Path) -> None:
    pages = lines_of(printed(notice(lines=outline("安" * 28 * 80)), tmp_path))
    body = sorted({round(top / POINT, 1) for top, *_ in pages[1] if top < 262})
    assert len(body) == 22
    assert {round(after - before, 1) for before, after in pairwise(body)} == {28.9, 29.0}
    left, right = min(line[1] for line in pages[1]), max(line[2] for line in pages[1] if line[0] < 262)
    assert (round(left), round(right)) == (28, 184)
    assert {line[3] for line in pages[1] if line[0] < 262} == {"安" * 28}


@needs_poppler
def test_long_items_of_a_list_break_over_pages(tmp_path: Path) -> None:
    items = ["一、甲", *(f"（一）机构{n}：" + "安" * 250 for n in range(9))]
    pages = lines_of(printed(notice(lines=outline("\n".join(items))), tmp_path))
    full = [len({round(line[0]) for line in page if line[0] < 262}) for page in pages[1:4]]
    assert full == [22, 22, 22]


@needs_poppler
def test_the_printed_head_number_and_title_stand_where_they_must(tmp_path: Path) -> None:
    file = printed(notice(), tmp_path)
    assert "595.276 x 841.89 pts (A4)" in run("pdfinfo", str(file))
    page = lines_of(file)[0]
    tops = {words: (top, left, right) for top, left, right, words in page}
    _top, left, right = tops["东里街道办事处文件"]
    assert round((left + right) / 2) == 28 + 78
    title = tops["关于开展安全社区创建自查的通知"]
    assert round((title[1] + title[2]) / 2) == 106
    assert round(tops["各社区居委会，各成员单位："][1]) == 28
    pitch = 28.95 * POINT
    # the number's line, the rule 4 mm beneath it, two blank lines, the title
    assert abs(title[0] - tops["东街〔2026〕5号"][0] - (16 * POINT + 4 + 2 * pitch + 12.95 * POINT)) < 1.5


@needs_poppler
def test_the_printed_page_numbers_stand_right_on_odd_and_left_on_even_pages(tmp_path: Path) -> None:
    pages = lines_of(printed(notice(lines=outline("安" * 28 * 60)), tmp_path))
    feet = [next(line for line in page if "—" in line[3] and line[0] > 262) for page in pages]
    assert [line[3] for line in feet] == ["—1—", "—2—", "—3—", "—4—"]
    assert ["right" if line[1] > 105 else "left" for line in feet] == ["right", "left"] * 2
    assert all(7 <= line[0] - 262 <= 9 for line in feet)


@needs_poppler
def test_the_red_head_begins_at_72_mm_and_is_red(tmp_path: Path) -> None:
    from PIL import Image

    file = printed(notice(), tmp_path)
    run("pdftoppm", "-r", "100", "-png", "-singlefile", str(file), str(tmp_path / "page"))
    with Image.open(tmp_path / "page.png") as picture:
        wide, high = picture.size
        pixels = picture.convert("RGB").load()
        rows = [
            [x for x in range(wide) if pixels[x, y][0] > 200 and max(pixels[x, y][1:]) < 90]
            for y in range(high)
        ]
    red = [y for y, row in enumerate(rows) if row]
    assert abs(red[0] * 25.4 / 100 - 72) < 0.6
    rule = [row for row in rows if len(row) > wide / 2]
    assert (round(rule[0][0] * 0.254), round(rule[0][-1] * 0.254)) == (28, 184)


@needs_poppler
def test_the_printed_imprint_is_at_the_foot_of_the_last_page(tmp_path: Path) -> None:
    made = notice(lines=outline("安" * 28 * 30), attachments=(Attachment("自查表", outline("说明")),))
    last = lines_of(printed(made, tmp_path))[-1]
    issued = next(line for line in last if "印发" in line[3] or "党政办公室" in line[3])
    assert 250 < issued[0] < 262
    assert any(line[3] == "附件" for line in last)


@needs_poppler
def test_the_first_printed_page_of_a_letter_has_no_number(tmp_path: Path) -> None:
    made = notice(form="letter", head="东里街道办事处", lines=outline("安" * 28 * 40))
    first, second = (" ".join(line[3] for line in page) for page in lines_of(printed(made, tmp_path))[:2])
    assert "—1—" not in first
    assert "—2—" in second


@needs_poppler
def test_hostile_words_are_set_as_words(tmp_path: Path) -> None:
    hostile = '#strong[x] $x^2$ *b* \\u{41} // "); #import "@preview/x" \x00\u202e😀'
    file = printed(notice(title=hostile, lines=outline(hostile), note=hostile), tmp_path)
    text = re.sub(r"[\s\u200b]", "", run("pdftotext", str(file), "-"))
    assert text.count('#strong[x]$x^2$*b*\\u{41}//");#import') >= 3
    assert hostile[:10] in paragraph(opened(notice(title=hostile)), "#strong").text
