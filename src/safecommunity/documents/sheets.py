"""Reading spreadsheets that anybody may have made: .xlsx and .csv as a stream of rows.

The file is opened by `sheet_child.py` in a process of its own that may use 512 MB, 30 s of processor time and
write nothing; only its JSON lines are believed. Memory here is bounded by one batch of rows.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from safecommunity.core.messages import Message

PIPE_BYTES = 1 << 20
CHILD = Path(__file__).with_name("sheet_child.py")

REFUSALS: Mapping[str, str] = {
    "empty": "文件是空的",
    "extension": "文件内容与扩展名“%(extension)s”不符：请用原来的软件另存为 .xlsx 或 .csv 再上传",
    "xls": "这是旧版 .xls 文件：请用 Excel 或 WPS 打开，另存为 .xlsx 再上传",
    "encrypted": "文件设有密码：请去掉密码再上传",
    "html": "文件内容是网页而不是表格：请用 Excel 或 WPS 打开，另存为 .xlsx 再上传",
    "binary": "文件不是 .xlsx 或 .csv 表格",
    "other-format": "文件不是 .xlsx 表格：请用 Excel 或 WPS 打开，另存为 .xlsx 再上传",
    "damaged": "文件已损坏，无法打开：请用 Excel 或 WPS 打开，另存为 .xlsx 再上传",
    "encoding": "第%(row)s行的文字编码无法识别：请另存为 UTF-8 编码的 .csv 或 .xlsx",
    "quotes": "第%(row)s行的引号不配对或单元格过长，无法分列",
    "rows": "超过%(limit)s行：请分成几个文件上传",
    "columns": "第%(row)s行超过%(limit)s列：请删去多余的列",
    "members": "文件内部超过%(limit)s个部件，不予打开",
    "duplicate-names": "文件内部有重名的部件，不予打开",
    "unclean-name": "文件内部有不合规的部件名，不予打开",
    "symlink": "文件内部有链接，不予打开",
    "macro": "文件含有宏：请另存为不含宏的 .xlsx 再上传",
    "external": "文件引用了外部数据：请断开链接、另存为 .xlsx 再上传",
    "embedded": "文件嵌有其他文件：请删去嵌入的对象再上传",
    "entities": "文件内部含有外部实体声明，不予打开",
    "unpacked": "文件解压后超过%(limit)s MB，不予打开：请删去图片、分成几个文件上传",
    "no-sheet": "没有找到工作表“%(sheet)s”",
    "far-cell": "工作表“%(sheet)s”的 %(cell)s 有内容，超出%(rows)s行×%(columns)s列：请删去表外的内容再上传",
    "array-formula": "工作表“%(sheet)s”的 %(cell)s 是数组公式：请复制后“选择性粘贴”为数值再上传",
    "formulas": "工作表“%(sheet)s”的公式超过%(limit)s个：请全选复制后“选择性粘贴”为数值再上传",
    "too-heavy": "打开这个文件要用的内存或时间超过上限：请分成几个文件上传",
}


class SheetRefused(ValueError):
    """The file is not read. `code` is a key of REFUSALS, `message` says it in words with the place."""

    def __init__(self, code: str, facts: Mapping[str, object]) -> None:
        self.code = code
        self.message = Message(REFUSALS[code], facts)
        super().__init__(str(self.message))


@dataclass(frozen=True, slots=True)
class NotAValue:
    """A cell whose content cannot be taken: a formula, or an error such as #N/A. `reason` says what to do."""

    reason: Message


FORMULA = NotAValue(Message("是公式：请复制后“选择性粘贴”为数值"))
ERROR = NotAValue(Message("是错误值（如 #N/A）：请改正"))

Cell = str | int | float | bool | date | datetime | time | NotAValue | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """An opened file. `sheets`: names of the shown worksheets, () for text; `rows`: (number from 1, cells);
    `height`: about how many rows there are.

    Blank rows are left out, so numbers may jump. Taking rows raises SheetRefused when something comes up.
    """

    kind: str
    sheets: tuple[str, ...]
    name: str
    encoding: str
    delimiter: str
    height: int
    rows: Iterator[tuple[int, list[Cell]]]


@contextmanager
def opened(path: Path, *, name: str, sheet: str = "") -> Iterator[Sheet]:
    """Open the file at `path`, which was sent under the name `name`. Raises SheetRefused."""
    child = subprocess.Popen(  # noqa: S603  our own interpreter and script
        [sys.executable, "-I", str(CHILD), str(path), Path(name).name, sheet],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    if child.stdout is None:
        raise RuntimeError("the reading process has no output")
    with suppress(AttributeError, OSError):  # so that the child reads on while rows are worked on here
        fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    try:
        messages = _messages(child, child.stdout)
        head = next(messages)
        yield Sheet(
            kind=head["kind"],
            sheets=tuple(head["sheets"]),
            name=head["sheet"],
            encoding=head["encoding"],
            delimiter=head["delimiter"],
            height=head["height"],
            rows=_rows(messages),
        )
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def _messages(child: subprocess.Popen[bytes], output: IO[bytes]) -> Iterator[dict[str, Any]]:
    for line in output:
        message = json.loads(line)
        if "refused" in message:
            raise SheetRefused(message.pop("refused"), message)
        yield message
        if "end" in message:
            return
    raise SheetRefused("too-heavy" if child.wait() < 0 else "damaged", {})


def _rows(messages: Iterator[dict[str, Any]]) -> Iterator[tuple[int, list[Cell]]]:
    for message in messages:
        for number, cells in message.get("rows", ()):
            yield number, [_cell(cell) if cell.__class__ is list else cell for cell in cells]


def _cell(tagged: list[str]) -> Cell:
    match tagged:
        case ["d", text]:
            return date.fromisoformat(text)
        case ["t", text]:
            return datetime.fromisoformat(text) if "T" in text else time.fromisoformat(text)
        case ["f"]:
            return FORMULA
        case _:
            return ERROR


def column_letters(index: int) -> str:
    """The letters of a column, 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
