"""TIE-19 by REST: what may be the same, what was merged, merging and undoing."""
import pytest

from apps.core.automation.models import OutboxEvent
from apps.core.iam.models import Grant
from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.jobs.models import Job
from apps.core.jobs.services import run_here
from apps.kernel.testing import contract_reading, contract_rights, contract_writing
from apps.kernel.testing.api import allow, caller, faults
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


@pytest.fixture
def pair(steward):
    """Two companies that may be one, which `steward` is shown."""
    holding(steward, "tiers.view_duplicatecandidate")
    a, b = CompanyFactory(legal_name="Odfjell Drilling AS"), CompanyFactory(legal_name="Odfjel Driling")
    return DuplicateCandidate.objects.create(kind="company", a_id=a.pk, b_id=b.pk, reason="name", reasons=["name"], score="0.6842")


def versions(pair):
    a, b = (Company.objects.get(pk=pk).version for pk in (pair.a_id, pair.b_id))
    return {"pair": DuplicateCandidate.objects.get(pk=pair.pk).version, "a": a, "b": b}


@pytest.mark.django_db
def test_TIE_19_a_pair_is_merged_into_the_one_that_is_chosen(steward, pair):
    # given
    url, client = f"/api/v1/tiers/duplicate-candidates/{pair.pk}/merge/", caller(steward)
    # when somebody looks; when they choose a record that is not of the pair; when they choose the second
    looked = client.post(url, {"survivor": pair.b_id, "preview": True})
    strange = client.post(url, {"survivor": CompanyFactory().pk})
    done = client.post(url, {"survivor": pair.b_id, "choices": {"country": "loser"}, "versions": versions(pair)})
    # then
    assert (looked.status_code, looked.data["id"], looked.data["conflicts"]) == (200, None, [])
    assert faults(looked, "/api/v1/tiers/duplicate-candidates/{id}/merge/", "post") == []
    assert (strange.status_code, strange.data["code"]) == (409, "not_of_pair")
    assert (done.status_code, Merge.objects.get().pk) == (200, done.data["id"])
    assert Company.objects.get(pk=pair.a_id).merged_into_id == pair.b_id
    assert client.get(f"/api/v1/tiers/duplicate-candidates/{pair.pk}/").data["state"] == "merged"
    again = client.post(url, {"survivor": pair.b_id})
    assert (again.status_code, again.data["code"]) == (409, "invalid_state")


@pytest.mark.django_db
def test_TIE_19_a_decision_about_records_as_they_were_is_refused(steward, pair):
    # given somebody who looked before one of the records was changed
    client, looked_at = caller(steward), versions(pair)
    Company.objects.filter(pk=pair.a_id).update(headcount=12)
    # when they decide
    for verb, body in (("merge", {"survivor": pair.a_id}), ("dismiss", {"reason": "Mother and daughter"})):
        answer = client.post(f"/api/v1/tiers/duplicate-candidates/{pair.pk}/{verb}/", {**body, "versions": looked_at})
        # then nothing is done
        assert (answer.status_code, answer.data["code"]) == (409, "stale_pair")
    assert DuplicateCandidate.objects.get().state == "open" and not Merge.objects.exists() and not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_TIE_19_a_dismissal_has_its_reason_in_the_history_and_is_taken_back(steward, pair):
    # given
    client, url = caller(steward), f"/api/v1/tiers/duplicate-candidates/{pair.pk}/"
    # when
    dismissed = client.post(f"{url}dismiss/", {"reason": "Mother and daughter", "versions": versions(pair)})
    # then
    assert (dismissed.status_code, dismissed.data["state"]) == (200, "dismissed")
    assert client.get(f"{url}history/").data["results"][0]["reason"] == "Mother and daughter"
    # and back
    assert client.post(f"{url}reopen/").data["state"] == "open"
    assert client.post(f"{url}reopen/").status_code == 409


@pytest.mark.django_db
def test_TIE_19_several_pairs_are_dismissed_all_or_none(steward, pair):
    # given another pair
    c = CompanyFactory()
    other = DuplicateCandidate.objects.create(kind="company", a_id=pair.b_id, b_id=c.pk, reason="name", reasons=["name"], score="0.7")
    client, url = caller(steward), "/api/v1/tiers/duplicate-candidates/bulk-dismiss/"
    # when one of them is not there, nothing is done; when all are, all are done
    assert client.post(url, {"ids": [pair.pk, 9_000_000_000]}).status_code == 404
    assert set(DuplicateCandidate.objects.values_list("state", flat=True)) == {"open"}
    done = client.post(url, {"ids": [other.pk, pair.pk], "reason": "Two each"})
    assert (done.status_code, done.data["dismissed"]) == (200, [pair.pk, other.pk])
    assert faults(done, url, "post") == []
    # and a pair settled meanwhile refuses all
    reopened = client.post(f"/api/v1/tiers/duplicate-candidates/{pair.pk}/reopen/")
    assert reopened.status_code == 200
    assert client.post(url, {"ids": [other.pk, pair.pk]}).status_code == 409
    assert DuplicateCandidate.objects.get(pk=pair.pk).state == "open"


@pytest.mark.django_db
def test_TIE_19_a_pair_is_shown_only_with_both_its_records(pair):
    """Half a pair would tell that the other half exists: not in lists, counts, exports, pages or commands."""
    # given somebody who may see all pairs and one of the two companies
    reader = holding(UserFactory(), "tiers.view_duplicatecandidate", "tiers.export_duplicatecandidate")
    Grant.objects.create(permission="tiers.view_company", object_id=pair.a_id, user=reader)
    client, url = caller(reader), "/api/v1/tiers/duplicate-candidates/"
    # when / then
    assert client.get(url, {"count": 1}).data["count"] == {"count": 0, "more": False}
    assert client.get(f"{url}{pair.pk}/").status_code == 404
    assert b"".join(client.get(f"{url}export/", {"format": "json"}).streaming_content).split() == [b"[", b"]"]
    for verb, body in (("dismiss", {}), ("reopen", {}), ("merge", {"survivor": pair.a_id})):
        assert client.post(f"{url}{pair.pk}/{verb}/", body).status_code == 404
    # and with both, it is shown, but not decided without the right
    Grant.objects.create(permission="tiers.view_company", object_id=pair.b_id, user=reader)
    assert [row["id"] for row in client.get(url).data["results"]] == [pair.pk]
    assert client.post(f"{url}{pair.pk}/dismiss/").status_code == 403
    assert client.post(f"{url}{pair.pk}/merge/", {"survivor": pair.a_id}).status_code == 403
    assert DuplicateCandidate.objects.get().state == "open"


@pytest.mark.django_db
def test_TIE_19_a_search_is_a_job_of_who_may_search(steward, pair):
    # given
    url = "/api/v1/tiers/duplicate-candidates/find/"
    # when somebody without the right asks, nothing starts
    assert caller(steward).post(url, {}).status_code == 403
    assert not Job.objects.exists()
    # when somebody with it asks, a job does it and tells the counts
    holding(steward, "tiers.find_duplicatecandidate")
    CompanyFactory(legal_name="Odfjell Driling")
    answer = caller(steward).post(url, {"kinds": ["company"], "full": True})
    assert faults(answer, url, "post") == []
    ended = run_here(Job.objects.get(pk=answer.data["job"]))
    assert (ended.state, ended.result) == ("succeeded", {"compared": 3, "opened": 2})
    assert caller(steward).post(url, {"kinds": ["ship"]}).status_code == 422

