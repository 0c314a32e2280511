"""Pages, by key or by number, give every row exactly once, whatever ties and NULLs the order has, there and back, however they are read."""
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.factory.models import Site
from apps.kernel import paging
from apps.kernel.api.keyset import Order, Place, slice_of
from apps.kernel.api.problems import BadQuery
from apps.kernel.ordering import ties

COLUMNS = ("name", "capacity", "commissioned_on", "latitude", "created_at", "parent")
few = st.sampled_from
orders = st.lists(few(COLUMNS), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.tuples(*[few([name, f"-{name}"]) for name in names]))
rows_of_ties = st.lists(st.tuples(few("ab"), few([None, 1, 2]), few([None, date(2020, 1, 1), date(2021, 1, 1)]), st.booleans()),
                        max_size=30)


def made(rows) -> None:
    Site.objects.all().delete()
    Site.objects.bulk_create([
        Site(name=name, kind="plant", capacity=capacity, commissioned_on=day, latitude=Decimal(1) if placed else None,
             longitude=Decimal(1) if placed else None) for name, capacity, day, placed in rows])


def ways(**switches) -> None:
    """Let the planner read as it would a large table: along an index, or by sorting everything."""
    with connection.cursor() as cursor:
        for name in ("enable_sort", "enable_seqscan"):
            cursor.execute(f"SET LOCAL {name} = {'off' if switches.get(name) is False else 'on'}")


def walk(order: Order, size: int) -> list[list[int]]:
    """Every page, as a caller reads them: to the end by each page's next cursor, and back by the previous ones."""
    there, back, cursor = [], [], ""
    rows, place = Site.objects.values_list("pk", *order.columns), None
    while True:
        part = slice_of(rows, order, size, place)
        there += [row[0] for row in part.rows]
        assert part.before == (place is not None)
        if not part.after:
            break
        place = order.read(order.cursor(part.rows[-1][1:]))
    back = [row[0] for row in part.rows][::-1]
    while part.before:
        cursor = order.cursor(part.rows[0][1:], back=True)
        part = slice_of(rows, order, size, order.read(cursor))
        back += [row[0] for row in part.rows][::-1]
        assert part.after
    return [there, back[::-1]]


@pytest.mark.django_db
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows_of_ties, orders, st.integers(1, 7), few([2, 20_000]), st.booleans())
def test_every_row_once_among_ties_and_nulls(db, monkeypatch, rows, terms, size, window, walks):
    # given sites that tie on nearly everything, and a pager whose walks end after two rows, or never
    made(rows)
    order = Order(Site, terms)
    ways(enable_sort=not walks, enable_seqscan=not walks)
    monkeypatch.setattr(paging, "WINDOW", window)
    paging._edges.clear()
    # when they are read page by page, there and back; then the pages are the whole, in one order, each row once
    whole = list(Site.objects.order_by(*order.expressions).values_list("pk", flat=True))
    assert walk(order, size) == [whole, whole] and len(set(whole)) == len(rows)


@pytest.mark.django_db
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows_of_ties, orders, st.integers(1, 7), few([2, 20_000]), st.booleans())
def test_pages_by_number_are_slices_of_the_whole(db, rows, terms, size, window, walks):
    # given the same
    made(rows)
    order = Order(Site, terms)
    ways(enable_sort=not walks, enable_seqscan=not walks)
    paging._edges.clear()
    # then each page is its slice of one list, one beyond the end is empty, and so it is of rows known to be few
    whole = list(Site.objects.order_by(*order.expressions))
    for start in range(0, len(whole) + size + 1, size):
        assert paging.page(Site.objects.all(), order, size, offset=start, window=window) == whole[start:start + size]
        assert paging.gathered(Site.objects.all(), order, size, start) == whole[start:start + size]


@pytest.mark.django_db
@pytest.mark.parametrize("terms", [("capacity",), ("-capacity",), ("name",), ("-name", "capacity"), ("-created_at",)])
def test_thousands_of_ties_and_nulls(db, terms):
    # given 4,000 sites of one name, a third of them without a capacity, the others sharing five, all made at one moment
    Site.objects.bulk_create([Site(name="Same", kind="plant", capacity=None if n % 3 == 0 else n % 5) for n in range(4_000)])
    order = Order(Site, terms)
    # then 130 pages hold each exactly once, there and back
    whole = list(Site.objects.order_by(*order.expressions).values_list("pk", flat=True))
    assert walk(order, 31) == [whole, whole] and len(set(whole)) == 4_000


def test_an_order_by_reference_or_yes_and_no_is_read_in_parts():
    # given the orders of a list: what its own index serves, a reference, a yes or no
    from_index, of_reference = Order.of(Site.objects.order_by("name")), Order.of(Site.objects.order_by("-parent"))
    # then a reference sorts as its records do, known ones first, and closes with the key
    assert from_index.parts() == []
    assert [key.name for key in of_reference.keys][-1] == "pk" and of_reference.keys[0].name.startswith("parent__")
    assert len(of_reference.parts()) == 2
    # and what is no column has no order here
    assert Order.of(Site.objects.order_by("?")) is None


def test_ties_follow_the_index_that_begins_with_the_column():
    # given an index on (kind, name, id); then ties of the kind take its order, turned round with the column, and others have none
    assert ties(Site, ["kind"]) == ["name", "id"] and ties(Site, ["-kind"]) == ["-name", "-id"]
    assert ties(Site, ["capacity"]) == ties(Site, ["kind", "capacity"]) == []


@pytest.mark.django_db
def test_a_cursor_is_bound_to_its_order_and_cannot_be_made_up():
    # given the cursor of one order
    order, other = Order(Site, ("name",)), Order(Site, ("-name",))
    values = ["Nord", 7][:len(order.keys)]
    cursor = order.cursor(values)
    # then it reads back, in its direction, and nothing else does
    assert order.read(cursor) == Place(values) and order.read(order.cursor(values, back=True)) == Place(values, back=True)
    for bad in (f"{cursor}x", cursor[:-1], "", "a:b", "eyJ4", cursor.replace(":", "")):
        with pytest.raises(BadQuery):
            order.read(bad)
    with pytest.raises(BadQuery):
        other.read(cursor)
