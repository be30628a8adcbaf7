from __future__ import annotations

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError, connection

from safecommunity.config import keys, refusals
from safecommunity.config.management.commands.web import Command as Web

STRONG = "k3Jq-" * 12 + "abcdefgh"


@pytest.fixture
def safe(settings, tmp_path, db):
    """A deployment with nothing to complain about, behind one proxy."""
    settings.DEBUG = settings.PLAIN_HTTP = settings.DEMO = False
    settings.ALLOWED_HOSTS = ["aq.example.org"]
    settings.TRUSTED_PROXIES, settings.NODES = 1, 1
    settings.DATA = tmp_path / "data"
    settings.KEYS = tmp_path / "keys"
    keys.create(settings.KEYS)
    settings.SECRET_KEY = settings.AUDIT_KEY = settings.DATA_KEY = STRONG
    return settings


def refused() -> list[str]:
    found = run_checks(tags=[refusals.START], include_deployment_checks=True)
    return [message.id.removeprefix("safecommunity.") for message in found]


def test_a_safe_deployment_is_not_refused(safe):
    assert refused() == []


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"DEBUG": True}, ["debug"]),
        ({"SECRET_KEY": "unset"}, ["secrets"]),
        ({"SECRET_KEY": "django-insecure-" + STRONG}, ["secrets"]),
        ({"AUDIT_KEY": STRONG[:49]}, ["secrets"]),
        ({"DATA_KEY": "a" * 60}, ["secrets"]),
        ({"ALLOWED_HOSTS": ["*"]}, ["hosts"]),
        ({"TRUSTED_PROXIES": 0}, ["https"]),
        ({"TRUSTED_PROXIES": -1}, ["proxies"]),
        ({"DEMO": True}, ["demo"]),
    ],
)
def test_what_is_unsafe_is_refused_by_name(safe, changes, codes):
    for name, value in changes.items():
        setattr(safe, name, value)
    assert refused() == codes


def test_debug_and_demo_are_fine_on_this_machine_alone(safe):
    safe.DEBUG = safe.DEMO = safe.PLAIN_HTTP = True
    safe.ALLOWED_HOSTS, safe.TRUSTED_PROXIES = ["127.0.0.1", "localhost"], -1
    assert refused() == []


def test_plain_http_must_be_said(safe):
    safe.TRUSTED_PROXIES, safe.PLAIN_HTTP = 0, True
    assert refused() == []


def test_keys_in_the_data_folder_are_refused(safe):
    safe.KEYS = safe.DATA / "keys"
    keys.create(safe.KEYS)
    assert refused() == ["keys"]


def test_keys_that_others_can_read_are_refused_with_the_command_that_mends_it(safe):
    (safe.KEYS / "audit_key").chmod(0o640)
    assert refused() == ["keys"]
    assert f"chmod go= {safe.KEYS / 'audit_key'}" in refusals.open_keys()


def test_a_secret_named_by_its_own_file_is_looked_at_too(safe, tmp_path, monkeypatch):
    secret = tmp_path / "elsewhere"
    secret.write_text(STRONG)
    secret.chmod(0o644)
    monkeypatch.setenv("SAFECOMMUNITY_SECRET_KEY_FILE", str(secret))
    assert refused() == ["keys"]


def test_several_nodes_need_postgresql(safe):
    safe.NODES = 2
    assert refused() == (["nodes"] if connection.vendor == "sqlite" else [])


@pytest.mark.django_db(transaction=True)
def test_a_database_that_acknowledges_before_writing_is_refused(safe):
    lax, strict = (
        ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL")
        if connection.vendor == "sqlite"
        else ("SET synchronous_commit=off", "SET synchronous_commit=on")
    )
    with connection.cursor() as cursor:
        cursor.execute(lax)
        try:
            assert refused() == ["commits"]
        finally:
            cursor.execute(strict)


def test_a_database_that_cannot_be_opened_is_said_in_words(safe, monkeypatch):
    def refuse(question):
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(refusals, "_asked", refuse)
    assert "unable to open database file" in refusals.hasty_commits()
    assert refused() == ["commits"]


def test_the_server_does_not_start(safe):
    safe.ALLOWED_HOSTS = ["*"]
    with pytest.raises(SystemCheckError, match="SAFECOMMUNITY_HOSTS"):
        call_command(Web(), bind="127.0.0.1:1", workers=1)


def test_check_deploy_lists_every_rule_in_chinese_and_fails_on_a_bad_one(safe, capsys):
    call_command("check", "--deploy")
    assert capsys.readouterr().out.count("✓") == len(refusals.RULES)
    safe.DEBUG = True
    with pytest.raises(SystemExit) as stopped:
        call_command("check", "--deploy")
    assert stopped.value.code == 1
    assert "✗ 调试模式\n    调试模式只能在本机使用" in capsys.readouterr().out
