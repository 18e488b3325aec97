"""The tutorials, run as they stand: every command and piece of Python in order, and what they print held to the text.

- A ```console block: lines that begin with `$ ` are commands, the lines below are what they print, from the first line
  on; a line `...` stands for any number of lines, `...` within a line for any text. Output that begins with `tocsin: `
  is that of a mistake: the command must end with exit code 2.
- A ```python block runs in a namespace that all blocks of a page share; a ```text block after it is what it prints.
- A ```toml block with a title is a file of that name.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli import main

PAGES = sorted((Path(__file__).parents[2] / "docs" / "tutorials").glob("[!i]*.md"))
FIVE = {"assess-your-country", "add-your-own-data", "read-a-rivalry", "try-a-policy", "verify-us"}
# Those that fit models do it once between them: they speak of one day.
_FITTED: list[Path] = []


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language and title, its text, and the line it begins at."""

    language: str
    title: str
    text: str
    line: int


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page in order."""
    fence = r"^```(\w*)(?: title=\"([\w.]+)\")?\n(.*?)^```[ \t]*$"
    found = list(re.finditer(fence, text, re.MULTILINE | re.DOTALL))
    assert 2 * len(found) == text.count("```"), "a block that is not understood"
    return [Block(one[1], one[2] or "", one[3], text[: one.start()].count("\n") + 2) for one in found]


def commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines that it must print."""
    head, *rest = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert not head.strip(), f"what is it the output of? {head}"
    for one in rest:
        command, *lines = one.splitlines()
        yield command, lines


def agrees(shown: list[str], printed: str) -> str:
    """Empty where the lines shown are the lines printed, `...` standing for anything; else the first that is not."""
    lines = [line.rstrip() for line in printed.strip("\n").splitlines()]
    at, free = 0, False
    for line in (line.rstrip() for line in shown):
        if line == "...":
            free = True
            continue
        pattern = re.compile(".*".join(map(re.escape, line.split("..."))))
        ahead = range(at, len(lines) if free else min(at + 1, len(lines)))
        found = next((here for here in ahead if pattern.fullmatch(lines[here])), None)
        if found is None:
            return f"not printed: {line!r}" + (f"\nbut: {lines[at]!r}" if not free and at < len(lines) else "")
        at, free = found + 1, False
    return "" if free or at == len(lines) else f"printed besides: {lines[at]!r}"


@pytest.mark.parametrize(
    ("shown", "printed", "right"),
    [
        (["a", "b"], "\na\nb  \n", True),
        (["a"], "a\nb\n", False),
        (["a", "..."], "a\nb\n", True),
        (["...", "b", "..."], "a\nb\nc", True),
        (["b"], "a\nb", False),
        (["a", "c"], "a\nb\nc", False),
        (["a ... c"], "a (b*) c", True),
        (["a ... c"], "a (b*) d", False),
        ([], "", True),
        (["a"], "", False),
    ],
)
def test_what_is_shown_is_held_against_what_is_printed(shown: list[str], printed: str, right: bool) -> None:
    assert (agrees(shown, printed) == "") == right


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[[str], tuple[int, str, str]]:
    """Runs a command line of tocsin in this process: exit code, standard output, standard error."""

    def call(command: str) -> tuple[int, str, str]:
        program, *words = shlex.split(command)
        assert program == "tocsin", f"only tocsin is run here: {command}"
        monkeypatch.setattr(sys, "argv", ["tocsin", *words])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return call


def test_there_are_five() -> None:
    assert {page.stem for page in PAGES} == FIVE


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_does_what_it_says(
    page: Path,
    home: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    typed: Callable[[str], tuple[int, str, str]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name in ("FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "tutorial"
    folder.mkdir()
    monkeypatch.chdir(folder)
    models = home / "cache" / "models"
    if _FITTED:
        shutil.copytree(_FITTED[0], models)
    names: dict[str, Any] = {"__name__": "tutorial"}
    printed = ""
    for block in blocks(page.read_text(encoding="utf-8")):
        where = f"docs/tutorials/{page.name}, line {block.line}"
        if block.language == "console":
            for command, shown in commands(block.text):
                mistake = bool(shown) and shown[0].startswith("tocsin: ")
                code, out, err = typed(command)
                assert code == (2 if mistake else 0), f"{where}: {command}\n{err}"
                wrong = agrees(shown, err.splitlines()[-1] if mistake else out)
                assert not wrong, f"{where}: {command}\n{wrong}\n\n{out}{err}"
        elif block.language == "python":
            capfd.readouterr()
            exec(compile(block.text, where, "exec"), names)  # noqa: S102
            printed = capfd.readouterr().out
        elif block.language == "text":
            wrong = agrees(block.text.splitlines(), printed)
            assert not wrong, f"{where}: {wrong}\n\n{printed}"
        elif block.language == "toml" and block.title:
            Path(block.title).write_text(block.text, encoding="utf-8")
        else:
            raise AssertionError(f"{where}: a block that nobody runs")
    if models.is_dir() and not _FITTED:
        _FITTED.append(shutil.copytree(models, tmp_path_factory.mktemp("fitted") / "models"))
