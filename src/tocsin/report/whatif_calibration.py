"""A calibration as text: what the past told of a scenario's numbers, and whether the calibrated one brings it forth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from tocsin.months import month_label
from tocsin.report.layout import console_of
from tocsin.report.terminal import safe
from tocsin.report.whatif_json import plain, scenario_document
from tocsin.report.whatif_tables import Cell, dim, print_head, put_table, title
from tocsin.report.whatif_words import share
from tocsin.whatif.calibration.fit import Calibration, Freed, Matched
from tocsin.whatif.calibration.predictive import MEASURES, NEAREST_WORDS, PredictiveCheck
from tocsin.whatif.calibration.rounds import ROUNDS
from tocsin.whatif.check.words import number_words
from tocsin.whatif.scenario import NOT_A_FORECAST

_MEASURES = dict(zip(MEASURES, ("attacks", "deaths in\nattacks", "clashes", "deaths in\nclashes"), strict=True))


def calibration_document(calibration: Calibration, check: PredictiveCheck, path: Path) -> dict[str, Any]:
    """The calibration, its check, and the file it went to, as a document of plain values."""
    found: dict[str, Any] = plain(
        {
            "what": NOT_A_FORECAST,
            "file": str(path),
            "calibration": calibration.to_dict(),
            "predictive": check.to_dict(),
            "calibrated": scenario_document(calibration.scenario()),
        }
    )
    return found


def print_calibration(
    calibration: Calibration,
    check: PredictiveCheck,
    path: Path,
    *,
    everything: bool = False,
    file: IO[str] | None = None,
) -> None:
    """Print what was told, before and after, what was not, and the check; `everything` adds the statistics compared."""
    console, past = console_of(file), calibration.past
    print_head(calibration.base, console)
    span = f"{month_label(past.first)} to {month_label(past.last)}"
    console.print(
        Text(
            safe(
                f"Calibrated to {past.theatre}, {span}, {past.vintage}: {', '.join(past.sides)}; {calibration.runs:,} "
                f"runs ({ROUNDS} rounds of {calibration.runs // ROUNDS:,}), seed {calibration.seed}."
            )
        )
    )
    told = [q for q in calibration.quantities if q.standing == "told"]
    title(console, f"What the past told: {len(told)} of {len(calibration.quantities)} numbers (90% before and after)")
    carried = set(calibration.carried)
    rows = [
        (
            Text(safe(q.name)),
            _range(q.prior_low, q.prior_high),
            _after(q),
            f"{q.contraction:.2f}",
            "yes" if q.name in carried else "no",
        )
        for q in told
    ]
    put_table(console, ("number", ">before", ">after (median)", ">spread left", ">in the file"), rows, widths=(44,))
    if len(carried) < len(told):
        dim(
            console,
            [
                f"In the file: {len(carried)} of them. The others stay as they were there: the scenario estimates them "
                "more narrowly, or a group has come to rule since."
            ],
        )
    given = [q.name for q in calibration.quantities if q.standing == "given"]
    for words, names in (("Not told, and left as they were", calibration.not_told), ("Given by finer figures", given)):
        console.print(Text(safe(f"{words} ({len(names)}): {', '.join(names) or 'none'}.")))
    title(console, "Could it have brought the past forth? Active months within the 90% band")
    heads = ("side", ">active\nmonths", *(f">{words}" for words in _MEASURES.values()))
    put_table(console, heads, _held(check))
    key = (
        f"Of {NEAREST_WORDS} / of all {check.draws:,}, at {len(calibration.scores):,} draws of what the past left "
        "open. About 90% is as it should be of the first; the second hold every past there might have been, and so "
        "more. none: no clashes of its own."
    )
    dim(console, [key])
    if everything:
        _statistics(console, calibration.statistics)
    else:
        outside = sum(_inside(row) != "" for row in calibration.statistics)
        of = len(calibration.statistics)
        said = f"{outside} of {of} summary statistics lie outside of 90% of runs, one at each draw: --all."
        dim(console, [said])
    console.print()
    console.print(Text(safe(f"Written to {path}. Next: tocsin whatif check {path}"), style="bold"))
    if past.citation:
        dim(console, [f"Source: {past.citation}."])


def _held(check: PredictiveCheck) -> list[tuple[Cell, ...]]:
    """How often each side's figures of a month lie within the two bands, a row a side."""
    held = {(row.side, row.measure, row.runs): row for row in check.rows}
    cells: list[tuple[Cell, ...]] = []
    for side in dict.fromkeys(row.side for row in check.rows):
        shown = []
        for measure in MEASURES:
            like, any_ = held.get((side, measure, "like")), held.get((side, measure, "any"))
            both = (
                "none" if like is None or any_ is None else f"{share(like.inside_random)} / {share(any_.inside_random)}"
            )
            shown.append(both)
        months = next(row.months for row in check.rows if row.side == side)
        cells.append((Text(safe(side)), f"{months}", *shown))
    return cells


def _statistics(console: Console, rows: Sequence[Matched]) -> None:
    title(console, "Summary statistics: observed, and 90% of runs")
    cells = [
        (Text(safe(row.name)), f"{row.observed:.3g}", f"{row.low:.3g} to {row.high:.3g}", _inside(row)) for row in rows
    ]
    put_table(console, ("statistic", ">observed", ">90% of runs", ""), cells, widths=(50,))


def _inside(row: Matched) -> str:
    return "" if row.low <= row.observed <= row.high else "outside"


def _range(low: float, high: float) -> str:
    return f"{number_words(low)} to {number_words(high)}"


def _after(row: Freed) -> str:
    return f"{_range(row.low, row.high)} ({number_words(row.median)})"
