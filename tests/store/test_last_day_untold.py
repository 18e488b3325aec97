"""Events of files without last days: counted in no month before the day from which they are known."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ged_files import dated, write_ged
from planted_releases import event, release_of
from tocsin.digest.load import digest_events
from tocsin.doors.events_in import events_from
from tocsin.events import CheckedFile
from tocsin.months import last_known_month, month_id
from tocsin.sources.ucdp import read_ged
from tocsin.sources.ucdp_checks import GED_COLUMNS
from tocsin.store import Store, compare_releases

NO_ENDS = [name for name in GED_COLUMNS if name != "date_end"]
HAND = [
    ("2015-02-10", 1, date(2015, 2, 10)),
    ("2015-02-10", 3, date(2015, 2, 10)),
    ("2015-02-10", 4, date(2015, 2, 28)),
    ("2016-02-01", 4, date(2016, 2, 29)),
    ("2015-01-01", 5, date(2015, 12, 31)),
    ("2015-07-02", 5, date(2015, 12, 31)),
]


def without_ends(folder: Path, days: list[tuple[str, int]], release: str = "24.1") -> CheckedFile:
    rows = [dated(k, day, date_prec=code, best=k, low=0, high=9) for k, (day, code) in enumerate(days, 1)]
    name = f"GEDEvent_v{release.replace('.', '_')}.csv"
    return read_ged(write_ged(folder / name, rows, NO_ENDS), place_precision_max=7, covers="world", strict=True)


def own(days: list[tuple[str, int]]) -> CheckedFile:
    rows = [
        {
            "event_id": str(k), "date": day, "date_precision": code, "lat": 18.0, "lon": 1.0, "place_precision": 1,
            "country": "MLI", "kind": "state", "actor_a": "Government of Mali", "actor_b": "JNIM", "deaths_best": k,
        }
        for k, (day, code) in enumerate(days, 1)
    ]  # fmt: skip
    return events_from(
        pl.DataFrame(rows), source="own-list", release="first", licence="internal", citation="ours", covers="world"
    )


@pytest.mark.parametrize("made", ["ucdp", "own"])
def test_the_last_day_by_the_date_code(tmp_path: Path, made: str) -> None:
    days = [(day, code) for day, code, _ in HAND]
    checked = own(days) if made == "own" else without_ends(tmp_path, days)
    assert checked.events["date_end"].to_list() == [end for _, _, end in HAND]
    assert checked.events["date"].to_list() == [date.fromisoformat(day) for day, _ in days]


@pytest.mark.parametrize("made", ["ucdp", "own"])
def test_deaths_of_a_year_are_not_known_in_its_january(tmp_path: Path, made: str) -> None:
    days = [("2015-01-01", 5), ("2015-01-20", 1), ("2015-11-02", 1)]
    store = Store(tmp_path / "home")
    store.add(own(days) if made == "own" else without_ends(tmp_path, days))
    for day, known in ((date(2015, 1, 31), [2]), (date(2015, 12, 30), [2, 3]), (date(2015, 12, 31), [1, 2, 3])):
        assert sorted(store.events(day).events["deaths_best"]) == known
    counted = digest_events(store.events(), fingerprint="x").monthly.filter(actor="JNIM")
    assert dict(counted.select("period", "deaths_best").rows()) == {
        date(2015, 1, 1): 2, date(2015, 11, 1): 3, date(2015, 12, 1): 1,
    }  # fmt: skip


def test_told_last_days_stay_as_told(tmp_path: Path) -> None:
    rows = [
        dated(1, "2015-01-01", date_prec=5, date_end="2015-03-09"),
        dated(2, "2015-01-01", date_prec=4, date_end="2015-01-31"),
        dated(3, "2015-01-01", date_prec=5, date_end="2015-01-01"),
    ]
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", rows))
    assert checked.events["date_end"].to_list() == [date(2015, 3, 9), date(2015, 1, 31), date(2015, 1, 1)]


def test_a_preliminary_release_of_a_month_speaks_for_no_later_day(tmp_path: Path) -> None:
    checked = without_ends(tmp_path, [("2024-01-10", 5), ("2024-01-31", 5), ("2024-01-05", 4)], release="24.0.1")
    assert set(checked.events["date_end"]) == {date(2024, 1, 31)}
    assert (checked.first_day, checked.last_day) == (date(2024, 1, 1), date(2024, 1, 31))


@settings(deadline=None, max_examples=15)
@given(
    days=st.lists(
        st.tuples(st.dates(date(2010, 2, 1), date(2014, 12, 31)).map(str), st.integers(1, 5)), min_size=1, max_size=6
    ),
    as_of=st.dates(date(2011, 1, 31), date(2015, 1, 31)),
)
def test_what_is_counted_by_a_day_is_what_is_known_then(
    tmp_path_factory: pytest.TempPathFactory, days: list[tuple[str, int]], as_of: date
) -> None:
    """The months known on a day hold the same deaths as those months do when all is known: none came in late."""
    checked = own([("2010-01-01", 1), *days])
    store = Store(tmp_path_factory.mktemp("home"))
    store.add(checked)
    known = last_known_month(as_of)
    ends = [(k, month_id(end)) for k, end in checked.events.select("deaths_best", "date_end").rows()]
    assert {
        k for k, end in store.events(as_of).events.select("deaths_best", "date_end").rows() if month_id(end) <= known
    } == {k for k, end in ends if end <= known}
    for (day, code), end in zip(days, checked.events["date_end"].to_list()[1:], strict=True):
        first = date.fromisoformat(day)
        last_of_month = date(first.year, first.month, calendar.monthrange(first.year, first.month)[1])
        latest = {4: last_of_month, 5: date(first.year, 12, 31)}.get(code, first)
        assert end == latest >= first
        assert store.events(latest - timedelta(days=1)).events.filter(pl.col("date_end") == latest).is_empty()


def test_an_end_that_follows_from_the_code_is_no_revision(tmp_path: Path) -> None:
    """Beside a release with last days, one without them moved nothing."""
    store = Store(tmp_path / "home")
    store.add(without_ends(tmp_path, [("2015-02-10", 4), ("2015-03-01", 5), ("2015-04-01", 2)]))
    coded = [(10, 2, 25, 4, 31), (1, 3, 20, 5, 366), (1, 4, 3, 2, 6)]
    whole = [
        event(
            k, date(2015, month, day), date_end=date(2015, 4 if code == 5 else month, end), date_precision=code,
            date_precision_days=span, deaths_best=k, deaths_low=k, deaths_high=k,
        )
        for k, (day, month, end, code, span) in enumerate(coded, 1)
    ]  # fmt: skip
    store.add(release_of("25.1", whole))
    found = compare_releases(store, "24.1", "25.1")
    assert (found.total.events_before, found.total.changed, found.total.date_moved) == (3, 0, 0)
    assert any("no last days" in note for note in found.notes)
