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
            name="Assessment",
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
                ("scheme", models.CharField(max_length=60, verbose_name="评定方案")),
                ("scheme_version", models.PositiveIntegerField(verbose_name="方案版本")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("self", "自评"),
                            ("mock", "模拟评定"),
                            ("on-site", "现场评定"),
                            ("review", "复评"),
                        ],
                        default="self",
                        max_length=10,
                        verbose_name="评定类型",
                    ),
                ),
                ("period", models.CharField(max_length=4, verbose_name="年度")),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "评定中"), ("submitted", "已提交"), ("frozen", "已定稿")],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("suggested", models.JSONField(default=dict)),
                ("suggested_at", models.DateTimeField(null=True, verbose_name="建议更新时间")),
                (
                    "points",
                    models.DecimalField(decimal_places=2, default=0, max_digits=7, verbose_name="得分"),
                ),
                ("full", models.DecimalField(decimal_places=2, default=0, max_digits=7, verbose_name="满分")),
                (
                    "suggested_points",
                    models.DecimalField(decimal_places=2, default=0, max_digits=7, verbose_name="建议得分"),
                ),
                (
                    "confirmed_points",
                    models.DecimalField(decimal_places=2, default=0, max_digits=7, verbose_name="确认得分"),
                ),
                ("confirmed", models.PositiveSmallIntegerField(default=0, verbose_name="已确认项")),
                ("band", models.CharField(max_length=40, verbose_name="结论")),
                ("zeros", models.JSONField(default=list)),
                ("vetoes", models.JSONField(default=list)),
                ("missing", models.JSONField(default=list)),
                ("elements", models.JSONField(default=dict)),
                ("snapshot", models.JSONField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("frozen_at", models.DateTimeField(null=True, verbose_name="定稿时间")),
                (
                    "frozen_by",
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
                "verbose_name": "评定",
                "ordering": ["-period", "scheme", "-id"],
                "indexes": [models.Index(fields=["path", "scheme", "-period"], name="assessment_by_path")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("frozen_at__isnull", False), ("snapshot__isnull", False), ("state", "frozen")
                            ),
                            models.Q(
                                models.Q(("state", "frozen"), _negated=True),
                                ("frozen_at", None),
                                ("snapshot", None),
                            ),
                            _connector="OR",
                        ),
                        name="frozen_has_its_snapshot",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
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
                ("indicator", models.CharField(max_length=20, verbose_name="评定指标")),
                ("text", models.TextField(max_length=1000, verbose_name="不符合事实")),
                (
                    "severity",
                    models.CharField(
                        choices=[("minor", "一般不符合"), ("major", "严重不符合")],
                        default="minor",
                        max_length=10,
                        verbose_name="程度",
                    ),
                ),
                ("owner", models.CharField(blank=True, max_length=60, verbose_name="责任人")),
                ("due_date", models.DateField(blank=True, null=True, verbose_name="整改期限")),
                ("verification", models.TextField(blank=True, max_length=1000, verbose_name="验证情况")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="关闭时间")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="assessment.assessment",
                    ),
                ),
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
                "verbose_name": "不符合项",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "assessment"], name="finding_by_path")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at", None),
                            models.Q(("verification", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="closed_after_verification",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Grade",
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
                ("indicator", models.CharField(max_length=20, verbose_name="评定指标")),
                ("answers", models.JSONField(default=dict)),
                (
                    "points",
                    models.DecimalField(decimal_places=2, max_digits=7, null=True, verbose_name="得分"),
                ),
                ("not_applicable", models.BooleanField(default=False, verbose_name="不适用")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                ("remark", models.CharField(blank=True, max_length=500, verbose_name="备注")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="assessment.assessment",
                    ),
                ),
                (
                    "confirmed_by",
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
                "verbose_name": "指标评分",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "assessment"], name="grade_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("assessment", "indicator"), name="indicator_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", None)),
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="confirmed_by_somebody_at_some_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("not_applicable", False),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="not_applicable_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlannedAction",
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
                ("action", models.CharField(max_length=60)),
                ("indicator", models.CharField(max_length=20, verbose_name="评定指标")),
                ("text", models.CharField(max_length=200, verbose_name="措施")),
                ("owner", models.CharField(max_length=60, verbose_name="责任人")),
                ("due_date", models.DateField(verbose_name="完成期限")),
                ("effort", models.DecimalField(decimal_places=1, max_digits=7, verbose_name="人日")),
                ("cost", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="费用（元）")),
                ("gain", models.DecimalField(decimal_places=2, max_digits=7, verbose_name="可提高分值")),
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
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="assessment.assessment",
                    ),
                ),
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
                "verbose_name": "措施任务",
                "ordering": ["due_date", "id"],
                "indexes": [
                    models.Index(fields=["path", "state", "due_date"], name="planned_action_by_path")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["todo", "doing"])),
                        fields=("assessment", "action"),
                        name="action_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sheet",
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
                ("is_consensus", models.BooleanField(default=False, verbose_name="合议表")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="提交时间")),
                (
                    "points",
                    models.DecimalField(decimal_places=2, default=0, max_digits=7, verbose_name="得分"),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="assessment.assessment",
                    ),
                ),
                (
                    "assessor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="评分人",
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
                "verbose_name": "评分表",
                "ordering": ["is_consensus", "id"],
                "indexes": [models.Index(fields=["path", "assessment"], name="sheet_by_path")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_consensus", False)),
                        fields=("assessment", "assessor"),
                        name="sheet_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_consensus", True)),
                        fields=("assessment",),
                        name="one_consensus_sheet",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SheetGrade",
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
                ("indicator", models.CharField(max_length=20, verbose_name="评定指标")),
                ("answers", models.JSONField(default=dict)),
                ("not_applicable", models.BooleanField(default=False, verbose_name="不适用")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                ("remark", models.CharField(blank=True, max_length=500, verbose_name="备注")),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="assessment.sheet"
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
                "verbose_name": "评分表评分",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "sheet"], name="sheet_grade_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("sheet", "indicator"), name="sheet_indicator_once")
                ],
            },
        ),
    ]
