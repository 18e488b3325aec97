"""The packaged scores: worked by hand, cut by what was known, and the same as the replay's own summary."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tocsin.errors import InputError
from tocsin.forecast import HEADLINE, MODELS
from tocsin.forecast.model import HORIZONS
from tocsin.replay import Replay
from tocsin.replay.plan import Plan
from tocsin.replay.skill_record import skill_record_of
from tocsin.replay.summary import summarise
from tocsin.warn.skill_record import (
    SkillRecord,
    SkillRow,
    better,
    packaged_skill_record,
    read_skill_record,
)

# January 2014 to December 2015, three groups: two at new risk, one ongoing.
ORIGINS = range(409, 433)
PLAN = Plan(ORIGINS[0], ORIGINS[-1], ("recency", "base_rate", "ensemble"))


class Held(Replay):
    """A replay whose cells are given instead of read."""

    table: pl.DataFrame

    def cells(self) -> pl.DataFrame:
        return self.table


def cells() -> pl.DataFrame:
    rng = np.random.default_rng(4)
    n = len(ORIGINS) * 3
    columns: dict[str, object] = {
        "origin": np.repeat(np.array(ORIGINS, np.int32), 3),
        "known_until": np.repeat(np.array(ORIGINS, np.int32), 3),
        "unit": ["a", "b", "c"] * len(ORIGINS),
        "seen": True,
        "active": True,
        "ongoing": [False, False, True] * len(ORIGINS),
        "crossed_before": False,
    }
    for horizon in HORIZONS:
        columns[f"deaths|{horizon}"] = rng.choice([0.0, 30.0], n)
        columns[f"mass_casualty|{horizon}"] = rng.choice([0.0, 1.0], n)
        for target in ("deaths25", "mass_casualty"):
            columns[f"ensemble|p|{target}|{horizon}"] = rng.random(n)
            columns[f"base_rate|p|{target}|{horizon}"] = 0.25
        columns[f"ensemble|crps|deaths|{horizon}"] = rng.random(n)
        columns[f"ensemble|crps_log1p|deaths|{horizon}"] = rng.random(n)
    columns["recency|ranking|deaths25"] = rng.random(n)
    columns["recency|ranking|mass_casualty"] = rng.random(n)
    # The outcomes of the last 12-month origin are not known.
    table = pl.DataFrame(columns)
    gone = pl.when(pl.col("origin") < ORIGINS[-1])
    return table.with_columns(
        gone.then(pl.col(f"{what}|12")).alias(f"{what}|12") for what in ("deaths", "mass_casualty")
    )


def replay_of(table: pl.DataFrame, plan: Plan = PLAN) -> Replay:
    manifest = {"models": {name: f"{name}-1" for name in plan.models}, "vintage": "planted 1"}
    held = Held(plan, manifest, (), (), (), Path("planted"))
    object.__setattr__(held, "table", table)
    return held


@pytest.fixture(scope="module")
def record() -> SkillRecord:
    return skill_record_of(replay_of(cells()), "ensemble")


def find(record: SkillRecord, **wanted: object) -> SkillRow:
    (row,) = [row for row in record.rows if all(getattr(row, name) == value for name, value in wanted.items())]
    return row


def test_a_brier_score_by_hand(record: SkillRecord) -> None:
    table = cells().filter((pl.col("origin") <= 420) & ~pl.col("ongoing"))
    happened = (table["deaths|6"] >= 25).cast(pl.Float64)
    row = find(
        record,
        year=2014,
        since_start=False,
        target="deaths25",
        horizon=6,
        list="new_risk",
        model="base_rate",
        score="brier",
    )
    assert row.value == pytest.approx(float(((0.25 - happened) ** 2).mean()), rel=1e-3)
    assert (row.n, row.positives, row.known_by, row.last) == (24, int(happened.sum()), 426, 420)
    assert row.difference is None


def test_all_years_together_are_the_replays_own_summary(record: SkillRecord) -> None:
    rows = {(r.target, r.population, r.horizon, r.model, r.metric): r for r in summarise(cells(), PLAN)}
    compared = 0
    for row in record.rows:
        if not row.since_start or row.year != 2015:
            continue
        told = rows[row.target, row.list, row.horizon, row.model, row.score]
        assert row.value == pytest.approx(told.value, rel=1e-3)
        assert row.n == told.n
        against = rows[row.target, row.list, row.horizon, "ensemble", row.score]
        if row.model == against.baseline:
            assert against.difference is not None
            assert against.difference_se is not None
            assert row.difference == pytest.approx(against.difference, rel=1e-3, abs=1e-9)
            assert row.difference_se == pytest.approx(against.difference_se, rel=0.06)
            compared += 1
    assert compared == 2 * 3 * 3 * 3  # outcomes, scores, lists, horizons; deaths have no baseline here


def test_too_few_origins_have_no_error(record: SkillRecord) -> None:
    first = find(
        record, year=2014, since_start=True, target="deaths25", horizon=3, list="seen", model="base_rate", score="brier"
    )
    assert (first.difference, first.difference_se) == (None, None)


def test_a_year_waits_for_its_last_outcome_and_horizons_do_not_mix(record: SkillRecord) -> None:
    assert record.known_by(425, 6).rows == ()
    early = record.known_by(437, 6)
    assert {(row.year, row.horizon) for row in early.rows} == {(2014, 6)}
    assert {row.year for row in record.known_by(438, 6).overall("deaths25", "seen")} == {2015}
    assert {row.year for row in early.overall("deaths25", "seen")} == {2014}
    assert list(record.known_by(438, 6).years("deaths25", "new_risk", "brier")) == [2014, 2015]
    # The last origin of the 12 months is not in the figures.
    assert max(row.known_by for row in record.rows if row.horizon == 12) == 431 + 12


def test_better_goes_by_the_score(record: SkillRecord) -> None:
    row = record.rows[0]
    high, low = replace(row, value=0.9), replace(row, value=0.1)
    assert better(high, low)
    assert not better(low, high)
    smaller = replace(low, score="brier"), replace(high, score="brier")
    assert better(*smaller)
    assert not better(high, replace(low, value=None))


def test_a_replay_without_the_model_or_of_countries_is_refused() -> None:
    with pytest.raises(InputError, match="no probabilities of trees"):
        skill_record_of(replay_of(cells()), "trees")
    with pytest.raises(InputError, match="is of countries"):
        skill_record_of(replay_of(cells(), replace(PLAN, unit="country")), "ensemble")


def test_written_and_read_again_it_is_the_same(record: SkillRecord, tmp_path: Path) -> None:
    record.write(tmp_path / "skill.parquet")
    assert read_skill_record(tmp_path / "skill.parquet") == record


def test_the_packaged_scores_are_of_the_headline_model_as_it_is_now() -> None:
    held = packaged_skill_record()
    assert held.headline == HEADLINE
    assert held.versions[HEADLINE] == MODELS[HEADLINE].version  # type: ignore[attr-defined]
    told = held.known_by(492, 6)
    for among, n in (("new_risk", 133_279), ("ongoing", 15_215), ("seen", 148_494)):
        assert {row.n for row in told.overall("deaths25", among)} == {n}
        years = told.years("deaths25", among, "brier")
        assert list(years) == list(range(2010, 2021))
        # Years make up the whole, and so do their means.
        whole = next(r for r in told.overall("deaths25", among) if (r.model, r.score) == (HEADLINE, "brier"))
        of_years = [row for rows in years.values() for row in rows if row.model == HEADLINE]
        assert sum(row.n for row in of_years) == n
        mean = sum((row.value or 0) * row.n for row in of_years) / n
        assert whole.value == pytest.approx(mean, rel=1e-3)
