"""How fast the scores are, beside scoringrules and scikit-learn in the same run: `python benchmarks/scores_speed.py`.

The case is the size of a real one: 5,000 unit-months by 1,000 draws of skewed counts, and for rankings a replay's
134,000 group-origins at 126 origins. Every ratio is of two timings on the same arrays, each the best of several, and
both answers are compared before they are timed.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import scoringrules as sr
from sklearn.metrics import average_precision_score

from tocsin import verify


def seconds(work: Callable[[], object], repeats: int) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def megabytes(work: Callable[[], object]) -> float:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=5000)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    mean = rng.lognormal(0, 2, size=options.cells)
    counts = rng.poisson(mean[:, None] * rng.gamma(0.5, 2, size=(options.cells, options.draws)))
    samples, outcomes = counts.astype(np.float64), rng.poisson(mean).astype(np.float64)

    def low_high() -> np.ndarray:
        return np.quantile(samples, [0.05, 0.95], axis=-1)

    pairs: list[tuple[str, Callable[[], np.ndarray], Callable[[], np.ndarray]]] = [
        (
            "CRPS, against scoringrules' fastest (pwm)",
            lambda: verify.crps(samples, outcomes, fair=True),
            lambda: sr.crps_ensemble(outcomes, samples, estimator="pwm"),
        ),
        (
            "CRPS, against scoringrules' default (qd)",
            lambda: verify.crps(samples, outcomes),
            lambda: sr.crps_ensemble(outcomes, samples),
        ),
        (
            "interval score, against scoringrules on numpy's quantiles",
            lambda: verify.interval_score(samples, outcomes),
            lambda: sr.interval_score(outcomes, *low_high(), 0.1),
        ),
    ]
    print(f"{options.cells:,} cells x {options.draws:,} draws; seconds, best of {options.repeats}")
    for name, ours, theirs in pairs:
        np.testing.assert_allclose(ours(), theirs(), rtol=1e-8, atol=1e-8)
        here, there = seconds(ours, options.repeats), seconds(theirs, options.repeats)
        print(f"  {name}: {here:.3f} / {there:.3f} = {here / there:.2f} of the time")
        print(f"    memory beyond the input: {megabytes(ours):.1f} / {megabytes(theirs):.1f} MB")
    small = counts.astype(np.int32)
    print(f"  CRPS of int32 draws: {seconds(lambda: verify.crps(small, outcomes), options.repeats):.3f}")
    together = seconds(lambda: verify.sample_scores(samples, outcomes), options.repeats)
    print(f"  all six scores at once: {together:.3f}")

    cells, origins = 134_000, 126
    origin = np.sort(rng.integers(0, origins, cells))
    score = rng.normal(size=cells)
    happened = rng.random(cells) < 1 / (1 + np.exp(5 - score))
    assert np.isclose(verify.average_precision(score, happened), average_precision_score(happened, score))
    here = seconds(lambda: verify.average_precision(score, happened), options.repeats)
    there = seconds(lambda: average_precision_score(happened, score), options.repeats)
    print(f"{cells:,} cells at {origins} origins, {happened.mean():.1%} positive")
    print(f"  average precision, against scikit-learn: {here:.3f} / {there:.3f} = {here / there:.2f} of the time")
    a = verify.average_precision_by_origin(score, happened, origin)
    b = verify.average_precision_by_origin(score + rng.normal(size=cells), happened, origin)
    boot = seconds(lambda: verify.bootstrap_difference(a, b, rng=np.random.default_rng(0)), 2)
    built = seconds(lambda: verify.average_precision_by_origin(score, happened, origin), 2)
    print(f"  paired bootstrap of average precision, 1,000 replicates: {boot:.3f} (and {built:.3f} to prepare each)")
    print(f"    the same by scoring every replicate anew, estimated: {2000 * here:.0f}")
    crps_a, crps_b = rng.gamma(1, size=cells), rng.gamma(1, size=cells)
    print(f"  paired difference of means: {seconds(lambda: verify.paired_difference(crps_a, crps_b, origin), 3):.4f}")


if __name__ == "__main__":
    main()
