"""A comparison's tables, and what notebooks show of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tocsin.months import first_day
from tocsin.results import Card, CardTable, rows_of
from tocsin.whatif.catalogue import OUTCOMES

if TYPE_CHECKING:
    from tocsin.whatif.comparison.result import Band, Comparison, Flip


def comparison_table(made: Comparison, part: str) -> pl.DataFrame:
    """One part as a table: a row per object of it; `bands` a row per month, `flips` a row per limit of a box."""
    from tocsin.whatif.comparison import result

    if part == "bands":
        return _bands(made.bands, made.scenario.first)
    if part == "flips":
        return _flips(made.flips)
    kinds = {
        "outcomes": result.Outcome,
        "differences": result.Difference,
        "choices": result.Choice,
        "decisive": result.Decisive,
        "conclusions": result.Conclusion,
        "without": result.WithoutMechanism,
    }
    if part == "conclusions":
        rests = ["; ".join(f"{name} ({evidence})" for name, evidence in one.rests_on) for one in made.conclusions]
        table = rows_of(kinds[part], made.conclusions)
        return table.with_columns(pl.Series("rests_on", rests, dtype=pl.String))
    return rows_of(kinds[part], getattr(made, part))


def comparison_card(made: Comparison) -> Card:
    """The conclusions, and each option against doing nothing at the last horizon."""
    scenario = made.scenario
    outcome = made.choices[0].outcome if made.choices else next(iter(OUTCOMES))
    horizon = max(scenario.horizons)
    rows = [
        (
            row.option,
            row.mean,
            f"{row.mean_low:.3g} to {row.mean_high:.3g}",
            f"{row.p_less:.0%}",
            made.outcome(row.option, outcome, horizon).mean,
        )
        for row in made.differences
        if (row.variant, row.outcome, row.horizon, row.group) == (made.main, outcome, horizon, None)
    ]
    nothing = scenario.options[0].name
    title = OUTCOMES.get(outcome, outcome)
    return Card(
        scenario.title,
        " ".join(one.text for one in made.conclusions[:3]),
        (
            CardTable(
                f"{title}, {horizon} months on, against {nothing} (90% intervals of the mean)",
                ("option", "difference", "interval", "runs with less", "expected"),
                rows,
            ),
        ),
        made.notes(),
    )


def _bands(bands: tuple[Band, ...], first: int) -> pl.DataFrame:
    schema = {"variant": pl.String, "option": pl.String, "outcome": pl.String, "group": pl.String, "month": pl.Date}
    figures = ("mean", "low", "median", "high")
    tables = [
        pl.DataFrame(
            {name: [getattr(band, name)] * len(band.mean) for name in ("variant", "option", "outcome", "group")}
            | {"month": [first_day(first + t) for t in range(len(band.mean))]}
            | {name: getattr(band, name) for name in figures},
            schema=schema | dict.fromkeys(figures, pl.Float64),
        )
        for band in bands
    ]
    return pl.concat(tables) if tables else pl.DataFrame(schema=schema | dict.fromkeys(figures, pl.Float64))


def _flips(flips: tuple[Flip, ...]) -> pl.DataFrame:
    names = ("variant", "option", "outcome", "horizon", "turns_to", "density", "coverage", "base", "chance")
    types: dict[str, type[pl.DataType]] = dict.fromkeys(names, pl.String) | {"horizon": pl.Int64}
    types |= dict.fromkeys(("density", "coverage", "base", "chance", "low", "high"), pl.Float64)
    schema = {name: types[name] for name in names} | {"quantity": pl.String, "low": pl.Float64, "high": pl.Float64}
    rows = [
        (*(getattr(flip, name) for name in names), quantity, low, high)
        for flip in flips
        # A flip without limits has a row too, whose limits are null.
        for quantity, (low, high) in (flip.limits.items() or [(None, (None, None))])
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")
