"""Tables of a what-if result: verdicts, options, differences, who has the fewest, what decides, what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from tocsin.months import month_label
from tocsin.report.brief.document import Cell, Column, Table
from tocsin.report.whatif_decides import off_words, strongest_of, telling_of
from tocsin.report.whatif_verdicts import holds_words, least_words
from tocsin.report.whatif_words import (
    EVIDENCE_WORDS,
    alternatives,
    amount,
    capital,
    change,
    conclusions_for,
    end_words,
    horizons_of,
    known_outcomes,
    moves_words,
    outcome_words,
    quantity_words,
    reference_of,
    rests_words,
    share,
    shares_words,
    span,
    title_of,
    verdict_words,
)
from tocsin.whatif.check.report import NumberCheck
from tocsin.whatif.comparison.changed import SET_BY_YOU
from tocsin.whatif.comparison.conclusions import reference_words
from tocsin.whatif.comparison.result import Comparison, Decisive, Difference, Outcome
from tocsin.whatif.parameters import EVIDENCE

MOST_NUMBERS, MOST_WITHOUT = 12, 3
SHARE_OF_POINTS = "Share of points"  # "P(best)" of the command line, which on a page reads as advice
Row = tuple[Cell, ...]


def _right(*titles: str, width: float = 1.0) -> tuple[Column, ...]:
    return tuple(Column(title, "right", width) for title in titles)


def _table(caption: str, columns: Iterable[Column], rows: Iterable[Iterable[Cell | str]]) -> Table:
    made = tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows)
    return Table(caption, tuple(columns), made)


def verdicts(comparison: Comparison, outcome: str, horizon: int) -> Table:
    """What follows for each option, in a word or two, and what it rests on."""
    scenario, ran, looked = comparison.scenario, len(comparison.variants), comparison.trajectories > 0
    nothing = comparison.outcome(reference_of(scenario), outcome, horizon).mean
    rows = []
    for row in conclusions_for(comparison, outcome, horizon):
        found = comparison.difference(row.option, outcome, horizon)
        verdict = f"{verdict_words(found, nothing)}{' *' if row.sign_assumed else ''}"
        rests = (Cell(rests_words(row, looked=looked)), Cell(shares_words(row))) if looked else ()
        rows.append(
            (Cell(title_of(scenario, row.option)), Cell(verdict), _mean(found), Cell(holds_words(row, ran)), *rests)
        )
    caption = (
        f"{capital(outcome_words(outcome))} within {horizon} months (to {end_words(scenario, horizon)}), against "
        f"{reference_words(scenario)}"
    )
    rests_on = (Column("Rests most on"), *_right("Est / lit / ass")) if looked else ()
    columns = (
        Column("Option"),
        Column("Verdict"),
        *_right("Mean difference (its 90%)"),
        Column("Same verdict in"),
        *rests_on,
    )
    return _table(caption, columns, rows)


def options(comparison: Comparison, horizon: int) -> Table:
    """Every outcome under each option, of the theatre."""
    scenario = comparison.scenario
    outcomes = [name for name in known_outcomes(comparison) if name != "members"]
    found = {
        (row.option, row.outcome): row
        for row in comparison.outcomes
        if (row.variant, row.group, row.horizon) == (comparison.main, None, horizon)
    }
    rows: list[tuple[Cell | str, ...]] = [
        (option.title, *(_outcome(found.get((option.name, name))) for name in outcomes)) for option in scenario.options
    ]
    caption = (
        f"Under each option within {horizon} months (to {end_words(scenario, horizon)}): mean, and where 90% of runs "
        f"lie; variant {comparison.main}"
    )
    return _table(caption, (Column("Option"), *_right(*(capital(outcome_words(name)) for name in outcomes))), rows)


def differences(comparison: Comparison, outcome: str) -> Table:
    """Each option against the first, run by run, at every horizon."""
    scenario, horizons = comparison.scenario, horizons_of(comparison)
    rows = []
    for name in alternatives(scenario):
        cells = [title_of(scenario, name)]
        for horizon in horizons:
            row = comparison.difference(name, outcome, horizon)
            mean = f"{change(row.mean, outcome)} ({span(row.mean_low, row.mean_high, outcome, signed=True)})"
            cells += [
                mean,
                span(row.low, row.high, outcome, signed=True),
                f"{share(row.p_less)}, {share(row.p_more)}",
            ]
        rows.append(cells)
    caption = (
        f"{capital(outcome_words(outcome))} against {reference_words(scenario)}, run by run; variant {comparison.main}"
    )
    heads = [
        f"Within {horizon} months: {what}"
        for horizon in horizons
        for what in ("mean (its 90%)", "90% of runs", "runs with fewer, more")
    ]
    return _table(caption, (Column("Option"), *_right(*heads)), rows)


def by_month(comparison: Comparison, outcome: str) -> Table:
    """An outcome by month under each option: mean, and where 90% of runs lie."""
    scenario = comparison.scenario
    bands = [comparison.band(option.name, outcome) for option in scenario.options]
    rows = [
        (
            month_label(scenario.first + t),
            *(
                f"{amount(float(b.mean[t]), outcome)} ({span(float(b.low[t]), float(b.high[t]), outcome)})"
                for b in bands
            ),
        )
        for t in range(len(bands[0].mean))
    ]
    caption = f"{capital(outcome_words(outcome))} by month: mean (90% of runs); variant {comparison.main}"
    return _table(caption, (Column("Month"), *_right(*(option.title for option in scenario.options))), rows)


def best(comparison: Comparison, outcome: str, horizon: int) -> Table:
    """Over what share of what is not known each option has the fewest, by structural variant."""
    variants = tuple(comparison.variants)
    found = {
        (row.option, row.variant): row.p_best
        for row in comparison.choices
        if (row.outcome, row.horizon) == (outcome, horizon)
    }
    rows = [
        (option.title, *(share(found[option.name, name]) if (option.name, name) in found else "-" for name in variants))
        for option in comparison.scenario.options
    ]
    caption = f"Share of points with the fewest expected {outcome_words(outcome)} within {horizon} months"
    return _table(caption, (Column("Option"), *_right(*(f"Variant {name}" for name in variants))), rows)


def regret(comparison: Comparison, outcome: str, horizon: int) -> Table:
    """How wrong a choice can be over what is not known, in the first variant."""
    scenario = comparison.scenario
    ranking = {row.option: row for row in comparison.ranking(outcome, horizon)}
    marked = sum(row.least_regret for row in ranking.values())
    rows = []
    for option in scenario.options:
        row = ranking[option.name]
        figures = (row.expected, row.regret_mean, row.regret_high, row.regret_most)
        told = share(row.p_best), *(amount(value, outcome) for value in figures)
        rows.append((option.title, *told, least_words(row, marked, len(scenario.options))))
    heads = (SHARE_OF_POINTS, "Expected", "Regret: mean", "Regret at 95% of points", "Regret: largest")
    caption = (
        f"Fewest expected {outcome_words(outcome)} within {horizon} months, over what is not known; variant "
        f"{comparison.main}"
    )
    return _table(caption, (Column("Option"), *_right(*heads), Column("Least by 95%")), rows)


def decisive_rows(comparison: Comparison, outcome: str, horizon: int) -> tuple[Decisive, ...]:
    """The numbers that move a difference most, each once; empty where this was not looked into, or chance hides it."""
    held = (row for row in comparison.decisive if (row.outcome, row.horizon) == (outcome, horizon))
    return strongest_of(held)[:MOST_NUMBERS]


def decisive(comparison: Comparison, outcome: str, horizon: int, set_by_you: Collection[str]) -> Table:
    """What decides: by how much each number moves a difference over its whole range."""
    rows = [
        (
            Cell(row.quantity, note=": ".join(quantity_words(row.quantity))),
            evidence_of(row.quantity, row.evidence, set_by_you),
            f"{amount(row.mu_star, outcome)} ±{amount(row.mu_star_half_width, outcome)}",
            moves_words(row),
            title_of(comparison.scenario, row.option),
        )
        for row in decisive_rows(comparison, outcome, horizon)
    ]
    caption = (
        f"Numbers that move the difference in {outcome_words(outcome)} within {horizon} months most (Morris screening)"
    )
    columns = (Column("Number"), Column("Rests on"), *_right("Moves it by"), Column("Which way"), Column("Of option"))
    return _table(caption, columns, rows)


def without(comparison: Comparison, outcome: str) -> Table | None:
    """The mechanisms without which an option's difference is another one; None where none was looked into or found."""
    rows: list[tuple[Cell | str, ...]] = []
    held = [row for row in comparison.without if row.outcome == outcome]
    for name in alternatives(comparison.scenario):
        for row in telling_of(row for row in held if row.option == name)[:MOST_WITHOUT]:
            left_out = Cell(change(row.mean, outcome), note=span(row.mean_low, row.mean_high, outcome, signed=True))
            with_it = _mean(comparison.difference(name, outcome, row.horizon))
            rows.append((title_of(comparison.scenario, name), off_words(row), with_it, left_out, row.effect))
    if not rows:
        return None
    caption = f"Without a mechanism: the difference in {outcome_words(outcome)} within {held[0].horizon} months"
    columns = (Column("Option"), Column("Without"), *_right("With it: mean (its 90%)", "Without it"), Column("Effect"))
    return _table(caption, columns, rows)


def evidence(numbers: Iterable[NumberCheck], set_by_you: Collection[str]) -> Table:
    """How many numbers rest on what, and how many of them vary between runs."""
    held = tuple(numbers)
    counted: list[tuple[str, Callable[[NumberCheck], bool]]] = [
        (EVIDENCE_WORDS[kind], lambda n, kind=kind: n.evidence == kind and n.name not in set_by_you)  # type: ignore[misc]
        for kind in EVIDENCE
    ]
    if set_by_you:
        counted.append((SET_BY_YOU, lambda n: n.name in set_by_you))
    rows = []
    for words, belongs in counted:
        found = [n for n in held if belongs(n)]
        rows.append((capital(words), f"{len(found):,}", f"{sum(n.is_range for n in found):,}"))
    rows.append(("All", f"{len(held):,}", f"{sum(n.is_range for n in held):,}"))
    return _table(
        "What the numbers rest on", (Column("Rests on"), *_right("Numbers", "Of them vary between runs")), rows
    )


def evidence_of(name: str, kind: str, set_by_you: Collection[str]) -> str:
    """What a number rests on, in words; one that was set anew rests on whoever set it."""
    return SET_BY_YOU if name in set_by_you else EVIDENCE_WORDS[kind]


def _mean(row: Difference) -> Cell:
    return Cell(change(row.mean, row.outcome), note=span(row.mean_low, row.mean_high, row.outcome, signed=True))


def _outcome(row: Outcome | None) -> Cell:
    if row is None:
        return Cell("-")
    return Cell(amount(row.mean, row.outcome), note=span(row.low, row.high, row.outcome))
