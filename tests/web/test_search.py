"""Finding by characters and by pinyin initials, never beyond what is visible."""

from __future__ import annotations

import pytest

from safecommunity.web.search import initials, says, units_like
from tests import make


def test_initials_of_chinese() -> None:
    assert [initials("阳光街道"), initials("重庆"), initials("A座")] == ["ygjd", "cq", "az"]


def test_a_text_says_words_or_initials() -> None:
    assert says("消防器材台账", "器材")
    assert says("消防器材台账", "XFQC")
    assert not says("消防器材台账", "车辆")


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["阳光", "ygjd", "130102", "YGJD"])
def test_a_unit_is_found_by_name_initials_or_code(wanted: str) -> None:
    city = make.unit(name="市创建办", kind="city-office", slug="1301")
    make.unit(name="阳光街道", parent=city, slug="130102001")
    make.unit(name="建设路街道", parent=city, slug="1309")
    lin = make.member(city)
    assert [unit.name for unit in units_like(lin, wanted)] == ["阳光街道"]


@pytest.mark.django_db
def test_a_unit_of_others_is_not_found() -> None:
    make.unit(name="阳光街道")
    wu = make.member(make.unit(name="建设路街道"), username="wu")
    assert list(units_like(wu, "阳光")) == []
