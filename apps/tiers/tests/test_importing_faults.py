"""TIE-20: an import that dies half-way, and two at once: processes of their own, a real kill -9, on PostgreSQL."""
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from apps.tiers.models import Company
from apps.tiers.tests.importing import imported, state
from apps.tiers.tests.shelf import company, shelf_bytes

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60
ADVISORY = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = %s)"


@pytest.fixture
def file(tmp_path):
    """Two companies."""
    path = tmp_path / "company.csv"
    path.write_bytes(shelf_bytes("company", company("562", "A/S Norske Shell", "914807077"), company("563", "Gulf AS")))
    return path


def database_url():
    login = connection.settings_dict
    user = f"{login['USER']}:{login['PASSWORD']}@" if login["USER"] else ""
    if login["HOST"].startswith("/"):
        return f"postgres://{user}/{login['NAME']}?host={login['HOST']}"
    return f"postgres://{user}{login['HOST']}:{login['PORT'] or 5432}/{login['NAME']}"


def waiting(watch):
    """The backends that wait, inside an import, to write external keys."""
    return [pid for (pid,) in watch.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock' AND query LIKE %s",
        [connection.settings_dict["NAME"], '%tiers_externalid%'])]


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


@contextmanager
def half_way(file):
    """An import in a process of its own that has written companies and names and waits to write their keys."""
    settings = connection.settings_dict
    to = {"dbname": settings["NAME"], "user": settings["USER"] or None, "password": settings["PASSWORD"] or None,
          "host": settings["HOST"] or None, "port": settings["PORT"] or None}
    env = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings", "LC_ALL": "en"}
    with psycopg.connect(**to) as gate, psycopg.connect(**to, autocommit=True) as watch:
        gate.execute("LOCK TABLE tiers_externalid IN SHARE MODE")
        process = subprocess.Popen([sys.executable, "manage.py", "import", "--skip-checks", "companies", str(file)], cwd=ROOT, env=env,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        try:
            until(lambda: waiting(watch) or process.poll() is not None)
            assert process.poll() is None, process.communicate()
            yield process, gate
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=PATIENCE)
            gate.rollback()
            until(lambda: not waiting(watch) and not watch.execute(ADVISORY, [settings["NAME"]]).fetchone()[0])


def test_killed_half_way_nothing_is_imported(file):
    """kill -9 between the first write and the commit: no row, version or event; the next import does all of it."""
    # given
    before = state()
    # when
    with half_way(file) as (process, _gate):
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait(PATIENCE) == -signal.SIGKILL
    # then
    assert state() == before
    again = imported("companies", file)
    assert (again.code, Company.objects.count()) == (0, 2)


def test_left_alone_the_same_import_ends_well(file):
    """The control: what was killed above would have imported two companies."""
    # when
    with half_way(file) as (process, gate):
        gate.rollback()
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    # then
    assert Company.objects.count() == 2


def test_a_second_import_meanwhile_is_refused(file):
    """It neither waits nor interleaves: it says that another one runs."""
    # given
    before = state()
    with half_way(file) as (process, gate):
        # when
        second = imported("companies", file)
        # then
        assert second.code == 4 and state() == before
        gate.rollback()
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert Company.objects.count() == 2
    assert imported("companies", file).code == 3
