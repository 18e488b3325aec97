"""The fit as a whole: who answers whom in made-up theatres of which it is known."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from math import inf, nan

import numpy as np
import pytest

from planted_series import LINK, answering, independent, series_of
from tocsin.digest import packaged_digest
from tocsin.errors import InputError, NotHeldError
from tocsin.rivalry.fit import fit_rivalry, fit_series, label_of
from tocsin.rivalry.links import SIGNIFICANT, Links, estimate_links
from tocsin.rivalry.planted import Situation, plant
from tocsin.rivalry.result import Rivalry
from tocsin.rivalry.series import Series
from tocsin.rivalry.terms import Terms, make_terms

FIGURES = ("estimate", "low", "high", "pooled", "pooled_low", "pooled_high", "share", "minimum_detectable")
GROUPS = tuple(f"Group {g} @ Planted" for g in (1, 2, 3))


@pytest.fixture(scope="module")
def answered() -> Rivalry:
    return fit_series(answering(0), shifts=99)


# --- a planted link --------------------------------------------------------------------------------------------------


def test_a_planted_link_is_found_and_none_the_other_way(answered: Rivalry) -> None:
    link = answered.link(GROUPS[0], GROUPS[1])
    assert link.label == "answers"
    assert link.p_shift == pytest.approx(0.01)  # of 99 shifts none looks as strong
    assert answered.link(GROUPS[1], GROUPS[0]).label != "answers"
    assert [found.label for found in answered.links].count("answers") == 1


def test_a_planted_link_is_recovered() -> None:
    # The half-life is that of how groups answer themselves, which these do not: in the middle of theatres it is near.
    found = [estimate_links(make_terms(answering(seed), shock=0.0)).estimate for seed in range(9)]
    assert np.median([links[1, 0] for links in found]) == pytest.approx(LINK, abs=0.25)
    assert np.median([links[0, 1] for links in found]) == pytest.approx(0.0, abs=0.2)


def test_a_link_is_its_estimate_between_its_bounds(answered: Rivalry) -> None:
    for link in answered.links:
        assert link.low < link.estimate < link.high
        assert link.high - link.estimate >= (link.estimate - link.low) * (1 - 1e-9)
        assert 0.0 <= link.share <= 1.0
        assert 0.0 < link.p_shift <= 1.0
        assert link.minimum_detectable > 0.0


def test_the_same_seed_gives_the_same_result_and_another_moves_the_checks_alone(answered: Rivalry) -> None:
    series = answering(0)
    assert fit_series(series, shifts=99).to_dict() == answered.to_dict()
    other = fit_series(series, shifts=99, seed=2)
    assert other.null_checks != answered.null_checks
    same_figures(other, answered)


def test_how_many_shifts_there_are_does_not_move_the_estimates(answered: Rivalry) -> None:
    few = fit_series(answering(0), shifts=19)
    same_figures(few, answered)
    assert few.link(GROUPS[0], GROUPS[1]).p_shift == pytest.approx(0.05)


def test_without_months_held_apart_the_rest_is_the_same(answered: Rivalry) -> None:
    quick = fit_series(answering(0), shifts=99, held_apart=False)
    assert (quick.oos_log_score_gain, quick.oos_se, quick.oos_months) == (None, None, 0)
    left_out = {"oos_log_score_gain", "oos_se", "oos_months", "notes"}
    assert {k: v for k, v in quick.to_dict().items() if k not in left_out} == {
        k: v for k, v in answered.to_dict().items() if k not in left_out
    }


def same_figures(one: Rivalry, other: Rivalry) -> None:
    for name in FIGURES:
        assert [getattr(link, name) for link in one.links] == [getattr(link, name) for link in other.links], name
    assert (one.oos_log_score_gain, one.oos_se) == (other.oos_log_score_gain, other.oos_se)
    assert one.driver.log_factor.tolist() == other.driver.log_factor.tolist()


def test_groups_in_another_order_give_the_same_links(answered: Rivalry) -> None:
    order = (GROUPS[2], GROUPS[0], GROUPS[1])
    other = fit_series(answering(0).only(order), shifts=99)
    assert other.groups == order
    for link in answered.links:
        found = other.link(link.source, link.target)
        for name in FIGURES:
            assert getattr(found, name) == pytest.approx(getattr(link, name), rel=2e-3, abs=2e-4), name
        assert found.label == link.label
        assert found.p_shift == pytest.approx(link.p_shift, abs=0.15)  # shifts are drawn by place
    assert other.oos_log_score_gain == pytest.approx(answered.oos_log_score_gain, abs=1e-3)


def test_two_groups_are_enough() -> None:
    rivalry = fit_series(answering(1, n=2), shifts=99)
    assert [link.label for link in rivalry.links].count("answers") == 1
    assert rivalry.link(GROUPS[0], GROUPS[1]).label == "answers"
    rates = {check.name: check.tests for check in rivalry.null_checks}
    assert rates["circular_shifts"] == 198
    assert rates["permuted_labels"] == rates["distant_theatres"] == 0


# --- what cannot be told ---------------------------------------------------------------------------------------------


def test_of_a_source_that_was_silent_nothing_is_told() -> None:
    counts = independent(3, n=3).attacks.copy()
    counts[0, 100:] = 0  # group 1 had ceased before group 2 began
    counts[1, :104] = 0
    rivalry = fit_series(series_of(counts), shifts=49)
    link = rivalry.link(GROUPS[0], GROUPS[1])
    assert (link.estimate, link.low, link.high, link.minimum_detectable) == (0.0, -inf, inf, inf)
    assert (link.label, link.share) == ("cannot_tell", 0.0)
    assert np.isnan(link.p_shift)
    assert np.isfinite([link.pooled, link.pooled_low, link.pooled_high]).all()
    # Of group 3, which was there with both, something is.
    assert np.isfinite(rivalry.link(GROUPS[2], GROUPS[1]).high)
    written = next(
        row
        for row in json.loads(json.dumps(rivalry.to_dict(), allow_nan=False))["links"]
        if (row["source"], row["target"]) == (GROUPS[0], GROUPS[1])
    )
    assert written["low"] is written["high"] is written["minimum_detectable"] is written["p_shift"] is None


def test_ten_attacks_tell_nothing() -> None:
    counts = np.zeros((2, 120), int)
    counts[0, 5:115:11] = 1
    counts[1, 8:118:11] = 1
    rivalry = fit_series(series_of(counts), shifts=19)
    assert {link.label for link in rivalry.links} == {"cannot_tell"}
    assert (rivalry.oos_log_score_gain, rivalry.oos_se) == (None, None)
    json.dumps(rivalry.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("low", "high", "p_shift", "detectable", "per_share", "label"),
    [
        (0.01, 0.5, 0.05, 9.0, 9.0, "answers"),
        (0.01, 0.5, 0.051, 9.0, 9.0, "cannot_tell"),  # looks strong, and so do too many shifts
        (0.01, 0.1, 0.051, 0.1, 1.0, "cannot_tell"),  # nor is what is above zero ever said not to answer
        (0.0, 0.5, 0.01, 9.0, 1.0, "cannot_tell"),  # the interval must lie above zero
        (-0.01, 0.14, 0.5, 0.15, 2.0, "no_answer"),  # 0.15 attacks per attack, and 0.30 of the target's
        (-0.01, 0.16, 0.5, 0.10, 1.0, "cannot_tell"),  # the interval leaves room for more
        (-0.01, 0.01, 0.5, 0.16, 0.1, "cannot_tell"),
        (-0.01, 0.01, 0.5, 0.1, 3.1, "cannot_tell"),  # a tenth of an attack, of a source with three times the attacks
        (-inf, inf, nan, inf, 0.0, "cannot_tell"),
    ],
)
def test_what_is_said_of_a_link(
    low: float, high: float, p_shift: float, detectable: float, per_share: float, label: str
) -> None:
    assert label_of(low, high, p_shift, detectable, per_share) == label


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"shock": -0.1}, "shock is 0 or more"),
        ({"shock": nan}, "shock is 0 or more"),
        ({"shifts": 18}, "at least 19 shifts"),
    ],
)
def test_an_option_that_cannot_be(option: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        fit_series(independent(0, n=2), **option)  # type: ignore[arg-type]


def test_deaths_weigh_only_when_they_are_asked_to(answered: Rivalry) -> None:
    series = answering(0)
    deadly = replace(series, deaths=series.attacks * np.array([[1], [2], [30]], np.int32))
    same_figures(fit_series(deadly, shifts=19), answered)
    weighed = fit_series(deadly, shifts=19, shock=1.0)
    assert weighed.link(GROUPS[0], GROUPS[1]).label == "answers"
    assert weighed.link(GROUPS[0], GROUPS[1]).estimate != answered.link(GROUPS[0], GROUPS[1]).estimate


# --- what is no answer -----------------------------------------------------------------------------------------------


def piled_up(seed: int, share: float) -> Series:
    """Independent groups, of whose attacks `share` is only known to the month and dated to its first day."""
    days = plant(Situation(n_groups=4, days=2192), np.random.default_rng([4, seed]))
    month = days.starts.astype("datetime64[M]").astype(int)
    first_day = np.searchsorted(month, month)
    moved = np.random.default_rng([5, seed]).binomial(days.attacks, share)
    counts = days.attacks - moved
    for g in range(days.n_groups):
        np.add.at(counts[g], first_day, moved[g])
    return series_of(counts[:, : 7 * (2192 // 7)].reshape(4, -1, 7).sum(axis=2))


def without_first_of_month(terms: Terms) -> Terms:
    kept = [[name != "first_of_month" for name in names] for names in terms.log_names]
    logs = tuple(values[:, np.array(keep, bool)] for values, keep in zip(terms.logs, kept, strict=True))
    return replace(terms, logs=logs, log_names=((),) * len(logs))


def apart(links: Links) -> np.ndarray:
    return links.z[~np.eye(len(links.z), dtype=bool)]


@pytest.mark.slow
def test_dates_that_pile_up_on_the_first_of_the_month_make_no_link() -> None:
    found, dropped = [], []
    for seed in range(8):
        terms = make_terms(piled_up(seed, 0.2), shock=0.0)
        assert all("first_of_month" in names for names in terms.log_names)
        found.append(apart(estimate_links(terms)))
        dropped.append(apart(estimate_links(without_first_of_month(terms))))
    assert np.mean(np.array(found) > SIGNIFICANT) <= 0.10
    assert abs(np.mean(found)) < 0.3
    # What the term is there for: without it the weeks after the pile look empty of answers. That makes no link either,
    # but it draws every one of them down, and would hide those that there are.
    assert np.mean(dropped) < -0.4
    assert np.mean(np.array(dropped) > SIGNIFICANT) <= 0.10


def test_the_first_of_the_month_is_told_as_what_it_is() -> None:
    # A fifth of about 5 attacks a month and group, on one week in 4.35 with about 1.2 of its own: log(1.9) or so.
    rivalry = fit_series(piled_up(1, 0.2), shifts=19)
    told = np.array([fit.first_of_month for fit in rivalry.group_fits])
    assert np.mean(told) == pytest.approx(np.log((0.8 * 1.2 + 1.04) / (0.8 * 1.2)), abs=0.2)


def clashing(seed: int) -> Series:
    """Three groups whose attacks have nothing to do with each other, while two of them clash, in bouts."""
    series = independent(seed, n=3)
    rng = np.random.default_rng([13, seed])
    bout = np.repeat(rng.random(series.n_periods // 6) < 0.3, 6)
    clashes = np.zeros_like(series.group_clashes)
    clashes[:2] = rng.poisson(np.where(bout, 20.0, 0.1))
    between = series.relations.clashes.copy()
    between[0, 1] = between[1, 0] = clashes[0].sum()
    return replace(series, group_clashes=clashes, relations=replace(series.relations, clashes=between))


@pytest.mark.slow
def test_clashes_make_no_link_however_many_and_at_once() -> None:
    found = [apart(estimate_links(make_terms(clashing(seed), shock=0.0))) for seed in range(20)]
    assert np.mean(np.array(found) > SIGNIFICANT) <= 0.10
    rivalry = fit_series(clashing(0), shifts=99)
    link = rivalry.link(GROUPS[0], GROUPS[1])
    assert link.label != "answers"
    assert link.clashes == clashing(0).group_clashes[0].sum() > 500
    assert [fit.group_clashes is None for fit in rivalry.group_fits] == [False, False, True]


# --- the packaged figures --------------------------------------------------------------------------------------------


def test_the_packaged_figures_give_an_answer_or_say_that_they_cannot() -> None:
    rivalry = fit_rivalry(packaged_digest(), "Afghanistan", first=date(2015, 1, 1), shifts=49)
    assert len(rivalry.groups) == 2
    assert {(link.source, link.target) for link in rivalry.links} == {rivalry.groups, rivalry.groups[::-1]}
    for link in rivalry.links:
        detectable, per = link.minimum_detectable, np.divide(*attacks_of(rivalry, link.source, link.target))
        assert (link.source_attacks, link.target_attacks) == attacks_of(rivalry, link.source, link.target)
        assert link.label == label_of(link.low, link.high, link.p_shift, detectable, per)
    assert rivalry.first >= date(2015, 1, 1)
    assert rivalry.last <= date(2020, 12, 31)
    tests = {check.name: check.tests for check in rivalry.null_checks}
    assert tests["circular_shifts"] == 98
    assert tests["distant_theatres"] > 20
    assert rivalry.oos_months >= 12
    assert any("chance alone" in note for note in rivalry.notes())
    json.dumps(rivalry.to_dict(), allow_nan=False)


def attacks_of(rivalry: Rivalry, source: str, target: str) -> tuple[int, int]:
    """Attacks of both while the target was there, counted from the digest's series by the target's span."""
    from tocsin.rivalry.series import make_series

    series = make_series(packaged_digest(), "Afghanistan", first=date(2015, 1, 1))
    fit = next(fit for fit in rivalry.group_fits if fit.group == target)
    inside = (series.starts >= np.datetime64(fit.first)) & (series.starts <= np.datetime64(fit.last))
    g, h = series.groups.index(target), series.groups.index(source)
    return int(series.attacks[h, inside].sum()), int(series.attacks[g, inside].sum())


def test_a_theatre_with_one_group_is_refused() -> None:
    with pytest.raises(NotHeldError, match="needs two groups"):
        fit_rivalry(packaged_digest(), "Afghanistan", first=date(1996, 1, 1), last=date(2001, 12, 31))


def test_links_are_in_attacks_of_the_time_when_the_target_was_there() -> None:
    # Eight quiet years, then two of war; group 2 answers group 1 by 0.4 all the time, nearly all of it in the war.
    estimates, labels = [], []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        level = np.where(np.arange(512) < 400, 0.05, 2.0)
        counts, past = np.zeros((3, 512)), 0.0
        burst = rng.random(512) < 0.15
        for t in range(512):
            counts[0, t] = rng.poisson(level[t] * (3 if burst[t] else 0.6))
            counts[2, t] = rng.poisson(level[t])
            counts[1, t] = rng.poisson(level[t] * 0.6 + 0.4 * past)
            past = 0.5 * past + 0.5 * counts[0, t]
        terms = make_terms(series_of(counts), shock=0.0)
        links = estimate_links(terms)
        start, stop = terms.spans[1]
        ratio = counts[0, start:stop].sum() / counts[1, start:stop].sum()
        low = links.estimate[1, 0] - SIGNIFICANT * links.error[1, 0]
        estimates.append(links.estimate[1, 0])
        labels.append(label_of(low, float(links.high[1, 0]), 0.01, float(links.detectable[1, 0]), ratio))
    assert 0.2 < np.mean(estimates) < 0.6
    assert "no_answer" not in labels
