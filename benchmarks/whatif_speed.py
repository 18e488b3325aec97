"""The what-if simulation beside Mesa, on a whole scenario, and how much noise its options share.

Three marks: `python benchmarks/whatif_speed.py`, or `make bench-whatif`.

1. A toy theatre, in Mesa person by person and in tocsin by counts, on the same rules in the same run: seconds a run,
   and whether means of the outcomes agree within their standard errors. Runs of the two take turns, so that a machine
   that slows down does so for both. Mesa runs on one processor, tocsin on all; what they take of one is said besides.
2. The scenario afghanistan-2021-08 with all its options, in a process of its own: seconds and peak memory.
3. There, for each option, the variance of the paired difference to doing nothing in civilian deaths at 12 months over
   that of independent runs.

Exits with 1 where a mark is missed. Without Mesa (`pip install mesa`), the first is left out and says so.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tocsin.whatif.catalogue import LEVER_DEFAULTS, MECHANISM_NAMES
from tocsin.whatif.parameters import GROUP, THEATRE, Quantity
from tocsin.whatif.scenario import DO_NOTHING, Option, Scenario, Side

if TYPE_CHECKING:
    from mesa_theatre import Rules

Floats = NDArray[np.float64]

SPEED_RATIO, MOST_ERRORS = 1000.0, 2.0
# Of so many outcomes some are beyond two standard errors by chance; no more than this by a chance of one in a thousand.
BY_CHANCE = 0.001
SCENARIO, DRAWS, MOST_SECONDS, MOST_BYTES = "afghanistan-2021-08", 10_000, 60.0, 2 * 10**9
HORIZON, MOST_VARIANCE = 12, 0.2
TOY_MECHANISMS = ("recruitment", "attrition", "outbidding_number")
# Draws simulated at once, so that what they leave behind stays small.
PART = 500


def toy_scenario(rules: Rules) -> Scenario:
    """The rules of `mesa_theatre`, as a scenario: groups in the country only, no state, no ruler, all else off."""
    numbers = {
        "attrition": rules.attrition,
        "leaving": rules.leaving,
        "replacement": rules.replacement,
        "visibility": rules.visibility,
        "standing_half_life": rules.standing_half_life,
        "pool": rules.pool,
        "matching": rules.matching,
        "size_elasticity": rules.size_elasticity,
        "driver_sd": 0.0,
        "shock_weight": 0.0,
    }
    sides = []
    for number, (rate, pressure) in enumerate(zip(rules.attack_rates, rules.pressures, strict=True), 1):
        own = {
            "members": float(rules.members),
            "urban_share": 0.0,
            "pressure": pressure,
            "attack_rate": rate,
            "mass_casualty_share": 0.0,
            "small_deaths": 1.0,
            # Attacks come by Poisson, and nothing but the rules moves their rate.
            "attack_size": float("inf"),
            "swing_sd": 0.0,
        }
        of_side = {p.name: _fixed(own.get(p.name), p.default) for p in GROUP}
        sides.append(Side(f"Group {number}", "group", (0.0, 0.0), False, False, of_side))
    first = 500
    do_nothing = Option(DO_NOTHING, "Do nothing", {}, first, first + rules.steps - 1)
    return Scenario(
        name="toy",
        title="Toy theatre",
        about="Groups that compete for a name and for recruits.",
        theatre="Toy",
        as_of=date(2021, 7, 31),
        first=first,
        months=rules.steps,
        horizons=(rules.steps,),
        draws=PART,
        seed=1,
        ruler=None,
        foreign_presence=False,
        sides=tuple(sides),
        relations=(),
        links=(),
        quantities={p.name: _fixed(numbers.get(p.name), p.default) for p in THEATRE},
        levers=LEVER_DEFAULTS,
        shocks=(),
        options=(do_nothing,),
        variants=("match",),
        off=tuple(name for name in MECHANISM_NAMES if name not in TOY_MECHANISMS),
    )


def _fixed(value: float | None, default: Quantity | None) -> Quantity:
    """A number that does not vary; that of the default's lower end where none is given."""
    if value is None:
        if default is None:
            raise ValueError("a number without a default is missing")
        value = default.low
    return Quantity(value, value)


def simulate_toy(scenario: Scenario, draws: int, *, offset: int = 0, threads: int = 1) -> Floats:
    """Outcomes (draw, outcome) of the toy in tocsin, in the order of `mesa_theatre.outcome_names`."""
    from tocsin.whatif.engine.sampling import sample_draws
    from tocsin.whatif.engine.simulate import simulate

    paths = simulate(
        scenario,
        sample_draws(scenario, draws, seed=scenario.seed, offset=offset),
        variant="match",
        threads=threads,
    )
    gone, pool = paths.of_theatre("gone")[:, -1], paths.of_theatre("pool")[:, -1]
    members, attacks = paths.side("members")[:, :, -1], paths.side("attacks").sum(axis=-1, dtype=np.float64)
    return np.column_stack([gone, pool, members, attacks]).astype(np.float64)


@dataclass(frozen=True)
class Agreement:
    """How far two sets of runs are apart in the means of their outcomes, in standard errors (outcome)."""

    z: Floats
    beyond: int
    by_chance: bool


def agreement(ours: Floats, theirs: Floats) -> Agreement:
    """Compare outcomes (run, outcome) of two programs; `by_chance`: no more are beyond two errors than chance makes."""
    error = np.sqrt(ours.var(axis=0, ddof=1) / len(ours) + theirs.var(axis=0, ddof=1) / len(theirs))
    z = (ours.mean(axis=0) - theirs.mean(axis=0)) / error
    beyond = int((np.abs(z) > MOST_ERRORS).sum())
    # By Student's distribution, since the program with few runs decides the error.
    at_random = 2.0 * stats.t.sf(MOST_ERRORS, len(theirs) - 1)
    largest = 2.0 * len(z) * stats.t.sf(np.abs(z).max(), len(theirs) - 1)
    chance = stats.binom.sf(beyond - 1, len(z), at_random)
    return Agreement(z, beyond, bool(min(chance, largest) > BY_CHANCE))


@dataclass
class Turns:
    """Seconds a run and outcomes of both programs, a place a run of Mesa or a part of tocsin's runs.

    By the clock, and of the processor where it says so: that is the same while others keep the machine busy.
    """

    mesa: list[float] = field(default_factory=list)
    mesa_processor: list[float] = field(default_factory=list)
    mesa_shuffled: list[float] = field(default_factory=list)
    in_mesa: list[Floats] = field(default_factory=list)
    tocsin_processor: list[float] = field(default_factory=list)
    all_processors: list[float] = field(default_factory=list)
    in_tocsin: list[Floats] = field(default_factory=list)


def in_turns(rules: Rules, mesa_runs: int, draws: int) -> Turns:
    """Run both programs, a few runs of the one and many of the other at a time."""
    from mesa_theatre import timed_run

    scenario, found = toy_scenario(rules), Turns()
    simulate_toy(scenario, 2)
    turns = -(-draws // PART)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for turn in range(turns):
        for seed in range(turn * mesa_runs // turns, (turn + 1) * mesa_runs // turns):
            seconds, used, outcomes = timed_run(rules, seed + 1)
            found.mesa.append(seconds)
            found.mesa_processor.append(used)
            found.in_mesa.append(outcomes)
        found.mesa_shuffled.append(timed_run(rules, turn, shuffled=True)[0])
        used = time.process_time()
        found.in_tocsin.append(simulate_toy(scenario, PART, offset=turn * PART))
        found.tocsin_processor.append((time.process_time() - used) / PART)
        start = time.perf_counter()
        simulate_toy(scenario, PART, offset=turn * PART, threads=processors)
        found.all_processors.append((time.perf_counter() - start) / PART)
    return found


def beside_mesa(mesa_runs: int, draws: int) -> bool:
    """The first mark: whether it is met."""
    try:
        import mesa
    except ImportError:
        print("Mesa is not installed (pip install 'mesa>=3.3,<3.4'): the toy theatre is left out")
        return True
    from mesa_theatre import TOY, outcome_names

    turns = in_turns(TOY, mesa_runs, draws)
    ours, theirs = np.concatenate(turns.in_tocsin), np.array(turns.in_mesa)
    print(
        f"Toy theatre: {TOY.groups} groups, {TOY.groups * TOY.members:,} members, {TOY.steps} steps; "
        f"{len(theirs)} runs of Mesa {mesa.__version__} and {len(ours):,} of tocsin by turns; medians"
    )
    in_mesa, shuffled = statistics.median(turns.mesa), statistics.median(turns.mesa_shuffled)
    print(f"  Mesa: {in_mesa:.3f} s a run; shuffled, as in its examples, {shuffled:.3f} s (does not count)")
    together = statistics.median(turns.all_processors)
    print(
        f"  tocsin on all processors: {1e6 * together:.0f} us a run; Mesa takes {in_mesa / together:,.0f} times as "
        f"long, shuffled {shuffled / together:,.0f}"
    )
    used, used_by_mesa = statistics.median(turns.tocsin_processor), statistics.median(turns.mesa_processor)
    print(f"  seconds of one processor: {1e6 * used:.0f} us a run; Mesa takes {used_by_mesa / used:,.0f} times as many")
    found = agreement(ours, theirs)
    worst = int(np.abs(found.z).argmax())
    print(
        f"  means of {len(found.z)} outcomes: {found.beyond} more than {MOST_ERRORS:g} standard errors apart, by "
        f"chance {0.05 * len(found.z):.0f} would be; most {abs(found.z[worst]):.1f} ({outcome_names(TOY)[worst]}: "
        f"tocsin {ours[:, worst].mean():.1f}, Mesa {theirs[:, worst].mean():.1f})"
    )
    fast = in_mesa >= SPEED_RATIO * together
    speed = said(f"{SPEED_RATIO:,.0f} times faster at least, on all processors", fast)
    return said("the same means, as far as chance goes", found.by_chance) and speed


def whole_scenario() -> bool:
    """The second and third mark: whether both are met."""
    # Once with few runs, which compiles what is not on disk yet.
    in_child("options", 10)
    measured = in_child("options", DRAWS)
    options = measured["ratios"]
    print(f"{SCENARIO}: {DRAWS:,} draws x {measured['months']} months x {len(options) + 1} options, in its own process")
    print(f"  {measured['seconds']:.1f} s with the start of Python, at most {measured['bytes'] / 1e6:,.0f} MB")
    in_time = said(
        f"under {MOST_SECONDS:g} s and {MOST_BYTES / 1e9:g} GB",
        measured["seconds"] < MOST_SECONDS and measured["bytes"] < MOST_BYTES,
    )
    whole = in_child("everything", DRAWS)
    print(
        f"  with the other structural variants, and the search for what decides: {whole['seconds']:.1f} s, "
        f"{whole['bytes'] / 1e6:,.0f} MB (no mark)"
    )
    print(f"Variance of the paired difference in civilian deaths at {HORIZON} months, over that of independent runs")
    for name, ratio in options.items():
        print(f"  {name}: {ratio:.3f}")
    median = statistics.median(options.values())
    shared = said(f"median {median:.3f}: {MOST_VARIANCE:g} at most", median <= MOST_VARIANCE)
    return in_time and shared


def in_child(what: str, draws: int) -> dict[str, Any]:
    """Seconds and peak bytes of a process that runs the scenario, with what it has found."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--child", what, "--draws", str(draws)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return {"seconds": time.perf_counter() - start, **json.loads(done.stdout)}


def child(what: str, draws: int) -> None:
    """Run the scenario in this process, and print what the parent wants to know."""
    from tocsin.whatif.comparison.run import compare
    from tocsin.whatif.files.reading import read_scenario

    scenario = read_scenario(SCENARIO)
    if what == "options":
        found = compare(scenario, draws=draws, variants=scenario.variants[:1], sensitivity=False)
    else:
        found = compare(scenario, draws=draws)
    ratios = {
        difference.option: difference.variance_ratio
        for difference in found.differences
        if difference.variant == scenario.variants[0]
        and (difference.outcome, difference.group, difference.horizon) == ("civilian_deaths", None, HORIZON)
    }
    print(json.dumps({"months": scenario.months, "ratios": ratios, "bytes": peak_bytes()}))


def peak_bytes() -> int:
    """The most memory this process has had."""
    status = Path("/proc/self/status")
    if status.is_file():
        # Not `ru_maxrss`: on Linux that begins with the memory of the process that started this one.
        return 1024 * int(re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def said(text: str, met: bool) -> bool:
    """Print whether a mark is met, and pass it on."""
    print(f"  mark: {text}: {'met' if met else 'MISSED'}", flush=True)
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mesa-runs", type=int, default=60)
    parser.add_argument("--toy-draws", type=int, default=6000)
    parser.add_argument("--only", choices=("mesa", "scenario"))
    parser.add_argument("--child", choices=("options", "everything"), help=argparse.SUPPRESS)
    parser.add_argument("--draws", type=int, default=DRAWS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.draws)
        return 0
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before", flush=True)
    met = [
        given.only == "scenario" or beside_mesa(given.mesa_runs, given.toy_draws),
        given.only == "mesa" or whole_scenario(),
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
