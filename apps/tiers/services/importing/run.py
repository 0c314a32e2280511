"""The frame of every import: rights, one run at a time, all or nothing, one event."""
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from apps.kernel.access import permission, rights
from apps.kernel.context import act
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.events import publish
from apps.kernel.integrity import explained
from apps.kernel.transactions import in_transaction
from apps.tiers.events import ImportCompleted
from apps.tiers.services.importing.files import SourceFile
from apps.tiers.services.importing.report import ImportReport

LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('tiers_import'))"
Right = tuple[Any, str]


def run(work: Callable[[], ImportReport], *, kind: str, files: Sequence[SourceFile], actor: Any, needed: Sequence[Right],
        dry_run: bool) -> ImportReport:
    """Do the work as `actor` in one transaction, kept only if it found no error and this is not a dry run.

    Raises PermissionDenied; Conflict `import_running`, `try_again` or what a constraint says; Invalid `value_refused`.
    """
    _authorise(actor, needed)
    reason = _("Import of %(files)s") % {"files": ", ".join(file.name for file in files)}
    with act(actor, reason=reason):
        try:
            return in_transaction(lambda: _all_or_nothing(work, kind, actor, dry_run))
        except IntegrityError as error:
            raise explained(error) from error
        except DataError as error:
            raise Invalid("value_refused", _("A value of the files is too long or too large to be stored: %(why)s")
                          % {"why": str(error).splitlines()[0]}) from error


def _all_or_nothing(work: Callable[[], ImportReport], kind: str, actor: Any, dry_run: bool) -> ImportReport:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        if not cursor.fetchone()[0]:
            raise Conflict("import_running", _("Another import of the register is running. Nothing was done: try again when it has ended."))
    report = work()
    if report.created or report.changed:
        publish(ImportCompleted(pk=0, preset=kind, created=report.created, changed=report.changed, actor_id=actor.pk))
    if report.errors or dry_run:
        transaction.set_rollback(True)
    return report


def _authorise(actor: Any, needed: Sequence[Right]) -> None:
    """An import writes wherever its file says: each right is needed everywhere (security requirement 5)."""
    held = rights(actor)
    missing = [permission(model, action) for model, action in needed if held.filter(model, action) is not True]
    if missing:
        raise PermissionDenied(_("This import needs the rights %(rights)s on every record; an administrator can give them.")
                               % {"rights": ", ".join(missing)})
