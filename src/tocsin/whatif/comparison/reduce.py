"""Runs reduced to what is compared: each outcome by month, and at each horizon, of the theatre and of its sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.scenario import Scenario

if TYPE_CHECKING:
    from tocsin.whatif.engine.simulate import Paths

Floats = NDArray[np.float64]

# Taken as they are at a horizon; all other outcomes are counted from the start.
STOCKS = ("ruler_stability", "members")
# Harm to people: less of it is better, so options can be ranked by it.
RANKED = ("civilian_deaths", "mass_casualty_attacks", "external_attacks")
_MEASURES = {
    "civilian_deaths": "deaths",
    "mass_casualty_attacks": "mass_casualty",
    "attacks": "attacks",
    "external_attacks": "external",
    "fighting_deaths": "clash_deaths",
    "members": "members",
}


@dataclass(frozen=True)
class Row:
    """One thing that is compared: an outcome of the theatre (`group` None) or of one side."""

    outcome: str
    group: str | None


@dataclass(frozen=True, eq=False)
class Reduced:
    """The runs of one option: `monthly` (row, month, draw) float32, `at` and `expected` (row, horizon, draw).

    `monthly` are counts of the month, `at` those since the start (members and stability: as they are then). `expected`
    is `at` but for civilian deaths: there it sums the deaths to be expected in each month of the run, given what went
    before. Its mean over runs is that of `at`, its spread is less: how deadly the single attacks happened to be is out.
    """

    monthly: NDArray[np.float32]
    at: Floats
    expected: Floats


def rows_of(scenario: Scenario) -> tuple[Row, ...]:
    """What is compared in a scenario, the theatre's first; attacks abroad only of sides that make any.

    Clashes are counted by each side that has them: the theatre's deaths in clashes are the sum over its groups.
    """
    abroad = [side.name for side in scenario.sides if side.external]
    rows = [Row(outcome, None) for outcome in ("civilian_deaths", "mass_casualty_attacks", "attacks")]
    if abroad:
        rows.append(Row("external_attacks", None))
    rows.append(Row("fighting_deaths", None))
    if scenario.ruler is not None:
        rows.append(Row("ruler_stability", None))
    for side in scenario.sides:
        outcomes = ["members", "civilian_deaths", "mass_casualty_attacks", "attacks"]
        outcomes += ["external_attacks"] if side.external else []
        outcomes += ["fighting_deaths"] if side.kind == "group" else []
        rows += [Row(outcome, side.name) for outcome in outcomes]
    return tuple(rows)


def ranked_rows(scenario: Scenario) -> tuple[Row, ...]:
    """The outcomes of the theatre by which its options are ranked."""
    return tuple(row for row in rows_of(scenario) if row.group is None and row.outcome in RANKED)


def reduce_paths(scenario: Scenario, paths: Paths, rows: Sequence[Row]) -> Reduced:
    """The rows of the runs in `paths`; see `Reduced`."""
    groups = np.array([side.kind == "group" for side in scenario.sides])
    place = {name: g for g, name in enumerate(scenario.names)}

    def by_month(row: Row, measure: str) -> NDArray[np.float32]:
        """One measure (month, draw), of one side or summed over those that count."""
        found = paths.side(measure)
        if row.group is not None:
            return np.asarray(found[:, place[row.group]].T, np.float32)
        counted = groups if row.outcome == "fighting_deaths" else np.ones_like(groups)
        total = found[:, counted].sum(axis=1, dtype=np.float64)
        if row.outcome == "civilian_deaths":
            total = total + paths.of_theatre("strike_deaths")
        return np.asarray(total.T, np.float32)

    draws = paths.sides.shape[1]
    monthly = np.empty((len(rows), scenario.months, draws), np.float32)
    at = np.empty((len(rows), len(scenario.horizons), draws))
    expected = np.empty_like(at)
    for k, row in enumerate(rows):
        if row.outcome == "ruler_stability":
            monthly[k] = paths.of_theatre("stability").T
        else:
            monthly[k] = by_month(row, _MEASURES[row.outcome])
        at[k] = expected[k] = _at_horizons(monthly[k], scenario.horizons, row.outcome)
        if row.outcome == "civilian_deaths":
            expected[k] = _at_horizons(by_month(row, "expected_deaths"), scenario.horizons, row.outcome)
    return Reduced(monthly, at, expected)


def joined(parts: Sequence[Reduced]) -> Reduced:
    """Parts of the runs of one option, put together in the order given."""
    if len(parts) == 1:
        return parts[0]
    return Reduced(
        np.concatenate([part.monthly for part in parts], axis=2),
        np.concatenate([part.at for part in parts], axis=2),
        np.concatenate([part.expected for part in parts], axis=2),
    )


def _at_horizons(monthly: NDArray[np.float32], horizons: Sequence[int], outcome: str) -> Floats:
    """One row (month, draw) at each horizon (horizon, draw)."""
    if outcome in STOCKS:
        return monthly[[h - 1 for h in horizons]].astype(np.float64)
    return np.stack([monthly[:h].sum(axis=0, dtype=np.float64) for h in horizons])
