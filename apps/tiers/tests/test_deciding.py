"""TIE-19: two people decide on one pair at once; the pages of pairs through the door."""
from threading import Event, Thread

import pytest
from django.db import connection

from apps.core.iam.models import Grant
from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.jobs.models import Job
from apps.kernel.errors import Conflict
from apps.tiers.models import Company, DuplicateCandidate, Merge
from apps.tiers.services import candidates, dismiss, find_duplicates, merge_pair
from apps.tiers.tests.factories import CompanyFactory, InterestFactory

LIST = "/admin/tiers/duplicatecandidate/"


@pytest.fixture
def pair():
    """Two companies that may be one."""
    for name in ("Odfjell Drilling AS", "Odfjel Driling"):
        CompanyFactory(legal_name=name)
    find_duplicates(kind="company")
    return DuplicateCandidate.objects.get()


def unlocked(candidate, actor, seen, state="open"):
    """The control: what deciding would be without locks."""
    row = DuplicateCandidate.objects.get(pk=candidate.pk)
    if row.state != state:
        raise Conflict("invalid_state", "")
    return row, {one.pk: one for one in Company.objects.filter(pk__in=(row.a_id, row.b_id))}


def decide_at_once(pair, monkeypatch, check):
    """One merges; while they are between looking and doing, another dismisses. What became of each."""
    said, done, looked = {}, Event(), Event()
    chief = UserFactory(is_superuser=True)

    def slowly(*args, **kwargs):
        found = check(*args, **kwargs)
        if not looked.is_set():         # the one who merges has looked first
            looked.set()
            done.wait(1)
        return found
    monkeypatch.setattr(candidates, "_decidable", slowly)

    def run(name, decide):
        try:
            decide()
            said[name] = "done"
        except Conflict as error:
            said[name] = error.code
        finally:
            if name == "dismiss":
                done.set()
            connection.close()
    merging = Thread(target=run, args=("merge", lambda: merge_pair(candidate=pair, survivor_pk=pair.a_id, actor=chief)))
    dismissing = Thread(target=run, args=("dismiss", lambda: dismiss(candidate=pair, actor=chief)))
    merging.start()
    assert looked.wait(10)
    dismissing.start()
    for thread in (merging, dismissing):
        thread.join()
    return said


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_the_second_is_told_TIE_19(pair, monkeypatch):
    # when / then
    assert decide_at_once(pair, monkeypatch, candidates._decidable) == {"merge": "done", "dismiss": "invalid_state"}
    pair.refresh_from_db()
    assert (pair.state, Merge.objects.count()) == ("merged", 1)


@pytest.mark.django_db(transaction=True)
def test_without_locks_both_would_be_done_TIE_19(pair, monkeypatch):
    """The control of the test above: it would see it."""
    assert decide_at_once(pair, monkeypatch, unlocked) == {"merge": "done", "dismiss": "done"}


@pytest.fixture
def steward():
    """Somebody of the back office who sees and merges companies, and sees pairs."""
    return holding(UserFactory(is_staff=True), "tiers.view_company", "tiers.merge_company", "tiers.view_duplicatecandidate")


def signed_in(client, user):
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_a_pair_with_a_hidden_record_is_on_no_page_TIE_19(client, pair):
    # given somebody who sees one of the two
    reader = holding(UserFactory(is_staff=True), "tiers.view_duplicatecandidate")
    Grant.objects.create(permission="tiers.view_company", object_id=pair.a_id, user=reader)
    signed_in(client, reader)
    # when / then
    page = client.get(LIST)
    assert page.status_code == 200 and "Odfjell" not in page.content.decode() and page.context["cl"].result_count == 0
    for tail in ("change/", "reopen/", "history/"):
        assert client.get(f"{LIST}{pair.pk}/{tail}").status_code in (302, 404), tail
    assert client.post(f"{LIST}{pair.pk}/change/", {"_do": "dismiss"}).status_code == 404
    pair.refresh_from_db()
    assert pair.state == "open"


@pytest.mark.django_db
def test_who_may_not_merge_compares_and_decides_nothing_TIE_19(client, pair):
    # given a reader of both
    reader = holding(UserFactory(is_staff=True), "tiers.view_company", "tiers.view_duplicatecandidate")
    signed_in(client, reader)
    # when
    page = client.get(f"{LIST}{pair.pk}/change/")
    # then both are shown without a button, and a decision sent anyway is refused
    assert "Odfjel Driling" in page.content.decode() and b'data-of-key="m"' not in page.content
    for verb in ("merge", "dismiss"):
        assert client.post(f"{LIST}{pair.pk}/change/", {"_do": verb, "_keep": "a"}).status_code == 403
    assert client.get(f"{LIST}find/").status_code == 403
    assert client.post(f"{LIST}find/", {"kinds": ["company"]}).status_code == 403
    pair.refresh_from_db()
    assert (pair.state, Merge.objects.count(), Job.objects.count()) == ("open", 0, 0)


@pytest.mark.django_db
def test_what_a_reader_may_not_see_of_a_record_is_not_compared_TIE_19(client, pair, steward):
    # given an interest on a site that the steward does not see
    InterestFactory(company_id=pair.a_id)
    signed_in(client, steward)
    # when
    lines = client.get(f"{LIST}{pair.pk}/change/").context["lines"]
    # then
    assert {"interests in sites", "intérêts dans des sites"}.isdisjoint(line.label.lower() for line in lines)
    signed_in(client, UserFactory(is_superuser=True, is_staff=True))
    shown = client.get(f"{LIST}{pair.pk}/change/").context["lines"]
    assert len(shown) == len(lines) + 1


@pytest.mark.django_db
def test_the_filters_of_the_worklist_TIE_19(client, steward):
    # given an equal, a close and a like pair, and one that was dismissed
    names = {"equal": ("Geco-Prakla AS", "Geco Prakla"), "close": ("Faroe Petroleum (UK) Limited", "Faroe Petroleum plc"),
             "like": ("Odfjell Drilling AS", "Odfjel Driling"), "gone": ("Pertra AS", "Pertra ASA")}
    for pair in names.values():
        for name in pair:
            CompanyFactory(legal_name=name)
    find_duplicates(kind="company")
    first = {name: Company.objects.get(legal_name=pair[0]).pk for name, pair in names.items()}
    dismiss(candidate=DuplicateCandidate.objects.get(a_id=first["gone"]), actor=steward)
    signed_in(client, steward)

    def shown(query=""):
        return [row.a_id for row in client.get(f"{LIST}{query}").context["cl"].result_list]
    # when / then
    assert shown() == [first["equal"], first["close"], first["like"]]
    assert shown("?likeness=close") == [first["close"]]
    assert shown("?likeness=less") == [] and shown("?likeness=equal") == [first["equal"]]
    assert shown("?state=dismissed") == [first["gone"]] and len(shown("?state=all")) == 4
    assert len(shown("?why=name")) == 3 and shown("?why=identifier") == []
    assert shown("?kind__exact=person") == []


@pytest.mark.django_db
def test_the_worklist_costs_few_queries_TIE_19(client, pair, django_assert_max_num_queries, steward):
    # given
    signed_in(client, steward)
    client.get(LIST)
    # when / then
    with django_assert_max_num_queries(12):
        client.get(LIST)
