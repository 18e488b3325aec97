"""What a help text says is what a user reads: square brackets are words, not marks of style."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from tocsin.cli import commands  # noqa: F401  (registers the commands)
from tocsin.cli.app import app


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, one in command.commands.items():
        yield from _commands(one, (*path, name))


ALL = list(_commands(typer.main.get_command(app)))


def _letters(text: str) -> str:
    """The text without spaces, and without the lines that the help is framed with."""
    return re.sub(r"[\s│╭╮╰╯─]+", "", text)


def test_there_are_defaults_to_be_read() -> None:
    helps = [getattr(p, "help", None) or "" for _, command in ALL for p in command.params]
    assert sum("[default: " in words for words in helps) > 30


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_word_of_a_help_text_is_shown(path: tuple[str, ...], command: Any) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "300", "TERMINAL_WIDTH": "300"})
    assert shown.exit_code == 0
    said = _letters(shown.output)
    for parameter in command.params:
        words = inspect.cleandoc(getattr(parameter, "help", None) or "").replace("\\[", "[")
        assert _letters(words) in said, parameter.name
