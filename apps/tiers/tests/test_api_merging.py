"""TIE-19 by REST: what may be the same, what was merged, merging and undoing."""
import pytest

from apps.core.automation.models import OutboxEvent
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.testing import contract_reading, contract_rights, contract_writing
from apps.kernel.testing.api import allow, caller
from apps.kernel.testing.contract import ResourceContract
from apps.tiers import api_merging
from apps.tiers.models import Company, DuplicateCandidate, Merge
from apps.tiers.tests.factories import CompanyFactory, ExternalIdFactory, PersonFactory


class TestDuplicateCandidates(ResourceContract):
    """TIE-19: pairs are made by imports and the finder, settled by services."""
    viewset = api_merging.DuplicateCandidateViewSet
    payload = staticmethod(dict)
    invalid = {}
    change = {}

    @pytest.fixture(autouse=True)
    def _with_both_records(self, monkeypatch):
        """Who is given a right on a pair may see its records, too: without them the pair is not shown."""
        def allow_with_records(user, action, record):
            allow(user, action, record)
            for company in Company.objects.filter(pk__in=(record.a_id, record.b_id)):
                allow(user, "view", company)
        for part in (contract_reading, contract_rights, contract_writing):
            monkeypatch.setattr(part, "allow", allow_with_records, raising=False)
        monkeypatch.setattr(contract_reading, "QUERIES", contract_reading.QUERIES + 1)      # the companies granted

    def make(self, **values):
        a, b = CompanyFactory(), CompanyFactory()
        return DuplicateCandidate.objects.create(kind="company", a_id=a.pk, b_id=b.pk, reason="name", reasons=["name"], score="0.7083",
                                                 **values)


class TestMerges(ResourceContract):
    """TIE-19: merges are made and undone by services."""
    viewset = api_merging.MergeViewSet
    payload = staticmethod(dict)
    invalid = {}
    change = {}

    def make(self, **values):
        a, b = CompanyFactory(), CompanyFactory()
        return Merge.objects.create(kind="company", survivor_id=a.pk, loser_id=b.pk, **values)


@pytest.fixture
def steward():
    """Somebody who may see and merge companies and persons, and see merges."""
    return holding(UserFactory(), "tiers.view_company", "tiers.merge_company", "tiers.view_person", "tiers.merge_person",
                   "tiers.view_merge")


@pytest.mark.django_db
def test_TIE_19_a_preview_says_what_would_move_and_moves_nothing(steward):
    # given two companies, one with a key of another system
    kept, gone = CompanyFactory(), CompanyFactory()
    key = ExternalIdFactory(company=gone)
    # when a preview is asked
    answer = caller(steward).post(f"/api/v1/tiers/companies/{kept.pk}/merge/", {"other": gone.pk, "preview": True})
    # then it tells what would move, and nothing has
    assert (answer.status_code, answer.data["id"], answer.data["conflicts"]) == (200, None, [])
    assert answer.data["moved"]["tiers_externalid"] == 1
    key.refresh_from_db()
    assert key.company == gone
    assert not Merge.objects.exists() and not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_TIE_19_merged_records_move_and_come_back(steward):
    # given two companies
    client, kept, gone = caller(steward), CompanyFactory(legal_name="Kept AS"), CompanyFactory(legal_name="Gone AS")
    # when one becomes part of the other
    done = client.post(f"/api/v1/tiers/companies/{kept.pk}/merge/", {"other": gone.pk})
    # then its address leads to the kept one, and lists leave it out
    assert done.status_code == 200, done.content
    moved = client.get(f"/api/v1/tiers/companies/{gone.pk}/")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"/api/v1/tiers/companies/{kept.pk}/")
    assert moved.data["moved_to"] == f"/api/v1/tiers/companies/{kept.pk}/"
    assert [row["id"] for row in client.get("/api/v1/tiers/companies/").data["results"]] == [kept.pk]
    assert [row["id"] for row in client.get(f"/api/v1/tiers/companies/?merged_into={kept.pk}").data["results"]] == [gone.pk]
    # and undoing makes two of one again
    undone = client.post(f"/api/v1/tiers/merges/{done.data['id']}/undo/")
    assert (undone.status_code, undone.data["state"]) == (200, "reverted")
    assert client.get(f"/api/v1/tiers/companies/{gone.pk}/").status_code == 200
    assert client.post(f"/api/v1/tiers/merges/{done.data['id']}/undo/").status_code == 409


@pytest.mark.django_db
def test_TIE_19_nobody_merges_without_the_right_or_what_is_hidden(steward):
    # given a reader, and a company nobody but its superuser sees
    kept, gone = CompanyFactory(), CompanyFactory()
    reader = holding(UserFactory(), "tiers.view_company")
    # when they try; then nothing is changed and nothing sent
    assert caller(reader).post(f"/api/v1/tiers/companies/{kept.pk}/merge/", {"other": gone.pk}).status_code == 403
    assert caller(UserFactory()).post(f"/api/v1/tiers/companies/{kept.pk}/merge/", {"other": gone.pk}).status_code == 404
    assert caller(steward).post(f"/api/v1/tiers/companies/{kept.pk}/merge/", {"other": 9_000_000_000}).status_code == 404
    assert caller(steward).post(f"/api/v1/tiers/companies/{kept.pk}/merge/", {"other": kept.pk}).status_code == 422
    assert caller(steward).post(f"/api/v1/tiers/companies/{kept.pk}/merge/", {}).status_code == 422
    assert Company.objects.filter(merged_into__isnull=False).count() == 0
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_TIE_19_persons_merge_and_pairs_are_dismissed(steward):
    # given two persons that may be one
    a, b = PersonFactory(), PersonFactory()
    holding(steward, "tiers.view_duplicatecandidate")
    pair = DuplicateCandidate.objects.create(kind="person", a_id=a.pk, b_id=b.pk, reason="name")
    # when they are said to be two, then merged all the same
    dismissed = caller(steward).post(f"/api/v1/tiers/duplicate-candidates/{pair.pk}/dismiss/")
    merged = caller(steward).post(f"/api/v1/tiers/persons/{a.pk}/merge/", {"other": b.pk})
    # then both are done, each once
    assert (dismissed.status_code, dismissed.data["state"]) == (200, "dismissed")
    assert merged.status_code == 200
    assert caller(steward).post(f"/api/v1/tiers/duplicate-candidates/{pair.pk}/dismiss/").status_code == 409
