"""Sides, relations and links of a scenario file."""

from __future__ import annotations

from typing import Final, get_args

from tocsin.errors import did_you_mean
from tocsin.whatif.catalogue import RELATION_NAMES
from tocsin.whatif.files.quantity import number, read_parameter, read_range
from tocsin.whatif.files.table import Table, shown
from tocsin.whatif.limits import LINK_LIMITS, MOST_SIDES
from tocsin.whatif.parameters import GROUP, GROUP_NAMES, Parameter, Quantity
from tocsin.whatif.scenario import Kind, Link, Relation, Side

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
SIDE_KEYS = ("name", "kind", "ideology", "external", "talks")
# Stands between the two names of a link where a link is named.
ARROW = ">"


def side_default(kind: Kind, parameter: Parameter) -> Quantity | None:
    """What a number of a side is where the file is silent: the default, and of a state that it makes no attacks."""
    if kind == "state" and parameter.name in ("attack_rate", "mass_casualty_share"):
        return Quantity(0.0, 0.0)
    return parameter.default


def read_sides(top: Table) -> tuple[tuple[Side, ...], tuple[str, ...]]:
    """The sides that could be read, and all names, also of those that could not."""
    tables = top.tables("sides", MOST_SIDES)
    if "sides" not in top.values or not top.values["sides"]:
        top.missing("sides", "each side of the theatre is headed [[sides]]")
    names = tuple(name for one in tables if isinstance(name := one.values.get("name"), str))
    sides = [side for one in tables if (side := _side(one)) is not None]
    seen: set[str] = set()
    for one in tables:
        name = one.values.get("name")
        if isinstance(name, str) and name in seen:
            one.fault("name", f"there are two sides called {name!r}")
        elif isinstance(name, str):
            seen.add(name)
    states = [one for one in tables if one.values.get("kind") == "state"]
    for one in states[1:]:
        one.fault("kind", "there is a state already; several governments are one side here")
    return tuple(sides), names


def _side(table: Table) -> Side | None:
    before = len(table.problems)
    table.only((*SIDE_KEYS, *GROUP_NAMES))
    name = table.text("name", "the side's name")
    if name is not None and (name != name.strip() or ARROW in name):
        table.fault("name", f"{name!r} begins or ends with a space, or holds {ARROW!r}, which names of links use")
    kind = table.choice("kind", KINDS, default="group")
    ideology = _ideology(table, kind or "group")
    external, talks = table.flag("external"), table.flag("talks")
    numbers = {p.name: read_parameter(table, p, side_default(kind or "group", p)) for p in GROUP}
    found = {key: value for key, value in numbers.items() if value is not None}
    if len(table.problems) > before or name is None or kind is None or ideology is None:
        return None
    return Side(name, kind, ideology, external, talks, found)


def _ideology(table: Table, kind: Kind) -> tuple[float, float] | None:
    value = table.values.get("ideology")
    if value is None:
        if kind == "state":
            return 0.0, 0.0
        table.missing("ideology", "[how global, how exclusive], each from 0 to 1")
        return None
    found = [number(one) for one in value] if isinstance(value, list) else []
    if len(found) != 2 or not all(one is not None and 0 <= one <= 1 for one in found):
        table.fault("ideology", f"{shown(value)} is not [how global, how exclusive], each from 0 to 1")
        return None
    first, second = found
    assert first is not None
    assert second is not None
    return first, second


def read_relations(top: Table, names: tuple[str, ...]) -> tuple[Relation, ...]:
    """How sides stand to each other; each pair once."""
    found: list[Relation] = []
    seen: set[frozenset[str]] = set()
    for table in top.tables("relations", MOST_SIDES * MOST_SIDES):
        table.only(("pair", "kind", "source"))
        if "pair" not in table.values:
            table.missing("pair", "[one side, another]")
        pair = table.texts("pair")
        kind = table.choice("kind", RELATION_NAMES)
        source = table.text("source", "", default="", long=True)
        known = [known_side(table, "pair", one, names) for one in pair]
        if "pair" in table.values and (len(pair) != 2 or len(set(pair)) != 2):
            table.fault("pair", "is not two sides that differ")
        elif pair and frozenset(pair) in seen:
            table.fault("pair", f"{' and '.join(pair)} have a relation already")
        elif len(pair) == 2 and all(known) and kind is not None and source is not None:
            found.append(Relation((pair[0], pair[1]), kind, source))
        seen.add(frozenset(pair))
    return tuple(found)


def read_links(top: Table, names: tuple[str, ...]) -> tuple[Link, ...]:
    """Who answers whom; each direction once."""
    found: list[Link] = []
    seen: set[tuple[str, str]] = set()
    for table in top.tables("links", MOST_SIDES * MOST_SIDES):
        table.only(("source", "target", "low", "high", "value", "scale", "evidence", "from"))
        source = table.text("source", "the side whose attacks are answered")
        target = table.text("target", "the side that answers")
        response = read_range(table, LINK_LIMITS, source_key="from")
        if source is None or target is None:
            continue
        known = [known_side(table, "source", source, names), known_side(table, "target", target, names)]
        if source == target:
            table.fault("target", "a group's answer to its own attacks is its number own_response")
        elif (source, target) in seen:
            table.fault("target", f"there is a link from {source} to {target} already")
        elif all(known) and response is not None:
            found.append(Link(source, target, response))
        seen.add((source, target))
    return tuple(found)


def known_side(table: Table, key: str, name: str, names: tuple[str, ...]) -> bool:
    """Whether there is a side of this name; noted where not."""
    if name in names:
        return True
    hint = did_you_mean(name, names, most=1) or (f" The sides are {', '.join(names)}." if names else "")
    table.fault(key, f"there is no side {shown(name)}.{hint}".removesuffix("."))
    return False
