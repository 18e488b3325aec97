"""`tocsin rivalry` as a user meets it; the fits themselves are made up, they have tests of their own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from command_line import CommandLine
from ged_files import dated, write_ged
from planted_rivalry import ANSWERS, planted_rivalry, planted_world
from tocsin.cli import main
from tocsin.errors import NotHeldError
from tocsin.rivalry.result import Rivalry, WorldRivalry

RESULT = planted_rivalry(("Taleban", "IS"), {(0, 1): ANSWERS}, theatre="Afghanistan")


class Command(CommandLine):
    """Runs `tocsin rivalry ...` in this process; `asked` are the fits it asked for."""

    command = "rivalry"

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(monkeypatch, capsys)
        self.asked: list[dict[str, Any]] = []

    def fit_rivalry(self, digest: Any, theatre: Any, **options: Any) -> Rivalry:
        self.asked.append({"digest": digest, "theatre": theatre, **options})
        return RESULT

    def fit_series(self, series: Any, **options: Any) -> Rivalry:
        self.asked.append({"series": series, **options})
        return RESULT

    def fit_world(self, digest: Any, *, progress: Callable[[int, int], None], **options: Any) -> WorldRivalry:
        self.asked.append({"digest": digest, **options})
        progress(1, 2)
        progress(2, 2)
        return planted_world(RESULT, planted_rivalry())


@pytest.fixture
def rivalry(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    command = Command(monkeypatch, capsys)
    for name, functions in (("fit", ("fit_rivalry", "fit_series")), ("world", ("fit_world",))):
        module = ModuleType(f"tocsin.rivalry.{name}")
        for function in functions:
            setattr(module, function, getattr(command, function))
        monkeypatch.setitem(sys.modules, f"tocsin.rivalry.{name}", module)
    return command


def test_table_of_a_theatre(rivalry: Command) -> None:
    out, err = rivalry("--theatre", "Afghanistan")
    assert "1 of 2 links answers (IS answers Taleban)" in out
    assert "Predictive, not causal." in " ".join(out.split())
    assert err == ""
    (asked,) = rivalry.asked
    assert asked["theatre"].name == "Afghanistan"
    assert {name: asked[name] for name in ("kind", "first", "last", "seed")} == {
        "kind": "onesided",
        "first": None,
        "last": None,
        "seed": 1,
    }


def test_json_is_the_result_and_nothing_else(rivalry: Command) -> None:
    out, _ = rivalry("--theatre", "Afghanistan", "--format", "json")
    answer = json.loads(out)
    assert answer == RESULT.to_dict()
    assert {"links", "null_false_positive_rate", "oos_log_score_gain", "oos_se"} <= set(answer)
    assert {link["label"] for link in answer["links"]} <= {"answers", "no_answer", "cannot_tell"}


def test_options_reach_the_fit(rivalry: Command) -> None:
    rivalry("--theatre", "iraq + Syria", "--kind", "state", "--from", "2015-02", "--to", "2016-02", "--seed", "7")
    (asked,) = rivalry.asked
    assert asked["theatre"].countries == ("Iraq", "Syria")
    # A month is from its first to its last day; 2016 is a leap year.
    days = (date(2015, 2, 1), date(2016, 2, 29))
    assert (asked["kind"], asked["first"], asked["last"], asked["seed"]) == ("state", *days, 7)
    rivalry("--theatre", "Mali", "--from", "2015-02-03", "--to", "2016-02-03")
    assert (rivalry.asked[1]["first"], rivalry.asked[1]["last"]) == (date(2015, 2, 3), date(2016, 2, 3))


def test_only_what_was_known_is_used_and_said(rivalry: Command) -> None:
    rivalry("--theatre", "Mali", "--as-of", "2014-05-31", "--lag-days", "30")
    origin = rivalry.asked[0]["digest"].provenance
    assert origin.last_month == 412  # April 2014
    assert origin.notes[-1] == ("As of 2014-05-31 (reconstructed, events known after 30 days); figures to 2014-04-30.")
    rivalry("--theatre", "Mali")
    assert rivalry.asked[1]["digest"].provenance.notes[-1].startswith("As of 2020-12-31 (reconstructed)")


def test_figures_are_drawn(rivalry: Command, tmp_path: Path) -> None:
    paths = [tmp_path / "network.svg", tmp_path / "network.png"]
    rivalry("--theatre", "Afghanistan", "--figure", str(paths[0]), "--figure", str(paths[1]))
    assert b"<title>Who answers whom, Afghanistan</title>" in paths[0].read_bytes()
    assert paths[1].read_bytes().startswith(b"\x89PNG")


def test_every_theatre_without_one(rivalry: Command) -> None:
    out, err = rivalry("--kind", "all", "--from", "2000-01", "--workers", "2")
    assert "2 theatres: 1 of 4 links answers" in out
    (asked,) = rivalry.asked
    assert (asked["kind"], asked["first"], asked["workers"], asked["cluster"]) == ("all", date(2000, 1, 1), 2, None)
    assert err.splitlines() == [
        "tocsin: 1 of 2 theatres done",
        "tocsin: 2 of 2 theatres done",
    ]
    answer = json.loads(rivalry("--format", "json")[0])
    assert answer == planted_world(RESULT, planted_rivalry()).to_dict()
    assert answer["theatres"] == [RESULT.to_dict(), planted_rivalry().to_dict()]


def test_a_time_without_rivals_is_said(rivalry: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["tocsin.rivalry.world"], "fit_world", lambda *_, **__: planted_world())
    assert "no theatre has two groups with enough attacks" in rivalry.refused("--from", "1990-01", "--to", "1991-06")


def test_by_day_from_the_users_own_events(rivalry: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "tocsin data import FILE" in rivalry.refused("--theatre", "Mali", "--daily")
    rows = []
    for number in range(60):
        day = date.fromordinal(date(2015, 1, 7).toordinal() + 5 * number).isoformat()
        side = ("JNIM", "Ansar Dine")[number % 2]
        names = {"type_of_violence": 3, "side_a": side, "side_b": "Civilians", "dyad_name": f"{side} - Civilians"}
        rows.append(dated(number + 1, day, **names))
    rows.append(dated(99, "2016-03-04"))
    file = write_ged(tmp_path / "GEDEvent_v24_1.csv", rows)
    monkeypatch.setattr(sys, "argv", ["tocsin", "data", "import", str(file)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code or 0) == 0
    rivalry("--theatre", "Mali", "--daily", "--from", "2015-01-01", "--to", "2016-06-30", "--seed", "3")
    (asked,) = rivalry.asked
    series = asked["series"]
    assert (series.step_days, series.first, series.groups) == (
        1,
        date(2015, 1, 1),
        ("Ansar Dine @ Mali", "JNIM @ Mali"),
    )
    assert series.attacks.sum() == 60
    assert series.attacks[series.groups.index("JNIM @ Mali"), 6] == 1  # the seventh of January
    assert asked["seed"] == 3
    assert asked["on_civilians"] is series
    # Known by the end of 2015: nothing later is counted.
    rivalry("--theatre", "Mali", "--daily", "--from", "2015-01-01", "--as-of", "2015-12-31")
    assert rivalry.asked[1]["series"].last == date(2015, 12, 31)
    rivalry("--theatre", "Mali", "--daily", "--kind", "all", "--from", "2015-01-01")
    assert (rivalry.asked[2]["series"].kind, rivalry.asked[2]["on_civilians"].kind) == ("all", "onesided")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--theatre", "Afganistan"], "Did you mean Afghanistan"),
        (["--theatre", "Mali", "--from", "2015-13"], "--from is a month like 2015-01 or a day like 2015-01-31"),
        (["--theatre", "Mali", "--to", "20150131"], "--to is a month like 2015-01 or a day like 2015-01-31"),
        (["--theatre", "Mali", "--as-of", "2015"], "--as-of is a day like 2020-12-31"),
        (["--theatre", "Mali", "--as-of-mode", "strict"], "Hint: --as-of YYYY-MM-DD"),
        (["--theatre", "Mali", "--as-of-mode", "strict", "--as-of", "2015-01-01"], "no release was published"),
        (["--theatre", "Mali", "--figure", "network.pdf"], "ends in .svg or .png, got 'network.pdf'"),
        (["--theatre", "Mali", "--figure", "nowhere/network.svg"], "there is no folder nowhere"),
        (["--figure", "network.svg"], "--figure goes with one theatre. Hint: --theatre NAME"),
        (["--daily"], "--daily goes with one theatre. Hint: --theatre NAME"),
        (["--theatre", "Mali", "--workers", "2"], "--workers is for all theatres at once"),
        (["--theatre", "Mali", "--cluster", "tcp://127.0.0.1:1"], "--cluster is for all theatres at once"),
    ],
)
def test_mistakes_end_with_one_line(rivalry: Command, words: list[str], said: str) -> None:
    assert said in rivalry.refused(*words)
    assert not rivalry.asked


def test_what_the_fit_refuses_ends_with_one_line(rivalry: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Rivalry:
        raise NotHeldError("rivalry in Mali needs two groups")

    monkeypatch.setattr(sys.modules["tocsin.rivalry.fit"], "fit_rivalry", refuse)
    assert "needs two groups" in rivalry.refused("--theatre", "Mali")


def test_a_long_fit_says_that_it_is_at_work(rivalry: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from tocsin.cli import working as module

    said = threading.Event()
    echo = typer.echo

    def heard(*words: Any, **how: Any) -> None:
        echo(*words, **how)
        said.set()

    def slow(*_: Any, **__: Any) -> Rivalry:
        assert said.wait(30)
        return RESULT

    monkeypatch.setattr(module, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(typer, "echo", heard)
    monkeypatch.setattr(sys.modules["tocsin.rivalry.fit"], "fit_rivalry", slow)
    _, err = rivalry("--theatre", "Mali")
    assert err == "tocsin: fitting Mali (a minute or two where there are many groups) ...\n"


def keys_of(answer: Any) -> set[str]:
    """Every key of a JSON document, but names of groups."""
    if isinstance(answer, list):
        return set().union(*map(keys_of, answer))
    if not isinstance(answer, dict):
        return set()
    return {key for key in answer if " @ " not in key}.union(*map(keys_of, answer.values()))


def test_every_key_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    section = page.split("## Rivalry\n")[1].split("\n## ")[0]
    documented = set(re.findall(r"`(\w+)`", section))
    world = planted_world(planted_rivalry())
    assert keys_of(world.to_dict()) <= documented


def test_a_real_theatre_from_end_to_end(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command(monkeypatch, capsys)  # without made-up fits
    words = ["--theatre", "Algeria", "--to", "2009-12", "--figure", str(tmp_path / "a.svg")]
    answer = json.loads(command(*words, "--format", "json")[0])
    names = {group["group"] for group in answer["groups"]}
    assert {"GIA @ Algeria", "AQIM @ Algeria"} <= names
    pairs = {(link["source"], link["target"]) for link in answer["links"]}
    assert pairs == {(a, b) for a in names for b in names if a != b}
    assert answer["to"] == "2009-12-27"  # the last Sunday of the year
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").count("<title>") == 1
    assert command(*words, "--format", "json")[0] == json.dumps(answer, indent=2, ensure_ascii=False) + "\n"
    refused = command("--theatre", "Belgium", code=2)[1]
    assert refused.count("\n") == 1
    too_few = command("--theatre", "Mali", "--to", "1995-12", code=2)[1]
    assert "needs two groups" in too_few
    assert too_few.count("\n") == 1


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['tocsin', 'rivalry', '--help']\n"
        "from tocsin.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numpy', 'polars', 'numba', 'matplotlib', 'scipy') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Predictive, not causal" in " ".join(out.split())
    assert out.splitlines()[-1] == "[]"
