"""The group sets of the five plans, as their texts have them."""

import re
from collections import Counter

import pytest

from safecommunity.library import bodies, codes

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("code", list(bodies))
def test_every_set_uses_known_kinds_and_fields_and_has_both_languages(code: str) -> None:
    found = bodies[code]
    assert {body.kind for body in found.bodies} <= set(codes["body-kinds"])
    assert {body.field for body in found.bodies if body.field} <= {*codes["promotion-fields"]}
    words = [found.name, found.note]
    words += [body.name for body in found.bodies] + [
        post.post for body in found.bodies for post in body.posts
    ]
    words += [duty.text for body in found.bodies for duty in body.duties]
    assert all(CHINESE.search(both.zh) and both.en and not CHINESE.search(both.en) for both in words)
    assert found.source.startswith("seed plan")


def kinds(code: str) -> Counter[str]:
    return Counter(body.kind for body in bodies[code].bodies)


def duties(code: str, key: str) -> list[str]:
    (body,) = (body for body in bodies[code].bodies if body.key == key)
    return [duty.source for duty in body.duties]


@pytest.mark.requirement("R106", "R107")
def test_the_second_plan_is_kept_in_both_of_its_versions() -> None:
    announced, described = kinds("sub-district-announced"), kinds("sub-district-described")
    assert announced == {"promotion-committee": 1, "project-group": 3, "leading-group": 7}
    assert described == {"promotion-committee": 1, "project-group": 10, "appraisal-group": 1, "office": 1}


@pytest.mark.requirement("R108", "R109", "R110", "R111", "R112", "R113", "R114", "R115", "R116")
@pytest.mark.parametrize("code", ["sub-district-announced", "sub-district-described"])
def test_the_committee_has_its_nine_duties(code: str) -> None:
    assert duties(code, "committee") == [f"R{number}" for number in range(108, 117)]


def test_every_group_has_the_common_duties_its_paragraph_gives_it() -> None:
    groups = [body for body in bodies["sub-district-described"].bodies if body.kind == "project-group"]
    given = {body.key: {duty.source for duty in body.duties} for body in groups}
    everywhere = {"R117–R118", "R121", "R123", "R124", "R125"}
    assert all(everywhere <= sources for sources in given.values())
    assert {key for key, sources in given.items() if "R122" in sources} == {
        "public-order", "traffic", "disaster", "workplace", "elderly",
    }  # fmt: skip
    assert {key for key, sources in given.items() if "R120" not in sources} == {"labour", "school"}


@pytest.mark.requirement("R126", "R127", "R128", "R129", "R130", "R131", "R132", "R133", "R134", "R135")
def test_each_group_names_the_topics_of_its_field() -> None:
    groups = [body for body in bodies["sub-district-described"].bodies if body.kind == "project-group"]
    topics = [next(d.source for d in body.duties if d.text.zh.startswith("围绕")) for body in groups]
    assert topics == [f"R{number}" for number in range(126, 136)]


@pytest.mark.requirement("R136", "R145")
def test_appraisal_group_and_office_have_their_duties() -> None:
    assert duties("sub-district-described", "appraisal") == [*(f"R{n}" for n in range(137, 145)), "R121"]
    assert duties("sub-district-described", "office") == [f"R{n}" for n in range(146, 151)]


@pytest.mark.requirement("R11", "R12", "R13")
def test_the_city_committee_has_its_posts_and_an_office_in_the_safety_bureau() -> None:
    committee, office = bodies["city-pilot"].bodies
    assert [(post.post.zh, post.who.zh) for post in committee.posts] == [
        ("主任", "副市长"),
        ("副主任", "市政府副秘书长"),
        ("副主任", "市安监局局长"),
        ("成员", "市内五区主管安全生产工作的副区长"),
    ]
    assert (office.parent, office.seat.zh) == ("committee", "市安监局")


@pytest.mark.requirement("R7", "R41")
def test_the_neighbourhood_group_is_chaired_by_the_committee_director() -> None:
    group = bodies["neighbourhood-leading-group"].bodies[0]
    assert [(post.post.zh, post.who.zh) for post in group.posts] == [
        ("组长", "居委会主任"),
        ("副组长", "专职安监员"),
        ("成员", "辖区相关单位"),
    ]


@pytest.mark.requirement("R209", "R210", "R211", "R212")
def test_the_fifth_plan_has_chairs_six_sections_an_office_and_village_heads() -> None:
    group, office, villages = bodies["sub-district-leading-group"].bodies
    assert [post.who.zh for post in group.posts[:2]] == ["街道办事处主任", "分管安全的副主任"]
    assert len([post for post in group.posts if post.post.zh == "成员"]) == 6
    assert office.seat.zh == "街道安办"
    assert villages.posts[0].who.zh == "各村主任"
