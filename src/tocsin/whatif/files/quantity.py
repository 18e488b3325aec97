"""A number in a scenario file: `0.02`, or a table with `value` or `low` and `high`, `evidence` and `source`."""

from __future__ import annotations

import math
from typing import Final, get_args

from tocsin.whatif.files.table import Table, shown
from tocsin.whatif.parameters import EVIDENCE, Evidence, Parameter, Quantity, Scale

SCALES: Final[tuple[Scale, ...]] = get_args(Scale)
_KEYS = ("low", "high", "value", "scale", "evidence")


def usual_scale(default: Quantity | None, low: float, high: float) -> Scale:
    """The scale of a quantity that says none: the default's, unless a range from 0 or below has no logarithm."""
    if default is None or (low != high and low <= 0):
        return "linear"
    return default.scale


def number(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def read_parameter(table: Table, parameter: Parameter, default: Quantity | None) -> Quantity | None:
    """The quantity a table holds for a parameter, or the default; None with a problem noted."""
    value = table.values.get(parameter.name)
    limits = parameter.least, parameter.most
    if value is None:
        if default is None:
            table.missing(parameter.name, f"{parameter.unit}, {parameter.words}; only data or a source can tell")
        return default
    return read_quantity(table, parameter.name, limits, parameter.default)


def read_quantity(
    table: Table, key: str, limits: tuple[float, float], default: Quantity | None = None
) -> Quantity | None:
    """The quantity under a key that is there, within limits; None with a problem noted."""
    value = table.values[key]
    plain = number(value)
    if plain is not None:
        if not limits[0] <= plain <= limits[1]:
            table.fault(key, _out(plain, limits))
            return None
        return Quantity(plain, plain, scale=usual_scale(default, plain, plain))
    if not isinstance(value, dict):
        table.fault(key, f"{shown(value)} is not a number or a table with low, high, evidence and source")
        return None
    inner = table.table(key)
    inner.only((*_KEYS, "source"))
    return read_range(inner, limits, default)


def read_range(
    table: Table, limits: tuple[float, float], default: Quantity | None = None, *, source_key: str = "source"
) -> Quantity | None:
    """The quantity that a table's keys `low` and `high`, or `value`, say; None with a problem noted."""
    before = len(table.problems)
    ends = _ends(table)
    for end in dict.fromkeys(ends or ()):
        if not limits[0] <= end <= limits[1]:
            table.problems.add(table.place, _out(end, limits))
    if ends and ends[0] > ends[1]:
        table.problems.add(table.place, f"low {ends[0]:g} is above high {ends[1]:g}")
    scale = table.choice("scale", SCALES, default=usual_scale(default, *ends) if ends else "linear")
    if ends and scale == "log" and ends[0] < ends[1] and ends[0] <= 0:
        table.fault("scale", f'a range from {ends[0]:g} has no logarithm: give a low above 0, or scale = "linear"')
    evidence: Evidence | None = None
    if "evidence" in table.values:
        evidence = table.choice("evidence", EVIDENCE)
    else:
        table.missing("evidence", f"say what this rests on, {', '.join(EVIDENCE)}")
    source = table.text(source_key, "", default="", long=True)
    if evidence in ("estimated", "literature") and source is not None and not source.strip():
        table.problems.add(table.place, f"evidence is {evidence}, so {source_key} has to say where the number is from")
    if len(table.problems) > before or ends is None or scale is None or evidence is None or source is None:
        return None
    return Quantity(*ends, evidence, source, scale)


def _ends(table: Table) -> tuple[float, float] | None:
    has = [key for key in ("low", "high", "value") if key in table.values]
    if has not in (["low", "high"], ["value"]):
        said = f"got {' and '.join(has)}" if has else "got none of them"
        table.problems.add(table.place, f"expected either low and high, or value; {said}")
    numbers = {key: number(table.values[key]) for key in has}
    for key, found in numbers.items():
        if found is None:
            table.fault(key, f"{shown(table.values[key])} is not a finite number")
    low, high = numbers.get("low", numbers.get("value")), numbers.get("high", numbers.get("value"))
    if has not in (["low", "high"], ["value"]) or low is None or high is None:
        return None
    return low, high


def _out(value: float, limits: tuple[float, float]) -> str:
    return f"{value:g} is out of what is allowed, {limits[0]:g} to {limits[1]:g}"
