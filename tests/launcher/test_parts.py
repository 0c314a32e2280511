"""The launcher's parts, each by itself."""
import gettext
import socket
from contextlib import closing
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError
from django.core.exceptions import ImproperlyConfigured

from opsflux.launcher import bench, check, pip_configuration, ports, processes, stamps, translations, uv
from opsflux.launcher.errors import LauncherError
from opsflux.settings.environment import broker_url, database_url, read
from tests.bench import figure

CATALOGUE = '''msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "site"
msgstr "site (fr)"

#, fuzzy
msgid "guess"
msgstr "devine"
'''


def test_the_machines_pip_configuration_reaches_uv(tmp_path):
    # given a mirror and an extra index in pip's file, and a certificate in its variable
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text(
        "[global]\nindex-url = https://mirror.example/simple\nextra-index-url =\n    https://a.example\n    https://b.example\n")
    # when uv's variables are asked for
    found = pip_configuration.for_uv({"HOME": str(tmp_path), "PIP_CERT": "/ca.pem"})
    # then uv looks where pip would, into every index
    assert found["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert found["UV_INDEX"] == "https://a.example https://b.example"
    assert found["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert found["SSL_CERT_FILE"] == "/ca.pem"


def test_what_is_said_to_uv_itself_wins(tmp_path):
    # given both configured
    env = {"HOME": str(tmp_path), "PIP_INDEX_URL": "https://pip.example", "UV_DEFAULT_INDEX": "https://uv.example"}
    # then uv keeps its own
    assert "UV_DEFAULT_INDEX" not in pip_configuration.for_uv(env)


def test_a_free_port_is_found_and_a_taken_one_refused():
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen(1)
        taken = holder.getsockname()[1]
        # then the port in use is refused by number, and one left to choose is free
        with pytest.raises(LauncherError, match=f"Port {taken} is taken"):
            ports.choose(taken, "127.0.0.1")
        assert ports.free(ports.choose(None, "127.0.0.1"), "127.0.0.1")


def test_a_catalogue_is_compiled_without_its_guesses(tmp_path):
    # given a catalogue with a fuzzy message
    folder = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text(CATALOGUE)
    # when it is compiled
    assert translations.catalogues(tmp_path) == [source]
    assert translations.stale(source)
    translations.compile_one(source)
    # then the sure message is translated, the guess is not, and nothing is left to do
    with source.with_suffix(".mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    assert (catalogue.gettext("site"), catalogue.gettext("guess")) == ("site (fr)", "guess")
    assert not translations.stale(source)


def test_a_malformed_catalogue_is_refused_and_the_last_good_one_kept(tmp_path):
    # given a good compiled catalogue whose source is then broken
    source = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE)
    translations.compile_one(source)
    good = source.with_suffix(".mo").read_bytes()
    source.write_text(CATALOGUE + "\nno line of a catalogue\n")
    # then compiling it says so and touches nothing
    with pytest.raises(PoFileError):
        translations.compile_one(source)
    assert source.with_suffix(".mo").read_bytes() == good


def test_a_digest_follows_bytes_and_names_but_not_the_place(tmp_path):
    # given the same folder in two places, and a third with another name within
    for place, name in (("a", "x.ts"), ("b", "x.ts"), ("c", "y.ts")):
        (tmp_path / place / "frontend").mkdir(parents=True)
        (tmp_path / place / "frontend" / name).write_text("1")
    first, second, third = (stamps.digest([tmp_path / place / "frontend"]) for place in "abc")
    # then only the content counts
    assert first == second != third
    (tmp_path / "a" / "frontend" / "x.ts").write_text("2")
    assert stamps.digest([tmp_path / "a" / "frontend"]) != first


def test_the_supervisors_file_holds_every_process_and_takes_any_path():
    # when it is written for a folder whose name holds what supervisor expands
    text = processes.configuration(Path("/run/100%"), foreground=False)
    # then the sign is escaped, every process is there, and none starts by itself
    assert "file=/run/100%%/supervisor.sock" in text
    assert [line for line in text.splitlines() if line.startswith("[program:")] == [
        "[program:database]", "[program:cache]", "[program:web]", "[program:worker]", "[program:jobs]",
        "[program:beat]"]
    assert text.count("autostart=false") == text.count("autorestart=true") == 6


def test_a_uv_that_is_absent_or_too_old_is_not_taken(tmp_path):
    # given a program that calls itself an old uv
    old = tmp_path / "uv"
    old.write_text("#!/bin/sh\necho uv 0.4.1\n")
    old.chmod(0o755)
    # then neither it nor a missing one will do, and a newer one will
    assert not uv._recent(old)
    assert not uv._recent(tmp_path / "missing")
    old.write_text("#!/bin/sh\necho uv 0.13.8 '(x86_64)'\n")
    assert uv._recent(old)


def test_mypy_sees_the_kernel_the_launcher_and_every_service():
    # then the computed paths hold the folders and each app's services, and no file twice
    found = check.typed()
    services = {str(path.relative_to(check.ROOT)) for path in check.ROOT.glob("apps/core/*/services.py")}
    assert services and {"apps/kernel", "opsflux/launcher", *services} <= set(found)
    assert len(found) == len(set(found))
    assert not any(path.startswith("apps/kernel/") for path in found)


def test_a_figure_is_judged_by_its_ratio_or_by_itself():
    # then a bound holds the ratio unless it is absolute
    assert figure("a", ours=7.9, limit=1.0, unit="s", bound=8).ok
    assert not figure("a", ours=8.1, limit=1.0, unit="s", bound=8).ok
    assert not figure("a", ours=2.6, limit=1.0, unit="s", bound=2.5, absolute=True).ok
    assert figure("a", ours=2.4, unit="s", bound=2.5, absolute=True).as_dict() == {
        "name": "a", "ours": 2.4, "limit": None, "ratio": None, "unit": "s", "bound": 2.5, "ok": True}
    with pytest.raises(ValueError, match="needs a limit"):
        figure("a", ours=1, unit="s", bound=8)


def test_the_start_measure_is_listed_and_an_unknown_one_refused():
    assert "start" in bench.names()
    with pytest.raises(LauncherError, match="Unknown: nothing"):
        bench.run(["nothing"], as_json=True, listing=False, keep=False)


def test_celery_is_told_of_a_redis_on_a_socket_in_its_own_spelling():
    assert broker_url("unix:///run/x/redis.sock?db=1") == "redis+socket:///run/x/redis.sock?virtual_host=1"
    assert broker_url("unix:///run/x/redis.sock") == "redis+socket:///run/x/redis.sock?virtual_host=0"
    assert broker_url("redis://cache:6379/0") == "redis://cache:6379/0"


def test_a_database_address_may_name_a_socket_and_options(monkeypatch):
    # given an address as libpq writes it
    monkeypatch.setenv("PROBE_URL", "postgres://opsflux@/site?host=/run/x/db&sslmode=require")
    # then Django finds the socket, the name and the options where it looks for them
    found = database_url("PROBE_URL")
    assert (found["HOST"], found["NAME"], found["OPTIONS"]) == ("/run/x/db", "site", {"sslmode": "require"})


def test_a_switch_is_yes_or_no(monkeypatch):
    for word, value in (("yes", True), ("0", False), ("TRUE", True)):
        monkeypatch.setenv("PROBE_SWITCH", word)
        assert read("bool", "PROBE_SWITCH") is value
    monkeypatch.setenv("PROBE_SWITCH", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="PROBE_SWITCH is not a valid bool"):
        read("bool", "PROBE_SWITCH")
