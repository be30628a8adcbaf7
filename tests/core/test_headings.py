from safecommunity.core.headings import folded, heading_row, matched

NAMES = {
    "name": ["单位名称", "Name"],
    "uscc": ["统一社会信用代码", "USCC"],
    "place": ["地址", "Address"],
    "place.division": ["地址（行政区划代码）", "Address (Division code)"],
    "phone": ["联系电话", "Phone"],
    "area": ["面积", "Area"],
}
SYNONYMS = [["联系电话", "手机", "手机号码"], ["地址", "住址", "单位地址"]]


def test_headings_are_known_by_label_key_width_case_and_hint():
    headings = ["单位 名称*", "ｕｓｃｃ", "地址(行政区划代码)", "Address", "面积（平方米）", "备注", None]
    assert matched(headings, NAMES) == ["name", "uscc", "place.division", "place", "area", "", ""]


def test_synonyms_come_after_names_and_no_column_is_taken_twice():
    assert matched(["手机", "住址", "单位地址"], NAMES, synonyms=SYNONYMS) == ["phone", "place", ""]
    assert matched(["手机", "联系电话"], NAMES, synonyms=SYNONYMS) == ["", "phone"]


def test_what_a_person_chose_before_goes_first():
    known = {folded("字号"): "name", folded("面积"): "", folded("旧栏"): "gone"}
    assert matched(["字号", "面积", "单位名称", "旧栏"], NAMES, known=known) == ["name", "", "", ""]


def test_a_synonym_of_two_columns_matches_neither():
    names = {"a": ["甲电话"], "b": ["乙电话"]}
    assert matched(["电话"], names, synonyms=[["电话", "甲电话", "乙电话"]]) == [""]


def test_titles_above_the_headings_are_passed_over():
    rows = [
        ["阳光街道台账", None],
        ["填报：林"],
        ["序号", "单位名称", "手机", "面积（㎡）"],
        ["1", "单位名称"],
    ]
    assert heading_row(rows, NAMES) == 2
    assert heading_row([["甲"], ["乙"]], NAMES) == 0
    assert heading_row([], NAMES) == 0
