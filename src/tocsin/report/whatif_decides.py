"""What decides in a comparison, as tables: numbers, where the ranking turns, mechanisms."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from tocsin.report.terminal import safe
from tocsin.report.whatif_layout import TITLE, Cell, dim, option_cell, put_table, title
from tocsin.report.whatif_words import (
    alternatives,
    amount,
    change,
    flip_words,
    moves_words,
    outcome_words,
    quantity_words,
    span,
    title_of,
)
from tocsin.whatif.comparison.conclusions import reference_words
from tocsin.whatif.comparison.result import Comparison, Decisive, WithoutMechanism

_DECISIVE = 6  # numbers shown, unless all are asked for
_WITHOUT = 3  # mechanisms of an option, unless all are asked for
_EVIDENCE_STYLE = {"assumed": "yellow", "literature": "", "estimated": "green"}


def print_decisive(console: Console, comparison: Comparison, outcome: str, horizon: int, *, everything: bool) -> None:
    """Print the numbers that move an option's difference most."""
    rows = [row for row in comparison.decisive if (row.outcome, row.horizon) == (outcome, horizon)]
    if not rows:
        return
    title(
        console, f"What decides the difference in {outcome_words(outcome)} within {horizon} months (Morris screening)"
    )
    strongest = strongest_of(rows)
    shown = rows if everything else strongest[:_DECISIVE]
    cells: list[tuple[Cell, ...]] = []
    for row in sorted(shown, key=lambda row: -row.cleared):
        moved = f"{amount(row.mu_star, outcome)} ±{amount(row.mu_star_half_width, outcome)}"
        evidence = Text(row.evidence, style=_EVIDENCE_STYLE[row.evidence])
        of = (option_cell(comparison.scenario, row.option),) if everything else ()
        cells.append(
            (Text(safe(row.quantity)), evidence, moved, moves_words(row), *of, ": ".join(quantity_words(row.quantity)))
        )
    heads = ("number", "evidence", ">moves it by", "which way", *(("of option",) if everything else ()), "what it is")
    put_table(console, heads, cells, widths=(28, 0, 0, 0, TITLE) if everything else (28,))
    left = len(strongest) - _DECISIVE
    more = f" {left:,} more numbers, and of which option: --all." if left > 0 and not everything else ""
    dim(
        console,
        [
            "Over the whole range of a number, with the 95% half-width, chance included; in the order of what of it is "
            "not chance; which way: whether a higher number makes the "
            f"option's {outcome_words(outcome)} more or fewer, against {reference_words(comparison.scenario)}.{more}"
        ],
    )


def strongest_of(rows: Iterable[Decisive]) -> tuple[Decisive, ...]:
    """Each number once, with the option whose difference it moves most; those that move most first."""
    found: dict[str, Decisive] = {}
    for row in sorted(rows, key=lambda row: -row.cleared):
        found.setdefault(row.quantity, row)
    return tuple(found.values())


def print_flips(console: Console, comparison: Comparison, outcome: str, horizon: int, *, everything: bool) -> None:
    """Print where in the numbers not known a ranking turns."""
    rows = [row for row in comparison.flips if (row.outcome, row.horizon) == (outcome, horizon)]
    if not rows:
        return
    title(console, f"Where the ranking against {reference_words(comparison.scenario)} turns, within {horizon} months")
    found = [row for row in rows if row.limits]
    for row in rows if everything else found:
        console.print(Text(safe(flip_words(comparison.scenario, row))))
    if not everything and len(found) < len(rows):
        none = "no other option" if found else "no option"
        dim(console, [f"For {none} was a range of the numbers found in which most points turn, beyond chance."])


def print_without(console: Console, comparison: Comparison, outcome: str, *, everything: bool) -> None:
    """Print what options do without single mechanisms, and without all their side effects."""
    rows = [row for row in comparison.without if row.outcome == outcome]
    if not rows:
        return
    (horizon,) = {row.horizon for row in rows}
    title(console, f"Without a mechanism: the difference in {outcome_words(outcome)} within {horizon} months")
    cells: list[tuple[Cell, ...]] = []
    for name in alternatives(comparison.scenario):
        of_option = [row for row in rows if row.option == name]
        for k, row in enumerate(of_option if everything else telling_of(of_option)[:_WITHOUT]):
            with_it = comparison.difference(name, outcome, horizon)
            means = (
                f"{change(mean, outcome)} ({span(low, high, outcome, signed=True)})"
                for mean, low, high in (
                    (with_it.mean, with_it.mean_low, with_it.mean_high),
                    (row.mean, row.mean_low, row.mean_high),
                )
            )
            off = off_words(row)
            effect = Text(row.effect, style="bold yellow" if row.effect == "turns" else "")
            cells.append(("" if k else option_cell(comparison.scenario, name), off, *means, effect))
    if cells:
        put_table(console, ("option", "without", ">with it", ">without it", "effect"), cells, widths=(TITLE,))
    said = "mean (its 90%), with all runs and with fewer; what changes is beyond chance."
    if not cells:
        said = "No mechanism alone turns a sign, or changes a mean by more than half of itself, beyond chance."
    elif not everything:
        said += (
            f" Only what turns a sign, shows one or changes a mean by more than half, and {_WITHOUT} an option: --all."
        )
    sides = {row.option: ", ".join(row.off) for row in rows if row.side_effects}
    shown = {title_of(comparison.scenario, option): off for option, off in sides.items()} if everything else {}
    listed = "".join(f" All side effects of {option}: {off}." for option, off in shown.items())
    dim(
        console,
        [
            f"{said} All side effects{'' if everything else ' (--all lists them)'}: all at once that are not what an "
            f"option works by and have no number estimated from data.{listed}"
        ],
    )


def telling_of(rows: Iterable[WithoutMechanism]) -> tuple[WithoutMechanism, ...]:
    """The rows of an option that change something: a turn first, then by how much."""
    # That nothing is left without what an option works by goes without saying.
    found = [row for row in rows if row.effect != "little" and (row.mean, row.mean_low, row.mean_high) != (0, 0, 0)]
    return tuple(sorted(found, key=lambda row: (row.effect != "turns", -abs(row.change))))


def off_words(row: WithoutMechanism) -> str:
    """What is switched off in a row."""
    return "all side effects" if row.side_effects else row.off[0]
