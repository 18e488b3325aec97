"""`tocsin replay --unit country` as a user types it: whole years, every month, exports, mistakes in one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from tocsin.cli import main
from tocsin.months import month_id

FIRST = month_id(date(2010, 1, 1))
Run = Callable[..., SimpleNamespace]


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run `tocsin replay` in this process with an empty store, in a folder that holds `months.csv`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    rng = np.random.default_rng(5)
    names = {1: ("Mali", "MLI"), 2: ("Niger", "NER"), 3: ("Atlantis", "")}
    rows = [
        (FIRST + t, c, *names[c], int(rng.poisson(5 * c) * (rng.random() < 0.5))) for c in names for t in range(5 * 12)
    ]
    columns = ["month_id", "country_id", "name", "isoab", "ged_sb"]
    pl.DataFrame(rows, schema=columns, orient="row").write_csv("months.csv")

    def call(*words: str) -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["tocsin", "replay", *words])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capfd.readouterr()
        return SimpleNamespace(code=code, out=said.out, err=said.err)

    return call


COUNTRY = ("--unit", "country", "--country-data", "months.csv", "--workers", "1")
YEARS = (*COUNTRY, "--years", "2013,2014", "--models", "climatology_12,zero")


def test_whole_years_as_a_table_and_again_from_the_folder(run: Run) -> None:
    done = run(*YEARS, "--draws", "50", "--output", "out")
    assert done.code == 0
    assert "mean of 2013, 2014, n = 72" in done.out
    assert "4 of 4 years of each model done" in done.err
    again = run("show", "out")
    assert again.code == 0
    assert again.out == done.out
    # The second time nothing is left to do.
    quick = run(*YEARS, "--draws", "50", "--output", "out")
    assert quick.out == done.out
    assert "4 of 4 years of each model were done" in quick.err


def test_whole_years_as_json(run: Run) -> None:
    done = run(*YEARS, "--draws", "50", "--format", "json")
    told = json.loads(done.out)
    assert told["years"] == [2013, 2014]
    assert told["unit"] == "country"
    assert {row["year"] for row in told["rows"]} == {2013, 2014, None}
    assert {row["population"] for row in told["rows"]} == {"all", "active"}
    # Without a file of actuals the file itself is the truth.
    assert told["actuals"] == told["vintage"]
    assert told["vintage"].startswith("months.csv (sha256 ")


def test_actuals_are_what_is_scored(run: Run, tmp_path: Path) -> None:
    months = pl.read_csv("months.csv")
    january = month_id(date(2014, 1, 1))
    kept = months.filter((pl.col("month_id") >= january) & (pl.col("country_id") != 3))
    kept.with_columns(pl.lit(7).alias("ged_sb")).write_csv("actuals.csv")
    words = (*COUNTRY, "--country-actuals", "actuals.csv", "--years", "2014", "--models", "zero", "--format", "json")
    told = json.loads(run(*words, "--draws", "5").out)
    row = next(r for r in told["rows"] if (r["metric"], r["population"], r["year"]) == ("crps", "all", 2014))
    # A forecast of none where 7 died, in the two countries of the actuals.
    assert row["value"] == pytest.approx(7)
    assert row["n"] == 24


def test_every_month_is_the_replay_of_origins(run: Run) -> None:
    months = ("--from", "2012-01", "--to", "2013-06", "--models", "climatology_12,zero", "--draws", "20")
    done = run(*COUNTRY, *months, "--format", "json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["unit"], told["from"], told["to"]) == ("country", "2012-01", "2013-06")
    deaths = [r for r in told["rows"] if (r["target"], r["population"], r["horizon"]) == ("deaths", "all", 12)]
    assert {r["n"] for r in deaths} == {18 * 3}
    assert any("no mass-casualty attack is counted" in note for note in told["notes"])
    # What is not in the file is not scored as if it had been zero.
    assert {r["target"] for r in told["rows"]} == {"deaths", "deaths25"}
    assert not any("lead" in r["metric"] or "hit" in r["metric"] for r in told["rows"])
    table = run(*COUNTRY, *months).out
    assert table.strip().startswith("Replay of countries, origins 2012-01 to 2013-06")
    assert "Emergences" not in table


def test_exports_for_the_challenge(run: Run) -> None:
    done = run(*YEARS, "--export", "views", "--export-to", "files")
    assert done.code == 0, done.err
    written = sorted(str(path) for path in Path("files").rglob("*.parquet"))
    assert written == [
        f"files/{model}/cm/window=Y{year}/predictions_{year}.parquet"
        for model in ("climatology_12", "zero")
        for year in (2013, 2014)
    ]
    assert all(f"tocsin: wrote {path}" in done.err for path in written)
    file = pl.read_parquet(written[0])
    assert file.columns == ["month_id", "country_id", "draw", "outcome"]
    assert file.height == 12 * 3 * 1000


def test_exports_for_a_hub(run: Run) -> None:
    types = ("--export-type", "quantile", "--export-type", "pmf")
    done = run(*YEARS, "--draws", "20", "--export", "hubverse", "--export-to", "hub", *types)
    assert done.code == 0, done.err
    files = sorted(Path("hub/model-output/tocsin-zero").iterdir())
    assert [path.name for path in files] == [f"{y}-10-31-tocsin-zero.parquet" for y in (2012, 2013)]
    table = pl.read_parquet(files[0])
    # Countries by their code, by their number where they have none; the twelve months of the year.
    assert set(table["location"]) == {"MLI", "NER", "3"}
    assert table["horizon"].unique().sort().to_list() == list(range(3, 15))
    assert set(table["output_type"]) == {"quantile", "pmf"}


def test_an_export_is_written_even_where_all_was_done(run: Run) -> None:
    first = run(*YEARS, "--draws", "20", "--output", "out")
    again = run(*YEARS, "--draws", "20", "--output", "out", "--export", "hubverse", "--export-to", "hub")
    assert again.out == first.out
    assert len(list(Path("hub").rglob("*.parquet"))) == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--country-data", "months.csv"), "--country-data goes with --unit country"),
        (("--years", "2013"), "--years goes with --unit country"),
        (("--unit", "country"), "needs a file of country-months. Hint: --country-data FILE"),
        ((*COUNTRY, "--country-actuals", "a.csv"), "--country-actuals goes with --years"),
        ((*COUNTRY, "--export", "views", "--export-to", "x"), "--export goes with --years"),
        ((*YEARS, "--from", "2012-01"), "--from goes with a replay of every month"),
        ((*YEARS, "--refit", "monthly"), "--refit goes with a replay of every month"),
        ((*YEARS, "--lag-days", "3"), "--lag-days goes with a replay of every month"),
        ((*YEARS, "--export", "views"), "--export FORMAT and --export-to DIR go together"),
        ((*YEARS, "--export-to", "x"), "--export FORMAT and --export-to DIR go together"),
        ((*YEARS, "--export", "views", "--export-to", "x", "--export-type", "pmf"), "--export hubverse"),
        ((*YEARS, "--export", "views", "--export-to", "x", "--draws", "10"), "Hint: --draws 1000"),
        ((*YEARS, "--export", "hubverse", "--export-to", "months.csv"), "--export-to is a folder"),
        ((*COUNTRY, "--years", "20l3"), "--years are like 2018,2019,2020, got '20l3'"),
        ((*COUNTRY, "--years", ","), "--years are like"),
        ((*COUNTRY, "--years", "2016"), "not for all of 2016"),
        ((*COUNTRY, "--years", "2013", "--models", "trees9"), "no model 'trees9'"),
        (("--unit", "country", "--country-data", "none.csv"), "there is no file none.csv"),
    ],
)
def test_a_mistake_is_one_line(run: Run, words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert done.code == 2
    assert done.out == ""
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert not Path("x").exists()


def test_numbers_are_needed_for_the_challenge(run: Run) -> None:
    pl.read_csv("months.csv").filter(pl.col("country_id") < 3).drop("country_id").write_csv("codes.csv")
    words = ("--unit", "country", "--country-data", "codes.csv", "--years", "2013", "--models", "zero")
    done = run(*words, "--export", "views", "--export-to", "x")
    assert (done.code, done.out) == (2, "")
    assert "--export views needs a column country_id" in done.err


def test_an_interrupted_run_says_how_to_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from tocsin.replay import country

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(country, "forecast_year", stop)
    done = run(*YEARS)
    assert done.code == 130
    assert "the same command goes on where it stopped" in done.err
