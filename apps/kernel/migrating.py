"""Migrating forwards at a cost that follows the operations, not operations times models.

Django renders every related model anew after each operation, so that whoever still holds the state before it sees nothing of the change.
All our models are related (each names the accounts that wrote it), and a resource brings two tables, four triggers and some indexes: a
fresh database cost the square of the product. Forwards nobody holds the earlier state: models are created and changed where they stand,
and each is rendered once. Going back, printing SQL and operations not named here are Django's own.
"""
import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration, RemoveConstraint, RemoveIndex
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

_stock = Migration.apply


def _created(state: ProjectState, label: str, operation: Any) -> None:
    state.models[label, operation.name_lower].render(state.apps)


def _field_added(state: ProjectState, label: str, operation: Any) -> None:
    field = state.models[label, operation.model_name_lower].fields[operation.name]
    state.apps.get_model(label, operation.model_name).add_to_class(operation.name, field.clone())


def _option(name: str) -> Callable[[ProjectState, str, Any], None]:
    def changed(state: ProjectState, label: str, operation: Any) -> None:
        meta = state.apps.get_model(label, operation.model_name)._meta
        value = state.models[label, operation.model_name_lower].options[name]
        setattr(meta, name, value)
        meta.original_attrs[name] = value

    return changed


# What each operation does to the rendered models. By exact class: a subclass may do more.
IN_PLACE: dict[type[Operation], Callable[[ProjectState, str, Any], None]] = {
    CreateModel: _created, AddField: _field_added,
    AddIndex: _option("indexes"), RemoveIndex: _option("indexes"),
    AddConstraint: _option("constraints"), RemoveConstraint: _option("constraints"),
    AddTrigger: _option("triggers"), RemoveTrigger: _option("triggers"),
}


def _is_in_place(operation: Operation) -> bool:
    # A primary key that comes later changes what others point at.
    return type(operation) in IN_PLACE and not (isinstance(operation, AddField) and operation.field.primary_key)


def _apply(self: Migration, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor,
           collect_sql: bool = False) -> ProjectState:
    if collect_sql or not schema_editor.atomic_migration:
        return _stock(self, project_state, schema_editor, collect_sql)
    for in_place, run in groupby(self.operations, key=_is_in_place):
        if in_place:
            _own(project_state)
            for operation in run:
                _forwards(self.app_label, operation, project_state, schema_editor)
        else:
            part = copy.copy(self)
            part.operations = list(run)     # type: ignore[misc]
            project_state = _stock(part, project_state, schema_editor)
    return project_state


def _own(state: ProjectState) -> None:
    """The rendered models must be this state's alone and whole: not shared with a copy's registry, nothing left for later."""
    shared = any(model._meta.apps is not state.apps for model in state.apps.get_models(include_auto_created=True))
    if shared or state.is_delayed:
        del state.apps
        state.is_delayed = False


def _forwards(label: str, operation: Operation, state: ProjectState, editor: BaseDatabaseSchemaEditor) -> None:
    apps = state.apps
    before = copy.copy(state)       # the same rendered models; the description of the one that changes is kept
    name = getattr(operation, "model_name", "").lower()
    before.models = {key: kept.clone() if key == (label, name) else kept for key, kept in state.models.items()}
    del state.apps      # without rendered models Django changes the descriptions only
    try:
        operation.state_forwards(label, state)
    finally:
        state.apps = apps
    IN_PLACE[type(operation)](state, label, operation)
    operation.database_forwards(label, editor, before, state)


@contextmanager
def in_place() -> Iterator[None]:
    """Within, migrations are applied as said above."""
    Migration.apply = _apply        # type: ignore[method-assign]
    try:
        yield
    finally:
        Migration.apply = _stock    # type: ignore[method-assign]
