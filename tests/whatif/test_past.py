"""The past of a theatre's sides: counted by hand, cut at the as-of day, and the same whatever the order of sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from planted_groups import Event, digest_of, event_table
from tocsin.digest import Digest, make_cells
from tocsin.digest.load import urban_cells
from tocsin.digest.tables import cell_centre
from tocsin.errors import InputError, NotHeldError
from tocsin.groups.theatres import Theatre
from tocsin.months import month_id
from tocsin.whatif.calibration.past import read_past

FIRST = month_id(date(2015, 1, 1))
LAST = FIRST + 29
STATE = "Government of Mali"


def _digest() -> Digest:
    events: list[Event] = [
        ("Mali", FIRST - 30, "onesided", "Old", "Civilians", 1),
        ("Mali", FIRST, "onesided", "Old", "Civilians", 3),
        ("Mali", FIRST, "onesided", "Old", "Civilians", 25),
        ("Mali", FIRST, "state", "Old", STATE, 7),
        ("Mali", FIRST + 2, "nonstate", "Old", "New", 4),
        ("Mali", FIRST + 5, "onesided", "New", "Civilians", 0),
        ("Mali", FIRST + 6, "onesided", STATE, "Civilians", 2),
        ("Niger", FIRST + 1, "onesided", "Old", "Civilians", 50),
        ("Mali", LAST, "state", "New", STATE, 1),
    ]
    table = event_table(events)
    lat, lon = cell_centre(next(iter(urban_cells())))
    in_city = pl.col("deaths_best") == 25
    placed = table.with_columns(
        pl.when(in_city).then(lat).otherwise(pl.lit(-50.0)).alias("lat"),
        pl.when(in_city).then(lon).otherwise(pl.lit(-140.0)).alias("lon"),
    )
    return replace(digest_of(events, first=FIRST - 40, last=LAST), cells=make_cells(placed))


def test_figures_by_hand() -> None:
    past = read_past(_digest(), "Mali", ["Old", "New", STATE, "Nobody"], first=FIRST)
    assert (past.first, past.last, past.n_months) == (FIRST, LAST, 30)
    assert past.vintage == "planted 1"
    assert past.attacks[0, 0] == 2
    assert past.deaths[0, 0] == 28
    assert past.mass_casualty[0, 0] == 1
    assert (past.clashes[0, 0], past.clash_deaths[0, 0]) == (1, 7)
    assert (past.events[0, 0], past.urban_events[0, 0]) == (3, 1)
    assert past.attacks[0].sum() == 2  # the attack in Niger is none of Mali's
    # A clash of two groups is in the figures of both, one with the state only in the group's.
    assert past.clashes[:, 2].tolist() == [1, 1, 0, 0]
    assert past.clashes[1].sum() == 2
    assert past.attacks[2].sum() == 1
    assert past.clashes[2].sum() == 0
    assert past.fighting.tolist() == [True, True, False, True]
    # There before the window, from its third month, from its seventh, never.
    assert past.entered.tolist() == [0, 2, 6, 30]
    assert past.active.sum(axis=1).tolist() == [2, 3, 1, 0]


def test_a_view_of_several_countries_sums_them() -> None:
    past = read_past(_digest(), Theatre("Mali+Niger", ("Mali", "Niger")), ["Old"], first=FIRST)
    assert past.attacks[0, :2].tolist() == [2, 1]
    assert past.deaths[0, 1] == 50


def test_names_of_the_scenario_may_differ_from_the_source() -> None:
    past = read_past(_digest(), "Mali", ["The old ones"], first=FIRST, actors={"The old ones": "Old"})
    assert past.sides == ("The old ones",)
    assert past.attacks.sum() == 2


def test_nothing_after_the_as_of_day() -> None:
    digest = _digest()
    past = read_past(digest, "Mali", ["Old", "New"], first=FIRST, as_of=date(2017, 5, 30))
    assert past.last == month_id(date(2017, 4, 1))  # May 2017 is not over
    assert past.clashes[1].sum() == 1
    early = read_past(digest.up_to(past.last), "Mali", ["Old", "New"], first=FIRST)
    np.testing.assert_array_equal(past.attacks, early.attacks)
    np.testing.assert_array_equal(past.entered, early.entered)


def test_sides_and_months_cut_out_are_those_read_alone() -> None:
    digest = _digest()
    whole = read_past(digest, "Mali", ["Old", "New", STATE], first=FIRST)
    cut = whole.only([STATE, "Old"]).between(FIRST + 2, LAST)
    alone = read_past(digest, "Mali", [STATE, "Old"], first=FIRST + 2)
    for name in ("attacks", "deaths", "mass_casualty", "clashes", "clash_deaths", "urban_events", "events", "entered"):
        np.testing.assert_array_equal(getattr(cut, name), getattr(alone, name))
    with pytest.raises(NotHeldError, match="no side 'Nobody'"):
        whole.only(["Nobody"])
    with pytest.raises(InputError, match="asked for were"):
        whole.between(FIRST - 1, LAST)


def test_errors_say_what_is_missing() -> None:
    digest = _digest()
    with pytest.raises(InputError, match="a past needs 24 months"):
        read_past(digest, "Mali", ["Old"], first=LAST - 22)
    with pytest.raises(NotHeldError, match="Did you mean New"):
        read_past(digest, "Mali", ["Neww"], first=FIRST)
