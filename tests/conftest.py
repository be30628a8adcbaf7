"""Settings of the tests: fixed keys, a throw-away data folder, plain http."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django import conf
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as trials

os.environ.update(
    {
        "SAFECOMMUNITY_DATA": os.environ.get("SAFECOMMUNITY_TEST_DATA")
        or tempfile.mkdtemp(prefix="safecommunity-"),
        "NUMBA_CACHE_DIR": str(Path(tempfile.gettempdir(), "safecommunity-kernels")),
        "SAFECOMMUNITY_SECRET_KEY": "test-secret-key-that-is-long-enough-for-the-check-0123456789",
        "SAFECOMMUNITY_AUDIT_KEY": "test-audit-key-0123456789-0123456789",
        "SAFECOMMUNITY_DATA_KEY": "test-data-key-0123456789-0123456789",
        "SAFECOMMUNITY_PLAIN_HTTP": "1",
        "SAFECOMMUNITY_HOSTS": "127.0.0.1 localhost testserver",
        "DJANGO_SETTINGS_MODULE": "safecommunity.config.settings",
    }
)
conf.settings.INSTALLED_APPS  # noqa: B018 -- read with this environment; named in the ini file they are read before it
# A parallel worker that finds it would read the settings before this file, with our data folder.
del os.environ["DJANGO_SETTINGS_MODULE"]


# How long an example takes says something of the machine, nothing of the program.
trials.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
trials.load_profile("any-machine")


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    """A client of every test asks for passwords, and would list all static files anew."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _in_chinese() -> None:
    """A page asked for in English leaves its language behind in the thread."""
    translation.activate(conf.settings.LANGUAGE_CODE)
