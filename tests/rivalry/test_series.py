"""Attacks of a theatre's groups per week and per day, against values counted by hand and events counted one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planted_groups import EVENT
from tocsin.digest import Digest, Provenance, make_cells, make_digest, packaged_digest
from tocsin.errors import InputError, NotHeldError
from tocsin.groups import Theatre
from tocsin.groups.names import group_name
from tocsin.months import first_day, last_day, month_id
from tocsin.rivalry.series import KIND_WORDS, Kind, Series, daily_series, make_series, theatres_with_rivals

STATE, CIVILIANS = "Government of Mali", "Civilians"
ARRAYS = ("attacks", "deaths", "mass_casualty", "state_clashes", "group_clashes")
ALL: dict[str, Any] = {"least_attacks": 1, "least_periods": 1}
MONDAY = date(2015, 1, 5)
Row = tuple[Any, ...]


def event(
    day: str | date, actor: str, other: str, deaths: int = 1, *, theatre: str = "Mali", days: int | None = 1
) -> Row:
    """An event on one day, known to within `days`."""
    against = "state" if "Government of" in actor + other else "nonstate"
    kind = "onesided" if other == CIVILIANS else against
    when = day if isinstance(day, date) else date.fromisoformat(day)
    return (theatre, when, days, kind, actor, other, deaths, deaths, deaths, None, 10.25, 20.25)


def provenance(first: str = "2015-01-01", last: str = "2016-12-31") -> Provenance:
    months = {"first_month": month_id(date.fromisoformat(first)), "last_month": month_id(date.fromisoformat(last))}
    return Provenance("made-up 1", "made-up", "CC0", "nobody", place_precision="exact", **months)


def table_of(rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=EVENT, orient="row")


def digest_of(rows: Sequence[Row], **covered: str) -> Digest:
    events = table_of(rows)
    return Digest(make_digest(events, "month"), make_digest(events, "week"), make_cells(events), provenance(**covered))


def same(one: Series, other: Series) -> None:
    for name in ("theatre", "kind", "groups", "first", "last", "step_days", "left_out"):
        assert getattr(one, name) == getattr(other, name), name
    for name in (*ARRAYS, "first_of_month"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in ("clashes", "shared_ground", "allied"):
        np.testing.assert_array_equal(getattr(one.relations, name), getattr(other.relations, name), err_msg=name)


def in_week(series: Series, array: str, group: str) -> dict[int, int]:
    """The weeks (or days) with anything in them, and what."""
    row = getattr(series, array)[series.groups.index(group)]
    return {int(t): int(row[t]) for t in np.flatnonzero(row)}


# A week begins on 5 January 2015; the weeks of 12 and 19 January are numbers 1 and 2.
THREE_WEEKS = [
    event("2015-01-05", "Ansar", CIVILIANS, 3),
    event("2015-01-11", "Ansar", CIVILIANS, 20),
    event("2015-01-12", "Ansar", CIVILIANS, 19),
    event("2015-01-13", STATE, "Ansar", 40),
    event("2015-01-13", "Corps", STATE, 2),
    event("2015-01-18", "Corps", CIVILIANS, 25),
    event("2015-01-19", "Corps", "Ansar", 9),
    event("2015-01-20", "Ansar", "Corps", 5),
    event("2015-01-20", STATE, CIVILIANS, 100),
    event("2015-01-20", STATE, "Government of Niger", 7),
]


@pytest.mark.parametrize(
    ("kind", "ansar", "corps"),
    [
        ("onesided", ({0: 2, 1: 1}, {0: 23, 1: 19}), ({1: 1}, {1: 25})),
        ("state", ({1: 1}, {1: 40}), ({1: 1}, {1: 2})),
        ("all", ({0: 2, 1: 2}, {0: 23, 1: 59}), ({1: 2}, {1: 27})),
    ],
)
def test_events_are_counted_in_their_week_and_by_kind(kind: Kind, ansar: Any, corps: Any) -> None:
    series = make_series(digest_of(THREE_WEEKS), "Mali", kind=kind, first=MONDAY, **ALL)
    assert set(series.groups) == {"Ansar @ Mali", "Corps @ Mali"}
    for group, (attacks, deaths) in (("Ansar @ Mali", ansar), ("Corps @ Mali", corps)):
        assert in_week(series, "attacks", group) == attacks
        assert in_week(series, "deaths", group) == deaths
    # These do not depend on the kind: 20 deaths are mass-casualty, 19 are not, and a clash of two stands in both.
    assert in_week(series, "mass_casualty", "Ansar @ Mali") == {0: 1}
    assert in_week(series, "mass_casualty", "Corps @ Mali") == {1: 1}
    for group in series.groups:
        assert in_week(series, "state_clashes", group) == {1: 1}
        assert in_week(series, "group_clashes", group) == {2: 2}
    assert series.relations.clashes[0, 1] == 2
    assert all(getattr(series, name).dtype == np.int32 for name in ARRAYS)


def test_groups_come_by_attacks_then_by_name() -> None:
    rows = [event(MONDAY, name, CIVILIANS) for name in ("Corps", "Brigade", "Ansar", "Corps", "Dawn", "Dawn")]
    series = make_series(digest_of(rows), "Mali", **ALL)
    assert series.groups == ("Corps @ Mali", "Dawn @ Mali", "Ansar @ Mali", "Brigade @ Mali")
    assert series.total_attacks.tolist() == [2, 2, 1, 1]


def test_groups_with_too_few_attacks_or_weeks_are_left_out_and_said() -> None:
    rows = [event(MONDAY + timedelta(weeks=k), name, CIVILIANS) for k in range(5) for name in ("Ansar", "Corps") * 2]
    rows += [event(MONDAY, "Burst", CIVILIANS)] * 30
    rows += [event(MONDAY + timedelta(weeks=k), "Few", CIVILIANS) for k in range(9)]
    rows += [event(MONDAY, "Fighters", STATE)] * 9
    series = make_series(digest_of(rows), "Mali")
    assert series.groups == ("Ansar @ Mali", "Corps @ Mali")
    assert [(g.group, g.attacks, g.periods) for g in series.left_out] == [("Burst @ Mali", 30, 1), ("Few @ Mali", 9, 9)]
    assert len(make_series(digest_of(rows), "Mali", least_attacks=9).groups) == 3


def test_what_came_before_the_first_attack_of_the_listed_groups_is_not_in_the_window() -> None:
    early = [event("2015-01-06", "Few", CIVILIANS), event("2015-01-06", "Ansar", STATE)]
    later = [
        event("2015-03-04", name, CIVILIANS) for name in ("Ansar", "Corps", "Ansar", "Corps", "Ansar", "Corps", "Few")
    ]
    series = make_series(digest_of(early + later), "Mali", least_attacks=3, least_periods=1)
    assert series.first == date(2015, 3, 2)
    assert [(g.group, g.attacks) for g in series.left_out] == [("Few @ Mali", 1)]
    assert series.state_clashes.sum() == 0


def test_only_whole_weeks_count() -> None:
    # 1 January 2015 was a Thursday, 31 December 2016 a Saturday: the first and the last week are not whole.
    edges = ["2015-01-01", "2015-01-04", "2015-01-05", "2016-12-25", "2016-12-26", "2016-12-31"]
    rows = [event(day, name, CIVILIANS) for day in edges for name in ("Ansar", "Corps")]
    series = make_series(digest_of(rows), "Mali", **ALL)
    assert (series.first, series.last, series.n_periods) == (MONDAY, date(2016, 12, 25), 103)
    assert series.attacks.tolist() == [[1] + [0] * 101 + [1]] * 2


def test_relations_use_the_last_month_also_where_its_last_week_is_not_whole() -> None:
    rows = [event("2015-02-02", name, CIVILIANS) for name in ("Ansar", "Corps")]
    rows += [event(day, "Ansar", "Corps") for day in ("2016-06-20", "2016-12-31")]
    assert make_series(digest_of(rows), "Mali", **ALL).relations.clashes[0, 1] == 2
    # December is not known whole on its 30th.
    assert make_series(digest_of(rows), "Mali", last=date(2016, 12, 30), **ALL).relations.clashes[0, 1] == 1


@pytest.mark.parametrize(
    ("first", "last", "begins", "ends"),
    [
        (date(2015, 1, 6), date(2016, 3, 6), date(2015, 1, 12), date(2016, 3, 6)),
        (date(2015, 1, 12), date(2016, 3, 5), date(2015, 1, 12), date(2016, 2, 28)),
        (date(1990, 1, 1), date(2030, 1, 1), MONDAY, date(2016, 12, 25)),
    ],
)
def test_a_window_is_cut_to_whole_weeks_of_the_figures(first: date, last: date, begins: date, ends: date) -> None:
    rows = [event("2015-06-01", name, CIVILIANS) for name in ("Ansar", "Corps")]
    series = make_series(digest_of(rows), "Mali", first=first, last=last, **ALL)
    assert (series.first, series.last) == (begins, ends)
    assert series.starts[0] == np.datetime64(begins)
    assert series.starts[-1] == np.datetime64(ends) - 6


def test_the_first_of_a_month_is_marked_in_its_week() -> None:
    rows = [event(MONDAY, name, CIVILIANS) for name in ("Ansar", "Corps")]
    series = make_series(digest_of(rows), "Mali", **ALL)
    # From 5 January 2015: 1 February is the Sunday of week 3, 1 March of week 7, 1 June the Monday of week 21.
    assert np.flatnonzero(series.first_of_month)[:5].tolist() == [3, 7, 12, 16, 21]
    assert series.first_of_month.sum() == 23


@pytest.mark.parametrize("step", [1, 7])
def test_every_first_of_a_month_is_in_one_marked_period(step: int) -> None:
    rows = [event(MONDAY, name, CIVILIANS) for name in ("Ansar", "Corps")]
    if step == 7:
        series = make_series(digest_of(rows), "Mali", **ALL)
    else:
        series = daily_series(table_of(rows), "Mali", provenance=provenance(), **ALL)
    for t in range(series.n_periods):
        days = [series.first + timedelta(days=t * step + k) for k in range(step)]
        assert series.first_of_month[t] == any(day.day == 1 for day in days)


def test_a_coalition_is_a_group_of_its_own_allied_with_its_members() -> None:
    rows = [event(MONDAY, name, CIVILIANS) for name in ("Ansar", "Corps", "Ansar, Corps", "Ansar", "Ansar, Dawn")]
    series = make_series(digest_of(rows), "Mali", **ALL)
    assert series.groups == ("Ansar @ Mali", "Ansar, Corps @ Mali", "Ansar, Dawn @ Mali", "Corps @ Mali")
    assert series.total_attacks.tolist() == [2, 1, 1, 1]
    assert series.relations.allied[0].tolist() == [False, True, True, True]


def test_several_countries_seen_as_one_are_their_sum() -> None:
    rows = [
        event("2015-02-03", "Ansar", CIVILIANS, 4),
        event("2015-02-04", "Ansar", CIVILIANS, 5, theatre="Niger"),
        event("2015-02-04", "Corps", CIVILIANS, 6, theatre="Niger"),
        event("2015-02-04", "Corps", CIVILIANS, 7, theatre="Chad"),
    ]
    view = Theatre("Mali+Niger", ("Mali", "Niger"))
    series = make_series(digest_of(rows), view, **ALL)
    assert series.groups == ("Ansar @ Mali+Niger", "Corps @ Mali+Niger")
    assert series.deaths[:, 0].tolist() == [9, 6]
    same(series, make_series(digest_of(rows).seen_as(view.name, view.countries), view.name, **ALL))
    daily = daily_series(table_of(rows), view, provenance=provenance(), **ALL)
    assert daily.groups == series.groups
    assert daily.deaths.sum(axis=1).tolist() == [9, 6]


@pytest.mark.parametrize(
    ("options", "kind_of_error", "says"),
    [
        ({"first": date(2016, 1, 1), "last": date(2015, 1, 1)}, InputError, "must lie before"),
        ({"first": date(2016, 1, 1), "last": date(2016, 1, 1)}, InputError, "must lie before"),
        ({"first": date(2016, 1, 4)}, InputError, "there are 51"),
        ({"first": date(2020, 1, 6)}, InputError, "there are 0 "),
        ({"kind": "bombing"}, InputError, "onesided, state or all, got 'bombing'"),
        ({"least_attacks": 0}, InputError, "1 or more"),
        ({"least_attacks": 2}, NotHeldError, r"there are Ansar \(2 in 1 weeks\), Corps \(1 in 1 weeks\)"),
        ({"kind": "state"}, NotHeldError, "no group has any"),
        ({"theatre": "Mal"}, NotHeldError, "'Mal'. Did you mean Mali"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(options: dict[str, Any], kind_of_error: type[Exception], says: str) -> None:
    rows = [event("2015-06-03", name, CIVILIANS) for name in ("Ansar", "Corps", "Ansar")]
    given = {"theatre": "Mali", **ALL, **options}
    for make in (
        lambda theatre, **rest: make_series(digest_of(rows), theatre, **rest),
        lambda theatre, **rest: daily_series(table_of(rows), theatre, provenance=provenance(), **rest),
    ):
        expected = says.replace("weeks", "(weeks|days)")
        with pytest.raises(kind_of_error, match=expected) as raised:
            make(**given)
        assert "\n" not in str(raised.value)


def test_attacks_that_begin_less_than_a_year_before_the_end_are_too_few_weeks() -> None:
    # The whole weeks end on 25 December 2016, so that the 52nd from there begins on 28 December 2015.
    def late(day: str) -> Digest:
        return digest_of([event(day, name, CIVILIANS) for name in ("Ansar", "Corps")])

    assert make_series(late("2015-12-28"), "Mali", **ALL).n_periods == 52
    assert theatres_with_rivals(late("2015-12-28"), **ALL) == ("Mali",)
    with pytest.raises(InputError, match="there are 51"):
        make_series(late("2016-01-04"), "Mali", **ALL)
    assert theatres_with_rivals(late("2016-01-04"), **ALL) == ()
    assert theatres_with_rivals(late("2016-01-04"), first=MONDAY, **ALL) == ("Mali",)


@st.composite
def rows_of_two_years(draw: st.DrawFn) -> Row:
    groups = st.sampled_from(["Ansar", "Corps", "Dawn", "Ansar, Corps"])
    actor, other = draw(
        st.one_of(
            st.tuples(groups, st.just(CIVILIANS)),
            st.tuples(groups, st.just(STATE)),
            st.tuples(st.just(STATE), groups),
            st.tuples(groups, groups).filter(lambda sides: sides[0] != sides[1]),
        )
    )
    day = date(2015, 1, 1) + timedelta(days=draw(st.integers(0, 730)))
    known_to = draw(st.sampled_from([None, 1, 1, 6, 7, 31]))
    return event(day, actor, other, draw(st.sampled_from([0, 1, 19, 20, 90])), days=known_to)


ANY_ROWS = st.lists(rows_of_two_years(), min_size=1, max_size=25)


def in_the_way(kind: Kind, row: Row) -> bool:
    return row[3] in {"onesided": ["onesided"], "state": ["state"], "all": ["onesided", "state"]}[kind]


@settings(max_examples=60)
@given(rows=ANY_ROWS, kind=st.sampled_from(sorted(KIND_WORDS)), step=st.sampled_from([1, 7]))
def test_counts_are_those_of_the_events_one_by_one(rows: list[Row], kind: Kind, step: int) -> None:
    begins = [event(MONDAY, name, other) for name in ("Ansar", "Corps") for other in (CIVILIANS, STATE)]
    rows = rows + begins
    if step == 7:
        series = make_series(digest_of(rows), "Mali", kind=kind, **ALL)
    else:
        series = daily_series(table_of(rows), "Mali", provenance=provenance(), kind=kind, **ALL)
    expected = {name: np.zeros_like(series.attacks) for name in ARRAYS}
    for row in rows:
        _, day, known_to, what, actor, other, deaths = row[:7]
        t = (day - series.first).days // step
        if (known_to or 1) > step or not 0 <= t < series.n_periods:
            continue
        for side in {actor, other} - {CIVILIANS, STATE}:
            if (name := group_name(side, "Mali")) not in series.groups:
                # Only groups without an attack of the kind are missing here.
                assert not in_the_way(kind, row)
                continue
            at = series.groups.index(name), t
            expected["attacks"][at] += in_the_way(kind, row)
            expected["deaths"][at] += deaths * in_the_way(kind, row)
            expected["mass_casualty"][at] += what == "onesided" and deaths >= 20
            expected["state_clashes"][at] += what == "state"
            expected["group_clashes"][at] += what == "nonstate"
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(series, name), expected[name], err_msg=name)


@settings(max_examples=25)
@given(rows=ANY_ROWS, seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(rows: list[Row], seed: int) -> None:
    rows = rows + [event(MONDAY, name, CIVILIANS) for name in ("Ansar", "Corps")]
    digest = digest_of(rows)
    mixed = replace(
        digest,
        **{
            name: getattr(digest, name).sample(fraction=1, shuffle=True, seed=seed)
            for name in ("monthly", "weekly", "cells")
        },
    )
    same(make_series(mixed, "Mali", **ALL), make_series(digest, "Mali", **ALL))
    shuffled = table_of(rows).sample(fraction=1, shuffle=True, seed=seed)
    same(
        daily_series(shuffled, "Mali", provenance=provenance(), **ALL),
        daily_series(table_of(rows), "Mali", provenance=provenance(), **ALL),
    )


@settings(max_examples=25)
@given(rows=ANY_ROWS)
def test_a_series_up_to_a_month_does_not_know_what_came_after(rows: list[Row]) -> None:
    month = month_id(date(2016, 6, 1))
    known = [event(MONDAY, name, CIVILIANS) for name in ("Ansar", "Corps")]
    known += [row for row in rows if row[1] <= last_day(month)]
    whole = digest_of(known + [row for row in rows if row[1] > last_day(month)])
    past = digest_of(known, last="2016-06-30")
    same(make_series(whole, "Mali", last=last_day(month), **ALL), make_series(past, "Mali", **ALL))
    same(make_series(whole.up_to(month), "Mali", **ALL), make_series(past, "Mali", **ALL))


def test_columns_of_categories_count_alike() -> None:
    digest = digest_of(THREE_WEEKS)
    names = [pl.col("theatre", "actor").cast(pl.Categorical)]
    more = [*names, pl.col("kind", "opponent").cast(pl.Categorical)]
    coded = replace(
        digest,
        monthly=digest.monthly.with_columns(more),
        weekly=digest.weekly.with_columns(more),
        cells=digest.cells.with_columns(names),
    )
    same(make_series(coded, "Mali", kind="all", **ALL), make_series(digest, "Mali", kind="all", **ALL))
    assert theatres_with_rivals(coded, **ALL) == ("Mali",)


def test_some_groups_and_some_weeks_of_a_series() -> None:
    rows = [*THREE_WEEKS, event("2015-01-14", "Dawn", CIVILIANS, 8), event("2015-01-14", "Dawn", "Corps")]
    series = make_series(digest_of(rows), "Mali", **ALL)
    two = series.only(("Dawn @ Mali", "Corps @ Mali"))
    assert two.groups == ("Dawn @ Mali", "Corps @ Mali")
    assert two.deaths[:, 1].tolist() == [8, 25]
    assert two.relations.clashes.tolist() == [[0, 1], [1, 0]]
    assert series.only(series.groups).relations.clashes.sum() == series.relations.clashes.sum() == 6
    with pytest.raises(NotHeldError, match="'Eagle @ Mali'"):
        series.only(("Eagle @ Mali",))


@settings(max_examples=25)
@given(first=st.integers(0, 300), weeks=st.integers(52, 70))
def test_weeks_of_a_series_are_those_counted_in_that_window(first: int, weeks: int) -> None:
    begin, end = MONDAY + timedelta(days=first), MONDAY + timedelta(days=first + 7 * weeks + 5)
    rows = [event(MONDAY + timedelta(days=3 * k), ("Ansar", "Corps")[k % 2], CIVILIANS, k) for k in range(240)]
    digest = digest_of(rows)
    part = make_series(digest, "Mali", **ALL).between(begin, end)
    again = make_series(digest, "Mali", first=begin, last=end, **ALL).only(part.groups)
    assert (part.first, part.last) == (again.first, again.last)
    for name in (*ARRAYS, "first_of_month"):
        np.testing.assert_array_equal(getattr(part, name), getattr(again, name))


def test_no_week_lies_between_days_outside_the_series() -> None:
    series = make_series(digest_of(THREE_WEEKS), "Mali", **ALL)
    for first, last in ((date(2014, 1, 1), date(2014, 6, 1)), (date(2018, 1, 1), date(2019, 1, 1)), (MONDAY, MONDAY)):
        with pytest.raises(InputError, match="no whole period"):
            series.between(first, last)


# --- by day ----------------------------------------------------------------------------------------------------------


def test_only_events_whose_day_is_known_count_by_day() -> None:
    days_known: list[int | None] = [1, None, 6, 7, 31, 366]
    rows = [event("2015-01-07", name, CIVILIANS, days=k) for k in days_known for name in ("Ansar", "Corps")]
    series = daily_series(table_of(rows), "Mali", provenance=provenance(), **ALL)
    assert (series.first, series.step_days, series.last) == (date(2015, 1, 7), 1, date(2016, 12, 31))
    assert series.attacks[:, 0].tolist() == [2, 2]
    # Where they are is known all the same.
    assert series.relations.shared_ground[0, 1] == 1


def test_days_summed_by_week_are_the_weeks() -> None:
    rng = np.random.default_rng(3)
    rows = [
        event(MONDAY + timedelta(days=int(day)), ("Ansar", "Corps")[side], (CIVILIANS, STATE)[what], int(deaths))
        for day, side, what, deaths in zip(
            rng.integers(0, 700, 200),
            rng.integers(0, 2, 200),
            rng.integers(0, 2, 200),
            rng.integers(0, 40, 200),
            strict=True,
        )
    ]
    span = {"first": MONDAY, "last": date(2016, 12, 25)}
    weekly = make_series(digest_of(rows), "Mali", kind="all", **span, **ALL)
    daily = daily_series(table_of(rows), "Mali", provenance=provenance(), kind="all", **span, **ALL)
    assert daily.groups == weekly.groups
    for name in ARRAYS:
        summed = getattr(daily, name).reshape(2, -1, 7).sum(axis=2)
        np.testing.assert_array_equal(summed, getattr(weekly, name), err_msg=name)
    np.testing.assert_array_equal(daily.relations.clashes, weekly.relations.clashes)


# --- the packaged figures --------------------------------------------------------------------------------------------


def test_afghanistan_has_the_taleban_and_is() -> None:
    digest = packaged_digest()
    series = make_series(digest, "Afghanistan")
    assert {"IS @ Afghanistan", "Taleban @ Afghanistan"} <= set(series.groups)
    assert series.last == date(2020, 12, 27)
    assert series.provenance.vintage == "ucdp-ged 21.1"
    for g, group in enumerate(series.groups):
        own = digest.weekly.filter(
            (pl.col("theatre") == "Afghanistan")
            & (pl.col("actor") == group.removesuffix(" @ Afghanistan"))
            & pl.col("period").is_between(series.first, series.last)
        )
        onesided = own.filter(pl.col("kind") == "onesided")
        assert series.attacks[g].sum() == onesided["events"].sum()
        assert series.deaths[g].sum() == onesided["deaths_best"].sum()
        assert series.mass_casualty[g].sum() == own["mass_casualty_events"].sum()
        assert (
            series.attacks[g].sum() + series.state_clashes[g].sum() + series.group_clashes[g].sum()
            == own["events"].sum()
        )


@pytest.mark.parametrize("kind", sorted(KIND_WORDS))
def test_the_theatres_with_rivals_are_those_a_series_can_be_made_of(kind: Kind) -> None:
    digest = packaged_digest()
    listed = theatres_with_rivals(digest, kind)
    assert listed == tuple(sorted(listed))
    made = set()
    for theatre in digest.weekly["theatre"].unique():
        try:
            series = make_series(digest, theatre, kind=kind)
        except (InputError, NotHeldError):
            continue
        made.add(theatre)
        assert (series.total_attacks >= 10).all()
        assert ((series.attacks > 0).sum(axis=1) >= 5).all()
        assert series.first >= first_day(digest.provenance.first_month)
        assert series.attacks[:, 0].any()
        assert all(g.attacks < 10 or g.periods < 5 for g in series.left_out)
    assert set(listed) == made
