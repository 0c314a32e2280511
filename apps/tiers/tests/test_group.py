"""Group shares, control and the refusal of cycles (TIE-03, rule 9)."""
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tiers.group import (
    CycleError,
    Holding,
    ShareError,
    Stake,
    Ways,
    check_holding,
    consolidated,
    controlled,
    effective_share,
    effective_shares,
    exact,
    holders,
    method,
    site_shares,
)
from apps.tiers.periods import Period

DAY = date(2026, 11, 21)
GROUP = [Holding("P", "B", 60), Holding("P", "C", 30), Holding("B", "C", 50)]


def test_effective_share_adds_up_all_paths():
    """P holds 60 % of B and 30 % of C, B holds 50 % of C: 60 % of C."""
    assert effective_share("P", "C", GROUP, DAY) == 60
    assert effective_shares("P", GROUP, DAY) == {"B": 60, "C": 60}


def test_control_counts_votes_together():
    """P votes 60 % in B, so it directs 30 + 50 = 80 % in C."""
    assert controlled("P", GROUP, DAY) == {"B": 60, "C": 80}


def test_votes_may_differ_from_shares():
    # given half the capital with a minority of votes
    holdings = [Holding("P", "B", 60, votes=Decimal("49.9"))]
    # when / then
    assert controlled("P", holdings, DAY) == {}
    assert method("P", "B", holdings, DAY) == "equity"


def test_half_the_votes_is_no_control():
    assert controlled("P", [Holding("P", "B", 50)], DAY) == {}


@pytest.mark.parametrize(("share", "found"), [(60, "full"), (50, "equity"), (20, "equity"), (Decimal("19.99999"), "none")])
def test_method_of_consolidation(share, found):
    assert method("P", "B", [Holding("P", "B", share)], DAY) == found


def test_share_of_a_field():
    """P holds 60 % of Marathon Oil Norge AS, which holds 65 % of ALVHEIM: 39 %."""
    # given
    alvheim = {"Marathon": Decimal(65), "ConocoPhillips": Decimal(20), "Lundin": Decimal(15)}
    # when / then
    assert site_shares("P", alvheim, [Holding("P", "Marathon", 60)], DAY) == 39
    assert site_shares("Lundin", alvheim, [], DAY) == 15
    assert site_shares("Q", alvheim, [], DAY) == 0


def test_shares_are_exact():
    """Three times a third of a third: no rounding on the way."""
    # given
    holdings = [Holding("P", "B", Decimal("33.33333")), Holding("B", "C", Decimal("33.33333"))]
    # when / then
    assert effective_share("P", "C", holdings, DAY) == Fraction("33.33333") ** 2 / 100


def test_only_holdings_of_the_day_count():
    # given
    holdings = [Holding("P", "B", 60, period=Period(None, DAY)), Holding("P", "B", 70, period=Period(date(2026, 11, 22)))]
    # when / then
    assert effective_share("P", "B", holdings, DAY) == 0
    assert effective_share("P", "B", holdings, date(2026, 11, 20)) == 60


def test_a_cycle_is_refused_with_its_path():
    # given
    holdings = [Holding("A", "B", 60), Holding("B", "C", 60)]
    # when
    with pytest.raises(CycleError) as refused:
        check_holding(Holding("C", "A", 10), holdings)
    # then
    assert refused.value.path == ["C", "A", "B", "C"]
    assert refused.value.period == Period()


def test_a_company_cannot_hold_itself():
    with pytest.raises(CycleError) as refused:
        check_holding(Holding("A", "A", 10), [])
    assert refused.value.path == ["A", "A"]


def test_holdings_of_different_days_are_no_cycle():
    # given A held B in 2024, C holds A from 2026 on: never all at once
    holdings = [Holding("A", "B", 60, period=Period(date(2024, 1, 1), date(2025, 1, 1))), Holding("B", "C", 60)]
    # when / then
    check_holding(Holding("C", "A", 10, period=Period(date(2026, 1, 1))), holdings)


def test_a_cycle_on_a_single_day_is_refused():
    # given A holds B from 2025 on
    holdings = [Holding("A", "B", 60, period=Period(date(2025, 1, 1))), Holding("B", "C", 60)]
    # when
    with pytest.raises(CycleError) as refused:
        check_holding(Holding("C", "A", 10, period=Period(date(2023, 6, 1), date(2025, 1, 2))), holdings)
    # then
    assert refused.value.path == ["C", "A", "B", "C"]
    assert refused.value.period == Period(date(2025, 1, 1), date(2025, 1, 2))


def test_a_cycle_by_the_longer_way_is_refused():
    """B is reached at once, but on days when it holds nothing; by C it is reached when it holds D."""
    # given
    early, late = Period(date(2026, 1, 1), date(2026, 2, 1)), Period(date(2026, 6, 1), date(2026, 7, 1))
    holdings = [Holding("A", "B", 10, period=early), Holding("A", "C", 10), Holding("C", "B", 10, period=late),
                Holding("B", "D", 10, period=late)]
    # when
    with pytest.raises(CycleError) as refused:
        check_holding(Holding("D", "A", 10), holdings)
    # then
    assert (refused.value.path, refused.value.period) == (["D", "A", "C", "B", "D"], late)


def test_circular_data_is_told_not_looped():
    """Data from before the rule: shares refuse with the path, control still ends."""
    # given
    holdings = [Holding("A", "B", 60), Holding("B", "C", 60), Holding("C", "B", 30)]
    # when / then
    with pytest.raises(CycleError) as refused:
        effective_shares("A", holdings, DAY)
    assert refused.value.path == ["B", "C", "B"]
    assert controlled("A", holdings, DAY) == {"B": 90, "C": 60}


def test_no_more_than_all_of_a_child():
    # given
    holdings = [Holding("A", "C", 60, period=Period(date(2026, 1, 1))), Holding("B", "C", 40, period=Period(date(2027, 1, 1)))]
    # when exactly 100 % until the end of 2026
    check_holding(Holding("D", "C", 40, period=Period(date(2026, 1, 1), date(2027, 1, 1))), holdings)
    with pytest.raises(ShareError) as refused:
        check_holding(Holding("D", "C", Decimal("0.00001"), period=Period(date(2026, 1, 1))), holdings)
    # then
    assert refused.value.day == date(2027, 1, 1)
    assert refused.value.total == Fraction("100.00001")


@st.composite
def towers(draw):
    """Holdings that go from lower to higher numbers, at most 100 % of each child."""
    holdings = []
    for child in range(1, 7):
        left = 100
        for parent in draw(st.lists(st.integers(0, child - 1), unique=True, max_size=3)):
            share = draw(st.integers(1, 60))
            if share <= left:
                holdings.append(Holding(parent, child, share))
                left -= share
    return holdings


def naive(parent, child, holdings):
    """The share along every path, written out."""
    if parent == child:
        return Fraction(100)
    return sum((Fraction(edge.share) * naive(edge.child, child, holdings) / 100 for edge in holdings if edge.parent == parent), Fraction(0))


@given(towers())
def test_effective_shares_are_those_of_all_paths(holdings):
    # when
    shares = effective_shares(0, holdings, DAY)
    # then
    assert all(shares.get(child, 0) == naive(0, child, holdings) for child in range(1, 7))
    assert all(0 < share <= 100 for share in shares.values())


@given(towers(), st.integers(0, 6), st.integers(0, 6))
def test_a_holding_is_refused_exactly_where_it_closes_a_circle(holdings, parent, child):
    # given
    back = parent == child or naive(child, parent, holdings) > 0
    # when / then
    if back:
        with pytest.raises(CycleError) as refused:
            check_holding(Holding(parent, child, Decimal("0.00001")), holdings)
        edges = {(edge.parent, edge.child) for edge in holdings} | {(parent, child)}
        path = refused.value.path
        assert path[0] == path[-1] == parent and set(pairwise(path)) <= edges
    else:
        check_holding(Holding(parent, child, Decimal("0.00001")), [edge for edge in holdings if edge.child != child])


FIRST = date(2026, 1, 1)
SPANS = st.tuples(st.integers(0, 5), st.integers(1, 4)).map(
    lambda span: Period(FIRST + timedelta(span[0]), FIRST + timedelta(span[0] + span[1])))
DATED = st.builds(Holding, st.sampled_from("ABCD"), st.sampled_from("ABCD"), st.just(1), period=SPANS)


def circular_on(day, holdings):
    """Whether the holdings of the day lead from a company back to it, by closing over reachability."""
    pairs = {(edge.parent, edge.child) for edge in holdings if edge.period.holds(day)}
    for _length in "ABCD":
        pairs |= {(a, d) for a, b in pairs for c, d in pairs if b == c}
    return any(a == b for a, b in pairs)


@given(st.lists(DATED, max_size=8), DATED)
def test_a_circle_is_refused_exactly_where_a_day_has_one(wishes, new):
    """Holdings come and go: two ways between companies may be open on different days."""
    # given holdings without a circle on any day
    days = [FIRST + timedelta(count) for count in range(10)]
    holdings = []
    for wish in wishes:
        if not any(circular_on(day, [*holdings, wish]) for day in days):
            holdings.append(wish)
    circular = {day for day in days if circular_on(day, [*holdings, new])}
    # when / then
    if circular:
        with pytest.raises(CycleError) as refused:
            check_holding(new, holdings)
        assert {day for day in days if refused.value.period.holds(day)} <= circular
    else:
        check_holding(new, holdings)


def test_consolidated_says_everything_of_each_company():
    """TIE-03: direct and effective share, votes, method, in one go."""
    assert consolidated("P", GROUP, DAY) == {"B": Stake(Fraction(60), Fraction(60), Fraction(60), "full"),
                                             "C": Stake(Fraction(30), Fraction(60), Fraction(80), "full")}


def test_holders_say_the_same_from_below():
    assert holders("C", GROUP, DAY) == {"P": Stake(Fraction(30), Fraction(60), Fraction(80), "full"),
                                        "B": Stake(Fraction(50), Fraction(50), Fraction(50), "equity")}
    assert holders("P", GROUP, DAY) == {}


def test_paths_add_up_to_the_effective_share():
    # when
    ways = Ways("P", GROUP, DAY)
    found, more = ways.to("C", 5)
    # then
    assert sorted(found, key=lambda way: len(way[0])) == [(["P", "C"], 30), (["P", "B", "C"], 30)]
    assert not more
    assert ways.to("C", 1)[1] is True
    assert Ways("B", GROUP, DAY).to("P", 5) == ([], False)
    assert Ways("B", GROUP, DAY).to("C", 5) == ([(["B", "C"], 50)], False)


def test_exact_decimals_lose_no_digit():
    # given
    third = Fraction("33.33333")
    # when / then
    assert exact(third * third * third / 10_000) == Decimal("3.7037025925927037037")
    assert (exact(Fraction(39)), exact(Fraction(100)), exact(Fraction(1, 8))) == (39, 100, Decimal("0.125"))
    with pytest.raises(ValueError, match="no last decimal"):
        exact(Fraction(1, 3))
