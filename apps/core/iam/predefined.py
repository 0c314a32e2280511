"""IAM-03: the roles every site begins with, Admin ⊃ Manager ⊃ User ⊃ Guest, and the rules they are offered.

A rule is offered once: what an administrator took away stays away, and each role remembers what it was offered."""
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.iam.conditions import actions_of
from apps.core.iam.models import Role, RoleInclusion, Rule
from apps.core.iam.system import system_user
from apps.kernel.access import permission
from apps.kernel.apps import ModuleConfig
from apps.kernel.bases import Tracked
from apps.kernel.context import act
from apps.kernel.errors import Conflict

GUEST, USER, MANAGER, ADMIN = "guest", "user", "manager", "admin"
OFFERED = "offered"     # in the role's extra fields: every permission it was given here, kept or not
_READING, _WORKING = ("view",), ("add", "change", "export")


@dataclass(frozen=True)
class Predefined:
    """A role by its code; `includes` is the code of the one below it."""
    code: str
    name: Any
    description: Any
    includes: str = ""


ROLES = (
    Predefined(GUEST, gettext_lazy("Guest"), gettext_lazy("Reads the records of the modules.")),
    Predefined(USER, gettext_lazy("User"), gettext_lazy("Adds, changes and exports records as well."), GUEST),
    Predefined(MANAGER, gettext_lazy("Manager"), gettext_lazy("Deletes, decides (activate, block, merge …) and reads confidential "
                                                              "records as well."), USER),
    Predefined(ADMIN, gettext_lazy("Administrator"), gettext_lazy("Manages accounts, rights and the system as well."), MANAGER),
)


@dataclass
class Outcome:
    """What a synchronisation gave: codes of new roles, and the new permissions of each role."""
    roles: list[str] = field(default_factory=list)
    rules: dict[str, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.roles or self.rules)


def defaults() -> dict[str, set[str]]:
    """Role code → the permissions it is offered, without those of the role it includes."""
    wanted: dict[str, set[str]] = {role.code: set() for role in ROLES}
    for model, system in _resources():
        for action in actions_of(model):
            wanted[_lowest(model, action, system)].add(permission(model, action))
    return wanted


def _resources() -> Iterator[tuple[type[Model], bool]]:
    """Every model with rights of its own (a line has its parent's), and whether it belongs to the system rather than to the business."""
    for config in apps.get_app_configs():
        if isinstance(config, ModuleConfig):
            for model in config.get_models():
                if issubclass(model, Tracked) and model.resource and not model.access.parents:
                    yield model, config.menu == "system"


def _lowest(model: Any, action: str, system: bool) -> str:
    """The lowest role that is offered an action on a model."""
    if model.reference:
        return GUEST if action in _READING else USER if action == "export" else MANAGER
    if system:
        return ADMIN
    if model.confidential:
        return MANAGER
    return GUEST if action in _READING else USER if action in _WORKING else MANAGER


def sync() -> Outcome:
    """Create the roles that are missing and offer each what it was never offered; a second call changes nothing.

    Raises Conflict (role_code_taken) where somebody's own role has the code of a predefined one: its rights would grow unasked."""
    found, wanted = Outcome(), defaults()
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE), act(system_user(), reason=_("Predefined roles")) as acting:
        known = {role.code: role for role in Role.objects.select_for_update().filter(code__in=wanted).order_by("pk")}
        for predefined in ROLES:
            role = known.get(predefined.code)
            if role is None:
                role = known[predefined.code] = _create(predefined, known)
                found.roles.append(role.code)
            new = sorted(wanted[role.code] - set(_offered(role)))
            if new:
                found.rules[role.code] = new
                _offer(role, new, acting.actor_id)
    return found


def _create(predefined: Predefined, known: dict[str, Role]) -> Role:
    role = Role(code=predefined.code, name=str(predefined.name), description=str(predefined.description), extra={OFFERED: []})
    role.save()
    if predefined.includes:
        RoleInclusion(role=role, included=known[predefined.includes]).save()
    return role


def _offered(role: Role) -> list[str]:
    if OFFERED not in role.extra:
        raise Conflict("role_code_taken", _("The role “%(role)s” has the code “%(code)s” of a predefined role: give it another code.") % {
            "role": role, "code": role.code})
    return list(role.extra[OFFERED])


def _offer(role: Role, permissions: list[str], actor_id: int | None) -> None:
    role.extra = {**role.extra, OFFERED: sorted({*role.extra[OFFERED], *permissions})}
    role.save()
    Rule.objects.bulk_create([Rule(role=role, permission=name, created_by_id=actor_id, updated_by_id=actor_id) for name in permissions])
