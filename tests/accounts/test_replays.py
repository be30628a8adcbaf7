from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from safecommunity.accounts.models import RequestKey, User
from safecommunity.accounts.replays import Answer, OtherContent, answered_once, fingerprint, forget
from tests import make

DONE = Answer(302, "/u1/ledgers/premises/7/", "")


@pytest.mark.django_db
def test_a_replay_gets_the_first_answer_and_does_nothing_again():
    lin, acts = make.user(), []
    act = lambda: acts.append(1) or DONE  # noqa: E731
    assert answered_once(lin, "key", "same", act) is None
    assert answered_once(lin, "key", "same", act) == DONE
    assert len(acts) == 1


@pytest.mark.django_db
def test_the_same_key_for_other_content_is_refused():
    lin = make.user()
    answered_once(lin, "key", "first", lambda: DONE)
    with pytest.raises(OtherContent):
        answered_once(lin, "key", "second", lambda: DONE)


@pytest.mark.django_db
def test_another_persons_key_is_another_key():
    acts = []
    for name in ("lin", "wu"):
        answered_once(make.user(name), "key", "same", lambda: acts.append(1) or DONE)
    assert len(acts) == 2


@pytest.mark.django_db
def test_a_refused_form_is_undone_and_may_be_sent_again():
    lin = make.user()

    def refuse():
        make.user("made-in-between")
        return Answer(422, "", "请改正")

    assert answered_once(lin, "key", "wrong", refuse) is None
    assert not User.objects.filter(username="made-in-between").exists()
    assert answered_once(lin, "key", "corrected", lambda: DONE) is None


@pytest.mark.django_db
def test_keys_are_forgotten_after_their_time():
    lin = make.user()
    answered_once(lin, "old", "x", lambda: DONE)
    RequestKey.objects.update(made_at=timezone.now() - timedelta(days=31))
    answered_once(lin, "new", "x", lambda: DONE)
    assert forget(timezone.now() - timedelta(days=30)) == 1
    assert [row.key for row in RequestKey.objects.all()] == ["new"]


def test_files_count_by_content_not_by_name_and_size():
    one, other = ContentFile(b"aa", "a.txt"), ContentFile(b"bb", "a.txt")
    assert fingerprint(["/x"], [one]) != fingerprint(["/x"], [other])
    assert fingerprint(["/x"], [one]) == fingerprint(["/x"], [ContentFile(b"aa", "b.txt")])


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_act_once():
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("an in-memory database has one connection; the file and PostgreSQL runs show it")
    lin, acts = make.user(), []

    def send(_number):
        try:
            return answered_once(lin, "key", "same", lambda: acts.append(1) or DONE)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert len(acts) == 1
    assert answers.count(DONE) == 7
