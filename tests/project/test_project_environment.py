"""The Makefile and the set-up of `.venv`: when it is kept, updated or made anew, and what is said."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from project_tree import ROOT

WANTED = {"requirements": "abc", "python": "3.11.7 at /usr", "checkout": "/home/anna/tocsin"}
READY = {**WANTED, "state": "ready", "extras": []}


@pytest.fixture
def environment(tmp_path: Path) -> ModuleType:
    """`tools/environment.py` over an empty checkout."""
    spec = importlib.util.spec_from_file_location("environment_under_test", ROOT / "tools" / "environment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ROOT, module.VENV = tmp_path, tmp_path / ".venv"
    module.STATE, module.LOG = module.VENV / "tocsin-setup.json", module.VENV / "tocsin-setup.log"
    return module


@pytest.mark.parametrize(
    ("state", "extras", "usable", "action"),
    [
        (READY, [], True, "keep"),
        ({**READY, "extras": ["dev"]}, [], True, "keep"),
        ({**READY, "extras": ["dev"]}, ["dev"], True, "keep"),
        (READY, ["dev"], True, "update"),
        ({**READY, "requirements": "old"}, [], True, "update"),
        (None, [], True, "update"),
        (None, [], False, "rebuild"),
        (READY, [], False, "rebuild"),
        ({"state": "installing"}, [], True, "rebuild"),
        ({**READY, "checkout": "/home/anna/old place"}, [], True, "rebuild"),
        ({**READY, "python": "3.12.1 at /usr"}, [], True, "rebuild"),
        ({}, [], True, "rebuild"),
    ],
)
def test_what_becomes_of_the_environment_that_is_there(
    environment: ModuleType, state: dict[str, Any] | None, extras: list[str], usable: bool, action: str
) -> None:
    found, why = environment.plan(state, WANTED, extras, usable)
    assert found == action
    assert bool(why) == (action != "keep")


def test_what_is_wanted_changes_with_the_requirements_and_the_lock(environment: ModuleType, tmp_path: Path) -> None:
    project, lock = tmp_path / "pyproject.toml", tmp_path / "lock.txt"
    project.write_text("a")
    lock.write_text("x==1")
    first = environment.wanted_state(lock)
    assert environment.wanted_state(lock) == first
    lock.write_text("x==2")
    second = environment.wanted_state(lock)
    project.write_text("b")
    third = environment.wanted_state(lock)
    without = environment.wanted_state(None)
    assert len({state["requirements"] for state in (first, second, third, without)}) == 4
    with pytest.raises(environment.SetupError, match="make lock"):
        environment.wanted_state(tmp_path / "none.txt")


@pytest.mark.parametrize("text", ["", "{", "[1]", '"ready"'])
def test_a_torn_state_counts_as_none(environment: ModuleType, text: str) -> None:
    environment.VENV.mkdir()
    environment.STATE.write_text(text)
    assert environment.read_state() is None


def test_a_set_up_that_fails_is_made_anew_the_next_time(
    environment: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    commands: list[list[str]] = []
    fails = True

    def follow(command: list[str], doing: str, log: io.TextIOBase) -> tuple[int, str]:
        commands.append(command)
        if "venv" in command:
            python = environment.VENV / "bin" / "python"
            python.parent.mkdir(exist_ok=True)
            python.write_text("")
            python.chmod(0o755)
            return 0, ""
        return (1, "ERROR: No space left on device") if fails else (0, "")

    monkeypatch.setattr(environment, "follow", follow)
    with pytest.raises(environment.SetupError, match="The disk is full"):
        environment.ensure([], None)
    (environment.VENV / "rubble").write_text("")
    fails = False
    environment.ensure(["dev"], None)
    assert not (environment.VENV / "rubble").exists()
    assert commands[-1][-2:] == ["--editable", ".[dev]"]
    assert json.loads(environment.STATE.read_text())["extras"] == ["dev"]

    # What is there is left alone, and what was asked for once stays when the requirements change.
    done = len(commands)
    environment.ensure([], None)
    assert len(commands) == done
    (tmp_path / "pyproject.toml").write_text("changed")
    environment.ensure([], None)
    assert commands[-1][-1] == ".[dev]"
    assert not any("venv" in command for command in commands[done:])


def test_a_python_without_ensurepip_is_refused_with_what_to_do(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.check_python()
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(environment.SetupError, match="apt install python3-venv"):
        environment.check_python()


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("  Downloading polars_runtime_32-2.1.0-cp310-abi3-manylinux.whl (53.9 MB)\n", "polars_runtime_32 (53.9 MB)"),
        ("  Downloading idna-3.20-py3-none-any.whl (70 kB)\n", ""),
        ("  Downloading typer-0.29-py3-none-any.whl (1.2 MB)\n", ""),
        ("Installing collected packages: " + ", ".join("abcdefghijkl") + "\n", "installing 12 packages"),
        ("Collecting numpy\n", ""),
    ],
)
def test_who_waits_is_told_what_takes_long(environment: ModuleType, line: str, step: str) -> None:
    said = environment.name_step(line)
    assert said.endswith(step)
    assert bool(said) == bool(step)


def test_a_followed_command_is_told_and_logged_whole(
    environment: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    log = io.StringIO()
    text = "  Downloading big-1.0-py3-none-any.whl (99 MB)"
    code = f"import sys; print({text!r}); print('and more', file=sys.stderr); sys.exit(3)"
    assert environment.follow([sys.executable, "-c", code], "testing", log)[0] == 3
    assert set(log.getvalue().splitlines()) == {text, "and more"}
    assert capfd.readouterr().err == "tocsin set-up: downloading big (99 MB)\n"


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_make_alone_lists_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony is not None
    listed = re.findall(r"^  ([a-z]+) ", make().stdout, re.MULTILINE)
    assert set(listed) == {name for name in phony[1].split() if "-" not in name}


def test_a_python_that_is_not_there_is_named() -> None:
    done = make("core", "PYTHON=/no/such/python")
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed, and /no/such/python is not there" in done.stderr


def test_ci_runs_the_parts_of_make_check() -> None:
    parts = re.search(r"^check: (.+?) ##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert parts is not None
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    run = {word for call in re.findall(r"^make (.+?) \|\|", text, re.MULTILINE) for word in call.split()}
    assert {word for word in run if not word.startswith("-")} == set(parts[1].split())
