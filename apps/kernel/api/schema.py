"""The OpenAPI document: every resource from its declaration, nothing written twice."""
from functools import cache
from typing import Any, ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db.models import EmailField, IntegerField, URLField
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_field
from rest_framework import serializers

from apps.kernel.api import shapes
from apps.kernel.api.registry import address
from apps.kernel.api.serializers import PERIOD, InputSerializer
from apps.kernel.api.shapes import Schema
from apps.kernel.api.spec import Spec, spec_of
from apps.kernel.api.viewsets import ResourceViewSet
from apps.kernel.export import XLSX

CHANGE = (400, 403, 404, 409, 412, 413, 422, 428)
PROBLEMS = {"list": (400,), "retrieve": (400, 404), "create": (400, 403, 409, 413, 422), "update": CHANGE, "partial_update": CHANGE,
            "destroy": (400, 403, 404, 409, 412, 428), "history": (400, 404), "bulk": (400, 403, 404, 409, 412, 413, 422),
            "export": (400, 403), "actions_now": (400, 404), "transit": CHANGE}
SUMMARIES = {"list": "List", "retrieve": "One record", "create": "Make a record", "update": "Replace a record",
             "destroy": "Delete a record", "partial_update": "Change a record", "bulk": "Make, change and delete many",
             "export": "The list as a file",
             "history": "Every version", "actions_now": "What can be done now"}


class OutputSerializer(InputSerializer):
    """Describes what a resource shows; it never runs."""
    serializer_related_field: ClassVar[Any] = serializers.PrimaryKeyRelatedField


@cache
def output_serializer(spec: Spec) -> type[OutputSerializer]:
    """The shape of a resource's records: after the query, so that document and answer cannot part."""
    names = tuple(spec.columns)
    meta = type("Meta", (), {"model": spec.model, "fields": names, "read_only_fields": names})
    declared: dict[str, Any] = {name: column.output for name, column in spec.columns.items() if column.output is not None}
    for name, column in spec.columns.items():
        field: Any = None if column.output else spec.model._meta.get_field(name)
        if field is not None and field.many_to_many:
            declared[name] = _described(shapes.listed(shapes.WHOLE))
        elif field is not None and field.choices:
            declared[name] = _described(_choices(field))
        elif isinstance(field, (URLField, EmailField)) and field.blank:     # an empty one is no address
            declared[name] = _described({"type": "string"})
        elif name in spec.expand:
            declared[name] = _described(_expanded(spec, name))
        elif field is not None and isinstance(field, DateRangeField):
            declared[name] = _described({**PERIOD, "type": ["object", "null"]} if field.null else PERIOD)
    return type(spec.model.__name__, (OutputSerializer,), {"Meta": meta, "__doc__": "", **declared})


def _described(shape: Schema) -> serializers.Field:
    return extend_schema_field(shape)(type("Described", (serializers.Field,), {}))(read_only=True)


def _choices(field: Any) -> Schema:
    """The values a column with choices may hold."""
    values = [key for key, _label in field.flatchoices if key != ""] + ([""] if field.blank else []) + ([None] if field.null else [])
    kind = "integer" if isinstance(field, IntegerField) else "string"
    return {"type": [kind, "null"] if field.null else kind, "enum": values}


def _expanded(spec: Spec, name: str) -> Schema:
    """A reference: its key, or the record where ?expand= asks for it and the caller is shown it."""
    shown = shapes.record({inner: shapes.WHOLE if inner == "id" else shapes.ANY for inner in spec.expansions[name][1]})
    return {"oneOf": [shapes.WHOLE, shown, {"type": "null"}]}


class ResourceSchema(AutoSchema):
    """One operation of a resource; other views are described by drf-spectacular as usual."""
    view: Any

    @property
    def spec(self) -> Spec | None:
        return spec_of(type(self.view)) if isinstance(self.view, ResourceViewSet) else None

    def get_operation_id(self) -> str:
        if self.spec is None:
            return super().get_operation_id()
        where = address(type(self.view)).replace("/", "_").replace("-", "_")
        return f"{where}_{self.view.transition or self.view.action}"

    def get_tags(self) -> list[str]:
        return super().get_tags() if self.spec is None else [address(type(self.view))]

    def get_summary(self) -> str | None:
        if self.spec is None:
            return super().get_summary()
        if self.view.action == "transit":
            return str(self.spec.actions[self.view.transition].label)
        return SUMMARIES[self.view.action]

    def get_description(self) -> str:   # type: ignore[override]  # as drf-spectacular overrides it
        return super().get_description() if self.spec is None else (type(self.view).__doc__ or "").strip()

    def get_filter_backends(self) -> list[Any]:
        return []

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False if self.spec is not None else super()._is_list_view(serializer)

    def get_override_parameters(self) -> list[Any]:
        spec = self.spec
        if spec is None:
            return super().get_override_parameters()
        action = self.view.action
        found = self._asking(spec, action)
        if action == "list":
            found += [shapes.LIMIT, shapes.CURSOR, shapes.COUNTED]
        if action == "export":
            found.append(shapes.FORMAT)
        if action == "bulk":
            found.append(shapes.ATOMIC)
        if action in ("update", "partial_update", "destroy", "transit"):
            found.append(shapes.IF_MATCH)
        if self.method == "POST":
            found.append(shapes.IDEMPOTENCY)
        return [*found, shapes.ETAG] if action in ("retrieve", "create", "update", "partial_update", "transit") else found

    def _asking(self, spec: Spec, action: str) -> list[OpenApiParameter]:
        """What a reading address takes: shape, filters, text, order."""
        found = []
        if action in ("list", "retrieve", "export"):
            found.append(shapes.names_parameter("fields", spec.columns))
        if action in ("list", "retrieve") and spec.expand:
            found.append(shapes.names_parameter("expand", spec.expand))
        if action in ("list", "export"):
            orders = [sign + name for name in self.view.ordering for sign in ("", "-")]
            found += [shapes.SEARCH] if self.view.search else []
            found.append(shapes.names_parameter("ordering", orders, f"Without it: {self.view.order}."))
            found += [shapes.filter_parameter(name, one) for name, one in spec.filters.known.items()]
        return found

    def get_request_serializer(self) -> Any:
        spec = self.spec
        if spec is None:
            return super().get_request_serializer()
        if self.view.action in ("create", "update", "partial_update"):
            return spec.input
        if self.view.action == "transit":
            return {"application/json": shapes.form_shape(spec.actions[self.view.transition].form)}
        if self.view.action == "bulk":
            create = self.resolve_serializer(spec.input, "request").ref
            update = self.resolve_serializer(spec.input(partial=True), "request").ref
            return {"application/json": shapes.bulk_request(self.view.operations, create, update)}
        return None

    def get_response_serializers(self) -> Any:
        spec = self.spec
        if spec is None:
            return super().get_response_serializers()
        shown = self._shown(spec)
        problem = self.resolve_serializer(shapes.Problem, "response").ref
        answers: dict[Any, Any] = {
            "list": lambda: {200: shapes.page(shown)},
            "retrieve": lambda: {200: shown},
            "create": lambda: {201: self._made(spec, shown)},
            "destroy": lambda: {204: OpenApiResponse(description="Deleted")},
            "bulk": lambda: {200: shapes.bulk_answer(shown, problem)},
            "export": lambda: {(200, "text/csv"): shapes.TEXT, (200, "application/json"): shapes.listed(shown), (200, XLSX): shapes.FILE},
            "history": lambda: {200: shapes.HISTORY},
            "actions_now": lambda: {200: shapes.ACTIONS},
        }
        found = answers.get(self.view.action, lambda: {200: shown})()
        for status in (401, *PROBLEMS[self.view.action], 429):
            found[status, "application/problem+json"] = OpenApiResponse(problem, description="Problem")
        return found

    def _shown(self, spec: Spec) -> Schema:
        return dict(self.resolve_serializer(output_serializer(spec), "response").ref)

    def _made(self, spec: Spec, shown: Schema) -> Schema:
        if not self.view.secret_answer:
            return shown
        return {"allOf": [shown, shapes.record({"secret": shapes.TEXT})]}

    def _postprocess_serializer_schema(self, schema: Any, serializer: Any, direction: Any) -> Any:
        """?fields= leaves out what is not asked for; only the key is always there. Input takes nothing else."""
        schema = super()._postprocess_serializer_schema(schema, serializer, direction)
        for name, shape in schema.get("properties", {}).items():
            if {} in shape.get("oneOf", ()):
                schema["properties"][name] = {}     # any JSON, null among it
        if isinstance(serializer, OutputSerializer):
            schema["required"] = ["id"]
        elif isinstance(serializer, InputSerializer):
            schema["additionalProperties"] = False
        return schema
