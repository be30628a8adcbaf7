"""The records of every ledger in one table; what a record holds is said by its ledger file."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from safecommunity.core.ledgers import LedgerType
from safecommunity.library import ledgers
from safecommunity.units.scope import UnitRow


class Entry(UnitRow):
    """One record of one ledger.

    `data` holds the clean values by field; of a sealed field only the masked value stands there, the value
    itself is in `sealed`, bound to this entry. `search` is made of the values by the action that saves them.
    `client_uuid` was made by whoever filled the record in: sent again, however late, it is the same record.
    An entry is never deleted, only withdrawn.
    """

    ledger = models.CharField(_("台账"), max_length=60)
    title = models.CharField(_("名称"), max_length=250)
    record_date = models.DateField(_("记录日期"), null=True, blank=True)
    expires_date = models.DateField(_("到期日期"), null=True, blank=True)
    data = models.JSONField(_("内容"), default=dict)
    sealed = models.JSONField(_("密封内容"), default=dict)
    search = models.TextField(blank=True)
    unique_key = models.CharField(max_length=64, blank=True)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    client_uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    is_starred = models.BooleanField(_("待核实"), default=False)
    remark = models.TextField(_("备注"), max_length=1000, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("撤回原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("台账记录")
        ordering = ["-record_date", "-id"]
        indexes = [
            models.Index(fields=["path", "ledger", "-record_date", "-id"], name="entry_by_path"),
            models.Index(fields=["path", "ledger", "expires_date"], name="entry_by_expiry"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "client_uuid"], name="entry_once"),
            models.UniqueConstraint(
                fields=["unit", "ledger", "unique_key"],
                condition=Q(withdrawn_at=None) & ~Q(unique_key=""),
                name="entry_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def type(self) -> LedgerType:
        return ledgers[self.ledger]


class SealedKey(UnitRow):
    """The blind index of a sealed value, for exact search: equal values of a field give equal digests."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("密封值索引")
        indexes = [models.Index(fields=["path", "field", "digest"], name="sealed_by_path")]
        constraints = [models.UniqueConstraint(fields=["entry", "field"], name="sealed_once")]

    def __str__(self) -> str:
        return self.field


class SavedView(UnitRow):
    """A list someone wants again: the ledger and the questions asked of it, as in the address."""

    ledger = models.CharField(_("台账"), max_length=60)
    name = models.CharField(_("名称"), max_length=60)
    query = models.CharField(_("条件"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_shared = models.BooleanField(_("本单位共用"), default=False)

    class Meta:
        verbose_name = _("保存的视图")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["path", "ledger"], name="view_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "ledger", "by", "name"], name="view_name_once")
        ]

    def __str__(self) -> str:
        return self.name
