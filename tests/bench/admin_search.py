"""Pages of the back office's list among a million companies: searched, filtered, sorted by each column, far from the first page, by
number and (over REST) by key; for somebody who sees everything, for a manager of one site, and for somebody outside who sees 500 that
are granted.

`ours` is what all statements of the page's list cost the database (rights, count, plan, window, page), in milliseconds of processor time,
as in the measure of permissions; one process does it all. `limit` is one statement written by hand, which gathers what matches and
sorts it (or reads the index, where nothing is asked for). A fifth of the companies have one account manager, the others none: no index
holds his 200,000 in the order of his name, so they are sorted, which has its own bound."""
from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.utils import translation
from rest_framework.test import APIRequestFactory, force_authenticate

from apps.core.iam.models import Grant, User
from apps.kernel.access import session
from apps.tiers.api import CompanyViewSet
from apps.tiers.models import Company
from tests.bench import Report
from tests.bench._register import COMMON, RARE, fill
from tests.bench.permissions import beside, fetch, statement_costs

ROWS, BOUND, OF_ONE_MANAGER, GRANTED = 1_000_000, 300, 1_200, 500      # rows, ms, ms, rows
LAST = "union"          # its 50,000 matches stand at the end of the sorted names
HELD = "search LIKE opsflux_fold('%%{}%%')"
NAMES, CREATED = "sort_name, id", "created_at DESC, id DESC"
# what it shows -> what is asked of the page, and the same in SQL: condition, order, rows before it
PAGES: dict[str, tuple[dict[str, Any], tuple[str, str, int]]] = {
    "whole list": ({}, ("true", NAMES, 0)),
    "whole list, page 20": ({"p": 20}, ("true", NAMES, 950)),
    "search, common": ({"q": COMMON}, (HELD.format(COMMON), NAMES, 0)),
    "search, common, page 20": ({"q": COMMON, "p": 20}, (HELD.format(COMMON), NAMES, 950)),
    "search, last in order": ({"q": LAST}, (HELD.format(LAST), NAMES, 0)),
    "search, last in order, page 20": ({"q": LAST, "p": 20}, (HELD.format(LAST), NAMES, 950)),
    "search, rare": ({"q": RARE}, (HELD.format(RARE), NAMES, 0)),
    "search, no match": ({"q": "qwertzuiop"}, (HELD.format("qwertzuiop"), NAMES, 0)),
    "search, misspelt": ({"q": "belcastele"}, ("opsflux_fold('belcastele') <%% search", NAMES, 0)),
    "search, misspelt, last in order": ({"q": "travauxx"}, ("opsflux_fold('travauxx') <%% search", NAMES, 0)),
    "search and filter": ({"q": LAST, "status__exact": "blocked"}, (f"{HELD.format(LAST)} AND status = 'blocked'", NAMES, 0)),
    "filter, common": ({"country__exact": "FR"}, ("country = 'FR'", NAMES, 0)),
    "filter, rarer, page 20": ({"country__exact": "GA", "p": 20}, ("country = 'GA'", NAMES, 950)),
    "filter, none": ({"country__exact": "IT"}, ("country = 'IT'", NAMES, 0)),
    "filter without index, none": ({"incomplete__exact": "1"}, ("incomplete", NAMES, 0)),
    "two filters": ({"country__exact": "NO", "status__exact": "archived"}, ("country = 'NO' AND status = 'archived'", NAMES, 0)),
}
COLUMNS = {"legal_name": "sort_name", "status": "status", "country": "country", "incomplete": "incomplete",
           "category": "(SELECT code FROM tiers_category c WHERE c.id = category_id)",
           "account_manager": "(SELECT name FROM iam_user u WHERE u.id = account_manager_id)"}
CHOSEN = "id, legal_name, status, country, category_id, account_manager_id, incomplete, sort_name, created_at"
HAND = ("SELECT * FROM (SELECT " + CHOSEN + " FROM tiers_company WHERE merged_into_id IS NULL AND {where}{fence}) found "
        "ORDER BY {order} LIMIT 50 OFFSET {offset}")
Question = tuple[Callable[[User], Any], tuple[str, str, int]]


def run(report: Report) -> None:
    users = fill(ROWS)
    users["external"] = external()
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    costs = statement_costs()
    with translation.override("fr"):
        for key in ("admin", "manager", "external"):
            user, granted = users[key], ""
            if key == "external":
                granted = f"id = ANY(ARRAY(SELECT object_id FROM iam_grant WHERE user_id = {user.pk})) AND "
            for about, (ask, (where, order, offset)) in questions().items():
                if key == "external" and offset:
                    continue        # 500 rows have no such page
                sql = HAND.format(where=granted + where, fence="" if where == "true" else " OFFSET 0", order=order, offset=offset)
                ours, limit = beside(costs, lambda user=user, ask=ask: ask(user), lambda sql=sql: fetch(sql, ()))
                report(f"admin-search: {about}, as {key}", ours=ours, limit=limit, unit="ms", absolute=True,
                       bound=OF_ONE_MANAGER if "account_manager" in about else BOUND)


def questions() -> dict[str, Question]:
    """Every page, as it is asked for."""
    found: dict[str, Question] = {about: (lambda user, given=given: page(user, given), by_hand)
                                  for about, (given, by_hand) in PAGES.items()}
    for column in COLUMNS:
        for sign, direction in (("", ""), ("-", " DESC NULLS LAST")):
            order = f"{COLUMNS[column]}{direction}, sort_name{' DESC' if sign else ''}, id"
            found[f"sorted by {column}{' backwards' if sign else ''}"] = (
                lambda user, column=column, sign=sign: page(user, {"o": f"{sign}{place_of(user, column)}"}), ("true", order, 0))
    searched = {"search": LAST, "limit": 50}
    for name, order in (("-created_at", CREATED), ("sort_name", NAMES), ("-country", "country DESC NULLS LAST, sort_name DESC, id DESC")):
        found[f"REST, search, second page by {name}"] = (lambda user, name=name: rest(user, {**searched, "ordering": name}, pages=2),
                                                          (HELD.format(LAST), order, 50))
    return found


def external() -> User:
    """Somebody outside, to whom 500 companies are granted, spread over the register."""
    user = User.objects.filter(email="external@bench.example").first()
    user = user or User.objects.create_user("external@bench.example", name="Bench external")
    if Grant.objects.filter(user=user).count() != GRANTED:
        Grant.objects.filter(user=user).delete()
        every = Company._base_manager.extra(where=["hashint8(id) %% 2000 = 7"]).order_by("pk").values_list("pk", flat=True)
        Grant.objects.bulk_create([Grant(permission="tiers.view_company", object_id=pk, user=user) for pk in every[:GRANTED]])
    return user


def page(user: User, given: dict[str, Any]) -> list[Any]:
    """The rows of a page of the list, as the back office reads them."""
    request = RequestFactory().get("/admin/tiers/company/", given)
    request.user = user
    with session():
        return list(admin.site.get_model_admin(Company).get_changelist_instance(request).result_list)


@cache
def place_of(user: User, column: str) -> int:
    """The number the list calls a column by: those who may act have a checkbox before it."""
    request = RequestFactory().get("/admin/tiers/company/")
    request.user = user
    return int(admin.site.get_model_admin(Company).get_changelist_instance(request).list_display.index(column))


def rest(user: User, given: dict[str, Any], pages: int = 1) -> None:
    """The page, by key, that many pages from the first."""
    for _page in range(pages):
        request = APIRequestFactory().get("/api/v1/tiers/companies/", given)
        force_authenticate(request, user)
        with session():
            given = {**given, "cursor": CompanyViewSet.as_view({"get": "list"})(request).data["next"] or ""}
