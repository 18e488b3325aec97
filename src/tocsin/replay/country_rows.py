"""The scores of country-years summed up: per year and their mean, with errors over countries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.replay.score import SAMPLE_METRICS
from tocsin.replay.summary import BASELINES, Row, number

Floats = NDArray[np.float64]

MONTHS = 12


@dataclass(frozen=True)
class YearRow(Row):
    """A row as a replay of origins has it, of one `year`, or of the mean over all years where that is None."""

    year: int | None


def year_rows(
    cells: Mapping[tuple[int, str], pl.DataFrame], years: Sequence[int], models: Sequence[str]
) -> tuple[YearRow, ...]:
    """Rows of all populations, metrics, models, years and their mean.

    `cells` are those of each year and model, sorted by unit and month, the same units in each. The mean is that of the
    years' means. Standard errors are over countries: the months and years of one may depend on each other in any way.
    """
    units = cells[years[0], models[0]].height // MONTHS
    active = np.stack([_by_unit(cells[year, models[0]], "active", units)[:, 0] > 0 for year in years])
    populations = {"all": np.ones_like(active), "active": active}
    rows: list[YearRow] = []
    for population, among in populations.items():
        for metric in SAMPLE_METRICS:
            scores = {m: np.stack([_by_unit(cells[year, m], metric, units) for year in years]) for m in models}
            rows += _rows(scores, among, years, population, metric)
    return tuple(rows)


def _by_unit(frame: pl.DataFrame, name: str, units: int) -> Floats:
    return frame[name].cast(pl.Float64).to_numpy().reshape(units, MONTHS)


def _rows(
    scores: Mapping[str, Floats], among: NDArray[np.bool_], years: Sequence[int], population: str, metric: str
) -> Iterator[YearRow]:
    against = BASELINES["deaths"]
    spans = [(year, slice(place, place + 1)) for place, year in enumerate(years)]
    whole: list[tuple[int | None, slice]] = [*spans, (None, slice(None))]
    for model, score in scores.items():
        paired = against in scores and model != against
        for year, part in whole:
            value, error, n = mean_over_years(score[part], among[part])
            difference: tuple[float, float, int] | None = None
            if paired:
                difference = mean_over_years(score[part] - scores[against][part], among[part])
            yield YearRow(
                target="deaths",
                population=population,
                horizon=MONTHS,
                model=model,
                metric=metric,
                value=number(value),
                se=number(error),
                baseline=against if paired else None,
                difference=number(difference[0]) if difference else None,
                difference_se=number(difference[1]) if difference else None,
                n=n,
                year=year,
            )


def mean_over_years(score: Floats, among: NDArray[np.bool_]) -> tuple[float, float, int]:
    """The mean of the years' means of a score (year, country, month), its error over countries, and the cells in it.

    `among` says which countries count in each year, (year, country). The error takes countries as independent: with
    `u_c` what country c adds to the mean beyond its share, it is `sqrt(C / (C - 1) sum_c u_c^2)` over the C countries
    that count in any year (for one year: the standard error of the countries' means). NaN where a year has no country
    or there are fewer than two.
    """
    per_year = among.sum(axis=1) * score.shape[2]
    n = int(per_year.sum())
    countries = int(among.any(axis=0).sum())
    if not per_year.all():
        return float("nan"), float("nan"), n
    sums = np.where(among, score.sum(axis=2), 0.0)
    means = sums.sum(axis=1) / per_year
    beyond = np.where(among, sums - (score.shape[2] * means)[:, None], 0.0) / per_year[:, None]
    added = beyond.mean(axis=0)
    error = sqrt(countries / (countries - 1) * float(added @ added)) if countries > 1 else float("nan")
    return float(means.mean()), error, n
