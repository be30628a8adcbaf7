"""The archive of a year, made while the person does something else."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.evidence import archive, packing, store
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.jobs.worker import Refused
from safecommunity.library import schemes


@task("evidence.archive")
def pack(job: Job, progress: Progress) -> dict[str, Any]:
    """Arguments: `scheme`, `year`, and `whole`: the zip, or the catalogue alone."""
    scheme, year, whole = schemes[job.arguments["scheme"]], job.arguments["year"], job.arguments["whole"]
    total = sum(1 for _item in archive.items(job.unit, scheme, year))
    name = _("%(unit)s %(year)s 年档案") if whole else _("%(unit)s %(year)s 年档案目录")
    name = name % {"unit": job.unit.name, "year": year}
    path = progress.file(
        f"{packing.clean_name(name)} {timezone.localdate():%Y-%m-%d}.{'zip' if whole else 'xlsx'}"
    )
    write = packing.write_archive if whole else packing.write_catalogue
    try:
        lines = write(path, job.unit, scheme, year, told=lambda count: progress.step(count, total))
    except store.Damaged as damaged:
        raise Refused(
            _("文件 %(sha256)s 缺失或已被改动，档案没有做成。请系统管理员运行检查并从备份恢复。")
            % {"sha256": damaged.sha256[:12]}
        ) from damaged
    progress.step(total, total)
    return {"lines": lines}
