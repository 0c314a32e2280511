"""Every resource of the API, registered by its viewset; addresses, the index and the documentation come from here."""
import re
from typing import Any, TypeVar

from django.core.checks import Error, register
from django.urls import URLPattern, path

from apps.kernel.api.spec import spec_of
from apps.kernel.api.viewsets import ResourceViewSet

RESOURCES: dict[str, type[ResourceViewSet]] = {}
COMMANDS: list[URLPattern] = []
Viewset = TypeVar("Viewset", bound=type[ResourceViewSet])


def kebab(name: str) -> str:
    """RoleInclusion and role_inclusion → role-inclusion."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower().replace("_", "-")


def plural(word: str) -> str:
    """The English plural of an identifier."""
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    if word.endswith(("ss", "us", "x", "z", "ch", "sh")):
        return f"{word}es"
    return word if word.endswith("s") else f"{word}s"


def address(viewset: type[ResourceViewSet]) -> str:
    """app/resources."""
    return f"{viewset.model._meta.app_label}/{plural(kebab(viewset.model.__name__))}"


def resource(viewset: Viewset) -> Viewset:
    """Register a viewset: its routes exist from then on. A second resource at the same address is refused."""
    where = address(viewset)
    if where in RESOURCES:
        raise ValueError(f"/api/v1/{where}/ is registered twice")
    RESOURCES[where] = viewset
    return viewset


def command(route: str, view: Any, name: str) -> None:
    """Register an address under /api/v1/ that is no resource: a use case over several records."""
    COMMANDS.append(path(route, view.as_view(), name=name))


def routes() -> list[URLPattern]:
    """The addresses of every resource and command, under /api/v1/."""
    return COMMANDS + [route for where, viewset in sorted(RESOURCES.items()) for route in _routes(where, viewset)]


def _routes(where: str, viewset: type[ResourceViewSet]) -> list[URLPattern]:
    name = where.replace("/", "_").replace("-", "_")
    able = viewset.operations
    many: Any = {"get": "list", **({"post": "create"} if "create" in able else {})}
    one: Any = {"get": "retrieve", **({"put": "update", "patch": "partial_update"} if "update" in able else {}),
                           **({"delete": "destroy"} if "delete" in able else {})}
    found = [
        path(f"{where}/", viewset.as_view(many), name=f"{name}_list"),
        path(f"{where}/export/", viewset.as_view({"get": "export"}), name=f"{name}_export"),
        path(f"{where}/<int:pk>/", viewset.as_view(one), name=f"{name}_detail"),
        path(f"{where}/<int:pk>/history/", viewset.as_view({"get": "history"}), name=f"{name}_history"),
    ]
    if able:
        found.append(path(f"{where}/bulk/", viewset.as_view({"post": "bulk"}), name=f"{name}_bulk"))
    actions = spec_of(viewset).actions
    if actions:
        found.append(path(f"{where}/<int:pk>/actions/", viewset.as_view({"get": "actions_now"}), name=f"{name}_actions"))
    return found + [path(f"{where}/<int:pk>/{kebab(action)}/", viewset.as_view({"post": "transit"}, transition=action),
                         name=f"{name}_{action}") for action in actions]


@register()
def resources_say_what_exists(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Every field, filter, order and reference a resource declares can be selected; nothing privileged is writable."""
    return [Error(f"/api/v1/{where}/: {fault}.", obj=viewset.model, id="kernel.E010", hint="See docs/developer/api.md.")
            for where, viewset in RESOURCES.items() for fault in spec_of(viewset).faults()]
