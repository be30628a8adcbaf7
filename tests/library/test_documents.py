import re
from typing import Any

import pytest

from safecommunity import library
from safecommunity.core.reports import names_used
from safecommunity.library.shelf import HERE, decode

FILES = sorted((HERE / "documents").glob("*.toml"))


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [
            text for key, inner in value.items() if key not in {"source", "only"} for text in texts(inner)
        ]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_document_file_can_be_read(file: Any) -> None:
    assert library.documents[file.stem].name.en


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_figure_is_written_into_a_document_file(file: Any) -> None:
    words = [re.sub(r"\{[^}]*\}", "", text) for text in texts(decode(file.name, file.read_bytes()))]
    assert [text for text in words if re.search(r"[\u4e00-\u9fff]", text) and re.search(r"\d", text)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_ledgers_and_fields_a_document_names_exist(file: Any) -> None:
    for name, argument in names_used(library.documents[file.stem]):
        if name in {"ledger", "count", "by-month", "by-name"} and argument:
            assert argument in library.ledgers
        if name == "latest":
            ledger, field = argument.split(".")
            assert field in library.ledgers[ledger].fields
        if name == "metric":
            assert argument in library.metrics


def sections(items: Any) -> list[Any]:
    return [found for item in items for found in (item, *sections(item.sections))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_columns_and_fields_a_block_names_exist(file: Any) -> None:
    for section in sections(library.documents[file.stem].sections):
        for block in section.blocks:
            named = [*block.options.get("columns", ()), *(block.options.get(k) for k in ("sum", "field"))]
            for field in filter(None, named):
                assert field in library.ledgers[block.argument].fields
            for place in block.only:
                scheme, element = place.split("/")
                assert element in {item.code for item in library.schemes[scheme].elements}


def test_the_work_report_has_two_parts_and_quotes_every_element_and_indicator() -> None:
    report = library.documents["work-report"]
    facts, work = report.sections[:2]
    assert len(facts.sections) == 5
    assert [section.each for section in (work.sections[0], work.sections[0].sections[0])] == [
        "element",
        "indicator",
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_papers_a_volume_binds_exist_and_ask_for_no_more(file: Any) -> None:
    volume = library.documents[file.stem]
    for code in volume.bundle:
        one = library.documents[code]
        assert set(one.asks) <= set(volume.asks)
        assert (one.subject, one.bundle) == (volume.subject, ())
