"""Small mistakes in the door's source, each loaded as modules of their own beside the real ones."""
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from django.db import models

from apps.core.iam.door import Granted
from tests.door.asking import the_door

ACCESS, CONDITIONS, DOOR = "apps.kernel.access", "apps.core.iam.conditions", "apps.core.iam.door"
GRANTED_FIELDS = (models.AutoField, models.BigAutoField, models.ForeignKey)

# what it gets wrong, module, the text (once in the module), what stands there instead
MUTANTS = [
    ("suspended accounts act", DOOR, " AND u.status = 'active'", ""),
    ("superusers are like others", DOOR, "if self.superuser or not self.known:", "if not self.known:"),
    ("a role is held before it starts", DOOR, "starts_at <= now.at", "starts_at IS NOT NULL"),
    ("a role starts a moment late", DOOR, "starts_at <= now.at", "starts_at < now.at"),
    ("a role is held for ever", DOOR, "ends_at > now.at", "ends_at IS NOT NULL"),
    ("a role ends a moment late", DOOR, "ends_at > now.at", "ends_at >= now.at"),
    ("what a parent group holds is not held", DOOR, "up.path @> g.path", "up.id = g.id"),
    ("what a child group holds is held", DOOR, "up.path @> g.path", "up.path <@ g.path"),
    ("$groups are the groups above too", DOOR, '"$groups": teams', '"$groups": self.groups'),
    ("groups hold no roles", DOOR, "(a.user_id = me.id OR a.group_id = ANY(groups))", "a.user_id = me.id"),
    ("groups hold no grants", DOOR, "group_id = ANY(%s::bigint[])\"", "false AND group_id = ANY(%s::bigint[])\""),
    ("a grant of another right counts", DOOR, "WHERE permission = %s AND user_id = %s", "WHERE permission <> '' || %s AND user_id = %s"),
    ("rows in an order forget the grants", DOOR, "[*params, keys]", "[*params, '{}']"),
    ("grants count only where rows are in an order", DOOR, "ANY(ARRAY({GRANTED}))", "ANY(ARRAY({GRANTED} LIMIT 0))"),
    ("grants are not asked where rules allow something", DOOR, "if allow is not True and name in self.granted",
     "if allow is False and name in self.granted"),
    ("owners have no rights of their own", DOOR, "if action in access.own:", "if False:"),
    ("owners may do anything", DOOR, "if action in access.own:", "if access.owner:"),
    ("what is somebody's is everybody's", DOOR, 'Q(**{f"{prefix}{access.owner}": self.user_id})',
     'Q(**{f"{prefix}{access.owner}__isnull": False})'),
    ("included roles bring nothing", DOOR, "JOIN iam_roleinclusion i ON i.role_id = h.gets", "JOIN iam_roleinclusion i ON false"),
    ("including roles come along", DOOR, "SELECT h.role, i.included_id FROM holds h JOIN iam_roleinclusion i ON i.role_id = h.gets",
     "SELECT h.role, i.role_id FROM holds h JOIN iam_roleinclusion i ON i.included_id = h.gets"),
    ("an inclusion goes one step only", DOOR, "ON i.role_id = h.gets)", "ON i.role_id = h.gets AND h.gets = h.role)"),
    ("a site's key is taken for its beginning", DOOR, "path::text || '.'", "path::text"),
    ("a subtree is its top alone", DOOR, "if path.startswith(root))", "if path == root)"),
    ("a deny is a plain NOT", DOOR, "(%(expressions)s) IS NOT TRUE", "NOT (%(expressions)s)"),
    ("a deny does not bind grants", DOOR, "all_of([allow, Q(IsNotTrue(deny))])",
     "any_of([all_of([allow, Q(IsNotTrue(deny))]), *([Q(**{f'{prefix}pk__granted': self._granted(name)})]"
     " if name in self.granted else [])])"),
    ("a deny without a scope of its own is forgotten", DOOR, "if deny is True or allow is False:", "if allow is False:"),
    ("everywhere is lost beside a site", DOOR, "EVERYWHERE if EVERYWHERE in (site, before) else", "EVERYWHERE if site is EVERYWHERE else"),
    ("the last scope of a condition wins", DOOR, "before | self.book.subtree(site)", "self.book.subtree(site)"),
    ("what has no site is read by nobody", DOOR, "and action in READS and not deny", "and False"),
    ("what has no site is written with the right at any scope", DOOR, "and action in READS and not deny", "and not deny"),
    ("what has no site is denied from any scope", DOOR, "action in READS and not deny", "action in READS"),
    ("a broken allow gives its scope", DOOR, "return scope if deny else False", "return scope"),
    ("a broken deny denies nothing", DOOR, "return scope if deny else False", "return False"),
    ("a line asks its own rights", DOOR, "access.actions.get(action, action), prefix)", "action, prefix)"),
    ("a line asks for its first parent only", DOOR, "for name in access.parents]", "for name in access.parents[:1]]"),
    ("a line without a parent is judged", DOOR, "if link.null else found", "if not link.null else found"),
    ("$company of one who has none is NULL", CONDITIONS, "return False\n        if value is ALL",
     "return Q(**{f'{prefix}{column}__isnull': True})\n        if value is ALL"),
    ("$sites of one who is everywhere is nothing", CONDITIONS, "return Q(**{f\"{prefix}{column}__isnull\": False})", "return False"),
    ("an empty list holds everything", CONDITIONS, "if value else False\n    return Q", "if value else True\n    return Q"),
    ("operators are ignored", CONDITIONS, "return Q(**{f\"{prefix}{column}__{operator}\": value})",
     "return Q(**{f'{prefix}{column}': value})"),
    ("any column may be named", CONDITIONS, "column not in model.access.named() or ", ""),
    ("a token is taken for text", CONDITIONS, 'value.startswith("$")', 'value.startswith("$$")'),
    ("terms are alternatives", CONDITIONS, "return all_of([_term(", "return any_of([_term("),
    ("alternatives are terms", CONDITIONS, "return any_of([translate(", "return all_of([translate("),
    ("an empty condition is no condition", CONDITIONS, "    if not condition:\n        raise ValueError(\"an empty condition\")\n", ""),
    ("a rounded key", CONDITIONS, "if isinstance(value, float) and found != value:", "if False:"),
    ("numbers beyond 64 bits reach the database", CONDITIONS, "field.run_validators(found)", "pass"),
    ("every action is viewing", ACCESS, "allowed = rights(user).filter(self.model, action)",
     "allowed = rights(user).filter(self.model, 'view')"),
    ("no right is every right", ACCESS, "return self.all() if allowed else self.none()", "return self.all()"),
    ("buttons for all who see any", ACCESS, "return set(asked.filter(allowed).values_list(\"pk\", flat=True))",
     "return set(asked.values_list('pk', flat=True))"),
    ("a menu for everybody", ACCESS, "is not False", "is not None"),
    ("one session answers for all", ACCESS,
     "    if user.pk not in cache:\n        cache[user.pk] = Door.provider(user)\n    return cache[user.pk]",
     "    return cache.setdefault(0, cache[0] if 0 in cache else Door.provider(user))"),
]


@contextmanager
def door_with(module, text, instead):
    """The door with one text replaced: the three modules compiled anew, under their own names while they load."""
    kept = {name: sys.modules[name] for name in (ACCESS, CONDITIONS, DOOR)}
    try:
        for name in (ACCESS, CONDITIONS, DOOR):
            sys.modules[name] = compiled(name, *((text, instead) if name == module else ()))
        yield the_door(sys.modules[ACCESS], sys.modules[DOOR].HeldRights)
    finally:
        sys.modules.update(kept)
        for field in GRANTED_FIELDS:
            field.register_lookup(Granted)


def compiled(name, text=None, instead=""):
    """A fresh module from the source of this name; the text to replace must stand in it exactly once."""
    origin = find_spec(name).origin
    source = Path(origin).read_text()
    if text is not None:
        if source.count(text) != 1:
            raise LookupError(f"{name} has {source.count(text)} times: {text}")
        source = source.replace(text, instead)
    module = ModuleType(name)
    module.__file__ = origin
    sys.modules[name] = module          # while it loads, dataclasses look their module up here
    exec(compile(source, origin, "exec"), module.__dict__)  # our own source with one word changed
    return module
