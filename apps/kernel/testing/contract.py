"""The contract of a resource: a test class says what the resource is, and inherits every check. None may be skipped.

    class TestSites(ResourceContract):
        viewset = SiteViewSet
        payload = staticmethod(lambda: {"name": f"Site {next(serial)}", "kind": "plant"})
        invalid = {"kind": "castle"}
        change = {"name": "Renamed"}
        references = {"parent": lambda: Site.objects.create(name="Above", kind="field")}
"""
import pytest

from apps.kernel.testing.api import NOWHERE, caller, faults
from apps.kernel.testing.contract_reading import ReadingContract
from apps.kernel.testing.contract_rights import RightsContract
from apps.kernel.testing.contract_writing import WritingContract


@pytest.mark.django_db
class ResourceContract(RightsContract, ReadingContract, WritingContract):
    """Subclass it as Test…; see the module."""

    def test_answers_are_as_documented(self) -> None:
        record = self.make()
        many, one = self.url, f"{self.url}{{id}}/"
        for response, path, method in (
                (self.boss.get(self.url, {"count": 1}), many, "get"), (self.boss.get(self.one(record)), one, "get"),
                (self.boss.get(self.one(NOWHERE)), one, "get"), (self.boss.get(self.url, {"nope": 1}), many, "get"),
                (caller().get(self.url), many, "get"), (self.boss.get(self.one(record, "history/")), f"{one}history/", "get"),
                (self.boss.get(self.one(record), {"expand": ",".join(self.spec.expand)}), one, "get")):
            assert faults(response, path, method) == []
        if self.can("create"):
            assert faults(self.boss.post(self.url, type(self).payload()), many, "post") == []
            assert faults(self.boss.post(self.url, {"nope": 1}), many, "post") == []
            assert faults(self.boss.post(f"{self.url}bulk/", {"create": [type(self).payload()]}), f"{many}bulk/", "post") == []
        if self.can("update"):
            changed = self.boss.patch(self.one(record), self.change, headers=self.if_match(record))
            assert faults(changed, one, "patch") == []
            assert faults(self.boss.patch(self.one(record), self.change, headers={"If-Match": '"987"'}), one, "patch") == []


CHECKS = tuple(sorted(name for name in dir(ResourceContract) if name.startswith("test_")))
