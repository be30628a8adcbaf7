"""A title that soon runs out, for the demonstration."""

from __future__ import annotations

from datetime import date, timedelta

from safecommunity.accounts.models import User
from safecommunity.core.periods import months_later
from safecommunity.library import schemes
from safecommunity.reviews import actions
from safecommunity.units.models import Unit

LEFT = timedelta(days=100)


def load(titled: Unit, above: User, today: date) -> None:
    """A municipal title granted three years ago, with what fell due meanwhile done."""
    title = schemes["municipal-45"].title
    assert title is not None
    actions.register_title(
        unit=titled, scheme="municipal-45", number="市安社〔演示〕012", plaque="第012号",
        granted_by="市安全生产委员会", named_date=months_later(today + LEFT, -12 * title.years), by=above,
        today=today,
    )  # fmt: skip
