"""Options without mechanisms: which are switched off, what is told of it, and that a run without them gives it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from planted_scenario import option, scenario, side, toy, with_quantities

from tocsin.whatif.comparison.result import Difference
from tocsin.whatif.comparison.run import compare
from tocsin.whatif.comparison.without import live_mechanisms, side_effects, switched_off, to_middle, without_mechanism
from tocsin.whatif.parameters import Quantity
from tocsin.whatif.scenario import Scenario

FEWER = Difference("fitted", "act", "civilian_deaths", None, 12, -20.0, -30.0, -10.0, -90.0, 40.0, 0.6, 0.3, 0.1)
UNCLEAR = replace(FEWER, mean=-1.0, mean_low=-3.0, mean_high=1.5)


def _pair(**levers: float) -> Scenario:
    """North rules, its ally is East and its enemy South; doing nothing and one option."""
    sides = [side("North", ideology=(0.2, 0.2), talks=True), side("South"), side("East")]
    return scenario(sides, ruler="North", months=6, enemies=[("North", "South")], allies=[("North", "East")],
                    options=[option("act", **levers)], ranges=True)  # fmt: skip


def test_what_an_option_does_not_move_is_not_switched_off() -> None:
    theatre = _pair(policing=1.0)
    live = live_mechanisms(theatre, theatre.options[1], "fitted")
    assert "policing" in live
    assert "recruitment" in live
    # Nobody shares intelligence, strikes, mediates or takes power, there are no links; attacks abroad kill elsewhere.
    assert not {"intelligence", "grievance", "hedging", "strike_response", "mediation", "demonstration", "shocks",
                "outbidding_number", "external_reach"} & set(live)  # fmt: skip
    sharing = _pair(intelligence=1.0)
    assert {"intelligence", "grievance", "hedging", "cohesion"} <= set(
        live_mechanisms(sharing, sharing.options[1], "fitted")
    )
    off = replace(sharing, off=("hedging",))
    assert "hedging" not in live_mechanisms(off, off.options[1], "fitted")


def test_an_option_of_levers_that_change_nothing_is_run_without_nothing() -> None:
    theatre = replace(_pair(mediation=1.0), off=("mediation",))
    assert live_mechanisms(theatre, theatre.options[1], "fitted") == ()
    assert switched_off(theatre, "fitted") == {1: []}


def test_side_effects_are_what_it_does_not_work_by_and_is_not_estimated() -> None:
    theatre = _pair(intelligence=1.0, strikes=1.0)
    act = theatre.options[1]
    live = live_mechanisms(theatre, act, "fitted")
    found = side_effects(theatre, act, live)
    # It works by what strikes and intelligence kill; how attacks answer mass-casualty attacks is estimated.
    assert {"grievance", "hedging", "cohesion", "strike_response", "defection"} <= set(found)
    # And the civilians whom strikes kill are no side effect.
    assert "strike_harm" in live
    assert not {"attrition", "strike_harm", "intelligence", "outbidding_severity"} & set(found)
    known = with_quantities(theatre, hedging=Quantity(0.0, 0.02, "estimated", "made up"))
    assert set(found) - set(side_effects(known, act, live)) == {"hedging"}
    assert switched_off(theatre, "fitted")[1][-1] == found


def test_an_option_that_differs_from_the_first_works_by_what_differs() -> None:
    theatre = _pair(intelligence=1.0, strikes=1.0)
    turned = replace(theatre, options=(option("first", strikes=1.0), theatre.options[1]))
    live = live_mechanisms(turned, turned.options[1], "fitted")
    assert "attrition" in side_effects(turned, turned.options[1], live)
    assert "intelligence" not in side_effects(turned, turned.options[1], live)


@pytest.mark.parametrize(
    ("on", "shift", "effect"),
    [
        (FEWER, 40.0, "turns"),  # -20 becomes +20
        (FEWER, 12.0, "more than half"),
        (FEWER, -12.0, "more than half"),
        (FEWER, 8.0, "little"),
        (UNCLEAR, 9.0, "a sign shows"),
        (UNCLEAR, 0.0, "little"),
    ],
)
def test_what_is_told_of_a_mechanism_by_hand(on: Difference, shift: float, effect: str) -> None:
    spread = np.tile([-0.5, 0.5], 200)
    main = on.mean + spread
    jitter = np.tile([-0.1, -0.1, 0.1, 0.1], 10)
    found = without_mechanism("fitted", ("hedging",), on, main[:40] + shift + jitter, main, 1)
    assert found.effect == effect
    assert found.mean == pytest.approx(on.mean + shift)
    assert found.change == pytest.approx(shift)
    assert not found.side_effects


def test_a_change_within_chance_is_little() -> None:
    rng = np.random.default_rng(3)
    main = FEWER.mean + np.zeros(400)
    found = without_mechanism("fitted", ("hedging", "grievance"), FEWER, main[:40] + rng.normal(0, 300, 40), main, 1)
    assert found.effect == "little"
    assert found.side_effects


def test_it_is_what_a_run_of_the_scenario_without_them_gives() -> None:
    """At as many points as all there are, each figure is that of a comparison with the mechanism off from the start."""
    theatre = replace(toy(sides=2, months=6), horizons=(2, 4, 6), variants=("fitted",))
    theatre = replace(theatre, options=(theatre.options[0], option("share", intelligence=1.0, strikes=1.0)))
    whole = compare(theatre, draws=40, threads=1)
    assert {row.horizon for row in whole.without} == {4} == set(to_middle(theatre).horizons)
    told = {row.off: row for row in whole.without}
    with_it = whole.difference("share", "civilian_deaths", 4)
    everything = next(row.off for row in whole.without if row.side_effects)
    for off in (("strike_response",), ("shocks",), everything):
        alone = compare(replace(theatre, off=off), draws=40, sensitivity=False, threads=1)
        other = alone.difference("share", "civilian_deaths", 4)
        row = told[off]
        assert (row.mean, row.mean_low, row.mean_high) == pytest.approx((other.mean, other.mean_low, other.mean_high))
        assert row.change == pytest.approx(other.mean - with_it.mean)
    assert compare(theatre, draws=40, sensitivity=False, threads=1).without == ()
