"""A scenario written from figures: counts by hand, intervals that cover, no look ahead, and what is assumed is said."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from planted_groups import COUNTRIES, Event, digest_of, event_table, with_another_future
from tocsin.digest.tables import make_digest
from tocsin.errors import InputError, NotHeldError
from tocsin.groups import Theatre
from tocsin.months import month_id
from tocsin.whatif.files.text import scenario_text
from tocsin.whatif.files.whole import parse_scenario
from tocsin.whatif.parameters import GROUP_NAMES, THEATRE, THEATRE_NAMES, Quantity
from tocsin.whatif.scenario import DO_NOTHING, Scenario, Side
from tocsin.whatif.start.figures import count, figures_of
from tocsin.whatif.start.numbers import (
    LONGEST_RANGE,
    NOTHING,
    Competition,
    counted,
    numbers_of,
    rate_interval,
    share_interval,
    small_mean,
    swing_interval,
)
from tocsin.whatif.start.scenario import MOST_GROUPS, start_scenario
from tocsin.whatif.start.tail import log_likelihood, tail_numbers

LAST = month_id(date(2020, 12, 1))
AS_OF = date(2020, 12, 31)
MALI = Theatre("Mali", ("Mali",))
SAHEL = Theatre("Sahel", ("Burkina Faso", "Mali", "Niger"))
STATE = "Government of Mali"
THEATRE_DEFAULTS = {parameter.name: parameter.default for parameter in THEATRE}


def attack(actor: str, ago: int, deaths: int, theatre: str = "Mali") -> Event:
    return (theatre, LAST - ago, "onesided", actor, "Civilians", deaths)


def clash(actor: str, other: str, ago: int, deaths: int, theatre: str = "Mali") -> Event:
    kind = "state" if other.startswith("Government of") else "nonstate"
    return (theatre, LAST - ago, kind, actor, other, deaths)


def history(*, months: int = 48, seed: int = 3) -> list[Event]:
    """Two groups that attack civilians, fight the state and, once, each other."""
    rng = np.random.default_rng(seed)
    events = [clash("A", "B", 5, 4)]
    for ago in range(months):
        for actor, rate in (("A", 1.0), ("B", 2.0)):
            events += [attack(actor, ago, int(rng.integers(1, 12))) for _ in range(rng.poisson(rate))]
        events.append(clash("A", STATE, ago, 3))
    return [*events, attack("A", 3, 45), attack(STATE, 2, 4)]


def made(events: list[Event], **options: object) -> Scenario:
    return start_scenario(digest_of(events, last=LAST), MALI, as_of=AS_OF, **options)  # type: ignore[arg-type]


def named(scenario: Scenario, name: str) -> Side:
    return next(side for side in scenario.sides if side.name == name)


# --- counts ----------------------------------------------------------------------------------------------------------


def test_counts_by_hand() -> None:
    events = [
        attack("A", 40, 9),  # before the window of three years
        attack("A", 20, 5),
        attack("A", 20, 30),  # the one large attack of its month: the other had 5
        attack("A", 2, 1),
        clash("A", STATE, 1, 6),
        clash("A", "B", 14, 4),
        clash("A", "C", 14, 2),
    ]
    figures = figures_of(digest_of(events, last=LAST), MALI, LAST)
    found = count(figures, ["A"], ["A", "B"], is_state=False)
    assert (found.months, found.attacks, found.attacks_latest, found.mass_casualty) == (36, 3, 1, 1)
    assert (found.small_attacks, found.small_deaths) == (2, 6)
    # One with the state, half of the one with B, who is a side, and one with C, who is not.
    assert (found.clashes, found.clashes_latest, found.clash_events, found.clash_deaths) == (2.5, 1.0, 3, 12)
    assert found.events_latest == 2


def test_two_large_attacks_in_a_month_leave_it_out_of_the_small_ones() -> None:
    events = [attack("A", 4, 25), attack("A", 4, 30), attack("A", 4, 3), attack("A", 6, 2)]
    found = count(figures_of(digest_of(events, last=LAST), MALI, LAST), ["A"], ["A"], is_state=False)
    assert (found.attacks, found.mass_casualty, found.small_attacks, found.small_deaths) == (4, 2, 1, 2)


@pytest.mark.parametrize(("first_seen", "months"), [(50, 36), (20, 21), (3, 12)])
def test_a_young_group_is_counted_from_its_first_event(first_seen: int, months: int) -> None:
    events = [attack("Old", 90, 1), attack("A", first_seen, 2), attack("A", 1, 2)]
    figures = figures_of(digest_of(events, last=LAST), MALI, LAST)
    assert count(figures, ["A"], ["A"], is_state=False).months == months


def test_a_state_has_attacks_but_its_clashes_stand_with_the_groups() -> None:
    events = [attack(STATE, 2, 4), clash("A", STATE, 1, 6)]
    found = count(figures_of(digest_of(events, last=LAST), MALI, LAST), [STATE], ["A"], is_state=True)
    assert (found.attacks, found.clashes, found.clash_events) == (1, 0.0, 0)


# --- intervals -------------------------------------------------------------------------------------------------------


def test_rate_of_nothing_by_hand() -> None:
    # A Gamma of shape 1/2 is half a chi-square of one degree of freedom: 0.00393 and 3.841 in every table.
    low, high = rate_interval(0, 36)
    assert low == pytest.approx(0.00393 / 2 / 36, rel=1e-3)
    assert high == pytest.approx(3.841 / 2 / 36, rel=1e-3)


def test_rate_interval_covers() -> None:
    counts = np.arange(120)
    ends = np.array([rate_interval(n, 36) for n in counts])
    # Counts are whole numbers, so that coverage swings around 90% with the true rate; on the whole it is that.
    means = np.linspace(1.0, 60.0, 200)
    covered = [
        stats.poisson.pmf(counts, mean)[(ends[:, 0] <= mean / 36) & (mean / 36 <= ends[:, 1])].sum() for mean in means
    ]
    assert np.mean(covered) == pytest.approx(0.90, abs=0.01)


@given(hits=st.integers(0, 40), more=st.integers(0, 400), prior=st.floats(0.005, 0.5))
def test_share_interval_lies_around_its_mean_and_has_a_logarithm(hits: int, more: int, prior: float) -> None:
    low, high = share_interval(hits, hits + more, prior)
    mean = (hits + 20 * prior) / (hits + more + 20)
    assert 0 < low < mean < high < 1
    assert high <= low * LONGEST_RANGE * (1 + 1e-9)


def test_share_is_the_prior_where_nothing_is_counted_and_the_count_where_much_is() -> None:
    low, high = share_interval(0, 0, 0.2)
    assert low < 0.2 < high
    assert share_interval(3000, 10000, 0.01) == pytest.approx((0.2925, 0.3075), abs=0.003)


def test_swing() -> None:
    low, high = swing_interval(10, 10.0)
    assert low < 0 < high
    assert swing_interval(400, 100.0) == pytest.approx((np.log(4) - 0.11, np.log(4) + 0.05), abs=0.02)
    # What was expected to be next to nothing, and was nothing, is no swing to speak of.
    assert swing_interval(0, 0.01)[0] < 0 < swing_interval(0, 0.01)[1]


@pytest.mark.parametrize("mean", [1.5, 3.0, 6.0])
def test_small_attacks_of_a_known_mean_are_told(mean: float) -> None:
    rng = np.random.default_rng(1)
    deaths = rng.geometric(1 / mean, size=6000)
    deaths = deaths[deaths < 20]
    low, high = small_mean(int(deaths.sum()), len(deaths))
    assert low - 0.05 < mean < high + 0.05
    assert high - low < 0.5


# --- the tail --------------------------------------------------------------------------------------------------------


def large_attacks(
    rng: np.random.Generator, theatre: str, months: int, *, scale: float, shape: float = 0.6, busy: float = 1.0
) -> list[Event]:
    """Group-months with one large attack or more (`busy`: how many more, on average), of a known tail."""
    events = []
    for n in range(months):
        sizes = stats.genpareto.rvs(shape, scale=scale, size=1 + rng.poisson(busy), random_state=rng)
        events += [attack(f"G{n}", 1, 20 + int(min(size, 1e6)), theatre) for size in np.atleast_1d(sizes)]
    return events


def tail_of(events: list[Event], *, one_each: bool = False) -> tuple[Quantity, Quantity]:
    """Shape and scale for Mali; `one_each` takes the largest of a month for the only one, as would be wrong."""
    rows = make_digest(event_table(events), "month")
    if one_each:
        rows = rows.with_columns(pl.lit(1).cast(pl.Int32).alias("mass_casualty_events"))
    found = tail_numbers(rows, MALI, "December 2020")
    return found["tail_shape"], found["tail_scale"]


def test_tail_is_told_from_the_largest_of_several() -> None:
    rng = np.random.default_rng(2)
    right, wrong, shapes, scales = [], [], [], []
    for _ in range(8):
        events = large_attacks(rng, "Mali", 250, scale=18.0) + large_attacks(rng, "Kenya", 250, scale=18.0)
        shape, scale = tail_of(events)
        right.append([shape.low < 0.6 < shape.high, scale.low < 18.0 < scale.high])
        shapes.append((shape.low + shape.high) / 2)
        scales.append(np.sqrt(scale.low * scale.high))
        wrong.append(tail_of(events, one_each=True)[1])
    assert min(np.mean(right, axis=0)) >= 0.75
    assert np.mean(shapes) == pytest.approx(0.6, abs=0.04)
    assert np.mean(scales) == pytest.approx(18.0, rel=0.05)
    # Taken for any attack, the largest of two on average makes the scale half too large.
    assert all(scale.low > 18.0 for scale in wrong)


def test_a_theatre_has_its_own_scale_as_far_as_its_attacks_tell() -> None:
    rng = np.random.default_rng(4)
    wide = np.exp(np.log(20.0) + 0.4 * np.linspace(-1.5, 1.5, 8))
    events = [
        event
        for name, scale in zip(COUNTRIES[1:9], wide, strict=True)
        for event in large_attacks(rng, name, 80, scale=float(scale))
    ]
    none, few, many = (tail_of(events + large_attacks(rng, "Mali", n, scale=8.0))[1] for n in (0, 3, 200))
    middles = [np.sqrt(scale.low * scale.high) for scale in (none, few, many)]
    assert middles[0] == pytest.approx(20.0, rel=0.2)
    assert middles[0] > middles[1] > middles[2] == pytest.approx(8.0, rel=0.2)
    widths = [np.log(scale.high / scale.low) for scale in (none, few, many)]
    assert widths[0] > widths[1] > widths[2]
    # Where nothing is seen, nine theatres in ten lie within: from half to nearly twice the world's.
    assert none.low < 20.0 * np.exp(-0.4) < 20.0 * np.exp(0.4) < none.high


@given(attacks=st.integers(1, 40), shape=st.just(0.0) | st.floats(0.01, 1.2), log_scale=st.floats(1.0, 4.0))
def test_the_largest_attack_has_some_number_of_deaths(attacks: int, shape: float, log_scale: float) -> None:
    deaths = np.arange(20.0, 4000.0)
    p = np.exp(log_likelihood(deaths, np.array(float(attacks)), shape, np.array(log_scale)))
    up_to = stats.genpareto.cdf(deaths - 19.0, shape, scale=np.exp(log_scale)) ** attacks
    np.testing.assert_allclose(p.cumsum(), up_to, atol=1e-9)


def test_too_few_large_attacks_leave_the_default_tail() -> None:
    assert tail_numbers(make_digest(event_table([attack("A", 1, 30)]), "month"), MALI, "December 2020") == {}


# --- numbers of a side -----------------------------------------------------------------------------------------------


def test_attacks_that_answer_are_not_counted_twice() -> None:
    events = [attack("A", ago, 2) for ago in range(36)]
    counts = count(figures_of(digest_of(events, last=LAST), MALI, LAST), ["A"], ["A"], is_state=False)
    options = {"last": LAST, "share_here": 0.05, "urban_here": 0.3, "is_state": False}
    alone, half, most = (
        numbers_of(counts, competition=competition, **options)["attack_rate"]  # type: ignore[arg-type]
        for competition in (Competition(None, 0.0), Competition(0.5, 0.0), Competition(0.5, 0.45))
    )
    assert (alone.low, alone.high) == pytest.approx(rate_interval(36, 36), rel=1e-3)
    assert half.high == pytest.approx(alone.high / 2, rel=1e-3)
    # Answers to others are never taken for nearly all there is: a fifth is left to stand alone.
    assert most.high == pytest.approx(alone.high * 0.1, rel=1e-3)


def test_every_number_is_there_and_says_where_it_is_from() -> None:
    scenario = made(history())
    assert set(scenario.quantities) == set(THEATRE_NAMES)
    for side in scenario.sides:
        assert set(side.numbers) == set(GROUP_NAMES)
        for quantity in side.numbers.values():
            assert quantity.low <= quantity.high
            assert quantity.source or quantity.evidence == "assumed"
    a = named(scenario, "A").numbers
    assert "36 months to December 2020" in a["attack_rate"].source
    assert a["members"].evidence == "assumed"
    assert a["attack_rate"].evidence == "estimated"


@pytest.mark.parametrize(("number", "thing", "said"), [(1, "clash", "1 clash"), (2100, "attack", "2,100 attacks")])
def test_counted(number: int, thing: str, said: str) -> None:
    assert counted(number, thing) == said


def test_without_anything_to_count_a_number_is_assumed() -> None:
    a = named(made([clash("A", STATE, ago, 3) for ago in range(12)]), "A").numbers
    for name in ("attack_swing", "mass_casualty_share", "small_deaths"):
        assert a[name].evidence == "assumed"
        assert a[name].source.startswith(f"{NOTHING} attacks")
    # None in three years is something counted.
    assert a["attack_rate"].evidence == a["clash_rate"].evidence == a["clash_swing"].evidence == "estimated"
    b = named(made([attack("B", ago, 30) for ago in range(12)]), "B").numbers
    assert (b["clash_swing"].evidence, b["small_deaths"].evidence) == ("assumed", "assumed")
    assert b["attack_swing"].evidence == b["mass_casualty_share"].evidence == "estimated"


def test_that_the_fit_gives_no_interval_is_said() -> None:
    scenario = made(history())
    own = named(scenario, "B").numbers["own_response"]
    assert own.evidence == "estimated"
    assert "no interval" in own.source
    assert "no interval" in scenario.quantities["response_half_life"].source


# --- the scenario ----------------------------------------------------------------------------------------------------


def test_sides_relations_and_options() -> None:
    scenario = made(history())
    assert [side.name for side in scenario.sides] == ["A", "B", STATE]
    assert scenario.ruler == STATE
    assert {(one.pair, one.kind) for one in scenario.relations} == {(("A", "B"), "enemies"), (("A", STATE), "enemies")}
    assert {(link.source, link.target) for link in scenario.links} == {("A", "B"), ("B", "A")}
    assert all(-0.5 <= link.response.low < link.response.high <= 0.5 for link in scenario.links)
    assert [option.name for option in scenario.options] == [
        DO_NOTHING,
        "share_intelligence",
        "strikes_without",
        "policing_and_prisons",
        "reintegration",
        "mediation",
    ]
    assert scenario.shocks == ()
    assert (scenario.first, scenario.data_until) == (LAST + 1, AS_OF)


def test_what_is_written_reads_the_same() -> None:
    scenario = made(history())
    assert parse_scenario(scenario_text(scenario)) == scenario


def test_nothing_after_the_day_is_used() -> None:
    events = history()
    later = with_another_future(events, LAST - 12, last=LAST)
    day = date(2019, 12, 31)
    one, other = (
        start_scenario(digest_of(rows, last=LAST, vintage="planted"), MALI, as_of=day) for rows in (events, later)
    )
    assert one == other
    assert one.data_until == day
    assert one.first == LAST - 11


@pytest.mark.parametrize(("day", "evidence"), [(date(2019, 12, 31), "assumed"), (AS_OF, "estimated")])
def test_estimates_rest_on_nothing_later_than_the_day(day: date, evidence: str) -> None:
    # One group: no rivalry fit, and too few large attacks for a tail, so that every default stands.
    events = [attack("A", ago, 2) for ago in range(30)]
    scenario = start_scenario(digest_of(events, last=LAST), MALI, as_of=day)
    later = {name for name, one in THEATRE_DEFAULTS.items() if one is not None and one.evidence == "estimated"}
    assert {"severity_link", "response_half_life", "tail_shape", "tail_scale"} <= later
    for name in later:
        now, default = scenario.quantities[name], THEATRE_DEFAULTS[name]
        assert default is not None
        assert now.evidence == evidence
        assert (now.low, now.high) == (default.low, default.high)
        assert ("to December 2020" in now.source) == (evidence == "assumed")
    # Whatever else is estimated names months, and none that is later.
    told = [one.source for one in scenario.quantities.values() if one.evidence == "estimated"] * (evidence == "assumed")
    told += [n.source for side in scenario.sides for n in side.numbers.values() if n.evidence == "estimated"]
    years = [int(year) for source in told for year in re.findall(r"\b(?:19|20)\d\d\b", source)]
    assert years
    assert max(years) <= day.year


def test_a_release_that_came_out_after_the_day_is_said() -> None:
    made_up, packaged = (
        start_scenario(digest_of(history(), last=LAST, vintage=vintage), MALI, as_of=AS_OF)
        for vintage in ("planted 1", "ucdp-ged 21.1")
    )
    assert not any("came out" in note for note in made_up.notes)
    assert "came out in June 2021, after the as-of day" in packaged.notes[1]
    late = start_scenario(digest_of(history(), last=LAST, vintage="ucdp-ged 21.1"), MALI, as_of=date(2021, 8, 30))
    assert not any("came out" in note for note in late.notes)


def test_other_names_change_names_only() -> None:
    other = {"A": "Zeta", "B": "Eta"}
    renamed = [(*row[:3], other.get(row[3], row[3]), other.get(row[4], row[4]), row[5]) for row in history()]
    one, two = made(history()), made(renamed)
    assert [side.numbers for side in one.sides] == [side.numbers for side in two.sides]
    assert [other.get(side.name, side.name) for side in one.sides] == [side.name for side in two.sides]


def test_events_elsewhere_change_nothing_but_who_is_global() -> None:
    # No large attack and none on civilians: the tail, and who answers whom, stay as they were.
    abroad = [clash("A", f"Government of {t}", 7, 1, t) for t in ("Kenya", "Peru", "Iraq")]
    one, two = made(history()), made([*history(), *abroad])
    assert named(one, "A").ideology == (0.5, 0.5)
    assert named(one, "A").talks
    assert named(two, "A").ideology == (0.8, 0.5)
    assert not named(two, "A").talks
    assert named(one, "A").numbers == named(two, "A").numbers
    assert one.quantities == two.quantities


def test_figures_that_end_early_are_said() -> None:
    later = start_scenario(digest_of(history(), last=LAST), MALI, as_of=date(2021, 8, 30))
    assert later.first == month_id(date(2021, 9, 1))
    assert later.data_until == AS_OF
    assert "8 months before" in later.notes[0]
    assert later.sides == made(history()).sides


def test_figures_without_a_large_attack_still_give_a_share() -> None:
    share = made([attack("A", ago, 2) for ago in range(30)]).sides[0].numbers["mass_casualty_share"]
    assert 0 < share.low < share.high < 0.1


def test_coalitions_are_no_sides_but_make_allies() -> None:
    events = [*history(), *[clash("B, C", STATE, ago, 2) for ago in range(9)]]
    events += [attack("C", ago, 3) for ago in range(9)]
    scenario = made(events)
    assert "B, C" not in scenario.names
    assert (("B", "C"), "allies") in {(one.pair, one.kind) for one in scenario.relations}
    assert any("B, C" in note for note in scenario.notes)


def test_the_most_active_groups_are_taken_and_the_others_named() -> None:
    events = [attack(f"G{n}", ago, 2) for n in range(MOST_GROUPS + 2) for ago in range(6 + n)]
    scenario = made(events)
    assert len(scenario.sides) == MOST_GROUPS + 1
    assert "G0" not in scenario.names
    assert any("G1, G0" in note for note in scenario.notes)


def test_groups_can_be_named() -> None:
    scenario = made(history(), groups=["B"])
    assert scenario.names == ("B", STATE)
    with pytest.raises(NotHeldError, match="no actor 'Bee'"):
        made(history(), groups=["Bee"])
    with pytest.raises(InputError, match="a group at least"):
        made(history(), groups=[])


def test_one_group_answers_nobody() -> None:
    scenario = made([attack("A", ago, 2) for ago in range(20)])
    assert scenario.links == ()
    assert any("no group answers another" in note for note in scenario.notes)


def test_where_nobody_was_active_there_is_no_scenario() -> None:
    with pytest.raises(NotHeldError, match="no armed group"):
        made([attack("A", 60, 2) for _ in range(20)])
    with pytest.raises(InputError, match="1 or more"):
        made(history(), months=0)


def test_a_theatre_of_several_countries_has_one_state() -> None:
    events = [attack("A", ago, 2, theatre) for ago in range(12) for theatre in ("Mali", "Niger")]
    events += [attack("Government of Niger", 1, 2, "Niger"), attack("Government of Mali", 2, 2)]
    events += [clash("A", "Government of France", 4, 2)]
    scenario = start_scenario(digest_of(events, last=LAST), SAHEL, as_of=AS_OF, months=10)
    assert scenario.names == ("A", "Governments of the Sahel")
    assert scenario.sides[-1].numbers["attack_rate"].source.startswith("2 attacks")
    assert scenario.sides[0].numbers["attack_rate"].source.startswith("24 attacks")
    assert scenario.horizons == (6,)
    assert pl.DataFrame(scenario.relations)["kind"].to_list() == ["enemies"]
