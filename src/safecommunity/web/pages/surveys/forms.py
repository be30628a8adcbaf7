"""What is wanted of a questionnaire, and what was answered: both live in the address, nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from safecommunity.surveillance.surveys import Recorded, Stratum, Wanted

MOST_ASKED = 10_000  # in one part


class PlanForm(forms.Form):
    share = forms.FloatField(
        label=gettext_lazy("估计的比例"),
        min_value=1,
        max_value=99,
        help_text=gettext_lazy("不知道就填 50，最保险。"),
    )
    margin = forms.FloatField(
        label=gettext_lazy("允许的误差（正负）"),
        min_value=1,
        max_value=30,
        help_text=gettext_lazy("常用 5。"),
    )
    people = forms.IntegerField(
        label=gettext_lazy("总人数"), min_value=1, max_value=2 * 10**9, required=False,
        help_text=gettext_lazy("只问一部分人（如学生家长），就填这部分人数。"),
    )  # fmt: skip
    response = forms.FloatField(label=gettext_lazy("应答率"), min_value=10, max_value=100)
    each = forms.IntegerField(label=gettext_lazy("每户问几人"), min_value=1, max_value=10)
    together = forms.IntegerField(
        label=gettext_lazy("每处连着问几人"), min_value=1, max_value=100,
        help_text=gettext_lazy("一栋楼、一个班连着问的人数；分散着问填 1。"),
    )  # fmt: skip
    alike = forms.FloatField(
        label=gettext_lazy("同一处回答的相近程度"), min_value=0, max_value=0.5,
        help_text=gettext_lazy("0 是各答各的；一般 0.01—0.1。"),
    )  # fmt: skip

    def wanted(self) -> Wanted:
        from safecommunity.surveillance.surveys import Wanted  # slow import

        said = self.cleaned_data
        return Wanted(
            said["share"] / 100, said["margin"] / 100, said["response"] / 100, said["together"],
            said["alike"], said["each"], said["people"],
        )  # fmt: skip


def starting(parts: Sequence[Stratum], known: Sequence[Recorded]) -> dict[str, Any]:
    """What is expected where nothing is said: of the last questionnaire, and of the people entered."""
    last = known[0] if known else None
    response = last.entry.data.get("response") if last else None
    return {
        "share": f"{min(max(last.share * 100, 1), 99):.3g}" if last else 50,
        "margin": 5,
        "people": sum(one.people for one in parts) or None,
        "response": f"{float(response or 90):g}",
        "each": 1,
        "together": 1,
        "alike": 0.05,
    }


class ResultForm(forms.Form):
    """Two numbers a part, `asked-CODE` and `yes-CODE`, and the questionnaire to compare with."""

    before = forms.TypedChoiceField(
        label=gettext_lazy("和哪一次比"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, parts: Sequence[Stratum], known: Sequence[Recorded], data: Any) -> None:
        super().__init__(data)
        self.parts, self.known = parts, known
        choices = [(one.entry.pk, one.entry.title) for one in known]
        self.fields["before"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
        for one in parts:
            for name, label in (("asked", _("%(part)s：问了几人")), ("yes", _("%(part)s：知道的几人"))):
                widget = forms.TextInput(
                    attrs={"aria-label": label % {"part": one.name}, "inputmode": "numeric"}
                )
                field = forms.IntegerField(
                    label=label % {"part": one.name}, min_value=0, max_value=MOST_ASKED, required=False,
                    widget=widget,
                )  # fmt: skip
                self.fields[f"{name}-{one.code}"] = field

    def clean(self) -> dict[str, Any]:
        from safecommunity.surveillance.surveys import FEWEST  # slow import

        said = self.cleaned_data
        for one in self.parts:
            asked, yes = said.get(f"asked-{one.code}") or 0, said.get(f"yes-{one.code}") or 0
            if yes > asked:
                self.add_error(f"yes-{one.code}", _("知道的不能比问的多。"))
            if 0 < asked < FEWEST:
                self.add_error(f"asked-{one.code}", _("每处至少要问 2 人。"))
        return said

    def rows(self) -> Iterator[tuple[Stratum, forms.BoundField, forms.BoundField]]:
        for one in self.parts:
            yield one, self[f"asked-{one.code}"], self[f"yes-{one.code}"]

    def said(self) -> dict[str, tuple[int, int]]:
        """Part → how many were asked and said yes."""
        numbers = self.cleaned_data
        return {
            one.code: (numbers[f"asked-{one.code}"] or 0, numbers[f"yes-{one.code}"] or 0)
            for one in self.parts
        }

    def earlier(self) -> Recorded | None:
        chosen = self.cleaned_data["before"]
        return next((one for one in self.known if one.entry.pk == chosen), None)
