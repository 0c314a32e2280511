"""Giving rights: nobody gives, or takes a denial from, what they do not hold themselves (security requirement 6).

API and back office call `authorise` before they store or delete anything that rights are made of."""
import json
from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.iam.accounts import deactivate, resume, suspend
from apps.core.iam.conditions import model_of
from apps.core.iam.door import EVERYWHERE, HeldRights
from apps.core.iam.models import ApiToken, Assignment, Grant, Group, Membership, RoleInclusion, Rule, User
from apps.kernel.access import can
from apps.kernel.integrity import explain
from apps.kernel.writing import before_write

explain("iam_roleinclusion_circle", gettext_lazy("A role cannot include itself, not even through others."))
__all__ = ["authorise", "deactivate", "resume", "suspend"]
Given = tuple[str, str, int | None]         # permission, condition as text, site or everywhere
ANYTHING = json.dumps(None)


@before_write(ApiToken, Assignment, Grant, Group, Membership, RoleInclusion, Rule, User)
def authorise(actor: Any, record: Any, *, removing: bool = False) -> None:
    """Refuse what would give more than `actor` holds: what the record allows as it is to be, and what it denied as it still is.
    Call it before saving or deleting. Raises PermissionDenied naming what is missing."""
    held = HeldRights(actor)
    if held.superuser:
        return
    if record.pk:
        for before in type(record)._base_manager.filter(pk=record.pk):
            _judge(before, actor, held, True)
    if not removing:
        _judge(record, actor, held, False)


@singledispatch
def _judge(record: Any, actor: Any, held: HeldRights, ends: bool) -> None:
    """`ends`: this is the record as it was; what it denied comes back. Records of other kinds give no rights."""


@_judge.register
def _assignment(record: Assignment, actor: Any, held: HeldRights, ends: bool) -> None:
    _require(held, ((permission, condition, record.site_id) for permission, condition in _of_role(held, record.role_id, ends)))


@_judge.register
def _rule(record: Rule, actor: Any, held: HeldRights, ends: bool) -> None:
    if record.deny == ends:
        _require(held, [(record.permission, json.dumps(record.condition, sort_keys=True), EVERYWHERE)])


@_judge.register
def _inclusion(record: RoleInclusion, actor: Any, held: HeldRights, ends: bool) -> None:
    _require(held, ((permission, condition, EVERYWHERE) for permission, condition in _of_role(held, record.included_id, ends)))


@_judge.register
def _membership(record: Membership, actor: Any, held: HeldRights, ends: bool) -> None:
    _join(record.group_id, actor, held, ends)


@_judge.register
def _group(record: Group, actor: Any, held: HeldRights, ends: bool) -> None:
    """A group under another gets what that one holds."""
    if record.parent_id:
        _join(record.parent_id, actor, held, ends)


@_judge.register
def _grant(record: Grant, actor: Any, held: HeldRights, ends: bool) -> None:
    if ends:
        return
    model = model_of(record.permission)
    row = model._base_manager.filter(pk=record.object_id).first()
    if row is None or not can(actor, "view", row):
        raise ValidationError({"object_id": _("There is no such object.")})     # as Grant.clean() says it of a missing one
    if not can(actor, _action(record.permission), row):
        raise _missing([record.permission])


@_judge.register
def _user(record: User, actor: Any, held: HeldRights, ends: bool) -> None:
    """The account of a superuser, and being one, is superusers' business: whoever changes its address could take it over."""
    if record.is_superuser:
        raise PermissionDenied(_("Only a superuser changes the account of a superuser."))


@_judge.register
def _token(record: ApiToken, actor: Any, held: HeldRights, ends: bool) -> None:
    """A token acts as its account: only the account itself makes one or makes it stronger; others may end it."""
    if record.user_id != actor.pk and not ends:
        raise PermissionDenied(_("A token is made and changed by its own account only."))


def _action(permission: str) -> str:
    return permission.partition(".")[2].rpartition("_")[0]


def _of_role(held: HeldRights, role: int, denied: bool) -> Iterable[tuple[str, str]]:
    """What a role, with the roles it includes, allows or what it denies."""
    return [(permission, condition) for permission, by_role in held.book.rules.items()
            for deny, condition in by_role.get(role, ()) if deny == denied]


def _join(group: int, actor: Any, held: HeldRights, ends: bool) -> None:
    """What a group's members hold through it and the groups it is part of; their grants too."""
    above = Group._base_manager.filter(path__above=Group._base_manager.filter(pk=group).values("path")[:1]).values("pk")
    pairs = Assignment._base_manager.filter(group__in=above).values_list("role_id", "site_id").distinct()
    _require(held, [(permission, condition, site) for role, site in pairs for permission, condition in _of_role(held, role, ends)])
    for grant in () if ends else Grant._base_manager.filter(group__in=above):
        row = model_of(grant.permission)._base_manager.filter(pk=grant.object_id).first()
        if row is not None and not can(actor, _action(grant.permission), row):
            raise _missing([grant.permission])


def _require(held: HeldRights, given: Iterable[Given]) -> None:
    """Each right must be held at the same scope or above, without condition or under the same one, and not be denied there."""
    lacking = sorted({permission for permission, condition, site in given if not _holds(held, permission, condition, site)})
    if lacking:
        raise _missing(lacking)


def _holds(held: HeldRights, permission: str, condition: str, site: int | None) -> bool:
    if not held.known:
        return False
    allows, denies = held.rules(permission)
    allowed = any(_covers(allows[key], site) for key in (ANYTHING, condition) if key in allows)
    return allowed and not any(_touches(held, sites, site) for sites in denies.values())


def _covers(sites: Any, site: int | None) -> bool:
    return sites is EVERYWHERE or (site is not None and site in sites)


def _touches(held: HeldRights, sites: Any, site: int | None) -> bool:
    return sites is EVERYWHERE or site is None or bool(held.book.subtree(site) & sites)


def _missing(permissions: list[str]) -> PermissionDenied:
    return PermissionDenied(_("You cannot give or take back what you do not hold at this place yourself: %(rights)s.") % {
        "rights": ", ".join(permissions)})
