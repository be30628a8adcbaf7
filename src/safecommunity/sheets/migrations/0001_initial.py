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
            name="ImportBatch",
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
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("looking", "正在打开"),
                            ("matching", "待核对列"),
                            ("checking", "正在核对"),
                            ("checked", "待确认"),
                            ("running", "正在导入"),
                            ("done", "已导入"),
                            ("undoing", "正在撤销"),
                            ("undone", "已撤销"),
                            ("refused", "未能打开"),
                            ("dropped", "已放弃"),
                        ],
                        default="looking",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        blank=True,
                        choices=[("all", "全部正确才导入"), ("good", "只导入正确的行")],
                        max_length=4,
                        verbose_name="方式",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="文件名")),
                ("sha256", models.CharField(editable=False, max_length=64)),
                ("size", models.PositiveBigIntegerField(verbose_name="大小")),
                ("file", models.CharField(blank=True, editable=False, max_length=32)),
                ("kind", models.CharField(blank=True, max_length=4)),
                ("encoding", models.CharField(blank=True, max_length=12, verbose_name="编码")),
                ("sheets", models.JSONField(default=list)),
                ("sheet", models.CharField(blank=True, max_length=60, verbose_name="工作表")),
                ("heading_row", models.PositiveIntegerField(default=0, verbose_name="标题行")),
                ("headings", models.JSONField(default=list)),
                ("sample", models.TextField(blank=True)),
                ("columns", models.JSONField(default=list)),
                ("position", models.PositiveIntegerField(default=0)),
                ("taken", models.PositiveIntegerField(default=0)),
                ("kept", models.PositiveIntegerField(default=0, verbose_name="保留")),
                ("new", models.PositiveIntegerField(default=0, verbose_name="新增")),
                ("changed", models.PositiveIntegerField(default=0, verbose_name="变更")),
                ("unchanged", models.PositiveIntegerField(default=0, verbose_name="无变化")),
                ("refused", models.PositiveIntegerField(default=0, verbose_name="拒绝")),
                ("unusual", models.PositiveIntegerField(default=0, verbose_name="异常值")),
                ("reason", models.JSONField(default=dict)),
                ("finished_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="导入人",
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
                "verbose_name": "导入",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["path", "ledger", "-id"], name="import_by_path")],
            },
        ),
        migrations.CreateModel(
            name="StagedRow",
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
                ("number", models.PositiveIntegerField(verbose_name="行")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("new", "新增"),
                            ("changed", "变更"),
                            ("unchanged", "无变化"),
                            ("refused", "拒绝"),
                        ],
                        max_length=9,
                        verbose_name="结果",
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=64)),
                ("entry", models.BigIntegerField(null=True)),
                ("entry_version", models.PositiveIntegerField(null=True)),
                ("content", models.TextField()),
                ("before", models.TextField(blank=True)),
                ("reasons", models.JSONField(default=dict)),
                ("unusual", models.JSONField(default=dict)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="sheets.importbatch"
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
                "verbose_name": "待导入的行",
                "ordering": ["number"],
                "indexes": [
                    models.Index(fields=["batch", "outcome", "number"], name="staged_by_outcome"),
                    models.Index(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=["batch", "key"],
                        name="staged_by_key",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("batch", "number"), name="staged_once")],
            },
        ),
    ]
