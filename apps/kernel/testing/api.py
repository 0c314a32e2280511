"""What tests of the API stand on: callers, rights on single records, the OpenAPI document as a validator."""
from functools import cache
from itertools import count
from typing import Any

import orjson
from django.apps import apps
from django.contrib.auth import get_user_model
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from apps.kernel.access import permission
from apps.kernel.api.views import document

serial = count(1)
NOWHERE = 9_000_000_000


def account(*, superuser: bool = False) -> Any:
    """A new active account."""
    users: Any = get_user_model()._default_manager
    number = next(serial)
    return (users.create_superuser if superuser else users.create_user)(f"caller{number}@example.org", name=f"Caller {number}")


def caller(user: Any = None, language: str = "en") -> APIClient:
    """A client signed in as `user`, or nobody."""
    client = APIClient(headers={"Accept-Language": language})
    client.default_format = "json"
    client.force_authenticate(user)
    return client


def allow(user: Any, action: str, record: Any) -> None:
    """Give `user` a right on one record; on the record it hangs on, for a line."""
    access = type(record).access
    for name in access.parents:
        if getattr(record, f"{name}_id") is not None:
            return allow(user, access.actions.get(action, action), getattr(record, name))
    grants: Any = apps.get_model("iam", "Grant")._base_manager
    grants.get_or_create(permission=permission(type(record), action), object_id=record.pk, user=user)
    return None


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI document, in English."""
    found: dict[str, Any] = orjson.loads(document("en"))
    return found


def faults(response: Any, path: str, method: str = "get") -> list[str]:
    """Where an answer departs from the document: the address as the document writes it, with {id}."""
    answers = openapi()["paths"][path][method]["responses"]
    kind = response.headers["Content-Type"].partition(";")[0]
    described = answers.get(str(response.status_code), {}).get("content", {}).get(kind)
    if described is None:
        return [f"{response.status_code} {kind} is not described for {method} {path}"]
    schema = {**described["schema"], "components": openapi()["components"]}
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
            for error in Draft202012Validator(schema).iter_errors(orjson.loads(response.content))]
