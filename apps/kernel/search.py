"""Accent- and case-blind text look-ups that use trigram indexes: one folding for the column and for what is typed."""
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import CharField, Field, Func, Lookup, TextField


class Fold(Func):
    """Upper case without accents, as the database's immutable opsflux_fold() does it."""
    function = "opsflux_fold"
    output_field = CharField()


def folded_index(field: str, name: str) -> GinIndex:
    """A trigram index on the folded column: serves `__holds` and `__resembles`."""
    return GinIndex(OpClass(Fold(field), "gin_trgm_ops"), name=name)


@Field.register_lookup
class Holds(Lookup):
    """The folded column contains the folded text: `name__holds="fenè"`."""
    lookup_name = "holds"

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"opsflux_fold({lhs}) LIKE '%%' || opsflux_fold(%s) || '%%'", [*params, self.typed()]

    def typed(self) -> str:
        """What was typed, with LIKE's own signs made plain."""
        return str(self.rhs).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@Field.register_lookup
class Resembles(Lookup):
    """Some word of the folded column is near the folded text (pg_trgm word similarity): forgives typing errors."""
    lookup_name = "resembles"

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"opsflux_fold(%s) <%% opsflux_fold({lhs})", [str(self.rhs), *params]


class FoldedField(TextField):
    """Search text that a trigger keeps already folded: its look-ups fold only what is typed."""

    def __init__(self, *args, **kwargs):
        kwargs.update(editable=False, default="", blank=True, db_default="")
        super().__init__(*args, **kwargs)

    def get_internal_type(self):
        return "TextField"


@FoldedField.register_lookup
class FoldedHolds(Holds):
    """The folded column contains the folded text."""

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} LIKE '%%' || opsflux_fold(%s) || '%%'", [*params, self.typed()]


@FoldedField.register_lookup
class FoldedResembles(Resembles):
    """Some word of the folded column is near the folded text."""

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"opsflux_fold(%s) <%% {lhs}", [str(self.rhs), *params]
