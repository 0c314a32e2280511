"""What an import answers: counts, findings, and faults by line."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from apps.kernel.presets import Count, Fault, Notice

MOST_ERRORS = 10_000        # told in the answer itself; the file of errors has all of them


@dataclass(frozen=True)
class ImportReport:
    """The outcome of one run. Refused: nothing was written; in a dry run neither, though the counts are those of the real run.

    `rows` counts by file; `counts` by model label; `others` what came to be beside these (pairs of possible duplicates); `figures` are the
    preset's own numbers; `errors` the first faults of `error_count`; `rejected` how many lines were left out (`--skip-bad`).
    """
    preset: str
    rows: Mapping[str, int]
    dry_run: bool = False
    counts: Mapping[str, Count] = field(default_factory=dict)
    others: int = 0
    figures: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    errors: tuple[Fault, ...] = ()
    error_count: int = 0
    rejected: int = 0
    refused: bool = False

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
        return not (self.errors or self.created or self.changed or self.others)

    def with_errors(self, errors: Iterable[Fault], count: int) -> "ImportReport":
        """The report with its faults."""
        return replace(self, errors=tuple(errors), error_count=count)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "preset": self.preset, "rows": dict(self.rows), "dry_run": self.dry_run, "refused": self.refused,
            "counts": {label: asdict(count) for label, count in self.counts.items()}, "created": self.created, "changed": self.changed,
            "nothing_to_do": self.nothing_to_do, **self.figures, "findings": [{"code": notice.code, **notice.data, "text": str(notice.text)}
                                                                              for notice in self.notices],
            "notes": [*self.before, *self.after], "error_count": self.error_count, "rejected": self.rejected,
            "errors": [{**asdict(error), "message": str(error.message)} for error in self.errors]}


def texts(found: Sequence[Any]) -> tuple[str, ...]:
    """Lazy sentences in the words of the language spoken now."""
    return tuple(map(str, found))
