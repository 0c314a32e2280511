"""What a caller may say after the ?: read once, each name known or refused with those that are."""
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.kernel.api.columns import Column
from apps.kernel.api.keyset import Order, slice_of
from apps.kernel.api.problems import BadQuery
from apps.kernel.paging import COUNT_CAP, capped_count

if TYPE_CHECKING:
    from apps.kernel.api.spec import Spec

PAGE, MAX_PAGE = 50, 500
SHAPE = ("fields", "expand")
PAGING = ("cursor", "limit", "count")


def only(given: QueryDict, allowed: Iterable[str]) -> None:
    """Refuse a parameter that this address does not know, or one given twice."""
    known = set(allowed)
    for name, values in given.lists():
        if name not in known:
            raise BadQuery(name, "unknown_parameter", _("“%(name)s” is not known here. Known: %(names)s.") % {
                "name": name[:100], "names": ", ".join(sorted(known)) or "–"})
        if len(values) > 1:
            raise BadQuery(name, "repeated", _("“%(name)s” is given more than once.") % {"name": name})


def chosen(spec: "Spec", given: QueryDict) -> list[Column]:
    """?fields=: the columns asked for, all without it; the key always stands among them."""
    asked = given.get("fields", "")
    if not asked:
        return spec.all_columns
    names = asked.split(",")
    _known("fields", names, spec.columns)
    wanted = {spec.model._meta.pk.name, *names}
    return [column for name, column in spec.columns.items() if name in wanted]


def expanded(spec: "Spec", given: QueryDict, columns: list[Column]) -> list[str]:
    """?expand=: the references to show as records, each once."""
    names = list(dict.fromkeys(name for name in given.get("expand", "").split(",") if name))
    _known("expand", names, spec.expand)
    shown = {column.name for column in columns}
    return [name for name in names if name in shown]


def _known(parameter: str, names: list[str], known: Iterable[str]) -> None:
    strange = [name for name in names if name not in known]
    if strange:
        raise BadQuery(parameter, f"unknown_{parameter}", _("“%(name)s” is not among: %(names)s.") % {
            "name": strange[0][:100], "names": ", ".join(known) or "–"})


def flag(given: QueryDict, name: str) -> bool:
    """A switch: 1 or true, 0 or false."""
    value = given.get(name, "0").lower()
    if value not in ("1", "true", "0", "false"):
        raise BadQuery(name, "bad_value", _("Write true or false."))
    return value in ("1", "true")


def limit(given: QueryDict) -> int:
    """?limit=: rows a page."""
    asked = given.get("limit", str(PAGE))
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= MAX_PAGE):
        raise BadQuery("limit", "bad_limit", _("A page has 1 to %(count)d rows.") % {"count": MAX_PAGE})
    return int(asked)


def picked(spec: "Spec", rows: Any, given: QueryDict) -> Any:
    """The rows that meet the filters and the search."""
    return spec.words.apply(spec.filters.apply(rows, given), given.get("search", ""))


def count(rows: Any) -> dict[str, Any]:
    """?count=1: exact up to the cap."""
    number, more = capped_count(rows, COUNT_CAP)
    return {"count": number, "more": more}


def page(rows: Any, order: Order, size: int, cursor: str, reader: Any) -> tuple[list[Any], str | None, str | None]:
    """The rows of one page as tuples, and the cursors of the next and of the previous one, None at the ends."""
    place = order.read(cursor) if cursor else None
    found = slice_of(reader.select(rows), order, size, place)
    if not found.rows:      # what lay beyond the cursor is gone: the other way begins where the caller stands
        back = place is not None and not place.back
        return [], None, order.cursor(place.values, back=True) if back and place else None
    after = order.cursor(reader.key(found.rows[-1])) if found.after else None
    return found.rows, after, order.cursor(reader.key(found.rows[0]), back=True) if found.before else None
