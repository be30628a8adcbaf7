import re

import pytest

from safecommunity import library


@pytest.mark.parametrize("code", sorted(library.codes))
def test_a_code_list_can_be_read_and_is_named_in_two_languages(code: str) -> None:
    for entry in library.codes[code].values():
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", entry.code)
        assert entry.name
        assert not re.search(r"[一-鿿]", entry.name_en)
        assert entry.source
