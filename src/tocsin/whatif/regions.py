"""Where in the numbers not known an option turns worse than doing nothing, or better: boxes by PRIM of EMA Workbench.

A search finds a box in anything. So it is made on every other parameter point, and what it found is measured, and
tested, on the points it has not seen.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison import Flip
from tocsin.whatif.sampling import _quantity_uniforms, _run_seeds, from_unit, named_quantities
from tocsin.whatif.scenario import Scenario

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Limits = Mapping[str, tuple[float, float]]

MOST_LIMITS = 3
# A box that is worth telling: this much denser than all points, and not by chance in more than one search of a hundred.
LEAST_GAIN, MOST_CHANCE = 0.10, 0.01
LEAST_CASES = 10


@dataclass(frozen=True)
class Box:
    """A box and what it holds of the points it was not found on."""

    limits: Limits
    density: float
    coverage: float
    base: float


def point_values(scenario: Scenario, points: int, *, seed: int) -> dict[str, Floats]:
    """The values (point) of each uncertain number at the parameter points of `sample_draws`, by its name."""
    seeds = _run_seeds(seed, np.arange(points, dtype=np.int64))
    varying = [named for named in named_quantities(scenario) if named.quantity.is_range]
    return {named.name: from_unit(named, _quantity_uniforms(named, seeds)) for named in varying}


def most_related(quantities: Mapping[str, Floats], difference: Floats, most: int) -> list[str]:
    """The names of the quantities whose ranks go most with the difference (point), on the points that are searched."""
    from scipy.stats import rankdata

    wanted = rankdata(difference[::2])
    marks = {name: _correlation(rankdata(values[::2]), wanted) for name, values in quantities.items()}
    return sorted(marks, key=lambda name: -marks[name])[:most]


def flip_of(
    variant: Variant, option: str, outcome: str, horizon: int, difference: Floats, quantities: Mapping[str, Floats]
) -> Flip:
    """Where the sign of the difference to doing nothing (point) is not what it is on the whole.

    `quantities` are the values (point) of each number that may bound the box. Raises `ModuleNotFoundError` where
    EMA Workbench is not installed.
    """
    turns_to = "worse" if difference.mean() <= 0 else "better"
    cases = difference > 0 if turns_to == "worse" else difference < 0
    box = find_box(quantities, cases)
    if box is None:
        base = float(cases.mean())
        return Flip(variant, option, outcome, horizon, turns_to, {}, base, 1.0, base)
    return Flip(variant, option, outcome, horizon, turns_to, box.limits, box.density, box.coverage, box.base)


def find_box(quantities: Mapping[str, Floats], cases: Bools) -> Box | None:
    """A box of at most three limits in which cases are denser than elsewhere; None where chance would do as well.

    `quantities`: values (point) by name; `cases` (point). Found on points 0, 2, 4, ..., measured on 1, 3, 5, ...
    """
    search, test = slice(0, None, 2), slice(1, None, 2)
    seen = {name: values[search] for name, values in quantities.items() if np.ptp(values[search]) > 0}
    enough = min(cases[search].sum(), (~cases[search]).sum(), cases[test].sum(), (~cases[test]).sum())
    if not seen or enough < LEAST_CASES:
        return None
    limits = _pruned(seen, cases[search], _densest(seen, cases[search]))
    if not limits:
        return None
    held = inside({name: values[test] for name, values in quantities.items()}, limits)
    total, found, size = int(cases[test].sum()), int(cases[test][held].sum()), int(held.sum())
    base = total / held.size
    if not size or found / size < base + LEAST_GAIN or _chance(found, size, total, held.size) > MOST_CHANCE:
        return None
    return Box(limits, found / size, found / total, base)


def inside(quantities: Mapping[str, Floats], limits: Limits) -> Bools:
    """Which points (point) lie within all limits, the limits themselves included."""
    held = np.ones(len(next(iter(quantities.values()))), dtype=bool)
    for name, (low, high) in limits.items():
        held &= (quantities[name] >= low) & (quantities[name] <= high)
    return held


def contrast(cases: Bools, held: Bools) -> float:
    """By how many standard errors the cases are denser in a box than chance would have them."""
    base, size = cases.mean(), held.sum()
    if size == 0 or base in (0.0, 1.0):
        return 0.0
    return float((cases[held].mean() - base) * np.sqrt(size / (base * (1 - base))))


def _densest(quantities: Mapping[str, Floats], cases: Bools) -> Limits:
    """Of the boxes PRIM peels, the one that stands out most from chance."""
    boxes = _peeled(quantities, cases)
    marks = [contrast(cases, inside(quantities, box)) for box in boxes]
    return boxes[int(np.argmax(marks))]


def _peeled(quantities: Mapping[str, Floats], cases: Bools) -> list[dict[str, tuple[float, float]]]:
    """All boxes on PRIM's way from everything to the densest corner, with the limits that are narrower than all."""
    with warnings.catch_warnings():
        # Of packages that EMA Workbench can do without, and of pandas about its use.
        warnings.simplefilter("ignore")
        prim: Any = import_module("ema_workbench.analysis.prim")
        pandas: Any = import_module("pandas")
        frame = pandas.DataFrame({str(k): values for k, values in enumerate(quantities.values())})
        box = prim.Prim(frame, cases.astype(int), threshold=0.0, peel_alpha=0.1, mass_min=0.05).find_box()
        found = []
        for table in box.box_lims:
            limits = {}
            for k, (name, values) in enumerate(quantities.items()):
                low, high = (float(table[str(k)].iloc[end]) for end in (0, 1))
                low, high = (low if low > values.min() else -np.inf), (high if high < values.max() else np.inf)
                if np.isfinite(low) or np.isfinite(high):
                    limits[name] = (low, high)
            found.append(limits)
    return found


def _pruned(quantities: Mapping[str, Floats], cases: Bools, limits: Limits) -> Limits:
    """Without the limits that add nothing, and of the rest no more than can be told in a sentence."""
    left = dict(limits)
    while left:
        now = contrast(cases, inside(quantities, left))
        without = {
            name: contrast(cases, inside(quantities, {other: left[other] for other in left if other != name}))
            for name in left
        }
        name = max(without, key=lambda other: without[other])
        # A limit has to make the box stand out by a standard error more to be worth its words.
        if len(left) <= MOST_LIMITS and without[name] < now - 1.0:
            break
        del left[name]
    return left


def _chance(found: int, size: int, total: int, points: int) -> float:
    """P(that many cases or more) in a box of that size, were it drawn at random from the points."""
    from scipy.stats import hypergeom

    return float(hypergeom.sf(found - 1, points, total, size))


def _correlation(x: Floats, y: Floats) -> float:
    """How strongly two series go together, whatever the sign; 0 where one does not vary."""
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    return float(abs(np.corrcoef(x, y)[0, 1]))
