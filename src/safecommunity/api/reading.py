"""What the API reads of a request: text that a database can hold."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.parser import Parser


class Readable(Parser):
    """Refuses text with a NUL, which PostgreSQL cannot hold, before anything works on it."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = super().parse_body(request)
        if b"\\u0000" in request.body:
            _refuse_nul(body)
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        if isinstance(data, QueryDict):
            _refuse_nul(data.lists())
        return super().parse_querydict(data, list_fields, request)


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise HttpError(422, _("文字里有看不见的空字符（NUL），不能保存。请去掉后再提交。"))
    elif isinstance(value, dict):
        _refuse_nul([*value, *value.values()])
    elif hasattr(value, "__iter__"):
        for one in value:
            _refuse_nul(one)
