"""The access door, as the apps see it: what a model declares, and the questions everybody asks.

Who holds what is iam's business: it fills `provider` when it starts. The rules are in docs/developer/door.md."""
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Model, Q
from django.utils.translation import gettext as _

GRANTS_TABLE = "iam_grant"
READS = frozenset({"view", "export"})


@dataclass(frozen=True)
class Access:
    """How a model shows its rows to the door: its own columns, or the parent whose rights a line takes.

    `site`, `owner`, `group`, `company` name this model's columns; `columns` are the others that a condition may name.
    `own` are the actions everybody may do on rows they own, without a role; a deny takes them back.
    `parents` names the foreign keys of a line (one of them is set); `actions` maps the line's action to the one asked of its parent."""
    site: str | None = None
    owner: str | None = None
    group: str | None = None
    company: str | None = None
    parents: tuple[str, ...] = ()
    columns: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    actions: dict[str, str] = field(default_factory=lambda: {"add": "change", "delete": "change"})

    def named(self) -> frozenset[str]:
        """Every column a condition may name."""
        return self.columns | {name for name in (self.site, self.owner, self.group, self.company) if name}


class Rights(Protocol):
    """One user's rights at one moment."""

    def filter(self, model: type[Model], action: str) -> bool | Q:
        """True (every row), False (none) or a condition over the row's own columns."""

    def in_present_tree(self) -> "Rights":
        """The same rights, over the sites as the open transaction has placed them."""


class Door:
    """Where iam plugs in, and the session that remembers one request's answers."""
    provider: Callable[[Any], Rights]


_session: ContextVar[dict[int | None, Rights] | None] = ContextVar("access_session", default=None)


@contextmanager
def session() -> Iterator[None]:
    """One request, task or socket message: rights are read once in it. Outside one, every question asks the database again."""
    token = _session.set({})
    try:
        yield
    finally:
        _session.reset(token)


def rights(user: Any) -> Rights:
    """The rights of `user`, from the session when one is open."""
    cache = _session.get()
    if cache is None:
        return Door.provider(user)
    if user.pk not in cache:
        cache[user.pk] = Door.provider(user)
    return cache[user.pk]


class DoorQuerySet(models.QuerySet):
    """Every model's queryset: rows leave it through visible_to()."""

    def visible_to(self, user: Any, action: str = "view") -> "DoorQuerySet":
        """The rows on which `user` may do `action` (view, add, change, delete, export or a model's own)."""
        allowed = rights(user).filter(self.model, action)
        if isinstance(allowed, Q):
            return self.filter(allowed)
        return self.all() if allowed else self.none()


DoorManager = models.Manager.from_queryset(DoorQuerySet)


def permission(model: type[Model], action: str) -> str:
    """The name of a right, e.g. tiers.block_company."""
    return f"{model._meta.app_label}.{action}_{model._meta.model_name}"


def can_many(user: Any, action: str, rows: list[Any]) -> set[Any]:
    """The keys, among a list of one model's rows, on which `user` may act: one query for a page of buttons."""
    if not rows:
        return set()
    asked = type(rows[0])._base_manager.filter(pk__any=[row.pk for row in rows])
    allowed = rights(user).filter(type(rows[0]), action)
    if not isinstance(allowed, Q):
        return {row.pk for row in rows} if allowed else set()
    return set(asked.filter(allowed).values_list("pk", flat=True))


def can(user: Any, action: str, row: Any) -> bool:
    """Whether `user` may do `action` on this row as the database holds it now. Never in a loop: can_many()."""
    return bool(can_many(user, action, [row]))


def may(user: Any, action: str, model: type[Model]) -> bool:
    """Whether `user` could hold the right on any row at all: menus, add buttons."""
    return rights(user).filter(model, action) is not False


def enforce(user: Any, action: str, row: Any) -> None:
    """After each insert and update, in its transaction: the row as it now is must still lie within the right."""
    model = type(row)
    if model.access.site == model._meta.pk.name:     # a site: where it lies was just decided
        allowed = rights(user).in_present_tree().filter(model, action)
        within = model._base_manager.filter(allowed, pk=row.pk).exists() if isinstance(allowed, Q) else allowed
    else:
        within = can(user, action, row)
    if not within:
        raise PermissionDenied(_("You need the right %(right)s on this record; an administrator of its site can give it.") % {
            "right": permission(type(row), action)})


def pick_all(user: Any, action: str, model: type[Model], pks: Iterable[Any]) -> list[Any]:
    """The rows of a bulk action, locked in key order; refuses all when one is hidden or not allowed."""
    wanted = set(pks)
    rows: Any = model._default_manager
    found = list(rows.visible_to(user, action).filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",)))
    if len(found) != len(wanted):
        raise PermissionDenied(_("%(count)d of the selected records are not yours to change: nothing was done.") % {
            "count": len(wanted) - len(found)})
    return found
