"""Lists of divisions: every format of the public package, read row by row."""

import json
from pathlib import Path
from typing import Any

import pytest

from safecommunity.core import division_files
from safecommunity.core.division_files import DivisionFileError, Row
from safecommunity.core.divisions import Level

DATA = Path(division_files.__file__).parents[1] / "places" / "data"
HEBEI = Row("13", "河北省", Level.PROVINCE)
CITY = Row("1301", "石家庄市", Level.PREFECTURE)


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_csv_of_the_package_with_or_without_bom_is_read(tmp_path: Path) -> None:
    text = 'code,name,provinceCode\n1301,"石家庄市",13\n'
    assert list(division_files.read(written(tmp_path, "a.csv", text))) == [CITY]
    assert list(division_files.read(written(tmp_path, "b.csv", "\ufeff" + text))) == [CITY]


def test_our_own_csv_may_be_padded_and_carry_the_urban_rural_class(tmp_path: Path) -> None:
    text = "code,name,level,urban_rural\n130102000000,长安区,3,\n130102003008,广合社区,5,111\n"
    assert list(division_files.read(written(tmp_path, "own.csv", text))) == [
        Row("130102", "长安区", Level.COUNTY),
        Row("130102003008", "广合社区", Level.NEIGHBOURHOOD, "111"),
    ]


def test_a_flat_and_a_nested_json_give_the_same_rows(tmp_path: Path) -> None:
    flat = [{"code": "13", "name": "河北省"}, {"code": "1301", "name": "石家庄市", "provinceCode": "13"}]
    nested = [{"code": "13", "name": "河北省", "children": [{"code": "1301", "name": "石家庄市"}]}]
    for name, data in (("flat.json", flat), ("nested.json", nested)):
        path = written(tmp_path, name, json.dumps(data, ensure_ascii=False, indent=1))
        assert list(division_files.read(path)) == [HEBEI, CITY]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_longer_than_many_chunks_is_read_to_its_last_row(tmp_path: Path, indent: int | None) -> None:
    rows = [{"code": f"130102{n:03}", "name": "街" * (n % 90 + 1)} for n in range(1, 999)] * 4
    path = written(tmp_path, "long.json", json.dumps(rows, ensure_ascii=False, indent=indent))
    assert path.stat().st_size > 4 * division_files.CHUNK
    assert [row.code for row in division_files.read(path)] == [row["code"] for row in rows]


def test_a_folder_is_read_from_provinces_to_villages_and_csv_wins(tmp_path: Path) -> None:
    written(tmp_path, "cities.json", '[{"code":"1301","name":"石家庄市"}]')
    written(tmp_path, "provinces.csv", "code,name\n13,河北省\n")
    written(tmp_path, "provinces.json", '[{"code":"99","name":"不读"}]')
    written(tmp_path, "other.csv", "a,b\n1,2\n")
    assert list(division_files.read(tmp_path)) == [HEBEI, CITY]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", "code,name\n1301,石家庄市\n130,坏\n", "a.csv 第 3 行：区划代码“130”有 3 位"),
        ("a.csv", "name\n石家庄市\n", "a.csv 第 2 行：缺少 code 或 name"),
        ("a.csv", "code,name,level\n1301,石家庄市,7\n", "级别“7”应为 1 至 5"),
        ("a.csv", "code,name,urban_rural\n1301,石家庄市,9\n", "城乡分类代码“9”"),
        ("a.csv", "code,name\n1301," + "长" * 101 + "\n", "名称超过 100"),
        ("a.json", "{}", "应是一个 JSON 列表"),
        ("a.json", '[{"code":"13","name":"河北省"}, {"co', "第 2 项不是有效的 JSON"),
        ("a.json", '[{"code":"13","name":"河北省"}', "第 2 项不是有效的 JSON"),
        ("a.json", "[1]", "第 1 项应是含 code 与 name 的对象"),
        ("a.json", '[{"code":"13","name":"河北省","children":[1]}]', "children 应是列表"),
        (
            "a.json",
            '[{"code":"13","name":"河北省","children":[{"code":"x"}]}]',
            "第 1 项 13：缺少 code 或 name",
        ),
    ],
)
def test_a_bad_row_is_named_with_file_place_and_reason(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    with pytest.raises(DivisionFileError, match=reason):
        list(division_files.read(written(tmp_path, name, content)))


def test_another_encoding_and_an_empty_folder_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "gbk.csv"
    path.write_bytes("code,name\n13,河北省\n".encode("gbk"))
    with pytest.raises(DivisionFileError, match="另存为 UTF-8"):
        list(division_files.read(path))
    with pytest.raises(DivisionFileError, match="没有 provinces"):
        list(division_files.read(written(tmp_path, "x", "").parent))


def count(rows: list[Row]) -> dict[int, int]:
    return {int(level): sum(row.level is level for row in rows) for level in {row.level for row in rows}}


@pytest.mark.requirement("R4")
def test_the_shipped_tables_hold_the_country_down_to_counties_and_the_places_of_the_demo() -> None:
    county: Any = list(division_files.read(DATA / "divisions-county.csv"))
    demo: Any = list(division_files.read(DATA / "divisions-demo.csv"))
    assert count(county) == {1: 31, 2: 342, 3: 2978}
    names = {row.code: row.name for row in [*county, *demo]}
    assert len(names) == len(county) + len(demo)
    assert {names[code] for code in ("130102", "130104", "130105", "130107", "130108")} == {
        "长安区", "桥西区", "新华区", "井陉矿区", "裕华区",
    }  # fmt: skip
    assert (names["511603"], names["511603104"], names["500115002"]) == ("前锋区", "代市镇", "晏家街道")
    assert all(row.code[:-3] in names for row in demo)
