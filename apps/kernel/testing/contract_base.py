"""What the checks of a resource's contract stand on."""
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import orjson
import pytest

from apps.kernel.api.registry import address
from apps.kernel.api.renderers import dumps
from apps.kernel.api.spec import Spec, spec_of
from apps.kernel.testing.api import account, caller


class ContractBase:
    """What a resource's test declares, and short words for the checks."""
    viewset: ClassVar[Any]
    payload: ClassVar[Callable[[], dict[str, Any]]]         # a new valid body each time
    invalid: ClassVar[Mapping[str, Any]]                    # field -> a value it refuses
    change: ClassVar[Mapping[str, Any]]                     # a valid change of a record made of `payload`
    references: ClassVar[Mapping[str, Callable[[], Any]]] = {}      # every writable reference -> makes a record it may name

    @property
    def spec(self) -> Spec:
        return spec_of(self.viewset)

    @property
    def url(self) -> str:
        return f"/api/v1/{address(self.viewset)}/"

    def one(self, record: Any, tail: str = "") -> str:
        return f"{self.url}{getattr(record, 'pk', record)}/{tail}"

    @pytest.fixture(autouse=True)
    def _callers(self, db: Any) -> None:
        self.chief, self.stranger = account(superuser=True), account()
        self.boss = caller(self.chief)

    def make(self, **values: Any) -> Any:
        """A record, made through the API by the superuser (or by the subclass, where the API makes none)."""
        response = self.boss.post(self.url, {**type(self).payload(), **values})
        assert response.status_code == 201, response.content
        return self.spec.model._base_manager.get(pk=response.data["id"])

    def version(self, record: Any) -> str:
        stored: Any = self.spec.model._base_manager.get(pk=record.pk)
        return f'"{stored.version}"'

    def count(self) -> int:
        return self.spec.model._base_manager.count()

    def can(self, operation: str) -> bool:
        return operation in self.viewset.operations

    def ids(self, client: Any, **given: Any) -> list[int]:
        response = client.get(self.url, {"limit": 500, **given})
        assert response.status_code == 200, (given, response.content)
        return [row["id"] for row in response.data["results"]]

    def if_match(self, record: Any) -> dict[str, str]:
        """The header that says the record's present version."""
        return {"If-Match": self.version(record)}

    def plainly(self, status: int, operation: str) -> int:
        """The status expected of an operation; 405 where the resource does not offer it."""
        return status if self.can(operation) else 405

    def rows(self, response: Any) -> Any:
        """The JSON in an answer."""
        return orjson.loads(response.content)

    def exported(self, client: Any, **given: Any) -> bytes:
        """A whole export."""
        return b"".join(client.get(f"{self.url}export/", given).streaming_content)

    def written(self, record: Any) -> Any:
        """The writable values of a record, as the API writes them."""
        fields: dict[str, Any] = {name: self.spec.model._meta.get_field(name) for name in self.spec.writable}
        names = {name: field.attname for name, field in fields.items()}
        return orjson.loads(dumps({name: getattr(record, attname) for name, attname in names.items()}))


def address_of(model: Any) -> str:
    """Where records of a model are found."""
    return address(type("Viewset", (), {"model": model}))
