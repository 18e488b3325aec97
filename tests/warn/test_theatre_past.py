"""A theatre over time: groups one by one, several together with each event once, in months or longer periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planted_groups import Event, digest_of
from tocsin.digest import theatre_totals
from tocsin.errors import InputError
from tocsin.groups import Theatre
from tocsin.months import first_day, month_id
from tocsin.warn.theatre import deaths_by_theatre, theatre_past

FIRST, LAST = month_id(date(2018, 1, 1)), month_id(date(2020, 12, 1))
MALI, SAHEL = Theatre("Mali", ("Mali",)), Theatre("Mali+Niger", ("Mali", "Niger"))
STATE = "Government of Mali"
EVENTS: list[Event] = [
    ("Mali", LAST - 30, "state", "JNIM", STATE, 100),
    ("Mali", LAST - 3, "nonstate", "JNIM", "IS", 8),
    ("Mali", LAST - 3, "onesided", "JNIM", "Civilians", 3),
    ("Mali", LAST - 2, "nonstate", "IS", "Dogons", 5),
    ("Mali", LAST - 2, "nonstate", "Dogons", "Fulani", 4),
    ("Mali", LAST - 1, "onesided", STATE, "Civilians", 50),
    ("Mali", LAST, "state", "IS", STATE, 7),
    ("Niger", LAST, "state", "IS", "Government of Niger", 11),
    ("Niger", LAST - 14, "nonstate", "IS", "JNIM", 2),
    ("Peru", LAST - 13, "state", "Silent front", "Government of Peru", 0),
]


def past(events: list[Event] = EVENTS, theatre: Theatre = MALI):  # type: ignore[no-untyped-def]
    return theatre_past(digest_of(events, first=FIRST, last=LAST), theatre)


def test_a_clash_counts_for_both_groups_and_once_for_them_together() -> None:
    held = past()
    assert held.n_months == 36
    assert held.deaths("JNIM")[-4:].tolist() == [11, 0, 0, 0]
    assert held.deaths("IS")[-4:].tolist() == [8, 5, 0, 7]
    assert held.together(["JNIM", "IS"])[-4:].tolist() == [11, 5, 0, 7]
    assert held.together(["Dogons", "Fulani"])[-4:].tolist() == [0, 9, 0, 0]
    assert held.together()[-4:].tolist() == [11, 9, 0, 7]
    assert held.together([]).sum() == 0


def test_events_without_a_group_stand_apart() -> None:
    held = past()
    assert held.state_deaths[-4:].tolist() == [0, 0, 50, 0]
    # With them, every event of the theatre is there, and there once.
    everything = theatre_totals(digest_of(EVENTS, first=FIRST, last=LAST).monthly).filter(pl.col("theatre") == "Mali")
    assert held.together().sum() + held.state_deaths.sum() == everything["deaths_best"].sum()


def test_the_largest_groups_of_the_months_asked_for_and_the_rest_together() -> None:
    shown = past().over_time(12, most=2)
    assert shown.starts == tuple(first_day(LAST - 11 + k) for k in range(12))
    # JNIM's 100 deaths lie before; Dogons and IS clashed with each other.
    assert [(group.group, sum(group.deaths)) for group in shown.groups] == [("IS @ Mali", 20), ("JNIM @ Mali", 11)]
    assert shown.groups[0].active_from == first_day(LAST - 3)
    assert shown.groups[0].active_to == first_day(LAST)
    assert shown.others[-3:] == (9, 0, 0)
    assert (shown.n_others, sum(shown.total)) == (2, 27)
    assert [group.group for group in past().over_time(most=1).groups] == ["JNIM @ Mali"]


def test_longer_periods_are_counted_back_from_the_end_and_none_is_cut_short() -> None:
    shown = past().over_time(11, step=3)
    assert shown.starts == (first_day(LAST - 8), first_day(LAST - 5), first_day(LAST - 2))
    assert shown.total == (0, 11, 16)
    assert shown.groups[0].deaths == (0, 8, 12)


def test_countries_of_a_view_are_one() -> None:
    view = past(theatre=SAHEL)
    assert view.deaths("IS").sum() == past().deaths("IS").sum() + 13
    assert [group.group for group in view.over_time(12).groups][:2] == ["IS @ Mali+Niger", "JNIM @ Mali+Niger"]


@pytest.mark.parametrize(("months", "step", "most"), [(None, 0, 6), (2, 3, 6), (None, 1, 0), (None, 37, 6)])
def test_what_is_no_period_is_refused(months: int | None, step: int, most: int) -> None:
    with pytest.raises(InputError):
        past().over_time(months, step=step, most=most)


def test_a_theatre_without_a_group_is_empty() -> None:
    shown = past(theatre=Theatre("Kenya", ("Kenya",))).over_time(24)
    assert (shown.groups, shown.n_others, set(shown.total), set(shown.others)) == ((), 0, {0}, {0})


def test_the_table_has_a_row_for_each_group_and_month_with_an_event() -> None:
    table = past().to_polars()
    row = table.row(by_predicate=(pl.col("group") == "JNIM @ Mali") & (pl.col("events") == 2), named=True)
    assert row == {
        "group": "JNIM @ Mali",
        "theatre": "Mali",
        "month": first_day(LAST - 3),
        "events": 2,
        "deaths_state": 0,
        "deaths_nonstate": 8,
        "deaths_onesided": 3,
        "deaths": 11,
    }
    assert table.height == 7
    assert not any(group.startswith("Government") for group in table["group"])


def test_changes_of_government_by_the_last_month_are_told() -> None:
    afghanistan = Theatre("Afghanistan", ("Afghanistan",))
    held = theatre_past(digest_of(EVENTS, first=FIRST, last=LAST), afghanistan)
    assert [change.day.year for change in held.government_changes] == [1992, 1996, 2001]
    early = replace(digest_of(EVENTS, first=FIRST, last=LAST).provenance, first_month=110, last_month=150)
    digest = replace(digest_of(EVENTS, first=FIRST, last=LAST).up_to(150), provenance=early)
    assert [change.day.year for change in theatre_past(digest, afghanistan).government_changes] == [1992]


def test_theatres_by_the_deaths_of_their_groups_each_event_once() -> None:
    table = deaths_by_theatre(digest_of(EVENTS, first=FIRST, last=LAST))
    assert table.rows() == [
        ("Mali", 4, 4, 5, 27, 0, first_day(LAST)),
        ("Niger", 2, 1, 1, 11, 2, first_day(LAST)),
    ]


def test_without_two_years_the_year_before_is_not_known() -> None:
    table = deaths_by_theatre(digest_of(EVENTS, first=LAST - 22, last=LAST))
    assert table["deaths_12m_before"].to_list() == [None, None]
    assert deaths_by_theatre(digest_of(EVENTS, first=LAST - 23, last=LAST))["deaths_12m_before"].to_list() == [0, 2]


names = st.sampled_from(["A", "B", "C", "D"])
random_events = st.lists(
    st.builds(
        lambda kind, month, a, b, deaths: (
            "Mali",
            month,
            kind if a != b or kind != "nonstate" else "onesided",
            a,
            {"state": STATE, "onesided": "Civilians"}.get(kind if a != b or kind != "nonstate" else "onesided", b),
            deaths,
        ),
        st.sampled_from(["state", "nonstate", "onesided"]),
        st.integers(FIRST, LAST),
        names,
        names,
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(random_events, st.sets(names))
def test_together_is_the_sum_over_the_events_themselves(events: list[Event], chosen: set[str]) -> None:
    held = past(events)
    direct = np.zeros(held.n_months, np.int64)
    for _, month, _, a, b, deaths in events:
        direct[month - FIRST] += deaths * bool({a, b} & chosen)
    assert held.together(chosen).tolist() == direct.tolist()
    assert held.together(chosen).sum() <= held.together().sum()


@settings(max_examples=20, deadline=None)
@given(random_events)
def test_every_death_is_in_the_total_and_in_the_groups_or_the_others(events: list[Event]) -> None:
    shown = past(events).over_time(most=2)
    for k, total in enumerate(shown.total):
        parts = [group.deaths[k] for group in shown.groups] + [shown.others[k]]
        assert max(parts) <= total <= sum(parts)


def test_later_months_change_nothing_before() -> None:
    earlier = digest_of([e for e in EVENTS if e[1] <= LAST - 2], first=FIRST, last=LAST - 2)
    cut = digest_of(EVENTS, first=FIRST, last=LAST).up_to(LAST - 2)
    assert theatre_past(cut, MALI).to_polars().equals(theatre_past(earlier, MALI).to_polars())
