"""Whole years of countries, forecast from the October before: by hand, no look-ahead, the same for any worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from math import log2, sqrt
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.doors.exports import to_views_challenge
from tocsin.errors import DataError, InputError, MissingFileError, NotHeldError
from tocsin.forecast import Forecast
from tocsin.months import month_id
from tocsin.panel import CountryActuals, History, read_country_actuals, read_country_months
from tocsin.replay import country as module
from tocsin.replay.country import CountryYears, holds_country_years, read_country_years, replay_country_years
from tocsin.replay.country_rows import YearRow, mean_over_years
from tocsin.results import TRACE
from tocsin.verify import crps

FIRST = month_id(date(2010, 1, 1))
LAST = month_id(date(2014, 12, 1))
MONTHS = LAST - FIRST + 1


def history_of(deaths: Sequence[Sequence[int]], folder: Path) -> History:
    """Countries 1, 2, ... with these deaths a month from January 2010 on."""
    rows = [(FIRST + t, c + 1, count) for c, line in enumerate(deaths) for t, count in enumerate(line)]
    path = folder / "months.parquet"
    pl.DataFrame(rows, schema=["month_id", "country_id", "ged_sb"], orient="row").write_parquet(path)
    return History(read_country_months(path))


def actuals_of(history: History, *, plus: int = 0) -> CountryActuals:
    """What the history itself says of its last two years, in another vintage with so many deaths more."""
    deaths = history.panel.deaths[:, -24:] + np.int32(plus)
    return CountryActuals(history.panel.groups, LAST - 23, deaths, "truth 1")


def random_history(folder: Path, *, countries: int = 6, seed: int = 3) -> History:
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(2, 2, (countries, 1)))
    return history_of(rng.poisson(size * (rng.random((countries, MONTHS)) < 0.6)).tolist(), folder)


def value(result: CountryYears, **named: object) -> YearRow:
    found = [row for row in result.rows if all(getattr(row, name) == wanted for name, wanted in named.items())]
    assert len(found) == 1, named
    return found[0]


# Two countries: one with 5 deaths every month, one with none, and a truth of 7 and 0 in 2013, 5 and 0 in 2014.
@pytest.fixture
def worked(tmp_path: Path) -> CountryYears:
    history = history_of([[5] * MONTHS, [0] * MONTHS], tmp_path)
    deaths = np.array([[7] * 12 + [5] * 12, [0] * 24], np.int32)
    truth = CountryActuals(("1", "2"), LAST - 23, deaths, "truth 1")
    models = ["climatology_12", "zero"]
    return replay_country_years(history, truth, years=[2014, 2013], models=models, draws=20, directory=tmp_path / "out")


def test_scores_by_hand(worked: CountryYears) -> None:
    named = {"model": "climatology_12", "metric": "crps", "population": "all"}
    # The error is 2 and 0 in the two countries: a mean of 1, and of two countries a standard error of 1 too.
    first, second, mean = (value(worked, year=year, **named) for year in (2013, 2014, None))
    assert (first.value, first.se, first.n) == (pytest.approx(1), pytest.approx(1), 24)
    assert (second.value, second.se) == (0, 0)
    assert (mean.value, mean.se, mean.n) == (pytest.approx(0.5), pytest.approx(0.5), 48)
    assert {(row.target, row.horizon) for row in worked.rows} == {("deaths", 12)}
    # A 90% interval from 5 to 5, and a truth 2 above it: 20 times 2.
    assert value(worked, **named | {"metric": "interval_score"}, year=2013).value == pytest.approx(20)
    # 5 and 7 are of different classes: one of 20 + 11 counts, against 21 of them for no deaths.
    ignorance = value(worked, **named | {"metric": "ignorance"}, year=2013).value
    assert ignorance == pytest.approx((log2(31) + log2(31 / 21)) / 2)


def test_only_the_country_with_deaths_is_active(worked: CountryYears) -> None:
    row = value(worked, model="climatology_12", metric="crps", population="active", year=2013)
    assert (row.value, row.n) == (pytest.approx(2), 12)
    assert row.se is None  # one country says nothing of how countries differ


def test_differences_are_to_climatology(worked: CountryYears) -> None:
    row = value(worked, model="zero", metric="crps", population="all", year=2013)
    # 7 instead of 2, and 0 instead of 0.
    assert (row.baseline, row.difference, row.difference_se) == (
        "climatology_12",
        pytest.approx(2.5),
        pytest.approx(2.5),
    )
    own = value(worked, model="climatology_12", metric="crps", population="all", year=2013)
    assert (own.baseline, own.difference, own.difference_se) == (None, None, None)


@pytest.mark.parametrize("metric", ["crps", "crps_log1p", "ignorance", "interval_score", "log_score", "coverage90"])
def test_the_mean_is_that_of_the_years(worked: CountryYears, metric: str) -> None:
    for model in ("climatology_12", "zero"):
        for population in ("all", "active"):
            named = {"model": model, "metric": metric, "population": population}
            years = [value(worked, year=year, **named).value for year in (2013, 2014)]
            assert value(worked, year=None, **named).value == pytest.approx(np.mean(years))


def test_what_is_written_out_has_the_documented_keys(worked: CountryYears) -> None:
    told = worked.to_dict()
    assert {"unit", "from", "to", "vintage", "as_of_mode", "lag_days", "rows", "years", "actuals", "notes"} <= set(told)
    assert (told["unit"], told["from"], told["to"], told["years"]) == ("country", "2012-10", "2013-10", [2013, 2014])
    assert told["actuals"] == "truth 1"
    columns = ["target", "population", "horizon", "model", "metric", "value", "se"]
    columns += ["baseline", "difference", "difference_se", "n", "year"]
    assert list(told["rows"][0]) == columns
    frame = worked.to_polars()
    assert frame.columns == [*columns, *(name for name in TRACE if name not in columns)]
    assert frame.height == len(worked.rows)
    notes = " ".join(worked.notes)
    assert "2 countries, vintage truth 1" in notes
    assert "over countries" in notes
    assert "20 draws" in notes


def test_a_directory_is_read_again(worked: CountryYears, tmp_path: Path) -> None:
    assert holds_country_years(tmp_path / "out")
    back = read_country_years(tmp_path / "out")
    assert (back.rows, back.notes, back.to_dict()) == (worked.rows, worked.notes, worked.to_dict())
    with pytest.raises(MissingFileError):
        read_country_years(tmp_path / "nothing")
    (tmp_path / "out" / "summary.json").write_text('{"notes": [], "rows": [{"target": 1}]}', encoding="utf-8")
    with pytest.raises(DataError, match="does not hold"):
        read_country_years(tmp_path / "out")
    (tmp_path / "out" / "summary.json").unlink()
    with pytest.raises(NotHeldError, match="not finished"):
        read_country_years(tmp_path / "out")


def test_every_cell_is_kept(worked: CountryYears) -> None:
    assert worked.directory is not None
    cells = pl.read_parquet(worked.directory / "parts" / "2013-climatology_12.parquet")
    assert cells.height == 24
    assert cells["unit"].to_list() == ["1"] * 12 + ["2"] * 12
    assert cells["month"].to_list() == list(range(LAST - 23, LAST - 11)) * 2
    assert cells["crps"].to_list() == pytest.approx([2.0] * 12 + [0.0] * 12)


scores = st.integers(1, 3).flatmap(
    lambda years: st.integers(2, 6).flatmap(
        lambda countries: st.lists(
            st.floats(0, 100), min_size=years * countries * 12, max_size=years * countries * 12
        ).map(lambda values: np.array(values).reshape(years, countries, 12))
    )
)


@given(scores, st.randoms(), st.floats(0.1, 10))
def test_errors_of_means_over_countries(score: np.ndarray, random: object, factor: float) -> None:
    everyone = np.ones(score.shape[:2], bool)
    mean, error, n = mean_over_years(score, everyone)
    # With every country in every year: the countries' own means and their standard error.
    own = score.mean(axis=(0, 2))
    assert mean == pytest.approx(own.mean())
    assert error == pytest.approx(own.std(ddof=1) / sqrt(len(own)), abs=1e-9)
    assert n == score.size
    order = list(range(score.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert mean_over_years(score[:, order], everyone) == pytest.approx((mean, error, n), abs=1e-9)
    assert mean_over_years(factor * score, everyone) == pytest.approx((factor * mean, factor * error, n), abs=1e-7)


@given(scores)
def test_countries_that_do_not_count_change_nothing(score: np.ndarray) -> None:
    among = np.ones(score.shape[:2], bool)
    before = mean_over_years(score, among)
    more = np.concatenate([score, np.full((score.shape[0], 2, 12), 999.0)], axis=1)
    wider = np.concatenate([among, np.zeros((score.shape[0], 2), bool)], axis=1)
    assert mean_over_years(more, wider) == pytest.approx(before, abs=1e-9)


def test_the_error_of_unequal_years_agrees_with_a_bootstrap_of_countries() -> None:
    rng = np.random.default_rng(4)
    score = rng.gamma(0.5, 10, (2, 60, 1)) * np.ones(12) + rng.random((2, 60, 12))
    among = rng.random((2, 60)) < [[0.8], [0.4]]
    _, error, _ = mean_over_years(score, among)
    drawn = [rng.integers(60, size=60) for _ in range(4000)]
    means = [mean_over_years(score[:, chosen], among[:, chosen])[0] for chosen in drawn]
    assert error == pytest.approx(np.std(means), rel=0.08)


def test_a_year_without_a_country_has_no_mean() -> None:
    mean, error, n = mean_over_years(np.ones((2, 3, 12)), np.array([[True] * 3, [False] * 3]))
    assert np.isnan(mean)
    assert np.isnan(error)
    assert n == 36


def kept(history: History, truth: CountryActuals, folder: Path, **options: object) -> dict[tuple[int, str], Forecast]:
    found: dict[tuple[int, str], Forecast] = {}

    def keep(year: int, forecast: Forecast) -> None:
        found[year, forecast.model] = forecast

    replay_country_years(
        history,
        truth,
        years=[2013, 2014],
        models=["climatology_12", "hurdle_lognormal"],
        draws=30,
        directory=folder,
        keep=keep,
        **options,  # type: ignore[arg-type]
    )
    return found


def test_nothing_after_october_is_used(tmp_path: Path) -> None:
    base = random_history(tmp_path)
    changed = base.panel.deaths.copy()
    october = month_id(date(2013, 10, 1)) - FIRST
    changed[:, october + 1 :] = changed[:, october + 1 :] * 3 + 7
    other = history_of(changed.tolist(), tmp_path)
    truth = actuals_of(base)
    a, b = kept(base, truth, tmp_path / "a"), kept(other, truth, tmp_path / "b")
    assert set(a) == set(b) == {(y, m) for y in (2013, 2014) for m in ("climatology_12", "hurdle_lognormal")}
    for task in a:
        assert a[task].samples.tobytes() == b[task].samples.tobytes()
        assert a[task].steps == 14
    assert {f.origin for f in a.values()} == {month_id(date(2012, 10, 1)), month_id(date(2013, 10, 1))}


def test_the_truth_scores_and_does_not_forecast(tmp_path: Path) -> None:
    base = random_history(tmp_path)
    a = kept(base, actuals_of(base), tmp_path / "a")
    b = kept(base, actuals_of(base, plus=9), tmp_path / "b")
    assert all(a[task].samples.tobytes() == b[task].samples.tobytes() for task in a)
    one, other = read_country_years(tmp_path / "a"), read_country_years(tmp_path / "b")
    assert one.rows != other.rows


def test_any_number_of_workers_gives_the_same_bits(tmp_path: Path) -> None:
    base = random_history(tmp_path)
    one = replay_country_years(
        base, actuals_of(base), years=[2013, 2014], draws=50, directory=tmp_path / "1", models=SOME
    )
    two = replay_country_years(
        base, actuals_of(base), years=[2013, 2014], draws=50, directory=tmp_path / "2", models=SOME, workers=2
    )
    assert one.rows == two.rows
    assert (tmp_path / "1" / "summary.json").read_bytes() == (tmp_path / "2" / "summary.json").read_bytes()


SOME = ["climatology_12", "mixed_climatology_12", "hurdle_lognormal"]


def test_another_model_changes_no_other_row(tmp_path: Path) -> None:
    base = random_history(tmp_path)
    few = replay_country_years(
        base, actuals_of(base), years=[2014], draws=50, directory=tmp_path / "1", models=SOME[:2]
    )
    many = replay_country_years(base, actuals_of(base), years=[2014], draws=50, directory=tmp_path / "2", models=SOME)
    assert set(few.rows) <= set(many.rows)


def test_an_interrupted_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = random_history(tmp_path)
    truth, options = actuals_of(base), {"years": [2013, 2014], "draws": 50, "models": SOME}
    whole = replay_country_years(base, truth, directory=tmp_path / "whole", **options)  # type: ignore[arg-type]

    def stop(done: int, total: int, what: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay_country_years(base, truth, directory=tmp_path / "cut", progress=stop, **options)  # type: ignore[arg-type]
    # One of the two parts is torn by the end of the machine.
    torn, sound = sorted((tmp_path / "cut" / "parts").iterdir())
    torn.write_bytes(torn.read_bytes()[:100])
    done: list[tuple[int, str]] = []
    real = module.forecast_year
    monkeypatch.setattr(module, "forecast_year", lambda work, task: (done.append(task), real(work, task))[1])
    resumed = replay_country_years(base, truth, directory=tmp_path / "cut", **options)  # type: ignore[arg-type]
    assert resumed.rows == whole.rows
    assert len(done) == 5
    assert sound.stem not in {f"{year}-{name}" for year, name in done}
    # And a finished one is not done again.
    done.clear()
    assert replay_country_years(base, truth, directory=tmp_path / "cut", **options).rows == whole.rows  # type: ignore[arg-type]
    assert not done
    with pytest.raises(InputError, match="holds another replay"):
        replay_country_years(base, truth, directory=tmp_path / "cut", **options | {"seed": 2})  # type: ignore[arg-type]


def test_models_without_samples_are_left_out_and_named(tmp_path: Path) -> None:
    base = random_history(tmp_path)
    models = ["recency", "zero"]
    result = replay_country_years(
        base, actuals_of(base), years=[2014], draws=5, directory=tmp_path / "1", models=models
    )
    assert {row.model for row in result.rows} == {"zero"}
    # Without the baseline there is nothing to compare with.
    assert {row.baseline for row in result.rows} == {None}
    assert "left out: recency" in " ".join(result.notes)
    with pytest.raises(InputError, match="recency: no samples"):
        replay_country_years(
            base, actuals_of(base), years=[2014], draws=5, directory=tmp_path / "2", models=["recency"]
        )


def test_the_exported_window_scores_what_the_row_says(tmp_path: Path) -> None:
    base = random_history(tmp_path)
    truth = actuals_of(base, plus=1)
    paths: dict[int, Path] = {}
    result = replay_country_years(
        base,
        truth,
        years=[2013, 2014],
        models=["climatology_12"],
        draws=1000,
        directory=tmp_path / "out",
        keep=lambda year, forecast: paths.update({year: to_views_challenge(forecast, tmp_path / "files")}),
    )
    for year, path in paths.items():
        file = pl.read_parquet(path).sort("country_id", "month_id", "draw")
        january = month_id(date(year, 1, 1))
        assert file["month_id"].unique().sort().to_list() == list(range(january, january + 12))
        samples = file["outcome"].to_numpy().reshape(6, 12, 1000)
        outcomes = truth.deaths[:, january - truth.first_month :][:, :12]
        row = value(result, metric="crps", population="all", year=year)
        assert crps(samples, outcomes).mean() == pytest.approx(row.value)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"years": [2015]}, NotHeldError, "known for 2013-01 to 2014-12, not for all of 2015"),
        ({"years": []}, InputError, "at least one model and one year"),
        ({"models": []}, InputError, "at least one model and one year"),
        ({"models": ["climatologie_12"]}, InputError, "Did you mean climatology_12"),
        ({"draws": 0}, InputError, "got 0 draws"),
    ],
)
def test_what_cannot_be_done_is_refused(
    tmp_path: Path, options: dict[str, object], kind: type[Exception], message: str
) -> None:
    base = random_history(tmp_path)
    given = {"years": [2014], "models": ["zero"], "draws": 5} | options
    with pytest.raises(kind, match=message):
        replay_country_years(base, actuals_of(base), directory=tmp_path / "out", **given)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_history_and_truth_must_fit(tmp_path: Path) -> None:
    base = random_history(tmp_path)
    truth = actuals_of(base)
    stranger = CountryActuals(("1", "99"), truth.first_month, truth.deaths[:2], "v")
    with pytest.raises(InputError, match="1 countries of the actuals have no history, the first 99"):
        replay_country_years(base, stranger, years=[2014], directory=tmp_path / "out")
    short = base.up_to(month_id(date(2013, 9, 1)))
    with pytest.raises(NotHeldError, match="must reach 2013-10; it covers 2010-01 to 2013-09"):
        replay_country_years(short, truth, years=[2014], directory=tmp_path / "out")


def test_the_real_years(shared_data: Path, tmp_path: Path) -> None:
    views = shared_data / "views"
    actuals = views / "cm_actuals_2018_2020.parquet"
    history = History(read_country_months(views / "ged_country_month_1989_2020.parquet", actuals=actuals))
    result = replay_country_years(
        history,
        read_country_actuals(actuals),
        years=[2019, 2020],
        models=["climatology_12", "zero"],
        directory=tmp_path / "out",
    )
    # What the challenge published for 12 months of "conflictology", and what a forecast of no deaths must come to.
    for metric, published, within in (("crps", 10.66, 0.05), ("ignorance", 0.65, 0.005), ("interval_score", 118, 1.0)):
        row = value(result, model="climatology_12", population="all", metric=metric, year=None)
        assert row.value == pytest.approx(published, abs=within)
        assert row.n == 2 * 191 * 12
    mean_deaths = pl.read_parquet(actuals).filter(pl.col("month_id") >= 469)["ged_sb"].mean()
    zero = value(result, model="zero", population="all", metric="crps", year=None)
    assert zero.value == pytest.approx(mean_deaths)
    assert all(value is not None for row in result.rows if row.population == "all" for value in (row.value, row.se))
    assert asdict(zero)["difference"] == pytest.approx(
        zero.value - value(result, model="climatology_12", population="all", metric="crps", year=None).value
    )
