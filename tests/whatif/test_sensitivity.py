"""Elementary effects on responses of which they are known."""

from __future__ import annotations

import numpy as np
import pytest
from planted_scenario import scenario, side, with_quantities

from tocsin.whatif.comparison.reduce import Row
from tocsin.whatif.comparison.sensitivity import MOST_TRAJECTORIES, Plan, decisive_of, elementary_effects, plan_morris
from tocsin.whatif.parameters import Quantity
from tocsin.whatif.scenario import Scenario

ROWS = [Row("civilian_deaths", None)]


def _three() -> Scenario:
    """A theatre of which three numbers are not known: one assumed, one from the literature, one estimated."""
    base = scenario([side("North")])
    return with_quantities(
        base,
        attrition=(0.01, 0.02),
        strike_response=Quantity(-0.5, 0.5, "literature"),
        tail_scale=Quantity(15.0, 22.0, "estimated"),
    )


def _plan(runs: int = 400) -> Plan:
    plan = plan_morris(_three(), runs, 10)
    assert plan is not None
    return plan


def _found(plan: Plan, response: np.ndarray) -> dict:
    halves = response if response.ndim == 2 else np.stack([response, response], axis=1)
    expected = np.stack([np.zeros_like(halves), halves])[:, None, None]
    found = decisive_of(plan, "fitted", ["do_nothing", "act"], ROWS, [12], expected)
    assert [d.cleared for d in found] == sorted((d.cleared for d in found), reverse=True)
    return {d.quantity: d for d in found}


def test_a_linear_response_has_its_slopes_as_effects() -> None:
    plan = _plan()
    column = {named.name: plan.units[:, q] for q, named in enumerate(plan.quantities)}
    found = _found(plan, 3.0 * column["attrition"] - 4.0 * column["strike_response"])
    assert set(found) == {"attrition", "strike_response"}
    assert (found["attrition"].mu_star, found["attrition"].mu) == pytest.approx((3.0, 3.0))
    assert (found["strike_response"].mu_star, found["strike_response"].mu) == pytest.approx((4.0, -4.0))
    assert found["attrition"].sigma == pytest.approx(0.0, abs=1e-9)
    assert found["attrition"].mu_star_half_width == pytest.approx(0.0, abs=1e-9)
    assert (found["attrition"].share, found["strike_response"].share) == pytest.approx((3 / 7, 4 / 7))
    assert (found["attrition"].cleared, found["strike_response"].cleared) == pytest.approx((3.0, 4.0))
    assert (found["attrition"].evidence, found["strike_response"].evidence) == ("assumed", "literature")


def test_numbers_that_act_together_have_a_spread_of_effects() -> None:
    plan = _plan()
    x, y = plan.units[:, 0], plan.units[:, 1]
    found = _found(plan, x * y)
    assert found[plan.quantities[0].name].sigma > 0.1
    assert found[plan.quantities[0].name].mu_star_half_width > 0


def test_effects_are_those_that_salib_has() -> None:
    plan = _plan()
    x, y, z = plan.units.T
    response = x * y + 2 * z**2
    effects = elementary_effects(plan, response)
    found = _found(plan, response)
    for q, named in enumerate(plan.quantities):
        assert np.abs(effects[:, q]).mean() == pytest.approx(found[named.name].mu_star)
        assert effects[:, q].mean() == pytest.approx(found[named.name].mu)
        assert effects[:, q].std(ddof=1) == pytest.approx(found[named.name].sigma)


def test_what_moves_by_chance_has_no_share() -> None:
    plan = _plan(4000)
    rng = np.random.default_rng(8)
    chance = rng.normal(size=(len(plan.units), 2))
    assert _found(plan, chance) == {}
    found = _found(plan, 20.0 * plan.units[:, [0]] + chance)
    assert found["attrition"].share == pytest.approx(1.0, abs=0.05)
    assert found["strike_response"].mu_star > 0.3


def test_shares_are_linear_and_ordered_by_what_is_not_chance() -> None:
    """Planted: slopes of 1 and 2, and a number whose effect is the other way round in the other half: chance."""
    plan = _plan()
    x, y, z = plan.units.T
    moved = x + 2.0 * y
    found = list(_found(plan, np.stack([moved + 5.0 * z, moved - 0.5 * z], axis=1)).values())
    assert [d.quantity for d in found] == ["strike_response", "attrition", "tail_scale"]
    assert [d.mu_star for d in found] == pytest.approx([2.0, 1.0, 2.25])
    assert [d.cleared for d in found] == pytest.approx([2.0, 1.0, 0.0])
    assert [d.share for d in found] == pytest.approx([2 / 3, 1 / 3, 0.0])


def test_nothing_moves_a_response_that_stays() -> None:
    plan = _plan()
    assert _found(plan, np.full(len(plan.units), 5.0)) == {}


def test_each_trajectory_moves_one_number_after_the_other() -> None:
    plan = _plan()
    assert [named.name for named in plan.quantities] == ["attrition", "strike_response", "tail_scale"]
    steps = np.diff(plan.units.reshape(plan.trajectories, 4, 3), axis=1)
    assert ((np.abs(steps) > 1e-9).sum(axis=2) == 1).all()
    assert ((np.abs(steps) > 1e-9).sum(axis=1) == 1).all()


def test_an_estimated_number_goes_over_its_interval_and_others_over_their_range() -> None:
    plan = _plan()
    assert (plan.at[:, 0].min(), plan.at[:, 0].max()) == (0.0, 1.0)
    assert (plan.at[:, 2].min(), plan.at[:, 2].max()) == pytest.approx((0.05, 0.95))


@pytest.mark.parametrize(("runs", "trajectories"), [(10, 4), (400, 10), (100_000, MOST_TRAJECTORIES)])
def test_the_number_of_trajectories_follows_from_the_runs(runs: int, trajectories: int) -> None:
    assert _plan(runs).trajectories == trajectories
    assert np.array_equal(_plan(runs).units, _plan(runs).units)


def test_there_is_nothing_to_plan_where_all_is_known() -> None:
    one = side("North", urban_share=0.2, cohesion=0.8)
    everything = dict.fromkeys(("tail_shape", "tail_scale", "severity_link"), 1.0)
    assert plan_morris(with_quantities(scenario([one]), **everything), 400, 10) is None
