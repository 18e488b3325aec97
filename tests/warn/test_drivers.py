"""Drivers: a planted cause is named first, factors multiply to the odds, and sentences belong to their theme."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from planted_groups import COUNTRIES, FIRST, Event, digest_of, rivals, use_small_models
from tocsin.forecast import RiskModel, fit_risk
from tocsin.panel import FEATURES, History, build_panel
from tocsin.warn.drivers import OTHER_MODEL, THEMES, Driver, Drivers, find_drivers, leading
from tocsin.warn.statements import STATEMENTS

MONTHS = 300


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_models(monkeypatch, rounds=40)


def _quiet(rng: np.random.Generator, theatre: str, group: str, t: int) -> list[Event]:
    """A month of a group that means nothing: now and then a clash with few deaths."""
    if rng.random() < 0.2:
        return [(theatre, FIRST + t, "state", group, f"Government of {theatre}", int(rng.integers(1, 4)))]
    return []


def _escalation(rng: np.random.Generator, theatre: str, group: str, t: int) -> list[Event]:
    return [(theatre, FIRST + t, "state", group, f"Government of {theatre}", int(rng.integers(30, 60)))]


def elsewhere() -> list[Event]:
    """An actor in two countries: a bad month in the second brings, soon after, one in the first."""
    rng = np.random.default_rng(11)
    events: list[Event] = []
    for actor in range(24):
        here, there = COUNTRIES[actor % 10], COUNTRIES[(actor + 3) % 10]
        name = f"Army {actor:02d}"
        for t in range(MONTHS):
            events += _quiet(rng, here, name, t)
            if rng.random() < 0.015:
                events += _escalation(rng, there, name, t)
                later = t + int(rng.integers(1, 4))
                if later < MONTHS and rng.random() < 0.8:
                    events += _escalation(rng, here, name, later)
    return events


def pressure() -> list[Event]:
    """Clashes with the state in which nobody dies come before escalations; those with a rival mean nothing."""
    rng = np.random.default_rng(12)
    events: list[Event] = []
    for place, theatre in enumerate(COUNTRIES):
        for side in "abcd":
            name = f"Band {place}{side}"
            for t in range(MONTHS):
                events += _quiet(rng, theatre, name, t)
                for kind, other in (("state", f"Government of {theatre}"), ("nonstate", f"Neighbours {place}{side}")):
                    if rng.random() < 0.03:
                        events += [(theatre, FIRST + t, kind, name, other, 0)] * 4
                        later = t + int(rng.integers(1, 4))
                        if kind == "state" and later < MONTHS and rng.random() < 0.8:
                            events += _escalation(rng, theatre, name, later)
    return events


PLANTED: dict[str, Callable[[], list[Event]]] = {
    "rivals": rivals,
    "activity elsewhere": elsewhere,
    "clashes with the state": pressure,
}


@cache
def history(cause: str) -> History:
    return History(build_panel(digest_of(PLANTED[cause](), last=FIRST + MONTHS - 1)))


@cache
def model(cause: str) -> RiskModel:
    return fit_risk(history(cause).up_to(FIRST + 199), "deaths25", excitation=cause == "rivals")


def drivers_at(cause: str, month: int) -> dict[str, Drivers]:
    """Drivers of every group on the list of new risks at a month."""
    past = history(cause).up_to(month)
    rows = np.flatnonzero(past.panel.seen[:, -1] & ~past.panel.ongoing[:, -1])
    found = find_drivers({"deaths25": model(cause)}, past, history(cause).up_to(month - 1), rows, 3)
    return {past.panel.groups[g]: each["deaths25"] for g, each in zip(rows, found, strict=True)}


@pytest.mark.parametrize("cause", PLANTED)
def test_a_planted_cause_is_named_first(cause: str) -> None:
    # On months that the model never saw: of the groups whose probability is well above the others', nearly all are
    # there for the cause.
    first: list[str] = []
    for month in range(FIRST + 204, FIRST + 294, 6):
        for found in drivers_at(cause, month).values():
            odds = np.prod([driver.odds for driver in found.drivers])
            if odds > 5.0:
                first.append(leading(found.drivers)[0].theme)
    assert len(first) >= 10
    assert np.mean([theme == cause for theme in first]) >= 0.8


def test_factors_multiply_from_the_reference_to_the_probability() -> None:
    month = FIRST + 210
    past = history("rivals").up_to(month)
    p = model("rivals").predict(past, 3)[0]
    for group, found in drivers_at("rivals", month).items():
        odds = found.reference / (1 - found.reference) * np.prod([driver.odds for driver in found.drivers])
        mine = p[past.panel.index_of(group)]
        assert odds == pytest.approx(mine / (1 - mine), rel=1e-6)
        assert {driver.theme for driver in found.drivers} == {*THEMES, OTHER_MODEL}
        sizes = [abs(np.log(driver.odds)) for driver in found.drivers[:-1]]
        assert sizes == sorted(sizes, reverse=True)
        assert found.tree_share == 1 - model("rivals").share


def test_last_months_factor_is_what_was_said_last_month() -> None:
    before, now = drivers_at("rivals", FIRST + 209), drivers_at("rivals", FIRST + 210)
    compared = 0
    for group, found in now.items():
        previous = {driver.theme: driver.odds_previous for driver in found.drivers}
        if group in before:
            assert previous == pytest.approx({driver.theme: driver.odds for driver in before[group].drivers})
            compared += 1
        else:
            # Not seen, or on the other list, whose average is another one.
            assert set(previous.values()) == {None}
    assert compared > 20
    alone = find_drivers({"deaths25": model("rivals")}, history("rivals"), None, np.array([0]), 3)
    assert {driver.odds_previous for driver in alone[0]["deaths25"].drivers} == {None}


def test_a_theme_near_one_has_no_facts_and_a_strong_one_has_at_most_two() -> None:
    for found in drivers_at("rivals", FIRST + 210).values():
        for driver in found.drivers[:-1]:
            strong = max(driver.odds, 1 / driver.odds) >= 1.1
            assert len(driver.facts) <= (2 if strong else 0)
    other = [found.drivers[-1] for found in drivers_at("rivals", FIRST + 210).values()]
    assert {driver.theme for driver in other} == {OTHER_MODEL}
    assert {fact for driver in other for fact in driver.facts} == {
        "A second model, with 20% of the weight, that runs its own and others' recent attacks forward."
    }


def test_leading_drivers_leave_out_the_weak_and_the_other_model() -> None:
    given = [Driver(t, o, None, ()) for t, o in (("rivals", 3.0), ("severity", 0.5), ("momentum", 1.05))]
    given.append(Driver(OTHER_MODEL, 9.0, None, ()))
    assert [driver.theme for driver in leading(given)] == ["rivals", "severity"]
    assert [driver.theme for driver in leading(given, 1)] == ["rivals"]


def test_every_feature_is_spoken_for_once_under_its_theme() -> None:
    spoken = [(name, statement.theme) for statement in STATEMENTS for name in statement.features]
    assert sorted(spoken) == sorted((feature.name, feature.theme) for feature in FEATURES)
