"""What residents reported to a sub-district, in every state, for the demonstration."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.core.form_tokens import receipt
from safecommunity.demo.photos import picture
from safecommunity.residents import actions
from safecommunity.residents.actions import Picture, Said
from safecommunity.residents.models import Report
from safecommunity.residents.queries import Spot
from safecommunity.units.models import Unit


class Story(NamedTuple):
    """`days` ago it came; `way`: the steps taken since, two days apart."""

    days: int
    kind: str
    field: str
    words: str
    subject: str
    spot: str
    way: tuple[str, ...]


STORIES = (
    Story(0, "danger", "fire", "楼道里堆了很多纸箱和旧家具，晚上有人在旁边抽烟。", "", "3号楼2单元", ()),
    Story(1, "suggestion", "elderly", "希望在门口的台阶加一道扶手，老人上下不方便。", "", "活动室门口", ()),
    Story(6, "danger", "traffic", "减速带断了一截，露出钉子。", "减速带损坏", "学校正门", ("accept",)),
    Story(8, "danger", "public-place", "健身器材的螺丝松了，孩子玩很危险。", "健身器材松动", "小广场",
          ("accept", "begin")),
    Story(12, "danger", "home", "楼梯间的窗户玻璃裂了，风大怕掉下来。", "楼梯间玻璃开裂", "7号楼1单元",
          ("accept", "begin", "solve")),
    Story(40, "danger", "fire", "消防通道停满了车。", "消防通道被占用", "南门",
          ("accept", "begin", "solve", "answer", "fixed")),
    Story(36, "danger", "disaster", "下雨时车库入口积水，没有挡水板。", "地下车库入口积水", "地下车库",
          ("accept", "begin", "solve", "answer")),
    Story(30, "opinion", "general", "宣传都在上班时间，上班的人参加不了。", "宣传活动时间", "",
          ("accept", "solve", "answer")),
    Story(20, "opinion", "general", "楼下邻居半夜唱歌。", "夜间噪声", "", ("accept", "decline")),
)  # fmt: skip
PICTURED = (0, 4)
SAID = "由值班人员核对办理（演示）。"
ANNOUNCED = (
    (
        "电动自行车不要上楼充电",
        "近日邻近小区发生一起充电起火。请到集中充电点充电，不要飞线（演示）。",
    ),
    ("雨季防积水提醒", "地下空间的单位和住户请检查挡水板和水泵，遇积水请拨打值班电话（演示）。"),
)


def load(unit: Unit, areas: list[str], point: tuple[float, float], by: User, now: datetime) -> None:
    """Each story with its steps, a follower, a caller's report and two announcements."""
    today = timezone.localdate(now)
    rows = [_told(unit, number, areas, point, by, now) for number, _story in enumerate(STORIES)]
    followed = next(row for row in rows if row.state == "open")
    actions.follow(row=followed, receipt=_receipt("follower"), now=now, by=None)
    said = Said("suggestion", "希望每月办一次消防演练。", "fire", source="phone", phone="0311-86012345")
    actions.receive(unit=unit, said=said, receipt=_receipt("caller"), now=now, by=by)
    for title, words in ANNOUNCED:
        actions.publish(unit=unit, title=title, words=words, by=by, today=today)


def _told(
    unit: Unit, number: int, areas: list[str], point: tuple[float, float], by: User, now: datetime
) -> Report:
    story, dice = STORIES[number], Random(number)  # noqa: S311 - for show, and repeatable
    came = now - timedelta(days=story.days, hours=number + 1)
    spot = Spot(
        areas[number % len(areas)], round(point[0] + dice.uniform(-0.006, 0.006), 6),
        round(point[1] + dice.uniform(-0.005, 0.005), 6),
    )  # fmt: skip
    pictures = [Picture("现场.jpg", [picture(came, dice)])] if number in PICTURED else []
    said = Said(
        story.kind, story.words, story.field, spot, story.spot, "13800000000" if number % 3 == 0 else "",
        pictures=pictures,
    )  # fmt: skip
    row = actions.receive(
        unit=unit, said=said, receipt=_receipt(str(number)), now=came, by=None, address=f"demo {number}"
    )
    for place, act in enumerate(story.way):
        _step(row, act, story, timezone.localdate(came) + timedelta(days=2 * place), now, by)
    return row


def _step(row: Report, act: str, story: Story, day: date, now: datetime, by: User) -> None:
    known: dict[str, Any] = {"row": row, "version": row.version, "by": by, "reply": SAID}
    if act == "accept":
        actions.accept(**known, subject=story.subject, field=story.field, body=None, due_date=None, today=day)
    elif act == "fixed":
        actions.judge(row=row, is_fixed=True, by=None, today=timezone.localdate(now))
    elif act in ("answer", "decline"):
        {"answer": actions.answer, "decline": actions.decline}[act](**known, today=day)
    else:
        {"begin": actions.begin, "solve": actions.solve}[act](**known)


def _receipt(name: str) -> str:
    return receipt(settings.SECRET_KEY, f"demo/{name}")
