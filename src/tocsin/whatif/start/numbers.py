"""Numbers of a side with their 90% intervals, from counts: what a scenario takes from the figures, and how.

Rates have the interval of a Poisson rate under Jeffreys' prior, shares that of a Beta posterior drawn to the theatre's
share (itself drawn to the world's), latest swings that of a Gamma posterior around no swing at all (Gelman et al. 2013,
Bayesian Data Analysis, sections 2.4 and 2.6). Where there is nothing to count, only the prior is left, and the number
is assumed. What the figures cannot tell (members, cohesion, prisoners) is assumed too, by rules that are given here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy import optimize, stats

from tocsin.digest import MASS_CASUALTY_DEATHS
from tocsin.months import month_words
from tocsin.whatif.parameters import GROUP, THEATRE, Quantity, Scale
from tocsin.whatif.start.figures import Counts

TAILS = (0.05, 0.95)
Z90 = 1.6448536269514722
JEFFREYS = 0.5
# As many attacks as the theatre's share weighs beside a group's own, and the world's beside the theatre's.
SHARE_WEIGHT = 20.0
LONGEST_RANGE = 1000.0
# A swing of about half either way is what a Gamma of this shape expects before any count.
SWING_SHAPE = 4.0
SMALL_WEIGHT = 5.0  # attacks that the default of two deaths weighs
# Net of what answers others, at least this part of a group's attacks is left to stand alone.
LEAST_ALONE = 0.2
# How the source of a number begins that has nothing to count behind it.
NOTHING = "nothing to count: no"
MOST_OWN = 0.8
# Published strengths of the Taliban and of the Islamic State's branch in Afghanistan in 2020 are some 20 to 50 members
# per recorded event a year; elsewhere it may be a few times more or fewer.
MEMBERS_PER_EVENT, MEMBERS_LEAST, MEMBERS_FACTOR = 25.0, 100.0, 5.0
_DEFAULTS = {parameter.name: parameter.default for parameter in GROUP}


@dataclass(frozen=True)
class Competition:
    """What the rivalry fit says of one group: attacks that follow on its own, and on others' (a month, at their rates).

    `own` is None where the group was not fitted.
    """

    own: float | None
    answered: float


def tidy(value: float) -> float:
    """A number with four digits that count: no more are known, and a file is read by people."""
    return float(f"{value:.4g}")


def counted(number: int, thing: str) -> str:
    """A number of things in words.

    >>> counted(1, "clash"), counted(2100, "clash"), counted(0, "event")
    ('1 clash', '2,100 clashes', '0 events')
    """
    ending = "" if number == 1 else "es" if thing.endswith("sh") else "s"
    return f"{number:,} {thing}{ending}"


def quantity(low: float, high: float, evidence: str, source: str, scale: Scale = "linear") -> Quantity:
    """A quantity with tidy ends."""
    return Quantity(tidy(low), tidy(high), evidence, source, scale)  # type: ignore[arg-type]


def rate_interval(events: float, months: int) -> tuple[float, float]:
    """90% interval of a monthly rate (Jeffreys: a Gamma of shape events + 1/2)."""
    low, high = stats.gamma.ppf(TAILS, events + JEFFREYS) / months
    return float(low), float(high)


def share_interval(hits: int, of: int, prior: float) -> tuple[float, float]:
    """90% interval of a share, drawn to `prior` as if by 20 attacks; at most a thousandfold from end to end."""
    low, high = stats.beta.ppf(TAILS, hits + SHARE_WEIGHT * prior, of - hits + SHARE_WEIGHT * (1.0 - prior))
    # A log-normal range is read from the two ends: one that nearly reaches zero would put its mean far above the share.
    return max(float(low), float(high) / LONGEST_RANGE), float(high)


def drawn_share(hits: int, of: int, prior: float) -> float:
    """A share drawn to `prior` as if by 20 attacks."""
    return (hits + SHARE_WEIGHT * prior) / (of + SHARE_WEIGHT)


def swing_interval(latest: float, expected: float) -> tuple[float, float]:
    """90% interval of the log factor of the latest months against what the rate makes of them."""
    low, high = np.log(stats.gamma.ppf(TAILS, SWING_SHAPE + latest) / (SWING_SHAPE + expected))
    return float(low), float(high)


def small_mean(deaths: int, attacks: int) -> tuple[float, float]:
    """90% interval of the mean of the geometric numbers, cut off at 19, that these attacks' deaths look like."""
    prior = _default("small_deaths")
    observed = (max(deaths, attacks) + SMALL_WEIGHT * prior) / (attacks + SMALL_WEIGHT)
    mean = _uncut(observed)
    error = sqrt(max(mean * (mean - 1.0), 0.1) / (attacks + SMALL_WEIGHT))
    return max(1.0, mean - Z90 * error), min(10.0, mean + Z90 * error)


def _default(name: str) -> float:
    """The default of a number that is known."""
    found = next(parameter.default for parameter in (*GROUP, *THEATRE) if parameter.name == name)
    assert found is not None, name
    return found.low


def _uncut(observed: float) -> float:
    """The mean of a geometric number of which those up to 19 have the mean `observed`; 10 at most."""

    def cut(mean: float) -> float:
        k = np.arange(1, MASS_CASUALTY_DEATHS)
        weight = (1.0 - 1.0 / mean) ** (k - 1)
        return float((k * weight).sum() / weight.sum())

    if observed <= 1.0 + 1e-9:
        return 1.0
    if observed >= cut(10.0):
        return 10.0
    return float(optimize.brentq(lambda mean: cut(mean) - observed, 1.0 + 1e-9, 10.0))


def members_interval(events_latest: int) -> tuple[float, float]:
    """The assumed range of members: 100, and 25 for each event of the last year, or five times fewer, or more."""
    middle = MEMBERS_LEAST + MEMBERS_PER_EVENT * events_latest
    return middle / MEMBERS_FACTOR, middle * MEMBERS_FACTOR


def numbers_of(
    counts: Counts, *, last: int, share_here: float, urban_here: float, competition: Competition, is_state: bool
) -> dict[str, Quantity]:
    """All numbers of a side, by name; `share_here` is the theatre's share of mass-casualty attacks, `urban_here` that
    of its events near cities. A state's members are not among them."""
    to = f"{counts.months} months to {month_words(last)}"
    mean = counts.attacks / counts.months
    own = min(competition.own or 0.0, MOST_OWN)
    alone = max(1.0 - own - (competition.answered / mean if mean else 0.0), LEAST_ALONE * (1.0 - own))
    low, high = rate_interval(counts.attacks, counts.months)
    ours = f"{counted(counts.attacks, 'attack')} on civilians in the {to}"
    latest = f"{counts.latest_months} months to {month_words(last)}"
    swing = swing_interval(counts.attacks_latest, mean * counts.latest_months)
    share = share_interval(counts.mass_casualty, counts.attacks, share_here)
    small = small_mean(counts.small_deaths, counts.small_attacks)
    found: dict[str, Quantity] = {
        "attack_rate": quantity(low * alone, high * alone, "estimated", f"{ours}, less those that answer", "log"),
        "attack_swing": _told(
            *swing,
            f"{counted(counts.attacks_latest, 'attack')} in the {latest} against the rate"
            if counts.attacks
            else f"{NOTHING} attacks on civilians in the {to}; a third of the rate to twice it",
            counted_of=counts.attacks,
        ),
        "own_response": quantity(
            own,
            own,
            "estimated" if competition.own is not None else "assumed",
            "rivalry fit; no interval is given by the fit"
            if competition.own is not None
            else "not fitted: too few attacks",
        ),
        "mass_casualty_share": _told(
            *share,
            f"{counts.mass_casualty:,} of {ours}, drawn to the theatre's share of {share_here:.2f}"
            if counts.attacks
            else f"{NOTHING} attacks on civilians in the {to}; widely around the theatre's share of {share_here:.2f}",
            counted_of=counts.attacks,
            scale="log",
        ),
        "small_deaths": _told(
            *small,
            f"{counted(counts.small_deaths, 'death')} in {counted(counts.small_attacks, 'attack')} with fewer than 20, "
            f"{to}"
            if counts.small_attacks
            else f"{NOTHING} attacks with fewer than 20 deaths in the {to}; widely around the default of two",
            counted_of=counts.small_attacks,
        ),
    }
    if is_state:
        return _defaults() | found | {"cohesion": quantity(1.0, 1.0, "assumed", "a state does not divide here")}
    return _defaults() | found | _clash_numbers(counts, to, latest) | _assumed(counts, latest, urban_here)


def _told(low: float, high: float, source: str, *, counted_of: float, scale: Scale = "linear") -> Quantity:
    """A number estimated from what was counted, or, where nothing was, assumed."""
    return quantity(low, high, "estimated" if counted_of else "assumed", source, scale)


def _clash_numbers(counts: Counts, to: str, latest: str) -> dict[str, Quantity]:
    low, high = rate_interval(counts.clashes, counts.months)
    found = {
        "clash_rate": quantity(
            low,
            high,
            "estimated",
            f"{counted(counts.clash_events, 'clash')} in the {to}, those with another side of the scenario as half",
            "log",
        ),
        "clash_swing": _told(
            *swing_interval(counts.clashes_latest, counts.clashes / counts.months * counts.latest_months),
            f"clashes in the {latest} against the rate"
            if counts.clashes
            else f"{NOTHING} clashes in the {to}; a third of the rate to twice it",
            counted_of=counts.clashes,
        ),
    }
    if counts.clash_events and counts.clash_deaths:
        mean = counts.clash_deaths / counts.clash_events
        spread = Z90 * sqrt((1.0 / mean + 1.0 / _default("clash_deaths_size")) / counts.clash_events)
        source = f"{counted(counts.clash_deaths, 'death')} in {counted(counts.clash_events, 'clash')} in the {to}"
        found["clash_deaths"] = quantity(mean * exp(-spread), mean * exp(spread), "estimated", source, "log")
    return found


def _assumed(counts: Counts, latest: str, urban_here: float) -> dict[str, Quantity]:
    near = (counts.urban_events + SWING_SHAPE * urban_here) / (counts.located_events + SWING_SHAPE)
    low, high = members_interval(counts.events_latest)
    return {
        "members": quantity(
            low,
            high,
            "assumed",
            f"100, and 25 for each of {counted(counts.events_latest, 'event')} in the {latest}; a factor of five "
            "either way, since no event data hold it",
            "log",
        ),
        "prisoners": quantity(0.0, 0.1 * sqrt(low * high), "assumed", "up to a tenth of the members: no data hold it"),
        "urban_share": quantity(
            max(0.02, near / 4.0),
            min(0.9, max(0.05, near)),
            "assumed",
            f"{near:.2f} of its events lie in half-degree cells with a city; a quarter of that to all of it",
        ),
    }


def _defaults() -> dict[str, Quantity]:
    return {name: default for name, default in _DEFAULTS.items() if default is not None}


def log_middle(interval: Quantity) -> float:
    """The middle of a range on the scale of its logarithm."""
    return exp((log(interval.low) + log(interval.high)) / 2.0)
