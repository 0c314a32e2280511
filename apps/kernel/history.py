"""History without asking: statement-level triggers record each version of a resource's rows, bulk and raw SQL included."""
from typing import Any

import pghistory
import pgtrigger
from django.db import models

from apps.kernel.access import GRANTS_TABLE

_PARENT = """
UPDATE {table} AS parent SET version = parent.version WHERE parent.{pk} IN (SELECT {column} FROM {rows}); RETURN NULL;"""

_FORGET = "DELETE FROM {table} WHERE permission IN ({names}) AND object_id IN (SELECT id FROM old_values); RETURN NULL;"


def bump_version() -> pgtrigger.Trigger:
    """Every update, whoever makes it, is a new version: optimistic checks and ETags see bulk and raw SQL too."""
    return pgtrigger.Trigger(name="bump_version", when=pgtrigger.Before, operation=pgtrigger.Update, level=pgtrigger.Row,
                             func="NEW.version = OLD.version + 1; NEW.updated_at = clock_timestamp(); RETURN NEW;")


def touch_parent(model: type[models.Model], parent_field: str) -> list[pgtrigger.Trigger]:
    """Lines belong to their parent: inserting, changing or deleting one is a new version of the parent."""
    link: Any = model._meta.get_field(parent_field)
    parent = link.remote_field.model
    if isinstance(parent, str):     # the parent's app declares the table name by Django's rule
        label, name = parent.split(".") if "." in parent else (model._meta.app_label, parent)
        table = f"{label}_{name}".lower()
    else:
        table = parent._meta.db_table

    def trigger(name, operation, rows, **referencing):
        return pgtrigger.Trigger(name=f"touch_{parent_field}_{name}", when=pgtrigger.After, operation=operation, level=pgtrigger.Statement,
                                 referencing=pgtrigger.Referencing(**referencing),
                                 func=_PARENT.format(table=table, pk="id", column=link.get_attname_column()[1], rows=rows))
    return [
        trigger("insert", pgtrigger.Insert, "new_values", new="new_values"),
        trigger("update", pgtrigger.Update, "new_values", new="new_values"),
        trigger("delete", pgtrigger.Delete, "old_values", old="old_values"),
    ]


def forget_grants(model: type[models.Model]) -> pgtrigger.Trigger:
    """Grants die with their object, however it is deleted."""
    actions = (*model._meta.default_permissions, *(codename.rsplit("_", 1)[0] for codename, _ in model._meta.permissions))
    names = ", ".join(f"'{model._meta.app_label}.{action}_{model._meta.model_name}'" for action in actions)
    # On grants themselves the trigger calls itself: it ends where a deletion hit nothing.
    end = "IF NOT EXISTS (SELECT FROM old_values) THEN RETURN NULL; END IF; " if model._meta.db_table == GRANTS_TABLE else ""
    return pgtrigger.Trigger(
        name="forget_grants", when=pgtrigger.After, operation=pgtrigger.Delete, level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(old="old_values"),
        func=end + _FORGET.format(table=GRANTS_TABLE, names=names))


def record(model: Any) -> Any:
    """Give a resource its history table, its version and the triggers that keep both."""
    triggers = [bump_version()]
    for parent in model.access.parents:
        triggers += touch_parent(model, parent)
    if not model.access.parents:
        triggers.append(forget_grants(model))
    for trigger in triggers:
        trigger.register(model)
    pghistory.create_event_model(
        model,
        pghistory.InsertEvent(level=pgtrigger.Statement),
        pghistory.UpdateEvent(level=pgtrigger.Statement, condition=None),   # each update is a new version
        pghistory.DeleteEvent(level=pgtrigger.Statement),
        exclude=list(model.unrecorded),
        model_name=f"{model.__name__}Version",
        obj_field=pghistory.ObjForeignKey(related_name="versions", db_index=False),
        meta={"indexes": [models.Index(fields=[column, "-pgh_id"]) for column in ("pgh_obj", *model.access.parents)],
              "default_permissions": ()},
        abstract=False,
    )
    return model
