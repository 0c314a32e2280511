"""Import of the register's field and facility files: scenarios 3 to 5, rules 6, 7, 8 and 12. They are planned as a whole, in memory."""
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.factory.services import lock_sites, put_sites
from apps.kernel.bulk import Outcome, put_all
from apps.kernel.periods import period, shown
from apps.kernel.presets import Count, Loaded, Loading, Notice
from apps.tiers.models import ExternalId
from apps.tiers.services.candidates import record_candidates
from apps.tiers.services.importing.interests import write_interests
from apps.tiers.services.importing.register import Register, write_stubs
from apps.tiers.shelf.interests import Finding
from apps.tiers.shelf.known import SiteRef, wanted_companies, wanted_sites
from apps.tiers.shelf.plan import ShelfPlan, plan_shelf
from apps.tiers.shelf.rows import LAYOUTS, Reading
from apps.tiers.shelf.sites import PlannedSite

TIME_ZONE = "Europe/Oslo"   # the register is of the Norwegian shelf
SOURCE_TEXT = 120           # characters kept of a position as written
Sites = dict[SiteRef, Any]
Outcomes = dict[str, list[tuple[Any, Outcome]]]


def load_shelf(run: Loading) -> Loaded:
    """Bring sites and interests in line with any of the field and facility files.

    With the option `create_missing`, companies and sites that are only named are made as stubs; without, such lines are at fault.
    """
    readings = []
    for file in run.files:
        rows = tuple(file.rows())
        readings.append(Reading(file.name, LAYOUTS[file.table.name], rows, (), len(rows)))
    register = Register.holding(wanted_companies(readings))
    sites = _present(wanted_sites(readings))
    plan = plan_shelf(readings, register.known(), sites, create_missing=bool(run.options.get("create_missing")))
    for error in plan.errors:
        run.fault(error)
    if run.faulty:
        return _refused(plan)
    run.progress(60, 100, _("Writing"))
    outcomes = write_stubs(plan.stubs, register)
    _add(outcomes, _write_sites(plan.sites, sites))
    interests, errors = write_interests(plan.interests, register, sites)
    for error in errors:
        run.fault(error)
    if errors:
        return _refused(plan)
    _add(outcomes, {"tiers.interest": interests})
    run.progress(90, 100, _("Looking for duplicates"))
    candidates = record_candidates(kind="company", pks=register.written())
    stubs = dict(Counter(stub.file for stub in plan.stubs))
    after = [_("New possible duplicates: %(count)d") % {"count": candidates}]
    after += [_("Companies made from references only: %(count)d") % {"count": len(plan.stubs)}] if plan.stubs else []
    return Loaded(tally(outcomes), candidates, _notices(plan, register, sites),
                  {"candidates": candidates, "stubs": stubs, **_missing(plan)}, after=after)


def tally(outcomes: Mapping[str, Iterable[tuple[Any, Outcome]]]) -> dict[str, Count]:
    """Counts by model label."""
    return {label: Count(**Counter(outcome.value for _row, outcome in found)) for label, found in outcomes.items()}


def _missing(plan: ShelfPlan) -> dict[str, Any]:
    return {"missing_companies": dict(plan.missing_companies), "missing_sites": dict(plan.missing_sites)}


def _refused(plan: ShelfPlan) -> Loaded:
    """By file, the rows that name what is not there."""
    told = [ngettext("%(file)s: %(count)d row names a company that is not registered",
                     "%(file)s: %(count)d rows name companies that are not registered", count) % {"file": file, "count": count}
            for file, count in plan.missing_companies.items()]
    told += [ngettext("%(file)s: %(count)d row names a site that is not registered",
                      "%(file)s: %(count)d rows name sites that are not registered", count) % {"file": file, "count": count}
             for file, count in plan.missing_sites.items()]
    return Loaded(figures={"candidates": 0, "stubs": {}, **_missing(plan)}, after=told)


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


def _notices(plan: ShelfPlan, register: Register, sites: Sites) -> list[Notice]:
    name_of = {**{pk: company.legal_name for pk, company in register.companies.items()},
               **{register.pk(stub.ref): stub.name for stub in plan.stubs}}

    def told(one: Finding) -> Notice:
        site, companies = sites[one.site].name, [name_of[register.pk(ref)] for ref in one.companies]
        total = [f"{number_format(one.found.normalize())} %"] if one.found is not None else []
        details = "".join(f" · {part}" for part in (*companies, *total))
        return Notice(one.code, f"{_sentence(one.code)}: {site}, {shown(period(one.period.start, one.period.end))}{details}",
                      {"site": site, "first": one.period.start, "to": one.period.end, "companies": companies, "total": one.found})
    return [told(one) for one in plan.findings]


def _sentence(code: str) -> str:
    return {"operators_overlap": _("Two operators at once"), "operator_gap": _("No operator"),
            "share_total": _("Shares do not add up to 100 %")}[code]


def _add(outcomes: Outcomes, more: Outcomes) -> None:
    for label, found in more.items():
        outcomes.setdefault(label, []).extend(found)
