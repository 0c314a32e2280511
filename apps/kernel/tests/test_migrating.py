"""Migrations applied in place say the same SQL and end in the same models as Django's own way, with each model rendered once."""
from unittest.mock import patch

import pgtrigger
import pytest
from django.db import connection, migrations, models, transaction
from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.test.utils import CaptureQueriesContext
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from apps.kernel.migrating import in_place

LABEL = "shelf"
GUARD = pgtrigger.Trigger(name="guard", operation=pgtrigger.Update, when=pgtrigger.Before, func="RETURN NEW;")
LATER = pgtrigger.Trigger(name="later", operation=pgtrigger.Delete, when=pgtrigger.Before, func="RETURN OLD;")


def _book_fields():
    return [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=50)),
            ("shelf", models.ForeignKey("shelf.Shelf", models.CASCADE, related_name="books")),
            ("sequel_of", models.ForeignKey("shelf.Book", models.SET_NULL, null=True))]


def _fill(apps, editor):
    shelf = apps.get_model(LABEL, "Shelf").objects.create(height=3)
    book = shelf.books.create(title="Seas", code="s-1")
    shelf.best = book
    shelf.save()
    book.also_on.add(shelf)
    assert sorted(field.name for field in apps.get_model(LABEL, "Book")._meta.related_objects) == ["best_of", "book"]


CREATION = [
    migrations.CreateModel("Shelf", [("id", models.AutoField(primary_key=True)), ("height", models.IntegerField())]),
    migrations.CreateModel("Book", _book_fields(), options={"ordering": ("title",)}),
    migrations.AddField("shelf", "best", models.ForeignKey("shelf.Book", models.SET_NULL, null=True, related_name="best_of")),
    migrations.AddField("Book", "also_on", models.ManyToManyField("shelf.Shelf", related_name="guests")),
    migrations.AddField("book", "code", models.CharField(max_length=9, default="x"), preserve_default=False),
    migrations.AddIndex("Book", models.Index(fields=["title"], name="book_title")),
    migrations.AddConstraint("book", models.UniqueConstraint(fields=["code"], name="book_code")),
    migrations.AddConstraint("book", models.CheckConstraint(condition=~models.Q(title=""), name="book_titled")),
    AddTrigger("book", GUARD),
    AddTrigger("book", LATER),
]
CHANGES = [
    migrations.RunPython(_fill),
    migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE"),
    migrations.AlterField("Shelf", "id", models.BigAutoField(primary_key=True)),    # must find who points at it
    migrations.AlterField("book", "code", models.CharField(max_length=12, unique=True)),    # must leave the constraint of that name
    RemoveTrigger("book", "guard"),
    migrations.RemoveIndex("book", "book_title"),
    migrations.RemoveConstraint("Book", "book_titled"),
    migrations.RenameField("shelf", "height", "levels"),
    migrations.AddField("book", "pages", models.IntegerField(null=True)),
]


def _migration(operations):
    return type("Migration", (migrations.Migration,), {"operations": operations})("0001_initial", LABEL)


def _empty():
    """No models yet, rendered, as migrate begins."""
    state = ProjectState()
    assert state.apps is not None
    return state


def _apply(*parts):
    """The SQL of the migrations and the state they end in; the database is as before."""
    state = _empty()
    with CaptureQueriesContext(connection) as said, transaction.atomic():
        for operations in parts:
            with connection.schema_editor() as editor:
                state = _migration(operations).apply(state, editor)
        transaction.set_rollback(True)
    return [query["sql"] for query in said if "SAVEPOINT" not in query["sql"]], state


def _described(apps):
    """Every model as a migration would write it (tables between two, which name their owner's class, by their fields only)."""
    return {model._meta.label: (None if model._meta.auto_created else ModelState.from_model(model),
                                sorted(field.name for field in model._meta.get_fields(include_hidden=True)))
            for model in apps.get_models(include_auto_created=True)}


@pytest.mark.django_db
@pytest.mark.parametrize("parts", [(CREATION,), (CREATION, CHANGES), (CREATION + CHANGES,)], ids=["created", "changed-later", "at-once"])
def test_in_place_says_the_same_sql_and_ends_in_the_same_models(parts):
    plain_sql, plain = _apply(*parts)
    with in_place():
        sql, state = _apply(*parts)
    assert sql == plain_sql
    assert state == plain
    assert _described(state.apps) == _described(StateApps(set(), state.models))


@pytest.mark.django_db
def test_each_model_is_rendered_once():
    with in_place(), patch.object(ModelState, "render", autospec=True, side_effect=ModelState.render) as render:
        _apply(CREATION)
    assert [call.args[0].name for call in render.call_args_list] == ["Shelf", "Book"]


@pytest.mark.django_db
def test_a_state_shared_with_a_copy_is_rendered_anew_and_the_copy_keeps_its_models():
    before = _empty()
    with transaction.atomic(), in_place():
        with connection.schema_editor() as editor:
            before = _migration(CREATION[:2]).apply(before, editor)
        kept = _described(before.apps)
        with connection.schema_editor() as editor:
            after = _migration(CREATION[2:]).apply(before.clone(), editor)
        assert after.apps.get_model(LABEL, "Shelf")._meta.get_field("best").related_model is after.apps.get_model(LABEL, "Book")
        transaction.set_rollback(True)
    assert _described(before.apps) == kept


@pytest.mark.django_db
def test_what_was_applied_in_place_is_undone_by_django():
    with transaction.atomic():
        with in_place(), connection.schema_editor() as editor:
            _migration(CREATION).apply(_empty(), editor)
        assert {"shelf_shelf", "shelf_book", "shelf_book_also_on"} <= set(connection.introspection.table_names())
        with connection.schema_editor() as editor:
            _migration(CREATION).unapply(_empty(), editor)
        assert not {table for table in connection.introspection.table_names() if table.startswith("shelf_")}
        transaction.set_rollback(True)
