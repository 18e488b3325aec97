"""`tocsin assess` as a user types it: formats, errors in one line, the cache, and a store of one country."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

import planted_groups
from planted_groups import link_models, shared_models, use_small_models
from planted_lines import assessment, line
from tocsin import warn
from tocsin.cli import main
from tocsin.cli.fitting import fitting
from tocsin.errors import NotHeldError
from tocsin.plain import printable
from tocsin.settings import load_settings

# An early day: few groups and months, so that one quick fit serves most tests.
EARLY = ("--as-of", "2000-06-30", "--horizon", "3")
SMALL = {"members": 2, "early": 1, "rounds": 15}
Run = Callable[..., SimpleNamespace]


@pytest.fixture(scope="session")
def fitted_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_models(tmp_path_factory)


@pytest.fixture
def run(
    home: Path,
    fitted_models: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Run:
    """Run the command in this process, with an empty store and small models shared by all tests."""
    use_small_models(monkeypatch, **SMALL)
    link_models(home, fitted_models)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*words: str) -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["tocsin", "assess", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return SimpleNamespace(code=ended.value.code or 0, out=said.out, err=said.err)

    return call


def process(words: Sequence[str], models: Path, home: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, under the same small models."""
    code = (
        f"import sys; sys.path.insert(0, {str(Path(planted_groups.__file__).parent)!r}); import pytest; "
        f"from planted_groups import use_small_models; use_small_models(pytest.MonkeyPatch(), **{SMALL}); "
        "from tocsin.cli import main; sys.argv[0] = 'tocsin'; main()"
    )
    kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "COLUMNS")}
    return subprocess.run(
        [sys.executable, "-c", code, "assess", *words],
        capture_output=True,
        env=kept | {"TOCSIN_HOME": str(home), "TERM": "xterm"} | environment,
        cwd=home,
        check=False,
        timeout=120,
    )


def test_json_of_the_afghan_theatre(run: Run) -> None:
    done = run("--as-of", "2020-12-31", "--theatre", "Afghanistan", "--horizon", "6", "--format", "json")
    assert done.code == 0
    said = json.loads(done.out)
    assert (said["as_of"], said["theatre"], said["horizon_months"]) == ("2020-12-31", "Afghanistan", 6)
    assert (said["as_of_mode"], said["lag_days"], said["vintage"]) == ("reconstructed", 0, "ucdp-ged 21.1")
    groups = {group["group"]: group for group in said["groups"]}
    assert {group["theatre"] for group in said["groups"]} == {"Afghanistan"}
    mine = groups["IS @ Afghanistan"]
    assert mine["list"] == "ongoing"
    assert 0 < mine["p_mass_casualty_low"] <= mine["p_mass_casualty"] <= mine["p_mass_casualty_high"] < 1
    assert mine["p_mass_casualty"] > mine["base_rate_mass_casualty"]
    assert any("located" in note for note in said["notes"])


def test_two_countries_as_one_theatre(run: Run) -> None:
    done = run("--theatre", "Pakistan+Afghanistan", "--format", "json", "--top", "50")
    said = json.loads(done.out)
    assert said["theatre"] == "Afghanistan+Pakistan"
    assert "IS @ Afghanistan+Pakistan" in {group["group"] for group in said["groups"]}


def test_formats_files_and_top_agree(run: Run, tmp_path: Path) -> None:
    """One call per format; all of them of the same groups."""
    csv_file, parquet_file, table_file = (tmp_path / name for name in ("a.csv", "a.parquet", "a.txt"))
    told = run(*EARLY, "--format", "json", "--top", "2")
    groups = [group["group"] for group in json.loads(told.out)["groups"]]
    assert 3 <= len(groups) <= 6
    for name, file in (("csv", csv_file), ("parquet", parquet_file), ("table", table_file)):
        done = run(*EARLY, "--format", name, "--top", "2", "--output", str(file))
        assert (done.code, done.out, done.err) == (0, "", "")
    assert pl.read_csv(csv_file)["group"].to_list() == groups
    table = pl.read_parquet(parquet_file)
    assert table["group"].to_list() == groups
    assert table["as_of"].unique().to_list() == [date(2000, 6, 30)]
    text = table_file.read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert all(group.split()[0] in text for group in groups)


def test_first_run_says_it_fits_and_the_second_does_not(home: Path, tmp_path: Path) -> None:
    models = tmp_path / "own-models"
    models.mkdir()
    link_models(home, models)
    words = [*EARLY, "--top", "2"]
    first = process(words, models, home)
    assert first.returncode == 0, first.stderr
    assert first.stderr.count(b"fitting") == 1
    second = process(words, models, home, COLUMNS="80")
    assert second.stderr == b""
    assert second.stdout == first.stdout
    assert b"\x1b" not in second.stdout
    assert "New risk:" in second.stdout.decode()


def test_parquet_goes_through_a_pipe(home: Path, tmp_path: Path, fitted_models: Path) -> None:
    link_models(home, fitted_models)
    done = process([*EARLY, "--format", "parquet", "--theatre", "Afghanistan"], fitted_models, home)
    assert done.returncode == 0, done.stderr
    assert set(pl.read_parquet(io.BytesIO(done.stdout))["theatre"]) == {"Afghanistan"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--horizon", "5"], "3, 6 or 12 months, got 5"),
        (["--theatre", "Afganistan"], "Did you mean Afghanistan"),
        ([*EARLY, "--theatre", "Iceland"], "no group with a recorded death in Iceland"),
        (["--as-of", "2031-01-31"], "--as-of 2020-12-31"),
        (["--as-of", "9999-12-31"], "9999-12-31"),
        (["--as-of", "1980-01-31"], "the figures begin in January 1989"),
        (["--as-of", "1991-06-30"], "too little history"),
        (["--as-of", "2020-13-45"], "a day like 2020-12-31, got '2020-13-45'"),
        (["--as-of", "yesterday"], "a day like 2020-12-31, got 'yesterday'"),
        (["--as-of", "2021-06-29", "--as-of-mode", "strict"], "no release was published by 2021-06-29"),
        (["--lag-days", "4000"], "lag_days"),
        (["--output", "not/there/a.csv"], "there is no folder not/there"),
        (["--output", "."], "a file to write, got the folder ."),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(run: Run, words: list[str], said: str) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("tocsin: ")
    assert done.err.count("\n") == 1
    assert said in done.err


@pytest.mark.parametrize(
    "words", [["--top", "0"], ["--lag-days", "-1"], ["--wording", "mine"], ["--format", "xml"], ["--no-such-option"]]
)
def test_an_option_out_of_range_ends_with_exit_code_2(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("words", "variable", "table"),
    [
        ((), None, "icd203"),
        (("--wording", "phia"), None, "phia"),
        ((), "phia", "phia"),
        (("--wording", "icd203"), "phia", "icd203"),
    ],
)
def test_the_option_beats_the_setting_of_the_words(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], variable: str | None, table: str
) -> None:
    if variable:
        monkeypatch.setenv("TOCSIN_WORDING", variable)
    said = json.loads(run(*EARLY, "--format", "json", "--top", "1", *words).out)
    assert said["wording"] == table
    assert ("remote chance" in json.dumps(said)) == (table == "phia")


def test_strict_mode_knows_no_release_on_the_last_day_of_the_data(home: Path) -> None:
    with pytest.raises(NotHeldError, match="no release was published by 2020-12-31"):
        warn.assess(as_of=date(2020, 12, 31), settings=load_settings(as_of_mode="strict"))


def planted_answer(monkeypatch: pytest.MonkeyPatch, made: warn.Assessment) -> None:
    monkeypatch.setattr(warn, "assess", lambda **_: made)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r@", "\x1b="])
def test_no_cell_of_the_csv_is_a_formula(run: Run, monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    name = f'{start}cmd|"/c calc"!A1'
    planted_answer(monkeypatch, assessment(line(f"{name} @ Mali"), citation="=1+1"))
    table = pl.read_csv(io.StringIO(run("--format", "csv").out))
    for column in table.select(pl.col(pl.String)):
        for cell in column.drop_nulls():
            assert cell[0] not in "=+-@\t\r", (column.name, cell)
    assert table["group"].to_list() == [f"'{printable(name)} @ Mali"]
    # Numbers stay numbers.
    assert table["p_deaths25"].dtype == pl.Float64
    assert table["recent_deaths"].to_list() == ["0 1 8"]


@pytest.mark.parametrize("kind", ["table", "csv", "json"])
def test_no_output_carries_an_escape_of_a_name(run: Run, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    planted_answer(monkeypatch, assessment(line("A\x1b[31mB @ Mali"), headline="See A\x1b[2J"))
    assert "\x1b" not in run("--format", kind).out


def test_a_file_that_cannot_be_written_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    planted_answer(monkeypatch, assessment(line()))
    for kind in ("json", "csv", "parquet", "table"):
        done = run("--format", kind, "--output", "/dev/full" if kind != "parquet" else "/proc/none")
        assert done.code == 2, kind
        assert done.err.startswith("tocsin: --output"), kind
        assert done.err.count("\n") == 1


def test_the_line_about_fitting_is_said_once_by_many_threads(capsys: pytest.CaptureFixture[str]) -> None:
    with fitting() as advance:
        threads = [threading.Thread(target=advance, args=("member",)) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert capsys.readouterr().err.count("fitting") == 1


def test_a_store_of_one_country_learns_from_the_packaged_figures_and_says_so(run: Run, shared_data: Path) -> None:
    from tocsin.sources.ucdp import read_ged
    from tocsin.store import Store

    Store.open().add(read_ged(shared_data / "GEDEvent_v24_1_myanmar_to2020.csv.gz"))
    done = run("--as-of", "2020-12-31", "--format", "json", "--top", "100")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert {group["theatre"] for group in said["groups"]} == {"Myanmar"}
    assert any("the model learned from the packaged figures" in note for note in said["notes"])
    assert "24.1" in said["vintage"]
    needs_a_day = run("--as-of-mode", "strict")
    assert needs_a_day.code == 2
    assert "--as-of" in needs_a_day.err
    # Release 24.1 counts as published in mid-2024, long after the packaged figures: strict mode has both by then.
    later = run("--as-of-mode", "strict", "--as-of", "2024-12-31", "--format", "json")
    assert later.code == 0, later.err
    assert any("the horizon is counted from that day" in note for note in json.loads(later.out)["notes"])


def test_the_ending_of_the_file_says_the_format_and_a_clash_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("--theatre", "Mali", "--output", str(tmp_path / "mali.json"))
    assert done.code == 0, done.err
    assert json.loads((tmp_path / "mali.json").read_text())["theatre"] == "Mali"
    clash = run("--output", str(tmp_path / "mali.csv"), "--format", "json")
    assert clash.code == 2
    assert "ends like a csv file" in clash.err
    assert not (tmp_path / "mali.csv").exists()
