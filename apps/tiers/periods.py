"""Day periods, half-open: from the first day up to, not including, the last. None is open."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """`start` is in, `end` is out; None on either side is without bound. Raises ValueError for an end that is not after the start."""
    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"period ends {self.end}, not after its start {self.start}")

    def holds(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def overlaps(self, other: "Period") -> bool:
        """Whether the two share a day."""
        return not _ends_by(self, other) and not _ends_by(other, self)

    def common(self, other: "Period") -> "Period | None":
        """The days both have, None without any."""
        if not self.overlaps(other):
            return None
        starts = [start for start in (self.start, other.start) if start is not None]
        ends = [end for end in (self.end, other.end) if end is not None]
        return Period(max(starts, default=None), min(ends, default=None))


def close_one_day_gaps(periods: Sequence[Period]) -> list[Period]:
    """The periods of one site in the same order; an end moves one day later where none starts on it but one starts the day after.

    Registers often write the last day in one row and the next day as the start of the following: read half-open, a day would be missing.
    """
    starts = {period.start for period in periods}
    return [replace(period, end=period.end + ONE_DAY)
            if period.end is not None and period.end not in starts and period.end + ONE_DAY in starts else period
            for period in periods]


def gaps(periods: Iterable[Period]) -> list[Period]:
    """The stretches between the first start and the last end that no period covers, in order."""
    found = []
    ordered = sorted(periods, key=lambda period: period.start or date.min)
    reached = ordered[0].end if ordered else None
    for period in ordered[1:]:
        if reached is None:
            break
        if period.start is not None and period.start > reached:
            found.append(Period(reached, period.start))
        reached = None if period.end is None else max(reached, period.end)
    return found


def _ends_by(first: Period, second: Period) -> bool:
    """Whether the first has ended when the second starts."""
    return first.end is not None and second.start is not None and first.end <= second.start
