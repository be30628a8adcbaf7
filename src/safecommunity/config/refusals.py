"""What a deployment must not start with. Each rule says in words what is wrong, or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from safecommunity.config.environment import PREFIX

START = "start"
LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}
SECRETS = ("SECRET_KEY", "AUDIT_KEY", "DATA_KEY")
KNOWN_SECRETS = ("unset", "secret", "changeme", "django-insecure-")
SECRET_LENGTH = 50
SECRET_LETTERS = 10
SQLITE_FULL = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """One refusal: `problem()` gives what is wrong and what to do, or an empty text."""

    code: str
    name: str
    problem: Callable[[], str]


def debug_in_public() -> str:
    if settings.DEBUG and not _only_loopback():
        return _("调试模式只能在本机使用。请去掉 SAFECOMMUNITY_DEBUG。")
    return ""


def weak_secrets() -> str:
    weak = [name for name in SECRETS if _weak(getattr(settings, name))]
    if not weak:
        return ""
    return _(
        "%(names)s 没有设置、太短或是公开的示例。请运行 safecommunity keys 生成，"
        "再用 SAFECOMMUNITY_KEYS 指向其文件夹。"
    ) % {"names": "、".join(weak)}


def open_keys() -> str:
    return " ".join(problem for path in _key_files() if (problem := _key_problem(path)))


def any_host() -> str:
    if "*" in settings.ALLOWED_HOSTS:
        return _("SAFECOMMUNITY_HOSTS 不能是 *。请写明用户在浏览器里输入的主机名。")
    return ""


def plain_http() -> str:
    if settings.TRUSTED_PROXIES == 0 and not settings.PLAIN_HTTP:
        return _("前面没有代理就没有 HTTPS。请在前面放代理，或明确设置 SAFECOMMUNITY_PLAIN_HTTP=1。")
    return ""


def unknown_proxies() -> str:
    if settings.TRUSTED_PROXIES < 0 and not (settings.PLAIN_HTTP and _only_loopback()):
        return _(
            "没有说明前面有几层代理，来访地址就可以伪造。"
            "请设置 SAFECOMMUNITY_TRUSTED_PROXIES（没有代理时为 0）。"
        )
    return ""


def shared_sqlite() -> str:
    if connection.vendor == "sqlite" and settings.NODES > 1:
        return _("SQLite 只能用于一台机器。多个节点请用 PostgreSQL（SAFECOMMUNITY_DATABASE_URL）。")
    return ""


def hasty_commits() -> str:
    question = "PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit"
    try:
        answer = _asked(question)
    except OperationalError as error:
        return _("数据库打不开：%(error)s。请检查数据文件夹和 SAFECOMMUNITY_DATABASE_URL。") % {
            "error": error
        }
    safe = int(answer) >= SQLITE_FULL if connection.vendor == "sqlite" else answer != "off"
    if safe:
        return ""
    return _("数据库没有等数据落盘就报告成功（synchronous 低于 FULL），断电会丢失已保存的记录。")


def public_demo() -> str:
    if settings.DEMO and not _only_loopback():
        return _("演示账号的密码是公开的，演示只能在本机使用。请去掉 SAFECOMMUNITY_DEMO。")
    return ""


RULES = (
    Rule("debug", gettext_noop("调试模式"), debug_in_public),
    Rule("secrets", gettext_noop("密钥强度"), weak_secrets),
    Rule("keys", gettext_noop("密钥保管"), open_keys),
    Rule("hosts", gettext_noop("主机名"), any_host),
    Rule("https", "HTTPS", plain_http),
    Rule("proxies", gettext_noop("代理层数"), unknown_proxies),
    Rule("nodes", gettext_noop("数据库与节点数"), shared_sqlite),
    Rule("commits", gettext_noop("落盘方式"), hasty_commits),
    Rule("demo", gettext_noop("演示账号"), public_demo),
)


@register(START, deploy=True)
def unsafe_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The rules as Django's own check messages; `web` and `worker` refuse to start on any of them."""
    return [
        Error(f"{_(rule.name)}: {problem}", id=f"safecommunity.{rule.code}")
        for rule in RULES
        if (problem := rule.problem())
    ]


def _only_loopback() -> bool:
    return set(settings.ALLOWED_HOSTS) <= LOOPBACK


def _weak(secret: str) -> bool:
    return (
        len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_LETTERS or secret.startswith(KNOWN_SECRETS)
    )


def _key_files() -> list[Path]:
    named = [Path(value) for name in SECRETS if (value := os.environ.get(f"{PREFIX}{name}_FILE"))]
    folder = settings.KEYS
    return named + ([folder, *sorted(folder.iterdir())] if folder and folder.is_dir() else [])


def _key_problem(path: Path) -> str:
    if path.resolve().is_relative_to(settings.DATA):
        return _("%(path)s 在数据文件夹里，会和数据一起泄露。请放到数据文件夹之外。") % {"path": path}
    if path.exists() and path.stat().st_mode & 0o077:
        return _("%(path)s 可以被其他用户读取。请运行 chmod go= %(path)s。") % {"path": path}
    return ""


def _asked(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])
