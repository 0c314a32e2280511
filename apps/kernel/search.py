"""Accent- and case-blind text look-ups that use trigram indexes: one folding for the column and for what is typed."""
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import CharField, Field, Func, Lookup


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
        typed = str(self.rhs).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"opsflux_fold({lhs}) LIKE '%%' || opsflux_fold(%s) || '%%'", [*params, typed]


@Field.register_lookup
class Resembles(Lookup):
    """Some word of the folded column is near the folded text (pg_trgm word similarity): forgives typing errors."""
    lookup_name = "resembles"

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"opsflux_fold(%s) <%% opsflux_fold({lhs})", [str(self.rhs), *params]
