"""Makes the self-assessment report of 50 indicators, 200 photos and 200 hidden hazards, as Word and as PDF.

`python benchmarks/papers.py`. Prints one JSON object: seconds to shrink the photos the first time, to compose
the text, to write each file from pictures that are there, the whole as a person waits for it; size in MB.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import resource
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from hazards import registered

GOALS = {"docx_seconds": 10.0, "docx_with_shrinking_seconds": 20.0}
PHOTOS_OF_AN_INDICATOR, HAZARDS = 4, 200
TODAY = dt.date(2026, 1, 8)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        print(json.dumps(measured(), indent=2))


def set_up(folder: str) -> None:
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "safecommunity.config.settings",
            "SAFECOMMUNITY_DATA": folder,
            "SAFECOMMUNITY_SECRET_KEY": "benchmark-secret-key-long-enough-0123456789-0123456789",
            "SAFECOMMUNITY_AUDIT_KEY": "benchmark-audit-key-0123456789-0123456789",
            "SAFECOMMUNITY_DATA_KEY": "benchmark-data-key-0123456789-0123456789",
            "SAFECOMMUNITY_PLAIN_HTTP": "1",
        }
    )
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)


def measured() -> dict[str, float]:
    from safecommunity.core.papers import photo_hashes
    from safecommunity.documents import docx, pdf
    from safecommunity.reports import actions, queries
    from safecommunity.reports.models import Paper

    paper = begun()
    content, composing = timed(lambda: queries.composed(paper, paper.type, TODAY, lambda done, total: None))
    hashes = photo_hashes(content)
    _small, shrinking = timed(lambda: [queries.photo(sha256) for sha256 in hashes])

    def drawing(figure: Any) -> str:
        return queries.drawn(figure, "zh")

    drawing_all(content, drawing)
    word, writing = timed(lambda: docx.write(content, drawing=drawing, photo=queries.photo))
    _printed, printing = timed(lambda: pdf.write(content, drawing=drawing, photo=queries.photo))
    again = Paper.objects.in_unit(paper.unit).get(pk=paper.pk)
    _made, whole = timed(
        lambda: actions.complete(paper=again, today=TODAY, step=lambda done, total: None, by=None)
    )
    return {
        "indicators": 50,
        "photos": len(hashes),
        "shrinking_seconds": shrinking,
        "composing_seconds": composing,
        "docx_seconds": round(composing + writing, 2),
        "docx_with_shrinking_seconds": round(composing + writing + shrinking, 2),
        "pdf_seconds": printing,
        "both_and_kept_seconds": whole,
        "docx_mb": round(len(word) / 1e6, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def drawing_all(content: Any, drawing: Any) -> None:
    """The first drawing of a process takes a second or two; it is no part of a paper."""
    from safecommunity.core.papers import Figure

    for part in content.parts:
        if isinstance(part, Figure):
            drawing(part)


def begun(document: str = "self-assessment-report") -> Any:
    """A paper about an assessment of 50 indicators, each with its photos, some records and hazards."""
    from safecommunity.accounts.models import User
    from safecommunity.assessment import actions as assessing
    from safecommunity.core.periods import Period
    from safecommunity.ledgers.models import Entry
    from safecommunity.reports import actions
    from safecommunity.units import actions as units

    by = User.objects.create(username="bench", display_name="林晓")
    unit = units.create(name="阳光街道", kind="sub-district", slug="bench", parent=None, by=None)
    for n in range(500):
        day = dt.date(2025, 1, 1) + dt.timedelta(days=n % 365)
        data = {"name": f"例会{n}", "held_date": day.isoformat(), "kind": "regular", "attended": 12}
        Entry.objects.create(
            unit=unit, path=unit.path, ledger="meetings", title=f"例会{n}", data=data, record_date=day
        )
    now = dt.datetime(2026, 1, 8, tzinfo=dt.UTC)
    registered(unit, 1, HAZARDS, now)
    assessment = assessing.start(
        unit=unit, scheme="national-2006", period="2025", by=by, today=TODAY, now=now
    )
    for number, code in enumerate(assessment.rules.indicators):
        for turn in range(PHOTOS_OF_AN_INDICATOR):
            cite(unit, code, number * PHOTOS_OF_AN_INDICATOR + turn)
    return actions.make(
        document=document,
        period=Period.parse("2025"),
        unit=unit,
        by=by,
        assessment=assessment,
    )


def cite(unit: Any, code: str, number: int) -> None:
    from safecommunity.evidence import store
    from safecommunity.evidence.models import Citation, File

    with store.workplace() as folder:
        source = Path(folder) / "photo.jpg"
        source.write_bytes(picture(number))
        sha256 = store.keep(source)
    sent = hashlib.sha256(str(number).encode()).hexdigest()
    file = File.objects.create(
        unit=unit, path=unit.path, sha256=sha256, sent_sha256=sent, size=1, kind="jpeg",
        name=f"{number}.jpg", title=f"现场照片{number}", proof_date=dt.date(2025, 6, 1),
    )  # fmt: skip
    Citation.objects.create(unit=unit, path=unit.path, file=file, indicator=f"national-2006/{code}")


def picture(number: int) -> bytes:
    """A picture as a phone takes it, 1600 × 1200; grainy, so that it packs no better than a real one."""
    from PIL import Image

    grain = Image.effect_noise((1600, 1200), 40)
    shade = Image.linear_gradient("L").resize((1600, 1200)).rotate(number % 360)
    file = io.BytesIO()
    Image.merge("RGB", (grain, shade, grain)).save(file, "JPEG", quality=80)
    return file.getvalue()


def timed(work: Any) -> tuple[Any, float]:
    started = perf_counter()
    return work(), round(perf_counter() - started, 2)


if __name__ == "__main__":
    main()
