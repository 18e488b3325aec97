"""The cells of a replay by hand: who is in them, what came, what each score is, and that the future is not used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import log, log2
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from planted_replay import EVENTS, LAST, Told, cells_of, history_of

from ged_files import dated, write_ged
from planted_groups import FIRST, digest_of, panel_of, with_another_future
from tocsin.errors import InputError, NotHeldError
from tocsin.forecast import BASELINES, Forecast, registry
from tocsin.panel import History, build_panel
from tocsin.replay import load_figures, make_plan, replay
from tocsin.replay.score import SAMPLE_METRICS, Work, cell_scores, replay_fit_month, what_came
from tocsin.settings import load_settings
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store
from tocsin.verify import sample_scores

ORIGIN = FIRST + 29
pytestmark = pytest.mark.usefixtures("home")


def hand_history() -> History:
    """36 months; the origin is the 30th, so that six months of what came are there."""
    small = [0] * 20 + [1] + [0] * 15  # seen, active
    once = [30] + [0] * 35  # crossed long ago, silent now
    war = [10] * 30 + [4, 0, 0, 0, 0, 21]  # ongoing; 25 deaths within 6 months, 4 within 3
    late = [0] * 30 + [50] * 6  # not seen at the origin
    return History(panel_of([small, once, war, late]))


def test_who_is_in_and_on_which_list() -> None:
    cells = cells_of(hand_history(), first=ORIGIN, last=ORIGIN)
    told = cells.select("unit", "seen", "active", "ongoing", "crossed_before").rows()
    assert told == [
        ("g0 @ Mali", True, True, False, False),
        ("g1 @ Mali", True, False, False, True),
        ("g2 @ Mali", True, True, True, True),
    ]
    assert cells["origin"].unique().to_list() == cells["known_until"].unique().to_list() == [ORIGIN]


def test_what_came_is_null_where_its_months_are_not_all_there() -> None:
    cells = cells_of(hand_history(), first=ORIGIN, last=ORIGIN)
    assert cells["deaths|3"].to_list() == [0, 0, 4]
    assert cells["deaths|6"].to_list() == [0, 0, 25]
    assert cells["deaths|12"].to_list() == [None] * 3
    assert cells["mass_casualty|6"].to_list() == [0, 0, 0]
    assert cells["climatology_12|crps|deaths|6"].null_count() == 0
    assert cells["climatology_12|crps|deaths|12"].null_count() == 3
    # One month later only five months came.
    later = cells_of(hand_history(), first=ORIGIN + 1, last=ORIGIN + 1)
    assert later["deaths|6"].null_count() == later["climatology_12|crps|deaths|6"].null_count() == later.height


def test_mass_casualty_attacks_are_counted_by_event() -> None:
    last = FIRST + 20
    events = [
        ("Mali", FIRST, "state", "front", "Government of Mali", 1),
        ("Mali", last - 4, "onesided", "front", "Civilians", 20),
        ("Mali", last - 4, "onesided", "front", "Civilians", 33),
        ("Mali", last - 3, "onesided", "front", "Civilians", 19),
        ("Mali", last - 2, "state", "front", "Government of Mali", 400),
        ("Mali", last, "onesided", "front", "Civilians", 50),
    ]
    cells = cells_of(History(build_panel(digest_of(events, last=last))), first=last - 6, last=last - 6)
    assert cells["mass_casualty|3"].to_list() == [2]
    assert cells["mass_casualty|6"].to_list() == [3]


def test_scores_of_a_forecast_of_four_deaths_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.MODELS, "told", Told(deaths=4.0, p=0.25))
    history = History(panel_of([[10] * 12 + [7, 4, 7]]))
    cells = cells_of(history, first=FIRST + 11, last=FIRST + 11, models=["told"], draws=50)

    def value(figure: str) -> float:
        return float(cells[f"told|{figure}"].item())

    # Months of 7, 4 and 7 deaths against 4 in every draw: a point forecast, whose CRPS is its absolute error.
    assert value("crps|deaths|3") == pytest.approx((3 + 0 + 3) / 3)
    assert value("crps_log1p|deaths|3") == pytest.approx(2 / 3 * (log(8) - log(5)))
    # Both limits of the interval are 4: a width of 0, and 2 / 0.1 times the 3 deaths beyond it.
    assert value("interval_score|deaths|3") == pytest.approx((60 + 0 + 60) / 3)
    assert value("coverage90|deaths|3") == pytest.approx(1 / 3)
    assert value("coverage90_expected|deaths|3") == 1.0
    # All 50 draws are in the class [2.5, 5.5), as 4 is; 7 is in the next one. 11 classes, 1 added to each.
    ignorance = (-2 * log2(1 / 61) - log2(51 / 61)) / 3
    assert value("ignorance|deaths|3") == pytest.approx(ignorance)
    assert value("log_score|deaths|3") == pytest.approx(ignorance * log(2))
    assert value("p|deaths25|3") == value("p|mass_casualty|6") == 0.25
    assert value("ranking|deaths25") == 0.0
    assert "told|p|deaths25|6" not in cells.columns


def test_a_model_that_gives_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.MODELS, "told", Told(p=float("nan")))
    history = History(panel_of([[1] * 24, [2] * 24]))
    with pytest.raises(InputError, match="the model told did not give a number for each of 2 units"):
        cells_of(history, first=FIRST + 13, last=FIRST + 13, models=["told"])


@settings(max_examples=40)
@given(
    arrays.arrays(np.float32, (3, 4, 11), elements=st.sampled_from([0.0, 0.0, 0.0, 1.0, 26.0])),
    arrays.arrays(np.float64, (3, 4), elements=st.sampled_from([0.0, 0.0, 2.0, 300.0, float("nan")])),
)
def test_leaving_out_silent_cells_changes_no_bit(samples: np.ndarray, deaths: np.ndarray) -> None:
    forecast = Forecast(samples, ("a", "b", "c"), FIRST, "any", "planted")
    found = cell_scores(forecast, np.arange(3), deaths)
    whole = sample_scores(samples, np.nan_to_num(deaths))
    known = np.isfinite(deaths)
    assert set(found) == set(SAMPLE_METRICS)
    for metric, expected in (
        ("crps", whole.crps),
        ("crps_log1p", whole.crps_log1p),
        ("ignorance", whole.ignorance),
        ("interval_score", whole.interval_score),
        ("coverage90", whole.coverage),
        ("coverage90_expected", whole.expected_coverage),
    ):
        np.testing.assert_array_equal(found[metric][known], expected[known])
        assert np.isnan(found[metric][~known]).all()


def said_before(cells: pl.DataFrame) -> pl.DataFrame:
    """What was said at the origin, without what came or depends on it."""
    blind = ("origin", "known_until", "unit", "seen", "active", "ongoing", "crossed_before")
    told = [name for name in cells.columns if name.split("|")[1:2] in (["p"], ["ranking"], ["coverage90_expected"])]
    return cells.select(*blind, *told)


def test_another_future_changes_nothing_that_is_said() -> None:
    names = [model.name for model in BASELINES]
    origin = LAST - 12
    other = history_of(with_another_future(EVENTS, origin, last=LAST))
    first, second = (
        cells_of(history, first=origin - 2, last=origin, models=names, refit="monthly")
        for history in (history_of(), other)
    )
    assert said_before(first).equals(said_before(second))
    assert len(said_before(first).columns) > 20
    assert not first["deaths|12"].equals(second["deaths|12"])


def test_draws_do_not_depend_on_the_other_models_or_origins() -> None:
    whole = cells_of(history_of(), first=LAST - 14, last=LAST - 12)
    alone = cells_of(history_of(), first=LAST - 12, last=LAST - 12, models=["hurdle_lognormal"])
    same = whole.filter(pl.col("origin") == LAST - 12).select(alone.columns)
    assert same.equals(alone)
    other_seed = cells_of(history_of(), first=LAST - 12, last=LAST - 12, models=["hurdle_lognormal"], seed=2)
    assert not other_seed.equals(alone)


def test_a_lag_moves_what_is_known_and_what_is_ahead() -> None:
    # 30 days after the end of a month the month before is known whole, whatever the month's length.
    lagged = cells_of(hand_history(), first=ORIGIN + 1, last=ORIGIN + 1, lag_days=31)
    assert lagged["known_until"].unique().to_list() == [ORIGIN]
    same = cells_of(hand_history(), first=ORIGIN, last=ORIGIN)
    assert lagged["unit"].to_list() == same["unit"].to_list()
    for horizon in (3, 6):
        assert lagged[f"deaths|{horizon}"].to_list() == same[f"deaths|{horizon}"].to_list()
    np.testing.assert_array_equal(lagged["recency|ranking|deaths25"], same["recency|ranking|deaths25"])


def test_nothing_known_yet_is_said() -> None:
    with pytest.raises(NotHeldError, match="the figures begin in 1989-01"):
        cells_of(hand_history(), first=FIRST, last=FIRST, lag_days=60)


def test_all_countries_are_in_whether_seen_or_not() -> None:
    panel = replace(hand_history().panel, unit="country")
    cells = cells_of(History(panel), first=ORIGIN, last=ORIGIN)
    assert cells["seen"].to_list() == [True, True, True, False]
    assert cells["deaths|6"].to_list() == [0, 0, 25, 300]


def test_strict_mode_sees_the_releases_of_the_day_and_is_scored_by_the_newest(home: Path, tmp_path: Path) -> None:
    def take(release: str, published: str, rows: list[dict[str, str]]) -> None:
        file = write_ged(tmp_path / f"GEDEvent_v{release.replace('.', '_')}.csv", rows)
        Store.open().add(read_ged(file, release=release, published=date.fromisoformat(published), covers="world"))

    def events(years: range, best: int) -> list[dict[str, str]]:
        days = [f"{year}-{month:02d}-15" for year in years for month in range(1, 13)]
        return [dated(i, day, best=best, high=best, low=best, deaths_b=best) for i, day in enumerate(days, start=1)]

    # The newer release revises every event from 1 death to 3, and covers more years on both sides.
    take("20.1", "2020-06-30", events(range(2016, 2020), 1))
    take("22.1", "2022-06-30", events(range(2012, 2022), 3))
    settings = load_settings(as_of_mode="strict")
    figures = load_figures(settings)
    plan = make_plan(
        figures.truth.last_month,
        first="2020-07",
        last="2020-07",
        models=["recency"],
        as_of_mode="strict",
        refit="monthly",
    )
    (task,) = plan.tasks().items()
    cells = replay_fit_month(Work(plan, registry.models_named(plan.models), figures), task)
    # Known in July 2020: the release of that summer, to December 2019, one death a month.
    assert cells["known_until"].item() == (2019 - 1980) * 12 + 12
    # 48 months of one death: 1 + 2^(-1/3) + ... , a geometric series.
    keep = 0.5 ** (1 / 3)
    assert cells["recency|ranking|deaths25"].item() == pytest.approx((1 - keep**48) / (1 - keep))
    assert (cells["deaths|3"].item(), cells["deaths|12"].item()) == (9, 36)
    with pytest.raises(NotHeldError, match="no release held was published by 2020-05-31"):
        figures.at((2020 - 1980) * 12 + 5)
    # The whole replay, from the first release on, in two processes that read the store themselves.
    made = replay(
        settings=load_settings(), first="2020-07", last="2021-02", models=["recency"], refit="quarterly",
        as_of_mode="strict", directory=tmp_path / "replay", workers=2,
    )  # fmt: skip
    assert made.cells().filter(pl.col("origin") == plan.first)["known_until"].item() == (2019 - 1980) * 12 + 12
    assert any(note.startswith("Each origin saw the releases published by then") for note in made.notes)
    take("23.1", "2023-06-30", events(range(2016, 2023), 3))
    with pytest.raises(NotHeldError, match="is not the one that this replay began with"):
        figures.at((2020 - 1980) * 12 + 7)


def test_a_unit_that_the_newest_figures_do_not_have_had_no_deaths() -> None:
    panel = panel_of([[1] * 20, [2] * 20])
    truth = panel_of([[1] * 32])
    deaths, events = what_came(truth, panel, np.array([0, 1]))
    np.testing.assert_array_equal(deaths, [[1] * 12, [0] * 12])
    np.testing.assert_array_equal(events, np.zeros((2, 12)))
