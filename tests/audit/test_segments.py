import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from safecommunity.audit import checkpoints, queries, segments
from safecommunity.audit.actions import record
from safecommunity.audit.models import Line, Segment
from tests import make
from tests.audit.test_chain import tampered

pytestmark = pytest.mark.django_db
LATER = timedelta(days=400)


@pytest.fixture
def chain():
    unit = make.unit()
    for number in range(5):
        record("thing.done", f"thing {number}", by=None, unit=unit)
    return unit.path.split("/")[1]


@pytest.fixture
def moved(chain, tmp_path):
    """All lines but the newest let go, a year after they were written."""
    now = timezone.now() + LATER
    made = segments.expire(before=now - timedelta(days=200), folder=tmp_path, now=now)
    return next(one for one in made if one.chain == chain)


def test_old_lines_go_into_a_file_and_the_chain_still_holds(chain, moved, tmp_path):
    lines = (tmp_path / f"{chain}-1-{moved.seq}.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, moved.seq + 1))
    assert json.loads(lines[-1])["mac"] == moved.mac
    assert list(Line.objects.filter(chain=chain).values_list("seq", flat=True)) == [moved.seq + 1]
    assert queries.verify() == []
    assert Line.objects.filter(act="audit.expired").exists()


def test_lines_added_later_are_bound_to_those_that_went(chain, moved, tmp_path):
    record("thing.done", "another", by=None)
    now = timezone.now() + 2 * LATER
    again = segments.expire(before=now - timedelta(days=200), folder=tmp_path, now=now)
    assert queries.verify() == []
    assert chain not in {one.chain for one in again}


def test_lines_that_are_young_or_of_a_broken_chain_stay(chain, tmp_path):
    now = timezone.now()
    with pytest.raises(segments.Refused, match="六个月"):
        segments.expire(before=now, folder=tmp_path, now=now)
    assert segments.expire(before=now - timedelta(days=200), folder=tmp_path, now=now) == []
    tampered("UPDATE audit_line SET act = 'x' WHERE chain = %s AND seq = 2", chain)
    with pytest.raises(segments.Refused, match="#2"):
        segments.expire(before=now + timedelta(days=1), folder=tmp_path, now=now + LATER)


def test_a_note_that_somebody_wrote_without_the_key_is_noticed(chain, moved):
    Segment.objects.filter(pk=moved.pk).update(mac="0" * 64)
    assert queries.verify() == [queries.Break(chain, moved.seq, "altered")]
    Segment.objects.filter(pk=moved.pk).delete()
    assert queries.verify() == [queries.Break(chain, 1, "missing")]


def test_after_lines_went_the_others_are_as_safe_as_before(chain, moved):
    with pytest.raises(DatabaseError), transaction.atomic():
        Line.objects.filter(chain=chain).delete()


def test_checkpoints_of_lines_that_went_are_still_passed_through(chain, tmp_path):
    path = tmp_path / "checkpoints.jsonl"
    checkpoints.write(path, timezone.now())
    record("thing.done", "newest", by=None, unit=make.unit("乙街道"))
    now = timezone.now() + LATER
    segments.expire(before=now - timedelta(days=200), folder=tmp_path / "old", now=now)
    assert checkpoints.broken(path) == []


def test_the_command_says_what_it_moved_and_why_not(chain, tmp_path, capsys):
    call_command("expire_log", "--to", str(tmp_path))
    assert "移出 0 段" in capsys.readouterr().out
    with pytest.raises(CommandError, match="六个月"):
        call_command("expire_log", "--to", str(tmp_path), "--before", f"{timezone.localdate():%Y-%m-%d}")
    with pytest.raises(CommandError, match="2023-01-01"):
        call_command("expire_log", "--to", str(tmp_path), "--before", "soon")
