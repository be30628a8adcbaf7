"""Reading papers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import override

from safecommunity.accounts.models import User
from safecommunity.assessment.models import Assessment
from safecommunity.core.papers import Change, Figure, bound, from_data
from safecommunity.core.papers import Paper as Content
from safecommunity.core.periods import Period
from safecommunity.core.reports import ReportType, compose
from safecommunity.documents import fonts
from safecommunity.documents.charts import Theme
from safecommunity.documents.drawing import drawing
from safecommunity.evidence import store as evidence
from safecommunity.library import charts, documents
from safecommunity.reports import store
from safecommunity.reports.gathering import Records
from safecommunity.reports.models import Paper
from safecommunity.reports.source import RecordSource
from safecommunity.reports.subjects import SUBJECTS, SubjectGone
from safecommunity.units.models import Unit
from safecommunity.units.permissions import can

HEAVY = ("content", "changes")
PHOTO_SIDE = 640


def papers(unit: Unit) -> QuerySet[Paper]:
    """The papers of this unit and of those beneath it, newest first, without their content."""
    return Paper.objects.below(unit).defer(*HEAVY).select_related("unit", "by", "job", "assessment")


def papers_about(unit: Unit, kind: str, subject: UUID) -> QuerySet[Paper]:
    """The papers of this unit about one thing, newest first, without their content."""
    return papers(unit).filter(path=unit.path, subject_kind=kind, subject=subject)


def closed_kinds(user: User, unit: Unit) -> list[str]:
    """The kinds of thing this person may not see here, nor papers about them."""
    return [kind.code for kind in SUBJECTS.values() if not can(user, kind.permission, unit)]


def paper(unit: Unit, pk: int) -> Paper | None:
    related = ("unit", "by", "frozen_by", "job", "replaces", "assessment")
    return Paper.objects.in_unit(unit).select_related(*related).filter(pk=pk).first()


def successors(unit: Unit, rows: Iterable[Paper]) -> Mapping[int, Paper]:
    """Paper id → the issue that replaces it, in one query."""
    found = Paper.objects.below(unit).filter(replaces__in=[row.pk for row in rows]).defer(*HEAVY)
    return {row.replaces_id or 0: row for row in found}


def content_of(row: Paper) -> Content:
    return from_data(row.content)


def changes_of(row: Paper) -> list[Change]:
    return [Change(**change) for change in row.changes]


def assessments(unit: Unit) -> QuerySet[Assessment]:
    """The assessments a paper of this unit may be about, newest first."""
    rows = Assessment.objects.in_unit(unit).defer("suggested", "snapshot")
    return rows.order_by("-period", "scheme", "-id")


def records_of(row: Paper, today: date) -> Records:
    """What the paper is made from."""
    return Records(
        row.unit,
        Period.parse(row.period),
        today=today,
        assessment=row.assessment,
        ledger=row.ledger,
        language=row.language,
        subject=_thing(row),
    )


def _thing(row: Paper) -> Any:
    """What the paper is about. Raises SubjectGone when it can no longer be found."""
    if row.subject is None:
        return None
    kind = SUBJECTS.get(row.subject_kind)
    found = kind.load(row.unit, row.subject) if kind else None
    if found is None:
        raise SubjectGone(row.subject_kind, row.subject)
    return found


def volume(report: ReportType) -> list[ReportType]:
    """The document type and those bound behind it. Raises KeyError when one of their files is gone."""
    return [report, *(documents[code] for code in report.bundle)]


def composed(row: Paper, report: ReportType, today: date, step: Callable[[int, int], None]) -> Content:
    """The text of the paper from the records as they are now, with a note on fonts this machine lacks.

    `step(done, total)` counts the sections of the paper and of all that is bound behind it.
    """
    every = volume(report)
    total = sum(len(one.sections) for one in every)
    records, made, before = records_of(row, today), [], 0
    with override("en" if row.language == "en" else "zh-hans"):
        for one in every:
            made.append(_composed(row, one, records, _counted(step, before, total)))
            before += len(one.sections)
    whole = bound(made[0], made[1:]) if report.bundle else made[0]
    lacking = fonts.note(fonts.missing(), row.language)
    return replace(whole, notes=(*whole.notes, *([lacking] if lacking else [])))


def _counted(step: Callable[[int, int], None], before: int, total: int) -> Callable[[int, int], None]:
    return lambda done, _own: step(before + done, total)


def _composed(row: Paper, report: ReportType, records: Records, step: Callable[[int, int], None]) -> Content:
    scope = {"scheme": row.assessment.scheme} if row.assessment else {}
    return compose(
        report,
        RecordSource(records, SUBJECTS.get(row.subject_kind)),
        unit=row.unit.name,
        period=row.period,
        language="en" if row.language == "en" else "zh",
        scope=scope,
        step=step,
    )


def drawn(figure: Figure, language: str, theme: Theme = "light") -> str:
    """A figure as SVG; drawings are kept beside the previews, where they can be made again."""
    folder = Path(settings.DATA) / "previews" / "charts"
    return drawing(figure, charts, language=language, theme=theme, folder=folder)


def photo(sha256: str) -> bytes | None:
    """A photo as a small picture of at most 640 px, made once and kept; None when the file is gone."""
    small = evidence.preview_of(sha256)
    if small.is_file():
        return small.read_bytes()
    try:
        original = evidence.verified(sha256)
    except evidence.Damaged:
        return None
    with evidence.workplace() as folder:
        shrunk = folder / "preview.jpg"
        shrunk.write_bytes(_shrunk(original))
        evidence.keep_preview(shrunk, sha256)
    return small.read_bytes()


def _shrunk(original: Path) -> bytes:
    from PIL import Image  # slow import

    with Image.open(original) as picture:
        picture.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))  # lets a JPEG be read at a fraction of its size
        small = picture.convert("RGB")
    small.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    file = BytesIO()
    small.save(file, "JPEG", quality=82)
    return file.getvalue()


def made_count() -> int:
    """How many papers there are whose files are kept."""
    return _made().count()


def damaged_files() -> Iterator[str]:
    """The SHA-256 of every file of a paper that is missing or altered; reads them all."""
    for pair in _made().values_list("docx_sha256", "pdf_sha256").iterator():
        for sha256 in pair:
            try:
                store.verified(sha256)
            except store.Damaged:
                yield sha256


def _made() -> QuerySet[Paper]:
    rows = Paper.objects.everything(reason="checking the files of every paper against their names")
    return rows.exclude(docx_sha256="")


def file_name(row: Paper, extension: str) -> str:
    """A name people understand, without what file systems refuse."""
    plain = "".join(letter for letter in row.title if letter not in '\\/:*?"<>|\n\r\t')
    issue = f"-{row.issue}" if row.issue > 1 else ""
    return f"{plain[:80]}{issue}.{extension}"
