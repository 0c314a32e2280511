"""TIE-01, TIE-02, TIE-03, TIE-08 and what is there of TIE-07: every resource of the register keeps the contract."""
import pytest

from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam.tests.factories import UserFactory
from apps.kernel.testing.api import serial
from apps.kernel.testing.contract import ResourceContract
from apps.tiers import api
from apps.tiers.models import Category
from apps.tiers.tests.factories import CompanyFactory, PersonFactory


def company():
    return CompanyFactory()


def person():
    return PersonFactory()


def category():
    return Category.objects.create(code=f"C{next(serial)}", name="Category")


class TestCategories(ResourceContract):
    """TIE-08"""
    viewset = api.CategoryViewSet
    payload = staticmethod(lambda: {"code": f"K{next(serial)}", "name": f"Catégorie {next(serial)}"})
    invalid = {"code": "", "name": ""}
    change = {"active": False}


class TestCompanies(ResourceContract):
    """TIE-01"""
    viewset = api.CompanyViewSet
    payload = staticmethod(lambda: {"legal_name": f"Société Œuvre {next(serial)}", "country": "FR", "tags": ["gaz", "mer"],
                                    "headcount": 12})
    invalid = {"legal_name": "", "country": "XX", "headcount": -1, "website": "not an address", "currency": "ZZZ"}
    change = {"nace": "06.10"}
    references = {"category": category, "account_manager": UserFactory}


class TestCompanyNames(ResourceContract):
    """TIE-01"""
    viewset = api.CompanyNameViewSet
    payload = staticmethod(lambda: {"company": TestCompanyNames.stock.pop().pk, "kind": "trade", "name": f"Marque {next(serial)}"})
    invalid = {"kind": "nickname", "name": ""}
    change = {"name": "Autre marque"}
    references = {"company": company}
    stock = []

    @pytest.fixture(autouse=True)
    def _stock(self, db):
        """Companies made beforehand: making one makes its legal name, which would count as a change."""
        TestCompanyNames.stock = CompanyFactory.create_batch(20)


class TestIdentifiers(ResourceContract):
    """TIE-01"""
    viewset = api.IdentifierViewSet
    payload = staticmethod(lambda: {"company": company().pk, "scheme": "gb.crn", "value": f"{next(serial):08d}"})
    invalid = {"scheme": "no.such", "value": ""}
    change = {"confirmed_on": "2026-01-31"}
    references = {"company": company}


class TestCompanyRoles(ResourceContract):
    """TIE-02"""
    viewset = api.CompanyRoleViewSet
    payload = staticmethod(lambda: {"company": company().pk, "role": "supplier", "period": {"from": "2026-01-01", "until": None}})
    invalid = {"role": "friend"}
    change = {"blocked_reason": "Audit refusé"}
    references = {"company": company}


class TestPersons(ResourceContract):
    """TIE-07: contact cards; the photograph is test_photo.py's."""
    viewset = api.PersonViewSet
    payload = staticmethod(lambda: {"given": "Zoé", "family": f"Durand {next(serial)}", "language": "fr", "tags": ["nuit"]})
    invalid = {"family": "", "language": "xx", "time_zone": "Mars/Olympus"}
    change = {"given": "Zoë"}
    references = {"category": category}


class TestPersonalDetails(ResourceContract):
    """TIE-07"""
    viewset = api.PersonalDetailsViewSet
    payload = staticmethod(lambda: {"person": person().pk, "birth_date": "1980-02-29", "nationality": "NO", "sex": "female"})
    invalid = {"birth_date": "31/02/1980", "nationality": "XX", "sex": "maybe"}
    change = {"nationality": "FR"}
    references = {"person": person}


class TestAffiliations(ResourceContract):
    """TIE-07"""
    viewset = api.AffiliationViewSet
    payload = staticmethod(lambda: {"person": person().pk, "company": company().pk, "function": "Acheteur", "primary": True,
                                    "period": {"from": "2026-01-01", "until": "2027-01-01"}})
    invalid = {"period": {"from": "2026-02-01", "until": "2026-01-01"}}
    change = {"function": "Acheteuse"}
    references = {"person": person, "company": company}


class TestAddresses(ResourceContract):
    """TIE-01"""
    viewset = api.AddressViewSet
    payload = staticmethod(lambda: {"company": company().pk, "kind": "billing", "lines": "1 quai Nord", "city": "Brest", "country": "FR"})
    invalid = {"kind": "castle", "country": "XX", "latitude": "91"}
    change = {"postcode": "29200"}
    references = {"company": company, "person": person}


class TestContactPoints(ResourceContract):
    """TIE-07"""
    viewset = api.ContactPointViewSet
    payload = staticmethod(lambda: {"person": person().pk, "kind": "email", "value": f"zoe{next(serial)}@example.org"})
    invalid = {"kind": "pigeon", "value": "not an address"}
    change = {"label": "bureau"}
    references = {"person": person, "company": company}


class TestExternalIds(ResourceContract):
    """TIE-01"""
    viewset = api.ExternalIdViewSet
    payload = staticmethod(lambda: {"company": company().pk, "system": "erp", "value": f"X{next(serial)}"})
    invalid = {"system": "", "value": ""}
    change = {"value": f"Y{next(serial)}"}
    references = {"company": company, "person": person, "site": SiteFactory}


class TestOwnerships(ResourceContract):
    """TIE-03: shares; the consolidated view is test_group_pages.py's."""
    viewset = api.OwnershipViewSet
    payload = staticmethod(lambda: {"parent": company().pk, "child": company().pk, "share_pct": "60.00000"})
    invalid = {"share_pct": "100.5", "votes_pct": "0"}
    change = {"share_pct": "51.50000"}
    references = {"parent": company, "child": company}


class TestRelations(ResourceContract):
    """TIE-03"""
    viewset = api.RelationViewSet
    payload = staticmethod(lambda: {"a": company().pk, "kind": "joint_venture", "b": company().pk})
    invalid = {"kind": "friendship"}
    change = {"kind": "agent_of"}
    references = {"a": company, "b": company}


class TestInterests(ResourceContract):
    """Domain rule: a licensee has a share, nobody else has one."""
    viewset = api.InterestViewSet
    payload = staticmethod(lambda: {"company": company().pk, "site": SiteFactory().pk, "role": "licensee", "share_pct": "40.00000"})
    invalid = {"role": "owner", "share_pct": "much"}
    change = {"share_pct": "41.25000"}
    references = {"company": company, "site": SiteFactory}
