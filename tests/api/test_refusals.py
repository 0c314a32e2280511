"""Refusals: problem+json for everything, in the caller's language, saying nothing of what is hidden."""
import threading

import orjson
import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from psycopg.errors import DeadlockDetected

from apps.core.factory.models import Division, Site
from apps.core.iam.models import User
from apps.core.iam.tokens import issue_token
from apps.kernel.errors import Conflict
from apps.kernel.models import IdempotencyKey
from apps.kernel.testing.api import account, allow, caller
from apps.kernel.transactions import in_transaction

SITES = "/api/v1/factory/sites/"


def site(name: str = "Nord", **values) -> Site:
    return Site.objects.create(name=name, kind="plant", **values)


@pytest.mark.django_db
def test_everything_under_api_answers_problems():
    # given a signed-in caller
    boss = caller(account(superuser=True))
    answers = [boss.get("/api/nope/"), boss.get("/api/v1/factory/nope/"), boss.get(f"{SITES}abc/"), boss.get(f"{SITES}{10**30}/"),
               boss.put(SITES, {}), boss.options(SITES), boss.get(f"{SITES}?limit=501"), boss.get("/api")]
    # then each refusal has the shape, its number, and no stack
    assert [answer.status_code for answer in answers[:-1]] == [404, 404, 404, 404, 405, 405, 400]
    for answer in answers[:-1]:
        body = orjson.loads(answer.content)
        assert answer.headers["Content-Type"] == "application/problem+json" and body["status"] == answer.status_code
        assert {"type", "title", "detail", "code", "request"} <= set(body) and b"Traceback" not in answer.content


@pytest.mark.django_db
def test_a_body_too_large_is_refused(settings):
    # given a server that takes a kibibyte
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024
    response = caller(account(superuser=True)).post(SITES, {"name": "x" * 2000, "kind": "plant"})
    assert (response.status_code, response.data["code"], Site.objects.count()) == (413, "too_large", 0)


@pytest.mark.django_db
def test_a_fault_of_ours_says_nothing_of_itself(monkeypatch):
    # given a fault inside
    monkeypatch.setattr(Site, "clean", lambda self: 1 / 0)
    boss = caller(account(superuser=True))
    boss.raise_request_exception = False
    response = boss.post(SITES, {"name": "Nord", "kind": "plant"})
    assert (response.status_code, response.data["code"]) == (500, "fault") and b"division" not in response.content


@pytest.mark.django_db
def test_what_the_database_refuses_is_said_in_words():
    # given a division and its site
    nord, sud, boss = site(), site("Sud"), caller(account(superuser=True))
    top = Division.objects.create(site=nord, code="A", name="A")
    # then the rule of a trigger, a uniqueness and a use each have their sentence
    body = {"site": sud.pk, "code": "B", "name": "B", "parent": top.pk}
    elsewhere = boss.post("/api/v1/factory/divisions/", body)
    assert elsewhere.status_code == 422
    assert elsewhere.data["detail"] == "A division, the one it is part of and its own parts lie on one site."
    again = boss.post("/api/v1/factory/divisions/", {"site": nord.pk, "code": "A", "name": "B"})
    assert (again.status_code, again.data["errors"][0]["code"]) == (422, "unique")
    used = boss.delete(f"{SITES}{nord.pk}/", headers={"If-Match": '"1"'})
    assert (used.status_code, used.data["detail"]) == (409, "It is still used by: 1 division.")


@pytest.mark.django_db
def test_what_holds_a_record_is_counted_for_who_sees_it():
    # given somebody who may delete a site but sees no divisions
    nord, user = site(), account()
    Division.objects.create(site=nord, code="A", name="Secret")
    for right in ("view", "delete"):
        allow(user, right, nord)
    used = caller(user).delete(f"{SITES}{nord.pk}/", headers={"If-Match": '"1"'})
    assert (used.status_code, used.data["detail"]) == (409, "It is still used by other records.")


@pytest.mark.django_db
def test_an_expanded_record_that_is_hidden_is_null():
    # given a site below one that its reader is not shown
    below, user = site("Below", parent=site("Hidden")), account()
    allow(user, "view", below)
    row = caller(user).get(SITES, {"expand": "parent"}).data["results"]
    assert [one["parent"] for one in row] == [None]


@pytest.mark.django_db
def test_a_token_reads_and_writes_as_its_account():
    # given a token, and one that only reads
    user = User.objects.create_superuser("root@example.org", name="Root")
    secrets = [issue_token(user=user, name="x", read_only=read_only)[1] for read_only in (False, True)]
    clients = [Client(headers={"Authorization": f"Token {secret}", "Accept-Language": "en"}) for secret in secrets]
    made = [client.post(SITES, {"name": "Nord", "kind": "plant"}, content_type="application/json") for client in clients]
    # then the first writes under its account's name, the second does not, and no other opens anything
    assert [one.status_code for one in made] == [201, 403]
    assert made[0].json()["created_by"] == user.pk
    history = clients[1].get(f"{SITES}{made[0].json()['id']}/history/").json()["results"]
    assert history[0]["actor"] == {"id": user.pk, "name": "Root"} and history[0]["request"] == made[0].headers["X-Request-ID"]
    assert Client(headers={"Authorization": "Token ofx_nope"}).get(SITES).status_code == 401


@pytest.mark.django_db
def test_a_session_writes_with_its_csrf_token_only():
    # given a browser's session
    client = Client(enforce_csrf_checks=True)
    client.force_login(account(superuser=True))
    response = client.post(SITES, {"name": "Nord", "kind": "plant"}, content_type="application/json")
    assert (response.status_code, Site.objects.count()) == (403, 0)


@pytest.mark.django_db
def test_a_kept_answer_is_for_who_still_sees_the_record_and_ages():
    # given an answer kept for a key
    user = account(superuser=True)
    client, body, key = caller(user), {"name": "Nord", "kind": "plant"}, {"Idempotency-Key": "k"}
    first = client.post(SITES, body, headers=key)
    assert caller(account(superuser=True)).post(SITES, body, headers=key).data["id"] != first.data["id"]      # a key is its user's own
    # when a day passes; then the same request is new work
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_idempotencykey SET created_at = now() - interval '24 hours'")
    again = client.post(SITES, body, headers=key)
    assert (again.status_code, again.data["id"] != first.data["id"], IdempotencyKey.objects.filter(user=user).count()) == (201, True, 1)
    refused = client.post(SITES, {"name": ""}, headers={"Idempotency-Key": "r"})
    assert refused.status_code == 422 and client.post(SITES, body, headers={"Idempotency-Key": "r"}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_is_worked_on_once():
    # given a request that is being worked on: its transaction, elsewhere, holds the key
    user = account(superuser=True)
    held, done = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotency\n{user.pk}\n{SITES}\nk"])
                held.set()
                done.wait(10)
        finally:
            connection.close()

    other = threading.Thread(target=work)
    other.start()
    held.wait(10)
    body, key = {"name": "Nord", "kind": "plant"}, {"Idempotency-Key": "k"}
    waiting = caller(user).post(SITES, body, headers=key)
    done.set()
    other.join()
    # then the second is told so, nothing is done twice, and afterwards it goes through
    assert (waiting.status_code, waiting.data["code"], waiting.headers["Retry-After"], Site.objects.count()) == (409, "in_flight", "1", 0)
    assert caller(user).post(SITES, body, headers=key).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_repeats_the_whole_transaction():
    # given work that is the victim of two deadlocks, then of four
    def victim(times: int):
        tried = []

        def work() -> int:
            tried.append(Site.objects.create(name=f"Try {len(tried)}", kind="plant"))
            if len(tried) <= times:
                raise OperationalError from DeadlockDetected()
            return len(tried)
        return work

    # then the third try counts alone; four are too many, and leave nothing
    assert in_transaction(victim(2)) == 3 and Site.objects.count() == 1
    with pytest.raises(Conflict):
        in_transaction(victim(4))
    assert Site.objects.count() == 1


@pytest.mark.django_db
def test_the_document_and_its_readers_are_for_signed_in_people():
    # given nobody, and an account of the back office
    nobody, client = Client(), Client()
    client.force_login(account(superuser=True))
    assert nobody.get("/api/schema/").status_code == 401
    assert [nobody.get(path).status_code for path in ("/api/docs/", "/api/redoc/")] == [302, 302]
    assert client.get("/api/schema/").headers["Content-Type"] == "application/vnd.oai.openapi+json"
    # then both pages come, load from here only, and Redoc alone may start a worker from a blob
    pages = {path: client.get(path) for path in ("/api/docs/", "/api/docs/?script=", "/api/redoc/", SITES)}
    assert [page.status_code for page in pages.values()] == [200] * 4
    assert {path: "worker-src 'self' blob:" in page.headers["Content-Security-Policy"] for path, page in pages.items()} == {
        "/api/docs/": False, "/api/docs/?script=": False, "/api/redoc/": True, SITES: False}
    html = pages["/api/docs/"].content + pages["/api/redoc/"].content
    assert b"http://" not in html and b"https://" not in html
    assert b"cdn.redoc.ly" not in client.get("/api/redoc/redoc.js").content


@pytest.mark.django_db
def test_who_asks_too_often_is_told_to_wait(settings):
    # given a server that takes two requests a minute
    settings.API_RATE = 2
    client, other = caller(account(superuser=True)), caller(account(superuser=True))
    answers = [client.get(SITES) for _ in range(3)]
    # then the third waits, and another account does not
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].data["code"] == "throttled" and 1 <= int(answers[2].headers["Retry-After"]) <= 61
    assert other.get(SITES).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(("moment", "status"), [
    ("2000-01-01T00:00:00+16:00", 200), ("2000-01-01T00:00:00-23:59", 200), ("0001-01-01T00:00:00+10:00", 400),
    ("2000-01-32T00:00:00Z", 400)])
def test_a_moment_in_any_zone_is_understood_or_refused(moment, status):
    # given a site, made later than any of these
    made = site()
    # when the API is asked for what changed since
    response = caller(account(superuser=True)).get(SITES, {"updated_at__gte": moment})
    # then it answers, or says what it cannot read
    assert response.status_code == status, response.content
    assert [row["id"] for row in response.data.get("results", ())] == ([made.pk] if status == 200 else [])
