"""The record that is told beside an assessment: counted by hand, and only what had come by the day."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from tocsin.errors import InputError
from tocsin.forecast import HEADLINE, MODELS
from tocsin.replay import Replay
from tocsin.replay.plan import Plan
from tocsin.replay.track_record import record_of
from tocsin.settings import load_settings
from tocsin.warn.record import EDGES, Record, RecordRow, packaged_record, read_record
from tocsin.warn.situation import record_known

MODEL = "ensemble"
# December 2014, January and December 2015.
ORIGINS = (420, 421, 432)


class Held(Replay):
    """A replay whose cells are given instead of read."""

    table: pl.DataFrame

    def cells(self) -> pl.DataFrame:
        return self.table


def replay_of(cells: pl.DataFrame) -> Replay:
    plan = Plan(min(ORIGINS), max(ORIGINS), (MODEL,))
    held = Held(plan, {"models": {MODEL: "v1"}, "vintage": "planted 1"}, (), (), (), None)  # type: ignore[arg-type]
    object.__setattr__(held, "table", cells)
    return held


def cells() -> pl.DataFrame:
    """Two groups at each of three origins: one of new risk given 15%, one ongoing given 15%, 85% in the last."""
    n = len(ORIGINS)
    columns: dict[str, object] = {
        "origin": np.repeat(ORIGINS, 2).astype(np.int32),
        "known_until": np.repeat(ORIGINS, 2).astype(np.int32),
        "ongoing": [False, True] * n,
        "deaths|3": [25, 24, 0, 30, 0, 40],
        "mass_casualty|3": [0, 1, 0, 2, 0, 0],
    }
    for horizon in (6, 12):
        columns[f"deaths|{horizon}"] = [25, 24, 0, 30, 0, None]
        columns[f"mass_casualty|{horizon}"] = [0, 1, 0, 2, 0, None]
    for horizon in (3, 6, 12):
        columns[f"{MODEL}|p|deaths25|{horizon}"] = [0.15, 0.15, 0.12, 0.15, 0.15, 0.85]
        columns[f"{MODEL}|p|mass_casualty|{horizon}"] = [0.0, 0.5, 0.004, 1.0, 0.0, 0.95]
    return pl.DataFrame(columns)


def record() -> Record:
    return record_of(replay_of(cells()), MODEL)


def test_counts_by_hand() -> None:
    rows = {(r.target, r.horizon, r.list, r.low, r.known_by): r for r in record().rows}
    # New risk, 10% to 20%: 0.15 in 2014 (came), 0.12 and 0.15 in 2015 (neither did).
    first = rows["deaths25", 3, "new_risk", 0.1, 423]
    assert (first.n, first.expected, first.came, first.high) == (1, 0.15, 1, 0.2)
    later = rows["deaths25", 3, "new_risk", 0.1, 435]
    assert (later.n, later.expected, later.came) == (2, 0.27, 0)
    # 24 deaths do not cross; 30 and 40 do.
    assert rows["deaths25", 3, "ongoing", 0.1, 423].came == 0
    assert rows["deaths25", 3, "ongoing", 0.8, 435].came == 1
    # A probability of 1 belongs to the last class, one of 0 to the first; any number of attacks is one outcome.
    assert rows["mass_casualty", 3, "ongoing", 0.9, 435].n == 2
    assert rows["mass_casualty", 3, "ongoing", 0.9, 435].came == 1
    assert rows["mass_casualty", 3, "new_risk", 0.0, 435].n == 2


def test_an_outcome_that_is_not_in_the_figures_is_not_counted() -> None:
    assert sum(r.n for r in record().rows if (r.target, r.horizon) == ("deaths25", 3)) == 6
    assert sum(r.n for r in record().rows if (r.target, r.horizon) == ("deaths25", 6)) == 5


def test_only_what_had_come_by_the_day_is_told() -> None:
    full = record()
    assert full.of(0.15, target="deaths25", horizon=3, list="new_risk").n == 3  # type: ignore[union-attr]
    early = full.known_by(434, 3)  # the last outcome of 2015's origins comes a month later
    told = early.of(0.19, target="deaths25", horizon=3, list="new_risk")
    assert told is not None
    assert (told.n, told.came, told.share, told.low, told.high) == (1, 1, 1.0, 0.1, 0.2)
    assert early.of(0.85, target="deaths25", horizon=3, list="ongoing") is None
    assert (early.first, early.last) == (420, 420)
    assert full.known_by(422, 3).rows == ()
    assert {row.horizon for row in full.known_by(1000, 6).rows} == {6}


def test_in_strict_mode_nothing_is_told_before_the_figures_of_the_record_were_published() -> None:
    strict = load_settings(as_of_mode="strict")
    assert record_known(strict, date(2021, 6, 29), 480, 6).rows == ()
    told = record_known(strict, date(2021, 6, 30), 480, 6)
    assert told.rows
    assert told == record_known(load_settings(), date(2019, 12, 31), 480, 6)
    assert max(row.known_by for row in told.rows) <= 480


def test_a_year_is_told_when_the_outcomes_of_all_its_origins_are_known() -> None:
    # January 2015's outcome is known in April 2015, but its year's class waits for December's.
    assert all(row.known_by in (423, 435) for row in record().rows if row.horizon == 3)


def test_written_and_read_again_it_is_the_same(tmp_path) -> None:  # type: ignore[no-untyped-def]
    import json

    path = tmp_path / "record.json"
    path.write_text(json.dumps(record().to_dict()), encoding="utf-8")
    assert read_record(path) == record()


def test_a_replay_without_the_model_is_refused() -> None:
    with pytest.raises(InputError, match=r"no probabilities of trees: trees\|p\|deaths25\|3"):
        record_of(replay_of(cells()), "trees")


def test_the_packaged_record_is_of_the_headline_model_as_it_is_now() -> None:
    held = packaged_record()
    assert held.model == f"{HEADLINE} ({MODELS[HEADLINE].version})"  # type: ignore[attr-defined]
    assert held.span == "2010-01 to 2020-06"
    for target in ("deaths25", "mass_casualty"):
        for list_ in ("new_risk", "ongoing"):
            rows = [r for r in held.rows if (r.target, r.horizon, r.list) == (target, 6, list_)]
            assert sum(r.came for r in rows) > 100
            for low, high in itertools.pairwise(EDGES):
                of_class = [r for r in rows if r.low == low]
                n, expected = sum(r.n for r in of_class), sum(r.expected for r in of_class)
                assert not n or low <= expected / n <= high
    # Of every group-month of the six-month horizon, none is lost between the classes.
    assert sum(r.n for r in held.rows if (r.target, r.horizon) == ("deaths25", 6)) == 148_494


def test_rows_of_other_lists_and_horizons_do_not_mix() -> None:
    row = RecordRow(10, "deaths25", 6, "ongoing", 0.1, 0.2, 5, 0.7, 1)
    one = Record("m", "v", 1, 4, (row, replace(row, horizon=3, n=7), replace(row, list="new_risk", n=9)))
    told = one.of(0.1, target="deaths25", horizon=6, list="ongoing")
    assert told is not None
    assert told.n == 5
    assert one.of(0.2, target="deaths25", horizon=6, list="ongoing") is None
