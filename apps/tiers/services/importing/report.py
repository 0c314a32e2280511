"""What an import answers: counts, findings, and every fault by line."""
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from apps.kernel.bulk import Outcome
from apps.tiers.shelf.tables import LineError


@dataclass(frozen=True)
class Count:
    """Records of one model."""
    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class ReportedFinding:
    """Something a person should look at: `operators_overlap`, `operator_gap` or `share_total` of a site, from a day up to, not including,
    another (None: open). `companies` are those concerned, `total` the shares' sum in percent."""
    code: str
    site: str
    first: date | None
    to: date | None
    companies: tuple[str, ...] = ()
    total: Decimal | None = None


@dataclass(frozen=True)
class ImportReport:
    """The outcome of one run. With `errors` nothing was written, and in a dry run neither, though the counts are those of the real run.

    `rows`, `stubs`, `missing_companies` and `missing_sites` count by file; `counts` by model label; `numbers` the valid, unverified and
    absent identifiers of a company file; `candidates` the pairs of possible duplicates that are new.
    """
    kind: str
    rows: Mapping[str, int]
    dry_run: bool = False
    counts: Mapping[str, Count] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    candidates: int = 0
    stubs: Mapping[str, int] = field(default_factory=dict)
    missing_companies: Mapping[str, int] = field(default_factory=dict)
    missing_sites: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[ReportedFinding, ...] = ()
    errors: tuple[LineError, ...] = ()

    @property
    def created(self) -> int:
        """Records of every model that are new."""
        return sum(count.created for count in self.counts.values())

    @property
    def changed(self) -> int:
        """Records of every model that were brought up to date."""
        return sum(count.changed for count in self.counts.values())

    @property
    def nothing_to_do(self) -> bool:
        """Whether everything was there already."""
        return not (self.errors or self.created or self.changed or self.candidates)

    def refused(self, errors: Iterable[LineError]) -> "ImportReport":
        """The report of a run that writes nothing, with its faults only."""
        return replace(self, errors=tuple(errors), counts={}, candidates=0, stubs={}, findings=())


def tally(outcomes: Mapping[str, Iterable[tuple[Any, Outcome]]]) -> dict[str, Count]:
    """Counts by model label."""
    return {label: Count(**Counter(outcome.value for _row, outcome in found)) for label, found in outcomes.items()}
