"""Notices by e-mail, where a mail server is set up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.utils import timezone

from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.notices.models import Notice


@task("notices.mail")
def mail(job: Job, progress: Progress) -> dict[str, Any]:
    """Whoever was told under the key and has an address; each is noted as soon as it is sent."""
    waiting = Notice.objects.filter(key=job.arguments["key"], mailed_at=None).exclude(to__email="")
    sent = 0
    with get_connection() as connection:
        for notice in waiting.select_related("to", "unit"):
            lines = [notice.title, notice.address and settings.SITE + notice.address]
            send_mail(
                f"{notice.unit.name}：{notice.title}".replace("\n", " "),
                "\n\n".join(line for line in lines if line),
                settings.DEFAULT_FROM_EMAIL,
                [notice.to.email],
                connection=connection,
            )
            Notice.objects.filter(pk=notice.pk).update(mailed_at=timezone.now())
            sent += 1
            progress.step(sent, sent)
    return {"sent": sent}
