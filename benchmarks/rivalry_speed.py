"""The one-lag model beside R's surveillance, in the same run: `python benchmarks/rivalry_speed.py`.

30 groups x 384 months: `hhh4` and `fit_one_lag` on the same counts, then 100 paths of that panel by each one's
simulation. Medians of several runs, R's first, each after a run that does not count (it compiles tocsin's kernels, or
reads them from disk). Exits with 1 where a mark is missed. Where R or surveillance is missing, tocsin's times alone.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from tocsin.rivalry.onelag import fit_one_lag, simulate_one_lag

PANEL = Path(__file__).resolve().parent.parent / "tests" / "rivalry" / "hhh4"
CLOSE_ENOUGH, FIT_RATIO, SIMULATION_RATIO = 0.01, 5.0, 20.0
PATHS = 100
IN_R = """
suppressMessages(library(surveillance))
arguments <- commandArgs(trailingOnly = TRUE)
repeats <- as.integer(arguments[2])
counts <- as.matrix(read.csv(file.path(arguments[1], "counts.csv"), check.names = FALSE)[, -1])
weights <- as.matrix(read.csv(file.path(arguments[1], "weights.csv"), check.names = FALSE))
dimnames(weights) <- list(colnames(counts), colnames(counts))
panel <- sts(counts, frequency = 12, start = c(1989, 1), neighbourhood = weights)
control <- list(ar = list(f = ~1), ne = list(f = ~1, weights = weights),
                end = list(f = ~ -1 + fe(1, unitSpecific = TRUE)), family = "NegBin1")
seconds <- function(work) { work(); median(replicate(repeats, system.time(work())[["elapsed"]])) }
fit <- hhh4(panel, control)
set.seed(1)
cat(sprintf("%.17g", fit$loglikelihood),
    seconds(function() hhh4(panel, control)), seconds(function() simulate(fit, nsim = 100)),
    paste0("R ", getRversion(), ", surveillance ", packageVersion("surveillance")), sep = "\n")
"""


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Median wall time of several runs, after one that does not count."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def in_r(repeats: int) -> tuple[float, float, float, str] | None:
    """R's log-likelihood, seconds of the fit and of the simulation, and versions; None where it is not installed."""
    if shutil.which("Rscript") is None:
        return None
    has_it = ["Rscript", "-e", 'if (!requireNamespace("surveillance", quietly = TRUE)) quit(status = 1)']
    if subprocess.run(has_it, capture_output=True, check=False).returncode:
        return None
    command = ["Rscript", "-", str(PANEL), str(repeats)]
    done = subprocess.run(command, input=IN_R, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"R failed:\n{done.stderr}")
    log_likelihood, fit, simulation, versions = done.stdout.strip().splitlines()[-4:]
    return float(log_likelihood), float(fit), float(simulation), versions


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    counts = pl.read_csv(PANEL / "counts.csv")[:, 1:].to_numpy().T
    weights = pl.read_csv(PANEL / "weights.csv").to_numpy()
    busy = os.getloadavg()[0]
    theirs = in_r(repeats)

    fit = fit_one_lag(counts, weights)
    # R begins its paths at each group's mean, rounded up.
    start = np.ceil(counts.mean(axis=1))
    fitting = seconds(lambda: fit_one_lag(counts, weights), repeats)
    simulating = seconds(
        lambda: simulate_one_lag(
            fit, weights, periods=counts.shape[1], draws=PATHS, rng=np.random.default_rng(1), start=start
        ),
        repeats,
    )
    print(f"{counts.shape[0]} groups x {counts.shape[1]} months; medians of {repeats} runs, after one to warm up")
    print(f"  {os.cpu_count()} processors, load {busy:.1f} before (paths use all of them, R and the fits one)")
    if theirs is None:
        print("R with the package surveillance is not installed (Debian: r-cran-surveillance): tocsin's times alone")
        print(f"  fit: {fitting:.4f} s, log-likelihood {fit.log_likelihood:.4f}")
        print(f"  {PATHS} simulated paths: {simulating:.4f} s")
        return 0
    log_likelihood, r_fitting, r_simulating, versions = theirs
    print(f"  beside {versions}")
    difference = abs(fit.log_likelihood - log_likelihood)
    rows = [
        (
            f"log-likelihood: tocsin {fit.log_likelihood:.4f}, R {log_likelihood:.4f}, apart {difference:.2g}; "
            f"mark {CLOSE_ENOUGH} at most",
            difference <= CLOSE_ENOUGH,
        ),
        (
            f"fit: tocsin {fitting:.4f} s, R {r_fitting:.3f} s, {r_fitting / fitting:.1f} times as fast; "
            f"mark {FIT_RATIO:g} at least",
            r_fitting >= FIT_RATIO * fitting,
        ),
        (
            f"{PATHS} paths: tocsin {simulating:.4f} s, R {r_simulating:.3f} s, {r_simulating / simulating:.1f} times "
            f"as fast; mark {SIMULATION_RATIO:g} at least",
            r_simulating >= SIMULATION_RATIO * simulating,
        ),
    ]
    for text, met in rows:
        print(f"  {text}: {'met' if met else 'MISSED'}")
    return 0 if all(met for _, met in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
