"""Security 1, 3, 12 and IAM-05: a name nobody may see, planted everywhere and searched for in every answer, side doors included."""
import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.core.factory.tests.factories import DivisionFactory, SiteFactory
from apps.core.iam.models import Assignment, Role, Rule
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.access import can
from apps.kernel.api.registry import RESOURCES
from apps.kernel.bases import Tracked
from apps.kernel.context import act
from apps.kernel.testing.api import caller
from apps.tiers.models import Address
from apps.tiers.tests.factories import (
    AffiliationFactory,
    CompanyFactory,
    CompanyNameFactory,
    ContactPointFactory,
    ExternalIdFactory,
    IdentifierFactory,
    InterestFactory,
    OwnershipFactory,
    PersonFactory,
)

CANARY = "Zyxcanari"
MODELS = [model for model, _page in admin.site._registry.items() if issubclass(model, Tracked)]
RIGHTS = [f"{model._meta.app_label}.{action}_{model._meta.model_name}" for model in MODELS if not model.access.parents
          and model._meta.app_label in ("factory", "tiers") for action in ("view", "add", "change", "delete", "export")]


class World:
    """A site and companies that may be seen, and beside them what may not."""

    def __init__(self) -> None:
        self.shown, self.hidden = SiteFactory(name="Alpha"), SiteFactory(name=f"{CANARY} site", address=CANARY)
        self.below = SiteFactory(name=f"{CANARY} below", parent=self.hidden)
        self.division = DivisionFactory(site=self.hidden, name=f"{CANARY} division")
        self.company = CompanyFactory(legal_name="Shown AS")
        self.secret = CompanyFactory(legal_name=f"{CANARY} AS", incomplete=True, tags=[CANARY])
        CompanyNameFactory(company=self.secret, name=f"{CANARY} brand")
        CompanyNameFactory(company=self.company, name="Shown brand")
        IdentifierFactory(company=self.secret, scheme="unspecified", value=CANARY.upper())
        ExternalIdFactory(company=self.secret, value=CANARY)
        ExternalIdFactory(company=None, site=self.hidden, value=f"{CANARY}-site")
        Address.objects.create(company=self.secret, lines=CANARY)
        ContactPointFactory(company=self.secret, person=None, value=f"{CANARY}@example.org".lower())
        self.ownership = OwnershipFactory(parent=self.secret, child=self.company)
        self.interest = InterestFactory(company=self.secret, site=self.shown)
        InterestFactory(company=self.company, site=self.hidden, source=CANARY)
        self.person = PersonFactory(given="Paul", family="Shown")
        AffiliationFactory(person=self.person, company=self.secret, function="Buyer")
        with act(reason="seen"):
            self.company.category = None
            self.company.save()
        role = Role.objects.create(code="keeper", name="Keeper")
        Assignment.objects.create(role=role, user=UserFactory(), site=self.hidden)
        self.records = [self.shown, self.company, self.ownership, self.interest, self.person]


def manager(world: World):
    """Everything on organisation and register at one site; never companies that are incomplete."""
    user = holding(UserFactory(is_staff=True), *RIGHTS, site=world.shown)
    return _without_incomplete(user)


def chief_of_companies(world: World):
    """As the manager, but the register's own records may be written too: they belong to no site."""
    user = holding(UserFactory(is_staff=True), *[right for right in RIGHTS if right.startswith("tiers.") and "interest" not in right])
    holding(user, *RIGHTS, site=world.shown)
    return _without_incomplete(user)


def reader(world: World):
    """Views only."""
    user = holding(UserFactory(is_staff=True), *[right for right in RIGHTS if ".view_" in right], site=world.shown)
    return _without_incomplete(user)


def _without_incomplete(user):
    role = Role.objects.create(code=f"not-incomplete-{user.pk}", name="Not incomplete")
    for action in ("view", "change", "delete", "export"):
        Rule.objects.create(role=role, permission=f"tiers.{action}_company", deny=True, condition={"incomplete": True})
    Assignment.objects.create(role=role, user=user)
    return user


ROLES = [manager, chief_of_companies, reader]


def pages(world: World) -> list[str]:
    """Every address of the admin a curious person could try, hidden keys included."""
    found = ["/admin/", "/admin/palette/?q=zyxcanari", "/admin/palette/?q=zyxcanary", "/admin/session/"]
    for model in MODELS:
        page, name = admin.site.get_model_admin(model), f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listing = reverse(f"{name}_changelist")
        found += [listing, f"{listing}?q={CANARY.lower()}", f"{listing}?_popup=1", reverse(f"{name}_add")]
        for chosen in page.list_filter:
            field = chosen[0] if isinstance(chosen, tuple) else chosen
            if isinstance(field, str) and model._meta.get_field(field).is_relation:     # a filter of its own shows its choices on the list
                found += [f"{listing}?{field}__id__exact={pk}" for pk in (world.hidden.pk, world.secret.pk)]
        for field in model._meta.concrete_fields:
            if field.is_relation and admin.site.is_registered(field.related_model):
                found.append(f"/admin/autocomplete/?app_label={model._meta.app_label}&model_name={model._meta.model_name}"
                             f"&field_name={field.name}&term={CANARY.lower()}")
        for record in model._base_manager.all():
            found += [reverse(f"{name}_{tail}", args=[record.pk]) for tail in ("change", "delete", "history")]
    return found


def lists(world: World) -> list[str]:
    """Every GET of the API, hidden keys, filters, references and exports included."""
    found = ["/api/v1/"]
    for where, viewset in RESOURCES.items():
        base = f"/api/v1/{where}/"
        found += [base, f"{base}export/?format=csv", f"{base}export/?format=json"]
        found += [f"{base}?search={CANARY.lower()}"] if viewset.search else []
        found += [f"{base}?expand={name}" for name in viewset.expand]
        for record in viewset.model._base_manager.all()[:50]:
            found += [f"{base}{record.pk}/", f"{base}{record.pk}/history/", f"{base}{record.pk}/actions/"]
            found += [f"{base}{record.pk}/?expand={name}" for name in viewset.expand]
    return found


def text_of(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def leaks(client, address: str) -> list[str]:
    """Where the answer shows the name (what the visitor typed into the address is allowed to come back)."""
    response = client.get(address)
    assert response.status_code < 500, (address, response.status_code)
    text = text_of(response).lower()
    typed = len(re.findall(CANARY.lower(), address.lower()))
    allowed = re.sub(r'value="zyxcanar[iy]"|(\?|&|;|%3f|%26)?(q|term|search)(=|%3d)zyxcanar[iy]', "", text) if typed else text
    return [f"{address}: …{allowed[max(0, hit.start() - 80):hit.end() + 40]}…" for hit in re.finditer(CANARY.lower(), allowed)]


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_the_admin_shows_what_is_hidden_IAM_05(role):
    """IAM-05 partly: sockets, files and reports do not exist yet."""
    world = World()
    user = role(world)
    assert not can(user, "view", world.hidden) and not can(user, "view", world.secret)
    assert can(user, "view", world.shown) and can(user, "view", world.company)
    client = Client()
    client.force_login(user)
    addresses = pages(world)
    found = [leak for address in addresses for leak in leaks(client, address)]
    assert found == []
    assert len(addresses) > 120


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_no_answer_of_the_api_shows_what_is_hidden_IAM_05(role):
    world = World()
    client = caller(role(world))
    found = [leak for address in lists(world) for leak in leaks(client, address)]
    assert found == []


@pytest.mark.django_db
def test_the_search_for_the_name_would_find_it():
    """The control: a superuser's pages do show the name, so silence elsewhere means something."""
    world = World()
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    showing = [address for address in pages(world) if leaks(client, address)]
    assert len(showing) > 40
