import datetime
import resource
import zipfile

import pytest

from safecommunity.documents import sheet_child, sheets
from safecommunity.documents.sheets import ERROR, FORMULA, SheetRefused, column_letters, opened
from tests.documents import books


def read(path, name="", sheet=""):
    with opened(path, name=name or path.name, sheet=sheet) as found:
        return list(found.rows)


def refusal(path, name=""):
    with pytest.raises(SheetRefused) as caught:
        read(path, name)
    assert str(caught.value)
    return caught.value.code


def workbook(tmp_path, fill):
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        fill(book)
    return path


def csv_file(tmp_path, content, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


# What is read


def test_cells_keep_their_kind_and_their_place(tmp_path):
    def fill(book):
        sheet = book.add_worksheet("台账")
        day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        sheet.write_string(2, 1, "名称")
        sheet.write_row(4, 1, ["甲<&", 12, 0.5, True])
        sheet.write_datetime(4, 5, datetime.date(2024, 3, 5), day)
        sheet.write_datetime(
            4, 6, datetime.datetime(2024, 3, 5, 8, 30), book.add_format({"num_format": "d/m/yy h:mm"})
        )

    path = workbook(tmp_path, fill)
    assert read(path) == [
        (3, [None, "名称", None, None, None, None, None]),
        (5, [None, "甲<&", 12, 0.5, True, datetime.date(2024, 3, 5), datetime.datetime(2024, 3, 5, 8, 30)]),
    ]


def test_formulas_and_error_values_are_never_taken_for_values(tmp_path):
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["甲", "乙", "丙"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_string(1, 1, "值")
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")

    assert read(workbook(tmp_path, fill))[1] == (2, [FORMULA, "值", FORMULA])
    error = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="1" t="e"><v>#N/A</v></c></row>'
    assert read(books.save(tmp_path / "b.xlsx", books.parts(error))) == [(1, [1, ERROR])]


def test_the_first_shown_sheet_is_read_unless_another_is_named(tmp_path):
    def fill(book):
        for name in ("藏", "甲", "乙"):
            book.add_worksheet(name).write_string(0, 0, name)
        book.get_worksheet_by_name("甲").activate()
        book.get_worksheet_by_name("甲").set_first_sheet()
        book.get_worksheet_by_name("藏").hide()

    path = workbook(tmp_path, fill)
    with opened(path, name="a.xlsx") as found:
        assert (found.sheets, found.name) == (("甲", "乙"), "甲")
    assert read(path, sheet="乙") == [(1, ["乙"])]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("gb18030", b""), ("utf-16-le", b"\xff\xfe")],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_is_read_in_the_encodings_and_delimiters_that_offices_use(tmp_path, encoding, mark, delimiter):
    text = f'名称{delimiter}地址\r\n甲{delimiter}"一、二{delimiter}三\r\n四"\r\n\r\n𠮷{delimiter}\r\n'
    path = csv_file(tmp_path, mark + text.encode(encoding))
    assert read(path) == [(1, ["名称", "地址"]), (2, ["甲", f"一、二{delimiter}三\r\n四"]), (4, ["𠮷", ""])]


def test_a_sheet_with_borders_down_to_the_last_row_is_read(tmp_path):
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in (1048575, 1048576))
    path = books.save(tmp_path / "a.xlsx", books.parts(f'<row r="1"><c r="A1"><v>7</v></c></row>{rows}'))
    assert read(path) == [(1, [7])]


def test_columns_are_lettered_as_in_a_sheet():
    assert [column_letters(n) for n in (0, 25, 26, 199, 701, 702)] == ["A", "Z", "AA", "GR", "ZZ", "AAA"]


# What is refused


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "empty"),
        (b" \r\n", "a.csv", "empty"),
        (b"a,b\n1,2\n", "a.xlsx", "extension"),
        (b"a,b\n1,2\n", "a.exe", "extension"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "encrypted"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a.xls", "html"),
        (b"%PDF-1.7\n\x00\x01", "a.csv", "binary"),
        (b"a,b\n" * 3000 + b"\x00", "a.csv", "binary"),
        (b"PK\x03\x04 broken", "a.xlsx", "damaged"),
        (b"a,b\n1,\xff\xff\n", "a.csv", "encoding"),
        (b"\xef\xbb\xbfa,b\n1,\xb0\xa1\n", "a.csv", "encoding"),
        (b'a,b\n"1,2\n', "a.csv", "quotes"),
        (b"x" * 40_000, "a.csv", "quotes"),
        (b",".join([b"x"] * 201), "a.csv", "columns"),
        (b"x\n" * 200_001, "a.csv", "rows"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_its_content(tmp_path, content, name, code):
    assert refusal(csv_file(tmp_path, content, "stored"), name) == code


def test_the_place_of_a_broken_line_is_named(tmp_path):
    with pytest.raises(SheetRefused, match="第3行"):
        read(csv_file(tmp_path, b"a,b\n1,2\n" + b"\xff\xff\n"))


EXTERNAL = (
    f'<Relationships xmlns="{books.PACKAGE}/relationships"><Relationship Id="r1" TargetMode="External" '
    f'Type="{books.OFFICE}/%s" Target="http://example.invalid/x"/></Relationships>'
)


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"xl/vbaProject.bin": "x"}, "macro"),
        ({"xl/macrosheets/sheet1.xml": "<x/>"}, "macro"),
        ({"[Content_Types].xml": "<Types><x ContentType='sheet.macroEnabled.main+xml'/></Types>"}, "macro"),
        ({"xl/externalLinks/externalLink1.xml": "<x/>"}, "external"),
        ({"xl/connections.xml": "<x/>"}, "external"),
        ({"xl/worksheets/_rels/sheet1.xml.rels": EXTERNAL % "oleObject"}, "external"),
        ({"xl/embeddings/oleObject1.bin": "x"}, "embedded"),
        ({"../../etc/passwd": "x"}, "unclean-name"),
        ({"/etc/passwd": "x"}, "unclean-name"),
        ({"xl\\evil.xml": "x"}, "unclean-name"),
        ({"XL/workbook.xml": "<x/>"}, "duplicate-names"),
        ({"xl/workbook.bin": "x"}, "other-format"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "other-format"),
        ({"xl/a.xml": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'}, "entities"),
        ({"docProps/core.xml": "<!DOCTYPE x>".encode("utf-16")}, "entities"),
        ({"docProps/core.xml": '<?xml version="1.0" encoding="UTF-7"?><x/>'}, "entities"),
        ({"xl/workbook.xml": "<workbook"}, "damaged"),
        ({"xl/workbook.xml": "<workbook/>"}, "no-sheet"),
        ({f"m{n}": "" for n in range(2001)}, "members"),
    ],
)  # fmt: skip
def test_a_hostile_workbook_is_refused(tmp_path, extra, code):
    assert refusal(books.save(tmp_path / "a.xlsx", {**books.parts(), **extra})) == code


def test_a_hyperlink_is_no_reason_to_refuse(tmp_path):
    extra = {"xl/worksheets/_rels/sheet1.xml.rels": EXTERNAL % "hyperlink"}
    assert read(books.save(tmp_path / "a.xlsx", {**books.parts(), **extra})) == [(1, [1])]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', "far-cell"),
        ('<row r="200001"><c r="A200001" t="n"><v>1</v></c></row>', "far-cell"),
        ('<row r="1"><c r="GS1"><v>1</v></c></row>', "far-cell"),
        ('<row r="1"><c s="1" r = "XFD1"><v>1</v></c></row>', "far-cell"),
        ('<row r="1"><c r="A1"><f t="array" ref="A1:A9">1</f><v>1</v></c></row>', "array-formula"),
        ("<row>" + "<c><v>1</v></c>" * 201 + "</row>", "columns"),
        ("<row><c><v>1</v></c></row>" * 200_001, "rows"),
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="200000"><c r="GR200000"><v>1</v></c></row>',
            "too-heavy",
        ),
    ],
)
def test_a_sheet_beyond_the_limits_is_refused(tmp_path, rows, code):
    assert refusal(books.save(tmp_path / "a.xlsx", books.parts(rows))) == code


def test_a_zip_bomb_is_counted_while_it_is_unpacked_whatever_it_claims(tmp_path):
    path = tmp_path / "a.xlsx"
    books.save(path, books.parts())
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/media/a.png", "w") as out,
    ):
        for _ in range(410):
            out.write(bytes(1024 * 1024))
    content = bytearray(path.read_bytes())
    assert len(content) < 2_000_000
    true = (410 * 1024 * 1024).to_bytes(4, "little")
    claimed = bytes(content).replace(true, (100).to_bytes(4, "little"))
    assert refusal(path) == "unpacked"
    path.write_bytes(claimed)
    assert refusal(path) in {"unpacked", "damaged"}


def test_a_link_in_the_archive_is_refused(tmp_path):
    path = books.save(tmp_path / "a.xlsx", books.parts())
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("xl/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(path) == "symlink"


def test_an_encrypted_member_is_refused(tmp_path):
    path = books.save(tmp_path / "a.xlsx", books.parts())
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(bytes(content))
    assert refusal(path) == "encrypted"


def test_many_formulas_are_refused_as_a_whole(tmp_path):
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><f>1</f></c><c r="B{n}"><f>1</f></c></row>' for n in range(1, 100_002)
    )
    assert refusal(books.save(tmp_path / "a.xlsx", books.parts(rows))) == "formulas"


def test_the_reader_confines_itself_before_it_opens_anything(monkeypatch, tmp_path):
    limits = {}
    monkeypatch.setattr(resource, "setrlimit", lambda kind, limit: limits.update({kind: limit}))
    monkeypatch.setattr(sheet_child.os, "nice", lambda steps: limits.update(nice=steps))
    monkeypatch.setattr(
        sheet_child,
        "_messages",
        lambda *_: (_ for _ in [limits.update(opened=True)]) if len(limits) >= 6 else 1 / 0,
    )
    monkeypatch.setattr(sheet_child, "_say", lambda message: None)
    sheet_child.main(tmp_path, "a.csv", "")
    assert limits[resource.RLIMIT_AS] == (512 * 1024 * 1024,) * 2
    assert limits[resource.RLIMIT_CPU] == (30, 30)
    assert limits[resource.RLIMIT_FSIZE] == (0, 0)


def test_a_reader_that_dies_is_a_refusal_and_leaves_no_process(tmp_path, monkeypatch):
    script = tmp_path / "child.py"
    script.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr(sheets, "CHILD", script)
    assert refusal(csv_file(tmp_path, b"a,b\n")) == "too-heavy"
    script.write_text("raise SystemExit(3)")
    assert refusal(csv_file(tmp_path, b"a,b\n")) == "damaged"


def test_every_refusal_the_reader_knows_has_words():
    import re
    from pathlib import Path

    source = Path(sheet_child.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'Refused\(\s*"([a-z-]+)"', source)) | {code for _, code in sheet_child._FORBIDDEN}
    assert codes - {"encrypted"} <= set(sheets.REFUSALS)
    assert set(sheets.REFUSALS) - codes - {"too-heavy", "xls", "encrypted"} == set()
