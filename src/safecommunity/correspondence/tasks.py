"""What runs later: the files and the record of an issued document."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from safecommunity.correspondence import actions, queries
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.units.permissions import Permission


@task("correspondence.file", needs=Permission.DOCUMENT_DRAFT)
def file(job: Job, progress: Progress) -> dict[str, Any]:
    """Make and keep the files of the document of the job; nothing when that is done."""
    document = queries.document(job.unit, UUID(job.arguments["document"]))
    if document is None or job.by is None:
        return {}
    done = actions.file(document=document, by=job.by)
    return {"document": str(document.uuid)} if done else {}
