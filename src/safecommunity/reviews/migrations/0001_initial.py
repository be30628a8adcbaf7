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
            name="Title",
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
                ("scheme", models.CharField(max_length=60, verbose_name="评定方案")),
                ("level", models.CharField(max_length=20, verbose_name="级别")),
                ("name", models.CharField(max_length=80, verbose_name="称号")),
                ("number", models.CharField(max_length=60, verbose_name="证书编号")),
                ("plaque", models.CharField(blank=True, max_length=60, verbose_name="牌匾编号")),
                ("granted_by", models.CharField(max_length=100, verbose_name="命名单位")),
                ("named_date", models.DateField(verbose_name="命名日期")),
                ("valid_until", models.DateField(verbose_name="有效期至")),
                (
                    "state",
                    models.CharField(
                        choices=[("granted", "有效"), ("renewed", "已续期"), ("withdrawn", "已撤销")],
                        default="granted",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("ended_date", models.DateField(null=True, verbose_name="终止日期")),
                ("ended_reason", models.CharField(blank=True, max_length=500, verbose_name="终止原因")),
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
                    "renews",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reviews.title",
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
                "verbose_name": "称号",
                "ordering": ["valid_until", "id"],
                "indexes": [models.Index(fields=["path", "valid_until"], name="title_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("scheme", "number"), name="title_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "granted")),
                        fields=("unit", "scheme"),
                        name="title_held_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("named_date"))),
                        name="title_ends_after_naming",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_date", None), ("state", "granted")),
                            models.Q(
                                models.Q(("state", "granted"), _negated=True), ("ended_date__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="title_ended_on_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
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
                ("code", models.CharField(max_length=40)),
                ("due_date", models.DateField(verbose_name="应在此日前")),
                ("done_date", models.DateField(null=True, verbose_name="完成日期")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("passed", "通过"), ("failed", "未通过")],
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=1000, verbose_name="情况说明")),
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
                (
                    "title",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="reviews.title"
                    ),
                ),
            ],
            options={
                "verbose_name": "称号期内事项",
                "ordering": ["due_date", "id"],
                "indexes": [models.Index(fields=["path", "due_date"], name="title_duty_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("title", "code", "due_date"), name="title_duty_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_date", None), ("outcome", "")),
                            models.Q(("done_date__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="title_duty_done_with_an_outcome",
                    ),
                ],
            },
        ),
    ]
