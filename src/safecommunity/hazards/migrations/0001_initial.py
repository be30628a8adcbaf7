import uuid

import django.core.validators
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
        ("ledgers", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="HiddenHazard",
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
                ("client_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("year", models.PositiveSmallIntegerField(editable=False)),
                ("serial", models.PositiveIntegerField(editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "已登记"),
                            ("graded", "已核定"),
                            ("assigned", "已派发"),
                            ("rectifying", "整改中"),
                            ("waiting", "待复查"),
                            ("passed", "复查通过"),
                            ("closed", "已销号"),
                            ("duplicate", "重复"),
                            ("void", "作废"),
                        ],
                        default="registered",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "grade",
                    models.CharField(
                        blank=True,
                        choices=[("general", "一般隐患"), ("major", "重大隐患")],
                        max_length=10,
                        verbose_name="等级",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("high", "严重"), ("medium", "较重"), ("low", "轻微")],
                        default="medium",
                        max_length=10,
                        verbose_name="严重程度",
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="类型")),
                ("cause", models.CharField(max_length=20, verbose_name="成因")),
                ("field", models.CharField(max_length=20, verbose_name="领域")),
                ("place", models.CharField(max_length=200, verbose_name="地点")),
                ("place_key", models.CharField(editable=False, max_length=210)),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="经度")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="纬度")),
                ("is_outside", models.BooleanField(default=False, verbose_name="位置在辖区外")),
                ("text", models.TextField(max_length=2000, verbose_name="问题描述")),
                ("basis", models.CharField(blank=True, max_length=500, verbose_name="依据")),
                ("found_at", models.DateTimeField(verbose_name="发现时间")),
                ("device_at", models.DateTimeField(null=True, verbose_name="设备时间")),
                ("is_clock_off", models.BooleanField(default=False, verbose_name="设备时钟不准")),
                ("found_by", models.CharField(max_length=60, verbose_name="发现人")),
                ("item", models.CharField(blank=True, max_length=120)),
                ("measures", models.TextField(blank=True, max_length=2000, verbose_name="整改措施")),
                (
                    "funds",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="整改资金（元）"
                    ),
                ),
                ("responsible_unit", models.CharField(blank=True, max_length=120, verbose_name="责任单位")),
                ("responsible_person", models.CharField(blank=True, max_length=60, verbose_name="责任人")),
                ("due_at", models.DateTimeField(null=True, verbose_name="整改期限")),
                ("asked_until", models.DateTimeField(null=True, verbose_name="申请延至")),
                ("asked_why", models.CharField(blank=True, max_length=500, verbose_name="延期理由")),
                ("guarantees", models.JSONField(default=dict, verbose_name="五落实")),
                ("fixed_at", models.DateTimeField(null=True, verbose_name="整改完成时间")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="复查时间")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="销号时间")),
                ("supervisor", models.CharField(blank=True, max_length=60, verbose_name="督办人")),
                ("stepped_at", models.DateTimeField(null=True, verbose_name="逾期督办时间")),
                ("listed_at", models.DateTimeField(null=True, verbose_name="挂牌时间")),
                ("listed_until", models.DateField(null=True, verbose_name="挂牌期限")),
                ("delisted_at", models.DateTimeField(null=True, verbose_name="摘牌时间")),
                ("is_repeat", models.BooleanField(default=False, verbose_name="反复出现")),
                ("root_cause", models.TextField(blank=True, max_length=2000, verbose_name="根本原因")),
                ("search", models.TextField(blank=True, editable=False)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复查人",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="单位联系人",
                    ),
                ),
                (
                    "earlier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hazards.hiddenhazard",
                    ),
                ),
                (
                    "handler",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="办理单位",
                    ),
                ),
                (
                    "listed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "overseer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="督办单位",
                    ),
                ),
                (
                    "premises",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledgers.entry",
                        verbose_name="所在单位场所",
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
                "verbose_name": "隐患",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["path", "-id"], name="hazard_by_path"),
                    models.Index(fields=["path", "state", "due_at"], name="hazard_by_state"),
                    models.Index(fields=["path", "found_at", "state", "grade"], name="hazard_by_day"),
                    models.Index(fields=["path", "place_key"], name="hazard_by_place"),
                    models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["contact"],
                        name="hazard_by_contact",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "year", "serial"), name="hazard_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["registered", "duplicate", "void"]),
                            models.Q(("grade", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="hazard_graded_before_it_goes_on",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["assigned", "rectifying"]), _negated=True),
                            ("due_at__isnull", False),
                            _connector="OR",
                        ),
                        name="hazard_to_be_fixed_has_a_deadline",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True),
                            models.Q(("checked_at__isnull", False), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="hazard_closed_after_a_check",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=60, verbose_name="给谁")),
                ("expires_at", models.DateTimeField(verbose_name="有效期至")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="停用时间")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hazard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hazards.hiddenhazard",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "整改通知链接",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Plan",
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
                ("name", models.CharField(max_length=120, verbose_name="计划名称")),
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("comprehensive", "综合检查"),
                            ("special", "专项检查"),
                            ("random", "随机抽查"),
                            ("patrol", "日常巡查"),
                        ],
                        max_length=20,
                        verbose_name="检查类别",
                    ),
                ),
                ("field", models.CharField(max_length=20, verbose_name="领域")),
                ("checklists", models.JSONField(default=list, verbose_name="检查表")),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("day", "每天"),
                            ("week", "每周"),
                            ("month", "每月"),
                            ("quarter", "每季度"),
                            ("half-year", "每半年"),
                            ("year", "每年"),
                        ],
                        max_length=10,
                        verbose_name="频次",
                    ),
                ),
                ("from_date", models.DateField(verbose_name="从")),
                ("to_date", models.DateField(verbose_name="到")),
                ("grades", models.JSONField(default=list, verbose_name="风险等级")),
                ("premises_kinds", models.JSONField(default=list, verbose_name="场所类别")),
                ("places", models.TextField(blank=True, max_length=5000, verbose_name="其他地点")),
                ("draw", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="每轮抽取数")),
                ("leader", models.CharField(max_length=60, verbose_name="带队人")),
                ("members", models.CharField(blank=True, max_length=300, verbose_name="检查人员")),
                ("is_active", models.BooleanField(default=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
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
                "verbose_name": "检查计划",
                "ordering": ["-year", "kind", "id"],
                "indexes": [models.Index(fields=["path", "year"], name="plan_of_inspection_by_path")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_date__lte", models.F("to_date"))), name="plan_not_backward"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("draw__gte", 1), ("kind", "random")),
                            models.Q(models.Q(("kind", "random"), _negated=True), ("draw", None)),
                            _connector="OR",
                        ),
                        name="random_plan_says_how_many",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Inspection",
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
                ("client_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("period", models.CharField(blank=True, max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("comprehensive", "综合检查"),
                            ("special", "专项检查"),
                            ("random", "随机抽查"),
                            ("patrol", "日常巡查"),
                        ],
                        max_length=20,
                        verbose_name="检查类别",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="检查名称")),
                ("field", models.CharField(max_length=20, verbose_name="领域")),
                ("checklists", models.JSONField(default=list, verbose_name="检查表")),
                ("from_date", models.DateField(verbose_name="从")),
                ("due_date", models.DateField(verbose_name="应完成日期")),
                ("leader", models.CharField(max_length=60, verbose_name="带队人")),
                ("members", models.CharField(blank=True, max_length=300, verbose_name="检查人员")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "待检查"),
                            ("running", "检查中"),
                            ("done", "已完成"),
                            ("cancelled", "已取消"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("started_at", models.DateTimeField(null=True, verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("opinion", models.TextField(blank=True, max_length=2000, verbose_name="意见建议")),
                ("drum", models.TextField(blank=True)),
                ("seed", models.CharField(blank=True, max_length=200, verbose_name="随机种子")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
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
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hazards.plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "检查",
                "ordering": ["-due_date", "-id"],
                "indexes": [
                    models.Index(fields=["path", "state"], name="inspection_by_state"),
                    models.Index(fields=["path", "-due_date", "-id"], name="inspection_by_path"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("plan__isnull", False)),
                        fields=("plan", "period"),
                        name="round_of_plan_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Rectification",
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
                ("client_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.TextField(max_length=2000, verbose_name="整改情况")),
                (
                    "cost",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="实际费用（元）"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="提交时间")),
                ("by_name", models.CharField(max_length=60, verbose_name="提交人")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("pass", "复查通过"), ("fail", "复查不通过")],
                        max_length=10,
                        verbose_name="复查结果",
                    ),
                ),
                ("checked_at", models.DateTimeField(null=True, verbose_name="复查时间")),
                ("opinion", models.TextField(blank=True, max_length=2000, verbose_name="复查意见")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hazard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hazards.hiddenhazard",
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
                "verbose_name": "整改",
                "ordering": ["number"],
                "indexes": [models.Index(fields=["path", "hazard"], name="rectification_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("hazard", "number"), name="rectification_once"),
                    models.CheckConstraint(
                        condition=models.Q(("result", ""), ("checked_at__isnull", False), _connector="OR"),
                        name="rectification_result_has_a_day",
                    ),
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
                ("act", models.CharField(max_length=20)),
                ("before", models.CharField(max_length=12)),
                ("after", models.CharField(max_length=12)),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("by_name", models.CharField(max_length=60)),
                ("words", models.TextField(blank=True, max_length=2000, verbose_name="说明")),
                ("facts", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hazard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hazards.hiddenhazard",
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
                "verbose_name": "办理",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "hazard"], name="hazard_step_by_path")],
            },
        ),
        migrations.CreateModel(
            name="Visit",
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
                ("client_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("place", models.CharField(max_length=200, verbose_name="场所、地点")),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="经度")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="纬度")),
                ("order", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[("todo", "待检查"), ("done", "已检查"), ("skipped", "未检查")],
                        default="todo",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("answers", models.JSONField(default=dict)),
                ("why", models.CharField(blank=True, max_length=200, verbose_name="未检查原因")),
                ("done_at", models.DateTimeField(null=True, verbose_name="检查时间")),
                ("device_at", models.DateTimeField(null=True, verbose_name="设备时间")),
                ("is_clock_off", models.BooleanField(default=False)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hazards.inspection"
                    ),
                ),
                (
                    "premises",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledgers.entry",
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
                "verbose_name": "检查场所",
                "ordering": ["order", "id"],
                "indexes": [
                    models.Index(fields=["path", "done_at"], name="inspected_by_path"),
                    models.Index(fields=["inspection", "order"], name="inspected_by_round"),
                    models.Index(fields=["premises", "done_at"], name="inspected_by_premises"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Photo",
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
                ("item", models.CharField(blank=True, max_length=120)),
                (
                    "side",
                    models.CharField(
                        choices=[("before", "整改前"), ("after", "整改后"), ("check", "检查")], max_length=10
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("device_at", models.DateTimeField(null=True, verbose_name="设备时间")),
                ("longitude", models.FloatField(blank=True, null=True)),
                ("latitude", models.FloatField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.file",
                    ),
                ),
                (
                    "hazard",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hazards.hiddenhazard",
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
                (
                    "rectification",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hazards.rectification",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hazards.visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "照片",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["path", "hazard"], name="photo_by_path"),
                    models.Index(fields=["hazard"], name="photo_by_hazard"),
                    models.Index(fields=["visit"], name="photo_by_visit"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hazard__isnull", False), ("visit", None)),
                            models.Q(("hazard", None), ("visit__isnull", False)),
                            _connector="OR",
                        ),
                        name="photo_of_one_thing",
                    ),
                    models.UniqueConstraint(fields=("hazard", "side", "sha256"), name="photo_of_hazard_once"),
                    models.UniqueConstraint(fields=("visit", "item", "sha256"), name="photo_of_visit_once"),
                ],
            },
        ),
        migrations.AddField(
            model_name="hiddenhazard",
            name="visit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hazards.visit",
            ),
        ),
        migrations.AddIndex(
            model_name="hiddenhazard",
            index=models.Index(
                condition=models.Q(("visit__isnull", False)), fields=["visit"], name="hazard_by_visit"
            ),
        ),
    ]
