"""TIE-19: the search for duplicates by likeness (domain rule 4): what changed is compared with the whole register, chunk by chunk.

Each chunk is one transaction, and how far the search has come is written in it: stopped or killed, it goes on from there; two searches
at once share the work. Only what changed since the last one is compared, unless everything is asked for."""
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.core.iam.choices import AccountKind
from apps.core.jobs.services import start
from apps.kernel.access import may, permission
from apps.kernel.events import publish
from apps.tiers.choices import CandidateState
from apps.tiers.events import DuplicatesFound
from apps.tiers.models import DuplicateCandidate, DuplicateSearch
from apps.tiers.services.candidates import MODELS, propose
from apps.tiers.services.likeness import Pair, alike

SEARCH = "tiers.find_duplicates"
KINDS = ("company", "person")
CHUNK = 100         # records compared in one transaction: a few seconds in a large register
Tell = Callable[[int, int, int], None]      # records done, of how many, pairs opened

# What a transaction that is still open has changed cannot be seen yet and is dated before now: it belongs to the next search.
QUIET_UNTIL = """
SELECT least(now(), min(xact_start)) FROM pg_stat_activity
WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"""


@dataclass(frozen=True)
class Searched:
    """What a search did: records compared, pairs opened (again)."""
    compared: int = 0
    opened: int = 0


def check_may_search(actor: Any) -> None:
    """Raises PermissionDenied without the right to search: its counts are those of the whole register."""
    if not may(actor, "find", DuplicateCandidate):
        raise PermissionDenied(_("You need the right %(right)s; an administrator can give it.") % {
            "right": permission(DuplicateCandidate, "find")})


def start_search(*, author: Any, kinds: Iterable[str] = (), full: bool = False) -> Any:
    """Queue a search as a job of `author` and answer it: of these kinds of record, or all. Raises PermissionDenied."""
    check_may_search(author)
    return start(SEARCH, author=author, title=_("Search for duplicates"), payload={"kinds": list(kinds), "full": full})


def say_found(opened: int, *, author: Any) -> None:
    """Tell who asked, or after the night's search all who may search, that pairs were opened."""
    likest = DuplicateCandidate.objects.filter(state=CandidateState.OPEN).order_by("-score", "-pk").values_list("pk", flat=True).first()
    with transaction.atomic():
        publish(DuplicatesFound(pk=likest or 0, opened=opened, author_id=None if author.kind == AccountKind.SYSTEM else author.pk))


def find_duplicates(*, kind: str, full: bool = False, since: datetime | None = None, dry_run: bool = False,
                    tell: Tell = lambda done, total, opened: None) -> Searched:
    """Compare the records of a kind that changed since the last search (`full`: all of them; `since`: those changed from then on) with
    all others, and open the pairs that may be one. `tell` may raise to stop: what was found until then stays.

    A search that was stopped is taken up, whatever is asked. `since` and `dry_run` (finds, and opens nothing) stand apart from it."""
    if since or dry_run:
        return _apart(kind, None if full else since or _complete_until(kind), dry_run, tell)
    mark, done = _begin(kind, full), Searched()
    total = _changed(kind, mark.since, mark.reached).count()
    while (step := _step(kind)) is not None:
        done = Searched(done.compared + step.compared, done.opened + step.opened)
        tell(done.compared, max(total, done.compared), done.opened)
    return done


def _begin(kind: str, full: bool) -> DuplicateSearch:
    """The search that was stopped, or a new one."""
    DuplicateSearch.objects.get_or_create(kind=kind)
    with transaction.atomic():
        mark = DuplicateSearch.objects.select_for_update().get(kind=kind)
        if mark.until is None or (full and mark.since is not None):
            mark.since, mark.until, mark.reached = (None if full else mark.complete_until), _quiet_until(), 0
            mark.save()
    return mark


def _step(kind: str) -> Searched | None:
    """Compare the next records; None when there are no more: then all that changed before the search began has been compared."""
    with transaction.atomic():
        mark = DuplicateSearch.objects.select_for_update().get(kind=kind)
        if mark.until is None:
            return None         # another process did the last ones
        pks = _next(kind, mark.since, mark.reached)
        if pks:
            found = Searched(len(pks), propose(kind=kind, found=alike(kind, pks), everything=True))
            mark.reached = pks[-1]
        else:
            found, mark.complete_until = None, mark.until
            mark.since, mark.until, mark.reached = None, None, 0
        mark.save()
    return found


def _apart(kind: str, since: datetime | None, dry_run: bool, tell: Tell) -> Searched:
    """A search that leaves no mark of how far it came."""
    done, reached, total = Searched(), 0, _changed(kind, since, 0).count()
    counted: set[Pair] = set()      # each of two records finds the other: a dry run does not remember the first
    while pks := _next(kind, since, reached):
        with transaction.atomic():
            found = {pair: why for pair, why in alike(kind, pks).items() if pair not in counted}
            opened = propose(kind=kind, found=found, everything=True)
            transaction.set_rollback(dry_run)
        counted.update(found if dry_run else ())
        done, reached = Searched(done.compared + len(pks), done.opened + opened), pks[-1]
        tell(done.compared, max(total, done.compared), done.opened)
    return done


def _changed(kind: str, since: datetime | None, reached: int) -> QuerySet:
    """The records after the key `reached` that changed since then: themselves, their lines, or when a person was born."""
    rows: QuerySet = MODELS[kind].objects.current().filter(pk__gt=reached)
    if since is None:
        return rows
    changed = Q(updated_at__gte=since)
    return rows.filter(changed | Q(details__updated_at__gte=since) if kind == "person" else changed)


def _next(kind: str, since: datetime | None, reached: int) -> list[int]:
    keys: Iterable[Any] = _changed(kind, since, reached).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    return list(keys)


def _complete_until(kind: str) -> datetime | None:
    return DuplicateSearch.objects.filter(kind=kind).values_list("complete_until", flat=True).first()


def _quiet_until() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(QUIET_UNTIL)
        found: datetime = cursor.fetchone()[0]
    return found
