"""Numbers, shocks, levers and options of a scenario in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.months import month_words
from tocsin.whatif.catalogue import LEVER_NAMES, Lever, ShockKind
from tocsin.whatif.parameters import Quantity
from tocsin.whatif.scenario import Option, Scenario, Shock

_WHAT: Final[dict[ShockKind, str]] = {
    "withdrawal": "foreign soldiers leave",
    "take_over": "{group} takes power",
    "jail_break": "{size} of the prisoners of {group} are free",
    "amnesty": "{size} of the members of {group} give up arms",
    "leader_lost": "{group} loses a leader, and {number} of its cohesion, which is 0 to 1,",
}


def number_words(value: float) -> str:
    """A number as people write it.

    >>> number_words(1500.0), number_words(0.0005), number_words(12.0)
    ('1,500', '0.0005', '12')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def range_words(quantity: Quantity) -> str:
    """A number, or the range of one.

    >>> range_words(Quantity(1500.0, 2200.0))
    '1,500 to 2,200'
    """
    low, high = number_words(quantity.low), number_words(quantity.high)
    return f"{low} to {high}" if quantity.is_range else low


def share_words(quantity: Quantity) -> str:
    """A share, or the range of one, in percent.

    >>> share_words(Quantity(0.2, 0.45))
    '20 to 45%'
    """
    low, high = (f"{100 * end:.3g}" for end in (quantity.low, quantity.high))
    return f"{low} to {high}%" if quantity.is_range else f"{low}%"


def months_text(first: int, last: int) -> str:
    """Months, both in it, in words."""
    return month_words(first) if first == last else f"{month_words(first)} to {month_words(last)}"


def shock_words(shock: Shock) -> str:
    """What may happen, when, and how likely it is."""
    what = _WHAT[shock.kind].format(group=shock.group, size=share_words(shock.size), number=range_words(shock.size))
    when = f"in {month_words(shock.first)}"
    if shock.first != shock.last:
        when = f"in some month from {month_words(shock.first)} to {month_words(shock.last)}"
    certain = shock.probability.low >= 1.0
    return f"{what} {when}{'' if certain else f', with a probability of {share_words(shock.probability)}'}"


def levers_words(levers: Mapping[Lever, float], usual: Mapping[Lever, float]) -> str:
    """Levers and what each is moved from and to."""
    moved = [f"{name} from {usual[name]:g} to {levers[name]:g}" for name in LEVER_NAMES if name in levers]
    return ", ".join(moved) if moved else "nothing is moved"


def option_words(option: Option, scenario: Scenario) -> str:
    """What an option moves, and when."""
    moved = levers_words(option.levers, scenario.levers)
    return f"{option.title}: {moved}" + (f", {months_text(option.first, option.last)}" if option.levers else "")
