from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.jobs.models import Job
from safecommunity.units.models import RoleHolding, Unit
from safecommunity.units.permissions import ADMINISTRATORS
from tests import make

pytestmark = pytest.mark.django_db


def test_the_first_administrators_get_a_link_each_that_sets_their_password_once(capsys, client):
    call_command("admin", "--unit", "某市创建办", "--code", "1301", "--address", "https://aq.example.org/")
    printed = capsys.readouterr().out
    links = re.findall(r"https://aq\.example\.org(/\S+)", printed)
    assert len(links) == 3
    assert set(RoleHolding.objects.values_list("role", flat=True)) == ADMINISTRATORS
    assert Unit.objects.get().slug == "1301"
    assert Line.objects.filter(act="link.made").count() == 3
    assert client.get(links[0]).status_code == 200
    with pytest.raises(CommandError, match="已有管理员"):
        call_command("admin", "--unit", "某市创建办", "--code", "1301")
    assert User.objects.count() == 3


def test_the_daily_round_is_asked_for_once_a_day_and_root(settings, tmp_path):
    settings.KEYS = tmp_path
    make.unit("甲市", kind="city-office"), make.unit("乙市", kind="city-office")
    for _time in range(2):
        call_command("tick")
    kinds = sorted(Job.objects.everything(reason="test").values_list("kind", flat=True))
    assert kinds == [
        "assessment.suggest",
        "assessment.suggest",
        "hazards.remind",
        "hazards.remind",
        "hazards.rounds",
        "hazards.rounds",
        "metrics.refresh-all",
        "programmes.remind",
        "programmes.remind",
        "residents.daily",
        "residents.daily",
        "returns.remind",
        "returns.remind",
        "reviews.remind",
        "reviews.remind",
        "risks.remind",
        "risks.remind",
        "surveillance.look",
        "surveillance.look",
        "visits.remind",
        "visits.remind",
    ]
    assert (tmp_path / "checkpoints.jsonl").exists()
