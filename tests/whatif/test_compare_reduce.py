"""Runs reduced to outcomes, on paths made up by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from planted_scenario import scenario, side, state

from tocsin.whatif.comparison.reduce import Row, joined, ranked_rows, reduce_paths, rows_of
from tocsin.whatif.engine.columns import SIDE_MEASURES, THEATRE_MEASURES
from tocsin.whatif.engine.simulate import Paths
from tocsin.whatif.scenario import Scenario


def _theatre() -> Scenario:
    """Two groups, one with attacks abroad, and a state; three months, horizons 2 and 3."""
    sides = [side("North"), state("State"), side("South", external=True)]
    return replace(scenario(sides, ruler="North", months=3), horizons=(2, 3))


def _paths() -> Paths:
    """Two runs; every measure of side g in month t of run d is 100 d + 10 g + t, unless set below."""
    d, g, t = np.ogrid[0:2, 0:3, 0:3]
    sides = np.broadcast_to(100 * d + 10 * g + t, (len(SIDE_MEASURES), 2, 3, 3)).astype(np.float32)
    sides[SIDE_MEASURES.index("expected_deaths")] = 0.5
    theatre = np.zeros((len(THEATRE_MEASURES), 2, 3), np.float32)
    theatre[THEATRE_MEASURES.index("strike_deaths")] = [[1, 2, 4], [0, 0, 8]]
    theatre[THEATRE_MEASURES.index("stability")] = [[1, 0.5, 0.25], [1, 1, 0]]
    return Paths(sides, theatre)


def test_rows_are_what_a_theatre_has() -> None:
    rows = rows_of(_theatre())
    assert Row("external_attacks", "South") in rows
    assert Row("external_attacks", "North") not in rows
    assert Row("fighting_deaths", "State") not in rows
    assert len(set(rows)) == len(rows)
    assert [row.outcome for row in ranked_rows(_theatre())] == [
        "civilian_deaths", "mass_casualty_attacks", "external_attacks",
    ]  # fmt: skip
    alone = rows_of(scenario([side("North")]))
    assert Row("external_attacks", None) not in alone
    assert Row("ruler_stability", None) not in alone


@pytest.mark.parametrize(
    ("row", "at_2", "at_3"),
    [
        # Run 0: months 0, 1, 2 of sides 0, 1, 2 are (0 10 20), (1 11 21), (2 12 22).
        (Row("attacks", None), 30 + 33, 30 + 33 + 36),
        (Row("attacks", "South"), 20 + 21, 20 + 21 + 22),
        (Row("civilian_deaths", None), 30 + 33 + 1 + 2, 30 + 33 + 36 + 1 + 2 + 4),
        (Row("civilian_deaths", "South"), 20 + 21, 20 + 21 + 22),
        # The state's clashes are those of its enemies.
        (Row("fighting_deaths", None), 20 + 22, 20 + 22 + 24),
        (Row("members", "State"), 11, 12),
        (Row("ruler_stability", None), 0.5, 0.25),
    ],
)
def test_an_outcome_is_counted_from_the_start_and_a_stock_is_as_it_is_then(row: Row, at_2: float, at_3: float) -> None:
    found = reduce_paths(_theatre(), _paths(), [row])
    assert found.at[0, :, 0].tolist() == [at_2, at_3]
    assert found.monthly.shape == (1, 3, 2)
    if row.outcome not in ("members", "ruler_stability"):
        assert found.monthly[0, :, 0].sum() == at_3


def test_expected_deaths_stand_beside_those_that_happened() -> None:
    rows = [Row("civilian_deaths", None), Row("civilian_deaths", "North"), Row("attacks", None)]
    found = reduce_paths(_theatre(), _paths(), rows)
    assert found.expected[0, 1].tolist() == [3 * 3 * 0.5 + 7, 3 * 3 * 0.5 + 8]
    assert found.expected[1].tolist() == [[1.0, 1.0], [1.5, 1.5]]
    assert (found.expected[2] == found.at[2]).all()


def test_parts_put_together_are_the_whole() -> None:
    rows = rows_of(_theatre())
    paths = _paths()
    halves = [
        reduce_paths(_theatre(), Paths(paths.sides[:, d : d + 1], paths.theatre[:, d : d + 1]), rows) for d in (0, 1)
    ]
    whole, again = reduce_paths(_theatre(), paths, rows), joined(halves)
    for name in ("monthly", "at", "expected"):
        assert np.array_equal(getattr(whole, name), getattr(again, name))
