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
            name="Window",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField(default=0)),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Report",
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
                ("receipt", models.CharField(editable=False, max_length=64, unique=True)),
                ("kind", models.CharField(max_length=20, verbose_name="类别")),
                ("field", models.CharField(blank=True, max_length=40, verbose_name="领域")),
                ("area", models.CharField(blank=True, max_length=15, verbose_name="社区或网格")),
                ("spot", models.CharField(blank=True, max_length=120, verbose_name="具体位置")),
                ("longitude", models.FloatField(null=True, verbose_name="经度")),
                ("latitude", models.FloatField(null=True, verbose_name="纬度")),
                ("is_outside", models.BooleanField(default=False, verbose_name="位置在辖区外")),
                ("words", models.TextField(verbose_name="内容")),
                ("phone", models.TextField(blank=True, editable=False)),
                ("source", models.CharField(max_length=20, verbose_name="来源")),
                ("received_at", models.DateTimeField(verbose_name="收到时间")),
                ("is_held", models.BooleanField(default=False, verbose_name="超出频次")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "待核对"),
                            ("open", "已受理"),
                            ("handling", "办理中"),
                            ("solved", "已处理"),
                            ("answered", "已答复"),
                            ("declined", "不予受理"),
                            ("merged", "并案办理"),
                        ],
                        default="received",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=120, verbose_name="事项")),
                ("due_date", models.DateField(null=True, verbose_name="答复期限")),
                ("reply", models.TextField(blank=True, verbose_name="答复")),
                ("responded_date", models.DateField(null=True, verbose_name="首次答复")),
                ("answered_date", models.DateField(null=True, verbose_name="答复日期")),
                ("asked_date", models.DateField(null=True, verbose_name="回访日期")),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "真的解决了"), ("no", "没有解决")],
                        max_length=3,
                        verbose_name="回访结果",
                    ),
                ),
                ("verdict_date", models.DateField(null=True, verbose_name="回访答复日期")),
                (
                    "body",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.body",
                        verbose_name="承办机构",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="代为登记",
                    ),
                ),
                (
                    "into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residents.report",
                        verbose_name="并入",
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
                "verbose_name": "居民反映",
                "ordering": ["-received_at", "-id"],
                "indexes": [
                    models.Index(fields=["path", "state", "-received_at"], name="report_by_path"),
                    models.Index(fields=["path", "area", "state"], name="report_by_area"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("into__isnull", False), ("state", "merged")),
                            models.Q(models.Q(("state", "merged"), _negated=True), ("into", None)),
                            _connector="OR",
                        ),
                        name="report_merged_into_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude", None), ("longitude", None)),
                            models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                            _connector="OR",
                        ),
                        name="report_whole_position",
                    ),
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
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evidence.file"
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
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="residents.report"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["path", "report"], name="report_photo_by_path")],
                "constraints": [models.UniqueConstraint(fields=("report", "file"), name="report_photo_once")],
            },
        ),
        migrations.CreateModel(
            name="Follow",
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
                ("receipt", models.CharField(editable=False, max_length=64, unique=True)),
                ("followed_at", models.DateTimeField()),
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
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="residents.report"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["path", "report"], name="report_follow_by_path")],
            },
        ),
        migrations.CreateModel(
            name="Announcement",
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
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                ("words", models.TextField(max_length=5000, verbose_name="内容")),
                ("published_date", models.DateField(verbose_name="发布日期")),
                ("withdrawn_at", models.DateTimeField(default=None, null=True, verbose_name="撤下时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发布人",
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
                "verbose_name": "公告",
                "ordering": ["-published_date", "-id"],
                "indexes": [models.Index(fields=["path", "-published_date"], name="announcement_by_path")],
            },
        ),
    ]
