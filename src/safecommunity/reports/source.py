"""The records of a unit as the source a paper is composed from."""

from __future__ import annotations

from collections.abc import Sequence

from safecommunity.core.papers import Part
from safecommunity.core.reports import Call, Scope, Value
from safecommunity.metrics.queries import named as metric_named
from safecommunity.reports import blocks, values
from safecommunity.reports.gathering import Records


class RecordSource:
    """Answers a document type from the records; see `core.reports.Source`."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def value(self, name: str, argument: str, scope: Scope) -> Value:
        if name == "metric":
            return self._metric(argument)
        if argument:
            return values.KINDS[name](self.records, argument)
        return values.NAMED[name](self.records, scope)

    def block(self, call: Call, scope: Scope) -> Sequence[Part]:
        known = blocks.KINDS if call.argument else blocks.BLOCKS
        return known[call.name](self.records, call, scope)

    def each(self, kind: str, scope: Scope) -> Sequence[Scope]:
        scheme = self.records.scheme
        if scheme is None:
            return ()
        if kind == "element":
            return [{**scope, "element": element.code} for element in scheme.elements]
        indicators = self.records.element(scope["element"]).indicators if "element" in scope else ()
        return [{**scope, "indicator": item.code} for item in indicators or scheme.indicators.values()]

    def _metric(self, code: str) -> Value:
        reading = next((one for one in self.records.readings if one.metric.code == code), None)
        metric = metric_named(code)
        if reading is None or reading.value is None or metric is None:
            return Value("")
        text = f"{values.plain(round(reading.value, 2))}{self.records.named(metric, 'unit')}"
        return Value(text, values.metric_trace(self.records, code, reading.say(self.records.language)))
