"""The arrays of a panel, worked by hand on ten events."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from small_panels import FIRST, WORKED_GROUPS, WORKED_MONTHS, Happened, digest_of, random_events, worked

from tocsin.actors import is_group
from tocsin.errors import InputError, NotHeldError
from tocsin.months import first_day
from tocsin.panel import Panel, build_panel


@pytest.fixture(scope="module")
def panel() -> Panel:
    return build_panel(worked())


def months(**values: int) -> list[int]:
    """A row of the array: `t2=36` puts 36 in month 2, all else is 0."""
    row = [0] * WORKED_MONTHS
    for name, value in values.items():
        row[int(name[1:])] = value
    return row


def row(panel: Panel, figure: str, group: str) -> list[int]:
    arrays = panel.counts | panel.places | {"state_onesided": panel.state_onesided}
    return [int(value) for value in arrays[figure][panel.index_of(group)]]


def test_groups_are_actors_in_theatres_by_name_and_no_governments(panel: Panel) -> None:
    assert panel.groups == WORKED_GROUPS
    assert panel.actors == ("F", "V", "W", "X", "X", "X, Z", "Y")
    assert panel.theatres == ("Colombia", "Nigeria", "Nigeria", "Mali", "Niger", "Mali", "Mali")
    assert panel.regions == ("Americas", *["Africa"] * 6)


def test_the_panel_covers_every_month_quiet_or_not(panel: Panel) -> None:
    assert (panel.first_month, panel.last_month, panel.n_months) == (FIRST, FIRST + 15, 16)
    assert panel.as_of == date(2016, 4, 30)
    arrays = [*panel.counts.values(), *panel.places.values(), panel.state_onesided]
    assert all(array.shape == (7, 16) and array.dtype == np.int32 for array in arrays)


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("deaths", months(t0=4, t2=36, t14=1)),
        ("events", months(t0=1, t2=2, t14=1)),
        ("mass_casualty", months(t2=1)),
        ("largest", months(t0=4, t2=30, t14=1)),
        ("largest_onesided", months(t2=30, t14=1)),
        ("events_state", months(t0=1)),
        ("deaths_state", months(t0=4)),
        ("events_nonstate", months(t2=1)),
        ("deaths_nonstate", months(t2=6)),
        ("events_onesided", months(t2=1, t14=1)),
        ("deaths_onesided", months(t2=30, t14=1)),
        ("cells", months(t0=1, t2=2, t14=1)),
        ("new_cells", months(t0=1, t2=1)),
        ("urban_events", months(t0=1, t2=1, t14=1)),
        ("state_onesided", months(t3=11)),
    ],
)
def test_figures_of_one_group(panel: Panel, figure: str, expected: list[int]) -> None:
    assert row(panel, figure, "X @ Mali") == expected


def test_state_violence_is_that_of_the_groups_own_theatre(panel: Panel) -> None:
    assert row(panel, "state_onesided", "Y @ Mali") == months(t3=11)
    assert row(panel, "state_onesided", "X @ Niger") == months()


def test_a_coalition_has_its_own_figures(panel: Panel) -> None:
    assert row(panel, "deaths", "X, Z @ Mali") == months(t3=7)


def test_clashes_name_both_sides_and_the_month(panel: Panel) -> None:
    number = {group: g for g, group in enumerate(WORKED_GROUPS)}
    x, y, v, w = (number[group] for group in ("X @ Mali", "Y @ Mali", "V @ Nigeria", "W @ Nigeria"))
    got = sorted(zip(*(array.tolist() for array in panel.clashes), strict=True))
    assert got == sorted([(x, y, 2), (y, x, 2), (v, w, 3), (w, v, 3)])


def test_cumulative_and_trailing_sums(panel: Panel) -> None:
    x = panel.index_of("X @ Mali")
    assert panel.cumulative_deaths[x].tolist() == [0, 4, 4] + [40] * 12 + [41, 41]
    assert panel.cumulative_mass_casualty[x].tolist() == [0, 0, 0] + [1] * 14
    assert panel.trailing_deaths(3)[x].tolist() == [4, 4, 40, 36, 36] + [0] * 9 + [1, 1]
    assert panel.trailing_deaths(1)[x].tolist() == months(t0=4, t2=36, t14=1)
    assert panel.trailing_deaths(100)[x].tolist() == panel.cumulative_deaths[x, 1:].tolist()


def test_what_comes_after_each_origin(panel: Panel) -> None:
    x, y = panel.index_of("X @ Mali"), panel.index_of("Y @ Mali")
    # Origins 0 to 12 have three whole months after them, of 16.
    assert panel.future_deaths(3).shape == (7, 13)
    assert panel.future_deaths(3)[x].tolist() == [36, 36] + [0] * 9 + [1, 1]
    assert panel.future_deaths(15)[x].tolist() == [37]
    assert panel.future_deaths(16).shape == (7, 0)
    assert panel.future_deaths(40).shape == (7, 0)
    assert panel.future_mass_casualty(1)[y].tolist() == months(t4=1)[:15]


def test_lists_of_a_group_through_time(panel: Panel) -> None:
    x = panel.index_of("X @ Mali")
    # 36 deaths in month 2 are in the last 12 months up to month 13.
    assert panel.ongoing[x].tolist() == [2 <= t <= 13 for t in range(16)]
    assert panel.crossed_before[x].tolist() == [t >= 2 for t in range(16)]
    assert panel.seen[x].all()
    y = panel.index_of("Y @ Mali")
    assert panel.seen[y].tolist() == [t >= 2 for t in range(16)]
    assert panel.ongoing[y].tolist() == [t >= 5 for t in range(16)]


def test_twenty_five_deaths_in_twelve_months_are_the_threshold() -> None:
    events = [
        Happened(0, "Exact", "Civilians", 10),
        Happened(11, "Exact", "Civilians", 15),
        Happened(0, "Short", "Civilians", 9),
        Happened(11, "Short", "Civilians", 15),
        Happened(0, "Apart", "Civilians", 15),
        Happened(12, "Apart", "Civilians", 15),
        Happened(0, "Bloodless", "Government of Mali", 0),
    ]
    made = build_panel(digest_of(events, 14))
    assert made.ongoing[made.index_of("Exact @ Mali")].tolist() == [t == 11 for t in range(14)]
    assert made.crossed_before[made.index_of("Exact @ Mali")].tolist() == [t >= 11 for t in range(14)]
    assert not made.crossed_before[made.index_of("Short @ Mali")].any()
    assert not made.ongoing[made.index_of("Apart @ Mali")].any()
    # An event without a death is known, but the group is not seen.
    bloodless = made.index_of("Bloodless @ Mali")
    assert made.counts["events"][bloodless].sum() == 1
    assert not made.seen[bloodless].any()


def test_an_unknown_group_is_said_to_be_so(panel: Panel) -> None:
    with pytest.raises(NotHeldError, match=r"no group 'X @ Chad'.*2016-04-30"):
        panel.index_of("X @ Chad")


def test_a_view_of_several_countries_needs_its_region() -> None:
    merged = worked().seen_as("Borderlands", ["Mali", "Niger"])
    with pytest.raises(InputError, match="Borderlands"):
        build_panel(merged)
    panel = build_panel(merged, regions={"Borderlands": "Africa"})
    assert panel.regions[panel.index_of("X @ Borderlands")] == "Africa"
    assert row(panel, "deaths", "X @ Borderlands") == months(t0=4, t2=36, t4=20, t14=1)


def test_no_groups_make_an_empty_panel() -> None:
    states_only = digest_of([Happened(1, "Government of Mali", "Civilians", 3)], 5)
    panel = build_panel(states_only)
    assert (panel.groups, panel.deaths.shape, panel.future_deaths(2).shape) == ((), (0, 5), (0, 3))


def test_a_digest_without_rows_makes_an_empty_panel() -> None:
    full = worked()
    empty = replace(full, monthly=full.monthly.clear(), cells=full.cells.clear())
    assert build_panel(empty).deaths.shape == (0, WORKED_MONTHS)


@settings(max_examples=12, deadline=None)
@given(random_events)
def test_the_arrays_hold_what_the_digest_holds(events: list[Happened]) -> None:
    digest = digest_of(events, 40)
    panel = build_panel(digest)
    rows = digest.monthly.filter(is_group(pl.col("actor")))
    assert panel.deaths.sum() == rows["deaths_best"].sum()
    assert panel.counts["events"].sum() == rows["events"].sum()
    for figure in ("events", "deaths"):
        by_kind = sum(panel.counts[f"{figure}_{kind}"] for kind in ("state", "nonstate", "onesided"))
        assert np.array_equal(by_kind, panel.counts[figure])
    for g, group in enumerate(panel.groups):
        actor, theatre = group.split(" @ ")
        own = rows.filter(actor=actor, theatre=theatre)
        for t in np.flatnonzero(panel.counts["events"][g]):
            then = own.filter(period=first_day(FIRST + int(t)))
            assert panel.deaths[g, t] == then["deaths_best"].sum()
            assert panel.counts["largest"][g, t] == then["largest_event_deaths"].max()
            attacks = then.filter(kind="onesided")["largest_event_deaths"]
            assert panel.counts["largest_onesided"][g, t] == (attacks.max() or 0)
    assert (panel.places["urban_events"] <= panel.counts["events"]).all()
    assert (panel.places["new_cells"] <= panel.places["cells"]).all()
