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
        ("ledgers", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Evaluation",
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
                ("number", models.PositiveSmallIntegerField(verbose_name="次数")),
                ("on_date", models.DateField(verbose_name="评价日期")),
                ("until_date", models.DateField(null=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("first", "首次评价"),
                            ("periodic", "定期复评"),
                            ("change", "情况变化"),
                            ("accident", "发生事故"),
                            ("hazard", "隐患反复"),
                        ],
                        max_length=10,
                        verbose_name="评价原因",
                    ),
                ),
                ("method", models.CharField(max_length=40, verbose_name="评价方法")),
                ("method_version", models.PositiveSmallIntegerField()),
                ("before", models.JSONField(verbose_name="控制前")),
                ("after", models.JSONField(verbose_name="控制后")),
                ("before_product", models.DecimalField(decimal_places=4, max_digits=12)),
                ("after_product", models.DecimalField(decimal_places=4, max_digits=12)),
                ("before_grade", models.CharField(max_length=20, verbose_name="控制前等级")),
                ("after_grade", models.CharField(max_length=20, verbose_name="控制后等级")),
                ("direct", models.JSONField(default=list, verbose_name="直接判定")),
                ("grade", models.CharField(max_length=20, verbose_name="风险等级")),
                ("controls", models.JSONField(default=dict, verbose_name="管控措施")),
                ("note", models.TextField(blank=True, max_length=2000, verbose_name="评价说明")),
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
                "verbose_name": "风险评价",
                "ordering": ["-number"],
                "indexes": [models.Index(fields=["path", "on_date"], name="evaluation_by_path")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_date", None), ("until_date__gte", models.F("on_date")), _connector="OR"
                        ),
                        name="evaluation_holds_forward",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskPoint",
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
                ("number", models.PositiveIntegerField(verbose_name="编号")),
                ("name", models.CharField(max_length=100, verbose_name="风险点名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("facility", "设备设施"), ("place", "场所部位"), ("activity", "作业活动")],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                ("field", models.CharField(max_length=40, verbose_name="领域")),
                ("activity", models.CharField(blank=True, max_length=200, verbose_name="部位或作业内容")),
                ("events", models.JSONField(default=list, verbose_name="可能发生的事故")),
                ("causes", models.TextField(max_length=2000, verbose_name="危险有害因素")),
                ("people", models.PositiveIntegerField(blank=True, null=True, verbose_name="受影响人数")),
                ("exposed", models.CharField(blank=True, max_length=200, verbose_name="受影响人员")),
                ("groups", models.JSONField(default=list, verbose_name="涉及的高危人群")),
                ("times", models.CharField(blank=True, max_length=200, verbose_name="高发时段")),
                ("address", models.CharField(max_length=200, verbose_name="位置")),
                (
                    "division",
                    safecommunity.places.models.PrefixField(
                        blank=True, max_length=12, verbose_name="所在区划"
                    ),
                ),
                (
                    "grid",
                    safecommunity.places.models.PrefixField(
                        blank=True, max_length=15, verbose_name="所在网格"
                    ),
                ),
                ("building", models.CharField(blank=True, max_length=100, verbose_name="楼栋")),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="经度")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="纬度")),
                ("organ", models.CharField(max_length=100, verbose_name="责任部门或单位")),
                ("responsible", models.CharField(max_length=50, verbose_name="责任人")),
                ("grade", models.CharField(blank=True, max_length=20, verbose_name="风险等级")),
                ("evaluated_date", models.DateField(null=True, verbose_name="评价日期")),
                ("review_date", models.DateField(null=True, verbose_name="复评期限")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "管控中"), ("closed", "已消除")],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("closed_date", models.DateField(null=True, verbose_name="消除日期")),
                ("closed_reason", models.CharField(blank=True, max_length=500, verbose_name="消除说明")),
                (
                    "premises",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledgers.entry",
                        verbose_name="所属单位",
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
                "verbose_name": "风险点",
                "ordering": ["number", "id"],
                "indexes": [
                    models.Index(fields=["path", "state", "grade"], name="risk_by_path"),
                    models.Index(fields=["path", "review_date"], name="risk_by_review"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "number"), name="risk_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude", None), ("longitude", None)),
                            models.Q(("latitude__isnull", False), ("longitude__isnull", False)),
                            _connector="OR",
                        ),
                        name="risk_whole_position",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewCall",
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
                    "reason",
                    models.CharField(
                        choices=[
                            ("first", "首次评价"),
                            ("periodic", "定期复评"),
                            ("change", "情况变化"),
                            ("accident", "发生事故"),
                            ("hazard", "隐患反复"),
                        ],
                        max_length=10,
                        verbose_name="复评原因",
                    ),
                ),
                ("source", models.UUIDField()),
                ("on_date", models.DateField(verbose_name="日期")),
                ("words", models.CharField(max_length=500, verbose_name="情况")),
                (
                    "answer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="risks.evaluation",
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
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="risks.riskpoint"
                    ),
                ),
            ],
            options={
                "verbose_name": "复评要求",
                "ordering": ["-on_date", "-id"],
                "indexes": [models.Index(fields=["path", "on_date"], name="review_call_by_path")],
                "constraints": [models.UniqueConstraint(fields=("point", "source"), name="review_call_once")],
            },
        ),
        migrations.AddField(
            model_name="evaluation",
            name="point",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="risks.riskpoint"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.UniqueConstraint(fields=("point", "number"), name="evaluation_number_once"),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_date", None)), fields=("point",), name="evaluation_one_in_force"
            ),
        ),
    ]
