"""Exports by the published rules of those who take them in: the VIEWS challenge's checks, and hubValidations'."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from planted_groups import panel_of
from tocsin.digest import Provenance
from tocsin.doors.exports import (
    CHALLENGE_DRAWS,
    OUTPUT_TYPES,
    QUANTILE_LEVELS,
    country_codes,
    death_classes,
    hubverse_table,
    to_hubverse,
    to_views_challenge,
    views_challenge_table,
)
from tocsin.errors import InputError
from tocsin.forecast import Climatology, Forecast
from tocsin.months import month_id
from tocsin.panel import History
from tocsin.verify import VIEWS_BINS, crps, ignorance_score

OCTOBER_2018 = month_id(date(2018, 10, 1))
UNITS = ("10", "9", "246")
TOLD = Provenance(
    "views 1", "UCDP GED", "CC BY 4.0", "Nobody (2020)", 109, 492, "by country", ("A note: of 'two' \"kinds\".",)
)


def forecast(
    units: tuple[str, ...] = UNITS,
    *,
    steps: int = 14,
    draws: int = 5,
    origin: int = OCTOBER_2018,
    seed: int = 2,
    fraction: float = 0.0,
) -> Forecast:
    """Heavy-tailed counts, most of them zero, as deaths are."""
    rng = np.random.default_rng(seed)
    shape = (len(units), steps, draws)
    samples = np.where(rng.random(shape) < 0.5, 0.0, np.rint(np.exp(rng.normal(3, 2, shape)))) + fraction
    return Forecast(samples.astype(np.float32), units, origin, "climatology_12", "views 1")


# --- the VIEWS challenge -------------------------------------------------------------------------------------------


def test_a_window_is_the_calendar_year_three_to_fourteen_months_ahead() -> None:
    made = forecast()
    table = views_challenge_table(made)
    assert table.columns == ["month_id", "country_id", "draw", "outcome"]
    assert table.height == 12 * 3 * 5
    # January 2019 is 469, the third month after October 2018.
    assert table["month_id"].unique().sort().to_list() == list(range(469, 481))
    assert table["draw"].unique().sort().to_list() == [0, 1, 2, 3, 4]
    assert table.equals(table.sort("month_id", "country_id", "draw"))
    for unit, month, draw in ((0, 469, 0), (1, 480, 4), (2, 475, 3)):
        row = table.row(
            by_predicate=(pl.col("month_id") == month)
            & (pl.col("country_id") == int(UNITS[unit]))
            & (pl.col("draw") == draw)
        )
        assert row[3] == made.samples[unit, month - OCTOBER_2018 - 1, draw]


def test_counts_are_written_as_whole_numbers_and_fractions_kept() -> None:
    assert set(views_challenge_table(forecast()).dtypes) == {pl.Int32}
    table = views_challenge_table(forecast(fraction=0.25))
    assert table["outcome"].dtype == pl.Float32
    assert (table["outcome"] % 1 == 0.25).all()


@given(st.permutations(["3", "20", "100", "7"]))
def test_the_order_of_units_does_not_matter(units: list[str]) -> None:
    base = forecast(("3", "7", "20", "100"))
    place = [base.units.index(unit) for unit in units]
    mixed = Forecast(base.samples[place], tuple(units), base.origin, base.model, base.vintage)
    assert views_challenge_table(mixed).equals(views_challenge_table(base))


def test_the_challenge_accepts_the_folder(tmp_path: Path) -> None:
    made = forecast(draws=CHALLENGE_DRAWS)
    path = to_views_challenge(made, tmp_path, provenance=TOLD)
    submission = tmp_path / "climatology_12"
    assert path == submission / "cm" / "window=Y2019" / "predictions_2019.parquet"
    # What the challenge's own compliance test asks of a file.
    file = pl.read_parquet(path)
    assert set(file.columns) == {"month_id", "country_id", "draw", "outcome"}
    assert file["outcome"].null_count() == 0
    assert (file["outcome"] >= 0).all()
    assert set(file["country_id"]) == {9, 10, 246}
    assert set(file["month_id"]) == set(range(469, 481))
    assert file.group_by("month_id", "country_id").len()["len"].unique().to_list() == [1000]
    # And of the details.
    details = yaml.safe_load((submission / "submission_details.yml").read_text(encoding="utf-8"))
    for name in ("team", "short_title", "even_shorter_identifier"):
        assert isinstance(details[name], str)
        assert details[name]
    assert re.match(r"[^@]+@[^@]+\.[^@]+", details["contact"])
    assert isinstance(details["authors"], list)
    # One Parquet file per window, and no half-written one.
    assert [p.name for p in submission.rglob("*") if p.is_file() and p.suffix == ".parquet"] == [path.name]
    assert not list(submission.rglob(".*"))


def test_a_challenge_file_gives_back_the_forecast_and_its_scores(tmp_path: Path) -> None:
    made = forecast(draws=CHALLENGE_DRAWS)
    file = pl.read_parquet(to_views_challenge(made, tmp_path))
    back = file.sort("country_id", "month_id", "draw")["outcome"].to_numpy().reshape(3, 12, 1000)
    order = [UNITS.index(unit) for unit in ("9", "10", "246")]
    assert np.array_equal(back, made.samples[order, 2:])
    truth = np.arange(36.0).reshape(3, 12)
    assert np.array_equal(crps(back, truth), crps(made.samples[order, 2:], truth))


def test_what_the_figures_are_travels_with_the_file(tmp_path: Path) -> None:
    path = to_views_challenge(forecast(draws=CHALLENGE_DRAWS), tmp_path, provenance=TOLD)
    metadata = pl.read_parquet_metadata(path)
    beside = json.loads((tmp_path / "climatology_12" / "provenance_2019.json").read_text(encoding="utf-8"))
    for told in (metadata, beside):
        assert told["model"] == "climatology_12"
        assert told["vintage"] == "views 1"
        assert told["as_of"] == "2018-10-31"
        assert told["draws"] == "1000"
        assert told["licence"] == "CC BY 4.0"
        assert told["notes"] == TOLD.notes[0]


def test_details_that_were_filled_in_are_kept(tmp_path: Path) -> None:
    to_views_challenge(forecast(draws=CHALLENGE_DRAWS), tmp_path)
    details = tmp_path / "climatology_12" / "submission_details.yml"
    details.write_text("team: us\n", encoding="utf-8")
    to_views_challenge(forecast(draws=CHALLENGE_DRAWS, origin=OCTOBER_2018 + 12), tmp_path)
    assert details.read_text(encoding="utf-8") == "team: us\n"
    assert {p.name for p in (tmp_path / "climatology_12" / "cm").iterdir()} == {"window=Y2019", "window=Y2020"}


def test_priogrid_cells_go_into_their_own_folder(tmp_path: Path) -> None:
    made = forecast(("62356", "147945"), draws=CHALLENGE_DRAWS)
    path = to_views_challenge(made, tmp_path, unit="priogrid_gid")
    assert path.parent.parent.name == "pgm"
    assert pl.read_parquet(path).columns == ["month_id", "priogrid_gid", "draw", "outcome"]


@pytest.mark.parametrize(
    ("made", "year", "message"),
    [
        ({"units": ("IS @ Mali",)}, None, r"numbers \(country_id\), got 'IS @ Mali'.*hubverse"),
        ({"units": ("٣",)}, None, "numbers"),
        ({"steps": 13}, None, r"2018-11 to 2019-11: 0 whole calendar years"),
        ({"steps": 26}, None, "2 whole calendar years"),
        ({}, 2020, r"2018-11 to 2019-12, not January to December 2020"),
    ],
)
def test_what_is_no_window_is_refused(made: dict[str, Any], year: int | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        views_challenge_table(forecast(**made), year=year)


def test_groups_go_by_name_in_the_same_layout(tmp_path: Path) -> None:
    made = forecast(("JNIM @ Mali", "IS @ Niger"), draws=CHALLENGE_DRAWS)
    table = views_challenge_table(made, unit="unit")
    assert dict(table.schema) == {"month_id": pl.Int32, "unit": pl.String, "draw": pl.Int32, "outcome": pl.Int32}
    # Without a year the twelve months after the origin: November 2018 is 467.
    assert table["month_id"].unique().sort().to_list() == list(range(467, 479))
    assert table.equals(table.sort("month_id", "unit", "draw"))
    back = table.filter(pl.col("unit") == "JNIM @ Mali").sort("month_id", "draw")["outcome"].to_numpy()
    assert np.array_equal(back.reshape(12, CHALLENGE_DRAWS), made.samples[0, :12])
    path = to_views_challenge(made, tmp_path, unit="unit")
    assert path.relative_to(tmp_path).as_posix() == "climatology_12/um/window=Y2018-11/predictions_2018-11.parquet"
    assert pl.read_parquet(path).equals(table)
    in_2019 = views_challenge_table(made, unit="unit", year=2019)
    assert in_2019["month_id"].min() == 469
    with pytest.raises(InputError, match="a window is 12 months, the forecast has 6"):
        views_challenge_table(forecast(("a",), steps=6), unit="unit")


def test_licence_and_citation_of_the_forecast_itself_are_told(tmp_path: Path) -> None:
    made = replace(forecast(), licence="CC0", citation="Somebody (2020)")
    path = to_hubverse(made, tmp_path)
    assert pl.read_parquet_metadata(path)["licence"] == "CC0"
    assert pl.read_parquet_metadata(to_hubverse(made, tmp_path, provenance=TOLD))["licence"] == "CC BY 4.0"


def test_a_year_can_be_chosen() -> None:
    table = views_challenge_table(forecast(steps=26), year=2020)
    assert table["month_id"].unique().sort().to_list() == list(range(481, 493))


def test_the_challenge_counts_its_draws(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="takes 1,000 draws, the forecast has 5"):
        to_views_challenge(forecast(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="can not be written"):
        to_views_challenge(forecast(draws=CHALLENGE_DRAWS), tmp_path / "file")
    with pytest.raises(InputError, match="can not be written"):
        to_hubverse(forecast(), tmp_path / "file")


# --- hubverse ------------------------------------------------------------------------------------------------------

# hubValidations, validate_filename_pattern.
FILE_NAME = r"^((\d{4}-\d{2}-\d{2})|[A-Za-z0-9_]+)-([A-Za-z0-9_]+)-([A-Za-z0-9_]+)$"
COLUMNS = {
    "origin_date": pl.Date,
    "target": pl.String,
    "horizon": pl.Int32,
    "location": pl.String,
    "output_type": pl.String,
    "output_type_id": pl.String,
    "value": pl.Float64,
}
TASK = ["origin_date", "target", "horizon", "location"]


def test_columns_are_those_of_the_standard() -> None:
    table = hubverse_table(forecast(), output_type=OUTPUT_TYPES)
    assert dict(table.schema) == COLUMNS
    assert table["origin_date"].unique().to_list() == [date(2018, 10, 31)]
    assert table["horizon"].unique().sort().to_list() == list(range(1, 15))
    assert table.null_count().sum_horizontal().item() == 0
    # No prediction twice.
    assert not table.select(*TASK, "output_type", "output_type_id").is_duplicated().any()
    # A target has either classes or numbers.
    assert set(table.select("output_type", "target").unique().iter_rows()) == {
        ("quantile", "deaths"),
        ("sample", "deaths"),
        ("pmf", "deaths class"),
    }


def test_quantiles_are_those_of_the_draws_and_do_not_fall() -> None:
    made = forecast(draws=200)
    table = hubverse_table(made)
    ids = table["output_type_id"].cast(pl.Float64)
    assert ids.unique().sort().to_list() == sorted(QUANTILE_LEVELS)
    assert len(QUANTILE_LEVELS) == 23
    assert table.group_by(TASK, maintain_order=True).agg(pl.col("value").diff().min() >= 0)["value"].all()
    median = table.filter(pl.col("output_type_id") == "0.5")
    assert median["value"].to_list() == np.median(made.samples, axis=2).ravel().tolist()
    assert median["location"].to_list() == [unit for unit in UNITS for _ in range(14)]


def test_worked_quantiles() -> None:
    made = Forecast(np.array([[[0, 10, 20, 30, 40]]], np.float32), ("a",), OCTOBER_2018, "m", "v")
    value = dict(hubverse_table(made).select("output_type_id", "value").iter_rows())
    assert value["0.5"] == 20
    assert value["0.25"] == 10
    assert value["0.9"] == pytest.approx(36)


def test_a_sample_is_a_path_of_one_location() -> None:
    made = forecast(draws=7)
    table = hubverse_table(made, output_type="sample")
    ids = table["output_type_id"].cast(pl.Int64)
    assert ids.min() == 1
    assert ids.n_unique() == 3 * 7
    paths = table.group_by("output_type_id").agg(pl.col("location").n_unique().alias("places"), "horizon")
    assert paths["places"].unique().to_list() == [1]
    assert all(sorted(steps) == list(range(1, 15)) for steps in paths["horizon"])
    # Back to the array it came from, paths kept.
    back = table.with_columns(ids).sort("output_type_id", "horizon")["value"].to_numpy().reshape(3, 7, 14)
    assert np.array_equal(back.transpose(0, 2, 1), made.samples)


def test_classes_are_those_of_the_challenge() -> None:
    assert death_classes()[:5] == ("0", "1-2", "3-5", "6-10", "11-25")
    assert death_classes()[-2:] == ("501-1000", "1001+")
    assert len(death_classes()) == len(VIEWS_BINS) - 1
    draws = [[0, 0, 1, 2, 3, 5, 6, 25, 1000, 1001]]
    made = Forecast(np.array([draws], np.float32), ("a",), OCTOBER_2018, "m", "v")
    p = dict(hubverse_table(made, output_type="pmf").select("output_type_id", "value").iter_rows())
    assert list(p) == list(death_classes())
    assert p == {
        "0": 0.2, "1-2": 0.2, "3-5": 0.2, "6-10": 0.1, "11-25": 0.1, "26-50": 0.0, "51-100": 0.0, "101-250": 0.0,
        "251-500": 0.0, "501-1000": 0.1, "1001+": 0.1,
    }  # fmt: skip


@given(st.integers(0, 2000), st.integers(1, 400))
def test_probabilities_of_classes_agree_with_the_ignorance_score(outcome: int, seed: int) -> None:
    made = forecast(("a",), steps=1, draws=50, seed=seed)
    table = hubverse_table(made, output_type="pmf")
    assert table["value"].sum() == pytest.approx(1.0, abs=1e-12)
    # The score adds one draw to each class.
    k = int(np.searchsorted(VIEWS_BINS, outcome, side="right")) - 1
    smoothed = (table["value"][k] * 50 + 1) / (50 + len(death_classes()))
    assert -np.log2(smoothed) == pytest.approx(ignorance_score(made.samples[:, 0], [outcome])[0])


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_hub_accepts_the_file(tmp_path: Path, ending: Any) -> None:
    made = forecast(draws=20)
    path = to_hubverse(made, tmp_path, output_type=OUTPUT_TYPES, file_format=ending, provenance=TOLD)
    assert path == tmp_path / "model-output" / "tocsin-climatology_12" / f"2018-10-31-tocsin-climatology_12.{ending}"
    assert re.match(FILE_NAME, path.stem)
    read = pl.read_parquet(path) if ending == "parquet" else pl.read_csv(path, schema_overrides=COLUMNS)
    assert read.equals(hubverse_table(made, output_type=OUTPUT_TYPES))
    metadata = yaml.safe_load((tmp_path / "model-metadata" / "tocsin-climatology_12.yml").read_text(encoding="utf-8"))
    assert f"{metadata['team_abbr']}-{metadata['model_abbr']}" == path.parent.name
    assert metadata["data_inputs"] == "views 1"
    assert metadata["license"] == "CC BY 4.0"
    if ending == "parquet":
        assert pl.read_parquet_metadata(path)["vintage"] == "views 1"


def test_names_are_made_fit_for_files(tmp_path: Path) -> None:
    made = Forecast(np.zeros((1, 1, 1), np.float32), ("a",), OCTOBER_2018, "trees 2.0-beta", "v")
    path = to_hubverse(made, tmp_path, team="Our Team")
    assert re.match(FILE_NAME, path.stem)
    assert path.stem == "2018-10-31-Our_Team-trees_2_0_beta"
    with pytest.raises(InputError, match="a team is a name of letters and digits"):
        to_hubverse(made, tmp_path, team="---")


def test_groups_are_locations_by_their_names(tmp_path: Path) -> None:
    history = History(panel_of([[3, 0, 5] * 6, [0, 0, 1] * 6]))
    made = Climatology().fit(history).outlook(history, draws=9, rng=np.random.default_rng(1)).forecast
    assert made is not None
    table = pl.read_parquet(to_hubverse(made, tmp_path, output_type="sample"))
    assert set(table["location"]) == {"g0 @ Mali", "g1 @ Mali"}


def test_locations_can_be_renamed_and_near_months_left_out() -> None:
    table = hubverse_table(forecast(), locations={"10": "MLI", "246": "SSD"}, first_step=3)
    assert set(table["location"]) == {"MLI", "9", "SSD"}
    assert table["horizon"].min() == 3
    whole = hubverse_table(forecast())
    assert table["value"].to_list() == whole.filter(pl.col("horizon") >= 3)["value"].to_list()


def test_countries_are_called_by_their_codes() -> None:
    panel = panel_of([[1, 2], [0, 1]])
    assert country_codes(panel) == dict.fromkeys(panel.groups, "MLI")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output_type": "mean"}, "output types are quantile, sample, pmf.*got mean"),
        ({"output_type": ("pmf", "pmf")}, "each once"),
        ({"output_type": ()}, "got none"),
        ({"first_step": 15}, "steps 1 to 14, got 15"),
        ({"locations": {"10": "9"}}, "two units are of one location, '9'"),
    ],
)
def test_what_is_no_output_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        hubverse_table(forecast(), **options)
