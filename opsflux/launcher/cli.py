"""The commands of ./ops."""
import argparse
from collections.abc import Callable

from opsflux.launcher import bench, check, commands, requirements, serve, services, start, suite
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import PYTHON, ROOT
from opsflux.launcher.progress import say


def main(arguments: list[str]) -> int:
    """Run the command; what it cannot do is said with what to do about it."""
    # What follows `manage` and `test` is not ours to read.
    passed_on = arguments[:1] in (["manage"], ["test"])
    options = _parser().parse_args(arguments[:1] if passed_on else arguments)
    rest = arguments[1:] if passed_on else []
    try:
        if options.needs:
            requirements.ensure(options.needs)
            requirements.enter(arguments)
        return int(options.run(options, rest))
    except LauncherError as error:
        say(f"\nops: {error.what}\n{error.advice}")
        return 1
    except KeyboardInterrupt:
        say("\nops: interrupted")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./ops", description="Sets OpsFlux up, runs it and checks it.", allow_abbrev=False)
    subparsers = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: Callable[[argparse.Namespace, list[str]], int], about: str,
            needs: str | None = None) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, description=about, help=about, allow_abbrev=False)
        sub.set_defaults(run=run, needs=needs)
        return sub

    _add_start(add("start", lambda given, _: start.start(given.port, given.bind, given.demo, given.foreground),
                   "set everything up and serve the site", needs="base"))
    add("stop", lambda given, _: start.stop(), "stop the site and its services")
    add("status", lambda given, _: start.status(), "say what runs and whether the site is ready")
    add("manage", _manage, "run a command of manage.py with the site's services", needs="base")
    add("test", lambda given, rest: suite.run(rest), "run the tests (pytest's arguments are passed on)", needs="dev")
    add("check", lambda given, _: check.run(), "run the static checks", needs="dev")
    _add_bench(add("bench", lambda given, _: bench.run(given.names, as_json=given.json, listing=given.list, keep=given.keep),
                   "measure, beside a limit measured in the same run", needs="dev"))
    add("lock", lambda given, _: requirements.lock(), "lock the requirements anew at their newest versions")
    add("serve", lambda given, _: serve.PROCESSES[given.process](),
        "become one of the site's processes (the supervisor calls this)").add_argument("process", choices=sorted(serve.PROCESSES))
    return parser


def _add_start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="the port to listen on (8000, or the next free one)")
    parser.add_argument("--bind", default="127.0.0.1", help="the address to listen on (127.0.0.1: this machine only)")
    parser.add_argument("--demo", action=argparse.BooleanOptionalAction, default=None,
                        help="load the demonstration site on the first start (done anyway on the embedded database)")
    parser.add_argument("--foreground", action="store_true", help="stay, with the logs on the terminal, until told to stop")


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to measure (all when none is named)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--list", action="store_true", help="only name the measures")
    parser.add_argument("--keep", action="store_true", help="keep the database of the measures and use it again")


def _manage(_: argparse.Namespace, rest: list[str]) -> int:
    with services.running() as env:
        return commands.pass_through([PYTHON, ROOT / "manage.py", *rest], env=env)

