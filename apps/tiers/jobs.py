"""What the register does in the background."""
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.jobs.registry import Run, job
from apps.tiers.services import find_duplicates
from apps.tiers.services.finding import KINDS, SEARCH, check_may_search, say_found


@job(SEARCH, title=gettext_lazy("Search for duplicates"), on_death="again", atomic=False, priority=8,
     template="tiers/search_report.html")
def run_search(run: Run) -> dict[str, Any]:
    """Look for duplicates of the kinds in the payload. Stopped or killed, it is taken up where it was by whatever search comes next."""
    check_may_search(run.author)
    compared = opened = 0
    for kind in run.payload.get("kinds") or KINDS:
        found = find_duplicates(kind=kind, full=run.payload.get("full", False), tell=partial(_tell, run, kind))
        compared, opened = compared + found.compared, opened + found.opened
    if opened:
        say_found(opened, author=run.author)
    return {"compared": compared, "opened": opened}


def _tell(run: Run, kind: str, done: int, total: int, opened: int) -> None:
    names = {"company": _("Companies: new possible duplicates: %(count)d"), "person": _("Persons: new possible duplicates: %(count)d")}
    run.progress(done, total, names[kind] % {"count": opened})
