"""A history cut at a month is the history of what was known by then, and makes things once a month."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_panels import FIRST, RANDOM_MONTHS, WORKED_MONTHS, Happened, digest_of, random_events, worked

from tocsin.errors import NotHeldError
from tocsin.panel import FEATURES, History, build_panel, feature_array
from tocsin.panel.history import MOST_KEPT


def whole() -> History:
    return History(build_panel(worked()))


def assert_fresh(cut: History, events: list[Happened] | None = None) -> None:
    """The cut's panel and features are, bit for bit, those of figures that end with its month."""
    n = cut.month - FIRST + 1
    digest = worked().up_to(cut.month) if events is None else digest_of([e for e in events if e.t < n], n)
    panel = build_panel(digest)
    assert (cut.panel.groups, cut.panel.n_months) == (panel.groups, n)
    features = feature_array(panel)
    assert cut.features.shape == (len(panel.groups), n, len(FEATURES))
    np.testing.assert_array_equal(cut.features.view(np.uint32), features.view(np.uint32))
    np.testing.assert_array_equal(cut.features_now, features[:, -1])


@pytest.mark.parametrize("t", [0, 2, 3, 5, 14, 15])
def test_a_cut_has_the_features_of_a_fresh_panel(t: int) -> None:
    assert_fresh(whole().up_to(FIRST + t))


@pytest.mark.parametrize("ask_first", [True, False], ids=["features of the whole first", "features of the cut first"])
def test_a_cut_of_a_cut_is_the_cut(ask_first: bool) -> None:
    history = whole()
    if ask_first:
        assert history.features.shape[1] == WORKED_MONTHS
    twice = history.up_to(FIRST + 13).up_to(FIRST + 4).up_to(FIRST + 3)
    once = history.up_to(FIRST + 3)
    assert twice.month == once.month == FIRST + 3
    assert twice.panel.groups == once.panel.groups
    # F and the coalition come in month 3, between X and Y by name: the rows are not the first ones.
    assert twice.panel.groups == ("F @ Colombia", "V @ Nigeria", "W @ Nigeria", "X @ Mali", "X, Z @ Mali", "Y @ Mali")
    assert_fresh(twice)
    np.testing.assert_array_equal(twice.features, once.features)


@settings(max_examples=15)
@given(random_events, st.integers(0, RANDOM_MONTHS - 1), st.integers(0, RANDOM_MONTHS - 1))
def test_any_cut_of_any_cut_has_the_features_of_a_fresh_panel(events: list[Happened], s: int, t: int) -> None:
    history = History(build_panel(digest_of(events, RANDOM_MONTHS)))
    assert_fresh(history.up_to(FIRST + max(s, t)).up_to(FIRST + min(s, t)), events)


def test_a_cut_at_the_end_is_the_history_itself() -> None:
    history = whole()
    assert history.up_to(history.month) is history


def test_a_month_beside_the_history_is_refused() -> None:
    past = whole().up_to(FIRST + 5)
    for month in (FIRST - 1, FIRST + 6):
        with pytest.raises(NotHeldError, match="2015-01 to 2015-06"):
            past.up_to(month)


def test_what_is_made_once_is_made_once_a_month_and_name() -> None:
    history = whole()
    made: list[tuple[int, str]] = []

    def make(past: History, name: str) -> tuple[int, str]:
        def it() -> tuple[int, str]:
            made.append((past.month, name))
            return past.month, name

        return past.once(name, it)

    early = history.up_to(FIRST + 5)
    for past in (history, early, history.up_to(FIRST + 9).up_to(FIRST + 5), history.up_to(FIRST + 5)):
        for name in ("a", "b", "a"):
            assert make(past, name) == (past.month, name)
    assert made == [(FIRST + 15, "a"), (FIRST + 15, "b"), (FIRST + 5, "a"), (FIRST + 5, "b")]
    # Another history shares nothing with it.
    other = whole()
    assert make(other, "a") == (FIRST + 15, "a")
    assert len(made) == 5


def test_nothing_too_is_made_once() -> None:
    history, calls = whole(), []
    for _ in range(2):
        assert history.once("nothing", lambda: calls.append(1)) is None
    assert calls == [1]


def test_what_is_kept_does_not_grow_without_end() -> None:
    history = whole()
    made = [history.once(number, lambda number=number: [number]) for number in range(MOST_KEPT + 5)]  # type: ignore[misc]
    assert history.once(MOST_KEPT + 4, lambda: ["anew"]) is made[-1]
    assert history.once(0, lambda: ["anew"]) == ["anew"]  # the oldest was let go, and is made again
