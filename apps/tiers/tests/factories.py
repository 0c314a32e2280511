"""Companies and persons for tests."""
import factory
from factory.django import DjangoModelFactory

from apps.core.factory.tests.factories import SiteFactory
from apps.tiers.choices import CompanyStatus, InterestRole, Role
from apps.tiers.models import (
    Address,
    Affiliation,
    Company,
    CompanyName,
    CompanyRole,
    ContactPoint,
    ExternalId,
    Identifier,
    Interest,
    Ownership,
    Person,
)


class CompanyFactory(DjangoModelFactory):
    """A Norwegian prospect; `active=True` makes it an active supplier."""
    legal_name = factory.Sequence(lambda n: f"Company {n} AS")
    country = "NO"

    class Meta:
        model = Company
        skip_postgeneration_save = True

    class Params:
        active = factory.Trait(status=CompanyStatus.ACTIVE,
                               role=factory.RelatedFactory("apps.tiers.tests.factories.CompanyRoleFactory", factory_related_name="company"))


class CompanyNameFactory(DjangoModelFactory):
    """A trade name."""
    company = factory.SubFactory(CompanyFactory)
    kind = "trade"
    name = factory.Sequence(lambda n: f"Brand {n}")

    class Meta:
        model = CompanyName


class CompanyRoleFactory(DjangoModelFactory):
    """A supplier since always."""
    company = factory.SubFactory(CompanyFactory)
    role = Role.SUPPLIER

    class Meta:
        model = CompanyRole


class IdentifierFactory(DjangoModelFactory):
    """A number; the default is that of a Norwegian company, valid by its digits and so usable once."""
    company = factory.SubFactory(CompanyFactory)
    scheme = "no.orgnr"
    value = "914807077"

    class Meta:
        model = Identifier


class ExternalIdFactory(DjangoModelFactory):
    """The key another system knows a company by; give `person` or `site` and company=None for theirs."""
    company = factory.SubFactory(CompanyFactory)
    system = "erp"
    value = factory.Sequence(str)

    class Meta:
        model = ExternalId


class OwnershipFactory(DjangoModelFactory):
    """A whole subsidiary."""
    parent = factory.SubFactory(CompanyFactory)
    child = factory.SubFactory(CompanyFactory)
    share_pct = 100

    class Meta:
        model = Ownership


class InterestFactory(DjangoModelFactory):
    """An operator of a site."""
    company = factory.SubFactory(CompanyFactory)
    site = factory.SubFactory(SiteFactory)
    role = InterestRole.OPERATOR

    class Meta:
        model = Interest


class PersonFactory(DjangoModelFactory):
    """A person without an account."""
    given = "Anne"
    family = factory.Sequence(lambda n: f"Hansen{n}")

    class Meta:
        model = Person


class ContactPointFactory(DjangoModelFactory):
    """A person's e-mail; give `company` and person=None for a company's."""
    person = factory.SubFactory(PersonFactory)
    value = factory.Sequence(lambda n: f"contact{n}@example.org")

    class Meta:
        model = ContactPoint


class AffiliationFactory(DjangoModelFactory):
    """A person working for a company."""
    person = factory.SubFactory(PersonFactory)
    company = factory.SubFactory(CompanyFactory)
    function = "Buyer"

    class Meta:
        model = Affiliation


class AddressFactory(DjangoModelFactory):
    """A company's head office; give `person` and company=None for a person's."""
    company = factory.SubFactory(CompanyFactory)
    lines = "Kokstadvegen 1"
    postcode = "5257"
    city = "Bergen"
    country = "NO"

    class Meta:
        model = Address
