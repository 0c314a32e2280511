"""TIE-20: an import as a job whose process is killed half-way: nothing is half imported, the job says so, and running it again does all."""
import signal
from datetime import timedelta

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from apps.core.exchange.services import receive, start_import
from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.jobs import services
from apps.core.jobs.models import Progress
from apps.tiers.models import Company
from apps.tiers.tests.importing import state
from tests.integration.test_outbox_faults import eventually, processes  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]
FILE = b"external_id,name,country\nV1,Forages de l'Ouest,FR\nV2,Levage Atlantique,FR\n"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock' AND query LIKE '%%tiers_externalid%%'"
LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = %s)"


def connected(**options):
    login = connection.settings_dict
    return psycopg.connect(dbname=login["NAME"], user=login["USER"] or None, password=login["PASSWORD"] or None, host=login["HOST"] or None,
                           port=login["PORT"] or None, **options)


def test_killed_half_way(processes, settings, tmp_path):  # noqa: F811 (the fixture)
    # given an import that has written companies' names and waits to write their keys
    settings.PRIVATE_ROOT = str(tmp_path)
    author = holding(UserFactory(), "tiers.add_company", "tiers.change_company")
    run = receive(author=author, preset="companies", files=[SimpleUploadedFile("companies.csv", FILE)])
    job = start_import(run=run, dry_run=False)
    before = {name: count for name, count in state().items() if name != "outbox"}
    database = [connection.settings_dict["NAME"]]
    with connected() as gate, connected(autocommit=True) as watch:
        gate.execute("LOCK TABLE tiers_externalid IN SHARE MODE")
        process = processes("tests.integration.jobs_child", "run", str(job.pk), OPSFLUX_PRIVATE=str(tmp_path))
        eventually(lambda: watch.execute(WAITING, database).fetchone()[0])
        # when
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        # then the database notices by itself, with the gate still shut
        eventually(lambda: not watch.execute(LOCKS, database).fetchone()[0])
        gate.rollback()
    assert {name: count for name, count in state().items() if name != "outbox"} == before
    # and once its lease has run out the job says so
    Progress.objects.filter(job=job).update(leased_until=timezone.now() - timedelta(seconds=1))
    services.sweep()
    job.refresh_from_db()
    assert (job.state, bool(job.error_message)) == ("failed", True)
    again = services.run_here(services.retry(job, actor=author))
    assert (again.state, again.result["created"], Company.objects.count()) == ("succeeded", 6, 2)
