"""./ops start, stop and manage for real, with an empty environment. The tests of this file run in order, on one copy of the project."""
import http.client
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
import xmlrpc.client
from contextlib import closing, suppress
from pathlib import Path

import django
import psycopg
import pytest
import redis
from supervisor.xmlrpc import SupervisorTransport

from tests.launcher.conftest import ROOT, Copy, copy_project

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def get(copy: Copy, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", copy.running["port"], timeout=10)
    with closing(connection):
        connection.request("GET", path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status, answer.read()


def ready(copy: Copy) -> bool:
    with suppress(OSError, http.client.HTTPException):
        return get(copy, "/health/ready/")[0] == 200
    return False


def processes(copy: Copy) -> dict[str, dict]:
    server = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=SupervisorTransport(None, None, f"unix://{copy.runtime}/supervisor.sock"))
    return {process["name"]: process for process in server.supervisor.getAllProcessInfo()}


def eventually(condition, seconds: float = 40) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


def database(copy: Copy) -> psycopg.Connection:
    return psycopg.connect(copy.running["environment"]["DATABASE_URL"], autocommit=True)


def cache(copy: Copy) -> redis.Redis:
    return redis.Redis.from_url(copy.running["environment"]["REDIS_URL"])


def test_a_bad_setting_stops_the_start_by_its_name_and_leaves_nothing_running(copy):
    # given a setting that is not what it should be
    bad = {"OPSFLUX_DEBUG": "perhaps"}
    # when the site is started
    started = copy.ops("start", env=bad)
    # then the start fails, names the setting, and no process is left
    assert started.returncode == 1
    assert "OPSFLUX_DEBUG is not a valid bool" in started.stderr
    assert copy.ops("status").stdout == "OpsFlux is not running.\n"
    assert not (copy.runtime / "supervisor.sock").exists()


def test_a_port_asked_for_and_taken_is_refused_before_anything_is_begun(copy, taken_port):
    # when the site is started on a port somebody listens on
    started = copy.ops("start", "--port", str(taken_port))
    # then it is refused by the port's number, with a way out, and no process is left
    assert started.returncode == 1
    assert f"Port {taken_port} is taken" in started.stderr
    assert "Choose another with --port" in started.stderr
    assert copy.ops("status").returncode == 3


def test_manage_alone_brings_its_services_and_takes_them_away(copy):
    # when a command of manage.py runs with nothing running
    done = copy.ops("manage", "version")
    # then its output is the command's alone, and the services are gone afterwards
    assert (done.returncode, done.stdout) == (0, f"{django.get_version()}\n")
    assert copy.ops("status").returncode == 3


def test_start_serves_in_the_background_beside_a_taken_usual_port(copy):
    with closing(socket.socket()) as holder:
        # given somebody on the usual port
        with suppress(OSError):
            holder.bind(("127.0.0.1", 8000))
            holder.listen(1)
        # when the site is started with an empty environment
        started = copy.ops("start")
    # then it returns, prints the address of a free port, and is ready there
    assert started.returncode == 0, started.stderr
    address = started.stdout.splitlines()[0]
    assert address == f"http://localhost:{copy.running['port']}"
    assert copy.running["port"] != 8000
    status, body = get(copy, "/health/ready/")
    assert (status, json.loads(body)) == (200, {"status": "ok", "database": "ok", "redis": "ok", "migrations": "ok"})
    assert get(copy, "/admin/login/")[0] == 200


def test_secrets_are_the_owners_alone(copy):
    # then neither the key nor the sockets are open to others
    assert (copy.root / "var" / "secret-key").stat().st_mode & 0o777 == 0o600
    assert (copy.root / "var" / "running.json").stat().st_mode & 0o777 == 0o600
    assert (copy.runtime / "db").stat().st_mode & 0o777 == 0o700
    assert not (copy.root / "var" / "log").stat().st_mode & 0o077


def test_a_second_start_says_where_the_site_is(copy):
    # when it is started again
    again = copy.ops("start")
    # then nothing changes and the same address is printed
    assert (again.returncode, again.stdout) == (0, f"http://localhost:{copy.running['port']}\n")
    assert "already running" in again.stderr


def test_manage_uses_the_running_services(copy):
    # given a row written by the running site's database
    with database(copy) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS launcher_probe (word text)")
    # when a command runs beside the site
    done = copy.ops("manage", "inspectdb", "launcher_probe")
    # then it sees that database, and the site goes on
    assert "class LauncherProbe" in done.stdout
    assert ready(copy)


@pytest.mark.parametrize("name", ["web", "worker", "jobs", "beat", "database", "cache"])
def test_a_killed_process_comes_back(copy, name):
    # given a ready site
    assert eventually(lambda: ready(copy))
    victim = processes(copy)[name]["pid"]
    # when one of its processes is killed
    os.kill(victim, signal.SIGKILL)
    # then another takes its place and the site is ready again
    assert eventually(lambda: processes(copy)[name]["statename"] == "RUNNING" and processes(copy)[name]["pid"] != victim)
    assert eventually(lambda: ready(copy))


def test_data_survive_a_killed_database_and_a_stop(copy):
    # given a committed row and a queued word
    with database(copy) as connection:
        connection.execute("INSERT INTO launcher_probe VALUES ('kept')")
    cache(copy).set("launcher:probe", "kept")
    # when the database is killed, and the site stopped and started again
    os.kill(processes(copy)["database"]["pid"], signal.SIGKILL)
    assert copy.ops("stop").returncode == 0
    assert not (copy.runtime / "supervisor.sock").exists()
    again = copy.ops("start")
    # then both are there
    assert again.returncode == 0, again.stderr
    with database(copy) as connection:
        assert connection.execute("SELECT word FROM launcher_probe").fetchall() == [("kept",)]
    assert cache(copy).get("launcher:probe") == b"kept"


def test_a_killed_supervisor_is_replaced_with_all_it_ran(copy):
    # given a site whose supervisor was killed: its processes go on, watched by nobody
    before = {process["pid"] for process in processes(copy).values()}
    os.kill(int((copy.runtime / "supervisor.pid").read_text()), signal.SIGKILL)
    # when it is started again
    again = copy.ops("start")
    # then it is ready and none of the old processes is left
    assert again.returncode == 0, again.stderr
    assert ready(copy)
    assert not {process["pid"] for process in processes(copy).values()} & before
    assert not any(_alive(pid) for pid in before)


def test_stop_twice(copy):
    assert copy.ops("stop").returncode == 0
    assert "not running" in copy.ops("stop").stderr


def test_root_and_an_ordinary_account_without_a_home(tmp_path_factory):
    """The copies above run as whoever runs the tests; as root, this one runs as an account that owns nothing but the copy."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another account; the other tests ran as an ordinary one")
    account = pwd.getpwnam("nobody")
    # env between the two: setpriv itself still passes every door with root's capabilities.
    become = ("setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "env")
    # given a copy owned by nobody, in a folder open to nobody else; it makes its own .venv where it cannot reach this one
    folder = Path("/var/tmp") / tmp_path_factory.mktemp("nobody").name
    folder.mkdir(mode=0o700)
    python = str(ROOT / ".venv" / "bin" / "python")
    reachable = subprocess.run([*become, python, "-c", ""], check=False, capture_output=True).returncode == 0
    site = Copy(copy_project(folder / "site", with_venv=reachable), account.pw_uid, become)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    try:
        # when a command needs the services, twice, with an empty environment
        first = site.ops("manage", "check", "--database", "default")
        second = site.ops("manage", "dbshell", "--", "-Atc", "SHOW data_directory")
        # then the database runs under that account, in the copy, both times
        assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
        data = Path(second.stdout.strip())
        assert data.parent == site.root / "var"
        assert data.stat().st_uid == account.pw_uid
    finally:
        site.remove()
        shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
