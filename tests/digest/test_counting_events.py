"""From events to figures: sides, opponents, kinds, thresholds, months and weeks, worked by hand."""

from __future__ import annotations

from datetime import date

import polars as pl
from event_rows import MALI_STATE, NIGER_STATE, Row, event, figures, random_events, table
from hypothesis import given, settings

from tocsin.digest import CELL_SCHEMA, DIGEST_SCHEMA, by_side, make_cells, make_digest

MARCH = date(2015, 3, 1)
ALL = ("events", "deaths_low", "deaths_best", "deaths_high", "largest_event_deaths", "mass_casualty_events")


def monthly(*rows: Row) -> dict[tuple[str, str, str], Row]:
    """Figures of one month by actor, kind and opponent."""
    made = make_digest(table(*rows), "month")
    return {(r["actor"], r["kind"], r["opponent"]): r for r in made.iter_rows(named=True)}


def test_a_clash_with_a_state_counts_for_both_sides_and_sums_its_events() -> None:
    got = monthly(
        event("2015-03-04", MALI_STATE, "JNIM", 3, deaths_low=2, deaths_high=5),
        event("2015-03-30", "JNIM", MALI_STATE, 10, deaths_low=10, deaths_high=11),
    )
    assert set(got) == {("JNIM", "state", "state"), (MALI_STATE, "state", "JNIM")}
    for row in got.values():
        assert row["period"] == MARCH
        assert figures(row, *ALL) == (2, 12, 13, 16, 10, 0)


def test_a_clash_of_two_groups_names_each_as_the_others_opponent() -> None:
    got = monthly(event("2015-03-04", "JNIM", "IS", 30))
    assert set(got) == {("JNIM", "nonstate", "IS"), ("IS", "nonstate", "JNIM")}
    assert all(figures(row, *ALL) == (1, 29, 30, 32, 30, 0) for row in got.values())


def test_one_sided_violence_counts_for_who_did_it_only() -> None:
    got = monthly(event("2015-03-04", "IS", "Civilians", 4), event("2015-03-05", MALI_STATE, "Civilians", 5))
    assert set(got) == {("IS", "onesided", "civilians"), (MALI_STATE, "onesided", "civilians")}


def test_victims_are_no_actor_whatever_they_are_called() -> None:
    got = monthly(event("2015-03-04", "IS", "Villagers", 4, kind="onesided"))
    assert set(got) == {("IS", "onesided", "civilians")}


def test_two_states_are_each_others_state() -> None:
    got = monthly(event("2015-03-04", MALI_STATE, NIGER_STATE, 4))
    assert set(got) == {(MALI_STATE, "state", "state"), (NIGER_STATE, "state", "state")}


def test_a_compound_name_is_one_actor_and_not_its_members() -> None:
    got = monthly(event("2015-03-04", "Ahrar al-Sham, FSA", "IS", 4))
    assert set(got) == {("Ahrar al-Sham, FSA", "nonstate", "IS"), ("IS", "nonstate", "Ahrar al-Sham, FSA")}


def test_a_coalition_of_governments_is_the_state() -> None:
    got = monthly(event("2015-03-04", "Government of Mali, Government of Niger", "IS", 4))
    assert ("IS", "state", "state") in got


def test_kinds_and_opponents_of_one_month_stay_apart() -> None:
    got = monthly(
        event("2015-03-04", MALI_STATE, "IS", 1),
        event("2015-03-05", "IS", "Civilians", 2),
        event("2015-03-06", "IS", "JNIM", 3),
        event("2015-03-07", "Ganda Koy", "IS", 4),
    )
    own = {key[1:]: row["deaths_best"] for key, row in got.items() if key[0] == "IS"}
    assert own == {
        ("state", "state"): 1,
        ("onesided", "civilians"): 2,
        ("nonstate", "JNIM"): 3,
        ("nonstate", "Ganda Koy"): 4,
    }


def test_mass_casualty_events_are_one_sided_with_twenty_deaths_or_more() -> None:
    got = monthly(
        event("2015-03-01", "IS", "Civilians", 19, deaths_high=90),
        event("2015-03-02", "IS", "Civilians", 20, deaths_low=3),
        event("2015-03-03", "IS", "Civilians", 21),
        event("2015-03-04", "IS", MALI_STATE, 500),
        event("2015-03-05", "IS", "JNIM", 20),
    )
    assert got["IS", "onesided", "civilians"]["mass_casualty_events"] == 2
    assert got["IS", "onesided", "civilians"]["largest_event_deaths"] == 21
    assert got["IS", "state", "state"]["mass_casualty_events"] == 0
    assert got["IS", "nonstate", "JNIM"]["mass_casualty_events"] == 0


def test_mass_civilian_harm_counts_civilians_of_any_kind_of_event() -> None:
    got = monthly(
        event("2015-03-01", "IS", MALI_STATE, 60, deaths_civilians=20),
        event("2015-03-02", "IS", MALI_STATE, 60, deaths_civilians=19),
        event("2015-03-03", "IS", MALI_STATE, 60),
        event("2015-03-04", "IS", "Civilians", 20, deaths_civilians=20),
    )
    harm = {key: row["mass_civilian_harm_events"] for key, row in got.items()}
    assert harm == {("IS", "state", "state"): 1, (MALI_STATE, "state", "IS"): 1, ("IS", "onesided", "civilians"): 1}


def test_mass_civilian_harm_is_unknown_where_the_deaths_are_not_split() -> None:
    got = monthly(
        event("2015-03-01", "IS", "Civilians", 60),
        event("2015-03-02", "JNIM", "Civilians", 60, deaths_civilians=0),
    )
    assert got["IS", "onesided", "civilians"]["mass_civilian_harm_events"] is None
    assert got["JNIM", "onesided", "civilians"]["mass_civilian_harm_events"] == 0


def test_an_event_lies_in_the_month_and_week_of_its_last_day() -> None:
    # Friday 27 February to Wednesday 4 March 2015; the Monday of that week is the 2nd.
    long = table(event("2015-02-27", "IS", "Civilians", 5, date_end=date(2015, 3, 4), date_precision_days=6))
    assert make_digest(long, "month")["period"].to_list() == [MARCH]
    assert make_digest(long, "week")["period"].to_list() == [date(2015, 3, 2)]
    assert make_cells(long)["period"].to_list() == [MARCH]


def test_weeks_begin_on_monday() -> None:
    days = ["2015-03-01", "2015-03-02", "2015-03-08", "2015-03-09"]  # Sunday, Monday, Sunday, Monday
    weekly = make_digest(table(*(event(day, "IS", "Civilians", 1) for day in days)), "week")
    assert dict(zip(weekly["period"], weekly["events"], strict=True)) == {
        date(2015, 2, 23): 1,
        date(2015, 3, 2): 2,
        date(2015, 3, 9): 1,
    }


def test_weeks_leave_out_what_is_dated_worse_than_a_week_and_months_keep_it() -> None:
    spans = [None, 1, 6, 7, 31, 366]
    made = table(*(event("2015-03-04", "IS", "Civilians", 1, date_precision_days=span) for span in spans))
    assert make_digest(made, "week")["events"].to_list() == [4]
    assert make_digest(made, "month")["events"].to_list() == [6]
    assert make_cells(made)["events"].to_list() == [6]


def test_theatres_stay_apart() -> None:
    made = make_digest(
        table(event("2015-03-04", "IS", "Civilians", 1), event("2015-03-04", "IS", "Civilians", 2, theatre="Niger")),
        "month",
    )
    assert made.select("theatre", "deaths_best").rows() == [("Mali", 1), ("Niger", 2)]


def test_cells_hold_each_side_once_whatever_the_kind() -> None:
    got = make_cells(
        table(
            event("2015-03-04", "IS", "JNIM", 3),
            event("2015-03-09", "IS", "Civilians", 4),
            event("2015-03-09", "IS", "Civilians", 5, lat=13.0),
        )
    )
    # 12.65 N 8.0 W lies in cell 205 * 720 + 344 + 1; half a degree north is 720 further on.
    assert got.select("actor", "cell", "events", "deaths_best").rows() == [
        ("IS", 147_945, 2, 7),
        ("IS", 148_665, 1, 5),
        ("JNIM", 147_945, 1, 3),
    ]


def test_no_events_give_empty_tables_of_the_right_columns() -> None:
    none = table()
    assert make_digest(none, "month").schema == pl.Schema(DIGEST_SCHEMA)
    assert make_digest(none, "week").is_empty()
    assert make_cells(none).schema == pl.Schema(CELL_SCHEMA)


@settings(max_examples=12, deadline=None)
@given(random_events)
def test_the_order_of_events_does_not_matter(events: pl.DataFrame) -> None:
    turned = events.reverse()
    for period in ("month", "week"):
        assert make_digest(turned, period).equals(make_digest(events, period))
    assert make_cells(turned).equals(make_cells(events))


@settings(max_examples=12, deadline=None)
@given(random_events)
def test_sides_are_what_a_plain_walk_over_the_events_finds(events: pl.DataFrame) -> None:
    """The tables against a loop over rows in plain Python."""
    expected: dict[tuple[object, ...], list[int]] = {}
    for e in events.iter_rows(named=True):
        pairs = [(e["actor_a"], e["actor_b"])]
        if e["kind"] != "onesided":
            pairs.append((e["actor_b"], e["actor_a"]))
        for own, other in pairs:
            opponent = {"Civilians": "civilians"}.get(other, "state" if other.startswith("Government of") else other)
            key = (e["theatre"], own, e["date_end"].replace(day=1), e["kind"], opponent)
            so_far = expected.setdefault(key, [0, 0, 0, 0, 0, 0])
            so_far[0] += 1
            so_far[1] += e["deaths_low"]
            so_far[2] += e["deaths_best"]
            so_far[3] += e["deaths_high"]
            so_far[4] = max(so_far[4], e["deaths_best"])
            so_far[5] += e["kind"] == "onesided" and e["deaths_best"] >= 20
    made = make_digest(events, "month")
    keys = ("theatre", "actor", "period", "kind", "opponent")
    assert {figures(r, *keys): list(figures(r, *ALL)) for r in made.iter_rows(named=True)} == expected
    assert by_side(events).height == sum(row[0] for row in expected.values())
    cells = make_cells(events)
    assert cells["events"].sum() == made["events"].sum()
    assert cells["deaths_best"].sum() == made["deaths_best"].sum()
