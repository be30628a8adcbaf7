"""Loading lists of divisions, and reading subtrees as ranges."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from safecommunity.audit.models import Line
from safecommunity.core import division_files
from safecommunity.core.division_files import Row
from safecommunity.core.divisions import Level
from safecommunity.places import actions, queries
from safecommunity.places.actions import Imported
from safecommunity.places.models import Division

pytestmark = pytest.mark.django_db
DATA = Path(division_files.__file__).parents[1] / "places" / "data"
ROWS = [
    Row("13", "河北省", Level.PROVINCE),
    Row("1301", "石家庄市", Level.PREFECTURE),
    Row("130102", "长安区", Level.COUNTY),
    Row("130102003", "广安街道", Level.SUB_DISTRICT),
    Row("130102003008", "广合社区居民委员会", Level.NEIGHBOURHOOD, "111"),
    Row("1302", "唐山市", Level.PREFECTURE),
]


def load(rows: list[Row], source: str = "2023", **more: date) -> Imported:
    return actions.import_divisions(rows=iter(rows), source_version=source, by=None, **more)


def test_a_list_loaded_twice_changes_nothing_the_second_time() -> None:
    assert load(ROWS) == Imported(new=6, changed=0, unchanged=0, ended=0)
    before = list(Division.objects.values_list())
    assert load(ROWS) == Imported(new=0, changed=0, unchanged=6, ended=0)
    assert list(Division.objects.values_list()) == before


def test_a_changed_name_is_counted_and_saved_and_the_row_is_kept() -> None:
    load(ROWS)
    key = Division.objects.get(code="1302").pk
    renamed = [*ROWS[:-1], Row("1302", "新唐山市", Level.PREFECTURE)]
    assert load(renamed) == Imported(new=0, changed=1, unchanged=5, ended=0)
    assert Division.objects.get(code="1302").name == "新唐山市"
    assert Division.objects.get(code="1302").pk == key


def test_a_complete_new_list_ends_what_it_no_longer_names_and_revives_what_it_names_again() -> None:
    load(ROWS, valid_from=date(2023, 6, 30))
    result = load(ROWS[:-1], "2024", ends_others=date(2024, 6, 30))
    assert result == Imported(new=0, changed=5, unchanged=0, ended=1)
    ended = Division.objects.get(code="1302")
    assert (ended.valid_from, ended.valid_to) == (date(2023, 6, 30), date(2024, 6, 30))
    assert load(ROWS, "2025") == Imported(new=0, changed=6, unchanged=0, ended=0)
    assert Division.objects.get(code="1302").valid_to is None


def test_a_list_longer_than_a_batch_reports_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "BATCH", 4)
    seen: list[int] = []
    actions.import_divisions(rows=ROWS, source_version="2023", by=None, progress=seen.append)
    assert seen == [4, 6]


def test_the_import_leaves_one_line_in_the_log() -> None:
    load(ROWS)
    line = Line.objects.get(act="divisions.imported")
    assert line.after == {"new": 6, "changed": 0, "unchanged": 0, "ended": 0}


@pytest.mark.requirement("R4")
def test_below_holds_the_division_and_its_descendants_and_no_neighbour() -> None:
    load(ROWS)
    assert [row.code for row in queries.below("1301")] == ["1301", "130102", "130102003", "130102003008"]
    assert [row.code for row in queries.children("13")] == ["1301", "1302"]
    assert [row.code for row in queries.children("")] == ["13"]
    assert queries.counts("1301") == {2: 1, 3: 1, 4: 1, 5: 1}
    assert queries.counts() == {1: 1, 2: 2, 3: 1, 4: 1, 5: 1}


def test_a_subtree_is_one_search_of_the_index(django_assert_num_queries: object) -> None:
    load(ROWS)
    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.counts("1301")
    if connection.vendor == "sqlite":
        assert "(code>? AND code<?)" in queries.below("1301").explain()


def test_names_are_joined_from_the_province_down_without_fillers() -> None:
    load([*ROWS, Row("11", "北京市", Level.PROVINCE), Row("1101", "市辖区", Level.PREFECTURE)])
    load([Row("110101", "东城区", Level.COUNTY)])
    assert queries.full_name("130102003") == "河北省石家庄市长安区广安街道"
    assert queries.full_name("110101") == "北京市东城区"


def test_search_finds_by_name_and_by_code_inside_a_division() -> None:
    load(ROWS)
    assert [row.code for row in queries.search("广")] == ["130102003", "130102003008"]
    assert [row.code for row in queries.search("1302")] == ["1302"]
    assert list(queries.search("唐山", within="1301")) == []


def test_a_division_without_its_parent_is_counted_as_an_orphan() -> None:
    load([row for row in ROWS if row.code not in {"130102", "13"}])
    assert queries.orphans() == 3


def test_the_command_loads_a_file_and_says_what_it_did() -> None:
    out, err = StringIO(), StringIO()
    call_command(
        "divisions",
        "import",
        str(DATA / "divisions-county.csv"),
        "--source",
        "2023-06-30",
        stdout=out,
        stderr=err,
    )
    assert "新增 3351，变更 0，未变 0，停用 0" in out.getvalue()
    assert "已处理 3351" in err.getvalue()
    call_command("divisions", "import", str(DATA / "divisions-demo.csv"), stdout=out, stderr=err)
    assert "缺少上级" not in out.getvalue()
    counted = StringIO()
    call_command("divisions", "count", "1301", stdout=counted)
    assert counted.getvalue().splitlines()[:2] == ["地级 1", "县级 24"]


def test_the_command_names_a_missing_file_a_bad_row_and_missing_parents(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="找不到"):
        call_command("divisions", "import", str(tmp_path / "none.csv"))
    bad = tmp_path / "bad.csv"
    bad.write_text("code,name\n130,坏\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"bad\.csv 第 2 行.*再次导入即可"):
        call_command("divisions", "import", str(bad))
    lonely = tmp_path / "lonely.csv"
    lonely.write_text("code,name\n1301,石家庄市\n", encoding="utf-8")
    out = StringIO()
    call_command("divisions", "import", str(lonely), stdout=out, stderr=StringIO())
    assert "有 1 个区划缺少上级" in out.getvalue()
