"""Figures as they stand in the brief: short, with their unit, the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tocsin.report.brief.document import Cell
from tocsin.warn import percent
from tocsin.warn.assessment import GroupAssessment
from tocsin.warn.drivers import LEAST_FACTOR, OTHER_MODEL, Driver
from tocsin.warn.headline import factor
from tocsin.warn.levels import Level

LISTS = {"new_risk": "new risk", "ongoing": "ongoing"}
_LEVELS: dict[Level, Cell] = {
    "warning": Cell("▲ warning", tone="warning"),
    "watch": Cell("△ watch", tone="watch"),
    "none": Cell("none"),
}


def interval(low: float, high: float) -> str:
    """The interval of a probability.

    >>> interval(0.081, 0.4)
    '8.1% to 40%'
    """
    return f"{percent(low)} to {percent(high)}"


def probability(p: float, low: float, high: float) -> Cell:
    """A probability with its interval below it."""
    return Cell(percent(p), interval(low, high))


def in_words(p: float, low: float, high: float, words: str) -> Cell:
    """A probability with its words, its interval below it."""
    return Cell(f"{percent(p)}, {words}", interval(low, high))


def level(name: Level) -> Cell:
    """A level by sign, word and colour."""
    return _LEVELS[name]


def group_name(line: GroupAssessment, *, listed: bool = False) -> Cell:
    """A group's name; below it that it is back, and on which list it stands where that is not said elsewhere."""
    said = ([LISTS[line.list]] if listed else []) + (["resurgent"] if line.resurgent else [])
    return Cell(line.group, ", ".join(said))


def change(line: GroupAssessment) -> str:
    """How the probability of 25 deaths moved since the month before, in points of percent."""
    if line.p_deaths25_previous is None:
        # Where the terms of a source hold months back, it is none of any group.
        return "not shown" if line.deaths_last_12m is None else "first seen"
    points = 100 * (line.p_deaths25 - line.p_deaths25_previous)
    return "no change" if abs(points) < 0.5 else f"{points:+.0f} pts".replace("-", "−")


def raising(drivers: Sequence[Driver], count: int = 2) -> Cell:
    """The strongest themes that raise the probability, at most `count`, each with its factor."""
    found = [driver for driver in drivers if driver.theme != OTHER_MODEL and driver.odds >= LEAST_FACTOR]
    said = ", ".join(f"{driver.theme} {factor(driver.odds)}" for driver in found[:count])
    return Cell(said or "nothing raises it by a tenth")


def main_driver(drivers: Sequence[Driver]) -> Cell:
    """The strongest theme that raises the probability, its first fact below it; where none does, the strongest."""
    themes = [driver for driver in drivers if driver.theme != OTHER_MODEL]
    if not themes:
        return Cell("not known")
    found = next((driver for driver in themes if driver.odds > 1), themes[0])
    return Cell(f"{found.theme} ({factor(found.odds)})", found.facts[0] if found.facts else "")


def drivers_of(line: GroupAssessment, target: str) -> tuple[Driver, ...]:
    """The drivers of one of the two probabilities."""
    return line.drivers_mass_casualty if target == "mass_casualty" else line.drivers_deaths25


def whole_day(day: date) -> str:
    """A day in words.

    >>> whole_day(date(2020, 12, 31))
    '31 December 2020'
    """
    return f"{day:%-d %B %Y}"


def whole_month(day: date) -> str:
    """The month a day lies in.

    >>> whole_month(date(2020, 12, 1))
    'Dec 2020'
    """
    return f"{day:%b %Y}"


def sentence(text: str) -> str:
    """A text that ends with a full stop and begins with a capital letter."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if not text or text[-1] in ".!?" else ".")
