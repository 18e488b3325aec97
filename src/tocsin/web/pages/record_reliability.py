"""Reliability on the record page: of probabilities said, how many came true, by class."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.forecast.model import TARGETS, Target
from tocsin.report.brief.document import Cell, Column, Table
from tocsin.report.brief.words import LISTS
from tocsin.verify import wilson_interval
from tocsin.warn import percent
from tocsin.warn.headline import observed
from tocsin.warn.levels import VIEW_WORDS
from tocsin.warn.record import EDGES
from tocsin.web.chart import Chart
from tocsin.web.questions.record import TrackAnswer

INTERVAL = 0.9
DEPENDENT = (
    "They take overlapping months of a group as independent of each other, which they are not: the true ones are wider."
)


@dataclass(frozen=True)
class ClassRow:
    """One class of probability of an outcome and list, `low` to `high`: said on average, and the share that came.

    `came` of `n` group-months, with the binomial interval of that share.
    """

    target: Target
    list: str
    low: float
    high: float
    n: int
    said: float
    came: int
    share: float
    share_low: float
    share_high: float


def class_rows(track: TrackAnswer, horizon: int) -> tuple[ClassRow, ...]:
    """Every class that holds a group-month, by outcome, list and probability."""
    rows = []
    for target in TARGETS:
        for among in LISTS:
            for edge in EDGES[:-1]:
                found = track.classes.of(edge, target=target, horizon=horizon, list=among)
                if found is None:
                    continue
                low, high = wilson_interval(found.came, found.n, level=INTERVAL)
                rows.append(
                    ClassRow(
                        target,
                        among,
                        found.low,
                        found.high,
                        found.n,
                        found.expected / found.n,
                        found.came,
                        found.share,
                        float(low),
                        float(high),
                    )
                )
    return tuple(rows)


def reliability_charts(rows: tuple[ClassRow, ...], track: TrackAnswer, horizon: int, source: str) -> tuple[Chart, ...]:
    """A chart for each outcome, both lists in it, with the classes as its table."""
    return tuple(
        _chart(target, [row for row in rows if row.target == target], track, horizon, source)
        for target in TARGETS
        if any(row.target == target for row in rows)
    )


def _chart(target: Target, rows: list[ClassRow], track: TrackAnswer, horizon: int, source: str) -> Chart:
    what = VIEW_WORDS[target]
    series = [
        {
            "name": LISTS[among],
            "points": [[r.said, r.share, r.share_low, r.share_high, r.n, r.came] for r in rows if r.list == among],
        }
        for among in LISTS
    ]
    return Chart(
        kind="record-reliability",
        name=f"reliability-{target}-{horizon}m",
        figures={"series": series},
        alt=f"Said against came, {what} within {horizon} months. {_in_words(rows)}",
        caption=f"{what[:1].upper()}{what[1:]} within {horizon} months: what was said against what came, origins "
        f"{track.classes.span}. On the line, as often as said; above it, more often; below it, less often. Bars: 90% "
        f"binomial intervals. {DEPENDENT}",
        data=_table(what, rows, horizon),
        source=source,
    )


def said_and_came(rows: list[ClassRow], least: float) -> tuple[float, float, int] | None:
    """Of all classes from `least` up: said on average, the share that came, and of how many group-months."""
    high = [row for row in rows if row.low >= least]
    n = sum(row.n for row in high)
    if not n:
        return None
    return sum(row.said * row.n for row in high) / n, sum(row.came for row in high) / n, n


def _in_words(rows: list[ClassRow]) -> str:
    parts = []
    for among, words in LISTS.items():
        for least in (0.1, 0.5):
            told = said_and_came([row for row in rows if row.list == among], least)
            if told:
                said, came, n = told
                average = f"{percent(said)} on average, came in {observed(came)} of {n:,}"
                parts.append(f"{words}, said {percent(least)} or more: {average}")
    return ". ".join(parts) + "." if parts else ""


def _table(what: str, rows: list[ClassRow], horizon: int) -> Table:
    columns = (
        Column("Class"),
        Column("List"),
        Column("Said on average", "right"),
        Column("Came", "right"),
        Column("90% interval", "right"),
        Column("Group-months that came, of all", "right"),
        Column("What was said is"),
    )
    return Table(
        f"{what[:1].upper()}{what[1:]} within {horizon} months, by class of probability",
        columns,
        tuple(
            (
                Cell(f"{_edge(row.low)} to {_edge(row.high)}"),
                Cell(LISTS[row.list]),
                Cell(percent(row.said)),
                Cell(observed(row.share)),
                Cell(f"{observed(row.share_low)} to {observed(row.share_high)}"),
                Cell(f"{row.came:,} of {row.n:,}"),
                Cell(reads(row)),
            )
            for row in rows
        ),
    )


def reads(row: ClassRow) -> str:
    """Where what was said lies by the interval of what came."""
    if row.share_low > row.said:
        return "below it: more came"
    return "above it: fewer came" if row.share_high < row.said else "within the interval"


def _edge(p: float) -> str:
    return f"{100 * p:g}%"
