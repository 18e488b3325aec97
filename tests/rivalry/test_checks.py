"""Null checks: near 5% where there is nothing, and score tests that agree with the links' own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planted_series import answering, independent, series_of
from tocsin.rivalry import checks
from tocsin.rivalry.checks import Rates, _shifted, _Test, null_checks
from tocsin.rivalry.estimate import joint, maximise
from tocsin.rivalry.links import SIGNIFICANT, Links, estimate_links
from tocsin.rivalry.terms import Terms, make_terms

NONE = np.zeros((0, 312))


def fitted(series: object) -> tuple[Terms, Links]:
    terms = make_terms(series, shock=0.0)  # type: ignore[arg-type]
    return terms, estimate_links(terms)


def test_rates_are_near_five_percent_where_there_is_nothing() -> None:
    passed = {"shifts": 0, "distant": 0, "permuted": 0}
    tests = dict.fromkeys(passed, 0)
    for seed in range(6):
        terms, links = fitted(independent(seed))
        far = np.random.default_rng([14, seed]).poisson(0.5, (60, 312)).astype(float)
        rates = null_checks(terms, links, far, shifts=99, seed=seed)
        for name in passed:
            found, of = getattr(rates, name)
            passed[name] += found
            tests[name] += of
        own = rates.p_shift[~np.eye(4, dtype=bool)]
        assert (own > 0.0).all()
        assert (own <= 1.0).all()
        assert np.isnan(np.diag(rates.p_shift)).all()
    assert (tests["shifts"], tests["distant"]) == (6 * 12 * 99, 6 * 4 * 40)
    assert 0.95 * 6 * 12 * 10 < tests["permuted"] <= 6 * 12 * 10
    for name, of in tests.items():
        assert 0.02 <= passed[name] / of <= 0.08, name


def test_p_shift_of_a_planted_link_is_small_and_of_others_anything() -> None:
    planted, others = [], []
    for seed in range(4):
        terms, links = fitted(answering(seed))
        p = null_checks(terms, links, NONE, shifts=99, seed=1).p_shift
        planted.append(p[1, 0])
        others += [p[0, 1], p[0, 2], p[2, 0], p[2, 1], p[1, 2]]
    assert max(planted) == pytest.approx(0.01)
    assert 0.3 < np.mean(others) < 0.7


def left_out(links: Links, g: int, column: int) -> tuple[Links, np.ndarray]:
    """The fit without one of group g's sources, and what that source was."""
    source = links.targets[g].linear[:, column].copy()
    linear = links.targets[g].linear.copy()
    linear[:, column] = 0.0
    targets = tuple(replace(t, linear=linear) if k == g else t for k, t in enumerate(links.targets))
    rates = [a.copy() for a in links.point.linear]
    rates[g][column] = 0.0
    point, _ = maximise(targets, replace(links.point, linear=tuple(rates)), links.walk, with_loadings=True)
    return replace(links, targets=targets, point=point), source


@pytest.mark.parametrize("link", [0.0, 0.15])
def test_the_score_test_of_a_link_left_out_agrees_with_its_estimate_in_standard_errors(link: float) -> None:
    score, wald = [], []
    for seed in range(8):
        _, links = fitted(answering(seed, link=link))
        without, source = left_out(links, 1, links.targets[1].n_linear - 2)  # of the sources of group 2: 1, then 3
        test = _Test(without, joint(without.targets, without.point, links.walk))
        score.append(test.of(1, source[None])[0])
        wald.append(links.z[1, 0])
    if link:
        # A test by the variance without the link is the bolder one where there is a link.
        assert np.mean(score) > np.mean(wald)
        np.testing.assert_allclose(score, wald, rtol=0.35, atol=0.1)
    else:
        np.testing.assert_allclose(score, wald, rtol=0.15, atol=0.15)


def test_a_source_that_the_model_holds_already_tells_nothing_new() -> None:
    _, links = fitted(independent(1))
    test = _Test(links, joint(links.targets, links.point, links.walk))
    held = links.targets[0].linear[:, 1:].T
    assert np.isnan(test.of(0, held)).all()
    assert test.of(0, np.zeros((0, 312))).shape == (0,)
    assert np.isnan(test.of(0, np.zeros((2, held.shape[1])))).all()


def test_sources_are_tested_each_for_itself_and_whatever_their_unit() -> None:
    terms, links = fitted(independent(2))
    test = _Test(links, joint(links.targets, links.point, links.walk))
    start, stop = terms.spans[0]
    tried = np.random.default_rng(3).gamma(0.5, 1.0, (5, stop - start))
    z = test.of(0, tried)
    np.testing.assert_allclose(test.of(0, tried[::-1]), z[::-1], rtol=1e-9)
    np.testing.assert_allclose([test.of(0, row[None])[0] for row in tried], z, rtol=1e-9)
    np.testing.assert_allclose(test.of(0, 7.0 * tried), z, rtol=1e-9)


def test_shifts_move_a_source_by_half_a_year_or_more_both_ways() -> None:
    worth = np.arange(200.0)
    moved = _shifted(worth, 99, 26, np.random.default_rng(1))
    by = {int(row[0] and 200 - row[0]) for row in moved}
    assert len(moved) == len(by) == 99  # none twice
    assert min(by) >= 26
    assert max(by) <= 174
    for row in moved:
        np.testing.assert_array_equal(row, np.roll(worth, 200 - int(row[0])))
    # All that there are where that is fewer, and a quarter of a short span at least.
    assert len(_shifted(np.arange(60.0), 99, 26, np.random.default_rng(1))) == 31


def test_with_three_groups_no_label_can_be_permuted() -> None:
    terms, links = fitted(independent(4, n=3))
    assert null_checks(terms, links, NONE, shifts=19, seed=1).permuted == (0, 0)
    four = null_checks(*fitted(independent(4, n=4)), NONE, shifts=19, seed=1)
    # Less those in which one group was drawn for every year.
    assert 0.9 * 12 * checks.PERMUTED_PER_LINK <= four.permuted[1] <= 12 * checks.PERMUTED_PER_LINK


def test_distant_sources_that_did_next_to_nothing_are_not_tested() -> None:
    terms, links = fitted(independent(5, n=2))
    far = np.zeros((3, 312))
    far[0, [50, 90, 130, 170]] = 1.0
    far[1, 60:65] = 1.0
    far[2, 0] = 50.0  # in the week of the first attacks, before which nobody is fitted
    assert null_checks(terms, links, far, shifts=19, seed=1).distant[1] == 2


def test_a_source_that_is_not_there_has_no_p_and_no_shifts() -> None:
    counts = independent(6, n=2).attacks.copy()
    counts[0, 100:], counts[1, :104] = 0, 0
    rates = null_checks(*fitted(series_of(counts)), NONE, shifts=49, seed=1)
    assert np.isnan(rates.p_shift[1, 0])
    assert np.isfinite(rates.p_shift[0, 1]) == (counts[1, :152].sum() >= 5)


def test_a_seed_is_a_result() -> None:
    terms, links = fitted(independent(7))

    def run(seed: int) -> Rates:
        return null_checks(terms, links, NONE, shifts=49, seed=seed)

    one, same, other = run(1), run(1), run(2)
    np.testing.assert_array_equal(one.p_shift, same.p_shift)
    assert (one.shifts, one.permuted) == (same.shifts, same.permuted)
    assert (one.p_shift != other.p_shift)[~np.eye(4, dtype=bool)].any()
    assert pytest.approx(1.645, abs=1e-3) == SIGNIFICANT
