"""Months held apart: nothing of what comes after a month goes into its score, and links are worth what they predict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from planted_series import answering, independent, series_of
from tocsin.rivalry import heldout
from tocsin.rivalry.heldout import HeldOut, held_out
from tocsin.rivalry.links import estimate_links, pooled_links
from tocsin.rivalry.series import Series
from tocsin.rivalry.terms import Terms, make_terms

WEEKS = 312
BLOCKS = [(156, 187), (187, 218), (218, 249), (249, 280), (280, 312)]  # the last half, in five


def months_of(series: Series) -> np.ndarray:
    return series.starts.astype("datetime64[M]").astype(int)


def test_the_last_half_is_held_apart_after_two_years_at_least() -> None:
    assert heldout._blocks(WEEKS, 7) == BLOCKS
    assert heldout._blocks(120, 7)[0][0] == 104
    assert heldout._blocks(104, 7) == heldout._blocks(60, 7) == []
    assert heldout._blocks(7 * WEEKS, 1)[0] == (7 * 156, 7 * 156 + 218)
    assert heldout._blocks(800, 1)[0][0] == 728


def test_gains_are_sums_by_month_and_a_month_that_two_blocks_share_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    series = independent(0, n=2)
    monkeypatch.setattr(heldout, "_scores", lambda terms, stop, end: np.arange(stop, end, dtype=float))
    found = held_out(series, shock=0.0)
    held = months_of(series)[156:]
    # 156 weeks from 29 December 2003, a week of December, to the end of 2006.
    assert len(found.gains) == len(np.unique(held)) == 37
    assert found.gains[0] == 156.0
    assert found.gains[1] == 157 + 158 + 159 + 160  # the weeks of January 2004
    assert found.gains.sum() == pytest.approx(sum(range(156, WEEKS)))
    shared = {held[stop - 156 - 1] for stop, _ in BLOCKS[1:]} & {held[stop - 156] for stop, _ in BLOCKS[1:]}
    assert shared  # such months there are


def test_mean_and_standard_error_by_hand() -> None:
    found = HeldOut(np.array([1.0, 3.0] * 6))
    assert found.gain == 2.0
    assert found.se == pytest.approx(np.sqrt(12 / 11) / np.sqrt(12))
    few = HeldOut(np.ones(11))
    assert (few.gain, few.se) == (None, None)


def test_groups_are_those_known_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = independent(1, n=4).attacks.copy()
    counts[2, :200] = 0  # known in the third block, from week 218 on
    counts[3, :250], counts[3, 250:] = 0, 1  # in the last
    seen: list[tuple[int, int]] = []

    def scores(terms: Terms, stop: int, end: int) -> np.ndarray:
        seen.append((stop, len(terms.counts)))
        return np.zeros(end - stop)

    monkeypatch.setattr(heldout, "_scores", scores)
    held_out(series_of(counts), shock=0.0)
    assert seen == [(156, 2), (187, 2), (218, 3), (249, 3), (280, 4)]
    seen.clear()
    counts[1:, :240] = 0  # until then there is one group alone
    assert len(held_out(series_of(counts), shock=0.0).gains) == len(np.unique(months_of(series_of(counts))[280:]))
    assert seen == [(280, 4)]


@pytest.mark.parametrize("changed", [218, 236, 300])
def test_what_comes_after_a_month_does_not_go_into_its_gain(changed: int) -> None:
    series = answering(0)
    rng = np.random.default_rng(changed)
    after = np.arange(WEEKS) >= changed
    other = replace(
        series,
        **{
            name: np.where(after, rng.poisson(3.0, (3, WEEKS)), getattr(series, name)).astype(np.int32)
            for name in ("attacks", "deaths", "group_clashes", "state_clashes", "mass_casualty")
        },
    )
    one, two = (held_out(each, shock=0.5).gains for each in (series, other))
    months = np.unique(months_of(series)[156:])
    before = months < months_of(series)[changed]
    assert before.sum() > 10
    np.testing.assert_array_equal(one[before], two[before])
    assert (one[~before] != two[~before]).all()


def test_a_strong_link_predicts_months_held_apart() -> None:
    for seed in (0, 1, 4):
        found = held_out(answering(seed), shock=0.0)
        assert found.gain is not None
        assert found.se is not None
        assert found.gain > 2 * found.se
        assert 0.1 < found.gain < 2.0  # nats a month: a week's answer of 0.8 to 5 attacks is worth a part of one


def test_without_links_there_is_nothing_to_gain() -> None:
    z, gains = [], []
    for seed in range(8):
        found = held_out(answering(seed, link=0.0), shock=0.0)
        gains.append(found.gain)
        z.append(found.gain / found.se if found.se else 0.0)  # type: ignore[operator]
    assert abs(np.mean(gains)) < 0.02
    assert np.mean(np.abs(z) > 2.0) <= 0.25


def test_links_of_nothing_gain_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # Overdispersed counts that follow a driver: the models must differ in nothing but the links.
    rng = np.random.default_rng(5)
    driver = np.exp(np.cumsum(rng.normal(0.0, 0.15, WEEKS)))
    series = series_of(rng.negative_binomial(0.5, 0.5 / (0.5 + 0.7 * driver), (4, WEEKS)))

    def none(terms: Terms, links: object) -> object:
        found = pooled_links(terms, estimate_links(terms))
        return replace(found, mean_of_links=-np.abs(found.mean_of_links))

    monkeypatch.setattr(heldout, "pooled_links", none)
    np.testing.assert_array_equal(held_out(series, shock=0.0).gains, 0.0)


def test_the_log_mass_is_that_of_the_negative_binomial() -> None:
    for y, mean, size in [(0.0, 0.3, 0.7), (4.0, 2.5, 3.0), (60.0, 1.0, 1e4)]:
        theirs = stats.nbinom.logpmf(y, size, size / (size + mean))
        assert heldout._log_mass(y, mean, size) == pytest.approx(theirs, rel=1e-6)


def test_without_a_driver_a_score_is_that_of_each_groups_own_counts() -> None:
    series = independent(2, n=2)
    terms = make_terms(series, shock=0.0, stop=156)
    links = estimate_links(terms)
    rates = [np.array([0.2, 0.1, 0.1, 0.0, 0.3, 1.0]), np.array([0.5, 0.0, 0.2, 0.1, 0.0, 1.0])]
    logs = tuple(np.full(terms.logs[g].shape[1], 0.2) for g in range(2))
    point = replace(links.alone, linear=tuple(rates), logs=logs, loadings=np.zeros(2), sizes=np.array([2.0, 5.0]))
    answer = 0.3 * links.answered[::-1]
    found = heldout._predict(terms, answer, point, links, 156, 187)
    expected = np.zeros(31)
    for g in range(2):
        past = np.vstack([np.ones(WEEKS), terms.own[:, g], answer[g]])[:, 156:187]
        mean = rates[g] @ past * np.exp(terms.logs[g][156:187].sum(axis=1) * 0.2)
        size = point.sizes[g]
        expected += stats.nbinom.logpmf(series.attacks[g, 156:187], size, size / (size + mean))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_group_that_ceased_a_year_ago_is_not_scored() -> None:
    counts = independent(3, n=3).attacks.copy()
    counts[2, 120:] = 0  # the last attack before week 120; a year later lies in the first block
    series = series_of(counts)
    terms = make_terms(series, shock=0.0, stop=156)
    links = estimate_links(terms)
    point = replace(links.alone, linear=tuple(np.append(a, 0.0) for a in links.alone.linear), loadings=np.zeros(3))
    whole = heldout._predict(terms, np.zeros((3, WEEKS)), point, links, 156, 187)
    ceased = int(np.flatnonzero(counts[2])[-1])
    two = replace(point, linear=(*point.linear[:2], np.full(6, 9.0)))
    other = heldout._predict(terms, np.zeros((3, WEEKS)), two, links, 156, 187)
    differ = np.flatnonzero(whole != other) + 156
    assert differ.max() == ceased + 52
