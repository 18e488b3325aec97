"""One fit month of a replay: the models fitted once, and what each says at its origins beside what came.

The table that comes of it has a row for each origin and unit. Columns of a model are `MODEL|FIGURE|TARGET|HORIZON`:
`p` a probability, `ranking` a score that only orders units (no horizon), and of its samples the means over steps 1 to
the horizon of the scores in `SAMPLE_METRICS` (target `deaths`). A score is null where a month of its steps is not in
the figures.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from math import log

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.forecast.forecast import Forecast
from tocsin.forecast.model import HORIZONS, STEPS, TARGETS, Fitted, Model, Outlook
from tocsin.panel import Panel
from tocsin.replay.known import Figures
from tocsin.replay.plan import Plan
from tocsin.verify import SampleScores, sample_scores

Floats = NDArray[np.float64]

LEVEL = 0.9
SAMPLE_METRICS = (
    "crps",
    "crps_log1p",
    "ignorance",
    "interval_score",
    "log_score",
    "coverage90",
    "coverage90_expected",
)


@dataclass(frozen=True, eq=False)
class Work:
    """What every task of a replay shares."""

    plan: Plan
    models: tuple[Model, ...]
    figures: Figures


def column(model: str, figure: str, target: str, horizon: int | None = None) -> str:
    """The name of a model's column.

    >>> column("recency", "ranking", "deaths25"), column("trees", "p", "deaths25", 6)
    ('recency|ranking|deaths25', 'trees|p|deaths25|6')
    """
    return "|".join([model, figure, target, *([] if horizon is None else [str(horizon)])])


def replay_fit_month(work: Work, task: tuple[int, tuple[int, ...]]) -> pl.DataFrame:
    """The rows of the origins of one fit month: `task` is the fit month and its origins."""
    month, origins = task
    past = work.figures.at(month)
    fitted = [model.fit(past) for model in work.models]
    return pl.concat([_at_origin(work, fitted, origin) for origin in origins])


def _at_origin(work: Work, fitted: list[Fitted], origin: int) -> pl.DataFrame:
    history = work.figures.at(origin)
    panel = history.panel
    rows = np.arange(len(panel.groups)) if panel.unit == "country" else np.flatnonzero(panel.seen[:, -1])
    deaths, events = what_came(work.figures.truth, panel, rows)
    columns: dict[str, object] = {
        "origin": np.full(len(rows), origin, np.int32),
        "known_until": np.full(len(rows), panel.last_month, np.int32),
        "unit": [panel.groups[g] for g in rows],
        "seen": panel.seen[rows, -1],
        "active": panel.trailing_deaths(12)[rows, -1] > 0,
        "ongoing": panel.ongoing[rows, -1],
        "crossed_before": panel.crossed_before[rows, -1],
    }
    for horizon in HORIZONS:
        columns[f"deaths|{horizon}"] = _over(deaths, horizon, total=True)
        columns[f"mass_casualty|{horizon}"] = _over(events, horizon, total=True)
    for model, one in zip(work.models, fitted, strict=True):
        # A stream for each origin and model: adding a model, or beginning earlier, changes no other draw.
        rng = np.random.default_rng([work.plan.seed, origin, zlib.crc32(model.name.encode())])
        outlook = one.outlook(history, draws=work.plan.draws, rng=rng, steps=STEPS)
        columns |= _of_outlook(model.name, outlook, panel, rows, deaths)
    return pl.DataFrame(columns, nan_to_null=True)


def what_came(truth: Panel, panel: Panel, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Deaths and mass-casualty events of the steps after the panel's end, (row, step); NaN beyond the figures.

    Units are found by name; one that the newest figures do not have had no deaths in them.
    """
    place = {name: g for g, name in enumerate(truth.groups)}
    there = np.array([place.get(panel.groups[g], -1) for g in rows], np.int64)
    month = panel.last_month + 1 - truth.first_month + np.arange(STEPS)
    held = (month >= 0) & (month < truth.n_months)
    came = []
    for figure in (truth.deaths, truth.mass_casualty):
        ahead = np.full((len(rows), STEPS), np.nan)
        ahead[:, held] = np.where(there[:, None] >= 0, figure[there[:, None], month[held]], 0)
        came.append(ahead)
    return came[0], came[1]


def _over(steps: Floats, horizon: int, *, total: bool = False) -> Floats:
    """Mean or total over the first steps, NaN where one of them is."""
    if steps.shape[1] < horizon:
        return np.full(len(steps), np.nan)
    first = np.ascontiguousarray(steps[:, :horizon])
    return np.asarray(first.sum(axis=1) if total else first.mean(axis=1))


def _of_outlook(name: str, outlook: Outlook, panel: Panel, rows: NDArray[np.intp], deaths: Floats) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for target in TARGETS:
        for horizon in HORIZONS:
            if (p := outlook.probabilities.get((target, horizon))) is not None:
                found[column(name, "p", target, horizon)] = _checked(name, p, panel)[rows]
        if (ranking := outlook.rankings.get(target)) is not None:
            found[column(name, "ranking", target)] = _checked(name, ranking, panel)[rows]
    if outlook.forecast is not None:
        if outlook.forecast.units != panel.groups:
            raise InputError(f"the model {name} forecast other units than it was given")
        scores = cell_scores(outlook.forecast, rows, deaths)
        for metric, by_step in scores.items():
            for horizon in HORIZONS:
                found[column(name, metric, "deaths", horizon)] = _over(by_step, horizon)
    return found


def _checked(name: str, values: NDArray[np.float64], panel: Panel) -> Floats:
    array = np.asarray(values, np.float64)
    if array.shape != (len(panel.groups),) or not np.isfinite(array).all():
        raise InputError(f"the model {name} did not give a number for each of {len(panel.groups)} units")
    return array


def cell_scores(forecast: Forecast, rows: NDArray[np.intp], deaths: Floats) -> dict[str, Floats]:
    """Scores of a forecast's samples, (row, step) for each of `SAMPLE_METRICS`, NaN where there is no outcome.

    `rows` are places among the forecast's units, `deaths` (row, step) the outcomes.
    """
    steps = min(forecast.steps, deaths.shape[1])
    samples, outcomes = forecast.samples[rows, :steps], deaths[:, :steps]
    known = np.isfinite(outcomes)
    # Most groups are silent and forecast to stay so. A cell's score does not depend on its neighbours, so all cells
    # without a death, forecast or recorded, share the score of one of them.
    silent = ~samples.any(axis=2) & (outcomes == 0)
    live = known & ~silent
    quiet = _named(sample_scores(np.zeros((1, samples.shape[2]), samples.dtype), np.zeros(1), level=LEVEL))
    scored = _named(sample_scores(samples[live], outcomes[live], level=LEVEL))
    table = {}
    for metric in SAMPLE_METRICS:
        cells = np.full(outcomes.shape, np.nan)
        cells[silent] = quiet[metric][0]
        cells[live] = scored[metric]
        table[metric] = cells
    return table


def _named(scores: SampleScores) -> dict[str, Floats]:
    return {
        "crps": scores.crps,
        "crps_log1p": scores.crps_log1p,
        "ignorance": scores.ignorance,
        "interval_score": scores.interval_score,
        # The same class probability, in nats.
        "log_score": scores.ignorance * log(2),
        "coverage90": scores.coverage.astype(np.float64),
        "coverage90_expected": scores.expected_coverage,
    }
