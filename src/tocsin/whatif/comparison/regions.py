"""Where in the numbers not known the sign of an option's difference turns: boxes by PRIM of EMA Workbench.

A search finds a box in anything. So it is made on every other parameter point, and what it found is measured, and
tested, on the points it has not seen. Many searches find one by chance: so all are tested together.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison.result import Flip

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Limits = Mapping[str, tuple[float, float]]

MOST_LIMITS = 3
# A box that is worth telling: more than half of its points turn, this much more than of all points; and all searches
# of a comparison together find one by chance in no more than one comparison of twenty.
LEAST_DENSITY, LEAST_GAIN, MOST_CHANCE = 0.5, 0.10, 0.05
LEAST_CASES = 10


@dataclass(frozen=True)
class Box:
    """A box and what it holds of the points it was not found on; `chance` that one of its size holds as many cases."""

    limits: Limits
    density: float
    coverage: float
    base: float
    chance: float


def most_related(quantities: Mapping[str, Floats], difference: Floats, most: int) -> list[str]:
    """The names of the quantities whose ranks go most with the difference (point), on the points that are searched."""
    from scipy.stats import rankdata

    wanted = rankdata(difference[::2])
    marks = {name: _correlation(rankdata(values[::2]), wanted) for name, values in quantities.items()}
    return sorted(marks, key=lambda name: -marks[name])[:most]


def turning(difference: Floats) -> tuple[str, Bools]:
    """What a difference to doing nothing (point) turns to, `fewer` or `more`, and at which points (point) it has."""
    if difference.mean() <= 0:
        return "more", difference > 0
    return "fewer", difference < 0


def flip_of(variant: Variant, option: str, outcome: str, horizon: int, difference: Floats, box: Box | None) -> Flip:
    """Where the sign of the difference to doing nothing (point) is not what it is on the whole: in the box, if any."""
    turns_to, cases = turning(difference)
    if box is None:
        base = float(cases.mean())
        return Flip(variant, option, outcome, horizon, turns_to, {}, base, 1.0, base)
    return Flip(
        variant, option, outcome, horizon, turns_to, box.limits, box.density, box.coverage, box.base, box.chance
    )


def beyond_chance(boxes: Sequence[Box | None]) -> list[Box | None]:
    """The boxes of all searches of a comparison, without those that so many searches may find by chance.

    By Holm's step-down of Bonferroni's bound at 5% (https://www.jstor.org/stable/4615733); None is a search that found
    nothing. `chance` of those that are left is that of all searches.
    """
    left: list[Box | None] = [None] * len(boxes)
    found = sorted((box.chance, place) for place, box in enumerate(boxes) if box is not None)
    adjusted = 0.0
    for rank, (chance, place) in enumerate(found):
        adjusted = max(adjusted, min(1.0, chance * (len(boxes) - rank)))
        box = boxes[place]
        if box is not None and adjusted <= MOST_CHANCE:
            left[place] = replace(box, chance=adjusted)
    return left


def find_box(quantities: Mapping[str, Floats], cases: Bools) -> Box | None:
    """A box of at most three limits in which most points are cases, and more than elsewhere; None where there is none.

    `quantities`: values (point) by name; `cases` (point). Found on points 0, 2, 4, ..., measured on 1, 3, 5, ...; see
    `beyond_chance` for whether it may be chance. Raises `ModuleNotFoundError` where EMA Workbench is not installed.
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
    if not size or found / size < base + LEAST_GAIN or found / size <= LEAST_DENSITY:
        return None
    return Box(limits, found / size, found / total, base, _chance(found, size, total, held.size))


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
