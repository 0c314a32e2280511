"""The companies an import is about, as they are: found by what the files mention, locked, with their lines."""
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from apps.kernel.bulk import Outcome, put_all
from apps.tiers.choices import Check, NameKind
from apps.tiers.models import Company, CompanyName, ExternalId, Identifier
from apps.tiers.names import company_key
from apps.tiers.shelf.known import COMPANY_SYSTEM, CompanyRef, KnownCompanies, Number, WantedCompanies
from apps.tiers.shelf.references import StubCompany


@dataclass
class Register:
    """Locked companies by pk, with the lines that matter to an import. `pks` are those that the plan describes or makes."""
    companies: dict[int, Company] = field(default_factory=dict)
    names: dict[int, list[CompanyName]] = field(default_factory=lambda: defaultdict(list))
    identifiers: dict[tuple[int, Number], Identifier] = field(default_factory=dict)
    external_ids: dict[str, ExternalId] = field(default_factory=dict)
    pks: dict[CompanyRef, int] = field(default_factory=dict)

    @classmethod
    def holding(cls, wanted: WantedCompanies) -> "Register":
        """The companies found by any of the ids, names, keys and numbers, locked in the order of their keys."""
        found = Company.objects.current().filter(
            Q(pk__in=ExternalId.objects.filter(system=COMPANY_SYSTEM, value__in=wanted.ids, company__isnull=False).values("company"))
            | Q(pk__in=CompanyName.objects.filter(Q(name__in=wanted.names) | Q(name_key__in=wanted.keys)).values("company"))
            | Q(pk__in=Identifier.objects.filter(value__in={value for _scheme, value in wanted.numbers}).values("company")))
        self = cls({company.pk: company for company in found.order_by("pk").select_for_update(of=("self",))})
        for name in CompanyName.objects.filter(company__any=self.companies).order_by("pk"):
            self.names[name.company_id].append(name)
        for number in Identifier.objects.filter(company__any=self.companies).order_by("pk"):
            self.identifiers[number.company_id, (number.scheme, number.value)] = number
        for key in ExternalId.objects.filter(company__any=self.companies, system=COMPANY_SYSTEM).order_by("pk"):
            self.external_ids[key.value] = key
        return self

    def known(self) -> KnownCompanies:
        """The same as a plan wants it."""
        names: dict[str, set[int]] = defaultdict(set)
        keys: dict[str, set[int]] = defaultdict(set)
        numbers_of: dict[int, set[Number]] = defaultdict(set)
        for pk, lines in self.names.items():
            for line in lines:
                names[line.name].add(pk)
                keys[line.name_key].add(pk)
        valid = [(pk, number, line.registration) for (pk, number), line in self.identifiers.items() if line.check_result == Check.VALID]
        for pk, number, _registration in valid:
            numbers_of[pk].add(number)
        numbers = {number: pk for pk, number, registration in valid if registration}
        ids = {value: key.company_id for value, key in self.external_ids.items() if key.company_id is not None}
        return KnownCompanies(ids, names, keys, numbers, {pk: company.legal_name for pk, company in self.companies.items()}, numbers_of)

    def pk(self, ref: CompanyRef) -> int:
        """The key of a company of the plan."""
        return ref.pk if ref.pk is not None else self.pks[ref]

    def written(self) -> list[int]:
        """The keys of the companies that the plan describes or makes."""
        return sorted(self.pks.values())


def write_stubs(stubs: Sequence[StubCompany], register: Register) -> dict[str, list[tuple[Any, Outcome]]]:
    """Write companies of which no more is known than that something names them. Returns the outcomes by model label."""
    companies = put_all(Company, [(None, {"legal_name": stub.name, "incomplete": True}) for stub in stubs])
    register.pks.update((stub.ref, company.pk) for stub, (company, _outcome) in zip(stubs, companies, strict=True))
    names = put_all(CompanyName, [(None, name_of(register.pk(stub.ref), NameKind.LEGAL, stub.name)) for stub in stubs])
    ids = put_all(ExternalId, [(None, key_of(register.pk(stub.ref), stub.ref.npdid)) for stub in stubs if stub.ref.npdid])
    return {"tiers.company": companies, "tiers.companyname": names, "tiers.externalid": ids}


def name_of(pk: int, kind: NameKind, name: str) -> dict[str, Any]:
    """The values of a company's name."""
    return {"company_id": pk, "kind": kind, "name": name, "name_key": company_key(name)}


def key_of(pk: int, npdid: str) -> dict[str, Any]:
    """The values of a company's key in the register."""
    return {"company_id": pk, "system": COMPANY_SYSTEM, "value": npdid}
