"""TIE-19: two sessions at once. Each judgement is also made with the lock (or the constraint) off, where it must find the harm."""
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.iam.tests.factories import UserFactory
from apps.kernel.errors import BusinessError, Conflict
from apps.kernel.integrity import explained
from apps.tiers.models import Company, Identifier, Merge
from apps.tiers.services import merge, merging
from apps.tiers.services.references import references_to
from apps.tiers.tests.factories import CompanyFactory, IdentifierFactory
from tests.merging.app.models import Order

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


def in_sessions(*calls):
    """Run the calls at once, each with its own connection; each one's result, or the refusal it ended with."""
    def session(call):
        try:
            return call()
        except (BusinessError, IntegrityError) as error:
            return error
        finally:
            connection.close()
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(session, call) for call in calls]]


def stranded():
    """References that name a company which is part of another, and companies that point at one: neither may ever be."""
    merged = set(Company.objects.filter(merged_into__isnull=False).values_list("pk", flat=True))
    return {(found.model._meta.db_table, found.column): rows for pk in merged for found in references_to(Company)
            if (rows := found.rows(pk))}


@contextmanager
def pausing(monkeypatch, *, locking):
    """Within it, a merge called `slow` pauses between looking and writing until the one called `quick` is over (at most 1.5 s)."""
    looked, over = Event(), Event()
    lock, check = merging._lock, merging._check_at_once
    slow_connections = set()

    def pause():
        check()
        if id(connection.connection) in slow_connections:
            looked.set()
            over.wait(1.5)
    monkeypatch.setattr(merging, "_check_at_once", pause)
    if not locking:
        monkeypatch.setattr(merging, "_lock", lambda rows: rows)

    def slow(**arguments):
        connection.ensure_connection()
        slow_connections.add(id(connection.connection))
        return merge(kind="company", **arguments)

    def quick(**arguments):
        looked.wait(10)
        try:
            return merge(kind="company", **arguments)
        finally:
            over.set()
    try:
        yield slow, quick
    finally:
        monkeypatch.setattr(merging, "_lock", lock)
        monkeypatch.setattr(merging, "_check_at_once", check)


def a_chain_at_once(monkeypatch, *, locking):
    """A becomes part of B while B becomes part of C. Answers what was stranded and how the two ended."""
    boss = UserFactory(is_superuser=True)
    a, b, c = CompanyFactory.create_batch(3)
    for company in (a, b):
        Order.objects.create(number="PO", client=company)
    with pausing(monkeypatch, locking=locking) as (slow, quick):
        ends = in_sessions(lambda: slow(survivor=b, loser=a, actor=boss), lambda: quick(survivor=c, loser=b, actor=boss))
    return stranded(), ends, (a, b, c)


def test_tie_19_a_chain_made_at_once_strands_nothing(monkeypatch):
    # when A becomes part of B and, in another session, B part of C
    lost, ends, (a, b, c) = a_chain_at_once(monkeypatch, locking=True)
    # then both are done, one after the other: everything is at C, A's redirect too
    assert [type(end) for end in ends] == [Merge, Merge]
    assert lost == {}
    assert set(Order.objects.values_list("client", flat=True)) == {c.pk}
    assert set(Company.objects.filter(pk__in=(a.pk, b.pk)).values_list("merged_into", flat=True)) == {c.pk}


def test_tie_19_control_without_the_lock_a_chain_strands_references(monkeypatch):
    # when the same is done without locking the records
    lost, _ends, _companies = a_chain_at_once(monkeypatch, locking=False)
    # then the judgement finds orders that name a company which is no more
    assert ("mergingproof_order", "client_id") in lost


def test_tie_19_the_same_company_is_merged_once(monkeypatch):
    # given one company and two it could be part of
    boss = UserFactory(is_superuser=True)
    gone, first, second = CompanyFactory.create_batch(3)
    orders = [Order.objects.create(number=str(n), client=gone) for n in range(4)]
    # when two people merge it at once
    with pausing(monkeypatch, locking=True) as (slow, quick):
        ends = in_sessions(lambda: slow(survivor=first, loser=gone, actor=boss), lambda: quick(survivor=second, loser=gone, actor=boss))
    # then one did, the other is told, and no order is lost
    assert [type(end) for end in ends] == [Merge, Conflict]
    assert ends[1].code == "already_merged"
    assert Merge.objects.count() == 1
    assert list(Order.objects.values_list("client", flat=True)) == [first.pk] * len(orders)
    assert stranded() == {}


def typed_at_once():
    """Two sessions save the same registration number for two companies at once; how each ended."""
    companies, ready = CompanyFactory.create_batch(2), Barrier(2)

    def save(company):
        ready.wait(10)
        try:
            with transaction.atomic():
                return IdentifierFactory(company=company, scheme="no.orgnr", value="914807077")
        except IntegrityError as error:
            raise explained(error) from error
    return in_sessions(*[lambda company=company: save(company) for company in companies])


def test_tie_19_scenario_7_the_same_number_typed_at_once_is_saved_once():
    # when
    ends = typed_at_once()
    # then
    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "Identifier"]
    refusal = next(end for end in ends if isinstance(end, Conflict))
    assert (refusal.status, refusal.data["constraint"]) == (409, "tiers_identifier_taken")
    assert Identifier.objects.count() == 1


def test_tie_19_control_without_the_constraint_both_are_saved():
    # given a table without its constraint
    taken = next(constraint for constraint in Identifier._meta.constraints if constraint.name == "tiers_identifier_taken")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Identifier, taken)
    try:
        # when / then
        assert [type(end) for end in typed_at_once()] == [Identifier, Identifier]
    finally:
        Identifier.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Identifier, taken)
