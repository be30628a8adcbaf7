from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from safecommunity import library
from safecommunity.library import shelf


def test_a_file_of_the_deployment_settles_days_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_folders", [tmp_path])
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "2099.csv").write_text("date,kind\n2099-01-01,off\n2099-01-03,on\n", "utf-8")
    calendar = library.working_days()
    assert [calendar.is_working(date(2099, 1, day)) for day in (1, 2, 3)] == [False, True, True]
    assert calendar.unpublished(date(2099, 1, 1), date(2099, 12, 31)) == []
    assert calendar.is_working(date(2026, 2, 16)) is False
