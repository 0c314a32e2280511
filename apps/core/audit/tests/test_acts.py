"""Acts: sign-ins, refusals and exports are kept, and the database changes none of them."""
import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from apps.core.audit.models import Act
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.testing.api import caller

pytestmark = pytest.mark.django_db
PASSWORD = "une phrase assez longue"


def kept(kind: str) -> list[Act]:
    return list(Act.objects.filter(kind=kind).order_by("pk"))


def test_signing_in_and_failing_to_are_acts_with_the_address_they_came_from():
    # given an account, when somebody fails and then succeeds to sign in to it
    user = UserFactory(email="claire@example.org", password=PASSWORD, is_staff=True)
    for password in ("une autre phrase", PASSWORD):
        Client().post("/admin/login/", {"username": "claire@example.org", "password": password})
    # then both are kept, the failure with what was typed, never the password
    [failed], [done] = kept("login_failed"), kept("login")
    assert (failed.actor_id, failed.details, failed.address) == (None, {"email": "claire@example.org"}, "127.0.0.1")
    assert (done.actor_id, done.address, bool(done.request_id)) == (user.pk, "127.0.0.1", True)
    assert not any(word in str(act.details) for act in (failed, done) for word in ("phrase",))


def test_what_is_typed_in_the_wrong_field_is_not_kept():
    # when somebody types a password where the address belongs, then it stands nowhere
    Client().post("/admin/login/", {"username": PASSWORD, "password": PASSWORD})
    assert [act.details for act in kept("login_failed")] == [{}]


def test_a_denied_export_sends_nothing_and_is_kept_as_a_refusal():
    # given somebody who sees companies and may not export them
    clerk = holding(UserFactory(is_staff=True), "tiers.view_company")
    client = Client()
    client.force_login(clerk)
    # when they ask for the list as a file, on the page and by REST
    answers = [client.get("/admin/tiers/company/export/?format=csv"), caller(clerk).get("/api/v1/tiers/companies/export/?format=json")]
    # then both are refused and nothing leaves but the refusal, which is kept; no export is
    assert [answer.status_code for answer in answers] == [403, 403]
    assert not any(answer.streaming for answer in answers)
    assert [(act.actor_id, act.details["path"]) for act in kept("refusal")] == [
        (clerk.pk, "/admin/tiers/company/export/"), (clerk.pk, "/api/v1/tiers/companies/export/")]
    assert kept("export") == kept("export_ended") == []


def test_acts_are_neither_changed_nor_deleted():
    # given an act
    act = Act.objects.create(kind="login")
    # when it is changed or deleted, then the database refuses
    for attempt in (lambda: Act.objects.filter(pk=act.pk).update(kind="export"), lambda: Act.objects.filter(pk=act.pk).delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert Act.objects.get().kind == "login"


def test_who_holds_the_right_reads_them_and_nobody_writes_them():
    # given an act, somebody who may read acts and somebody who may not
    act = Act.objects.create(kind="export", about="tiers.company", details={"rows": 3})
    reader, other = (Client(), Client())
    reader.force_login(holding(UserFactory(is_staff=True), "audit.view_act"))
    other.force_login(UserFactory(is_staff=True))
    # then the one sees it, the other is refused, and there is no form
    page = reader.get("/admin/audit/act/")
    assert page.status_code == 200 and "rows: 3" in page.content.decode()
    assert b'name="_save"' not in reader.get(f"/admin/audit/act/{act.pk}/change/").content
    assert reader.get("/admin/audit/act/add/").status_code == 403 and other.get("/admin/audit/act/").status_code == 403
