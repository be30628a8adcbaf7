"""Eight phones that come back to a network at once, each with an outbox of hazards.

`python benchmarks/outbox.py [SECONDS]` starts a server of its own on this machine; over all phones 100
submissions fall due a second. A phone sends as `web/static/js/phone/sending.js` does: one request at a time
with all that waits, at most 20, and one that waits alone by itself; every tenth request goes twice, as when
its answer is lost. Prints one JSON object: the 95th percentile from the moment a submission was due until
its answer, how many a second were answered and in how many requests, the server's processor time for each,
how many were lost or doubled.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

from safecommunity.config import keys

GOALS = {"p95_ms": 300.0, "lost": 1.0, "doubled": 1.0}
CLIENTS = 8
PER_SECOND = 100
SECONDS = 10
REPLAYED = 10
TOGETHER = 20
ROOT = Path(__file__).resolve().parent.parent
MADE = """
import django; django.setup()
from django.utils import timezone
from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User
from safecommunity.units import actions
unit = actions.create(name="和平社区", kind="neighbourhood", slug="heping", parent=None, by=None)
for number in range({clients}):
    person = User.objects.create(username=f"officer{{number}}", display_name="安监员", password="!")
    actions.grant(user=person, unit=unit, role="officer", by=None)
    print(make_token(user=person, name="phone", days=1, now=timezone.now(), by=person)[1])
"""
KEPT = """
import django; django.setup()
from safecommunity.hazards.models import HiddenHazard
from safecommunity.units.models import Unit
for uid in HiddenHazard.objects.in_unit(Unit.objects.get(slug="heping")).values_list("text", flat=True):
    print(uid)
"""


def main(seconds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        environment, bind = _prepared(Path(name))
        tokens = _run(environment, MADE.format(clients=CLIENTS))
        server = subprocess.Popen(
            [sys.executable, "-m", "safecommunity", "web", "--bind", bind, "--workers", "2"],
            env=environment, start_new_session=True,
        )  # fmt: skip
        try:
            _wait(bind)
            begin, used = time.monotonic() + 1, _used(server.pid)
            with ThreadPoolExecutor(CLIENTS) as phones:
                jobs = [
                    phones.submit(_phone, bind, token, number, begin, seconds)
                    for number, token in enumerate(tokens)
                ]
                told = [line for job in jobs for line in job.result()]
            took, used = time.monotonic() - begin, _used(server.pid) - used
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()
        kept = _run(environment, KEPT)
    answered = {uid for uids, _waited in told for uid in uids}
    waited = [each for _uids, waits in told for each in waits]
    print(json.dumps({
        "submissions": len(answered),
        "requests": len(told),
        "answered_per_second": round(len(waited) / took, 1),
        "p95_ms": round(quantiles(waited, n=20)[-1] * 1000, 1),
        "processor_ms": round(used / len(waited) * 1000, 2),
        "lost": len(answered - set(kept)),
        "doubled": len(kept) - len(set(kept)),
    }, indent=1))  # fmt: skip


def _phone(
    bind: str, token: str, number: int, begin: float, seconds: int
) -> list[tuple[list[str], list[float]]]:
    """Of each request its keys and the seconds from when each was due until it was answered."""
    connection = http.client.HTTPConnection(bind, timeout=60)
    outbox = [
        (begin + (place * CLIENTS + number) / PER_SECOND, str(uuid4()))
        for place in range(PER_SECOND * seconds // CLIENTS)
    ]
    told: list[tuple[list[str], list[float]]] = []
    while outbox:
        time.sleep(max(0.0, outbox[0][0] - time.monotonic()))
        now = time.monotonic()
        waiting = [one for one in outbox[:TOGETHER] if one[0] <= now] or outbox[:1]
        del outbox[: len(waiting)]
        uids = [uid for _due, uid in waiting]
        for _time in range(2 if len(told) % REPLAYED == 0 else 1):
            status = _post(connection, token, uids)
            assert status in (200, 201), status
            told.append((uids, [time.monotonic() - due for due, _uid in waiting]))
    return told


def _post(connection: http.client.HTTPConnection, token: str, uids: list[str]) -> int:
    said = [
        {
            "client_uuid": uid, "place": f"{uid[:4]}号楼", "text": uid, "kind": "escape", "cause": "state",
            "field": "fire", "longitude": 114.5, "latitude": 38.04,
        }
        for uid in uids
    ]  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    where, body = ("/batch", said) if len(said) > 1 else ("", said[0])
    connection.request("POST", f"/api/units/heping/hazards{where}", json.dumps(body), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _used(group: int) -> float:
    """Seconds of processor time of a group of processes so far."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12]) if int(fields[2]) == group else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _prepared(folder: Path) -> tuple[dict[str, str], str]:
    keys.create(folder / "keys")
    (folder / "data").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    usual = {name: value for name, value in os.environ.items() if not name.startswith("SAFECOMMUNITY_")}
    environment = {
        **usual, "PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "safecommunity.config.settings",
        "SAFECOMMUNITY_DATA": str(folder / "data"), "SAFECOMMUNITY_KEYS": str(folder / "keys"),
        "SAFECOMMUNITY_PLAIN_HTTP": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "safecommunity", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=environment, check=True)
    return environment, bind


def _run(environment: dict[str, str], code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.split()


def _wait(bind: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection(bind, timeout=2)
            connection.request("GET", "/phone/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(bind)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
