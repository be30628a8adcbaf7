import re
from xml.etree import ElementTree

from safecommunity.documents import orgchart

ROWS = [
    {"id": 1, "parent": None, "name": "促进委员会", "members": ["主任：王建国"]},
    {"id": 2, "parent": 1, "name": "办公室<b>&", "members": []},
    {"id": 3, "parent": 1, "name": "交通安全促进项目组", "members": ["组长：张三", "副组长：李四"]},
    {"id": 4, "parent": 9, "name": "上级不在图中", "members": []},
]


def test_every_body_and_member_is_on_the_chart() -> None:
    root = ElementTree.fromstring(orgchart.svg(ROWS, title="机构图", words="四个机构"))
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(text or "" for text in texts) == sorted(
        [
            "促进委员会",
            "主任：王建国",
            "办公室<b>&",
            "交通安全促进项目组",
            "组长：张三",
            "副组长：李四",
            "上级不在图中",
        ]
    )
    assert len(list(root.iter("{http://www.w3.org/2000/svg}rect"))) == 4
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) == 2


def test_boxes_do_not_overlap() -> None:
    rows = [
        *ROWS,
        *({"id": n, "parent": n % 3 + 1, "name": "组" * n, "members": ["员" * n]} for n in range(10, 25)),
    ]
    text = orgchart.svg(rows, title="", words="")
    found = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="(\d+)" height="(\d+)"', text)
    boxes = [tuple(map(float, box)) for box in found]
    assert len(boxes) == len(rows)
    for index, (x, y, wide, high) in enumerate(boxes):
        for other_x, other_y, other_wide, other_high in boxes[:index]:
            apart_across = x >= other_x + other_wide or other_x >= x + wide
            apart_down = y >= other_y + other_high or other_y >= y + high
            assert apart_across or apart_down


def test_a_body_above_itself_does_not_hang_the_drawing() -> None:
    rows = [
        {"id": 1, "parent": 2, "name": "甲", "members": []},
        {"id": 2, "parent": 1, "name": "乙", "members": []},
    ]
    assert "甲" not in orgchart.svg(rows, title="", words="")


def test_no_bodies_draw_an_empty_chart() -> None:
    ElementTree.fromstring(orgchart.svg([], title="机构图", words=""))


def test_the_chart_on_the_page_takes_its_colours_from_the_page() -> None:
    text = orgchart.svg(ROWS, title="", words="", theme="page")
    assert "#" not in text
    assert "style=" not in text
