"""Import of the register's company file: scenarios 1 and 2, rules 3 and 5."""
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.bulk import Outcome, put_all
from apps.kernel.presets import Fault, Loaded, Loading
from apps.tiers.choices import NameKind
from apps.tiers.identifiers import SCHEMES, Checked
from apps.tiers.models import Company, CompanyName, ExternalId, Identifier
from apps.tiers.services.candidates import record_candidates
from apps.tiers.services.companies import today
from apps.tiers.services.importing.register import Register, key_of, name_of
from apps.tiers.services.importing.shelf import tally
from apps.tiers.shelf.companies import CompanyPlan, PlannedCompany, plan_companies
from apps.tiers.shelf.known import KnownCompanies, wanted_companies
from apps.tiers.shelf.rows import LAYOUTS, Reading

Lines = list[tuple[Any, Mapping[str, Any]]]


def load_companies(run: Loading) -> Loaded:
    """Bring the register in line with a company file."""
    [file] = run.files
    rows = tuple(file.rows())
    reading = Reading(file.name, LAYOUTS[file.table.name], rows, (), len(rows))
    register = Register.holding(wanted_companies([reading]))
    known = register.known()
    plan = plan_companies(reading, known)
    for error in [*plan.errors, *_other_numbers(plan, known, reading.file)]:
        run.fault(error)
    numbers = {"valid": plan.valid_numbers, "unverified": plan.unverified_numbers, "absent": plan.without_number}
    figures = {"candidates": 0, "numbers": numbers}
    before = [_("Numbers: %(valid)d valid, %(unverified)d not verifiable, %(absent)d absent") % numbers]
    if run.faulty:
        return Loaded(figures=figures, before=before)
    outcomes = write_companies(plan.companies, register)
    candidates = record_candidates(kind="company", pks=register.written())
    return Loaded(tally(outcomes), candidates, (), figures | {"candidates": candidates}, before,
                  [_("New possible duplicates: %(count)d") % {"count": candidates}])


def write_companies(planned: Sequence[PlannedCompany], register: Register) -> dict[str, list[tuple[Any, Outcome]]]:
    """Write companies, then the lines under them. Returns the outcomes by model label."""
    companies = put_all(Company, [
        (register.companies.get(one.ref.pk) if one.ref.pk is not None else None, {"legal_name": one.legal_name, "incomplete": False})
        for one in planned])
    names: Lines = []
    identifiers: Lines = []
    ids: Lines = []
    for one, (company, _outcome) in zip(planned, companies, strict=True):
        register.pks[one.ref] = company.pk
        names += _names(company.pk, one, register.names.get(company.pk, ()))
        identifiers += [(register.identifiers.get((company.pk, (checked.scheme, checked.value))), _number(company.pk, checked))
                        for checked in one.identifiers]
        ids += [(register.external_ids.get(npdid), key_of(company.pk, npdid)) for npdid in one.npdids]
    return {"tiers.company": companies, "tiers.companyname": put_all(CompanyName, names),
            "tiers.identifier": put_all(Identifier, identifiers), "tiers.externalid": put_all(ExternalId, ids)}


def _names(pk: int, planned: PlannedCompany, present: Iterable[CompanyName]) -> Lines:
    """The company's names: the legal one of the file, its others and a legal name it replaces as former ones. A name the record has
    already, of whatever kind, is not added; a former name that becomes the legal one takes the replaced one's place."""
    held = list(present)
    on = today()
    legal = next((line for line in held if line.kind == NameKind.LEGAL and _holds(line.period, on)), None)
    others = [line for line in held if line is not legal]
    former = dict.fromkeys((legal.name,) if legal and legal.name != planned.legal_name else ())
    former.update(dict.fromkeys(planned.former_names))
    missing = [name for name in former if name not in {line.name for line in others}]
    freed = [line for line in others if line.kind == NameKind.FORMER and line.name == planned.legal_name]
    rows: Lines = [(legal, name_of(pk, NameKind.LEGAL, planned.legal_name))]
    rows += [(line, {}) for line in others if line.name in former]
    return rows + [(freed.pop() if freed else None, name_of(pk, NameKind.FORMER, name)) for name in missing]


def _holds(period: Any, on: Any) -> bool:
    return (period.lower is None or period.lower <= on) and (period.upper is None or on < period.upper)


def _number(pk: int, checked: Checked) -> dict[str, Any]:
    return {"company_id": pk, "scheme": checked.scheme, "value": checked.value, "check_result": checked.check,
            "registration": SCHEMES[checked.scheme].registration}


def _other_numbers(plan: CompanyPlan, known: KnownCompanies, file: str) -> Iterable[Fault]:
    """Errors for companies whose record holds another valid number of the scheme: one of the two is wrong, or they are two companies."""
    for one in plan.companies:
        held = dict(known.numbers_of.get(one.ref.pk, ())) if one.ref.pk is not None else {}
        for checked in one.identifiers:
            if checked.unique and held.get(checked.scheme, checked.value) != checked.value:
                yield Fault(file, one.lines[0], "cmpOrgNumberBrReg", "company_number_other",
                                gettext_lazy("The record of this company holds another valid number, %(number)s: correct the record or the "
                                             "file.")
                                % {"number": held[checked.scheme]})
