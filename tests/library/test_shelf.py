from pathlib import Path

import pytest

from safecommunity.core.codes import CodeList
from safecommunity.library import shelf as shelf_module
from safecommunity.library.shelf import LibraryError, Shelf, add_folder, decode, split_name


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shelf_module, "_folders", [])
    add_folder(tmp_path)
    (tmp_path / "things").mkdir()
    return tmp_path / "things"


def test_a_file_is_read_under_the_code_in_its_name(folder: Path) -> None:
    (folder / "lamps.toml").write_text("name = '灯'")
    assert dict(Shelf("things")) == {"lamps": {"name": "灯"}}


def test_a_new_file_is_seen_at_once(folder: Path) -> None:
    shelf: Shelf[dict[str, str]] = Shelf("things")
    assert list(shelf) == []
    (folder / "lamps.json").write_text('{"name": "灯"}')
    assert shelf["lamps"] == {"name": "灯"}


def test_the_newest_version_wins_and_the_older_file_stays(folder: Path) -> None:
    (folder / "lamps@10.toml").write_text("n = 10")
    (folder / "lamps@9.toml").write_text("n = 9")
    (folder / "lamps.toml").write_text("n = 1")
    shelf: Shelf[dict[str, int]] = Shelf("things")
    assert (shelf["lamps"], shelf.version("lamps"), shelf.version("none")) == ({"n": 10}, 10, 0)
    assert [shelf.at("lamps", version) for version in (1, 9, 10)] == [{"n": 1}, {"n": 9}, {"n": 10}]
    with pytest.raises(KeyError):
        shelf.at("lamps", 2)


def test_a_bad_file_of_the_deployment_is_left_out_and_told(folder: Path) -> None:
    (folder / "bad.toml").write_text("n = ")
    (folder / "good.toml").write_text("n = 1")
    shelf: Shelf[dict[str, int]] = Shelf("things")
    assert list(shelf) == ["good"]
    assert [error.file for error in shelf.refused] == ["bad.toml"]


def test_an_error_names_the_file_the_key_and_the_reason() -> None:
    shelf: Shelf[object] = Shelf("codes", "safecommunity.core.codes:parse")
    with pytest.raises(LibraryError) as caught:
        shelf.parse("sex.csv", b"code,name,name_en\nmale,\xe7\x94\xb7,Male\n")
    assert (caught.value.file, caught.value.key, caught.value.reason) == ("sex.csv", "source", "缺少此键")


def test_a_file_too_large_is_left_out(folder: Path) -> None:
    (folder / "big.json").write_text(" " * 1_000_001 + "1")
    shelf: Shelf[object] = Shelf("things")
    assert (len(shelf), shelf.refused[0].reason) == (0, "超过1 MB")


def test_csv_becomes_rows_of_text() -> None:
    assert decode("a.csv", "\ufeffcode,name\n1,一\n".encode()) == [{"code": "1", "name": "一"}]


def test_text_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(LibraryError, match=r"a\.toml"):
        decode("a.toml", "名".encode("gb18030"))


def test_a_name_carries_code_and_version() -> None:
    assert (split_name("a-b.toml"), split_name("a@3.csv")) == (("a-b", 1), ("a", 3))
    with pytest.raises(LibraryError):
        split_name("a@x.toml")


def test_a_file_of_the_deployment_cannot_take_the_place_of_a_published_one(folder: Path) -> None:
    own = folder.parent / "codes"
    own.mkdir()
    (own / "sex.csv").write_text("code,name,name_en,source\nx,其他,Other,ours\n")
    shelf: Shelf[CodeList] = Shelf("codes", "safecommunity.core.codes:parse")
    assert (list(shelf["sex"]), shelf.refused[0].file) == (["male", "female"], "sex.csv")
    (own / "sex@2.csv").write_text("code,name,name_en,source\nx,其他,Other,ours\n")
    assert list(shelf["sex"]) == ["x"]


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(LibraryError):
        decode("a.json", b"[" * 100_000)
