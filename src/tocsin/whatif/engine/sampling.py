"""Draws of what is uncertain in a scenario: each quantity's from its own stream, so that none disturbs another.

The value of a quantity in a draw is the inverse of its distribution at a uniform number that hangs only on the seed,
the quantity's name and the draw. More draws, sides, shocks or quantities therefore change no value that was there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from tocsin.errors import InputError
from tocsin.rivalry.path_kernel import STEP, mix
from tocsin.whatif.engine.draws import key
from tocsin.whatif.limits import MOST_SEED
from tocsin.whatif.parameters import GROUP, THEATRE
from tocsin.whatif.quantities import NamedQuantity, named_quantities, uncertain
from tocsin.whatif.scenario import Scenario

__all__ = [
    "Draws", "NamedQuantity", "from_unit", "named_quantities", "point_values", "sample_at", "sample_draws", "uncertain",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SEED_BITS = 2**64 - 1
_Z95 = float(ndtri(0.95))


@dataclass(frozen=True, eq=False)
class Draws:
    """The numbers of all runs, in float64 unless said.

    `numbers` (draw, parameter of `THEATRE`), `side_numbers` (draw, side, parameter of `GROUP`), `links` (draw, target,
    source; 0 where there is none), `when` (draw, shock) int64: the month from the scenario's first as 0, -1 where the
    shock does not happen, `sizes` (draw, shock). `runs` (draw) int64: the number of each run, which its chance hangs
    on; None stands for 0, 1, 2, ...
    """

    numbers: Floats
    side_numbers: Floats
    links: Floats
    when: Ints
    sizes: Floats
    runs: Ints | None = None


def from_unit(named: NamedQuantity, unit: Floats) -> Floats:
    """The quantity's values at which its distribution function is `unit` (any shape, 0 to 1).

    `estimated` ones are normal (of the logarithm where the scale is log) with 5% below `low` and 5% above `high`, cut
    off at the limits; all others even between `low` and `high`, or their logarithms.
    """
    quantity = named.quantity
    if not quantity.is_range:
        return np.full(unit.shape, quantity.low)
    log = quantity.scale == "log"
    low, high = (_log(quantity.low), _log(quantity.high)) if log else (quantity.low, quantity.high)
    if quantity.evidence == "estimated":
        middle, spread = (low + high) / 2, (high - low) / (2 * _Z95)
        least, most = (_log(named.least), _log(named.most)) if log else (named.least, named.most)
        below, up_to = ndtr((least - middle) / spread), ndtr((most - middle) / spread)
        value = middle + spread * ndtri(below + unit * (up_to - below))
        limits = named.least, named.most
    else:
        value = low + unit * (high - low)
        limits = quantity.low, quantity.high
    # Rounding, and the ends of the unit interval, must not lead out of where the number is allowed to lie.
    clipped: Floats = np.clip(np.exp(value) if log else value, *limits)
    return clipped


def sample_draws(scenario: Scenario, draws: int, *, seed: int, offset: int = 0, points: int | None = None) -> Draws:
    """The numbers of `draws` runs, of which the first is run `offset`.

    With `points`, the quantities are the same for each `draws / points` runs that follow on each other, while shocks
    come or not, and when, run by run. Draws made in parts (by `offset`, with as many runs a point) are those made at
    once. Raises `InputError` for draws or points that are not positive, or draws that are no multiple of the points.
    """
    if draws < 1 or offset < 0:
        raise InputError(f"runs cannot be drawn: {draws:,} of them from number {offset:,}; give one or more, from 0 up")
    if points is not None and (points < 1 or draws % points):
        raise InputError(
            f"{draws:,} draws cannot be shared evenly among {points:,} points: give a divisor of the draws"
        )
    runs = np.arange(offset, offset + draws, dtype=np.int64)
    each = 1 if points is None else draws // points
    of_points = _run_seeds(seed, np.unique(runs // each))
    named = named_quantities(scenario)
    values = np.column_stack([from_unit(n, _quantity_uniforms(n, of_points)) for n in named])
    return _assemble(scenario, values[runs // each - runs[0] // each], _run_seeds(seed, runs), runs)


def sample_at(scenario: Scenario, unit: Floats, *, seed: int, replicates: int = 1, offset: int = 0) -> Draws:
    """The numbers of runs at given points of what is uncertain, `replicates` runs a point, point by point.

    `unit` (point, quantity of `uncertain`): at which value of its distribution function each quantity is taken, 0 to 1.
    The replicates of every point have the same chance (runs `offset`, `offset` + 1, ...), so that points differ by
    their quantities alone. Raises `InputError` for a matrix of another shape or with values outside 0 to 1.
    """
    named = named_quantities(scenario)
    ranges = [place for place, n in enumerate(named) if n.quantity.is_range]
    unit = np.asarray(unit, dtype=np.float64)
    if unit.ndim != 2 or unit.shape[1] != len(ranges):
        raise InputError(f"points have the shape {unit.shape}; expected (points, {len(ranges)}), a column a quantity")
    if not bool(((unit >= 0) & (unit <= 1)).all()):
        raise InputError("points have values outside 0 to 1")
    if replicates < 1 or offset < 0:
        raise InputError(f"{replicates:,} runs a point from number {offset:,}: give one or more, from 0 up")
    values = np.repeat([[n.quantity.low for n in named]], len(unit), axis=0)
    for column, place in enumerate(ranges):
        values[:, place] = from_unit(named[place], unit[:, column])
    runs = np.tile(np.arange(offset, offset + replicates, dtype=np.int64), len(unit))
    return _assemble(scenario, np.repeat(values, replicates, axis=0), _run_seeds(seed, runs), runs)


def point_values(scenario: Scenario, points: int, *, seed: int) -> dict[str, Floats]:
    """The values (point) of each uncertain quantity at the points of `sample_draws`, by its name."""
    seeds = _run_seeds(seed, np.arange(points, dtype=np.int64))
    varying = [named for named in named_quantities(scenario) if named.quantity.is_range]
    return {named.name: from_unit(named, _quantity_uniforms(named, seeds)) for named in varying}


def _assemble(scenario: Scenario, values: Floats, run_seeds: NDArray[np.uint64], runs: Ints) -> Draws:
    """Sort the columns of `values` (draw, quantity of `named_quantities`) into arrays, and let shocks come or not."""
    draws, sides, n_links = len(values), len(scenario.sides), len(scenario.links)
    ends = np.cumsum([len(THEATRE), sides * len(GROUP), n_links])
    numbers, of_sides, of_links, of_shocks = np.split(values, ends, axis=1)
    place = {name: g for g, name in enumerate(scenario.names)}
    links = np.zeros((draws, sides, sides))
    for column, link in enumerate(scenario.links):
        links[:, place[link.target], place[link.source]] = of_links[:, column]
    when = np.full((draws, len(scenario.shocks)), -1, dtype=np.int64)
    for at, shock in enumerate(scenario.shocks):
        stream = f"shock:{at + 1}:{shock.kind}"
        happens = _uniforms(run_seeds, stream, 1) < of_shocks[:, 2 * at]
        width = shock.last - shock.first + 1
        month = np.minimum((_uniforms(run_seeds, stream, 2) * width).astype(np.int64), width - 1)
        when[:, at] = np.where(happens, shock.first - scenario.first + month, -1)
    return Draws(
        numbers=np.ascontiguousarray(numbers),
        side_numbers=np.ascontiguousarray(of_sides).reshape(draws, sides, len(GROUP)),
        links=links,
        when=when,
        sizes=np.ascontiguousarray(of_shocks[:, 1::2]),
        runs=runs,
    )


def _log(limit: float) -> float:
    return float(np.log(limit)) if limit > 0 else -np.inf


def _quantity_uniforms(named: NamedQuantity, run_seeds: NDArray[np.uint64]) -> Floats:
    if not named.quantity.is_range:
        return np.zeros(len(run_seeds))
    return _uniforms(run_seeds, f"quantity:{named.name}", 1)


def _run_seeds(seed: int, runs: Ints) -> NDArray[np.uint64]:
    if not 0 <= seed <= MOST_SEED:
        raise InputError(f"the seed is {seed}; expected a whole number from 0 to {MOST_SEED}")
    mixed = mix(np.array([seed], dtype=np.uint64))
    return mix(mixed + (runs.astype(np.uint64) + np.uint64(1)) * STEP)


def _uniforms(run_seeds: NDArray[np.uint64], stream: str, place: int) -> Floats:
    """Uniform number `place` of each run's state in a stream that has no sides and no months."""
    # `draws.cell_state` of side 0 and month 0, for all runs at once.
    state = mix(mix(mix(run_seeds ^ key("stream:" + stream))) + STEP)
    step = np.uint64((place * int(STEP)) & _SEED_BITS)
    return ((mix(state + step) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
