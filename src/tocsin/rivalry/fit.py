"""`fit_rivalry`: who answers whom in one theatre, with intervals, null checks and the out-of-sample test."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tocsin.digest import Digest
from tocsin.errors import InputError, NotHeldError
from tocsin.groups.theatres import Theatre
from tocsin.rivalry.checks import Rates, null_checks
from tocsin.rivalry.diagnostics import diagnose
from tocsin.rivalry.distant import distant_sources
from tocsin.rivalry.estimate import joint
from tocsin.rivalry.heldout import held_out
from tocsin.rivalry.likelihood import means
from tocsin.rivalry.links import SIGNIFICANT, Links, PooledLinks, estimate_links, pooled_links, response_worth
from tocsin.rivalry.result import Driver, GroupFit, Label, Link, NullCheck, Rivalry, Severity
from tocsin.rivalry.series import Kind, Series, make_series
from tocsin.rivalry.severity import HALF_LIFE_WEEKS, fit_severity
from tocsin.rivalry.terms import OWN_HALF_LIVES_WEEKS, Terms, make_terms

Floats = NDArray[np.float64]

SHIFTS = 199
# Over the world's theatres the likelihood falls as deaths are given weight, so that by default attacks count alike.
SHOCK = 0.0
# What "does not answer" rules out: a response above both of these would have been found four times in five.
NOTABLE_RESPONSE = 0.15
NOTABLE_SHARE = 0.30


def fit_rivalry(
    digest: Digest,
    theatre: Theatre | str,
    *,
    kind: Kind = "onesided",
    first: date | None = None,
    last: date | None = None,
    shock: float = SHOCK,
    shifts: int = SHIFTS,
    held_apart: bool = True,
    seed: int = 1,
) -> Rivalry:
    """Who answers whom among the groups of a theatre, by week.

    `kind` says which attacks; `first` and `last` the days between which. `shock` is what the logarithm of deaths adds
    to the worth of a week's attacks (0: attacks alone count). `shifts` is the number of circular shifts of each link.
    `held_apart` says whether months held apart are scored with and without the links, which is half the time.
    Raises `InputError` for impossible options and less than a year, `NotHeldError` when fewer than two groups have
    enough attacks.
    """
    series = make_series(digest, theatre, kind=kind, first=first, last=last)
    countries = theatre.countries if isinstance(theatre, Theatre) else (theatre,)
    on_civilians: Series | None = series
    if kind != "onesided":
        try:
            on_civilians = make_series(digest, theatre, kind="onesided", first=first, last=last)
        except (InputError, NotHeldError):
            on_civilians = None
    distant = distant_sources(digest, series, countries)
    return fit_series(
        series, on_civilians=on_civilians, distant=distant, shock=shock, shifts=shifts, held_apart=held_apart, seed=seed
    )


def fit_series(
    series: Series,
    *,
    on_civilians: Series | None = None,
    distant: Floats | None = None,
    shock: float = SHOCK,
    shifts: int = SHIFTS,
    held_apart: bool = True,
    seed: int = 1,
) -> Rivalry:
    """The same for counts at hand, by week or by day.

    `on_civilians` is the series of kind `onesided` that severity is estimated from, None where there is none; `distant`
    (source, period) are attacks that cannot be answered, for a null check.
    """
    if shock < 0.0 or not np.isfinite(shock):
        raise InputError(f"shock is 0 or more, got {shock}")
    if shifts < 19:
        raise InputError(f"at least 19 shifts are needed to tell 5%, got {shifts}")
    far = np.zeros((0, series.n_periods)) if distant is None else distant
    # Small systems, of which threads would make slow work, and other last bits on another machine.
    with threadpool_limits(limits=1, user_api="blas"):
        terms = make_terms(series, shock=shock)
        links = estimate_links(terms)
        pooled = pooled_links(terms, links)
        rates = null_checks(terms, links, far, shifts=shifts, seed=seed)
        apart = held_out(series, shock=shock) if held_apart else None
        driver = _driver(series, terms, links)
        severity = _severity(on_civilians, shifts, seed)
    return Rivalry(
        theatre=series.theatre,
        kind=series.kind,
        groups=series.groups,
        first=series.first,
        last=series.last,
        step_days=series.step_days,
        links=_links(series, terms, links, pooled, rates),
        group_fits=_group_fits(series, terms, links, seed),
        driver=driver,
        severity=severity,
        response_half_life_weeks=links.half_life_weeks,
        shock=shock,
        null_checks=_null_checks(rates),
        oos_log_score_gain=apart.gain if apart else None,
        oos_se=apart.se if apart else None,
        oos_months=len(apart.gains) if apart else 0,
        left_out=series.left_out,
        seed=seed,
        provenance=series.provenance,
    )


def _links(series: Series, terms: Terms, links: Links, pooled: PooledLinks, rates: Rates) -> tuple[Link, ...]:
    out = []
    relations = series.relations
    for g, target in enumerate(series.groups):
        start, stop = terms.spans[g]
        attacks = terms.counts[:, start:stop].sum(axis=1)
        for h, source in enumerate(series.groups):
            if g == h:
                continue
            told = bool(np.isfinite(links.error[g, h]))
            value = float(links.estimate[g, h]) if told else 0.0
            error = float(links.error[g, h])
            mean, sd = float(pooled.mean_of_links[g, h]), float(pooled.sd_of_links[g, h])
            per_share = float(attacks[h] / attacks[g]) if attacks[g] else float("inf")
            detectable = float(links.detectable[g, h]) if told else float("inf")
            p_shift = float(rates.p_shift[g, h]) if told else float("nan")
            low, high = value - SIGNIFICANT * error, float(links.high[g, h]) if told else float("inf")
            out.append(
                Link(
                    source=source,
                    target=target,
                    kind=series.kind,
                    estimate=value,
                    low=low,
                    high=high,
                    pooled=mean,
                    pooled_low=mean - SIGNIFICANT * sd,
                    pooled_high=mean + SIGNIFICANT * sd,
                    share=min(max(value, 0.0) * per_share, 1.0) if told else 0.0,
                    p_shift=p_shift,
                    minimum_detectable=detectable,
                    label=label_of(low, high, p_shift, detectable, per_share),
                    source_attacks=int(attacks[h]),
                    target_attacks=int(attacks[g]),
                    clashes=int(relations.clashes[g, h]),
                    shared_ground=float(relations.shared_ground[g, h]),
                    allied=bool(relations.allied[g, h]),
                )
            )
    return tuple(out)


def label_of(low: float, high: float, p_shift: float, detectable: float, per_share: float) -> Label:
    """What is said of a link; `per_share` turns further attacks per attack into a share of the target's attacks.

    `answers`: the 90% interval is above zero, and 5% of the circular shifts at most look as strong. `no_answer`: the
    interval holds zero and no response above 0.15 attacks per attack, nor one that makes up more than 30% of the
    target's attacks; and a response of that size would have been found four times in five. Otherwise `cannot_tell`.
    """
    if low > 0.0:
        return "answers" if p_shift <= 0.05 else "cannot_tell"
    most = max(high, detectable)
    if most <= NOTABLE_RESPONSE and most * per_share <= NOTABLE_SHARE:
        return "no_answer"
    return "cannot_tell"


def _group_fits(series: Series, terms: Terms, links: Links, seed: int) -> tuple[GroupFit, ...]:
    out = []
    months = series.starts.astype("datetime64[M]").astype(np.int64)
    point = links.point
    for g, group in enumerate(series.groups):
        start, stop = terms.spans[g]
        target = links.targets[g]
        mean = means(target, point.linear[g], point.logs[g], float(point.loadings[g]), point.driver)
        size = float(point.sizes[g])
        found = diagnose(target.counts, mean, size, months[start:stop], np.random.default_rng([seed, 7, g]))
        logs = dict(zip(terms.log_names[g], point.logs[g].tolist(), strict=True))
        day = timedelta(days=series.step_days)
        out.append(
            GroupFit(
                group=group,
                attacks=int(series.total_attacks[g]),
                fights_a_state=bool(series.state_clashes[g].any()),
                first=series.first + start * day,
                last=series.first + stop * day - timedelta(days=1),
                own=float((point.linear[g] * response_worth(target, point, g))[1 : len(OWN_HALF_LIVES_WEEKS)].sum()),
                size=size,
                state_clashes=logs.get("state_clashes"),
                group_clashes=logs.get("group_clashes"),
                first_of_month=logs.get("first_of_month"),
                residual_mean=found.residual_mean,
                residual_sd=found.residual_sd,
                residual_p=found.residual_p,
                zeros=found.zeros,
                zeros_low=found.zeros_low,
                zeros_high=found.zeros_high,
                largest_month=found.largest_month,
                largest_month_low=found.largest_month_low,
                largest_month_high=found.largest_month_high,
            )
        )
    return tuple(out)


def _driver(series: Series, terms: Terms, links: Links) -> Driver:
    at = joint(links.targets, links.point, links.walk)
    days = np.timedelta64(7, "D") * np.arange(terms.n_blocks)
    return Driver(
        starts=np.datetime64(series.first, "D") + days,
        log_factor=links.point.driver,
        standard_error=np.sqrt(np.maximum(at.solver.variances(), 0.0)),
        step_sd=links.step_sd,
        loadings=links.point.loadings,
    )


def _null_checks(rates: Rates) -> tuple[NullCheck, ...]:
    named = {"circular_shifts": rates.shifts, "distant_theatres": rates.distant, "permuted_labels": rates.permuted}
    return tuple(NullCheck(name, passed / tests if tests else None, tests) for name, (passed, tests) in named.items())


def _severity(on_civilians: Series | None, shifts: int, seed: int) -> Severity:
    if on_civilians is None:
        return Severity(None, None, None, None, 0, 0, HALF_LIFE_WEEKS, "cannot_tell")
    return fit_severity(on_civilians, shifts=shifts, seed=seed)
