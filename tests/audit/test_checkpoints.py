import json

import pytest
from django.utils import timezone

from safecommunity.audit import checkpoints
from safecommunity.audit.actions import record
from safecommunity.audit.models import Head, Line
from tests import make
from tests.audit.test_chain import tampered

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path):
    unit = make.unit()
    record("thing.done", "thing", by=None, unit=unit)
    place = tmp_path / "checkpoints.jsonl"
    checkpoints.write(place, timezone.now())
    return place


def test_each_chain_that_moved_on_gets_one_line(path):
    assert len(list(checkpoints.read(path))) == Head.objects.count() == 1
    assert checkpoints.write(path, timezone.now()) == []
    record("thing.done", "system", by=None)
    assert [point.chain for point in checkpoints.write(path, timezone.now())] == ["system"]
    assert checkpoints.broken(path) == []


def test_a_chain_written_anew_does_not_pass_through_its_checkpoints(path):
    line = Line.objects.get(seq=2)
    tampered("UPDATE audit_line SET mac = %s WHERE id = %s", "0" * 64, line.pk)
    assert [point.seq for point in checkpoints.broken(path)] == [2]


def test_a_forged_checkpoint_is_noticed(path):
    row = json.loads(path.read_text())
    path.write_text(json.dumps({**row, "at": "2020-01-01T00:00:00+00:00"}) + "\n")
    assert len(checkpoints.broken(path)) == 1


def test_a_filed_paper_carries_a_short_code(path):
    head = Head.objects.get()
    assert checkpoints.code(head.chain) == f"2-{head.mac[:12]}"
    assert checkpoints.code("none") == ""
    assert len(checkpoints.public_key()) == 64
