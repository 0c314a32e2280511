"""TIE-01: what happens when something happened to a company."""
import pytest
from django.utils import translation

from apps.core.automation import relay
from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.notifications import selectors
from apps.core.notifications.models import Notification
from apps.tiers.services import block
from apps.tiers.tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db
REASON = "Insolvency proceedings since Monday"


def notices(user):
    with translation.override("en"):
        return [(row.heading, row.text, row.link) for row in selectors.resolve(user, Notification.objects.visible_to(user))]


def test_a_company_blocked_notifies_its_account_manager():
    # given
    manager = holding(UserFactory(), "tiers.view_company")
    other = holding(UserFactory(), "tiers.view_company")
    blocker = holding(UserFactory(), "tiers.view_company", "tiers.block_company", "tiers.change_company")
    company = CompanyFactory(legal_name="Nordlys AS", active=True, account_manager=manager)
    # when
    block(company=company, actor=blocker, reason=REASON)
    tally = relay.drain()
    # then
    assert tally["done"] == 1
    assert notices(manager) == [("Nordlys AS was blocked", f"Reason: {REASON}", f"/admin/tiers/company/{company.pk}/change/")]
    assert notices(other) == notices(blocker) == []


def test_a_company_without_account_manager_is_blocked_in_silence():
    # given
    company = CompanyFactory(active=True)
    # when
    block(company=company, actor=UserFactory(is_superuser=True), reason=REASON)
    tally = relay.drain()
    # then
    assert dict(tally) == {"done": 1}
    assert Notification.objects.count() == 0
