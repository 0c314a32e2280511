"""The frame of every import: rights, one run of a family at a time, all or nothing, one event."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from apps.core.exchange import outputs, upserts
from apps.core.exchange.events import ImportCompleted
from apps.core.exchange.loading import Run
from apps.core.exchange.reading import Broken, Source
from apps.core.exchange.report import MOST_ERRORS, ImportReport, texts
from apps.kernel.access import permission, rights
from apps.kernel.context import act
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.events import publish
from apps.kernel.integrity import explained
from apps.kernel.presets import Fault, Loaded, ModelPreset, Preset
from apps.kernel.transactions import in_transaction

LOCK = "SELECT pg_try_advisory_xact_lock(hashtext(%s))"
MOST_PASSES = 25        # leaving lines out may put others in the wrong; a file that never comes to rest is refused


@dataclass(frozen=True)
class Order:
    """What is to be imported, how and by whom. `mappings` are, by file name, a person's corrections (column → header); `errors_to` is the
    CSV of every fault, `rejected_to` the folder of the lines left out. `say` is told how far it is, and may raise to stop."""
    preset: Preset
    sources: Sequence[Source]
    actor: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dry_run: bool = False
    skip_bad: bool = False
    errors_to: Path | None = None
    rejected_to: Path | None = None
    say: Callable[[int, int, Any], None] | None = None

    @property
    def create_missing(self) -> bool:
        """Whether what the files only name is made."""
        return bool(self.options.get("create_missing")) and self.preset.create_missing


def missing_rights(preset: Preset, actor: Any, *, create_missing: bool = False) -> list[str]:
    """The rights that an import needs everywhere (it writes wherever its file says: security requirement 5) and the actor has not."""
    held = rights(actor)
    needed = [*preset.rights, *(preset.missing_rights if create_missing else ())]
    models = [(apps.get_model(label), action) for label, action in needed]
    return [permission(model, action) for model, action in models if held.filter(model, action) is not True]


def authorise(preset: Preset, actor: Any, *, create_missing: bool = False) -> None:
    """Raises PermissionDenied that names what is missing."""
    if missing := missing_rights(preset, actor, create_missing=create_missing):
        raise PermissionDenied(_("This import needs the rights %(rights)s on every record; an administrator can give them.")
                               % {"rights": ", ".join(missing)})


def execute(order: Order) -> ImportReport:
    """Import in one transaction, kept only if it found no fault (or left the lines at fault out) and this is not a dry run.

    Raises PermissionDenied; Conflict `import_running`, `try_again` or what a constraint says; Invalid `file_twice`, `value_refused`.
    """
    authorise(order.preset, order.actor, create_missing=order.create_missing)
    names = [source.name for source in order.sources]
    for name in names:
        if names.count(name) > 1:
            raise Invalid("file_twice", _("The file %(name)s is given twice.") % {"name": name})
    with act(order.actor, reason=_("Import of %(files)s") % {"files": ", ".join(names)}):
        try:
            return in_transaction(lambda: _all_or_nothing(order))
        except IntegrityError as error:
            raise explained(error) from error
        except DataError as error:
            raise Invalid("value_refused", _("A value of the files is too long or too large to be stored: %(why)s")
                          % {"why": str(error).splitlines()[0]}) from error


def _all_or_nothing(order: Order) -> ImportReport:
    family = order.preset.family or order.preset.name
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL client_connection_check_interval = '2s'")     # an import that is killed gives its locks back
        cursor.execute(LOCK, [f"import:{family}"])
        if not cursor.fetchone()[0]:
            raise Conflict("import_running", _("Another import of these records is running. Nothing was done: try again when it "
                                               "has ended."))
    run = Run(order.preset, order.sources, actor=order.actor, options=order.options, mappings=order.mappings, skip_bad=order.skip_bad,
              dry_run=order.dry_run, say=order.say)
    run.open()
    loaded, good = _load(order, run)
    report = _report(order, run, loaded, good)
    if good and (report.created or report.changed):
        event = order.preset.event or ImportCompleted
        publish(event(pk=0, preset=order.preset.name, created=report.created, changed=report.changed,  # type: ignore[call-arg]  # as declared
                      actor_id=order.actor.pk))
    _leave(order, run)
    if not good or order.dry_run:
        transaction.set_rollback(True)
    return report


def _load(order: Order, run: Run) -> tuple[Loaded, bool]:
    """The preset's work, again without the lines at fault where these are left out; whether it may be kept."""
    loaded = Loaded()
    for _pass in range(MOST_PASSES):
        if run.faults.fatal:
            return loaded, False
        run.begin()
        savepoint = transaction.savepoint()
        try:
            loaded = _work(order.preset, run)
        except Broken as broken:
            run.faults.add(0, broken.line, broken.column, broken.code, broken.message, True)
        if not run.faulty:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")   # a dry run refuses what the end would
            transaction.savepoint_commit(savepoint)
            return loaded, True
        if not order.skip_bad or run.faults.fatal or not run.again():
            return loaded, False
        run.faults.survive(partial(transaction.savepoint_rollback, savepoint))
    return loaded, False


def _work(preset: Preset, run: Run) -> Loaded:
    if preset.load is not None:
        return preset.load(run)     # type: ignore[arg-type]  # a list of files is a sequence of them
    if isinstance(preset, ModelPreset):
        return upserts.load(preset, run)
    raise TypeError(f"preset {preset.name} says neither a model nor how it is loaded")


def _report(order: Order, run: Run, loaded: Loaded, good: bool) -> ImportReport:
    report = ImportReport(order.preset.name, {file.name: file.count for file in run.files}, order.dry_run, figures=loaded.figures,
                          before=texts(loaded.before), refused=not good)
    if good:
        report = replace(report, counts=loaded.counts, others=loaded.others, notices=tuple(loaded.notices), after=texts(loaded.after),
                         rejected=sum(1 for _line in run.faults.lines()) if run.faults.count else 0)
    else:
        report = replace(report, after=texts(loaded.after))
    if not run.faults.count:
        return report
    entries = islice(run.faults.entries(), MOST_ERRORS)
    names = run.faults.names
    return report.with_errors((Fault(names[file], line, column, code, message) for file, line, column, code, message in entries),
                              run.faults.count)


def _leave(order: Order, run: Run) -> None:
    if order.errors_to is not None:
        outputs.write_errors(order.errors_to, run)
    if order.rejected_to is not None and run.faults.count and not run.faults.fatal:
        outputs.write_rejected(order.rejected_to, run)
