"""The contract, part two: what a list, a record and its look-ups answer."""
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.kernel.api.shapes import form_type
from apps.kernel.testing.api import NOWHERE, account, allow, caller
from apps.kernel.testing.contract_base import ContractBase, address_of

QUERIES = 4         # rights, the plan, the window's edge, the page
SAMPLES = {"integer": "1", "boolean": "true", "decimal": "1.5", "date": "2020-01-01",
           "date-time": "2020-01-01T00:00:00Z", "string": "zz"}


class ReadingContract(ContractBase):
    """Lists are exact, and take only what they name."""

    def test_list_row_is_detail_row(self) -> None:
        record = self.make()
        rows = {row["id"]: row for row in self.boss.get(self.url, {"limit": 500}).data["results"]}
        detail = self.boss.get(self.one(record))
        assert detail.data == rows[record.pk]
        assert list(detail.data) == list(self.spec.columns) and detail.headers["ETag"] == self.version(record)

    def test_fields_and_expand(self) -> None:
        record, guest = self.make(), account()
        allow(guest, "view", record)
        for name in self.spec.columns:
            assert set(self.boss.get(self.one(record), {"fields": name}).data) == {"id", name}
            assert set(self.boss.get(self.url, {"fields": name}).data["results"][0]) == {"id", name}
        for name, shown in self.spec.expansions.items():
            value = self.boss.get(self.one(record), {"expand": name}).data[name]
            assert value is None or set(value) == set(shown[1])
            seen = caller(guest).get(self.one(record), {"expand": name}).data[name]
            assert seen is None or caller(guest).get(f"/api/v1/{address_of(shown[0])}/{seen['id']}/").status_code == 200

    def test_every_filter_works(self) -> None:
        record = self.make()
        row = self.rows(self.boss.get(self.one(record)))
        for name, one in self.spec.filters.known.items():
            column, _sep, lookup = name.partition("__")
            value = row.get(column)
            if lookup in ("", "in", "gte", "lte", "holds", "startswith", "resembles") and value not in (None, "", []):
                assert record.pk in self.ids(self.boss, **{name: str(value).lower() if isinstance(value, bool) else value}), name
            elif lookup in ("lt", "gt") and value is not None:
                assert record.pk not in self.ids(self.boss, **{name: value}), name
            elif lookup == "isnull" and column in row:
                assert record.pk in self.ids(self.boss, **{name: str(value is None).lower()}), name
                assert record.pk not in self.ids(self.boss, **{name: str(value is not None).lower()}), name
            elif lookup == "within":
                assert record.pk in self.ids(self.boss, **{name: record.pk}), name
                assert self.ids(self.boss, **{name: NOWHERE}) == [], name
            else:
                shape: Any = form_type(one.field)
                self.ids(self.boss, **{name: shape["enum"][0] if "enum" in shape else SAMPLES[shape.get("format", shape["type"])]})

    def test_every_ordering_works(self) -> None:
        for _ in range(4):
            self.make()
        everything = set(self.ids(self.boss))
        for name in (*self.viewset.ordering, self.viewset.order.removeprefix("-")):
            column: Any = self.spec.model._meta.get_field(name)
            for term in (name, f"-{name}"):
                ids = self.ids(self.boss, ordering=term) if name in self.viewset.ordering else self.ids(self.boss)
                assert len(ids) == len(everything) and set(ids) == everything, term
                held = self.spec.model._base_manager.in_bulk(ids)
                filled = [getattr(held[key], column.attname) is not None for key in ids]
                assert filled == sorted(filled, reverse=True), f"{term}: NULLs are last"

    def test_search_works(self) -> None:
        record = self.make()
        if not self.viewset.search:
            assert self.boss.get(self.url, {"search": "x"}).status_code == 400
            return
        for column in self.viewset.search:
            assert record.pk in self.ids(self.boss, search=str(getattr(record, column)).upper()), column
        assert self.ids(self.boss, search="zqxjkvbpwy") == []

    def test_unknown_parameters_are_refused(self) -> None:
        self.make()
        for name, value in (("nope", "1"), ("ordering", "nope"), ("fields", "nope"), ("expand", "nope"), ("limit", "501"), ("limit", "0"),
                            ("limit", "x"), ("cursor", "nope"), ("count", "maybe"), ("pk__in", "1"), ("user__password__startswith", "a")):
            response = self.boss.get(self.url, {name: value})
            assert (response.status_code, response.data["errors"][0]["parameter"]) == (400, name)
        for name in (name for name, one in self.spec.filters.known.items() if form_type(one.field)["type"] in ("integer", "boolean")):
            assert self.boss.get(self.url, {name: "nope"}).status_code == 400, name

    def test_pages_are_exact(self) -> None:
        for _ in range(5):
            self.make()
        for name in ("", *self.viewset.ordering, *(f"-{name}" for name in self.viewset.ordering)):
            given: Any = {"ordering": name} if name else {}
            expected = self.ids(self.boss, **given)
            pages = [self.boss.get(self.url, {"limit": 2, **given}).data]
            while pages[-1]["next"] is not None:
                pages.append(self.boss.get(self.url, {"limit": 2, "cursor": pages[-1]["next"], **given}).data)
            found = [row["id"] for page in pages for row in page["results"]]
            assert found == expected and len(set(found)) == self.count(), name
            # and back from the last: the same pages, until there is none before
            for page, before in zip(pages[:0:-1], pages[-2::-1], strict=True):
                assert page["previous"] is not None, name
                again = self.boss.get(self.url, {"limit": 2, "cursor": page["previous"], **given}).data
                assert [row["id"] for row in again["results"]] == [row["id"] for row in before["results"]], name
                assert (again["previous"] is None) == (before is pages[0]) and again["next"] is not None, name
            assert pages[0]["previous"] is None
        assert self.boss.get(self.url, {"count": 1, "limit": 1}).data["count"] == {"count": self.count(), "more": False}

    def test_a_list_costs_few_queries(self) -> None:
        reader, record = account(), self.make()
        allow(reader, "view", record)
        client = caller(reader)
        self.ids(client)
        with CaptureQueriesContext(connection) as queries:
            self.ids(client)
        assert len(queries) <= QUERIES, [query["sql"] for query in queries]
