from collections.abc import Sequence
from typing import Any

import pytest

from safecommunity import library
from safecommunity.core import reports as core
from safecommunity.core.papers import Figure, Paragraph, Part, Photos, Table, numbers
from safecommunity.core.reports import Call, Value
from safecommunity.reports import blocks, values
from safecommunity.reports.gathering import Records
from safecommunity.reports.source import RecordSource
from safecommunity.units.models import Unit
from tests import make
from tests.reports import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def records(unit: Unit) -> Records:
    return reread(unit, made.furnished(unit, make.member(unit)))


def reread(unit: Unit, assessment: Any = None, **fields: Any) -> Records:
    return Records(unit, made.YEAR, today=made.TODAY, assessment=assessment, **fields)


def block(records: Records, name: str, **options: Any) -> Sequence[Part]:
    kind, _, argument = name.partition(":")
    scope = {"element": "7", "indicator": "7.4"}
    return RecordSource(records).block(Call(kind, argument, options), scope)


def the_table(parts: Sequence[Part]) -> Table:
    (found,) = (part for part in parts if isinstance(part, Table))
    return found


def value(records: Records, name: str) -> Value:
    kind, _, argument = name.partition(":")
    return RecordSource(records).value(kind, argument, {"element": "7", "indicator": "7.4"})


def test_every_block_and_value_a_document_may_name_exists_and_no_other() -> None:
    assert set(blocks.BLOCKS) == set(core.BLOCKS)
    assert {*blocks.KINDS, "subject"} == set(core.BLOCK_KINDS)
    assert set(values.NAMED) == set(core.VALUES)
    assert {*values.KINDS, "metric"} == set(core.VALUE_KINDS)


@pytest.mark.parametrize("name", sorted(core.BLOCKS))
def test_every_block_says_nothing_about_an_empty_unit_rather_than_failing(unit: Unit, name: str) -> None:
    assessment = made.assessment(unit, make.member(unit))
    parts = block(reread(unit, assessment, ledger="meetings"), name)
    for part in parts:
        assert not isinstance(part, Table) or part.rows
        assert not isinstance(part, Figure) or part.rows


@pytest.mark.parametrize("name", sorted(core.BLOCKS))
def test_a_block_asks_the_same_number_of_questions_whatever_it_finds(
    unit: Unit, name: str, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    lin = make.member(unit)
    assessment = made.furnished(unit, lin)
    with CaptureQueriesContext(
        connection,
    ) as few:
        block(reread(unit, assessment, ledger="meetings"), name)
    for number in range(2, 6):
        made.photo(unit, "7.4", number)
        made.meeting(unit, f"2025-05-0{number}", f"会议{number}")
        made.bodies(unit)
    with django_assert_num_queries(len(few)):
        block(reread(unit, assessment, ledger="meetings"), name)


def test_the_number_of_records_is_that_of_the_period_with_its_trace(records: Records) -> None:
    found = value(records, "count:meetings")
    assert found.text == "3"
    assert found.trace
    assert (found.trace.kind, found.trace.code, found.trace.count) == ("ledger", "meetings", 3)
    assert found.trace.what == "会议台账（2025-01-01至2025-12-31）"


def test_what_stands_is_counted_whenever_it_was_written(records: Records) -> None:
    assert value(records, "count:rules").text == "1"


def test_facts_of_the_community_come_from_their_ledgers(records: Records) -> None:
    assert value(records, "latest:area-facts.area").text == "5.2"
    assert value(records, "population.residents").text == "52000"
    assert value(records, "population.floating").text == "8100"
    assert value(records, "population.year").text == "2025"


def test_a_fact_nobody_recorded_is_empty(unit: Unit) -> None:
    assert value(reread(unit), "latest:area-facts.area").text == ""
    assert value(reread(unit), "population.residents").text == ""


def test_records_of_another_unit_are_not_seen(records: Records) -> None:
    other = make.unit("别处街道")
    made.meeting(other, "2025-03-03")
    assert value(reread(records.unit), "count:meetings").text == "3"
    assert value(reread(other), "count:meetings").text == "1"


def test_records_of_units_beneath_are_counted(records: Records) -> None:
    made.meeting(make.unit("阳光社区", parent=records.unit, kind="neighbourhood"), "2025-03-03")
    assert value(reread(records.unit), "count:meetings").text == "4"


def test_a_ledger_is_a_table_of_its_records_in_the_order_of_time(records: Records) -> None:
    table = the_table(block(records, "ledger:meetings", columns=["name", "held_date"]))
    assert [column.label for column in table.columns] == ["序号", "会议名称", "日期"]
    assert [row[2] for row in table.rows] == ["2025-01-10", "2025-04-11", "2025-09-12"]
    assert table.trace
    assert len(table.trace.records) == 3


def test_a_long_ledger_is_cut_and_says_so(records: Records) -> None:
    table, note = block(records, "ledger:meetings", limit=2)
    assert isinstance(table, Table)
    assert len(table.rows) == 2
    assert note.text == "共 3 条，本表列出前 2 条。"  # type: ignore[union-attr]


def test_personal_values_are_masked_on_paper(unit: Unit) -> None:
    made.entry(unit, "drivers", "2025-03-01", name="张三丰", phone="13812345678")
    ledger = library.ledgers["drivers"]
    personal = [field.code for field in ledger.fields.values() if field.personal != "none"]
    assert personal
    table = the_table(block(reread(unit), "ledger:drivers", columns=personal))
    assert "13812345678" not in str(table.rows)
    assert "张三丰" not in str(table.rows)


def test_a_drawing_by_month_adds_up_a_field_and_says_the_most(records: Records) -> None:
    (figure,) = block(records, "by-month:injuries-summary", sum="injured")
    assert isinstance(figure, Figure)
    assert [row["value"] for row in figure.rows] == [0, 3, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0]
    assert figure.words == "合计 8，最多的是7月。"


def test_a_drawing_by_name_speaks_the_words_of_the_code_list(records: Records) -> None:
    (figure,) = block(records, "by-name:injuries-summary", field="field", sum="injured")
    assert isinstance(figure, Figure)
    word = library.ledgers["injuries-summary"].fields["field"].choices["traffic"].zh
    assert [dict(row) for row in figure.rows] == [{"name": word, "value": 8.0}]


def test_the_organisation_chart_shows_bodies_and_members(records: Records) -> None:
    (figure,) = block(records, "bodies.chart")
    assert isinstance(figure, Figure)
    assert [(row["name"], row["members"]) for row in figure.rows] == [
        ("安全社区促进委员会", ["主任：王建国"]),
        ("创建办公室", ["主任：林芳"]),
    ]


def test_photos_cited_for_an_indicator_are_shown_under_it_and_its_element(records: Records) -> None:
    for name in ("indicator.photos", "element.photos", "photos"):
        (photos,) = block(records, name)
        assert isinstance(photos, Photos)
        assert [photo.caption for photo in photos.items] == ["演练照片1（2025年6月1日）"]


def test_a_photo_of_another_year_is_left_out(records: Records) -> None:
    made.photo(records.unit, "7.4", 2, "2023-06-01")
    (photos,) = block(reread(records.unit, records.assessment), "indicator.photos")
    assert isinstance(photos, Photos)
    assert len(photos.items) == 1


def test_evidence_cited_under_another_scheme_serves_by_the_crosswalk(records: Records) -> None:
    lin = make.member(records.unit)
    other = reread(records.unit, made.assessment(records.unit, lin, "municipal-45"))
    assert [row.file.title for rows in other.cited.values() for row in rows if row.file] == ["演练照片1"]


@pytest.mark.requirement("R193")
def test_the_table_of_the_assessment_has_a_row_for_every_indicator(records: Records) -> None:
    table = the_table(block(records, "assessment.table"))
    assert len(table.rows) == 50
    assert "系统建议，尚未确认" in table.rows[0][-1]


def test_the_points_of_the_elements_add_up_to_those_of_the_assessment(records: Records) -> None:
    assert records.assessment
    table = the_table(block(records, "assessment.elements"))
    assert sum(float(row[2]) for row in table.rows) == float(records.assessment.points)
    assert sum(float(row[1]) for row in table.rows) == 150


def test_the_statement_of_an_indicator_says_how_it_was_graded_and_checked(records: Records) -> None:
    (part,) = block(records, "indicator.statement")
    assert isinstance(part, Paragraph)
    assert part.text.startswith("自评：有无")
    assert part.text.endswith("系统建议，尚未确认。")


def test_records_of_one_kind_speak_only_for_the_indicator_that_asks_for_that_kind(unit: Unit) -> None:
    lin = make.member(unit)
    project = {"name": "防跌倒", "field": "elderly", "started_date": "2025-03-01"}
    made.entry(unit, "promotion-projects", "2025-03-01", **project)
    records = reread(unit, made.assessment(unit, lin))
    asking = {code for code, found in records.kept.items() if any("field" in one.key for one in found)}
    assert asking == {"5.5"}


@pytest.mark.requirement("R47", "R149", "R190")
def test_the_catalogue_numbers_what_is_kept_for_every_indicator(records: Records) -> None:
    rows = the_table(block(records, "archive.catalogue")).rows
    assert len({row[0] for row in rows}) == len(rows)
    assert ("7.4-", "演练照片1") in {(row[0][:4], row[2]) for row in rows}
    assert any(row[3] == "会议台账" and row[4] == "3" for row in rows)


def test_an_english_paper_speaks_english_about_data_files(records: Records) -> None:
    english = reread(records.unit, records.assessment, language="en")
    assert value(english, "scheme.name").text == library.schemes["national-2006"].name_en
    assert value(english, "count:meetings").trace.what.startswith("Meetings")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "document", sorted(code for code, one in library.documents.items() if not one.subject)
)
def test_every_figure_of_every_paper_can_be_traced(records: Records, document: str) -> None:
    records.ledger = "meetings"
    paper = core.compose(
        library.documents[document],
        RecordSource(records),
        unit=records.unit.name,
        period="2025",
        scope={"scheme": "national-2006"},
    )
    dates = {"period.label", "period.start", "period.end", "today"}
    bare = [line.text for line in numbers(paper) if line.trace is None]
    known = {value(records, name).text for name in dates}
    assert set(bare) <= known
