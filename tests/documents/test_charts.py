import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from xml.etree import ElementTree

import pytest

from safecommunity import library
from safecommunity.core.charts import Chart, ChartError
from safecommunity.documents import charts

MONTHS = [{"month": f"{n}月", "value": n, "target": 6} for n in range(1, 13)]
ELEMENTS = [{"element": "机构与职责", "points": 12.4, "full": 15}]
ROWS: dict[str, list[dict[str, Any]]] = {
    "bars-by-month": MONTHS,
    "bars-by-name": [{"name": "会议", "value": 3}],
    "score-by-element": ELEMENTS,
    "score-ring": [{"part": "1-got", "points": 118.4}, {"part": "2-lost", "points": 31.6}],
    "gap-waterfall": [{"step": "当前", "start": 0, "end": 92.4, "kind": "now"}],
    "trend-line": MONTHS,
    "heat-strip": [{"row": "检查", "month": "1月", "state": "late"}],
}


def drawn(code: str, **fields: Any) -> str:
    return charts.svg(library.charts[code], ROWS[code], **{"title": "图", "words": "说明", **fields})


def test_every_chart_file_has_an_example_here() -> None:
    assert set(ROWS) == set(library.charts)


@pytest.mark.parametrize("code", sorted(ROWS))
@pytest.mark.parametrize("theme", ["light", "dark", "page"])
def test_a_chart_is_one_svg_that_fits_a_strict_policy(code: str, theme: charts.Theme) -> None:
    text = drawn(code, theme=theme)
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["aria-label"] == "图。说明"
    assert not re.search(r"\bstyle=|<script|<image|href=|@accent", text)


@pytest.mark.parametrize("code", sorted(ROWS))
def test_a_chart_on_the_page_takes_every_colour_from_the_page(code: str) -> None:
    text = drawn(code, theme="page")
    assert "var(--" in text
    assert set(re.findall(r"#[0-9a-f]{6}", text)) == set()


def test_the_same_chart_speaks_english() -> None:
    assert "逾期完成" in drawn("heat-strip")
    assert "逾期完成" not in drawn("heat-strip", language="en")
    assert "L late" in drawn("heat-strip", language="en")


def test_words_from_people_are_text_and_nothing_else() -> None:
    rows = [{"name": '<script>alert(1)</script>"&\x00', "value": 1}]
    text = charts.svg(library.charts["bars-by-name"], rows, title='"><b>', words="<i>")
    assert "<script>" not in text
    assert ElementTree.fromstring(text).attrib["aria-label"] == '"><b>。<i>'


def test_a_drawing_is_kept_and_used_again(tmp_path: Path) -> None:
    first = drawn("score-ring", folder=tmp_path)
    (kept,) = tmp_path.rglob("*.svg")
    kept.write_text(first.replace("118.4", "kept"))
    assert "kept" in drawn("score-ring", folder=tmp_path)
    assert "kept" not in drawn("score-ring", folder=tmp_path, title="另一图")


def test_a_picture_is_made_from_a_drawing() -> None:
    assert charts.png(drawn("score-ring"), 1).startswith(b"\x89PNG")


def test_an_unknown_colour_is_refused_by_name() -> None:
    chart = Chart("x", "图", "x", ("value",), {"mark": {"type": "bar", "color": "@magenta"}})
    with pytest.raises(ChartError, match="@magenta"):
        charts.svg(chart, [{"value": 1}], title="", words="")


def test_a_chart_that_asks_for_an_address_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/secret.json"
    layer = {"data": {"url": address}, "mark": "bar"}
    chart = Chart("x", "图", "x", ("value",), {"layer": [layer, {"mark": "bar"}]})
    try:
        charts.svg(chart, [{"value": 1}], title="", words="")
    except ChartError:
        pass
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []
