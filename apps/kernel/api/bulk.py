"""Many records in one request: all or nothing, or each on its own with a result for each."""
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response

from apps.kernel.api.problems import answer, problem
from apps.kernel.errors import Invalid

MOST = 500
KINDS = ("create", "update", "delete")
Step = tuple[str, Callable[[], dict[str, Any]]]


class BulkRefused(Exception):
    """Items of an all-or-nothing bulk were refused: their problems by place."""

    def __init__(self, problems: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(*problems)
        self.problems = problems


@answer.register
def _refused(error: BulkRefused, view: Any) -> Response:
    statuses = {one["status"] for one in error.problems.values()}
    errors = [{**entry, "pointer": place + entry.get("pointer", "")} for place, one in error.problems.items()
              for entry in one.get("errors") or [{"code": one["code"], "detail": one["detail"]}]]
    return problem(statuses.pop() if len(statuses) == 1 else 422, "bulk_refused", _("%(count)d items were refused: nothing was done.") % {
        "count": len(error.problems)}, errors=errors)


def steps(view: Any, data: Any) -> list[Step]:
    """The items of a bulk body, each with its pointer and its work; changes in the order of their keys, so that two bulks never cross."""
    if not isinstance(data, Mapping) or not set(data) <= set(KINDS) or not all(isinstance(items, list) for items in data.values()):
        raise Invalid("bad_bulk", _("A bulk is {\"create\": […], \"update\": […], \"delete\": […]}, each optional."))
    count = sum(map(len, data.values()))
    if not 1 <= count <= MOST:
        raise Invalid("bulk_size", _("A bulk has 1 to %(count)d items.") % {"count": MOST})
    return [step for kind in KINDS if kind in data for step in _steps(view, kind, data[kind])]


def _steps(view: Any, kind: str, items: list[Any]) -> Iterator[Step]:
    if kind not in view.operations:
        raise Invalid("bad_bulk", _("Records of this kind are not given to “%(kind)s”.") % {"kind": kind})
    places = list(enumerate(items))
    if kind != "create":
        places.sort(key=lambda place: _key(place[1]))
    for index, item in places:
        yield f"/{kind}/{index}", _step(view, kind, item)


def _key(item: Any) -> int:
    key = item.get("id") if isinstance(item, Mapping) else None
    return key if type(key) is int else 0


def _step(view: Any, kind: str, item: Any) -> Callable[[], dict[str, Any]]:
    def create() -> dict[str, Any]:
        return {"status": 201, "data": view.answer(view.create_one(item)).data}

    def update() -> dict[str, Any]:
        key, version = _named(item)
        values = {name: value for name, value in item.items() if name not in ("id", "version")}
        return {"status": 200, "data": view.answer(view.update_one(view.locked(key, "change"), version, values, partial=True)).data}

    def delete() -> dict[str, Any]:
        key, version = _named(item)
        view.delete_one(view.locked(key, "delete"), version)
        return {"status": 204, "data": None}

    return {"create": create, "update": update, "delete": delete}[kind]


def _named(item: Any) -> tuple[int, int]:
    faults = {name: [ErrorDetail(_("Give the record's %(name)s.") % {"name": name}, "required")]
              for name in ("id", "version") if not (isinstance(item, Mapping) and type(item.get(name)) is int)}
    if faults:
        raise ValidationError(faults)
    return item["id"], item["version"]


def run(view: Any, data: Any, *, atomic: bool) -> Response:
    """Do the items, each in a savepoint. Atomic: any refusal undoes everything, and all refusals are the answer. Else: each item's own
    result, in the order of the body."""
    results: dict[str, dict[str, Any]] = {}
    for place, work in steps(view, data):
        try:
            with transaction.atomic():
                results[place] = work()
        except Exception as error:
            refused = answer(error, view)
            if refused is None or refused.data.get("code") == "try_again":
                raise
            refused.data.pop("yours", None)     # the item is the caller's, at this pointer
            results[place] = {"status": refused.status_code, "problem": refused.data}
    problems = {place: result["problem"] for place, result in results.items() if "problem" in result}
    if atomic and problems:
        raise BulkRefused(problems)
    places = [f"/{kind}/{index}" for kind in KINDS for index in range(len(data.get(kind, ())))]
    return Response({"results": [{"pointer": place, **results[place]} for place in places]})
