from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from safecommunity.audit.models import Line
from safecommunity.jobs.actions import claim, enqueue, finish, forget_results
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make.unit()


@pytest.fixture
def lin(unit):
    return make.member(unit)


def later(unit, by, title="导出"):
    return enqueue("test.kind", unit=unit, arguments={}, by=by, title=title)


def done(unit, by, content=b"PK"):
    later(unit, by)
    job = claim()
    Progress(job).file("台账.xlsx").write_bytes(content)
    finish(job, result={})
    return job


def test_a_person_sees_what_they_put_off_and_nobody_elses(unit, lin):
    later(unit, lin, "导出车辆台账")
    zhou = make.member(unit, "viewer", "zhou")
    assert "导出车辆台账" in make.client(lin).get(f"/{unit.slug}/jobs/").content.decode()
    assert "导出车辆台账" not in make.client(zhou).get(f"/{unit.slug}/jobs/").content.decode()


def test_a_stranger_finds_no_tray(unit, lin):
    job = done(unit, lin)
    wu = make.client(make.member(make.unit("别处"), "office", "wu"))
    for page in ("", f"{job.pk}/", f"{job.pk}/file/"):
        assert wu.get(f"/{unit.slug}/jobs/{page}").status_code == 404
    assert wu.post(f"/{unit.slug}/jobs/{job.pk}/cancel/").status_code == 404


def test_an_open_job_is_asked_for_every_second_and_a_finished_one_no_more(unit, lin):
    job = later(unit, lin)
    client = make.client(lin)
    assert 'hx-trigger="every 1s"' in client.get(f"/{unit.slug}/jobs/{job.pk}/").content.decode()
    claimed = claim()
    Progress(claimed).step(5, 5)
    assert 'value="5" max="5"' in client.get(f"/{unit.slug}/jobs/{job.pk}/").content.decode()
    finish(claimed, result={})
    assert "hx-trigger" not in client.get(f"/{unit.slug}/jobs/{job.pk}/").content.decode()


def test_the_file_comes_as_an_attachment_to_its_owner_alone(unit, lin):
    job = done(unit, lin, b"PK content")
    answer = make.client(lin).get(f"/{unit.slug}/jobs/{job.pk}/file/")
    assert b"".join(answer.streaming_content) == b"PK content"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["Cache-Control"] == "private, no-store"
    zhou = make.member(unit, "viewer", "zhou")
    assert make.client(zhou).get(f"/{unit.slug}/jobs/{job.pk}/file/").status_code == 404


def test_a_file_not_made_yet_or_gone_is_said_to_be_missing(unit, lin):
    job = later(unit, lin)
    assert make.client(lin).get(f"/{unit.slug}/jobs/{job.pk}/file/").status_code == 404


def test_cancelling_ends_the_job_and_is_written_down(unit, lin):
    job = later(unit, lin)
    assert make.client(lin).post(f"/{unit.slug}/jobs/{job.pk}/cancel/").status_code == 302
    assert Job.objects.in_unit(unit).get().state == Job.State.CANCELLED
    assert Line.objects.filter(act="job.cancelled").count() == 1
    assert make.client(lin).get(f"/{unit.slug}/jobs/{job.pk}/cancel/").status_code == 405


def test_the_tray_costs_the_same_for_one_and_three(unit, lin):
    client, costs = make.client(lin), []
    later(unit, lin)
    client.get(f"/{unit.slug}/jobs/")
    for more in (0, 2):
        for _one in range(more):
            later(unit, lin)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/{unit.slug}/jobs/")
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_result_is_kept_for_a_while_and_then_said_to_be_gone(unit, lin, settings, tmp_path):
    settings.RESULTS = tmp_path
    job, client = done(unit, lin), make.client(lin)
    assert forget_results(before=timezone.now() - timedelta(days=30)) == 0
    assert "下载" in client.get(f"/{unit.slug}/jobs/").content.decode()
    assert forget_results(before=timezone.now() + timedelta(minutes=1)) == 1
    assert "文件已过保存期" in client.get(f"/{unit.slug}/jobs/").content.decode()
    assert client.get(f"/{unit.slug}/jobs/{job.pk}/file/").status_code == 404
