"""Hazards and rounds for programs and phones: the first answer again, pictures one by one."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User
from safecommunity.hazards import queries
from safecommunity.ledgers.models import Entry
from tests import make
from tests.hazards import made
from tests.hazards.made import Town

pytestmark = pytest.mark.django_db


class Phone:
    """Asks in the name of one person."""

    def __init__(self, person: User) -> None:
        _token, secret = make_token(user=person, name="t", days=1, now=timezone.now(), by=person)
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def ask(self, method: str, path: str, data: Any = None, version: int | None = None) -> tuple[int, Any]:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        body = "" if data is None else json.dumps(data)
        answer = self.client.generic(method, f"/api{path}", body, "application/json", headers=headers)
        return answer.status_code, json.loads(answer.content)

    def send(self, path: str, content: bytes, name: str = "a.jpg") -> tuple[int, Any]:
        answer = self.client.post(f"/api{path}", {"file": SimpleUploadedFile(name, content)})
        return answer.status_code, json.loads(answer.content)


@pytest.fixture
def here() -> Town:
    return made.town()


@pytest.fixture
def phone(here: Town) -> Phone:
    return Phone(here.officer)


CONTENT = made.picture()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def hazard(**more: Any) -> dict[str, Any]:
    return {**made.FOUND, "client_uuid": str(uuid4()), "pictures": [{"sha256": SHA256}], **more}


def shown(count: int) -> list[dict[str, str]]:
    return [{"sha256": f"{number:064x}"} for number in range(count)]


def base(here: Town) -> str:
    return f"/units/{here.block.slug}"


def test_what_is_sent_three_times_is_one_hazard_with_the_first_answer(here: Town, phone: Phone) -> None:
    said = hazard()
    answers = [phone.ask("POST", f"{base(here)}/hazards", said) for _time in range(3)]
    assert [status for status, _row in answers] == [201, 200, 200]
    assert {(row["number"], row["client_uuid"]) for _status, row in answers} == {
        (answers[0][1]["number"], said["client_uuid"])
    }
    assert queries.hazards(here.block).count() == 1


def test_pictures_come_one_by_one_and_may_be_taken_up_again(here: Town, phone: Phone) -> None:
    said = hazard(pictures=[{"sha256": SHA256}, {"sha256": "0" * 64}])
    row = phone.ask("POST", f"{base(here)}/hazards", said)[1]
    assert row["awaited"] == sorted([SHA256, "0" * 64])
    place = f"{base(here)}/hazards/{said['client_uuid']}"
    assert phone.send(f"{place}/pictures/{SHA256}", CONTENT[:-9])[0] == 422
    for _time in range(2):
        status, told = phone.send(f"{place}/pictures/{SHA256}", CONTENT)
        assert (status, told["awaited"]) == (200, ["0" * 64])
    assert phone.send(f"{place}/pictures/{'1' * 64}", CONTENT)[0] == 422
    assert phone.ask("GET", place)[1]["awaited"] == ["0" * 64]


def test_a_submission_asks_the_database_little_however_much_comes_with_it(here: Town, phone: Phone) -> None:
    assert here.lin
    asked = [
        make.questions(lambda n=n: phone.ask("POST", f"{base(here)}/hazards", hazard(pictures=shown(n))))
        for n in (1, 1, 3)
    ]
    assert asked[1] == asked[2] <= 21


def test_several_go_in_one_request_in_their_order_and_again_give_the_first_answers(
    here: Town, phone: Phone
) -> None:
    said = [hazard(place=place) for place in ("东门", "西门", "东门")]
    first = phone.ask("POST", f"{base(here)}/hazards", said[1])[1]
    batch = f"{base(here)}/hazards/batch"
    answers = [phone.ask("POST", batch, said) for _time in range(2)]
    assert [status for status, _rows in answers] == [200, 200]
    assert answers[0][1] == answers[1][1]
    east, west, again = answers[0][1]
    assert (west["number"], west["awaited"]) == (first["number"], [SHA256])
    assert [one["number"][-4:] for one in (west, east, again)] == ["0001", "0002", "0003"]
    rows = {str(row.client_uuid): row for row in queries.hazards(here.block)}
    assert rows[again["client_uuid"]].earlier == rows[east["client_uuid"]]
    assert sorted(Entry.objects.in_unit(here.block).values_list("client_uuid", flat=True)) == sorted(
        row.client_uuid for row in rows.values()
    )


def test_of_several_none_is_kept_when_one_is_refused(here: Town, phone: Phone) -> None:
    for said in ([hazard(), hazard(text=" ")], [hazard() for _time in range(21)]):
        assert phone.ask("POST", f"{base(here)}/hazards/batch", said)[0] == 422
    assert queries.hazards(here.block).count() == 0


def test_several_ask_the_database_as_little_as_one(here: Town, phone: Phone) -> None:
    assert here.lin
    batches = [[hazard(place=f"{n}{at}", pictures=shown(at + 1)) for at in range(n)] for n in (1, 2, 3)]
    asked = [
        make.questions(lambda said=said: phone.ask("POST", f"{base(here)}/hazards/batch", said))
        for said in batches * 2
    ]
    assert asked[1] == asked[2] < asked[0]
    assert asked[3] == asked[4] == asked[5] < asked[2]


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "nonsense"}, {"cause": ""}, {"longitude": 200}, {"pictures": [{"sha256": "x"}]},
        {"place": ""},
        {"client_uuid": "7"}, {"text": "a\0b"}, {"premises": 987654}, {"longitude": None},
        {"pictures": shown(12)}, {"grade": "huge"},
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused(here: Town, phone: Phone, bad: dict[str, Any]) -> None:
    status, told = phone.ask("POST", f"{base(here)}/hazards", hazard(**bad))
    assert (status, bool(told["detail"])) == (422, True)
    assert queries.hazards(here.block).count() == 0


@pytest.mark.requirement("R95")
def test_a_program_takes_a_hazard_to_its_end(here: Town, phone: Phone) -> None:
    said = hazard(pictures=[])
    row = phone.ask("POST", f"{base(here)}/hazards", said)[1]
    place, lin = f"{base(here)}/hazards/{said['client_uuid']}", Phone(here.lin)
    assert "grade" in row["acts"]
    for who, step in (
        (phone, {"act": "grade", "grade": "general", "severity": "high"}),
        (lin, {"act": "assign", "responsible_unit": "店", "responsible_person": "赵", "measures": "打开"}),
        (phone, {"act": "fix", "words": "已打开", "client_uuid": str(uuid4())}),
        (lin, {"act": "fail", "words": "又锁上"}),
        (phone, {"act": "fix", "words": "拆了", "pictures": [{"sha256": SHA256}]}),
        (lin, {"act": "pass"}),
        (lin, {"act": "close"}),
    ):
        status, row = who.ask("POST", f"{place}/steps", step, row["version"])
        assert status == 200, row
    assert (row["state"], row["awaited"]) == ("closed", [SHA256])
    listed = phone.ask("GET", f"{base(here)}/hazards?state=closed")[1]
    assert (listed["count"], listed["hazards"][0]["number"]) == (1, row["number"])


def test_a_stale_a_wrong_and_a_missing_version(here: Town, phone: Phone) -> None:
    said = hazard()
    row = phone.ask("POST", f"{base(here)}/hazards", said)[1]
    step = f"{base(here)}/hazards/{said['client_uuid']}/steps"
    give = {"act": "grade", "grade": "general"}
    assert phone.ask("POST", step, give)[0] == 428
    assert phone.ask("POST", step, give, row["version"] + 1)[0] == 412
    assert phone.ask("POST", step, {"act": "dance"}, row["version"])[0] == 422
    assert phone.ask("POST", step, {"act": "grade"}, row["version"])[0] == 422
    status, told = phone.ask("POST", step, {"act": "grade", "grade": "major"}, row["version"])
    assert (status, "请立即上报" in told["detail"]) == (422, True)


def test_who_may_not_and_who_does_not_see(here: Town, phone: Phone) -> None:
    said = hazard()
    phone.ask("POST", f"{base(here)}/hazards", said)
    zhou = Phone(make.member(here.street, "viewer", "zhou"))
    assert zhou.ask("POST", f"{base(here)}/hazards", hazard())[0] == 403
    assert zhou.ask("GET", f"{base(here)}/hazards")[1]["count"] == 1
    other = make.unit("安康街道", parent=here.city)
    wu = Phone(make.member(other, "office", "wu"))
    assert wu.ask("GET", f"{base(here)}/hazards/{said['client_uuid']}")[0] == 404
    assert wu.ask("GET", f"/units/{other.slug}/hazards/{said['client_uuid']}")[0] == 404


def test_a_round_from_its_start_to_its_end(here: Town, phone: Phone) -> None:
    shop = made.shop(here.block, "阳光饭店")
    checklist = next(one for one in phone.ask("GET", "/checklists")[1] if one["code"] == "fire")
    assert checklist["version"] == 1
    said = {
        "client_uuid": str(uuid4()), "kind": "patrol", "name": "夜巡", "field": "fire",
        "checklists": ["fire"],
        "due_date": "2026-12-31", "leader": "officer", "premises": [shop.pk],
    }  # fmt: skip
    place = f"{base(here)}/inspections"
    assert [phone.ask("POST", place, said)[0] for _time in range(2)] == [201, 200]
    own = f"{place}/{said['client_uuid']}"
    extra = {"client_uuid": str(uuid4()), "place": "后巷"}
    assert [phone.ask("POST", f"{own}/places", extra)[0] for _time in range(2)] == [201, 200]
    first, second = phone.ask("GET", own)[1]["visits"]
    assert (first["premises"], second["place"]) == (shop.pk, "后巷")
    usual = {"number": "2", "choice": "works"}
    answers: dict[str, Any] = {
        f"fire/{item['code']}": {"value": usual.get(item["answer"], "pass")} for item in checklist["items"]
    }
    for item in checklist["items"]:
        if item["answer"] == "photo":
            answers[f"fire/{item['code']}"]["pictures"] = [{"sha256": SHA256}]
    answers["fire/3.1"] = {"value": "fail", "remark": "老化"}
    visit = f"{base(here)}/stops/{first['client_uuid']}"
    for _time in range(2):
        status, found = phone.ask("PUT", visit, {"answers": answers}, first["version"])
        assert (status, found["state"], found["awaited"]) == (200, "done", [SHA256])
    assert phone.send(f"{visit}/pictures/{SHA256}", CONTENT)[1]["awaited"] == []
    opened = {"client_uuid": str(uuid4()), "item": "fire/3.1"}
    status, row = phone.ask("POST", f"{visit}/hazards", opened)
    assert (status, row["kind"], "老化" in row["text"]) == (201, "electrical", True)
    assert phone.ask("POST", f"{visit}/hazards", {**opened, "client_uuid": str(uuid4())})[0] == 200
    skipped = f"{base(here)}/stops/{second['client_uuid']}/skip"
    assert phone.ask("POST", skipped, {"words": "门锁着"}, second["version"])[1]["state"] == "skipped"
    version = phone.ask("GET", own)[1]["version"]
    assert phone.ask("POST", f"{own}/finish", {"words": ""}, version)[1]["state"] == "done"
    assert [one["state"] for one in phone.ask("GET", f"{place}?state=done")[1]] == ["done"]
