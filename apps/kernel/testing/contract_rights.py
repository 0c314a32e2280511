"""The contract, part one: who sees and does what."""
from typing import Any

import orjson

from apps.kernel.testing.api import NOWHERE, account, allow, caller
from apps.kernel.testing.contract_base import ContractBase


class RightsContract(ContractBase):
    """Nothing is shown or done without the right; what is hidden is missing."""

    def test_anonymous_is_refused(self) -> None:
        record, nobody = self.make(), caller()
        for path in (self.url, self.one(record), self.one(record, "history/"), f"{self.url}export/"):
            response = nobody.get(path)
            assert (response.status_code, response.headers["Content-Type"]) == (401, "application/problem+json"), path
        assert nobody.post(self.url, type(self).payload()).status_code == 401
        assert nobody.post(f"{self.url}bulk/", {}).status_code in (401, 404)

    def test_refusals_speak_the_callers_language(self) -> None:
        said = {language: caller(language=language).get(self.url).data["detail"] for language in ("fr", "en", "es")}
        assert len(set(said.values())) == 3, said

    def test_stranger_sees_nothing(self) -> None:
        record, stranger = self.make(), caller(self.stranger)
        assert self.ids(stranger) == []
        assert stranger.get(self.url, {"count": 1}).data["count"] == {"count": 0, "more": False}
        assert stranger.get(self.one(record)).status_code == 404
        assert stranger.get(self.one(record, "history/")).status_code == 404
        assert stranger.get(f"{self.url}export/").status_code == 403

    def test_stranger_changes_nothing(self) -> None:
        record, stranger = self.make(), caller(self.stranger)
        before, version = self.count(), self.version(record)
        assert stranger.post(self.url, type(self).payload()).status_code == self.plainly(403, "create")
        assert stranger.patch(self.one(record), self.change, headers=self.if_match(record)).status_code == self.plainly(404, "update")
        assert stranger.delete(self.one(record), headers=self.if_match(record)).status_code == self.plainly(404, "delete")
        assert (self.count(), self.version(record)) == (before, version)

    def test_reader_changes_nothing(self) -> None:
        record, reader = self.make(), account()
        allow(reader, "view", record)
        version, client = self.version(record), caller(reader)
        assert client.get(self.one(record)).status_code == 200
        assert client.patch(self.one(record), self.change, headers=self.if_match(record)).status_code == self.plainly(403, "update")
        assert client.delete(self.one(record), headers=self.if_match(record)).status_code == self.plainly(403, "delete")
        assert self.version(record) == version

    def test_hidden_is_missing(self) -> None:
        hidden, shown, guest = self.make(), self.make(), account()
        for right in ("view", "change", "delete", "export"):
            allow(guest, right, shown)
        client = caller(guest)
        assert hidden.pk not in self.ids(client) and shown.pk in self.ids(client)
        exported = orjson.loads(self.exported(client, format="json"))
        assert hidden.pk not in [row["id"] for row in exported]
        for call in (client.get, client.patch, client.delete):
            seen = [self._bare(call(self.one(key), headers={"If-Match": '"1"'})) for key in (hidden, NOWHERE)]
            assert seen[0] == seen[1] and seen[0][0] in (404, 405)
        assert self._bare(client.get(self.one(hidden, "history/"))) == self._bare(client.get(self.one(NOWHERE, "history/")))

    @staticmethod
    def _bare(response: Any) -> tuple[int, Any]:
        return response.status_code, {name: value for name, value in response.data.items() if name != "request"}

    def test_hidden_reference_is_missing(self) -> None:
        names = [name for name in self.spec.writable if self.spec.columns[name].target]
        assert set(names) == set(self.references), "say in `references` how each writable reference is made"
        record, editor = self.make(), account()
        for right in ("view", "change"):
            allow(editor, right, record)
        client, version = caller(editor), self.version(record)
        for name in names if self.can("update") else ():
            hidden = self.references[name]()
            said = [client.patch(self.one(record), {name: key}, headers={"If-Match": version}).data["errors"][0]
                    for key in (hidden.pk, NOWHERE)]
            assert said[0]["code"] == said[1]["code"] == "does_not_exist" and said[0]["pointer"] == f"/{name}"
            assert said[0]["detail"].replace(str(hidden.pk), "#") == said[1]["detail"].replace(str(NOWHERE), "#")
        assert self.version(record) == version
