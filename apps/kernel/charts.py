"""A chart with its table: the same figures drawn and written, each with the list behind it (interface 15, 16).

A page draws one with `{% load charts %}{% chart drawing %}`: the table stands there without a script, the picture comes with it."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

Number = int | Decimal | None


class Kind(StrEnum):
    """How a chart is drawn. A donut has one series; each label of the others has one value for each series."""
    BAR = "bar"
    STACKED = "stacked"
    LINE = "line"
    DONUT = "donut"


@dataclass(frozen=True)
class Row:
    """One label with its values, one for each series; `urls` are the lists behind them ("" where there is none)."""
    label: str
    values: tuple[Number, ...]
    urls: tuple[str, ...] = ()

    @classmethod
    def one(cls, label: Any, value: Number, url: str = "") -> "Row":
        """A row of a chart with a single series."""
        return cls(str(label), (value,), (url,))

    def cells(self) -> list[tuple[str, str]]:
        """Each value as people read it, and its address."""
        urls = self.urls or ("",) * len(self.values)
        return [(written(value), url) for value, url in zip(self.values, urls, strict=True)]


@dataclass(frozen=True)
class Drawing:
    """What a chart shows to one reader: `unit` of the values, `period` they hold for, `series` when there are several."""
    key: str
    title: str
    unit: str
    kind: Kind
    rows: Sequence[Row]
    period: str = ""
    series: tuple[str, ...] = ()
    help: str = ""
    label: str = ""         # what the labels are: the head of the table's first column

    @property
    def id(self) -> str:
        """Its name among the page's elements."""
        return "chart-" + self.key.replace(".", "-")

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw: no value other than zero."""
        return not any(value for row in self.rows for value in row.values)

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of the table's columns of figures."""
        return self.series or (self.unit,)

    def data(self) -> dict[str, Any]:
        """What frontend/pages/chart.ts draws from."""
        return {"title": self.title, "unit": self.unit, "kind": self.kind.value, "series": list(self.heads),
                "about": _("%(title)s (%(unit)s). The same figures stand in the table that follows.") % {
                    "title": self.title, "unit": self.unit},
                "rows": [{"label": row.label, "values": [None if value is None else float(value) for value in row.values],
                          "urls": list(row.urls)} for row in self.rows]}


def written(value: Number, places: int | None = None) -> str:
    """A figure in the reader's format; "–" for none."""
    if value is None:
        return "–"
    if isinstance(value, Decimal) and places is None:
        value = value.normalize() if value != value.to_integral_value() else value.quantize(Decimal(1))
    return str(number_format(value, places, use_l10n=True, force_grouping=True))


def ranked(rows: Iterable[Row], most: int, others: Any) -> list[Row]:
    """The `most` rows with the largest first values, and the sum of the rest as one row called `others`."""
    found = sorted(rows, key=lambda row: (-(row.values[0] or 0), row.label.casefold()))
    rest = [row.values[0] or 0 for row in found[most:]]
    return [*found[:most], *([Row.one(others, sum(rest))] if rest else [])]
