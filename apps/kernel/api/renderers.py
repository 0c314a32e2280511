"""JSON as the API writes it: times in UTC with Z, decimals as strings, periods as {"from", "until"} half-open."""
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
from django.utils.duration import duration_iso_string
from django.utils.functional import Promise
from psycopg.types.range import Range
from rest_framework.renderers import BaseRenderer


def plain(value: Any) -> Any:
    """What orjson does not write by itself."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Range):
        return {"from": value.lower, "until": value.upper}
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    raise TypeError(type(value).__name__)


def dumps(data: Any) -> bytes:
    """The bytes of an answer."""
    return orjson.dumps(data, default=plain, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


class JSONRenderer(BaseRenderer):
    """Every answer of the API. The encoding is fixed by the format."""
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dumps(data)
