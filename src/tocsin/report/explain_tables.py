"""Everything about one group as text, what matters most first: coloured on a terminal, plain text elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import IO, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.digest.tables import cell_centre
from tocsin.report.explain_text import (
    Outcome,
    analogues_words,
    drivers_words,
    foot,
    matters,
    offshoot_words,
    opening,
    opponent,
    outcomes,
    place,
    span,
    years_below,
)
from tocsin.report.rivalry_tables import TOO_MANY_FALSE
from tocsin.report.terminal import safe, sparkline
from tocsin.rivalry import Rivalry
from tocsin.rivalry.result import PREDICTIVE, Link
from tocsin.rivalry.series import KIND_WORDS
from tocsin.rivalry.words import actor_of, in_order, label_words
from tocsin.warn.drivers import Driver
from tocsin.warn.explanation import Explanation
from tocsin.warn.headline import counted, factor, percent

WIDTH = 120
SPARK_MONTHS, TABLE_MONTHS = 60, 12
MOST_ROWS = 10
_NUMBER = "right"  # how a column of numbers is set
_TEXT = "left"
_BARS = "bars"  # of sparklines, which are left out where they would be folded
_STYLE = {"warning": "bold red", "watch": "bold yellow", "none": "bold"}
Column = tuple[str, str]
Row = Sequence[str]


def print_explanation(explanation: Explanation, *, file: IO[str] | None = None) -> None:
    """Print an explanation: in the same order on a terminal and in a file, no line wider than the page."""
    console = Console(file=file, highlight=False)
    if not console.is_terminal:
        console = Console(file=file, highlight=False, width=WIDTH, no_color=True)
    told = outcomes(explanation)
    console.print()
    _say(console, opening(explanation), style=_STYLE[explanation.line.level])
    _say(console, explanation.line.level_sentence)
    _probabilities(console, explanation, told)
    for one in told:
        _drivers(console, one)
    _past(console, explanation)
    _ahead(console, explanation)
    _analogues(console, explanation)
    _rivals(console, explanation)
    _head(console, "Possible off-shoots: a flag to look into, not a finding")
    _say(console, *(map(offshoot_words, explanation.offshoots) if explanation.offshoots else ["none"]))
    _where(console, explanation)
    console.print()
    _say(console, *foot(explanation), style="dim")


def _probabilities(console: Console, explanation: Explanation, told: Iterable[Outcome]) -> None:
    line = explanation.line
    _head(console, f"Probabilities {explanation.assessment.span}")
    _table(
        console,
        (("", _TEXT), ("probability", _NUMBER), ("90% interval", _NUMBER), ("base rate", _NUMBER), ("in words", _TEXT),
         ("such ones came\ntrue in the replay", _NUMBER), ("confidence", _TEXT)),
        [
            (one.name, percent(one.p), f"{percent(one.low)} to {percent(one.high)}", percent(one.base_rate), one.words,
             one.record, one.confidence)
            for one in told
        ],
    )  # fmt: skip
    before = line.p_deaths25_previous
    since = "first seen since" if before is None else f"{percent(before)} on the figures of a month earlier"
    _say(
        console,
        f"25 deaths or more: {since}. Expected deaths: {line.expected_deaths:,.0f} (80%: "
        f"{line.expected_deaths_low:,.0f} to {line.expected_deaths_high:,.0f}); {line.deaths_last_3m:,} in the last 3 "
        f"months, {line.deaths_last_12m:,} in the last 12.",
        f"Confidence is {line.confidence}: {' '.join(line.confidence_reasons)}",
    )


def _drivers(console: Console, one: Outcome) -> None:
    _head(console, f"What moves the probability of {one.name}")
    shown = [driver for driver in one.drivers if matters(driver)]
    columns = (("theme", _TEXT), ("odds", _NUMBER), ("a month ago", _NUMBER), ("what is behind it", _TEXT))
    _table(console, columns, [(d.theme, factor(d.odds), _earlier(d), " ".join(d.facts)) for d in shown])
    _say(console, drivers_words(one), style="dim")


def _earlier(driver: Driver) -> str:
    return "none" if driver.odds_previous is None else factor(driver.odds_previous)


def _past(console: Console, explanation: Explanation) -> None:
    held = explanation.history[-SPARK_MONTHS:]
    if not held:
        return
    _head(console, "What it did, month by month")
    deaths = tuple(month.deaths for month in held)
    worst = max(held, key=lambda month: month.deaths)
    most = f"most: {worst.deaths:,} in {worst.month:%Y-%m}" if worst.deaths else "none in any"
    _say(console, *filter(None, (sparkline(deaths), years_below([month.month for month in held]))))
    _say(
        console,
        f"Deaths a month, {span(held[0].month, held[-1].month)}; {most}.",
        style="dim",
    )
    columns = (("month", _TEXT), *((name, _NUMBER) for name in (
        "with a state", "with groups", "on civilians", "deaths", "events", "mass-casualty attacks",
    )))  # fmt: skip
    rows = [
        (f"{m.month:%Y-%m}", *(f"{n:,}" for n in (
            m.deaths_state, m.deaths_nonstate, m.deaths_onesided, m.deaths, m.events, m.mass_casualty_events,
        )))
        for m in held[-TABLE_MONTHS:]
    ]  # fmt: skip
    _table(console, columns, rows)


def _ahead(console: Console, explanation: Explanation) -> None:
    if not explanation.ahead:
        return
    _head(console, "Deaths expected in the months ahead, beside the last 12 months")
    _table(
        console,
        (("month", _TEXT), ("expected", _NUMBER), ("80% interval", _NUMBER), ("median", _NUMBER),
         ("mean of 12 months", _NUMBER), ("80% of them", _NUMBER)),
        [
            (f"{m.month:%Y-%m}", _some(m.expected), f"{_some(m.low)} to {_some(m.high)}", _some(m.median),
             _some(m.baseline), f"{_some(m.baseline_low)} to {_some(m.baseline_high)}")
            for m in explanation.ahead
        ],
    )  # fmt: skip


def _analogues(console: Console, explanation: Explanation) -> None:
    _head(console, "Past cases most like it, and what came of them")
    found = explanation.line.analogues
    if found is None:
        _say(console, "None: no past case can be compared with it.")
        return
    _table(
        console,
        (("group", _TEXT), ("as of", _TEXT), ("alike", _NUMBER), ("24 months before", _BARS),
         ("deaths in\n12 before", _NUMBER), ("12 after", _BARS), ("deaths", _NUMBER),
         ("mass-casualty attacks", _NUMBER)),
        [
            (one.group, f"{one.month:%Y-%m}", f"{one.similarity:.2f}", sparkline(one.deaths_before),
             f"{sum(one.deaths_before[-12:]):,}", sparkline(one.deaths_after), f"{sum(one.deaths_after):,}",
             f"{one.mass_casualty_after:,}")
            for one in found.nearest
        ],
    )  # fmt: skip
    _say(console, analogues_words(found), style="dim")


def _rivals(console: Console, explanation: Explanation) -> None:
    facts = explanation.facts
    _head(console, "Whom it has clashed with (who began a clash is not coded)")
    columns = (("opponent", _TEXT), ("events", _NUMBER), ("deaths", _NUMBER), ("between", _TEXT))
    rows = [
        (opponent(o.actor), f"{o.events:,}", f"{o.deaths:,}", span(o.first_event, o.last_event))
        for o in facts.opponents
    ]
    _table(console, columns, rows)
    if facts.allies:
        beside = [
            f"{a.actor} ({counted(a.events, 'event')}, the last in {a.last_event:%Y-%m})"
            for a in facts.allies[:MOST_ROWS]
        ]
        _say(console, f"Beside it, in coalitions: {'; '.join(beside)}{_more(len(facts.allies))}.")
    if facts.shared_enemies:
        alike = [f"{s.actor} ({', '.join(s.enemies)})" for s in facts.shared_enemies[:MOST_ROWS]]
        _say(console, f"Fights the same groups: {'; '.join(alike)}{_more(len(facts.shared_enemies))}.")
    _head(console, "Who answers whom: estimated links")
    _links(console, explanation.rivalry, explanation.line.group)


def _links(console: Console, rivalry: Rivalry | None, group: str) -> None:
    if rivalry is None:
        _say(console, "None: not asked for, or too few attacks in the theatre.")
        return
    own = [link for link in in_order(rivalry.links) if group in (link.source, link.target)]
    of = f"{KIND_WORDS[rivalry.kind]}, {rivalry.first} to {rivalry.last}"
    if not own:
        _say(console, f"None: too few {of}, by it or by others.")
        return
    columns = (("attacks of", _TEXT), ("after those of", _TEXT), ("further attacks per attack (90%)", _NUMBER),
               ("verdict", _TEXT), ("direct clashes", _NUMBER))  # fmt: skip
    rows = [
        (actor_of(link.target), actor_of(link.source), _estimate(link), label_words(link), f"{link.clashes:,}")
        for link in own
    ]
    _table(console, columns, rows)
    rate = rivalry.null_false_positive_rate
    wrong = (
        "How often a link shows where there is none could not be checked here."
        if rate is None
        else f"Where there is nothing to find, {percent(rate)} of links of this theatre pass the 5% test"
        + (", too often to rely on single links." if rate > TOO_MANY_FALSE else ".")
    )
    _say(console, f"By {of}. {PREDICTIVE} {wrong}", style="dim")


def _where(console: Console, explanation: Explanation) -> None:
    _head(console, "Where, over the last 12 months: half-degree cells by their centres")
    cells = sorted(explanation.cells, key=lambda at: (-at.deaths, -at.events, at.cell))
    if not cells:
        _say(console, "No located event.")
        return
    columns = (("centre", _TEXT), ("events", _NUMBER), ("deaths", _NUMBER))
    _table(console, columns, [(place(*cell_centre(at.cell)), f"{at.events:,}", f"{at.deaths:,}") for at in cells])


# --- how it is printed -----------------------------------------------------------------------------------------------


def _head(console: Console, title: str) -> None:
    console.print()
    console.print(Text(safe(title), style="bold cyan"))


def _say(console: Console, *lines: str, style: str = "") -> None:
    for line in lines:
        console.print(Text(safe(line), style=style))


def _table(console: Console, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """At most ten rows (twelve months are a year, and all shown); how many are left out is said."""
    if not rows:
        _say(console, "none")
        return
    style = box.SIMPLE_HEAD if console.is_terminal else box.ASCII2
    table = Table(box=style, pad_edge=False, show_edge=False, collapse_padding=console.width < WIDTH)
    kept = [at for at, (_, kind) in enumerate(columns) if kind != _BARS or console.width >= WIDTH]
    for at in kept:
        name, kind = columns[at]
        justify: Literal["left", "right"] = "right" if kind == _NUMBER else "left"
        table.add_column(Text(name), justify=justify, overflow="fold", no_wrap=kind == _BARS)
    most = TABLE_MONTHS if columns[0][0] == "month" else MOST_ROWS
    for row in rows[:most]:
        table.add_row(*(Text(safe(row[at])) for at in kept))
    console.print(table)
    if len(rows) > most:
        _say(console, f"and {len(rows) - most:,} more: --format json", style="dim")


def _more(count: int) -> str:
    return f"; and {count - MOST_ROWS:,} more" if count > MOST_ROWS else ""


def _estimate(link: Link) -> str:
    if not (isfinite(link.low) and isfinite(link.high)):
        return "-"
    return f"{link.estimate:+.2f} ({link.low:+.2f} to {link.high:+.2f})"


def _some(deaths: float) -> str:
    """Deaths that need not be whole.

    >>> _some(0.0), _some(3.21), _some(1234.5)
    ('0', '3.2', '1,234')
    """
    return f"{deaths:,.0f}" if deaths >= 9.95 or deaths == int(deaths) else f"{deaths:.1f}"
