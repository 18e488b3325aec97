"""What a model may know of a group at each origin: one array of features, each looking back only.

The value at month t uses months up to and including t. `FEATURES` names each feature, the theme it belongs to, and what
it is in plain words with its unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tocsin.groups.names import members
from tocsin.panel.panel import FloatArray, Panel, trailing

Sums = NDArray[np.int64]


@dataclass(frozen=True)
class Feature:
    """One column of the feature array: its name, theme, and meaning in plain words."""

    name: str
    theme: str
    meaning: str


def _feature_list() -> tuple[Feature, ...]:
    rows: list[tuple[str, str, str]] = []
    rows += [(f"deaths_{m}m", "momentum", f"log deaths in the last {m} months") for m in (1, 3, 6, 12, 24, 60)]
    rows += [(f"events_{m}m", "momentum", f"log events in the last {m} months") for m in (1, 3, 12, 24)]
    rows += [
        ("deaths_decayed_3m", "momentum", "log deaths, each month's weight halving every 3 months"),
        ("deaths_decayed_12m", "momentum", "log deaths, each month's weight halving every 12 months"),
        ("deaths_total", "age and emergence", "log deaths ever"),
        ("trend", "momentum", "log deaths of the last 3 months against the 12-month average"),
        ("trend_long", "momentum", "log deaths of the last 12 months against the 60-month average"),
        ("active_months_12m", "momentum", "months with a death, of the last 12"),
        ("active_months_60m", "momentum", "months with a death, of the last 60"),
        ("since_death", "momentum", "months since the last recorded death"),
        ("age", "age and emergence", "months since the first recorded event"),
        ("peak_12m", "age and emergence", "log of the most deaths in any 12 months so far"),
        ("share_of_peak", "age and emergence", "deaths of the last 12 months as a share of the peak"),
        ("since_ongoing", "age and emergence", "months since 12 months last held 25 deaths"),
        ("largest_12m", "severity", "log deaths in the largest event of the last 12 months"),
        ("largest_ever", "severity", "log deaths in the largest event ever"),
        ("mass_casualty_12m", "severity", "mass-casualty events in the last 12 months"),
        ("mass_casualty_36m", "severity", "mass-casualty events in the last 36 months"),
        ("mass_casualty_ever", "severity", "mass-casualty events ever"),
        ("since_mass_casualty", "severity", "months since the last mass-casualty event"),
        ("deaths_onesided_3m", "severity", "log deaths in attacks on civilians in the last 3 months"),
        ("deaths_onesided_12m", "severity", "log deaths in attacks on civilians in the last 12 months"),
        ("deaths_onesided_60m", "severity", "log deaths in attacks on civilians in the last 60 months"),
        ("deaths_onesided_1m", "severity", "log deaths in attacks on civilians in the last month"),
        ("deaths_per_onesided_24m", "severity", "deaths per attack on civilians, last 24 months"),
        ("largest_onesided_12m", "severity", "log deaths in the largest attack on civilians of the last 12 months"),
        ("largest_onesided_36m", "severity", "log deaths in the largest attack on civilians of the last 36 months"),
        ("largest_onesided_ever", "severity", "log deaths in the largest attack on civilians ever"),
        ("events_onesided_1m", "severity", "log attacks on civilians in the last month"),
        ("events_onesided_3m", "severity", "log attacks on civilians in the last 3 months"),
        ("events_onesided_12m", "severity", "log attacks on civilians in the last 12 months"),
        ("events_onesided_36m", "severity", "log attacks on civilians in the last 36 months"),
        ("since_onesided", "severity", "months since the last attack on civilians"),
        ("severe_onesided_12m", "severity", "months with an attack on civilians of 10 deaths or more, of the last 12"),
        ("severe_onesided_36m", "severity", "months with an attack on civilians of 10 deaths or more, of the last 36"),
        ("since_severe_onesided", "severity", "months since the last attack on civilians with 10 deaths or more"),
        ("mass_casualty_3m", "severity", "mass-casualty events in the last 3 months"),
        ("mass_casualty_6m", "severity", "mass-casualty events in the last 6 months"),
        ("mass_casualty_decayed_6m", "severity", "mass-casualty events, each month's weight halving every 6 months"),
        ("mass_casualty_decayed_24m", "severity", "mass-casualty events, each month's weight halving every 24 months"),
        (
            "nearby_deaths_3m",
            "rivals",
            "log deaths in others' events near its cells (opponents' part of its clashes too), 3 months",
        ),
        (
            "nearby_deaths_12m",
            "rivals",
            "log deaths in others' events near its cells (opponents' part of its clashes too), 12 months",
        ),
        (
            "nearby_trend",
            "rivals",
            "log deaths in others' events near its cells, 3 months against the 12-month average",
        ),
        ("share_onesided", "spread and displacement", "share of deaths in attacks on civilians, last 24 months"),
        ("share_nonstate", "rivals", "share of deaths in clashes with other groups, last 24 months"),
        (
            "shift_onesided",
            "spread and displacement",
            "change of the share of deaths in such attacks, 6 against 24 months",
        ),
        ("cells_3m", "spread and displacement", "cell-months with an event, last 3 months"),
        ("cells_12m", "spread and displacement", "cell-months with an event, last 12 months"),
        ("new_cells_6m", "spread and displacement", "half-degree cells used for the first time, last 6 months"),
        ("urban_share", "spread and displacement", "share of events in cells with a city, last 12 months"),
        ("urban_shift", "spread and displacement", "change of the urban share, 6 against 24 months"),
        ("state_events_3m", "clashes with the state", "log recorded clashes with a state, last 3 months"),
        ("state_events_12m", "clashes with the state", "log recorded clashes with a state, last 12 months"),
        (
            "state_onesided_12m",
            "clashes with the state",
            "log deaths in states' attacks on civilians there, 12 months",
        ),
        ("rivals", "rivals", "groups it has clashed with that had a death in the last 12 months"),
        ("rival_deaths_3m", "rivals", "log deaths of the groups it has clashed with, last 3 months"),
        ("rival_deaths_12m", "rivals", "log deaths of the groups it has clashed with, last 12 months"),
        ("rival_mass_casualty_12m", "rivals", "mass-casualty events of the groups it has clashed with, 12 months"),
        ("theatre_groups_12m", "rivals", "other groups of the theatre with a death in the last 12 months"),
        ("theatre_new_groups_24m", "rivals", "other groups first seen in the theatre in the last 24 months"),
        ("theatre_deaths_3m", "rivals", "log deaths of the theatre's other groups, last 3 months"),
        ("theatre_deaths_12m", "rivals", "log deaths of the theatre's other groups, last 12 months"),
        ("theatre_trend", "rivals", "log deaths of the theatre's other groups, 3 months against the 12-month average"),
        ("theatre_mass_casualty_12m", "rivals", "mass-casualty events of the theatre's other groups, 12 months"),
        ("theatre_nonstate_12m", "rivals", "log deaths in clashes between groups of the theatre, last 12 months"),
        ("elsewhere_deaths_3m", "activity elsewhere", "log deaths of the same actor in other theatres, 3 months"),
        ("elsewhere_deaths_12m", "activity elsewhere", "log deaths of the same actor in other theatres, 12 months"),
        ("elsewhere_theatres", "activity elsewhere", "other theatres in which the actor had a death in 12 months"),
        ("elsewhere_mass_casualty", "activity elsewhere", "the actor's mass-casualty events elsewhere, 12 months"),
        ("allies_deaths_12m", "rivals", "log deaths of coalitions with it or members of it, last 12 months"),
        ("members", "age and emergence", "actors named in the group's (compound) name"),
        (
            "region_deaths_12m",
            "activity elsewhere",
            "log deaths of groups in the region's other theatres, 12 months",
        ),
    ]
    return tuple(Feature(*row) for row in rows)


FEATURES = _feature_list()
NEVER = 999.0
SEVERE_DEATHS = 10
# Figures that are largest values or sums already.
NO_SUMS = {"largest", "largest_onesided", "nearby_deaths_3m", "nearby_deaths_12m"}


def feature_array(panel: Panel) -> FloatArray:
    """Features of every group at every origin: float32 array (group, month, feature), in the order of `FEATURES`."""
    columns = _own(panel) | _surroundings(panel)
    out = np.empty((len(panel.groups), panel.n_months, len(FEATURES)), np.float32)
    for k, feature in enumerate(FEATURES):
        out[:, :, k] = columns[feature.name]
    return out


def _cumulative(array: NDArray[np.integer]) -> Sums:
    total = np.cumsum(array, axis=1, dtype=np.int64)
    return np.concatenate([np.zeros((len(total), 1), np.int64), total], axis=1)


def _since(happened: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Months since the last month in which something happened; `NEVER` where it has not."""
    months = np.arange(happened.shape[1])
    last = np.maximum.accumulate(np.where(happened, months, -10_000), axis=1)
    return np.where(last >= 0, months - last, NEVER)


def _decayed(array: NDArray[np.integer], half_life: float) -> NDArray[np.float64]:
    """Exponentially weighted sum of the past, the current month with weight one."""
    keep = 0.5 ** (1.0 / half_life)
    out = np.empty(array.shape)
    level = np.zeros(len(array))
    for t in range(array.shape[1]):
        level = level * keep + array[:, t]
        out[:, t] = level
    return out


def _trailing_max(array: NDArray[np.integer], months: int) -> NDArray[np.integer]:
    padded = np.pad(array, ((0, 0), (months - 1, 0)))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, months, axis=1).max(axis=2))


def _share(part: Sums, whole: Sums) -> NDArray[np.float64]:
    return np.where(whole > 0, part / np.maximum(whole, 1), 0.0)


def _own(panel: Panel) -> dict[str, NDArray[np.floating]]:
    counts, places = panel.counts, panel.places
    deaths, total = counts["deaths"], panel.cumulative_deaths
    sums = {name: _cumulative(array) for name, array in (counts | places).items() if name not in NO_SUMS}
    log: dict[str, NDArray[np.floating]] = {}
    for m in (1, 3, 6, 12, 24, 60):
        log[f"deaths_{m}m"] = np.log1p(trailing(total, m))
    for m in (1, 3, 12, 24):
        log[f"events_{m}m"] = np.log1p(trailing(sums["events"], m))
    last_12 = trailing(total, 12)
    peak = np.maximum.accumulate(last_12, axis=1)
    killed = deaths > 0
    active = _cumulative(killed.astype(np.int32))

    def kind_share(kind: str, months: int) -> NDArray[np.float64]:
        return _share(trailing(sums[f"deaths_{kind}"], months), trailing(total, months))

    def urban_share(months: int) -> NDArray[np.float64]:
        return _share(trailing(sums["urban_events"], months), trailing(sums["events"], months))

    return (
        log
        | _severity(panel, sums)
        | _nearby(panel)
        | {
            "deaths_decayed_3m": np.log1p(_decayed(deaths, 3.0)),
            "deaths_decayed_12m": np.log1p(_decayed(deaths, 12.0)),
            "deaths_total": np.log1p(total[:, 1:]),
            "trend": log["deaths_3m"] - np.log1p(last_12 / 4.0),
            "trend_long": log["deaths_12m"] - np.log1p(trailing(total, 60) / 5.0),
            "active_months_12m": trailing(active, 12).astype(float),
            "active_months_60m": trailing(active, 60).astype(float),
            "since_death": _since(killed),
            "age": _since_first(counts["events"] > 0),
            "peak_12m": np.log1p(peak),
            "share_of_peak": _share(last_12, peak),
            "since_ongoing": _since(panel.ongoing),
            "largest_12m": np.log1p(_trailing_max(counts["largest"], 12)),
            "largest_ever": np.log1p(np.maximum.accumulate(counts["largest"], axis=1)),
            "mass_casualty_12m": trailing(sums["mass_casualty"], 12).astype(float),
            "mass_casualty_36m": trailing(sums["mass_casualty"], 36).astype(float),
            "mass_casualty_ever": sums["mass_casualty"][:, 1:].astype(float),
            "since_mass_casualty": _since(counts["mass_casualty"] > 0),
            "deaths_onesided_3m": np.log1p(trailing(sums["deaths_onesided"], 3)),
            "deaths_onesided_12m": np.log1p(trailing(sums["deaths_onesided"], 12)),
            "deaths_onesided_60m": np.log1p(trailing(sums["deaths_onesided"], 60)),
            "share_onesided": kind_share("onesided", 24),
            "share_nonstate": kind_share("nonstate", 24),
            "shift_onesided": kind_share("onesided", 6) - kind_share("onesided", 24),
            "cells_3m": trailing(sums["cells"], 3).astype(float),
            "cells_12m": trailing(sums["cells"], 12).astype(float),
            "new_cells_6m": trailing(sums["new_cells"], 6).astype(float),
            "urban_share": urban_share(12),
            "urban_shift": urban_share(6) - urban_share(24),
            "state_events_3m": np.log1p(trailing(sums["events_state"], 3)),
            "state_events_12m": np.log1p(trailing(sums["events_state"], 12)),
            "state_onesided_12m": np.log1p(trailing(_cumulative(panel.state_onesided), 12)),
            "members": np.outer([1.0 + actor.count(",") for actor in panel.actors], np.ones(panel.n_months)),
        }
    )


def _severity(panel: Panel, sums: dict[str, Sums]) -> dict[str, NDArray[np.floating]]:
    counts = panel.counts
    largest = counts["largest_onesided"]
    severe = largest >= SEVERE_DEATHS
    severe_months = _cumulative(severe.astype(np.int32))
    deaths, events = sums["deaths_onesided"], sums["events_onesided"]
    return {
        "deaths_onesided_1m": np.log1p(counts["deaths_onesided"]),
        "deaths_per_onesided_24m": trailing(deaths, 24) / np.maximum(trailing(events, 24), 1),
        "largest_onesided_12m": np.log1p(_trailing_max(largest, 12)),
        "largest_onesided_36m": np.log1p(_trailing_max(largest, 36)),
        "largest_onesided_ever": np.log1p(np.maximum.accumulate(largest, axis=1)),
        **{f"events_onesided_{m}m": np.log1p(trailing(events, m)) for m in (1, 3, 12, 36)},
        "since_onesided": _since(counts["events_onesided"] > 0),
        "severe_onesided_12m": trailing(severe_months, 12).astype(float),
        "severe_onesided_36m": trailing(severe_months, 36).astype(float),
        "since_severe_onesided": _since(severe),
        "mass_casualty_3m": trailing(sums["mass_casualty"], 3).astype(float),
        "mass_casualty_6m": trailing(sums["mass_casualty"], 6).astype(float),
        "mass_casualty_decayed_6m": _decayed(counts["mass_casualty"], 6.0),
        "mass_casualty_decayed_24m": _decayed(counts["mass_casualty"], 24.0),
    }


def _nearby(panel: Panel) -> dict[str, NDArray[np.floating]]:
    near3, near12 = (panel.places[f"nearby_deaths_{m}m"] for m in (3, 12))
    return {
        "nearby_deaths_3m": np.log1p(near3),
        "nearby_deaths_12m": np.log1p(near12),
        "nearby_trend": np.log1p(near3) - np.log1p(near12 / 4.0),
    }


def _since_first(happened: NDArray[np.bool_]) -> NDArray[np.float64]:
    months = np.arange(happened.shape[1])
    first = np.minimum.accumulate(np.where(happened, months, 10_000), axis=1)
    return np.where(first < 10_000, months - first, -1.0)


def _surroundings(panel: Panel) -> dict[str, NDArray[np.floating]]:
    d3, d12 = panel.trailing_deaths(3), panel.trailing_deaths(12)
    mc12 = trailing(panel.cumulative_mass_casualty, 12)
    ns12 = trailing(_cumulative(panel.counts["deaths_nonstate"]), 12)
    alive = (d12 > 0).astype(np.int64)
    age = _since_first(panel.counts["events"] > 0)
    new = ((age >= 0) & (age < 24)).astype(np.int64)

    theatre = np.unique(np.array(panel.theatres, dtype=str), return_inverse=True)[1]
    actor = np.unique(np.array(panel.organisations, dtype=str), return_inverse=True)[1]
    region = np.unique(np.array(panel.regions, dtype=str), return_inverse=True)[1]

    def others(values: Sums, label: NDArray[np.int64]) -> Sums:
        """Sum over the other groups with the same label."""
        return _sum_by(values, label) - values

    t3, t12 = others(d3, theatre), others(d12, theatre)
    rivals = _over_pairs(panel, [alive, d3, d12, mc12], _rival_pairs(panel))
    allies = _over_pairs(panel, [d12], _ally_pairs(panel))
    return {
        "rivals": rivals[0].astype(float),
        "rival_deaths_3m": np.log1p(rivals[1]),
        "rival_deaths_12m": np.log1p(rivals[2]),
        "rival_mass_casualty_12m": rivals[3].astype(float),
        "theatre_groups_12m": others(alive, theatre).astype(float),
        "theatre_new_groups_24m": others(new, theatre).astype(float),
        "theatre_deaths_3m": np.log1p(t3),
        "theatre_deaths_12m": np.log1p(t12),
        "theatre_trend": np.log1p(t3) - np.log1p(t12 / 4.0),
        "theatre_mass_casualty_12m": others(mc12, theatre).astype(float),
        # A clash of two groups stands in the figures of both; half of each makes it count once.
        "theatre_nonstate_12m": np.log1p(_sum_by(ns12, theatre) / 2.0),
        "elsewhere_deaths_3m": np.log1p(others(d3, actor)),
        "elsewhere_deaths_12m": np.log1p(others(d12, actor)),
        "elsewhere_theatres": others(alive, actor).astype(float),
        "elsewhere_mass_casualty": others(mc12, actor).astype(float),
        "allies_deaths_12m": np.log1p(allies[0]),
        "region_deaths_12m": np.log1p(_sum_by(d12, region) - _sum_by(d12, theatre)),
    }


def _sum_by(values: Sums, label: NDArray[np.int64]) -> Sums:
    n = len(label)
    one_hot = csr_array((np.ones(n, np.int64), (label, np.arange(n))), shape=(n, n))
    return np.asarray((one_hot @ values)[label])


def _rival_pairs(panel: Panel) -> list[tuple[int, int, int]]:
    """Pairs of groups that have clashed, with the month of their first clash: (group, rival, from)."""
    first: dict[tuple[int, int], int] = {}
    for g, h, t in zip(*(array.tolist() for array in panel.clashes), strict=True):
        if g != h:
            first[g, h] = min(t, first.get((g, h), t))
    return [(g, h, t) for (g, h), t in first.items()]


def _ally_pairs(panel: Panel) -> list[tuple[int, int, int]]:
    """Pairs of groups of one theatre whose compound names share a member, both ways."""
    together: dict[tuple[str, str], list[int]] = {}
    for g, (actor, theatre) in enumerate(zip(panel.actors, panel.theatres, strict=True)):
        for member in members(actor) or (actor,):
            together.setdefault((member, theatre), []).append(g)
    pairs = {(g, h) for same in together.values() for g in same for h in same if g != h}
    return [(g, h, 0) for g, h in sorted(pairs)]


def _over_pairs(panel: Panel, values: list[Sums], pairs: list[tuple[int, int, int]]) -> list[Sums]:
    out = [np.zeros((len(panel.groups), panel.n_months), np.int64) for _ in values]
    for g, h, since in pairs:
        for total, value in zip(out, values, strict=True):
            total[g, since:] += value[h, since:]
    return out
