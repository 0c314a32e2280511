"""The stream of moments: its order over several sources, its pages, its registry."""
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel import stream
from apps.kernel.stream import Ask, Mark, Moment, Source, moment_source, moments

START = datetime(2026, 1, 1, tzinfo=UTC)


class Meta:
    label = "test.Record"


class Record:
    _meta = Meta


def source(name, places):
    """A source whose moments lie at these places, as (hour, key); it reads as a database would."""
    found = sorted((Mark(START + timedelta(hours=hour), name, key) for hour, key in places), reverse=True)

    def read(ask):
        assert ask.kinds == {name}
        return [Moment(mark, name, "") for mark in found if ask.after is None or mark < ask.after][:ask.limit]
    return Source(name, {name: name.title()}, read)


@pytest.fixture(autouse=True)
def no_sources(monkeypatch):
    monkeypatch.setattr(stream, "_SOURCES", type(stream._SOURCES)(list))


def all_pages(kinds=frozenset(), limit=3):
    found, after = [], None
    while True:
        page, after = moments(Record(), None, kinds, after, limit)
        found += page
        if after is None:
            return [one.mark for one in found]


PLACES = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 20)), max_size=12)


@given(first=PLACES, second=PLACES, limit=st.integers(1, 5))
def test_tie_18_pages_lose_and_repeat_nothing(first, second, limit):
    # given
    stream._SOURCES.clear()
    for one in (source("a", first), source("b", second)):
        moment_source("test.Record", one)
    # when
    found = all_pages(limit=limit)
    # then
    assert found == sorted(found, reverse=True)
    assert len(found) == len(set(found)) == len(first) + len(second)


def test_only_the_kinds_asked_for_are_read():
    # given
    moment_source("test.Record", source("a", {(1, 1)}))
    moment_source("test.Record", source("b", {(2, 1)}))
    # when / then
    assert [mark.source for mark in all_pages(frozenset({"a"}))] == ["a"]
    assert stream.kinds_of(Record) == {"a": "A", "b": "B"}


def test_a_name_is_taken_once():
    # given
    moment_source("test.Record", source("a", set()))
    # when / then
    with pytest.raises(ValueError, match="already"):
        moment_source("test.Record", source("a", set()))


def test_a_mark_reads_as_it_was_written():
    # given
    mark = Mark(START, "register", 1234)
    # when / then
    assert Mark.read(str(mark)) == mark
    assert [Mark.read(text) for text in ("", "x", "2026-01-01~a~1", "2026-13-01T00:00:00+00:00~a~1", f"{START.isoformat()}~a~-1",
                                         f"{START.isoformat()}~a~x", f"{START.isoformat()}~a~{'9' * 30}")] == [None] * 7


def test_what_comes_later_depends_on_the_source():
    """Of one instant, sources stand in the order of their names, backwards."""
    # given
    asked = Ask(None, None, frozenset(), Mark(START, "m", 7), 10)
    # when / then
    assert asked.later("m") == Q(at__lt=START) | Q(at=START, key__lt=7)
    assert asked.later("a") == Q(at__lt=START) | Q(at=START)
    assert asked.later("z") == Q(at__lt=START)
    assert Ask(None, None, frozenset(), None, 10).later("a") == Q()
