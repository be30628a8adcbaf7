"""What the plans ask of committee, office and groups: records move the figures and the suggested grades."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from safecommunity.ledgers import asking
from safecommunity.library import ledgers
from safecommunity.metrics import queries as measured
from safecommunity.units.models import Unit
from tests import make
from tests.assessment.records import TODAY, YEAR, Step, answer, many, months, suggested, taken, told

pytestmark = pytest.mark.django_db
PLAN = {"year": 2026, "body": "创建办", "goals": "下降5%", "measures": "落实", "issued_date": "2026-01-05"}
RULE = {"version": "1.0", "in_force_date": "2025-01-01", "state": "in-force"}
DIAGNOSIS = {
    "name": "社区诊断", "kind": "risk", "methods": ["survey"], "departments": "派出所、消防站",
    "started_date": "2026-02-01", "finished_date": "2026-03-01", "key_problems": "跌倒", "key_groups": "老人",
    "key_places": "楼道",
}  # fmt: skip
COURSE: dict[str, Any] = {"kind": "training", "groups": ["residents"], "persons": 50, "content": "用电用气"}
VOLUNTARY = {**COURSE, "kind": "volunteer"}
CHECK = {
    "leader": "周敏", "scope": "全部场所", "places_checked": 5, "hazards_found": 2, "hazards_fixed": 2,
    "key_posts": True,
}  # fmt: skip
PROJECT = {
    "group": "项目组", "background": "跌倒多", "goal": "下降20%", "interventions": ["facility", "publicity"],
    "measures": "加装扶手", "started_date": "2026-01-05", "ends_date": "2026-12-31",
    "focus": ["high-risk-people"],
}  # fmt: skip
MEASURE = {
    "source": "accident", "kind": "preventive", "cause": "无存放处", "measure": "增设车棚",
    "responsible": "物业",
    "due_date": "2026-10-01",
}  # fmt: skip
MONTHLY = {"field": "traffic", "source": "traffic-police", "accidents": 1, "injured": 1, "dead": 0}
SHOP = {"kind": "shop", "place": "建设路1号", "state": "operating", "surveyed": True}
SHOP |= {"surveyed_date": "2026-03-01", "risk_grade": "low"}
NEEDY = {"kind": ["elderly-alone"], "helper": "李娜"}
VOLUNTEER = {"joined_date": "2025-01-05", "fields": ["fire"], "hours": 20}
GROUPS = ("committee", "building-head", "youth", "veteran", "mass")


@pytest.mark.parametrize(
    ("scheme", "item", "steps"),
    [
        pytest.param("national-2006", "2.3", [
            Step("volunteers", [one | {"group": GROUPS[n % 5]} for n, one in
                                enumerate(many(20, "name", **VOLUNTEER))], "CCD", "papers"),
            Step("social-organisations", many(2, "name", kind="mass", joined_date="2025-01-05"), "BBD",
                 "papers"),
            Step("activities", months(11, "held_date", name="志愿巡查", field="fire",
                                      **VOLUNTARY), "AAD",
                 "papers-all"),
            Step("population", [{"neighbourhood": "全辖区", "year": 2026, "residents": 2000,
                                 "source": "census"}], "AAA", "metric-met volunteers-per-thousand"),
        ], id="everyone-takes-part", marks=pytest.mark.requirement("R31", "R105", "R153", "R156")),
        pytest.param("national-2006", "2.1", [
            Step("exchanges", [{"theme": "社区互访", "kind": "received", "scope": "area", "venue": "街道",
                 "content": "互学", "held_date": "2026-03-05"}], "ACD", "metric-missed exchanges"),
            Step("exchanges", [{"theme": "外出考察", "kind": "visit", "scope": "province", "venue": "唐山",
                 "content": "学习", "held_date": "2026-06-05", "learned": "修订巡查制度"}], "AAA",
                 "metric-met exchanges"),
        ], id="exchange", marks=pytest.mark.requirement("R35", "R152")),
        pytest.param("national-2006", "5.5", [
            Step("promotion-projects", [{"name": "防跌倒", "field": "elderly", **PROJECT}], "CCB", "papers"),
            Step("vulnerable-people", many(20, "name", **NEEDY), "AAB", "papers-all"),
        ], id="targeted", marks=pytest.mark.requirement("R103")),
        pytest.param("national-2006", "9.1", [
            Step("rules", [{"name": "事故统计制度", "kind": "accident-reporting", **RULE}], "CCB", "papers"),
            Step("injuries-summary", [
                {"month": f"2026-{month:02}", **MONTHLY} for month in range(1, 12)
            ], "AAB", "papers-all"),
        ], id="monitoring-system", marks=pytest.mark.requirement("R104")),
        pytest.param("national-2006", "6.2", [
            Step("plans", [{"name": "教育计划", "kind": "education", **PLAN}], "CCD", "papers"),
            Step("activities", months(11, "held_date", name="培训", field="home", **COURSE), "AAD",
                 "papers-all"),
        ], id="promotion-system", marks=pytest.mark.requirement("R104")),
        pytest.param("national-2006", "3.1", [
            Step("premises", many(20, "name", **SHOP), "CCA", "metric-met unit-survey-rate"),
        ], id="enterprise-system", marks=pytest.mark.requirement("R104")),
        pytest.param("national-2006", "7.4", [
            Step("drills", months(4, "held_date", name="疏散演练", kind="fire", form="full",
                 organiser="创建办", persons=60, scenario="起火疏散", place="广场"), "AAA",
                 "metric-met drills"),
        ], id="emergency-system", marks=pytest.mark.requirement("R104")),
        pytest.param("national-2006", "8.1", [
            Step("rules", [{"name": "检查制度", "kind": "inspection", **RULE}], "CCD", "papers"),
            Step("inspections-comprehensive", months(4, "held_date", name="综合检查", kind="comprehensive",
                 **CHECK), "AAA", "metric-met comprehensive-inspections"),
        ], id="inspection-system", marks=pytest.mark.requirement("R138")),
        pytest.param("national-2006", "3.1", [
            Step("diagnoses", [DIAGNOSIS], "CCD", "papers"),
            Step("premises", many(20, "name", **SHOP), "CCA", "metric-met unit-survey-rate"),
            Step("major-hazard-sources", [{"name": "液氨储罐", "kind": "ammonia", "place": "冷库",
                 "monitored": True, "monitoring": "24小时", "responsible": "李强"}], "BBA", "papers"),
        ], id="identification", marks=pytest.mark.requirement("R147", "R181")),
        pytest.param("national-2006", "3.3", [
            Step("vulnerable-people", many(20, "name", **NEEDY), "CCD", "papers"),
            Step("premises", many(20, "name", **SHOP), "BBB", "papers"),
            Step("diagnoses", [DIAGNOSIS], "AAB", "papers-all"),
        ], id="who-and-where", marks=pytest.mark.requirement("R181")),
        pytest.param("national-2006", "6.1", [
            Step("education-facilities", [
                {"name": kind, "kind": kind, "place": "广场", "quantity": 1, "set_date": "2025-01-05"}
                for kind in ("screen", "online", "broadcast")
            ], "CCB", "papers"),
            Step("safety-signs", many(10, "number", kind="warning", content="当心", place="门口",
                 set_date="2025-01-05", intact=True), "AAB", "papers-all"),
        ], id="facilities-and-media", marks=pytest.mark.requirement("R151")),
        pytest.param("national-2006", "11.2", [
            Step("corrective-actions", months(4, "found_date", name="楼道堆物", **MEASURE), "CCD", "papers"),
            Step("reviews", [{"name": "评审", "kind": "overall", "held_date": "2026-06-05", "year": 2026,
                 "method": "逐项", "conclusion": "基本达到", "change_items": "加强"}], "AAD", "papers-all"),
        ], id="improvement", marks=pytest.mark.requirement("R105", "R163")),
        pytest.param("national-2006", "1.3", [
            Step("rules", many(10, "name", kind="responsibility", **RULE), "AAA",
                 "metric-met rules-in-force"),
        ], id="duties", marks=pytest.mark.requirement("R176")),
        pytest.param("national-2006", "1.4", [
            Step("plans", [{"name": "五年规划", "kind": "long-term", **PLAN}], "CCD", "papers"),
            Step("plans", [{"name": "年度计划", "kind": "yearly", **PLAN, "responsible": "林晓"}], "BBD",
                 "papers"),
        ], id="plans", marks=pytest.mark.requirement("R176")),
        pytest.param("national-2006", "1.5", [
            Step("funds", months(4, "booked_date", kind="expense", amount=50000, use="projects", year=2026,
                 subject="扶手改造"), "AAD", "papers-all"),
        ], id="input", marks=pytest.mark.requirement("R176")),
        pytest.param("national-2006", "11.1", [
            Step("corrective-actions", months(4, "found_date", name="楼道堆物", **MEASURE), "CCD", "papers"),
        ], id="difficulties", marks=pytest.mark.requirement("R176")),
        pytest.param("chongqing-2009", "1.1", [
            Step("rules", many(5, "name", kind="responsibility", **RULE), "0", "papers"),
        ], id="systems", marks=pytest.mark.requirement("R213")),
        pytest.param("chongqing-2009", "6.1", [
            Step("activities", months(4, "held_date", name="宣传培训", field="home", **COURSE), "4",
                 "metric-value training-sessions"),
        ], id="publicity", marks=pytest.mark.requirement("R214")),
        pytest.param("chongqing-2009", "1.2", [
            Step("meetings", months(4, "held_date", name="例会", kind="work", attended=12,
                 agenda="研究部署创建工作"), "4", "metric-value meetings"),
        ], id="agenda", marks=pytest.mark.requirement("R222")),
    ],
)  # fmt: skip
def test_the_suggested_grade_follows_the_work_and_says_why(scheme: str, item: str, steps: list[Step]) -> None:
    unit = make.unit()
    for step in steps:
        taken(unit, step.ledger, step.records)
        found = suggested(unit, scheme)[item]
        assert answer(found) == step.answer
        assert step.reason in told(found)


@pytest.mark.parametrize(
    ("metric", "ledger", "steps"),
    [
        pytest.param("inspections/joint", "inspections-comprehensive", [
            ({"held_date": "2026-03-05", "name": "联合检查", "kind": "joint", **CHECK}, "1"),
            ({"held_date": "2026-03-06", "name": "抽查", "kind": "irregular", **CHECK}, "1"),
        ], id="with-departments", marks=pytest.mark.requirement("R97")),
        pytest.param("inspections/irregular", "inspections-comprehensive", [
            ({"held_date": "2026-03-06", "name": "抽查", "kind": "irregular", **CHECK}, "1"),
            ({"held_date": "2026-04-06", "name": "专项", "kind": "special", **CHECK}, "1"),
        ], id="irregular", marks=pytest.mark.requirement("R138")),
        pytest.param("key-posts-inspections-rate", "inspections-comprehensive", [
            ({"held_date": "2026-03-05", "name": "检查", "kind": "regular", **CHECK}, "100.0"),
            ({"held_date": "2026-03-06", "name": "走过场", "kind": "regular", **CHECK, "key_posts": False},
             "50.0"),
        ], id="key-posts", marks=pytest.mark.requirement("R140")),
        pytest.param("campaign-activities/peaceful-campus", "activities", [
            ({"held_date": "2026-03-05", "name": "校园", "field": "school", **COURSE,
              "campaign": "peaceful-campus"}, "1"),
            ({"held_date": "2026-03-06", "name": "消防", "field": "fire", **COURSE,
              "campaign": "fire-community"}, "1"),
        ], id="sister-campaigns", marks=pytest.mark.requirement("R33", "R168")),
        pytest.param("household-visits", "activities", [
            ({"held_date": "2026-03-05", "name": "讲座", "field": "home", **COURSE}, "0"),
            ({"held_date": "2026-03-06", "name": "入户", "field": "home", **COURSE, "kind": "visit"}, "50"),
        ], id="households", marks=pytest.mark.requirement("R168")),
        pytest.param("residents-awareness", "diagnoses", [
            ({**DIAGNOSIS, "kind": "kap", "awareness": 71}, "71"),
            ({**DIAGNOSIS, "kind": "kap", "awareness": 88, "name": "复测", "finished_date": "2026-10-01"},
             "88"),
        ], id="awareness", marks=pytest.mark.requirement("R103")),
        pytest.param("committee-meetings", "meetings", [
            ({"held_date": "2026-03-05", "name": "促委会", "kind": "committee", "attended": 20,
              "agenda": "年度计划"}, "1"),
            ({"held_date": "2026-03-06", "name": "例会", "kind": "work", "attended": 6,
              "agenda": "周例会"}, "1"),
        ], id="committee", marks=pytest.mark.requirement("R146")),
        pytest.param("signs-monitored-rate", "safety-signs", [
            ({"number": "1", "kind": "warning", "content": "水深", "place": "河边", "set_date": "2026-01-05",
              "intact": True, "monitored": True}, "100.0"),
            ({"number": "2", "kind": "warning", "content": "高压", "place": "配电", "set_date": "2026-01-05",
              "intact": True, "monitored": False}, "50.0"),
        ], id="spots", marks=pytest.mark.requirement("R159")),
        pytest.param("corrective-actions-done-rate", "corrective-actions", [
            ({"found_date": "2026-03-05", "name": "路口事故", "field": "traffic", **MEASURE}, "0.0"),
            ({"found_date": "2026-03-06", "name": "跌倒", "field": "elderly", **MEASURE, "state": "done",
              "done_date": "2026-05-05"}, "50.0"),
        ], id="improved-by-kind", marks=pytest.mark.requirement("R163")),
        pytest.param("injury-analyses", "injuries-summary", [
            ({"month": "2026-01", **MONTHLY}, "0"),
            ({"month": "2026-02", **MONTHLY, "analysis": "电动车占八成", "main_group": "骑车人",
              "main_place": "学校路口"}, "1"),
        ], id="analysed", marks=pytest.mark.requirement("R164")),
        pytest.param("funds-by-source/department", "funds", [
            ({"kind": "income", "booked_date": "2026-03-05", "amount": 50000, "source": "department",
              "year": 2026, "subject": "道路改造项目"}, "50000"),
            ({"kind": "income", "booked_date": "2026-03-06", "amount": 700, "source": "social",
              "year": 2026, "subject": "捐助"}, "50000"),
        ], id="departments-pay", marks=pytest.mark.requirement("R178")),
        pytest.param("projects-guided-rate", "promotion-projects", [
            ({"name": "路口改造", "field": "traffic", **PROJECT, "guidance": "市公安局交警支队"}, "100.0"),
            ({"name": "防跌倒", "field": "elderly", **PROJECT}, "50.0"),
        ], id="guided", marks=pytest.mark.requirement("R183")),
        pytest.param("premises-with-responsibility-system-rate", "premises", [
            ({"name": "甲店", **SHOP, "responsibility_system": True}, "100.0"),
            ({"name": "乙店", **SHOP, "responsibility_system": False}, "50.0"),
        ], id="responsibility", marks=pytest.mark.requirement("R187")),
    ],
)  # fmt: skip
def test_the_figure_counts_what_the_plan_asks_for_and_nothing_else(
    metric: str, ledger: str, steps: list[tuple[dict[str, Any], str]]
) -> None:
    unit = make.unit()
    for values, expected in steps:
        taken(unit, ledger, [values])
        assert figure(unit, metric) == Decimal(expected)


@pytest.mark.requirement("R140")
def test_inspections_cover_all_places_when_each_was_looked_at_once() -> None:
    unit = make.unit()
    taken(unit, "premises", many(10, "name", **SHOP))
    taken(unit, "inspections-comprehensive", months(1, "held_date", name="检查", kind="regular", **CHECK))
    assert figure(unit, "inspection-coverage") == 50
    more = [{"held_date": "2026-02-05", "name": "检查", "kind": "regular", **CHECK}]
    taken(unit, "inspections-comprehensive", more)
    assert figure(unit, "inspection-coverage") == 100


@pytest.mark.requirement("R187")
@pytest.mark.parametrize("kind", ["responsibility", "inspection", "education", "award", "notification"])
def test_rules_in_force_are_counted_and_found_by_kind(kind: str) -> None:
    unit = make.unit()
    rule = {"name": "新制度", "kind": kind, **RULE}
    entries = taken(unit, "rules", [rule, {**rule, "name": "旧制度", "state": "repealed"}])
    assert figure(unit, "rules-in-force") == 1
    ask = asking.parse(ledgers["rules"], {"f_kind": [kind], "f_state": ["in-force"]})
    assert list(asking.found(unit, ledgers["rules"], ask, TODAY)) == entries[:1]


@pytest.mark.requirement("R186")
def test_the_plan_of_control_says_whom_it_covers_and_until_when() -> None:
    unit = make.unit()
    plan = {
        **PLAN, "name": "事故与伤害预防控制和风险控制计划", "kind": "risk-control",
        "covers": ["high-risk-people", "high-risk-places", "vulnerable"], "starts_date": "2026-01-05",
        "ends_date": "2026-12-31", "responsible": "林晓",
    }  # fmt: skip
    (entry,) = taken(unit, "plans", [plan])
    for asked in ("high-risk-people", "high-risk-places", "vulnerable"):
        ask = asking.parse(ledgers["plans"], {"f_kind": ["risk-control"], "f_covers": [asked]})
        assert list(asking.found(unit, ledgers["plans"], ask, TODAY)) == [entry]
    assert "national-2006/4.1" in ledgers["plans"].feeds_of(entry.data)


@pytest.mark.requirement("R215")
def test_the_street_sees_the_inspections_of_its_villages_and_units_in_its_own_score() -> None:
    street = make.unit()
    villages = [make.unit(name, parent=street, kind="neighbourhood") for name in ("东村", "西村")]
    for village in villages:
        checks = months(2, "held_date", name="检查", kind="comprehensive", **CHECK)
        taken(village, "inspections-comprehensive", checks)
    assert figure(street, "comprehensive-inspections") == 4
    assert answer(suggested(street, "chongqing-2009")["8.1"]) == "4"
    assert answer(suggested(villages[0], "chongqing-2009")["8.1"]) == "2"


def figure(unit: Unit, metric: str) -> Decimal | None:
    return measured.values([unit], [YEAR], [metric]).get((unit.pk, metric, YEAR.code))
