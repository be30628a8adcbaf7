import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safecommunity.documents.sheet_writer import (
    SheetColumn,
    TemplateColumn,
    TemplateWords,
    neutralised,
    restored,
    sheet_name,
    write_csv,
    write_template,
    write_xlsx,
)
from safecommunity.documents.sheets import opened

COLUMNS = [SheetColumn("名称"), SheetColumn("=数"), SheetColumn("日")]
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40
)


@given(st.text())
def test_neutralising_can_be_undone(text):
    assert restored(neutralised(text)) == text


@given(st.sampled_from("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"), st.text())
def test_nothing_that_begins_like_a_formula_is_written(start, text):
    assert neutralised(start + text)[0] == "'"
    assert neutralised("'" + start + text)[:2] == "''"


def read_back(path):
    with opened(path, name=path.name) as sheet:
        return [cells for _number, cells in sheet.rows]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(texts, st.integers(-(10**14), 10**14) | st.floats(-1e9, 1e9, width=32), st.dates()),
        max_size=5,
    )
)
def test_what_is_written_reads_back_the_same(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("sheets") / "a.xlsx"
    rows = [(f"x{text}", number, max(day, datetime.date(1900, 3, 1))) for text, number, day in rows]
    assert write_xlsx(path, name="台账", columns=COLUMNS, rows=rows) == len(rows)
    head, *found = read_back(path)
    assert head == ["名称", "'=数", "日"]
    assert found == [[text, number, day] for text, number, day in rows]


def test_escapes_line_breaks_and_long_numbers_survive(tmp_path):
    rows = [("a_x0041_b", "两\n行", "尾\r"), (" 空 ", 10**17, "<&>")]
    write_xlsx(tmp_path / "a.xlsx", name="a", columns=COLUMNS, rows=rows)
    assert read_back(tmp_path / "a.xlsx")[1:] == [
        ["a_x0041_b", "两\n行", "尾\r"],
        [" 空 ", str(10**17), "<&>"],
    ]


def test_another_program_reads_the_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    moment = datetime.datetime(2024, 3, 5, 8, 30)
    write_xlsx(
        path,
        name="车辆/台账",
        columns=COLUMNS,
        rows=[("=1+1", True, datetime.date(2024, 3, 5)), (None, 1.5, moment)],
    )
    sheet = openpyxl.load_workbook(path).active
    assert sheet.title == "车辆 台账"
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["'=1+1", True, datetime.datetime(2024, 3, 5)],
        [None, 1.5, moment],
    ]
    assert sheet["A2"].data_type == "s"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:C3")


def test_text_files_carry_a_mark_and_nothing_that_runs(tmp_path):
    path = tmp_path / "a.csv"
    rows = [("=cmd|' /C calc'!A0", -5, datetime.date(2024, 3, 5)), ("甲", True, None)]
    assert write_csv(path, columns=COLUMNS, rows=rows) == 2
    assert path.read_bytes().decode("utf-8") == (
        "\ufeff名称,'=数,日\r\n'=cmd|' /C calc'!A0,-5,2024-03-05\r\n甲,是,\r\n"
    )


@pytest.mark.parametrize(
    ("text", "name"), [("'a[b]:c*d?e/f\\g'", "a b  c d e f g"), ("", "Sheet1"), ("台" * 40, "台" * 31)]
)
def test_sheet_names_are_made_valid(text, name):
    assert sheet_name(text) == name


def test_the_template_explains_itself_and_offers_the_choices(tmp_path):
    path = tmp_path / "a.xlsx"
    columns = [
        TemplateColumn("名称", "全称", "阳光超市", required=True, is_text=True),
        TemplateColumn("类别", "", "商店", required=False, choices=("商店", "=厂")),
        TemplateColumn("检查日期", "", "2026-03-31", required=False, is_date=True),
    ]
    words = TemplateWords("生产经营单位", "填写说明", "栏", "必填", "说明", "可选项", "示例", "是")
    write_template(path, columns=columns, words=words)
    book = openpyxl.load_workbook(path)
    sheet, explanation, lists = book.worksheets
    assert [cell.value for cell in sheet[1]] == ["名称", "类别", "检查日期"]
    assert sheet["A1"].comment.text == "全称"
    assert [(str(rule.sqref), rule.formula1) for rule in sheet.data_validations.dataValidation] == [
        ("B2:B1001", "choices!$B$1:$B$2")
    ]
    assert lists.sheet_state == "hidden"
    assert [[cell.value for cell in row] for row in explanation.iter_rows()] == [
        ["栏", "必填", "说明", "可选项", "示例"],
        ["名称", "是", "全称", None, "阳光超市"],
        ["类别", None, None, "商店、=厂", "商店"],
        ["检查日期", None, None, None, "2026-03-31"],
    ]
    with opened(path, name="a.xlsx") as found:
        assert found.sheets == ("生产经营单位", "填写说明")
        assert list(found.rows) == [(1, ["名称", "类别", "检查日期"])]
