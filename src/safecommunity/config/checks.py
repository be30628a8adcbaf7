"""What must hold before the server starts: every address is guarded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

OPEN = "safecommunity.web."


@register()
def every_page_is_guarded(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """A page's view without `@requires`, `@signed_in` or `@public` is an error."""
    return [
        Error(
            f"{pattern.name or pattern.pattern} 没有访问控制",
            hint="@requires / @signed_in / @public",
            id="safecommunity.E001",
        )
        for pattern in patterns()
        if pattern.callback.__module__.startswith(OPEN) and not hasattr(pattern.callback, "guard")
    ]


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Every address of the site."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry
