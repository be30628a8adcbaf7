import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import safecommunity.places.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("short_name", models.CharField(blank=True, max_length=30, verbose_name="简称")),
                ("slug", models.SlugField(max_length=40, unique=True, verbose_name="网址代码")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("province-office", "省级创建办"),
                            ("city-office", "市级创建办"),
                            ("county-office", "区县创建办"),
                            ("sub-district", "城市型（街道）"),
                            ("township", "农村型（乡镇）"),
                            ("park", "园区型"),
                            ("enterprise", "企业型"),
                            ("committee", "居委会型"),
                            ("county", "县域型"),
                            ("neighbourhood", "社区（居委会、村）"),
                            ("department", "部门"),
                        ],
                        max_length=20,
                        verbose_name="类型",
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(verbose_name="级别")),
                (
                    "path",
                    safecommunity.places.models.PrefixField(db_index=True, editable=False, max_length=255),
                ),
                ("start_date", models.DateField(blank=True, null=True, verbose_name="启动日期")),
                ("filing_date", models.DateField(blank=True, null=True, verbose_name="备案日期")),
                (
                    "area",
                    models.DecimalField(
                        blank=True,
                        decimal_places=3,
                        max_digits=12,
                        null=True,
                        verbose_name="面积（平方千米）",
                    ),
                ),
                ("population", models.PositiveIntegerField(blank=True, null=True, verbose_name="常住人口")),
                ("households", models.PositiveIntegerField(blank=True, null=True, verbose_name="户数")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="办公地址")),
                ("contact", models.CharField(blank=True, max_length=60, verbose_name="联系人")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="联系电话")),
                ("about", models.TextField(blank=True, verbose_name="概况")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
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
                    "division",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.division",
                        verbose_name="所在区划",
                    ),
                ),
                (
                    "divisions",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="places.division", verbose_name="覆盖区划"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="上级",
                    ),
                ),
            ],
            options={
                "verbose_name": "单位",
                "ordering": ["path"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("path", ""), ("path__endswith", "/"), _connector="OR"),
                        name="unit_path_ends_with_slash",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleHolding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("office", "创建办"),
                            ("city-office", "市、区创建办"),
                            ("officer", "安监员"),
                            ("project-group", "项目促进组"),
                            ("appraisal", "考核监督组"),
                            ("contact", "单位联系人"),
                            ("reporter", "上报员"),
                            ("expert", "评审专家"),
                            ("viewer", "只读"),
                            ("system-admin", "系统管理员"),
                            ("security-admin", "安全管理员"),
                            ("audit-admin", "审计管理员"),
                        ],
                        max_length=30,
                        verbose_name="角色",
                    ),
                ),
                ("from_date", models.DateField(default=django.utils.timezone.localdate, verbose_name="自")),
                ("to_date", models.DateField(blank=True, null=True, verbose_name="至")),
                ("granted_by", models.CharField(blank=True, max_length=60, verbose_name="授权人")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holdings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="units.unit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "unit", "role"), name="role_once_on_unit"),
                    models.UniqueConstraint(
                        condition=models.Q(("role__in", ["system-admin", "security-admin", "audit-admin"])),
                        fields=("user",),
                        name="one_administrator_role_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_date", None), ("to_date__gte", models.F("from_date")), _connector="OR"
                        ),
                        name="role_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Body",
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
                ("kind", models.CharField(max_length=40, verbose_name="机构类型")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("field", models.CharField(blank=True, max_length=40, verbose_name="领域")),
                ("seat", models.CharField(blank=True, max_length=100, verbose_name="设在")),
                ("duties", models.TextField(blank=True, verbose_name="职责")),
                ("document", models.CharField(blank=True, max_length=120, verbose_name="成立文件")),
                ("from_date", models.DateField(blank=True, null=True, verbose_name="成立日期")),
                ("to_date", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="排序")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.body",
                        verbose_name="上级机构",
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
                "verbose_name": "机构",
                "ordering": ["position", "id"],
                "indexes": [models.Index(fields=["path", "kind"], name="body_by_path")],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
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
                ("person", models.CharField(blank=True, max_length=60, verbose_name="姓名")),
                ("post", models.CharField(max_length=40, verbose_name="机构内职务")),
                ("organ", models.CharField(blank=True, max_length=120, verbose_name="所在单位和职务")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="联系电话")),
                ("from_date", models.DateField(blank=True, null=True, verbose_name="任职日期")),
                ("to_date", models.DateField(blank=True, null=True, verbose_name="离任日期")),
                ("document", models.CharField(blank=True, max_length=120, verbose_name="任命文件")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="排序")),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.body",
                        verbose_name="机构",
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
                "verbose_name": "任职",
                "ordering": ["position", "id"],
                "indexes": [models.Index(fields=["path", "body"], name="appointment_by_path")],
            },
        ),
    ]
