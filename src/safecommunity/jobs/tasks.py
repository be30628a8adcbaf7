"""Later work on the log: walking its chains, and writing what a reader asked for into a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from safecommunity.audit.models import Line
from safecommunity.audit.queries import Asked, found, verify
from safecommunity.documents.sheet_writer import SheetColumn, write_xlsx
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.units.permissions import Permission

STEP = 1000
MOST_ROWS = 1_000_000


@task("audit.verify", needs=Permission.AUDIT_VIEW)
def verify_log(job: Job, progress: Progress) -> dict[str, Any]:
    """The number of lines and the first break of each chain that does not hold."""
    total = Line.objects.count()
    breaks = verify(lambda count: progress.step(min(count, total), total, _("核对日志")))
    return {"lines": total, "breaks": [[one.chain, one.seq, one.reason] for one in breaks]}


@task("audit.export", needs=Permission.AUDIT_VIEW)
def export_log(job: Job, progress: Progress) -> dict[str, Any]:
    """The lines that answer the arguments, as a spreadsheet."""
    asked = asked_of(job.arguments["asked"])
    lines = found(job.path, asked, with_system=job.arguments["with_system"])
    total = min(lines.count(), MOST_ROWS)
    path = progress.file(_("日志.xlsx"))
    columns = [
        SheetColumn(_("时间"), 20),
        SheetColumn(_("用户名")),
        SheetColumn(_("姓名")),
        SheetColumn(_("地址"), 16),
        SheetColumn(_("单位"), 20),
        SheetColumn(_("操作"), 20),
        SheetColumn(_("对象"), 24),
        SheetColumn(_("名称"), 30),
        SheetColumn(_("结果")),
        SheetColumn(_("原因"), 24),
        SheetColumn(_("变更前"), 30),
        SheetColumn(_("变更后"), 30),
        SheetColumn(_("链")),
        SheetColumn(_("序号")),
        SheetColumn(_("校验码"), 66),
    ]
    rows = _rows(lines[:MOST_ROWS].iterator(chunk_size=STEP), progress, total)
    return {"rows": write_xlsx(path, name=_("日志"), columns=columns, rows=rows)}


def asked_of(values: dict[str, Any]) -> Asked:
    """What `arguments_of` wrote."""
    days = {name: datetime.fromisoformat(values[name]) for name in ("since", "until") if values.get(name)}
    return Asked(**{**values, "since": None, "until": None, **days})


def arguments_of(asked: Asked) -> dict[str, Any]:
    """As plain data for the job's arguments."""
    return {
        "who": asked.who,
        "act": asked.act,
        "target": asked.target,
        "outcome": asked.outcome,
        "since": asked.since and asked.since.isoformat(),
        "until": asked.until and asked.until.isoformat(),
    }


def _rows(lines: Iterator[Line], progress: Progress, total: int) -> Iterator[list[Any]]:
    for number, line in enumerate(lines, 1):
        yield [
            localtime(line.at).strftime("%Y-%m-%d %H:%M:%S"),
            line.actor,
            line.actor_name,
            line.ip,
            line.unit,
            line.act,
            line.target,
            line.title,
            line.outcome,
            line.reason,
            _json(line.before),
            _json(line.after),
            line.chain,
            line.seq,
            line.mac,
        ]
        if number % STEP == 0:
            progress.step(number, total)


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""
