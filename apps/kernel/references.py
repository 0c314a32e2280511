"""References offer only what may be chosen: not what has become part of another record. What is already stored stays."""
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.kernel.access import rights
from apps.kernel.errors import Invalid, Refusal

LOCK = "FOR SHARE"


def superseded_by(field: Any, key: Any) -> Any:
    """The key of the record that took the place of the one a reference names; None while it stands for itself.

    In a transaction it stays so until the commit: whoever is about to replace the record waits, and whoever has just done so is waited
    for. Inserting a foreign key alone would let both pass."""
    target: Any = field.related_model
    quote = connection.ops.quote_name
    column = quote(target._meta.get_field(target.successor).column)
    lock = LOCK if connection.in_atomic_block else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {quote(target._meta.db_table)} WHERE {quote(target._meta.pk.column)} = %s {lock}",  # nosec B608
                       [key])      # names are the model's own
        found = cursor.fetchone()
    return found[0] if found else None


def refuse_superseded(user: Any, record: Any) -> None:
    """Before a record is written: refuse each reference it newly makes to a record that became part of another, naming that one to those
    who may see it. Raises Invalid."""
    reasons = [Refusal("superseded", _message(user, field, key), field.name)
               for field, given in _newly_made(record) if (key := superseded_by(field, given)) is not None]
    if reasons:
        raise Invalid("superseded", reasons[0].message, reasons=reasons)


def _newly_made(record: Any) -> Iterator[tuple[Any, Any]]:
    """The references of a record, to what can be superseded, that differ from what is stored, in the order of the keys they lock."""
    fields = [field for field in record._meta.concrete_fields
              if field.is_relation and getattr(field.related_model, "successor", "") and field.name != type(record).successor]
    given = [(field, getattr(record, field.attname)) for field in fields]
    stored: dict[str, Any] = {}
    if fields and not record._state.adding:
        stored = type(record)._base_manager.filter(pk=record.pk).values(*(field.attname for field in fields)).first() or {}
    changed = [(field, key) for field, key in given if key is not None and stored.get(field.attname) != key]
    yield from sorted(changed, key=lambda pair: (pair[0].related_model._meta.db_table, pair[1]))


def _message(user: Any, field: Any, key: Any) -> str:
    manager: Any = field.related_model._default_manager
    shown = manager.visible_to(user).filter(pk=key).first() if rights(user).filter(field.related_model, "view") is not False else None
    if shown is None:
        return _("%(field)s: this record became part of another one. Choose again.") % {"field": str(field.verbose_name).capitalize()}
    return _("%(field)s: this record was merged into “%(record)s”. Choose that one.") % {
        "field": str(field.verbose_name).capitalize(), "record": shown}
