"""Official documents (公文): kinds as data, body text with generated numbers, the document as plain data.

Measures and rules of placing: GB/T 9704-2012 as summarised in public tools (found, not the text of the
standard). Official documents are Chinese; only the names of kinds have an English side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, get_args

from safecommunity.core.messages import Words
from safecommunity.core.papers import digest, printable
from safecommunity.core.reports import WORDINGS, heading_number

Form = Literal["document", "letter", "minutes", "plain"]
Direction = Literal["up", "level", "down"]
Addressee = Literal["none", "one", "many"]
Keeps = Literal["", "rules", "plans", "meetings"]

PLACES = (
    "unit", "other", "year", "basis", "line", "bodies", "duties", "targets", "timeline", "visited",
    "visit_day", "visits", "findings", "counts", "honoured",
)  # fmt: skip
"""What a skeleton may name; `basis` … `timeline` stand on lines of their own or in a sentence. From `visited`
on they are known only where a document is drafted about visits or awards."""
OPTIONAL = frozenset(["line"])
"""What a skeleton does without where nobody has recorded it."""
SECRECY = ("", "秘密", "机密", "绝密")
URGENCY = ("", "特急", "加急")
TITLE_CHARACTERS = 20  # of 22 pt in 156 mm

_KEYS = frozenset(
    {
        "name", "name_en", "source", "wording", "form", "direction", "mark", "addressee", "seal",
        "signed_by", "signed_by_en", "ledger", "ledger_kind", "body",
    }
)  # fmt: skip
_PLACE = re.compile(r"\{([a-z_]+)\}")
_BLANK = re.compile(r"［[^［］\n]{0,80}］")
_DIGITS = "零〇一二三四五六七八九十百"
_MARKS = (
    re.compile(rf"[{_DIGITS}]+、\s*"),
    re.compile(rf"[（(][{_DIGITS}]+[）)]\s*"),
    re.compile(r"\d{1,2}\s*[.．、](?!\d)\s*"),
    re.compile(r"[（(]\d{1,2}[）)]\s*"),
)
_HASHES = re.compile(r"(#{1,4})\s+")


class OfficialError(ValueError):
    """A kind of document that cannot be used: which key, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of official document (文种).

    `mark` follows the agency in the red head ("文件"); `direction` up shows who signed; `addressee` says how
    many main addressees it may have; `ledger` keeps the issued document as a record there.
    """

    code: str
    name: Words
    form: Form
    direction: Direction
    mark: str
    addressee: Addressee
    seal: bool
    signed_by: Words
    ledger: Keeps
    ledger_kind: str
    body: str
    source: str
    wording: str


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph. `level` 1 to 4 with its number: `head` is set in the face of that level, `text` follows
    in the body face; level 0 is a plain paragraph with `text` alone."""

    level: int
    number: str
    head: str
    text: str

    @property
    def words(self) -> str:
        return f"{self.number}{self.head}{self.text}"


@dataclass(frozen=True, slots=True)
class Attachment:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Official:
    """An official document as the writers lay it out; days are ISO texts, empty where not yet known."""

    kind: str
    form: Form
    title: str
    lines: tuple[Line, ...]
    head: str = ""  # 发文机关标志
    number: str = ""  # 发文字号
    signer: str = ""  # 签发人, shown in documents sent upward
    copy_number: str = ""
    secrecy: str = ""
    urgency: str = ""
    addressee: str = ""
    attachments: tuple[Attachment, ...] = ()
    attendance: tuple[tuple[str, str], ...] = ()  # of minutes: 出席, 请假, 列席
    signatures: tuple[str, ...] = ()
    date: str = ""
    seal: bool = True
    note: str = ""
    copies_to: str = ""
    issuer: str = ""
    issued: str = ""


def parse(code: str, data: Mapping[str, Any]) -> Kind:
    """A kind from TOML values; OfficialError names the key and the reason."""
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        raise OfficialError(unknown[0], "不认识的键")
    body = _text(data, "body")
    for name in _PLACE.findall(body):
        _among(name, PLACES, "body")
    ledger, wording = data.get("ledger", ""), data.get("wording", "")
    form, direction, addressee = (data.get(key, "") for key in ("form", "direction", "addressee"))
    for value, allowed, key in (
        (form, get_args(Form), "form"),
        (direction, get_args(Direction), "direction"),
        (addressee, get_args(Addressee), "addressee"),
        (ledger, get_args(Keeps), "ledger"),
        (wording, WORDINGS, "wording"),
    ):
        _among(value, allowed, key)
    return Kind(
        code=code,
        name=Words(_text(data, "name"), _text(data, "name_en")),
        form=form,
        direction=direction,
        mark=str(data.get("mark", "")),
        addressee=addressee,
        seal=bool(data.get("seal", True)),
        signed_by=Words(_text(data, "signed_by"), _text(data, "signed_by_en")),
        ledger=ledger,
        ledger_kind=_text(data, "ledger_kind") if ledger else "",
        body=body.strip(),
        source=_text(data, "source"),
        wording=wording,
    )


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise OfficialError(key, "缺少文字")
    return value


def _among(value: object, allowed: Sequence[str], key: str) -> None:
    if value not in allowed:
        raise OfficialError(key, f"「{value}」不在 {'、'.join(name or '(空)' for name in allowed)} 之中")


def drafted(kind: Kind, values: Mapping[str, str]) -> str:
    """The skeleton of a kind with its places filled; what nobody has recorded stays a blank to fill in."""
    return _PLACE.sub(lambda found: values.get(found[1]) or _blank(found[1]), kind.body)


def _blank(place: str) -> str:
    if place in OPTIONAL:
        return ""
    words = {
        "other": "填写责任单位",
        "basis": "填写依据文件的名称和文号",
        "bodies": "尚未设立创建机构，填写组织机构和成员",
        "duties": "尚未登记职责，填写各机构职责",
        "targets": "尚未确定目标，填写量化目标",
        "timeline": "尚未排定进度，填写各阶段时间和任务",
        "visited": "填写被督查单位",
        "visit_day": "填写督查时间",
        "visits": "填写督查的单位和结果",
        "findings": "填写问题、依据和反馈期限",
        "counts": "填写督查的单位数和问题数",
        "honoured": "填写受表彰的单位和个人",
    }
    return f"［{words.get(place, '填写')}］"


def blanks(text: str) -> tuple[str, ...]:
    """What is still to be filled in: every ［…］ of a text."""
    return tuple(dict.fromkeys(_BLANK.findall(text)))


def outline(text: str) -> tuple[Line, ...]:
    """Paragraphs of a body as people type it, numbered 一、（一）1.（1）.

    A line that begins with such a number or with # to #### is a heading of that level; its number is made
    anew, so that lines may be moved freely. A heading that runs on after its first full stop is set with
    the rest of its text in the same paragraph.
    """
    found: list[Line] = []
    stack = [0, 0, 0, 0]
    for raw in printable(text).split("\n"):
        line = raw.strip(" \t\u3000")
        if not line:
            continue
        level, rest = _level(line)
        if not level:
            found.append(Line(0, "", "", line))
            continue
        stack = [*stack[: level - 1], stack[level - 1] + 1, *[0] * (4 - level)]
        head, stop, after = rest.partition("。")
        runs_on = bool(stop and after)
        number = heading_number([1] * (level - 1) + [stack[level - 1]])
        found.append(Line(level, number, head + stop if runs_on else rest, after if runs_on else ""))
    return tuple(found)


def _level(line: str) -> tuple[int, str]:
    """The level of a heading line and its words without the number; 0 for a plain line."""
    hashes = _HASHES.match(line)
    if hashes:
        level, line = len(hashes[1]), line[hashes.end() :]
        typed = _MARKS[level - 1].match(line)
        return level, line[typed.end() :] if typed else line
    for level, mark in enumerate(_MARKS, 1):
        typed = mark.match(line)
        if typed and typed.end() < len(line):
            return level, line[typed.end() :]
    return 0, line


def section_words(lines: Sequence[Line], *names: str) -> str:
    """The text beneath the first heading that contains one of the names; "" when there is none."""
    taken: list[str] = []
    level = 0
    for line in lines:
        if level and 0 < line.level <= level:
            break
        if level:
            taken.append(line.words)
        elif line.level and any(name in line.head for name in names):
            level = line.level
            taken += [line.text] if line.text else []
    return "\n".join(taken)


def number_text(agency: str, year: int, serial: int) -> str:
    """石安创〔2026〕5号: six-sided brackets, four-digit year, no 第, no leading zero."""
    return f"{agency}〔{year}〕{serial}号"


def day_text(value: date | str) -> str:
    """2026年3月5日: Arabic digits in full, no leading zero; "" for no day."""
    if not value:
        return ""
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{day.year}年{day.month}月{day.day}日"


def width(text: str) -> float:
    """How many characters of the body size a text takes; Latin letters and digits take half of one."""
    return sum(0.5 if letter.isascii() else 1.0 for letter in text)


def signature_indents(name: str, day: str, *, seal: bool) -> tuple[float, float]:
    """Empty characters to the right of the agency and of the date.

    With a seal the date stands four characters from the right and the agency is centred on it. Without one
    the agency stands two from the right and the date begins two characters after it; where that would leave
    no two characters at the right of the date, the date keeps them and the agency moves left.
    """
    if seal:
        right = 4.0 + (width(day) - width(name)) / 2
        return (right, 4.0) if right >= 0 else (0.0, 4.0 - right)
    behind = 2.0 + width(name) - 2.0 - width(day)
    return (2.0, behind) if behind >= 2.0 else (2.0 + 2.0 - behind, 2.0)


def title_lines(title: str) -> tuple[str, ...]:
    """A title broken by sense: where its writer broke it, else near the middle at a joint of words."""
    typed = tuple(line.strip() for line in title.split("\n") if line.strip())
    if len(typed) != 1 or width(title) <= TITLE_CHARACTERS:
        return typed
    return tuple(_broken(typed[0]))


def _broken(title: str) -> Iterator[str]:
    parts = -(-int(width(title)) // TITLE_CHARACTERS)
    while parts > 1:
        aim = len(title) // parts
        cut = min(_joints(title), key=lambda place: abs(place - aim), default=aim)
        cut = cut if abs(cut - aim) <= aim // 2 and cut <= TITLE_CHARACTERS else aim
        yield title[:cut]
        title, parts = title[cut:], parts - 1
    yield title


def _joints(title: str) -> list[int]:
    before = [
        found.start()
        for found in re.finditer("关于|《|的通知|的请示|的报告|的批复|的通报|的意见|的函", title)
    ]
    after = [found.end() for found in re.finditer("[》、，]|(?:印发|创建|街道|社区|工作)", title)]
    inside = [range(found.start() + 1, found.end()) for found in re.finditer("《[^》]*》", title)]
    short = [span for span in inside if len(span) < TITLE_CHARACTERS - 4]
    places = {*before, *after} - {0, len(title)}
    return sorted(place for place in places if not any(place in span for span in short))


def attachment_lines(attachments: Sequence[Attachment]) -> tuple[str, ...]:
    """附件：1.… and the lines beneath it; a single attachment has no number. No mark ends them."""
    titles = [one.title.strip().rstrip("。；，") for one in attachments]
    if len(titles) == 1:
        return (f"附件：{titles[0]}",)
    return tuple(f"{'附件：' if n == 1 else '　　　'}{n}.{title}" for n, title in enumerate(titles, 1))


def to_data(document: Official) -> dict[str, Any]:
    """The document as JSON values; `from_data` gives it back."""
    return asdict(document)


def from_data(data: Mapping[str, Any]) -> Official:
    """The document kept as JSON values by `to_data`."""
    return Official(
        **{
            **data,
            "lines": _lines(data["lines"]),
            "attachments": tuple(
                Attachment(one["title"], _lines(one["lines"])) for one in data["attachments"]
            ),
            "attendance": tuple((label, text) for label, text in data["attendance"]),
            "signatures": tuple(data["signatures"]),
        }
    )


def _lines(items: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(**item) for item in items)


def seal_of(document: Official) -> str:
    """SHA-256 of what was signed: all but the number and the days, which are given afterwards."""
    signed = {
        key: value for key, value in to_data(document).items() if key not in {"number", "date", "issued"}
    }
    return digest(signed)
