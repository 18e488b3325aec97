"""The compiled simulation against the one in numpy, which was written apart from it: equal counts, run by run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pytest
from planted_scenario import off_but, option, scenario, shock, side, state, toy, with_quantities

from tocsin.whatif.catalogue import LEVER_NAMES, MECHANISM_NAMES, VARIANT_NAMES, Variant
from tocsin.whatif.engine import draws as compiled
from tocsin.whatif.engine.columns import SIDE_MEASURES, THEATRE_MEASURES
from tocsin.whatif.engine.sampling import Draws, sample_at, sample_draws, uncertain
from tocsin.whatif.engine.simulate import simulate
from tocsin.whatif.files.reading import packaged_scenarios, read_scenario
from tocsin.whatif.scenario import Scenario
from tocsin.whatif.twin import draws as plain
from tocsin.whatif.twin.simulate import simulate_numpy

REAL = {"expected_deaths", "cohesion", "standing", "policing", "stability"}
ALL_LEVERS = option("everything", (1, 5), **dict.fromkeys(LEVER_NAMES, 0.6))


def agree(
    theatre: Scenario,
    *,
    draws: Draws | None = None,
    n: int = 10,
    variant: Variant = "fitted",
    option: int = 0,
    off: Collection[str] | None = None,
    settled: bool = False,
) -> None:
    """Run both and hold each measure of one against that of the other."""
    numbers = sample_draws(theatre, n, seed=theatre.seed) if draws is None else draws
    one = simulate(theatre, numbers, variant=variant, option=option, off=off, settled=settled)
    two = simulate_numpy(theatre, numbers, variant=variant, option=option, off=off, settled=settled)
    for name in SIDE_MEASURES:
        _same(name, one.side(name), two.side(name))
    for name in THEATRE_MEASURES:
        _same(name, one.of_theatre(name), two.of_theatre(name))


def _same(name: str, one: np.ndarray, two: np.ndarray) -> None:
    if name in REAL:
        np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-9, err_msg=name)
    else:
        np.testing.assert_array_equal(one, two, err_msg=name)


def test_draws_are_the_same_numbers() -> None:
    rng = np.random.default_rng(3)
    seeds = plain.run_seeds(5, np.arange(300))
    np.testing.assert_array_equal(seeds, compiled.run_seeds(5, np.arange(300)))
    states = plain.cell_state(seeds, "start", "North", 3)
    stream, who = compiled.key("stream:start"), compiled.key("side:North")
    assert states.tolist() == [int(compiled.cell_state(seed, stream, who, 3)) for seed in seeds]
    expected = [compiled.normal(state) for state in states]
    np.testing.assert_allclose(plain.normal(states), expected, rtol=0, atol=1e-9)
    n = rng.integers(0, 4000, 300)
    for p in (rng.random(300), rng.random(300) / 300, 1.0 - rng.random(300) / 300, np.repeat([0.0, 0.5, 1.0], 100)):
        one = [compiled.binomial(int(a), float(b), state) for a, b, state in zip(n, p, states, strict=True)]
        np.testing.assert_array_equal(plain.binomial(n, p, states), one)
    hazards = rng.random((4, 300)) * np.array([[0.5], [0.0], [0.01], [0.2]])
    names = ["a", "b", "c", "d"]
    two, parts, keys = plain.leavers(n, hazards, names, states), np.zeros(4, np.int64), [compiled.key(k) for k in names]
    for d in range(300):
        compiled.leave_by(int(n[d]), np.ascontiguousarray(hazards[:, d]), np.array(keys), states[d], parts)
        np.testing.assert_array_equal(two[:, d], parts)


@pytest.mark.parametrize("variant", VARIANT_NAMES)
@pytest.mark.parametrize("ruler", ["North", "State", None])
def test_every_variant_and_ruler(ruler: str | None, variant: Variant) -> None:
    agree(toy(ruler=ruler, months=7), variant=variant)


@pytest.mark.parametrize("which", range(5))
def test_every_option(which: int) -> None:
    agree(toy(ruler="State", months=7), option=which)
    agree(toy(months=4), option=which, variant="match", settled=True)


@pytest.mark.parametrize("mechanism", MECHANISM_NAMES)
def test_every_mechanism_off_and_on(mechanism: str) -> None:
    theatre = replace(toy(ruler="State", months=5), options=(*toy().options[:1], ALL_LEVERS))
    agree(theatre, option=1, off=[mechanism], n=8)
    # Most of what a mechanism does needs shocks or losses to show.
    agree(theatre, option=1, off=off_but(mechanism, "shocks", "attrition"), n=8)


@pytest.mark.parametrize("sides", [2, 3, 4])
def test_any_number_of_sides(sides: int) -> None:
    agree(toy(sides=sides, months=8), variant="deter")


def test_power_that_changes_hands_more_than_once() -> None:
    theatre = toy(ruler="State", months=8)
    turns = [
        shock("take_over", t, group=g) for t, g in enumerate(("South", "South", "North", "South", "West", "North"))
    ]
    agree(replace(theatre, shocks=(*theatre.shocks, *turns)), option=1, n=6)
    agree(replace(theatre, ruler=None, shocks=tuple(turns)), option=2, n=6)


def test_numbers_at_the_ends_of_their_ranges() -> None:
    sides = [
        side("Empty", members=0.0, prisoners=200.0, attack_rate=3.0, external=True, external_rate=1.0),
        side("All mass", members=50.0, urban_share=0.0, mass_casualty_share=1.0, small_deaths=1.0, clash_rate=500.0),
        side("Huge", members=300000.0, attack_rate=20.0, mass_casualty_share=0.4, own_response=0.95, clash_deaths=0.0),
        side("Outside", members=10.0, pressure=10.0, cohesion=0.05, talks=True),
        state(members=0.0, clash_rate=9.0),
    ]  # fmt: skip
    base = scenario(
        sides,
        months=5,
        enemies=[("Empty", "Huge"), ("Outside", "Huge"), ("All mass", "Outside")],
        allies=[("Empty", "Outside")],
        links={("Huge", "All mass"): -0.5, ("All mass", "Outside"): 5.0},
        levers={"strikes": 1.0},
        ruler="Huge",
    )
    for changes in (
        {"tail_shape": 0.0, "pool": 0.0},
        {"tail_shape": 1.0, "most_deaths": 21.0},
        {"tail_shape": -0.3, "attrition": 3.0, "defection": 2.0},
        {"urban_cover": 1.0, "leaving": 3.0, "visibility": 3.0, "size_elasticity": 3.0},
    ):
        agree(with_quantities(base, **changes), n=6)


def test_runs_of_a_design_keep_their_chance() -> None:
    theatre = toy(months=5)
    points = np.random.default_rng(0).random((3, len(uncertain(theatre))))
    agree(theatre, draws=sample_at(theatre, points, seed=2, replicates=4), option=1)


@pytest.mark.parametrize("name", packaged_scenarios())
def test_the_packaged_scenarios(name: str) -> None:
    theatre = read_scenario(name)
    for place, variant in enumerate(theatre.variants):
        agree(theatre, n=4, variant=variant, option=place % len(theatre.options))
