"""What follows for each option of a comparison, and which is best, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from tocsin.report.terminal import safe
from tocsin.report.whatif_layout import TITLE, WIDE_TITLE, Cell, dim, option_cell, put_table, title
from tocsin.report.whatif_words import (
    amount,
    change,
    conclusions_for,
    outcome_words,
    reference_of,
    rests_words,
    share,
    shares_words,
    span,
    title_of,
    verdict_words,
)
from tocsin.whatif.comparison.conclusions import reference_words
from tocsin.whatif.comparison.points import LEAST_RESOLVED
from tocsin.whatif.comparison.result import Choice, Comparison, Conclusion
from tocsin.whatif.comparison.sensitivity import ENOUGH_TRAJECTORIES

_NEVER = 0.01  # of points


def print_conclusions(
    console: Console, comparison: Comparison, outcome: str, horizon: int, *, everything: bool
) -> None:
    """Print the verdict for each option, and what it rests on."""
    rows = conclusions_for(comparison, outcome, horizon)
    if not rows:
        return
    what = outcome_words(outcome)
    title(
        console,
        f"What follows from the scenario's ranges: {what} within {horizon} months, against "
        f"{reference_words(comparison.scenario)}",
    )
    ran, looked = len(comparison.variants), comparison.trajectories > 0
    nothing = comparison.outcome(reference_of(comparison.scenario), outcome, horizon).mean
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        found = comparison.difference(row.option, outcome, horizon)
        verdict = Text(f"{verdict_words(found, nothing)}{' *' if row.sign_assumed else ''}", style="bold")
        mean = f"{change(found.mean, outcome)} ({span(found.mean_low, found.mean_high, outcome, signed=True)})"
        rests = (shares_words(row), Text(safe(rests_words(row, 3 if everything else 2)))) if looked else ()
        cells.append((option_cell(comparison.scenario, row.option), verdict, mean, _holds(row, ran), *rests))
    heads = (
        "option",
        "verdict",
        ">mean (its 90%)",
        "so it is in",
        *((">est/lit/ass", "rests most on") if looked else ()),
    )
    put_table(console, heads, cells, widths=(TITLE if looked else WIDE_TITLE, 18, 0, 12 if looked else 24, 0, 0))
    dim(console, conclusions_key(comparison, rows, looked=looked))
    if everything:
        for row in rows:
            console.print(Text(safe(row.text)))


def conclusions_key(comparison: Comparison, rows: Sequence[Conclusion], *, looked: bool) -> Iterator[str]:
    """How verdicts are to be read, in sentences; `looked`: whether what decides them was looked into."""
    said = "verdict: fewer or more where the mean is beyond chance, and no more than 10% of points have the other sign."
    if any(row.sign_assumed for row in rows):
        said += " *: hardly a point of the ranges allows the other sign, so that it is assumed, not found."
    yield said
    if not looked:
        return
    said = "est/lit/ass: the parts of what moves the difference that are estimated from data, from literature, assumed"
    if comparison.trajectories < ENOUGH_TRAJECTORIES:
        said += f"; - with fewer than {ENOUGH_TRAJECTORIES} trajectories: more runs make more of them"
    yield f"{said}."


def holds_words(row: Conclusion, ran: int) -> str:
    """In which of the variants that were run a verdict is the same."""
    return f"all {ran} variants" if len(row.holds_in) == ran > 1 else ", ".join(row.holds_in)


def _holds(row: Conclusion, ran: int) -> Text:
    everywhere = len(row.holds_in) == ran > 1
    return Text(holds_words(row, ran), style="yellow" if not everywhere else "bold green" if row.robust else "")


def print_choices(console: Console, comparison: Comparison, outcome: str, horizon: int) -> None:
    """Print which option has the fewest over what is not known, and how wrong a choice can be."""
    scenario, variant, variants = comparison.scenario, comparison.main, tuple(comparison.variants)
    rows = [row for row in comparison.choices if (row.outcome, row.horizon) == (outcome, horizon)]
    if not rows:
        return
    title(
        console,
        f"Fewest expected {outcome_words(outcome)} within {horizon} months: which option, over what is not known",
    )
    marked = [row for row in rows if row.variant == variant and row.least_regret]
    cells: list[tuple[Cell, ...]] = []
    for option in scenario.options:
        found: dict[str, Choice] = {row.variant: row for row in rows if row.option == option.name}
        main = found.get(variant)
        regret = ("-",) * 3 if main is None else (main.regret_mean, main.regret_high, main.regret_most)
        cells.append(
            (
                option_cell(scenario, option.name),
                *(share(found[name].p_best) if name in found else "-" for name in variants),
                *(value if isinstance(value, str) else amount(value, outcome) for value in regret),
                least_words(main, len(marked), len(scenario.options)),
            )
        )
    heads = (
        *(f">P(best)\n{name}" for name in variants),
        ">regret\nmean",
        ">regret\n95%",
        ">regret\nlargest",
        "least\nby 95%",
    )
    put_table(console, ("option", *heads), cells, widths=(WIDE_TITLE,))
    dim(console, [choices_key(comparison, outcome, horizon)])


def choices_key(comparison: Comparison, outcome: str, horizon: int, *, column: str = "P(best)") -> str:
    """How P(best) (or what a table's `column` calls it) and regrets are to be read, and what chance hides of them."""
    scenario, variant = comparison.scenario, comparison.main
    rows = [row for row in comparison.choices if (row.outcome, row.horizon) == (outcome, horizon)]
    marked = [row for row in rows if row.variant == variant and row.least_regret]
    said = (
        f"{column}: at what share of points of the uncertain numbers an option has the fewest, by variant; regret: "
        f"expected {outcome_words(outcome)} more than under the option with the fewest at that point ({variant}), "
        f"largest among {comparison.points:,} points. least: the 95% regret is the least"
        f"{_told(len(marked), len(scenario.options))}."
    )
    said += _nothing_words(comparison, rows, outcome, horizon)
    unsure = [
        row for row in rows if row.variant == variant and row.resolved is not None and row.resolved < LEAST_RESOLVED
    ]
    if unsure:
        of = ", ".join(title_of(scenario, row.option) for row in unsure)
        said += f" Chance hides most of what tells points apart for: {of}. More runs show more of it."
    return said


def least_words(row: Choice | None, marked: int, options: int) -> str:
    """Whether an option has the least 95% regret: nobody is marked where none can be told from the others."""
    if row is None or not row.least_regret or (marked == options and options > 1):
        return ""
    return "least" if marked == 1 else f"one of {marked}"


def _told(marked: int, options: int) -> str:
    if marked == 1:
        return " beyond chance"
    if marked == options:
        return ", and here no option can be told from the others by it"
    return ", and those marked cannot be told from each other by it"


def _nothing_words(comparison: Comparison, rows: Sequence[Choice], outcome: str, horizon: int) -> str:
    """Why the first option never has the fewest, where another one has no harm by the scenario's ranges."""
    first = reference_of(comparison.scenario)
    best = {row.option: row.p_best for row in rows if row.variant == comparison.main}
    free = [
        title_of(comparison.scenario, row.option)
        for row in conclusions_for(comparison, outcome, horizon)
        if row.sign_assumed and row.verdict == "fewer"
    ]
    if not free or best.get(first, 1.0) >= _NEVER:
        return ""
    return (
        f" {title_of(comparison.scenario, first)} never has the fewest since the ranges give no harm and no cost to: "
        f"{', '.join(free)}."
    )
