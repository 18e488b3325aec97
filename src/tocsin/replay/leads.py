"""How long before an emergence a model alerted: lead times at a budget of alerts, beside random and recency alerts."""

from __future__ import annotations

import zlib

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.panel import CROSSING_DEATHS, Panel
from tocsin.replay.plan import Plan
from tocsin.replay.summary import BASELINES, Row, number, populations, score_column
from tocsin.verify import AlertRecord, emergences, lead_time_summary
from tocsin.verify.alerts import RANDOM

Floats = NDArray[np.float64]

ALERTS = 20
ALERT_HORIZON = 6
LEAD_HORIZON = 12
_POPULATIONS = {"new_risk": "all", "previously_crossed": "previously_crossed", "first": "first"}


def lead_rows(cells: pl.DataFrame, plan: Plan, truth: Panel) -> tuple[Row, ...]:
    """Rows of `lead_months_median`, `hit_share_at_20` and `false_alerts_per_hit_at_20`, for every model and `random`.

    Each origin alerts the 20 groups at new risk with the highest score for 25 deaths within 6 months; an emergence
    (25 deaths in 12 months after 24 months below) is a hit if its group was alerted in the 12 months before. `n` is the
    number of emergences scored. There are no standard errors, so few emergences as there are. Countries do not emerge.
    """
    listed = cells.filter(populations(plan.unit)["new_risk"])
    if plan.unit == "country" or listed.is_empty():
        return ()
    units = sorted({*truth.groups, *listed["unit"].unique()})
    place = {name: i for i, name in enumerate(units)}
    deaths = np.zeros((len(units), truth.n_months))
    deaths[[place[name] for name in truth.groups]] = truth.deaths
    at = (np.array([place[name] for name in listed["unit"]]), listed["origin"].to_numpy() - plan.first)
    shape = (len(units), len(plan.origins))
    eligible = np.zeros(shape, np.bool_)
    eligible[at] = True
    rankings: dict[str, Floats] = {}
    for model in plan.models:
        if (name := score_column(listed, model, "deaths25", ALERT_HORIZON)) is not None:
            rankings[model] = np.zeros(shape)
            rankings[model][at] = listed[name].to_numpy()
    emerged = emergences(deaths, first_month=truth.first_month, threshold=float(CROSSING_DEATHS))
    summary = lead_time_summary(
        rankings,
        np.array(plan.origins),
        emerged,
        eligible=eligible,
        budget=ALERTS,
        horizon=LEAD_HORIZON,
        rng=np.random.default_rng([plan.seed, zlib.crc32(b"lead times")]),
    )
    rows: list[Row] = []
    for population, kind in _POPULATIONS.items():
        records = {name: summary.of(name, kind) for name in (*rankings, RANDOM)}
        rows += _of_population(population, records)
    return tuple(rows)


def _of_population(population: str, records: dict[str, AlertRecord]) -> list[Row]:
    against = BASELINES["ranking"]
    figures = {
        name: {
            "lead_months_median": record.lead_median,
            f"hit_share_at_{ALERTS}": record.hit_share,
            f"false_alerts_per_hit_at_{ALERTS}": record.false_alerts_per_hit,
        }
        for name, record in records.items()
    }
    rows = []
    for name, record in records.items():
        for metric, value in figures[name].items():
            paired = against in figures and name != against
            rows.append(
                Row(
                    target="deaths25",
                    population=population,
                    horizon=LEAD_HORIZON,
                    model=name,
                    metric=metric,
                    value=number(value),
                    se=None,
                    baseline=against if paired else None,
                    difference=number(value - figures[against][metric]) if paired else None,
                    difference_se=None,
                    n=record.emergences,
                )
            )
    return rows
