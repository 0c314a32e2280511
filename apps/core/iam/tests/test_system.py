"""The system as a named principal: it passes every rule and nobody signs in as it."""
import pytest
from django.contrib.auth import authenticate

from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam.models import Grant, User
from apps.core.iam.system import EMAIL, system_user
from apps.core.iam.tests.factories import UserFactory
from apps.kernel.access import can
from apps.kernel.context import act

pytestmark = pytest.mark.django_db


def test_the_system_is_one_account_that_passes_the_door():
    # when
    system = system_user()
    # then
    assert (system.email, system.kind, system.status, system.is_superuser, system.is_staff) == (EMAIL, "system", "active", True, False)
    assert system_user().pk == system.pk
    assert User.objects.filter(kind="system").count() == 1
    assert can(system, "delete", SiteFactory())


def test_nobody_signs_in_as_the_system_even_with_a_password():
    # given
    system = system_user()
    assert not system.has_usable_password()
    # when somebody gives it one
    system.set_password("correct horse battery")
    system.save()
    # then
    assert authenticate(None, username=EMAIL, password="correct horse battery") is None


def test_it_is_made_again_when_it_was_deleted():
    # given
    User.objects.filter(email=EMAIL).delete()
    # when / then
    assert system_user().kind == "system"


def test_its_work_is_recorded_under_its_name():
    # given
    system = system_user()
    # when
    with act(system):
        site = SiteFactory()
    # then
    assert site.created_by_id == system.pk


def test_grants_end_with_their_object_and_with_grants():
    # given: a grant on a site, and a grant on that grant
    site, user = SiteFactory(), UserFactory()
    first = Grant.objects.create(permission="factory.view_site", object_id=site.pk, user=user)
    Grant.objects.create(permission="iam.view_grant", object_id=first.pk, user=user)
    # when
    site.delete()
    # then
    assert Grant.objects.count() == 0
