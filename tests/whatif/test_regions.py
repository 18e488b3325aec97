"""Boxes: planted ones are found, and chance is not taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from planted_scenario import toy

from tocsin.whatif.comparison.regions import (
    Box,
    beyond_chance,
    contrast,
    find_box,
    flip_of,
    inside,
    most_related,
    turning,
)
from tocsin.whatif.engine.sampling import point_values, sample_draws, uncertain
from tocsin.whatif.parameters import THEATRE_NAMES

Values = dict[str, np.ndarray]


def _quantities(points: int, seed: int = 1) -> Values:
    rng = np.random.default_rng(seed)
    return {name: rng.random(points) for name in "abcdef"}


def test_a_planted_box_is_found() -> None:
    values = _quantities(1000)
    within = (values["b"] > 0.6) & (values["d"] < 0.4)
    cases = np.random.default_rng(2).random(1000) < np.where(within, 0.9, 0.1)
    box = find_box(values, cases)
    assert box is not None
    assert set(box.limits) == {"b", "d"}
    assert box.limits["b"] == pytest.approx((0.6, np.inf), abs=0.08)
    assert box.limits["d"] == pytest.approx((-np.inf, 0.4), abs=0.08)
    assert box.density == pytest.approx(0.9, abs=0.1)
    assert box.base == pytest.approx(cases[1::2].mean())
    # What is told of the box is of the points it was not found on.
    test = {name: v[1::2] for name, v in values.items()}
    held = inside(test, box.limits)
    assert box.density == cases[1::2][held].mean()
    assert box.coverage == cases[1::2][held].sum() / cases[1::2].sum()


def test_no_box_is_found_in_chance() -> None:
    found = [find_box(_quantities(400, k), np.random.default_rng(100 + k).random(400) < 0.4) for k in range(12)]
    assert beyond_chance(found) == [None] * 12


def test_a_box_in_which_fewer_than_half_turn_is_none() -> None:
    values = _quantities(2000)
    rare, most = (np.random.default_rng(2).random(2000) < np.where(values["b"] > 0.6, p, 0.05) for p in (0.4, 0.6))
    assert find_box(values, rare) is None
    box = find_box(values, most)
    assert box is not None
    assert box.density > 0.5


def _box_of_chance(chance: float) -> Box:
    return Box({"a": (0.0, 1.0)}, 0.9, 0.5, 0.2, chance)


def test_boxes_are_tested_together() -> None:
    """By hand (Holm): of 10 searches, 0.001 * 10, 0.004 * 9, then 0.01 * 8, which is too much, and all after it."""
    boxes = [_box_of_chance(0.01), None, _box_of_chance(0.001), _box_of_chance(0.004), *[None] * 6]
    left = beyond_chance(boxes)
    assert [None if box is None else round(box.chance, 9) for box in left[:4]] == [None, None, 0.01, 0.036]
    assert beyond_chance(boxes[:1])[0] == _box_of_chance(0.01)
    assert beyond_chance([]) == []


def test_many_searches_in_chance_seldom_find_a_box() -> None:
    rng = np.random.default_rng(8)
    found = [beyond_chance([_box_of_chance(chance) for chance in rng.random(45)]) for _ in range(400)]
    assert sum(any(box is not None for box in boxes) for boxes in found) <= 400 * 0.05 + 3 * np.sqrt(400 * 0.05 * 0.95)


def test_too_few_cases_make_no_box() -> None:
    values = _quantities(200)
    assert find_box(values, values["a"] > 0.97) is None
    assert find_box(values, np.ones(200, dtype=bool)) is None
    assert find_box({"a": np.full(200, 0.5)}, values["a"] > 0.5) is None


def test_a_flip_is_to_the_other_side_of_what_holds_on_the_whole() -> None:
    values = _quantities(400)
    difference = np.where(values["a"] > 0.75, 3.0, -2.0)
    for one, turns_to in ((difference, "more"), (-difference, "fewer")):
        box = find_box(values, turning(one)[1])
        flip = flip_of("fitted", "act", "civilian_deaths", 12, one, box)
        assert (flip.turns_to, set(flip.limits), flip.density) == (turns_to, {"a"}, 1.0)
        assert flip.base == pytest.approx(0.25, abs=0.05)
        assert flip.chance is not None
        assert flip.chance < 1e-6


def test_no_flip_has_no_limits() -> None:
    flip = flip_of("fitted", "act", "civilian_deaths", 12, np.full(100, -1.0), None)
    assert (flip.turns_to, dict(flip.limits), flip.density, flip.base) == ("more", {}, 0.0, 0.0)
    assert flip.chance is None


def test_contrast_by_hand() -> None:
    # 2 of 4 are cases; both in a box of 2: (1 - 0.5) * sqrt(2 / 0.25).
    cases, held = np.array([True, True, False, False]), np.array([True, True, False, False])
    assert contrast(cases, held) == pytest.approx(0.5 * np.sqrt(8))
    assert contrast(cases, ~cases) == pytest.approx(-0.5 * np.sqrt(8))
    assert contrast(cases, np.zeros(4, dtype=bool)) == 0.0


def test_what_goes_with_the_difference_comes_first() -> None:
    values = {**_quantities(300), "still": np.ones(300)}
    difference = -5 * values["c"] ** 3 + values["e"]
    assert most_related(values, difference, 2) == ["c", "e"]


def test_values_at_points_are_those_that_were_run() -> None:
    toy_theatre = toy(ruler="State")
    values = point_values(toy_theatre, 6, seed=3)
    assert tuple(values) == uncertain(toy_theatre)
    draws = sample_draws(toy_theatre, 12, seed=3, points=6)
    assert np.array_equal(values["attrition"], draws.numbers[::2, THEATRE_NAMES.index("attrition")])
    assert np.array_equal(values["link.North>South"], draws.links[::2, 1, 0])
    assert np.array_equal(values["shock.2.size"], draws.sizes[::2, 1])
