"""The records of a unit as the source a paper is composed from."""

from __future__ import annotations

from collections.abc import Sequence

from safecommunity.core.papers import Part
from safecommunity.core.reports import SUBJECT, Call, Scope, Value
from safecommunity.metrics.queries import named as metric_named
from safecommunity.reports import blocks, values
from safecommunity.reports.gathering import Records
from safecommunity.reports.subjects import Kind


class RecordSource:
    """Answers a document type from the records; see `core.reports.Source`.

    `kind` says what may be asked about the thing a paper is about, where it is about one.
    """

    def __init__(self, records: Records, kind: Kind | None = None) -> None:
        self.records, self.kind = records, kind

    def value(self, name: str, argument: str, scope: Scope) -> Value:
        if self.kind and name.startswith(SUBJECT):
            return self.kind.values[name.removeprefix(SUBJECT)](self.records.subject, self.records)
        if name == "metric":
            return self._metric(argument)
        if argument:
            return values.KINDS[name](self.records, argument)
        return values.NAMED[name](self.records, scope)

    def block(self, call: Call, scope: Scope) -> Sequence[Part]:
        if self.kind and call.name == "subject":
            return self.kind.parts[call.argument](self.records.subject, self.records, call)
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
