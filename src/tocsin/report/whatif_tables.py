"""A comparison of options as text: what follows first, then options, differences, and what decides them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from tocsin.report.layout import console_of, table_of
from tocsin.report.terminal import safe
from tocsin.report.whatif_words import (
    DEATHS,
    SHORT,
    alternatives,
    amount,
    capital,
    change,
    conclusions_for,
    data_words,
    end_words,
    flip_words,
    horizons_of,
    known_outcomes,
    model_words,
    moves_words,
    outcome_words,
    quantity_words,
    reference_of,
    rests_words,
    run_words,
    share,
    shares_words,
    span,
    title_of,
    variants_line,
    verdict_words,
    what_it_is,
)
from tocsin.whatif.comparison import Choice, Comparison, Conclusion, Decisive, Difference, Outcome
from tocsin.whatif.conclusions import reference_words
from tocsin.whatif.scenario import Scenario
from tocsin.whatif.sensitivity import ENOUGH_TRAJECTORIES

Cell = str | Text
_DECISIVE = 6  # numbers shown, unless all are asked for
_WITHOUT = 3  # mechanisms of an option, unless all are asked for
_SIDES = 5  # columns that fit beside each other
_TITLE, _WIDE_TITLE = 22, 40
_NEVER = 0.01  # of points
_RESOLVED = 0.5  # below, most of the spread between points is chance
_EVIDENCE_STYLE = {"assumed": "yellow", "literature": "", "estimated": "green"}


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
    _conclusions(console, comparison, outcome, horizon, everything=everything)
    horizons = horizons_of(comparison) if everything else (horizon,)
    for at in horizons:
        _options(console, comparison, at)
        if everything:
            _members(console, comparison, at)
    for each in known_outcomes(comparison) if everything else (outcome,):
        _differences(console, comparison, each, keyed=each == outcome)
    for at in horizons:
        _choices(console, comparison, outcome, at)
        if everything:
            _by_variant(console, comparison, outcome, at)
    _decisive(console, comparison, outcome, horizon, everything=everything)
    _flips(console, comparison, outcome, horizon, everything=everything)
    _without(console, comparison, outcome, everything=everything)
    console.print()
    dim(console, _foot(comparison, everything=everything))


def print_head(scenario: Scenario, console: Console, *, run: str = "") -> None:
    """The title, what a scenario is, and what it stands on."""
    console.print()
    console.print(Text(safe(scenario.title), style="bold"))
    console.print(Text(what_it_is(scenario), style="bold yellow"))
    console.print(Text(safe(f"{data_words(scenario)}.{f' {capital(run)}.' if run else ''}")))


# --- the parts -------------------------------------------------------------------------------------------------------


def _conclusions(console: Console, comparison: Comparison, outcome: str, horizon: int, *, everything: bool) -> None:
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
        cells.append((_option(comparison.scenario, row.option), verdict, mean, _holds(row, ran), *rests))
    heads = (
        "option",
        "verdict",
        ">mean (its 90%)",
        "so it is in",
        *((">est/lit/ass", "rests most on") if looked else ()),
    )
    put_table(console, heads, cells, widths=(_TITLE if looked else _WIDE_TITLE, 18, 0, 12 if looked else 24, 0, 0))
    dim(console, _conclusions_key(comparison, rows, looked=looked))
    if everything:
        for row in rows:
            console.print(Text(safe(row.text)))


def _conclusions_key(comparison: Comparison, rows: Sequence[Conclusion], *, looked: bool) -> Iterator[str]:
    said = "verdict: fewer or more where the mean is beyond chance, and no more than 10% of points have the other sign."
    if any(row.sign_assumed for row in rows):
        said += " *: hardly a point of the ranges allows the other sign, so that it is assumed, not found."
    yield said
    if not looked:
        return
    said = "est/lit/ass: the parts of what moves the difference that are estimated from data, from literature, assumed"
    if comparison.trajectories < ENOUGH_TRAJECTORIES:
        said += f"; - with fewer than {ENOUGH_TRAJECTORIES} trajectories: more --draws make more of them"
    yield f"{said}."


def _holds(row: Conclusion, ran: int) -> Text:
    if len(row.holds_in) == ran > 1:
        return Text(f"all {ran} variants", style="bold green" if row.robust else "")
    return Text(", ".join(row.holds_in), style="yellow")


def _options(console: Console, comparison: Comparison, horizon: int) -> None:
    scenario, variant = comparison.scenario, comparison.main
    outcomes = [name for name in known_outcomes(comparison) if name != "members"]
    held = _rows(comparison.outcomes, variant=variant, group=None, horizon=horizon)
    title(
        console,
        f"Within {horizon} months (to {end_words(scenario, horizon)}): mean; below it where 90% of runs lie; "
        f"variant {variant}",
    )
    cells: list[tuple[Cell, ...]] = []
    for option in scenario.options:
        found = {row.outcome: row for row in held if row.option == option.name}
        cells.append((_option(scenario, option.name), *(_two(found.get(name)) for name in outcomes)))
    put_table(console, ("option", *(f">{SHORT[name]}" for name in outcomes)), cells, widths=(_TITLE,))


def _members(console: Console, comparison: Comparison, horizon: int) -> None:
    scenario, variant = comparison.scenario, comparison.main
    held = [row for row in _rows(comparison.outcomes, variant=variant, horizon=horizon) if row.outcome == "members"]
    names = [name for name in scenario.names if any(row.group == name for row in held)]
    for first in range(0, len(names), _SIDES):
        shown = names[first : first + _SIDES]
        title(
            console, f"Members under arms {horizon} months on: mean; below it where 90% of runs lie; variant {variant}"
        )
        cells: list[tuple[Cell, ...]] = []
        for option in scenario.options:
            found = {row.group: row for row in held if row.option == option.name}
            cells.append((_option(scenario, option.name), *(_two(found.get(name)) for name in shown)))
        put_table(console, ("option", *(f">{safe(name)}" for name in shown)), cells, widths=(_TITLE,))


def _two(row: Outcome | None) -> str:
    if row is None:
        return "-"
    return f"{amount(row.mean, row.outcome)}\n{span(row.low, row.high, row.outcome)}"


def _differences(console: Console, comparison: Comparison, outcome: str, *, keyed: bool) -> None:
    scenario, variant, horizons = comparison.scenario, comparison.main, horizons_of(comparison)
    held = _rows(comparison.differences, variant=variant, group=None)
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
        cells.append((_option(scenario, name), *(_against(found.get(at)) for at in horizons)))
    put_table(console, ("option", *(f">within {at} months" for at in horizons)), cells, widths=(_TITLE,))
    if keyed:
        key = "mean difference (90% interval of the mean); below it 90% of runs; share of runs with fewer, more"
        dim(console, [key])


def _against(row: Difference | None) -> str:
    if row is None:
        return "-"
    mean = f"{change(row.mean, row.outcome)} ({span(row.mean_low, row.mean_high, row.outcome, signed=True)})"
    runs = f"{span(row.low, row.high, row.outcome, signed=True)}; {share(row.p_less)}, {share(row.p_more)}"
    return f"{mean}\n{runs}"


def _choices(console: Console, comparison: Comparison, outcome: str, horizon: int) -> None:
    scenario, variant, variants = comparison.scenario, comparison.main, tuple(comparison.variants)
    rows = [row for row in comparison.choices if (row.outcome, row.horizon) == (outcome, horizon)]
    if not rows:
        return
    title(
        console,
        f"Fewest expected {outcome_words(outcome)} within {horizon} months: which option, over what is not known",
    )
    marked = [row for row in rows if row.variant == variant and row.minimax]
    cells: list[tuple[Cell, ...]] = []
    for option in scenario.options:
        found: dict[str, Choice] = {row.variant: row for row in rows if row.option == option.name}
        main = found.get(variant)
        regret = ("-",) * 3 if main is None else (main.regret_mean, main.regret_high, main.regret_most)
        cells.append(
            (
                _option(scenario, option.name),
                *(share(found[name].p_best) if name in found else "-" for name in variants),
                *(value if isinstance(value, str) else amount(value, outcome) for value in regret),
                _least(main, len(marked), len(scenario.options)),
            )
        )
    heads = (
        *(f">P(best)\n{name}" for name in variants),
        ">regret\nmean",
        ">regret\n95%",
        ">regret\nlargest",
        "least\nby 95%",
    )
    put_table(console, ("option", *heads), cells, widths=(_WIDE_TITLE,))
    said = (
        "P(best): share of points of the uncertain numbers at which an option has the fewest, by variant; regret: "
        f"expected {outcome_words(outcome)} more than under the best option at that point ({variant}), largest among "
        f"{comparison.points:,} points. least: the 95% regret is the least{_told(len(marked), len(scenario.options))}."
    )
    said += _nothing_words(comparison, rows, outcome, horizon)
    unsure = [row for row in rows if row.variant == variant and row.resolved is not None and row.resolved < _RESOLVED]
    if unsure:
        of = ", ".join(title_of(scenario, row.option) for row in unsure)
        said += f" Chance hides most of what tells points apart for: {of}. More --draws show more of it."
    dim(console, [said])


def _least(row: Choice | None, marked: int, options: int) -> str:
    """Whether an option has the least 95% regret: nobody is marked where none can be told from the others."""
    if row is None or not row.minimax or (marked == options and options > 1):
        return ""
    return "least" if marked == 1 else f"one of {marked}"


def _told(marked: int, options: int) -> str:
    if marked == 1:
        return " beyond chance"
    if marked == options:
        return ", and here no option can be told from the others by it"
    return ", and those marked cannot be told from each other by it"


def _nothing_words(comparison: Comparison, rows: Sequence[Choice], outcome: str, horizon: int) -> str:
    """Why the first option is never best, where another one has no harm by the scenario's ranges."""
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
        f" {title_of(comparison.scenario, first)} is never best since the ranges give no harm and no cost to: "
        f"{', '.join(free)}."
    )


def _by_variant(console: Console, comparison: Comparison, outcome: str, horizon: int) -> None:
    scenario, variants = comparison.scenario, tuple(comparison.variants)
    rows = [row for row in _rows(comparison.differences, group=None, horizon=horizon) if row.outcome == outcome]
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
        cells.append((_option(scenario, name), *told))
    put_table(console, ("option", *(f">{name}" for name in variants)), cells, widths=(_TITLE,))


def _decisive(console: Console, comparison: Comparison, outcome: str, horizon: int, *, everything: bool) -> None:
    rows = [row for row in comparison.decisive if (row.outcome, row.horizon) == (outcome, horizon)]
    if not rows:
        return
    title(
        console, f"What decides the difference in {outcome_words(outcome)} within {horizon} months (Morris screening)"
    )
    strongest: dict[str, Decisive] = {}
    for row in sorted(rows, key=lambda row: -row.cleared):
        strongest.setdefault(row.quantity, row)
    shown = rows if everything else list(strongest.values())[:_DECISIVE]
    cells: list[tuple[Cell, ...]] = []
    for row in sorted(shown, key=lambda row: -row.cleared):
        moved = f"{amount(row.mu_star, outcome)} ±{amount(row.mu_star_half_width, outcome)}"
        evidence = Text(row.evidence, style=_EVIDENCE_STYLE[row.evidence])
        of = (_option(comparison.scenario, row.option),) if everything else ()
        cells.append(
            (Text(safe(row.quantity)), evidence, moved, moves_words(row), *of, ": ".join(quantity_words(row.quantity)))
        )
    heads = ("number", "evidence", ">moves it by", "which way", *(("of option",) if everything else ()), "what it is")
    put_table(console, heads, cells, widths=(28, 0, 0, 0, _TITLE) if everything else (28,))
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


def _flips(console: Console, comparison: Comparison, outcome: str, horizon: int, *, everything: bool) -> None:
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


def _without(console: Console, comparison: Comparison, outcome: str, *, everything: bool) -> None:
    rows = [row for row in comparison.without if row.outcome == outcome]
    if not rows:
        return
    (horizon,) = {row.horizon for row in rows}
    title(console, f"Without a mechanism: the difference in {outcome_words(outcome)} within {horizon} months")
    cells: list[tuple[Cell, ...]] = []
    for name in alternatives(comparison.scenario):
        of_option = [row for row in rows if row.option == name]
        telling = [row for row in of_option if row.effect != "little"]
        # A turn first, then by how much it changes.
        telling = sorted(telling, key=lambda row: (row.effect != "turns", -abs(row.change)))
        for k, row in enumerate(of_option if everything else telling[:_WITHOUT]):
            with_it = comparison.difference(name, outcome, horizon)
            means = (
                f"{change(mean, outcome)} ({span(low, high, outcome, signed=True)})"
                for mean, low, high in (
                    (with_it.mean, with_it.mean_low, with_it.mean_high),
                    (row.mean, row.mean_low, row.mean_high),
                )
            )
            off = "all side effects" if row.side_effects else row.off[0]
            effect = Text(row.effect, style="bold yellow" if row.effect == "turns" else "")
            cells.append(("" if k else _option(comparison.scenario, name), off, *means, effect))
    if cells:
        put_table(console, ("option", "without", ">with it", ">without it", "effect"), cells, widths=(_TITLE,))
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


# --- how it is laid out ----------------------------------------------------------------------------------------------


def _rows(rows: Sequence[Any], **wanted: Any) -> list[Any]:
    return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]


def _option(scenario: Scenario, name: str) -> Text:
    return Text(safe(title_of(scenario, name)))


def title(console: Console, words: str) -> None:
    """Print the head of a part."""
    console.print()
    console.print(Text(safe(words), style="bold cyan"))


def dim(console: Console, lines: Iterable[str]) -> None:
    """Print lines that stand back."""
    for line in lines:
        console.print(Text(safe(line), style="dim" if console.is_terminal else ""))


def put_table(
    console: Console,
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    widths: Sequence[int] = (),
) -> None:
    """Print a table; `>` before a head sets its column to the right, a width of 0 leaves it to the table."""
    table = table_of(console)
    for place, head in enumerate(heads):
        width = widths[place] if place < len(widths) else 0
        right = head.startswith(">")
        table.add_column(
            head.removeprefix(">"),
            justify="right" if right else "left",
            overflow="fold",
            no_wrap=right and console.width >= 100,
            max_width=width or None,
            min_width=min(width, 12) or None,
        )
    for row in rows:
        table.add_row(*row)
    console.print(table)
