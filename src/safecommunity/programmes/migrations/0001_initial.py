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
        ("evidence", "0002_removed"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "日历订阅",
            },
        ),
        migrations.CreateModel(
            name="Programme",
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
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("template", models.CharField(max_length=60, verbose_name="方案模板")),
                ("template_version", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120, verbose_name="名称")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preparing", "准备中"),
                            ("running", "进行中"),
                            ("finished", "已完成"),
                            ("stopped", "已停止"),
                        ],
                        default="preparing",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("start_date", models.DateField(verbose_name="开始日期")),
                ("goal_date", models.DateField(null=True, verbose_name="目标日期")),
                ("choices", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
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
                "verbose_name": "创建计划",
                "ordering": ["-start_date", "-id"],
                "indexes": [models.Index(fields=["path", "state"], name="programme_by_path")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "preparing"), ("goal_date__isnull", False), _connector="OR"
                        ),
                        name="running_has_a_goal_date",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
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
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=80)),
                ("step", models.CharField(blank=True, max_length=60)),
                ("part", models.CharField(blank=True, max_length=60)),
                ("phase", models.CharField(blank=True, max_length=60, verbose_name="阶段")),
                ("text", models.CharField(max_length=200, verbose_name="任务")),
                ("role", models.CharField(blank=True, max_length=100, verbose_name="责任单位")),
                ("days", models.PositiveSmallIntegerField(default=1, verbose_name="工作日")),
                ("after", models.JSONField(default=list)),
                ("not_before", models.DateField(blank=True, null=True, verbose_name="最早开始")),
                ("by_date", models.DateField(blank=True, null=True, verbose_name="最晚完成")),
                ("fixed_date", models.DateField(blank=True, null=True, verbose_name="固定日期")),
                ("start_date", models.DateField(verbose_name="计划开始")),
                ("due_date", models.DateField(verbose_name="计划完成")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("todo", "待办"),
                            ("doing", "进行中"),
                            ("done", "已完成"),
                            ("cancelled", "已取消"),
                        ],
                        default="todo",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=500, verbose_name="备注")),
                ("done_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.file",
                        verbose_name="证明材料",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programmes.programme",
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
                "verbose_name": "任务",
                "ordering": ["due_date", "id"],
                "indexes": [models.Index(fields=["path", "state", "due_date"], name="task_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "code"), name="task_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_at", None)),
                            _connector="OR",
                        ),
                        name="task_done_at_some_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
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
                ("number", models.PositiveIntegerField()),
                ("goal_date", models.DateField(verbose_name="目标日期")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="原因")),
                ("dates", models.JSONField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programmes.programme",
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
                "verbose_name": "计划版本",
                "ordering": ["-number"],
                "indexes": [models.Index(fields=["path", "programme"], name="plan_version_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "number"), name="plan_version_once")
                ],
            },
        ),
    ]
