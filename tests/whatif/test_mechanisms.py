"""What each mechanism does to people, alone: its sign and size against the hazard it stands for, over many runs.

`expect` holds a number of people who moved against its mean and spread (binomial, by hand), and asks that it is many
times too large for chance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from planted_scenario import bare, option, shock, side, state

from tocsin.whatif.engine.sampling import sample_draws
from tocsin.whatif.engine.simulate import Paths, simulate
from tocsin.whatif.scenario import Relation, Scenario

Counts = NDArray[np.float64]
RUNS = 400


def run(theatre: Scenario, n: int = RUNS, **how: object) -> Paths:
    """Runs of a scenario with its own numbers."""
    return simulate(theatre, sample_draws(theatre, n, seed=theatre.seed), **how)  # type: ignore[arg-type]


def share(hazard: Counts | float) -> Counts:
    """The chance in a month of something with a hazard."""
    return np.asarray(1.0 - np.exp(-np.asarray(hazard)))


def expect(moved: Counts, of: Counts | float, chance: Counts | float) -> None:
    """That of so many people in each run a sum moved that a chance explains, and that its being 0 does not."""
    of, chance = np.broadcast_to(of, moved.shape), np.broadcast_to(chance, moved.shape)
    mean, spread = (of * chance).sum(), np.sqrt((of * chance * (1.0 - chance)).sum())
    assert abs(moved.sum() - mean) < 4.0 * spread, f"{moved.sum():,.0f} moved, {mean:,.0f} +- {spread:,.0f} should have"
    assert mean > 10.0 * spread


def members(paths: Paths, g: int, month: int = 0) -> Counts:
    """Members (draw) of a side after a month."""
    return paths.side("members")[:, g, month].astype(np.float64)


def theatre_of(paths: Paths, measure: str, month: int = 0) -> Counts:
    """A measure (draw) of the theatre in a month."""
    return paths.of_theatre(measure)[:, month].astype(np.float64)


def test_members_leave_for_the_pool() -> None:
    paths = run(bare([side("A")], "recruitment", quantities={"replacement": 0.0, "leaving": 0.02}))
    expect(2000.0 - members(paths, 0), 2000.0, share(0.02))
    np.testing.assert_array_equal(
        members(paths, 0) + theatre_of(paths, "pool"), 2000.0 + np.floor(2000 * 1.5**0.5 + 0.5)
    )


def test_a_greater_name_keeps_members_and_a_fading_one_loses_them() -> None:
    for rate, weight in ((8.0, 100.0), (0.5, 0.0)):
        theatre = bare(
            [side("A", attack_rate=rate, members=20000.0), side("B", attack_rate=4.0, members=20000.0)],
            "recruitment",
            quantities={"replacement": 0.0, "leaving": 0.05, "visibility": 1.0, "shock_weight": weight},
        )
        paths = run(theatre)
        names = paths.side("standing")[:, :, 0].astype(np.float64) + 0.5
        at_start = np.array([rate, 4.0]) * (1.0 + weight * 0.05) + 0.5
        name = names[:, 0] / names.sum(axis=1)
        hazard = 0.05 / np.clip(name / (at_start[0] / at_start.sum()), 0.2, 5.0)
        assert hazard.std() > 0.05 * 0.05
        expect(members(paths, 0) - members(paths, 0, 1), members(paths, 0), share(hazard))
        # The greater its share of all names, the fewer leave.
        lost = 1.0 - members(paths, 0, 1) / members(paths, 0)
        assert np.corrcoef(lost, name)[0, 1] < -0.7


def test_recruits_make_up_for_losses_while_nothing_changes_and_follow_a_name() -> None:
    sides = [side("A", members=30000.0), side("B", members=10000.0, pressure=1.0)]
    quantities = {"leaving": 0.02, "attrition": 0.04, "urban_cover": 1.0, "pool": 1.0, "visibility": 1.0}
    paths = run(bare(sides, "recruitment", "attrition", quantities=quantities))
    # As of who is left when people join: B has lost those who were killed.
    inflow = 0.02 * 30000.0 + 0.06 * 10000.0 * np.exp(-0.04)
    left = share(0.02) * (30000.0 + 10000.0 * np.exp(-0.04))
    joined = 40000.0 + left - theatre_of(paths, "pool")
    assert abs(joined.mean() - 40000.0 * share(inflow / 40000.0)) < 4.0 * np.sqrt(2.0 * inflow / RUNS)
    # Each group makes up for its own losses, but for the curve of the chances.
    assert abs(members(paths, 0).mean() / 30000.0 - 1.0) < 3e-3
    assert abs(members(paths, 1).mean() / 10000.0 - 1.0) < 3e-3
    half = run(bare(sides, "recruitment", "attrition", quantities={**quantities, "replacement": 0.5}))
    fewer = theatre_of(half, "pool") - theatre_of(paths, "pool")
    assert abs(fewer.mean() - 40000.0 * (share(inflow / 40000.0) - share(inflow / 80000.0))) < 6.0
    # In the second month recruits go where the name is: a group that became known takes them from the other.
    names = paths.side("standing")[:, :, 0].astype(np.float64)
    come = (paths.side("members")[:, :, 1] - paths.side("members")[:, :, 0]).astype(np.float64)
    assert np.corrcoef(names[:, 0] - names[:, 1], come[:, 0] - come[:, 1])[0, 1] > 0.5


def test_enemies_and_strikes_kill_in_the_country_more_than_in_cities() -> None:
    sides = [side("A", members=20000.0, urban_share=0.4, pressure=0.1), state(members=30000.0)]
    theatre = bare(
        sides,
        "attrition",
        enemies=[("A", "State")],
        ruler="State",
        levers={"strikes": 0.5},
        quantities={"attrition": 0.04, "strike_attrition": 0.03, "urban_cover": 0.25},
    )
    paths = run(theatre)
    hazard = 0.04 * (0.1 + 0.6) + 0.03 * 0.5
    before = run(bare(sides, enemies=[("A", "State")], ruler="State"))
    urban0, urban = (p.side("urban")[:, 0, 0].astype(np.float64) for p in (before, paths))
    expect(urban0 - urban, urban0, share(0.25 * hazard))
    rural0, rural = 20000.0 - urban0, members(paths, 0) - urban
    expect(rural0 - rural, rural0, share(hazard))
    np.testing.assert_array_equal(20000.0 - members(paths, 0), theatre_of(paths, "gone"))
    assert (members(paths, 1, 11) == 30000.0).all()


def test_only_enemies_of_the_ruling_side_are_struck_and_all_groups_where_nobody_rules() -> None:
    sides = [side("A"), side("B"), side("C")]
    settings = {"enemies": [("A", "B")], "levers": {"strikes": 1.0}, "quantities": {"attrition": 0.0}}
    lost = 2000.0 - run(bare(sides, "attrition", ruler="A", **settings)).side("members")[:, :, 0]
    assert (lost[:, [0, 2]] == 0).all()
    assert (lost[:, 1] > 0).mean() > 0.99
    assert ((2000.0 - run(bare(sides, "attrition", **settings)).side("members")[:, :, 0]) > 0).mean() > 0.99


def test_more_pressure_than_at_the_start_moves_members_to_cities() -> None:
    sides = [side("A", members=20000.0, urban_share=0.2), state(members=10000.0)]
    theatre = bare(
        sides,
        "attrition",
        "displacement",
        enemies=[("A", "State")],
        ruler="State",
        levers={"strikes": 0.2},
        quantities={"attrition": 0.03, "strike_attrition": 0.05, "urban_cover": 0.2, "displacement": 4.0},
        options=[option("strikes", strikes=0.8)],
    )
    dead, moved = run(theatre, off=["displacement", *theatre.off], option=1), run(theatre, option=1)
    rural = (dead.side("members") - dead.side("urban"))[:, 0, 0].astype(np.float64)
    to_city = (moved.side("urban") - dead.side("urban"))[:, 0, 0].astype(np.float64)
    expect(to_city, rural, share(4.0 * 0.8 * 0.05 * 0.6))
    # Under the pressure of the start nobody moves.
    still = [run(theatre, off=off).side("urban")[:, 0, 0] for off in (theatre.off, ["displacement", *theatre.off])]
    np.testing.assert_array_equal(*still)


def test_members_go_over_to_a_greater_name_near_in_ideology() -> None:
    quantities = {"defection": 0.03, "defection_distance": 0.4, "shock_weight": 0.0}
    theatre = bare(
        [
            side("A", members=20000.0, ideology=(0.2, 0.2), attack_rate=1.5),
            side("B", members=5000.0, ideology=(0.5, 0.6), attack_rate=5.5),
        ],
        "defection",
        quantities=quantities,
    )
    paths = run(theatre)
    near = np.exp(-0.5 / 0.4)
    # B is a quarter of A's size, and reaches no more than a quarter of those who would come.
    over, back = 0.03 * near * 2.0 * 6.0 / 8.0 * 0.25, 0.03 * near * 2.0 * 2.0 / 8.0
    moved = members(paths, 1) - 5000.0
    mean = 20000.0 * share(over) - 5000.0 * share(back)
    assert abs(moved.sum() - RUNS * mean) < 4.0 * np.sqrt(RUNS * (20000.0 * share(over) + 5000.0 * share(back)))
    assert (paths.side("members").sum(axis=1) == 25000.0).all()
    # Without competition for a name, names do not count.
    plain = members(run(theatre, variant="none"), 1) - 5000.0
    over, back = share(0.03 * near * 0.25), share(0.03 * near)
    spread = np.sqrt((20000.0 * over + 5000.0 * back) / RUNS)
    assert abs(plain.mean() - (20000.0 * over - 5000.0 * back)) < 4.0 * spread


def test_members_change_to_the_strongest_group_that_is_no_enemy() -> None:
    sides = [side("A", members=2000.0), side("B", members=10000.0), side("C", members=3000.0), state(members=5000.0)]
    paths = run(bare(sides, "bandwagon", enemies=[("B", "C")], quantities={"bandwagon": 0.1}))
    expect(2000.0 - members(paths, 0), 2000.0, share(0.1 * (10000.0 - 2000.0) / 20000.0))
    assert (members(paths, 2, 11) == 3000.0).all()
    assert (members(paths, 3, 11) == 5000.0).all()
    assert (members(paths, 0) + members(paths, 1) == 12000.0).all()


def test_cooperation_and_a_lost_leader_cost_cohesion_that_comes_back() -> None:
    theatre = bare(
        [side("A", cohesion=0.8), side("B", cohesion=0.9)],
        "cohesion",
        "shocks",
        ruler="A",
        quantities={"divisions": 0.05, "cohesion_repair": 0.2},
        shocks=[shock("leader_lost", 2, group="B", size=0.4)],
        options=[option("share", (0, 1), intelligence=0.5)],
    )
    found = run(theatre, 3, option=1).side("cohesion")[:, :, :4].astype(np.float64)
    first = 0.8 - 0.025
    second = first + 0.2 * (0.8 - first) - 0.025
    third = second + 0.2 * (0.8 - second)
    np.testing.assert_allclose(found[:, 0, :3], np.tile([first, second, third], (3, 1)), rtol=1e-6)
    np.testing.assert_allclose(found[:, 1], np.tile([0.9, 0.9, 0.5 + 0.2 * 0.4, 0.58 + 0.2 * 0.32], (3, 1)), rtol=1e-6)


def test_a_divided_group_loses_members_and_presses_less() -> None:
    sides = [side("A", members=20000.0, cohesion=0.9, urban_share=0.0), side("B", members=20000.0, urban_share=0.0)]
    lost = shock("leader_lost", 0, group="A", size=0.5)
    quantities = {"cohesion_effect": 2.0, "leaving": 0.02, "cohesion_repair": 0.0, "replacement": 0.0}
    paths = run(bare(sides, "cohesion", "recruitment", "shocks", shocks=[lost], quantities=quantities))
    expect(20000.0 - members(paths, 0), 20000.0, share(0.02 * np.exp(2.0 * 0.5)))
    expect(20000.0 - members(paths, 1), 20000.0, share(0.02))
    hunt = {"ruler": "A", "enemies": [("A", "B")], "shocks": [lost]}
    paths = run(bare(sides, "cohesion", "attrition", "shocks", quantities={"attrition": 0.1, **quantities}, **hunt))
    expect(20000.0 - members(paths, 1), 20000.0, share(0.1 * 0.5 * 0.4 / 0.9))
    expect(20000.0 - members(paths, 0), 20000.0, share(0.1 * 0.5))


def test_a_ruler_seen_as_a_traitor_loses_members_to_those_who_are_no_allies() -> None:
    sides = [
        side("A", members=20000.0, ideology=(0.2, 0.2)),
        side("Ally", ideology=(0.2, 0.2)),
        side("Near", ideology=(0.2, 0.5)),
        side("Enemy", ideology=(0.6, 0.5)),
    ]
    theatre = bare(
        sides,
        "grievance",
        ruler="A",
        allies=[("A", "Ally")],
        enemies=[("A", "Enemy")],
        quantities={"grievance": 0.05, "defection_distance": 0.5},
        options=[option("share", intelligence=0.5)],
    )
    near, far = 0.05 * 0.5 * np.exp(-0.3 / 0.5), 0.05 * 0.5 * np.exp(-0.5 / 0.5)
    paths = run(theatre, option=1)
    expect(20000.0 - members(paths, 0), 20000.0, share(near + far))
    expect(members(paths, 3) - 2000.0, 20000.0, share(near + far) * far / (near + far))
    assert (members(paths, 1, 11) == 2000.0).all()
    assert (run(theatre).side("members") == run(theatre).side("members")[:, :, :1]).all()


def test_allies_of_a_ruler_insure_themselves_with_its_enemies_by_their_names() -> None:
    sides = [
        side("A"),
        side("Ally", members=20000.0, ideology=(0.2, 0.2)),
        side("E1", attack_rate=2.5, members=20000.0, ideology=(0.2, 0.2)),
        side("E2", attack_rate=8.5, members=5000.0, ideology=(0.5, 0.6)),
        side("Rival"),
    ]
    theatre = bare(
        sides,
        "hedging",
        ruler="A",
        allies=[("A", "Ally")],
        enemies=[("A", "E1"), ("A", "E2")],
        quantities={"hedging": 0.04, "shock_weight": 0.0, "defection_distance": 0.5},
        levers={"intelligence": 1.0},
    )
    paths = run(theatre)
    # E1 is near and as large; E2 has the greater name, but is far, and reaches a quarter.
    to_first, to_second = 0.04 * 3.0 / 12.0, 0.04 * np.exp(-1.0) * 0.25 * 9.0 / 12.0
    total = to_first + to_second
    expect(20000.0 - members(paths, 1), 20000.0, share(total))
    expect(members(paths, 3) - 5000.0, 20000.0, share(total) * to_second / total)
    assert (members(paths, 4, 11) == 2000.0).all()
    assert (members(paths, 0, 11) == 2000.0).all()
    # Nobody insures himself with his own enemy.
    fought = replace(theatre, relations=(*theatre.relations, Relation(("Ally", "E1"), "enemies")))
    assert (members(run(fought), 2, 11) == 20000.0).all()


def test_police_learn_jail_enemies_in_cities_and_lose_some_of_them_again() -> None:
    sides = [
        side("A", members=30000.0),
        side("B", members=20000.0, urban_share=1.0, prisoners=5000.0),
        side("C", urban_share=1.0),
    ]
    theatre = bare(
        sides,
        "policing",
        ruler="A",
        enemies=[("A", "B")],
        quantities={"policing_start": 0.3, "policing_growth": 0.1, "policing_gain": 2.0, "capture": 0.05,
                    "prison_leak": 0.1, "prison_gain": 0.5},
        options=[option("support", policing=0.5, prisons=0.8)],
    )  # fmt: skip
    for which, growth, leak in ((0, 0.1, 0.1), (1, 0.2, 0.06)):
        paths = run(theatre, option=which)
        capacity = 0.3 + growth * 0.7
        np.testing.assert_allclose(theatre_of(paths, "policing"), capacity, rtol=1e-6)
        np.testing.assert_allclose(theatre_of(paths, "policing", 1), capacity + growth * (1 - capacity), rtol=1e-6)
        caught, back = 20000.0 * share(0.05 * capacity), 5000.0 * share(leak)
        change = theatre_of(paths, "prisoners") - 5000.0
        assert abs(change.sum() - RUNS * (caught - back)) < 4.0 * np.sqrt(RUNS * (caught + back))
        np.testing.assert_array_equal(members(paths, 1) + theatre_of(paths, "prisoners"), 25000.0)
        assert (members(paths, 2, 11) == 2000.0).all()
    free = run(bare(sides, "policing", ruler="A", quantities={"prison_leak": 0.1}))
    expect(5000.0 - theatre_of(free, "prisoners"), 5000.0, share(0.1))


def test_shared_intelligence_makes_strikes_and_operations_kill_more() -> None:
    sides = [side("A", members=30000.0), side("B", members=10000.0, urban_share=0.0)]
    theatre = bare(
        sides,
        "attrition",
        "intelligence",
        ruler="A",
        enemies=[("A", "B")],
        levers={"strikes": 0.6, "operations": 1.2},
        quantities={"attrition": 0.02, "strike_attrition": 0.03, "intelligence_gain": 0.8},
        options=[option("share", intelligence=0.5)],
    )
    plain = 0.02 * 1.2 * 0.75 + 0.03 * 0.6
    for which, hazard in ((0, plain), (1, plain * 1.4)):
        expect(10000.0 - members(run(theatre, option=which), 1), 10000.0, share(hazard))
    # It is with the ruling side that it is shared: the others' offensives against it gain nothing.
    lost = [30000.0 - members(run(theatre, option=which), 0) for which in (0, 1)]
    np.testing.assert_array_equal(lost[0], lost[1])


def test_a_programme_takes_members_of_all_groups_but_the_ruling_one() -> None:
    sides = [side("A"), side("B", members=20000.0), state()]
    theatre = bare(
        sides,
        "reintegration",
        ruler="A",
        quantities={"reintegration_rate": 0.04},
        options=[option("programme", (0, 0), reintegration=0.5)],
    )
    paths = run(theatre, option=1)
    expect(20000.0 - members(paths, 1), 20000.0, share(0.02))
    np.testing.assert_array_equal(theatre_of(paths, "gone"), 20000.0 - members(paths, 1))
    np.testing.assert_array_equal(members(paths, 1, 11), members(paths, 1))
    assert (paths.side("members")[:, [0, 2]] == 2000.0).all()


def test_members_of_groups_that_talk_leave_for_those_that_do_not() -> None:
    sides = [side(name, members=20000.0, talks=name != "C") for name in "ABC"]
    theatre = bare(
        sides,
        "mediation",
        "defection",
        quantities={"defection": 0.02, "mediation_splits": 1.5},
        options=[option("talks", mediation=0.6)],
    )
    paths = run(theatre, option=1, variant="none")
    out_of_one = 20000.0 * share(0.02 + 0.02 * 1.9)
    for place, mean in ((0, out_of_one / 2.9 + 20000.0 * share(0.04) / 2 - out_of_one),
                        (2, 2.0 * out_of_one * 1.9 / 2.9 - 20000.0 * share(0.04))):  # fmt: skip
        spread = np.sqrt((2.0 * out_of_one + 20000.0 * share(0.04)) / RUNS)
        assert abs((members(paths, place) - 20000.0).mean() - mean) < 4.0 * spread


def test_shocks_free_prisoners_disarm_and_dissolve() -> None:
    sides = [
        side("A", members=20000.0, urban_share=0.25, prisoners=20000.0),
        side("B"),
        state(members=7000.0),
    ]
    theatre = bare(
        sides,
        "shocks",
        "policing",
        ruler="State",
        quantities={"prison_leak": 0.0, "prison_gain": 0.5, "capture": 0.0, "policing_start": 0.2,
                    "policing_growth": 0.0},
        shocks=[shock("jail_break", 1, group="A", size=0.4), shock("amnesty", 3, group="A", size=0.1),
                shock("take_over", 5, group="B"), shock("take_over", 7, group="B")],
        options=[option("prisons", prisons=1.0)],
    )  # fmt: skip
    for which, size in ((0, 0.4), (1, 0.2)):
        paths = run(theatre, option=which)
        assert (members(paths, 0, 0) == 20000.0).all()
        freed = members(paths, 0, 1) - 20000.0
        expect(freed, 20000.0, size)
        np.testing.assert_array_equal(theatre_of(paths, "prisoners", 1), 20000.0 - freed)
        urban = paths.side("urban")[:, 0].astype(np.float64)
        expect(urban[:, 1] - urban[:, 0], freed, 0.25)
        expect(members(paths, 0, 2) - members(paths, 0, 3), members(paths, 0, 2), 0.1)
        assert (paths.side("members")[:, 2, 4:6] == [7000.0, 0.0]).all()
        np.testing.assert_array_equal(theatre_of(paths, "gone", 5) - theatre_of(paths, "gone", 4), 7000.0)
        assert (paths.of_theatre("ruler")[:, [4, 5, 11]] == [2.0, 1.0, 1.0]).all()
        np.testing.assert_allclose(
            paths.of_theatre("policing")[:, [4, 5, 7]], np.tile([1.0, 0.2, 0.2], (RUNS, 1)), rtol=1e-6
        )
        assert (paths.of_theatre("stability")[:, [4, 5, 11]] == [1.0, 0.0, 0.0]).all()


def test_a_withdrawal_ends_strikes_but_not_those_an_option_brings() -> None:
    theatre = bare(
        [side("A", members=20000.0, urban_share=0.0)],
        "shocks",
        "attrition",
        levers={"strikes": 0.5},
        quantities={"strike_attrition": 0.04},
        shocks=[shock("withdrawal", 1)],
        options=[option("again", (2, 3), strikes=1.0), option("other", operations=2.0)],
    )
    lost = {which: -np.diff(run(theatre, option=which).side("members")[:, 0].astype(np.float64)) for which in (0, 1, 2)}
    for which in (0, 2):
        assert (lost[which] == 0).all()
        expect(20000.0 - members(run(theatre, option=which), 0), 20000.0, share(0.02))
    assert (lost[1][:, [0, 3, 4]] == 0).all()
    expect(lost[1][:, 1], members(run(theatre, option=1), 0, 1), share(0.04))


def test_a_shock_happens_as_often_as_said_and_in_any_month_of_its_window() -> None:
    theatre = bare(
        [side("A"), state()], "shocks", ruler="State", shocks=[shock("take_over", (2, 5), group="A", probability=0.6)]
    )
    rules = run(theatre, 2000).of_theatre("ruler") == 0
    started = np.diff(rules.astype(int), axis=1, prepend=0).sum(axis=0)
    assert started.sum() == pytest.approx(1200, abs=4 * np.sqrt(2000 * 0.24))
    assert (started[[0, 1, 6, 7, 8, 9, 10, 11]] == 0).all()
    assert started[2:6] == pytest.approx(np.full(4, 300), abs=4 * np.sqrt(300 * 0.85))
