"""Monthly figures of sides, observed or simulated, boiled down to numbers that calibration compares them by.

One function counts both, so that what is compared is the same. Each statistic is on a scale on which equal steps matter
alike: logarithms of rates and ratios, logits of shares, correlations of square roots of counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.calibration.past import Past

Floats = NDArray[np.float64]

# Added to counts before logarithms: half an event, as in the usual estimate of odds.
_HALF = 0.5
LAGS = (1, 6)


@dataclass(frozen=True, eq=False)
class Figures:
    """Monthly counts (draw, side, month), float64: what is observed has one draw.

    `attacks` on civilians, `deaths` in them, `mass_casualty` ones, `clashes` and `clash_deaths`, `events` with a place
    and the `urban_events` among them.
    """

    sides: tuple[str, ...]
    attacks: Floats
    deaths: Floats
    mass_casualty: Floats
    clashes: Floats
    clash_deaths: Floats
    urban_events: Floats
    events: Floats

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return int(self.attacks.shape[0])


@dataclass(frozen=True, eq=False)
class Statistics:
    """Summary statistics by name, `values` (draw, statistic), float64 and finite."""

    names: tuple[str, ...]
    values: Floats


def observed_figures(past: Past) -> Figures:
    """The figures of a past, as one draw."""

    def one(counts: NDArray[np.int64]) -> Floats:
        return counts[None].astype(np.float64)

    return Figures(
        sides=past.sides,
        attacks=one(past.attacks),
        deaths=one(past.deaths),
        mass_casualty=one(past.mass_casualty),
        clashes=one(past.clashes),
        clash_deaths=one(past.clash_deaths),
        urban_events=one(past.urban_events),
        events=one(past.events),
    )


def summarise(figures: Figures, past: Past) -> Statistics:
    """The statistics of each side of a past, from the month it entered on, and of each pair of sides.

    Of attacks and of clashes: `level` (log of the monthly mean), `bursts` (log of variance over mean), `quiet` (share
    of months with none), `lag_1` and `lag_6` (autocorrelation of square roots), `trend` (log ratio of the later to the
    earlier half). Of a side: `deaths_per_attack`, `small_deaths` (the same in months without a mass-casualty attack),
    `mass_casualty` (log of their share of attacks), `civilians` (log odds of a death being in an attack),
    `deaths_per_clash`, `clash_bursts` (how much deaths a clash vary between months), `together` (correlation of attacks
    with clashes), `urban` (log odds of events being in cities) and `urban_trend`. Of a pair: correlations of attacks,
    and of clashes. Where a number is not defined (no events) it is what no events at all would make of it.
    Of a side whose clashes are not its own (a state) only attacks are taken; sides there for under a year are left out.
    """
    names: list[str] = []
    columns: list[Floats] = []

    def add(name: str, column: Floats) -> None:
        names.append(name)
        columns.append(np.nan_to_num(column, nan=0.0, posinf=0.0, neginf=0.0))

    for g, side in enumerate(figures.sides):
        since = slice(int(past.entered[g]), None)
        attacks, clashes = figures.attacks[:, g, since], figures.clashes[:, g, since]
        if attacks.shape[1] < 2 * max(LAGS):
            continue
        for name, column in _of_counts(attacks):
            add(f"{side}.attacks.{name}", column)
        deaths, mass = figures.deaths[:, g, since], figures.mass_casualty[:, g, since]
        for name, column in _of_attack_deaths(attacks, deaths, mass):
            add(f"{side}.{name}", column)
        if not past.fighting[g]:
            continue
        for name, column in _of_counts(clashes):
            add(f"{side}.clashes.{name}", column)
        for name, column in _of_clash_deaths(deaths, clashes, figures.clash_deaths[:, g, since]):
            add(f"{side}.{name}", column)
        add(f"{side}.together", _correlation(np.sqrt(attacks), np.sqrt(clashes)))
        urban, events = figures.urban_events[:, g, since], figures.events[:, g, since]
        half = events.shape[1] // 2
        early, late = _log_odds(urban[:, :half], events[:, :half]), _log_odds(urban[:, half:], events[:, half:])
        add(f"{side}.urban", _log_odds(urban, events))
        add(f"{side}.urban_trend", late - early)
    for a, b in combinations(range(len(figures.sides)), 2):
        since = slice(int(max(past.entered[a], past.entered[b])), None)
        if figures.attacks[:, a, since].shape[1] < 2 * max(LAGS):
            continue
        for what, counts in (("attacks", figures.attacks), ("clashes", figures.clashes)):
            if what == "clashes" and not (past.fighting[a] and past.fighting[b]):
                continue
            name = f"{figures.sides[a]}+{figures.sides[b]}.{what}"
            add(name, _correlation(np.sqrt(counts[:, a, since]), np.sqrt(counts[:, b, since])))
    return Statistics(tuple(names), np.column_stack(columns) if columns else np.zeros((figures.n_draws, 0)))


def _of_counts(counts: Floats) -> Sequence[tuple[str, Floats]]:
    months = counts.shape[1]
    mean, root, half = counts.mean(axis=1), np.sqrt(counts), months // 2
    early, late = counts[:, :half].sum(axis=1), counts[:, months - half :].sum(axis=1)
    return [
        ("level", np.log(mean + _HALF / months)),
        ("bursts", np.log(counts.var(axis=1) + 0.1) - np.log(mean + 0.1)),
        ("quiet", (counts == 0).mean(axis=1)),
        *((f"lag_{lag}", _correlation(root[:, lag:], root[:, :-lag])) for lag in LAGS),
        ("trend", np.log(late + _HALF) - np.log(early + _HALF)),
    ]


def _of_attack_deaths(attacks: Floats, deaths: Floats, mass: Floats) -> Sequence[tuple[str, Floats]]:
    small, all_attacks = mass == 0, attacks.sum(axis=1)
    return [
        ("deaths_per_attack", _log_ratio(deaths.sum(axis=1), all_attacks)),
        ("small_deaths", _log_ratio((deaths * small).sum(axis=1), (attacks * small).sum(axis=1))),
        ("mass_casualty", _log_ratio(mass.sum(axis=1), all_attacks)),
    ]


def _of_clash_deaths(deaths: Floats, clashes: Floats, clash_deaths: Floats) -> Sequence[tuple[str, Floats]]:
    all_clash_deaths = clash_deaths.sum(axis=1)
    a_clash = (all_clash_deaths + _HALF) / (clashes.sum(axis=1) + _HALF)
    # With c clashes of mean k and size s the deaths have the variance c k + c k^2 / s: what is left of it per c k^2.
    off = (clash_deaths - clashes * a_clash[:, None]) ** 2 / np.maximum(clashes, 1.0)
    return [
        ("civilians", _log_ratio(deaths.sum(axis=1), all_clash_deaths)),
        ("deaths_per_clash", np.log(a_clash)),
        ("clash_bursts", np.log(off.mean(axis=1) / a_clash**2 + 0.01)),
    ]


def _log_ratio(over: Floats, under: Floats) -> Floats:
    return np.log(over + _HALF) - np.log(under + _HALF)


def _log_odds(part: Floats, whole: Floats) -> Floats:
    inside = part.sum(axis=1)
    return _log_ratio(inside, whole.sum(axis=1) - inside)


def _correlation(x: Floats, y: Floats) -> Floats:
    """Correlation along the months (draw), 0 where one of the two does not vary."""
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    spread = np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    found: Floats = np.divide((x * y).sum(axis=1), spread, out=np.zeros(len(x)), where=spread > 1e-9)
    return found
