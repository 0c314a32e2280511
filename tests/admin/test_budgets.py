"""Queries a page of the back office may take (interface 5): a list 12, a form 15, however many rows and lines there are."""
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.factory.models import Site
from apps.core.iam import predefined
from apps.core.iam.models import Assignment, Role, User
from apps.kernel.periods import always
from apps.tiers.models import (
    Address,
    Affiliation,
    Category,
    Company,
    CompanyName,
    CompanyRole,
    ContactPoint,
    ExternalId,
    Identifier,
    Person,
)

pytestmark = pytest.mark.django_db
LIST, FORM = 12, 15
MANY = 6
PAGES = ["tiers.company", "tiers.person", "factory.site", "iam.role"]


@pytest.fixture
def register():
    """Enough of everything that a query for each row or line would show."""
    predefined.sync()
    category = Category(code="C", name="Catégorie")
    category.save()
    owner = User.objects.create_user("owner@example.org", name="Owner")
    site = None
    for number in range(MANY):
        site = Site(name=f"Site {number}", code=f"S{number}", kind="base", parent=site)
        site.save()
        company = Company(legal_name=f"Firme {number}", country="FR", category=category, account_manager=owner)
        company.save()
        person = Person(given="Zélie", family=f"Orgevoy {number}", category=category)
        person.save()
        for line in range(MANY):
            CompanyName(company=company, kind="trade", name=f"Marque {line}").save()
            Identifier(company=company, scheme="unspecified", value=f"{number}-{line}").save()
            CompanyRole(company=company, role=["client", "supplier", "partner", "competitor", "contractor", "authority"][line]).save()
            Affiliation(person=person, company=company, function=f"Fonction {line}", period=always()).save()
            for party in ({"company": company}, {"person": person}):
                Address(city=f"Ville {line}", **party).save()
                ContactPoint(value=f"a{line}@f{number}.example", **party).save()
                ExternalId(system=next(iter(party)), value=f"{number}-{line}", **party).save()


@pytest.fixture(params=["superuser", "admin"])
def signed_in(request, register, client):
    """A superuser, and an administrator whose rights are a role's."""
    if request.param == "superuser":
        user = User.objects.create_superuser("super@example.org", name="Super")
    else:
        user = User.objects.create_user("admin@example.org", name="Admin", is_staff=True)
        Assignment(role=Role.objects.get(code="admin"), user=user).save()
    client.force_login(user)
    return client


def queries(client, address):
    """How many a page takes once the process and the session are warm."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as taken:
        answer = client.get(address)
    assert answer.status_code == 200
    return [query["sql"] for query in taken.captured_queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def address(label, pk=None):
    app, model = label.split(".")
    return f"/admin/{app}/{model}/" + (f"{pk}/change/" if pk else "")


@pytest.mark.parametrize("label", PAGES)
def test_lists(signed_in, label):
    # given / when
    taken = queries(signed_in, address(label))
    # then
    assert len(taken) <= LIST, "\n".join(taken)


@pytest.mark.parametrize("label", PAGES)
def test_searched_lists(signed_in, label):
    # given / when
    taken = queries(signed_in, address(label) + "?q=e")
    # then
    assert len(taken) <= LIST, "\n".join(taken)


@pytest.mark.parametrize(("label", "model"), [("tiers.company", Company), ("tiers.person", Person), ("factory.site", Site),
                                              ("iam.role", Role)])
def test_forms(signed_in, label, model):
    # given / when
    taken = queries(signed_in, address(label, model.objects.order_by("pk").last().pk))
    # then
    assert len(taken) <= FORM, "\n".join(taken)


def test_an_add_form_with_all_its_lines(signed_in):
    # given / when
    taken = queries(signed_in, "/admin/tiers/company/add/")
    # then
    assert len(taken) <= FORM, "\n".join(taken)


def test_a_line_names_its_reference_only_to_those_who_may_see_it(register, client):
    """One look-up a column goes through the door too."""
    # given a user of the register who may see one company of a person's two
    person = Person(given="Aldric", family="Montfavel")
    person.save()
    seen, hidden = Company(legal_name="Visible SA", country="FR"), Company(legal_name="Cachée SA", country="NO")
    for company in (seen, hidden):
        company.save()
        Affiliation(person=person, company=company, function="Chef", period=always()).save()
    role = Role(code="french", name="France")
    role.save()
    role.rules.create(permission="tiers.view_company", condition={"country": "FR"})
    for action in ("view", "change"):
        role.rules.create(permission=f"tiers.{action}_person")
    user = User.objects.create_user("french@example.org", name="French", is_staff=True)
    Assignment(role=role, user=user).save()
    client.force_login(user)
    # when
    page = client.get(address("tiers.person", person.pk)).content.decode()
    # then
    assert "Visible SA" in page
    assert "Cachée SA" not in page
