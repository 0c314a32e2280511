"""Claiming reads the open events' indexes, however many are done."""
import json

import pytest
from django.db import connection
from django.utils import timezone

from apps.core.automation import relay, services
from apps.core.automation.models import OutboxEvent

DONE = 100_000
FILL = """
INSERT INTO automation_outboxevent (uuid, topic, about, object_pk, payload, request_id, depth, state, attempts, done_at,
                                    after_dead, last_error)
SELECT gen_random_uuid(), 'proof.thing.proven', 'factory.site', n %% 5000, '{}', '', 0, %s, 0,
       CASE WHEN %s = 'done' THEN now() END, false, ''
FROM generate_series(1, %s) n"""


def fill(state, count):
    with connection.cursor() as cursor:
        cursor.execute(FILL, [state, state, count])


@pytest.mark.django_db
@pytest.mark.parametrize("known", [0, 2000], ids=["statistics from before the backlog", "fresh statistics"])
def test_claiming_reads_one_row_whatever_is_done_or_waits(known):
    # given: a hundred thousand done, two thousand waiting
    fill("done", DONE)
    fill("open", known)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE automation_outboxevent")
        fill("open", 2000 - known)
        # when
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + relay.CLAIM, [30])
        plan = cursor.fetchone()[0][0]["Plan"]
    # then
    nodes = list(walk(plan))
    assert {node["Index Name"] for node in nodes if "Index Name" in node} >= {"automation_outbox_due", "automation_outbox_order"}
    assert "Seq Scan" not in {node["Node Type"] for node in nodes}
    assert max(node["Actual Rows"] * node["Actual Loops"] for node in nodes) == 1
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 400     # 102,000 rows lie in more than 2,000


@pytest.mark.django_db
def test_reaping_and_cleaning_among_many_done_events_read_an_index():
    # given
    fill("done", DONE)
    fill("open", 50)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE automation_outboxevent")
        # when
        cursor.execute("EXPLAIN (FORMAT JSON) " + relay.ABANDONED)
        reaping = cursor.fetchone()[0][0]["Plan"]
    old = OutboxEvent.objects.filter(state="done", done_at__lt=timezone.now() - services.KEEP_DONE)
    cleaning = json.loads(old.values("pk").explain(format="json"))[0]["Plan"]
    # then
    assert "Seq Scan" not in {node["Node Type"] for plan in (reaping, cleaning) for node in walk(plan)}
    assert {node["Index Name"] for node in walk(cleaning) if "Index Name" in node} == {"automation_outbox_age"}


def walk(node):
    """The plan's nodes."""
    yield node
    for below in node.get("Plans", []):
        yield from walk(below)
