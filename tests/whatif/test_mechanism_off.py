"""What is switched off, or added, changes nothing else: run by run, to the bit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_scenario import STILL, Number, off_but, option, quantity, shock, side, toy, with_quantities

from tocsin.whatif.catalogue import LEVER_DEFAULTS, LEVER_NAMES, MECHANISM_NAMES, VARIANT_NAMES, Variant
from tocsin.whatif.engine.columns import SIDE_MEASURES, THEATRE_MEASURES
from tocsin.whatif.engine.sampling import sample_draws
from tocsin.whatif.engine.simulate import Paths, simulate
from tocsin.whatif.scenario import Scenario

RUNS = 40
# What each mechanism's effect hangs on: with these at 0 it is as if it were switched off.
EFFECTS: dict[str, tuple[str, ...]] = {
    "recruitment": ("leaving", "replacement"),
    "attrition": ("attrition", "strike_attrition"),
    "displacement": ("displacement", "urban_severity"),
    "defection": ("defection",),
    "alliance": ("alliance",),
    "bandwagon": ("bandwagon",),
    "cohesion": ("cohesion_effect", "cohesion_repair", "divisions"),
    "grievance": ("grievance",),
    "hedging": ("hedging",),
    "outbidding_number": ("matching", "deterrence"),
    "outbidding_severity": ("severity_link",),
    "demonstration": ("embolden", "outdo"),
    "prestige": ("prestige",),
    "timing": ("timing",),
    "policing": ("policing_growth", "policing_foils", "capture", "prison_leak", "prison_gain"),
    "intelligence": ("intelligence_gain", "strike_precision"),
    "strike_response": ("strike_response",),
    "strike_harm": ("strike_civilians",),
    "reintegration": ("reintegration_rate",),
    "mediation": ("mediation_effect", "mediation_splits"),
    "external_reach": (),
    "shocks": (),
}
ALL_LEVERS = option("everything", (1, 7), **dict.fromkeys(LEVER_NAMES, 0.6))
MOVE_PEOPLE = (
    "recruitment", "attrition", "displacement", "defection", "alliance", "bandwagon", "cohesion", "grievance",
    "hedging", "policing", "intelligence", "reintegration",
)  # fmt: skip
MOVE_ATTACKS = (
    "outbidding_number", "outbidding_severity", "demonstration", "prestige", "timing", "strike_response",
    "external_reach",
)  # fmt: skip
PEOPLE = ("members", "urban", "cohesion")
PEOPLE_OF_THEATRE = ("pool", "gone", "prisoners", "policing", "ruler", "stability")
ATTACKS = ("attacks", "deaths", "expected_deaths", "mass_casualty", "standing")


def busy(ruler: str = "State") -> Scenario:
    """The toy theatre with an option that moves all levers."""
    base = toy(ruler=ruler, months=10)
    return replace(base, options=(base.options[0], ALL_LEVERS))


def run(
    theatre: Scenario,
    *,
    n: int = RUNS,
    variant: Variant = "fitted",
    option: int = 1,
    off: Collection[str] | None = None,
) -> Paths:
    """Runs under the option with all levers."""
    return simulate(theatre, sample_draws(theatre, n, seed=theatre.seed), variant=variant, option=option, off=off)


def same(
    one: Paths, two: Paths, of_sides: Collection[str] = SIDE_MEASURES, of_theatre: Collection[str] = THEATRE_MEASURES
) -> None:
    """The same numbers, bit by bit."""
    for name in of_sides:
        np.testing.assert_array_equal(one.side(name), two.side(name), err_msg=name)
    for name in of_theatre:
        np.testing.assert_array_equal(one.of_theatre(name), two.of_theatre(name), err_msg=name)


def differ(one: Paths, two: Paths) -> bool:
    """Whether anything at all is another number."""
    return bool((one.sides != two.sides).any() or (one.theatre != two.theatre).any())


def without_effect(theatre: Scenario, mechanism: str) -> Scenario:
    """The scenario with the numbers of a mechanism's effect at 0."""
    theatre = with_quantities(theatre, **dict.fromkeys(EFFECTS[mechanism], 0.0))
    if mechanism == "cohesion":
        leaders = [replace(s, size=quantity(0.0)) if s.kind == "leader_lost" else s for s in theatre.shocks]
        return replace(theatre, shocks=tuple(leaders))
    if mechanism == "outbidding_number":
        return replace(theatre, links=())
    if mechanism == "external_reach":
        sides = [replace(s, numbers={**s.numbers, "external_rate": quantity(0.0)}) for s in theatre.sides]
        return replace(theatre, sides=tuple(sides))
    if mechanism == "shocks":
        return replace(theatre, shocks=tuple(replace(s, probability=quantity(0.0)) for s in theatre.shocks))
    return theatre


def test_every_mechanism_is_looked_at() -> None:
    assert tuple(EFFECTS) == MECHANISM_NAMES


@pytest.mark.parametrize("mechanism", MECHANISM_NAMES)
def test_switched_off_is_its_effect_at_zero(mechanism: str) -> None:
    variants: tuple[Variant, ...] = ("fitted", "match", "deter") if mechanism == "outbidding_number" else ("fitted",)
    for variant in variants:
        # Where the state rules, a group takes over; where a group does, it has allies from the start.
        for theatre in (busy(), busy("North")):
            off = run(theatre, variant=variant, off=[mechanism])
            same(off, run(without_effect(theatre, mechanism), variant=variant))
        assert differ(off, run(theatre, variant=variant)) or mechanism == "demonstration"


@pytest.mark.parametrize("mechanism", [*MOVE_PEOPLE, "mediation"])
def test_what_moves_people_leaves_attacks_alone_where_they_do_not_hang_on_people(mechanism: str) -> None:
    theatre = with_quantities(
        busy("North"), size_elasticity=0.0, urban_severity=0.0, policing_foils=0.0, mediation_effect=0.0,
        strike_precision=0.0,
    )  # fmt: skip
    # Groups without members have no attacks; nothing here takes all of a group's.
    same(run(theatre), run(theatre, off=[mechanism]), ATTACKS, ["strike_deaths"])


@pytest.mark.parametrize("mechanism", [*MOVE_ATTACKS, "mediation"])
def test_what_moves_attacks_leaves_people_alone_where_names_do_not_count(mechanism: str) -> None:
    numbers = {"visibility": 0.0, "mediation_splits": 0.0, "embolden": 0.0}
    # In allies' insurance and in going over names count, whatever `visibility` is.
    theatre = with_quantities(busy(), **numbers, defection=0.0, hedging=0.0)
    same(run(theatre), run(theatre, off=[mechanism]), PEOPLE, PEOPLE_OF_THEATRE)
    if mechanism == "outbidding_severity":
        others = [*PEOPLE, "attacks", "external", "clashes", "clash_deaths"]
        same(run(theatre), run(theatre, off=[mechanism]), others)


def test_reach_abroad_and_strikes_victims_are_ends_of_the_story() -> None:
    theatre = busy()
    same(run(theatre), run(theatre, off=["external_reach"]), [m for m in SIDE_MEASURES if m != "external"])
    others = [m for m in THEATRE_MEASURES if m != "strike_deaths"]
    same(run(theatre), run(theatre, off=["strike_harm"]), of_theatre=others)


@pytest.mark.parametrize(
    ("mechanism", "lever"),
    [
        ("reintegration", "reintegration"),
        ("mediation", "mediation"),
        ("strike_response", "strikes"),
        ("strike_harm", "strikes"),
        ("intelligence", "intelligence"),
        ("grievance", "intelligence"),
        ("hedging", "intelligence"),
    ],
)
def test_without_its_lever_a_mechanism_is_idle(mechanism: str, lever: str) -> None:
    theatre = replace(busy("North"), levers=LEVER_DEFAULTS)
    idle = option("idle", (0, 9), **{name: 0.0 if name == lever else 0.6 for name in LEVER_NAMES})
    theatre = replace(theatre, options=(theatre.options[0], idle))
    same(run(theatre), run(theatre, off=[mechanism]))


@pytest.mark.parametrize("mechanism", ["timing", "demonstration", "shocks", "alliance", "prestige"])
def test_without_its_cause_a_mechanism_is_idle(mechanism: str) -> None:
    theatre = replace(busy(), shocks=(), foreign_presence=False, relations=())
    same(run(theatre), run(theatre, off=[mechanism]))


def test_without_shocks_nothing_is_another_number_before_the_first_of_them() -> None:
    theatre = busy()
    when = sample_draws(theatre, RUNS, seed=theatre.seed).when
    first = np.where(when < 0, theatre.months, when).min(axis=1)
    earlier = np.arange(theatre.months) < first[:, None]
    one, two = run(theatre), run(theatre, off=["shocks"])
    np.testing.assert_array_equal(one.sides.swapaxes(1, 2)[:, :, earlier], two.sides.swapaxes(1, 2)[:, :, earlier])
    np.testing.assert_array_equal(one.theatre[:, earlier], two.theatre[:, earlier])
    assert earlier.sum() > RUNS


@pytest.mark.parametrize("variant", VARIANT_NAMES)
@pytest.mark.parametrize("ruler", ["North", "State"])
def test_people_are_conserved(ruler: str, variant: Variant) -> None:
    paths = run(busy(ruler), variant=variant)
    total = paths.side("members").sum(axis=1, dtype=np.float64)
    for name in ("pool", "gone", "prisoners"):
        total += paths.of_theatre(name)
    assert (total == total[:, :1]).all()
    first = run(replace(busy(ruler), months=1), variant=variant, off=MECHANISM_NAMES)
    at_start = (
        first.side("members").sum(axis=1, dtype=np.float64) + first.of_theatre("pool") + first.of_theatre("prisoners")
    )
    np.testing.assert_array_equal(total[:, :1], at_start)
    assert (paths.sides[:, :, :, :] >= 0).all()
    assert (paths.side("urban") <= paths.side("members")).all()


def test_more_runs_months_options_and_shocks_that_do_not_happen_disturb_nothing() -> None:
    theatre = busy()
    base = run(theatre)
    more = run(theatre, n=RUNS + 13)
    np.testing.assert_array_equal(more.sides[:, :RUNS], base.sides)
    np.testing.assert_array_equal(more.theatre[:, :RUNS], base.theatre)
    longer = run(replace(theatre, months=15))
    np.testing.assert_array_equal(longer.sides[..., :10], base.sides)
    np.testing.assert_array_equal(longer.theatre[..., :10], base.theatre)
    same(base, run(replace(theatre, options=(*theatre.options, option("another", strikes=5.0)))))
    never = [shock("jail_break", 2, group="South", size=0.5, probability=0.0), shock("withdrawal", 2, probability=0.0)]
    same(base, run(replace(theatre, shocks=(*theatre.shocks, *never))))


def test_a_shock_that_happens_disturbs_no_other_and_nothing_before_it() -> None:
    theatre = busy()
    base = run(theatre)
    later = run(replace(theatre, shocks=(*theatre.shocks, shock("jail_break", 6, group="North", size=1.0))))
    np.testing.assert_array_equal(later.sides[..., :6], base.sides[..., :6])
    assert (later.of_theatre("prisoners")[:, 6] < base.of_theatre("prisoners")[:, 6]).all()
    np.testing.assert_array_equal(later.of_theatre("ruler"), base.of_theatre("ruler"))


@pytest.mark.parametrize("place", [0, 3, 5])
def test_another_side_disturbs_nobody_it_has_nothing_to_do_with(place: int) -> None:
    # All groups share what there is of fame, even with one nobody has heard of.
    theatre = with_quantities(busy(), visibility=0.0)
    base = run(theatre)
    # One without members, prisoners and attacks, wherever it stands in the file.
    nobody = side("Nobody", members=0.0, attack_rate=0.0)
    more = run(replace(theatre, sides=(*theatre.sides[:place], nobody, *theatre.sides[place:])))
    others = [g for g in range(6) if g != place]
    np.testing.assert_array_equal(more.sides[:, :, others], base.sides)
    for name in set(THEATRE_MEASURES) - {"ruler"}:
        np.testing.assert_array_equal(more.of_theatre(name), base.of_theatre(name), err_msg=name)
    # And one with all of that, where sides neither trade people nor answer each other.
    apart = off_but("policing", "strike_response", "external_reach", "shocks", "cohesion", "intelligence")
    theatre = replace(theatre, off=apart)
    real = side("Newcomer", attack_rate=30.0, external=True, external_rate=2.0)
    base, more = run(theatre), run(replace(theatre, sides=(*theatre.sides[:place], real, *theatre.sides[place:])))
    names = [name for name in SIDE_MEASURES if name not in ("clashes", "clash_deaths")]
    for name in names:
        np.testing.assert_array_equal(more.side(name)[:, others], base.side(name), err_msg=name)


@settings(max_examples=15)
@given(parts=st.lists(st.integers(1, 60), min_size=1, max_size=5), threads=st.integers(1, 5))
def test_runs_are_the_same_in_parts_and_on_any_number_of_threads(parts: list[int], threads: int) -> None:
    theatre = busy()
    total = sum(parts)
    whole = simulate(theatre, sample_draws(theatre, total, seed=3), option=1, threads=1)
    same(whole, simulate(theatre, sample_draws(theatre, total, seed=3), option=1, threads=threads))
    at = 0
    for size in parts:
        part = simulate(theatre, sample_draws(theatre, size, seed=3, offset=at), option=1, threads=threads)
        np.testing.assert_array_equal(part.sides, whole.sides[:, at : at + size])
        np.testing.assert_array_equal(part.theatre, whole.theatre[:, at : at + size])
        at += size


def test_another_seed_is_another_chance() -> None:
    theatre = busy()
    draws = sample_draws(theatre, RUNS, seed=theatre.seed)
    one, two = (simulate(theatre, draws, seed=seed) for seed in (1, 2))
    assert (one.side("attacks") != two.side("attacks")).mean() > 0.5


def test_sides_may_come_in_any_order() -> None:
    quantities: dict[str, Number] = dict(STILL)
    theatre = replace(
        with_quantities(busy(), **quantities), off=off_but("policing", "cohesion", "intelligence", "shocks")
    )
    order = [4, 2, 0, 3, 1]
    turned = run(replace(theatre, sides=tuple(theatre.sides[g] for g in order)))
    np.testing.assert_array_equal(turned.sides, run(theatre).sides[:, :, order])
