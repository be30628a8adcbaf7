"""Taking files in, describing, citing, withdrawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.documents import media, virus
from safecommunity.evidence import queries, store
from safecommunity.evidence.models import Citation, File
from safecommunity.jobs.actions import enqueue
from safecommunity.jobs.models import Job
from safecommunity.ledgers.models import Entry
from safecommunity.library import schemes
from safecommunity.units.models import Unit
from safecommunity.units.scope import change


class QuotaReached(Exception):
    """The unit's files would take more room than it has."""

    def __init__(self, used: int, quota: int) -> None:
        super().__init__(
            _("本单位的佐证文件已用 %(used)s GB，上限 %(quota)s GB。请联系系统管理员扩容。")
            % {"used": f"{used / 1e9:.1f}", "quota": f"{quota / 1e9:.1f}"}
        )


class UnknownIndicator(Exception):
    """No scheme has this indicator."""

    def __init__(self, indicator: str) -> None:
        super().__init__(_("没有指标“%(indicator)s”。请从指标列表里选择。") % {"indicator": indicator})


class AlreadyCited(Exception):
    """The same thing is cited for the same indicator already."""


@dataclass(frozen=True, slots=True)
class Attached:
    """The row, and whether this unit had the very same file already."""

    file: File
    is_new: bool


def attach(
    *,
    chunks: Iterable[bytes],
    name: str,
    unit: Unit,
    by: User | None,
    title: str = "",
    proof_date: date | None = None,
    remark: str = "",
    keep_place: bool = True,
    entry: Entry | None = None,
    indicators: Iterable[str] = (),
    pictures_only: bool = False,
    expected_sha256: str = "",
) -> Attached:
    """Take one file in, as belonging to a record, and cite it for the indicators ("scheme/code").

    With `expected_sha256` only these very bytes are taken, with `pictures_only` nothing but pictures.
    The bytes are received, looked into and put in place before the transaction begins: no lock is held
    meanwhile. The same bytes sent again to the same unit give the row that is there. Raises MediaRefused,
    QuotaReached, UnknownIndicator.
    """
    wanted = [_known(indicator) for indicator in indicators]
    used = queries.used_bytes(unit)
    if used >= settings.UNIT_QUOTA_BYTES:
        raise QuotaReached(used, settings.UNIT_QUOTA_BYTES)
    with store.workplace() as folder:
        sent = folder / f"sent{Path(name).suffix.lower()[:10]}"
        sent_sha256 = store.receive(chunks, sent, most_bytes=settings.UPLOAD_MAX_BYTES)
        if expected_sha256 not in ("", sent_sha256):
            raise media.MediaRefused("incomplete")
        known = queries.files(unit).filter(sent_sha256=sent_sha256).first()
        if known is not None:
            _refuse_unless_picture(known.media, wanted=pictures_only)
        else:
            virus.scan(sent, settings.CLAMAV)
            looked = media.look(sent, name, folder, most_bytes=settings.UPLOAD_MAX_BYTES)
            _refuse_unless_picture(looked.kind, wanted=pictures_only)
            facts = _facts(looked, keep_place=keep_place)
            if looked.preview:
                store.keep_preview(looked.preview, facts["sha256"])
    with transaction.atomic():
        if known is None:
            described = {
                "title": title or Path(name).stem[:120],
                "proof_date": proof_date,
                "remark": remark,
                "entry": entry,
            }
            attached = _file(unit, by, sent_sha256, name, {**facts, **described})
        else:
            attached = Attached(known, is_new=False)
        for indicator in wanted:
            _cite(unit=unit, by=by, file=attached.file, entry=None, indicator=indicator)
        _suggest_again(unit, by)
    return attached


@transaction.atomic
def pass_on(*, file: File, unit: Unit, by: User) -> File:
    """The same content as a file of another unit, which may then see and keep it; the bytes are shared."""
    known = queries.files(unit).filter(sent_sha256=file.sent_sha256).first()
    if known:
        return known
    names = (
        "sha256", "sent_sha256", "size", "kind", "name", "title", "proof_date", "remark", "taken_at",
        "longitude", "latitude", "width", "height", "likeness", "has_preview",
    )  # fmt: skip
    same: Any = {name: getattr(file, name) for name in names}
    made = File.objects.create(unit=unit, path=unit.path, by=by, **same)
    record("file.passed-on", made, by=by, unit=unit, after={"sha256": made.sha256, "from": file.unit.name})
    return made


@transaction.atomic
def describe(*, file: File, version: int, title: str, proof_date: date | None, remark: str, by: User) -> File:
    """Change what is said about a file; its bytes never change."""
    before = {"title": file.title, "proof_date": file.proof_date, "remark": file.remark}
    after = {"title": title, "proof_date": proof_date, "remark": remark}
    change(file, version=version, **after)
    record("file.described", file, by=by, unit=file.unit, before=before, after=after)
    _suggest_again(file.unit, by)
    return file


@transaction.atomic
def withdraw(*, file: File, version: int, reason: str, by: User) -> File:
    """Take a file out of use: row, bytes and citations stay, but it is evidence for nothing any more."""
    change(file, version=version, withdrawn_at=timezone.now(), withdrawn_reason=reason)
    record("file.withdrawn", file, by=by, unit=file.unit, reason=reason)
    _suggest_again(file.unit, by)
    return file


@transaction.atomic
def remove_withdrawn(*, before: datetime, now: datetime, by: User | None) -> int:
    """Let go of the content of files withdrawn before a moment; rows, citations and log stay. How many.

    The bytes are swept like an orphan's, unless another row, of whatever unit, still speaks of them.
    """
    gone = list(queries.long_withdrawn(before))
    for file in gone:
        change(file, version=file.version, removed_at=now)
        record("file.removed", file, by=by, unit=file.unit, after={"sha256": file.sha256})
    return len(gone)


@transaction.atomic
def cite(
    *,
    indicator: str,
    unit: Unit,
    by: User,
    file: File | None = None,
    entry: Entry | None = None,
    period: str = "",
    note: str = "",
) -> Citation:
    """Name a file or a record as evidence for an indicator. Raises UnknownIndicator, AlreadyCited."""
    citation, is_new = _cite(
        unit=unit, by=by, file=file, entry=entry, indicator=_known(indicator), period=period, note=note
    )
    if not is_new:
        raise AlreadyCited(_("已经引用到这个指标。"))
    _suggest_again(unit, by)
    return citation


@transaction.atomic
def uncite(*, citation: Citation, by: User) -> None:
    """Take back a citation; the file or record stays."""
    before = {"indicator": citation.indicator}
    record("evidence.uncited", citation.file or citation.entry, by=by, unit=citation.unit, before=before)
    unit = citation.unit
    citation.delete()
    _suggest_again(unit, by)


@transaction.atomic
def export_archive(*, scheme: str, year: int, whole: bool, unit: Unit, by: User) -> Job:
    """Have a year's archive made as one zip, or its catalogue as a sheet; it waits in the download tray."""
    record("archive.exported", f"{scheme} {year}", by=by, unit=unit, after={"whole": whole})
    words = {"year": year, "scheme": schemes[scheme].name}
    title = (_("%(year)s 年档案（%(scheme)s）") if whole else _("%(year)s 年档案目录（%(scheme)s）")) % words
    arguments = {"scheme": scheme, "year": year, "whole": whole}
    return enqueue("evidence.archive", unit=unit, arguments=arguments, by=by, title=title[:200])


def _refuse_unless_picture(kind: media.Kind, *, wanted: bool) -> None:
    if wanted and kind.group != "picture":
        raise media.MediaRefused("not-picture")


def _facts(looked: media.Looked, *, keep_place: bool) -> dict[str, Any]:
    """Put the file in place and say what the row holds about it."""
    return {
        "sha256": store.keep(looked.path),
        "size": looked.path.stat().st_size,
        "kind": looked.kind.code,
        "taken_at": _aware(looked.taken_at),
        "longitude": looked.longitude if keep_place else None,
        "latitude": looked.latitude if keep_place else None,
        "width": looked.width,
        "height": looked.height,
        "likeness": looked.likeness,
        "has_preview": looked.preview is not None,
    }


def _file(unit: Unit, by: User | None, sent_sha256: str, name: str, values: dict[str, Any]) -> Attached:
    taken_at = values["taken_at"]
    entry: Entry | None = values["entry"]
    proof_date = (
        values["proof_date"]
        or (timezone.localdate(taken_at) if taken_at else None)
        or (entry.record_date if entry else None)
    )
    earlier = queries.earlier_alike(unit, values["likeness"])
    described = {**values, "proof_date": proof_date, "earlier": earlier}
    file = File(unit=unit, path=unit.path, by=by, sent_sha256=sent_sha256, name=name[-200:], **described)
    try:
        with transaction.atomic():
            file.save(force_insert=True)
    except IntegrityError:
        return Attached(queries.files(unit).get(sent_sha256=sent_sha256), is_new=False)
    after = {"sha256": file.sha256, "kind": file.kind, "size": file.size, "proof_date": proof_date}
    record("file.attached", file, by=by, unit=unit, after=after)
    return Attached(file, is_new=True)


def _cite(
    *,
    unit: Unit,
    by: User | None,
    file: File | None,
    entry: Entry | None,
    indicator: str,
    period: str = "",
    note: str = "",
) -> tuple[Citation, bool]:
    found = Citation.objects.in_unit(unit).filter(file=file, entry=entry, indicator=indicator).first()
    if found:
        return found, False
    citation = Citation.objects.create(
        unit=unit,
        path=unit.path,
        by=by,
        file=file,
        entry=entry,
        indicator=indicator,
        period=period,
        note=note,
    )
    record(
        "evidence.cited", file or entry, by=by, unit=unit, after={"indicator": indicator, "period": period}
    )
    return citation, True


def _known(indicator: str) -> str:
    scheme, _sign, code = indicator.partition("/")
    if scheme not in schemes or code not in schemes[scheme].indicators:
        raise UnknownIndicator(indicator)
    return indicator


def _aware(moment: datetime | None) -> datetime | None:
    """A camera without an offset means the time of the place, which is taken to be ours."""
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment


def _suggest_again(unit: Unit, by: User | None) -> None:
    enqueue("assessment.suggest", unit=unit, arguments={}, by=by, unique="evidence")
