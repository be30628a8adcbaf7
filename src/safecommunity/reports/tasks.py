"""What runs later: composing a paper and making its files."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.jobs.worker import Refused
from safecommunity.reports import actions, queries
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
