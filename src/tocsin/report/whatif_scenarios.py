"""Scenarios as text: which there are, what one rests on, what was just written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.text import Text

from tocsin.report.layout import console_of
from tocsin.report.terminal import safe
from tocsin.report.whatif_tables import dim, print_head, put_table, title
from tocsin.report.whatif_words import EVIDENCE_WORDS, data_words
from tocsin.whatif.check.report import ScenarioCheck, check
from tocsin.whatif.parameters import EVIDENCE, GROUP_NAMES
from tocsin.whatif.scenario import NOT_A_FORECAST, Scenario


def print_scenarios(scenarios: Sequence[Scenario], *, file: IO[str] | None = None) -> None:
    """Print scenarios with their names, days and options."""
    console = console_of(file)
    for scenario in scenarios:
        console.print()
        console.print(Text(safe(scenario.name), style="bold"), Text(safe(scenario.title)))
        console.print(Text(safe(f"{data_words(scenario)}; {scenario.months} months, {scenario.draws:,} runs")))
        options = ", ".join(option.name for option in scenario.options)
        console.print(Text(safe(f"sides: {', '.join(scenario.names)}; options: {options}")))
    console.print()
    hint = "tocsin whatif check NAME says what one rests on, tocsin whatif run NAME runs it."
    dim(console, [f"Each is a {NOT_A_FORECAST}. {hint}"])


def print_written(scenario: Scenario, path: Path, *, file: IO[str] | None = None) -> None:
    """Print what a new scenario holds, how much of it is assumed, and what comes next."""
    console = console_of(file)
    print_head(scenario, console)
    found = check(scenario)
    console.print(Text(safe(f"Sides: {', '.join(found.sides)}; {found.ruler or 'nobody'} rules.")))
    console.print(Text(_counted(found)))
    for words in found.warnings:
        console.print(Text(safe(f"Warning: {words}"), style="yellow"))
    console.print(Text(safe(f"Written to {path}. Next: look through it; tocsin whatif check {path}"), style="bold"))


def print_check(scenario: Scenario, *, everything: bool = False, file: IO[str] | None = None) -> None:
    """Print what a scenario rests on: its story and options, warnings, and the numbers that are assumed (or all)."""
    console = console_of(file)
    found = check(scenario)
    print_head(scenario, console)
    months = f"{found.first_month} to {found.last_month}, {found.draws:,} runs of each option, seed {scenario.seed}."
    console.print(
        Text(safe(f"{months} Sides: {', '.join(found.sides)}; {found.ruler or 'nobody'} rules at the start."))
    )
    if scenario.about:
        console.print(Text(safe(scenario.about)))
    for words in found.warnings:
        console.print(Text(safe(f"Warning: {words}"), style="yellow"))
    moved = [f"{name} {value:g}" for name, value in found.levers.items()]
    switched = [f"{name} ({words})" for name, words in found.off.items()] or ["none"]
    _list(console, "Options", found.options)
    _list(console, "Dated events", found.shocks or ("none",))
    _list(console, "As things are", (f"levers: {', '.join(moved)}", f"mechanisms switched off: {', '.join(switched)}"))
    _list(console, "Structural variants", [f"{name}: {words}" for name, words in found.variants.items()])
    title(console, "Numbers")
    console.print(Text(_counted(found)))
    if everything:
        _all_numbers(console, found)
    else:
        _assumed(console, found)
        dim(console, ["All numbers with their sources: --all, or --format json."])
    if found.notes:
        _list(console, "Notes", found.notes)
    if found.citation:
        dim(console, [f"Source: {found.citation}."])


def _counted(found: ScenarioCheck) -> str:
    """How many numbers rest on what, and how many of them vary between runs."""
    said = [
        f"{len(found.of(evidence)):,} {EVIDENCE_WORDS[evidence]} ({len(found.of(evidence, ranges=True)):,} vary)"
        for evidence in EVIDENCE
    ]
    return f"{len(found.numbers):,} numbers: {', '.join(said)}."


def _assumed(console: Console, found: ScenarioCheck) -> None:
    """The assumed numbers that vary: the theatre's with their meaning, those of the sides gathered by what they are."""
    of_sides: dict[str, list[str]] = {}
    others = []
    for number in found.of("assumed", ranges=True):
        side, _, name = number.name.rpartition(".")
        if name in GROUP_NAMES and side in found.sides:
            of_sides.setdefault(name, []).append(f"{side} {number.text}")
        else:
            others.append((Text(safe(number.name)), Text(safe(number.text)), Text(safe(number.words))))
    title(console, "Assumed, and drawn anew for each run")
    put_table(console, ("number", "range", "what it is"), others)
    if of_sides:
        title(console, "Assumed of sides")
        cells = [(name, Text(safe("; ".join(texts)))) for name, texts in of_sides.items()]
        put_table(console, ("number", "range, by side"), cells)


def _all_numbers(console: Console, found: ScenarioCheck) -> None:
    cells = [
        (
            Text(safe(number.name)),
            Text(safe(number.text)),
            number.evidence,
            Text(safe(f"{number.unit}, {number.words}")),
            Text(safe(number.source)),
        )
        for number in found.numbers
    ]
    put_table(
        console, ("number", "value or range", "evidence", "what it is", "source"), cells, widths=(26, 18, 10, 32, 0)
    )


def _list(console: Console, head: str, lines: Sequence[str]) -> None:
    title(console, head)
    for line in lines:
        console.print(Text(safe(f"- {line}")))
