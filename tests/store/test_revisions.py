"""What a release changed: by hand, by properties that must hold, and on real releases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planted_releases import PLACES, event, release_of
from tocsin.errors import InputError, NotHeldError
from tocsin.events import EVENT_SCHEMA
from tocsin.sources.ucdp import read_ged
from tocsin.store import Renaming, RevisionRow, Revisions, Store, compare_releases, releases_compared, revisions

DAY = date(2020, 5, 5)
EVERYWHERE = pl.lit(True)
ROWS = list[dict[str, object]]


def between(before: ROWS, after: ROWS, **options: object) -> Revisions:
    tables = [pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row") for rows in (before, after)]
    given = {
        "covered_by_older": EVERYWHERE,
        "covered_by_newer": EVERYWHERE,
        "first": date(1989, 1, 1),
        "last": date(2021, 12, 31),
    }
    return revisions(*tables, **(given | options))  # type: ignore[arg-type]


def counts(row: RevisionRow) -> dict[str, int]:
    """The counts of a row that are not zero, events and deaths apart."""
    names = ("added", "dropped", "changed", "deaths_up", "deaths_down", "date_moved", "country_moved")
    return {n: v for n in (*names, "actors_changed", "kind_changed") if (v := getattr(row, n))}


NIGER = {"country": "NER", "theatre": "Niger"}


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({}, {}),
        ({"deaths_best": 9}, {"changed": 1, "deaths_up": 1}),
        ({"deaths_best": 0}, {"changed": 1, "deaths_down": 1}),
        ({"date": date(2020, 5, 6), "date_end": date(2020, 5, 6)}, {"changed": 1, "date_moved": 1}),
        (NIGER, {"changed": 1, "country_moved": 1}),
        ({"actor_b": "AQIM"}, {"changed": 1, "actors_changed": 1}),
        ({"actor_a": "JNIM", "actor_b": "Government of Mali"}, {}),  # which side stands first is no renaming
        ({"kind": "onesided"}, {"changed": 1, "kind_changed": 1}),
        ({"deaths_high": 90, "source_headline": "another"}, {}),
        ({"deaths_best": 1, "kind": "nonstate"}, {"changed": 1, "deaths_down": 1, "kind_changed": 1}),
    ],
)
def test_each_kind_of_change(changes: dict[str, object], counted: dict[str, int]) -> None:
    found = between([event(1, DAY)], [event(1, DAY, **changes)])
    assert counts(found.total) == counted
    assert (found.total.events_before, found.total.events_after) == (1, 1)
    assert found.total.deaths_after == changes.get("deaths_best", 3)


def test_added_dropped_and_deaths_by_year_theatre_and_group() -> None:
    before = [event(1, DAY), event(2, date(2010, 1, 1), deaths_best=10)]
    after = [event(1, DAY, deaths_best=5), event(3, date(2010, 2, 2), actor_a="AQIM", kind="nonstate"), event(4, DAY)]
    found = between(before, after)
    assert counts(found.total) == {"added": 2, "dropped": 1, "changed": 1, "deaths_up": 1}
    assert (found.total.deaths_before, found.total.deaths_after) == (13, 11)
    by_year = {row.of: counts(row) for row in found.years}
    assert by_year == {
        "2010": {"added": 1, "dropped": 1},
        "2020": {"added": 1, "changed": 1, "deaths_up": 1},
    }
    groups = {
        row.of: (row.events_before, row.events_after, row.deaths_before, row.deaths_after) for row in found.groups
    }
    # The state is no group; both sides of a clash of two groups have it.
    assert groups == {"AQIM @ Mali": (0, 1, 0, 3), "JNIM @ Mali": (2, 3, 13, 11)}
    assert [row.of for row in found.groups] == ["AQIM @ Mali", "JNIM @ Mali"]  # by the change of deaths
    months = found.months.select("group", "month", "added", "dropped").rows()
    assert ("AQIM @ Mali", date(2010, 2, 1), 1, 0) in months
    assert ("JNIM @ Mali", date(2010, 1, 1), 0, 1) in months


def test_what_is_added_in_the_last_two_years_came_late() -> None:
    added = [event(1, date(2020, 1, 1)), event(2, date(2019, 12, 31)), event(3, date(2021, 12, 31))]
    found = between([event(0, DAY)], [event(0, DAY), *added])
    assert (found.recent.of, found.recent.added) == ("2020-01-01 to 2021-12-31", 2)
    assert (found.past.of, found.past.added) == ("before 2020-01-01", 1)


def test_an_actor_of_whom_every_event_has_another_name_was_renamed() -> None:
    before = [event(n, DAY, actor_b="Old name") for n in (1, 2)] + [event(n, DAY, actor_b="Split") for n in (3, 4)]
    after = [event(n, DAY, actor_b="New name") for n in (1, 2)]
    after += [event(3, DAY, actor_b="One half"), event(4, DAY, actor_b="Other half")]
    found = between([*before, event(5, DAY)], [*after, event(5, DAY)])
    assert found.renamings == (Renaming("Old name", "New name", 2),)
    # An actor that has events left is not renamed.
    assert between(before, [*after, event(9, DAY, actor_b="Old name")]).renamings == ()


def test_only_what_both_cover_counts_as_added_or_dropped() -> None:
    until_2019 = pl.col("date_end") <= date(2019, 12, 31)
    found = between([event(1, date(2019, 1, 1))], [event(2, DAY)], covered_by_older=until_2019)
    assert counts(found.total) == {"dropped": 1}
    in_mali = pl.col("country") == "MLI"
    found = between([event(1, DAY)], [event(1, DAY), event(2, DAY, **NIGER)], covered_by_older=in_mali)
    assert counts(found.total) == {}
    # An event that both hold is compared wherever the newer one puts it.
    found = between([event(1, DAY)], [event(1, DAY, **NIGER)], covered_by_older=in_mali)
    assert counts(found.total) == {"changed": 1, "country_moved": 1}
    assert (found.total.events_before, found.total.events_after, found.total.moved_net) == (1, 0, -1)
    assert {row.of: row.moved_net for row in found.by_theatre} == {"Mali": -1}


def test_days_and_theatres_asked_for() -> None:
    before = [event(1, date(2010, 1, 1)), event(2, DAY), event(3, DAY, **NIGER)]
    found = between(before, [], first=date(2015, 1, 1), theatres=("Mali",))
    assert (found.total.dropped, found.theatres) == (1, ("Mali",))
    with pytest.raises(InputError, match="begins on 2022-01-01 and ends before it"):
        between(before, [], first=date(2022, 1, 1))


def test_places_known_less_precisely_are_neither_added_nor_dropped() -> None:
    before = [event(1, DAY), event(2, DAY)]
    after = [event(1, DAY, place_precision=5), event(2, DAY), event(3, DAY, place_precision=4)]
    found = between(before, after, place_precision_max=2)
    assert counts(found.total) == {}
    assert (found.total.events_before, found.total.events_after) == (1, 1)
    assert "Events placed less precisely in one of the releases than that are left out (1)." in found.notes


def test_a_file_without_last_days_is_compared_by_first_days() -> None:
    whole = [event(1, DAY, date_end=date(2020, 5, 9)), event(2, DAY)]
    found = between([event(1, DAY), event(2, DAY)], whole)
    assert counts(found.total) == {}
    assert any("holds no last days" in note for note in found.notes)
    moved = between(whole, [event(1, DAY, date_end=date(2020, 5, 8)), event(2, DAY)])
    assert counts(moved.total) == {"changed": 1, "date_moved": 1}


events_of = st.dictionaries(
    st.integers(0, 12),
    st.tuples(
        st.integers(0, 9), st.sampled_from(range(4)), st.integers(2016, 2021), st.sampled_from(["A", "B", "C, D"])
    ),
    max_size=10,
)


def made(drawn: dict[int, tuple[int, int, int, str]]) -> ROWS:
    return [
        event(n, date(year, 3, 3), deaths_best=deaths, country=PLACES[p][0], theatre=PLACES[p][1], actor_b=actor)
        for n, (deaths, p, year, actor) in drawn.items()
    ]


@settings(max_examples=40)
@given(events_of, events_of)
def test_what_must_hold_of_any_two_releases(
    one: dict[int, tuple[int, int, int, str]], other: dict[int, tuple[int, int, int, str]]
) -> None:
    found, back = between(made(one), made(other)), between(made(other), made(one))
    total = found.total
    assert total.events_after == total.events_before - total.dropped + total.added
    assert total.moved_net == 0
    assert (back.total.added, back.total.dropped) == (total.dropped, total.added)
    assert (back.total.deaths_up, back.total.changed) == (total.deaths_down, total.changed)
    for rows in (found.years, found.by_theatre, (found.recent, found.past)):
        for name in ("events_before", "events_after", "added", "dropped", "changed", "deaths_before", "deaths_after"):
            assert sum(getattr(row, name) for row in rows) == getattr(total, name)
    assert counts(between(made(one), made(one)).total) == {}
    # A group's figures are those of its months, of which only those with a change are told.
    for row in found.groups:
        months = found.months.filter(group=row.of)
        assert months["added"].sum() == row.added
        assert months["deaths_after"].sum() - months["deaths_before"].sum() == row.deaths_after - row.deaths_before


def test_tables_hold_sums_and_no_events() -> None:
    found = between([event("id-77", DAY)], [event("id-77", DAY, deaths_best=8), event("id-78", DAY)])
    for part in found.PARTS:
        table = found.to_polars(part)
        assert not {"event_id", "lat", "lon", "date", "date_end"} & set(table.columns)
        assert "id-7" not in str(table.rows())
    assert found.to_polars("groups")["group"].to_list() == ["JNIM @ Mali"]
    assert found.to_polars("periods")["period"].to_list() == ["all", "2020-01-01 to 2021-12-31", "before 2020-01-01"]
    assert "Revisions" in found._repr_html_()


# --- releases of a store ----------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


def names(pair: Sequence[object]) -> tuple[str, ...]:
    return tuple(vintage.release for vintage in pair)  # type: ignore[attr-defined]


def test_the_two_newest_that_overlap_are_compared(store: Store) -> None:
    with pytest.raises(NotHeldError, match="the store is empty"):
        releases_compared(store)
    store.add(release_of("20.1", [event(1, date(2019, 5, 5))]), release_of("21.1", [event(1, date(2019, 5, 5))]))
    store.add(release_of("21.0.3", [event(2, date(2021, 3, 3))]))
    assert names(releases_compared(store)) == ("20.1", "21.1")
    assert names(releases_compared(store, "21.1", "20.1")) == ("21.1", "20.1")
    store.add(release_of("21.01.21.04", [event(2, date(2021, 3, 4))]))
    # A yearly release outranks every Candidate, so that it is the newest.
    assert names(releases_compared(store)) == ("20.1", "21.1")
    store.remove("20.1")
    assert names(releases_compared(store)) == ("21.0.3", "21.01.21.04")
    found = compare_releases(store)
    assert (found.first, found.last) == (date(2021, 3, 1), date(2021, 3, 31))
    assert counts(found.total) == {"changed": 1, "date_moved": 1}


def test_what_cannot_be_compared(store: Store) -> None:
    store.add(release_of("20.1", [event(1, date(2019, 5, 5))], countries=("MLI",)))
    store.add(release_of("21.1", [event(1, date(2019, 5, 5), **NIGER)], countries=("NER",)))
    with pytest.raises(NotHeldError, match=r"no two releases held cover the same days of a country; held: .*20\.1"):
        compare_releases(store)
    with pytest.raises(NotHeldError, match="do not cover the same days"):
        compare_releases(store, "20.1", "21.1")
    with pytest.raises(InputError, match="name two releases to compare"):
        compare_releases(store, "20.1")
    with pytest.raises(InputError, match=r"two different releases are compared, got ucdp-ged 20\.1 twice"):
        compare_releases(store, "20.1", "ucdp-ged 20.1")
    with pytest.raises(NotHeldError, match=r"no release '19\.1' is held"):
        compare_releases(store, "19.1", "21.1")


def test_single_countries_are_compared_where_both_cover_them(store: Store) -> None:
    mali, niger = event(1, date(2019, 5, 5)), event(2, date(2019, 5, 5), **NIGER)
    store.add(release_of("20.1", [mali, niger]))
    store.add(release_of("21.1", [event(3, date(2019, 6, 6))], countries=("MLI",)))
    found = compare_releases(store)
    assert counts(found.total) == {"added": 1, "dropped": 1}  # nothing is said of Niger
    with pytest.raises(NotHeldError, match="do not cover the same days of Niger"):
        compare_releases(store, theatres=("Niger",))


def test_a_real_revision_and_the_figures_that_the_documentation_gives_of_it(store: Store, shared_data: Path) -> None:
    store.add(read_ged(shared_data / "ged211_precise.parquet", place_precision_max=2))
    store.add(read_ged(shared_data / "GEDEvent_v24_1_myanmar_to2020.csv.gz"))
    found = compare_releases(store)
    total = found.total
    assert (found.older, found.newer, found.place_precision_max) == ("ucdp-ged 21.1", "ucdp-ged 24.1", 2)
    assert (found.first, found.last) == (date(1989, 1, 1), date(2020, 12, 31))
    # Counted apart with plain joins, of the files themselves.
    world = pl.read_parquet(shared_data / "ged211_precise.parquet")
    old = world.filter(pl.col("country").str.starts_with("Myanmar"))
    new = pl.read_csv(shared_data / "GEDEvent_v24_1_myanmar_to2020.csv.gz", infer_schema_length=None)
    near = new.filter(pl.col("where_prec") <= 2)
    held = old.filter(~pl.col("id").is_in(new.filter(pl.col("where_prec") > 2)["id"].implode()))
    assert total.events_before == held.height
    assert total.events_after == near.height
    assert total.added == near.join(world, on="id", how="anti").height
    assert total.dropped == held.join(new, on="id", how="anti").height
    assert total.deaths_before == held["best"].sum()
    assert total.deaths_after == near["best"].sum()
    page = " ".join((Path(__file__).parents[2] / "docs" / "vintages.md").read_text(encoding="utf-8").split())
    assert (
        f"{total.added} events were added to {total.events_before}, {total.dropped} dropped and {total.moved_net} "
        f"moved in from Thailand, and {total.deaths_before:,} deaths became {total.deaths_after:,}."
    ) in page
    moved = near.join(world.filter(pl.col("country") == "Thailand"), on="id")
    assert (moved.height, moved["best"].sum(), set(moved["year"])) == (2, 643, {1989})
    added = near.join(world, on="id", how="anti").filter(year=1989)
    assert (added.height, added["best"].sum(), total.deaths_after - total.deaths_before) == (9, 290, 935)
    assert "of the 935 deaths more, 643 are of the two that moved and 290 of nine that were added, all of 1989" in page
    # What was in 21.1 with a vaguer place: found in all of it, by the number that UCDP gives besides the id.
    new = near.join(world, on="id", how="anti")
    whole = pl.read_parquet(shared_data / "ged211_all_yearly.parquet", columns=["relid"])
    assert new.join(whole, on="relid", how="semi").height == 17
    assert new.filter(year=2020).join(whole, on="relid", how="anti").height == 4
    assert "17 of the 31 are found" in page
    assert "Of the seven added in 2020" in page
    assert "four are new" in page
    year = {row.of: row for row in found.years}
    assert (year["1989"].added, year["1989"].moved_net) == (9, 2)
    assert (year["2020"].added, year["2020"].events_before) == (7, 10)
