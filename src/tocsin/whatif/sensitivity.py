"""Which of the numbers not known move the difference of an option to doing nothing: elementary effects by SALib.

Each trajectory (Morris 1991, doi:10.1080/00401706.1991.10484804) moves one number after the other. All its points, and
all options, are run with the same chance, so that what changes is due to the number that was moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison import Decisive
from tocsin.whatif.reduce import Row
from tocsin.whatif.sampling import NamedQuantity, named_quantities
from tocsin.whatif.scenario import Scenario

Floats = NDArray[np.float64]

LEVELS = 4
LEAST_TRAJECTORIES, MOST_TRAJECTORIES = 4, 40


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

    `expected` (option, row, horizon, point): the outcome at the points of the plan, averaged over the same replicates.
    """
    analyze: Any = import_module("SALib.analyze.morris")
    problem = _problem(plan.quantities)
    found: list[Decisive] = []
    for o, option in enumerate(options):
        for k, row in enumerate(rows if o else ()):
            for h, horizon in enumerate(horizons):
                response = expected[o, k, h] - expected[0, k, h]
                effects = analyze.analyze(problem, plan.units, response, num_levels=LEVELS, seed=plan.seed)
                mu_star = np.asarray(effects["mu_star"], dtype=np.float64)
                half = np.asarray(effects["mu_star_conf"], dtype=np.float64)
                mu, sigma = (np.asarray(effects[name], dtype=np.float64) for name in ("mu", "sigma"))
                total = float((mu_star**2).sum())
                found += [
                    Decisive(
                        variant=variant,
                        option=option,
                        outcome=row.outcome,
                        horizon=horizon,
                        quantity=plan.quantities[q].name,
                        evidence=plan.quantities[q].quantity.evidence,
                        mu_star=float(mu_star[q]),
                        mu_star_half_width=float(half[q]),
                        mu=float(mu[q]),
                        sigma=float(sigma[q]),
                        share=float(mu_star[q] ** 2 / total),
                    )
                    for q in np.argsort(-mu_star, kind="stable")
                    if mu_star[q] > 0
                ]
    return found


def _problem(quantities: Sequence[NamedQuantity]) -> dict[str, Any]:
    """As SALib wants it; anew each time, since it adds to it."""
    return {
        "num_vars": len(quantities),
        "names": [named.name for named in quantities],
        "bounds": [[0.0, 1.0]] * len(quantities),
    }
