"""Short sentences with the figures that a feature of a group stands for, as known at one month.

`STATEMENTS` names, theme by theme, the sentences there are, the features each one speaks for, and what makes it. Every
figure is read from the panel up to the month in question and nothing after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tocsin.months import month_words
from tocsin.panel import Panel
from tocsin.warn import headline

Ints = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class GroupMonth:
    """One group of a panel at its last month; the figures that sentences are made of."""

    panel: Panel
    g: int
    _said: dict[int, str | None] = field(default_factory=dict)

    def say(self, k: int) -> str | None:
        """The k-th of `STATEMENTS` for this group."""
        if k not in self._said:
            self._said[k] = STATEMENTS[k].say(self)
        return self._said[k]

    def own(self, figure: str) -> Ints:
        """One of the panel's figures, month by month."""
        panel = self.panel
        array: Ints = (panel.counts if figure in panel.counts else panel.places)[figure][self.g]
        return array

    def last(self, figure: str, months: int) -> int:
        """Its sum over the last months."""
        return int(self.own(figure)[-months:].sum())

    def when(self, happened: NDArray[np.bool_]) -> str | None:
        """The last month in which something happened, in words; None if it never did."""
        found = np.flatnonzero(happened)
        return month_words(self.panel.first_month + int(found[-1])) if len(found) else None

    def since(self, months: int) -> str:
        """The first of the last `months` months, in words."""
        return month_words(self.panel.last_month - months + 1)

    def total(self, rows: NDArray[np.intp], months: int, figure: str = "deaths") -> int:
        """A figure of other groups summed over the last months."""
        return int(self.panel.counts[figure][rows, -months:].sum())

    @cached_property
    def rivals(self) -> NDArray[np.intp]:
        """The groups it has clashed with."""
        a, b, _ = self.panel.clashes
        return np.unique(b[(a == self.g) & (b != self.g)]).astype(np.intp)

    @cached_property
    def neighbours(self) -> NDArray[np.intp]:
        """The theatre's other groups."""
        here = np.array([theatre == self.panel.theatres[self.g] for theatre in self.panel.theatres])
        here[self.g] = False
        return np.flatnonzero(here)

    @property
    def theatre(self) -> str:
        """The group's theatre."""
        return self.panel.theatres[self.g]


Say = Callable[[GroupMonth], str | None]


@dataclass(frozen=True)
class Statement:
    """What a sentence is about: its theme, the features it speaks for, and what makes it (None: nothing to say)."""

    theme: str
    features: tuple[str, ...]
    say: Say


def counted(n: int, one: str, many: str | None = None) -> str:
    """A number with its noun, as it stands within a sentence.

    >>> counted(1, "attack"), counted(1200, "death"), counted(0, "attack")
    ('1 attack', '1,200 deaths', 'no attacks')
    """
    return headline.counted(n, one, many) if n else f"no {many or one + 's'}"


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _recent(g: GroupMonth) -> str:
    d3, d6, d12 = (g.last("deaths", months) for months in (3, 6, 12))
    before = g.last("deaths", 24) - d12
    events = counted(g.last("events", 3), "event")
    return _upper(
        f"{counted(d3, 'death')} in {events} in the last 3 months, {d6:,} in the last 6 and {d12:,} in the last 12, "
        f"after {before:,} in the 12 months before."
    )


def _long_run(g: GroupMonth) -> str | None:
    # A year in which the group was not yet there would thin the average.
    there = g.own("events") > 0
    years = min(5, (len(there) - int(there.argmax())) // 12)
    if years < 2:
        return None
    average = g.last("deaths", 12 * years) / years
    deaths = _upper(counted(g.last("deaths", 12), "death"))
    return f"{deaths} in the last 12 months, against {average:,.0f} a year over {years} years."


def _active(g: GroupMonth) -> str:
    killed = g.own("deaths") > 0
    months = int(killed[-12:].sum())
    if not months:
        return f"No death in the last 12 months; the last was in {g.when(killed)}."
    return f"Deaths in {months} of the last 12 months, the last of them in {g.when(killed)}."


def _civilians(g: GroupMonth) -> str:
    attacks = g.own("events_onesided") > 0
    if not attacks.any():
        return "No attack on civilians on record."
    if not attacks[-12:].any():
        return f"No recorded attack on civilians in the last 12 months; the last was in {g.when(attacks)}."
    return (
        f"{_upper(counted(g.last('events_onesided', 12), 'attack'))} on civilians with "
        f"{counted(g.last('deaths_onesided', 12), 'death')} in the last 12 months; "
        f"{counted(g.last('events_onesided', 36), 'attack')} in the last 36."
    )


def _mass_casualty(g: GroupMonth) -> str:
    own = g.own("mass_casualty")
    if not own.any():
        return "No mass-casualty attack on record."
    return (
        f"{_upper(counted(g.last('mass_casualty', 36), 'mass-casualty attack'))} in the last 36 months, "
        f"{int(own.sum()):,} ever; the last was in {g.when(own > 0)}."
    )


def _largest_onesided(g: GroupMonth) -> str | None:
    largest = g.own("largest_onesided")
    if not largest.any():
        return None
    ever = f"{int(largest.max()):,} ({g.when(largest == largest.max())})"
    recent = largest[-12:]
    if not recent.any():
        return f"Of its attacks on civilians the largest ever killed {ever}."
    year = g.when((largest == recent.max()) & (np.arange(len(largest)) >= len(largest) - 12))
    killed = f"{int(recent.max()):,} ({year})"
    return f"Its largest attack on civilians of the last 12 months killed {killed}, the largest ever {ever}."


def _largest(g: GroupMonth) -> str:
    largest = g.own("largest")
    recent = largest[-12:]
    ever = f"{int(largest.max()):,} ({g.when(largest == largest.max())})"
    if not recent.any():
        return f"The deaths in the deadliest of its events: {ever}; none was deadly in the last 12 months."
    deaths = counted(int(recent.max()), "death")
    return f"The deadliest event of the last 12 months, of any kind, had {deaths}, the deadliest ever {ever}."


def _cells(g: GroupMonth) -> str | None:
    months = int((g.own("cells")[-12:] > 0).sum())
    if not months:
        return "No located event in the last 12 months."
    new = g.last("new_cells", 6)
    used = g.last("cells", 12) / 12
    return (
        f"Events in {used:,.1f} half-degree cells in an average month of the last 12; "
        f"{counted(new, 'cell')} used for the first time since {g.since(6)}."
    )


def _urban(g: GroupMonth) -> str | None:
    events = g.last("events", 12)
    if not events:
        return None
    share = g.last("urban_events", 12) / events
    said = f"{share:.0%} of its events of the last 12 months were in cells with a city"
    if six := g.last("events", 6):
        two = g.last("urban_events", 24) / g.last("events", 24)
        said += f" ({g.last('urban_events', 6) / six:.0%} in the last 6, {two:.0%} in the last 24)"
    return f"{said}."


def _target(g: GroupMonth) -> str | None:
    deaths, six = g.last("deaths", 24), g.last("deaths", 6)
    if not deaths:
        return None
    said = (
        f"{g.last('deaths_onesided', 24) / deaths:.0%} of the deaths of the last 24 months were in attacks on civilians"
    )
    return f"{said}, {g.last('deaths_onesided', 6) / six:.0%} of those of the last 6." if six else f"{said}."


def _rivals(g: GroupMonth) -> str | None:
    rows = g.rivals
    if not len(rows):
        return "It has no recorded clash with another group."
    deaths = g.panel.counts["deaths"][rows, -12:].sum(axis=1)
    alive = rows[deaths > 0]
    if not len(alive):
        return "None of the groups it has clashed with had a death in the last 12 months."
    order = np.lexsort((rows, -deaths))
    names = [g.panel.actors[rows[k]] for k in order[:2] if deaths[k] > 0]
    and_more = f" and {counted(len(alive) - len(names), 'other')}" if len(alive) > len(names) else ""
    return (
        f"Active groups it has clashed with: {' and '.join(names) if not and_more else ', '.join(names)}{and_more}; "
        f"they had {counted(g.total(rows, 3), 'death')} in the last 3 months and {g.total(rows, 12):,} in the last 12."
    )


def _rival_mass_casualty(g: GroupMonth) -> str | None:
    own = g.panel.mass_casualty[g.rivals].sum(axis=0)
    if not len(g.rivals) or not own[-12:].any():
        return None
    return (
        f"{_upper(counted(int(own[-12:].sum()), 'mass-casualty attack'))} by groups it has clashed with in the last 12 "
        f"months, the last in {g.when(own > 0)}."
    )


def _theatre(g: GroupMonth) -> str:
    rows = g.neighbours
    alive = int((g.panel.counts["deaths"][rows, -12:].sum(axis=1) > 0).sum())
    if not alive:
        return f"No other group of {g.theatre} had a death in the last 12 months."
    groups, deaths = _upper(counted(alive, "other active group")), counted(g.total(rows, 3), "death")
    return f"{groups} in {g.theatre}, with {deaths} in the last 3 months and {g.total(rows, 12):,} in the last 12."


def _new_groups(g: GroupMonth) -> str | None:
    events = g.panel.counts["events"][g.neighbours]
    before, new = events[:, :-24].any(axis=1), events[:, -24:].any(axis=1)
    return f"{_upper(counted(int((new & ~before).sum()), 'other group'))} came up in {g.theatre} in the last 24 months."


def _theatre_mass_casualty(g: GroupMonth) -> str:
    own = g.panel.mass_casualty[g.neighbours].sum(axis=0) if len(g.neighbours) else np.zeros(g.panel.n_months)
    said = _upper(counted(int(own[-12:].sum()), "mass-casualty attack"))
    return f"{said} by other groups of {g.theatre} in the last 12 months."


def _between_groups(g: GroupMonth) -> str:
    rows = np.append(g.neighbours, g.g)
    # A clash stands in the figures of both its sides.
    deaths = g.total(rows, 12, "deaths_nonstate") // 2
    said = f"{_upper(counted(deaths, 'death'))} in clashes between groups of {g.theatre} in the last 12 months"
    own, part = g.last("deaths", 24), g.last("deaths_nonstate", 24)
    if not own:
        return f"{said}."
    return f"{said}; {f'{part / own:.0%}' if part else 'none'} of its own of the last 24 were."


def _nearby(g: GroupMonth) -> str:
    three, twelve = (int(g.own(f"nearby_deaths_{months}m")[-1]) for months in (3, 12))
    return (
        f"{_upper(counted(three, 'death'))} in others' events near its cells in the last 3 months and {twelve:,} in "
        "the last 12 (its opponents' part of its own clashes too)."
    )


def _state(g: GroupMonth) -> str:
    clashes = g.own("events_state") > 0
    if not clashes.any():
        return "No clash with a state on record."
    three, twelve = g.last("events_state", 3), g.last("events_state", 12)
    if not twelve:
        return f"No recorded clash with a state in the last 12 months; the last was in {g.when(clashes)}."
    if not three:
        said = _upper(counted(twelve, "recorded clash", "recorded clashes"))
        return f"{said} with a state in the last 12 months, none since {g.when(clashes)}."
    said = _upper(counted(three, "recorded clash", "recorded clashes"))
    return f"{said} with a state in the last 3 months and {twelve:,} in the last 12."


def _state_onesided(g: GroupMonth) -> str:
    deaths = int(g.panel.state_onesided[g.g, -12:].sum())
    return f"{_upper(counted(deaths, 'death'))} in attacks on civilians by states in {g.theatre} in the last 12 months."


def _elsewhere(g: GroupMonth) -> str | None:
    panel = g.panel
    names = panel.organisations
    rows = np.array([h for h, name in enumerate(names) if name == names[g.g] and h != g.g], np.intp)
    deaths = panel.counts["deaths"][rows, -12:].sum(axis=1)
    if not deaths.any():
        return f"No death of {panel.actors[g.g]} in any other theatre in the last 12 months."
    attacks = int(panel.mass_casualty[rows, -12:].sum())
    places = counted(int((deaths > 0).sum()), "other theatre")
    return (
        f"{panel.actors[g.g]} in {places}: {counted(int(deaths.sum()), 'death')} and "
        f"{counted(attacks, 'mass-casualty attack')} in the last 12 months."
    )


def _region(g: GroupMonth) -> str:
    panel = g.panel
    region = panel.regions[g.g]
    near = np.array([r == region and t != g.theatre for r, t in zip(panel.regions, panel.theatres, strict=True)])
    deaths = _upper(counted(g.total(np.flatnonzero(near), 12), "death"))
    return f"{deaths} of groups elsewhere in {region} in the last 12 months."


def _age(g: GroupMonth) -> str:
    first = int(np.flatnonzero(g.own("events") > 0)[0])
    deaths = counted(int(g.own("deaths").sum()), "death")
    return f"First recorded event in {month_words(g.panel.first_month + first)}; {deaths} since."


def _peak(g: GroupMonth) -> str:
    year = np.convolve(g.own("deaths"), np.ones(12, np.int64))[: g.panel.n_months]
    peak = int(year.max())
    if peak == int(year[-1]):
        return f"The last 12 months, with {counted(peak, 'death')}, are its deadliest."
    at = month_words(g.panel.first_month + int(year.argmax()))
    return f"Its deadliest 12 months, to {at}, had {counted(peak, 'death')}; the last 12 had {int(year[-1]):,}."


def _ongoing(g: GroupMonth) -> str:
    if (said := g.when(g.panel.ongoing[g.g])) is None:
        return "It never had 25 deaths in 12 months."
    return (
        "The last 12 months hold 25 deaths or more."
        if g.panel.ongoing[g.g, -1]
        else f"It last had 25 deaths in 12 months in the year to {said}."
    )


def _members(g: GroupMonth) -> str | None:
    n = g.panel.actors[g.g].count(",") + 1
    return f"A coalition of {n} named groups." if n > 1 else None


def _deaths(*months: int) -> tuple[str, ...]:
    return tuple(f"deaths_{m}m" for m in months)


STATEMENTS: tuple[Statement, ...] = (
    Statement(
        "momentum",
        (*_deaths(1, 3, 6, 12), "events_1m", "events_3m", "events_12m", "deaths_decayed_3m", "trend"),
        _recent,
    ),
    Statement("momentum", (*_deaths(24, 60), "events_24m", "deaths_decayed_12m", "trend_long"), _long_run),
    Statement("momentum", ("active_months_12m", "active_months_60m", "since_death"), _active),
    Statement(
        "severity",
        (
            *(f"deaths_onesided_{m}m" for m in (1, 3, 12, 60)),
            *(f"events_onesided_{m}m" for m in (1, 3, 12, 36)),
            "since_onesided",
        ),
        _civilians,
    ),
    Statement(
        "severity",
        (
            *(f"mass_casualty_{m}m" for m in (3, 6, 12, 36)),
            "mass_casualty_ever",
            "since_mass_casualty",
            "mass_casualty_decayed_6m",
            "mass_casualty_decayed_24m",
        ),
        _mass_casualty,
    ),
    Statement(
        "severity",
        (
            "deaths_per_onesided_24m",
            "largest_onesided_12m",
            "largest_onesided_36m",
            "largest_onesided_ever",
            "severe_onesided_12m",
            "severe_onesided_36m",
            "since_severe_onesided",
        ),
        _largest_onesided,
    ),
    Statement("severity", ("largest_12m", "largest_ever"), _largest),
    Statement("spread and displacement", ("cells_3m", "cells_12m", "new_cells_6m"), _cells),
    Statement("spread and displacement", ("urban_share", "urban_shift"), _urban),
    Statement("spread and displacement", ("share_onesided", "shift_onesided"), _target),
    Statement("rivals", ("rivals", "rival_deaths_3m", "rival_deaths_12m", "allies_deaths_12m"), _rivals),
    Statement("rivals", ("rival_mass_casualty_12m",), _rival_mass_casualty),
    Statement("rivals", ("theatre_groups_12m", "theatre_deaths_3m", "theatre_deaths_12m", "theatre_trend"), _theatre),
    Statement("rivals", ("theatre_new_groups_24m",), _new_groups),
    Statement("rivals", ("theatre_mass_casualty_12m",), _theatre_mass_casualty),
    Statement("rivals", ("share_nonstate", "theatre_nonstate_12m"), _between_groups),
    Statement("rivals", ("nearby_deaths_3m", "nearby_deaths_12m", "nearby_trend"), _nearby),
    Statement("clashes with the state", ("state_events_3m", "state_events_12m"), _state),
    Statement("clashes with the state", ("state_onesided_12m",), _state_onesided),
    Statement(
        "activity elsewhere",
        ("elsewhere_deaths_3m", "elsewhere_deaths_12m", "elsewhere_theatres", "elsewhere_mass_casualty"),
        _elsewhere,
    ),
    Statement("activity elsewhere", ("region_deaths_12m",), _region),
    Statement("age and emergence", ("age", "deaths_total"), _age),
    Statement("age and emergence", ("peak_12m", "share_of_peak"), _peak),
    Statement("age and emergence", ("since_ongoing",), _ongoing),
    Statement("age and emergence", ("members",), _members),
)
