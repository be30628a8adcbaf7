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
            name="Return",
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
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("form", models.CharField(default="monthly", max_length=40)),
                ("month", models.CharField(max_length=7, verbose_name="月份")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "编制中"),
                            ("submitted", "已报送"),
                            ("returned", "已退回"),
                            ("checked", "已审核"),
                            ("summarised", "已汇总"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("is_summary", models.BooleanField(default=False, verbose_name="汇总")),
                ("figures", models.JSONField(default=dict)),
                ("corrections", models.JSONField(default=dict)),
                ("words", models.JSONField(default=dict)),
                ("sources", models.JSONField(default=list)),
                ("is_zero", models.BooleanField(default=False, verbose_name="零报告")),
                (
                    "compiled_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="编制时间"),
                ),
                ("due_date", models.DateField(verbose_name="截止日期")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="报送时间")),
                ("first_submitted_date", models.DateField(blank=True, null=True, verbose_name="首次报送")),
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
                "verbose_name": "月报",
                "ordering": ["-month", "path"],
                "indexes": [models.Index(fields=["path", "month"], name="return_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "form", "month"), name="return_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
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
                ("act", models.CharField(max_length=20, verbose_name="环节")),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("draft", "编制中"),
                            ("submitted", "已报送"),
                            ("returned", "已退回"),
                            ("checked", "已审核"),
                            ("summarised", "已汇总"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("draft", "编制中"),
                            ("submitted", "已报送"),
                            ("returned", "已退回"),
                            ("checked", "已审核"),
                            ("summarised", "已汇总"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="原因")),
                ("figures", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="returns.return"
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
                "verbose_name": "月报环节",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "row"], name="return_step_by_path")],
            },
        ),
    ]
