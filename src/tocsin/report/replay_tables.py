"""A replay as tables: for each target, every model's scores by population, with errors and differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import IO

from rich.console import Console
from rich.text import Text

from tocsin.replay import Replay, Row
from tocsin.replay.plan import UNITS
from tocsin.report.terminal import safe

WIDTH = 100
_NAME_WIDTH, _COLUMN_WIDTH, _MOST_DECIMALS = 24, 15, 4
_HEADS = {
    "crps": "CRPS",
    "crps_log1p": "CRPS of logs",
    "ignorance": "ignorance",
    "interval_score": "interval score",
    "coverage90": "90% covers",
    "average_precision": "av. precision",
    "precision_at_10": "prec. at 10",
    "recall_at_20": "recall at 20",
    "brier": "Brier",
    "log_score": "log score",
    "hit_share_at_20": "alerted ahead",
    "lead_months_median": "median months",
    "false_alerts_per_hit_at_20": "false per hit",
}


@dataclass(frozen=True)
class Block:
    """One table of the report: the rows of a target at its main horizon, and which metrics are its columns."""

    title: str
    target: str
    horizon: int
    metrics: tuple[str, ...]


_OF_EVENTS = ("average_precision", "precision_at_10", "recall_at_20", "brier", "log_score")
BLOCKS = (
    Block(
        "Monthly deaths, mean over 12 months ahead",
        "deaths",
        12,
        ("crps", "crps_log1p", "ignorance", "interval_score", "coverage90"),
    ),
    Block("25 deaths or more within 6 months", "deaths25", 6, _OF_EVENTS),
    Block("A mass-casualty attack within 6 months", "mass_casualty", 6, _OF_EVENTS),
    Block(
        "Emergences of groups at new risk, alerted ahead at 20 alerts a month",
        "deaths25",
        12,
        ("hit_share_at_20", "lead_months_median", "false_alerts_per_hit_at_20"),
    ),
)


def print_replay(replay: Replay, *, file: IO[str] | None = None) -> None:
    """Print the main figures of a replay; every other one is in its JSON."""
    console = Console(file=file, highlight=False)
    if not console.is_terminal:
        console = Console(file=file, highlight=False, width=WIDTH, no_color=True)
    told = replay.to_dict()
    lag = f", events known after {told['lag_days']} days" if told["lag_days"] else ""
    console.print()
    console.print(
        Text(
            f"Replay of {UNITS[told['unit']]}, origins {told['from']} to {told['to']}, models fitted {told['refit']}, "
            f"{told['draws']:,} draws. Data: {told['vintage']}, to {told['data_until']} ({told['as_of_mode']}{lag}).",
            style="bold",
        )
    )
    for block in BLOCKS:
        rows = [
            row
            for row in replay.rows
            if (row.target, row.horizon) == (block.target, block.horizon) and row.metric in block.metrics
        ]
        if rows:
            console.print()
            for line in _lines(block, rows, replay.rows):
                console.print(line, no_wrap=True, overflow="ignore", crop=False)
    console.print()
    for note in _foot(replay):
        console.print(Text(safe(note), style="dim"))
    # Not wrapped: a path is there to be copied.
    console.print(
        Text(safe(f"Every figure, and every origin and unit: {replay.directory}"), style="dim"), soft_wrap=True
    )


def _lines(block: Block, rows: Sequence[Row], all_rows: Sequence[Row]) -> Iterator[Text]:
    metrics = [metric for metric in block.metrics if any(row.metric == metric for row in rows)]
    at = {(row.population, row.model, row.metric): row for row in rows}
    expected = {
        (row.population, row.model): row.value
        for row in all_rows
        if (row.metric, row.horizon) == ("coverage90_expected", block.horizon)
    }
    yield Text(block.title, style="bold cyan")
    yield _line("", [_HEADS[metric] for metric in metrics], "bold")
    for population in dict.fromkeys(row.population for row in rows):
        here = [row for row in rows if row.population == population]
        yield Text(f"{population.replace('_', ' ')}, n = {max(row.n for row in here):,}", style="bold")
        for model in dict.fromkeys(row.model for row in here):
            cells = [at.get((population, model, metric)) for metric in metrics]
            yield _line(f"  {model}", [_value(cell, expected) for cell in cells], "")
            against = dict.fromkeys(cell.baseline for cell in cells if cell and cell.baseline)
            for baseline in against:
                told = [_difference(cell) if cell and cell.baseline == baseline else "" for cell in cells]
                yield _line(f"    - {baseline}", told, "dim")


def _line(name: str, figures: Sequence[str], style: str) -> Text:
    return Text(name.ljust(_NAME_WIDTH) + "".join(f.rjust(_COLUMN_WIDTH) for f in figures), style=style)


def _value(row: Row | None, expected: dict[tuple[str, str], float | None]) -> str:
    if row is None or row.value is None:
        return "-"
    if row.metric == "coverage90" and (share := expected.get((row.population, row.model))) is not None:
        return f"{row.value:.3f} ({share:.3f})"
    return figure(row.value, row.se)


def _difference(row: Row) -> str:
    return "" if row.difference is None else figure(row.difference, row.difference_se, signed=True)


def figure(value: float, error: float | None, *, signed: bool = False) -> str:
    """A figure with its standard error, both to the error's second digit, with at most four decimals.

    Without an error, to three digits.

    >>> figure(0.20613, 0.01234), figure(-0.0512, 0.0034, signed=True), figure(0.4, None)
    ('0.206±0.012', '-0.0512±0.0034', '0.400')
    """
    sign = "+" if signed else ""
    if error is None or error <= 0:
        return f"{value:{sign}.{_decimals(abs(value), 3)}f}"
    decimals = _decimals(error, 2)
    return f"{value:{sign}.{decimals}f}±{error:.{decimals}f}"


def _decimals(size: float, digits: int) -> int:
    return min(_MOST_DECIMALS, max(0, digits - 1 - floor(log10(size)))) if size > 0 else digits - 1


def _foot(replay: Replay) -> Iterator[str]:
    yield (
        "value±standard error; below it the difference to a baseline, with its own. Smaller is better for CRPS, "
        "ignorance, interval score, Brier and log score, larger for the others; beside what the 90% interval covers, "
        "in brackets, what it should."
    )
    yield from replay.notes
    yield f"Source: {replay.manifest['citation']}. Licence: {replay.manifest['licence']}."
