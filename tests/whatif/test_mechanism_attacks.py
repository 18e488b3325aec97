"""What each mechanism does to attacks, alone: the factor or the log odds it stands for, month by month.

A side's expected deaths in a month are known before its attacks are drawn. Where every attack kills one person (no
mass-casualty attacks, `LIGHT`) they are the mean of the attacks; where the mean stays, they give the odds of a
mass-casualty attack (`GRAVE`, whose tail has a mean known by hand).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from planted_scenario import Number, bare, option, shock, side, state
from scipy.integrate import quad
from scipy.stats import genpareto

from tocsin.whatif.engine.sampling import sample_draws
from tocsin.whatif.engine.simulate import Paths, simulate
from tocsin.whatif.scenario import Scenario, Side

Floats = NDArray[np.float64]
RUNS = 60
LIGHT: dict[str, Number] = {"mass_casualty_share": 0.0, "small_deaths": 1.0}
GRAVE: dict[str, Number] = {"mass_casualty_share": 0.2, "small_deaths": 1.0}
# Exponential above 20 and as good as never cut off: 20 and a mean of 10, less a half for rounding down.
TAIL: dict[str, Number] = {"tail_shape": 0.0, "tail_scale": 10.0, "most_deaths": 1e5}
GRAVE_DEATHS = 29.5
KEEP_RESPONSE = 0.5**4.345
KEEP_SHOCK = 0.5 ** (4.345 / 8.0)


def run(theatre: Scenario, n: int = RUNS, **how: object) -> Paths:
    """Runs of a scenario with its own numbers."""
    return simulate(theatre, sample_draws(theatre, n, seed=theatre.seed), **how)  # type: ignore[arg-type]


def of(paths: Paths, measure: str, g: int) -> Floats:
    """A measure (draw, month) of a side."""
    return paths.side(measure)[:, g].astype(np.float64)


def mean(paths: Paths, g: int) -> Floats:
    """Expected attacks (draw, month) of a `LIGHT` side."""
    return of(paths, "expected_deaths", g)


def log_odds(paths: Paths, g: int, rate: float) -> Floats:
    """Log odds (draw, month) of a mass-casualty attack, of a `GRAVE` side with a constant rate."""
    p = (of(paths, "expected_deaths", g) / rate - 1.0) / (GRAVE_DEATHS - 1.0)
    return np.asarray(np.log(p / (1.0 - p)))


def same(found: Floats, expected: Floats | float) -> None:
    """Equal to single precision."""
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), rtol=1e-5, atol=1e-5)


def light(name: str, **numbers: Any) -> Side:
    """A side whose every attack kills one person."""
    return side(name, **{**LIGHT, **numbers})


def grave(name: str, **numbers: Any) -> Side:
    """A side a fifth of whose attacks are mass-casualty at the start."""
    return side(name, **{**GRAVE, **numbers})


def before(values: Floats, start: float, kept: float, fresh: float) -> Floats:
    """What a fading sum of monthly values was before each month, from its value at the start."""
    found, now = np.empty(values.shape), np.full(len(values), start)
    for t in range(values.shape[1]):
        found[:, t] = now
        now = kept * now + fresh * values[:, t]
    return found


def test_attacks_answer_their_own_and_those_of_rivals_but_not_of_allies() -> None:
    sides = [light("A", attack_rate=4.0, own_response=0.25), light("B", attack_rate=6.0), light("C", attack_rate=9.0)]
    links = {("B", "A"): 0.5, ("C", "A"): 0.3, ("A", "B"): -2.0}
    theatre = bare(sides, "outbidding_number", allies=[("A", "C")], links=links)
    paths = run(theatre)
    own = before(of(paths, "attacks", 0), 4.0 / 0.75, KEEP_RESPONSE, 1.0 - KEEP_RESPONSE)
    # At the start B is held to nothing by A's 4 / 0.75 attacks, and so A by itself alone.
    other = before(of(paths, "attacks", 1), 0.0, KEEP_RESPONSE, 1.0 - KEEP_RESPONSE)
    same(mean(paths, 0), 4.0 + 0.25 * own + 0.5 * other)
    # Where answers outweigh all else there is no attack at all.
    same(mean(paths, 1), np.maximum(0.0, 6.0 - 2.0 * own))
    same(mean(paths, 2), 9.0)
    for plain in (run(theatre, variant="none"), run(bare(sides, allies=[("A", "C")], links=links))):
        own = before(of(plain, "attacks", 0), 4.0 / 0.75, KEEP_RESPONSE, 1.0 - KEEP_RESPONSE)
        same(mean(plain, 0), 4.0 + 0.25 * own)
        same(mean(plain, 1), 6.0)


def test_answers_are_at_rest_where_nothing_changes() -> None:
    sides = [light("A", attack_rate=4.0, own_response=0.25), light("B", attack_rate=6.0, own_response=0.1)]
    paths = run(bare(sides, "outbidding_number", links={("B", "A"): 0.5, ("A", "B"): 0.3}), 4000)
    # a = (4 + 0.5 b) / 0.75 and b = (6 + 0.3 a) / 0.9
    a = (4.0 / 0.75 + 0.5 / 0.75 * 6.0 / 0.9) / (1.0 - 0.5 / 0.75 * 0.3 / 0.9)
    for g, at_rest in ((0, a), (1, (6.0 + 0.3 * a) / 0.9)):
        same(mean(paths, g)[:, 0], at_rest)
        found = mean(paths, g).mean(axis=0)
        assert np.abs(found / at_rest - 1.0).max() < 0.03


def test_attacks_are_as_many_as_expected_and_spread_as_said() -> None:
    theatre = bare([light("A", attack_rate=10.0, attack_size=5.0), light("B", attack_rate=400.0, attack_size=5.0)])
    paths = run(theatre, 1000)
    for g, rate in ((0, 10.0), (1, 400.0)):
        found, variance = of(paths, "attacks", g), rate + rate**2 / 5.0
        assert found.mean() == pytest.approx(rate, abs=4.0 * np.sqrt(variance / found.size))
        assert found.var() == pytest.approx(variance, rel=0.1)
        np.testing.assert_array_equal(found, of(paths, "deaths", g))


@pytest.mark.parametrize(
    ("shape", "scale", "most", "small"), [(0.7, 18.0, 1500.0, 3.0), (0.0, 25.0, 200.0, 6.0), (1.0, 10.0, 300.0, 1.0)]
)
def test_deaths_of_an_attack_follow_the_tail_and_what_is_expected(
    shape: float, scale: float, most: float, small: float
) -> None:
    numbers: dict[str, Number] = {"mass_casualty_share": 0.3, "small_deaths": small, "attack_rate": 50.0}
    quantities: dict[str, Number] = {"tail_shape": shape, "tail_scale": scale, "most_deaths": most}
    paths = run(bare([side("A", **numbers)], quantities=quantities), 400)
    cut = genpareto.sf(most - 20.0, shape, scale=scale)

    def above(x: float) -> float:
        return (genpareto.sf(x, shape, scale=scale) - cut) / (1.0 - cut)

    tail = quad(above, 0.0, most - 20.0, limit=200)[0]
    chances = (1.0 - 1.0 / small) ** np.arange(19)
    each = 0.3 * (19.5 + tail) + 0.7 * (chances * np.arange(1, 20)).sum() / chances.sum()
    same(of(paths, "expected_deaths", 0), 50.0 * each)
    attacks, deaths, mass = (of(paths, name, 0) for name in ("attacks", "deaths", "mass_casualty"))
    assert mass.sum() == pytest.approx(0.3 * attacks.sum(), abs=4.0 * np.sqrt(0.21 * attacks.sum()))
    square = 2.0 * quad(lambda x: x * above(x), 0.0, most - 20.0, limit=200)[0]
    spread = np.sqrt(0.3 * (square + 2.0 * 19.5 * tail + 19.5**2) + 0.7 * 36.0)
    assert deaths.sum() / attacks.sum() == pytest.approx(each, abs=4.0 * spread / np.sqrt(attacks.sum()))
    assert (deaths >= 20.0 * mass + attacks - mass).all()
    assert (deaths <= most * mass + 19.0 * (attacks - mass)).all()


def test_what_moves_all_and_each_fades_with_its_half_life() -> None:
    numbers: dict[str, Number] = {"driver_sd": 0.3, "swing_half_life": 6.0}
    sides = [light("A", swing_sd=0.4), light("B", attack_swing=1.0, swing_sd=0.4)]
    theatre = bare(sides, quantities=numbers, months=24)
    paths = run(theatre, 3000)
    logs = np.stack([np.log(mean(paths, g) / 8.0) for g in (0, 1)])
    kept = 0.5 ** (1.0 / 6.0)
    grown = 1.0 - kept ** (2.0 * np.arange(1, 25))
    assert logs[1, :, 5].mean() == pytest.approx(kept**6 - 0.125 * grown[5], abs=0.03)
    # However far they have spread, the factors are 1 on average.
    assert np.abs(np.exp(logs[0]).mean(axis=0) - 1.0).max() < 4.0 * np.sqrt(np.exp(0.25) - 1.0) / np.sqrt(3000)
    assert np.abs(logs.var(axis=1) / (0.25 * grown) - 1.0).max() < 0.15
    together = np.array([np.cov(logs[0, :, t], logs[1, :, t])[0, 1] for t in range(24)])
    assert np.abs(together / (0.09 * grown) - 1.0).max() < 0.35
    # In a past that goes on, they have had their spread, and nothing of the start, from the first month on.
    settled = run(theatre, 3000, settled=True)
    logs = np.stack([np.log(mean(settled, g) / 8.0) for g in (0, 1)])
    assert np.abs(logs.mean(axis=1) + 0.125).max() < 0.05
    assert np.abs(logs.var(axis=1) / 0.25 - 1.0).max() < 0.15


def test_attacks_and_clashes_follow_strength_of_which_allies_lend_a_share() -> None:
    sides = [
        light("A", members=2000.0, attack_rate=5.0, clash_rate=7.0, external=True, external_rate=0.5),
        light("B", members=6000.0, attack_rate=5.0),
        light("C", members=4000.0, attack_rate=5.0),
        state(members=9000.0, clash_rate=4.0),
    ]
    settings = {
        "allies": [("A", "B"), ("A", "State")],
        "shocks": [shock("amnesty", 2, group="B", size=1.0)],
        "quantities": {"alliance": 0.2, "size_elasticity": 0.7},
    }
    paths = run(bare(sides, "alliance", "shocks", **settings), 400)
    # An ally counts for no more than the side itself: 2,000 of B's 6,000.
    weaker = (2000.0 / 2400.0) ** 0.7
    for t, factor in ((1, 1.0), (2, weaker), (11, weaker)):
        same(mean(paths, 0)[:, t], 5.0 * factor)
        same(mean(paths, 2)[:, t], 5.0)
    assert of(paths, "clashes", 0)[:, 2:].mean() == pytest.approx(7.0 * weaker, abs=4.0 * np.sqrt(7.0 * 1.4 / 4000))
    # A group without members does nothing, whoever its allies are.
    assert (mean(paths, 1)[:, 2:] == 0.0).all()
    assert (of(paths, "attacks", 1)[:, 2:] == 0.0).all()
    same(mean(run(bare(sides, "shocks", **settings)), 0), 5.0)


def test_a_group_behind_its_best_rival_attacks_more_only_where_rivals_match() -> None:
    sides = [light("A", attack_rate=4.0), light("B", attack_rate=9.0), light("Ally", attack_rate=50.0), state()]
    theatre = bare(
        sides,
        "outbidding_number",
        allies=[("A", "Ally"), ("B", "Ally")],
        quantities={"matching": 0.4, "standing_half_life": 1.0},
    )
    paths = run(theatre, variant="match")
    names = [np.column_stack([np.full(RUNS, start), of(paths, "standing", g)[:, :-1]]) for g, start in ((0, 4), (1, 9))]
    lag = np.log((names[1] + 0.5) / (names[0] + 0.5))
    same(mean(paths, 0), 4.0 * np.exp(0.4 * (np.maximum(0.0, lag) - np.log(9.5 / 4.5))))
    same(mean(paths, 1), 9.0 * np.exp(0.4 * np.maximum(0.0, -lag)))
    same(mean(run(theatre), 0), 4.0)


def test_the_strongest_group_holds_others_down_as_its_lead_grows_only_where_it_deters() -> None:
    sides = [light("A", members=6000.0), light("B", members=3000.0), light("C", members=1000.0), state(members=10000.0)]
    theatre = bare(
        sides,
        "outbidding_number",
        "shocks",
        quantities={"deterrence": 2.0},
        shocks=[shock("amnesty", 1, group="B", size=1.0)],
        ruler="State",
    )
    paths = run(theatre, variant="deter")
    same(mean(paths, 0), 8.0)
    same(mean(paths, 2)[:, :1], 8.0)
    same(mean(paths, 2)[:, 1:], 8.0 * np.exp(-2.0 * (5000.0 / 17000.0 - 5000.0 / 20000.0)))
    same(mean(run(theatre), 2), 8.0)


def test_mass_casualty_attacks_answer_those_of_rivals() -> None:
    sides = [grave("A", attack_rate=3.0), grave("B", attack_rate=2.0), grave("Ally", attack_rate=2.0)]
    theatre = bare(sides, "outbidding_severity", allies=[("A", "Ally")], quantities={"severity_link": 0.15, **TAIL})
    paths = run(theatre)
    # Against what is usual at the start, a fifth of all attacks, remembered for a while.
    usual = [rate * 0.2 / (1.0 - KEEP_SHOCK) for rate in (3.0, 2.0, 2.0)]
    memory = [before(of(paths, "mass_casualty", g), usual[g], KEEP_SHOCK, 1.0) - usual[g] for g in range(3)]
    same(log_odds(paths, 0, 3.0), np.log(0.25) + 0.15 * memory[1])
    same(log_odds(paths, 1, 2.0), np.log(0.25) + 0.15 * (memory[0] + memory[2]))
    same(log_odds(run(theatre, variant="none"), 0, 3.0), np.log(0.25))


def test_attacks_from_cities_are_deadlier() -> None:
    sides = [grave("A", members=20000.0, urban_share=0.3, attack_rate=3.0), state()]
    theatre = bare(
        sides,
        "displacement",
        "attrition",
        ruler="State",
        enemies=[("A", "State")],
        quantities={"urban_severity": 1.2, "displacement": 20.0, **TAIL},
        options=[option("strikes", strikes=3.0)],
    )
    paths = run(theatre, option=1)
    at_start = of(run(bare(sides)), "urban", 0)[:, :1] / 20000.0
    urban = of(paths, "urban", 0) / of(paths, "members", 0)
    assert (urban - at_start).min() > 0.05
    same(log_odds(paths, 0, 3.0), np.log(0.25) + 1.2 * (urban - at_start))


def test_a_triumph_is_outdone_by_rivals_and_emboldens_allies() -> None:
    sides = [
        light("A", external=True, external_rate=3.0),
        light("Ally", external=True, external_rate=3.0),
        light("Rival", external=True, external_rate=3.0),
        state(),
    ]
    theatre = bare(
        sides,
        "demonstration",
        "shocks",
        "external_reach",
        ruler="State",
        allies=[("A", "Ally")],
        shocks=[shock("take_over", 2, group="A")],
        quantities={"outdo": 0.6, "embolden": 0.8, "demonstration_half_life": 3.0},
    )
    paths = run(theatre, 1000)
    fresh = np.concatenate([[0.0, 0.0], 0.5 ** (np.arange(10) / 3.0)])
    same(mean(paths, 2), np.tile(8.0 * np.exp(0.6 * fresh), (1000, 1)))
    same(mean(paths, 0), 8.0)
    same(mean(paths, 1), 8.0)
    for g, factor in ((0, 1.0 + 0.8 * fresh), (1, 1.0 + 0.8 * fresh), (2, np.ones(12))):
        assert of(paths, "external", g).mean(axis=0) == pytest.approx(3.0 * factor, abs=4.5 * np.sqrt(3.0 * 1.8 / 1000))


def test_a_take_over_by_who_rules_already_is_a_triumph_and_turmoil_and_no_more() -> None:
    sides = [light("Ruler"), light("Rival")]
    theatre = bare(
        sides,
        "demonstration",
        "timing",
        "shocks",
        "policing",
        ruler="Ruler",
        shocks=[shock("take_over", 3, group="Ruler")],
        quantities={"outdo": 0.5, "demonstration_half_life": 2.0, "timing": 0.4, "chaos_half_life": 1.0,
                    "policing_growth": 0.1, "policing_start": 0.2, "policing_foils": 0.0},
    )  # fmt: skip
    paths = run(theatre)
    since = np.arange(9.0)
    turmoil = np.concatenate([np.zeros(3), 0.4 * 0.5**since])
    # Who rules has no use for turmoil.
    same(mean(paths, 0), 8.0)
    triumph = np.concatenate([np.zeros(3), 0.5 * 0.5 ** (since / 2.0)])
    same(mean(paths, 1), np.tile(8.0 * np.exp(turmoil + triumph), (RUNS, 1)))
    same(paths.of_theatre("policing").astype(np.float64), np.tile(1.0 - 0.8 * 0.9 ** np.arange(1, 13), (RUNS, 1)))
    assert (paths.of_theatre("stability") == 1.0).all()


def test_an_emboldened_group_wins_more_recruits() -> None:
    sides = [side("A", members=10000.0), side("Rival", members=10000.0)]
    settings = {"shocks": [shock("take_over", 0, group="A")], "quantities": {"embolden": 1.0, "leaving": 0.05}}
    with_it, without = (
        run(bare(sides, "recruitment", "shocks", "demonstration", **settings)),
        run(bare(sides, "recruitment", "shocks", **settings)),
    )
    more = (of(with_it, "members", 0) - of(without, "members", 0))[:, 0]
    pool = np.floor(20000.0 * 1.5**0.5 + 0.5)
    twice = (1.0 - np.exp(-1500.0 / pool)) * 2.0 / 3.0 - (1.0 - np.exp(-1000.0 / pool)) / 2.0
    assert more.mean() == pytest.approx(pool * twice, abs=4.0 * np.sqrt(1500.0 / RUNS))


def test_prestige_goes_with_the_soldiers_and_fades_while_another_has_just_struck() -> None:
    sides = [grave("A", attack_rate=3.0), grave("B", attack_rate=2.0), grave("Ruler", attack_rate=2.0)]
    theatre = bare(
        sides,
        "prestige",
        "shocks",
        ruler="Ruler",
        foreign_presence=True,
        quantities={"prestige": 1.4, **TAIL},
        shocks=[shock("withdrawal", 6)],
    )
    paths = run(theatre)
    usual = 2.0 * 0.2 / (1.0 - KEEP_SHOCK)
    memory = sum(before(of(paths, "mass_casualty", g), usual, KEEP_SHOCK, 1.0) for g in (1, 2))
    there = (np.arange(12) < 6).astype(float)
    same(log_odds(paths, 0, 3.0), np.log(0.25) + 1.4 * (there * np.exp(-memory) - np.exp(-2.0 * usual)))
    same(log_odds(paths, 2, 2.0), np.log(0.25))


def test_attacks_are_timed_into_turmoil() -> None:
    theatre = bare(
        [light("A"), light("B"), state()],
        "timing",
        "shocks",
        ruler="State",
        quantities={"timing": 0.9, "chaos_half_life": 1.5},
        shocks=[shock("withdrawal", 1), shock("take_over", 4, group="B"), shock("jail_break", 8, group="A", size=0.1)],
    )
    turmoil = [0.0, *(0.5 ** (np.array([0, 1, 2, 0, 1, 2, 3, 0, 1, 2, 3]) / 1.5))]
    same(mean(run(theatre), 0), np.tile(8.0 * np.exp(0.9 * np.array(turmoil)), (RUNS, 1)))


def test_police_foil_attacks_in_cities_as_they_learn() -> None:
    sides = [light("A", urban_share=1.0), light("B", urban_share=0.0), light("Ruler", urban_share=1.0)]
    theatre = bare(
        sides,
        "policing",
        ruler="Ruler",
        quantities={"policing_start": 0.2, "policing_growth": 0.1, "policing_foils": 0.5},
    )
    paths = run(theatre)
    capacity = 1.0 - 0.8 * 0.9 ** np.arange(1, 13)
    same(paths.of_theatre("policing").astype(np.float64), np.tile(capacity, (RUNS, 1)))
    same(mean(paths, 0), np.tile(8.0 * (1.0 - 0.5 * capacity) / (1.0 - 0.5 * 0.2), (RUNS, 1)))
    same(mean(paths, 1), 8.0)
    same(mean(paths, 2), 8.0)
    # A group that takes power is no longer foiled.
    theatre = bare(
        [light("A", urban_share=1.0), state()],
        "policing",
        "shocks",
        ruler="State",
        shocks=[shock("take_over", 3, group="A")],
        quantities={"policing_foils": 0.5},
    )
    same(mean(run(theatre), 0), np.tile(np.repeat([8.0, 16.0], [3, 9]), (RUNS, 1)))


def test_groups_attack_less_or_more_while_struck_and_strikes_kill_civilians() -> None:
    sides = [light("Ruler"), light("Enemy"), light("Rival"), state()]
    theatre = bare(
        sides,
        "strike_response",
        "strike_harm",
        "intelligence",
        ruler="Ruler",
        enemies=[("Ruler", "Enemy"), ("Ruler", "State")],
        quantities={"strike_response": -0.7, "strike_civilians": 12.0, "strike_precision": -0.5},
        options=[option("strikes", (2, 4), strikes=0.6), option("both", (2, 4), strikes=0.6, intelligence=0.8)],
    )
    for which, civilians in ((1, 7.2), (2, 7.2 * 0.6)):
        paths = run(theatre, 1000, option=which)
        struck = (np.arange(12) >= 2) & (np.arange(12) <= 4)
        same(mean(paths, 1), np.tile(8.0 * np.exp(-0.7 * 0.6 * struck), (1000, 1)))
        for g in (0, 2):
            same(mean(paths, g), 8.0)
        killed = paths.of_theatre("strike_deaths").astype(np.float64)
        assert (killed[:, ~struck] == 0).all()
        assert killed[:, struck].mean() == pytest.approx(civilians, abs=4.0 * np.sqrt(civilians / 3000))
    assert (run(theatre).of_theatre("strike_deaths") == 0).all()


def test_groups_that_talk_attack_and_clash_less_while_they_do() -> None:
    sides = [light("A", talks=True, clash_rate=20.0), light("B", clash_rate=20.0)]
    theatre = bare(
        sides,
        "mediation",
        quantities={"mediation_effect": 0.5},
        options=[option("talks", (0, 5), mediation=0.6)],
    )
    paths = run(theatre, 400, option=1)
    same(mean(paths, 0), np.tile(np.repeat([8.0 * 0.7, 8.0], 6), (400, 1)))
    same(mean(paths, 1), 8.0)
    calm = of(paths, "clashes", 0)
    assert calm[:, :6].mean() == pytest.approx(14.0, abs=4.0 * np.sqrt(14.0 * 1.7 / 2400))
    assert calm[:, 6:].mean() == pytest.approx(20.0, abs=4.0 * np.sqrt(20.0 * 2.0 / 2400))


def test_reach_abroad_shrinks_under_losses_and_is_that_of_external_groups() -> None:
    sides = [
        side("A", members=20000.0, urban_share=0.0, external=True, external_rate=2.0),
        side("B", external_rate=2.0),
        state(members=20000.0),
    ]
    theatre = bare(
        sides,
        "external_reach",
        "attrition",
        ruler="State",
        enemies=[("A", "State")],
        levers={"strikes": 0.5},
        quantities={"external_pressure": 1.3, "attrition": 0.01, "strike_attrition": 0.02},
        options=[option("strikes", (0, 0), strikes=1.0)],
    )
    at_start = 0.01 * 20000.0 / 42000.0 + 0.02 * 0.5
    for which, hazard in ((0, at_start), (1, at_start + 0.01)):
        paths = run(theatre, 3000, option=which)
        left = of(paths, "members", 0)[:, 0].mean() / 20000.0
        expected = 2.0 * left * np.exp(-1.3 * (hazard / at_start - 1.0))
        assert of(paths, "external", 0)[:, 0].mean() == pytest.approx(expected, abs=4.0 * np.sqrt(expected / 3000))
        assert (of(paths, "external", 1) == 0).all()


def test_clashes_follow_the_pressure_on_the_ground_and_their_deaths_them() -> None:
    sides = [
        light("A", members=10000.0, clash_rate=10.0, clash_deaths=3.0, clash_swing=0.0),
        light("B", members=10000.0),
        state(members=5000.0, clash_rate=10.0),
    ]
    theatre = bare(
        sides,
        "shocks",
        enemies=[("A", "B"), ("B", "State")],
        ruler="B",
        shocks=[shock("amnesty", 1, group="A", size=1.0)],
        options=[option("offensive", operations=1.5)],
    )
    paths = run(theatre, 2000, option=1)
    clashes, spread = of(paths, "clashes", 0)[:, 0], np.sqrt(15.0 * (1.0 + 15.0 / 20.0) / 2000)
    assert clashes.mean() == pytest.approx(15.0, abs=4.0 * spread)
    deaths = of(paths, "clash_deaths", 0)[:, 0]
    assert deaths.sum() == pytest.approx(3.0 * clashes.sum(), abs=4.0 * np.sqrt(clashes.sum() * (3.0 + 9.0 / 0.5)))
    # The state's enemy is stronger, among fewer people under arms: 2/3 where it was 2/5.
    later = of(paths, "clashes", 2)[:, 1:]
    assert later.mean() == pytest.approx(25.0, abs=4.0 * np.sqrt(25.0 * (1.0 + 25.0 / 20.0) / later.size))
