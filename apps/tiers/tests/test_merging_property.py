"""TIE-19: on random worlds, a merge followed by its undo is no change at all, a refused merge neither, and no reference is ever lost."""
import json
from datetime import date
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.iam.models import Grant
from apps.core.iam.tests.factories import UserFactory
from apps.kernel.errors import Refused
from apps.kernel.periods import period
from apps.tiers.choices import CompanyStatus
from apps.tiers.models import (
    Affiliation,
    Company,
    CompanyName,
    CompanyRole,
    ContactPoint,
    DuplicateCandidate,
    Interest,
    Ownership,
    Relation,
)
from apps.tiers.services import merge, undo
from apps.tiers.services.references import references_to
from apps.tiers.tests.factories import CompanyFactory, PersonFactory, SiteFactory
from apps.tiers.tests.merging_kit import picture, total
from tests.merging.app.models import Booking, Circle, Order

pytestmark = pytest.mark.django_db
HALVES = [(None, date(2022, 1, 1)), (date(2022, 1, 1), None)]


def some_period(random):
    """Mostly one of two halves, so that rows are often equal or apart; sometimes one that overlaps both."""
    return period(*random.choice([*HALVES * 5, (date(2020, 1, 1), date(2024, 1, 1))]))


def world(random):
    """Companies, and rows of every kind between them; what the database refuses is left out."""
    companies = CompanyFactory.create_batch(5)
    Company.objects.filter(pk=random.choice(companies).pk).update(status=CompanyStatus.BLOCKED)
    sites, persons, users = SiteFactory.create_batch(2), PersonFactory.create_batch(2), UserFactory.create_batch(2)
    circles = [Circle.objects.create(name=f"c{at}") for at in range(2)]
    one = random.choice

    def company():
        return one(companies)

    def role():
        return one(CompanyRole.objects.order_by("pk") or [None])
    makers = [
        lambda: CompanyRole.objects.create(company=company(), role="client", period=some_period(random)),
        lambda: CompanyRole.objects.create(company=company(), role="partner"),
        lambda: CompanyRole.objects.create(company=company(), role="partner"),
        lambda: CompanyName.objects.create(company=company(), kind="trade", name=one(["Alpha", "Beta"])),
        lambda: Ownership.objects.create(parent=company(), child=company(), share_pct=10, period=some_period(random)),
        lambda: Relation.objects.create(a=company(), b=company(), kind=one(["agent_of", "replaces"]), period=some_period(random)),
        lambda: Interest.objects.create(company=company(), site=one(sites), role="operator", period=some_period(random)),
        lambda: Affiliation.objects.create(person=one(persons), company=company(), primary=one([True, False]), period=some_period(random)),
        lambda: ContactPoint.objects.create(company=company(), value=one(["a@example.org", "b@example.org"]), primary=one([True, False])),
        lambda: Grant.objects.create(permission="tiers.view_company", object_id=company().pk, user=one(users)),
        lambda: Order.objects.create(number="x", client=company(), payer=one([None, company()])),
        lambda: one(circles).companies.add(company()),
        lambda: Booking.objects.create(role=role(), label=one(["p", "q"]), company=one([None, company()])),
        lambda: DuplicateCandidate.objects.create(kind="company", a_id=company().pk, b_id=company().pk, reason="name",
                                                  state=one(["open", "dismissed"])),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for _ in range(random.randrange(10, 50)):
        try:
            with transaction.atomic():
                one(makers)()
        except IntegrityError:
            continue
    return companies


def cells_in(snapshot, *pks):
    """How many cells of dropped rows name one of the companies."""
    columns = [(found.model._meta.db_table, found.column) for found in references_to(Company)]
    return sum(json.loads(entry["row"])[column] in pks for entry in snapshot for table, column in columns if table == entry["table"])


@pytest.mark.parametrize("seed", range(20))
def test_tie_19_merging_and_undoing_is_no_change(seed):
    # given a random world
    random = Random(seed)
    boss = UserFactory(is_superuser=True)
    companies = world(random)
    pictures, merges = [picture()], []
    # when some of its companies are merged, and merged again
    for _ in range(3):
        survivor, loser = random.sample([company for company in companies if company.merged_into_id is None], 2)
        before = total(Company, survivor.pk, loser.pk)
        try:
            done = merge(kind="company", survivor=survivor, loser=loser, actor=boss)
        except Refused:
            assert picture() == pictures[-1]
            continue
        # then every cell that named one of the two names the survivor, or is in the snapshot
        assert total(Company, loser.pk) == 0
        assert total(Company, survivor.pk) - 1 + cells_in(done.snapshot, survivor.pk, loser.pk) == before
        merges.append(done)
        pictures.append(picture())
        for company in companies:
            company.refresh_from_db()
    # and undone from the last to the first, each world is as it was
    for done in reversed(merges):
        pictures.pop()
        assert undo(merge=done, actor=boss).report["undo"]["kept"] == []
        assert picture() == pictures[-1]


def test_tie_19_the_random_worlds_merge_refuse_and_drop():
    """The proof above means something only if its worlds bring about all three."""
    # given
    boss, merged, refused, dropped = UserFactory(is_superuser=True), 0, 0, set()
    # when
    for seed in range(20):
        with transaction.atomic():
            random = Random(seed)
            survivor, loser = random.sample(world(random), 2)
            try:
                done = merge(kind="company", survivor=survivor, loser=loser, actor=boss)
            except Refused:
                refused += 1
            else:
                merged += 1
                dropped |= {entry["table"] for entry in done.snapshot}
            transaction.set_rollback(True)
    # then
    assert merged >= 8 and refused >= 4
    assert {"tiers_companyrole", "mergingproof_circle_companies"} < dropped
