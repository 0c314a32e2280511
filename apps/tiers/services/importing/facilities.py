"""Import of the register's field and facility files: scenarios 3 to 5, rules 6, 7, 8 and 12."""
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q

from apps.core.factory.services import SITE_RIGHTS, lock_sites, put_sites
from apps.kernel.bulk import Outcome, put_all
from apps.tiers.models import ExternalId, Interest
from apps.tiers.services.candidates import record_candidates
from apps.tiers.services.importing.companies import COMPANY_RIGHTS, write_stubs
from apps.tiers.services.importing.files import SourceFile, read_all
from apps.tiers.services.importing.interests import write_interests
from apps.tiers.services.importing.register import Register
from apps.tiers.services.importing.report import ImportReport, ReportedFinding, tally
from apps.tiers.services.importing.run import run
from apps.tiers.shelf.interests import Finding
from apps.tiers.shelf.known import SiteRef, wanted_companies, wanted_sites
from apps.tiers.shelf.plan import ShelfPlan, plan_shelf
from apps.tiers.shelf.rows import SITE_LAYOUTS, Reading
from apps.tiers.shelf.sites import PlannedSite

KIND = "facilities"
NEEDED = (*SITE_RIGHTS, (Interest, "add"), (Interest, "change"))
TIME_ZONE = "Europe/Oslo"   # the register is of the Norwegian shelf
SOURCE_TEXT = 120           # characters kept of a position as written
Sites = dict[SiteRef, Any]
Outcomes = dict[str, list[tuple[Any, Outcome]]]


def import_facilities(*, files: Sequence[SourceFile], actor: Any, create_missing: bool = False, dry_run: bool = False) -> ImportReport:
    """Bring sites and interests in line with any of the field and facility files: all of it, or nothing where a line is at fault.

    With `create_missing`, companies and sites that are only named are made as stubs; without, such lines are at fault.
    Raises PermissionDenied, Conflict `import_running` or `try_again`, Invalid `value_refused` or `file_twice`.
    """
    readings = read_all(files, SITE_LAYOUTS)
    needed = (*NEEDED, *COMPANY_RIGHTS) if create_missing else NEEDED
    return run(lambda: _import(readings, create_missing, dry_run), kind=KIND, files=files, actor=actor, needed=needed, dry_run=dry_run)


def _import(readings: Sequence[Reading], create_missing: bool, dry_run: bool) -> ImportReport:
    register = Register.holding(wanted_companies(readings))
    sites = _present(wanted_sites(readings))
    plan = plan_shelf(readings, register.known(), sites, create_missing=create_missing)
    report = ImportReport(
        KIND, {reading.file: reading.count for reading in readings}, dry_run, stubs=dict(Counter(stub.file for stub in plan.stubs)),
        missing_companies=dict(plan.missing_companies), missing_sites=dict(plan.missing_sites))
    if plan.errors:
        return report.refused(plan.errors)
    outcomes = write_stubs(plan.stubs, register)
    _add(outcomes, _write_sites(plan.sites, sites))
    interests, errors = write_interests(plan.interests, register, sites)
    if errors:
        return report.refused(errors)
    _add(outcomes, {"tiers.interest": interests})
    candidates = record_candidates(kind="company", pks=register.written())
    return replace(report, counts=tally(outcomes), candidates=candidates, findings=_findings(plan, register, sites))


def _present(refs: Iterable[SiteRef]) -> Sites:
    """The sites that exist, by external id, locked."""
    wanted = set(refs)
    by_system = Q(pk__in=[])
    for system in {system for system, _value in wanted}:
        by_system |= Q(system=system, value__in=[value for its, value in wanted if its == system])
    pks = {(system, value): pk for system, value, pk in
           ExternalId.objects.filter(by_system, site__isnull=False).values_list("system", "value", "site")}
    locked = lock_sites(pks.values())
    return {ref: locked[pk] for ref, pk in pks.items()}


def _write_sites(planned: Sequence[PlannedSite], sites: Sites) -> Outcomes:
    """Write sites, those without parent first, and the external ids of new ones; `sites` then holds them all."""
    written: list[tuple[Any, Outcome]] = []
    for batch in ([one for one in planned if one.parent is None], [one for one in planned if one.parent is not None]):
        found = put_sites([(sites.get(one.ref), _values(one, sites)) for one in batch])
        sites.update((one.ref, site) for one, (site, _outcome) in zip(batch, found, strict=True))
        written += found
    new = {site.pk for site, outcome in written if outcome is Outcome.CREATED}
    ids = put_all(ExternalId, [(None, {"site_id": sites[one.ref].pk, "system": one.ref[0], "value": one.ref[1]})
                               for one in planned if sites[one.ref].pk in new])
    return {"factory.site": written, "tiers.externalid": ids}


def _values(planned: PlannedSite, sites: Sites) -> dict[str, Any]:
    """What a file says of a site; what it leaves open is left as it is."""
    said = {"phase": planned.phase, "commissioned_on": planned.commissioned_on, "water_depth": planned.water_depth,
            "functions": planned.functions or None, "parent_id": sites[planned.parent].pk if planned.parent is not None else None}
    values = {"name": planned.name, "kind": planned.kind, "extra": planned.details,
              **{name: value for name, value in said.items() if value is not None}}
    if planned.ref not in sites:
        values["time_zone"] = TIME_ZONE
    if (place := planned.position) is not None:
        values.update(latitude=place.lat, longitude=place.lon, source_datum=place.datum, source_latitude=place.source_lat,
                      source_longitude=place.source_lon, source_position=place.source_text[:SOURCE_TEXT],
                      position_accuracy=place.accuracy_m, position_flags=list(place.flags))
    return values


def _findings(plan: ShelfPlan, register: Register, sites: Sites) -> tuple[ReportedFinding, ...]:
    name_of = {**{pk: company.legal_name for pk, company in register.companies.items()},
               **{register.pk(stub.ref): stub.name for stub in plan.stubs}}

    def told(one: Finding) -> ReportedFinding:
        return ReportedFinding(one.code, sites[one.site].name, one.period.start, one.period.end,
                               tuple(name_of[register.pk(ref)] for ref in one.companies), one.found)
    return tuple(map(told, plan.findings))


def _add(outcomes: Outcomes, more: Outcomes) -> None:
    for label, found in more.items():
        outcomes.setdefault(label, []).extend(found)
