"""Options compared in a scenario: run on the same chance and parameters, and what follows, in one result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError, did_you_mean
from tocsin.whatif.catalogue import VARIANT_NAMES, Variant
from tocsin.whatif.comparison.choices import choices_of
from tocsin.whatif.comparison.conclusions import conclusions_of
from tocsin.whatif.comparison.differences import differences_of
from tocsin.whatif.comparison.parts import Gathered, Part, Shared, parts_of, run_parts, trajectories_of
from tocsin.whatif.comparison.points import at_points
from tocsin.whatif.comparison.reduce import Row, ranked_rows, rows_of
from tocsin.whatif.comparison.regions import Box, beyond_chance, find_box, flip_of, most_related, turning
from tocsin.whatif.comparison.result import Choice, Comparison, Decisive, Difference, Flip, WithoutMechanism
from tocsin.whatif.comparison.sensitivity import Plan, decisive_of, plan_morris
from tocsin.whatif.comparison.without import ROW, Off, switched_off, to_middle, without_mechanism
from tocsin.whatif.engine.sampling import point_values
from tocsin.whatif.scenario import Scenario

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]
# An option, what is counted, the place of the horizon.
Search = tuple[int, Row, int]

# Runs at one set of the numbers that are not known: what is expected there is their mean.
REPLICATES = 10
# Variants but the first have a tenth of the points, though not fewer than this.
LEAST_POINTS = 30
# Runs of an option along trajectories, to one run of the comparison.
MORRIS_RUNS = 2
# Of the numbers that decide, so many are kept for each option, outcome and horizon, and so many searched for boxes.
MOST_DECISIVE, MOST_SEARCHED = 15, 12
POINTS_A_PART = 50
_NOT_ASKED = "Which numbers and mechanisms decide, and where a ranking turns, was not looked into."
_HINT = "Hint: pip install 'tocsin[explore]'"


def compare(
    scenario: Scenario,
    *,
    draws: int | None = None,
    variants: Sequence[Variant] | None = None,
    variant_draws: int | None = None,
    sensitivity: bool = True,
    threads: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run all options of a scenario on the same chance and say how they differ from the first; see `Comparison`.

    The first is doing nothing, or another option that was put in its place.
    In the first of `variants` (by default the scenario's) each option has `draws` runs (by default the scenario's), ten
    for each set of the numbers not known, rounded up to whole sets; in each other variant `variant_draws` (a tenth).
    `sensitivity` looks for the numbers that decide (SALib) and where the ranking turns (EMA Workbench); where these
    packages are missing, `left_out` says so. It also runs each option without mechanisms, at a tenth of the points up
    to the middle horizon. The work runs on `threads` of this process (one a processor) or on the Dask `cluster`; the
    result is the same, to the bit. `progress` is told how many of how many parts are done. Raises `InputError` for
    unknown variants and for numbers that are not positive.
    """
    named = _variants(scenario, variants)
    points_of = _points_of(scenario, named, draws, variant_draws, threads)
    points, options = points_of[named[0]], len(scenario.options)
    shared = Shared(scenario, rows_of(scenario), ranked_rows(scenario), named[0], REPLICATES)
    plan = (
        plan_morris(scenario, MORRIS_RUNS * points * REPLICATES, REPLICATES) if sensitivity and _has_salib() else None
    )
    searches = _searches(shared) if sensitivity and _has_prim() else []
    parts = [part for variant in named for part in parts_of(variant, range(options), points_of[variant], POINTS_A_PART)]
    if plan is not None and options > 1:
        parts += trajectories_of(named[0], options, plan.at, plan.trajectories)

    without = switched_off(scenario, named[0]) if sensitivity else {}
    parts += _parts_without(named[0], without, _fewer(points))
    gathered, done = Gathered(shared, parts), 0
    total = len(parts) + len(searches)
    for place, found in run_parts(shared, parts, threads, cluster):
        gathered.take(place, found)
        done += 1
        if progress is not None:
            progress(done, total)
    decisive = _decisive(shared, plan, gathered)
    trajectories = plan.trajectories if plan is not None and gathered.trajectories else 0
    values = point_values(scenario, points, seed=scenario.seed) if searches else {}
    boxes: list[Box | None] = []
    for search in searches:
        boxes.append(_box(shared, search, gathered, decisive, values))
        done += 1
        if progress is not None:
            progress(done, total)
    flips = [_flip(shared, search, gathered, box) for search, box in zip(searches, beyond_chance(boxes), strict=True)]
    outcomes = tuple(one for variant in named for k in range(options) for one in gathered.outcomes[variant, k])
    differences = _differences(shared, named, gathered)
    return Comparison(
        scenario=scenario,
        draws=points * REPLICATES,
        points=points,
        outcomes=outcomes,
        differences=differences,
        choices=_choices(shared, named, gathered),
        decisive=_most(decisive),
        flips=tuple(flips),
        conclusions=conclusions_of(scenario, named, outcomes, differences, decisive, flips, trajectories),
        bands=tuple(band for k in range(options) for band in gathered.bands[k]),
        replicates=REPLICATES,
        variants={variant: count * REPLICATES for variant, count in points_of.items()},
        left_out=_left_out(sensitivity),
        without=_without(shared, without, gathered, differences),
        trajectories=trajectories,
    )


def _variants(scenario: Scenario, wanted: Sequence[Variant] | None) -> tuple[Variant, ...]:
    """The variants to run, each once."""
    named = tuple(dict.fromkeys(scenario.variants if wanted is None else wanted))
    if not named:
        raise InputError(f"no structural variant given; there are: {', '.join(VARIANT_NAMES)}")
    for name in named:
        if name not in VARIANT_NAMES:
            hint = did_you_mean(name, VARIANT_NAMES)
            raise InputError(f"no structural variant {name!r}; there are: {', '.join(VARIANT_NAMES)}.{hint}")
    return named


def _points_of(
    scenario: Scenario, named: Sequence[Variant], draws: int | None, others: int | None, threads: int | None
) -> dict[Variant, int]:
    """How many parameter points each variant is run at."""
    wanted = scenario.draws if draws is None else draws
    for what, count in (("runs", wanted), ("runs of a variant", others), ("threads", threads)):
        if count is not None and count < 1:
            raise InputError(f"{what}: at least 1 is needed, got {count}")
    points = -(-wanted // REPLICATES)
    rest = _fewer(points) if others is None else -(-others // REPLICATES)
    return {variant: rest if k else points for k, variant in enumerate(named)}


def _fewer(points: int) -> int:
    """A tenth of the points of the first variant, but not so few that nothing could be told."""
    return min(points, max(LEAST_POINTS, -(-points // 10)))


def _parts_without(variant: Variant, without: Mapping[int, Sequence[Off]], points: int) -> list[Part]:
    """The runs of each option, and of the first one, with mechanisms switched off."""
    options: dict[Off, list[int]] = {}
    for option, each in without.items():
        for off in each:
            options.setdefault(off, [0]).append(option)
    return [part for off, run in options.items() for part in parts_of(variant, run, points, POINTS_A_PART, off=off)]


def _without(
    shared: Shared, without: Mapping[int, Sequence[Off]], gathered: Gathered, differences: Sequence[Difference]
) -> tuple[WithoutMechanism, ...]:
    scenario, runs = shared.scenario, gathered.runs
    (horizon,) = to_middle(scenario).horizons
    k, h = shared.rows.index(ROW), scenario.horizons.index(horizon)
    found = []
    for option, each in without.items():
        wanted = (shared.main, scenario.options[option].name, ROW.outcome, None, horizon)
        on = next(d for d in differences if (d.variant, d.option, d.outcome, d.group, d.horizon) == wanted)
        main = runs[shared.main, option].expected[k, h] - runs[shared.main, 0].expected[k, h]
        for off in each:
            few = gathered.without[option, off] - gathered.without[0, off]
            found.append(without_mechanism(shared.main, off, on, few, main, shared.replicates))
    return tuple(found)


def _searches(shared: Shared) -> list[Search]:
    """What boxes are searched for."""
    options, horizons = range(1, len(shared.scenario.options)), range(len(shared.scenario.horizons))
    return [(option, row, h) for option in options for row in shared.ranked for h in horizons]


def _at_points(shared: Shared, search: Search, gathered: Gathered) -> Floats:
    """The difference (point) that a search is for, as simulated."""
    option, row, h = search
    k = shared.rows.index(row)
    expected = np.stack([gathered.runs[shared.main, o].expected[k, h] for o in (0, option)])
    means: Floats = at_points(expected, shared.replicates).means[1]
    return means


def _key(shared: Shared, search: Search) -> tuple[str, str, int]:
    option, row, h = search
    return shared.scenario.options[option].name, row.outcome, shared.scenario.horizons[h]


def _box(
    shared: Shared, search: Search, gathered: Gathered, decisive: Sequence[Decisive], values: Mapping[str, Floats]
) -> Box | None:
    """Where the sign of one difference turns, among the numbers that decide it (or, unknown those, that go with it)."""
    difference, key = _at_points(shared, search, gathered), _key(shared, search)
    names = [one.quantity for one in decisive if (one.option, one.outcome, one.horizon) == key][:MOST_SEARCHED]
    names = names or most_related(values, difference, MOST_SEARCHED)
    return find_box({name: values[name] for name in names}, turning(difference)[1])


def _flip(shared: Shared, search: Search, gathered: Gathered, box: Box | None) -> Flip:
    return flip_of(shared.main, *_key(shared, search), _at_points(shared, search, gathered), box)


def _decisive(shared: Shared, plan: Plan | None, gathered: Gathered) -> list[Decisive]:
    if plan is None or not gathered.trajectories:
        return []
    scenario = shared.scenario
    names = [option.name for option in scenario.options]
    expected = np.stack([gathered.trajectories[option] for option in range(len(names))])
    return decisive_of(plan, shared.main, names, shared.ranked, scenario.horizons, expected)


def _differences(shared: Shared, named: Sequence[Variant], gathered: Gathered) -> tuple[Difference, ...]:
    scenario, found = shared.scenario, []
    for variant in named:
        for k, option in enumerate(scenario.options[1:], 1):
            runs, nothing = gathered.runs[variant, k], gathered.runs[variant, 0]
            main = gathered.runs[shared.main, k].expected - gathered.runs[shared.main, 0].expected
            borrowed = None if variant == shared.main else main
            found += differences_of(
                variant, option.name, shared.rows, scenario.horizons, runs, nothing, shared.replicates, borrowed
            )
    return tuple(found)


def _choices(shared: Shared, named: Sequence[Variant], gathered: Gathered) -> tuple[Choice, ...]:
    scenario = shared.scenario
    names = [option.name for option in scenario.options]
    return tuple(
        choice
        for variant in named
        for choice in choices_of(
            variant,
            names,
            shared.rows,
            scenario.horizons,
            [gathered.runs[variant, k] for k in range(len(names))],
            shared.replicates,
            shared.ranked,
        )
    )


def _most(decisive: Sequence[Decisive]) -> tuple[Decisive, ...]:
    """The first of each option, outcome and horizon."""
    kept: list[Decisive] = []
    seen: dict[tuple[str, str, int], int] = {}
    for one in decisive:
        key = (one.option, one.outcome, one.horizon)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= MOST_DECISIVE:
            kept.append(one)
    return tuple(kept)


def _has_salib() -> bool:
    return find_spec("SALib") is not None


def _has_prim() -> bool:
    return find_spec("ema_workbench") is not None


def _left_out(sensitivity: bool) -> tuple[str, ...]:
    if not sensitivity:
        return (_NOT_ASKED,)
    missing = []
    if not _has_salib():
        missing.append(f"Which numbers decide was not looked into: it needs the package SALib. {_HINT}")
    if not _has_prim():
        missing.append(f"Where a ranking turns was not looked into: it needs the package ema-workbench. {_HINT}")
    return tuple(missing)
