"""Events beget events: a discrete-time self-exciting model of each group's attacks, run forward month by month.

For each kind of event, attacks on civilians and fighting, counts of a month are negative binomial around

    mu = c0 + c1 (the group's mean so far) + sum_k a_k F_k(own attacks) + b_k F_k(own fighting) + d F(theatre's others)

with F_k exponentially weighted means of the past, of half-lives of one, four and 24 months. All coefficients are
non-negative and shared by all groups, so that a young group borrows what the others have shown. A large event is drawn
from the pooled severity tail, the rest of a month's deaths from a negative binomial around the group's own deaths per
event, shrunk to everyone's. `excitation_cross` is the same with terms across groups that clash, are allied or are one
actor (`cross_terms`), beside the theatre's sum.

Self-exciting models of such events: Mohler et al. 2011, doi:10.1198/jasa.2011.ap09546; the discrete form: Held, Höhle &
Hofmann 2005, doi:10.1191/1471082X05st098oa.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.sparse import csr_array
from scipy.special import digamma, gammaln

from tocsin.errors import InputError, NotHeldError
from tocsin.forecast.cases import learning_cases
from tocsin.forecast.cross_terms import cross_matrices, cross_now, cross_past
from tocsin.forecast.forecast import Forecast, data_of
from tocsin.forecast.model import HORIZONS, STEPS, Outlook, Probabilities, Target, crossing_probabilities
from tocsin.forecast.tail import TAIL_DEATHS, SeverityTail, fit_tail
from tocsin.months import month_label
from tocsin.panel import History, Panel

Floats = NDArray[np.float64]

HALF_LIVES = (1.0, 4.0, 24.0)
THEATRE_HALF_LIFE = 4.0
CROSS_FILTER = HALF_LIVES.index(THEATRE_HALF_LIFE)
_THEATRE = 2 + 2 * len(HALF_LIVES)  # the place of the theatre's coefficient
LEAST_MONTHS = 60
# Everyone's figures count as so many events of the group's own.
SEVERITY_WEIGHT = 20.0
SMALL_MEAN = 0.5
MOST_TERMS = 1000  # what is left of the distribution by then is rounding
MOST_EVENTS = 2000.0  # a month's count never runs away beyond what has been seen anywhere
_KEEP = 0.5 ** (1.0 / np.array(HALF_LIVES))
_KEEP_THEATRE = 0.5 ** (1.0 / THEATRE_HALF_LIFE)


@dataclass(frozen=True, eq=False)
class _State:
    """What the intensity depends on, per unit: filters (kind, half-life, unit), theatre (kind, unit), mean so far."""

    filters: Floats
    theatre: Floats
    mean: Floats


@dataclass(frozen=True)
class Excitation:
    """The model before fitting; with `cross` terms across groups it has another name."""

    name: str = "excitation"
    version: str = "excitation-2"
    cross: bool = False

    def fit(self, history: History) -> FittedExcitation:
        """Fit on the history; once per history and month.

        Raises `InputError` for countries, `NotHeldError` for a history that is too short.
        """
        return history.once(self.name, lambda: _fit(self.name, history, self.cross))


@dataclass(frozen=True, eq=False)
class FittedExcitation:
    """The model after fitting: coefficients (kind, term), dispersions, severity.

    Terms are: constant, mean so far, own attacks by half-life, own fighting by half-life, theatre, and those of
    `cross_terms` with `cross`.
    """

    name: str
    coefficients: Floats
    dispersions: tuple[float, float]
    tail: SeverityTail
    cross: bool = False

    def forecast(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Forecast:
        """Samples of monthly deaths."""
        samples, _ = self._run(history, draws, rng, steps)
        return self._forecast(history, samples)

    def outlook(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Outlook:
        """Samples, P(at least 25 deaths) from them, and P(mass-casualty attack) from the simulated attacks."""
        samples, attacks = self._run(history, draws, rng, steps)
        forecast = self._forecast(history, samples)
        severity = _Severity(history.panel)
        probabilities: dict[tuple[Target, int], Probabilities] = crossing_probabilities(forecast)
        for horizon in HORIZONS:
            if horizon <= steps:
                none = (1.0 - severity.p_mass_casualty[:, None]) ** attacks[:, :horizon].sum(axis=1)
                probabilities["mass_casualty", horizon] = 1.0 - none.mean(axis=1)
        return Outlook(self.name, forecast, probabilities)

    def _forecast(self, history: History, samples: NDArray[np.float32]) -> Forecast:
        panel = history.panel
        return Forecast(samples, panel.groups, panel.last_month, self.name, *data_of(panel))

    def _run(
        self, history: History, draws: int, rng: np.random.Generator, steps: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Simulated deaths and attacks on civilians, both (unit, step, draw)."""
        panel = history.panel
        severity = _Severity(panel)
        here = _theatre_sums(panel)
        across = cross_matrices(panel) if self.cross else ()
        state = _states(panel, panel.n_months - 1)
        n = len(panel.groups)
        filters = np.repeat(state.filters[..., None], draws, axis=-1)
        theatre = np.repeat(state.theatre[..., None], draws, axis=-1)
        mean = state.mean[..., None]
        deaths = np.empty((n, steps, draws), np.float32)
        attacks = np.empty((n, steps, draws), np.float32)
        for step in range(steps):
            counts = np.empty((2, n, draws))
            others = cross_now(across, filters[:, CROSS_FILTER], theatre) if self.cross else None
            for kind in range(2):
                c = self.coefficients[kind]
                mu = c[0] + c[1] * mean[kind] + c[_THEATRE] * theatre[kind]
                mu = mu + np.einsum("kj,kjud->ud", c[2:_THEATRE].reshape(2, -1), filters)
                if others is not None:
                    mu = mu + np.einsum("j,jud->ud", c[_THEATRE + 1 :], others[kind])
                r = self.dispersions[kind]
                counts[kind] = np.minimum(negative_binomial_draws(mu, r, rng), MOST_EVENTS)
            attacks[:, step] = counts[0]
            deaths[:, step] = severity.draw(counts, self.tail, rng)
            filters += (1.0 - _KEEP)[None, :, None, None] * (counts[:, None] - filters)
            around = np.stack([here @ counts[kind] - counts[kind] for kind in range(2)])
            theatre += (1.0 - _KEEP_THEATRE) * (around - theatre)
        return deaths, attacks


class _Severity:
    """How deadly each group's events are, from its own record and everyone's: arrays (kind, unit) or (unit,)."""

    def __init__(self, panel: Panel) -> None:
        counts = panel.counts
        events = np.stack([counts["events_onesided"].sum(axis=1), _fighting(panel).sum(axis=1)]).astype(float)
        deaths = np.stack(
            [counts["deaths_onesided"].sum(axis=1), (counts["deaths"] - counts["deaths_onesided"]).sum(axis=1)]
        ).astype(float)
        # Fighting's largest event of a month is known where it is larger than the month's largest attack.
        apart = np.where(counts["largest"] > counts["largest_onesided"], counts["largest"], 0)
        largest = (counts["largest_onesided"], apart)
        large = np.stack([(size >= TAIL_DEATHS).sum(axis=1) for size in largest])
        in_large = np.stack([np.where(size >= TAIL_DEATHS, size, 0).sum(axis=1) for size in largest])
        small_events = np.maximum(events - large, 0.0)
        small_deaths = np.maximum(deaths - in_large, 0.0)
        self.p_large = _shrunk(large, events)
        self.mean_small = _shrunk(small_deaths, small_events)
        self.p_mass_casualty = _shrunk(panel.mass_casualty.sum(axis=1)[None].astype(float), events[:1])[0]

    def draw(self, counts: Floats, tail: SeverityTail, rng: np.random.Generator) -> NDArray[np.float32]:
        """Deaths of a month with these numbers of events, (kind, unit, draw) to (unit, draw)."""
        total = np.zeros(counts.shape[1:], np.float32)
        for kind in range(2):
            some = np.nonzero(counts[kind])
            n = counts[kind][some].astype(np.int64)
            large = rng.binomial(n, self.p_large[kind][some[0]])
            # Small events are geometric-like: their sum is negative binomial with their number as its size.
            size = np.maximum(n - large, 0)
            rate = rng.standard_gamma(np.maximum(size, 1e-9)) * self.mean_small[kind][some[0]]
            deaths = rng.poisson(rate).astype(float)
            owner = np.repeat(np.arange(len(large)), large)
            np.add.at(deaths, owner, tail.draw(len(owner), rng))
            total[some] += deaths
        return total


def negative_binomial_draws(mu: Floats, size: float, rng: np.random.Generator) -> Floats:
    """Negative binomial numbers of mean `mu` and variance mu + mu^2 / size, an array of the shape of `mu`.

    Most means are small: there the distribution function is inverted, term by term, which is several times faster than
    a Poisson number of gamma mean.
    """
    out = np.zeros(mu.size)
    mean = mu.reshape(-1)
    small = mean < SMALL_MEAN
    large = np.flatnonzero(~small)
    out[large] = rng.poisson(mean[large] * rng.standard_gamma(size, size=len(large)) / size)
    place = np.flatnonzero(small)
    u = rng.random(len(place))
    term = (size / (size + mean[place])) ** size
    left = np.flatnonzero(u > term)
    place, u, term = place[left], u[left] - term[left], term[left]
    k = 0
    while len(place) and k < MOST_TERMS:
        k += 1
        out[place] = k
        term = term * (k - 1 + size) / k * mean[place] / (mean[place] + size)
        left = np.flatnonzero(u > term)
        place, u, term = place[left], u[left] - term[left], term[left]
    return out.reshape(mu.shape)


def _shrunk(part: Floats, whole: Floats) -> Floats:
    """Ratios per unit, drawn to everyone's by `SEVERITY_WEIGHT` events: (kind, unit)."""
    everyone = part.sum(axis=1, keepdims=True) / np.maximum(whole.sum(axis=1, keepdims=True), 1.0)
    return np.asarray((part + SEVERITY_WEIGHT * everyone) / (whole + SEVERITY_WEIGHT))


def _fighting(panel: Panel) -> NDArray[np.int32]:
    return np.asarray(panel.counts["events"] - panel.counts["events_onesided"])


def _theatre_sums(panel: Panel) -> csr_array:
    """Sums over the groups of each group's theatre, itself included: (unit, unit)."""
    label = np.unique(np.array(panel.theatres, dtype=str), return_inverse=True)[1]
    n = len(label)
    one_hot = csr_array((np.ones(n), (label, np.arange(n))), shape=(int(label.max(initial=0)) + 1, n))
    return csr_array(one_hot.T @ one_hot)


class _Past:
    """Filters of the past at every month, made by one pass: (kind, half-life, unit, month) and so on."""

    def __init__(self, panel: Panel) -> None:
        counts = np.stack([panel.counts["events_onesided"], _fighting(panel)]).astype(np.float32)
        here = _theatre_sums(panel).astype(np.float32)
        others = np.stack([here @ counts[kind] - counts[kind] for kind in range(2)])
        n, months = counts.shape[1:]
        self.filters = np.empty((2, len(HALF_LIVES), n, months), np.float32)
        self.theatre = np.empty((2, n, months), np.float32)
        level = np.zeros((2, len(HALF_LIVES), n))
        around = np.zeros((2, n))
        for t in range(months):
            level += (1.0 - _KEEP)[None, :, None] * (counts[:, None, :, t] - level)
            around += (1.0 - _KEEP_THEATRE) * (others[:, :, t] - around)
            self.filters[..., t] = level
            self.theatre[..., t] = around
        first = (counts.sum(axis=0) > 0).argmax(axis=1)
        age = np.maximum(np.arange(1, months + 1)[None] - first[:, None], 1)
        self.mean = np.cumsum(counts, axis=2) / age[None]


def _states(panel: Panel, t: int) -> _State:
    past = _Past(panel)
    return _State(
        past.filters[..., t].astype(float), past.theatre[..., t].astype(float), past.mean[..., t].astype(float)
    )


def _fit(name: str, history: History, cross: bool) -> FittedExcitation:
    panel = history.panel
    if panel.unit != "group":
        raise InputError(f"{name} is a model of groups and their events, not of countries")
    if panel.n_months < LEAST_MONTHS or not panel.counts["events"].any():
        raise NotHeldError(
            f"too little history to learn from by {month_label(panel.last_month)}: {name} needs {LEAST_MONTHS} months"
        )
    past = _Past(panel)
    across = cross_past(panel, past.filters[:, CROSS_FILTER], past.theatre) if cross else None
    g, t, weight = learning_cases(history, panel.n_months - 2)
    counts = (panel.counts["events_onesided"], _fighting(panel))
    coefficients, dispersions = [], []
    for kind in range(2):
        terms = np.column_stack(
            [
                np.ones(len(g)),
                past.mean[kind, g, t],
                past.filters[:, :, g, t].reshape(2 * len(HALF_LIVES), -1).T,
                past.theatre[kind, g, t],
                *(() if across is None else across[kind][:, g, t]),
            ]
        ).astype(float)
        theta, r = _negative_binomial(terms, counts[kind][g, t + 1].astype(float), weight)
        # What never happened so far has no coefficient, and must not get one by chance.
        coefficients.append(np.where(terms.any(axis=0), theta, 0.0))
        dispersions.append(r)
    return FittedExcitation(name, np.stack(coefficients), (dispersions[0], dispersions[1]), fit_tail(panel), cross)


def _negative_binomial(terms: Floats, y: Floats, weight: Floats) -> tuple[Floats, float]:
    """Non-negative coefficients and size of a negative binomial with identity link, by maximum likelihood."""
    mass = weight / weight.sum()
    # Sums by einsum, not by BLAS, whose order of summation may depend on the number of threads.
    scale = np.maximum(np.einsum("ij,i->j", terms, mass), 1e-6)

    def loss(theta: Floats) -> tuple[float, Floats]:
        c, r = np.exp(theta[:-1]) / scale, np.exp(theta[-1])
        mu = np.einsum("ij,j->i", terms, c) + 1e-9
        log_part = gammaln(y + r) - gammaln(r) + r * (np.log(r) - np.log(r + mu)) + y * (np.log(mu) - np.log(r + mu))
        by_mu = y / mu - (y + r) / (r + mu)
        by_r = digamma(y + r) - digamma(r) + np.log(r) - np.log(r + mu) + 1.0 - (r + y) / (r + mu)
        slope = np.einsum("ij,i->j", terms, mass * by_mu) * c
        return -float(np.sum(mass * log_part)), -np.append(slope, r * np.sum(mass * by_r))

    start = np.append(np.log(np.full(terms.shape[1], np.sum(y * mass) / terms.shape[1] + 1e-6)), -1.0)
    found = optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(-16.0, 6.0)] * terms.shape[1] + [(-6.0, 6.0)]
    )
    return np.exp(found.x[:-1]) / scale, float(np.exp(found.x[-1]))
