"""Asking the API as a program does: with a token of its own."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User


def ask(
    person: User, method: str, path: str, data: Any = None, version: int | None = None
) -> tuple[int, Any]:
    """Status and parsed answer; `version` goes along as If-Match."""
    _token, secret = make_token(user=person, name="t", days=1, now=timezone.now(), by=person)
    headers = {"Authorization": f"Bearer {secret}"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    body = "" if data is None else json.dumps(data)
    answer = Client(headers=headers).generic(method, f"/api{path}", body, "application/json")
    return answer.status_code, json.loads(answer.content)
