"""A scenario as the text of a file: every number in it, with what it means beside, so that the file explains itself."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import replace

import tomlkit
from tomlkit.items import AoT, InlineTable, Item, Table

from tocsin.errors import DataError, InputError
from tocsin.months import month_label
from tocsin.whatif.catalogue import LEVER_DEFAULTS, LEVER_NAMES, LEVERS
from tocsin.whatif.files.parts import NO_SIZE, NOTHING_TITLE, OF_A_SIZE, SURE
from tocsin.whatif.files.quantity import usual_scale
from tocsin.whatif.files.whole import parse_scenario
from tocsin.whatif.parameters import GROUP, THEATRE, Parameter, Quantity
from tocsin.whatif.scenario import DO_NOTHING, NOT_A_FORECAST, Option, Scenario, Shock, Side

_HEAD = (
    f"A what-if scenario of tocsin: a {NOT_A_FORECAST}. docs/scenario-files.md has every key.",
    "A number stands alone, or with low and high: estimated ones are drawn from a normal distribution of which these",
    "are the 5% and 95% points, all others evenly between them. evidence: estimated, literature or assumed.",
)
_COMMENT_WIDTH = 116


def scenario_text(scenario: Scenario) -> str:
    """The TOML text that `parse_scenario` reads the same scenario from.

    Raises `InputError` for a scenario that no file can hold, saying why.
    """
    document = tomlkit.document()
    for line in _HEAD:
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    for key, value in _top(scenario).items():
        document.add(key, value)
    document.add("sides", _list_of(_side(side, explained=n == 0) for n, side in enumerate(scenario.sides)))
    for name, tables in (("relations", _relations(scenario)), ("links", _links(scenario))):
        if tables:
            document.add(name, _list_of(tables))
    document.add("parameters", _parameters(scenario))
    document.add("levers", _levers(scenario))
    options = [option for option in scenario.options if not _said_by_silence(option, scenario)]
    for name, tables in (("shocks", list(map(_shock, scenario.shocks))), ("options", list(map(_option, options)))):
        if tables:
            document.add(name, _list_of(tables))
    text = tomlkit.dumps(document)
    # What was written is read again before anyone relies on it.
    try:
        again = parse_scenario(text, name=scenario.name)
    except DataError as error:
        raise InputError(f"this scenario cannot be written, since no file may hold it: {error}") from None
    if again != replace(scenario, levers={**LEVER_DEFAULTS, **scenario.levers}):
        raise InputError(f"{scenario.name}: this scenario cannot be written so that reading gives it back")
    return text


def _top(scenario: Scenario) -> dict[str, Item]:
    values: dict[str, object] = {
        "name": scenario.name,
        "title": scenario.title,
        "about": scenario.about,
        "theatre": scenario.theatre,
        "as_of": scenario.as_of,
        "first_month": month_label(scenario.first),
        "months": scenario.months,
        "horizons": list(scenario.horizons),
        "draws": scenario.draws,
        "seed": scenario.seed,
        "ruler": scenario.ruler,
        "foreign_presence": scenario.foreign_presence,
        "variants": list(scenario.variants),
        "off": list(scenario.off),
        "data_until": scenario.data_until,
        "vintage": scenario.vintage,
        "citation": scenario.citation,
        "notes": list(scenario.notes),
    }
    return {key: _item(value) for key, value in values.items() if value is not None}


def _item(value: object) -> Item:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    # A text that begins with a line end would lose it.
    if isinstance(value, str) and "\n" in value and not value.startswith("\n"):
        return tomlkit.string(value, multiline=True)
    return tomlkit.item(value)


def _table(values: Mapping[str, object]) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        if value not in ("", None):
            table.add(key, _item(value))
    return table


def _list_of(tables: Iterable[Table]) -> AoT:
    found = tomlkit.aot()
    for table in tables:
        found.append(table)
    return found


def _quantity(quantity: Quantity, default: Quantity | None) -> Item:
    """A plain number where that says it all, else a table of what silence would not say."""
    usual = usual_scale(default, quantity.low, quantity.high)
    plain = quantity.evidence == "assumed" and not quantity.source and quantity.scale == usual
    if plain and not quantity.is_range:
        return _item(quantity.low)
    table: InlineTable = tomlkit.inline_table()
    for key, value in _range(quantity, usual).items():
        table.append(key, _item(value))
    return table


def _range(quantity: Quantity, usual: str, source_key: str = "source") -> dict[str, object]:
    ends = {"low": quantity.low, "high": quantity.high} if quantity.is_range else {"value": quantity.low}
    scale = {} if quantity.scale == usual else {"scale": quantity.scale}
    source = {source_key: quantity.source} if quantity.source else {}
    return {**ends, **scale, "evidence": quantity.evidence, **source}


def _explain(table: Table, parameter: Parameter) -> None:
    for line in textwrap.wrap(f"{parameter.unit}, {parameter.words}", _COMMENT_WIDTH):
        table.add(tomlkit.comment(line))


def _side(side: Side, *, explained: bool) -> Table:
    table = _table({"name": side.name, "kind": side.kind})
    table.add("ideology", tomlkit.item(list(side.ideology)))
    table.add("external", side.external)
    table.add("talks", side.talks)
    for parameter in GROUP:
        if explained:
            _explain(table, parameter)
        table.add(parameter.name, _quantity(side.numbers[parameter.name], parameter.default))
    return table


def _relations(scenario: Scenario) -> list[Table]:
    return [_table({"pair": list(one.pair), "kind": one.kind, "source": one.source}) for one in scenario.relations]


def _links(scenario: Scenario) -> list[Table]:
    return [
        _table({"source": link.source, "target": link.target, **_range(link.response, "linear", "from")})
        for link in scenario.links
    ]


def _parameters(scenario: Scenario) -> Table:
    table = tomlkit.table()
    for parameter in THEATRE:
        _explain(table, parameter)
        table.add(parameter.name, _quantity(scenario.quantities[parameter.name], parameter.default))
    return table


def _levers(scenario: Scenario) -> Table:
    table = tomlkit.table()
    table.add(tomlkit.comment("As things are; options move them."))
    for name in LEVER_NAMES:
        table.add(tomlkit.comment(LEVERS[name]))
        table.add(name, _item(float(scenario.levers.get(name, LEVER_DEFAULTS[name]))))
    return table


def _shock(shock: Shock) -> Table:
    same = shock.first == shock.last
    months = {"month": shock.first} if same else {"first": shock.first, "last": shock.last}
    table = _table({"kind": shock.kind, "group": shock.group, **{k: month_label(m) for k, m in months.items()}})
    if shock.probability != SURE:
        table.add("probability", _quantity(shock.probability, None))
    if shock.kind in OF_A_SIZE or shock.size != NO_SIZE:
        table.add("size", _quantity(shock.size, None))
    if shock.source:
        table.add("source", _item(shock.source))
    return table


def _said_by_silence(option: Option, scenario: Scenario) -> bool:
    last = scenario.first + scenario.months - 1
    return option == Option(DO_NOTHING, NOTHING_TITLE, {}, scenario.first, last)


def _option(option: Option) -> Table:
    table = _table({"name": option.name, "title": option.title, "about": option.about})
    levers = tomlkit.inline_table()
    for name, value in option.levers.items():
        levers.append(name, _item(float(value)))
    if option.levers:
        table.add("levers", levers)
    table.add("first", month_label(option.first))
    table.add("last", month_label(option.last))
    return table
