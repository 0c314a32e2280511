"""What the access door means, in plain Python over plain dictionaries: row by row, rule by rule, sharing no code with the door.

A world is a dictionary of lists of dictionaries, as tests/door/world.py makes them. The moment of every question is `world["now"]`."""
from datetime import date
from decimal import Decimal, InvalidOperation

READS = ("view", "export")
MODELS = {
    "paper": {"label": "doorproof", "site": "site", "owner": "owner", "group": "group", "company": "company",
              "columns": {"site": "key", "owner": "key", "group": "key", "company": "key", "status": "text", "amount": "decimal",
                          "due": "date", "urgent": "bool"}},
    "term": {"label": "doorproof", "owner": "owner", "own": ("change",), "columns": {"owner": "key", "status": "text"}},
    "line": {"label": "doorproof", "parents": {"paper": "paper"}},
    "memo": {"label": "doorproof", "parents": {"paper": "paper", "term": "term"}},
    "site": {"label": "factory", "site": "id", "columns": {"id": "key", "kind": "text", "phase": "text", "code": "text"}},
    "group": {"label": "iam", "group": "id", "columns": {"id": "key"}},
}
EVERY = object()


class Unreadable(Exception):
    """A condition outside the grammar."""


def allowed(world, user, action, model, row):
    """Whether the user may do the action on the row."""
    if user["status"] != "active":
        return False
    if user["superuser"]:
        return True
    about = MODELS[model]
    if "parents" in about:
        asked = {"add": "change", "delete": "change"}.get(action, action)
        return any(row[column] is not None and allowed(world, user, asked, parent, by_id(world[parent], row[column]))
                   for column, parent in about["parents"].items())
    name = f"{about['label']}.{action}_{model}"
    given = granted(world, user, name, row["id"]) or (action in about.get("own", ()) and row["owner"] == user["id"])
    for rule, assignment in rules(world, user, name):
        if not within(world, about, action, rule, assignment, row):
            continue
        try:
            check(about, rule["condition"])
            applies = meets(world, about, rule["condition"], user, row)
        except Unreadable:
            applies = rule["deny"]
        if applies and rule["deny"]:
            return False
        given = given or applies
    return given


def possible(world, user, action, model):
    """Whether nothing rules out, before any row is seen, that the user may do the action on some row."""
    if user["status"] != "active" or user["superuser"]:
        return user["status"] == "active"
    about = MODELS[model]
    if "parents" in about:
        asked = {"add": "change", "delete": "change"}.get(action, action)
        return any(possible(world, user, asked, parent) for parent in about["parents"].values())
    name = f"{about['label']}.{action}_{model}"
    found = action in about.get("own", ()) or any(grant["permission"] == name and holds(world, user, grant) for grant in world["grants"])
    for rule, assignment in rules(world, user, name):
        everywhere = assignment["site"] is None
        try:
            check(about, rule["condition"])
            fixed = settled(world, about, rule["condition"], user)
        except Unreadable:
            fixed = rule["deny"]
        if rule["deny"] and everywhere and fixed is True:
            return False
        if not rule["deny"] and fixed is not False and (everywhere or "site" in about or action in READS):
            found = True
    return found


# Who holds what

def by_id(rows, key):
    return next(row for row in rows if row["id"] == key)


def chain(rows, key):
    """The node and everything above it."""
    found = []
    while key is not None:
        found.append(key)
        key = by_id(rows, key)["parent"]
    return found


def teams(world, user):
    return [member["group"] for member in world["memberships"] if member["user"] == user["id"]]


def holds(world, user, given):
    """Whether an assignment or grant is the user's, or one of a group he is in, or one above it."""
    if given["user"] is not None:
        return given["user"] == user["id"]
    return any(given["group"] in chain(world["group"], team) for team in teams(world, user))


def assignments(world, user):
    now = world["now"]
    return [one for one in world["assignments"] if holds(world, user, one)
            and (one["starts"] is None or one["starts"] <= now) and (one["ends"] is None or now < one["ends"])]


def contents(world, role):
    """The role and every role in it, however deep."""
    found, ahead = set(), [role]
    while ahead:
        role = ahead.pop()
        if role not in found:
            found.add(role)
            ahead += [link["included"] for link in world["inclusions"] if link["role"] == role]
    return found


def rules(world, user, name):
    return [(rule, one) for one in assignments(world, user) for rule in world["rules"]
            if rule["permission"] == name and rule["role"] in contents(world, one["role"])]


def granted(world, user, name, key):
    return any(one["permission"] == name and one["object"] == key and holds(world, user, one) for one in world["grants"])


def within(world, about, action, rule, assignment, row):
    if assignment["site"] is None:
        return True
    if "site" not in about:
        return action in READS and not rule["deny"]
    site = row[about["site"]]
    return site is not None and assignment["site"] in chain(world["site"], site)


# Conditions

TOKENS = {"$user": "one", "$person": "one", "$company": "one", "$groups": "many", "$sites": "many"}
SHORT = {"own": ("owner", "$user"), "group": ("group", "$groups"), "company": ("company", "$company")}


def spelled(about, condition):
    """The shorthand in full."""
    if condition not in SHORT or SHORT[condition][0] not in about:
        raise Unreadable(condition)
    scope, token = SHORT[condition]
    return {about[scope]: token}


def check(about, condition):
    """Raise Unreadable unless the whole condition is within the grammar."""
    if condition is None:
        return
    if isinstance(condition, str):
        condition = spelled(about, condition)
    if not isinstance(condition, (list, dict)) or not condition:
        raise Unreadable(condition)
    if isinstance(condition, list):
        for part in condition:
            check(about, part)
        return
    for name, value in condition.items():
        column, operator = split(name)
        if column not in about["columns"] or operator not in ("exact", "in", "lt", "lte", "gt", "gte", "isnull"):
            raise Unreadable(name)
        check_value(about["columns"][column], operator, value)


def check_value(kind, operator, value):
    if operator == "isnull":
        if value is not True and value is not False:
            raise Unreadable(value)
        return
    if isinstance(value, str) and value.startswith("$"):
        if value not in TOKENS or kind != "key":
            raise Unreadable(value)
        many = TOKENS[value] == "many"
    else:
        many = isinstance(value, list)
        for item in value if many else [value]:
            parsed(kind, item)
    if many != (operator == "in") and not (many and operator == "exact"):
        raise Unreadable(operator)


def split(name):
    column, _, operator = name.partition("__")
    return column, operator or "exact"


def parsed(kind, value):
    """A literal as the column's kind of value."""
    text = isinstance(value, str)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    try:
        if kind == "bool" and isinstance(value, bool):
            return value
        if kind == "key" and (text or (number and value == int(value))) and -2**63 <= int(value) < 2**63:
            return int(value)
        if kind == "text" and (text or number):
            return str(value)
        if kind == "decimal" and (text or number):
            return Decimal(str(value))
        if kind == "date" and text:
            return date.fromisoformat(value)
    except (ValueError, InvalidOperation):
        pass
    raise Unreadable(value)


def value_of(world, kind, value, user):
    """What a row's value is compared with: one value, a list, EVERY, or None for a token without a value."""
    if isinstance(value, str) and value.startswith("$"):
        if value == "$user":
            return user["id"]
        if value == "$groups":
            return teams(world, user)
        if value == "$sites":
            tops = [one["site"] for one in assignments(world, user)]
            return EVERY if None in tops else [site["id"] for site in world["site"] if set(tops) & set(chain(world["site"], site["id"]))]
        return user[value[1:]]
    return [parsed(kind, item) for item in value] if isinstance(value, list) else parsed(kind, value)


def meets(world, about, condition, user, row):
    if condition is None:
        return True
    if isinstance(condition, str):
        condition = spelled(about, condition)
    if isinstance(condition, list):
        return any(meets(world, about, part, user, row) for part in condition)
    return all(term(world, about, name, value, user, row) for name, value in condition.items())


def term(world, about, name, value, user, row):
    column, operator = split(name)
    mine = row[column]
    if operator == "isnull":
        return (mine is None) == value
    theirs = value_of(world, about["columns"][column], value, user)
    if mine is None or theirs is None:
        return False
    if theirs is EVERY:
        return True
    if isinstance(theirs, list):
        return mine in theirs
    return {"exact": mine == theirs, "lt": mine < theirs, "lte": mine <= theirs, "gt": mine > theirs, "gte": mine >= theirs}[operator]


def settled(world, about, condition, user):
    """True or False where the condition is the same for every row; None where it depends on the row."""
    if condition is None:
        return True
    if isinstance(condition, str):
        condition = spelled(about, condition)
    if isinstance(condition, list):
        parts = [settled(world, about, part, user) for part in condition]
        return True if True in parts else None if None in parts else False
    for name, value in condition.items():
        column, operator = split(name)
        if operator != "isnull" and value_of(world, about["columns"][column], value, user) in (None, []):
            return False
    return None
