import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from safecommunity.core.papers import Column, Figure, Heading, Paper, Table
from safecommunity.documents import pdf
from tests.documents.sample import PICTURES, drawn, everything, paper, said, table

POINT = 25.4 / 72
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not on this machine")
pytestmark = needs_poppler


def words_of(made: Paper, folder: Path) -> str:
    return _run("pdftotext", "-layout", _file(made, folder), "-")


def _file(made: Paper, folder: Path) -> str:
    file = folder / "paper.pdf"
    file.write_bytes(pdf.write(made, drawing=drawn, photo=PICTURES.get))
    return str(file)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def lines_by_page(made: Paper, folder: Path) -> list[list[tuple[float, float, float]]]:
    """(top, left, right) of every line in points, by page."""
    text = _run("pdftotext", "-bbox-layout", _file(made, folder), "-")
    pattern = re.compile(r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)"')
    pages = text.split("<page ")[1:]
    return [[(float(y), float(x), float(end)) for x, y, end in pattern.findall(page)] for page in pages]


def test_the_page_is_a4(tmp_path: Path) -> None:
    assert "595.276 x 841.89 pts (A4)" in _run("pdfinfo", _file(everything(), tmp_path))


def test_a_landscape_paper_turns_the_page(tmp_path: Path) -> None:
    made = paper(said("x"), orientation="landscape")
    assert "841.89 x 595.276 pts (A4)" in _run("pdfinfo", _file(made, tmp_path))


def test_a_full_page_has_22_lines_of_28_characters(tmp_path: Path) -> None:
    pages = lines_by_page(paper(said("安" * 28 * 80)), tmp_path)
    body = sorted({round(top, 1) for top, _, _ in pages[1] if top < 740})
    assert len(body) == 22
    assert {round(after - before, 1) for before, after in pairwise(body)} == {28.9, 29.0}
    text = _run("pdftotext", "-f", "2", "-l", "2", str(tmp_path / "paper.pdf"), "-")
    assert text.split("\n")[0] == "安" * 28
    left, right = min(x for _, x, _ in pages[1]), max(end for top, _, end in pages[1] if top < 740)
    assert round(left * POINT) == 28
    assert round(right * POINT) == 210 - 26


def test_the_first_line_begins_two_characters_in(tmp_path: Path) -> None:
    pages = lines_by_page(paper(said("安" * 60)), tmp_path)
    lefts = [left for top, left, _ in pages[0] if 100 < top < 740][1:]
    assert round((lefts[0] - lefts[1]) / 15.793, 1) == 2.0


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages(tmp_path: Path) -> None:
    pages = lines_by_page(paper(said("安" * 28 * 60)), tmp_path)
    middle = 210 / POINT / 2
    sides = ["right" if max(page)[1] > middle else "left" for page in pages]
    assert sides == ["right", "left", "right"]
    assert words_of(paper(said("安")), tmp_path).replace(" ", "").strip().endswith("—1—")


def test_the_page_number_stands_7_mm_below_the_type_area(tmp_path: Path) -> None:
    (page,) = lines_by_page(paper(said("安")), tmp_path)
    assert 7 <= max(page)[0] * POINT - (297 - 35) <= 9


def test_a_long_table_repeats_its_heading_and_cuts_no_row(tmp_path: Path) -> None:
    text = words_of(paper(table(120)), tmp_path)
    pages = text.split("\f")[:-1]
    assert len(pages) > 3
    assert all("二级指标" in page for page in pages)
    assert len(re.findall(r"建立跨部门的领导机构", text)) == 120


def test_a_cell_of_10_000_characters_breaks_over_pages_and_loses_nothing(tmp_path: Path) -> None:
    text = words_of(paper(table(1, "长" * 10_000)), tmp_path)
    assert text.count("长") == 10_000


def test_hostile_words_are_set_as_words(tmp_path: Path) -> None:
    hostile = (
        '#strong[x] $x^2$ *b* _i_ `c` <l> @r \\u{41} // /* "); #import "@preview/x:1.0.0" \x00\x0b\u202e😀'
    )
    made = paper(said(hostile), Heading(1, "", hostile), Table(hostile, (Column(hostile),), ((hostile,),)))
    text = re.sub(r"[\s\u200b]", "", words_of(made, tmp_path))
    assert text.count('#strong[x]$x^2$*b*_i_`c`<l>@r\\u{41}///*");#import') == 5


def test_the_drawing_is_set_with_its_caption_and_the_table_with_its_own(tmp_path: Path) -> None:
    text = words_of(everything(), tmp_path)
    assert re.search(r"图1\s+组织机构图", text)
    assert re.search(r"表1\s+自评表", text)
    assert "安全社区促进委员会" in text


def test_a_paper_with_contents_gives_page_numbers(tmp_path: Path) -> None:
    text = words_of(everything(), tmp_path)
    assert re.search(r"一、基本情况\s*\.{5,}\s*2", text)


def test_a_missing_photo_is_said_in_its_place(tmp_path: Path) -> None:
    made = everything()
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf.write(made, drawing=drawn, photo=lambda name: None))
    assert _run("pdftotext", str(file), "-").count("［照片文件缺失］") == 3


def test_a_drawing_without_a_size_is_refused() -> None:
    made = paper(Figure("chart", "x", "图", "", ()))
    with pytest.raises(ValueError, match="width and height"):
        pdf.write(made, drawing=lambda figure: "<svg/>", photo=lambda name: None)


def test_long_words_break_in_narrow_cells_instead_of_running_over(tmp_path: Path) -> None:
    columns = tuple(Column(f"列{n}") for n in range(9))
    row = ("2026-08-15", "133,265.00", "A" * 60, *("x",) * 6)
    text = _run("pdftotext", "-bbox", _file(paper(Table("窄表", columns, (row,))), tmp_path), "-")
    words = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)"', text)
    widths = [float(right) - float(left) for left, top, right in words if 170 < float(top) < 740]
    assert len(widths) > 20
    assert max(widths) < (210 - 28 - 26) / 9 / POINT
