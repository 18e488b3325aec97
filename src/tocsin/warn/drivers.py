"""What moves a group's probability: themes of what is known of it, each with its share and the figures behind it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Driver:
    """One theme, `odds` being the factor by which it multiplies the odds against the average group of the same list.

    Above 1 it raises the probability, below 1 it lowers it. `odds_previous` is the factor on the figures of a month
    earlier, None for a group first seen since. `facts` are short sentences with the figures that count most in it.
    """

    theme: str
    odds: float
    odds_previous: float | None
    facts: tuple[str, ...]
