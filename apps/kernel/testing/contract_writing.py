"""The contract, part three: writes, their refusals, bulks, exports, histories, actions."""
import orjson
from django.db import models

from apps.kernel.api.parsers import MAX_DEPTH
from apps.kernel.api.registry import kebab
from apps.kernel.testing.api import account, allow, caller
from apps.kernel.testing.contract_base import ContractBase


class WritingContract(ContractBase):
    """What is written is checked, versioned, done once, recorded."""

    def test_create_answers_the_record(self) -> None:
        if not self.can("create"):
            assert self.boss.post(self.url, type(self).payload()).status_code == 405
            return
        body, before = type(self).payload(), self.count()
        response = self.boss.post(self.url, body)
        assert (response.status_code, response.headers["ETag"], self.count()) == (201, f'"{response.data["version"]}"', before + 1)
        shown = self.boss.get(response.headers["Location"])
        assert shown.data == {name: value for name, value in response.data.items() if name != "secret"}
        assert {name: self.rows(shown)[name] for name in body} == body

    def test_invalid_input_is_marked(self) -> None:
        record = self.make()
        before, version = self.count(), self.version(record)
        for name, value in self.invalid.items():
            for response in (self.boss.post(self.url, {**type(self).payload(), name: value}),
                             self.boss.patch(self.one(record), {name: value}, headers={"If-Match": version})):
                assert response.status_code in (422, 405), response.content
                assert response.status_code == 405 or f"/{name}" in [error["pointer"] for error in response.data["errors"]]
        for name, code in (("nope", "unknown_field"), ("version", "read_only"), ("created_by", "read_only")):
            response = self.boss.patch(self.one(record), {name: 1}, headers={"If-Match": version})
            assert response.status_code == 405 or (response.status_code, response.data["errors"][0]["code"]) == (422, code)
        assert (self.count(), self.version(record)) == (before, version)

    def test_broken_bodies_are_refused(self) -> None:
        before = self.count()
        if not self.viewset.operations:
            assert self.boss.post(self.url, data=b"{", content_type="application/json").status_code == 405
            return
        deep, path = b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), self.url if self.can("create") else f"{self.url}bulk/"
        for body, status in ((b"{", 400), (deep, 400), (b"[]", 422), (b'"x"', 422)):
            response = self.boss.post(path, data=body, content_type="application/json")
            assert response.status_code == status and response.headers["Content-Type"] == "application/problem+json"
        assert self.boss.post(self.url, data=b"a=1", content_type="application/x-www-form-urlencoded").status_code == (
            415 if self.can("create") else 405)
        assert self.count() == before

    def test_writes_ask_for_the_version(self) -> None:
        record = self.make()
        version = self.version(record)
        for method, operation in (("put", "update"), ("patch", "update"), ("delete", "delete")):
            call = getattr(self.boss, method)
            body = () if method == "delete" else (self.change if method == "patch" else type(self).payload(),)
            missing, stale = call(self.one(record), *body), call(self.one(record), *body, headers={"If-Match": '"987"'})
            assert [missing.status_code, stale.status_code] == ([428, 412] if self.can(operation) else [405, 405])
            if self.can(operation):
                assert (stale.data["theirs"]["id"], f'"{stale.data["version"]}"') == (record.pk, version)
        assert self.version(record) == version

    def test_patch_changes(self) -> None:
        record = self.make()
        response = self.boss.patch(self.one(record), self.change, headers=self.if_match(record))
        if not self.can("update"):
            assert response.status_code == 405
            return
        assert response.status_code == 200, response.content
        shown = self.rows(response)
        assert {name: shown[name] for name in self.change} == dict(self.change) and response.headers["ETag"] == self.version(record)
        before = self.written(record)
        kept = set(self.spec.writable) - set(self.change)
        assert {name: shown[name] for name in kept} == {name: before[name] for name in kept}

    def test_put_replaces(self) -> None:
        record, body = self.make(), type(self).payload()
        response = self.boss.put(self.one(record), body, headers=self.if_match(record))
        assert response.status_code == (200 if self.can("update") else 405), response.content
        if self.can("update"):
            shown = self.rows(response)
            assert {name: shown[name] for name in body} == body

    def test_delete_deletes(self) -> None:
        record = self.make()
        assert self.boss.delete(self.one(record), headers=self.if_match(record)).status_code == self.plainly(204, "delete")
        assert self.boss.get(self.one(record)).status_code == (404 if self.can("delete") else 200)

    def test_a_repeated_key_is_done_once(self) -> None:
        body, before, key = type(self).payload(), self.count(), {"Idempotency-Key": "one"}
        if not self.can("create"):
            assert self.boss.post(self.url, body, headers=key).status_code == 405
            return
        first, again = self.boss.post(self.url, body, headers=key), self.boss.post(self.url, body, headers=key)
        other = self.boss.post(self.url, {**body, "nope": 1}, headers=key)
        assert (first.status_code, other.status_code, self.count()) == (201, 422, before + 1)
        if self.viewset.secret_answer:
            assert again.status_code == 409 and first.data["secret"].encode() not in again.content
        else:
            assert (again.status_code, again.content, again.headers["Idempotent-Replay"]) == (201, first.content, "true")

    def test_bulk_is_all_or_nothing(self) -> None:
        if not self.can("create"):
            assert self.boss.post(f"{self.url}bulk/", {"create": [type(self).payload()]}).status_code in (404, 422)
            return
        before, good, bad = self.count(), type(self).payload(), {**type(self).payload(), **dict(list(self.invalid.items())[:1])}
        refused = self.boss.post(f"{self.url}bulk/", {"create": [good, bad]})
        assert (refused.status_code, self.count()) == (422, before)
        assert refused.data["errors"][0]["pointer"].startswith("/create/1")
        each = self.boss.post(f"{self.url}bulk/?atomic=false", {"create": [good, bad]})
        assert [result["status"] for result in each.data["results"]] == [201, 422] and self.count() == before + 1
        assert self.boss.post(f"{self.url}bulk/", {"create": [{}] * 501}).status_code == 422
        assert self.count() == before + 1

    def test_bulk_asks_the_right_on_each(self) -> None:
        mine, theirs, editor = self.make(), self.make(), account()
        for right in ("view", "change", "delete"):
            allow(editor, right, mine)
        version = self.version(mine)
        items = [{"id": record.pk, "version": record.version} for record in (mine, theirs)]
        for kind in ("update", "delete"):
            body = {kind: [{**item, **self.change} if kind == "update" else item for item in items]}
            refused = caller(editor).post(f"{self.url}bulk/", body)
            assert refused.status_code in (403, 404, 422)
            if self.can(kind):
                place = f"/{kind}/{items.index({'id': theirs.pk, 'version': theirs.version})}"
                assert (place, "not_found") in [(error["pointer"], error["code"]) for error in refused.data["errors"]]
        assert self.version(mine) == version and self.version(theirs) == f'"{theirs.version}"'

    def test_export_is_the_list(self) -> None:
        texts = [name for name in self.spec.writable if isinstance(self.spec.model._meta.get_field(name), models.TextField)]
        for _ in range(3):
            self.make()
        record = self.make(**({texts[0]: "=1+1"} if texts and self.can("create") else {}))
        shown = self.rows(self.boss.get(self.url, {"limit": 500}))["results"]
        assert orjson.loads(self.exported(self.boss, format="json")) == shown
        table = self.exported(self.boss).decode()
        assert table.startswith("\ufeff" + ",".join(self.spec.columns)) and str(record.pk) in table
        assert ("'=1+1" in table) == bool(texts and self.can("create")) and ",=1+1" not in table
        assert self.boss.get(f"{self.url}export/", {"format": "exe"}).status_code == 400

    def test_history_names_who_did_it(self) -> None:
        record = self.make()
        if self.can("update"):
            self.boss.patch(self.one(record), self.change, headers=self.if_match(record))
        told = self.boss.get(self.one(record, "history/")).data["results"]
        assert told[-1]["kind"] == "insert"
        if self.can("update"):
            assert (told[0]["kind"], told[0]["actor"]) == ("update", {"id": self.chief.pk, "name": str(self.chief)})
            assert set(self.change) <= {change["field"] for change in told[0]["changes"]}

    def test_actions_are_addresses(self) -> None:
        record, reader = self.make(), account()
        allow(reader, "view", record)
        for name in self.spec.actions:
            path = self.one(record, f"{kebab(name)}/")
            assert self.boss.post(path, {}).status_code == 428
            assert self.boss.post(path, {"nope": 1}, headers=self.if_match(record)).status_code == 422
            assert caller(self.stranger).post(path, {}, headers=self.if_match(record)).status_code == 404
            assert caller(reader).post(path, {}, headers=self.if_match(record)).status_code in (403, 422)
        told = self.boss.get(self.one(record, "actions/"))
        assert told.status_code == (200 if self.spec.actions else 404)
        assert [action["action"] for action in told.data.get("results", ())] == list(self.spec.actions)
        assert self.boss.post(self.one(record, "no-such-action/"), {}).status_code == 404
