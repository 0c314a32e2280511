"""Half-open day periods and the one-day gaps of registers (rule 7)."""
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tiers.periods import Period, close_one_day_gaps, gaps

BASE = date(2000, 1, 1)
DAYS = st.integers(0, 40).map(lambda count: BASE + timedelta(count))


@st.composite
def periods(draw):
    start = draw(st.none() | DAYS)
    end = draw(st.none() | st.integers(1, 20).map(lambda count: (start or BASE) + timedelta(count)))
    return Period(start, end)


def days_of(found):
    """The days near the base that any of the periods holds."""
    return {day for day in (BASE + timedelta(count) for count in range(-5, 70)) if any(period.holds(day) for period in found)}


def test_the_end_is_out():
    # given
    period = Period(date(2026, 6, 1), date(2026, 7, 1))
    # when / then
    assert period.holds(date(2026, 6, 30))
    assert not period.holds(date(2026, 7, 1))
    assert not period.overlaps(Period(date(2026, 7, 1)))


def test_a_period_without_days_is_refused():
    with pytest.raises(ValueError, match="not after its start"):
        Period(BASE, BASE)


def test_a_gap_of_one_day_is_closed():
    """2002-10-22 followed by 2002-10-23 is one day of nobody only on paper."""
    # given
    rows = [Period(date(1975, 4, 25), date(2002, 10, 22)), Period(date(2002, 10, 23), date(2003, 3, 4)), Period(date(2003, 3, 6))]
    # when
    closed = close_one_day_gaps(rows)
    # then the first end moves, the second does not: two days are missing there
    assert closed == [Period(date(1975, 4, 25), date(2002, 10, 23)), *rows[1:]]


def test_an_end_on_which_another_row_starts_stays():
    """Where a row starts on the end already, one starting the day after is another event."""
    # given
    rows = [Period(BASE, date(2000, 2, 1)), Period(date(2000, 2, 1), date(2000, 3, 1)), Period(date(2000, 2, 2), date(2000, 3, 1))]
    # when / then
    assert close_one_day_gaps(rows) == rows


@given(st.lists(periods(), max_size=6))
def test_closing_adds_only_days_before_a_start(rows):
    # when
    closed = close_one_day_gaps(rows)
    # then
    starts = {period.start for period in rows}
    assert [period.start for period in closed] == [period.start for period in rows]
    assert days_of(rows) <= days_of(closed)
    assert all(day + timedelta(1) in starts for day in days_of(closed) - days_of(rows))


@given(periods(), periods())
def test_overlap_is_having_a_common_day(a, b):
    # when
    common = a.common(b)
    # then
    assert a.overlaps(b) == b.overlaps(a) == bool(common)
    assert days_of([a]) & days_of([b]) == (days_of([common]) if common else set())


@given(st.lists(st.integers(0, 30).flatmap(lambda start: st.integers(1, 9).map(
    lambda length: Period(BASE + timedelta(start), BASE + timedelta(start + length)))), min_size=1, max_size=5))
def test_gaps_are_the_days_between_that_nobody_holds(rows):
    # when
    found = gaps(rows)
    # then
    span = Period(min(period.start for period in rows), max(period.end for period in rows))
    assert days_of(found) == days_of([span]) - days_of(rows)
