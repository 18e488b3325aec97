"""Every command and option is documented, and nothing is documented that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import typer
from project_tree import ROOT

from tocsin.cli import app, commands  # noqa: F401  (the commands register themselves)

PAGES = [ROOT / "docs" / name for name in ("commands.md", "commands-whatif.md")]
PAGE = "".join(page.read_text(encoding="utf-8") for page in PAGES)
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def leaves(command: object, path: tuple[str, ...] = ("tocsin",)) -> Iterator[tuple[str, object]]:
    """Every command that does something, with the words that call it."""
    below = getattr(command, "commands", None)
    # A group that runs without a further word, as `tocsin replay` does, is a command itself.
    if below is None or (len(path) > 1 and command.invoke_without_command):  # type: ignore[attr-defined]
        yield " ".join(path), command
    if below is None:
        return
    for name, one in below.items():
        yield from leaves(one, (*path, name))


COMMANDS = dict(leaves(typer.main.get_command(app)))


def section(words: str) -> str:
    """The documentation of a command; its title may go on with an argument: `tocsin data import FILE...`."""
    found = [text for title, text in SECTIONS.items() if re.fullmatch(re.escape(words) + r"( [^a-z]+)?", title)]
    assert len(found) == 1, f"the pages of commands have {len(found)} sections on `{words}`"
    return found[0]


def test_there_are_commands() -> None:
    assert {"tocsin assess", "tocsin data import", "tocsin groups show"} <= set(COMMANDS)


def test_every_section_on_a_command_is_of_one_that_exists() -> None:
    titles = {re.sub(r" [^a-z]+$", "", title) for title in SECTIONS if title.startswith("tocsin ")}
    assert titles == set(COMMANDS)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_option_is_documented_and_no_other(words: str) -> None:
    options = {
        name
        for parameter in COMMANDS[words].params  # type: ignore[attr-defined]
        for name in (*parameter.opts, *parameter.secondary_opts)  # `--no-x` beside `--x`
        if name.startswith("-") and name != "--help"
    }
    quoted = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", section(words), flags=re.DOTALL))
    documented = {name for text in quoted for name in re.findall(r"(?<!\S)--?[a-z][a-z-]*", text)}
    assert documented == options


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_and_option_has_help(words: str) -> None:
    command = COMMANDS[words]
    assert command.help  # type: ignore[attr-defined]
    for parameter in command.params:  # type: ignore[attr-defined]
        assert getattr(parameter, "help", None), f"{words} {parameter.name}"


def test_examples_call_commands_and_options_that_exist() -> None:
    texts = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    calls = [
        line.removeprefix("$ ").split("#")[0].split()
        for path in texts
        for block in re.findall(r"^```\w*\n(.*?)^```$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        for line in block.splitlines()
        if line.startswith(("tocsin ", "$ tocsin "))
    ]
    assert len(calls) >= 5
    for call in calls:
        known = [words for words in COMMANDS if call[: len(words.split())] == words.split()]
        assert known, call
        # `tocsin replay show` is called by more words than `tocsin replay`.
        params = COMMANDS[max(known, key=len)].params  # type: ignore[attr-defined]
        options = {name for p in params for name in (*p.opts, *p.secondary_opts)}
        assert {word for word in call if word.startswith("--")} <= options, call
