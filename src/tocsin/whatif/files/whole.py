"""A whole scenario out of the text of a file, its parts held against each other."""

from __future__ import annotations

import tomllib

from tocsin.errors import DataError
from tocsin.months import last_day, month_label
from tocsin.settings import check_toml
from tocsin.whatif.catalogue import LEVER_DEFAULTS, MECHANISM_NAMES, VARIANT_NAMES
from tocsin.whatif.files.parts import read_levers, read_options, read_shocks
from tocsin.whatif.files.problems import Problems, line_numbers
from tocsin.whatif.files.quantity import read_parameter
from tocsin.whatif.files.sides import known_side, read_links, read_relations, read_sides
from tocsin.whatif.files.table import Table, shown
from tocsin.whatif.limits import MOST_DRAWS, MOST_MONTHS, MOST_SEED
from tocsin.whatif.parameters import THEATRE, THEATRE_NAMES
from tocsin.whatif.scenario import Scenario, Side

TOP_KEYS = (
    "name", "title", "about", "theatre", "as_of", "first_month", "months", "horizons", "draws", "seed", "ruler",
    "foreign_presence", "variants", "off", "data_until", "vintage", "citation", "notes",
)  # fmt: skip
TABLE_KEYS = ("sides", "relations", "links", "parameters", "levers", "shocks", "options")
USUAL_HORIZONS, USUAL_DRAWS, USUAL_SEED = (6, 12, 36), 10_000, 1


def parse_scenario(text: str, *, name: str = "scenario") -> Scenario:
    """The scenario of a TOML text; `name` is what errors call it. Raises `DataError` with everything that is wrong."""
    try:
        check_toml(text)
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name}: not TOML: {error}") from None
    problems = Problems(line_numbers(text))
    scenario = _scenario(Table(values, (), problems))
    problems.raise_any(name)
    assert scenario is not None  # no part is missing without a problem noted
    return scenario


def _scenario(top: Table) -> Scenario | None:
    top.only((*TOP_KEYS, *TABLE_KEYS))
    name = top.identifier("name", "a short name for commands")
    title = top.text("title", "the scenario in a few words")
    theatre = top.text("theatre", "the part of the world")
    about, notes = top.text("about", "", default="", long=True), top.texts("notes", long=True)
    vintage, citation = (top.text(key, "", default="", long=True) for key in ("vintage", "citation"))
    as_of, data_until = top.day("as_of"), top.day("data_until")
    if "as_of" not in top.values:
        top.missing("as_of", "the day whose knowledge this scenario rests on, like 2021-08-30")
    if as_of is not None and data_until is not None and data_until > as_of:
        top.fault("data_until", f"figures until {data_until} are after the as-of day, {as_of}")
    first = top.month("first_month")
    if "first_month" not in top.values:
        top.missing("first_month", 'the first month simulated, like "2021-09"')
    if as_of is not None and first is not None and last_day(first) <= as_of:
        top.fault("first_month", f"{month_label(first)} is over on the as-of day, {as_of}; nothing is left to simulate")
    months = top.whole("months", "how many months are simulated", (1, MOST_MONTHS))
    within = None if first is None or months is None else (first, first + months - 1)
    horizons = _horizons(top, months)
    draws = top.whole("draws", "", (1, MOST_DRAWS), default=USUAL_DRAWS)
    seed = top.whole("seed", "", (0, MOST_SEED), default=USUAL_SEED)
    presence = top.flag("foreign_presence")
    variants = top.choices("variants", VARIANT_NAMES, VARIANT_NAMES)
    if top.values.get("variants") == []:
        top.fault("variants", "is empty: at least one is needed")
    off = top.choices("off", MECHANISM_NAMES, ())
    sides, names = read_sides(top)
    ruler = _ruler(top, sides, names)
    relations, links = read_relations(top, names), read_links(top, names)
    parameters = top.table("parameters")
    parameters.only(THEATRE_NAMES)
    read = {p.name: read_parameter(parameters, p, p.default) for p in THEATRE}
    levers = read_levers(top.table("levers"), default=LEVER_DEFAULTS)
    shocks, options = read_shocks(top, sides, names, within), read_options(top, within)
    if name is None or title is None or theatre is None or about is None or vintage is None or citation is None:
        return None
    if as_of is None or first is None or months is None or draws is None or seed is None:
        return None
    return Scenario(
        name=name, title=title, about=about, theatre=theatre, as_of=as_of, first=first, months=months,
        horizons=horizons, draws=draws, seed=seed, ruler=ruler, foreign_presence=presence, sides=sides,
        relations=relations, links=links, quantities={key: value for key, value in read.items() if value is not None},
        levers=levers, shocks=shocks, options=options, variants=variants, off=off, data_until=data_until,
        vintage=vintage, citation=citation, notes=notes,
    )  # fmt: skip


def _horizons(top: Table, months: int | None) -> tuple[int, ...]:
    value = top.values.get("horizons")
    most = MOST_MONTHS if months is None else months
    if value is None:
        return tuple(h for h in USUAL_HORIZONS if h <= most) or (most,)
    if not isinstance(value, list) or not value or not all(type(one) is int for one in value):
        top.fault("horizons", f"{shown(value)} is not a list of months after the start, like [6, 12]")
        return ()
    if outside := [one for one in value if not 1 <= one <= most]:
        top.fault("horizons", f"{', '.join(map(str, outside))} is not from 1 to {most}, the months simulated")
    top.each_once("horizons", value)
    if value != sorted(value):
        top.fault("horizons", "are not in rising order")
    return tuple(value)


def _ruler(top: Table, sides: tuple[Side, ...], names: tuple[str, ...]) -> str | None:
    ruler = top.text("ruler", "") if "ruler" in top.values else None
    if ruler is not None:
        known_side(top, "ruler", ruler, names)
    for side in sides:
        if side.kind == "state" and side.name != ruler:
            who = f"{ruler} does" if ruler else "nobody does"
            top.problems.add(("ruler",), f"{side.name} is a state, so it rules at the start, but here {who}")
    return ruler
