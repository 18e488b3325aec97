"""All quantities of a scenario under one name each, as reports, draws and sensitivity name them."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.whatif.limits import LINK_LIMITS, SHARE_LIMITS
from tocsin.whatif.parameters import GROUP, THEATRE, Quantity
from tocsin.whatif.scenario import Scenario


@dataclass(frozen=True)
class NamedQuantity:
    """A quantity under the name it has in reports, with the limits it is allowed to lie in."""

    name: str
    quantity: Quantity
    least: float
    most: float


def named_quantities(scenario: Scenario) -> tuple[NamedQuantity, ...]:
    """All quantities of a scenario, ranges or not, in order: of the theatre, each side, the links, the shocks (from 1).

    Names: `attrition`, `IS.members`, `link.IS>Taleban` (source, then target), `shock.2.probability`, `shock.2.size`.
    """
    named = [NamedQuantity(p.name, scenario.quantities[p.name], p.least, p.most) for p in THEATRE]
    named += [
        NamedQuantity(f"{side.name}.{p.name}", side.numbers[p.name], p.least, p.most)
        for side in scenario.sides
        for p in GROUP
    ]
    named += [
        NamedQuantity(f"link.{link.source}>{link.target}", link.response, *LINK_LIMITS) for link in scenario.links
    ]
    for number, shock in enumerate(scenario.shocks, 1):
        named.append(NamedQuantity(f"shock.{number}.probability", shock.probability, *SHARE_LIMITS))
        named.append(NamedQuantity(f"shock.{number}.size", shock.size, *SHARE_LIMITS))
    return tuple(named)


def uncertain(scenario: Scenario) -> tuple[str, ...]:
    """The names of the quantities that vary between runs, in the order of `named_quantities`."""
    return tuple(named.name for named in named_quantities(scenario) if named.quantity.is_range)
