"""Who signs in, with what, and what was already answered to them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person. Rights come from the roles held on units; there is no superuser."""

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    display_name = models.CharField(_("姓名"), max_length=60)
    phone = models.CharField(_("手机"), max_length=20, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    organ = models.CharField(_("所在单位和职务"), max_length=100, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    ends_date = models.DateField(_("账号有效期至"), null=True, blank=True)
    language = models.CharField(_("界面语言"), max_length=10, default="zh-hans")
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]
    objects = UserManager()

    ip: str = ""

    class Meta:
        verbose_name = _("用户")

    def __str__(self) -> str:
        return self.display_name or self.username


class RequestKey(models.Model):
    """What a request with this key was answered, so that a replay gets the first answer."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    location = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="request_key_once_per_user")]

    def __str__(self) -> str:
        return self.key


class ApiToken(models.Model):
    """A key for programs, scoped like its owner; only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("用途"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(_("有效期至"))
    used_at = models.DateTimeField(_("最近使用"), null=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Session(AbstractBaseSession):
    """A browser that is signed in: who, since when, from where; deleting the row signs it out."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    opened_at = models.DateTimeField(_("登录时间"), default=timezone.now)
    seen_at = models.DateTimeField(_("最近使用"), default=timezone.now)
    idle_seconds = models.PositiveIntegerField(default=30 * 60)
    ip = models.CharField(_("地址"), max_length=45, blank=True)
    agent = models.CharField(_("浏览器"), max_length=200, blank=True)

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        from safecommunity.accounts.sessions import SessionStore

        return SessionStore


class Attempts(models.Model):
    """Failed tries of one account, address or second factor; one row each, changed under its lock."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    locks = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.key[:12]}: {self.count}"


class SecondFactor(models.Model):
    """A time-based code (RFC 6238). `last_step` is the newest step used: each code works once."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    secret = models.TextField()
    confirmed_at = models.DateTimeField(_("启用时间"), null=True)
    last_step = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.user_id)


class RecoveryCode(models.Model):
    """One of the codes that replace the second factor once; only its keyed hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return str(self.user_id)


class OneTimeLink(models.Model):
    """A link that lets a person choose a password once; only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user_id)
