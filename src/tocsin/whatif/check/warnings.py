"""What a reader of a scenario should know before its results: gaps, defaults, parts that can do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.months import month_id, month_words
from tocsin.whatif.check.idle import idle_lever, idle_mechanisms
from tocsin.whatif.files.sides import side_default
from tocsin.whatif.parameters import GROUP, THEATRE
from tocsin.whatif.quantities import named_quantities
from tocsin.whatif.scenario import DO_NOTHING, Scenario

FEW_DRAWS = 1_000


def warnings_of(scenario: Scenario) -> tuple[str, ...]:
    """One sentence each, the most important first."""
    parts = (_data, _defaults, _options, _mechanisms, _shocks, _sides, _size)
    return tuple(words for part in parts for words in part(scenario))


def default_names(scenario: Scenario) -> tuple[str, ...]:
    """The quantities, named as in files, that are what a file that is silent about them gets."""
    found = [p.name for p in THEATRE if scenario.quantities[p.name] == p.default]
    found += [
        f"{side.name}.{p.name}"
        for side in scenario.sides
        for p in GROUP
        if side.numbers[p.name] == side_default(side.kind, p)
    ]
    return tuple(found)


def _data(scenario: Scenario) -> Iterator[str]:
    estimated = sum(named.quantity.evidence == "estimated" for named in named_quantities(scenario))
    as_of = month_id(scenario.as_of)
    if scenario.data_until is None:
        if estimated:
            numbers = _count(estimated, "number is", "numbers are")
            yield f"{numbers} estimated, but until when the figures go (data_until) is not said"
    else:
        until = month_id(scenario.data_until)
        if as_of > until:
            gap = _count(as_of - until, "month", "months")
            yield (
                f"the figures end in {month_words(until)}, {gap} before the as-of day ({scenario.as_of}): what "
                "happened in between is in no estimate"
            )
    if estimated and not scenario.vintage:
        yield "numbers are estimated, but from which release (vintage) is not said"
    if scenario.first - as_of > 1:
        gap = _count(scenario.first - as_of, "month", "months")
        yield f"the first month simulated is {gap} after the as-of day, and starts from how things were then"


def _defaults(scenario: Scenario) -> Iterator[str]:
    names = default_names(scenario)
    theatre = sum("." not in name for name in names)
    if theatre:
        yield f"{theatre} of the theatre's {len(THEATRE)} numbers are the defaults"
    for parameter in GROUP:
        # Where 0 is the default, it says that there is nothing of the kind.
        if parameter.default is None or not parameter.default.is_range:
            continue
        silent = [side for side in scenario.names if f"{side}.{parameter.name}" in names]
        if silent:
            yield f"{parameter.name} is the default for {', '.join(silent)}"


def _options(scenario: Scenario) -> Iterator[str]:
    if len(scenario.options) < 2:
        yield f"there is no option but {DO_NOTHING}: nothing is compared"
    for option in scenario.options:
        moved = [name for name, value in option.levers.items() if value != scenario.levers[name]]
        if option.levers and not moved:
            yield f"option {option.name} sets its levers to what they are: it is doing nothing"
        for name in moved:
            why = idle_lever(scenario, name)
            if why is not None:
                yield f"option {option.name} moves {name}, which changes nothing here ({why})"


def _mechanisms(scenario: Scenario) -> Iterator[str]:
    for name, why in idle_mechanisms(scenario).items():
        yield f"{name} is on, but has no effect: {why}"
    if len(scenario.variants) < 2:
        yield "one structural variant only: whether another view of competition would say the same is not tested"
    for variant, number in (("match", "matching"), ("deter", "deterrence")):
        if variant in scenario.variants and "outbidding_number" in scenario.off:
            yield f"variant {variant} is the same as fitted, since outbidding_number is off"
        elif variant in scenario.variants and scenario.quantities[number].low == scenario.quantities[number].high == 0:
            yield f"variant {variant} is the same as fitted, since {number} is 0"


def _shocks(scenario: Scenario) -> Iterator[str]:
    prisoners = {side.name: side.numbers["prisoners"].high for side in scenario.sides}
    for number, shock in enumerate(scenario.shocks, 1):
        if shock.probability.high == 0 or "shocks" in scenario.off:
            continue
        if shock.kind == "withdrawal" and not scenario.foreign_presence:
            yield f"shock {number} is a withdrawal, but foreign soldiers are not there (foreign_presence)"
        if shock.kind == "take_over" and shock.group == scenario.ruler:
            yield f"shock {number}: {shock.group} rules at the start, so this may be no more than a triumph and turmoil"
        if shock.kind == "jail_break" and shock.group is not None and prisoners[shock.group] == 0:
            yield f"shock {number}: {shock.group} has no prisoners at the start"
        if shock.kind == "leader_lost" and "cohesion" in scenario.off:
            yield f"shock {number}: a leader lost changes nothing, since cohesion is off"


def _sides(scenario: Scenario) -> Iterator[str]:
    for side in scenario.sides:
        if side.numbers["members"].high == 0:
            yield f"{side.name} has no members, so it neither attacks nor recruits"
        if side.external != (side.numbers["external_rate"].high > 0):
            what = "has no external_rate" if side.external else "has an external_rate, but is not external"
            yield f"{side.name} {'is external, but ' if side.external else ''}{what}: it makes no attacks abroad"
    allied = {frozenset(one.pair) for one in scenario.relations if one.kind == "allies"}
    for link in scenario.links:
        if frozenset((link.source, link.target)) in allied and "alliance" not in scenario.off:
            yield f"the link from {link.source} to {link.target} has no effect: they are allies"


def _size(scenario: Scenario) -> Iterator[str]:
    if scenario.draws < FEW_DRAWS:
        yield f"{scenario.draws:,} draws are few: ends of intervals will be rough below {FEW_DRAWS:,}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
