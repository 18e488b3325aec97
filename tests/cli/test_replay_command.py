"""`tocsin replay` as a user types it: table, JSON, progress, errors in one line, an interruption, and showing again."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from tocsin.cli import main
from tocsin.forecast import registry
from tocsin.forecast.baselines import Climatology
from tocsin.panel import History

# Early origins, when there were few groups yet; baselines only, and few draws.
WORDS = ("--from", "1992-01", "--to", "1993-12", "--models", "climatology_12,recency", "--draws", "20")
Run = Callable[..., SimpleNamespace]


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command in this process, with an empty store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*words: str) -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["tocsin", "replay", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return SimpleNamespace(code=ended.value.code or 0, out=said.out, err=said.err)

    return call


def test_a_replay_as_json_as_a_table_and_shown_again(run: Run, tmp_path: Path) -> None:
    done = run(*WORDS, "--workers", "1", "--output", "mine", "--format", "json", "--seed", "3")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert list(said) == [
        *("unit", "from", "to", "vintage", "as_of_mode", "lag_days", "refit", "draws", "seed", "models"),
        *("data_until", "citation", "licence", "notes", "rows"),
    ]
    assert (said["unit"], said["from"], said["to"], said["vintage"]) == ("group", "1992-01", "1993-12", "ucdp-ged 21.1")
    assert (said["refit"], said["draws"], said["seed"]) == ("yearly", 20, 3)
    assert set(said["rows"][0]) == {
        *("target", "population", "horizon", "model", "metric", "value", "se"),
        *("baseline", "difference", "difference_se", "n"),
    }
    assert {row["model"] for row in said["rows"]} == {"climatology_12", "recency", "random"}
    assert done.err.splitlines() == [
        "tocsin: replaying 24 origins ...",
        "tocsin: 11 of 24 origins done",
        "tocsin: 23 of 24 origins done",
        "tocsin: 24 of 24 origins done",
        "tocsin: scoring ...",
    ]
    assert {path.name for path in (tmp_path / "mine").iterdir()} >= {
        *("replay.json", "parts", "summary.json", "reliability.png"),
    }
    assert json.loads(run("show", "mine", "--format", "json").out) == said
    table = run("show", "mine")
    assert "Replay of groups, origins 1992-01 to 1993-12" in table.out
    assert "Monthly deaths, mean over 12 months ahead" in table.out
    again = run(*WORDS, "--output", "mine", "--seed", "3")
    assert (again.code, again.err) == (0, "")
    assert again.out == table.out


def test_without_a_folder_it_lies_in_the_store(run: Run, home: Path) -> None:
    done = run(*WORDS, "--workers", "1", "--lag-days", "10")
    assert done.code == 0, done.err
    (folder,) = (home / "replays").iterdir()
    assert done.out.splitlines()[-1] == f"Every figure, and every origin and unit: {folder}"
    assert "(reconstructed, events known after 10 days)" in " ".join(done.out.split())


@dataclass(frozen=True)
class Interrupted(Climatology):
    """Climatology at which Ctrl-C is pressed."""

    def fit(self, history: History) -> Interrupted:
        """Stop at the second fit."""
        if history.month > 156:  # December 1992
            raise KeyboardInterrupt
        return self


def test_an_interruption_is_one_line_and_the_same_command_goes_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as during:
        during.setitem(registry.MODELS, "climatology_12", Interrupted())
        during.setattr(Interrupted, "version", "Climatology(months=12)", raising=False)
        stopped = run(*WORDS, "--workers", "1", "--output", "mine")
    assert stopped.code == 130
    assert stopped.err.splitlines()[-1] == "tocsin: interrupted; the same command goes on where it stopped"
    unfinished = run("show", "mine")
    assert unfinished.code == 2
    assert "is not finished (23 of 24 origins)" in unfinished.err
    goes_on = run(*WORDS, "--workers", "1", "--output", "mine")
    assert goes_on.code == 0, goes_on.err
    assert goes_on.err.splitlines()[0] == "tocsin: replaying 24 origins, 23 of them done before ..."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--models", "climatologie_12"], "Did you mean climatology_12"),
        (["--models", ","], "at least one model"),
        (["--from", "2010"], "a month is like 2010-01, got '2010'"),
        (["--from", "2012-01", "--to", "2011-01"], "the first origin, 2012-01, is after the last, 2011-01"),
        (["--to", "2020-12"], "Hint: --to 2020-06"),
        (
            ["--from", "1989-01", "--to", "1989-03", "--models", "zero", "--workers", "1"],
            "the figures begin in 1989-01",
        ),
        (["--as-of-mode", "strict", "--models", "zero"], "no release was published by 2009-12-31"),
        (["--cluster", "nonsense", "--models", "zero"], "a cluster is given as an address like tcp://127.0.0.1:8786"),
        (["--output", "/dev/null", "--models", "zero"], "is a file; a replay is saved as a folder"),
        (["--from", "2010-01", "show", "mine"], "--from is of a run and not of show"),
        (["show", "nowhere"], "holds no replay"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(run: Run, words: list[str], said: str) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err.splitlines()[-1]
    assert done.err.splitlines()[-1].startswith("tocsin: ")
    assert "Traceback" not in done.err


@pytest.mark.parametrize("words", [["--draws", "0"], ["--refit", "daily"], ["--workers", "0"], ["show"]])
def test_an_option_out_of_range_ends_with_exit_code_2(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


def test_help_names_the_options_and_the_command_below(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    said = run("--help").out
    for word in ("--from", "--to", "--models", "--refit", "--workers", "--cluster", "--output", "show"):
        assert word in said
