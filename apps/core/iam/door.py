"""What a user holds, read in one query, and the WHERE clause it makes for a model and an action (docs/developer/door.md)."""
import json
from copy import copy
from functools import lru_cache
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import BooleanField, Func, Lookup, Model, Q

from apps.core.iam.conditions import ALL, Filter, all_of, any_of, translate
from apps.kernel.access import READS, permission
from apps.kernel.principal import ATTRIBUTES

EVERYWHERE = None
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ValidationError)

HELD = """
WITH own AS (SELECT u.id, u.is_superuser, ARRAY(SELECT group_id FROM iam_membership WHERE user_id = u.id) AS teams
             FROM iam_user u WHERE u.id = %s AND u.status = 'active'),
me AS (SELECT own.*, CASE WHEN teams = '{{}}' THEN teams ELSE ARRAY(SELECT DISTINCT up.id FROM iam_group g
         JOIN iam_group up ON up.path @> g.path WHERE g.id = ANY(teams)) END AS groups FROM own)
SELECT (SELECT value FROM iam_rightsversion), is_superuser, teams, groups,
  (SELECT json_agg(DISTINCT jsonb_build_array(role_id, site_id)) FROM iam_assignment a
   WHERE (a.user_id = me.id OR a.group_id = ANY(groups))
     AND (starts_at IS NULL OR starts_at <= now.at) AND (ends_at IS NULL OR ends_at > now.at)),
  ARRAY(SELECT DISTINCT permission FROM iam_grant WHERE user_id = me.id OR group_id = ANY(groups)){attributes}
FROM me, (SELECT COALESCE(%s::timestamptz, statement_timestamp()) AS at) now"""
BOOK = """
WITH RECURSIVE holds(role, gets) AS (SELECT id, id FROM iam_role
  UNION SELECT h.role, i.included_id FROM holds h JOIN iam_roleinclusion i ON i.role_id = h.gets)
SELECT (SELECT value FROM iam_rightsversion),
  (SELECT json_agg(json_build_array(role, permission, deny, condition)) FROM holds JOIN iam_rule ON role_id = gets),
  (SELECT json_object_agg(id, path::text || '.') FROM factory_site)"""
GRANTED = """SELECT object_id FROM iam_grant WHERE permission = %s AND user_id = %s
  UNION ALL SELECT object_id FROM iam_grant WHERE permission = %s AND group_id = ANY(%s::bigint[])"""


class IsNotTrue(Func):
    """NOT, for a deny: a NULL in the condition means 'not denied'."""
    template, output_field, conditional = "(%(expressions)s) IS NOT TRUE", BooleanField(), True


@models.AutoField.register_lookup
@models.BigAutoField.register_lookup
@models.ForeignKey.register_lookup
class Granted(Lookup):
    """The key is among those granted: one array, evaluated once (in an OR, IN (SELECT …) would be a hashed sub-plan).

    Rows read in an order get the keys written out: to choose between walking the order's index and gathering, the planner must know
    how many there are, and it probes a written array by hash. Without an order, the sub-select's array always uses the keys' index."""
    lookup_name, prepare_rhs = "granted", False

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        query, (keys, *held) = compiler.query, self.rhs
        if query.order_by or (query.default_ordering and query.get_meta().ordering):
            return f"{lhs} = ANY(%s::bigint[])", [*params, keys]
        return f"{lhs} = ANY(ARRAY({GRANTED}))", [*params, *held]


class Book:
    """The roles' rules and the site tree, kept in the process for as long as their version lasts."""
    current: ClassVar["Book | None"] = None

    def __init__(self) -> None:
        self.rules: dict[str, dict[int, list[tuple[bool, str]]]] = {}
        with connection.cursor() as cursor:
            cursor.execute(BOOK)
            self.version, rules, paths = cursor.fetchone()
        for role, name, deny, condition in rules or []:
            key = json.dumps(condition, sort_keys=True)
            self.rules.setdefault(name, {}).setdefault(role, []).append((deny, key))
        self.paths: dict[str, str] = paths or {}
        self.subtree = lru_cache(None)(self._subtree)
        self.literal = lru_cache(4096)(lambda sites: "{" + ",".join(map(str, sorted(sites))) + "}")

    def _subtree(self, top: int) -> frozenset[int]:
        root = self.paths.get(str(top), "-")
        return frozenset(int(pk) for pk, path in self.paths.items() if path.startswith(root))

    @classmethod
    def at(cls, version: int) -> "Book":
        """The book of a version: the one at hand, or a fresh one."""
        book = cls.current
        if book is None or book.version != version:
            book = cls.current = cls()      # its version is read with its content; threads may each make one
        return book


class HeldRights:
    """One user's rights at one moment: one query; one more when a role, a rule or the tree has changed."""

    def __init__(self, user: Any, at: Any = None) -> None:
        self.filters: dict[tuple[type[Model], str], Filter] = {}
        row = self._read(user.pk, at) if user is not None and user.pk else None
        self.superuser, self.known = bool(row and row[1]), row is not None
        if row is None:
            return
        version, _super, teams, self.groups, held, granted, *attributes = row
        self.user_id, self.book = user.pk, Book.at(version)
        self.held: list[tuple[int, int | None]] = [tuple(pair) for pair in held or []]
        self.granted = frozenset(granted)
        scopes = {site for _role, site in self.held}
        sites = ALL if EVERYWHERE in scopes else frozenset[int]().union(*map(self.book.subtree, scopes))
        self.tokens = {"$user": user.pk, "$groups": teams, "$sites": sites,
                       **{f"${name}": value for name, value in zip(ATTRIBUTES, attributes, strict=True)}}

    @staticmethod
    def _read(pk: int, at: Any) -> Any:
        attributes = "".join(f", ({sql})" for sql in ATTRIBUTES.values())
        with connection.cursor() as cursor:
            cursor.execute(HELD.format(attributes=attributes), [pk, at])
            return cursor.fetchone()

    def in_present_tree(self) -> "HeldRights":
        """What is held, over the tree as the open transaction has it: a site just added or moved lies where it lies now."""
        if not self.known:
            return self
        with connection.cursor() as cursor:
            cursor.execute("SELECT value FROM iam_rightsversion")
            fresh = copy(self)
            fresh.book, fresh.filters = Book.at(cursor.fetchone()[0]), {}
        return fresh

    def filter(self, model: type[Model], action: str) -> Filter:
        """True (every row), False (none) or a Q over the row's own columns."""
        if self.superuser or not self.known:
            return self.superuser
        if (model, action) not in self.filters:
            self.filters[model, action] = self._filter(model, action, "")
        return self.filters[model, action]

    def _filter(self, model: Any, action: str, prefix: str) -> Filter:
        access = model.access
        if access.parents:
            return any_of([self._under(model, name, access.actions.get(action, action), prefix) for name in access.parents])
        name = permission(model, action)
        allows, denies = self.rules(name)
        allow = any_of([self._rule(model, action, condition, sites, prefix, deny=False) for condition, sites in allows.items()])
        if action in access.own:
            allow = any_of([allow, Q(**{f"{prefix}{access.owner}": self.user_id})])
        if allow is not True and name in self.granted:
            allow = any_of([allow, Q(**{f"{prefix}pk__granted": self._granted(name)})])
        deny = any_of([self._rule(model, action, condition, sites, prefix, deny=True) for condition, sites in denies.items()])
        if deny is True or allow is False:
            return False
        return allow if deny is False else Q(IsNotTrue(deny)) if allow is True else all_of([allow, Q(IsNotTrue(deny))])

    def _under(self, model: Any, name: str, action: str, prefix: str) -> Filter:
        """A line's rights are those of the parent that this foreign key names, where it is set."""
        link = model._meta.get_field(name)
        found = self._filter(link.related_model, action, f"{prefix}{name}__")
        return all_of([Q(**{f"{prefix}{name}__isnull": False}), found]) if link.null else found

    def _granted(self, name: str) -> tuple[Any, ...]:
        """The keys granted for a permission, as an array's text, and the parameters of GRANTED that ask for them again."""
        held = (name, self.user_id, name, self.groups)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ARRAY({GRANTED})::text", held)
            return (cursor.fetchone()[0], *held)

    def rules(self, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """For allow and for deny: {condition as text: site ids or EVERYWHERE}; equal conditions share their scopes."""
        found: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        by_role = self.book.rules.get(name, {})
        for role, site in self.held:
            for deny, key in by_role.get(role, ()):
                before = found[deny].get(key, frozenset())
                found[deny][key] = EVERYWHERE if EVERYWHERE in (site, before) else before | self.book.subtree(site)
        return found

    def _rule(self, model: Any, action: str, condition: str, sites: Any, prefix: str, *, deny: bool) -> Filter:
        scope: Filter
        if sites is EVERYWHERE or (not model.access.site and action in READS and not deny):
            scope = True        # what belongs to no site is read with the right at any scope, written from the root only
        else:
            scope = Q(**{f"{prefix}{model.access.site}__any": self.book.literal(sites)}) if model.access.site and sites else False
        try:
            return all_of([scope, translate(model, json.loads(condition), self.tokens, prefix)])
        except UNREADABLE:
            return scope if deny else False     # a broken rule: an allow gives nothing, a deny takes its whole scope
