"""Small random worlds as plain data, and the same world as rows of the database."""
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from apps.core.factory.models import Site
from apps.core.iam.models import Assignment, Grant, Group, Membership, Role, RoleInclusion, Rule, User
from tests.door.app.models import Badge, Line, Memo, Paper, Term

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = 1_000_001       # keys are the same small range in every table: a mixed-up column shows
ACTIONS = {"paper": ["view", "add", "change", "delete", "export", "approve"], "term": ["view", "change", "export"],
           "line": ["view", "add", "delete", "change", "export"], "memo": ["view", "change"],
           "site": ["view", "change"], "group": ["view", "change"]}
RULED = [("doorproof", "paper", action, 6) for action in ("view", "change")] \
    + [("doorproof", "paper", action, 2) for action in ("add", "delete", "export", "approve")] \
    + [("doorproof", "term", action, 3) for action in ("view", "change", "export")] \
    + [("factory", "site", action, 3) for action in ("view", "change")] + [("iam", "group", "view", 2), ("iam", "group", "change", 1)]
STATUSES = ["draft", "open", "closed"]
KINDS, PHASES = ["plant", "field"], ["planned", "in_service"]
COLUMNS = {"paper": ["site", "owner", "group", "company", "status", "amount", "due", "urgent"], "term": ["owner", "status"],
           "site": ["id", "kind", "phase", "code"], "group": ["id"]}
KEYS = ("id", "site", "owner", "group", "company")
BROKEN = [
    "mine", "site", "", 7, 0, True, False, [], {}, [[]], [None, {}], ["own", {"nope": 1}], {"nope": 1}, {"": 1}, {"__in": [1]},
    {"pk": FIRST}, {"tags": "x"}, {"version": 1}, {"status__regex": "x"}, {"status__exact__in": ["open"]}, {"site__name": "x"},
    {"site__parent": 1}, {"site": "abc"}, {"site__in": [FIRST, None]}, {"site__lt": "$sites"}, {"owner__isnull": 1},
    {"owner__isnull": "true"}, {"status": None}, {"status": True}, {"status": ["open", {}]}, {"status": "$nobody"}, {"status": "$user"},
    {"status": "$"}, {"amount": {}}, {"amount": "much"}, {"amount__in": 5}, {"amount__lt": [1]}, {"company__lt": "$groups"},
    {"company__in": "$company"}, {"company": "$company", "nope": 1}, {"due": 20260101}, {"due": "soon"}, {"due": "$company"},
    {"urgent": 1}, {"urgent": "true"}]


def make(random):
    """A world by this random source: everything the door reads, and the rows it is asked about."""
    def keys(most, least=0):
        return [FIRST + n for n in range(random.randint(least, most))]

    def perhaps(values, chance=0.75):
        return random.choice(values) if values and random.random() < chance else None

    def tree(nodes):
        return [{"id": node, "parent": perhaps([other for other in nodes if other < node], 0.8)} for node in nodes]

    users, groups, roles = keys(5, 3), keys(4), keys(5, 1)
    sites = sorted(random.sample([*keys(6, 6), *(10 * key for key in keys(3, 3))], random.randint(1, 8)))   # some begin like others
    world = {"now": NOW, "group": tree(groups), "roles": roles}
    world["site"] = [{**node, "kind": random.choice(KINDS), "phase": random.choice(PHASES), "code": perhaps([f"S{node['id']}"], 0.6)}
                     for node in tree(sites)]
    world["users"] = [{"id": user, "status": random.choices(["active", "suspended", "invited", "deactivated"], [12, 1, 1, 1])[0],
                       "superuser": random.random() < 0.1, "company": perhaps([FIRST, FIRST + 1], 0.6), "person": perhaps(users, 0.6)}
                      for user in users]
    world["memberships"] = [{"user": user, "group": group} for user in users for group in groups if random.random() < 0.35]
    world["inclusions"] = [{"role": role, "included": inner}
                           for role in roles for inner in roles if inner > role and random.random() < 0.35]
    world["rules"] = [rule(random, roles) for _ in range(random.randint(2, 16))]
    world["assignments"] = [assignment(random, users, groups, sites, roles) for _ in range(random.randint(1, 9))]
    world["paper"] = [{"id": key, "site": perhaps(sites), "owner": perhaps(users), "group": perhaps(groups),
                       "company": perhaps([FIRST, FIRST + 1, FIRST + 2]), "status": random.choice(STATUSES),
                       "amount": perhaps([Decimal("99.5"), Decimal(100), Decimal("100.0001"), Decimal(2000)]),
                       "due": perhaps([date(2026, 1, 1), date(2026, 6, 1)]), "urgent": perhaps([True, False])} for key in keys(10, 4)]
    world["term"] = [{"id": key, "owner": perhaps(users), "status": random.choice(STATUSES)} for key in keys(4, 1)]
    papers, terms = [row["id"] for row in world["paper"]], [row["id"] for row in world["term"]]
    world["line"] = [{"id": key, "paper": random.choice(papers)} for key in keys(5, 1)]
    world["memo"] = [{"id": key, "paper": perhaps(papers, 0.6), "term": perhaps(terms, 0.6)} for key in keys(6, 1)]
    world["grants"] = grants(random, users, groups)
    return world


def rule(random, roles):
    app, model, action, _weight = random.choices(RULED, [entry[3] for entry in RULED])[0]
    found = broken(random, model) if random.random() < 0.2 else condition(random, model)
    return {"role": random.choice(roles), "permission": f"{app}.{action}_{model}", "condition": found, "deny": random.random() < 0.3}


def broken(random, model):
    """A condition outside the grammar; often one whose value only resembles a key."""
    key = random.choice([column for column in COLUMNS[model] if column in KEYS])
    near = [{key: FIRST + 0.5}, {key: True}, {f"{key}__in": [2 ** 70, FIRST]}, {f"{key}__lt": [FIRST]}, {f"{key}__in": "$user"}, {key: "x"},
            {}]
    return random.choice(random.choice([BROKEN, near]))


def assignment(random, users, groups, sites, roles):
    edges = [None, None, None, None, None, NOW - timedelta(days=9), NOW, NOW + timedelta(microseconds=1)]
    starts, ends = random.choice(edges), random.choice(edges)
    if starts and ends and ends <= starts:
        ends = starts + timedelta(days=20)
    to_group = groups and random.random() < 0.5
    return {"role": random.choice(roles), "user": None if to_group else random.choice(users),
            "group": random.choice(groups) if to_group else None,
            "site": None if random.random() < 0.25 else random.choice(sites), "starts": starts, "ends": ends}


def grants(random, users, groups):
    found = {}
    for _ in range(random.randint(0, 8)):
        app, model, action, _weight = random.choices(RULED, [entry[3] for entry in RULED])[0]
        holder = ("group", random.choice(groups)) if groups and random.random() < 0.5 else ("user", random.choice(users))
        found[holder, f"{app}.{action}_{model}", FIRST + random.randint(0, 8)] = None
    return [{"permission": permission, "object": key, "user": None, "group": None, kind: holder}
            for (kind, holder), permission, key in found]


def condition(random, model, depth=0):
    """A condition within the grammar, as a rule of this model may carry it."""
    shape = random.random()
    if shape < 0.3 and depth == 0:
        return None
    if shape < 0.45:
        short = [word for word, column in (("own", "owner"), ("group", "group"), ("company", "company")) if column in COLUMNS[model]]
        if short:
            return random.choice(short)
    if shape < 0.6 and depth < 2:
        return [condition(random, model, depth + 1) for _ in range(random.randint(1, 3))]
    return dict(term(random, random.choice(COLUMNS[model])) for _ in range(random.randint(1, 2)))


def term(random, column):
    if random.random() < 0.12:
        return f"{column}__isnull", random.random() < 0.5
    values = {"status": STATUSES, "kind": KINDS, "phase": PHASES, "code": [f"S{FIRST}", f"S{FIRST + 1}"], "urgent": [True, False],
              "amount": [99.5, 100, "100.0001", "2000", 0], "due": ["2026-01-01", "2026-03-01", "2026-06-01"]}.get(
                  column, [FIRST, FIRST + 1, FIRST + 2, str(FIRST + 1), 3])
    if random.random() < 0.25:
        pair = [random.choice(values) for _ in range(random.randint(0, 3))]
        return column + random.choice(["", "__in"]), pair
    if column in KEYS and random.random() < 0.5:
        token = random.choice(["$user", "$person", "$company", "$groups", "$sites"])
        many = token in ("$groups", "$sites")
        return column + random.choice(["", "__exact", "__in"] if many else ["", "__exact", "__lte", "__gt"]), token
    return column + random.choice(["", "__exact", "__lt", "__lte", "__gt", "__gte"]), random.choice(values)


def load(world):
    """The world as rows: set-based inserts past the models' own checks, as broken rules need."""
    User.objects.bulk_create([User(pk=user["id"], email=f"{user['id']}@door.test", name=str(user["id"]), status=user["status"],
                                   is_superuser=user["superuser"]) for user in world["users"]])
    Badge.objects.bulk_create([Badge(user_id=user["id"], company=user["company"], person=user["person"]) for user in world["users"]])
    Group.objects.bulk_create([Group(pk=row["id"], parent_id=row["parent"], name=str(row["id"])) for row in world["group"]])
    Site.objects.bulk_create([Site(pk=row["id"], parent_id=row["parent"], name=str(row["id"]), kind=row["kind"], phase=row["phase"],
                                   code=row["code"]) for row in world["site"]])
    Membership.objects.bulk_create([Membership(user_id=row["user"], group_id=row["group"]) for row in world["memberships"]])
    Role.objects.bulk_create([Role(pk=role, code=str(role), name=str(role)) for role in world["roles"]])
    RoleInclusion.objects.bulk_create([RoleInclusion(role_id=row["role"], included_id=row["included"]) for row in world["inclusions"]])
    Rule.objects.bulk_create([Rule(role_id=row["role"], permission=row["permission"], condition=row["condition"], deny=row["deny"])
                              for row in world["rules"]])
    Assignment.objects.bulk_create([Assignment(role_id=row["role"], user_id=row["user"], group_id=row["group"], site_id=row["site"],
                                               starts_at=row["starts"], ends_at=row["ends"]) for row in world["assignments"]])
    Grant.objects.bulk_create([Grant(permission=row["permission"], object_id=row["object"], user_id=row["user"], group_id=row["group"])
                               for row in world["grants"]])
    plain = ("company", "status", "amount", "due", "urgent")
    Paper.objects.bulk_create([Paper(pk=row["id"], number=f"P-{row['id']}", name=str(row["id"]), site_id=row["site"],
                                     owner_id=row["owner"], group_id=row["group"], **{name: row[name] for name in plain})
                               for row in world["paper"]])
    Term.objects.bulk_create([Term(pk=row["id"], owner_id=row["owner"], status=row["status"]) for row in world["term"]])
    Line.objects.bulk_create([Line(pk=row["id"], paper_id=row["paper"], label="x") for row in world["line"]])
    Memo.objects.bulk_create([Memo(pk=row["id"], paper_id=row["paper"], term_id=row["term"]) for row in world["memo"]])
