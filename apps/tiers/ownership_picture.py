"""The drawing of a site's ownership: shares stacked over the years, operators in a band above. x in per cent of the width, y in pixels."""
from dataclasses import dataclass
from datetime import date, timedelta
from string import ascii_uppercase
from typing import Any

from apps.tiers.picturing import percent
from apps.tiers.selectors.ownership import Held, SiteOwnership, Stretch

HEIGHT, LOW, BAND, AXIS = 300, 56, 26, 24     # of the shares, of shares nobody knows, of a line of operators, of the years
COLOURS, TICKS = 10, 9
LETTER_FROM, LABEL_FROM, TALL_FROM = 2.0, 11.0, 13      # width of a box in per cent, height in pixels: what is written in it


@dataclass(frozen=True)
class Box:
    """A rectangle of the picture: whose it is (None: unknown), what is written in it, and what it says in full."""
    x: float
    width: float
    y: float
    height: float
    colour: int
    label: str
    title: str
    day: date

    @property
    def middle(self) -> tuple[float, float]:
        """Where its label stands: per cent, pixels."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Picture:
    """The boxes, the years of the axis, where the day asked for lies, and which letter and colour stands for whom."""
    boxes: list[Box]
    ticks: list[tuple[float, int]]
    mark: float | None
    legend: list[tuple[str, int, str]]
    shares_from: int
    height: int


class _Scale:
    """Days as per cent of the width."""

    def __init__(self, stretches: list[Stretch], today: date) -> None:
        days = [day for one in stretches for day in (one.period.start, one.period.end) if day]
        self.first = min(days, default=today - timedelta(days=365))
        self.last = max([*days, today])
        if stretches and stretches[0].period.start is None:
            self.first -= timedelta(days=max(365, (self.last - self.first).days // 20))
        self.days = max((self.last - self.first).days, 1)

    def x(self, day: date | None, otherwise: date) -> float:
        return round(((day or otherwise) - self.first).days / self.days * 100, 4)

    def ticks(self) -> list[tuple[float, int]]:
        years = range(self.first.year + 1, self.last.year + 1)
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if len(years) / step <= TICKS)
        return [(self.x(date(year, 1, 1), self.first), year) for year in years if year % step == 0]


def drawn(ownership: SiteOwnership, day: date, today: date, words: dict[str, Any]) -> Picture | None:
    """The picture; None where nothing is known. `words` names the unknown ("unknown") and says a box in full ("title")."""
    stretches = ownership.stretches()
    if not stretches:
        return None
    scale, keys = _Scale(stretches, today), _keys(stretches)
    lines = max(len(one.operators) for one in stretches)
    shares_from = lines * BAND + (8 if lines else 0)
    tall = HEIGHT if any(one.licensees for one in stretches) else LOW
    most = max([100.0, *(float(one.total or 0) for one in stretches)])
    boxes: list[Box] = []
    for one in stretches:
        x, end = scale.x(one.period.start, scale.first), scale.x(one.period.end, scale.last)
        first = max(one.period.start or scale.first, scale.first)
        for line, held in enumerate(one.operators):
            boxes.append(_box(ownership, held, keys, (x, end - x, line * BAND, BAND - 4), first, words))
        y = float(shares_from)
        for held in sorted(one.licensees, key=lambda held: list(keys).index(held.company.pk)):
            height = float(held.share or 0) / most * tall
            boxes.append(_box(ownership, held, keys, (x, end - x, y, height), first, words))
            y += height
        rest = shares_from + tall - y
        if ownership.whole and rest > tall * 1e-6 and most == 100:
            boxes.append(Box(x, end - x, y, rest, 0, str(words["unknown"]) if end - x > LABEL_FROM else "", str(words["unknown"]), first))
    legend = [(letter, colour, name) for letter, colour, name in keys.values()]
    mark = scale.x(day, scale.first)
    return Picture(boxes, scale.ticks(), mark if 0 <= mark <= 100 else None, legend, shares_from, shares_from + tall + AXIS)


def _keys(stretches: list[Stretch]) -> dict[int, tuple[str, int, str]]:
    """Company → its letter, colour and name: first those that held most for longest."""
    weight: dict[int, float] = {}
    names: dict[int, str] = {}
    for one in stretches:
        days = ((one.period.end or date.max) - (one.period.start or date.min)).days ** 0.5
        for held in (*one.licensees, *one.operators):
            names[held.company.pk] = held.company.legal_name
            weight[held.company.pk] = weight.get(held.company.pk, 0) + float(held.share or 0) * days
    ranked = sorted(weight, key=lambda pk: (-weight[pk], names[pk]))
    return {pk: (_letter(place), place % COLOURS + 1, names[pk]) for place, pk in enumerate(ranked)}


def _letter(place: int) -> str:
    """A … Z, A2 … Z2, …"""
    return ascii_uppercase[place % 26] + (str(place // 26 + 1) if place >= 26 else "")


def _box(ownership: SiteOwnership, held: Held, keys: dict[int, tuple[str, int, str]], where: tuple[float, float, float, float], first: date,
         words: dict[str, Any]) -> Box:
    x, width, y, height = where
    letter, colour, _name = keys[held.company.pk]
    name, share = ownership.name(held.company, first), percent(held.share) if held.share is not None else str(words["operator"])
    label = ""
    if height >= TALL_FROM and width >= LETTER_FROM:
        label = f"{letter} · {share}" if width >= LABEL_FROM else letter
    return Box(x, width, y, height, colour, label, words["title"](name, share, held.period), first)
