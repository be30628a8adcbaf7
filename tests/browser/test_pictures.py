"""The pictures of the README, from the demonstration itself: the pages a stranger is shown first.

With `SAFECOMMUNITY_PICTURES=1` they are written to `docs/images`; the checks run either way.
"""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from safecommunity.accounts.models import User
from safecommunity.assessment.models import Assessment
from safecommunity.demo.load import load
from tests.browser.conftest import Visit
from tests.browser.harness import check_page

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
UNIT = "130104001"
LARGEST_BYTES = 120_000


@pytest.fixture
def demo(settings, tmp_path, db):
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"
    settings.RESULTS, settings.DEMO = tmp_path / "results", True
    now = timezone.now()
    load(now, timezone.localdate(now))
    return User.objects.get(username="dongli")


def test_the_first_pages_hold_with_the_demonstration_in_them(visit: Visit, demo: User) -> None:
    rows = Assessment.objects.everything(reason="the test looks for one")
    national = rows.get(unit__slug=UNIT, scheme="national-2006").pk
    later = timezone.localdate() + timedelta(days=180)
    pages = {
        "home": reverse("home:index", args=[UNIT]),
        "assessment": reverse("assessment:detail", args=[UNIT, national]),
        "gap": reverse("assessment:gap", args=[UNIT, national]) + f"?band=pass&until={later}&measure=effort",
        "ledger": reverse("ledgers:list", args=[UNIT, "drills"]),
    }
    for name, address in pages.items():
        page = visit(address, person=demo)
        check_page(page, f"demo-{name}")
        page.evaluate("scrollTo(0, 0)")
        content = small(page.screenshot())
        assert len(content) < LARGEST_BYTES
        if os.environ.get("SAFECOMMUNITY_PICTURES") == "1":
            (IMAGES / f"{name}.webp").write_bytes(content)
    check_page(visit(reverse("notices:index"), person=demo, width=390), "demo-notices")


def test_the_readmes_show_pictures_that_are_there() -> None:
    for readme in ("README.md", "README.zh-CN.md"):
        text = (IMAGES.parents[1] / readme).read_text(encoding="utf-8")
        named = {part.partition(")")[0] for part in text.split("](docs/images/")[1:]}
        assert named == {"idea.svg", "home.webp", "assessment.webp", "gap.webp", "ledger.webp"}
        assert [name for name in named if not (IMAGES / name).exists()] == []


def small(screenshot: bytes) -> bytes:
    """The picture at two thirds of its size, as WebP."""
    picture = Image.open(BytesIO(screenshot))
    picture = picture.resize((picture.width * 2 // 3, picture.height * 2 // 3), Image.Resampling.LANCZOS)
    content = BytesIO()
    picture.save(content, "WEBP", quality=82, method=6)
    return content.getvalue()
