"""A theatre in figures and lists: what was, and its groups in order."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.report.brief.words import change, whole_month
from tocsin.warn.assessment import Assessment, GroupAssessment, View
from tocsin.warn.headline import observed
from tocsin.web.questions.theatre import TheatreAnswer

FIRST_LINES = 10
# A week in 52 is 2%: at the end of 2020 no theatre with 50 deaths in ten years has a share between 8% and 18%.
MUCH_IN_FIRST_WEEK = 0.1
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
    if answer.deaths_last_12m is None:
        return (Fact("Not shown", "deaths in events of its groups", answer.held_back),)
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


def january_words(answer: TheatreAnswer) -> str:
    """That many of a theatre's deaths may be dated to 1 January because only their year is known; empty where not."""
    share = answer.first_week_share
    if share is None or share < MUCH_IN_FIRST_WEEK:
        return ""
    return (
        f"{observed(share)} of the deaths of the last ten years are dated to weeks that hold a 1 January; about 2% "
        "would be usual. The file that the packaged figures are made from gives the first day of an event only, so "
        "that sums of a whole year stand on its 1 January. Part of this may be fighting of those days. The rest "
        "makes January look deadlier than it was, and what is said from its end on may rest on deaths that were "
        "still to come."
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
