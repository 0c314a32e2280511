"""Writes of one record: through the door, against the version that was read, in one transaction."""
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from apps.kernel.access import can, enforce
from apps.kernel.access import permission as right_name
from apps.kernel.api.idempotency import once
from apps.kernel.api.problems import VersionRequired
from apps.kernel.api.spec import Spec
from apps.kernel.api.validation import check
from apps.kernel.context import act
from apps.kernel.errors import Stale
from apps.kernel.transactions import in_transaction
from apps.kernel.writing import authorise_write

_ETAG = re.compile(r'"(\d{1,9})"')


def writes(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A handler that changes something: the caller is the actor of its history, its Idempotency-Key is honoured, and all of it is one
    transaction, repeated as a whole after a deadlock."""
    @wraps(handler)
    def run(self: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        request.data    # noqa: B018 (the property reads the body; one that cannot be read is refused before anything is locked)
        if request.method == "POST" and "pk" in kwargs:
            self.seen(kwargs["pk"])     # an answer kept for a key is not given to somebody who lost the record
        with act(request.user, request_id=request.META.get("opsflux.request_id", "")):
            return in_transaction(lambda: once(self, lambda: handler(self, request, *args, **kwargs)))
    return run


def read_version(request: Request) -> int:
    """The version in If-Match. Raises VersionRequired without one."""
    found = _ETAG.fullmatch(request.headers.get("If-Match", "").strip())
    if found is None:
        raise VersionRequired
    return int(found[1])


class Writing:
    """What create, update, delete and bulk share; a viewset overrides `write` and `erase` to call its app's services."""
    request: Any
    spec: Spec
    model: Any

    def write(self, record: Any, *, adding: bool) -> None:
        """Store a checked record, after what its module asks before a write."""
        authorise_write(self.request.user, record)
        record.save()

    def erase(self, record: Any) -> None:
        """Delete a record, after what its module asks before a write."""
        authorise_write(self.request.user, record, removing=True)
        record.delete()

    def prepare(self, record: Any) -> None:
        """Fill what a new record gets from its circumstances: its owner is who makes it."""
        owner = self.model.access.owner
        if owner and owner not in ("id", "pk") and getattr(record, f"{owner}_id") is None:
            setattr(record, owner, self.request.user)

    def locked(self, pk: int, right: str) -> Any:
        """The record, locked for a change. Raises Http404 when hidden, PermissionDenied when seen but not to be changed."""
        user = self.request.user
        record = self.model._default_manager.visible_to(user).select_for_update(of=("self",)).filter(pk=pk).first()
        if record is None:
            raise Http404
        if not can(user, right, record):
            raise PermissionDenied(gettext("You need the right %(right)s on this record; an administrator of its site can give it.") % {
                "right": right_name(self.model, right)})
        return record

    def _values(self, data: Any, record: Any = None, *, partial: bool = False) -> dict[str, Any]:
        serializer = self.spec.input(record, data=data, partial=partial, context={"user": self.request.user})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def create_one(self, data: Any) -> Any:
        """Make a record of checked input."""
        record = self.model(**self._values(data))
        self.prepare(record)
        check(record, set(self.spec.writable))
        self.write(record, adding=True)
        enforce(self.request.user, "add", record)
        return record

    def update_one(self, record: Any, version: int, data: Any, *, partial: bool) -> Any:
        """Change a locked record that still is the version the caller read. Without `partial`, what is left out returns to its default."""
        self._expect(record, version)
        values = self._values(data, record, partial=partial)
        if not partial:
            blank = {name: self.model._meta.get_field(name).get_default() for name in self.spec.writable}
            values = {**blank, **values}
        for name, value in values.items():
            setattr(record, name, value)
        check(record, set(self.spec.writable))
        self.write(record, adding=False)
        enforce(self.request.user, "change", record)
        return record

    def delete_one(self, record: Any, version: int) -> None:
        """Delete a locked record that still is the version the caller read."""
        self._expect(record, version)
        self.erase(record)

    @staticmethod
    def _expect(record: Any, version: int) -> None:
        if record.version != version:
            raise Stale(record, version)

    def theirs(self, error: Stale) -> tuple[Mapping[str, Any] | None, int | None]:
        """The record as it is now, with its version: what a stale write is compared with."""
        response = self.shown(error.record.pk)
        return (response.data, int(response["ETag"].strip('"'))) if response is not None else (None, None)

    def shown(self, pk: int, status: int = 200) -> Any:
        raise NotImplementedError

    def answer(self, record: Any, status: int = 200) -> Response:
        """The record after a write, with its ETag; only its key and version where the caller may write but not read it."""
        response: Response | None = self.shown(record.pk, status)
        if response is None:
            response = Response({"id": record.pk, "version": record.version}, status=status, headers={"ETag": f'"{record.version}"'})
        return response
