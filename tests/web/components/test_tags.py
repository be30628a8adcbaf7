"""What the components draw."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.documents import charts
from safecommunity.web.components import icons, shapes, tags
from safecommunity.web.components.states import HEAT, LIGHTS, STATES, STEPS, TONES
from safecommunity.web.components.words import local


def draw(source: str, path: str = "/", **context: Any) -> str:
    template = engines["django"].from_string("{% load components %}" + source)
    return str(template.render(context, RequestFactory().get(path)))


class DrillForm(forms.Form):
    name = forms.CharField(label="名称", help_text="写全称")
    grade = forms.ChoiceField(label="等级", choices=[("a", "甲")], widget=forms.RadioSelect, required=False)
    told = forms.BooleanField(label="已告知", required=False)


def test_every_icon_of_the_states_exists_in_the_installed_set() -> None:
    named = {
        *(state.icon for states in (STATES, HEAT, LIGHTS) for state in states.values()),
        *STEPS.values(),
        *TONES.values(),
    }
    assert all(icons.shapes(name).startswith("<") for name in named)


def test_an_unknown_icon_is_an_error_not_a_blank() -> None:
    with pytest.raises(icons.UnknownIcon):
        icons.shapes("no-such-icon")


def test_an_icon_is_hidden_from_readers_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in draw('{% icon "check" %}')
    assert 'role="img" aria-label="完成"' in draw('{% icon "check" "完成" %}')


def test_a_badge_has_an_icon_and_a_word() -> None:
    drawn = draw('{% badge "overdue" %}')
    assert drawn.startswith('<span class="badge" data-tone="wrong"><svg class="icon"')
    assert drawn.endswith("</svg>已逾期</span>")


def test_a_word_in_a_badge_is_escaped() -> None:
    assert "&lt;b&gt;" in draw('{% badge "done" word %}', word="<b>")


def test_the_four_risk_colours_belong_to_risk_alone() -> None:
    coloured = {name for name, state in STATES.items() if state.tone in {"red", "orange", "yellow", "blue"}}
    assert coloured == {"risk-major", "risk-larger", "risk-general", "risk-low"}


def test_no_template_has_an_inline_style_or_script() -> None:
    folder = Path(tags.__file__).parent.parent / "templates"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}
    marks = (' style="', "<style", "<script>", " onclick=", " hx-on", 'hx-vals="js:')
    assert [name for name, text in texts.items() if any(mark in text for mark in marks)] == []


def test_colours_are_written_in_the_tokens_only() -> None:
    folder = Path(tags.__file__).parent.parent / "static" / "css"
    allowed = {"tokens.css", "chart.css", "dialog.css"}  # risk dots on a map, the backdrop
    found = {
        path.name for path in folder.rglob("*.css") if "#" in path.read_text() or "rgb(" in path.read_text()
    }
    assert found == allowed


def test_modules_import_nothing_and_stay_under_a_hundred_lines() -> None:
    folder = Path(tags.__file__).parent.parent / "static" / "js"
    assert [path.name for path in folder.glob("*.js") if "\nimport " in f"\n{path.read_text()}"] == []
    assert [path.name for path in folder.glob("*.js") if len(path.read_text().splitlines()) >= 100] == []


def test_every_style_sheet_is_linked_the_tokens_first_the_print_last() -> None:
    found = {f"css/{path.relative_to(tags.STATIC / 'css')}" for path in tags.STATIC.glob("css/**/*.css")}
    assert found == set(tags.STYLES)
    assert (tags.STYLES[0], tags.STYLES[-1]) == ("css/tokens.css", "css/print.css")


def test_every_module_is_on_every_page_or_on_the_pages_that_name_it() -> None:
    pages = "".join(path.read_text() for path in (tags.STATIC.parent / "templates").rglob("*.html"))
    named = set(re.findall(r"js/([\w-]+)\.js", pages))
    assert {path.stem for path in tags.STATIC.glob("js/*.js")} - named <= set(tags.MODULES)
    assert all((tags.STATIC / "js" / f"{name}.js").exists() for name in {*tags.MODULES, *named} - {"leaflet"})


def test_a_field_ties_label_help_and_error_together() -> None:
    drawn = draw("{% field form.name %}", form=DrillForm({}))
    assert '<label for="id_name" class="field-label" id="id_name_label">' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'id="id_name_helptext"' in drawn
    assert 'id="id_name_error"' in drawn
    assert 'data-state="invalid"' in drawn


@pytest.mark.parametrize(
    ("options", "state", "word"),
    [
        ('state="saved"', "saved", "已保存"),
        ('state="waiting"', "waiting", "等待中"),
        ('remark="看下"', "remark", "有备注"),
    ],
)
def test_a_field_shows_its_state_in_words(options: str, state: str, word: str) -> None:
    drawn = draw(f"{{% field form.name {options} %}}", form=DrillForm())
    assert f'data-state="{state}"' in drawn
    assert word in drawn


def test_choices_are_a_group_named_by_their_label() -> None:
    drawn = draw("{% field form.grade %}", form=DrillForm())
    assert 'role="group" aria-labelledby="id_grade_label"' in drawn
    assert '<span class="field-label" id="id_grade_label">' in drawn


def test_the_summary_of_errors_leads_to_each_field() -> None:
    drawn = draw("{% error_summary form %}", form=DrillForm({}))
    assert "有 1 处需要改正" in drawn
    assert '<a href="#id_name">名称</a>' in drawn


def test_the_summary_counts_what_is_wrong_as_a_whole_and_says_that_files_are_gone() -> None:
    form = DrillForm({"name": "演练"})
    form.add_error(None, "提交得太快了。")
    drawn = draw("{% error_summary form %}", form=form)
    assert "有 1 处需要改正" in drawn
    assert "提交得太快了。" in drawn
    assert "请重新选择" not in drawn
    sent = RequestFactory().post("/", {"photo": SimpleUploadedFile("a.jpg", b"a")})
    summary = engines["django"].from_string("{% load components %}{% error_summary form %}")
    assert "请重新选择" in summary.render({"form": form}, sent)
    sent.close()


def test_once_is_a_new_key_each_time() -> None:
    assert draw("{% once %}") != draw("{% once %}")


def test_the_pager_keeps_the_questions_of_the_address() -> None:
    drawn = draw("{% pager page %}", "/?q=a&page=2", page=Paginator(range(120), 50).get_page(2))
    assert "第 51–100 条，共 120 条" in drawn
    assert 'rel="next" href="?q=a&amp;page=3"' in drawn


def test_a_pager_over_nothing_is_nothing() -> None:
    assert draw("{% pager page %}", page=Paginator([], 50).get_page(1)).strip() == ""


@pytest.mark.parametrize(
    ("path", "direction", "target"),
    [
        ("/?q=a", "none", "?q=a&amp;sort=name"),
        ("/?sort=name", "ascending", "?sort=-name"),
        ("/?sort=-name", "descending", "?sort=name"),
    ],
)
def test_a_column_head_sorts_up_then_down(path: str, direction: str, target: str) -> None:
    drawn = draw('{% sort_header "name" "名称" %}', path)
    assert f'aria-sort="{direction}"' in drawn
    assert f'href="{target}"' in drawn


def test_changing_a_question_restarts_the_pages_and_none_takes_it_out() -> None:
    drawn = draw("{% querystring_with a=None b=2 as url %}{{ url }}", "/?a=1&page=3&c=4")
    assert drawn == "?c=4&amp;b=2"


def test_the_ring_fills_by_the_share_of_the_points() -> None:
    drawn = draw("{% ring 112.5 150 marks '得分' %}", marks=[75, Decimal("100")])
    assert 'stroke-dasharray="75.00 100"' in drawn
    assert 'aria-label="得分 112.5 / 150"' in drawn
    assert drawn.count("ring-mark-text") == 2


@given(st.floats(0, 150), st.floats(1, 150))
def test_a_mark_stands_on_the_ring(value: float, full: float) -> None:
    mark = shapes.ring_mark(value, full, "")
    middle = ((mark.x1 + mark.x2) / 2 - 60) ** 2 + ((mark.y1 + mark.y2) / 2 - 60) ** 2
    assert middle**0.5 == pytest.approx(shapes.RADIUS, abs=0.02)


def test_a_mark_at_a_quarter_is_at_three_o_clock() -> None:
    mark = shapes.ring_mark(25, 100, "25")
    assert (mark.x1, mark.y1, mark.x2, mark.y2) == (103.0, 60.0, 117.0, 60.0)


def test_a_missing_value_breaks_the_line() -> None:
    assert shapes.trend_points([0, 10, None, 5], width=30, height=10) == ["0.0,10.0 10.0,0.0", "30.0,5.0"]
    assert shapes.trend_points([None, None]) == []


def test_the_heat_strip_says_each_month_in_words() -> None:
    drawn = draw("{% heat months '检查' %}", months=[("1", "done", 4, ""), ("2", "late", None, "/x/")])
    assert '<span class="unseen">1 按时完成 4</span>' in drawn
    assert '<a class="heat-cell" href="/x/" title="2 逾期完成">' in drawn


def test_the_step_that_is_on_is_marked_for_readers() -> None:
    drawn = draw("{% strip steps %}", steps=[("登记", "done", "03-01"), ("整改", "now", "")])
    assert '<li data-state="now" aria-current="step">' in drawn


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234.5, "1,234.5"),
        (Decimal("12.00"), "12"),
        (0, "0"),
        (None, "—"),
        ("", "—"),
        (Decimal("-1234567.25"), "-1,234,567.25"),
    ],
)
def test_figures_are_grouped_and_carry_no_idle_zeros(value: Any, shown: str) -> None:
    assert tags.number(value) == shown


def test_a_share_is_shown_as_per_cent() -> None:
    assert [tags.percent(0.9567), tags.percent(1, 0), tags.percent(None)] == ["95.7%", "100%", "—"]


def test_a_held_piece_keeps_its_markup_and_its_escapes() -> None:
    drawn = draw("{% hold as it %} <b>{{ x }}</b> {% endhold %}{{ it }}", x="<i>")
    assert drawn == "<b>&lt;i&gt;</b>"


def test_names_from_data_files_follow_the_language() -> None:
    thing = type("Thing", (), {"name": "演练", "name_en": "Drills"})
    assert local(thing) == "演练"
    with translation.override("en"):
        assert local(thing) == "Drills"


def test_every_colour_that_a_style_sheet_or_a_chart_names_is_a_token() -> None:
    tokens = set(re.findall(r"(--[\w-]+):", (tags.STATIC / "css" / "tokens.css").read_text()))
    sheets = "".join((tags.STATIC / path).read_text() for path in tags.STYLES)
    drawn = {f"--{name}" for name in charts.LIGHT}
    assert {*re.findall(r"var\((--[\w-]+)", sheets), *drawn} <= tokens
