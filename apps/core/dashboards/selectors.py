"""What the home page and the API show: every declared figure and chart the reader may see."""
from dataclasses import dataclass
from typing import Any

from apps.kernel.charts import Drawing, written
from apps.kernel.kpis import Figure, Kpi, Reader, charts_for, kpis_for


@dataclass(frozen=True)
class Card:
    """A key figure as one reader sees it."""
    kpi: Kpi
    figure: Figure

    @property
    def url(self) -> str:
        return self.kpi.url()

    @property
    def id(self) -> str:
        """Its name among the page's elements."""
        return "kpi-" + self.kpi.key.replace(".", "-")

    @property
    def part(self) -> str:
        return written(self.figure.part)

    @property
    def of(self) -> str:
        return written(self.figure.of)

    @property
    def previous(self) -> str:
        return written(self.figure.previous)

    @property
    def difference(self) -> str:
        """The change since the value before, with its sign."""
        change = self.figure.difference or 0
        return ("+" if change > 0 else "−" if change < 0 else "") + written(max(change, -change))

    @property
    def sign(self) -> str:
        """Which way the value went."""
        change = self.figure.difference or 0
        return "▲" if change > 0 else "▼" if change < 0 else "="


def cards(reader: Reader) -> list[Card]:
    """The key figures of what the reader may see."""
    return [Card(kpi, kpi.value(reader)) for kpi in kpis_for(reader.user)]


def drawings(reader: Reader) -> list[Drawing]:
    """The charts of what the reader may see."""
    return [chart.draw(reader) for chart in charts_for(reader.user)]


def nothing_yet(found: list[Any]) -> bool:
    """Whether no figure counts anything: a site that has no records, or none for this reader."""
    return bool(found) and not any(card.figure.value for card in found)
