"""What the API's pictures share: the day asked for, the shape of percentages, and what is described of their answers."""
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from apps.kernel.api.problems import BadQuery
from apps.kernel.api.shapes import TEXT, WHOLE, Problem, Schema, parameter, record

DATE: Schema = {"type": "string", "format": "date"}
SHARE: Schema = {"type": "string", "format": "decimal"}
MAYBE_SHARE: Schema = {"type": ["string", "null"], "format": "decimal"}
ON = parameter("on", DATE, "The day; today without it.")
MOVED = record({"id": WHOLE, "moved_to": TEXT})


def day(given: QueryDict) -> date:
    """?on=: a day, today without it. Raises BadQuery."""
    if "on" not in given:
        return timezone.localdate()
    try:
        found = parse_date(str(given["on"]))
    except ValueError:
        found = None
    if found is None:
        raise BadQuery("on", "bad_date", _("Write a day as 2011-07-03."))
    return found


def pictured(answer: Schema, *, moves: bool = False) -> dict[Any, Any]:
    """What such an address answers: its own shape, where the record went if it was merged, or a problem."""
    refusals = {(status, "application/problem+json"): Problem for status in (400, 401, 404, 429)}
    return {200: answer, **({301: MOVED} if moves else {}), **refusals}
