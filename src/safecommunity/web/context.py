"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from safecommunity.web.clock import today


def page(request: HttpRequest) -> dict[str, Any]:
    """The unit in view, today, and whether this is the demo."""
    return {"unit": getattr(request, "unit", None), "today": today(), "demo": settings.DEMO}
