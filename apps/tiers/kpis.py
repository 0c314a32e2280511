"""Key figures of the register (spec/domain/tiers.md, 6). Companies that became part of another are left out everywhere."""
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.kernel.charts import Kind, Row, ranked
from apps.kernel.codes import countries
from apps.kernel.kpis import Chart, Figure, Kpi, Reader, days_back, declare, listed, today
from apps.tiers.choices import CandidateState, Check, CompanyStatus, InterestRole
from apps.tiers.models import Company, DuplicateCandidate, Identifier, Interest, Person
from apps.tiers.models.merging import PartyKind

RECENT = 30     # days
COUNTRIES = 10  # bars


def _current(model: Any, reader: Reader) -> Any:
    """The companies or persons the reader sees, without those merged into another."""
    return model.objects.visible_to(reader.user).current()


def _census(reader: Reader) -> list[tuple[str, str | None, bool, int]]:
    """The companies the reader sees, by status, country and whether they are incomplete."""
    return reader.groups(_current(Company, reader), "status", "country", "incomplete")


def _companies(reader: Reader) -> int:
    return sum(count for _status, _country, _incomplete, count in reader.read(_census))


def _all(reader: Reader) -> Figure:
    return Figure(_companies(reader))


def _incomplete(reader: Reader) -> Figure:
    return Figure.share(sum(count for _status, _country, incomplete, count in reader.read(_census) if incomplete), _companies(reader))


def _recent() -> dict[str, Count]:
    """How many rows were made in the last days, and how many in as many days before."""
    since = days_back(RECENT)
    return {"now": Count("pk", filter=Q(created_at__gte=since)),
            "before": Count("pk", filter=Q(created_at__lt=since, created_at__gte=since - timedelta(days=RECENT)))}


def _merged(reader: Reader) -> dict[str, int]:
    """Of the few companies that became part of another: those with a valid number, and those made recently.

    What counts all and takes these off reads small indexes; to leave them out while counting would read every company."""
    own = Exists(Identifier._base_manager.filter(company=OuterRef("pk"), check_result=Check.VALID))
    rows = Company.objects.visible_to(reader.user).filter(merged_into__isnull=False)
    return reader.total(rows, valid=Count("pk", filter=own), **_recent())


def _verified(reader: Reader) -> Figure:
    valid = Identifier.objects.visible_to(reader.user).filter(check_result=Check.VALID)
    return Figure.share(reader.count(valid.values("company").distinct()) - reader.read(_merged)["valid"], _companies(reader))


def _duplicates(reader: Reader) -> Figure:
    pairs = DuplicateCandidate.objects.visible_to(reader.user).filter(kind=PartyKind.COMPANY, state=CandidateState.OPEN)
    return Figure.share(reader.count(pairs), _companies(reader))


def _new(reader: Reader) -> Figure:
    made = Company.objects.visible_to(reader.user).filter(created_at__gte=days_back(2 * RECENT))
    found, merged = reader.total(made, **_recent()), reader.read(_merged)
    return Figure(found["now"] - merged["now"], previous=found["before"] - merged["before"])


def _persons(reader: Reader) -> Figure:
    return Figure(reader.count(_current(Person, reader)))


def _roles(reader: Reader) -> dict[str, int]:
    """Role → interests in force today on the sites the reader sees."""
    return dict(reader.groups(Interest.objects.visible_to(reader.user).filter(period__contains=timezone.localdate()), "role"))


def _interests(reader: Reader) -> Figure:
    return Figure(sum(reader.read(_roles).values()))


def _by_country(reader: Reader) -> list[Row]:
    found: dict[str | None, int] = {}
    for _status, country, _incomplete, count in reader.read(_census):
        found[country] = found.get(country, 0) + count
    names = dict(countries())
    rows = [Row.one(names.get(country, country), count, listed(Company, country__exact=country))
            for country, count in found.items() if country]
    unknown = [Row.one(_("not stated"), found[None], listed(Company, country__isnull=True))] if found.get(None) else []
    return [*ranked(rows, COUNTRIES, _("other countries")), *unknown]


def _by_status(reader: Reader) -> list[Row]:
    found: dict[str, int] = {}
    for status, _country, _incomplete, count in reader.read(_census):
        found[status] = found.get(status, 0) + count
    return [Row.one(capfirst(str(status.label)), found[status], listed(Company, status__exact=status))
            for status in CompanyStatus if status in found]


def _by_role(reader: Reader) -> list[Row]:
    found = reader.read(_roles)
    return [Row.one(capfirst(str(role.label)), found[role], listed(Interest, role__exact=role, in_force="yes"))
            for role in InterestRole if role in found]


declare(
    Kpi("tiers.companies", _("Companies"), _("Companies of the register; those merged into another are left out."), (Company,), _all,
        lambda: listed(Company), icon="domain", order=10),
    Kpi("tiers.new", _("New companies, 30 days"), _("Companies recorded in the last 30 days, today among them; those merged into "
                                                         "another are left out."),
        (Company,), _new, lambda: listed(Company, created=RECENT), icon="domain_add", order=20, before=_("in the 30 days before")),
    Kpi("tiers.verified", _("Verified identity"), _("Companies with at least one registration or tax number whose check digits agree, of "
                                                    "all that were not merged into another."),
        (Company,), _verified, lambda: listed(Company, verified="yes"), icon="verified", order=30),
    Kpi("tiers.incomplete", _("Incomplete companies"), _("Companies made only because another record referred to them, whose own record "
                                                         "has not come yet, of all that were not merged into another."),
        (Company,), _incomplete, lambda: listed(Company, incomplete__exact=1), icon="rule", order=40),
    Kpi("tiers.duplicates", _("Possible duplicates"), _("Open pairs of companies that may be one, for each hundred companies that were not "
                                                        "merged into another. Pairs already merged or dismissed are left out."),
        (DuplicateCandidate, Company), _duplicates,
        lambda: listed(DuplicateCandidate, state__exact=CandidateState.OPEN, kind__exact=PartyKind.COMPANY), icon="difference", order=50),
    Kpi("tiers.persons", _("Persons"), _("Persons of the register; those merged into another are left out."), (Person,), _persons,
        lambda: listed(Person), icon="contacts", order=60),
    Kpi("tiers.interests", _("Interests in force"), _("Operators, licensees and contractors on the sites you may see, each counted once "
                                                      "for each site and role, where the period contains today."),
        (Interest,), _interests, lambda: listed(Interest, in_force="yes"), icon="percent", order=80),
    Chart("tiers.by_country", _("Companies by country"), _("Companies by the country of their record, the ten most frequent ones by "
                                                           "name; those merged into another are left out."),
          _("companies"), _("country"), Kind.BAR, (Company,), _by_country, today, order=10),
    Chart("tiers.by_status", _("Companies by status"), _("Companies by their present status; those merged into another are left out."),
          _("companies"), _("status"), Kind.DONUT, (Company,), _by_status, today, order=20),
    Chart("tiers.by_role", _("Interests in force by role"), _("Interests on the sites you may see whose period contains today."),
          _("interests"), _("role"), Kind.BAR, (Interest,), _by_role, today, order=40),
)
