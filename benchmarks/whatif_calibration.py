"""Whether calibration recovers what was planted, and the past of a real theatre: `make bench-whatif-calibration`.

Theatres are planted: numbers drawn from their ranges, six years of monthly figures simulated with them. Each is
calibrated as if its figures were all there is, and how often the 90% intervals of what the data told hold the planted
numbers is counted; beside them, the same by pyabc's ABC-SMC alone on some of the theatres, with its own posterior.
Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788) draws truths from the wide ranges themselves, far
ends and all, and looks for each in one round of runs that they share: intervals of 50% and 90% must hold as many. Then
Afghanistan, 2015-2020: how many of the active months of each group lie in the 90% band of simulated ones. Standard
errors are those of means over theatres, whose numbers are not independent. Exits with 1 where a mark is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from calibration_study.planted import planted_theatre
from tocsin.digest import packaged_digest
from tocsin.groups.theatres import Theatre
from tocsin.months import month_id
from tocsin.whatif.calibration.fit import calibrate
from tocsin.whatif.calibration.past import read_past
from tocsin.whatif.calibration.predictive import MEASURES, predictive_check
from tocsin.whatif.calibration.priors import counted_sides, freed, past_scenario
from tocsin.whatif.calibration.regression import weighted_quantiles
from tocsin.whatif.calibration.rounds import KEEP, posterior_of
from tocsin.whatif.calibration.runs import draw_points, statistics_at, whole_box
from tocsin.whatif.engine.sampling import uncertain
from tocsin.whatif.start.scenario import start_scenario

Floats = NDArray[np.float64]

SEED = 2026
MARK = (0.85, 0.95)
LEAST_CASES = 200
AS_OF, FIRST = date(2020, 12, 31), month_id(date(2015, 1, 1))
MARKED_MEASURES = ("attacks", "deaths")
Shares = dict[str, list[list[float]]]  # by name, a list of values per planted theatre


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study and print it; 1 where a mark is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theatres", type=int, default=12, help="planted theatres")
    parser.add_argument("--draws", type=int, default=10_000, help="runs a round")
    parser.add_argument("--pyabc", type=int, default=2, metavar="N", help="planted theatres for pyabc alone")
    parser.add_argument("--seeds", type=int, default=3, help="calibrations of Afghanistan, with twice the runs a round")
    parser.add_argument("--truths", type=int, default=200, help="truths of the simulation-based calibration")
    options = parser.parse_args(arguments)
    recovered = _planted(options.theatres, options.draws)
    for number in range(min(options.pyabc, options.theatres)):
        _by_pyabc(number)
    if options.truths:
        _simulation_based(options.truths, 2 * options.draws)
    return 0 if _afghanistan(2 * options.draws, options.seeds) and recovered else 1


def _planted(theatres: int, draws: int) -> bool:
    shares: Shares = defaultdict(list)
    by_number: dict[str, list[bool]] = defaultdict(list)
    seconds = []
    print(f"Planted theatres, {draws:,} runs a round, two rounds:")
    for number in range(theatres):
        base, past, truth = planted_theatre(number)
        start = time.perf_counter()
        found = calibrate(base, past, draws=draws, seed=number)
        seconds.append(time.perf_counter() - start)
        hits = {q.name: q.low <= truth[q.name] <= q.high for q in found.quantities if q.name in truth}
        told = {name: hit for name, hit in hits.items() if name in found.told}
        shares["told"].append([float(hit) for hit in told.values()])
        shares["not told"].append([float(hit) for name, hit in hits.items() if name in found.not_told])
        for name, hit in told.items():
            by_number[name.rpartition(".")[2] if ">" not in name else "links"].append(hit)
        rows = predictive_check(found).rows
        for runs in ("like", "any"):
            for measure in MEASURES:
                inside = [row.inside_random for row in rows if (row.runs, row.measure) == (runs, measure)]
                shares[f"{runs} {measure}"].append(inside)
        print(f"  {number + 1:3d}: {sum(told.values())} of {len(told)} told, {seconds[-1]:.0f} s", flush=True)
    coverage, error, cases = _mean(shares["told"])
    good = MARK[0] <= coverage <= MARK[1] and cases >= LEAST_CASES
    print(f"Planted numbers in their 90% intervals ({np.median(seconds):.0f} s a theatre):")
    print(f"  told by the data {coverage:6.1%} +- {error:.1%} of {cases}; mark 85-95%{'' if good else ', MISSED'}")
    other, error, cases = _mean(shares["not told"])
    print(f"  not told         {other:6.1%} +- {error:.1%} of {cases}")
    print("  " + "; ".join(f"{name} {sum(found)}/{len(found)}" for name, found in sorted(by_number.items())))
    print("Planted months in the 90% band (randomised at its ends):")
    for runs in ("like", "any"):
        listed = ", ".join(f"{measure} {_mean(shares[f'{runs} {measure}'])[0]:.1%}" for measure in MEASURES)
        print(f"  runs {runs:5s}{listed}")
    return good


def _mean(values: Sequence[Sequence[float]]) -> tuple[float, float, int]:
    """Mean over all values, its standard error over theatres, and how many values there are."""
    theatres = [np.array(of_one) for of_one in values if len(of_one)]
    flat = np.concatenate(theatres)
    sums = np.array([(of_one - flat.mean()).sum() for of_one in theatres])
    return float(flat.mean()), float(np.sqrt((sums**2).sum()) / len(flat)), len(flat)


def _simulation_based(truths: int, draws: int) -> None:
    base, past, _ = planted_theatre(0)
    past = past.only(counted_sides(base, past))
    wide = past_scenario(base, past)
    names, box = uncertain(wide), whole_box(len(uncertain(wide)))
    scores = draw_points(box, draws + truths, np.random.default_rng(SEED))
    values = statistics_at(wide, past, scores, seed=SEED)
    columns = [names.index(name) for name in freed(base, past)]
    half, most = [], []
    for place in range(draws, draws + truths):
        found = posterior_of(scores[:draws], values[:draws], values[place], box, keep=round(KEEP * draws))
        ends = weighted_quantiles(found.scores, found.weights, np.array([0.05, 0.25, 0.75, 0.95]))[:, columns]
        truth = scores[place, columns]
        half.append(((ends[1] <= truth) & (truth <= ends[2])).astype(float))
        most.append(((ends[0] <= truth) & (truth <= ends[3])).astype(float))
    shares = [(level, *_mean([list(row) for row in rows])[:2]) for level, rows in ((0.5, half), (0.9, most))]
    listed = ", ".join(f"{level:.0%} intervals hold {share:.1%} +- {error:.1%}" for level, share, error in shares)
    print(f"Simulation-based calibration, {truths} truths x {len(columns)} freed numbers: {listed}", flush=True)


def _by_pyabc(number: int) -> None:
    from calibration_study.pyabc_peer import smc_intervals

    base, past, truth = planted_theatre(number)
    start = time.perf_counter()
    intervals, runs, effective = smc_intervals(base, past, seed=number)
    print(
        f"pyabc alone, theatre {number + 1}: {_held(intervals, truth)} numbers in their intervals, {runs:,} runs, "
        f"effective sample {effective:.1f}, {time.perf_counter() - start:.0f} s",
        flush=True,
    )


def _held(intervals: Mapping[str, tuple[float, float]], truth: Mapping[str, float]) -> str:
    hits = [low <= truth[name] <= high for name, (low, high) in intervals.items() if name in truth]
    return f"{sum(hits)} of {len(hits)}"


def _afghanistan(draws: int, seeds: int) -> bool:
    digest, theatre = packaged_digest(), Theatre("Afghanistan", ("Afghanistan",))
    scenario = start_scenario(digest, theatre, as_of=AS_OF)
    past = read_past(digest, theatre, scenario.names, first=FIRST, as_of=AS_OF)
    start = time.perf_counter()
    checks = [predictive_check(calibrate(scenario, past, draws=draws, seed=seed)) for seed in range(1, seeds + 1)]
    seconds = (time.perf_counter() - start) / seeds
    print(f"Afghanistan, 2015-2020, {past.vintage}, {draws:,} runs a round: active months in the 90% band")
    print(f"(means over {seeds} seeds, and their least and most; {seconds:.0f} s each)")
    print(f"  {'runs':6s}{'group':12s}{'measure':14s}months  ends inside  randomised")
    good = True
    for rows in zip(*(check.rows for check in checks), strict=True):
        row, shares = rows[0], [one.inside_random for one in rows]
        marked = row.runs == "like" and row.measure in MARKED_MEASURES
        held = MARK[0] <= float(np.mean(shares)) <= MARK[1]
        good = good and (held or not marked)
        note = f"  mark 85-95%{'' if held else ', MISSED'}" if marked else ""
        closed = float(np.mean([one.inside for one in rows]))
        print(
            f"  {row.runs:6s}{row.side[:11]:12s}{row.measure:14s}{row.months:6d}{closed:13.1%}"
            f"{np.mean(shares):12.1%} ({min(shares):.1%} to {max(shares):.1%}){note}"
        )
    return good


if __name__ == "__main__":
    sys.exit(main())
