"""Runs of a scenario under one option: all of them at once, the same for any number of threads."""

from __future__ import annotations

import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError, did_you_mean
from tocsin.whatif.catalogue import (
    LEVER_DEFAULTS,
    LEVER_NAMES,
    MECHANISM_NAMES,
    RELATION_NAMES,
    SHOCK_NAMES,
    VARIANT_NAMES,
    Variant,
)
from tocsin.whatif.engine.columns import ALLIES, ENEMIES, RIVALS, SIDE_MEASURES, STREAM_NAMES, THEATRE_MEASURES
from tocsin.whatif.engine.draws import key, run_seeds
from tocsin.whatif.engine.kernel import run_draws
from tocsin.whatif.engine.sampling import Draws
from tocsin.whatif.engine.story import Story
from tocsin.whatif.scenario import Scenario

Singles = NDArray[np.float32]
_CODES = {"rivals": RIVALS, "enemies": ENEMIES, "allies": ALLIES}
assert set(_CODES) == set(RELATION_NAMES)
# Fewer than this are sooner run than a thread is started.
_CELLS_PER_THREAD = 20_000


@dataclass(frozen=True, eq=False)
class Paths:
    """What came of each run: `sides` (measure, draw, side, month) and `theatre` (measure, draw, month), float32.

    The measures are `SIDE_MEASURES` and `THEATRE_MEASURES`: counts of the month, deaths, `expected_deaths` (what the
    month's attacks would kill on average, given what went before), and what is there at the month's end. `ruler` is
    the place of the ruling side, -1 for none; `gone` all who died, gave up arms or served a state that is no more.
    """

    sides: Singles
    theatre: Singles

    def side(self, measure: str) -> Singles:
        """One measure of the sides (draw, side, month). Raises `InputError` for an unknown one."""
        found: Singles = self.sides[_place(measure, SIDE_MEASURES)]
        return found

    def of_theatre(self, measure: str) -> Singles:
        """One measure of the theatre (draw, month). Raises `InputError` for an unknown one."""
        found: Singles = self.theatre[_place(measure, THEATRE_MEASURES)]
        return found


def simulate(
    scenario: Scenario,
    draws: Draws,
    *,
    variant: Variant = "fitted",
    option: int = 0,
    off: Collection[str] | None = None,
    settled: bool = False,
    threads: int | None = None,
    seed: int | None = None,
) -> Paths:
    """Run the scenario under one of its options (0 is doing nothing) with the numbers of `draws`, one run each.

    `off` are mechanisms switched off, by default the scenario's. `settled`: what moves attacks up and down has been
    going on before the start, so that a past can be compared, not followed from where it stands. `seed` is by default
    the scenario's; a run's chance hangs on its number in `draws` alone. Raises `InputError` for unknown names.
    """
    story = make_story(scenario, variant=variant, option=option, off=off, settled=settled)
    n = draws.numbers.shape[0]
    if threads is not None and threads < 1:
        raise InputError(f"at least one thread is needed, got {threads}")
    # Run by run in memory, so that each thread fills a part of its own.
    sides = np.zeros((n, len(SIDE_MEASURES), len(scenario.sides), scenario.months), np.float32)
    theatre = np.zeros((n, len(THEATRE_MEASURES), scenario.months), np.float32)
    runs = np.arange(n) if draws.runs is None else draws.runs
    seeds = run_seeds(scenario.seed if seed is None else seed, runs)
    cells = n * len(scenario.sides) * scenario.months
    wanted = threads or min(_processors(), 1 + cells // _CELLS_PER_THREAD)

    def run(rows: slice) -> None:
        run_draws(
            story, seeds[rows], draws.numbers[rows], draws.side_numbers[rows], draws.links[rows], draws.when[rows],
            draws.sizes[rows], sides[rows], theatre[rows],
        )  # fmt: skip

    parts = [slice(int(p[0]), int(p[-1]) + 1) for p in np.array_split(np.arange(n), min(wanted, max(n, 1))) if p.size]
    if len(parts) == 1:
        run(parts[0])
    else:
        with ThreadPoolExecutor(len(parts)) as pool:
            list(pool.map(run, parts))
    return Paths(np.moveaxis(sides, 1, 0), np.moveaxis(theatre, 1, 0))


def make_story(
    scenario: Scenario, *, variant: Variant, option: int, off: Collection[str] | None = None, settled: bool = False
) -> Story:
    """A scenario under one option as arrays; see `Story`. Raises `InputError` for names that are not there."""
    if variant not in VARIANT_NAMES:
        raise InputError(f"no structural variant {variant!r}: {', '.join(VARIANT_NAMES)}.")
    if not 0 <= option < len(scenario.options):
        raise InputError(f"no option {option}: the scenario has {len(scenario.options)}, from 0")
    switched_off = scenario.off if off is None else off
    for name in switched_off:
        if name not in MECHANISM_NAMES:
            raise InputError(f"no mechanism {name!r}.{did_you_mean(name, MECHANISM_NAMES)}")
    sides, names = scenario.sides, scenario.names
    relation = np.full((len(sides), len(sides)), RIVALS, np.int8)
    for known in scenario.relations:
        g, h = names.index(known.pair[0]), names.index(known.pair[1])
        relation[g, h] = relation[h, g] = _CODES[known.kind]
    places = np.array([side.ideology for side in sides], float)
    base = np.array([scenario.levers.get(name, LEVER_DEFAULTS[name]) for name in LEVER_NAMES])
    levers = np.tile(base, (scenario.months, 1))
    own_strikes = np.zeros(scenario.months, np.bool_)
    chosen = scenario.options[option]
    held = slice(max(0, chosen.first - scenario.first), max(0, chosen.last - scenario.first + 1))
    for lever, value in chosen.levers.items():
        levers[held, LEVER_NAMES.index(lever)] = value
        if lever == "strikes":
            own_strikes[held] = True
    side_keys = [key(f"side:{name}") for name in names]
    return Story(
        relation=relation,
        distance=np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2)),
        trait=np.array([[s.kind == "state" for s in sides], [s.external for s in sides], [s.talks for s in sides]]),
        levers=levers,
        levers_start=base,
        own_strikes=own_strikes,
        on=np.array([name not in switched_off for name in MECHANISM_NAMES]),
        shock_kind=np.array([SHOCK_NAMES.index(shock.kind) for shock in scenario.shocks], np.int64),
        shock_side=np.array([-1 if s.group is None else names.index(s.group) for s in scenario.shocks], np.int64),
        stream_keys=np.array([key(f"stream:{name}") for name in STREAM_NAMES], np.uint64),
        side_keys=np.array(side_keys, np.uint64),
        way_keys=np.array([key("way:pool"), key("way:gone"), *side_keys], np.uint64),
        ruler=-1 if scenario.ruler is None else names.index(scenario.ruler),
        presence=float(scenario.foreign_presence),
        variant=VARIANT_NAMES.index(variant),
        settled=settled,
    )


def _place(name: str, known: tuple[str, ...]) -> int:
    if name not in known:
        raise InputError(f"no measure {name!r}.{did_you_mean(name, known)}")
    return known.index(name)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
