"""TIE-19: two records beside each other, field by field, as one reader is shown them; and which of the two is proposed to stay."""
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.kernel.admin.door import hide_references
from apps.tiers.choices import Check, CompanyStatus, NameKind
from apps.tiers.models import (
    Address,
    Affiliation,
    CompanyName,
    CompanyRole,
    ContactPoint,
    ExternalId,
    Identifier,
    Interest,
    Ownership,
    PersonalDetails,
)
from apps.tiers.names import company_key
from apps.tiers.services.merging import CHOOSABLE

REFERENCES = {"company": ("category", "account_manager", "created_by"), "person": ("category", "user", "created_by")}
OWN = {"company": ("status", "legal_form", "country", "nace", "headcount", "currency", "language", "website", "category", "tags",
                   "account_manager", "incomplete"),
       "person": ("user", "language", "time_zone", "category", "tags")}


@dataclass(frozen=True)
class Item:
    """One value, and whether the other record has it too."""
    text: str
    shared: bool


@dataclass(frozen=True)
class Line:
    """One field of both records. `name` is the field whose value may be chosen, `kept` the side proposed for it."""
    label: str
    a: tuple[Item, ...]
    b: tuple[Item, ...]
    name: str = ""
    kept: str = ""

    @property
    def state(self) -> str:
        """same, differs, or one: only one of the two says anything."""
        if not self.a or not self.b:
            return "one"
        return "same" if all(item.shared for item in (*self.a, *self.b)) else "differs"


def compare(*, kind: str, a: Any, b: Any, keep: str, user: Any) -> list[Line]:
    """The fields and lines that at least one of the two has; what the reader may not see of them is not there. `keep` is "a" or "b"."""
    hide_references(user, [a, b], REFERENCES[kind])
    lines = [*_names(kind, a, b, user), *(_own(kind, name, a, b, keep) for name in OWN[kind]), *_parts(kind, a, b, user)]
    lines.append(_line(_("Made"), [_made(a)], [_made(b)]))
    return [line for line in lines if line.a or line.b]


def _line(label: Any, a: Iterable[str], b: Iterable[str], same: Callable[[str], str] = str.casefold, **more: str) -> Line:
    mine, theirs = [text for text in a if text], [text for text in b if text]
    left, right = {same(text) for text in mine}, {same(text) for text in theirs}
    return Line(capfirst(str(label)), tuple(Item(text, same(text) in right) for text in mine),
                tuple(Item(text, same(text) in left) for text in theirs), **more)


def _own(kind: str, name: str, a: Any, b: Any, keep: str) -> Line:
    """A column of the record; where both have another value, and it may be chosen, the kept record's is proposed, else the one there is."""
    field = a._meta.get_field(name)
    texts = {"a": _shown(a, field), "b": _shown(b, field)}
    line = _line(field.verbose_name, [texts["a"]], [texts["b"]])
    if name not in CHOOSABLE[kind] or line.state == "same" or not (line.a or line.b):
        return line
    other = "b" if keep == "a" else "a"
    return Line(line.label, line.a, line.b, name, keep if texts[keep] else other)


def _shown(record: Any, field: Any) -> str:
    value = getattr(record, field.name)
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, list):
        return ", ".join(value)
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")() or "")
    return "" if value is None else str(value)


def _names(kind: str, a: Any, b: Any, user: Any) -> Iterable[Line]:
    if kind == "person":
        for name in ("family", "given"):
            field = a._meta.get_field(name)
            yield _line(field.verbose_name, [_shown(a, field)], [_shown(b, field)])
        return
    yield _line(a._meta.get_field("legal_name").verbose_name, [a.legal_name], [b.legal_name])
    rows = CompanyName.objects.visible_to(user).exclude(kind=NameKind.LEGAL, period__contains=timezone.localdate())
    others: dict[int, list[str]] = {a.pk: [], b.pk: []}
    for row in rows.filter(company__in=others):
        others[row.company_id].append(f"{row.name} ({row.get_kind_display()})")
    yield _line(_("Other names"), others[a.pk], others[b.pk], same=lambda text: company_key(text.rpartition(" (")[0]))


def _parts(kind: str, a: Any, b: Any, user: Any) -> Iterable[Line]:
    """The lines and ties of the two records, one query each."""
    def told(rows: QuerySet, label: Any, text: Callable[[Any], str] = str) -> Line:
        found: dict[int, list[str]] = {a.pk: [], b.pk: []}
        for row in rows.filter(**{f"{kind}__in": found}):
            found[getattr(row, f"{kind}_id")].append(text(row))
        return _line(label, found[a.pk], found[b.pk])
    if kind == "company":
        yield told(Identifier.objects.visible_to(user), _("numbers"), _number)
        yield told(CompanyRole.objects.visible_to(user), _("roles"))
    else:
        details = PersonalDetails.objects.visible_to(user).exclude(birth_date=None)
        yield told(details, _("date of birth"), lambda row: date_format(row.birth_date, "SHORT_DATE_FORMAT"))
        yield told(Affiliation.objects.visible_to(user).select_related("company"), _("companies"), _affiliated(user))
    yield told(ContactPoint.objects.visible_to(user), _("e-mails and phones"))
    yield told(Address.objects.visible_to(user), _("addresses"), lambda row: f"{row} ({row.get_kind_display()})")
    yield told(ExternalId.objects.visible_to(user), _("keys in other systems"))
    if kind == "company":
        yield from _ties(a, b, user)


def _number(row: Any) -> str:
    return f"{row} ✓" if row.check_result == Check.VALID else str(row)


def _affiliated(user: Any) -> Callable[[Any], str]:
    def text(row: Any) -> str:
        hide_references(user, [row], ("company",))
        return f"{row.company}, {row.function}" if row.function else str(row.company)
    return text


def _ties(a: Any, b: Any, user: Any) -> Iterable[Line]:
    """How much hangs on each company: people, interests by role, companies held and holding."""
    pks = (a.pk, b.pk)
    employed = Affiliation.objects.visible_to(user).filter(company__in=pks).order_by().values_list("company")
    people = Counter(dict(employed.annotate(n=Count("pk"))))
    yield _line(_("people"), [_people(people[a.pk])], [_people(people[b.pk])])
    roles = dict(Interest._meta.get_field("role").flatchoices)
    interests: dict[int, list[str]] = {pk: [] for pk in pks}
    counted = Interest.objects.visible_to(user).filter(company__in=pks).order_by("role").values_list("company", "role")
    for pk, role, number in counted.annotate(n=Count("pk")):
        interests[pk].append(_("%(role)s: %(count)d") % {"role": capfirst(str(roles[role])), "count": number})
    yield _line(_("interests in sites"), interests[a.pk], interests[b.pk])
    shares = Ownership.objects.visible_to(user)
    for label, column in ((_("companies held"), "parent"), (_("held by"), "child")):
        held = Counter(dict(shares.filter(**{f"{column}__in": pks}).order_by().values_list(column).annotate(n=Count("pk"))))
        yield _line(label, [str(held[a.pk] or "")], [str(held[b.pk] or "")])


def _people(number: int) -> str:
    return ngettext("%(count)d person", "%(count)d persons", number) % {"count": number} if number else ""


def _made(record: Any) -> str:
    day = date_format(timezone.localtime(record.created_at), "SHORT_DATE_FORMAT")
    return f"{day}, {record.created_by}" if record.created_by else day


def proposed(kind: str, a: Any, b: Any) -> tuple[str, str]:
    """Which side is proposed to stay, "a" or "b", and why."""
    for reason, measure in _MEASURES[kind]:
        mine, theirs = measure(a), measure(b)
        if mine != theirs:
            return ("a" if mine > theirs else "b"), str(reason())
    return ("a" if (a.created_at, a.pk) <= (b.created_at, b.pk) else "b"), _("it is the older record")


_MEASURES: dict[str, list[tuple[Callable[[], str], Callable[[Any], Any]]]] = {
    "company": [
        (lambda: _("it is blocked, and a merge does not lift a block"), lambda one: one.status == CompanyStatus.BLOCKED),
        (lambda: _("it is active"), lambda one: one.status == CompanyStatus.ACTIVE),
        (lambda: _("the other is archived"), lambda one: one.status != CompanyStatus.ARCHIVED),
        (lambda: _("the other is incomplete"), lambda one: not one.incomplete),
        (lambda: _("it has more verified numbers"), lambda one: one.identifiers.filter(check_result=Check.VALID).count()),
    ],
    "person": [
        (lambda: _("it has an account"), lambda one: one.user_id is not None),
        (lambda: _("it has more e-mails and phones"), lambda one: one.contactpoints.count()),
    ],
}
