from typing import Any

import pytest

from safecommunity.core.charts import ChartError, in_language, parse, rows_for

SPEC = {"mark": "bar", "encoding": {"x": {"field": "month", "title": "月", "title_en": "Month"}}}


def chart(spec: Any = SPEC, **fields: Any) -> Any:
    return parse("x", {"name": "图", "name_en": "Chart", "columns": ["month"], "spec": spec, **fields})


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ({"data": {"url": "http://10.0.0.1/"}}, "spec"),
        ({"mark": {"type": "image"}}, "spec.mark"),
        ({"layer": [{"mark": "image"}]}, "spec.layer[0].mark"),
        ({"layer": [{"data": {"url": "file:///etc/passwd"}}]}, "spec.layer[0].data.url"),
        ({"encoding": {"href": {"field": "x"}}}, "spec.encoding.href"),
        ({"encoding": {"url": {"field": "x"}}}, "spec.encoding.url"),
        ({"transform": [{"lookup": "x", "from": {}}]}, "spec.transform[0].lookup"),
        ([], "spec"),
    ],
)
def test_a_chart_that_reaches_outside_itself_is_refused(spec: Any, key: str) -> None:
    with pytest.raises(ChartError) as error:
        chart(spec)
    assert error.value.key == key


@pytest.mark.parametrize(("field", "value"), [("name_en", ""), ("columns", []), ("columns", [1])])
def test_a_chart_needs_its_names_and_columns(field: str, value: Any) -> None:
    with pytest.raises(ChartError) as error:
        chart(**{field: value})
    assert error.value.key == field


def test_texts_come_in_one_language() -> None:
    assert in_language(SPEC, "zh")["encoding"]["x"] == {"field": "month", "title": "月"}
    assert in_language(SPEC, "en")["encoding"]["x"] == {"field": "month", "title": "Month"}


def test_rows_keep_only_the_columns_of_the_chart() -> None:
    assert rows_for(chart(), [{"month": "1月", "secret": "x"}]) == [{"month": "1月"}]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ChartError, match="month"):
        rows_for(chart(), [{"value": 1}])
