"""JSON as the API reads it: bounded in size (settings) and in depth."""
from typing import IO, Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser

from apps.kernel.api.renderers import JSONRenderer

MAX_DEPTH = 20


def depth(value: Any) -> int:
    """How deeply lists and objects are nested in a JSON value; a plain value has depth 0. Stops one past the limit."""
    level, found = [value], 0
    while found <= MAX_DEPTH:
        level = [inner for item in level if isinstance(item, (dict, list))
                 for inner in (item.values() if isinstance(item, dict) else item)] if found else level
        if not any(isinstance(item, (dict, list)) for item in level):
            return found
        found += 1
    return found


class JSONParser(BaseParser):
    """The body through Django's own reading, which refuses one that is too large (413)."""
    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = parser_context["request"]._request.body
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("The body is not JSON: %(error)s.") % {"error": error}) from error
        if depth(data) > MAX_DEPTH:
            raise ParseError(_("The body is nested more than %(count)d levels deep.") % {"count": MAX_DEPTH})
        return data


class OnlyJSON(BaseContentNegotiation):
    """The API speaks JSON, whatever is asked for."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return parsers[0] if kind in ("application/json", "") or kind.endswith("+json") else None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type
