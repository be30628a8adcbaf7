from __future__ import annotations

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("safekeeping")]

TAMPER = """
from django.db import connection
cursor = connection.cursor()
if connection.vendor == "sqlite":
    cursor.execute("DROP TRIGGER audit_line_no_update")
    cursor.execute("DROP TRIGGER audit_line_no_delete")
else:
    cursor.execute("ALTER TABLE audit_line DISABLE TRIGGER USER")
"""
ALTER = """
cursor.execute("SELECT min(chain) FROM audit_line")
chain = cursor.fetchone()[0]
cursor.execute("UPDATE audit_line SET reason = 'other' WHERE chain = %s AND seq = 1", [chain])
print(f"链 {chain} 第 1 条：内容被改动")
"""
CUT_TAIL = """
cursor.execute("SELECT chain, max(seq) FROM audit_line GROUP BY chain ORDER BY chain LIMIT 1")
chain, last = cursor.fetchone()
cursor.execute("DELETE FROM audit_line WHERE chain = %s AND seq = %s", [chain, last])
cursor.execute("SELECT mac FROM audit_line WHERE chain = %s AND seq = %s", [chain, last - 1])
mac = cursor.fetchone()[0]
cursor.execute("UPDATE audit_head SET seq = %s, mac = %s WHERE chain = %s", [last - 1, mac, chain])
print(f"链 {chain} 第 {last} 条：末尾的记录缺失")
"""
SWAP = """
cursor.execute("SELECT chain FROM audit_line WHERE seq = 2 ORDER BY chain LIMIT 1")
chain = cursor.fetchone()[0]
for old, new in ((1, 900), (2, 1), (900, 2)):
    cursor.execute("UPDATE audit_line SET seq = %s WHERE chain = %s AND seq = %s", [new, chain, old])
print(f"链 {chain} 第 1 条：次序被改动")
"""


def test_an_untouched_deployment_holds(deployment):
    done = deployment.run("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line[0] for line in done.stdout.splitlines()] == ["✓"] * 5


def test_an_altered_line_is_named_and_the_exit_code_says_so(deployment):
    told = deployment.python(TAMPER + ALTER).strip()
    done = deployment.run("check")
    assert done.returncode == 1
    assert told in done.stdout


def test_swapped_lines_are_noticed(deployment):
    told = deployment.python(TAMPER + SWAP).strip()
    done = deployment.run("check")
    assert done.returncode == 1
    assert told in done.stdout


def test_a_cut_tail_is_noticed_even_when_the_head_was_set_back(deployment):
    assert deployment.run("tick").returncode == 0
    told = deployment.python(TAMPER + CUT_TAIL).strip()
    done = deployment.run("check")
    assert done.returncode == 1
    assert told in done.stdout


def test_an_altered_evidence_file_is_named(deployment):
    kept = next(path for path in (deployment.data / "evidence").rglob("*") if path.is_file())
    kept.chmod(0o600)
    kept.write_bytes(b"other")
    done = deployment.run("check")
    assert done.returncode == 1
    assert kept.parent.name + kept.name in done.stdout


def test_a_missing_evidence_file_is_named(deployment):
    kept = next(path for path in (deployment.data / "evidence").rglob("*") if path.is_file())
    kept.unlink()
    done = deployment.run("check")
    assert done.returncode == 1
    assert kept.parent.name + kept.name in done.stdout


def test_an_altered_paper_is_named(deployment):
    told = deployment.python(
        """
from safecommunity.core.periods import Period
from safecommunity.reports import actions, store
from safecommunity.units.actions import create
import datetime as dt
unit = create(name="阳光街道", kind="sub-district", slug="paper-check", parent=None, by=None)
asked = {"document": "ledger-print", "period": Period.parse("2025"), "ledger": "meetings"}
paper = actions.make(**asked, unit=unit, by=None)
actions.complete(paper=paper, today=dt.date(2026, 1, 8), step=lambda done, total: None, by=None)
store.path_of(paper.pdf_sha256).write_bytes(b"forged")
print(paper.pdf_sha256)
"""
    ).strip()
    done = deployment.run("check")
    assert done.returncode == 1
    assert f"{told}：不在了或被改动" in done.stdout
