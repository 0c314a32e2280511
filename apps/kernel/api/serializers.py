"""Input of a resource, made from its model: what is writable is named, the rest is refused; references go through the door."""
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.relations import PrimaryKeyRelatedField
from rest_framework.validators import UniqueValidator


class VisibleKey(PrimaryKeyRelatedField):
    """A reference by its key. What the caller is not shown does not exist; what the record already refers to may stay."""
    queryset: Any

    def get_queryset(self) -> Any:
        return self.queryset.visible_to(self.context["user"])

    def to_internal_value(self, data: Any) -> Any:
        kept = getattr(self.parent.instance, f"{self.field_name}_id", None) if self.parent.instance is not None else None
        if kept is not None and type(data) is int and data == kept:
            return getattr(self.parent.instance, str(self.field_name))
        if type(data) is not int:
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(data)


PERIOD: dict[str, Any] = {"type": "object", "required": ["from", "until"], "additionalProperties": False, "properties": {
    "from": {"type": ["string", "null"], "format": "date"}, "until": {"type": ["string", "null"], "format": "date"}}}


@extend_schema_field(PERIOD)
class PeriodField(serializers.Field):
    """A period of days {"from", "until"}, half-open: `until` is the day after the last; null is open."""
    default_error_messages = {
        "shape": _("Write a period as {\"from\": day, \"until\": day after the last}; null is open."),
        "order": _("The period must end after it begins."),
    }

    def to_internal_value(self, data: Any) -> DateRange:
        if not isinstance(data, Mapping) or not set(data) <= {"from", "until"}:
            self.fail("shape")
        day = serializers.DateField()
        first, end = (None if data.get(side) is None else day.to_internal_value(data[side]) for side in ("from", "until"))
        if first and end and end <= first:
            self.fail("order")
        return DateRange(first, end, "[)")

    def to_representation(self, value: DateRange) -> dict[str, Any]:
        return {"from": value.lower, "until": value.upper}


class InputSerializer(serializers.ModelSerializer):
    """Reads the writable fields. Uniqueness and constraints are asked of the whole record afterwards (validation.check)."""
    serializer_related_field: ClassVar[Any] = VisibleKey
    serializer_field_mapping = {**serializers.ModelSerializer.serializer_field_mapping, DateRangeField: PeriodField}
    readable: frozenset[str] = frozenset()

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        made, options = super().build_standard_field(field_name, model_field)
        options["validators"] = [one for one in options.get("validators", ()) if not isinstance(one, UniqueValidator)]
        if not options["validators"]:
            del options["validators"]
        return made, options

    def build_relational_field(self, field_name: str, relation_info: Any) -> tuple[Any, dict[str, Any]]:
        made, options = super().build_relational_field(field_name, relation_info)
        options.pop("validators", None)
        return made, options

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            surplus = {str(name)[:100]: [self._surplus(str(name))] for name in data if name not in self.fields}
            if surplus:
                raise serializers.ValidationError(surplus)
        values = super().to_internal_value(data)
        for name, value in values.items():
            field = self.fields[name]
            if value == "" and getattr(field, "allow_null", False):
                values[name] = None
        return values

    def _surplus(self, name: str) -> ErrorDetail:
        if name in self.readable:
            return ErrorDetail(str(_("This field is not set by input.")), "read_only")
        return ErrorDetail(str(_("There is no such field. Fields: %(names)s.") % {"names": ", ".join(self.fields)}), "unknown_field")


def input_serializer(model: type[Model], writable: Iterable[str], readable: Iterable[str]) -> type[InputSerializer]:
    """The input of a resource."""
    meta = type("Meta", (), {"model": model, "fields": tuple(writable), "validators": []})
    return type(f"{model.__name__}Input", (InputSerializer,), {"Meta": meta, "readable": frozenset(readable)})
