import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import safecommunity.places.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("evidence", "0002_removed"),
        ("supervision", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DrawRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(editable=False, unique=True)),
                ("title", models.CharField(blank=True, max_length=120)),
                ("digest", models.CharField(max_length=64)),
                ("fixed_at", models.DateTimeField()),
                ("list_text", models.TextField(blank=True)),
                ("names", models.JSONField(default=dict)),
                ("seed", models.CharField(blank=True, max_length=100)),
                ("seed_source", models.CharField(blank=True, max_length=200)),
                ("drawn_at", models.DateTimeField(null=True)),
                ("cancelled_reason", models.CharField(blank=True, max_length=500)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "抽签公示",
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
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("text", models.TextField(max_length=1000, verbose_name="问题")),
                ("basis", models.CharField(max_length=300, verbose_name="依据")),
                ("severity", models.CharField(max_length=20, verbose_name="程度")),
                ("due_date", models.DateField(null=True, verbose_name="反馈期限")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待反馈"),
                            ("answered", "待确认"),
                            ("returned", "已退回"),
                            ("accepted", "已确认"),
                            ("noted", "不需反馈"),
                        ],
                        default="open",
                        max_length=12,
                        verbose_name="状态",
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
                "verbose_name": "督查发现的问题",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "state", "due_date"], name="found_due_by_path")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_date", None), ("state", "noted")),
                            models.Q(
                                models.Q(("state", "noted"), _negated=True), ("due_date__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="answer_has_a_deadline",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reply",
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
                ("words", models.TextField(max_length=2000, verbose_name="整改情况")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="反馈时间")),
                ("is_late", models.BooleanField(default=False, verbose_name="逾期反馈")),
                ("accepted", models.BooleanField(null=True, verbose_name="是否认可")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="supervision.finding",
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
                "verbose_name": "问题反馈",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "finding"], name="reply_by_path")],
            },
        ),
        migrations.CreateModel(
            name="Proof",
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
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evidence.file"
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="supervision.finding",
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
                    "reply",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="supervision.reply",
                    ),
                ),
            ],
            options={
                "verbose_name": "督查佐证",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "finding"], name="proof_by_path")],
            },
        ),
        migrations.CreateModel(
            name="Round",
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
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("announced", "明查"), ("unannounced", "暗访")],
                        max_length=12,
                        verbose_name="方式",
                    ),
                ),
                ("topics", models.JSONField(default=list, verbose_name="督查内容")),
                ("basis", models.TextField(blank=True, max_length=2000, verbose_name="依据和要求")),
                ("starts_date", models.DateField(verbose_name="开始日期")),
                ("ends_date", models.DateField(verbose_name="结束日期")),
                ("counts", models.JSONField(default=dict)),
                ("weights", models.JSONField(default=dict)),
                ("conflicts", models.JSONField(default=list)),
                ("team", models.PositiveSmallIntegerField(default=2, verbose_name="每组人数")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planning", "编制名单"),
                            ("fixed", "名单已固定"),
                            ("drawn", "已抽签"),
                            ("circulated", "已通报"),
                            ("cancelled", "已作废"),
                        ],
                        default="planning",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("list_text", models.TextField(blank=True)),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="名单摘要")),
                ("names", models.JSONField(default=dict)),
                ("fixed_at", models.DateTimeField(null=True, verbose_name="固定时间")),
                ("seed", models.CharField(blank=True, max_length=100, verbose_name="种子")),
                ("seed_source", models.CharField(blank=True, max_length=200, verbose_name="种子来源")),
                ("drawn_at", models.DateTimeField(null=True, verbose_name="抽签时间")),
                ("cancelled_reason", models.CharField(blank=True, max_length=500, verbose_name="作废原因")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "drawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "fixed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inspectors",
                    models.ManyToManyField(
                        related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="督查人员"
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
                "verbose_name": "督查轮次",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["path", "-id"], name="round_by_path")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_date__gte", models.F("starts_date"))),
                        name="round_ends_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("seed", ""),
                            models.Q(
                                models.Q(("digest", ""), _negated=True),
                                ("drawn_at__gte", models.F("fixed_at")),
                            ),
                            _connector="OR",
                        ),
                        name="seed_after_the_list",
                    ),
                ],
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
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("announced", "明查"), ("unannounced", "暗访")],
                        max_length=12,
                        verbose_name="方式",
                    ),
                ),
                ("topics", models.JSONField(default=list, verbose_name="督查内容")),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "待督查"), ("done", "已督查"), ("cancelled", "已取消")],
                        default="planned",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("starts_date", models.DateField(verbose_name="最早日期")),
                ("ends_date", models.DateField(verbose_name="最晚日期")),
                ("day", models.DateField(null=True, verbose_name="督查日期")),
                ("drawn", models.JSONField(default=list)),
                ("team_reason", models.CharField(blank=True, max_length=300, verbose_name="换人原因")),
                ("summary", models.TextField(blank=True, max_length=2000, verbose_name="总体情况")),
                ("done_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                ("cancelled_reason", models.CharField(blank=True, max_length=500, verbose_name="取消原因")),
                (
                    "body",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.body",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.round",
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
                    ),
                ),
                (
                    "team",
                    models.ManyToManyField(
                        related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="督查组"
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
                "verbose_name": "督查",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["path", "-id"], name="visit_by_path"),
                    models.Index(fields=["supervisor", "state"], name="visit_by_supervisor"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("round", "unit"), name="visited_once_a_round"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            models.Q(("day__isnull", False), ("done_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="visit_done_on_a_day",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="finding",
            name="visit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="supervision.visit"
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["path", "visit"], name="found_by_path"),
        ),
    ]
