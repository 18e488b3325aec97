"""Shocks, levers and options of a scenario file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.months import month_label
from tocsin.whatif.catalogue import LEVER_NAMES, SHOCK_NAMES, Lever, ShockKind
from tocsin.whatif.files.quantity import number, read_quantity
from tocsin.whatif.files.sides import known_side
from tocsin.whatif.files.table import Table, shown
from tocsin.whatif.limits import LEVER_MOST, MOST_OPTIONS, MOST_SHOCKS, SHARE_LIMITS
from tocsin.whatif.parameters import Quantity
from tocsin.whatif.scenario import DO_NOTHING, Option, Shock, Side

SHOCK_KEYS = ("kind", "group", "first", "last", "month", "probability", "size", "source")
OPTION_KEYS = ("name", "title", "about", "levers", "first", "last")
# Shocks that happen to a group, and those of them that have a size.
OF_A_GROUP: Final[tuple[ShockKind, ...]] = ("take_over", "jail_break", "amnesty", "leader_lost")
OF_A_SIZE: Final[tuple[ShockKind, ...]] = ("jail_break", "amnesty", "leader_lost")
SURE, NO_SIZE = Quantity(1.0, 1.0), Quantity(0.0, 0.0)
NOTHING_TITLE = "Do nothing"


def read_shocks(
    top: Table, sides: tuple[Side, ...], names: tuple[str, ...], within: tuple[int, int] | None
) -> tuple[Shock, ...]:
    """The dated events, in the file's order."""
    states = {side.name for side in sides if side.kind == "state"}
    shocks = [_shock(table, states, names, within) for table in top.tables("shocks", MOST_SHOCKS)]
    return tuple(shock for shock in shocks if shock is not None)


def _shock(table: Table, states: set[str], names: tuple[str, ...], within: tuple[int, int] | None) -> Shock | None:
    before = len(table.problems)
    table.only(SHOCK_KEYS)
    kind = table.choice("kind", SHOCK_NAMES)
    group = table.text("group", "") if "group" in table.values else None
    if group is not None and kind == "withdrawal":
        table.fault("group", "a withdrawal is of no group")
    elif group is not None and known_side(table, "group", group, names) and group in states:
        table.fault("group", f"{group} is the state; a {kind or 'shock'} is of a group")
    elif group is None and kind in OF_A_GROUP and "group" not in table.values:
        table.missing("group", f"a {kind} is of a group")
    first, last = _shock_months(table, within)
    probability: Quantity | None = SURE
    if "probability" in table.values:
        probability = read_quantity(table, "probability", SHARE_LIMITS)
    size: Quantity | None = NO_SIZE
    if "size" in table.values:
        size = read_quantity(table, "size", SHARE_LIMITS)
        if size is not None and size.high > 0 and kind is not None and kind not in OF_A_SIZE:
            table.fault("size", f"a {kind} has no size")
    elif kind in OF_A_SIZE:
        table.missing("size", f"a {kind} has a size, 0 to 1")
    source = table.text("source", "", default="", long=True)
    if len(table.problems) > before or kind is None or first is None or last is None:
        return None
    if probability is None or size is None or source is None:
        return None
    return Shock(kind, first, last, probability, size, group, source)


def _shock_months(table: Table, within: tuple[int, int] | None) -> tuple[int | None, int | None]:
    has = [key for key in ("first", "last", "month") if key in table.values]
    if has not in (["first", "last"], ["month"]):
        said = f"got {' and '.join(has)}" if has else "got none of them"
        table.problems.add(table.place, f"expected either month, or first and last; {said}")
    if has == ["month"]:
        month = table.month("month", within)
        return month, month
    return _in_order(table, table.month("first", within), table.month("last", within))


def _in_order(table: Table, first: int | None, last: int | None) -> tuple[int | None, int | None]:
    if first is not None and last is not None and first > last:
        table.problems.add(table.place, f"first {month_label(first)} is after last {month_label(last)}")
    return first, last


def read_levers(table: Table, *, default: Mapping[Lever, float]) -> dict[Lever, float]:
    """The levers a table sets, within what each is allowed, over the default."""
    table.only(LEVER_NAMES)
    levers = dict(default)
    for name in LEVER_NAMES:
        if name in table.values:
            value = number(table.values[name])
            if value is None:
                table.fault(name, f"{shown(table.values[name])} is not a number")
            elif not 0 <= value <= LEVER_MOST[name]:
                table.fault(name, f"{value:g} is out of what is allowed, 0 to {LEVER_MOST[name]:g}")
            else:
                levers[name] = value
    return levers


def read_options(top: Table, within: tuple[int, int] | None) -> tuple[Option, ...]:
    """The options, doing nothing put first where the file does not name it."""
    months = within or (0, 0)
    found: list[Option] = []
    seen: set[str] = set()
    for table in top.tables("options", MOST_OPTIONS):
        option = _option(table, within, months)
        name = table.values.get("name")
        if isinstance(name, str) and name in seen:
            table.fault("name", f"there are two options called {name!r}")
        elif isinstance(name, str):
            seen.add(name)
        if option is not None:
            found.append(option)
    nothing = [option for option in found if option.name == DO_NOTHING]
    if not nothing:
        nothing = [Option(DO_NOTHING, NOTHING_TITLE, {}, *months)]
    return (*nothing[:1], *(option for option in found if option.name != DO_NOTHING))


def _option(table: Table, within: tuple[int, int] | None, months: tuple[int, int]) -> Option | None:
    before = len(table.problems)
    table.only(OPTION_KEYS)
    name = table.identifier("name", "a short name for commands and tables")
    title = table.text("title", "the option in a few words", default=NOTHING_TITLE if name == DO_NOTHING else None)
    about = table.text("about", "", default="", long=True)
    levers = read_levers(table.table("levers"), default={})
    if name == DO_NOTHING and levers:
        table.fault("levers", f"{DO_NOTHING} is doing nothing, but it moves {', '.join(levers)}")
    elif name != DO_NOTHING and not table.values.get("levers"):
        table.missing("levers", f"an option moves at least one of {', '.join(LEVER_NAMES)}")
    first = table.month("first", within) if "first" in table.values else months[0]
    last = table.month("last", within) if "last" in table.values else months[1]
    _in_order(table, first, last)
    if len(table.problems) > before or name is None or title is None or about is None:
        return None
    return None if first is None or last is None else Option(name, title, levers, first, last, about)
