from datetime import timedelta

import pytest
from django.utils import timezone

from safecommunity.jobs import actions, queries, worker
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import NEEDS, TASKS, Progress, task
from safecommunity.units.models import RoleHolding
from safecommunity.units.permissions import Permission
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make.unit()


@pytest.fixture
def ran():
    """What the test task was called with."""
    calls = []

    @task("test.task")
    def run(job, progress):
        calls.append(job.arguments)
        return {"calls": len(calls)}

    yield calls
    del TASKS["test.task"]


def put_off(unit, **more):
    return actions.enqueue("test.task", unit=unit, arguments=more.pop("arguments", {}), by=None, **more)


def again(job):
    return Job.objects.in_unit(job.unit).get(pk=job.pk)


def test_a_job_runs_once_and_keeps_its_result(unit, ran):
    job = put_off(unit, arguments={"year": 2026})
    assert worker.drain() == 1
    assert worker.drain() == 0
    assert (again(job).state, again(job).result, ran) == ("done", {"calls": 1}, [{"year": 2026}])


def test_waiting_jobs_of_the_same_purpose_become_one(unit, ran):
    put_off(unit, unique="premises", arguments={"years": [2025]})
    put_off(unit, unique="premises", arguments={"years": [2026]})
    put_off(unit, unique="drills", arguments={"years": [2026]})
    put_off(make.unit("别处街道"), unique="premises", arguments={"years": [2024]})
    worker.drain()
    assert ran == [{"years": [2025, 2026]}, {"years": [2026]}, {"years": [2024]}]


def test_a_job_whose_worker_died_is_taken_over_and_the_dead_one_can_no_longer_finish_it(unit, ran):
    job = put_off(unit)
    lost = actions.claim()
    assert actions.claim() is None
    Job.objects.in_unit(unit).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert worker.run_one()
    actions.finish(lost, result={"late": True})
    assert (again(job).result, again(job).attempts) == ({"calls": 1}, 2)


def test_a_job_that_kills_every_worker_is_given_up(unit, ran):
    job = put_off(unit)
    for _ in range(actions.ATTEMPTS):
        assert actions.claim()
        Job.objects.in_unit(unit).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert actions.claim() is None
    assert again(job).state == "failed"


def test_a_failing_job_waits_and_is_tried_again(unit, monkeypatch):
    job = put_off(unit)
    monkeypatch.setitem(TASKS, "test.task", lambda job, progress: 1 / 0)
    monkeypatch.setattr(worker.log, "exception", lambda *args: None)
    worker.run_one()
    assert (again(job).state, again(job).error) == ("queued", "ZeroDivisionError: division by zero")
    assert worker.drain() == 0
    monkeypatch.setitem(TASKS, "test.task", lambda job, progress: {"fine": True})
    Job.objects.in_unit(unit).update(due_at=timezone.now())
    assert worker.drain() == 1
    assert again(job).result == {"fine": True}


def test_a_refusal_in_words_is_not_tried_again(unit, monkeypatch):
    job = put_off(unit)

    def refuse(job, progress):
        raise worker.Refused("文件里没有工作表")

    monkeypatch.setitem(TASKS, "test.task", refuse)
    worker.drain()
    assert (again(job).state, again(job).error) == ("failed", "文件里没有工作表")


def test_a_cancelled_job_stops_at_its_next_step(unit, monkeypatch):
    lin = make.member(unit)
    job = put_off(unit)

    def run(job, progress):
        actions.cancel(job=job, by=lin)
        progress.step(5, 5)
        raise AssertionError("went on")

    monkeypatch.setitem(TASKS, "test.task", run)
    worker.drain()
    assert again(job).state == "cancelled"


def test_a_right_taken_away_before_the_job_runs_counts(unit, monkeypatch):
    lin = make.member(unit)
    monkeypatch.setitem(NEEDS, "test.task", Permission.LEDGER_IMPORT)
    monkeypatch.setitem(TASKS, "test.task", lambda job, progress: {"fine": True})
    allowed = actions.enqueue("test.task", unit=unit, arguments={}, by=lin)
    worker.drain()
    late = actions.enqueue("test.task", unit=unit, arguments={}, by=lin)
    RoleHolding.objects.filter(user=lin).delete()
    worker.drain()
    assert again(allowed).state == "done"
    assert (again(late).state, again(late).error) == ("failed", "您已没有办理此事的权限。")


def test_progress_is_written_down_and_a_result_file_has_its_place(unit, settings, tmp_path):
    settings.RESULTS = tmp_path
    put_off(unit)
    job = actions.claim()
    progress = Progress(job)
    progress.step(7, 7, "七行")
    path = progress.file("台账.xlsx")
    path.write_bytes(b"x")
    actions.finish(job, result={})
    kept = again(job)
    assert (kept.done, kept.total, kept.message, kept.file_name) == (7, 7, "七行", "台账.xlsx")
    assert path == tmp_path / kept.file


def test_a_person_sees_own_jobs_of_the_unit_and_below(unit):
    lin, zhou = make.member(unit), make.member(unit, "viewer", "zhou")
    mine = actions.enqueue("a", unit=unit, arguments={}, by=lin)
    actions.enqueue("a", unit=unit, arguments={}, by=zhou)
    actions.enqueue("a", unit=make.unit("别处"), arguments={}, by=lin)
    assert list(queries.mine(lin, unit)) == [mine]
    assert queries.pending(unit, "a")
    assert not queries.pending(unit, "b")
