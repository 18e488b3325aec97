"""A replay as notebooks show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.results import Card, CardTable

if TYPE_CHECKING:
    from tocsin.replay.country import CountryYears
    from tocsin.replay.result import Replay
    from tocsin.replay.summary import Row

SHOWN = (("deaths25", "average_precision"), ("mass_casualty", "average_precision"), ("deaths", "crps"))
_TARGETS = {"deaths25": "25 deaths or more", "mass_casualty": "Mass-casualty attack", "deaths": "Deaths of each month"}
_METRICS = {"average_precision": "average precision", "crps": "CRPS"}


def replay_card(made: Replay) -> Card:
    """Each model's main scores with their errors, beside a baseline."""
    tables = []
    for target, metric in SHOWN:
        found = [row for row in made.rows if (row.target, row.metric) == (target, metric) and row.value is not None]
        if not found:
            continue
        # One population and horizon: that of the headline where it is there, else the first.
        best = min(found, key=lambda row: (row.population != "new_risk", row.population != "seen", row.horizon != 6))
        same = [row for row in found if (row.population, row.horizon) == (best.population, best.horizon)]
        population = best.population.replace("_", " ")
        caption = f"{_TARGETS[target]}, {population}, {best.horizon} months ahead, {best.n:,} cells"
        baseline = next((row.baseline for row in same if row.baseline), "a baseline")
        columns = ("model", _METRICS[metric], f"less {baseline}")
        tables.append(CardTable(caption, columns, [(row.model, _with(row.value, row.se), _less(row)) for row in same]))
    return Card(made.comes_from.what, f"{len(made.plan.origins)} origins.", tuple(tables), made.notes)


def country_years_card(made: CountryYears) -> Card:
    """Each model's scores, the mean of the years."""
    found = [row for row in made.rows if row.year is None and row.population == "all"] or list(made.rows)
    metrics = list(dict.fromkeys(row.metric for row in found))
    values = {(row.model, row.metric): row.value for row in found}
    models = dict.fromkeys(row.model for row in found)
    rows = [(model, *(_with(values.get((model, metric)), None) for metric in metrics)) for model in models]
    years = ", ".join(map(str, made.plan["years"]))
    table = CardTable(f"Mean over the years {years}", ("model", *metrics), rows)
    return Card(made.comes_from.what, "", (table,), made.notes)


def _less(row: Row) -> str:
    return "" if row.difference is None else _with(row.difference, row.difference_se, sign="+")


def _with(value: float | None, error: float | None, sign: str = "") -> str:
    if value is None:
        return ""
    return f"{value:{sign}.3f}" + ("" if error is None else f" ± {error:.3f}")
