"""A figure of a paper as an SVG drawing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safecommunity.core.charts import Chart
from safecommunity.core.papers import Figure
from safecommunity.documents import charts as chart_drawing
from safecommunity.documents import orgchart
from safecommunity.documents.charts import Theme


def drawing(
    figure: Figure,
    charts: Mapping[str, Chart],
    *,
    language: str = "zh",
    theme: Theme = "light",
    folder: Path | None = None,
) -> str:
    """The SVG of a figure; `charts` is the shelf of chart files, `folder` where drawings are kept."""
    if figure.kind == "organisation":
        return orgchart.svg(figure.rows, title=figure.title, words=figure.words, theme=theme)
    return chart_drawing.svg(
        charts[figure.code],
        figure.rows,
        title=figure.title,
        words=figure.words,
        theme=theme,
        language=language,
        folder=folder,
    )
