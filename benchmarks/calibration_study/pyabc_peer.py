"""Calibration by pyabc alone: sequential Monte Carlo with an adaptive distance between learned statistics.

Only the freed quantities walk, all others are drawn from their priors in each run: with all of them the weights of a
population rest on one or two of its points.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyabc
from numpy.typing import NDArray
from pyabc.predictor import LinearPredictor
from pyabc.sumstat import PredictorSumstat
from scipy.special import ndtr

from tocsin.whatif.calibration.past import Past
from tocsin.whatif.calibration.priors import counted_sides, freed, past_scenario
from tocsin.whatif.calibration.regression import weighted_quantiles
from tocsin.whatif.calibration.runs import FARTHEST, figures_at
from tocsin.whatif.calibration.summaries import observed_figures, summarise
from tocsin.whatif.engine.sampling import from_unit, named_quantities, uncertain
from tocsin.whatif.scenario import Scenario

Floats = NDArray[np.float64]
POPULATION, POPULATIONS, MOST_RUNS = 200, 6, 6000


def smc_intervals(base: Scenario, past: Past, *, seed: int) -> tuple[dict[str, tuple[float, float]], int, float]:
    """90% intervals of the freed quantities, runs made, effective sample size."""
    past = past.only(counted_sides(base, past))
    wide = past_scenario(base, past)
    names, walking = uncertain(wide), freed(base, past)
    columns = [names.index(name) for name in walking]
    rng, run = np.random.default_rng([seed, 1]), 0

    def simulate_once(parameters: Mapping[str, float]) -> dict[str, Floats]:
        nonlocal run
        scores = rng.standard_normal((1, len(names)))
        scores[0, columns] = [parameters[f"q{k}"] for k in range(len(columns))]
        figures = figures_at(wide, past.sides, np.clip(scores, -FARTHEST, FARTHEST), np.array([run]), seed=seed)
        run += 1
        return {"statistics": summarise(figures, past).values[0]}

    for name in ("ABC", *(f"ABC.{part}" for part in ("Sampler", "Population", "History", "Distance", "Predictor"))):
        logging.getLogger(name).setLevel(logging.ERROR)
    np.random.seed(seed)  # noqa: NPY002  (pyabc draws from numpy's global generator)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        smc = pyabc.ABCSMC(
            simulate_once,
            pyabc.Distribution(**{f"q{k}": pyabc.RV("norm", 0.0, 1.0) for k in range(len(columns))}),
            pyabc.AdaptivePNormDistance(p=2, sumstat=PredictorSumstat(LinearPredictor(), fit_ixs={1, 3})),
            population_size=POPULATION,
            sampler=pyabc.SingleCoreSampler(),
        )
        smc.new(
            f"sqlite:///{Path(folder) / 'runs.db'}", {"statistics": summarise(observed_figures(past), past).values[0]}
        )
        # With so many quantities all weights of a population may vanish; what came before it is kept.
        with suppress(AssertionError):
            smc.run(max_nr_populations=POPULATIONS, max_total_nr_simulations=MOST_RUNS)
        points, weights = smc.history.get_distribution()
    ends = weighted_quantiles(
        points[[f"q{k}" for k in range(len(columns))]].to_numpy(dtype=np.float64), weights, np.array([0.05, 0.95])
    )
    named = {one.name: one for one in named_quantities(wide)}
    intervals = {}
    for k, name in enumerate(walking):
        low, high = from_unit(named[name], ndtr(ends[:, k])).tolist()
        intervals[name] = low, high
    return intervals, run, float(1.0 / (weights**2).sum())
