from safecommunity.documents import fonts


def test_all_five_faces_are_missing_on_a_bare_machine() -> None:
    assert fonts.missing(["DejaVu Sans"]) == ("方正小标宋简体", "黑体", "楷体", "仿宋", "宋体")


def test_a_face_is_known_by_its_english_name_too() -> None:
    assert fonts.missing(["SimHei", "KAITI", "FangSong", "SimSun"]) == ("方正小标宋简体",)


def test_missing_faces_are_said_by_name_in_both_languages() -> None:
    assert "仿宋、宋体" in fonts.note(("仿宋", "宋体"))
    assert "Fangsong, Songti" in fonts.note(("仿宋", "宋体"), "en")
    assert fonts.note(()) == ""


def test_the_prescribed_face_is_tried_before_its_substitute() -> None:
    assert fonts.families("body")[0] == "仿宋"
    assert fonts.families("body").index("仿宋") < fonts.families("body").index(fonts.SERIF)
