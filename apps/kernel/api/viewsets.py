"""The viewset of a resource: a normal one is a declaration.

    @resource
    class SiteViewSet(ResourceViewSet):
        model = Site
        fields = ("id", "name", "parent", …, Annotation(…))
        writable = ("name", "parent")
        filters = {"kind": ("exact", "in"), "name": ("holds",)}
        ordering, order, search = ("name", "created_at"), "name", ("name",)
        expand = {"parent": ("id", "name")}
"""
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.http import Http404, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import activate
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from apps.kernel.acts import record_act
from apps.kernel.api import bulk, export, query
from apps.kernel.api.columns import Annotation, Reader
from apps.kernel.api.limits import AccountRate
from apps.kernel.api.parsers import JSONParser, OnlyJSON
from apps.kernel.api.permissions import ThroughTheDoor
from apps.kernel.api.renderers import JSONRenderer
from apps.kernel.api.spec import Spec, spec_of
from apps.kernel.api.writing import Writing, read_version, writes
from apps.kernel.errors import Invalid
from apps.kernel.export import check_size, download
from apps.kernel.timeline import Entry, timeline

EVERYTHING = frozenset({"create", "update", "delete"})
_KEYS = ("pk", "version")
VERSIONS = 100


class ApiView(APIView):
    """How every view of the API reads, answers and refuses."""
    renderer_classes = (JSONRenderer,)
    parser_classes = (JSONParser,)
    content_negotiation_class = OnlyJSON
    throttle_classes = (AccountRate,)
    metadata_class = None
    secret_answer: ClassVar[bool] = False

    def perform_authentication(self, request: Request) -> None:
        """Answer in the language the caller asks for; without a wish, in the one of the account."""
        super().perform_authentication(request)
        language = getattr(request.user, "language", None)
        if language and "HTTP_ACCEPT_LANGUAGE" not in request.META:
            activate(language)


class ResourceViewSet(Writing, ViewSetMixin, ApiView):
    """One resource; routes come from the registry."""
    permission_classes = [ThroughTheDoor]
    model: Any
    fields: tuple[str | Annotation, ...]
    writable: tuple[str, ...] = ()
    operations: frozenset[str] = EVERYTHING
    filters: Mapping[str, Iterable[str]] = {}
    search: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ("created_at",)
    order: str = "-created_at"
    expand: Mapping[str, Iterable[str]] = {}
    transition: str = ""        # set by the route: the action's name

    @property
    def spec(self) -> Spec:     # type: ignore[override]  # read once per class
        return spec_of(type(self))

    def rows(self, right: str = "view") -> Any:
        """The rows the caller may see, or export."""
        return self.model._default_manager.visible_to(self.request.user, right)

    def seen(self, pk: int) -> Any:
        """The record, if the caller may see it."""
        record = self.rows().filter(pk=pk).first()
        if record is None:
            raise Http404
        return record

    # reading

    def list(self, request: Request) -> Response:
        given, spec = request._request.GET, self.spec
        query.only(given, (*query.SHAPE, *spec.picks, *query.PAGING))
        order = spec.orders.read(given.get("ordering", ""))
        columns = query.chosen(spec, given)
        rows = query.picked(spec, self.rows(), given)
        reader = Reader(columns, order.columns)
        found, after, before = query.page(rows, order, query.limit(given), given.get("cursor", ""), reader)
        results = self._built(reader, found, query.expanded(spec, given, columns))
        body: dict[str, Any] = {"results": results, "next": after, "previous": before}
        if query.flag(given, "count"):
            body["count"] = query.count(rows) if after or "cursor" in given else {"count": len(found), "more": False}
        return Response(body)

    def retrieve(self, request: Request, pk: int) -> Response:
        query.only(request._request.GET, query.SHAPE)
        response = self.shown(pk)
        if response is None:
            raise Http404
        return response

    def shown(self, pk: int, status: int = 200) -> Any:
        """The record as a list shows it, with its ETag; None when the caller is not shown it."""
        given = self.request._request.GET if self.request.method in ("GET", "HEAD") else QueryDict()
        columns = query.chosen(self.spec, given)
        reader = Reader(columns, _KEYS)
        row = reader.select(self.rows().filter(pk=pk)).first()
        if row is None:
            return None
        _pk, version = reader.key(row)
        body = self._built(reader, [row], query.expanded(self.spec, given, columns))[0]
        return Response(body, status=status, headers={"ETag": f'"{version}"'})

    def _built(self, reader: Reader, rows: Iterable[Any], expanded: Iterable[str]) -> Any:
        built = [reader.build(row) for row in rows]
        for name in expanded:
            found = self._expansion(name, {one[name] for one in built} - {None})
            for one in built:
                one[name] = found.get(one[name])
        return built

    def _expansion(self, name: str, keys: set[Any]) -> dict[Any, dict[str, Any]]:
        """The records a reference names, of those the caller is shown: one query."""
        model, columns = self.spec.expansions[name]
        reader = Reader(list(columns.values()))
        manager: Any = model._default_manager
        rows = reader.select(manager.visible_to(self.request.user).filter(pk__in=keys)) if keys else ()
        return {row[0]: reader.build(row) for row in rows}

    def export(self, request: Request) -> HttpResponseBase:
        given, spec = request._request.GET, self.spec
        query.only(given, ("format", "fields", *spec.picks))
        order = spec.orders.read(given.get("ordering", ""))
        kind = export.format_of(given.get("format", "csv"))
        rows = query.picked(spec, self.rows("export"), given).order_by(*order.expressions)
        check_size(kind, rows)
        sheet = export.sheet(Reader(query.chosen(spec, given)), rows)
        record_act("export", request=request, about=self.model, format=kind, columns=list(sheet.names), asked=given.urlencode()[:2_000])
        return download(self.model._meta.model_name, kind, sheet, lambda sent, whole: record_act(
            "export_ended", request=request, about=self.model, rows=sent, complete=whole, format=kind))

    def history(self, request: Request, pk: int) -> Response:
        query.only(request._request.GET, ())
        record = self.seen(pk)
        return Response({"results": [_told(entry) for entry in timeline(record, request.user, VERSIONS)]})

    def actions_now(self, request: Request, pk: int) -> Response:
        """What can be done to the record, and why not."""
        query.only(request._request.GET, ())
        record = self.seen(pk)
        told = [(action, action.refusals(request.user, record)) for action in self.spec.actions.values()]
        return Response({"results": [{
            "action": action.name, "label": action.label, "possible": not reasons,
            "reasons": [{"code": reason.code, "detail": reason.message} for reason in reasons]} for action, reasons in told]})

    # writing

    @writes
    def create(self, request: Request) -> Response:
        query.only(request._request.GET, ())
        record = self.create_one(request.data)
        response = self.answer(record, 201)
        response["Location"] = f"{request.path}{record.pk}/"
        return response

    @writes
    def update(self, request: Request, pk: int, partial: bool = False) -> Response:
        query.only(request._request.GET, ())
        record = self.locked(pk, "change")
        return self.answer(self.update_one(record, read_version(request), request.data, partial=partial))

    def partial_update(self, request: Request, pk: int) -> Any:
        return self.update(request, pk, partial=True)

    @writes
    def destroy(self, request: Request, pk: int) -> Response:
        query.only(request._request.GET, ())
        record = self.locked(pk, "delete")
        self.delete_one(record, read_version(request))
        return Response(status=204)

    @writes
    def bulk(self, request: Request) -> Response:
        query.only(request._request.GET, ("atomic",))
        return bulk.run(self, request.data, atomic="atomic" not in request._request.GET or query.flag(request._request.GET, "atomic"))

    @writes
    def transit(self, request: Request, pk: int) -> Response:
        """Run the action of the route on the record."""
        query.only(request._request.GET, ())
        version, data = read_version(request), request.data or {}
        if not isinstance(data, Mapping):
            raise Invalid("bad_body", _("Write the action's input as an object."))
        return self.answer(self.spec.actions[self.transition].run(request.user, pk, data, version))


def _told(entry: Entry) -> dict[str, Any]:
    return {"version": entry.version, "at": entry.at, "kind": entry.label, "action": entry.action, "reason": entry.reason,
            "request": entry.request_id, "actor": None if entry.actor_id is None else {"id": entry.actor_id, "name": entry.actor},
            "changes": [{"field": change.field, "label": change.label, "before": change.before, "after": change.after,
                         "before_text": change.before_text, "after_text": change.after_text} for change in entry.changes]}

