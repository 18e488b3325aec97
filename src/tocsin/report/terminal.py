"""An assessment as tables: coloured on a terminal, plain text elsewhere."""

from __future__ import annotations

from typing import IO, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.plain import printable
from tocsin.warn import CONFIDENCES, Assessment, GroupAssessment, leading, load_wording, percent
from tocsin.warn.headline import factor, observed

_BARS = "▁▂▃▄▅▆▇█"
_STYLE = {"warning": "bold red", "watch": "yellow", "none": "dim"}
_VIEWS: tuple[tuple[Literal["new_risk", "ongoing", "mass_casualty"], str], ...] = (
    ("new_risk", "New risk: fewer than 25 deaths in the past 12 months, by P(25 deaths or more)"),
    ("ongoing", "Ongoing: 25 deaths or more in the past 12 months, by expected deaths"),
    ("mass_casualty", "Mass-casualty risk: one attack on civilians with 20 deaths or more, across both lists"),
)
_ENTRANTS = (
    "New groups: the chance that a group not seen in a theatre so far has 25 deaths or more there within 12 months"
)
# Which probability a view is told of in words, and its name there.
_TARGET = (("deaths25", "P(>=25 deaths)"), ("mass_casualty", "P(mass casualty)"))
_PLAIN_WIDTH = 150
# Below this width intervals go under their figures and the bars are left out, so that no column is squeezed away.
_NARROW = 130


def print_assessment(assessment: Assessment, top: int, *, file: IO[str] | None = None) -> None:
    """Print headline, the three views with at most `top` lines each, and what the figures rest on."""
    console = Console(file=file, highlight=False)
    if not console.is_terminal:
        console = Console(file=file, highlight=False, width=_PLAIN_WIDTH, no_color=True, soft_wrap=False)
    console.print()
    console.print(Text(safe(assessment.headline), style="bold"))
    for name, title in _VIEWS:
        lines = assessment.view(name, top)
        console.print()
        console.print(Text(f"{title}, {assessment.span}", style="bold cyan"))
        if lines:
            console.print(_table(lines, name, rich=console.is_terminal, narrow=console.width < _NARROW))
            for said in (_in_words(lines, name), _confidence(lines, name), _why(lines, name)):
                console.print(Text(safe(said), style="dim italic" if console.is_terminal else ""))
        else:
            console.print("  none")
    if assessment.new_entrants:
        console.print()
        console.print(Text(_ENTRANTS, style="bold cyan"))
        for line in _entrants(assessment, top):
            console.print(Text(safe(line)))
    console.print()
    for line in _foot(assessment):
        console.print(Text(safe(line), style="dim" if console.is_terminal else ""))


def _table(lines: tuple[GroupAssessment, ...], view: str, *, rich: bool, narrow: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD if rich else box.ASCII2, pad_edge=False, show_edge=False, collapse_padding=narrow)
    gap = "\n" if narrow else " "
    table.add_column("#", justify="right")
    table.add_column("group", overflow="fold", min_width=14 if narrow else 18)
    table.add_column("level")
    table.add_column(f"P(>=25{gap}deaths)", justify="right", no_wrap=not narrow)
    table.add_column("since\nmonth" if narrow else "since last\nmonth", justify="right", no_wrap=not narrow)
    table.add_column("P(mass\ncasualty)", justify="right", no_wrap=not narrow)
    table.add_column(f"expected{gap}deaths", justify="right", no_wrap=not narrow)
    table.add_column("deaths\n3m / 12m", justify="right", no_wrap=not narrow)
    if not narrow:
        table.add_column("last 24 months", no_wrap=True)
    base = lines[0]
    for line in lines:
        rank = _rank(line, view)
        name = Text(safe(line.group))
        if line.resurgent:
            name.append(" resurgent", style="magenta")
        bars = () if narrow else (sparkline(line.recent_deaths),)
        table.add_row(
            str(rank),
            name,
            Text(line.level if line.level != "none" else "-", style=_STYLE[line.level]),
            f"{percent(line.p_deaths25)}{gap}({_interval(line.p_deaths25_low, line.p_deaths25_high)})",
            _change(line),
            f"{percent(line.p_mass_casualty)}{gap}({_interval(line.p_mass_casualty_low, line.p_mass_casualty_high)})",
            f"{line.expected_deaths:,.0f}{gap}({line.expected_deaths_low:,.0f}-{line.expected_deaths_high:,.0f})",
            f"{line.deaths_last_3m:,} /{gap}{line.deaths_last_12m:,}",
            *bars,
        )
    if view == "mass_casualty":
        rates = {line.list.replace("_", " "): line.base_rate_mass_casualty for line in lines}
        said = ", ".join(f"{name} {percent(rate)}" for name, rate in sorted(rates.items()))
        table.caption = f"base rate of a mass-casualty attack: {said}{_record(lines, 'mass_casualty')}"
    else:
        table.caption = (
            f"base rates on this list: 25 deaths {percent(base.base_rate_deaths25)}, "
            f"mass-casualty attack {percent(base.base_rate_mass_casualty)}{_record(lines, 'deaths25')}"
        )
    table.caption_justify = "left"
    return table


def _record(lines: tuple[GroupAssessment, ...], target: Literal["deaths25", "mass_casualty"]) -> str:
    """What came of probabilities like those of the first and last line shown, in the replay."""
    told: dict[tuple[int, float], str] = {}
    for line in (lines[0], lines[-1]):
        n, share = getattr(line, f"record_{target}_n"), getattr(line, f"record_{target}_share")
        if n is not None:
            said = f"{observed(share)} of {n:,} given about {percent(getattr(line, f'p_{target}'))}"
            told.setdefault((n, share), said)
    return f"; came true in the replay: {', '.join(told.values())}" if told else ""


def _rank(line: GroupAssessment, view: str) -> int | None:
    return {"new_risk": line.rank_new_risk, "ongoing": line.rank_ongoing}.get(view, line.rank_mass_casualty)


def _in_words(lines: tuple[GroupAssessment, ...], view: str) -> str:
    """The likelihood of each line in words, those of the same words together; the number stands in the line."""
    target, what = _TARGET[view == "mass_casualty"]
    ranks: dict[str, list[int]] = {}
    for line in sorted(lines, key=lambda line: -float(getattr(line, f"p_{target}"))):
        ranks.setdefault(getattr(line, f"words_{target}"), []).append(_rank(line, view) or 0)
    return f"{what} in words: " + "; ".join(f"{words} {_numbers(found)}" for words, found in ranks.items())


def _confidence(lines: tuple[GroupAssessment, ...], view: str) -> str:
    target, what = _TARGET[view == "mass_casualty"]
    ranks: dict[str, list[int]] = {name: [] for name in reversed(CONFIDENCES)}
    for line in lines:
        ranks[getattr(line, f"confidence_{target}")].append(_rank(line, view) or 0)
    said = "; ".join(f"{name} {_numbers(found)}" for name, found in ranks.items() if found)
    return f"confidence in {what}: {said}"


def _why(lines: tuple[GroupAssessment, ...], view: str) -> str:
    """The strongest themes of each line, with the factors on the odds."""
    target, what = _TARGET[view == "mass_casualty"]
    told = []
    for line in lines:
        drivers = leading(getattr(line, f"drivers_{target}"), 2)
        themes = ", ".join(f"{driver.theme} {factor(driver.odds)}" for driver in drivers) or "near the average"
        told.append(f"#{_rank(line, view)} {themes}")
    return f"what sets {what} apart from the list's average active group (odds): " + "; ".join(told)


def _numbers(ranks: list[int]) -> str:
    """Ranks, neighbours as one span.

    >>> _numbers([4, 1, 2, 3, 7])
    '#1-4, #7'
    """
    spans: list[list[int]] = []
    for rank in sorted(ranks):
        if spans and spans[-1][1] == rank - 1:
            spans[-1][1] = rank
        else:
            spans.append([rank, rank])
    return ", ".join(f"#{a}" if a == b else f"#{a}-{b}" for a, b in spans)


def _entrants(assessment: Assessment, top: int) -> list[str]:
    base = percent(assessment.new_entrants[0].base_rate)
    said = [
        f"{entrant.theatre} {percent(entrant.p_new_group)} "
        f"({_interval(entrant.p_new_group_low, entrant.p_new_group_high)})"
        for entrant in assessment.new_entrants[:top]
    ]
    return ["; ".join(said), f"base rate of theatre-months: {base}"]


def _interval(low: float, high: float) -> str:
    words = percent(low), percent(high)
    # "97%->99%" would read as an arrow.
    return (" to " if words[1].startswith(">") else "-").join(words)


def _change(line: GroupAssessment) -> str:
    if line.p_deaths25_previous is None:
        return "new"
    points = 100 * (line.p_deaths25 - line.p_deaths25_previous)
    return "=" if abs(points) <= 0.5 else f"{points:+.0f} pts"


def _foot(assessment: Assessment) -> list[str]:
    lag = f", events known after {assessment.lag_days} days" if assessment.lag_days else ""
    return [
        f"As of {assessment.as_of} ({assessment.as_of_mode}{lag}). Figures to {assessment.data_until}. "
        f"Horizon {assessment.horizon_months} months. Data: {assessment.vintage}. Model: {assessment.model}.",
        "Probabilities with the 90% interval of their estimate; expected deaths with an 80% interval; ranks are the "
        "world's. Watch: prepare; warning: act; a level stands for three months. 'tocsin explain GROUP' has the "
        "figures behind a line.",
        f"Words of likelihood by {load_wording(assessment.wording, assessment.language).legend}.",
        *([f"Record: {assessment.record}."] if assessment.record else []),
        *assessment.notes,
        f"Source: {assessment.citation}. Licence: {assessment.licence}.",
    ]


def sparkline(values: tuple[int, ...]) -> str:
    """Deaths a month as a row of bars, each series on its own scale; a dot is a month without a death.

    >>> sparkline((0, 1, 8))
    '·▁█'
    """
    top = max(values, default=0)
    return "".join("·" if v == 0 else _BARS[min(7, (8 * v - 1) // top)] for v in values)


def safe(name: str) -> str:
    """A name from a data file without control characters, so that it can not steer the terminal.

    >>> safe("A\\x1b[31mB")
    'A[31mB'
    """
    return printable(name)
