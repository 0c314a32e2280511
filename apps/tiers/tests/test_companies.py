"""A company's way from prospect to archive, who may be chosen, and what the database holds it to (TIE-01, TIE-02, TIE-03)."""
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from apps.core.automation.models import OutboxEvent
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.errors import Conflict, Invalid, Refusal, Refused, Stale
from apps.kernel.integrity import explained
from apps.kernel.periods import period
from apps.kernel.writing import authorise_write
from apps.tiers.choices import CompanyStatus, NameKind
from apps.tiers.models import Affiliation, Company, CompanyName, CompanyRole, Identifier, Ownership
from apps.tiers.services import activate, archive, block, check_selectable, companies, merge, restore, selectable, unblock
from apps.tiers.tests.factories import (
    AffiliationFactory,
    CompanyFactory,
    CompanyNameFactory,
    CompanyRoleFactory,
    IdentifierFactory,
    InterestFactory,
    OwnershipFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db
ACTIONS = [f"tiers.{action}_company" for action in ("view", "activate", "block", "archive", "merge")]
REASON = "Invoices unpaid since May"
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(companies, "today", lambda: TODAY)


@pytest.fixture
def buyer():
    return holding(UserFactory(name="Buyer"), *ACTIONS)


@pytest.fixture
def other():
    return holding(UserFactory(name="Other"), *ACTIONS)


def codes(refusal):
    return [reason.code for reason in refusal.value.reasons]


def refused_by(error):
    """The constraint's name behind a refusal of the database."""
    return explained(error.value).data["constraint"]


def topics():
    return list(OutboxEvent.objects.order_by("pk").values_list("topic", flat=True))


def untouched(company, status):
    """Nothing changed and nothing was sent."""
    before = company.version
    company.refresh_from_db()
    return company.status == status and company.version == before and topics() == []


def test_tie_01_a_complete_prospect_becomes_active(buyer):
    # given
    company = CompanyFactory(country="NO", legal_name="Aker AS")
    CompanyRoleFactory(company=company)
    # when
    activate(company=company, actor=buyer)
    # then
    company.refresh_from_db()
    assert company.status == CompanyStatus.ACTIVE
    event = OutboxEvent.objects.get()
    assert (event.topic, event.object_pk, event.payload) == (
        "tiers.company.activated", company.pk, {"pk": company.pk, "legal_name": "Aker AS", "actor_id": buyer.pk})


def test_tie_01_activation_says_everything_that_is_missing(buyer):
    # given a stub without country whose only role is over
    company = CompanyFactory(country=None, incomplete=True)
    CompanyRoleFactory(company=company, period=period(None, TODAY))
    company.refresh_from_db()
    # when
    with pytest.raises(Refused) as refused:
        activate(company=company, actor=buyer)
    # then
    assert codes(refused) == ["incomplete", "country_missing", "role_missing"]
    assert untouched(company, CompanyStatus.PROSPECT)


@pytest.mark.parametrize(("status", "action"), [
    (status, action) for status, allowed in {
        CompanyStatus.PROSPECT: {"activate", "archive"}, CompanyStatus.ACTIVE: {"block", "archive"},
        CompanyStatus.BLOCKED: {"unblock", "archive"}, CompanyStatus.ARCHIVED: {"restore"}}.items()
    for action in sorted({"activate", "block", "unblock", "archive", "restore"} - allowed)])
def test_tie_01_no_way_that_the_machine_does_not_have(buyer, status, action):
    # given
    company = CompanyFactory(active=True)
    Company.objects.filter(pk=company.pk).update(status=status)
    company.refresh_from_db()
    reason = {"reason": REASON} if action in ("block", "unblock", "restore") else {}
    # when
    with pytest.raises(Conflict) as refused:
        getattr(companies, action)(company=company, actor=buyer, **reason)
    # then
    assert codes(refused) == ["invalid_state"]
    assert untouched(company, status)


@pytest.mark.parametrize("action", ["activate", "block", "unblock", "archive", "restore"])
def test_tie_01_an_action_without_its_right_changes_nothing(action):
    # given somebody who sees companies, and somebody who does not
    company = CompanyFactory(active=True)
    company.refresh_from_db()
    reason = {"reason": REASON} if action in ("block", "unblock", "restore") else {}
    for actor, refusal in ((holding(UserFactory(), "tiers.view_company"), PermissionDenied), (UserFactory(), Http404)):
        # when / then
        with pytest.raises(refusal):
            getattr(companies, action)(company=company, actor=actor, **reason)
        assert untouched(company, CompanyStatus.ACTIVE)


def test_tie_01_blocking_needs_a_reason_of_ten_characters(buyer):
    # given
    company = CompanyFactory(active=True)
    company.refresh_from_db()
    # when / then
    with pytest.raises(Invalid):
        block(company=company, actor=buyer, reason="too short")
    assert untouched(company, CompanyStatus.ACTIVE)


def test_tie_01_scenario_6_a_blocked_company_is_chosen_nowhere(buyer):
    # given an active supplier, also as it was read before the block
    company = CompanyFactory(active=True, account_manager=buyer)
    read_before = Company.objects.get(pk=company.pk)
    assert list(selectable("supplier", TODAY)) == [company]
    check_selectable(company=read_before, role="supplier", on=TODAY)
    # when
    block(company=company, actor=buyer, reason=REASON)
    # then
    assert list(selectable("supplier", TODAY)) == []
    with pytest.raises(Invalid) as refused:
        check_selectable(company=read_before, role="supplier", on=TODAY)
    assert (codes(refused), refused.value.status) == (["company_blocked"], 422)
    payload = OutboxEvent.objects.get().payload
    assert (payload["reason"], payload["account_manager_id"], payload["actor_id"]) == (REASON, buyer.pk, buyer.pk)


def test_tie_01_another_person_unblocks(buyer, other):
    # given
    company = CompanyFactory(active=True)
    block(company=company, actor=buyer, reason=REASON)
    # when / then
    with pytest.raises(Refused) as refused:
        unblock(company=company, actor=buyer, reason="They paid everything")
    assert codes(refused) == ["same_person"]
    assert Company.objects.get(pk=company.pk).status == CompanyStatus.BLOCKED
    assert topics() == ["tiers.company.blocked"]
    unblock(company=company, actor=other, reason="They paid everything")
    assert Company.objects.get(pk=company.pk).status == CompanyStatus.ACTIVE
    assert topics() == ["tiers.company.blocked", "tiers.company.unblocked"]


def test_tie_01_however_often_it_changes_since_the_one_who_blocked_stays_the_one(buyer, other):
    # given a company blocked, unblocked, blocked again by the other, and changed 250 times by the first since
    company = CompanyFactory(active=True)
    block(company=company, actor=buyer, reason=REASON)
    unblock(company=company, actor=other, reason="They paid everything")
    block(company=company, actor=other, reason=REASON)
    for headcount in range(250):
        Company.objects.filter(pk=company.pk).update(headcount=headcount, updated_by=buyer)
    # when / then
    assert companies.blocked_by(Company.objects.get(pk=company.pk)) == other.pk
    with pytest.raises(Refused):
        unblock(company=company, actor=other, reason="They paid everything")
    unblock(company=company, actor=buyer, reason="They paid everything")


def test_tie_01_unblocking_asks_what_activation_asks(buyer, other):
    # given a company whose country was taken away while it was blocked
    company = CompanyFactory(active=True)
    block(company=company, actor=buyer, reason=REASON)
    Company.objects.filter(pk=company.pk).update(country=None)
    # when / then
    with pytest.raises(Refused) as refused:
        unblock(company=company, actor=other, reason="They paid everything")
    assert codes(refused) == ["country_missing"]


def test_tie_01_archiving_ends_what_is_open_today(buyer):
    # given roles and affiliations that are open, over, and yet to begin
    company = CompanyFactory()
    days = {"over": period(date(2020, 1, 1), date(2021, 1, 1)), "open": period(date(2022, 1, 1), None),
            "dated": period(date(2022, 1, 1), date(2027, 1, 1)), "today": period(TODAY, None), "later": period(TODAY + timedelta(1), None)}
    for role, held in zip(("client", "supplier", "partner", "competitor", "contractor"), days.values(), strict=True):
        CompanyRoleFactory(company=company, role=role, period=held)
    for function, held in days.items():
        AffiliationFactory(company=company, function=function, period=held)
    # when
    archive(company=company, actor=buyer)
    # then
    ends = period(date(2022, 1, 1), TODAY)
    assert dict(company.roles.values_list("role", "period")) == {"client": days["over"], "supplier": ends, "partner": ends}
    assert dict(Affiliation.objects.values_list("function", "period")) == {"over": days["over"], "open": ends, "dated": ends}
    assert Company.objects.get(pk=company.pk).status == CompanyStatus.ARCHIVED
    assert topics() == ["tiers.company.archived"]


def test_tie_01_every_blocker_of_archiving_is_named(buyer, monkeypatch):
    # given two modules that still need the company
    def orders(company):
        yield Refusal("open_order", "Order PO-1 is open.")

    def stays(company):
        yield Refusal("open_stay", "Two persons are on board.")
    monkeypatch.setattr(companies, "ARCHIVE_BLOCKERS", [orders, stays])
    company = CompanyFactory()
    role = CompanyRoleFactory(company=company)
    company.refresh_from_db()
    # when
    with pytest.raises(Refused) as refused:
        archive(company=company, actor=buyer)
    # then
    assert codes(refused) == ["open_order", "open_stay"]
    assert untouched(company, CompanyStatus.PROSPECT)
    assert CompanyRole.objects.get(pk=role.pk).period == role.period


def test_tie_01_an_archived_company_comes_back_as_a_prospect(buyer):
    # given
    company = CompanyFactory()
    archive(company=company, actor=buyer)
    # when
    restore(company=company, actor=buyer, reason="Works for us again")
    # then
    assert Company.objects.get(pk=company.pk).status == CompanyStatus.PROSPECT
    assert topics() == ["tiers.company.archived", "tiers.company.restored"]


@pytest.mark.parametrize(("status", "action"), [("prospect", "activate"), ("active", "block"), ("blocked", "unblock"),
                                                ("active", "archive"), ("archived", "restore")])
def test_tie_19_a_record_that_is_part_of_another_takes_no_action(buyer, status, action):
    # given
    kept, gone = CompanyFactory(), CompanyFactory(active=True)
    merge(kind="company", survivor=kept, loser=gone, actor=buyer)
    Company.objects.filter(pk=gone.pk).update(status=status)
    reason = {"reason": REASON} if action in ("block", "unblock", "restore") else {}
    # when
    with pytest.raises(Refused) as refused:
        getattr(companies, action)(company=gone, actor=buyer, **reason)
    # then
    assert "merged" in codes(refused)


def test_tie_02_selectable_needs_status_role_day_and_no_block_of_the_role():
    # given
    chosen = CompanyFactory(active=True)
    for status in (CompanyStatus.PROSPECT, CompanyStatus.BLOCKED, CompanyStatus.ARCHIVED):
        CompanyRoleFactory(company=CompanyFactory(status=status))
    CompanyRoleFactory(company=CompanyFactory(status=CompanyStatus.ACTIVE), role="client")
    over = CompanyFactory(status=CompanyStatus.ACTIVE)
    CompanyRoleFactory(company=over, period=period(date(2020, 1, 1), TODAY))
    barred = CompanyFactory(status=CompanyStatus.ACTIVE)
    CompanyRoleFactory(company=barred, blocked_reason="No insurance")
    merged = CompanyFactory(active=True, merged_into=chosen)
    # when / then
    assert list(selectable("supplier", TODAY)) == [chosen]
    assert set(selectable("supplier", TODAY - timedelta(1))) == {chosen, over}
    for company, reasons in ((over, ["role_missing"]), (barred, ["role_blocked"]), (merged, ["company_not_active"])):
        with pytest.raises(Invalid) as refused:
            check_selectable(company=company, role="supplier", on=TODAY)
        assert codes(refused) == reasons
    check_selectable(company=chosen, role="supplier", on=TODAY)


def test_tie_01_the_legal_name_is_the_copy_of_its_name_in_force():
    # given
    company = CompanyFactory(legal_name="Mærsk Contractors Norge AS")
    name = company.names.get()
    assert (name.kind, name.name, name.name_key) == (NameKind.LEGAL, "Mærsk Contractors Norge AS", "MAERSK CONTRACTORS NORGE")
    # when the name changes, the copy does; when the copy changes, the name does
    name.name = "Maersk Contractors AS"
    name.save()
    company.refresh_from_db()
    assert company.legal_name == "Maersk Contractors AS"
    company.legal_name = "Maersk AS"
    company.save()
    assert list(company.names.values_list("kind", "name")) == [(NameKind.LEGAL, "Maersk AS")]


def test_tie_01_one_legal_name_at_a_time():
    # given
    company = CompanyFactory()
    # when / then
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        CompanyNameFactory(company=company, kind=NameKind.LEGAL)
    assert refused_by(refused) == "tiers_companyname_one_legal"
    assert CompanyName.objects.filter(company=company).count() == 1


def test_tie_01_a_registration_number_belongs_to_one_company_a_tax_number_may_be_shared():
    # given
    IdentifierFactory(scheme="no.orgnr", value="914 807 077")
    IdentifierFactory(scheme="fr.tva", value="FR44732829320")
    # when / then
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        IdentifierFactory(scheme="no.orgnr", value="914807077")
    assert refused_by(refused) == "tiers_identifier_taken"
    assert str(explained(refused.value)) == "This number is already registered."
    shared = IdentifierFactory(scheme="fr.tva", value="FR 44 732829320")
    assert (shared.value, Identifier.objects.filter(value=shared.value).count()) == (shared.value, 2)


def test_tie_02_a_role_once_at_a_time():
    # given
    role = CompanyRoleFactory(period=period(date(2020, 1, 1), date(2021, 1, 1)))
    # when / then: the day of its end is free, the day before is not
    CompanyRoleFactory(company=role.company, period=period(date(2021, 1, 1), None))
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        CompanyRoleFactory(company=role.company, period=period(date(2020, 12, 31), date(2021, 1, 1)))
    assert refused_by(refused) == "tiers_companyrole_once"


def test_tie_07_one_main_company_at_a_time():
    # given
    person = PersonFactory()
    AffiliationFactory(person=person, primary=True, period=period(None, date(2026, 7, 1)))
    # when / then
    AffiliationFactory(person=person, primary=True, period=period(date(2026, 7, 1), None))
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        AffiliationFactory(person=person, primary=True, period=period(date(2026, 6, 30), date(2026, 7, 2)))
    assert refused_by(refused) == "tiers_affiliation_one_primary"


@pytest.mark.parametrize(("role", "share"), [("licensee", None), ("operator", 10), ("licensee", 0), ("licensee", "100.00001")])
def test_a_share_is_a_licensees_alone(role, share):
    # when / then
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        InterestFactory(role=role, share_pct=share)
    assert refused_by(refused) == "tiers_interest_share"


def owns(parent, child, share, since=None, until=None):
    return Ownership.objects.create(parent=parent, child=child, share_pct=share, period=period(since, until))


def test_tie_03_no_circle_on_any_day():
    # given A owns B until 2022, B owns C from 2021
    a, b, c = CompanyFactory.create_batch(3)
    owns(a, b, 60, None, date(2022, 1, 1))
    owns(b, c, 60, date(2021, 1, 1))
    # when C owns A on the last day of 2021 the circle is closed; from 2022 on it is not
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        owns(c, a, 5, date(2021, 12, 31), date(2022, 1, 2))
    assert refused_by(refused) == "tiers_ownership_circle"
    later = owns(c, a, 5, date(2022, 1, 1))
    # and a change of an existing share is held to the same
    later.period = period(date(2021, 1, 1), None)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        later.save()
    assert refused_by(refused) == "tiers_ownership_circle"
    with pytest.raises(IntegrityError), transaction.atomic():
        owns(a, a, 5)


def test_tie_03_never_above_100_per_cent_on_a_day():
    # given 60 % throughout and 40 % in 2021
    child = CompanyFactory()
    owns(CompanyFactory(), child, 60)
    owns(CompanyFactory(), child, 40, date(2021, 1, 1), date(2022, 1, 1))
    # when a hundred-thousandth more is held on one day of 2021, whenever it began, it is too much
    for since, until in ((date(2021, 12, 31), None), (None, date(2021, 1, 2)), (None, None)):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            owns(CompanyFactory(), child, "0.00001", since, until)
        assert refused_by(refused) == "tiers_ownership_total"
    # then before and after there is room for exactly 40 %
    owns(CompanyFactory(), child, 40, None, date(2021, 1, 1))
    owns(CompanyFactory(), child, 40, date(2022, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        owns(CompanyFactory(), child, "0.00001", date(2030, 1, 1))


def test_tie_01_a_save_of_what_was_read_before_another_save_is_refused():
    # given
    company = CompanyFactory()
    mine, theirs = (Company.objects.get(pk=company.pk) for _ in range(2))
    theirs.headcount = 5
    theirs.save()
    # when / then
    mine.headcount = 6
    with pytest.raises(Stale), transaction.atomic():
        mine.save()
    assert Company.objects.get(pk=company.pk).headcount == 5


def test_tie_03_an_owner_is_not_deleted_with_its_company():
    # given
    share = OwnershipFactory()
    # when / then
    with pytest.raises(IntegrityError):
        share.child.delete()


@pytest.mark.django_db
def test_only_who_may_change_an_account_links_it_to_a_person_TIE_07():
    """TIE-07: an account linked to a person gets what $person and $company allow."""
    # given somebody who may change persons, and a person without an account
    clerk, account, person = holding(UserFactory(), "tiers.view_person", "tiers.change_person"), UserFactory(), PersonFactory()
    person.user = account
    # when they link an account they may not change; then it is refused, and with the right it is not
    with pytest.raises(PermissionDenied):
        authorise_write(clerk, person)
    authorise_write(holding(clerk, "iam.view_user", "iam.change_user"), person)
