"""Which of the numbers not known move the difference of an option to doing nothing: elementary effects by SALib.

Each trajectory (Morris 1991, doi:10.1080/00401706.1991.10484804) moves one number after the other. All its points, and
all options, are run with the same chance, so that what changes is due to the number that was moved. Yet a count of
rare events jumps by chance whatever is moved. So each effect is measured twice, on two halves of the runs: chance is
different in the two, and what they have in common is not chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison.reduce import Row
from tocsin.whatif.comparison.result import Decisive
from tocsin.whatif.quantities import NamedQuantity, named_quantities
from tocsin.whatif.scenario import Scenario

Floats = NDArray[np.float64]

LEVELS = 4
LEAST_TRAJECTORIES, MOST_TRAJECTORIES = 4, 40
# With fewer, what parts of what moves a difference rest on is not told.
ENOUGH_TRAJECTORIES = 10
# Of the sum of squares of all quantities' mean sizes of effect, so much must not be chance, or nothing is told.
LEAST_RESOLVED = 0.25


@dataclass(frozen=True, eq=False)
class Plan:
    """The points of a Morris design: `units` (point, quantity) from 0 to 1 over each range, point after point of each
    trajectory; `at` (point, quantity) the same as values of the distribution functions, for `sample_at`."""

    quantities: tuple[NamedQuantity, ...]
    trajectories: int
    units: Floats
    at: Floats
    seed: int


def plan_morris(scenario: Scenario, runs: int, replicates: int) -> Plan | None:
    """A design for the uncertain quantities of a scenario with about `runs` runs of an option; None where all is known.

    Raises `ModuleNotFoundError` where SALib is not installed.
    """
    sample: Any = import_module("SALib.sample.morris")
    quantities = tuple(named for named in named_quantities(scenario) if named.quantity.is_range)
    if not quantities:
        return None
    wanted = runs // ((len(quantities) + 1) * replicates)
    trajectories = min(max(wanted, LEAST_TRAJECTORIES), MOST_TRAJECTORIES)
    units = sample.sample(_problem(quantities), trajectories, num_levels=LEVELS, seed=scenario.seed)
    units = np.clip(np.asarray(units, dtype=np.float64), 0.0, 1.0)
    # What is estimated has no ends: its range is its 90% interval.
    estimated = np.array([named.quantity.evidence == "estimated" for named in quantities])
    return Plan(quantities, trajectories, units, np.where(estimated, 0.05 + 0.9 * units, units), scenario.seed)


def decisive_of(
    plan: Plan,
    variant: Variant,
    options: Sequence[str],
    rows: Sequence[Row],
    horizons: Sequence[int],
    expected: Floats,
) -> list[Decisive]:
    """All quantities that move anything, by option (but the first, doing nothing), row and horizon, most first.

    `expected` (option, row, horizon, point, half): the outcome at the points of the plan, averaged over each half of
    the same replicates. Where more than three quarters of what is seen of the effects is chance, nothing is told.
    """
    found: list[Decisive] = []
    for o, option in enumerate(options[1:], 1):
        for k, row in enumerate(rows):
            for h, horizon in enumerate(horizons):
                halves = expected[o, k, h] - expected[0, k, h]
                found += _of_response(plan, halves, variant, option, row.outcome, horizon)
    return found


def elementary_effects(plan: Plan, response: Floats) -> Floats:
    """The effect (trajectory, quantity) of moving each quantity over its whole range, from a response (point)."""
    steps = np.diff(plan.units.reshape(plan.trajectories, -1, len(plan.quantities)), axis=1)
    changes = np.diff(response.reshape(plan.trajectories, -1), axis=1)
    moved = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, moved[:, :, np.newaxis], axis=2)[:, :, 0]
    effects = np.empty_like(changes)
    np.put_along_axis(effects, moved, changes / size, axis=1)
    return effects


def _of_response(
    plan: Plan, halves: Floats, variant: Variant, option: str, outcome: str, horizon: int
) -> list[Decisive]:
    """The quantities that move one response (point, half), most first by what of their effect is not chance."""
    analyze: Any = import_module("SALib.analyze.morris")
    response = halves.mean(axis=1)
    one, other = (elementary_effects(plan, halves[:, half]) for half in (0, 1))
    # The root of the product is the size of what the halves have in common; chance gives it either sign, and cancels.
    product = one * other
    common = np.clip((np.sign(product) * np.sqrt(np.abs(product))).mean(axis=0), 0.0, None)
    sizes = np.abs((one + other) / 2).mean(axis=0)
    if not sizes.any() or (common**2).sum() < LEAST_RESOLVED * (sizes**2).sum():
        return []
    effects = analyze.analyze(_problem(plan.quantities), plan.units, response, num_levels=LEVELS, seed=plan.seed)
    figures = {name: np.asarray(effects[name], dtype=np.float64) for name in ("mu_star", "mu_star_conf", "mu", "sigma")}
    share = common / common.sum()
    return [
        Decisive(
            variant=variant,
            option=option,
            outcome=outcome,
            horizon=horizon,
            quantity=plan.quantities[q].name,
            evidence=plan.quantities[q].quantity.evidence,
            mu_star=float(figures["mu_star"][q]),
            mu_star_half_width=float(figures["mu_star_conf"][q]),
            mu=float(figures["mu"][q]),
            sigma=float(figures["sigma"][q]),
            cleared=float(common[q]),
            share=float(share[q]),
        )
        for q in np.lexsort((-figures["mu_star"], -common))
        if figures["mu_star"][q] > 0
    ]


def _problem(quantities: Sequence[NamedQuantity]) -> dict[str, Any]:
    """As SALib wants it; anew each time, since it adds to it."""
    return {
        "num_vars": len(quantities),
        "names": [named.name for named in quantities],
        "bounds": [[0.0, 1.0]] * len(quantities),
    }
