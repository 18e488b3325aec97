"""The rows of a summary against values worked by hand."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import polars as pl
import pytest

from planted_groups import FIRST, panel_of
from tocsin.forecast.model import HORIZONS
from tocsin.replay import Plan, Row, leads
from tocsin.replay.calibration import reliability_rows
from tocsin.replay.leads import lead_rows
from tocsin.replay.summary import summarise

ORIGINS = 24
PLAN = Plan(FIRST, FIRST + ORIGINS - 1, ("climatology_12", "recency", "base_rate", "ours"))
Key = tuple[str, str, int, str, str]


def table(units: int, **columns: object) -> pl.DataFrame:
    """Cells of `units` units at each origin, all of them at new risk for the first time, nothing ever happening.

    `columns` (with `__` for `|`) replace or add some: one value, or one for each unit.
    """
    given = {
        "seen": True,
        "active": False,
        "ongoing": False,
        "crossed_before": False,
        **{f"{what}|{horizon}": 0.0 for what in ("deaths", "mass_casualty") for horizon in HORIZONS},
        **{name.replace("__", "|"): value for name, value in columns.items()},
    }
    cells = {
        "origin": np.repeat(np.array(PLAN.origins), units),
        "unit": [f"u{g} @ Mali" for g in range(units)] * ORIGINS,
        **{name: np.tile(np.broadcast_to(np.array(value), (units,)), ORIGINS) for name, value in given.items()},
    }
    return pl.DataFrame(cells, nan_to_null=True)


def rows_of(cells: pl.DataFrame, plan: Plan = PLAN) -> dict[Key, Row]:
    rows = summarise(cells, plan)
    found = {(r.target, r.population, r.horizon, r.model, r.metric): r for r in rows}
    assert len(found) == len(rows)
    return found


def test_means_of_scores_and_their_difference_on_the_same_cells() -> None:
    cells = table(2, climatology_12__crps__deaths__6=[1.0, 4.0], ours__crps__deaths__6=[3.0, 1.0])
    rows = rows_of(cells)
    mine = rows["deaths", "first", 6, "ours", "crps"]
    assert (mine.value, mine.baseline, mine.difference, mine.n) == (2.0, "climatology_12", -0.5, 48)
    # Every origin is the same, so that there is nothing to be uncertain of.
    assert (mine.se, mine.difference_se) == (0.0, 0.0)
    base = rows["deaths", "first", 6, "climatology_12", "crps"]
    assert (base.value, base.baseline, base.difference, base.difference_se) == (2.5, None, None, None)
    assert ("deaths", "first", 6, "recency", "crps") not in rows


def test_errors_are_those_of_means_over_origins() -> None:
    # The scores of an origin are its number, 0 to 23: neighbours go together.
    cells = table(1).with_columns((pl.col("origin") - FIRST).cast(pl.Float64).alias("ours|crps|deaths|3"))
    row = rows_of(cells)["deaths", "seen", 3, "ours", "crps"]
    assert row.value == 11.5
    u = np.arange(24) - 11.5
    weights = np.maximum(0, 1 - np.abs(np.arange(24)[:, None] - np.arange(24)) / 12)
    dependence = weights.sum() / 24**2
    assert row.se == pytest.approx(np.sqrt(u @ weights @ u / 24**2 / (1 - dependence)))


def test_each_population_is_its_own() -> None:
    flags = {
        # name: seen, active, ongoing, crossed_before
        "never seen": (False, False, False, False),
        "first": (True, False, False, False),
        "first, active": (True, True, False, False),
        "crossed before": (True, True, False, True),
        "ongoing": (True, True, True, True),
    }
    names = ("seen", "active", "ongoing", "crossed_before")
    columns = {name: [given[k] for given in flags.values()] for k, name in enumerate(names)}
    cells = table(5, **columns, ours__crps__deaths__3=[1.0, 2.0, 4.0, 8.0, 16.0])
    rows = rows_of(cells, replace(PLAN, unit="country"))
    means = {
        population: row.value * 5 if population == "all" else row.value
        for (_, population, _, _, metric), row in rows.items()
        if metric == "crps" and row.value is not None
    }
    assert means == {
        "new_risk": pytest.approx(14 / 3),
        "previously_crossed": 8,
        "first": 3,
        "ongoing": 16,
        "seen": 30 / 4,
        "active": pytest.approx(28 / 3),
        "all": 31,
    }
    assert "all" not in {population for _, population, *_ in rows_of(cells)}


def test_scores_of_probabilities_by_hand() -> None:
    cells = table(
        4,
        deaths__6=[25.0, 24.0, 0.0, 90.0],
        mass_casualty__6=[0.0, 1.0, 0.0, 2.0],
        ours__p__deaths25__6=[0.5, 0.5, 0.1, 0.0],
        base_rate__p__deaths25__6=0.5,
        ours__p__mass_casualty__6=[0.0, 1.0, 0.0, 1.0],
    )
    rows = rows_of(cells)
    brier = rows["deaths25", "seen", 6, "ours", "brier"]
    assert brier.value == pytest.approx((0.25 + 0.25 + 0.01 + 1) / 4)
    assert (brier.baseline, brier.difference) == ("base_rate", pytest.approx(1.51 / 4 - 0.25))
    # A chance of 0 given to what happened counts as 0.0005.
    expected = (-2 * log(0.5) - log(0.9) - log(0.0005)) / 4
    assert rows["deaths25", "seen", 6, "ours", "log_score"].value == pytest.approx(expected)
    sure = rows["mass_casualty", "seen", 6, "ours", "brier"]
    assert (sure.value, sure.baseline, sure.difference) == (0.0, None, None)


def test_scores_of_rankings_by_hand() -> None:
    deaths = np.zeros(25)
    deaths[[0, 4, 14, 21]] = 30
    cells = table(25, deaths__6=deaths, ours__ranking__deaths25=-np.arange(25.0), recency__ranking__deaths25=0.0)
    rows = rows_of(cells)
    mine = {metric: rows["deaths25", "seen", 6, "ours", metric] for metric in ("average_precision", "precision_at_10")}
    # Of the 24 origins, all alike: hits are the 1st, 5th, 15th and 22nd of each.
    assert mine["average_precision"].value == pytest.approx((1 / 1 + 2 / 5 + 3 / 15 + 4 / 22) / 4)
    assert mine["precision_at_10"].value == pytest.approx(2 / 10)
    recall = rows["deaths25", "seen", 6, "ours", "recall_at_20"]
    assert (recall.value, recall.n) == (pytest.approx(3 / 4), 25 * 24)
    # Ties throughout: 4 of 25 are hit by any alert, and 20 alerts find 20 in 25.
    assert mine["precision_at_10"].difference == pytest.approx(2 / 10 - 4 / 25)
    assert recall.difference == pytest.approx(3 / 4 - 20 / 25)
    assert mine["average_precision"].baseline == "recency"
    assert not {metric for _, _, _, _, metric in rows} & {"brier", "log_score"}


def test_what_has_no_value_is_none() -> None:
    cells = table(3, ours__ranking__mass_casualty=[1.0, 2.0, 3.0]).filter(pl.col("origin") < FIRST + 5)
    row = rows_of(cells)["mass_casualty", "seen", 6, "ours", "average_precision"]
    assert (row.value, row.se, row.n) == (None, None, 15)
    assert rows_of(cells)["mass_casualty", "seen", 6, "ours", "precision_at_10"].value == 0.0
    # Five origins are less than two blocks of twelve.
    assert rows_of(cells)["mass_casualty", "seen", 6, "ours", "precision_at_10"].se is None


def test_a_horizon_is_scored_where_its_months_exist() -> None:
    cells = table(2, ours__crps__deaths__12=1.0).with_columns(
        [
            pl.when(pl.col("origin") < FIRST + 20).then(pl.col(name)).alias(name)
            for name in ("deaths|12", "mass_casualty|12", "ours|crps|deaths|12")
        ]
    )
    assert rows_of(cells)["deaths", "seen", 12, "ours", "crps"].n == 40
    assert rows_of(cells.filter(pl.col("origin") >= FIRST + 20)) == {}


def test_another_model_changes_no_row_of_the_others() -> None:
    rng = np.random.default_rng(4)
    n = 30 * ORIGINS
    cells = table(30).with_columns(
        pl.Series("deaths|6", rng.choice([0.0, 40.0], n, p=[0.8, 0.2])),
        pl.Series("recency|ranking|deaths25", rng.random(n)),
        pl.Series("ours|p|deaths25|6", rng.random(n)),
        pl.Series("theirs|p|deaths25|6", rng.random(n)),
        pl.Series("theirs|crps|deaths|6", rng.random(n)),
    )
    few = rows_of(cells, replace(PLAN, models=("recency", "ours")))
    more = rows_of(cells, replace(PLAN, models=("theirs", "recency", "ours")))
    assert {key: row for key, row in more.items() if row.model != "theirs"} == few
    assert len(more) > len(few)
    ours = few["deaths25", "seen", 6, "ours", "average_precision"]
    assert ours.se is not None
    assert ours.se > 0
    # A model against itself would differ by nothing at all: the same origins are drawn for both.
    twin = cells.with_columns(pl.col("ours|p|deaths25|6").alias("recency|ranking|deaths25"))
    same = rows_of(twin, replace(PLAN, models=("recency", "ours")))["deaths25", "seen", 6, "ours", "average_precision"]
    assert (same.difference, same.difference_se) == (0.0, 0.0)


def test_lead_times_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """One alert a month between two groups, the first of which emerges in the 45th month of 60."""
    monkeypatch.setattr(leads, "ALERTS", 1)
    emerging = [1] + [0] * 43 + [30] + [0] * 15
    quiet = [1] + [0] * 59
    truth = panel_of([emerging, quiet])
    emergence = FIRST + 44
    plan = Plan(FIRST + 24, FIRST + 47, ("recency", "ours"))
    origins = np.array(plan.origins)
    listed = pl.DataFrame(
        {
            "origin": np.repeat(origins, 2),
            "unit": list(truth.groups) * len(origins),
            "seen": True,
            # From the month of its emergence on it is no new risk any more.
            "ongoing": np.repeat(origins, 2) >= np.tile([emergence, FIRST + 999], len(origins)),
            "crossed_before": False,
            # Ours alerts the first group at the last three origins before, recency at all of them.
            "ours|p|deaths25|6": np.where(np.repeat(origins, 2) >= emergence - 3, [0.9, 0.1] * 24, [0.1, 0.9] * 24),
            "recency|ranking|deaths25": [1.0, 0.0] * 24,
        }
    )
    rows = {(row.population, row.model, row.metric): row for row in lead_rows(listed, plan, truth)}

    def told(population: str, model: str) -> list[float | None]:
        metrics = ("hit_share_at_1", "lead_months_median", "false_alerts_per_hit_at_1")
        return [rows[population, model, metric].value for metric in metrics]

    # 24 origins, one alert each: ours alerts the quiet group 17 times before and 4 times after, always falsely.
    assert told("new_risk", "ours") == [1.0, 3.0, 21.0]
    # Recency alerts the group at all 20 origins before; those more than 12 months ahead are false, 8 of them,
    # and so are the 4 later ones on the quiet group.
    assert told("new_risk", "recency") == [1.0, 20.0, 12.0]
    assert told("first", "ours") == told("new_risk", "ours")
    assert told("previously_crossed", "ours") == [None, None, None]
    ours = rows["new_risk", "ours", "lead_months_median"]
    assert (ours.target, ours.horizon, ours.n, ours.se) == ("deaths25", 12, 1, None)
    assert (ours.baseline, ours.difference, ours.difference_se) == ("recency", -17.0, None)
    assert rows["previously_crossed", "ours", "hit_share_at_1"].n == 0
    random = rows["new_risk", "random", "hit_share_at_1"]
    assert random.value is not None
    assert 0.9 < random.value <= 1.0  # a fair coin at each of 12 origins


def test_reliability_by_hand() -> None:
    p = [0.1] * 90 + [0.8] * 10
    happened = [30.0] * 9 + [0.0] * 81 + [30.0] * 5 + [0.0] * 5
    cells = table(100, deaths__6=happened, ours__p__deaths25__6=p, ongoing=[False] * 90 + [True] * 10)
    rows = [row for row in reliability_rows(cells, PLAN) if row.population == "seen"]
    assert [(r.model, r.target, r.horizon) for r in rows] == [("ours", "deaths25", 6)] * 2
    assert [(r.count, r.positives) for r in rows] == [(90 * 24, 9 * 24), (10 * 24, 5 * 24)]
    assert [r.mean_p for r in rows] == pytest.approx([0.1, 0.8])
    assert [r.observed for r in rows] == pytest.approx([0.1, 0.5])
    assert all(r.observed_low < r.observed < r.observed_high for r in rows)
    # Edges are quantiles: tenths of the cells at 0.1, hundredths of the highest tenth at 0.8.
    assert rows[0].low == 0.1 < rows[0].high
    assert (rows[1].low, rows[1].high) == (0.8, 1.0)
    new = [row for row in reliability_rows(cells, PLAN) if row.population == "new_risk"]
    assert [(r.count, r.positives) for r in new] == [(90 * 24, 9 * 24)]


def test_reliability_has_finer_classes_where_warnings_are() -> None:
    p = np.arange(1, 1001) / 1001
    cells = table(1000, ours__p__mass_casualty__6=p).filter(pl.col("origin") == FIRST)
    counts = [row.count for row in reliability_rows(cells, PLAN) if row.population == "seen"]
    assert sum(counts) == 1000
    assert len(counts) == 19
    assert max(abs(count - 100) for count in counts[:9]) <= 1
    assert max(abs(count - 10) for count in counts[9:]) <= 1
