"""The city standard of the pilot plan: each item follows the records, says why, and falls with a bad one."""

from __future__ import annotations

from typing import Any

import pytest

from safecommunity import library
from safecommunity.core.schemes import Veto
from safecommunity.core.scoring import score
from safecommunity.core.suggestions import marks
from safecommunity.evidence import archive
from safecommunity.ledgers.models import Entry
from tests import make
from tests.assessment.records import Step, answer, many, months, suggested, taken, told

pytestmark = pytest.mark.django_db
CITY = library.schemes["shijiazhuang"]

SHOP = {"kind": "shop", "place": "建设路1号", "state": "operating", "surveyed": False}
SAFE_SHOP = {**SHOP, "leading_body": True, "responsibility_system": True}
CLEAR_SHOP = {**SHOP, "passages_clear": True}
CAFE = {"kind": "restaurant", "place": "建设路3号", "state": "operating", "licensed": False}
CLEAN_CAFE = CAFE | dict.fromkeys(
    ("zoned", "drained", "lidded_bins", "daily_removal", "clean_surroundings"), True
)
CHECK: dict[str, Any] = {
    "kind": "comprehensive",
    "leader": "周敏",
    "scope": "全部场所",
    "places_checked": 20,
    "hazards_found": 4,
    "hazards_fixed": 4,
}
LAWFUL = {**CHECK, "violations": 0}
MONTHLY = {"source": "clinic", "accidents": 0, "injured": 0, "dead": 0}
ROAD = {"section": "中山路", "checker": "李强", "motor_in_order": True, "cycles_in_order": True}
CRASH = {"section": "中山路", "involved": ["e-bike"], "injured": 1, "dead": 0}
COURSE = {"kind": "lecture", "field": "home", "groups": ["residents"], "persons": 100, "content": "用电用气"}
PLAN = {"level": "special", "issued_date": "2025-01-01", "body": "创建办"}


@pytest.mark.parametrize(
    ("item", "steps"),
    [
        pytest.param("R42", [
            Step("offices", [{"name": "安全办公室", "place": "居委会", "fixed": True, "complete": True,
                              "checked_date": "2026-01-05"}], "1", "metric-met offices-fit-rate"),
            Step("offices", [{"name": "临时办公点", "place": "板房", "fixed": False, "complete": False,
                              "checked_date": "2026-02-05"}], "0", "metric-missed offices-fit-rate"),
        ], id="office", marks=pytest.mark.requirement("R42")),
        pytest.param("R43", [
            Step("emergency-plans", [{"name": "应急救援预案", "kind": "rescue", **PLAN}], "1", "papers-all"),
        ], id="emergency-plan", marks=pytest.mark.requirement("R43")),
        pytest.param("R44", [
            Step("emergency-teams", [{"name": "救援队", "kind": "comprehensive", "members": 20,
                                      "set_up_date": "2025-01-01", "equipment": "担架"}], "0", "papers"),
            Step("supplies", many(5, "name", kind="medical", quantity=10, warehouse="仓库"), "1",
                 "papers-all"),
        ], id="rescue-team", marks=pytest.mark.requirement("R44")),
        pytest.param("R46", [
            Step("patrols", months(10, "patrol_date", team="巡逻队", leader="李强", route="一号线",
                                   normal=True), "0", "records-few"),
            Step("patrols", [{"patrol_date": "2026-11-05", "team": "巡逻队", "leader": "李强",
                              "route": "一号线", "normal": True}], "1", "papers-all"),
        ], id="patrols", marks=pytest.mark.requirement("R46")),
        pytest.param("R62", [
            Step("major-hazard-sources", [{"name": "液氨储罐", "kind": "ammonia", "place": "冷库",
                 "monitored": True, "monitoring": "24小时监控", "responsible": "李强"}],
                 "1", "metric-met hazard-sources-monitored-rate"),
            Step("major-hazard-sources", [{"name": "油罐", "kind": "fuel", "place": "加油站",
                 "monitored": False, "responsible": "王强"}], "0",
                 "metric-missed hazard-sources-monitored-rate"),
        ], id="hazard-sources", marks=pytest.mark.requirement("R62")),
        pytest.param("R63", [
            Step("premises", many(20, "name", **SAFE_SHOP), "1",
                 "metric-met premises-with-responsibility-system-rate"),
            Step("premises", [{"name": "新店", **SAFE_SHOP, "leading_body": False}], "0",
                 "metric-missed premises-with-leading-body-rate"),
        ], id="responsibility", marks=pytest.mark.requirement("R63")),
        pytest.param("R67", [
            Step("premises", [{"name": "甲店", **SHOP, "major_fire_hazard": False}], "0",
                 "metric-met major-fire-hazard-units"),
            Step("premises", [{"name": "乙店", **SHOP, "major_fire_hazard": True}], "1",
                 "metric-missed major-fire-hazard-units"),
        ], id="major-fire-hazard", marks=pytest.mark.requirement("R67")),
        pytest.param("R68", [
            Step("inspections-comprehensive", months(4, "held_date", name="综合检查", **CHECK), "0",
                 "metric-unknown clear-passages-rate"),
            Step("premises", many(3, "name", **CLEAR_SHOP), "1", "metric-met clear-passages-rate"),
            Step("premises", [{"name": "堵门店", **SHOP, "passages_clear": False}], "0",
                 "metric-missed clear-passages-rate"),
        ], id="passages", marks=pytest.mark.requirement("R68")),
        pytest.param("R69", [
            Step("fire-equipment", many(20, "number", kind="extinguisher", quantity=2, place="一楼",
                 passed=True, intact=True, provided_as_prescribed=True), "1",
                 "metric-met fire-equipment-provided-rate"),
            Step("fire-equipment", [{"number": "缺", "kind": "extinguisher", "quantity": 1, "place": "二楼",
                 "passed": True, "intact": True, "provided_as_prescribed": False}], "0",
                 "metric-missed fire-equipment-provided-rate"),
        ], id="extinguishers", marks=pytest.mark.requirement("R69")),
        pytest.param("R72", [
            Step("injuries-summary", [{"month": "2026-01", "field": "fire", **MONTHLY}], "",
                 "metric-unknown hazards-fixed-rate"),
            Step("inspections-comprehensive", months(1, "held_date", name="综合检查", **LAWFUL), "0",
                 "metric-met hazards-fixed-rate"),
            Step("inspections-comprehensive", [{"held_date": "2026-06-05", "name": "抽查", **LAWFUL,
                 "violations": 1}], "1", "metric-missed violations"),
        ], id="no-hazard-violation-fire", marks=pytest.mark.requirement("R72")),
        pytest.param("R73", [
            Step("premises", [{"name": "地块", **SHOP, "kind": "vacant-plot", "three_in_one": False,
                               "illegal_structure": False}], "0",
                 "metric-met three-in-one-premises"),
            Step("premises", [{"name": "宿舍", **SHOP, "kind": "dormitory", "illegal_structure": True}], "1",
                 "metric-missed illegal-structures"),
        ], id="three-in-one", marks=pytest.mark.requirement("R73")),
        pytest.param("R74", [
            Step("safety-signs", many(5, "number", kind="traffic", content="减速", place="路口",
                 field="traffic", set_date="2025-01-01", intact=True), "1",
                 "metric-met traffic-signs-intact-rate"),
            Step("safety-signs", [{"number": "损", "kind": "traffic", "content": "停", "place": "路口",
                 "field": "traffic", "set_date": "2025-01-01", "intact": False, "fault": "被撞"}], "0",
                 "metric-missed traffic-signs-intact-rate"),
        ], id="traffic-signs", marks=pytest.mark.requirement("R74")),
        pytest.param("R75", [
            Step("road-order", months(6, "checked_date", **ROAD, occupied=False), "1",
                 "metric-met road-order-rate"),
            Step("road-order", [{"checked_date": "2026-08-05", **ROAD, "occupied": True, "problem": "摊点",
                 "handled": "劝离"}], "0", "metric-missed road-order-rate"),
        ], id="road-order", marks=pytest.mark.requirement("R75")),
        pytest.param("R79", [
            Step("emergency-plans", [{"name": "交通事故预案", "kind": "traffic", **PLAN}], "1",
                 "metric-met traffic-accidents-mishandled"),
            Step("traffic-accidents", [{"happened_date": "2026-03-05", "time": "08:00", **CRASH,
                 "handling": "proper"}], "1", "metric-met traffic-accidents-mishandled"),
            Step("traffic-accidents", [{"happened_date": "2026-04-05", "time": "08:00", **CRASH,
                 "handling": "no-rescue", "lapse": "无人会急救"}], "0",
                 "metric-missed traffic-accidents-mishandled"),
        ], id="traffic-accidents", marks=pytest.mark.requirement("R79")),
        pytest.param("R80", [
            Step("food-businesses", many(5, "name", **CAFE), "0", "metric-missed food-inspections"),
            Step("food-inspections", months(2, "inspected_date", kind="tableware", business_name="1号",
                 samples=20, passed=19), "1", "metric-met food-inspections"),
        ], id="food-supervision", marks=pytest.mark.requirement("R80")),
        pytest.param("R82", [
            Step("food-businesses", many(5, "name", **CLEAN_CAFE), "1", "metric-met food-hygiene-rate"),
            Step("food-businesses", [{"name": "脏店", **CLEAN_CAFE, "daily_removal": False}], "0",
                 "metric-missed food-hygiene-rate"),
        ], id="food-hygiene", marks=pytest.mark.requirement("R82")),
        pytest.param("R84", [
            Step("emergency-plans", [{"name": "食物中毒预案", "kind": "food-poisoning", **PLAN}], "0",
                 "metric-unknown food-poisoning-measures-rate"),
            Step("food-businesses", many(2, "name", **CAFE, poisoning_measures=True), "0",
                 "metric-unknown major-food-poisonings"),
            Step("injuries-summary", [{"month": "2026-01", "field": "food", **MONTHLY, "no_major": True}],
                 "1", "metric-met major-food-poisonings"),
            Step("injuries-summary", [{"month": "2024-07", "field": "food", **MONTHLY, "no_major": False}],
                 "0", "metric-missed major-food-poisonings"),
        ], id="food-poisoning", marks=pytest.mark.requirement("R84")),
        pytest.param("R87", [
            Step("education-facilities", [{"name": "广场橱窗", "kind": "window", "place": "广场",
                 "quantity": 4, "set_date": "2025-05-01"}], "0", "papers"),
            Step("education-facilities", [{"name": "安全标语", "kind": "banner", "place": "门口",
                 "quantity": 9, "set_date": "2025-05-01"}], "1", "papers-all"),
        ], id="windows-and-slogans", marks=pytest.mark.requirement("R87")),
        pytest.param("R88", [
            Step("activities", months(5, "held_date", name="宣传", **COURSE), "0", "records-few"),
            Step("activities", [{"held_date": "2026-06-05", "name": "宣传", **COURSE}], "1", "papers-all"),
        ], id="publicity-archive", marks=pytest.mark.requirement("R88")),
        pytest.param("R92", [
            Step("activities", months(2, "held_date", name="讲座", **COURSE), "0",
                 "metric-unknown residents-exam-pass-rate"),
            Step("activities", [{"held_date": "2026-03-05", "name": "急救", **COURSE, "exam": True,
                 "passed": 90}], "1", "metric-met residents-exam-pass-rate"),
            Step("activities", [{"held_date": "2026-04-05", "name": "急救", **COURSE, "exam": True,
                 "passed": 40}], "0", "metric-missed residents-exam-pass-rate"),
        ], id="residents-know", marks=pytest.mark.requirement("R92")),
        pytest.param("R93", [
            Step("injuries-summary", [{"month": "2026-01", "field": "general", **MONTHLY, "no_major": True}],
                 "0", "metric-met major-accidents"),
            Step("injuries-summary", [{"month": "2026-02", "field": "workplace", **MONTHLY,
                 "no_major": False}], "1", "metric-missed major-accidents"),
        ], id="no-major-accident", marks=pytest.mark.requirement("R93")),
    ],
)  # fmt: skip
def test_an_item_follows_the_records_and_says_why(item: str, steps: list[Step]) -> None:
    unit = make.unit()
    indicator = CITY.indicators[item]
    assert answer(suggested(unit, "shijiazhuang")[item]) != "1"
    made: list[Entry] = []
    for step in steps:
        made += taken(unit, step.ledger, step.records)
        found = suggested(unit, "shijiazhuang")[item]
        assert answer(found) == step.answer
        assert step.reason in told(found)
    asked = {need.ledger for need in indicator.evidence}
    filed = set(archive.records_of(unit, [indicator], 2026))
    assert filed == {entry for entry in made if entry.ledger in asked}
    if isinstance(indicator.rule, Veto):
        assert score(CITY, marks(suggested(unit, "shijiazhuang"))).band.code == "not-accepted"
