import uuid
from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import safecommunity.places.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("assessment", "0001_initial"),
        ("supervision", "0002_visits"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appraisal",
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
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1990),
                            django.core.validators.MaxValueValidator(2200),
                        ],
                        verbose_name="考核年度",
                    ),
                ),
                ("scheme", models.CharField(max_length=60, verbose_name="考核方案")),
                ("scheme_version", models.PositiveIntegerField(verbose_name="方案版本")),
                ("kinds", models.JSONField(default=list, verbose_name="考核对象")),
                (
                    "margin",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("2"), max_digits=5, verbose_name="误差幅度（分）"
                    ),
                ),
                ("least_group", models.PositiveSmallIntegerField(default=3, verbose_name="每组最少单位数")),
                ("least_cases", models.PositiveIntegerField(default=20, verbose_name="比率最少例数")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "考核中"), ("published", "已公布")],
                        default="open",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("edition", models.PositiveSmallIntegerField(default=0, verbose_name="公布次数")),
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
                "verbose_name": "年度考核",
                "ordering": ["-year", "scheme"],
                "indexes": [models.Index(fields=["path", "-year"], name="appraisal_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "year", "scheme"), name="appraised_once_a_year")
                ],
            },
        ),
        migrations.CreateModel(
            name="Award",
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
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1990),
                            django.core.validators.MaxValueValidator(2200),
                        ],
                        verbose_name="年度",
                    ),
                ),
                ("honour", models.CharField(max_length=80, verbose_name="荣誉名称")),
                ("level", models.CharField(max_length=20, verbose_name="级别")),
                (
                    "holder_kind",
                    models.CharField(
                        choices=[("unit", "单位"), ("person", "个人")], max_length=10, verbose_name="对象"
                    ),
                ),
                ("holder", models.CharField(max_length=100, verbose_name="获得者")),
                ("reason", models.TextField(max_length=1000, verbose_name="事迹")),
                (
                    "money",
                    models.DecimalField(
                        decimal_places=2, max_digits=10, null=True, verbose_name="奖金（元）"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "已提名"), ("dropped", "不予表彰"), ("decided", "已表彰")],
                        default="proposed",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("proposed_date", models.DateField(verbose_name="提名日期")),
                ("decided_date", models.DateField(null=True, verbose_name="决定日期")),
                ("decision", models.CharField(blank=True, max_length=500, verbose_name="决定意见")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
                    ),
                ),
                (
                    "proposed_by",
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
                "verbose_name": "表彰奖励",
                "ordering": ["-year", "-id"],
                "indexes": [
                    models.Index(fields=["path", "-year"], name="award_by_path"),
                    models.Index(fields=["giver", "-year"], name="award_by_giver"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "dropped"), _negated=True),
                        fields=("giver", "unit", "year", "honour", "holder"),
                        name="awarded_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
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
                ("edition", models.PositiveSmallIntegerField(verbose_name="公布次数")),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=64, verbose_name="摘要")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="公布时间")),
                (
                    "reopened_reason",
                    models.CharField(blank=True, max_length=500, verbose_name="重新考核原因"),
                ),
                (
                    "appraisal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.appraisal",
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
                "verbose_name": "考核公布",
                "ordering": ["-edition"],
                "indexes": [models.Index(fields=["path", "appraisal"], name="publication_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("appraisal", "edition"), name="published_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
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
                ("year", models.PositiveSmallIntegerField(verbose_name="考核年度")),
                ("scheme", models.CharField(max_length=60, verbose_name="考核方案")),
                ("group", models.CharField(max_length=60, verbose_name="分组")),
                (
                    "points",
                    models.DecimalField(decimal_places=2, default=0, max_digits=7, verbose_name="得分"),
                ),
                ("full", models.DecimalField(decimal_places=2, default=0, max_digits=7, verbose_name="满分")),
                ("band", models.CharField(blank=True, max_length=40, verbose_name="等次")),
                ("vetoes", models.JSONField(default=list, verbose_name="否决情形")),
                ("is_final", models.BooleanField(default=False, verbose_name="已定稿")),
                ("left_out", models.CharField(blank=True, max_length=300, verbose_name="不参加排名的原因")),
                ("told", models.JSONField(default=dict)),
                ("told_at", models.DateTimeField(null=True, verbose_name="公布时间")),
                (
                    "appraisal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.appraisal",
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.assessment",
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
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
                "verbose_name": "考核结果",
                "ordering": ["group", "-points", "path"],
                "indexes": [models.Index(fields=["path", "appraisal"], name="standing_by_path")],
                "constraints": [models.UniqueConstraint(fields=("appraisal", "unit"), name="appraised_once")],
            },
        ),
    ]
