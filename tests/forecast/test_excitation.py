"""The self-exciting model: planted coefficients come back, means run as the recursion says, severity by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.special import gammaln

from planted_groups import FIRST, Event, digest_of, rivals, with_another_future
from tocsin.errors import InputError, NotHeldError
from tocsin.forecast import Excitation, excitation
from tocsin.forecast.excitation import (
    HALF_LIVES,
    LEAST_MONTHS,
    SEVERITY_WEIGHT,
    THEATRE_HALF_LIFE,
    FittedExcitation,
    negative_binomial_draws,
)
from tocsin.forecast.tail import SeverityTail
from tocsin.panel import History, Panel, build_panel

Floats = NDArray[np.float64]
STATE = "Government of Mali"
NO_TAIL = SeverityTail(0.2, 20.0, 3.0, 3.0, 0.5, (1.0, 0.0, 0.0), 100)
MEAN_LARGE = 19.5 + 20 / (1 - 0.2)  # of `NO_TAIL`


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def terms_of(n: int, seed: int = 3) -> Floats:
    """A constant and three made-up terms, one of which is zero half of the time."""
    made = rng(seed)
    sparse = made.exponential(2.0, n) * (made.random(n) < 0.5)
    return np.column_stack([np.ones(n), made.exponential(1.0, n), sparse, made.exponential(0.5, n)])


@pytest.mark.parametrize("size", [0.4, 3.0])
def test_planted_coefficients_are_recovered(size: float) -> None:
    terms, true = terms_of(40_000), np.array([0.05, 0.4, 0.2, 0.0])
    mu = terms @ true
    y = stats.nbinom(size, size / (size + mu)).rvs(random_state=rng(4)).astype(float)
    found, r = excitation._negative_binomial(terms, y, np.ones(len(y)))
    np.testing.assert_allclose(found, true, atol=0.025)
    assert r == pytest.approx(size, rel=0.1)
    assert (found >= 0).all()


def test_a_weight_is_so_many_cases() -> None:
    terms = terms_of(3000)
    y = rng(5).poisson(terms @ [0.1, 0.3, 0.2, 0.1]).astype(float)
    weight = np.where(np.arange(3000) % 3 == 0, 5.0, 1.0)
    times = weight.astype(int)
    weighted = excitation._negative_binomial(terms, y, weight)
    repeated = excitation._negative_binomial(np.repeat(terms, times, axis=0), np.repeat(y, times), np.ones(times.sum()))
    # Both searches end near the same top, not at its very point.
    np.testing.assert_allclose(weighted[0], repeated[0], atol=2e-3)
    assert not np.allclose(weighted[0], excitation._negative_binomial(terms, y, np.ones(3000))[0], atol=2e-3)


def test_the_gradient_is_that_of_the_loss_and_the_loss_the_likelihood(monkeypatch: pytest.MonkeyPatch) -> None:
    held: dict[str, Any] = {}

    def minimize(loss: Any, start: Floats, **options: Any) -> Any:
        held["loss"] = loss
        return real(loss, start, **options)

    real = optimize.minimize
    monkeypatch.setattr(excitation.optimize, "minimize", minimize)
    terms = terms_of(400)
    y = rng(6).poisson(terms @ [0.1, 0.3, 0.2, 0.1]).astype(float)
    weight = rng(7).uniform(0.5, 5, 400)
    excitation._negative_binomial(terms, y, weight)
    loss = held["loss"]
    scale = weight @ terms / weight.sum()
    for seed in range(4):
        theta = rng(seed).normal(-0.5, 0.7, 5)
        numerical = optimize.approx_fprime(theta, lambda at: loss(at)[0], 1e-7)
        np.testing.assert_allclose(loss(theta)[1], numerical, rtol=1e-3, atol=1e-5)
        mu, r = terms @ (np.exp(theta[:-1]) / scale), np.exp(theta[-1])
        each = stats.nbinom(r, r / (r + mu)).logpmf(y)
        # The factorials of the numbers depend on no coefficient and are left out.
        assert loss(theta)[0] == pytest.approx(-(weight @ (each + gammaln(y + 1))) / weight.sum(), rel=1e-6)


@pytest.mark.parametrize(("mean", "size"), [(0.01, 0.1), (0.3, 0.1), (0.49, 2.0), (0.6, 0.1), (7.0, 1.5)])
def test_numbers_drawn_are_negative_binomial(mean: float, size: float) -> None:
    n = 100_000
    drawn = negative_binomial_draws(np.full((2, n // 2), mean), size, rng(9))
    assert drawn.shape == (2, n // 2)
    law = stats.nbinom(size, size / (size + mean))
    for k in range(12):
        p = law.pmf(k)
        assert (drawn == k).mean() == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / n) + 5 / n)
    assert drawn.mean() == pytest.approx(mean, abs=5 * law.std() / np.sqrt(n))


def test_small_and_large_means_do_not_get_in_each_others_way() -> None:
    mu = np.array([[0.0, 0.1, 50.0], [5.0, 0.0, 0.2]])
    drawn = negative_binomial_draws(np.repeat(mu[..., None], 20_000, axis=-1), 2.0, rng())
    np.testing.assert_allclose(drawn.mean(axis=-1), mu, atol=0.02, rtol=0.05)
    assert not drawn[mu == 0].any()


def months_of(counts: NDArray[np.int64], theatre: str, name: str, kind: str, deaths: int) -> list[Event]:
    other = "Civilians" if kind == "onesided" else f"Government of {theatre}"
    return [
        (theatre, FIRST + t, kind, name, other, deaths) for t, count in enumerate(counts.tolist()) for _ in range(count)
    ]


def three_groups(months: int = 40) -> Panel:
    """Two groups of Mali and one of Peru with random attacks (3 deaths) and clashes with the state (1 death)."""
    made = rng(11)
    events: list[Event] = []
    for name, theatre, pace in (("A", "Mali", 0.5), ("B", "Mali", 2.0), ("C", "Peru", 1.0)):
        events += months_of(made.poisson(pace, months), theatre, name, "onesided", 3)
        events += months_of(made.poisson(2 * pace, months), theatre, name, "state", 1)
    return build_panel(digest_of(events, last=FIRST + months - 1))


def model_of(civilians: dict[str, float], fighting: dict[str, float], *, size: float = 5.0) -> FittedExcitation:
    """A model with these coefficients: `c`, `mean`, `attacks_1`, `fighting_24`, `theatre` and so on, else zero."""
    names = ["c", "mean", *(f"{kind}_{h:g}" for kind in ("attacks", "fighting") for h in HALF_LIVES), "theatre"]
    rows = [[given.get(name, 0.0) for name in names] for given in (civilians, fighting)]
    assert not (civilians.keys() | fighting.keys()) - set(names)
    return FittedExcitation("excitation", np.array(rows), (size, size), NO_TAIL)


def expected(model: FittedExcitation, panel: Panel, steps: int) -> Floats:
    """Mean numbers of events ahead, (kind, group, step): all is linear, so that means run forward like numbers."""
    attacks = panel.counts["events_onesided"]
    past = np.stack([attacks, panel.counts["events"] - attacks]).astype(float)
    n, months = past.shape[1:]
    first = [next(t for t in range(months) if past[:, g, t].sum()) for g in range(n)]
    run = list(np.moveaxis(past, 2, 0))
    for _ in range(steps):
        new = np.zeros((2, n))
        for g in range(n):
            mates = [h for h in range(n) if h != g and panel.theatres[h] == panel.theatres[g]]
            for kind in (0, 1):
                c = model.coefficients[kind]

                def filtered(values: list[float], half_life: float) -> float:
                    keep = 0.5 ** (1 / half_life)
                    return (1 - keep) * sum(value * keep**age for age, value in enumerate(reversed(values)))

                mu = c[0] + c[1] * past[kind, g].sum() / (months - first[g])
                for j in (0, 1):
                    for k, half_life in enumerate(HALF_LIVES):
                        mu += c[2 + 3 * j + k] * filtered([month[j, g] for month in run], half_life)
                mu += c[-1] * filtered([sum(month[kind, h] for h in mates) for month in run], THEATRE_HALF_LIFE)
                new[kind, g] = mu
        run.append(new)
    return np.stack(run[months:], axis=2)


MODELS = {
    "constant and mean": model_of({"c": 0.2, "mean": 0.5}, {"mean": 1.0}),
    "own attacks": model_of({"c": 0.1, "attacks_1": 0.4, "attacks_24": 0.3}, {"attacks_4": 0.7}),
    "own fighting": model_of({"fighting_1": 0.1, "fighting_4": 0.2}, {"fighting_24": 0.5, "fighting_1": 0.3}),
    "theatre": model_of({"c": 0.1, "theatre": 0.3}, {"c": 0.3, "theatre": 0.4}),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_mean_events_and_deaths_run_forward_as_the_recursion_says(model: FittedExcitation) -> None:
    panel, draws = three_groups(), 8000
    deaths, attacks = model._run(History(panel), draws, rng(2), 6)
    mean = expected(model, panel, 6)
    assert attacks.shape == (3, 6, draws)
    error = attacks.std(axis=2) / np.sqrt(draws)
    assert (np.abs(attacks.mean(axis=2) - mean[0]) < 5 * error + 1e-4).all()
    severity = excitation._Severity(panel)
    each = severity.p_large * MEAN_LARGE + (1 - severity.p_large) * severity.mean_small
    error = deaths.std(axis=2) / np.sqrt(draws)
    assert (np.abs(deaths.mean(axis=2) - np.einsum("kgs,kg->gs", mean, each)) < 5 * error + 1e-3).all()


def test_severity_by_hand() -> None:
    # A: 4 attacks with 2, 2, 30 and 26 deaths, the last two large; 2 clashes with 1 death each.
    # B: 6 attacks with 1 death each; no clash.
    events: list[Event] = [("Mali", FIRST + t, "onesided", "A", "Civilians", n) for t, n in enumerate((2, 2, 30, 26))]
    events += [("Mali", FIRST + t, "state", "A", STATE, 1) for t in (0, 2)]
    events += [("Peru", FIRST + t, "onesided", "B", "Civilians", 1) for t in range(6)]
    severity = excitation._Severity(build_panel(digest_of(events, last=FIRST + 7)))
    w = SEVERITY_WEIGHT
    # Everyone: 2 large of 10 attacks; the 8 small ones have 10 deaths; 2 of the 10 are mass-casualty attacks.
    np.testing.assert_allclose(severity.p_large[0], [(2 + w * 0.2) / (4 + w), (w * 0.2) / (6 + w)])
    np.testing.assert_allclose(severity.mean_small[0], [(4 + w * 10 / 8) / (2 + w), (6 + w * 10 / 8) / (6 + w)])
    np.testing.assert_allclose(severity.p_mass_casualty, [(2 + w * 0.2) / (4 + w), (w * 0.2) / (6 + w)])
    # Everyone's fighting: 2 clashes, none large, one death each; B has none and is given everyone's.
    np.testing.assert_allclose(severity.p_large[1], [0, 0])
    np.testing.assert_allclose(severity.mean_small[1], [1, 1])


def test_a_large_clash_is_told_from_an_attack_of_the_same_month() -> None:
    # The month's largest event is a clash of 50, its largest attack 5: large is one clash, no attack.
    events: list[Event] = [("Mali", FIRST, "state", "A", STATE, 50), ("Mali", FIRST, "onesided", "A", "Civilians", 5)]
    severity = excitation._Severity(build_panel(digest_of(events, last=FIRST + 1)))
    assert severity.p_large.tolist() == [[0], [1]]
    assert severity.mean_small[0].tolist() == [5]


def test_a_group_that_attacks_more_is_more_likely_to_commit_a_mass_casualty_attack() -> None:
    panel = three_groups()
    said = MODELS["own attacks"].outlook(History(panel), draws=500, rng=rng(), steps=12)
    p = [said.probabilities["mass_casualty", h] for h in (3, 6, 12)]
    assert (p[0] <= p[1]).all()
    assert (p[1] <= p[2]).all()
    # None has committed one; a chance of zero is what the record says of everyone.
    assert not p[2].any()
    panel.mass_casualty[1, 5] += 1
    some = MODELS["own attacks"].outlook(History(panel), draws=500, rng=rng(), steps=12).probabilities
    a, b, _ = some["mass_casualty", 12]
    assert b > a > 0
    assert {h for target, h in some if target == "deaths25"} == {3, 6, 12}


def test_the_chance_of_a_mass_casualty_attack_by_hand() -> None:
    # Constant 2 attacks a month for certain (a huge size makes it Poisson): 1 - E(1 - p)^N = 1 - exp(-2 h p).
    panel = three_groups()
    panel.mass_casualty[:, 3] = 1
    model = model_of({"c": 2.0}, {}, size=1e6)
    said = model.outlook(History(panel), draws=20_000, rng=rng(), steps=12).probabilities
    p = excitation._Severity(panel).p_mass_casualty
    for horizon in (3, 6, 12):
        np.testing.assert_allclose(said["mass_casualty", horizon], 1 - np.exp(-2 * horizon * p), atol=0.005)


OWN = 0.7
TRUE = np.array([0, 1 - OWN, 0, OWN, 0, 0, 0, 0, 0])  # its mean so far; its attacks by a half-life of four months


@cache
def self_exciting() -> tuple[History, Floats]:
    """Sixty groups whose attacks beget attacks, as their past is drawn by the true model, and clashes that do nothing.

    With them the attacks of the year after, which the history does not hold.
    """
    made, groups, months = rng(21), 60, 240
    keep = 0.5 ** (1 / 4)
    # A group's own pace stands for its mean so far, which it comes to after a while.
    pace = made.exponential(0.5, groups)
    level, attacks = pace.copy(), np.zeros((groups, months + 12), np.int64)
    for t in range(months + 12):
        attacks[:, t] = negative_binomial_draws((1 - OWN) * pace + OWN * level, 2.0, made)
        level = keep * level + (1 - keep) * attacks[:, t]
    events: list[Event] = []
    for g in range(groups):
        events += months_of(attacks[g, :months], f"Land {g:02d}", "Band", "onesided", 4)
        events += months_of(made.poisson(0.4, months), f"Land {g:02d}", "Band", "state", 1)
    regions = {f"Land {g:02d}": "Nowhere" for g in range(groups)}
    panel = build_panel(digest_of(events, last=FIRST + months - 1), regions=regions)
    return History(panel), attacks[:, months:].astype(float)


def test_a_planted_self_excitation_is_found() -> None:
    history, _ = self_exciting()
    fitted = Excitation().fit(history)
    c = fitted.coefficients[0]
    assert c[2:5].sum() == pytest.approx(OWN, abs=0.1)
    assert c[3] > c[2]
    assert c[3] > c[4]
    assert c[1] == pytest.approx(1 - OWN, abs=0.1)
    # Neither clashes nor neighbours, of whom there are none, had a part in it.
    assert c[5:8].sum() * 0.4 < 0.02
    assert fitted.dispersions[0] == pytest.approx(2.0, rel=0.2)


def test_the_forecast_of_a_planted_theatre_is_near_the_truth_and_what_came() -> None:
    history, came = self_exciting()
    fitted = Excitation().fit(history)
    true = replace(fitted, coefficients=np.stack([TRUE, fitted.coefficients[1]]), dispersions=(2.0, 1.0))
    ours, best = (model._run(history, 400, rng(3), 12)[1].mean(axis=2) for model in (fitted, true))
    assert ours.sum() == pytest.approx(best.sum(), rel=0.05)
    np.testing.assert_allclose(ours.sum(axis=1), best.sum(axis=1), rtol=0.25, atol=1.0)
    assert ours.sum() == pytest.approx(came.sum(), rel=0.15)
    # Who is at it now goes on for a while: nearer to what came than each group's mean so far.
    mean = history.panel.counts["events_onesided"].mean(axis=1)[:, None]
    assert np.abs(ours - came)[:, :3].mean() < np.abs(mean - came)[:, :3].mean()


def planted_rivals(month: int = FIRST + 119, events: list[Event] | None = None) -> History:
    last = FIRST + 131
    events = rivals(months=132, pairs=8) if events is None else events
    return History(build_panel(digest_of(events, last=last))).up_to(month)


def test_nothing_after_the_month_is_used() -> None:
    month = FIRST + 119
    calm = planted_rivals(month)
    wild = planted_rivals(month, with_another_future(rivals(months=132, pairs=8), month, last=FIRST + 131))
    assert calm.panel.groups == wild.panel.groups
    one, two = (Excitation().fit(history) for history in (calm, wild))
    np.testing.assert_array_equal(one.coefficients, two.coefficients)
    assert (one.dispersions, one.tail) == (two.dispersions, two.tail)
    a, b = (model.outlook(h, draws=30, rng=rng()) for model, h in ((one, calm), (two, wild)))
    assert a.forecast is not None
    assert b.forecast is not None
    np.testing.assert_array_equal(a.forecast.samples, b.forecast.samples)
    for key, p in a.probabilities.items():
        np.testing.assert_array_equal(p, b.probabilities[key])
    later = Excitation().fit(planted_rivals(month + 12))
    assert (later.coefficients != one.coefficients).any()


def test_other_names_in_the_same_order_and_later_months_change_nothing() -> None:
    history = planted_rivals()
    fitted = Excitation().fit(history)
    events = [e for e in rivals(months=132, pairs=8) if e[1] < FIRST + 120]
    renamed = [(e[0], e[1], e[2], *(side.replace("Front", "Army") for side in e[3:5]), e[5]) for e in events]
    shifted = [(*e[:1], e[1] + 30, *e[2:]) for e in events]
    panels = [
        build_panel(digest_of(renamed, last=FIRST + 119)),  # type: ignore[arg-type]
        build_panel(digest_of(shifted, first=FIRST + 30, last=FIRST + 149)),  # type: ignore[arg-type]
    ]
    for panel in panels:
        other = Excitation().fit(History(panel))
        np.testing.assert_array_equal(other.coefficients, fitted.coefficients)
        ours, theirs = (m.forecast(h, draws=5, rng=rng()) for m, h in ((fitted, history), (other, History(panel))))
        np.testing.assert_array_equal(ours.samples, theirs.samples)


def test_a_fit_is_made_once_a_month() -> None:
    history = planted_rivals()
    assert Excitation().fit(history) is Excitation().fit(history)
    assert Excitation().fit(history.up_to(FIRST + 100)) is Excitation().fit(history.up_to(FIRST + 100))


def test_the_forecast_says_where_it_is_from() -> None:
    history = planted_rivals()
    forecast = Excitation().fit(history).forecast(history, draws=7, rng=rng(), steps=5)
    assert (forecast.model, forecast.origin, forecast.vintage) == ("excitation", FIRST + 119, "planted 1")
    assert forecast.units == history.panel.groups
    assert forecast.samples.shape == (len(history.panel.groups), 5, 7)


def test_countries_are_refused() -> None:
    panel = replace(three_groups(70), unit="country")
    with pytest.raises(InputError, match="of groups and their events, not of countries"):
        Excitation().fit(History(panel))


def test_too_little_history_is_said() -> None:
    with pytest.raises(NotHeldError, match=rf"too little history to learn from by 1993-11.*{LEAST_MONTHS} months"):
        Excitation().fit(History(three_groups(LEAST_MONTHS - 1)))
    assert Excitation().fit(History(three_groups(LEAST_MONTHS))).name == "excitation"
