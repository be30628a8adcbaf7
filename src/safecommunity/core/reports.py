"""Document types as data, and how a paper is composed from one.

A document type is a tree of sections. A section holds blocks: sentences with named values (`{unit.name}`),
and named blocks that yield tables, figures and photos ("ledger:meetings", "assessment.table").
Both come from closed lists, so a data file can ask for nothing that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol, get_args

from safecommunity.core.messages import Words
from safecommunity.core.papers import (
    LANGUAGES,
    ORIENTATIONS,
    Heading,
    Input,
    Note,
    PageBreak,
    Paper,
    Paragraph,
    Part,
    Run,
    Trace,
    digest,
    numbered,
)

Each = Literal["", "element", "indicator"]
DEEPEST = 4
ASKS = ("period", "assessment", "ledger")
WORDINGS = ("official", "found", "seed plan", "remembered", "ours")


NOTHING = Words("", "")
SUBJECT = "subject."  # `{subject.place}`: a value of the one thing the paper is about

VALUES: Mapping[str, Words] = {
    "unit.name": Words("创建单位名称", "name of the programme unit"),
    "unit.kind": Words("创建单位类型", "kind of programme unit"),
    "unit.division": Words("所在行政区划", "administrative division"),
    "unit.below": Words("下辖单位数", "number of units below"),
    "population.residents": Words("常住人口", "residents"),
    "population.floating": Words("流动人口", "floating population"),
    "population.year": Words("人口数据年度", "year of the population figures"),
    "period.label": Words("报告期", "reporting period"),
    "period.start": Words("报告期起", "start of the period"),
    "period.end": Words("报告期止", "end of the period"),
    "period.until": Words("报告期内截至日，不晚于成文日期", "last day looked at, not after the paper"),
    "today": Words("成文日期", "date of the paper"),
    "scheme.name": Words("评定方案名称", "name of the scheme"),
    "scheme.title": Words("申请的称号", "title applied for"),
    "scheme.full": Words("评定方案满分", "full points of the scheme"),
    "assessment.points": Words("自评得分", "self-assessed points"),
    "assessment.verdict": Words("自评结论", "self-assessed verdict"),
    "assessment.elements": Words("一级指标数", "number of elements"),
    "assessment.indicators": Words("二级指标数", "number of indicators"),
    "assessment.graded": Words("已评指标数", "number of graded indicators"),
    "assessment.zeros": Words("零分指标数", "number of indicators at zero"),
    "assessment.not_applicable": Words("不适用指标数", "number of indicators not applicable"),
    "bodies.count": Words("创建机构数", "number of bodies"),
    "bodies.members": Words("创建机构成员数", "number of members of bodies"),
    "evidence.files": Words("佐证文件数", "number of evidence files"),
    "evidence.records": Words("佐证记录数", "number of cited records"),
    "element.number": Words("一级指标序号", "number of the element"),
    "element.name": Words("一级指标名称", "name of the element"),
    "element.points": Words("一级指标得分", "points of the element"),
    "element.full": Words("一级指标满分", "full points of the element"),
    "indicator.number": Words("二级指标序号", "number of the indicator"),
    "indicator.name": Words("二级指标内容", "wording of the indicator"),
    "indicator.points": Words("二级指标得分", "points of the indicator"),
    "indicator.full": Words("二级指标满分", "full points of the indicator"),
    "ledger.name": Words("台账名称", "name of the ledger"),
    "ledger.count": Words("台账记录数", "number of records of the ledger"),
}
"""Values a sentence may name, with what they mean. Beside them the kinds below: `{count:meetings}`."""

VALUE_KINDS: Mapping[str, Words] = {
    "count": Words("报告期内台账记录数", "records of a ledger in the period"),
    "metric": Words("报告期统计指标", "metric of the period"),
    "latest": Words("台账最近一条记录的字段", "field of the newest record of a ledger"),
}
"""`{count:meetings}`, `{metric:unit-survey-rate}`, `{latest:population.residents}`."""

BLOCKS: Mapping[str, Words] = {
    "bodies.chart": Words("创建组织机构图", "organisation chart"),
    "bodies.table": Words("创建机构及成员表", "bodies and their members"),
    "assessment.table": Words("自评表：逐项等级、得分、说明", "every indicator with grade, points, remark"),
    "assessment.elements": Words("各一级指标得分表", "points by element"),
    "assessment.weak": Words("失分最多的指标表", "indicators that lose most points"),
    "assessment.chart": Words("各一级指标得分图", "drawing of the points by element"),
    "assessment.ring": Words("得分环", "score ring"),
    "assessment.findings": Words("一致性检查结果", "findings of the consistency check"),
    "element.indicators": Words("本一级指标下各二级指标得分表", "points of the indicators of an element"),
    "element.evidence": Words("本一级指标的佐证材料目录", "evidence of an element"),
    "element.records": Words("本一级指标所引台账的记录数", "records of the ledgers that feed an element"),
    "element.photos": Words("本一级指标的照片", "photos of an element"),
    "indicator.statement": Words("二级指标的自评等级、理由", "grade and reasons of an indicator"),
    "indicator.evidence": Words("二级指标的佐证材料", "evidence of an indicator"),
    "indicator.photos": Words("二级指标的照片", "photos of an indicator"),
    "metrics.table": Words("报告期各项统计指标", "metrics of the period"),
    "archive.catalogue": Words("档案目录", "archive catalogue"),
    "archive.completeness": Words("档案齐全情况", "completeness of the archive"),
    "returns.figures": Words("月报数据", "figures of the monthly return"),
    "returns.words": Words("月报文字", "what the monthly return says in words"),
    "returns.board": Words("下级月报报送情况", "how the returns from below were filed"),
    "returns.left-out": Words("未计入汇总的下级单位", "units below that the monthly summary does not add up"),
    "targets.table": Words("年度目标及完成情况", "targets of the year and how far they are"),
    "targets.breakdown": Words("目标分解表", "targets broken down over the units below"),
    "risks.counts": Words("各等级风险数量", "number of risks by grade"),
    "risks.register": Words("风险分级管控清单", "register of graded risks"),
    "risks.board": Words("重大和较大风险公告表", "major and larger risks for a notice board"),
    "hazards.figures": Words("隐患统计", "figures of hidden hazards"),
    "hazards.kinds": Words("隐患分类", "hidden hazards by kind"),
    "hazards.major": Words("未销号重大隐患", "major hazards still open"),
    "injuries.sentence": Words("伤害起数及其中的重度、住院、死亡", "injuries and how many were grave"),
    "injuries.method": Words("高危发现的依据、方法和局限", "basis, method and limits of the findings"),
    "injuries.followed": Words(
        "据高危发现和预警建立的项目、目标、计划", "what became of findings and alerts"
    ),
    "accidents.counts": Words("各类事故事件的起数、伤亡和损失", "accidents with casualties and loss"),
    "photos": Words("报告期全部照片", "all photos of the period"),
    "ledger": Words("所选台账的记录表", "records of the chosen ledger"),
    "plan.table": Words("差距与下一步行动表", "gap and next actions"),
    "plan.chart": Words("差距瀑布图", "drawing of the gap"),
    "signature": Words("落款：单位与日期", "unit and date at the end"),
}
"""Blocks a section may name, with what they yield. Beside them the kinds below: `ledger:meetings`."""

BLOCK_KINDS: Mapping[str, Words] = {
    "ledger": Words("报告期内某一台账的记录表", "records of a ledger in the period"),
    "by-month": Words(
        "某一台账各月记录数或某字段合计图", "records of a ledger, or the sum of a field, by month"
    ),
    "by-name": Words("某一台账按某字段的分类图", "records of a ledger by the values of a field"),
    "injuries": Words("伤害按某一字段或月份的起数", "injuries by a counted field or by month"),
    "findings": Words("高危人群、高危环境或脆弱群体", "high-risk people or environment, vulnerable groups"),
    "subject": Words("所述事项的组成部分", "a part of the thing the paper is about"),
}

OPTIONS = frozenset({"columns", "title", "title_en", "limit", "sum", "field", "within"})
_SECTION_KEYS = frozenset({"heading", "heading_en", "each", "blocks", "section", "page_break"})
_TYPE_KEYS = frozenset(
    {
        "name", "name_en", "source", "wording", "asks", "orientation", "contents", "version",
        "title", "title_en", "subtitle", "subtitle_en", "section", "subject", "bundle",
    }
)  # fmt: skip
_NAME = re.compile(r"\{([a-z_.]+(?::[a-z0-9_.-]+)?)\}")
_BRACE = re.compile(r"[{}]")
_KIND = re.compile(r"[a-z][a-z0-9-]*")
_CHINESE = "零一二三四五六七八九"


class ReportError(ValueError):
    """A document type that cannot be used: which key, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Block:
    """A sentence (`text`) or a named block (`name`, `argument`, `options`)."""

    text: Words = NOTHING
    name: str = ""
    argument: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    empty: Words = NOTHING  # said where a named block yields nothing
    only: tuple[str, ...] = ()  # "scheme/element": left out under every other element


@dataclass(frozen=True, slots=True)
class Section:
    heading: Words
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    each: Each = ""
    page_break: bool = False


@dataclass(frozen=True, slots=True)
class ReportType:
    code: str
    version: str
    name: Words
    title: Words
    subtitle: Words
    sections: tuple[Section, ...]
    asks: tuple[str, ...]
    orientation: Literal["portrait", "landscape"]
    contents: bool
    source: str
    wording: str
    subject: str = ""  # the kind of thing it is about; which values and parts that has, its registry knows
    bundle: tuple[str, ...] = ()  # the document types that are bound behind it, in their order


Scope = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Value:
    """A named value with where it came from; an empty text means nobody has recorded it.

    The trace then says in `what` which record is missing.
    """

    text: str
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What a document type asks of a named block."""

    name: str
    argument: str
    options: Mapping[str, Any]


class Source(Protocol):
    """Where values and blocks come from.

    `scope` says which scheme, element and indicator the text stands under.
    """

    def value(self, name: str, argument: str, scope: Scope) -> Value: ...

    def block(self, call: Call, scope: Scope) -> Sequence[Part]: ...

    def each(self, kind: str, scope: Scope) -> Sequence[Scope]: ...


def parse(code: str, data: Mapping[str, Any]) -> ReportType:
    """A document type from TOML values; ReportError names the key and the reason."""
    _only(data, _TYPE_KEYS, "")
    orientation, wording = data.get("orientation", "portrait"), data.get("wording", "")
    _among(orientation, ORIENTATIONS, "orientation")
    _among(wording, WORDINGS, "wording")
    asks = tuple(data.get("asks", ("period",)))
    for ask in asks:
        _among(ask, ASKS, "asks")
    sections = tuple(_section(item, f"section[{n}]", 1) for n, item in enumerate(_items(data, "section"), 1))
    if not sections:
        raise ReportError("section", "至少要有一个章节")
    report = ReportType(
        code=code,
        version=str(data.get("version", "1")),
        name=_words(data, "name", "", template=False),
        title=_words(data, "title", ""),
        subtitle=_words(data, "subtitle", "", optional=True),
        sections=sections,
        asks=asks,
        orientation=orientation,
        contents=bool(data.get("contents", False)),
        source=_text(data, "source", ""),
        wording=wording,
        subject=_subject(data),
        bundle=_bundle(data, code),
    )
    if not report.subject and subject_names(report) != ((), ()):
        raise ReportError("subject", "文中引用了事项的数值，却没有写明事项种类")
    return report


def _bundle(data: Mapping[str, Any], code: str) -> tuple[str, ...]:
    codes = data.get("bundle", [])
    if not isinstance(codes, list) or not all(isinstance(one, str) and one for one in codes):
        raise ReportError("bundle", "应为一组文书类型的代码")
    if code in codes or len(set(codes)) < len(codes):
        raise ReportError("bundle", "文书类型不能重复，也不能装订自己")
    return tuple(codes)


def _subject(data: Mapping[str, Any]) -> str:
    kind = data.get("subject", "")
    if "subject" in data and not (isinstance(kind, str) and _KIND.fullmatch(kind)):
        raise ReportError("subject", "应为事项种类的代码")
    return str(kind)


def subject_names(report: ReportType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values and the parts of its subject that a document type asks for."""
    used = names_used(report)
    values = tuple(name.removeprefix(SUBJECT) for name, _ in used if name.startswith(SUBJECT))
    return values, tuple(argument for name, argument in used if name == "subject")


def _section(data: Mapping[str, Any], place: str, depth: int) -> Section:
    _only(data, _SECTION_KEYS, place)
    if depth > DEEPEST:
        raise ReportError(place, f"章节最多{DEEPEST}层")
    each = data.get("each", "")
    _among(each, get_args(Each), f"{place}.each")
    below = enumerate(_items(data, "section"), 1)
    return Section(
        heading=_words(data, "heading", place, optional=depth == 1),
        blocks=tuple(_block(b, f"{place}.blocks[{n}]") for n, b in enumerate(_items(data, "blocks"), 1)),
        sections=tuple(_section(item, f"{place}.section[{n}]", depth + 1) for n, item in below),
        each=each,
        page_break=bool(data.get("page_break", False)),
    )


def _block(data: Mapping[str, Any], place: str) -> Block:
    if "text" in data:
        _only(data, frozenset({"text", "text_en", "only"}), place)
        return Block(text=_words(data, "text", place), only=tuple(data.get("only", ())))
    _only(data, OPTIONS | {"block", "empty", "empty_en", "only"}, place)
    name, _, argument = _text(data, "block", place).partition(":")
    if not (name in BLOCK_KINDS if argument else name in BLOCKS):
        raise ReportError(f"{place}.block", f"没有名为「{data['block']}」的内容块")
    options = {key: value for key, value in data.items() if key in OPTIONS}
    return Block(
        name=name,
        argument=argument,
        options=options,
        empty=_words(data, "empty", place, optional=True),
        only=tuple(data.get("only", ())),
    )


def _words(
    data: Mapping[str, Any], key: str, place: str, *, optional: bool = False, template: bool = True
) -> Words:
    if optional and key not in data:
        return NOTHING
    words = Words(_text(data, key, place), _text(data, f"{key}_en", place))
    for text in (words.zh, words.en) if template else ():
        _check_names(text, f"{place}.{key}".lstrip("."))
    return words


def _check_names(text: str, place: str) -> None:
    for name in _NAME.findall(text):
        kind, _, argument = name.partition(":")
        if not (kind in VALUE_KINDS if argument else kind in VALUES or kind.startswith(SUBJECT)):
            raise ReportError(place, f"没有名为「{name}」的数值")
    if _BRACE.search(_NAME.sub("", text)):
        raise ReportError(place, "花括号只能用来引用数值")


def _text(data: Mapping[str, Any], key: str, place: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ReportError(f"{place}.{key}".lstrip("."), "缺少文字")
    return value


def _items(data: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    items = data.get(key, [])
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise ReportError(key, "应为一组条目")
    return items


def _among(value: object, allowed: Sequence[str], key: str) -> None:
    if value not in allowed:
        raise ReportError(key, f"「{value}」不在 {'、'.join(name or '(空)' for name in allowed)} 之中")


def _only(data: Mapping[str, Any], allowed: frozenset[str], place: str) -> None:
    unknown = sorted(set(data) - allowed)
    if unknown:
        raise ReportError(f"{place}.{unknown[0]}".lstrip("."), "不认识的键")


def names_used(report: ReportType) -> tuple[tuple[str, str], ...]:
    """Every named value and block of a document type as (name, argument), each once."""
    texts = [report.title.zh, report.subtitle.zh]
    found: list[tuple[str, str]] = []
    for section in _walk(report.sections):
        texts.append(section.heading.zh)
        texts.extend(block.text.zh for block in section.blocks)
        found.extend((block.name, block.argument) for block in section.blocks if block.name)
    for name in (name for text in texts for name in _NAME.findall(text)):
        kind, _, argument = name.partition(":")
        found.append((kind, argument))
    return tuple(dict.fromkeys(found))


def _walk(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _walk(section.sections)


def within(words: Words, language: str) -> str:
    """The words of one language."""
    return words.en if language == "en" else words.zh


def chinese(number: int) -> str:
    """1 → 一, 12 → 十二, 45 → 四十五; beyond 99 in digits."""
    if not 1 <= number <= 99:
        return str(number)
    tens, ones = divmod(number, 10)
    left = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE[tens]}十"
    return left + (_CHINESE[ones] if ones or not tens else "")


def heading_number(stack: Sequence[int], language: str = "zh") -> str:
    """The number before a heading by GB/T 9704: 一、 （一） 1. （1); in English 1, 1.2, 1.2.3."""
    if language == "en":
        return ".".join(map(str, stack)) + " "
    last = stack[-1]
    return (f"{chinese(last)}、", f"（{chinese(last)}）", f"{last}.", f"（{last}）")[len(stack) - 1]


@dataclass(slots=True)
class _Composer:
    source: Source
    language: str
    step: Callable[[int, int], None]
    total: int
    done: int = 0
    inputs: list[Input] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def sections(self, items: Sequence[Section], scope: Scope, stack: tuple[int, ...]) -> Iterator[Part]:
        count = 0
        for section in items:
            scopes = self.source.each(section.each, scope) if section.each else (scope,)
            for inner in scopes:
                count += bool(section.heading.zh)
                yield from self.section(section, inner, (*stack, max(count, 1)))
            if not stack:
                self.done += 1
                self.step(self.done, self.total)

    def section(self, section: Section, scope: Scope, stack: tuple[int, ...]) -> Iterator[Part]:
        if section.page_break:
            yield PageBreak()
        if section.heading.zh:
            text = "".join(run.text for run in self.runs(section.heading, scope))
            yield Heading(len(stack), heading_number(stack, self.language), text)
        here = f"{scope.get('scheme', '')}/{scope.get('element', '')}"
        for block in section.blocks:
            if not block.only or here in block.only:
                yield from self.block(block, scope)
        yield from self.sections(section.sections, scope, stack)

    def block(self, block: Block, scope: Scope) -> Sequence[Part]:
        if not block.name:
            return (Paragraph(self.runs(block.text, scope)),)
        parts = tuple(self.source.block(Call(block.name, block.argument, block.options), scope))
        name = f"{block.name}:{block.argument}".rstrip(":")
        place = "/".join(f"{key}={value}" for key, value in sorted(scope.items()))
        self.inputs.append(Input(f"{name} {place}".strip(), digest([asdict(part) for part in parts])))
        empty = within(block.empty, self.language)
        return parts or ((Note(empty),) if empty else ())

    def runs(self, words: Words, scope: Scope) -> tuple[Run, ...]:
        pieces = _NAME.split(within(words, self.language))
        made = (
            self.value(piece, scope) if index % 2 else Run(piece)
            for index, piece in enumerate(pieces)
            if piece
        )
        return tuple(made)

    def value(self, name: str, scope: Scope) -> Run:
        kind, _, argument = name.partition(":")
        value = self.source.value(kind, argument, scope)
        if not value.text:
            self.missing.append(self.absent(kind, argument, value))
        blank = "[not recorded]" if self.language == "en" else "［未填］"
        return Run(value.text or blank, name, value.trace)

    def absent(self, kind: str, argument: str, value: Value) -> str:
        """What a blank is called in the note about blanks."""
        if value.trace and (argument or kind.startswith(SUBJECT)):
            return value.trace.what
        words = VALUE_KINDS[kind] if argument else VALUES.get(kind, Words(kind, kind))
        return within(words, self.language)


def compose(
    report: ReportType,
    source: Source,
    *,
    unit: str,
    period: str,
    language: Literal["zh", "en"] = "zh",
    scope: Scope | None = None,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Paper:
    """The paper of a document type.

    `step(done, total)` is called after every top section. Values nobody has recorded are printed as blanks
    and named in the paper's notes; a block without records prints its `empty` sentence.
    """
    _among(language, LANGUAGES, "language")
    composer = _Composer(source, language, step, len(report.sections))
    start: Scope = scope or {}
    title = "".join(run.text for run in composer.runs(report.title, start))
    subtitle = "".join(run.text for run in composer.runs(report.subtitle, start))
    parts = numbered(composer.sections(report.sections, start, ()))
    return Paper(
        code=report.code,
        version=report.version,
        title=title,
        subtitle=subtitle,
        unit=unit,
        period=period,
        parts=parts,
        language=language,
        orientation=report.orientation,
        contents=report.contents,
        notes=_missing_note(composer.missing, language),
        inputs=tuple(composer.inputs),
    )


def _missing_note(missing: Sequence[str], language: str) -> tuple[str, ...]:
    if not missing:
        return ()
    names = "、".join(dict.fromkeys(missing))
    if language == "en":
        return (f"{len(missing)} values are not recorded: {names}",)
    return (f"有{len(missing)}处数值尚未记录，文中留空：{names}",)
