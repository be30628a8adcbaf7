"""What the system tells a person: something is due, late, sent back, or has been found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity.units.models import Unit


class Notice(models.Model):
    """One thing told to one person. It belongs to the person, not to the unit it speaks of.

    `key` names what is told: told once, it is not told again, however often it is found anew.
    """

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("类别"), max_length=60)
    title = models.CharField(_("内容"), max_length=250)
    key = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(_("时间"), default=timezone.now)
    read_at = models.DateTimeField(_("已读时间"), null=True)
    mailed_at = models.DateTimeField(_("邮件时间"), null=True)

    class Meta:
        verbose_name = _("提醒")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["to", "-id"], name="notice_by_person"),
            models.Index(fields=["to"], name="notice_unread", condition=Q(read_at=None)),
        ]
        constraints = [models.UniqueConstraint(fields=["to", "key"], name="notice_once")]

    def __str__(self) -> str:
        return self.title
