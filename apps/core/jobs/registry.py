"""The kinds of background work. A module declares its own in jobs.py, which is discovered:

    @job("exchange.import", title=_("Import"), on_death="say")
    def run_import(run: Run) -> dict: ...

The work runs in one transaction, as the job's author, in their language; what it returns is the job's result."""
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.core.jobs.running import Cancelled, LeaseLost, Run

__all__ = ["KINDS", "Cancelled", "Kind", "LeaseLost", "Run", "job", "kind_title"]
_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
Work = Callable[[Run], dict[str, Any] | None]
DEATHS = ("again", "say")


@dataclass(frozen=True)
class Kind:
    """One kind of work.

    on_death  what becomes of a job whose worker died: "again" runs it once more (it must be harmless to repeat), "say" ends it as failed.
    atomic    one transaction around the work: it is kept as a whole, together with the job's success, or not at all.
    template  what a job's page shows of its result; gets `job` and `result`."""
    name: str
    title: Any
    work: Work
    on_death: str
    priority: int
    atomic: bool
    template: str


KINDS: dict[str, Kind] = {}


def job(name: str, *, title: Any, on_death: str = "say", priority: int = 5, atomic: bool = True,
        template: str = "") -> Callable[[Work], Work]:
    """Declare a kind of work (app.name) on its function. A second declaration of a name is refused."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not of the form app.name")
    if on_death not in DEATHS:
        raise ValueError(f"{name}: on_death is one of {', '.join(DEATHS)}")

    def declare(work: Work) -> Work:
        if name in KINDS:
            raise ValueError(f"job {name!r} is declared twice")
        KINDS[name] = Kind(name, title, work, on_death, priority, atomic, template)
        return work
    return declare


def kind_title(name: str) -> str:
    """A kind for people; its bare name when its module is gone."""
    return str(KINDS[name].title) if name in KINDS else name
