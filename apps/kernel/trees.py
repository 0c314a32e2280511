"""ltree columns: a tree whose path the database keeps, and the look-ups that read it."""
from django.db import models
from django.db.models import Field, Lookup


class PathField(models.Field):
    """A PostgreSQL ltree of primary keys, written by the tree's trigger only."""

    def __init__(self, *args, **kwargs):
        kwargs.update(editable=False, default="", blank=True)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for key in ("editable", "default", "blank"):
            kwargs.pop(key, None)
        return name, path, args, kwargs

    def db_type(self, connection):
        return "ltree"

    def get_internal_type(self):
        return "PathField"


class _PathLookup(Lookup):
    prepare_rhs = False
    operator = ""

    def as_sql(self, compiler, connection):
        lhs, left = self.process_lhs(compiler, connection)
        rhs, right = self.process_rhs(compiler, connection)
        return f"{lhs} {self.operator} {rhs}::ltree", [*left, *right]


@PathField.register_lookup
class Within(_PathLookup):
    """The node itself and everything below the given path."""
    lookup_name, operator = "within", "<@"


@PathField.register_lookup
class Above(_PathLookup):
    """The node itself and everything above the given path."""
    lookup_name, operator = "above", "@>"


@models.ForeignKey.register_lookup                  # relations do not take the look-ups of Field
@Field.register_lookup
class AnyOf(Lookup):
    """column = ANY(one array): the plan of IN, without a parameter for each value."""
    lookup_name, prepare_rhs = "any", False

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.rel_db_type(connection)
        return f"{lhs} = ANY(%s::{kind}[])", [*params, self.rhs if isinstance(self.rhs, str) else list(self.rhs)]
