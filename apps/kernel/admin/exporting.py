"""Export of a list in the back office: exactly what is seen (search, filters, order, columns), without pages."""
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.kernel import export
from apps.kernel.access import may, permission
from apps.kernel.acts import record_act
from apps.kernel.admin.door import hide_references, references_of
from apps.kernel.errors import BusinessError
from apps.kernel.export import FORMATS, Sheet, check_size, download
from apps.kernel.ordering import Order
from apps.kernel.periods import shown

FORMAT = "format"
Reader = Callable[[Any], Any]


class Exports:
    """A ModelAdmin whose lists can be taken away."""
    model: type[Model]
    admin_site: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=f"{self.model._meta.app_label}_{self.model._meta.model_name}_export"),
                *super().get_urls()]  # type: ignore[misc]  # a mixin's parent

    def export_links(self, request: HttpRequest, changes: Any) -> list[tuple[str, str]]:
        """For each format its name and address; none for who may not export."""
        if not may(request.user, "export", self.model):
            return []
        address = reverse(f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_export")
        return [(kind.upper(), address + changes.get_query_string({FORMAT: kind}, [PAGE_VAR])) for kind in FORMATS]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The rows of the list as it is asked for, of which the right `export` is held."""
        if not may(request.user, "export", self.model):
            raise PermissionDenied(_("You need the right %(right)s; an administrator can give it.") % {
                "right": permission(self.model, "export")})
        given = request.GET.copy()
        kind = given.pop(FORMAT, ["csv"])[-1]
        if kind not in FORMATS:
            raise Http404
        request.GET = given  # type: ignore[assignment]  # what is left is the list's own
        try:
            changes = self.get_changelist_instance(request)  # type: ignore[attr-defined]  # a mixin's parent
        except IncorrectLookupParameters as error:
            raise Http404 from error
        rows = changes.queryset.visible_to(request.user, "export")
        try:
            check_size(kind, rows)
        except BusinessError as error:
            messages.error(request, str(error.message))
            back = reverse(f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_changelist")
            return redirect(f"{back}?{given.urlencode()}" if given else back)
        sheet = sheet_of(request.user, changes, rows)
        about: dict[str, Any] = {"format": kind, "columns": list(sheet.names), "asked": given.urlencode()[:2_000]}
        record_act("export", request=request, about=self.model, **about)
        return download(self.model._meta.model_name or "", kind, sheet, lambda sent, whole: record_act(
            "export_ended", request=request, about=self.model, rows=sent, complete=whole, format=kind))


def sheet_of(user: Any, changes: Any, rows: QuerySet) -> Sheet:
    """The columns of a list page, as values rather than as drawn."""
    columns = [name for name in changes.list_display if name != "action_checkbox"]
    readers = [_reader(changes, name) for name in columns]
    hidden = references_of(changes.model) & set(columns)
    order = Order.of(rows)
    ordered = rows.order_by(*order.expressions) if order else rows

    def read() -> Iterator[list[Any]]:
        found = iter(ordered.iterator(chunk_size=export.CHUNK))
        while chunk := list(islice(found, export.CHUNK)):
            hide_references(user, chunk, hidden)
            for record in chunk:
                yield [reader(record) for reader in readers]
    headers = [str(label_for_field(name, changes.model, changes.model_admin)) for name in columns]
    return Sheet([getattr(name, "__name__", str(name)) for name in columns], [text[:1].upper() + text[1:] for text in headers], read)


def _reader(changes: Any, name: Any) -> Reader:
    """How a column's value is read from a record."""
    try:
        field: Any = changes.model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if field is None or not field.concrete:
        source: Any = name if callable(name) else getattr(changes.model_admin, name, None)
        if source is not None:
            return lambda record: _value(source(record))
        return lambda record: _value(value() if callable(value := getattr(record, name)) else value)
    if field.is_relation:
        return lambda record: None if (value := getattr(record, field.name)) is None else str(value)
    if field.choices:
        labels = {key: str(label) for key, label in field.flatchoices}
        return lambda record: labels.get(getattr(record, field.attname), getattr(record, field.attname))
    return lambda record: _value(getattr(record, field.attname))


def _value(value: Any) -> Any:
    """What a cell holds: numbers, days, moments, yes and no as such, all else as people read it."""
    if isinstance(value, SafeString):
        return strip_tags(value).strip()
    if isinstance(value, DateRange):
        return shown(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return str(value) if isinstance(value, (Promise, Model)) else value
