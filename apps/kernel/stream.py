"""TIE-18: one stream of what happened to a record, newest first, from every module that knows something of it.

A module offers a source in its apps.py; it reads its own rows through the door, and only those that come later in the stream than a mark:

    moment_source("tiers.Company", Source("interactions", {"calls": _("Calls")}, read))
    def read(ask: Ask) -> list[Moment]: rows = ….annotate(at=…, key=…).filter(ask.later("interactions")).order_by("-at", "-key")[:ask.limit]
"""
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from apps.kernel.timeline import Change

PAGE = 50


@dataclass(frozen=True, order=True)
class Mark:
    """A place in the stream, which is ordered by these three, backwards."""
    at: datetime
    source: str
    key: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.key}"

    @staticmethod
    def read(text: str) -> "Mark | None":
        """The mark that was written so; None for what is none."""
        at, _tilde, rest = text.partition("~")
        source, _tilde, key = rest.partition("~")
        try:
            moment = parse_datetime(at)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not (key.isascii() and key.isdecimal() and len(key) < 19):
            return None
        return Mark(moment, source, int(key))


@dataclass(frozen=True)
class Moment:
    """Something that happened: when (`whole_day`: a day, at its midnight for the reader), of what kind, a sentence, what it is about
    (text with an address), who did it, and the values it changed."""
    mark: Mark
    kind: str
    sentence: str
    about: str = ""
    url: str = ""
    whole_day: bool = False
    actor: str = ""
    reason: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Ask:
    """What a source is asked: moments of a record for a reader, of these kinds, after a mark, `limit` at most, newest first."""
    record: Any
    reader: Any
    kinds: frozenset[str]
    after: Mark | None
    limit: int

    def later(self, source: str) -> Q:
        """The rows of a source, by its columns `at` and `key`, that come after the mark."""
        if self.after is None:
            return Q()
        earlier = Q(at__lt=self.after.at)
        if source == self.after.source:
            return earlier | Q(at=self.after.at, key__lt=self.after.key)
        return earlier | Q(at=self.after.at) if source < self.after.source else earlier


@dataclass(frozen=True)
class Source:
    """A module's part of the stream: its name, its kinds of moments with their titles, and how they are read."""
    name: str
    kinds: Mapping[str, Any]
    read: Callable[[Ask], list[Moment]]


_SOURCES: dict[str, list[Source]] = defaultdict(list)


def moment_source(model: str, source: Source) -> None:
    """Offer a source for the records of `model` ("app.Model"); a second one of the same name is refused."""
    if any(known.name == source.name for known in _SOURCES[model]):
        raise ValueError(f"{model} has a source {source.name} already")
    _SOURCES[model].append(source)


def kinds_of(model: Any) -> dict[str, Any]:
    """Every kind of moment of a model's records, with its title."""
    return {kind: title for source in _SOURCES[model._meta.label] for kind, title in source.kinds.items()}


def moments(record: Any, reader: Any, kinds: frozenset[str] = frozenset(), after: Mark | None = None,
            limit: int = PAGE) -> tuple[list[Moment], Mark | None]:
    """A page of the stream of a record that the reader was shown, and the mark to go on from (None at its end). No kinds: all."""
    found = []
    for source in _SOURCES[record._meta.label]:
        wanted = (kinds or frozenset(source.kinds)) & source.kinds.keys()
        if wanted:
            found.append(source.read(Ask(record, reader, frozenset(wanted), after, limit + 1)))
    page = list(islice(merge(*found, key=lambda moment: moment.mark, reverse=True), limit + 1))
    return page[:limit], page[limit - 1].mark if len(page) > limit else None
