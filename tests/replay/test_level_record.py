"""Levels of a replay counted by hand: who stands, what came of it, how early, and what chance would have given."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tocsin.errors import InputError
from tocsin.replay.level_record import (
    Rates,
    ReplayLevels,
    count_levels,
    emergence_rows,
    random_alerts,
    replay_levels,
)
from tocsin.verify import emergences
from tocsin.warn.level_record import LEADS, LevelRecord, packaged_level_record, read_level_record

ORIGINS = (420, 421, 422, 423)  # December 2014 to March 2015
RATES: Rates = {"deaths25": (0.02, 0.4), "mass_casualty": (0.01, 0.05)}
# Probabilities of 25 deaths and of a mass-casualty attack by origin: A is a new risk, B an ongoing war, C never stands.
SAID = {
    "A": [(0.6, 0.0), (0.03, 0.0), (0.03, 0.0), (0.03, 0.0)],
    "B": [(0.9, 0.04), (0.9, 0.12), (0.9, 0.3), (0.9, 0.04)],
    "C": [(0.01, 0.0)] * 4,
}


def cells(**changes: list[object]) -> pl.DataFrame:
    rows = [(origin, name, SAID[name][t]) for t, origin in enumerate(ORIGINS) for name in SAID]
    columns: dict[str, object] = {
        "origin": [row[0] for row in rows],
        "unit": [row[1] for row in rows],
        "seen": [True] * len(rows),
        "active": [row[1] != "C" for row in rows],
        "ongoing": [row[1] == "B" for row in rows],
        "m|p|deaths25|6": [row[2][0] for row in rows],
        "m|p|mass_casualty|6": [row[2][1] for row in rows],
        "deaths|6": [30 if row[1] == "A" else 5 for row in rows[:-3]] + [None] * 3,
        "mass_casualty|6": [int(row[1] == "B" and row[0] < 422) for row in rows[:-3]] + [None] * 3,
    }
    return pl.DataFrame(columns | changes)


def levels(watch: int = 2, warning: int = 1) -> ReplayLevels:
    rates = dict.fromkeys(ORIGINS, RATES)
    return replay_levels(cells(), "m", rates, ("A", "B", "C", "D"), watch_budget=watch, warning_budget=warning)


def test_levels_are_entered_and_stand_for_three_months() -> None:
    found = levels()
    # A: warning in December (0.6 is 30 times 0.02), below twice the base rate after; it stands to February.
    assert found.level[0].tolist() == [2, 2, 2, 0]
    # B: 0.12 is watch (2.4 times), 0.3 warning (6 times) and stands in March.
    assert found.level[1].tolist() == [0, 1, 2, 2]
    assert not found.level[2:].any()
    assert found.by[0].tolist() == [0, 0, 0, -1]
    assert found.by[1].tolist() == [-1, 1, 1, 1]
    assert found.new_risk.tolist() == [[True] * 4, [False] * 4, [True] * 4, [False] * 4]


def test_counts_by_year_leave_out_what_is_not_known() -> None:
    rows = {(row.known_by, row.level, row.target): (row.n, row.came) for row in count_levels(levels())}
    # December 2014: A on warning, and 25 deaths came. The outcomes of March 2015 are not known.
    assert rows[426, "warning", "deaths25"] == (1, 1)
    assert rows[428, "warning", "deaths25"] == (2, 2)
    assert rows[428, "watch", "mass_casualty"] == (1, 1)
    assert rows[428, "warning", "mass_casualty"] == (1, 0)
    assert len(rows) == 4


def standing(alerts: dict[str, list[int]], months: int) -> ReplayLevels:
    level = np.zeros((3, months), np.int8)
    for name, row in alerts.items():
        level["ABC".index(name)] = row
    everybody = np.ones((3, months), np.bool_)
    return ReplayLevels(
        ("A", "B", "C"),
        range(400, 400 + months),
        level,
        np.where(level, 0, -1).astype(np.int8),
        everybody,
        everybody,
        {},
    )


def test_leads_by_hand() -> None:
    # The figures begin 40 months before the first origin; A emerges in month 413, B in 414, without an alert.
    first = 360
    deaths = np.zeros((3, 60))
    deaths[0, 10], deaths[0, 413 - first], deaths[1, 414 - first] = 1, 30, 30
    emerged = emergences(deaths, first_month=first, threshold=25.0)
    on = [0] * 14
    on[9:12] = [1, 2, 2]  # watch from month 409, warning from 410: four and three months before 413
    rows = emergence_rows(standing({"A": on}, 14), emerged, draws=3, seed=1)
    assert [(row.month, row.seen_before, row.level, row.warning) for row in rows] == [
        (413, True, 4, 3),
        (414, False, None, None),
    ]
    assert all(len(row.random) == LEADS for row in rows)


def test_chance_stands_on_as_many_active_groups_at_new_risk() -> None:
    rng = np.random.default_rng(3)
    shape = (40, 30)
    new_risk, active = rng.random(shape) < 0.8, rng.random(shape) < 0.9
    level = np.zeros(shape, np.int8)
    level[:5] = 1
    found = ReplayLevels(
        tuple(map(str, range(40))), range(400, 430), level, np.zeros(shape, np.int8), new_risk, active, {}
    )
    wanted = ((level > 0) & new_risk).sum(axis=0)
    for alerts in random_alerts(found, draws=5, seed=2):
        assert not (alerts & ~(new_risk & active)).any()
        # Never more than tocsin but where those of the months before still stand.
        assert alerts.sum(axis=0)[0] == wanted[0]
        assert (alerts.sum(axis=0) <= wanted.max()).all()
        assert alerts.any()
    again = random_alerts(found, draws=5, seed=2)
    assert all(np.array_equal(a, b) for a, b in zip(again, random_alerts(found, draws=5, seed=2), strict=True))


def test_a_replay_without_the_model_is_refused() -> None:
    with pytest.raises(InputError, match=r"no probabilities of other: other\|p\|deaths25\|6"):
        replay_levels(cells(), "other", dict.fromkeys(ORIGINS, RATES), ("A",), watch_budget=1, warning_budget=1)


def test_only_what_had_come_by_a_month_is_told(tmp_path: Path) -> None:
    record = LevelRecord("m", "v", 420, 423, 2, 1, count_levels(levels()), ())
    assert record.known_by(427).of("warning") == (1, 1)
    assert record.known_by(425).counts == ()
    assert record.known_by(428).of("warning", "mass_casualty") == (0, 1)
    assert record.known_by(428).of("warning") == (3, 4)
    path = tmp_path / "levels.json"
    path.write_text(json.dumps(packaged_level_record().to_dict()), encoding="utf-8")
    assert read_level_record(path) == packaged_level_record()
