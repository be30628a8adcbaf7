"""Files are kept by content, cited for indicators, and never told across units."""

from __future__ import annotations

import hashlib
import io
import os
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image, ImageDraw

from safecommunity.audit.models import Line
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence import actions, queries, store
from safecommunity.evidence.models import Citation, File
from safecommunity.jobs.models import Job
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import ScopeMissing, StaleRecord
from tests import make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nplan\n%%EOF"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"


def photo(*, taken: str = "2026:03:05 09:30:00", side: int = 300, fill: str = "teal") -> bytes:
    image = Image.new("RGB", (side, side), "white")
    ImageDraw.Draw(image).ellipse((side // 8, side // 5, side // 2, side - 10), fill=fill)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = taken
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 2.0, 30.0), 3: "E", 4: (114.0, 30.0, 0.0)})
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def attach(unit: Unit, content: bytes = PDF, name: str = "预案.pdf", **facts: Any) -> actions.Attached:
    by = facts.pop("by", None) or make.member(unit)
    return actions.attach(chunks=[content], name=name, unit=unit, by=by, **facts)


@pytest.mark.requirement("R47", "R188")
def test_a_file_is_kept_under_the_hash_of_its_bytes() -> None:
    file = attach(make.unit()).file
    place = store.path_of(file.sha256)
    assert file.sha256 == file.sent_sha256 == hashlib.sha256(PDF).hexdigest()
    assert place.read_bytes() == PDF
    assert (file.kind, file.title, file.size) == ("pdf", "预案", len(PDF))
    assert list((place.parent.parent / "incoming").iterdir()) == []


def test_a_photo_keeps_its_time_and_place_as_fields_only() -> None:
    file = attach(make.unit(), photo(), "巡查.jpg").file
    assert file.taken_at is not None
    assert (file.taken_at.isoformat(), file.proof_date) == ("2026-03-05T09:30:00+08:00", date(2026, 3, 5))
    assert (file.latitude, file.longitude) == (38.041667, 114.5)
    assert file.sha256 != file.sent_sha256
    assert b"2026:03:05" not in store.path_of(file.sha256).read_bytes()
    assert store.preview_of(file.sha256).is_file()


def test_the_place_of_a_photo_is_left_out_when_the_person_does_not_want_it() -> None:
    file = attach(make.unit(), photo(), "巡查.jpg", keep_place=False).file
    assert (file.latitude, file.longitude) == (None, None)


def test_the_day_it_is_proof_of_is_apart_from_the_day_of_the_camera() -> None:
    file = attach(make.unit(), photo(), "巡查.jpg", proof_date=date(2026, 3, 1)).file
    assert file.proof_date == date(2026, 3, 1)


def test_the_same_file_again_is_the_row_that_is_there() -> None:
    unit = make.unit()
    first, again = attach(unit), attach(unit)
    assert (first.is_new, again.is_new, again.file.pk) == (True, False, first.file.pk)
    assert File.objects.in_unit(unit).count() == 1


def test_the_same_file_in_two_units_is_two_rows_and_one_file_and_neither_is_told() -> None:
    ours, theirs = make.unit(), make.unit("月光街道")
    first = attach(ours)
    second = attach(theirs, by=make.member(theirs, username="wu"))
    assert second.is_new
    assert second.file.pk != first.file.pk
    assert second.file.earlier is None
    assert [path.read_bytes() for path in map(store.path_of, store.kept())] == [PDF]


def test_an_old_photo_used_again_is_noticed_within_the_unit() -> None:
    unit = make.unit()
    first = attach(unit, photo(), "一月.jpg").file
    again = attach(unit, photo(taken="2026:09:01 10:00:00", side=240), "九月.jpg").file
    other = attach(unit, photo(fill="white"), "空白.jpg").file
    assert (again.earlier, other.earlier) == (first, None)


def test_a_refused_file_leaves_nothing_behind() -> None:
    unit = make.unit()
    with pytest.raises(MediaRefused):
        attach(unit, b"MZ program", "照片.jpg")
    assert list(store.kept()) == []
    assert File.objects.in_unit(unit).count() == 0


def test_a_file_beyond_the_limit_is_refused_while_it_arrives(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000_000
    arrived = []

    def chunks() -> Any:
        for number in range(100):
            arrived.append(number)
            yield b"%PDF-" + b"0" * 300_000

    with pytest.raises(MediaRefused) as caught:
        actions.attach(chunks=chunks(), name="大.pdf", unit=(unit := make.unit()), by=make.member(unit))
    assert caught.value.code == "too-big"
    assert len(arrived) == 4


def test_a_unit_that_has_used_its_room_gets_no_more(settings: Any) -> None:
    settings.UNIT_QUOTA_BYTES = 5
    unit = make.unit()
    attach(unit)
    with pytest.raises(actions.QuotaReached) as caught:
        attach(unit, PDF + b"\n%%EOF", "二.pdf")
    assert "请联系系统管理员" in str(caught.value)


def test_altered_bytes_are_noticed_on_reading_and_by_the_check() -> None:
    file = attach(make.unit()).file
    assert list(queries.damaged()) == []
    store.path_of(file.sha256).write_bytes(b"%PDF-1.7\nother\n%%EOF")
    with pytest.raises(store.Damaged):
        store.verified(file.sha256)
    assert list(queries.damaged()) == [file.sha256]


def test_orphans_are_swept_after_a_day_and_known_files_never() -> None:
    file = attach(make.unit()).file
    orphan = store.path_of("ab" + "0" * 62)
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"x")
    (orphan.parent / ".half").write_bytes(b"x")
    assert store.sweep(queries.is_known, time.time()) == 0
    for path in (orphan, orphan.parent / ".half", store.path_of(file.sha256)):
        os.utime(path, (0, 0))
    assert store.sweep(queries.is_known, time.time()) == 2
    assert list(store.kept()) == [file.sha256]


def test_citing_says_it_once_asks_for_suggestions_and_is_logged() -> None:
    unit = make.unit()
    lin = make.member(unit)
    file = attach(unit, indicators=["national-2006/1.1"]).file
    with pytest.raises(actions.AlreadyCited):
        actions.cite(file=file, indicator="national-2006/1.1", unit=unit, by=lin)
    actions.cite(file=file, indicator="national-2006/1.2", unit=unit, by=lin, period="2026")
    assert [c.indicator for c in queries.citations(unit)] == ["national-2006/1.1", "national-2006/1.2"]
    assert Job.objects.in_unit(unit).filter(kind="assessment.suggest", state="queued").count() == 1
    assert Line.objects.filter(act="evidence.cited").count() == 2


def test_only_indicators_that_exist_can_be_cited() -> None:
    unit = make.unit()
    for wrong in ("national-2006/99.9", "no-such-scheme/1.1", ""):
        with pytest.raises(actions.UnknownIndicator):
            attach(unit, indicators=[wrong])
    assert list(store.kept()) == []


def test_a_record_can_be_cited_and_uncited() -> None:
    unit = make.unit()
    lin = make.member(unit)
    entry = Entry.objects.create(
        unit=unit, path=unit.path, ledger="drills", title="演练", record_date="2026-03-01"
    )
    citation = actions.cite(entry=entry, indicator="national-2006/7.4", unit=unit, by=lin)
    assert queries.cited_by_month(unit, "national-2006") == [("7.4", date(2026, 3, 1), 1)]
    actions.uncite(citation=citation, by=lin)
    assert Citation.objects.in_unit(unit).count() == 0
    assert Line.objects.filter(act="evidence.uncited").count() == 1


def test_with_a_scanner_that_is_silent_nothing_is_taken(settings: Any) -> None:
    settings.CLAMAV = "127.0.0.1:1"
    with pytest.raises(MediaRefused, match="查毒程序没有回答"):
        attach(make.unit())
    assert not list(store.kept())


def test_a_file_withdrawn_for_thirty_days_is_let_go_unless_another_row_speaks_of_it() -> None:
    unit, other = make.unit(), make.unit("建设路街道")
    lin = make.member(unit)
    file = attach(unit, by=lin).file
    shared = attach(other, by=make.member(other, username="wu")).file
    for one in (file, shared):
        actions.withdraw(file=one, version=one.version, reason="传错了", by=lin)
    now = timezone.now()
    assert actions.remove_withdrawn(before=now - timedelta(days=30), now=now, by=None) == 0
    File.objects.in_unit(unit).update(withdrawn_at=now - timedelta(days=31))
    assert actions.remove_withdrawn(before=now - timedelta(days=30), now=now, by=None) == 1
    later = time.time() + 2 * store.ORPHAN_SECONDS
    store.sweep(queries.is_known, later)
    assert store.path_of(file.sha256).exists()
    File.objects.in_unit(other).update(withdrawn_at=now - timedelta(days=31))
    actions.remove_withdrawn(before=now - timedelta(days=30), now=now, by=None)
    store.sweep(queries.is_known, later)
    assert not store.path_of(file.sha256).exists()
    assert list(queries.damaged()) == []
    assert Line.objects.filter(act="file.removed").count() == 2


def test_a_withdrawn_file_is_evidence_for_nothing_but_stays() -> None:
    unit = make.unit()
    lin = make.member(unit)
    file = attach(unit, indicators=["national-2006/1.1"]).file
    actions.withdraw(file=file, version=file.version, reason="传错了", by=lin)
    assert queries.files(unit).count() == 0
    assert queries.citations(unit).count() == 0
    assert store.path_of(file.sha256).is_file()
    assert attach(unit).is_new


def test_two_people_describing_one_file_do_not_overwrite_one_another() -> None:
    unit = make.unit()
    lin = make.member(unit)
    file = attach(unit).file
    words = {"title": "新标题", "proof_date": date(2026, 2, 1), "remark": ""}
    actions.describe(file=File.objects.in_unit(unit).get(), version=1, by=lin, **words)
    with pytest.raises(StaleRecord):
        actions.describe(file=file, version=1, by=lin, **words)


def test_files_are_found_by_words_kind_year_and_citation() -> None:
    unit = make.unit()
    pdf = attach(unit, indicators=["national-2006/1.1"], proof_date=date(2025, 5, 1)).file
    picture = attach(unit, photo(), "巡查.jpg", remark="老旧小区").file
    assert list(queries.found(unit, text="小区")) == [picture]
    assert list(queries.found(unit, group="document")) == [pdf]
    assert list(queries.found(unit, year=2026)) == [picture]
    assert list(queries.found(unit, indicator="national-2006/1.1")) == [pdf]
    assert list(queries.found(unit, cited="no")) == [picture]


def test_reading_begins_with_a_scope() -> None:
    unit = make.unit()
    wu = make.member(make.unit("月光街道"), username="wu")
    attach(unit)
    with pytest.raises(ScopeMissing):
        File.objects.filter(pk=1)
    assert list(File.objects.for_user(wu, Permission.EVIDENCE_VIEW)) == []
    assert File.objects.for_user(make.member(unit), Permission.EVIDENCE_VIEW).count() == 1


def test_a_file_is_passed_on_to_another_unit_once_and_shares_its_bytes() -> None:
    one, other = make.unit(), make.unit("彩虹街道")
    lin = make.member(one)
    file = attach(one, photo(), "巡查.jpg", by=lin).file
    passed = [actions.pass_on(file=file, unit=other, by=lin) for _time in range(2)]
    assert {each.pk for each in passed} == {queries.files(other).get().pk}
    assert (passed[0].sha256, passed[0].path) == (file.sha256, other.path)
