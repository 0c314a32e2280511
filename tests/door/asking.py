"""The same questions to the door and to the naive evaluation, and where their answers differ."""
from random import Random
from types import SimpleNamespace

from django.db import transaction

from apps.core.factory.models import Site
from apps.core.iam.door import HeldRights
from apps.core.iam.models import Group
from apps.kernel import access
from tests.door import naive
from tests.door.app.models import Line, Memo, Paper, Term
from tests.door.world import ACTIONS, load, make

CLASSES = {"paper": Paper, "term": Term, "line": Line, "memo": Memo, "site": Site, "group": Group}
BADGES = {"company": "SELECT company FROM doorproof_badge WHERE user_id = me.id",
          "person": "SELECT person FROM doorproof_badge WHERE user_id = me.id"}


class Undo(Exception):
    """Leaves a transaction without keeping what it did."""


def the_door(access=access, rights=HeldRights):
    """The door under test: a module with access.py's names, and the class that reads rights."""
    return SimpleNamespace(access=access, rights=rights)


def differences(seed, door):
    """(answers compared, differences) of the world of this seed; the database is left as it was."""
    random = Random(seed)
    world = make(random)
    found, compared = [], 0
    before = door.access.Door.__dict__.get("provider")
    door.access.Door.provider = lambda user: door.rights(user, at=world["now"])
    try:
        with transaction.atomic():
            load(world)
            with door.access.session():
                for user, model, action in questions(world):
                    compared += len(world[model]) + 1
                    found += [f"seed {seed}: user {user['id']} {action} {model}: {what}"
                              for what in compare(world, user, action, model, door.access, random)]
            raise Undo
    except Undo:
        return compared, found
    finally:
        door.access.Door.provider = before


def questions(world):
    """Every user with every action on every model."""
    return [(user, model, action) for user in world["users"] for model, actions in ACTIONS.items() for action in actions]


def compare(world, user, action, model, access, random):
    """What differs for one user, action and model: the rows seen, the rows among which he may act, one row, and whether any."""
    row_class, account = CLASSES[model], SimpleNamespace(pk=user["id"])
    rows = world[model]
    right = {row["id"] for row in rows if naive.allowed(world, user, action, model, row)}
    ours = set(access.DoorQuerySet.visible_to(row_class._base_manager.filter(pk__in=[row["id"] for row in rows]), account, action)
               .values_list("pk", flat=True))
    if ours != right:
        yield f"visible_to gives {sorted(ours)}, right is {sorted(right)}"
    if random.random() < 0.4 and rows:
        asked = [row_class(pk=row["id"]) for row in rows]
        ours = access.can_many(account, action, asked)
        if ours != right:
            yield f"can_many gives {sorted(ours)}, right is {sorted(right)}"
        one = random.choice(asked)
        if access.can(account, action, one) != (one.pk in right):
            yield f"can on {one.pk} says {one.pk not in right}"
    if access.may(account, action, row_class) != naive.possible(world, user, action, model):
        yield f"may says {not naive.possible(world, user, action, model)}"
