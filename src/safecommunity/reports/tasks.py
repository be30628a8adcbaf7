"""What runs later: composing a paper and making its files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.evidence import archive
from safecommunity.evidence import store as evidence
from safecommunity.evidence.packing import clean_name
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.jobs.worker import Refused
from safecommunity.reports import actions, queries, store
from safecommunity.reports.packing import write_package
from safecommunity.reports.subjects import SubjectGone
from safecommunity.units.permissions import Permission


@task("reports.make", needs=Permission.REPORT_MAKE)
def make(job: Job, progress: Progress) -> dict[str, Any]:
    """Compose the paper of the job; nothing when it was thrown away or is made already."""
    paper = queries.paper(job.unit, job.arguments["paper"])
    if paper is None:
        return {}
    try:
        done = actions.complete(paper=paper, today=timezone.localdate(), step=progress.step, by=job.by)
    except SubjectGone as error:
        raise Refused(_("这份文书所述的事项已经找不到，不能生成。")) from error
    return {"paper": paper.pk} if done else {}


@task("reports.about", needs=Permission.REPORT_MAKE)
def about(job: Job, progress: Progress) -> dict[str, Any]:
    """Arguments: `document`, `subject`. A paper that a step calls for, once a step."""
    document, subject = job.arguments["document"], UUID(job.arguments["subject"])
    try:
        made = actions.make_about(
            document=document, subject=subject, unit=job.unit, by=job.by, asked=job.created_at
        )
    except actions.Refused as error:
        raise Refused(str(error)) from error
    return {"paper": made.pk}


@task("reports.package", needs=Permission.REPORT_VIEW)
def pack(job: Job, progress: Progress) -> dict[str, Any]:
    """Arguments: `paper`. The paper with the evidence of its year, in one zip."""
    paper = queries.paper(job.unit, job.arguments["paper"])
    if paper is None or paper.assessment is None:
        raise Refused(_("这份文书已被删除，不能打包。"))
    year = paper.span.start.year
    total = sum(1 for _item in archive.items(job.unit, paper.assessment.rules, year)) + 1
    name = clean_name(paper.title)
    path = progress.file(f"{name} {_('第 %(n)s 版') % {'n': paper.issue}}.zip")
    try:
        lines = write_package(path, paper, told=lambda count: progress.step(count, total))
    except (store.Damaged, evidence.Damaged) as damaged:
        raise Refused(
            _("文件 %(sha256)s 缺失或已被改动，没有打包。请系统管理员运行检查并从备份恢复。")
            % {"sha256": damaged.sha256[:12]}
        ) from damaged
    progress.step(total, total)
    return {"lines": lines}
