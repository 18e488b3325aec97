"""The rule of the levels at its boundaries, and the rule of resurgence with each condition failing alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.forecast.model import Target
from tocsin.warn import LEVELS, Level, resurgent, view_levels
from tocsin.warn.levels import HOLD_MONTHS, Entered, level_sentence, standing


def levels(
    p: list[float],
    base: float | list[float] = 0.01,
    *,
    in_view: list[bool] | None = None,
    watch: int = 4,
    warning: int = 2,
) -> list[str]:
    chance = np.array(p)
    codes = view_levels(
        chance,
        np.broadcast_to(np.array(base, float), chance.shape),
        np.ones(len(p), bool) if in_view is None else np.array(in_view),
        watch_budget=watch,
        warning_budget=warning,
    )
    return [LEVELS[code] for code in codes]


def test_the_budgets_bound_the_ranks() -> None:
    assert levels([0.9, 0.4, 0.8, 0.7, 0.6, 0.5]) == ["warning", "none", "warning", "watch", "watch", "none"]


def test_the_watch_ratio_is_reached_at_exactly_twice_the_base_rate() -> None:
    assert levels([0.25], 0.125) == ["watch"]
    assert levels([np.nextafter(0.25, 0)], 0.125) == ["none"]


def test_the_warning_ratio_is_reached_at_exactly_five_times_the_base_rate() -> None:
    assert levels([0.3125], 0.0625) == ["warning"]
    assert levels([np.nextafter(0.3125, 0)], 0.0625) == ["watch"]


def test_one_half_is_enough_for_a_warning_where_the_base_rate_is_high() -> None:
    assert levels([0.5], 0.25) == ["warning"]
    assert levels([np.nextafter(0.5, 0)], 0.2) == ["watch"]


def test_a_high_probability_below_twice_the_base_rate_is_no_news() -> None:
    assert levels([0.9], 0.46) == ["none"]


def test_a_warning_needs_the_watch_conditions_too() -> None:
    # A warning budget above the watch budget cannot bring in who is not even on watch.
    assert levels([0.9, 0.8, 0.7], watch=1, warning=3) == ["warning", "none", "none"]


def test_groups_outside_the_view_take_no_rank_and_get_no_level() -> None:
    got = levels([0.99, 0.9, 0.8, 0.7], in_view=[False, True, True, True], watch=2, warning=1)
    assert got == ["none", "warning", "watch", "none"]


def test_each_group_is_held_against_its_own_base_rate() -> None:
    assert levels([0.2, 0.2], [0.01, 0.15]) == ["warning", "none"]


def test_ties_are_broken_by_the_order_given_and_never_exceed_the_budget() -> None:
    assert levels([0.9] * 6) == ["warning", "warning", "watch", "watch", "none", "none"]


def test_no_group_no_level() -> None:
    assert levels([], []) == []


@given(
    st.lists(st.floats(0.0001, 0.9999), min_size=1, max_size=40),
    st.integers(1, 10),
    st.integers(1, 10),
    st.floats(0.001, 0.5),
)
def test_budgets_hold_and_levels_follow_the_probability(p: list[float], watch: int, warning: int, base: float) -> None:
    got = np.array([LEVELS.index(name) for name in levels(p, base, watch=watch, warning=warning)])  # type: ignore[arg-type]
    assert (got > 0).sum() <= watch
    assert (got == 2).sum() <= warning
    order = np.argsort(-np.array(p), kind="stable")
    assert (np.diff(got[order]) <= 0).all()


def history(*, early: int, before: int, recent: int) -> list[int]:
    """42 months: one early month of deaths, then 18 months and the last 6 months with their totals in one month each.

    Months 12 to 17 hold the early deaths, 18 to 35 the 18 months before, 36 to 41 the last six.
    """
    months = [0] * 42
    months[14], months[24], months[38] = early, before, recent
    return months


def is_resurgent(months: list[int]) -> bool:
    return bool(resurgent(np.array([months]))[0])


# The 18 months before with 15 deaths are 5 per 6 months: 10 recent deaths are twice that, and a peak of 10 its double.
def test_all_three_conditions_at_their_boundary() -> None:
    assert is_resurgent(history(early=10, before=15, recent=10))


@pytest.mark.parametrize(
    ("early", "before", "recent"),
    [
        (1000, 0, 9),  # fewer than 10 recent deaths
        (1000, 18, 11),  # 6 per 6 months before: 11 are less than twice that
        (9, 15, 10),  # no decline: 5 is more than half of the peak of 9
        (0, 0, 0),
    ],
    ids=["too few", "no rise", "no decline", "nothing"],
)
def test_each_condition_alone_stops_it(early: int, before: int, recent: int) -> None:
    assert not is_resurgent(history(early=early, before=before, recent=recent))


def test_the_same_three_pass_with_one_death_more_or_less() -> None:
    assert is_resurgent(history(early=1000, before=0, recent=10))
    assert is_resurgent(history(early=1000, before=18, recent=12))
    assert is_resurgent(history(early=10, before=15, recent=10))


def test_a_group_never_much_heard_of_before_is_new_not_back() -> None:
    assert not is_resurgent(history(early=0, before=0, recent=50))
    assert not is_resurgent(history(early=9, before=0, recent=50))
    assert is_resurgent(history(early=10, before=0, recent=50))


def test_the_peak_is_of_any_six_months_up_to_the_eighteen_before() -> None:
    # Five deaths in each of two months five apart are a peak of 10; six apart they are a peak of 5.
    close, apart = history(early=0, before=15, recent=10), history(early=0, before=15, recent=10)
    close[12], close[17] = 5, 5
    apart[11], apart[17] = 5, 5
    assert is_resurgent(close)
    assert not is_resurgent(apart)


def test_windows_begin_and_end_where_they_should() -> None:
    base = {"early": 30, "before": 15}
    recent_edge = history(**base, recent=0)
    recent_edge[36] = 10  # the first of the last six months
    assert is_resurgent(recent_edge)
    just_before = history(**base, recent=0)
    just_before[35] = 10  # the last of the 18 months before
    assert not is_resurgent(just_before)
    peak_edge = history(early=0, before=15, recent=10)
    peak_edge[17] = 10  # the last month that can be of the peak
    assert is_resurgent(peak_edge)
    too_late = history(early=0, before=15, recent=20)
    too_late[18] = 10  # counts to the 18 months before, and is no peak
    assert not is_resurgent(too_late)


def test_a_short_history_says_nothing() -> None:
    long = [0, 0, 0, 20, 0, 0, *[0] * 18, 0, 0, 10, 0, 0, 0]
    assert len(long) == 30
    assert is_resurgent(long)
    assert not is_resurgent(long[1:])
    assert resurgent(np.zeros((0, 40), int)).shape == (0,)


@given(st.lists(st.lists(st.integers(0, 60), min_size=40, max_size=40), min_size=1, max_size=4), st.integers(2, 5))
def test_months_long_past_scale_and_order_of_groups(rows: list[list[int]], factor: int) -> None:
    deaths = np.array(rows)
    got = resurgent(deaths)
    # Each group on its own; more of everything never undoes it; quiet months at the very start change nothing.
    np.testing.assert_array_equal(got[::-1], resurgent(deaths[::-1]))
    assert (resurgent(factor * deaths) >= got).all()
    np.testing.assert_array_equal(got, resurgent(np.hstack([np.zeros((len(deaths), 7), int), deaths])))


def entered(level: Level, *, month: int = 480, target: Target = "mass_casualty", p: float = 0.3) -> Entered:
    return Entered(level, target, month, 3, p, 0.05)


def test_a_group_stands_on_the_highest_level_of_the_last_months() -> None:
    watch, earlier = entered("watch"), entered("warning", month=479)
    assert standing([watch, earlier, entered("none", month=478)]) == earlier
    assert standing([entered("none"), entered("none", month=479)]) is None
    # Of two of one height the latest, and of one month that which is highest above its base rate.
    assert standing([earlier, entered("warning", month=480)]) == entered("warning", month=480)
    higher = entered("watch", target="deaths25", p=0.4)
    assert standing([watch, higher]) == higher


def test_the_sentence_says_why_and_for_how_long() -> None:
    now = entered("warning")
    assert level_sentence(now, [now], 6) == (
        "Warning (act): number 3 by the probability of a mass-casualty attack within 6 months: 30% (base "
        "rate 5.0%, so 6.0 times it)."
    )
    none = [entered("none", p=0.06), entered("none", target="deaths25", p=0.04)]
    assert level_sentence(None, none, 3) == (
        "No level: number 3 by the probability of a mass-casualty attack within 3 months: 6.0% (base rate "
        "5.0%, so 1.2 times it). The mark for watch is not reached."
    )
    known = replace(now, low=0.2, high=0.45)
    assert "30% (90% interval 20% to 45%; base rate 5.0%, so 6.0 times it)" in level_sentence(known, [known], 6)
    held = entered("watch", month=479)
    assert "by the figures of November 2019; not reached since, and it stands for 2 months, this one included." in (
        level_sentence(held, [entered("none")], 6)
    )
    assert level_sentence(entered("watch", month=478), [entered("none")], 6).endswith("and this month is the last.")


@given(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=40))
def test_a_level_that_stands_does_not_flap(months: list[Level]) -> None:
    def at(t: int) -> Level:
        found = standing([entered(months[s], month=s) for s in range(max(0, t - HOLD_MONTHS + 1), t + 1)])
        return found.level if found else "none"

    stands = [at(t) for t in range(len(months))]
    for t in range(1, len(months)):
        order = LEVELS.index
        assert order(stands[t]) >= order(months[t])
        if order(stands[t]) > order(stands[t - 1]) and t + 2 < len(months):
            # Once raised it is as high for the two months after.
            assert min(order(stands[t + 1]), order(stands[t + 2])) >= order(stands[t])
