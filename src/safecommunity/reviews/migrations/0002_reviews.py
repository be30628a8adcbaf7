import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import safecommunity.places.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("assessment", "0002_assessment_team"),
        ("evidence", "0002_removed"),
        ("reviews", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
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
                ("scheme_version", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("first", "初次评定"), ("renewal", "复评")],
                        default="first",
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("intent", "有意创建"),
                            ("filed", "已报备案"),
                            ("building", "建设中"),
                            ("self-assessed", "自评完成"),
                            ("applied", "逐级审核"),
                            ("returned", "已退回"),
                            ("documents", "资料审查"),
                            ("on-site", "现场评定"),
                            ("rectifying", "整改"),
                            ("deciding", "待决定"),
                            ("named", "已命名"),
                            ("qualified", "评定合格"),
                            ("refused", "未通过"),
                            ("given-up", "已撤回"),
                        ],
                        max_length=14,
                        verbose_name="状态",
                    ),
                ),
                ("leader", models.CharField(max_length=60, verbose_name="负责人")),
                ("contact", models.CharField(max_length=60, verbose_name="联系人")),
                ("phone", models.CharField(max_length=30, verbose_name="联系电话")),
                ("plan", models.TextField(max_length=2000, verbose_name="创建计划")),
                ("begun_date", models.DateField(verbose_name="提出日期")),
                ("building_date", models.DateField(null=True, verbose_name="建设起始")),
                ("applied_date", models.DateField(null=True, verbose_name="申报日期")),
                ("answer_by", models.DateField(null=True, verbose_name="办理期限")),
                ("visit_from", models.DateField(null=True, verbose_name="现场评定自")),
                ("visit_to", models.DateField(null=True, verbose_name="现场评定至")),
                ("agenda", models.JSONField(default=list)),
                ("opinion", models.TextField(blank=True, max_length=4000, verbose_name="评定意见")),
                ("decision", models.TextField(blank=True, max_length=2000, verbose_name="决定")),
                ("decided_date", models.DateField(null=True, verbose_name="决定日期")),
                (
                    "applied_by",
                    models.ForeignKey(
                        null=True,
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
                    "level",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                    ),
                ),
                (
                    "on_site",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.assessment",
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
                    "self_assessment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.assessment",
                    ),
                ),
                (
                    "title",
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
                "verbose_name": "评审",
                "ordering": ["-begun_date", "-id"],
                "indexes": [models.Index(fields=["path", "state"], name="review_by_path")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ("named", "qualified", "refused", "given-up")), _negated=True
                        ),
                        fields=("unit", "scheme"),
                        name="review_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "named"), _negated=True),
                            ("title__isnull", False),
                            _connector="OR",
                        ),
                        name="review_named_with_its_title",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "first"), ("renews", None)),
                            models.Q(("kind", "renewal"), ("renews__isnull", False)),
                            _connector="OR",
                        ),
                        name="review_renews_a_title",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Paper",
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
                ("code", models.CharField(max_length=40, verbose_name="申报材料")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "申报材料",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "review"], name="review_paper_by_path")],
                "constraints": [models.UniqueConstraint(fields=("review", "code"), name="review_paper_once")],
            },
        ),
        migrations.CreateModel(
            name="Filing",
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
                ("centre", models.CharField(max_length=40, verbose_name="备案机构")),
                ("filed_date", models.DateField(verbose_name="报送日期")),
                ("receipt_number", models.CharField(blank=True, max_length=60, verbose_name="回执编号")),
                ("receipt_date", models.DateField(null=True, verbose_name="回执日期")),
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
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "启动备案",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "review"], name="filing_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("review", "centre"), name="filed_once_with_a_centre"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("receipt_date", None), ("receipt_number", "")),
                            models.Q(
                                ("receipt_date__gte", models.F("filed_date")),
                                models.Q(("receipt_number", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="receipt_after_filing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Expert",
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
                ("is_lead", models.BooleanField(default=False, verbose_name="组长")),
                ("is_free", models.BooleanField(null=True, verbose_name="无利害关系")),
                ("declared", models.CharField(blank=True, max_length=500, verbose_name="声明")),
                ("declared_at", models.DateTimeField(null=True, verbose_name="声明时间")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="专家",
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
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "评定组成员",
                "ordering": ["-is_lead", "id"],
                "indexes": [models.Index(fields=["path", "review"], name="expert_by_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("review", "person"), name="expert_once_in_a_team"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_lead", True)), fields=("review",), name="team_has_one_lead"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("declared_at", None), ("is_free", None)),
                            models.Q(("declared_at__isnull", False), ("is_free__isnull", False)),
                            _connector="OR",
                        ),
                        name="declared_at_some_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
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
                ("text", models.CharField(max_length=1000, verbose_name="整改情况")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="assessment.finding"
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
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "整改",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "review"], name="correction_by_path")],
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
                        blank=True,
                        choices=[
                            ("intent", "有意创建"),
                            ("filed", "已报备案"),
                            ("building", "建设中"),
                            ("self-assessed", "自评完成"),
                            ("applied", "逐级审核"),
                            ("returned", "已退回"),
                            ("documents", "资料审查"),
                            ("on-site", "现场评定"),
                            ("rectifying", "整改"),
                            ("deciding", "待决定"),
                            ("named", "已命名"),
                            ("qualified", "评定合格"),
                            ("refused", "未通过"),
                            ("given-up", "已撤回"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("intent", "有意创建"),
                            ("filed", "已报备案"),
                            ("building", "建设中"),
                            ("self-assessed", "自评完成"),
                            ("applied", "逐级审核"),
                            ("returned", "已退回"),
                            ("documents", "资料审查"),
                            ("on-site", "现场评定"),
                            ("rectifying", "整改"),
                            ("deciding", "待决定"),
                            ("named", "已命名"),
                            ("qualified", "评定合格"),
                            ("refused", "未通过"),
                            ("given-up", "已撤回"),
                        ],
                        max_length=14,
                    ),
                ),
                ("level", models.CharField(max_length=100, verbose_name="办理单位")),
                ("words", models.CharField(blank=True, max_length=1000, verbose_name="意见")),
                ("on_date", models.DateField(verbose_name="日期")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="reviews.review"
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
                "verbose_name": "评审环节",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["path", "review"], name="review_step_by_path")],
            },
        ),
    ]
