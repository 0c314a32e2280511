"""TIE-18: what the register tells of a company or a person in its timeline: what was recorded, and what began and ended when."""
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Cast, Lower, Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.access import rights
from apps.kernel.actions import actions_of
from apps.kernel.stream import Ask, Mark, Moment, Source, moment_source
from apps.kernel.timeline import Entry, parts_of, recorded
from apps.tiers.choices import InterestRole, MergeState, NameKind, RelationKind, Role
from apps.tiers.identifiers import scheme_choices
from apps.tiers.models import Affiliation, Company, Interest, Merge, Ownership, Person, Relation
from apps.tiers.picturing import percent

STATUS, RECORD, NAMES, NUMBERS, ROLES = "status", "record", "names", "identifiers", "roles"
HOLDINGS, TIES, SITES, PEOPLE, MERGES = "shares", "ties", "sites", "contacts", "merges"
HISTORY, FACTS = "history", "register"
TITLES = {STATUS: gettext_lazy("Status"), NAMES: gettext_lazy("Names"), NUMBERS: gettext_lazy("Identifiers"), ROLES: gettext_lazy("Roles"),
          HOLDINGS: gettext_lazy("Shares"), TIES: gettext_lazy("Other ties"), SITES: gettext_lazy("Sites"),
          PEOPLE: gettext_lazy("Contacts and functions"), MERGES: gettext_lazy("Merges"), RECORD: gettext_lazy("Changes of the record")}
LINES = {"tiers.CompanyName": NAMES, "tiers.Identifier": NUMBERS, "tiers.CompanyRole": ROLES, "tiers.Affiliation": PEOPLE}
PAGES = {Company: "admin:tiers_company_change", Person: "admin:tiers_person_change"}
FIRST, LAST = Lower("period"), Upper("period")
RANKS = 64      # a key is a row's own key and the place of its fact and end among all: unique, and the same on each page


class Row(NamedTuple):
    """One end of a fact, as the union of all facts gives it."""
    at: Any
    key: int
    rank: int
    other: int | None
    code: str
    text: str
    share: Decimal | None


@dataclass(frozen=True)
class Fact:
    """Something that begins and ends: its kind, its rows for a record, their columns (other, code, text, share: what is beside the record,
    and what sentences name), the model of what is beside it, and the sentences of its first and of its last day."""
    kind: str
    rows: Callable[[Ask], QuerySet]
    columns: dict[str, str]
    beside: Any
    begins: Callable[[Row], str]
    ends: Callable[[Row], str] | None
    first: Any = FIRST
    last: Any = LAST
    whole_day: bool = True


class _Midnight(Func):
    """When a day begins for the reader."""
    function, output_field = "timezone", models.DateTimeField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        sql, values = compiler.compile(self.source_expressions[0])
        return f"timezone(%s, ({sql})::timestamp)", [timezone.get_current_timezone_name(), *values]


class _DayBefore(Func):
    template, output_field = "(%(expressions)s - 1)", models.DateField()


def _sites() -> Any:
    return Interest._meta.get_field("site").related_model


def _named(choices: Any, code: str) -> str:
    return str(dict(choices).get(code, code))


def _seen(rows: QuerySet, ask: Ask, column: str, model: Any) -> QuerySet:
    """Of rows that refer to a record beside, those whose record the reader is shown: the page keeps its size, and nothing is hinted at."""
    allowed = rights(ask.reader).filter(model, "view")
    return rows if allowed is True else rows.filter(**{f"{column}__in": model._default_manager.visible_to(ask.reader).values("pk")})


def _beside(model: Any, here: str, there: str, beside: Any) -> Callable[[Ask], QuerySet]:
    """The rows of a model that tie the record (by the column `here`) to one beside it (`there`), of those shown."""
    def rows(ask: Ask) -> QuerySet:
        return _seen(model.objects.visible_to(ask.reader).filter(**{here: ask.record.pk}), ask, there, beside())
    return rows


def _merges(kind: str, model: Any, column: str = "loser_id") -> Fact:
    def rows(ask: Ask) -> QuerySet:
        return _seen(Merge.objects.visible_to(ask.reader).filter(kind=kind, survivor_id=ask.record.pk), ask, column, model)
    undone = models.Case(models.When(state=MergeState.REVERTED, then=F("updated_at")), output_field=models.DateTimeField())
    return Fact(MERGES, rows, {"other": column}, lambda: model, lambda row: _("Merged into this record:"),
                lambda row: _("Merge undone:"), F("created_at"), undone, whole_day=False)


def _interest(row: Row) -> str:
    role = _named(InterestRole.choices, row.code)
    return role if row.share is None else f"{role}, {percent(row.share)}"


def _company() -> type[Company]:
    return Company


COMPANY_FACTS = (
    Fact(NAMES, lambda ask: ask.record.names.all(), {"code": "kind", "text": "name"}, None,
         lambda row: _("First day of the name “%(name)s” (%(kind)s)") % {"name": row.text, "kind": _named(NameKind.choices, row.code)},
         lambda row: _("Last day of the name “%(name)s” (%(kind)s)") % {"name": row.text, "kind": _named(NameKind.choices, row.code)}),
    Fact(ROLES, lambda ask: ask.record.roles.all(), {"code": "role"}, None,
         lambda row: _("First day as %(role)s") % {"role": _named(Role.choices, row.code)},
         lambda row: _("Last day as %(role)s") % {"role": _named(Role.choices, row.code)}),
    Fact(NUMBERS, lambda ask: ask.record.identifiers.all(), {"code": "scheme", "text": "value"}, None,
         lambda row: _("%(scheme)s %(number)s confirmed") % {"scheme": _named(scheme_choices(), row.code), "number": row.text}, None,
         first=F("confirmed_on")),
    Fact(HOLDINGS, _beside(Ownership, "parent", "child", _company), {"other": "child_id", "share": "share_pct"}, _company,
         lambda row: _("First day of a share of %(share)s in:") % {"share": percent(row.share)},
         lambda row: _("Last day of a share of %(share)s in:") % {"share": percent(row.share)}),
    Fact(HOLDINGS, _beside(Ownership, "child", "parent", _company), {"other": "parent_id", "share": "share_pct"}, _company,
         lambda row: _("First day on which %(share)s are held by:") % {"share": percent(row.share)},
         lambda row: _("Last day on which %(share)s are held by:") % {"share": percent(row.share)}),
    Fact(TIES, _beside(Relation, "a", "b", _company), {"other": "b_id", "code": "kind"}, _company,
         lambda row: _("First day of the tie “%(tie)s”:") % {"tie": _named(RelationKind.choices, row.code)},
         lambda row: _("Last day of the tie “%(tie)s”:") % {"tie": _named(RelationKind.choices, row.code)}),
    Fact(TIES, _beside(Relation, "b", "a", _company), {"other": "a_id", "code": "kind"}, _company,
         lambda row: _("First day of the tie “%(tie)s” from:") % {"tie": _named(RelationKind.choices, row.code)},
         lambda row: _("Last day of the tie “%(tie)s” from:") % {"tie": _named(RelationKind.choices, row.code)}),
    Fact(SITES, _beside(Interest, "company", "site", _sites), {"other": "site_id", "code": "role", "share": "share_pct"}, _sites,
         lambda row: _("First day as %(role)s of:") % {"role": _interest(row)},
         lambda row: _("Last day as %(role)s of:") % {"role": _interest(row)}),
    Fact(PEOPLE, _beside(Affiliation, "company", "person", lambda: Person), {"other": "person_id", "text": "function"}, lambda: Person,
         lambda row: _("First day (%(function)s) of:") % {"function": row.text or _("contact")},
         lambda row: _("Last day (%(function)s) of:") % {"function": row.text or _("contact")}),
    _merges("company", Company),
)
PERSON_FACTS = (
    Fact(PEOPLE, _beside(Affiliation, "person", "company", _company), {"other": "company_id", "text": "function"}, _company,
         lambda row: _("First day as %(role)s at:") % {"role": row.text or _("contact")},
         lambda row: _("Last day as %(role)s at:") % {"role": row.text or _("contact")}),
    _merges("person", Person),
)


def _ends(fact: Fact, rank: int, rows: QuerySet) -> Iterator[QuerySet]:
    """A fact's rows as the union takes them: once for their first days, once for their last."""
    columns: dict[str, Any] = {"other": models.BigIntegerField(), "code": models.TextField(), "text": models.TextField(),
               "share": models.DecimalField(max_digits=8, decimal_places=5)}
    shown = {f"of_{name}": Cast(fact.columns.get(name, Value(None)), kind) for name, kind in columns.items()}
    for place, when in enumerate((fact.first, fact.last if fact.ends else None)):
        if when is not None:
            at = when if not fact.whole_day else _Midnight(_DayBefore(when) if place else when)
            dated = rows.annotate(at=at, key=F("pk") * RANKS + Value(rank * 2 + place), rank=Value(rank * 2 + place), **shown)
            yield dated.filter(at__isnull=False).order_by()


def _facts(facts: Sequence[Fact]) -> Callable[[Ask], list[Moment]]:
    """What reads these facts: one query for all of them, and one for each kind of record beside."""
    def read(ask: Ask) -> list[Moment]:
        parts = [part.filter(ask.later(FACTS)).values_list("at", "key", "rank", "of_other", "of_code", "of_text", "of_share")
                 for rank, fact in enumerate(facts) if fact.kind in ask.kinds for part in _ends(fact, rank, fact.rows(ask))]
        rows = [Row(*row) for row in parts[0].union(*parts[1:], all=True).order_by("-at", "-key")[:ask.limit]]
        names = _names(facts, rows)
        return [_told(facts[row.rank // 2], row, names) for row in rows]
    return read


def _names(facts: Sequence[Fact], rows: list[Row]) -> dict[Any, str]:
    """The names of the records beside; that the reader is shown them was asked with the rows."""
    wanted: dict[Any, set[Any]] = defaultdict(set)
    for row in rows:
        beside = facts[row.rank // 2].beside
        if beside is not None and row.other is not None:
            wanted[beside()].add(row.other)
    return {(model, one.pk): str(one) for model, keys in wanted.items() for one in model._base_manager.filter(pk__any=keys)}


def _told(fact: Fact, row: Row, names: dict[Any, str]) -> Moment:
    last = row.rank % 2 == 1
    say = fact.ends if last and fact.ends else fact.begins
    model = fact.beside() if fact.beside else None
    url = reverse(PAGES.get(model, "admin:factory_site_change"), args=[row.other]) if model else ""
    return Moment(Mark(row.at, FACTS, row.key), fact.kind, say(row), names.get((model, row.other), ""), url, fact.whole_day)


def _history(ask: Ask) -> list[Moment]:
    """What was recorded: who changed the record and its lines, the actions among it."""
    model = type(ask.record)
    names = [f"{action.model_label}.{name}" for name, action in actions_of(model).items()]
    by_action = Q(pgh_context__metadata__action__in=names)
    otherwise = Q(pgh_context=None) | Q(pgh_context__metadata__action__isnull=True) | ~by_action
    wanted = [(model, which) for kind, which in ((STATUS, by_action), (RECORD, otherwise)) if kind in ask.kinds]
    wanted += [(line, Q()) for line in parts_of(model)[1:] if LINES.get(line._meta.label, RECORD) in ask.kinds]
    return [_entry_told(entry, model) for entry in recorded(ask.record, ask.reader, wanted, ask.later(HISTORY), ask.limit)]


def _entry_told(entry: Entry, model: Any) -> Moment:
    kind, subject = LINES.get(entry.model, RECORD), capfirst(entry.line or str(model._meta.verbose_name))
    said = {"insert": _("%(what)s: added"), "delete": _("%(what)s: deleted")}.get(entry.label, _("%(what)s: changed"))
    sentence = said % {"what": subject}
    if entry.model == model._meta.label:
        action = next((one for name, one in actions_of(model).items() if entry.action == f"{one.model_label}.{name}"), None)
        kind, sentence = (STATUS, _("Action “%(action)s”") % {"action": capfirst(str(action.label))}) if action else (RECORD, sentence)
    return Moment(Mark(entry.at, HISTORY, entry.key), kind, sentence, actor=entry.actor or _("System"), reason=entry.reason,
                  changes=entry.changes)


def _titled(*kinds: str) -> dict[str, Any]:
    return {kind: title for kind, title in TITLES.items() if kind in kinds}


def offer() -> None:
    """Register the sources of companies and persons."""
    moment_source("tiers.Company", Source(HISTORY, _titled(STATUS, RECORD, NAMES, NUMBERS, ROLES), _history))
    moment_source("tiers.Company", Source(FACTS, _titled(*{fact.kind for fact in COMPANY_FACTS}), _facts(COMPANY_FACTS)))
    moment_source("tiers.Person", Source(HISTORY, _titled(RECORD, PEOPLE), _history))
    moment_source("tiers.Person", Source(FACTS, _titled(PEOPLE, MERGES), _facts(PERSON_FACTS)))
