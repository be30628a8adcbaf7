"""Grids, outlines and population figures as people enter them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from safecommunity import library
from safecommunity.core import geometry
from safecommunity.places.models import Division
from safecommunity.places.queries import Figure

AGES = [(first, first + 4) for first in range(0, 85, 5)]
GROUPS: list[tuple[int, int | None]] = [*AGES, (85, None)]
COLUMNS = [("1", "resident"), ("2", "resident"), ("1", "floating"), ("2", "floating")]
WHOLE = ("0", 0, None, "all")
AGE = re.compile(
    r"(?P<first>\d{1,3})\s*(?:[-–—~至]\s*(?P<last>\d{1,3})|(?P<older>\+|岁?及以上|岁?以上))?\s*岁?"
)
HIGHEST = 99_999_999


class GridFacts(forms.Form):
    name = forms.CharField(label=gettext_lazy("网格名称"), max_length=100)
    households = forms.IntegerField(
        label=gettext_lazy("户数"), min_value=0, max_value=100_000, required=False,
        help_text=gettext_lazy("一个网格通常 300 至 500 户。"),
    )  # fmt: skip
    member = forms.CharField(label=gettext_lazy("网格员"), max_length=60, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class NewGrid(GridFacts):
    division: forms.ModelChoiceField[Division] = forms.ModelChoiceField(
        Division.objects.none(), label=gettext_lazy("所在社区（村）")
    )
    field_order = ["division", "name", "households", "member"]

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = choices  # type: ignore[attr-defined]


class OutlineUpload(forms.Form):
    code = forms.ChoiceField(label=gettext_lazy("区划或网格"))
    file = forms.FileField(
        label=gettext_lazy("GeoJSON 文件"),
        help_text=gettext_lazy("面（Polygon 或 MultiPolygon），WGS 84 经纬度，不超过 5 MB。"),
        widget=forms.FileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
    )
    source = forms.CharField(
        label=gettext_lazy("来源"), max_length=100, help_text=gettext_lazy("谁、何时、用什么方法绘制。")
    )
    approval_number = forms.CharField(
        label=gettext_lazy("审图号"), max_length=60, required=False,
        help_text=gettext_lazy("公开使用的地图须有审图号；填写后印在地图下方。"),
    )  # fmt: skip

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> geometry.Shape:
        """The shape itself: it is checked here and goes straight to the action."""
        file = self.cleaned_data["file"]
        if file.size > geometry.MAX_BYTES:
            size = f"{file.size / 1e6:.1f}"
            raise forms.ValidationError(_("文件有 %(size)s MB，超过 5 MB；请先简化边界。") % {"size": size})
        try:
            return geometry.parse(file.read())
        except geometry.GeometryError as error:
            raise forms.ValidationError(_(error.message.text) % error.message.params) from error


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of the table, as it was typed."""

    name: str
    text: str
    label: str


class FiguresForm:
    """Population of one division and year: a table of ages, or one total; and the vulnerable groups.

    What is typed may also come as a pasted table. `errors` names row and column.
    """

    def __init__(
        self, given: Mapping[str, str] | None, figures: list[Figure], vulnerable: dict[str, int]
    ) -> None:
        self.errors: list[str] = []
        self.figures: list[Figure] = figures
        self.vulnerable = vulnerable
        self.groups = sorted({*GROUPS, *((f[1], f[2]) for f in figures if f[:4] != WHOLE)}, key=_age_order)
        self.typed = dict(given) if given is not None else dict(_shown(figures, vulnerable))
        if given is not None:
            self._read()

    @property
    def rows(self) -> list[tuple[str, list[Cell]]]:
        return [
            (age_label(first, last), [self._cell(sex, first, last, home) for sex, home in COLUMNS])
            for first, last in self.groups
        ]

    @property
    def heads(self) -> list[str]:
        return [column_label(sex, home) for sex, home in COLUMNS]

    @property
    def whole(self) -> Cell:
        return Cell("whole", self.typed.get("whole", ""), _("总人口"))

    @property
    def vulnerable_cells(self) -> list[Cell]:
        english = (get_language() or "").startswith("en")
        return [
            Cell(
                f"group-{one.code}",
                self.typed.get(f"group-{one.code}", ""),
                one.name_en if english else one.name,
            )
            for one in library.codes["vulnerable-kinds"].values()
        ]

    @property
    def pasted(self) -> str:
        return self.typed.get("pasted", "")

    def _cell(self, sex: str, first: int, last: int | None, home: str) -> Cell:
        name = _name(sex, first, last, home)
        return Cell(name, self.typed.get(name, ""), f"{age_label(first, last)} {column_label(sex, home)}")

    def _read(self) -> None:
        figures = list(self._pasted_figures()) if self.pasted.strip() else list(self._typed_figures())
        whole = self._count("whole", _("总人口"))
        if whole is not None and figures:
            self.errors.append(_("已有分年龄的数字，总人口会自动合计，请不要同时填写。"))
        elif whole is not None:
            figures = [(*WHOLE, whole)]
        self.figures = figures
        counts = {cell.name[6:]: self._count(cell.name, cell.label) for cell in self.vulnerable_cells}
        self.vulnerable = {group: count for group, count in counts.items() if count is not None}

    def _typed_figures(self) -> Iterator[Figure]:
        for first, last in self.groups:
            for sex, home in COLUMNS:
                cell = self._cell(sex, first, last, home)
                count = self._count(cell.name, cell.label)
                if count is not None:
                    yield sex, first, last, home, count

    def _pasted_figures(self) -> Iterator[Figure]:
        """A pasted table: age, then male and female residents, then male and female floating people."""
        text = self.pasted.strip()
        lines = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text else ",")
        for number, line in enumerate(lines, 1):
            ages = AGE.fullmatch(line[0].strip()) if line else None
            if ages is None:
                if number > 1 and any(value.strip() for value in line):
                    self.errors.append(
                        _("第 %(line)s 行：“%(age)s”不是年龄组，应如 0-4 或 85+。")
                        % {"line": number, "age": line[0]}
                    )
                continue
            first = int(ages["first"])
            last = None if ages["older"] else int(ages["last"] or first)
            for (sex, home), value in zip(COLUMNS, line[1:], strict=False):
                count = self._number(
                    value,
                    _("第 %(line)s 行“%(column)s”") % {"line": number, "column": column_label(sex, home)},
                )
                if count is not None:
                    yield sex, first, last, home, count

    def _count(self, name: str, label: str) -> int | None:
        return self._number(self.typed.get(name, ""), label)

    def _number(self, text: str, label: str) -> int | None:
        digits = text.strip().replace(",", "").replace("，", "")
        if not digits:
            return None
        if not (digits.isascii() and digits.isdigit()) or int(digits) > HIGHEST:
            self.errors.append(
                _("%(label)s：“%(text)s”不是人数，请填不小于 0 的整数。") % {"label": label, "text": text}
            )
            return None
        return int(digits)


def age_label(first: int, last: int | None) -> str:
    if last is None:
        return _("%(first)s 岁及以上") % {"first": first}
    return _("%(first)s–%(last)s 岁") % {"first": first, "last": last}


def column_label(sex: str, home: str) -> str:
    return {
        ("1", "resident"): _("户籍男"),
        ("2", "resident"): _("户籍女"),
        ("1", "floating"): _("流动男"),
        ("2", "floating"): _("流动女"),
    }[sex, home]


def _shown(figures: list[Figure], vulnerable: dict[str, int]) -> Iterator[tuple[str, str]]:
    for sex, first, last, home, count in figures:
        yield ("whole" if (sex, first, last, home) == WHOLE else _name(sex, first, last, home)), str(count)
    for group, count in vulnerable.items():
        yield f"group-{group}", str(count)


def _name(sex: str, first: int, last: int | None, home: str) -> str:
    return f"n-{sex}-{first}-{'' if last is None else last}-{home}"


def _age_order(group: tuple[int, int | None]) -> tuple[int, int]:
    return group[0], 999 if group[1] is None else group[1]
