"""Key figures and charts: modules declare them in kpis.py; pages and the API show them to who may see what they count.

    declare(Kpi(key="tiers.incomplete", title=…, help=…, needs=(Company,), value=incomplete, url=lambda: listed(Company, …)))

A value is counted through the door for its reader, set-based; the address leads to the list with the very filter."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Aggregate, Count, Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.kernel.access import may
from apps.kernel.charts import Drawing, Kind, Number, Row, written

SLOW, KEPT, MOST_KEPT = 0.05, 60.0, 500     # seconds a question may take before its answer is kept; seconds it is; answers
PLACES = Decimal("0.01")
T = TypeVar("T")
_answers: dict[str, tuple[float, datetime, Any]] = {}      # of this process: the database is asked again a minute later


@dataclass(frozen=True)
class Figure:
    """A value in its unit. A share has the `part` counted and the whole it is `of`; `previous` is the value before, where one exists."""
    value: Number
    unit: str = ""
    part: int | None = None
    of: int | None = None
    previous: Number = None

    @classmethod
    def share(cls, part: int, of: int) -> "Figure":
        """part / of in per cent, unrounded; without a value when there is nothing to take a share of."""
        return cls(Decimal(part) * 100 / of if of else None, "%", part, of)

    @property
    def rounded(self) -> Number:
        """The value as it is shown: per cent with two decimals, half rounded up; rounded nowhere else."""
        return self.value.quantize(PLACES, ROUND_HALF_UP) if isinstance(self.value, Decimal) else self.value

    @property
    def text(self) -> str:
        """The value in the reader's format, with its unit."""
        number = written(self.rounded, 2 if isinstance(self.value, Decimal) else None)
        if self.unit == "%" and self.value is not None:
            return _("%(number)s%%") % {"number": number}
        return number

    @property
    def difference(self) -> Number:
        """The value less the one before."""
        return None if self.value is None or self.previous is None else self.value - self.previous


class Reader:
    """Who the figures of one page are for, and what was already counted for it. `at` is the moment of the oldest count."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.at = timezone.now()
        self._read: dict[Any, Any] = {}

    def read(self, selector: Callable[["Reader"], T]) -> T:
        """What `selector` finds, asked once however many figures are drawn from it."""
        if selector not in self._read:
            self._read[selector] = selector(self)
        found: T = self._read[selector]
        return found

    def count(self, rows: QuerySet) -> int:
        """How many rows there are. `rows` went through the door."""
        return int(self._kept("count", rows, lambda: rows.order_by().count()))

    def total(self, rows: QuerySet, **totals: Aggregate) -> dict[str, Any]:
        """Several aggregates of the rows in one question."""
        return dict(self._kept(repr(totals), rows, lambda: rows.order_by().aggregate(**totals)))

    def groups(self, rows: QuerySet, *columns: str) -> list[tuple[Any, ...]]:
        """How many rows there are for each combination of the columns: (value, …, count)."""
        return list(self._kept(repr(columns), rows, lambda: list(
            rows.order_by().values_list(*columns).annotate(_count=Count("*")).order_by(*columns))))

    def _kept(self, about: str, rows: QuerySet, ask: Callable[[], T]) -> T:
        """The answer; that of a question that took long is kept a minute under the question itself, which holds the reader's rights:
        who gains or loses one asks another question."""
        if rows.query.is_empty():
            return ask()
        # In an order, the keys of granted records stand in the question too.
        key = f"{about} {rows.order_by('pk').query.sql_with_params()!r}"
        known = _answers.get(key)
        if known is not None and known[0] > monotonic():
            self.at = min(self.at, known[1])
            return known[2]
        began, asked = monotonic(), timezone.now()
        answer = ask()
        if monotonic() - began > SLOW:
            _remember(key, asked, answer)
        return answer


def _remember(key: str, asked: datetime, answer: Any) -> None:
    if len(_answers) >= MOST_KEPT:
        _answers.clear()
    _answers[key] = monotonic() + KEPT, asked, answer


@dataclass(frozen=True)
class Kpi:
    """A key figure. `help` is its definition: formula, source, what is left out. Shown to who may see some of each model it `needs`.

    `url` is the list behind it, filtered to exactly the rows counted; `before` says what a previous value is of."""
    key: str
    title: Any
    help: Any
    needs: tuple[type[Model], ...]
    value: Callable[[Reader], Figure]
    url: Callable[[], str]
    icon: str = "monitoring"
    order: int = 100
    before: Any = ""


@dataclass(frozen=True)
class Chart:
    """A chart of a module. `unit` names what is counted, `label` what the rows are, `period` the time they hold for."""
    key: str
    title: Any
    help: Any
    unit: Any
    label: Any
    kind: Kind
    needs: tuple[type[Model], ...]
    rows: Callable[[Reader], list[Row]]
    period: Callable[[], str]
    series: tuple[Any, ...] = ()
    order: int = 100

    def draw(self, reader: Reader) -> Drawing:
        """The chart as this reader sees it, without series that have no value."""
        rows = self.rows(reader)
        used = [place for place in range(len(self.series)) if any(row.values[place] for row in rows)]
        if self.series:
            rows = [Row(row.label, tuple(row.values[place] for place in used), tuple(row.urls[place] for place in used)) for row in rows]
        return Drawing(self.key, str(self.title), str(self.unit), self.kind, rows, self.period(),
                       tuple(str(self.series[place]) for place in used), str(self.help), str(self.label))


KPIS: dict[str, Kpi] = {}
CHARTS: dict[str, Chart] = {}


def declare(*declared: Kpi | Chart) -> None:
    """Register key figures and charts; a second one with the same key is refused."""
    for one in declared:
        if one.key in KPIS or one.key in CHARTS:
            raise ValueError(f"{one.key} is declared twice")
        if isinstance(one, Kpi):
            KPIS[one.key] = one
        else:
            CHARTS[one.key] = one


def kpis_for(user: Any) -> list[Kpi]:
    """The key figures of what the user may see, in their order."""
    return sorted((one for one in KPIS.values() if _may_see(user, one)), key=lambda one: (one.order, one.key))


def charts_for(user: Any) -> list[Chart]:
    """The charts of what the user may see, in their order."""
    return sorted((one for one in CHARTS.values() if _may_see(user, one)), key=lambda one: (one.order, one.key))


def _may_see(user: Any, one: Kpi | Chart) -> bool:
    return all(may(user, "view", model) for model in one.needs)


def listed(model: type[Model], **filters: Any) -> str:
    """The address of a model's list with these filters."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def days_back(days: int) -> datetime:
    """The first moment, in the reader's zone, of the last `days` days, today among them."""
    first = timezone.localdate() - timedelta(days=days - 1)
    return timezone.make_aware(datetime(first.year, first.month, first.day))


def today() -> str:
    """For charts of what holds now: the day, written out."""
    return _("on %(day)s") % {"day": date_format(timezone.localdate(), "DATE_FORMAT")}
