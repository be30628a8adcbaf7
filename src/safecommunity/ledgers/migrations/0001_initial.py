import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import safecommunity.places.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", safecommunity.places.models.PrefixField(editable=False, max_length=255)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新时间"
                    ),
                ),
                ("ledger", models.CharField(max_length=60, verbose_name="台账")),
                ("title", models.CharField(max_length=250, verbose_name="名称")),
                ("record_date", models.DateField(blank=True, null=True, verbose_name="记录日期")),
                ("expires_date", models.DateField(blank=True, null=True, verbose_name="到期日期")),
                ("data", models.JSONField(default=dict, verbose_name="内容")),
                ("sealed", models.JSONField(default=dict, verbose_name="密封内容")),
                ("search", models.TextField(blank=True)),
                ("unique_key", models.CharField(blank=True, max_length=64)),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="经度")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="纬度")),
                ("client_uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("is_starred", models.BooleanField(default=False, verbose_name="待核实")),
                ("remark", models.TextField(blank=True, max_length=1000, verbose_name="备注")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                ("withdrawn_reason", models.CharField(blank=True, max_length=200, verbose_name="撤回原因")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "台账记录",
                "ordering": ["-record_date", "-id"],
                "indexes": [
                    models.Index(fields=["path", "ledger", "-record_date", "-id"], name="entry_by_path"),
                    models.Index(fields=["path", "ledger", "expires_date"], name="entry_by_expiry"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "client_uuid"), name="entry_once"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None), models.Q(("unique_key", ""), _negated=True)
                        ),
                        fields=("unit", "ledger", "unique_key"),
                        name="entry_unique",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", safecommunity.places.models.PrefixField(editable=False, max_length=255)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新时间"
                    ),
                ),
                ("ledger", models.CharField(max_length=60, verbose_name="台账")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("query", models.CharField(max_length=1000, verbose_name="条件")),
                ("is_shared", models.BooleanField(default=False, verbose_name="本单位共用")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "保存的视图",
                "ordering": ["name", "id"],
                "indexes": [models.Index(fields=["path", "ledger"], name="view_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "ledger", "by", "name"), name="view_name_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SealedKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", safecommunity.places.models.PrefixField(editable=False, max_length=255)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新时间"
                    ),
                ),
                ("field", models.CharField(max_length=120)),
                ("digest", models.CharField(max_length=64)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledgers.entry"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "密封值索引",
                "indexes": [models.Index(fields=["path", "field", "digest"], name="sealed_by_path")],
                "constraints": [models.UniqueConstraint(fields=("entry", "field"), name="sealed_once")],
            },
        ),
    ]
