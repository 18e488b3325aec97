"""The simulation in counts against another program: a small theatre in Mesa, person by person, on the same rules."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
MESA_RUNS, DRAWS = 300, 6000
# One chance in some twenty thousand that the means of one outcome are so far apart; the seeds are fixed.
APART = 4.0


@pytest.fixture(scope="module")
def benchmark() -> Iterator[tuple[Any, Any]]:
    """The modules of the benchmark: the toy in Mesa, and in tocsin."""
    pytest.importorskip("mesa", reason="the other program, Mesa, is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
        yield importlib.import_module("mesa_theatre"), importlib.import_module("whatif_speed")


def small(mesa_theatre: Any) -> Any:
    """Few people and steps, and everything that changes them strong enough to be seen in the means."""
    return mesa_theatre.Rules(
        members=30,
        attack_rates=(2.0, 12.0, 14.0),
        pressures=(0.2, 4.0, 1.0),
        steps=15,
        attrition=0.03,
        leaving=0.05,
        visibility=1.0,
        standing_half_life=2.0,
        matching=2.0,
        size_elasticity=1.0,
    )


@pytest.fixture(scope="module")
def in_mesa(benchmark: tuple[Any, Any]) -> Any:
    """Outcomes (run, outcome) of the small theatre in Mesa."""
    mesa_theatre, _ = benchmark
    outcomes = np.array([mesa_theatre.run(small(mesa_theatre), seed) for seed in range(MESA_RUNS)])
    # Mesa would keep all models it ever made.
    mesa_theatre.mesa.Agent._ids.clear()
    return outcomes


def agreement(benchmark: tuple[Any, Any], in_mesa: Any, rules: Any) -> Any:
    """Of the means in tocsin, by these rules, with those in Mesa."""
    _, whatif_speed = benchmark
    return whatif_speed.agreement(whatif_speed.simulate_toy(whatif_speed.toy_scenario(rules), DRAWS), in_mesa)


def test_counts_have_the_means_of_persons(benchmark: tuple[Any, Any], in_mesa: Any) -> None:
    mesa_theatre, _ = benchmark
    found = agreement(benchmark, in_mesa, small(mesa_theatre))
    assert len(found.z) == len(mesa_theatre.outcome_names(small(mesa_theatre))) == 8
    assert np.abs(found.z).max() < APART
    assert found.by_chance


@pytest.mark.parametrize(
    "change",
    [
        {"matching": 0.0},
        {"visibility": 0.0},
        {"attrition": 0.035},
        {"leaving": 0.1},
        {"replacement": 1.2},
        {"size_elasticity": 0.7},
    ],
    ids=lambda change: next(iter(change)),
)
def test_other_rules_would_be_seen(benchmark: tuple[Any, Any], in_mesa: Any, change: dict[str, float]) -> None:
    rules = small(benchmark[0])
    assert not agreement(benchmark, in_mesa, replace(rules, **change)).by_chance


def test_people_are_neither_made_nor_lost_in_mesa(benchmark: tuple[Any, Any]) -> None:
    mesa_theatre, _ = benchmark
    rules = small(mesa_theatre)
    for seed in range(5):
        killed, pool, *rest = mesa_theatre.run(rules, seed, shuffled=bool(seed % 2))
        assert killed + pool + sum(rest[: rules.groups]) == rules.groups * rules.members * (1 + rules.pool)
