"""Links of a theatre: what is told and what is not, the response's half-life, and groups by any other order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tocsin.rivalry.links import LEAST_SHARED, estimate_links, shared_attacks, sources
from tocsin.rivalry.planted import Situation, plant
from tocsin.rivalry.series import Series
from tocsin.rivalry.terms import AFTER_LAST_DAYS, make_terms

THREE = Situation(n_groups=3, days=1400, background=0.3)


def planted(seed: int, situation: Situation = THREE) -> Series:
    return plant(situation, np.random.default_rng(seed))


def test_a_group_is_no_source_for_itself_and_all_others_are_told() -> None:
    links = estimate_links(make_terms(planted(1), shock=0.0))
    diagonal = np.eye(3, dtype=bool)
    assert np.isnan(links.estimate[diagonal]).all()
    assert np.isnan(links.error[diagonal]).all()
    assert np.isfinite(links.estimate[~diagonal]).all()
    assert (links.error[~diagonal] > 0).all()
    np.testing.assert_allclose(links.z[~diagonal], (links.estimate / links.error)[~diagonal])
    assert links.answered.shape == (3, 1400)
    assert len(links.targets) == 3


def test_a_source_that_is_silent_while_the_target_is_there_tells_nothing() -> None:
    # The second group comes when the first has been gone for more than a year, and goes on to the end.
    series = planted(2, replace(THREE, days=2400))
    attacks = series.attacks.copy()
    gone, comes = 800, 800 + AFTER_LAST_DAYS + 30
    attacks[0, gone:], attacks[1, :comes] = 0, 0
    series = replace(series, attacks=attacks)
    terms = make_terms(series, shock=0.0)
    assert terms.spans[0][1] <= terms.spans[1][0] - 1
    assert shared_attacks(terms)[0, 1] == 0
    links = estimate_links(terms)
    # The first group answers nothing of the second, which was not there.
    assert np.isinf(links.error[0, 1])
    assert links.z[0, 1] == 0.0
    # What they tell of the third, which is there all the time, is told.
    assert np.isfinite(links.error[[0, 1, 2, 2], [2, 2, 0, 1]]).all()


@pytest.mark.parametrize(("shared", "told"), [(LEAST_SHARED - 1, False), (LEAST_SHARED, True)])
def test_a_few_attacks_of_the_source_are_too_few_to_tell(shared: int, told: bool) -> None:
    series = planted(8)
    attacks = series.attacks.copy()
    attacks[1] = 0
    attacks[1, 200 + 30 * np.arange(shared)] = 1
    links = estimate_links(make_terms(replace(series, attacks=attacks), shock=0.0))
    assert np.isfinite(links.error[[0, 2], 1]).tolist() == [told, told]
    assert np.isfinite(links.error[[0, 2], [2, 0]]).all()


def test_the_others_do_not_notice_a_source_that_tells_nothing() -> None:
    # Attacks of a source before the target's first or long after its last are not the target's business.
    series = planted(3, replace(THREE, days=1600))
    attacks = series.attacks.copy()
    attacks[0, :900] = 0  # the target comes late
    fewer = attacks.copy()
    fewer[1, :300] = 0
    shared = [shared_attacks(make_terms(replace(series, attacks=a), shock=0.0)) for a in (attacks, fewer)]
    assert shared[0][0, 1] == shared[1][0, 1]
    assert shared[0][2, 1] > shared[1][2, 1]


def test_shared_attacks_and_sources_worked_by_hand() -> None:
    series = planted(4)
    attacks = np.zeros_like(series.attacks)
    # Spans: 11 to the end (attacks until period 1200), 101 to 565, 1 to the end.
    attacks[0, [10, 1200]] = 1
    attacks[1, [100, 150, 200]] = 2
    attacks[2, [0, 5, 120, 700, 1300]] = 3
    terms = make_terms(replace(series, attacks=attacks), shock=0.0)
    assert terms.spans == ((11, 1400), (101, 565), (1, 1400))
    np.testing.assert_array_equal(shared_attacks(terms), [[1, 6, 9], [0, 4, 3], [2, 6, 12]])
    np.testing.assert_array_equal(sources(np.arange(6.0).reshape(3, 2), 1), [[0.0, 1.0], [4.0, 5.0]])


def test_the_half_life_is_chosen_by_how_groups_answer_themselves() -> None:
    # Long and strong responses, so that three groups of three years tell them apart.
    quick, slow = (
        estimate_links(
            make_terms(planted(5, replace(THREE, days=2500, own=0.6, half_life_days=days)), shock=0.0)
        ).half_life_weeks
        for days in (3.5, 28.0)
    )
    assert quick <= 1.0
    assert 2.0 <= slow <= 8.0


def test_a_planted_link_is_found_and_its_way_back_is_not() -> None:
    links = estimate_links(make_terms(planted(6, replace(THREE, days=3652, link=0.3)), shock=0.0))
    answered = THREE.links == 0  # a shape to fill
    answered[...] = replace(THREE, link=0.3).links > 0
    assert links.z[answered].min() > 3.0
    np.testing.assert_allclose(links.estimate[answered], 0.3, atol=0.12)
    assert np.abs(links.estimate[~answered & ~np.eye(3, dtype=bool)]).max() < 0.12


@pytest.mark.parametrize("step_days", [1, 7])
def test_the_order_of_groups_orders_the_links_and_changes_none(step_days: int) -> None:
    series = planted(7, replace(THREE, n_groups=4, driver_sd=0.5, link=0.15, step_days=step_days))
    order = [2, 0, 3, 1]
    links = estimate_links(make_terms(series, shock=0.0))
    other = estimate_links(make_terms(series.only(tuple(series.groups[g] for g in order)), shock=0.0))
    at = np.ix_(order, order)
    assert other.half_life_weeks == links.half_life_weeks
    assert other.step_sd == links.step_sd
    # Sums over groups are taken in another order: the same but for rounding.
    np.testing.assert_allclose(other.estimate, links.estimate[at], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(other.error, links.error[at], rtol=1e-6)
