"""A theatre in figures and lists: what was, and its groups in order."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.report.brief.words import change, whole_month
from tocsin.warn.assessment import Assessment, GroupAssessment, View
from tocsin.web.questions.theatre import TheatreAnswer

FIRST_LINES = 10
_LISTS: tuple[tuple[View, str, str], ...] = (
    ("new_risk", "New risk", "Fewer than 25 deaths in the last 12 months; the likeliest to reach 25 first."),
    ("ongoing", "Ongoing", "25 deaths or more in the last 12 months; those with most deaths expected first."),
)


@dataclass(frozen=True)
class Fact:
    """A number, what it is of, and what must be known of it."""

    number: str
    of: str
    note: str


@dataclass(frozen=True)
class Row:
    """A group's line, and how its probability of 25 deaths moved since the month before."""

    line: GroupAssessment
    change: str


@dataclass(frozen=True)
class Lines:
    """The groups of one list: those shown at once, and the rest."""

    name: View
    title: str
    about: str
    first: tuple[Row, ...]
    rest: tuple[Row, ...]


def facts(told: Assessment, answer: TheatreAnswer) -> tuple[Fact, ...]:
    """What was, in figures: deaths with every event once, groups, and the levels they stand on."""
    active, seen = sum(line.deaths_last_12m > 0 for line in told.groups), len(told.groups)
    once = ["each event counted once"]
    if answer.deaths_12m_before is not None:
        once.append(f"{answer.deaths_12m_before:,} in the 12 months before")
    if states := answer.state_deaths_last_12m:
        once.append(f"{states:,} more in events without a group (states' attacks on civilians, clashes of states)")
    since = "its only one with a recorded death" if seen == 1 else f"of {seen:,} with a recorded death"
    return (
        Fact(
            f"{answer.deaths_last_12m:,}",
            f"{_noun(answer.deaths_last_12m, 'death')} in events of its groups, 12 months to "
            f"{whole_month(told.data_until)}",
            "; ".join(once),
        ),
        Fact(f"{active:,}", f"{_noun(active, 'group')} with a recorded death in these 12 months", since),
    )


def _noun(n: int, noun: str) -> str:
    return noun if n == 1 else f"{noun}s"


def lists_of(told: Assessment) -> tuple[Lines, ...]:
    """New risk and ongoing, each in its order; an empty list is left out."""
    out = []
    for name, title, about in _LISTS:
        rows = tuple(Row(line, change(line)) for line in told.view(name))
        if rows:
            out.append(Lines(name, title, about, rows[:FIRST_LINES], rows[FIRST_LINES:]))
    return tuple(out)
