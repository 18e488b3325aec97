"""Draws of a scenario's quantities: their distributions, and that nothing disturbs another's."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tocsin.errors import InputError
from tocsin.rivalry.path_kernel import uniform_of
from tocsin.whatif.catalogue import LEVER_DEFAULTS
from tocsin.whatif.engine.draws import cell_state, run_seeds
from tocsin.whatif.engine.sampling import (
    NamedQuantity,
    from_unit,
    named_quantities,
    sample_at,
    sample_draws,
    uncertain,
)
from tocsin.whatif.parameters import GROUP, GROUP_NAMES, THEATRE, THEATRE_NAMES, Quantity
from tocsin.whatif.scenario import DO_NOTHING, Link, Option, Relation, Scenario, Shock, Side

NUMBERS = {
    "members": Quantity(1500.0, 2200.0, "literature", "a report", "log"),
    "attack_rate": Quantity(2.0, 5.0, "estimated", "a fit", "log"),
    "mass_casualty_share": Quantity(0.05, 0.05),
}


def side(name: str) -> Side:
    numbers = {p.name: NUMBERS.get(p.name) or p.default for p in GROUP}
    return Side(name, "group", (0.5, 0.5), False, False, {k: v for k, v in numbers.items() if v is not None})


def theatre(**changes: object) -> Scenario:
    quantities = {p.name: p.default for p in THEATRE if p.default is not None}
    scenario = Scenario(
        name="planted",
        title="Planted",
        about="",
        theatre="Nowhere",
        as_of=date(2020, 12, 31),
        first=493,
        months=24,
        horizons=(6, 12),
        draws=100,
        seed=7,
        ruler="A",
        foreign_presence=True,
        sides=(side("A"), side("B"), side("C")),
        relations=(Relation(("A", "B"), "enemies"),),
        links=(Link("A", "B", Quantity(0.0, 0.2, "estimated", "a fit")), Link("C", "A", Quantity(0.1, 0.1))),
        quantities=quantities,
        levers=dict(LEVER_DEFAULTS),
        shocks=(
            Shock("withdrawal", 493, 495, Quantity(1.0, 1.0), Quantity(0.0, 0.0)),
            Shock("jail_break", 495, 504, Quantity(0.2, 0.4), Quantity(0.1, 0.5), "B"),
        ),
        options=(Option(DO_NOTHING, "Do nothing", {}, 493, 516),),
        variants=("fitted",),
    )
    return replace(scenario, **changes)  # type: ignore[arg-type]


def test_names_are_those_of_files_and_in_order() -> None:
    names = uncertain(theatre())
    assert names[0] == "attrition"
    assert names.index("A.members") < names.index("B.members") < names.index("link.A>B")
    assert names[-2:] == ("shock.2.probability", "shock.2.size")
    # What does not vary is not there: a number, a link, a shock that is sure.
    assert not {"A.attack_size", "link.C>A", "shock.1.probability"} & set(names)
    assert len(named_quantities(theatre())) == len(THEATRE) + 3 * len(GROUP) + 2 + 4


def test_each_column_is_its_parameter() -> None:
    draws = sample_draws(theatre(), 50, seed=1)
    assert draws.numbers.shape == (50, len(THEATRE))
    assert draws.side_numbers.shape == (50, 3, len(GROUP))
    assert draws.links.shape == (50, 3, 3)
    assert (draws.side_numbers[:, :, GROUP_NAMES.index("attack_size")] == 20.0).all()
    assert (draws.numbers[:, THEATRE_NAMES.index("most_deaths")] == 1500.0).all()
    members = draws.side_numbers[:, :, GROUP_NAMES.index("members")]
    assert ((members >= 1500) & (members <= 2200)).all()
    assert len(np.unique(members)) == 150
    # (target, source): B answers A, A answers C, and nobody else.
    assert (draws.links[:, 0, 2] == 0.1).all()
    assert np.count_nonzero(draws.links.any(axis=0)) == 2
    assert np.ptp(draws.links[:, 1, 0]) > 0


@pytest.mark.parametrize(
    ("quantity", "distribution"),
    [
        (Quantity(2.0, 6.0), stats.uniform(2.0, 4.0)),
        (Quantity(2.0, 6.0, "literature", "x", "log"), stats.loguniform(2.0, 6.0)),
        # 5% and 95% of a standard normal lie at 1.6448536 on either side.
        (Quantity(2.0, 6.0, "estimated", "x"), stats.norm(4.0, 2.0 / 1.6448536269514722)),
        (
            Quantity(2.0, 8.0, "estimated", "x", "log"),
            stats.lognorm(np.log(2.0) / 1.6448536269514722, scale=4.0),
        ),
    ],
)
def test_distributions_are_those_of_scipy(quantity: Quantity, distribution: object) -> None:
    unit = np.linspace(0.001, 0.999, 400)
    values = from_unit(NamedQuantity("x", quantity, -1e6, 1e6), unit)
    np.testing.assert_allclose(values, distribution.ppf(unit), rtol=1e-9)  # type: ignore[attr-defined]


def test_estimated_quantities_are_cut_at_their_limits_and_keep_their_shape_within() -> None:
    quantity = NamedQuantity("x", Quantity(0.0, 0.174, "estimated", "x"), 0.0, 1.0)
    unit = np.linspace(0.0, 1.0, 2001)
    values = from_unit(quantity, unit)
    middle, spread = 0.087, 0.087 / 1.6448536269514722
    expected = stats.truncnorm(-middle / spread, (1 - middle) / spread, middle, spread)
    np.testing.assert_allclose(values[1:-1], expected.ppf(unit[1:-1]), rtol=1e-7)
    assert values[0] == 0.0
    assert values[-1] == 1.0


@given(
    st.tuples(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3)).map(sorted),
    st.sampled_from(["linear", "log"]),
    st.sampled_from(["estimated", "literature", "assumed"]),
    st.lists(st.floats(0.0, 1.0), min_size=2, max_size=20).map(sorted),
)
def test_values_rise_with_the_unit_and_stay_within_limits(
    ends: list[float], scale: str, evidence: str, unit: list[float]
) -> None:
    quantity = Quantity(ends[0], ends[1], evidence, "x", scale)  # type: ignore[arg-type]
    values = from_unit(NamedQuantity("x", quantity, 1e-4, 1e4), np.array(unit))
    assert (np.diff(values) >= -1e-9 * ends[1]).all()
    least, most = (1e-4, 1e4) if evidence == "estimated" and quantity.is_range else ends
    assert (values >= least).all()
    assert (values <= most).all()


def test_the_share_of_draws_below_low_is_what_estimated_says() -> None:
    draws = sample_draws(theatre(), 20_000, seed=5)
    rate = draws.side_numbers[:, 0, GROUP_NAMES.index("attack_rate")]
    assert np.mean(rate < 2.0) == pytest.approx(0.05, abs=0.006)
    assert np.mean(rate > 5.0) == pytest.approx(0.05, abs=0.006)


def test_uniforms_are_of_the_cells_of_all_other_chance() -> None:
    shock = Shock("jail_break", 493, 592, Quantity(1.0, 1.0), Quantity(0.5, 0.5), "B")
    draws = sample_draws(theatre(months=100, shocks=(shock,)), 20, seed=4, offset=3)
    stream = np.uint64(int.from_bytes(hashlib.sha256(b"stream:shock:1:jail_break").digest()[:8], "little"))
    states = [cell_state(seed, stream, np.uint64(0), 0) for seed in run_seeds(4, np.arange(3, 23))]
    np.testing.assert_array_equal(draws.when[:, 0], [int(uniform_of(np.uint64(state), 2) * 100) for state in states])


def test_quantities_are_independent() -> None:
    draws = sample_draws(theatre(), 10_000, seed=5)
    flat = np.column_stack([draws.numbers, draws.side_numbers.reshape(10_000, -1), draws.links[:, 1, 0], draws.sizes])
    varying = flat[:, np.ptp(flat, axis=0) > 0]
    ranks = stats.rankdata(varying, axis=0)
    correlation = np.corrcoef(ranks, rowvar=False) - np.eye(ranks.shape[1])
    # The largest of some 2,000 correlations of 10,000 independent pairs is below 0.045 but once in a hundred times.
    assert np.abs(correlation).max() < 0.045


def test_nothing_disturbs_another_quantity() -> None:
    plain = sample_draws(theatre(), 40, seed=3)
    before = theatre()
    other = replace(
        before,
        sides=(side("Z"), *before.sides),
        links=(Link("Z", "A", Quantity(0.0, 0.1)), *before.links),
        quantities={**before.quantities, "attrition": Quantity(0.1, 0.2)},
        shocks=(*before.shocks, Shock("amnesty", 493, 500, Quantity(0.1, 0.9), Quantity(0.1, 0.5), "Z")),
    )
    added = sample_draws(other, 60, seed=3)
    np.testing.assert_array_equal(added.numbers[:40, 1:], plain.numbers[:, 1:])
    np.testing.assert_array_equal(added.side_numbers[:40, 1:], plain.side_numbers)
    np.testing.assert_array_equal(added.links[:40, 1:, 1:], plain.links)
    np.testing.assert_array_equal(added.when[:40, :2], plain.when)
    np.testing.assert_array_equal(added.sizes[:40, :2], plain.sizes)
    assert not np.array_equal(added.numbers[:40, 0], plain.numbers[:, 0])


@settings(max_examples=15)
@given(st.integers(1, 8), st.integers(1, 4))
def test_draws_in_parts_are_those_at_once(parts: int, each: int) -> None:
    whole = sample_draws(theatre(), parts * each * 2, seed=11, points=parts * 2)
    for part in range(parts):
        here = sample_draws(theatre(), each * 2, seed=11, offset=part * each * 2, points=2)
        rows = slice(part * each * 2, (part + 1) * each * 2)
        for field in ("numbers", "side_numbers", "links", "when", "sizes", "runs"):
            np.testing.assert_array_equal(getattr(here, field), getattr(whole, field)[rows])


def test_runs_of_a_point_share_quantities_but_not_chance() -> None:
    draws = sample_draws(theatre(), 1_000, seed=2, points=10)
    alone = sample_draws(theatre(), 10, seed=2)
    np.testing.assert_array_equal(draws.numbers, np.repeat(alone.numbers, 100, axis=0))
    np.testing.assert_array_equal(draws.sizes, np.repeat(alone.sizes, 100, axis=0))
    first = draws.when[:100, 1]
    assert (first == -1).any()
    assert len(np.unique(first)) > 3
    np.testing.assert_array_equal(draws.runs, np.arange(1_000))


def test_shocks_come_as_often_and_as_evenly_as_said() -> None:
    draws = sample_draws(theatre(), 30_000, seed=9)
    sure, unsure = draws.when.T
    assert set(sure) == {0, 1, 2}
    np.testing.assert_allclose(np.bincount(sure) / 30_000, 1 / 3, atol=0.012)
    assert np.mean(unsure >= 0) == pytest.approx(0.3, abs=0.012)  # the mean of 0.2 to 0.4
    months = unsure[unsure >= 0]
    assert months.min() == 2
    assert months.max() == 11
    np.testing.assert_allclose(np.bincount(months - 2) / len(months), 0.1, atol=0.015)


def test_a_shock_that_becomes_likelier_only_adds_runs_in_which_it_happens() -> None:
    def when(probability: float) -> np.ndarray:
        shock = Shock("jail_break", 493, 500, Quantity(probability, probability), Quantity(0.5, 0.5), "B")
        return sample_draws(theatre(shocks=(shock,)), 500, seed=4).when[:, 0]

    rare, often = when(0.3), when(0.6)
    assert (often[rare >= 0] == rare[rare >= 0]).all()
    assert (often >= 0).sum() > (rare >= 0).sum()


def test_points_given_are_points_taken() -> None:
    scenario = theatre()
    names = uncertain(scenario)
    unit = np.full((3, len(names)), 0.5)
    unit[1, names.index("attrition")] = 1.0
    unit[2, names.index("A.members")] = 0.0
    draws = sample_at(scenario, unit, seed=1, replicates=4)
    assert draws.numbers.shape[0] == 12
    assert draws.numbers[0, 0] == pytest.approx(np.sqrt(0.005 * 0.03))
    assert draws.numbers[4, 0] == pytest.approx(0.03)
    members = draws.side_numbers[:, 0, GROUP_NAMES.index("members")]
    assert members[8] == pytest.approx(1500)
    np.testing.assert_array_equal(draws.runs, [0, 1, 2, 3] * 3)
    # Points differ by their quantities alone: shocks of the same run come in the same month.
    np.testing.assert_array_equal(draws.when[:4], draws.when[4:8])


def test_a_theatre_without_links_and_shocks_has_empty_arrays() -> None:
    bare = theatre(links=(), shocks=())
    draws = sample_draws(bare, 5, seed=1)
    assert draws.when.shape == (5, 0)
    assert draws.sizes.shape == (5, 0)
    assert not draws.links.any()


@pytest.mark.parametrize(
    ("draws", "options"),
    [(0, {"seed": 1}), (10, {"seed": 1, "points": 3}), (10, {"seed": -1}), (10, {"seed": 1, "offset": -1})],
)
def test_what_cannot_be_drawn_is_refused(draws: int, options: dict[str, int]) -> None:
    with pytest.raises(InputError):
        sample_draws(theatre(), draws, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", [np.zeros((2, 3)), np.zeros(4), np.full((1, len(uncertain(theatre()))), 1.5)])
def test_points_of_another_shape_or_outside_are_refused(unit: np.ndarray) -> None:
    with pytest.raises(InputError, match="points have"):
        sample_at(theatre(), unit, seed=1)
