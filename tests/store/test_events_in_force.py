"""Which events count: releases that supersede each other, as-of days, place precisions, days covered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from ged_files import dated, write_ged
from tocsin.errors import InputError, NotHeldError
from tocsin.sources.ucdp import read_ged
from tocsin.store import EventsInForce, Store

Rows = Sequence[dict[str, str]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


@pytest.fixture
def take(store: Store, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Import rows under a release; world-wide and of all place precisions unless said otherwise."""

    def _take(release: str, rows: Rows, *, name: str | None = None, **options: object) -> None:
        path = tmp_path / (name or f"GEDEvent_v{release.replace('.', '_')}.csv")
        given = {"covers": "world", "place_precision_max": 7} | options
        store.add(read_ged(write_ged(path, rows), release=release, **given))  # type: ignore[arg-type]

    return _take


def ids(found: EventsInForce) -> list[str]:
    return sorted(found.events["event_id"], key=int)


def test_a_newer_release_supersedes_its_whole_period_so_that_dropped_events_are_gone(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("23.1", [dated(1, "2015-01-01"), dated(2, "2016-01-01", best=3), dated(3, "2022-05-05")])
    take("24.1", [dated(2, "2016-01-01", best=4), dated(4, "2023-05-05"), dated(9, "1990-01-01")])
    found = store.events()
    assert ids(found) == ["2", "4", "9"]
    assert found.events.filter(event_id="2")["deaths_best"].item() == 4
    assert [v.label for v in found.vintages] == ["ucdp-ged 24.1"]
    assert found.notes == ()


def test_what_the_newer_release_does_not_cover_stays(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("23.1", [dated(1, "2015-01-01"), dated(2, "2015-01-01", country="Niger"), dated(3, "2022-05-05")])
    take("24.1", [dated(4, "2015-06-06"), dated(5, "2020-06-06")], covers="file")
    # 24.1 speaks for Mali, 2015 to 2020: event 1 is gone, Niger and 2022 stay.
    assert ids(store.events()) == ["2", "3", "4", "5"]
    assert [v.label for v in store.events().vintages] == ["ucdp-ged 23.1", "ucdp-ged 24.1"]


def test_the_order_of_import_does_not_matter(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("24.1", [dated(2, "2016-01-01")])
    take("23.1", [dated(1, "2016-01-01")])
    assert ids(store.events()) == ["2"]


def test_a_yearly_release_supersedes_candidates_and_a_longer_candidate_a_month(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("24.1", [dated(1, "2015-01-01"), dated(2, "2023-12-31")])
    take("24.0.1", [dated(10, "2024-01-10")])
    take("24.0.2", [dated(11, "2024-02-10")])
    take("24.01.24.03", [dated(10, "2024-01-11"), dated(12, "2024-03-10")])
    found = store.events()
    assert ids(found) == ["1", "2", "10", "12"]
    assert found.last_day == date(2024, 3, 31)
    assert found.notes == ("2 of 4 events are preliminary (Candidate releases).",)
    take("25.1", [dated(1, "2015-01-01"), dated(12, "2024-03-12")])
    found = store.events()
    assert ids(found) == ["1", "12"]
    assert not found.events["preliminary"].any()


def test_an_event_that_moved_country_or_date_counts_once(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("23.1", [dated(1, "2015-01-01", country="Sudan"), dated(2, "2015-01-01")])
    take("24.1", [dated(1, "2015-01-01", country="South Sudan")], covers="file")
    found = store.events()
    assert ids(found) == ["1", "2"]
    assert found.events.filter(event_id="1")["theatre"].item() == "South Sudan"


def test_events_are_known_after_their_last_day_plus_the_lag(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take(
        "24.1",
        [
            dated(1, "2015-03-10"),
            dated(2, "2015-03-10", date_end="2015-03-12", date_prec=2),
            dated(3, "2015-03-01", date_end="2015-03-20", date_prec=4),
            dated(4, "2015-01-01", date_end="2015-03-05", date_prec=5),
            dated(5, "2015-04-01"),
        ],
    )

    def known(day: date, lag: int = 0) -> list[str]:
        return ids(store.events(day, lag_days=lag))

    assert known(date(2015, 3, 9)) == []
    assert known(date(2015, 3, 10)) == ["1"]
    assert known(date(2015, 3, 12)) == ["1", "2"]
    # Known to the month, or less: at the end of the month it ends in.
    assert known(date(2015, 3, 30)) == ["1", "2"]
    assert known(date(2015, 3, 31)) == ["1", "2", "3", "4"]
    assert known(date(2015, 3, 31), lag=19) == ["1", "2"]
    assert known(date(2015, 3, 31), lag=20) == ["1"]
    assert known(date(2015, 4, 1)) == ["1", "2", "3", "4", "5"]


def test_last_day_is_capped_by_the_as_of_day(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("24.1", [dated(1, "2015-03-10"), dated(2, "2023-01-01")])
    assert store.events(date(2016, 6, 30), lag_days=10).last_day == date(2016, 6, 20)
    late = store.events(date(2024, 5, 31))
    assert late.last_day == date(2023, 12, 31)
    assert late.notes == ("Nothing is held after 2023-12-31; the days from then to 2024-05-31 are unknown, not quiet.",)
    with pytest.raises(NotHeldError, match=r"nothing is held before 2015-01-01; asked for .* to 2014-12-31"):
        store.events(date(2014, 12, 31))


def test_strict_mode_knows_only_releases_published_by_then(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("23.1", [dated(1, "2015-01-01", best=3)])
    take("24.1", [dated(1, "2015-01-01", best=4)], published=date(2024, 6, 4))

    def best(day: date, mode: str) -> int:
        return store.events(day, mode).events["deaths_best"].item()  # type: ignore[arg-type,no-any-return]

    assert best(date(2024, 6, 3), "strict") == 3
    assert best(date(2024, 6, 4), "strict") == 4
    assert best(date(2016, 1, 1), "reconstructed") == 4
    with pytest.raises(
        NotHeldError,
        match=r"no release held was published by 2023-06-29; the earliest is ucdp-ged 23\.1, published on 2023-06-30 "
        r"\(a day assumed\)",
    ):
        store.events(date(2023, 6, 29), "strict")
    notes = store.events(date(2023, 6, 30), "strict").notes
    assert "The day of publication of ucdp-ged 23.1 is assumed." in notes


def test_different_place_precisions_are_cut_to_the_common_ones_and_it_is_said(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("23.1", [dated(1, "2015-01-01", where_prec=1), dated(2, "2015-01-01", where_prec=2)], place_precision_max=2)
    all_places = [dated(10 + n, "2015-01-01", country="Niger", where_prec=n) for n in range(1, 8)]
    take("24.1", all_places, covers="file")
    found = store.events()
    assert ids(found) == ["1", "2", "11", "12"]
    assert found.place_precision_max == 2
    assert found.notes == (
        "Only events located within about 25 km or better are used (ucdp-ged 23.1 holds no others, and mixing would "
        "make a false jump); events placed less precisely, often rural ones, are missing.",
    )
    forced = store.events(place_precision_max=7)
    assert len(ids(forced)) == 9
    assert "although ucdp-ged 23.1 holds none coarser than 2" in forced.notes[0]
    assert ids(store.events(place_precision_max=1)) == ["1", "11"]
    store.remove("23.1")
    assert len(ids(store.events())) == 7


def test_a_superseded_release_does_not_narrow_the_one_in_force(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("23.1", [dated(1, "2015-01-01", where_prec=1)], place_precision_max=2)
    take("24.1", [dated(1, "2015-01-01", where_prec=1), dated(2, "2015-02-01", where_prec=6)])
    found = store.events()
    assert ids(found) == ["1", "2"]
    assert (found.place_precision_max, found.notes) == (7, ())


def test_precision_that_was_left_out_cannot_be_cut_finer(store: Store, tmp_path: Path) -> None:
    columns = [name for name in dated(1, "2015-01-01") if name != "where_prec"]
    path = write_ged(tmp_path / "GEDEvent_v24_1.csv", [dated(1, "2015-01-01")], columns)
    store.add(read_ged(path, covers="world", place_precision_max=2))
    assert store.events().place_precision_max == 2
    with pytest.raises(NotHeldError, match="does not code how precisely each event is placed"):
        store.events(place_precision_max=1)


def test_gaps_and_days_not_covered_are_said(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("23.1", [dated(1, "1989-01-01"), dated(2, "2022-05-05")])
    take("24.0.3", [dated(3, "2024-03-05")])
    found = store.events()
    assert found.last_day == date(2022, 12, 31)
    assert "Nothing is held for 2023-01-01 to 2024-02-29; figures end on 2022-12-31." in found.notes
    take("24.1", [dated(4, "2015-01-01"), dated(5, "2023-05-05")], covers="file")
    found = store.events()
    assert (found.last_day, found.last_day_of("Niger")) == (date(2022, 12, 31), date(2022, 12, 31))
    assert found.last_day_of("Mali") == date(2023, 12, 31)
    assert "Mali is covered beyond 2022-12-31, the last day covered for the whole world." in found.notes


def test_without_a_world_release_each_country_stands_alone(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    take("24.1", [dated(1, "2001-01-01"), dated(2, "2020-01-01")], covers="file", name="mali.csv")
    take("24.1", [dated(3, "1995-01-01", country="Niger")], covers="file", name="niger.csv")
    found = store.events()
    assert (found.first_day, found.last_day) == (date(1995, 1, 1), date(2020, 12, 31))
    assert found.last_day_of("Niger") == date(1995, 12, 31)
    assert found.notes == (
        "Only these countries are covered: Mali, Niger.",
        "Niger is covered only to 1995-12-31; nothing is known after it.",
        "Countries begin in different years, and what was not covered looks quiet: first events held of Mali 2001, "
        "elsewhere from 1995 on. Lists, base rates and models take the years before for peace.",
    )
    assert len(store.vintages()) == 1
    assert store.vintages()[0].countries == ("Mali", "Niger")


def test_an_empty_store_and_options_that_cannot_be(store: Store, take) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotHeldError, match="the store is empty; bring events in with: tocsin data import FILE"):
        store.events()
    take("24.1", [dated(1, "2015-01-01")])
    with pytest.raises(InputError, match="an as-of mode is reconstructed, strict or lagged, got 'exact'"):
        store.events(mode="exact")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="lag_days is 0 or more, got -1"):
        store.events(lag_days=-1)
    with pytest.raises(InputError, match="a place precision is 1 to 7, got 8"):
        store.events(place_precision_max=8)


def test_the_real_releases_together(store: Store, shared_data: Path) -> None:
    for name in ("v24_1_myanmar", "v23_1_sri_lanka", "v23_1_sierra_leone"):
        store.add(read_ged(shared_data / f"GEDEvent_{name}_to2020.csv.gz"))
    whole = {t: store.events().events.filter(theatre=t).height for t in ("Myanmar", "Sri Lanka", "Sierra Leone")}
    assert whole == {"Myanmar": 2886, "Sri Lanka": 4581, "Sierra Leone": 1496}
    store.add(read_ged(shared_data / "ged211_precise.parquet", place_precision_max=2))
    found = store.events()
    assert found.last_day == date(2020, 12, 31)
    assert found.place_precision_max == 2
    by_vintage = dict(found.events.filter(theatre="Myanmar")["vintage"].value_counts().rows())
    assert set(by_vintage) == {"ucdp-ged 24.1"}
    located = store.events(place_precision_max=7).events.filter(theatre="Myanmar", vintage="ucdp-ged 24.1")
    assert located.filter(located["place_precision"] <= 2).height == by_vintage["ucdp-ged 24.1"]
    assert found.events["event_id"].is_unique().all()
    strict = store.events(date(2022, 1, 1), "strict")
    assert set(strict.events["vintage"]) == {"ucdp-ged 21.1"}
    assert strict.events.height == 176_579
