"""The shapes in the OpenAPI document that no model gives: problems, pages, histories, actions, bulks, filters."""
from collections.abc import Iterable
from typing import Any

from django import forms
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from apps.kernel.api.query import MAX_PAGE, PAGE

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
FILE: Schema = {"type": "string", "format": "binary"}
WHOLE: Schema = {"type": "integer"}
ANY: Schema = {}
MOMENT: Schema = {"type": "string", "format": "date-time"}
CURSOR_SHAPE: Schema = {"type": ["string", "null"]}


def listed(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def record(properties: dict[str, Schema], *optional: str) -> Schema:
    """An object of which all properties but the optional ones are there."""
    return {"type": "object", "properties": properties, "required": [name for name in properties if name not in optional]}


COUNT = record({"count": WHOLE, "more": {"type": "boolean"}})
HISTORY = record({"results": listed(record({
    "version": WHOLE, "at": MOMENT, "kind": {"type": "string", "enum": ["insert", "update", "delete"]}, "action": TEXT, "reason": TEXT,
    "request": TEXT, "actor": {"oneOf": [record({"id": WHOLE, "name": TEXT}), {"type": "null"}]},
    "changes": listed(record({"field": TEXT, "label": TEXT, "before": ANY, "after": ANY, "before_text": TEXT, "after_text": TEXT}))}))})
ACTIONS = record({"results": listed(record({"action": TEXT, "label": TEXT, "possible": {"type": "boolean"},
                                            "reasons": listed(record({"code": TEXT, "detail": TEXT}))}))})


class ErrorEntry(serializers.Serializer):
    """One reason: where it lies in the body (JSON pointer) or which parameter it concerns, a code for machines, a sentence for people."""
    pointer = serializers.CharField(required=False)
    parameter = serializers.CharField(required=False)
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer):
    """A refusal (RFC 9457), in the caller's language. 412 adds yours, theirs and version."""
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    request = serializers.CharField(required=False, help_text="The request's number, as in X-Request-ID and the log.")
    errors = ErrorEntry(many=True, required=False)     # type: ignore[assignment]  # a field named as a property of serializers


def page(one: Schema) -> Schema:
    """A list's answer."""
    return record({"results": listed(one), "next": CURSOR_SHAPE, "previous": CURSOR_SHAPE, "count": COUNT}, "count")


def bulk_request(kinds: Iterable[str], create: Schema, update: Schema) -> Schema:
    """A bulk's body."""
    key = record({"id": WHOLE, "version": WHOLE})
    shapes = {"create": create, "update": {"allOf": [update, key]}, "delete": key}
    return {"type": "object", "additionalProperties": False, "properties": {
        kind: {**listed(shapes[kind]), "maxItems": 500} for kind in ("create", "update", "delete") if kind in kinds}}


def bulk_answer(one: Schema, problem: Schema) -> Schema:
    """A bulk's results."""
    return record({"results": listed(record({"pointer": TEXT, "status": WHOLE, "data": {"oneOf": [one, {"type": "null"}]},
                                             "problem": problem}, "data", "problem"))})


def form_shape(form: type[forms.Form]) -> Schema:
    """The body an action takes, from its form."""
    fields = form.base_fields
    required = [name for name, field in fields.items() if field.required]
    return {"type": "object", "additionalProperties": False, "properties": {name: _form_field(field) for name, field in fields.items()},
            **({"required": required} if required else {})}


def _form_field(field: forms.Field) -> Schema:
    shape: Schema = {**form_type(field)}
    if isinstance(field, forms.CharField):
        shape |= {key: value for key, value in (("minLength", field.min_length), ("maxLength", field.max_length)) if value is not None}
    if field.label:
        shape["title"] = str(field.label)
    if field.help_text:
        shape["description"] = str(field.help_text)
    return shape


def form_type(field: forms.Field) -> Schema:
    """The JSON type a form field reads."""
    if isinstance(field, (forms.ModelChoiceField, forms.IntegerField)) and not isinstance(field, (forms.FloatField, forms.DecimalField)):
        return {"type": "integer"}
    if isinstance(field, forms.NullBooleanField | forms.BooleanField):
        return {"type": "boolean"}
    if isinstance(field, forms.DecimalField):
        return {"type": "string", "format": "decimal"}
    if isinstance(field, forms.DateTimeField):
        return MOMENT
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date"}
    if isinstance(field, forms.ChoiceField) and not callable(getattr(field, "_choices", None)):
        choices: Any = field.choices
        return {"type": "string", "enum": [key for key, _label in choices if key != ""]}
    return TEXT


def parameter(name: str, shape: Schema, description: str = "", **options: Any) -> OpenApiParameter:
    """A query parameter."""
    return OpenApiParameter(name, shape, OpenApiParameter.QUERY, description=description, **options)


def filter_parameter(name: str, one: Any) -> OpenApiParameter:
    """A filter's parameter, from its form field; several values are separated by commas."""
    if name.endswith("__in"):
        return parameter(name, listed(form_type(one.field)), explode=False, style="form")
    return parameter(name, form_type(one.field))


def names_parameter(name: str, allowed: Iterable[str], description: str = "") -> OpenApiParameter:
    """Some of these names, separated by commas."""
    return parameter(name, listed({"type": "string", "enum": list(allowed)}), description, explode=False, style="form")


SEARCH = parameter("search", {"type": "string", "maxLength": 200}, "Words, accents and case apart.")
FORMAT = parameter("format", {"type": "string", "enum": ["csv", "xlsx", "json"], "default": "csv"})
LIMIT = parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": PAGE}, "Rows a page.")
CURSOR = parameter("cursor", TEXT, "`next` or `previous` of another page.")
ATOMIC = parameter("atomic", {"type": "boolean", "default": True}, "false: each item on its own, with its own result.")
COUNTED = parameter("count", {"type": "boolean"}, "Also say how many there are, up to 1000.")
IF_MATCH = OpenApiParameter("If-Match", {"type": "string", "pattern": r'^"\d{1,9}"$'}, OpenApiParameter.HEADER, required=True,
                            description="The ETag of the record as you read it.")
IDEMPOTENCY = OpenApiParameter("Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 200}, OpenApiParameter.HEADER,
                               description="The same key, body and address within 24 hours is done once and answered alike.")
ETAG = OpenApiParameter("ETag", TEXT, OpenApiParameter.HEADER, response=[200, 201], description="The version, for If-Match.")
