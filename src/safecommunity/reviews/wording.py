"""What the things of reviews are called, in the language of the person."""

from __future__ import annotations

from safecommunity.ledgers.wording import local
from safecommunity.reviews.models import Duty


def duty_name(duty: Duty) -> str:
    """年度进展报告, 抽验, 复评 … as the scheme's file calls it."""
    title = duty.title.rules.title
    found = next((one for one in title.reviews if one.code == duty.code), None) if title else None
    return local((found.name, found.name_en)) if found else duty.code
