"""TIE-19: merging moves every reference, refuses as a whole, and can be undone (domain rules 13 and 14, scenario 8)."""
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils import timezone, translation

from apps.core.automation.models import OutboxEvent
from apps.core.iam.models import Grant, Rule
from apps.core.iam.tests.factories import RoleFactory, UserFactory, holding
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.periods import period
from apps.tiers.choices import CandidateState, CompanyStatus, InterestRole, MergeState
from apps.tiers.models import (
    Company,
    CompanyName,
    CompanyRole,
    DuplicateCandidate,
    Interest,
    Merge,
    Ownership,
    Person,
    PersonalDetails,
    Relation,
)
from apps.tiers.services import merge, preview_merge, undo
from apps.tiers.services.references import SOFT_REFERENCES
from apps.tiers.tests.factories import (
    AffiliationFactory,
    CompanyFactory,
    CompanyNameFactory,
    CompanyRoleFactory,
    ContactPointFactory,
    IdentifierFactory,
    InterestFactory,
    OwnershipFactory,
    PersonFactory,
    SiteFactory,
)
from apps.tiers.tests.merging_kit import cells, picture, references, saved_views, total
from tests.merging.app.models import Booking, Circle, Order, SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    """May see and merge companies and persons, everywhere."""
    return holding(UserFactory(), "tiers.view_company", "tiers.merge_company", "tiers.view_person", "tiers.merge_person")


@pytest.fixture
def pair():
    return CompanyFactory(legal_name="Geco-Prakla AS"), CompanyFactory(legal_name="Geco- Prakla")


def together(clerk, kept, gone, **more):
    return merge(kind="company", survivor=kept, loser=gone, actor=clerk, **more)


def outbox(topic):
    return list(OutboxEvent.objects.filter(topic=topic).values_list("object_pk", "payload"))


@pytest.fixture
def scenario(clerk, pair, monkeypatch):
    """Scenario 8: 3 orders, 2 grants, 1 saved view, 1 equal role on the company that goes."""
    monkeypatch.setattr("apps.tiers.services.moving.SOFT_REFERENCES", [*SOFT_REFERENCES, saved_views])
    kept, gone = pair
    orders = [Order.objects.create(number=f"PO-{n}", client=gone) for n in range(3)]
    for _n in range(2):
        Grant.objects.create(permission="tiers.view_company", object_id=gone.pk, user=UserFactory())
    SavedView.objects.create(filters={"company": gone.pk, "status": "open"})
    for company in pair:
        CompanyRoleFactory(company=company, role="supplier", period=period(date(2020, 1, 1), None))
    return kept, gone, orders


def besides_names(counted):
    return {table: rows for table, rows in counted.items() if table != "tiers_companyname"}


def test_tie_19_scenario_8_merge(clerk, scenario):
    # given two companies, one with three orders, two grants, a saved view and a role the other has too
    kept, gone, _orders = scenario
    # when they are merged
    done = together(clerk, kept, gone)
    # then six cells moved besides its name, one row is in the snapshot
    assert besides_names(done.report["moved"]) == {"mergingproof_order": 3, "iam_grant": 2, "mergingproof_savedview": 1}
    assert done.moves.exclude(table="tiers_companyname").count() == 6
    assert [(entry["table"]) for entry in done.snapshot] == ["tiers_companyrole"]
    assert SavedView.objects.get().filters == {"company": kept.pk, "status": "open"}
    # and the one that went points at the one that stays, whose former name its name is
    gone.refresh_from_db()
    assert gone.merged_into_id == kept.pk
    assert list(kept.names.values_list("kind", "name")) == [("former", "Geco- Prakla"), ("legal", "Geco-Prakla AS")]
    assert references(Company, gone.pk) == {}
    assert outbox("tiers.party.merged")[0] == (kept.pk, {"pk": kept.pk, "kind": "company", "loser_id": gone.pk, "actor_id": clerk.pk})


def test_tie_19_scenario_8_undo_restores_all_seven(clerk, scenario):
    # given
    kept, gone, _orders = scenario
    before = picture()
    done = together(clerk, kept, gone)
    # when
    undone = undo(merge=done, actor=clerk)
    # then all is as it was, search text included
    assert picture() == before
    report = undone.report["undo"]
    assert sum(besides_names(report["restored"]).values()) + sum(report["returned"].values()) == 7
    assert report["kept"] == []
    assert undone.state == MergeState.REVERTED
    assert outbox("tiers.party.unmerged") == [(kept.pk, {"pk": kept.pk, "kind": "company", "loser_id": gone.pk, "actor_id": clerk.pk})]


def test_tie_19_scenario_8_an_order_given_to_another_since_stays_and_is_reported(clerk, scenario):
    # given a merge after which one order was given to a third company, and one was made for the kept one
    kept, gone, orders = scenario
    done = together(clerk, kept, gone)
    third = CompanyFactory()
    Order.objects.filter(pk=orders[1].pk).update(client=third)
    new = Order.objects.create(number="PO-9", client=kept)
    # when
    report = undo(merge=done, actor=clerk).report["undo"]
    # then six come back, one is reported, and the new order stays where it is
    assert sum(besides_names(report["restored"]).values()) + sum(report["returned"].values()) == 6
    assert report["kept"] == [{"table": "mergingproof_order", "row": orders[1].pk, "column": "client_id", "reason": "changed"}]
    assert list(Order.objects.order_by("pk").values_list("client", flat=True)) == [gone.pk, third.pk, gone.pk, kept.pk]
    assert new.client_id == kept.pk


def test_tie_19_of_a_row_only_the_cells_that_were_not_changed_since_go_back(clerk, pair):
    # given a merge after which somebody made the other's name a trade name
    kept, gone = pair
    done = together(clerk, kept, gone)
    name = kept.names.get(kind="former")
    CompanyName.objects.filter(pk=name.pk).update(kind="trade")
    # when
    report = undo(merge=done, actor=clerk).report["undo"]
    # then the name is with its company again, and the trade name it was made
    name.refresh_from_db()
    assert (name.company_id, name.kind) == (gone.pk, "trade")
    assert report["kept"] == [{"table": "tiers_companyname", "row": name.pk, "column": "kind", "reason": "changed"}]


def test_tie_19_a_dropped_row_that_cannot_return_is_reported(clerk, pair):
    # given equal affiliations of one person with both, and the person deleted after the merge
    kept, gone = pair
    person = PersonFactory()
    for company in pair:
        dropped = AffiliationFactory(person=person, company=company)
    done = together(clerk, kept, gone)
    person.delete()
    with connection.cursor() as cursor:     # as in the transaction of its own that an undo has
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    # when
    report = undo(merge=done, actor=clerk).report["undo"]
    # then the rest is undone all the same
    assert [(entry["table"], entry["row"]) for entry in report["kept"]] == [("tiers_affiliation", dropped.pk)]
    assert report["returned"] == {}
    assert gone.names.count() == 1


def test_tie_19_a_row_deleted_since_is_reported(clerk, scenario):
    # given
    kept, gone, orders = scenario
    done = together(clerk, kept, gone)
    pk = orders[0].pk
    orders[0].delete()
    # when / then
    assert undo(merge=done, actor=clerk).report["undo"]["kept"] == [
        {"table": "mergingproof_order", "row": pk, "column": "", "reason": "gone"}]


def test_tie_19_two_different_valid_numbers_are_refused_and_nothing_moves(clerk, pair):
    # given two companies with a valid number each
    kept, gone = pair
    IdentifierFactory(company=kept, scheme="fr.siren", value="732829320")
    IdentifierFactory(company=gone, scheme="fr.siren", value="552100554")
    Order.objects.create(number="PO-1", client=gone)
    before = picture()
    # when
    with pytest.raises(Refused) as refused:
        together(clerk, kept, gone)
    # then
    assert [reason.code for reason in refused.value.reasons] == ["different_numbers"]
    assert "732829320, 552100554" in str(refused.value)
    assert picture() == before
    assert Merge.objects.count() == 0
    assert OutboxEvent.objects.count() == 0


@pytest.mark.parametrize(("mine", "theirs", "codes"), [
    (("fr.siren", "732829320"), ("fr.siret", "73282932000074"), []),
    (("fr.siret", "73282932000074"), ("fr.siret", "73282932000082"), []),
    (("fr.siren", "552100554"), ("fr.siret", "73282932000074"), ["different_numbers"]),
    (("fr.siren", "732829320"), ("no.orgnr", "914807077"), []),
    (("fr.tva", "FR44732829320"), ("fr.tva", "FR40303265045"), [])])
def test_tie_19_which_numbers_contradict_each_other(clerk, pair, mine, theirs, codes):
    """A SIRET stands for the SIREN of its company; two schemes, or two tax numbers, say nothing."""
    # given
    kept, gone = pair
    for company, (scheme, value) in zip(pair, (mine, theirs), strict=True):
        IdentifierFactory(company=company, scheme=scheme, value=value)
    # when / then
    found = preview_merge(kind="company", survivor=kept, loser=gone, actor=clerk)
    assert [reason.code for reason in found.conflicts] == codes


def test_tie_19_every_conflict_is_listed_at_once(clerk, pair):
    # given rows of three kinds that the kept company cannot take, and one it can
    kept, gone = pair
    CompanyRoleFactory(company=kept, role="supplier", period=period(date(2020, 1, 1), None))
    CompanyRoleFactory(company=gone, role="supplier", period=period(date(2021, 1, 1), None))
    child = CompanyFactory()
    OwnershipFactory(parent=kept, child=child, share_pct=40)
    OwnershipFactory(parent=gone, child=child, share_pct=30)
    OwnershipFactory(parent=gone, child=kept, share_pct=10)
    InterestFactory(company=gone)
    before = picture()
    # when
    with pytest.raises(Refused) as refused:
        together(clerk, kept, gone)
    # then
    assert sorted(reason.code for reason in refused.value.reasons) == [
        "tiers_companyrole_once", "tiers_ownership_once", "tiers_ownership_self"]
    assert picture() == before


@translation.override("en")
def test_tie_19_a_conflict_names_no_record_the_person_may_not_see(clerk, pair):
    # given an interest on a site hidden from the clerk, and one the kept company has there for another time
    kept, gone = pair
    site = SiteFactory()
    for company, since in ((kept, 2020), (gone, 2021)):
        InterestFactory(company=company, site=site, role=InterestRole.OPERATOR, period=period(date(since, 1, 1), None))
    reader = holding(UserFactory(), "tiers.view_company", "tiers.merge_company", "tiers.view_interest")
    # when
    messages = {}
    for actor in (clerk, reader):
        with pytest.raises(Refused) as refused:
            together(actor, kept, gone)
        assert [reason.field for reason in refused.value.reasons] == ["tiers.interest"]
        messages[actor] = str(refused.value.reasons[0].message)
    # then both hear the reason, only who sees interests hears which one
    why = "The company already has this role on the site at that time."
    assert messages == {clerk: f"interest: {why}", reader: f"interest “{Interest.objects.get(company=gone)}”: {why}"}


def test_tie_19_a_blocked_company_is_not_merged_into_an_open_one(clerk, pair):
    # given
    kept, gone = pair
    Company.objects.filter(pk=gone.pk).update(status=CompanyStatus.BLOCKED)
    # when / then
    with pytest.raises(Refused) as refused:
        together(clerk, kept, gone)
    assert refused.value.code == "loser_blocked"


def test_tie_19_what_hangs_on_a_dropped_row_hangs_on_its_equal(clerk, pair):
    # given equal roles; on that of the company that goes hang a booking the other has too and one it has not
    kept, gone = pair
    mine, theirs = (CompanyRoleFactory(company=company) for company in pair)
    Booking.objects.create(role=mine, label="same", company=kept)
    Booking.objects.create(role=theirs, label="same", company=gone)
    other = Booking.objects.create(role=theirs, label="other")
    before = picture()
    # when
    done = together(clerk, kept, gone)
    # then
    other.refresh_from_db()
    assert other.role_id == mine.pk
    assert sorted(entry["table"] for entry in done.snapshot) == ["mergingproof_booking", "tiers_companyrole"]
    # and undone, everything hangs where it hung
    undo(merge=done, actor=clerk)
    assert picture() == before


def test_tie_19_many_to_many_and_both_keys_of_one_row_move(clerk, pair):
    # given a circle both are in, one only the second is in, and an order naming it twice
    kept, gone = pair
    both, one = Circle.objects.create(name="both"), Circle.objects.create(name="one")
    both.companies.set(pair)
    one.companies.set([gone])
    order = Order.objects.create(number="PO-1", client=gone, payer=gone)
    before = picture()
    # when
    done = together(clerk, kept, gone)
    # then
    order.refresh_from_db()
    assert (order.client_id, order.payer_id) == (kept.pk, kept.pk)
    assert list(both.companies.all()) == [kept] and list(one.companies.all()) == [kept]
    assert done.report["dropped"] == {"mergingproof_circle_companies": 1}
    undo(merge=done, actor=clerk)
    assert picture() == before


def test_tie_19_a_first_choice_yields_to_the_kept_one(clerk):
    # given two companies with a first e-mail each, and a person each with a main company
    kept, gone = CompanyFactory(), CompanyFactory()
    ContactPointFactory(person=None, company=kept, value="kept@example.org", primary=True)
    ContactPointFactory(person=None, company=gone, value="gone@example.org", primary=True)
    before = picture()
    # when
    done = together(clerk, kept, gone)
    # then the company has both, the first choice is its own
    assert list(kept.contactpoints.values_list("value", "primary")) == [("kept@example.org", True), ("gone@example.org", False)]
    undo(merge=done, actor=clerk)
    assert picture() == before


def test_tie_19_chains_are_flattened_and_undone_in_order(clerk):
    # given A merged into B
    a, b, c = CompanyFactory.create_batch(3)
    before = picture()
    first = together(clerk, b, a)
    # when B becomes part of C
    b.refresh_from_db()
    second = together(clerk, c, b)
    # then A points at C at once, and the first merge cannot be undone before the second
    assert Company.objects.get(pk=a.pk).merged_into_id == c.pk
    with pytest.raises(Conflict) as refused:
        undo(merge=first, actor=clerk)
    assert refused.value.code == "survivor_merged"
    undo(merge=second, actor=clerk)
    assert Company.objects.get(pk=a.pk).merged_into_id == b.pk
    undo(merge=first, actor=clerk)
    assert picture() == before


def test_tie_19_a_merge_whose_row_stands_for_a_dropped_one_is_undone_last(clerk):
    # given X with a role only, merged into Y; then Z with the equal role, which is dropped for that of X
    x, y, z = CompanyFactory.create_batch(3)
    for company in (x, z):
        CompanyRoleFactory(company=company)
    before = picture()
    first, second = together(clerk, y, x), together(clerk, y, z)
    # when / then
    with pytest.raises(Conflict) as refused:
        undo(merge=first, actor=clerk)
    assert (refused.value.code, refused.value.data) == ("later_merge", {"merge": second.pk})
    undo(merge=second, actor=clerk)
    undo(merge=first, actor=clerk)
    assert picture() == before


def test_tie_19_undo_ends_after_30_days(clerk, pair):
    # given a merge of 30 days and a minute ago
    done = together(clerk, *pair)
    Merge.objects.filter(pk=done.pk).update(created_at=timezone.now() - timedelta(days=30, minutes=1))
    # when / then
    with pytest.raises(Conflict) as refused:
        undo(merge=done, actor=clerk)
    assert refused.value.code == "undo_too_late"
    # and a day earlier it is possible, once
    Merge.objects.filter(pk=done.pk).update(created_at=timezone.now() - timedelta(days=29, hours=23))
    undo(merge=done, actor=clerk)
    with pytest.raises(Conflict) as refused:
        undo(merge=done, actor=clerk)
    assert refused.value.code == "already_reverted"


def test_tie_19_merging_needs_the_right_on_both(clerk, pair):
    # given somebody who sees companies, one who may merge only one of them, and one who sees nothing
    kept, gone = pair
    reader = holding(UserFactory(), "tiers.view_company")
    half = holding(UserFactory(), "tiers.view_company")
    Grant.objects.create(permission="tiers.merge_company", object_id=kept.pk, user=half)
    # when / then
    for actor, refusal in ((reader, PermissionDenied), (half, PermissionDenied), (UserFactory(), Http404)):
        for service in (merge, preview_merge):
            with pytest.raises(refusal):
                service(kind="company", survivor=kept, loser=gone, actor=actor)
    assert Merge.objects.count() == 0
    done = together(clerk, kept, gone)
    with pytest.raises(PermissionDenied):
        undo(merge=done, actor=reader)
    assert Merge.objects.get().state == MergeState.APPLIED


def test_tie_19_one_record_twice_or_of_another_kind_or_merged_before_is_refused(clerk, pair):
    # given
    kept, gone = pair
    person = PersonFactory()
    # when / then
    with pytest.raises(Invalid):
        together(clerk, kept, kept)
    with pytest.raises(Invalid):
        together(clerk, kept, person)
    together(clerk, kept, gone)
    for survivor, loser in ((CompanyFactory(), gone), (gone, CompanyFactory())):
        with pytest.raises(Conflict) as refused:
            together(clerk, survivor, loser)
        assert refused.value.code == "already_merged"


def test_tie_19_chosen_values_come_over_and_go_back(clerk):
    # given
    kept = CompanyFactory(country="NO", headcount=12, tags=["old"])
    gone = CompanyFactory(country="FR", headcount=None, tags=["a, b", "ø"])
    before = picture()
    # when
    done = together(clerk, kept, gone, choices={"country": "loser", "headcount": "loser", "tags": "loser", "language": "survivor"})
    # then
    kept.refresh_from_db()
    assert (kept.country, kept.headcount, kept.tags) == ("FR", None, ["a, b", "ø"])
    undo(merge=done, actor=clerk)
    assert picture() == before
    for choices in ({"legal_name": "loser"}, {"country": "both"}):
        with pytest.raises(Invalid):
            together(clerk, kept, gone, choices=choices)


def test_tie_19_preview_says_what_a_merge_does_and_leaves_nothing(clerk, scenario):
    # given
    kept, gone, _orders = scenario
    before = picture()
    # when
    found = preview_merge(kind="company", survivor=kept, loser=gone, actor=clerk)
    # then
    assert (picture(), Merge.objects.count(), OutboxEvent.objects.count()) == (before, 0, 0)
    assert found.conflicts == []
    done = together(clerk, kept, gone)
    assert (found.moved, found.dropped) == (done.report["moved"], done.report["dropped"])
    assert found.dropped == {"tiers_companyrole": 1}


def test_tie_19_preview_lists_conflicts(clerk, pair):
    # given
    for company, share in zip(pair, (1, 2), strict=True):
        company.roles.create(role="client", period=period(date(2020 + share, 1, 1), None))
    # when
    found = preview_merge(kind="company", survivor=pair[0], loser=pair[1], actor=clerk)
    # then
    assert [reason.code for reason in found.conflicts] == ["tiers_companyrole_once"]
    assert found.moved == {"tiers_companyname": 1}


def test_tie_19_other_pairs_follow_and_the_pair_is_settled(clerk):
    # given open pairs of the company that goes: with the kept one, with one the kept one has a pair with, with another
    first, gone, kept, last = CompanyFactory.create_batch(4)
    for a, b in ((first, gone), (first, kept), (gone, kept), (gone, last)):
        DuplicateCandidate.objects.create(kind="company", a_id=a.pk, b_id=b.pk, reason="name")
    before = picture()
    # when
    done = together(clerk, kept, gone)
    # then
    assert sorted(DuplicateCandidate.objects.values_list("a_id", "b_id", "state")) == sorted([
        (first.pk, kept.pk, CandidateState.OPEN), (gone.pk, kept.pk, CandidateState.MERGED), (kept.pk, last.pk, CandidateState.OPEN)])
    undo(merge=done, actor=clerk)
    assert picture() == before


def test_tie_19_rules_about_the_company_follow_it(clerk, pair):
    # given a deny that names the company literally, in several ways, and one that names another
    kept, gone = pair
    role = RoleFactory()
    rules = [Rule.objects.create(role=role, permission="tiers.view_interest", deny=True, condition=condition) for condition in (
        {"company": gone.pk}, [{"company__in": [gone.pk, kept.pk], "role": "operator"}, "own"], {"share_pct__lte": gone.pk}, None)]
    rules.append(Rule.objects.create(role=role, permission="tiers.view_company", condition={"id": gone.pk}))
    # when
    done = together(clerk, kept, gone)
    # then
    assert [Rule.objects.get(pk=rule.pk).condition for rule in rules] == [
        {"company": kept.pk}, [{"company__in": [kept.pk], "role": "operator"}, "own"], {"share_pct__lte": gone.pk}, None, {"id": kept.pk}]
    undo(merge=done, actor=clerk)
    assert [Rule.objects.get(pk=rule.pk).condition for rule in rules] == [rule.condition for rule in rules]


def test_tie_19_history_says_who_merged_and_old_versions_stay(clerk, pair):
    # given
    kept, gone = pair
    role = CompanyRoleFactory(company=gone)
    # when
    together(clerk, kept, gone)
    # then the role's first version still names the company it was made for, the second is the merge's
    assert list(role.versions.order_by("pgh_id").values_list("company", flat=True)) == [gone.pk, kept.pk]
    context = role.versions.latest("pgh_id").pgh_context.metadata
    assert (context["user"], context["action"]) == (clerk.pk, "tiers.company.merge")


def test_tie_19_the_search_text_follows(clerk, pair):
    # given
    kept, gone = pair
    CompanyNameFactory(company=gone, name="Oddball")
    # when
    done = together(clerk, kept, gone)
    # then
    assert list(Company.objects.filter(search__holds="oddball")) == [kept]
    undo(merge=done, actor=clerk)
    assert list(Company.objects.filter(search__holds="oddball")) == [gone]


def test_tie_19_persons_merge_by_the_same_code(clerk):
    # given two records of one person: one with an account, both in one company, one also elsewhere, one with private details
    kept, gone = PersonFactory(given="Anne", family="Hansen"), PersonFactory(given="A.", family="Hansen", user=UserFactory())
    company = CompanyFactory()
    AffiliationFactory(person=kept, company=company, primary=True)
    AffiliationFactory(person=gone, company=company, primary=True)
    other = AffiliationFactory(person=gone, function="Diver", primary=False)
    PersonalDetails.objects.create(person=gone, birth_date=date(1990, 5, 17))
    account = gone.user_id
    before = picture()
    # when
    done = merge(kind="person", survivor=kept, loser=gone, actor=clerk)
    # then
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.user_id, gone.user_id, gone.merged_into_id) == (account, None, kept.pk)
    assert list(kept.affiliations.values_list("company", "function")) == [(company.pk, "Buyer"), (other.company_id, "Diver")]
    assert kept.details.birth_date == date(1990, 5, 17)
    assert done.report["dropped"] == {"tiers_affiliation": 1}
    undo(merge=done, actor=clerk)
    assert picture() == before
    # and both are told of the person, not of a company of the same number
    assert list(OutboxEvent.objects.order_by("pk").values_list("topic", "about", "object_pk")) == [
        ("tiers.person.merged", "tiers.person", kept.pk), ("tiers.person.unmerged", "tiers.person", kept.pk)]


def test_tie_19_persons_with_an_account_each_are_refused(clerk):
    # given
    kept, gone = PersonFactory(user=UserFactory()), PersonFactory(user=UserFactory())
    # when / then
    with pytest.raises(Refused) as refused:
        merge(kind="person", survivor=kept, loser=gone, actor=clerk)
    assert refused.value.code == "both_have_accounts"
    assert Person.objects.filter(merged_into__isnull=False).count() == 0


def test_tie_19_nothing_is_lost(clerk, pair):
    # given references of many kinds, none equal
    kept, gone = pair
    OwnershipFactory(parent=gone)
    Relation.objects.create(a=CompanyFactory(), b=gone, kind="agent_of")
    InterestFactory(company=gone)
    AffiliationFactory(company=gone)
    ContactPointFactory(person=None, company=gone)
    before = total(Company, kept.pk, gone.pk)
    # when
    together(clerk, kept, gone)
    # then as many cells name the kept one as named either; one more names it because the other points at it
    assert total(Company, kept.pk) == before + 1
    assert total(Company, gone.pk) == 0


def test_tie_19_the_journal_tells_each_cell(clerk, pair):
    # given
    kept, gone = pair
    site = SiteFactory()
    Interest.objects.create(company=gone, site=site, role=InterestRole.LICENSEE, share_pct="33.33333")
    # when
    done = together(clerk, kept, gone)
    # then
    assert cells(done) == [("tiers_companyname", "company_id", str(gone.pk), str(kept.pk)),
                           ("tiers_companyname", "kind", "legal", "former"),
                           ("tiers_interest", "company_id", str(gone.pk), str(kept.pk))]
    assert CompanyName.objects.filter(company=gone).count() == 0
    assert CompanyRole.objects.count() == Ownership.objects.count() == 0
