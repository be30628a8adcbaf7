import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import safecommunity.places.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("ledgers", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="File",
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
                ("sha256", models.CharField(editable=False, max_length=64)),
                ("sent_sha256", models.CharField(editable=False, max_length=64)),
                ("size", models.PositiveBigIntegerField(editable=False, verbose_name="大小")),
                ("kind", models.CharField(editable=False, max_length=10, verbose_name="类型")),
                ("name", models.CharField(editable=False, max_length=200, verbose_name="原文件名")),
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                ("proof_date", models.DateField(blank=True, null=True, verbose_name="证明日期")),
                ("remark", models.TextField(blank=True, max_length=1000, verbose_name="说明")),
                ("taken_at", models.DateTimeField(blank=True, null=True, verbose_name="拍摄时间")),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="经度")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="纬度")),
                ("width", models.PositiveIntegerField(blank=True, null=True)),
                ("height", models.PositiveIntegerField(blank=True, null=True)),
                ("likeness", models.CharField(blank=True, max_length=16)),
                ("has_preview", models.BooleanField(default=False)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                ("withdrawn_reason", models.CharField(blank=True, max_length=200, verbose_name="撤回原因")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
                (
                    "earlier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="evidence.file",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledgers.entry",
                        verbose_name="所属台账记录",
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
                "verbose_name": "佐证文件",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["path", "-id"], name="file_by_path"),
                    models.Index(fields=["sha256"], name="file_by_content"),
                    models.Index(fields=["entry"], name="file_by_entry"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("unit", "sent_sha256"),
                        name="file_once_in_unit",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Citation",
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
                ("indicator", models.CharField(max_length=80, verbose_name="评定指标")),
                ("period", models.CharField(blank=True, max_length=7, verbose_name="期间")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
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
                    "entry",
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
            ],
            options={
                "verbose_name": "引用",
                "ordering": ["indicator", "id"],
                "indexes": [
                    models.Index(fields=["path", "indicator"], name="citation_by_path"),
                    models.Index(fields=["file"], name="citation_by_file"),
                    models.Index(fields=["entry"], name="citation_by_entry"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entry__isnull", False), ("file", None)),
                            models.Q(("entry", None), ("file__isnull", False)),
                            _connector="OR",
                        ),
                        name="citation_of_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("entry", None)),
                        fields=("unit", "file", "indicator"),
                        name="file_cited_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("file", None)),
                        fields=("unit", "entry", "indicator"),
                        name="entry_cited_once",
                    ),
                ],
            },
        ),
    ]
