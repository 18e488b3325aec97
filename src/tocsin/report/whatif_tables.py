"""A comparison of options as text: what follows first, then options, differences, and what decides them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from rich.console import Console

from tocsin.report.layout import console_of
from tocsin.report.terminal import safe
from tocsin.report.whatif_decides import print_decisive, print_flips, print_without
from tocsin.report.whatif_layout import TITLE, Cell, dim, option_cell, print_head, put_table, rows_with, title
from tocsin.report.whatif_verdicts import print_choices, print_conclusions
from tocsin.report.whatif_words import (
    DEATHS,
    SHORT,
    alternatives,
    amount,
    capital,
    change,
    end_words,
    horizons_of,
    known_outcomes,
    model_words,
    outcome_words,
    run_words,
    share,
    span,
    variants_line,
)
from tocsin.whatif.comparison.conclusions import reference_words
from tocsin.whatif.comparison.result import Comparison, Difference, Outcome

__all__ = ["Cell", "dim", "print_comparison", "print_head", "put_table", "title"]

_SIDES = 5  # columns that fit beside each other


def print_comparison(
    comparison: Comparison,
    horizon: int,
    *,
    outcome: str = DEATHS,
    everything: bool = False,
    file: IO[str] | None = None,
) -> None:
    """Print a comparison, `horizon` months on, by one outcome; `everything` adds the other horizons, groups, variants.

    `outcome` is one that options are ranked by, `horizon` one of the scenario's.
    """
    console = console_of(file)
    scenario = comparison.scenario
    print_head(scenario, console, run=run_words(comparison))
    print_conclusions(console, comparison, outcome, horizon, everything=everything)
    horizons = horizons_of(comparison) if everything else (horizon,)
    for at in horizons:
        _options(console, comparison, at)
        if everything:
            _members(console, comparison, at)
    for each in known_outcomes(comparison) if everything else (outcome,):
        _differences(console, comparison, each, keyed=each == outcome)
    for at in horizons:
        print_choices(console, comparison, outcome, at)
        if everything:
            _by_variant(console, comparison, outcome, at)
    print_decisive(console, comparison, outcome, horizon, everything=everything)
    print_flips(console, comparison, outcome, horizon, everything=everything)
    print_without(console, comparison, outcome, everything=everything)
    console.print()
    dim(console, _foot(comparison, everything=everything))


def _options(console: Console, comparison: Comparison, horizon: int) -> None:
    scenario, variant = comparison.scenario, comparison.main
    outcomes = [name for name in known_outcomes(comparison) if name != "members"]
    held = rows_with(comparison.outcomes, variant=variant, group=None, horizon=horizon)
    title(
        console,
        f"Within {horizon} months (to {end_words(scenario, horizon)}): mean; below it where 90% of runs lie; "
        f"variant {variant}",
    )
    cells: list[tuple[Cell, ...]] = []
    for option in scenario.options:
        found = {row.outcome: row for row in held if row.option == option.name}
        cells.append((option_cell(scenario, option.name), *(_two(found.get(name)) for name in outcomes)))
    put_table(console, ("option", *(f">{SHORT[name]}" for name in outcomes)), cells, widths=(TITLE,))


def _members(console: Console, comparison: Comparison, horizon: int) -> None:
    scenario, variant = comparison.scenario, comparison.main
    held = [row for row in rows_with(comparison.outcomes, variant=variant, horizon=horizon) if row.outcome == "members"]
    names = [name for name in scenario.names if any(row.group == name for row in held)]
    for first in range(0, len(names), _SIDES):
        shown = names[first : first + _SIDES]
        title(
            console, f"Members under arms {horizon} months on: mean; below it where 90% of runs lie; variant {variant}"
        )
        cells: list[tuple[Cell, ...]] = []
        for option in scenario.options:
            found = {row.group: row for row in held if row.option == option.name}
            cells.append((option_cell(scenario, option.name), *(_two(found.get(name)) for name in shown)))
        put_table(console, ("option", *(f">{safe(name)}" for name in shown)), cells, widths=(TITLE,))


def _two(row: Outcome | None) -> str:
    if row is None:
        return "-"
    return f"{amount(row.mean, row.outcome)}\n{span(row.low, row.high, row.outcome)}"


def _differences(console: Console, comparison: Comparison, outcome: str, *, keyed: bool) -> None:
    scenario, variant, horizons = comparison.scenario, comparison.main, horizons_of(comparison)
    held = rows_with(comparison.differences, variant=variant, group=None)
    rows = [row for row in held if row.outcome == outcome]
    if not rows:
        return
    title(
        console,
        f"{capital(outcome_words(outcome))} against {reference_words(scenario)}, run by run; variant {variant}",
    )
    cells: list[tuple[Cell, ...]] = []
    for name in alternatives(scenario):
        found = {row.horizon: row for row in rows if row.option == name}
        cells.append((option_cell(scenario, name), *(_against(found.get(at)) for at in horizons)))
    put_table(console, ("option", *(f">within {at} months" for at in horizons)), cells, widths=(TITLE,))
    if keyed:
        key = "mean difference (90% interval of the mean); below it 90% of runs; share of runs with fewer, more"
        dim(console, [key])


def _against(row: Difference | None) -> str:
    if row is None:
        return "-"
    mean = f"{change(row.mean, row.outcome)} ({span(row.mean_low, row.mean_high, row.outcome, signed=True)})"
    runs = f"{span(row.low, row.high, row.outcome, signed=True)}; {share(row.p_less)}, {share(row.p_more)}"
    return f"{mean}\n{runs}"


def _by_variant(console: Console, comparison: Comparison, outcome: str, horizon: int) -> None:
    scenario, variants = comparison.scenario, tuple(comparison.variants)
    rows = [row for row in rows_with(comparison.differences, group=None, horizon=horizon) if row.outcome == outcome]
    title(
        console,
        f"{capital(outcome_words(outcome))} within {horizon} months, by variant: mean (its 90%)",
    )
    cells: list[tuple[Cell, ...]] = []
    for name in alternatives(scenario):
        found: dict[str, Difference] = {row.variant: row for row in rows if row.option == name}
        told = (
            f"{change(row.mean, outcome)} ({span(row.mean_low, row.mean_high, outcome, signed=True)})" if row else "-"
            for row in map(found.get, variants)
        )
        cells.append((option_cell(scenario, name), *told))
    put_table(console, ("option", *(f">{name}" for name in variants)), cells, widths=(TITLE,))


def _foot(comparison: Comparison, *, everything: bool) -> Iterator[str]:
    scenario = comparison.scenario
    yield f"Variants: {variants_line(tuple(comparison.variants))}."
    yield from comparison.left_out
    if everything:
        yield from scenario.notes
    more = "" if everything else " Other horizons, groups, outcomes, notes: --all, or --format json."
    yield f"Model: {model_words()}. What its numbers mean and rest on: tocsin whatif check.{more}"
    if scenario.citation:
        yield f"Source: {scenario.citation}."
