"""Import of the register's company file: scenarios 1 and 2, rules 3 and 5."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.kernel.bulk import Outcome, put_all
from apps.tiers.choices import NameKind
from apps.tiers.identifiers import SCHEMES, Checked
from apps.tiers.models import Company, CompanyName, ExternalId, Identifier
from apps.tiers.names import company_key
from apps.tiers.services.candidates import record_candidates
from apps.tiers.services.companies import today
from apps.tiers.services.importing.files import SourceFile, read_all
from apps.tiers.services.importing.register import Register
from apps.tiers.services.importing.report import ImportReport, tally
from apps.tiers.services.importing.run import run
from apps.tiers.shelf.companies import CompanyPlan, PlannedCompany, plan_companies
from apps.tiers.shelf.known import COMPANY_SYSTEM, KnownCompanies, wanted_companies
from apps.tiers.shelf.references import StubCompany
from apps.tiers.shelf.rows import COMPANY, Reading
from apps.tiers.shelf.tables import LineError

KIND = "companies"
COMPANY_RIGHTS = ((Company, "add"), (Company, "change"))
Lines = list[tuple[Any, Mapping[str, Any]]]


def import_companies(*, file: SourceFile, actor: Any, dry_run: bool = False) -> ImportReport:
    """Bring the register in line with a company file: all of it, or nothing where a line is at fault.

    Raises PermissionDenied, Conflict `import_running` or `try_again`, Invalid `value_refused`.
    """
    [reading] = read_all([file], (COMPANY,))
    return run(lambda: _import(reading, dry_run), kind=KIND, files=[file], actor=actor, needed=COMPANY_RIGHTS, dry_run=dry_run)


def _import(reading: Reading, dry_run: bool) -> ImportReport:
    register = Register.holding(wanted_companies([reading]))
    known = register.known()
    plan = plan_companies(reading, known)
    report = ImportReport(KIND, {reading.file: plan.rows}, dry_run, numbers={
        "valid": plan.valid_numbers, "unverified": plan.unverified_numbers, "absent": plan.without_number})
    errors = [*plan.errors, *_other_numbers(plan, known, reading.file)]
    if errors:
        return report.refused(sorted(errors, key=lambda error: error.line))
    outcomes = write_companies(plan.companies, register)
    candidates = record_candidates(kind="company", pks=register.written())
    return replace(report, counts=tally(outcomes), candidates=candidates)


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
        ids += [(register.external_ids.get(npdid), _key(company.pk, npdid)) for npdid in one.npdids]
    return {"tiers.company": companies, "tiers.companyname": put_all(CompanyName, names),
            "tiers.identifier": put_all(Identifier, identifiers), "tiers.externalid": put_all(ExternalId, ids)}


def write_stubs(stubs: Sequence[StubCompany], register: Register) -> dict[str, list[tuple[Any, Outcome]]]:
    """Write companies of which no more is known than that something names them. Returns the outcomes by model label."""
    companies = put_all(Company, [(None, {"legal_name": stub.name, "incomplete": True}) for stub in stubs])
    register.pks.update((stub.ref, company.pk) for stub, (company, _outcome) in zip(stubs, companies, strict=True))
    names = put_all(CompanyName, [(None, _name(register.pk(stub.ref), NameKind.LEGAL, stub.name)) for stub in stubs])
    ids = put_all(ExternalId, [(None, _key(register.pk(stub.ref), stub.ref.npdid)) for stub in stubs if stub.ref.npdid])
    return {"tiers.company": companies, "tiers.companyname": names, "tiers.externalid": ids}


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
    rows: Lines = [(legal, _name(pk, NameKind.LEGAL, planned.legal_name))]
    rows += [(line, {}) for line in others if line.name in former]
    return rows + [(freed.pop() if freed else None, _name(pk, NameKind.FORMER, name)) for name in missing]


def _holds(period: Any, on: Any) -> bool:
    return (period.lower is None or period.lower <= on) and (period.upper is None or on < period.upper)


def _name(pk: int, kind: NameKind, name: str) -> dict[str, Any]:
    return {"company_id": pk, "kind": kind, "name": name, "name_key": company_key(name)}


def _number(pk: int, checked: Checked) -> dict[str, Any]:
    return {"company_id": pk, "scheme": checked.scheme, "value": checked.value, "check_result": checked.check,
            "registration": SCHEMES[checked.scheme].registration}


def _key(pk: int, npdid: str) -> dict[str, Any]:
    return {"company_id": pk, "system": COMPANY_SYSTEM, "value": npdid}


def _other_numbers(plan: CompanyPlan, known: KnownCompanies, file: str) -> Iterable[LineError]:
    """Errors for companies whose record holds another valid number of the scheme: one of the two is wrong, or they are two companies."""
    for one in plan.companies:
        held = dict(known.numbers_of.get(one.ref.pk, ())) if one.ref.pk is not None else {}
        for checked in one.identifiers:
            if checked.unique and held.get(checked.scheme, checked.value) != checked.value:
                yield LineError(file, one.lines[0], "cmpOrgNumberBrReg", "company_number_other",
                                _("The record of this company holds another valid number, %(number)s: correct the record or the file.")
                                % {"number": held[checked.scheme]})
