"""Deaths near a group's ground: by hand on few cells, and against a plain count over all pairs of cells."""

from __future__ import annotations

from math import hypot

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.panel.nearby import GROUND_MONTHS, REACH_CELLS, SPANS, nearby_deaths

Row = tuple[int | None, int, int, int]  # group (none: a government), month, cell, deaths
HOME = 100_000
A_ROW = 720  # cells of half a degree around the earth


def table(rows: list[Row]) -> pl.DataFrame:
    schema = {"g": pl.Int32, "t": pl.Int32, "cell": pl.Int32, "deaths_best": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def near(rows: list[Row], *, groups: int = 1, months: int = 12, span: int = 3) -> list[list[int]]:
    return nearby_deaths(table(rows), (groups, months))[f"nearby_deaths_{span}m"].tolist()


@pytest.mark.parametrize(
    ("up", "right", "counts"),
    # 2.9 cells of half a degree, over the corners too: the root of 8 lies within, 3 and the root of 10 beyond.
    [(0, 0, True), (2, 2, True), (-2, 2, True), (0, -2, True), (3, 0, False), (0, 3, False), (1, 3, False)],
)
def test_within_reach_and_beyond(up: int, right: int, counts: bool) -> None:
    other = HOME + up * A_ROW + right
    assert near([(0, 0, HOME, 5), (None, 0, other, 70)], months=1) == [[70 if counts else 0]]


def test_own_deaths_are_left_out_wherever_they_are() -> None:
    rows: list[Row] = [(0, 0, HOME, 5), (0, 1, HOME + 1, 8), (0, 1, HOME + 50, 9), (1, 1, HOME + 1, 20)]
    # The second group's ground is the first one's neighbour: it has the 5 and 8 there, not the 9 fifty cells away.
    assert near(rows, groups=2, months=2) == [[0, 20], [0, 13]]


def test_others_count_once_however_many_cells_of_the_ground_are_near_them() -> None:
    ground: list[Row] = [(0, 0, HOME + k, 1) for k in range(3)]
    assert near([*ground, (None, 0, HOME + 1, 40), (None, 0, HOME + 4, 2)], months=1) == [[42]]


def test_both_sides_of_a_clash_of_others_and_the_opponents_side_of_its_own() -> None:
    own: list[Row] = [(0, 0, HOME, 6), (1, 0, HOME, 6)]
    others: list[Row] = [(2, 0, HOME, 9), (None, 0, HOME, 9)]
    assert near(own, groups=2, months=1) == [[6], [6]]
    assert near(own + others, groups=3, months=1) == [[24], [24], [21]]


def test_spans_end_with_the_month() -> None:
    rows: list[Row] = [(0, 0, HOME, 0), (None, 0, HOME, 100), (None, 2, HOME, 10), (None, 11, HOME, 1)]
    assert near(rows, months=14)[0] == [100, 100, 110, 10, 10, 0, 0, 0, 0, 0, 0, 1, 1, 1]
    assert near(rows, months=14, span=12)[0] == [100, 100, *[110] * 9, 111, 11, 11]


def test_ground_is_what_was_used_in_sixty_months() -> None:
    months = GROUND_MONTHS + 3
    rows: list[Row] = [(0, 1, HOME, 0), *[(None, t, HOME, 7) for t in range(months)]]
    got = near(rows, months=months)[0]
    # Before its first event a group has no ground; afterwards, all of the span's deaths on it count, those before too.
    assert got[0] == 0
    assert got[1] == 14
    assert set(got[2 : GROUND_MONTHS + 1]) == {21}
    # Month 1 is the oldest of the sixty that end with month 60.
    assert got[GROUND_MONTHS + 1 :] == [0, 0]


def test_nobody_and_nothing() -> None:
    for array in nearby_deaths(table([]), (2, 3)).values():
        assert array.tolist() == [[0] * 3] * 2
        assert array.dtype == np.int32
    assert near([(None, 0, HOME, 4)], groups=0, months=1) == []


def plain(rows: list[Row], groups: int, months: int, span: int) -> list[list[int]]:
    """The same by the words of its description, one group and month at a time."""
    out = [[0] * months for _ in range(groups)]
    for g in range(groups):
        for t in range(months):
            ground = {
                divmod(cell - 1, A_ROW) for who, when, cell, _ in rows if who == g and t - GROUND_MONTHS < when <= t
            }
            for who, when, cell, deaths in rows:
                if who != g and t - span < when <= t:
                    row, column = divmod(cell - 1, A_ROW)
                    if any(hypot(row - a, column - b) <= REACH_CELLS for a, b in ground):
                        out[g][t] += deaths
    return out


_rows = st.lists(
    st.tuples(
        st.sampled_from([None, 0, 1, 2]),
        st.integers(0, 69),
        st.builds(lambda up, right: HOME + up * A_ROW + right, st.integers(0, 6), st.integers(0, 6)),
        st.integers(0, 50),
    ),
    max_size=25,
)


@settings(max_examples=25)
@given(_rows)
def test_it_is_the_plain_count(rows: list[Row]) -> None:
    for span in SPANS:
        assert near(rows, groups=3, months=70, span=span) == plain(rows, 3, 70, span)


@settings(max_examples=15)
@given(_rows, _rows, st.integers(0, 68))
def test_nothing_after_a_month_is_used(one: list[Row], two: list[Row], t: int) -> None:
    past = [row for row in one if row[1] <= t]
    other = past + [row for row in two if row[1] > t]
    for span in SPANS:
        before, after = (np.array(near(rows, groups=3, months=70, span=span)) for rows in (one, other))
        np.testing.assert_array_equal(before[:, : t + 1], after[:, : t + 1])
