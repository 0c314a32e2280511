"""TIE-19: whatever module points at companies or persons, a merge moves it (domain rule 14). New relations are found, not listed."""
from itertools import count

import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.core.factory.models import Site
from apps.core.iam.models import Grant, User
from apps.core.iam.tests.factories import UserFactory
from apps.tiers.models import Company, CompanyName, ContactPoint, Identifier, Interest, Ownership, Person
from apps.tiers.services import merge, moving, undo
from apps.tiers.services.references import is_history, permissions_of, references_to
from apps.tiers.tests.factories import CompanyFactory, PersonFactory, SiteFactory
from apps.tiers.tests.merging_kit import picture
from tests.merging.app.models import Note

pytestmark = pytest.mark.django_db

MAKERS = {Company: CompanyFactory, Person: PersonFactory, User: UserFactory, Site: SiteFactory}
# What a constraint asks beyond types. A relation that is new here and fails for want of such a value: name it.
NEEDED = {Ownership: {"share_pct": 10}, Interest: {"role": "operator"}, ContactPoint: {"kind": "email"},
          CompanyName: {"kind": "trade"}, Identifier: {"scheme": "unspecified"}}
NUMBERS = count()


def relations(target):
    """Every (model, foreign key) to the target as Django knows them from the target's side; history apart."""
    found = []
    for relation in target._meta.get_fields(include_hidden=True):
        if relation.is_relation and relation.auto_created and not relation.concrete and not relation.many_to_many:
            model = relation.related_model
            if not is_history(model) and not model._meta.proxy and model._meta.managed:
                found.append((model, relation.field))
    return sorted(found, key=lambda pair: (pair[0]._meta.label, pair[1].name))


def value_for(field):
    """Something the column accepts."""
    if isinstance(field, models.ForeignKey):
        return make(field.remote_field.model)
    if field.choices:
        return next(key for key, _label in field.flatchoices)
    if isinstance(field, (models.CharField, models.TextField)):
        return f"x{next(NUMBERS)}"[:field.max_length]
    if isinstance(field, (models.DateTimeField, models.DateField)):
        return "2026-11-21"
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, (models.IntegerField, models.DecimalField, models.FloatField)):
        return 1
    if isinstance(field, (ArrayField, models.JSONField)):
        return []
    if isinstance(field, models.BinaryField):
        return b"x"
    raise AssertionError(f"say in NEEDED what {field} holds")


def make(model, **fixed):
    """A row of any model, with a value in each column that needs one."""
    values = {**NEEDED.get(model, {}), **fixed}
    if model in MAKERS:
        return MAKERS[model](**values)
    for field in model._meta.concrete_fields:
        needs = not (field.primary_key or field.null or field.generated or field.has_default() or field.has_db_default())
        if needs and field.name not in values and not (field.blank and isinstance(field, models.CharField)):
            values[field.name] = value_for(field)
    return model._base_manager.create(**values)


def one_row_each(target, record):
    """[(model, column, key)]: a row for every relation, a generic key and a grant, all naming the record."""
    rows = [(model, field.attname, make(model, **{field.name: record}).pk) for model, field in relations(target)]
    note = Note.objects.create(text="x", content_type=ContentType.objects.get_for_model(target), object_id=str(record.pk))
    grants = [Grant.objects.create(permission=name, object_id=record.pk, user=UserFactory()) for name in permissions_of(target)]
    return [*rows, (Note, "object_id", note.pk), *((Grant, "object_id", grant.pk) for grant in grants)]


def left_behind(rows, survivor):
    """The relations whose row does not name the survivor."""
    return [f"{model._meta.label}.{column}" for model, column, pk in rows
            if str(model._base_manager.filter(pk=pk).values_list(column, flat=True).get()) != str(survivor.pk)]


KINDS = pytest.mark.parametrize(("kind", "target"), [("company", Company), ("person", Person)])


@KINDS
def test_tie_19_every_relation_is_moved_and_comes_back(kind, target):
    # given a record that a row of every relation names
    boss = UserFactory(is_superuser=True)
    survivor, loser = MAKERS[target](), MAKERS[target]()
    rows = one_row_each(target, loser)
    before = picture()
    # when
    done = merge(kind=kind, survivor=survivor, loser=loser, actor=boss)
    # then
    assert left_behind(rows, survivor) == []
    assert undo(merge=done, actor=boss).report["undo"]["kept"] == []
    assert picture() == before


@KINDS
def test_tie_19_the_check_sees_a_relation_that_is_not_moved(kind, target, monkeypatch):
    # given a merge that forgets, one after the other, each relation that the house's own tests have
    boss = UserFactory(is_superuser=True)
    forgotten = [f"{model._meta.label}.{field.attname}" for model, field in relations(target) if model._meta.app_label == "mergingproof"]
    assert len(forgotten) == {"company": 4, "person": 2}[kind]
    for name in forgotten:
        monkeypatch.setattr(moving, "references_to", lambda model, name=name: [
            found for found in references_to(model) if f"{found.model._meta.label}.{found.column}" != name])
        survivor, loser = MAKERS[target](), MAKERS[target]()
        rows = one_row_each(target, loser)
        # when
        merge(kind=kind, survivor=survivor, loser=loser, actor=boss)
        # then
        assert left_behind(rows, survivor) == [name]


def test_tie_19_the_relations_known_today():
    """A list to look at when it changes: what a merge of companies and of persons moves in the product itself."""
    # when / then
    for target, expected in ((Company, {
            "tiers.Address.company", "tiers.Affiliation.company", "tiers.Company.merged_into", "tiers.CompanyName.company",
            "tiers.CompanyRole.company", "tiers.ContactPoint.company", "tiers.ExternalId.company", "tiers.Identifier.company",
            "tiers.Interest.company", "tiers.Ownership.child", "tiers.Ownership.parent", "tiers.Relation.a", "tiers.Relation.b"}),
            (Person, {"tiers.Address.person", "tiers.Affiliation.person", "tiers.ContactPoint.person", "tiers.ExternalId.person",
                      "tiers.Person.merged_into", "tiers.PersonalDetails.person", "tiers.Portrait.person"})):
        assert expected <= {f"{model._meta.label}.{field.name}" for model, field in relations(target)}
