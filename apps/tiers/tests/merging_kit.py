"""What tests of merges share: a picture of every table, and who points at whom."""
from django.db import connection

from apps.tiers.models import Merge, MergeMove
from apps.tiers.services.references import Rewrite, holders, references_to
from tests.merging.app.models import SavedView

# What a merge and its undo leave behind by design: the journal, and on each row touched a later version.
LEFT_BEHIND = {Merge, MergeMove}
LATER = ("version", "updated_at", "updated_by_id")


def saved_views(model, old, new):
    """The finder a module of saved views would register."""
    name = model._meta.model_name
    for view in SavedView.objects.filter(**{f"filters__{name}": old}).order_by("pk"):
        yield Rewrite(SavedView, view.pk, "filters", {**view.filters, name: new})


def picture(*, without=()):
    """table → key → row as text, of every table but history, the journal and the outbox; without version and date of change."""
    found = {}
    for model in holders():
        if model in LEFT_BEHIND or model._meta.app_label in ("automation", "sessions", "admin", "auth", "contenttypes", "pghistory"):
            continue
        table, key = model._meta.db_table, model._meta.pk.column
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT "{key}", (to_jsonb(t) - %s::text[])::text FROM "{table}" t', [[*LATER, *without]])
            found[table] = dict(cursor.fetchall())
    return found


def references(model, pk):
    """(table, column) → rows that name the record; those without any left out."""
    found = {}
    for reference in references_to(model):
        rows = reference.rows(pk)
        if rows:
            found[reference.model._meta.db_table, reference.column] = rows
    return found


def total(model, *pks):
    """How many cells name one of the records."""
    return sum(len(rows) for pk in pks for rows in references(model, pk).values())


def cells(merge):
    """The journal: (table, column, before, after), sorted."""
    return sorted(merge.moves.values_list("table", "column", "before", "after"))

