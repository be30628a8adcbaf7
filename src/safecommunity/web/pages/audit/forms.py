"""What a reader of the log looks for."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy

from safecommunity.audit.queries import Asked
from safecommunity.web.fields import Day

OUTCOMES = [("", gettext_lazy("全部")), ("done", gettext_lazy("完成")), ("refused", gettext_lazy("被拒绝"))]


class LookFor(forms.Form):
    who = forms.CharField(label=gettext_lazy("谁"), max_length=60, required=False)
    act = forms.ChoiceField(label=gettext_lazy("操作"), required=False)
    target = forms.CharField(label=gettext_lazy("对象"), max_length=120, required=False)
    outcome = forms.ChoiceField(label=gettext_lazy("结果"), choices=OUTCOMES, required=False)
    since = Day(gettext_lazy("从"), required=False)
    until = Day(gettext_lazy("到"), required=False)

    def __init__(self, *args: Any, acts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["act"].choices = [("", gettext_lazy("全部")), *acts]  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """Both days belong to the answer; a field that is wrong does not narrow it."""
        data = self.cleaned_data if self.is_valid() or hasattr(self, "cleaned_data") else {}
        since, until = data.get("since"), data.get("until")
        return Asked(
            who=data.get("who", ""),
            act=data.get("act", ""),
            target=data.get("target", ""),
            outcome=data.get("outcome", ""),
            since=since and make_aware(datetime.combine(since, time())),
            until=until and make_aware(datetime.combine(until + timedelta(days=1), time())),
        )
