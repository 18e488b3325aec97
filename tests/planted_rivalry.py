"""Made-up results of a fit of rivalry: every figure given, none estimated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from tocsin.digest import Provenance
from tocsin.rivalry.result import Driver, GroupFit, Link, NullCheck, PooledTerm, Rivalry, Severity, WorldRivalry
from tocsin.rivalry.series import LeftOut

PROVENANCE = Provenance(
    vintage="planted 1",
    source="planted",
    licence="CC0",
    citation="Planted (2024)",
    first_month=421,
    last_month=492,
    place_precision="located events only",
    notes=("A note on the figures.",),
)


def planted_link(source: str, target: str, **changes: Any) -> Link:
    """A link that cannot be told, unless changed."""
    link = Link(
        source=source,
        target=target,
        kind="onesided",
        estimate=0.04,
        low=-0.11,
        high=0.19,
        pooled=0.03,
        pooled_low=-0.05,
        pooled_high=0.11,
        share=0.05,
        p_shift=0.34,
        minimum_detectable=0.31,
        label="cannot_tell",
        source_attacks=90,
        target_attacks=100,
        clashes=0,
        shared_ground=0.2,
        allied=False,
    )
    return replace(link, **changes)


ANSWERS = {"estimate": 0.21, "low": 0.12, "high": 0.30, "share": 0.18, "p_shift": 0.005, "label": "answers"}
NO_ANSWER = {"estimate": 0.01, "low": -0.03, "high": 0.05, "minimum_detectable": 0.08, "label": "no_answer"}


def planted_fit(group: str, attacks: int = 100, **changes: Any) -> GroupFit:
    """A group whose residuals are what they should be, unless changed."""
    fit = GroupFit(
        group=group,
        attacks=attacks,
        fights_a_state=True,
        first=date(2015, 2, 2),
        last=date(2020, 12, 27),
        own=0.41,
        size=2.5,
        state_clashes=0.12,
        group_clashes=None,
        first_of_month=0.02,
        residual_mean=0.01,
        residual_sd=0.98,
        residual_p=0.62,
        zeros=200,
        zeros_low=190,
        zeros_high=215,
        largest_month=14,
        largest_month_low=9,
        largest_month_high=22,
    )
    return replace(fit, **changes)


def planted_rivalry(
    actors: tuple[str, ...] = ("Northern Front", "Southern Front"),
    links: Mapping[tuple[int, int], Mapping[str, Any]] | None = None,
    **changes: Any,
) -> Rivalry:
    """A result for `actors`; `links` changes those from one place in them to another, all others cannot be told."""
    theatre = changes.get("theatre", "Planted")
    groups = tuple(f"{actor} @ {theatre}" for actor in actors)
    given = links or {}
    found = tuple(
        planted_link(groups[g], groups[h], **given.get((g, h), {}))
        for g in range(len(groups))
        for h in range(len(groups))
        if g != h
    )
    n_periods = 312
    result = Rivalry(
        theatre=theatre,
        kind="onesided",
        groups=groups,
        first=date(2015, 1, 5),
        last=date(2020, 12, 27),
        step_days=7,
        links=found,
        group_fits=tuple(planted_fit(group, 400 // (g + 1)) for g, group in enumerate(groups)),
        driver=Driver(
            np.datetime64("2015-01-05", "D") + np.timedelta64(7, "D") * np.arange(n_periods),
            np.linspace(np.log(0.5), np.log(2.0), n_periods),
            np.full(n_periods, 0.2),
            0.06,
            np.ones(len(groups)),
        ),
        severity=Severity(0.5, -0.2, 1.2, 0.21, 500, 40, 4.0, "cannot_tell"),
        response_half_life_weeks=2.0,
        shock=0.5,
        null_checks=(
            NullCheck("circular_shifts", 0.04, 398),
            NullCheck("distant_theatres", 0.06, 50),
            NullCheck("permuted_labels", None, 0),
        ),
        oos_log_score_gain=0.021,
        oos_se=0.008,
        oos_months=36,
        left_out=(LeftOut(f"Small Band @ {theatre}", 4, 3),),
        seed=1,
        provenance=PROVENANCE,
    )
    return replace(result, **changes)


def planted_world(*theatres: Rivalry) -> WorldRivalry:
    """Theatres with what they show together."""
    return WorldRivalry(
        kind="onesided",
        theatres=theatres,
        pooled=(
            PooledTerm("average_link", 0.03, 0.01, 0.05, 8, 2),
            PooledTerm("shared_ground", -0.02, -0.09, 0.05, 8, 2),
        ),
        severity=PooledTerm("severity", 0.1, -0.05, 0.25, 2, 2),
        null_checks=(NullCheck("circular_shifts", 0.045, 800), NullCheck("permuted_labels", 0.08, 100)),
        oos_log_score_gain=0.004,
        oos_se=0.003,
        oos_months=72,
    )
