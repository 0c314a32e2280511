"""Pages of what the door leaves: the same rows in the same order as a plain sort, whichever way the database took."""
from random import Random

import pytest
from django.db import connection

from apps.core.iam.models import Grant
from apps.kernel.access import session
from apps.kernel.ordering import Order
from apps.kernel.paging import DIRECT, SORT, WALK, capped_count, page, way
from tests.door.app.models import Paper
from tests.door.test_revocation import VIEW, account, site, viewer

ROWS, OLD = 1_200, 100
NEWEST = Order(Paper, ["-created_at"])


@pytest.fixture
def papers(db):
    """Papers of two sites, many made at the same moment; those of the second site are the oldest."""
    random, here, closed = Random(7), site("Here"), site("Closed")
    Paper.objects.bulk_create([Paper(number=f"P-{n}", name=f"Paper {n}", status="open", site=closed if n < OLD else here,
                                     created_at=f"2026-01-{1 + n * 28 // ROWS:02}T{random.choice(('08', '09'))}:00Z") for n in range(ROWS)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE doorproof_paper")
    return here, closed


def walked(user, **given):
    """Every key that the pages show, one page after the other."""
    found, after = [], None
    with session():
        while rows := page(Paper.objects.visible_to(user), NEWEST, 40, after=after, **given):
            found += [one.pk for one in rows]
            after = (rows[-1].created_at, rows[-1].pk)
    return found


@pytest.mark.parametrize("kind", ["everything", "here", "closed", "granted", "closed and granted", "nothing"])
def test_pages_show_each_visible_row_once_in_order(papers, kind):
    # given users who see everything, a site, a site whose papers are all old, what was granted, or nothing
    here, closed = papers
    user = account(is_superuser=kind == "everything")
    if kind in ("here", "closed", "closed and granted"):
        viewer(user, here if kind == "here" else closed)
    if "granted" in kind:
        Grant.objects.bulk_create([Grant(permission=VIEW, object_id=pk, user=user) for pk in
                                   Paper.objects.order_by("pk").values_list("pk", flat=True)[50:750:7]])
    # when they turn all pages, the walk being cut off after a few rows, after some, or never
    found = [walked(user, window=window) for window in (5, 60, 20_000)]
    # then each visible row comes once, newest first, ties by key
    visible = Paper.objects.visible_to(user).values_list("created_at", "pk")
    assert found == [[pk for _created, pk in sorted(visible, reverse=True)]] * 3
    assert len(found[0]) == {"everything": 1200, "here": 1100, "closed": 100, "granted": 100, "closed and granted": 192, "nothing": 0}[kind]


def test_a_count_stops_at_its_cap(papers):
    # given 1,200 rows, when they are counted, then up to the cap, and whether there are more
    admin = account(is_superuser=True)
    assert capped_count(Paper.objects.visible_to(admin)) == (1000, True)
    assert capped_count(Paper.objects.visible_to(admin), cap=ROWS) == (ROWS, False)


def test_only_a_walk_that_passes_rows_over_is_cut_off(papers):
    # given a plan that gathers and sorts beside a sub-select evaluated first, and walks of one index and past other rows
    user = account()
    Grant.objects.create(permission=VIEW, object_id=Paper.objects.first().pk, user=user)
    keys = "id = ANY(ARRAY(SELECT object_id FROM iam_grant WHERE user_id = %s))"
    pages = [Paper.objects.extra(where=[keys], params=[user.pk]), Paper.objects.all(), Paper.objects.filter(site=papers[1]),
             Paper.objects.filter(status="open")]
    # then the pager knows which are which
    assert [way(rows.order_by("-created_at", "-pk")[:50])[0] for rows in pages] == [SORT, DIRECT, DIRECT, WALK]
