"""Analytic confidence: how far an estimate may be leaned on, apart from how likely it makes the thing.

Three things are weighed, each against two marks that were set by reason and are not tuned to any outcome: the interval
of the estimate, the record of such estimates, and how long the group has been in the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Confidence = Literal["low", "moderate", "high"]
CONFIDENCES: tuple[Confidence, ...] = ("low", "moderate", "high")

# The odds at the upper end of the interval, in times of those at the lower: a band like 20-45% is 3.3 wide by this
# measure, and two neighbouring ones are 5 to 16.
NARROW, WIDE = 3.0, 10.0
# Below and above these all of an interval asks for the same course of action, however wide it is in odds.
LOW_END, HIGH_END = 0.05, 0.95
# Cases in the record, overlapping months counted once: the share of them that came true has a standard error of at
# most 0.05 with 100 of them, and of up to 0.1 with 25.
MANY_CASES, FEW_CASES = 100, 25
# The model looks back over 60 months at most, and the lists over 12.
LONG_KNOWN, JUST_SEEN = 60, 12
CAVEAT = (
    "Confidence weighs the interval, the record and the months a group has been in the figures. Everything comes from "
    "one source, and how much of a group's violence it records and can locate is not known per group, so that this "
    "is not weighed: take every confidence as at most this high."
)


@dataclass(frozen=True)
class Weighed:
    """Confidence in one estimate, and a short sentence for each thing that was weighed."""

    confidence: Confidence
    reasons: tuple[str, ...]


def weigh(what: str, *, low: float, high: float, record_n: int | None, horizon: int, months_seen: int) -> Weighed:
    """Confidence in one probability, `what` naming it in the reasons.

    `low` and `high` bound its 90% interval, both strictly between 0 and 1; `record_n` is how many group-months of the
    replay had a probability like it, None where nothing is known of them; `horizon` and `months_seen` are in months.
    Each thing weighed counts 0, 1 or 2 against: up to 1 in all is high confidence, 2 or 3 moderate, more is low.
    """
    found = (_interval(what, low, high), _record(what, record_n, horizon), _age(months_seen))
    against = sum(points for points, _ in found)
    confidence: Confidence = "high" if against <= 1 else "moderate" if against <= 3 else "low"
    return Weighed(confidence, tuple(said for _, said in found))


def lower(first: Confidence, second: Confidence) -> Confidence:
    """The lower of two."""
    return min(first, second, key=CONFIDENCES.index)


def _interval(what: str, low: float, high: float) -> tuple[int, str]:
    if high <= LOW_END or low >= HIGH_END:
        return 0, f"The interval of {what} lies wholly at one end of the scale."
    factor = (high / (1 - high)) / (low / (1 - low))
    points, size = (0, "narrow") if factor <= NARROW else (1, "of middling width") if factor <= WIDE else (2, "wide")
    said = f"{factor:.1f}" if factor < WIDE else f"{factor:,.0f}"
    return points, f"The interval of {what} is {size}: the odds at its ends differ {said}-fold."


def _record(what: str, n: int | None, horizon: int) -> tuple[int, str]:
    if not n:
        return 2, f"There is no record yet of such figures for {what}."
    cases = n / horizon  # outlooks from neighbouring months share all but one month of their horizon
    points, size = (0, "long") if cases >= MANY_CASES else (1, "of some length") if cases >= FEW_CASES else (2, "short")
    return points, f"The record of such figures for {what} is {size}: {n:,} group-months, overlapping by {horizon}."


def _age(months: int) -> tuple[int, str]:
    points = 0 if months >= LONG_KNOWN else 1 if months >= JUST_SEEN else 2
    if months == 0:
        return points, "The group came into the figures this month."
    since = "1 month" if months == 1 else f"{months} months"
    return points, f"The group came into the figures {since} ago."
