"""A panel cut at a month is the panel of the figures known by then."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_panels import FIRST, RANDOM_MONTHS, Happened, digest_of, random_events, worked

from tocsin.digest import packaged_digest
from tocsin.errors import NotHeldError
from tocsin.panel import Panel, build_panel


@pytest.fixture(scope="module")
def packaged() -> Panel:
    return build_panel(packaged_digest())


def assert_same(got: Panel, expected: Panel) -> None:
    """Every field equal, arrays with their types."""
    for item in fields(Panel):
        mine, other = getattr(got, item.name), getattr(expected, item.name)
        if isinstance(mine, dict):
            assert list(mine) == list(other)
            pairs = [(mine[key], other[key]) for key in mine]
        elif item.name == "clashes":
            pairs = list(zip(mine, other, strict=True))
        elif isinstance(mine, np.ndarray):
            pairs = [(mine, other)]
        else:
            assert mine == other, item.name
            continue
        for one, two in pairs:
            assert one.dtype == two.dtype, item.name
            assert np.array_equal(one, two), item.name


@pytest.mark.parametrize("month", [109, 110, 195, 300, 389, 456, 491, 492])
def test_packaged_figures_cut_before_or_after_make_the_same_panel(packaged: Panel, month: int) -> None:
    assert_same(packaged.up_to(month), build_panel(packaged_digest().up_to(month)))


@settings(max_examples=15, deadline=None)
@given(random_events, st.integers(0, RANDOM_MONTHS - 1))
def test_any_figures_cut_before_or_after_make_the_same_panel(events: list[Happened], t: int) -> None:
    digest = digest_of(events, RANDOM_MONTHS)
    cut = build_panel(digest).up_to(FIRST + t)
    assert_same(cut, build_panel(digest.up_to(FIRST + t)))
    assert_same(cut, build_panel(digest_of([e for e in events if e.t <= t], t + 1)))


def test_groups_not_known_yet_are_gone(packaged: Panel) -> None:
    panel = build_panel(worked())
    assert panel.up_to(FIRST + 2).groups == ("X @ Mali", "Y @ Mali")
    assert panel.rows_by(FIRST + 2).tolist() == [3, 6]
    assert panel.up_to(FIRST).groups == ("X @ Mali",)
    assert len(panel.up_to(FIRST).clashes[0]) == 0
    # IS had no recorded event in Afghanistan before 2015.
    assert "IS @ Afghanistan" in packaged.groups
    assert "IS @ Afghanistan" not in packaged.up_to(420).groups


def test_a_month_beside_the_figures_is_refused(packaged: Panel) -> None:
    for month in (108, 493):
        with pytest.raises(NotHeldError, match="1989-01 to 2020-12"):
            packaged.up_to(month)
