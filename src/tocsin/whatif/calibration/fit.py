"""A scenario's free numbers, calibrated to the past of its theatre by approximate Bayesian computation.

The past is simulated many times, at points of what is not known; the runs whose summary statistics come nearest to the
observed ones are kept, and moved to where they would lie had they matched. What the past narrows is told by the data
and replaces the scenario's numbers; what it does not is left as it was, and listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tocsin.errors import InputError
from tocsin.months import month_label
from tocsin.whatif.calibration.past import Past
from tocsin.whatif.calibration.priors import counted_sides, freed, given, past_scenario
from tocsin.whatif.calibration.regression import Learned, weighted_quantiles
from tocsin.whatif.calibration.rounds import ROUNDS, close_in
from tocsin.whatif.calibration.runs import statistics_at
from tocsin.whatif.calibration.summaries import observed_figures, summarise
from tocsin.whatif.engine.sampling import NamedQuantity, from_unit, named_quantities, uncertain
from tocsin.whatif.parameters import Quantity, Scale
from tocsin.whatif.scenario import Scenario, Side

Floats = NDArray[np.float64]
Standing = Literal["told", "not told", "given"]

# A quantity whose spread shrinks by less than a tenth is not told by the data.
TOLD_BELOW = 0.9
POINTS = 1000
LEAST_DRAWS = 1000
_TAILS = np.array([0.05, 0.5, 0.95])
# What a new ruler changes from one day to the next.
_OF_ORDER = ("attack_rate", "own_response", "clash_rate", "urban_share")
_STEPS = 2000  # of the prior's distribution function, for its mean and spread


@dataclass(frozen=True)
class Freed:
    """What the past says of one quantity: prior and posterior 90% intervals, and whether the data told it.

    `contraction` is the posterior's standard deviation over the prior's, on the quantity's scale (linear or log).
    `standing` says why it is kept where it is: `told` (replaced), `not told`, or `given` (estimated elsewhere, from
    finer figures, and not estimated anew).
    """

    name: str
    standing: Standing
    scale: Scale
    contraction: float
    prior_low: float
    prior_high: float
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Matched:
    """One summary statistic: observed, and its 90% interval over runs at points of the posterior."""

    name: str
    observed: float
    low: float
    median: float
    high: float


@dataclass(frozen=True, eq=False)
class Calibration:
    """A scenario calibrated to a past; by `calibrate`.

    `wide` is the scenario of the past, with the wide ranges it began with, `names` its uncertain quantities, `scores`
    (point, quantity) points of the posterior as normal scores of the prior and `values` the quantities' values there.
    `past` holds the sides that were compared, `learned` the statistics that stood for the quantities.
    """

    base: Scenario
    wide: Scenario
    past: Past
    names: tuple[str, ...]
    scores: Floats
    values: Floats
    quantities: tuple[Freed, ...]
    statistics: tuple[Matched, ...]
    learned: Learned
    runs: int
    seed: int

    @property
    def told(self) -> tuple[str, ...]:
        """The quantities that the data told."""
        return tuple(quantity.name for quantity in self.quantities if quantity.standing == "told")

    @property
    def not_told(self) -> tuple[str, ...]:
        """The quantities that the data left as they were."""
        return tuple(quantity.name for quantity in self.quantities if quantity.standing == "not told")

    @property
    def source(self) -> str:
        """What a calibrated quantity is said to rest on."""
        span = f"{month_label(self.past.first)} to {month_label(self.past.last)}"
        return f"calibrated to {self.past.theatre}, {span}, {self.past.vintage} ({self.runs:,} runs)"

    @property
    def carried(self) -> tuple[str, ...]:
        """Of what the data told, what goes into the scenario: see `scenario`."""
        base = {named.name: named.quantity for named in named_quantities(self.base)}
        states = {side.name for side in self.base.sides if side.kind == "state"}
        same_order = self.base.ruler is None or self.base.ruler in states
        intervals = {quantity.name: (quantity.low, quantity.high) for quantity in self.quantities}
        for side in self.past.sides:
            low, _, high = np.quantile(self._levels(side), _TAILS).tolist()
            intervals[f"{side}.attack_rate"] = low, high
        found = []
        for name in self.told:
            kind, was = name.rpartition(".")[2], base[name]
            known = was.evidence == "estimated" and kind != "own_response"
            better = not known or _width(*intervals[name]) < _width(was.low, was.high)
            if better and (same_order or kind not in _OF_ORDER):
                found.append(name)
        return tuple(found)

    def scenario(self) -> Scenario:
        """The scenario with what the data told: posterior 90% intervals, marked `estimated`.

        What the scenario estimates more narrowly from its latest months stays; where a group has come to rule, rates
        and the share in cities stay too, since the past was of another order. A side's answer to its own attacks is set
        at its posterior median, and its rate keeps the level both make: each makes up for the other. Where a rate is
        carried over, the swing at the start moves the other way, so that the scenario begins at the level it had (in
        the middle of its ranges) and goes on to the calibrated one. How else quantities hang together in the posterior
        is lost.
        """
        carried = set(self.carried)
        found = {quantity.name: quantity for quantity in self.quantities if quantity.name in carried}
        return replace(
            self.base,
            sides=tuple(self._side(one, found) for one in self.base.sides),
            quantities={name: self._told(name, was, found) for name, was in self.base.quantities.items()},
            notes=(*self.base.notes, f"{len(found)} numbers {self.source}."),
        )

    def _told(self, name: str, was: Quantity, found: Mapping[str, Freed]) -> Quantity:
        if name not in found:
            return was
        return self._estimated(found[name].low, found[name].high, found[name].scale)

    def _estimated(self, low: float, high: float, scale: Scale) -> Quantity:
        return Quantity(_tidy(low), _tidy(high), "estimated", self.source, scale)

    def _side(self, side: Side, found: Mapping[str, Freed]) -> Side:
        numbers = {key: self._told(f"{side.name}.{key}", was, found) for key, was in side.numbers.items()}
        rate, alone = side.numbers["attack_rate"], 1.0 - _middle(side.numbers["own_response"])
        now_alone = alone
        if f"{side.name}.own_response" in found:
            own = found[f"{side.name}.own_response"].median
            numbers["own_response"], now_alone = self._estimated(own, own, "linear"), 1.0 - own
        if f"{side.name}.attack_rate" in found:
            low, _, high = np.quantile(self._levels(side.name), _TAILS).tolist()
            now = numbers["attack_rate"] = self._estimated(low * now_alone, high * now_alone, "log")
            shift = np.log(_middle(rate) / alone / (_middle(now) / now_alone))
            numbers["attack_swing"] = _shifted(side.numbers["attack_swing"], shift)
        elif now_alone != alone:
            part = now_alone / alone
            numbers["attack_rate"] = replace(rate, low=_tidy(rate.low * part), high=_tidy(rate.high * part))
        if f"{side.name}.clash_rate" in found:
            shift = np.log(_middle(side.numbers["clash_rate"]) / _middle(numbers["clash_rate"]))
            numbers["clash_swing"] = _shifted(side.numbers["clash_swing"], shift)
        return replace(side, numbers=numbers)

    def _levels(self, side: str) -> Floats:
        """Attacks a month with those that follow on a side's own, at the points of the posterior (point)."""
        return self._values(f"{side}.attack_rate") / (1.0 - self._values(f"{side}.own_response"))

    def _values(self, name: str) -> Floats:
        """A quantity at the points of the posterior (point), also where it is known for sure."""
        if name in self.names:
            return self.values[:, self.names.index(name)]
        known = {named.name: named.quantity for named in named_quantities(self.wide)}
        return np.full(len(self.scores), known[name].low)

    def to_dict(self) -> dict[str, Any]:
        """The calibration as JSON writes it."""
        return {
            "scenario": self.base.name,
            "theatre": self.past.theatre,
            "first": month_label(self.past.first),
            "last": month_label(self.past.last),
            "vintage": self.past.vintage,
            "citation": self.past.citation,
            "sides": list(self.past.sides),
            "runs": self.runs,
            "seed": self.seed,
            "told": list(self.told),
            "carried": list(self.carried),
            "not_told": list(self.not_told),
            "given": [quantity.name for quantity in self.quantities if quantity.standing == "given"],
            "quantities": [vars(quantity) for quantity in self.quantities],
            "statistics": [vars(statistic) for statistic in self.statistics],
        }


def calibrate(
    scenario: Scenario,
    past: Past,
    *,
    first: int | None = None,
    last: int | None = None,
    draws: int = 20_000,
    seed: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Calibrate a scenario to the past of its theatre, from month `first` to `last` (default: all of it).

    Compared are the sides with 12 active months or more; the past is simulated from its first month under the
    scenario's own levers, with its state ruling, and a side that comes later is compared from its own first month on.
    `draws` runs are made in each of two rounds; `progress` is told how many of how many are done. Raises `InputError`
    for too few draws or months, or a past that goes beyond the scenario's as-of day, `NotHeldError` where no side has
    12 active months.
    """
    if draws < LEAST_DRAWS:
        raise InputError(f"a calibration needs {LEAST_DRAWS:,} draws or more, got {draws:,}")
    window = past.between(past.first if first is None else first, past.last if last is None else last)
    if window.last >= scenario.first:
        raise InputError(
            f"the past goes on to {month_label(window.last)}, but {scenario.name} begins in "
            f"{month_label(scenario.first)}: what a scenario starts from may not hold what comes after"
        )
    window = window.only(counted_sides(scenario, window))
    seed = scenario.seed if seed is None else seed
    wide = past_scenario(scenario, window)
    total, done = ROUNDS * draws + POINTS, 0

    def told(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, total)

    found = close_in(wide, window, draws=draws, seed=seed, progress=told)
    rng = np.random.default_rng([seed, ROUNDS])
    points = found.scores[_resampled(found.weights, POINTS, rng)]
    ranges = [named for named in named_quantities(wide) if named.quantity.is_range]
    values = np.column_stack([from_unit(named, ndtr(points[:, k])) for k, named in enumerate(ranges)])
    elsewhere = set(given(wide)) - set(freed(scenario, window))
    spreads = weighted_quantiles(found.scores, found.weights, _TAILS)
    return Calibration(
        base=scenario,
        wide=wide,
        past=window,
        names=uncertain(wide),
        scores=points,
        values=values,
        quantities=tuple(
            _freed(named, values[:, k], spreads[:, k], named.name in elsewhere) for k, named in enumerate(ranges)
        ),
        statistics=_matched(wide, window, points, seed=seed, offset=ROUNDS * draws, progress=told),
        learned=found.learned,
        runs=ROUNDS * draws,
        seed=seed,
    )


def _freed(named: NamedQuantity, values: Floats, scores: Floats, elsewhere: bool) -> Freed:
    prior = from_unit(named, (np.arange(_STEPS) + 0.5) / _STEPS)
    log = named.quantity.scale == "log"
    spread = float(np.std(np.log(values) if log else values) / np.std(np.log(prior) if log else prior))
    low, median, high = from_unit(named, ndtr(scores)).tolist()
    before = from_unit(named, np.array([0.05, 0.95])).tolist()
    standing: Standing = "given" if elsewhere else "told" if spread < TOLD_BELOW else "not told"
    return Freed(named.name, standing, named.quantity.scale, spread, before[0], before[1], low, median, high)


def _matched(
    wide: Scenario, past: Past, points: Floats, *, seed: int, offset: int, progress: Callable[[int], None]
) -> tuple[Matched, ...]:
    observed = summarise(observed_figures(past), past)
    simulated = statistics_at(wide, past, points, seed=seed, offset=offset, progress=progress)
    quantiles = np.quantile(simulated, _TAILS, axis=0)
    return tuple(
        Matched(name, float(observed.values[0, k]), *(float(q) for q in quantiles[:, k]))
        for k, name in enumerate(observed.names)
    )


def _resampled(weights: Floats, points: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Places drawn in proportion to their weights, evenly spread over them."""
    edges = np.cumsum(weights) / weights.sum()
    found: NDArray[np.int64] = np.minimum(
        np.searchsorted(edges, (np.arange(points) + rng.random()) / points), len(weights) - 1
    ).astype(np.int64)
    return found


def _width(low: float, high: float) -> float:
    """How far apart two ends are, as a ratio; ends at 0 as if just above."""
    return float(np.log(max(high, 1e-9) / max(low, 1e-9)))


def _middle(quantity: Quantity) -> float:
    if quantity.scale == "log":
        return float(np.sqrt(quantity.low * quantity.high))
    return (quantity.low + quantity.high) / 2


def _shifted(swing: Quantity, by: float) -> Quantity:
    return replace(swing, low=_tidy(swing.low + by), high=_tidy(swing.high + by))


def _tidy(value: float) -> float:
    return float(f"{value:.4g}")
