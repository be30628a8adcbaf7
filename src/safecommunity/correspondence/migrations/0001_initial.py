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
        ("jobs", "0001_initial"),
        ("ledgers", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OfficialDocument",
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
                ("kind", models.CharField(max_length=40, verbose_name="文种")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "起草"),
                            ("checking", "待核稿"),
                            ("countersigning", "待会签"),
                            ("signing", "待签发"),
                            ("signed", "待编号"),
                            ("numbered", "待印发"),
                            ("issued", "已印发"),
                            ("archived", "已归档"),
                            ("cancelled", "已作废"),
                        ],
                        default="draft",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("title", models.CharField(max_length=200, verbose_name="标题")),
                ("body", models.TextField(max_length=60000, verbose_name="正文")),
                ("head", models.CharField(blank=True, max_length=60, verbose_name="发文机关标志")),
                ("agency", models.CharField(blank=True, max_length=20, verbose_name="机关代字")),
                ("addressee", models.CharField(blank=True, max_length=300, verbose_name="主送机关")),
                ("attachments", models.JSONField(default=list, verbose_name="附件")),
                ("facts", models.JSONField(default=dict, verbose_name="会议情况")),
                ("copy_number", models.CharField(blank=True, max_length=6, verbose_name="份号")),
                (
                    "secrecy",
                    models.CharField(
                        blank=True,
                        choices=[("秘密", "秘密"), ("机密", "机密"), ("绝密", "绝密")],
                        max_length=4,
                        verbose_name="密级",
                    ),
                ),
                (
                    "urgency",
                    models.CharField(
                        blank=True,
                        choices=[("特急", "特急"), ("加急", "加急")],
                        max_length=4,
                        verbose_name="紧急程度",
                    ),
                ),
                ("signer", models.CharField(blank=True, max_length=60, verbose_name="签发人")),
                ("signature", models.CharField(blank=True, max_length=120, verbose_name="署名")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="附注")),
                ("copies_to", models.CharField(blank=True, max_length=300, verbose_name="抄送")),
                ("issuer", models.CharField(blank=True, max_length=120, verbose_name="印发机关")),
                ("signed_date", models.DateField(blank=True, null=True, verbose_name="成文日期")),
                ("issued_date", models.DateField(blank=True, null=True, verbose_name="印发日期")),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="发文字号")),
                ("content", models.JSONField(default=dict)),
                ("seal", models.CharField(blank=True, max_length=64)),
                (
                    "docx",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.file",
                    ),
                ),
                (
                    "drafter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起草人",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledgers.entry",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.body",
                        verbose_name="工作组",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                (
                    "pdf",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.file",
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
                "verbose_name": "公文",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["path", "-id"], name="official_by_path"),
                    models.Index(fields=["path", "state"], name="official_by_state"),
                ],
                "constraints": [models.UniqueConstraint(fields=("unit", "uuid"), name="official_once")],
            },
        ),
        migrations.CreateModel(
            name="Series",
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
                ("agency", models.CharField(max_length=20, verbose_name="机关代字")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("last", models.PositiveIntegerField(default=0)),
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
                "verbose_name": "发文字号序列",
                "indexes": [models.Index(fields=["path", "agency", "year"], name="series_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "agency", "year"), name="series_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Number",
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
                ("serial", models.PositiveIntegerField(verbose_name="序号")),
                ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="作废时间")),
                ("voided_reason", models.CharField(blank=True, max_length=500, verbose_name="作废原因")),
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
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="correspondence.officialdocument",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="correspondence.series",
                    ),
                ),
            ],
            options={
                "verbose_name": "发文字号",
                "ordering": ["-series__year", "series__agency", "-serial"],
                "indexes": [models.Index(fields=["path", "document"], name="number_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("series", "serial"), name="number_once"),
                    models.UniqueConstraint(fields=("document",), name="number_of_a_document"),
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
                            ("draft", "起草"),
                            ("checking", "待核稿"),
                            ("countersigning", "待会签"),
                            ("signing", "待签发"),
                            ("signed", "待编号"),
                            ("numbered", "待印发"),
                            ("issued", "已印发"),
                            ("archived", "已归档"),
                            ("cancelled", "已作废"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("draft", "起草"),
                            ("checking", "待核稿"),
                            ("countersigning", "待会签"),
                            ("signing", "待签发"),
                            ("signed", "待编号"),
                            ("numbered", "待印发"),
                            ("issued", "已印发"),
                            ("archived", "已归档"),
                            ("cancelled", "已作废"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                ("opinion", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="correspondence.officialdocument",
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
                "verbose_name": "公文办理环节",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "document"], name="official_step_by_path")],
            },
        ),
    ]
