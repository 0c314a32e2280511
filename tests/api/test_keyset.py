"""Pages by key give every row exactly once, whatever ties and NULLs the order has, in both directions."""
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.factory.models import Site
from apps.kernel.api.keyset import Order
from apps.kernel.api.problems import BadQuery

COLUMNS = ("name", "capacity", "commissioned_on", "latitude", "created_at", "parent")
few = st.sampled_from
orders = st.lists(few(COLUMNS), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.tuples(*[few([name, f"-{name}"]) for name in names]))
rows_of_ties = st.lists(st.tuples(few("ab"), few([None, 1, 2]), few([None, date(2020, 1, 1), date(2021, 1, 1)]), st.booleans()),
                        max_size=30)


def walk(order: Order, size: int) -> list[int]:
    """Every page, as a caller reads them: from the cursor of each to the next."""
    found, cursor = [], ""
    while True:
        rows = Site.objects.filter(order.after(order.read(cursor))) if cursor else Site.objects.all()
        page = list(rows.order_by(*order.expressions).values_list("pk", *order.columns)[:size])
        found += [row[0] for row in page]
        if len(page) < size:
            return found
        cursor = order.cursor(page[-1][1:])


@pytest.mark.django_db
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows_of_ties, orders, st.integers(1, 7))
def test_every_row_once_among_ties_and_nulls(db, rows, terms, size):
    # given sites that tie on nearly everything
    Site.objects.all().delete()
    Site.objects.bulk_create([
        Site(name=name, kind="plant", capacity=capacity, commissioned_on=day, latitude=Decimal(1) if placed else None,
             longitude=Decimal(1) if placed else None) for name, capacity, day, placed in rows])
    order = Order(Site, terms)
    # when they are read page by page; then the pages are the whole, in one order, each row once
    whole = list(Site.objects.order_by(*order.expressions).values_list("pk", flat=True))
    assert walk(order, size) == whole and len(set(whole)) == len(rows)


@pytest.mark.django_db
@pytest.mark.parametrize("terms", [("capacity",), ("-capacity",), ("name",), ("-name", "capacity"), ("-created_at",)])
def test_thousands_of_ties_and_nulls(db, terms):
    # given 4,000 sites of one name, a third of them without a capacity, the others sharing five, all made at one moment
    Site.objects.bulk_create([Site(name="Same", kind="plant", capacity=None if n % 3 == 0 else n % 5) for n in range(4_000)])
    order = Order(Site, terms)
    # then 130 pages hold each exactly once
    found = walk(order, 31)
    assert found == list(Site.objects.order_by(*order.expressions).values_list("pk", flat=True)) and len(set(found)) == 4_000


@pytest.mark.django_db
def test_a_cursor_is_bound_to_its_order_and_cannot_be_made_up():
    # given the cursor of one order
    order, other = Order(Site, ("name",)), Order(Site, ("-name",))
    cursor = order.cursor(["Nord", 7])
    # then it reads back, and nothing else does
    assert order.read(cursor) == ["Nord", 7]
    for bad in (f"{cursor}x", cursor[:-1], "", "a:b", "eyJ4", cursor.replace(":", "")):
        with pytest.raises(BadQuery):
            order.read(bad)
    with pytest.raises(BadQuery):
        other.read(cursor)
