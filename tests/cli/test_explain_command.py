"""`tocsin explain` as a user types it; what it tells of is made up, and made elsewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from command_line import CommandLine
from planted_explanation import explanation
from tocsin.cli import app
from tocsin.errors import NotHeldError
from tocsin.report.explain_json import explanation_dict
from tocsin.warn.explanation import Explanation

MADE = explanation()


class Command(CommandLine):
    """Runs `tocsin explain ...` in this process; `asked` is what it asked to be explained."""

    command = "explain"

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(monkeypatch, capsys)
        self.asked: list[dict[str, Any]] = []
        monkeypatch.setattr(import_module("tocsin.warn.explain"), "explain", self.explain)

    def explain(self, group: str, *, progress: Callable[[str], None], **options: Any) -> Explanation:
        if group == "Nobody":
            raise NotHeldError("no group is called 'Nobody'. Did you mean Somebody?")
        self.asked.append({"group": group, **options})
        return MADE


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def test_table(run: Command) -> None:
    out, err = run("JNIM @ Mali")
    assert " ".join(out.split()).startswith("As of 31 December 2020, JNIM @ Mali is on watch")
    assert "\x1b" not in out
    assert err == ""
    (asked,) = run.asked
    assert (asked["group"], asked["as_of"], asked["horizon"], asked["rivalry"]) == ("JNIM @ Mali", None, 6, True)


def test_json_is_the_explanation_and_nothing_else(run: Command) -> None:
    out, err = run("JNIM @ Mali", "--format", "json")
    assert json.loads(out) == json.loads(json.dumps(explanation_dict(MADE)))
    assert err == ""


def test_options_reach_the_explanation(run: Command) -> None:
    run("IS", "--as-of", "2014-05-31", "--horizon", "12", "--no-rivalry", "--wording", "phia", "--lag-days", "30")
    (asked,) = run.asked
    assert (asked["as_of"], asked["horizon"], asked["rivalry"]) == (date(2014, 5, 31), 12, False)
    assert (asked["settings"].wording, asked["settings"].lag_days) == ("phia", 30)
    run("IS", "--as-of", "2014-05-31", "--as-of-mode", "strict")
    assert run.asked[1]["settings"].as_of_mode == "strict"


def test_written_to_a_file_in_the_form_its_ending_names(run: Command, tmp_path: Path) -> None:
    for name in ("a.txt", "a.json"):
        assert run("IS", "-o", str(tmp_path / name)) == ("", "")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["line"]["group"] == "JNIM @ Mali"
    assert "JNIM @ Mali is on watch" in (tmp_path / "a.txt").read_text(encoding="utf-8")


def test_what_can_not_be_is_said_in_a_line(run: Command, tmp_path: Path) -> None:
    assert "Did you mean Somebody?" in run.refused("Nobody")
    assert "--as-of is a day like 2020-12-31, got 'May'" in run.refused("IS", "--as-of", "May")
    assert "--format is table" in run.refused("IS", "-o", str(tmp_path / "a.json"), "--format", "table")
    assert "there is no folder" in run.refused("IS", "-o", str(tmp_path / "none" / "a.json"))
    assert "got the folder" in run.refused("IS", "-o", str(tmp_path))
    assert run.asked == []


def test_every_option_is_on_the_page_of_the_command() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")
    command = typer.main.get_command(app).commands["explain"]  # type: ignore[attr-defined]
    options = {name for p in command.params for name in (*p.opts, *p.secondary_opts) if name.startswith("-")}
    table = page.split("## How to read it")[0]
    documented = set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", " ".join(re.findall(r"`(-[^`\n]+)`", table))))
    assert documented == options - {"--help"}


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from tocsin.cli import main; sys.argv = ['tocsin', 'explain', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'polars', 'numpy', 'lightgbm', 'scipy'} & set(sys.modules)\nassert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
