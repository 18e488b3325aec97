"""What features must do when groups are renamed, or when others appear near and far."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray
from small_panels import (
    CITY,
    FIRST,
    MALI_STATE,
    NAMES,
    RANDOM_MONTHS,
    WORKED,
    WORKED_MONTHS,
    Happened,
    digest_of,
    random_events,
)

from tocsin.panel import FEATURES, Panel, build_panel, feature_array

FAR = (35.0, 60.0)  # a place that nobody of the worked panel uses
NEARBY = {"nearby_deaths_3m", "nearby_deaths_12m", "nearby_trend"}
SCALED = ("deaths_3m", "largest_ever", "theatre_deaths_12m", "largest_onesided_12m", "nearby_deaths_12m")
NEW_NAMES = {"Ansar": "Zulu", "Brigade": "Yankee", "Corps": "Whisky"}


def with_features(events: list[Happened], n_months: int) -> tuple[Panel, NDArray[np.float32]]:
    panel = build_panel(digest_of(events, n_months))
    return panel, feature_array(panel)


def renamed(actor: str) -> str:
    return ", ".join(NEW_NAMES.get(member, member) for member in actor.split(", "))


@settings(max_examples=15, deadline=None)
@given(random_events)
def test_other_names_only_change_the_order(events: list[Happened]) -> None:
    panel, before = with_features(events, RANDOM_MONTHS)
    others, after = with_features([e._replace(a=renamed(e.a), b=renamed(e.b)) for e in events], RANDOM_MONTHS)
    rows = [
        others.index_of(f"{renamed(actor)} @ {theatre}")
        for actor, theatre in zip(panel.actors, panel.theatres, strict=True)
    ]
    assert sorted(rows) == list(range(len(others.groups)))
    assert np.array_equal(after[rows], before)


def test_the_new_names_do_turn_the_order() -> None:
    """Else the test above would not test what it says."""
    assert sorted(NAMES[:3], key=renamed) == sorted(NAMES[:3], reverse=True)


@settings(max_examples=15, deadline=None)
@given(random_events)
def test_later_by_five_months_is_the_same_five_months_later(events: list[Happened]) -> None:
    panel, before = with_features(events, RANDOM_MONTHS)
    later, after = with_features([e._replace(t=e.t + 5) for e in events], RANDOM_MONTHS + 5)
    assert later.groups == panel.groups
    assert np.array_equal(after[:, 5:], before)


def changed_features(added: list[Happened]) -> dict[str, set[str]]:
    """The features that adding events changes, by group of the worked panel."""
    panel, before = with_features(list(WORKED), WORKED_MONTHS)
    more, after = with_features([*WORKED, *added], WORKED_MONTHS)
    rows = [more.index_of(group) for group in panel.groups]
    differs = (after[rows] != before).any(axis=1)
    return {
        group: {feature.name for feature, different in zip(FEATURES, differs[g], strict=True) if different}
        for g, group in enumerate(panel.groups)
        if differs[g].any()
    }


def test_a_theatre_in_another_region_changes_nothing() -> None:
    far = [
        Happened(1, "New People", "Civilians", 60, theatre="Philippines", place=FAR),
        Happened(6, "New People", "Government of Philippines", 9, theatre="Philippines", place=FAR),
        Happened(7, "New People", "Abu Group", 9, theatre="Philippines", place=FAR),
        Happened(8, "Government of Philippines", "Civilians", 30, theatre="Philippines", place=FAR),
    ]
    assert changed_features(far) == {}


def test_a_theatre_of_the_region_changes_the_regions_deaths_only() -> None:
    near = [Happened(5, "Nearby", "Civilians", 60, theatre="Chad", place=FAR)]
    africa = {"X @ Mali", "X @ Niger", "X, Z @ Mali", "Y @ Mali", "V @ Nigeria", "W @ Nigeria"}
    assert changed_features(near) == {group: {"region_deaths_12m"} for group in africa}


def test_the_actor_in_another_region_changes_what_it_does_elsewhere_only() -> None:
    elsewhere = {
        "elsewhere_deaths_3m",
        "elsewhere_deaths_12m",
        "elsewhere_theatres",
        "elsewhere_mass_casualty",
    }
    added = [Happened(5, "Y", "Civilians", 60, theatre="Iraq", place=FAR)]
    assert changed_features(added) == {"Y @ Mali": elsewhere}


def test_a_newcomer_to_the_theatre_changes_no_feature_of_a_groups_own() -> None:
    changed = changed_features([Happened(5, "Newcomer", "Civilians", 60, place=FAR)])
    of_theatre = {
        "theatre_groups_12m",
        "theatre_new_groups_24m",
        "theatre_deaths_3m",
        "theatre_deaths_12m",
        "theatre_trend",
        "theatre_mass_casualty_12m",
    }
    for group in ("X @ Mali", "Y @ Mali", "X, Z @ Mali"):
        assert changed[group] == of_theatre
    assert changed["X @ Niger"] == {"region_deaths_12m"}
    assert "F @ Colombia" not in changed


def test_violence_by_the_state_changes_what_the_state_does_only() -> None:
    changed = changed_features([Happened(5, MALI_STATE, "Civilians", 60, theatre="Mali", place=FAR)])
    assert changed == {group: {"state_onesided_12m"} for group in ("X @ Mali", "X, Z @ Mali", "Y @ Mali")}


def test_violence_on_a_groups_ground_is_near_it_whoever_does_it_and_in_whatever_country() -> None:
    """In Bamako, which X and Y have used in Mali and nobody else, by a group of another region."""
    changed = changed_features([Happened(5, "Stranger", "Civilians", 60, theatre="Philippines", place=CITY)])
    assert changed == {"X @ Mali": NEARBY, "Y @ Mali": NEARBY}


@pytest.mark.parametrize("times", [2, 5])
def test_more_deaths_change_no_share_and_no_count(times: int) -> None:
    """Multiplying all deaths leaves shares, counts of events, cells and months as they are."""
    events = [e._replace(deaths=100 * e.deaths) for e in WORKED]  # all beyond the thresholds already
    panel, before = with_features(events, WORKED_MONTHS)
    same, after = with_features([e._replace(deaths=times * e.deaths) for e in events], WORKED_MONTHS)
    assert (panel.groups, panel.first_month) == (same.groups, FIRST)
    linear = [f.name for f in FEATURES].index("deaths_per_onesided_24m")
    assert after[:, :, linear] == pytest.approx(times * before[:, :, linear], rel=1e-6)
    unscaled = [k for k, f in enumerate(FEATURES) if "log" not in f.meaning and k != linear]
    assert len(unscaled) > 20
    assert after[:, :, unscaled] == pytest.approx(before[:, :, unscaled], rel=1e-6)
    scaled = [k for k, f in enumerate(FEATURES) if f.name in SCALED]
    assert np.expm1(after[:, :, scaled]) == pytest.approx(times * np.expm1(before[:, :, scaled]), rel=1e-4)
