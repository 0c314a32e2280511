"""The admin's side of the access door: lists, forms, references, filters, deletions and bulk actions ask it, and nothing else."""
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.kernel.access import can, can_many, enforce, may, pick_all
from apps.kernel.admin.deletion import what_goes
from apps.kernel.bases import Tracked
from apps.kernel.writing import authorise_write


def shown_to(user: Any, model: type[Model]) -> QuerySet:
    """The rows of `model` that may be named on a page: through the door, or all of a table without one (code lists of libraries)."""
    manager: Any = model._default_manager
    return manager.visible_to(user) if issubclass(model, Tracked) else manager.all()


def _written(formsets: Any) -> Iterable[tuple[Any, bool]]:
    """The lines a submission adds, changes or deletes, as they are to be, and whether they go."""
    for formset in formsets:
        for form in formset.forms:
            if form.has_changed() or form in formset.deleted_forms:
                setattr(form.instance, formset.fk.name, formset.instance)
                yield form.instance, form in formset.deleted_forms


class DoorPermissions:
    """The four questions Django's admin asks, answered for the row when there is one."""
    model: type[Model]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._asked(request, "view", obj) or self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request.user, "add", self.model)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._asked(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._asked(request, "delete", obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "view", self.model)

    def _asked(self, request: HttpRequest, action: str, obj: Model | None) -> bool:
        if obj is None or obj.pk is None:
            return may(request.user, action, self.model)
        answers = request.__dict__.setdefault("_door_answers", {})
        key = (action, type(obj), obj.pk)
        if key not in answers:
            answers[key] = can(request.user, action, obj)
        return bool(answers[key])

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", shown_to(request.user, db_field.remote_field.model))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin's parent

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", shown_to(request.user, db_field.remote_field.model))
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin's parent


class HiddenRecord:
    """Stands on a page for a referenced record that the reader may not see."""

    def __init__(self, key: Any) -> None:
        self.pk = self.id = key

    def __str__(self) -> str:
        return _("hidden")


def hide_references(user: Any, rows: list[Any], names: Iterable[str]) -> None:
    """Before rows are shown: replace the records they refer to, where the door does not show them. One query a reference at most."""
    for name in names:
        field = rows[0]._meta.get_field(name) if rows else None
        if field is None or not issubclass(field.related_model, Tracked):
            continue
        keys = {getattr(row, field.attname) for row in rows} - {None}
        seen = can_many(user, "view", [field.related_model(pk=key) for key in keys])
        for row in rows:
            key = getattr(row, field.attname)
            if key is not None and key not in seen:
                row._state.fields_cache[name] = HiddenRecord(key)


def references_of(model: type[Model]) -> set[str]:
    """The names of a model's foreign keys."""
    return {field.name for field in model._meta.concrete_fields if field.is_relation}


class DoorAdmin(DoorPermissions):
    """Reads and writes of a resource's pages through the door."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changes = super().get_changelist_instance(request)  # type: ignore[misc]  # a mixin's parent
        changes.result_list = list(changes.result_list)
        hide_references(request.user, changes.result_list, references_of(self.model) & set(changes.list_display))
        return changes

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The record; on a page that only shows, what it refers to is hidden where it must be."""
        record = super().get_object(request, object_id, from_field)  # type: ignore[misc]  # as above
        if record is not None and request.method == "GET":
            shown = references_of(self.model)
            if self.has_change_permission(request, record):
                shown &= set(self.get_readonly_fields(request, record))  # type: ignore[attr-defined]  # as above
            hide_references(request.user, [record], shown)
        return record

    def get_inline_formsets(self, request: HttpRequest, formsets: Any, inline_instances: Any, obj: Any = None) -> Any:
        for inline, formset in zip(inline_instances, formsets, strict=True):
            if not inline.has_change_permission(request, obj):
                hide_references(request.user, [form.instance for form in formset.initial_forms],
                                references_of(inline.model) - {formset.fk.name})
        return super().get_inline_formsets(request, formsets, inline_instances, obj)  # type: ignore[misc]  # as above

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        manager: Any = self.model._default_manager
        ordering = self.get_ordering(request)  # type: ignore[attr-defined]  # a mixin's parent
        rows = manager.visible_to(request.user)
        return rows.order_by(*ordering) if ordering else rows

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the page declares as a filter may be asked of the database."""
        declared = {item[0] if isinstance(item, (list, tuple)) else getattr(item, "parameter_name", item)
                    for item in self.get_list_filter(request)}  # type: ignore[attr-defined]  # as above
        return any(lookup == name or lookup.startswith(f"{name}__") for name in declared if isinstance(name, str))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        authorise_write(request.user, obj)
        super().save_model(request, obj, form, change)  # type: ignore[misc]  # as above
        enforce(request.user, "change" if change else "add", obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for line, gone in _written(formsets):
            authorise_write(request.user, line, removing=gone)
        super().save_related(request, form, formsets, change)  # type: ignore[misc]  # as above
        for formset in formsets:
            changed = [obj for obj in (*formset.new_objects, *(pair[0] for pair in formset.changed_objects)) if isinstance(obj, Tracked)]
            if len(can_many(request.user, "change", changed)) != len(changed):
                raise PermissionDenied(_("One of the lines would lie outside your rights: nothing was saved."))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        enforce(request.user, "delete", obj)
        authorise_write(request.user, obj, removing=True)
        super().delete_model(request, obj)  # type: ignore[misc]  # as above

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        with transaction.atomic():
            for record in pick_all(request.user, "delete", self.model, queryset.values_list("pk", flat=True)):
                authorise_write(request.user, record, removing=True)
            super().delete_queryset(request, queryset)  # type: ignore[misc]  # as above

    def get_deleted_objects(self, objs: Iterable[Model], request: HttpRequest) -> Any:
        """What goes with the records, naming only what the user may see; the rest is counted."""
        return what_goes(list(objs), request.user)

    def log_addition(self, *args: Any) -> None:
        """History is kept by the database: Django's own log would name records their reader may no longer see."""

    log_change = log_deletion = log_deletions = log_addition

