"""Companies that the files of fields and facilities name: found among those that exist, else made as stubs, else errors by line."""
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from apps.kernel.presets import Fault
from apps.tiers.names import company_key
from apps.tiers.shelf.known import CompanyRef, KnownCompanies


@dataclass(frozen=True)
class StubCompany:
    """A company known only by what names it: `prospect`, incomplete, no more than a name and, where the file gives one, its npdid.company.
    `file` is the first to name it."""
    ref: CompanyRef
    name: str
    file: str


class References:
    """The look-up of one run. Unknown companies become stubs, or else errors (`company_unknown`, `ambiguous_name`) and a count by file."""

    def __init__(self, known: KnownCompanies, *, create_missing: bool) -> None:
        self.known, self.create_missing = known, create_missing
        self.stubs: dict[CompanyRef, StubCompany] = {}
        self.errors: list[Fault] = []
        self.missing: Counter[str] = Counter()
        self._by_name: dict[str, set[CompanyRef]] = {}
        self._by_key: dict[str, set[CompanyRef]] = {}

    def by_id(self, npdid: str | None, name: str | None, file: str, line: int, column: str) -> CompanyRef | None:
        """The company with this external id; None where the file names none, or after an error."""
        if npdid is None:
            return None
        if npdid in self.known.ids:
            return CompanyRef(self.known.ids[npdid])
        return self._unknown(CompanyRef(npdid=npdid), name or npdid, npdid, file, line, column)

    def by_name(self, name: str | None, file: str, line: int, column: str) -> CompanyRef | None:
        """The company of this name: exactly among all names, then by key. Two of them are an error."""
        if name is None:
            return None
        found = self._named(self.known.names.get(name, frozenset()), self._by_name.get(name, set()))
        if not found:
            key = company_key(name)
            found = self._named(self.known.keys.get(key, frozenset()), self._by_key.get(key, set()))
        if len(found) > 1:
            self.errors.append(Fault(file, line, column, "ambiguous_name",
                                         _("%(count)d companies are named “%(name)s”.") % {"count": len(found), "name": name}))
            return None
        return found.pop() if found else self._unknown(CompanyRef(name=name), name, name, file, line, column)

    @staticmethod
    def _named(pks: Set[int], stubs: Set[CompanyRef]) -> set[CompanyRef]:
        return set(map(CompanyRef, pks)) | set(stubs)

    def _unknown(self, ref: CompanyRef, name: str, given: str, file: str, line: int, column: str) -> CompanyRef | None:
        self.missing[file] += 1
        if not self.create_missing:
            self.errors.append(Fault(file, line, column, "company_unknown",
                                         _("No company “%(given)s” (%(name)s).") % {"given": given, "name": name}))
            return None
        if ref not in self.stubs:
            self.stubs[ref] = StubCompany(ref, name, file)
            self._by_name.setdefault(name, set()).add(ref)
            self._by_key.setdefault(company_key(name), set()).add(ref)
        return ref
