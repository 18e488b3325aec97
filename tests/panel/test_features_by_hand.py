"""Every feature worked by hand on ten events (see `small_panels.WORKED`)."""

from __future__ import annotations

from math import log, log1p

import numpy as np
import pytest
from numpy.typing import NDArray
from small_panels import MALI_STATE, WORKED_MONTHS, Happened, digest_of, worked

from tocsin.panel import FEATURES, Panel, build_panel, feature_array
from tocsin.panel.features import NEVER

NAMES = [feature.name for feature in FEATURES]


@pytest.fixture(scope="module")
def panel() -> Panel:
    return build_panel(worked())


@pytest.fixture(scope="module")
def array(panel: Panel) -> NDArray[np.float32]:
    return feature_array(panel)


# X in Mali at month 14 (March 2016). Its deaths: 4 in month 0, 36 in month 2, 1 in month 14; its last 12 months are
# months 3 to 14, its last 24 all of them.
X_AT_14 = {
    "deaths_1m": log1p(1),
    "deaths_3m": log1p(1),
    "deaths_6m": log1p(1),
    "deaths_12m": log1p(1),
    "deaths_24m": log1p(41),
    "deaths_60m": log1p(41),
    "events_1m": log1p(1),
    "events_3m": log1p(1),
    "events_12m": log1p(1),
    "events_24m": log1p(4),
    "deaths_decayed_3m": log1p(4 * 2 ** (-14 / 3) + 36 * 2**-4 + 1),
    "deaths_decayed_12m": log1p(4 * 2 ** (-14 / 12) + 36 * 2**-1 + 1),
    "deaths_total": log1p(41),
    "trend": log(2) - log(1.25),
    "trend_long": log(2) - log(9.2),
    "active_months_12m": 1,
    "active_months_60m": 3,
    "since_death": 0,
    "age": 14,
    "peak_12m": log1p(40),
    "share_of_peak": 1 / 40,
    "since_ongoing": 1,
    "largest_12m": log1p(1),
    "largest_ever": log1p(30),
    "mass_casualty_12m": 0,
    "mass_casualty_36m": 1,
    "mass_casualty_ever": 1,
    "since_mass_casualty": 12,
    "deaths_onesided_3m": log1p(1),
    "deaths_onesided_12m": log1p(1),
    "deaths_onesided_60m": log1p(31),
    "deaths_onesided_1m": log1p(1),
    "deaths_per_onesided_24m": 31 / 2,
    "largest_onesided_12m": log1p(1),
    "largest_onesided_36m": log1p(30),
    "largest_onesided_ever": log1p(30),
    "events_onesided_1m": log1p(1),
    "events_onesided_3m": log1p(1),
    "events_onesided_12m": log1p(1),
    "events_onesided_36m": log1p(2),
    "since_onesided": 0,
    "severe_onesided_12m": 0,
    "severe_onesided_36m": 1,
    "since_severe_onesided": 12,
    "mass_casualty_3m": 0,
    "mass_casualty_6m": 0,
    "mass_casualty_decayed_6m": 2**-2,
    "mass_casualty_decayed_24m": 2**-0.5,
    # On its ground in months 3 to 14: X with Z and the state against each other (7 in the figures of each), the state
    # alone 11, W and V against each other (9 each), F 50, X in Niger 20, Y 25. Its own death is not in it.
    "nearby_deaths_3m": 0,
    "nearby_deaths_12m": log1p(14 + 11 + 18 + 50 + 20 + 25),
    "nearby_trend": -log1p(138 / 4),
    "share_onesided": 31 / 41,
    "share_nonstate": 6 / 41,
    "shift_onesided": 1 - 31 / 41,
    "cells_3m": 1,
    "cells_12m": 1,
    "new_cells_6m": 0,
    "urban_share": 1,
    "urban_shift": 1 - 3 / 4,
    "state_events_3m": 0,
    "state_events_12m": 0,
    "state_onesided_12m": log1p(11),
    "rivals": 1,  # Y
    "rival_deaths_3m": 0,
    "rival_deaths_12m": log1p(25),
    "rival_mass_casualty_12m": 1,
    "theatre_groups_12m": 2,  # Y; X with Z
    "theatre_new_groups_24m": 2,
    "theatre_deaths_3m": 0,
    "theatre_deaths_12m": log1p(32),
    "theatre_trend": -log1p(8),
    "theatre_mass_casualty_12m": 1,
    "theatre_nonstate_12m": 0,  # the clash of month 2 is 13 months back
    "elsewhere_deaths_3m": 0,
    "elsewhere_deaths_12m": log1p(20),
    "elsewhere_theatres": 1,
    "elsewhere_mass_casualty": 1,
    "allies_deaths_12m": log1p(7),
    "members": 1,
    "region_deaths_12m": log1p(20 + 9 + 9),  # X in Niger; V and W in Nigeria; not Colombia
}


def test_the_worked_values_cover_every_feature() -> None:
    assert list(X_AT_14) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_of_one_group(panel: Panel, array: NDArray[np.float32], name: str) -> None:
    got = array[panel.index_of("X @ Mali"), 14, NAMES.index(name)]
    assert got == pytest.approx(X_AT_14[name], rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(
    ("group", "t", "name", "expected"),
    [
        # What has never happened.
        ("X @ Mali", 1, "since_mass_casualty", NEVER),
        ("X @ Mali", 1, "since_ongoing", NEVER),
        ("Y @ Mali", 1, "since_death", NEVER),
        ("Y @ Mali", 1, "age", -1),
        ("Y @ Mali", 1, "share_of_peak", 0),
        ("Y @ Mali", 1, "share_onesided", 0),
        ("Y @ Mali", 1, "urban_share", 0),
        # What has just happened, and what goes out of a window.
        ("X @ Mali", 2, "since_mass_casualty", 0),
        ("X @ Mali", 2, "since_ongoing", 0),
        ("X @ Mali", 2, "cells_3m", 3),
        ("X @ Mali", 2, "new_cells_6m", 2),
        ("X @ Mali", 5, "new_cells_6m", 2),
        ("X @ Mali", 6, "new_cells_6m", 1),
        ("X @ Mali", 2, "deaths_3m", log1p(40)),
        ("X @ Mali", 3, "deaths_3m", log1p(36)),
        ("X @ Mali", 11, "state_events_12m", log1p(1)),
        ("X @ Mali", 12, "state_events_12m", 0),
        ("X @ Mali", 2, "state_events_3m", log1p(1)),
        ("X @ Mali", 3, "state_events_3m", 0),
        ("X @ Mali", 13, "largest_12m", log1p(30)),
        # Attacks on civilians: X killed 30 in month 2, beside 6 in its clash with Y; before it none.
        ("X @ Mali", 1, "since_onesided", NEVER),
        ("X @ Mali", 1, "since_severe_onesided", NEVER),
        ("X @ Mali", 1, "deaths_per_onesided_24m", 0),
        ("X @ Mali", 1, "largest_onesided_ever", 0),
        ("X @ Mali", 2, "deaths_onesided_1m", log1p(30)),
        ("X @ Mali", 2, "deaths_per_onesided_24m", 30),
        ("X @ Mali", 3, "deaths_onesided_1m", 0),
        ("X @ Mali", 3, "events_onesided_1m", 0),
        ("X @ Mali", 13, "largest_onesided_12m", log1p(30)),
        ("X @ Mali", 13, "severe_onesided_12m", 1),
        ("X @ Mali", 4, "mass_casualty_3m", 1),
        ("X @ Mali", 5, "mass_casualty_3m", 0),
        ("X @ Mali", 7, "mass_casualty_6m", 1),
        ("X @ Mali", 8, "mass_casualty_6m", 0),
        ("X @ Mali", 2, "mass_casualty_decayed_6m", 1),
        # The largest event of V was a clash, not an attack on civilians.
        ("V @ Nigeria", 3, "largest_ever", log1p(9)),
        ("V @ Nigeria", 3, "largest_onesided_ever", 0),
        # In Bamako: of the first clash the state's part, then Y's of its clash with X; of Y, who came later, X's parts
        # of both and the state's.
        ("X @ Mali", 0, "nearby_deaths_3m", log1p(4)),
        ("X @ Mali", 2, "nearby_deaths_3m", log1p(4 + 6)),
        ("Y @ Mali", 2, "nearby_deaths_3m", log1p(4 + 4 + 6)),
        ("Y @ Mali", 1, "nearby_deaths_3m", 0),
        # Rivals count from the first clash on, with all of their last 12 months.
        ("X @ Mali", 1, "rivals", 0),
        ("X @ Mali", 2, "rivals", 1),
        ("X @ Mali", 2, "rival_deaths_3m", log1p(6)),
        ("Y @ Mali", 1, "rival_deaths_12m", 0),
        ("Y @ Mali", 2, "rival_deaths_12m", log1p(40)),
        ("Y @ Mali", 2, "rival_mass_casualty_12m", 1),
        # The one clash in Mali killed 6, whichever of its sides is asked, and whoever else is there.
        ("X @ Mali", 2, "theatre_nonstate_12m", log1p(6)),
        ("Y @ Mali", 13, "theatre_nonstate_12m", log1p(6)),
        ("X, Z @ Mali", 3, "theatre_nonstate_12m", log1p(6)),
        ("W @ Nigeria", 3, "theatre_nonstate_12m", log1p(9)),
        # Coalitions both ways, and only in their theatre.
        ("X, Z @ Mali", 3, "members", 2),
        ("X, Z @ Mali", 3, "allies_deaths_12m", log1p(40)),
        ("X @ Niger", 4, "allies_deaths_12m", 0),
        # A name is one actor elsewhere, a coalition another.
        ("X @ Niger", 4, "elsewhere_deaths_12m", log1p(40)),
        ("X, Z @ Mali", 4, "elsewhere_deaths_12m", 0),
        ("X @ Niger", 4, "theatre_groups_12m", 0),
        ("X @ Niger", 4, "state_onesided_12m", 0),
        # Alone in its region.
        ("F @ Colombia", 4, "region_deaths_12m", 0),
        ("X @ Niger", 4, "region_deaths_12m", log1p(4 + 36 + 6 + 7 + 9 + 9)),
    ],
)
def test_single_values(
    panel: Panel, array: NDArray[np.float32], group: str, t: int, name: str, expected: float
) -> None:
    got = array[panel.index_of(group), t, NAMES.index(name)]
    assert got == pytest.approx(expected, rel=1e-6, abs=1e-7)


def test_the_array_has_the_features_order_and_type(panel: Panel, array: NDArray[np.float32]) -> None:
    assert array.shape == (len(panel.groups), WORKED_MONTHS, len(FEATURES))
    assert array.dtype == np.float32
    assert np.isfinite(array).all()


def test_features_have_unique_names_and_words() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert len({feature.meaning for feature in FEATURES}) == len(NAMES)
    assert all(feature.theme and feature.meaning for feature in FEATURES)


def test_a_rise_from_nothing_has_a_trend_of_its_size() -> None:
    """8 deaths in 3 months after 9 quiet ones: against an average of 2 per quarter, log 9 - log 3."""
    panel = build_panel(digest_of([Happened(0, MALI_STATE, "X", 0), Happened(11, MALI_STATE, "X", 8)], 12))
    assert feature_array(panel)[0, 11, NAMES.index("trend")] == pytest.approx(log(9) - log(3), rel=1e-6)


def test_no_groups_have_no_features() -> None:
    panel = build_panel(digest_of([Happened(1, MALI_STATE, "Civilians", 3)], 5))
    assert feature_array(panel).shape == (0, 5, len(FEATURES))


def test_infighting_makes_no_rival() -> None:
    panel = build_panel(digest_of([Happened(0, "X", "X", 5), Happened(0, "X", "Y", 5)], 2))
    assert feature_array(panel)[:, 1, NAMES.index("rivals")].tolist() == [1, 1]
