"""The triggers that keep an ltree of keys: a node's path follows its parent, a moved branch follows its root, a cycle is refused."""
import pgtrigger
from django.db import models

_PLACE = """
IF NEW.parent_id IS NULL THEN
    NEW.path = NEW.id::text::ltree;
ELSE
    SELECT path || NEW.id::text INTO NEW.path FROM {table} WHERE id = NEW.parent_id FOR SHARE;
    IF NEW.path ~ ('*.' || NEW.id || '.*.' || NEW.id)::lquery THEN
        RAISE EXCEPTION 'tree cycle at % below %', NEW.id, NEW.parent_id USING ERRCODE = '23514', CONSTRAINT = '{table}_cycle';
    END IF;
END IF;
RETURN NEW;"""

_MOVE = """
IF NEW.path IS DISTINCT FROM OLD.path THEN
    UPDATE {table} SET path = NEW.path || subpath(path, nlevel(OLD.path)) WHERE path <@ OLD.path AND id <> NEW.id;
END IF;
RETURN NULL;"""


def keep_path(model: type[models.Model]) -> list[pgtrigger.Trigger]:
    """The triggers of one tree. The path is written by them alone; concurrent moves are serialised by the tree's advisory lock."""
    table = model._meta.db_table
    lock = f"PERFORM pg_advisory_xact_lock(hashtext('{table}_tree'));"
    return [
        pgtrigger.Trigger(name="tree_place", when=pgtrigger.Before, operation=pgtrigger.Insert, level=pgtrigger.Row,
                          func=_PLACE.format(table=table)),
        pgtrigger.Trigger(name="tree_replace", when=pgtrigger.Before, operation=pgtrigger.UpdateOf("parent_id"), level=pgtrigger.Row,
                          func=lock + _PLACE.format(table=table)),
        pgtrigger.Trigger(name="tree_move", when=pgtrigger.After, operation=pgtrigger.UpdateOf("parent_id"), level=pgtrigger.Row,
                          func=_MOVE.format(table=table)),
    ]
