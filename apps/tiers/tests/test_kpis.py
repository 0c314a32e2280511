"""Key figures of the register and of the organisation: the domain's examples, and what each reader is shown (M18, interface 15)."""
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.utils import timezone, translation

from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.kpis import CHARTS, KPIS, Reader, charts_for, days_back, kpis_for
from apps.kernel.periods import always
from apps.tiers.models import Company, DuplicateCandidate, Interest
from apps.tiers.tests.factories import CompanyFactory, IdentifierFactory, InterestFactory, PersonFactory
from apps.tiers.tests.importing import imported
from apps.tiers.tests.register import norwegian_numbers
from tests.shared_data import shared_file

pytestmark = pytest.mark.django_db
OURS = ("tiers.", "factory.")
SITE_FILES = ("field.csv", "field_operator_hst.csv", "field_licensee_hst.csv", "facility_fixed.csv", "facility_moveable.csv")
VIEW = ("tiers.view_company", "tiers.view_person", "tiers.view_interest", "tiers.view_duplicatecandidate", "factory.view_site")


def figure(key, user):
    return KPIS[key].value(Reader(user))


def rows(key, user):
    return {row.label: row.values for row in CHARTS[key].draw(Reader(user)).rows}


@pytest.fixture
def clerk():
    """Sees everything the figures count."""
    return holding(UserFactory(is_staff=True), *VIEW)


@pytest.fixture(autouse=True)
def english():
    """Labels are compared as the code has them."""
    with translation.override("en"):
        yield


def age(record, **when):
    """The record as if made then."""
    type(record)._base_manager.filter(pk=record.pk).update(created_at=datetime(**when, tzinfo=UTC))


def alike(one, other, kind="company", state="open"):
    """A pair that may be one record."""
    first, second = sorted((one.pk, other.pk))
    return DuplicateCandidate.objects.create(kind=kind, state=state, a_id=first, b_id=second, reason="name")


def test_verified_identity_counts_companies_not_numbers(clerk):
    """A company with two valid numbers counts once; one with an unverifiable number, or merged into another, does not."""
    # given
    numbers = norwegian_numbers(5)
    twice, once, unverifiable, none, kept = CompanyFactory.create_batch(5)
    merged = CompanyFactory(merged_into=kept)
    for company in (twice, twice, once, merged):
        IdentifierFactory(company=company, value=next(numbers))
    IdentifierFactory(company=unverifiable, scheme="unspecified", value="077750")
    # when
    found = figure("tiers.verified", clerk)
    # then
    assert (found.part, found.of, found.text) == (2, 5, "40.00%")
    assert none.pk


def test_incomplete_and_duplicates(clerk):
    """28.13 % and 1.14 % are of companies that were not merged; pairs of persons and settled pairs are left out."""
    # given
    companies = CompanyFactory.create_batch(3)
    CompanyFactory(incomplete=True)
    CompanyFactory(incomplete=True, merged_into=companies[0])
    for state, pair in (("open", companies[:2]), ("merged", companies[1:]), ("dismissed", companies[::2])):
        alike(*pair, state=state)
    alike(PersonFactory(), PersonFactory(), kind="person")
    # then
    assert (figure("tiers.incomplete", clerk).part, figure("tiers.incomplete", clerk).text) == (1, "25.00%")
    assert (figure("tiers.duplicates", clerk).part, figure("tiers.duplicates", clerk).of) == (1, 4)
    assert figure("tiers.companies", clerk).value == 4


def test_new_companies_are_those_of_thirty_whole_days_and_the_thirty_before(clerk):
    # given companies made at the edges of both periods
    edge = days_back(30)
    for made in (timezone.now(), edge, edge - timezone.timedelta(microseconds=1), edge - timezone.timedelta(days=30),
                 edge - timezone.timedelta(days=30, microseconds=1)):
        Company.objects.filter(pk=CompanyFactory().pk).update(created_at=made)
    # then
    found = figure("tiers.new", clerk)
    assert (found.value, found.previous, found.difference) == (2, 2, 0)


def test_interests_are_those_in_force_today(clerk):
    # given
    site = SiteFactory()
    InterestFactory(site=site)
    InterestFactory(site=site, role="contractor", period=always())
    ended = InterestFactory(site=site)
    Interest.objects.filter(pk=ended.pk).update(period=(None, timezone.localdate()))
    # then an interest that ended yesterday (its period excludes today) is not counted
    assert figure("tiers.interests", clerk).value == 2
    assert rows("tiers.by_role", clerk) == {"Operator": (1,), "Contractor": (1,)}


def test_charts_of_companies(clerk):
    """The ten most frequent countries by name, the others together, those without a country by themselves."""
    # given
    for place, country in enumerate(["NO", "FR", "GB", "DE", "ES", "IT", "NL", "BE", "DK", "SE", "FI", "PT"]):
        CompanyFactory.create_batch(13 - place, country=country)
    CompanyFactory(country=None, status="blocked")
    # when
    found = rows("tiers.by_country", clerk)
    # then
    assert list(found.items())[:2] == [("Norway", (13,)), ("France", (12,))]
    assert list(found.items())[10:] == [("other countries", (5,)), ("not stated", (1,))]
    assert rows("tiers.by_status", clerk) == {"Prospect": (90,), "Blocked": (1,)}


def test_sites_by_kind_and_phase(clerk):
    # given
    SiteFactory.create_batch(2, kind="plant", phase="in_service")
    SiteFactory(kind="plant", phase="removed")
    SiteFactory(kind="base", phase="planned")
    # when
    drawn = CHARTS["factory.kinds"].draw(Reader(clerk))
    # then
    assert drawn.series == ("Planned", "In service", "Removed")
    assert [(row.label, row.values) for row in drawn.rows] == [("Plant", (0, 2, 1)), ("Logistics base", (1, 0, 0))]
    assert (figure("factory.in_service", clerk).value, figure("factory.in_service", clerk).of) == (2, 4)


def test_a_site_manager_counts_his_site_and_nothing_else():
    """Companies have no site: the right at any site shows them. Sites and interests are those of his own."""
    # given
    his, other = SiteFactory(name="A"), SiteFactory(name="B", kind="base")
    InterestFactory(site=his)
    InterestFactory.create_batch(2, site=other, role="contractor")
    manager = holding(UserFactory(), *VIEW, site=his)
    # then
    assert figure("factory.in_service", manager).of == 1
    assert figure("tiers.interests", manager).value == 1
    assert rows("tiers.by_role", manager) == {"Operator": (1,)}
    assert set(rows("factory.kinds", manager)) == {"Plant"}
    assert figure("tiers.companies", manager).value == 3


def test_hidden_companies_leak_into_no_figure():
    """Two readers of the same register: one sees French companies only, the other all but the blocked ones."""
    # given
    numbers = norwegian_numbers(4)
    for country, status in (("FR", "active"), ("FR", "blocked"), ("NO", "active"), ("NO", "blocked")):
        IdentifierFactory(company=CompanyFactory(country=country, status=status, incomplete=True), value=next(numbers))
    alike(*Company.objects.filter(country="NO"))
    alike(*Company.objects.filter(status="active"))
    french = holding(UserFactory(), "tiers.view_company", condition={"country": "FR"})
    holding(french, "tiers.view_duplicatecandidate")
    careful = holding(UserFactory(), "tiers.view_company", "tiers.view_duplicatecandidate")
    holding(careful, "tiers.view_company", condition={"status": "blocked"}, deny=True)
    # then
    for reader, countries, statuses in ((french, {"France": (2,)}, {"Active": (1,), "Blocked": (1,)}),
                                        (careful, {"France": (1,), "Norway": (1,)}, {"Active": (2,)})):
        counted = {key: (figure(key, reader).part, figure(key, reader).of) for key in ("tiers.verified", "tiers.incomplete")}
        assert counted == {"tiers.verified": (2, 2), "tiers.incomplete": (2, 2)}
        assert (figure("tiers.companies", reader).value, figure("tiers.new", reader).value) == (2, 2)
        assert (rows("tiers.by_country", reader), rows("tiers.by_status", reader)) == (countries, statuses)
    # a pair counts where both are shown: no French pair; of the careful reader's, the two active ones
    assert [figure("tiers.duplicates", reader).part for reader in (french, careful)] == [0, 1]


def test_a_card_is_for_who_may_see_all_that_it_counts():
    """The duplicate rate tells of pairs and of companies: one right of the two is not enough."""
    # given
    pairs = holding(UserFactory(), "tiers.view_duplicatecandidate")
    both = holding(UserFactory(), "tiers.view_duplicatecandidate", "tiers.view_company")
    # then
    assert [one.key for one in kpis_for(pairs)] == []
    assert [one.key for one in kpis_for(both)] == ["tiers.companies", "tiers.new", "tiers.verified", "tiers.incomplete", "tiers.duplicates"]
    assert [one.key for one in charts_for(both)] == ["tiers.by_country", "tiers.by_status"]


@pytest.fixture
def register():
    """Something of everything that is counted, and as much of what is not."""
    numbers = norwegian_numbers(20)
    for number in range(12):
        company = CompanyFactory(country=["NO", "FR", None][number % 3], status=["active", "prospect", "blocked", "archived"][number % 4],
                                 incomplete=number % 5 == 0)
        if number % 2:
            IdentifierFactory(company=company, value=next(numbers))
        if number % 3 == 0:
            age(company, year=2020, month=1, day=1 + number)
        site = SiteFactory(kind=["plant", "base"][number % 2], phase=["in_service", "removed"][number % 3 == 0])
        InterestFactory(company=company, site=site, role=["operator", "contractor"][number % 2],
                        period=always() if number % 4 else (None, timezone.localdate()))
        PersonFactory()
    CompanyFactory(merged_into=company)
    alike(company, CompanyFactory())
    alike(PersonFactory(), PersonFactory(), kind="person")


def shown(client, address):
    """How many rows the list at an address has."""
    return client.get(address).context["cl"].result_count


@pytest.mark.parametrize("key", sorted(key for key in KPIS if key.startswith(OURS)))
def test_the_list_behind_a_figure_has_the_rows_it_counts(key, clerk, client, register):
    # given
    client.force_login(clerk)
    found = figure(key, clerk)
    counted = found.value if found.part is None else found.part
    # then
    assert counted > 0
    assert shown(client, KPIS[key].url()) == counted


@pytest.mark.parametrize("key", sorted(key for key in CHARTS if key.startswith(OURS)))
def test_the_list_behind_each_value_of_a_chart_has_the_rows_it_counts(key, clerk, client, register):
    # given
    client.force_login(clerk)
    # then
    cells = [(value, url) for row in CHARTS[key].draw(Reader(clerk)).rows for value, url in zip(row.values, row.urls, strict=True) if value]
    assert len(cells) >= 2
    assert [(shown(client, url), urlsplit(url).path) for _value, url in cells] == [(value, urlsplit(url).path) for value, url in cells]


def test_the_domains_examples_on_the_real_register(clerk):
    """126/253 = 49.80 % verified after the companies; 99/352 = 28.13 % incomplete and 4/352 = 1.14 % alike after the shelf."""
    # given
    companies = shared_file("offshore-npd", "company.csv")
    assert imported("companies", companies).code == 0
    # then
    verified = figure("tiers.verified", clerk)
    assert (verified.part, verified.of) == (126, 253)
    # when the other files came, with stubs for companies nobody knew
    assert imported("facilities", *(shared_file("offshore-npd", name) for name in SITE_FILES), "--create-missing").code in (0, 5)
    # then
    incomplete, alike = figure("tiers.incomplete", clerk), figure("tiers.duplicates", clerk)
    assert ((incomplete.part, incomplete.of), (alike.part, alike.of)) == ((99, 352), (4, 352))
    with translation.override("fr"):
        expected = [f"{number}\N{NO-BREAK SPACE}%" for number in ("49,80", "28,13", "1,14")]
        assert [one.text for one in (verified, incomplete, alike)] == expected
