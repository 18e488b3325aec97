"""How late events come: what releases say of it, by hand, and a known law of delay that comes back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from planted_releases import event, history, release_of, released, share_known
from tocsin.errors import InputError, NotHeldError
from tocsin.months import month_id
from tocsin.store import Store, reporting_lag
from tocsin.store.lag_curve import ASSUMED, KNOTS, cumulative
from tocsin.store.lag_looks import looks_of
from tocsin.store.manifest import read_manifest

JANUARY = date(2022, 1, 10)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


def spans(store: Store) -> list[tuple[int, ...]]:
    looks = looks_of(store.folder, read_manifest(store.folder / "manifest.json"))
    return sorted(looks.spans.select("after", "upto", "until", "events").rows())


def test_what_two_releases_say_of_an_event(store: Store) -> None:
    # Of January 2022: the Candidate release came out in February, the yearly one in June 2023.
    store.add(release_of("22.0.1", [event(1, JANUARY)]))
    store.add(release_of("23.1", [event(1, JANUARY), event(2, JANUARY), event(3, date(2022, 2, 10))]))
    # Event 1 had a delay of at most 1 month, event 2 one of 2 to 17; of event 3 no older release speaks.
    assert spans(store) == [(-1, 1, 17, 1), (1, 17, 17, 1)]


def test_three_releases_leave_the_months_between_two_looks(store: Store) -> None:
    store.add(release_of("22.0.1", [event(1, JANUARY)]))
    store.add(release_of("23.1", [event(1, JANUARY), event(2, JANUARY)]))
    store.add(release_of("24.1", [event(n, JANUARY) for n in (1, 2, 3)]))
    assert spans(store) == [(-1, 1, 29, 1), (1, 17, 29, 1), (17, 29, 29, 1)]


def test_an_event_that_went_and_came_back_was_known_when_it_was_first_there(store: Store) -> None:
    store.add(release_of("22.0.1", [event(1, JANUARY)]))
    store.add(release_of("23.1", [event(2, JANUARY)]))
    store.add(release_of("24.1", [event(1, JANUARY)]))
    assert spans(store) == [(-1, 1, 29, 1)]  # and event 2, which was dropped, never came late


def test_publication_within_a_month_counts_for_months_that_had_ended(store: Store) -> None:
    store.add(release_of("22.0.1", [event(1, JANUARY)], published=date(2022, 2, 14)))
    store.add(release_of("23.1", [event(1, JANUARY), event(2, JANUARY)]))
    # Absent on 14 February, so surely at the end of January; there on that day, so surely at the end of February.
    assert spans(store) == [(-1, 1, 17, 1), (0, 17, 17, 1)]


def test_only_countries_days_and_places_that_the_older_release_holds_are_looked_at(store: Store) -> None:
    vague = event(2, JANUARY, place_precision=6)
    store.add(release_of("22.0.1", [event(1, JANUARY)], countries=("MLI",), place_precision_max=2))
    niger = event(3, JANUARY, country="NER", theatre="Niger")
    store.add(release_of("23.1", [event(1, JANUARY), vague, niger]))
    assert spans(store) == [(-1, 1, 17, 1)]


def test_what_came_more_than_ten_years_late_is_older_events_coded_anew(store: Store) -> None:
    store.add(release_of("21.1", [event(1, date(2010, 1, 5))]))
    store.add(release_of("22.1", [event(1, date(2010, 1, 5)), event(2, date(2010, 1, 5)), event(3, date(2010, 8, 5))]))
    looks = looks_of(store.folder, read_manifest(store.folder / "manifest.json"))
    assert looks.spans["events"].sum() == 0  # absent at an age of 137 and 130 months, and there at 137


def test_the_curve_is_straight_between_knots() -> None:
    shares = np.array(ASSUMED)
    assert cumulative(shares, np.array([-1, 0, 1, 9, 120, 500])).tolist() == pytest.approx([0, 0.01, 0.7, 0.865, 1, 1])
    assert list(ASSUMED) == sorted(ASSUMED)
    assert len(ASSUMED) == len(KNOTS)


def test_with_too_little_to_compare_the_curve_is_assumed_and_it_is_said(store: Store) -> None:
    with pytest.raises(NotHeldError, match="the store is empty"):
        reporting_lag(store)
    store.add(release_of("22.0.1", [event(1, JANUARY)]), release_of("23.1", [event(1, JANUARY), event(2, JANUARY)]))
    model = reporting_lag(store)
    assert (model.basis, {point.basis for point in model.points}) == ("assumed", {"assumed"})
    assert model.shares == pytest.approx(ASSUMED, abs=1e-3)
    assert "doi:10.1177/2053168020935257" in model.notes[0]
    # The prior of the share after 12 months is worth 20 events: Beta(18, 2), whose 90% is 0.78 to 0.98.
    year = model.points[5]
    assert (year.months, year.share) == (12, pytest.approx(0.9, abs=1e-3))
    assert year.low == pytest.approx(0.78, abs=0.06)
    assert year.high == pytest.approx(0.98, abs=0.03)


def plant(store: Store, seed: int, *, a_month: int) -> Store:
    """Yearly releases and quarterly Candidate ones of a history made by `LAW`."""
    past = history(seed, first=month_id(date(2017, 1, 1)), last=month_id(date(2021, 12, 1)), a_month=a_month)
    names = ["18.1", "19.1", "20.1", "21.1", "22.1"]
    names += [f"{year}.0.{month}" for year in (19, 20, 21) for month in (1, 4, 9)]
    names += [f"{year}.01.{year}.{month:02d}" for year in (19, 20, 21) for month in (3, 6)]
    store.add(*(released(past, name) for name in names))
    return store


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with much to learn from; no test changes it."""
    return plant(Store(tmp_path_factory.mktemp("planted")), 7, a_month=60)


def test_a_known_law_of_delay_comes_back_within_its_intervals(planted: Store, tmp_path: Path) -> None:
    within = 0
    for store in (planted, *(plant(Store(tmp_path / str(seed)), seed, a_month=30) for seed in range(3))):
        model = reporting_lag(store)
        assert model.basis == "estimated"
        for point in model.points[1:]:
            assert point.share == pytest.approx(share_known(point.months), abs=0.08)
            within += point.low <= share_known(point.months) <= point.high
    assert within >= 0.8 * 4 * 6


def test_kinds_and_regions_of_their_own_and_the_pairs(planted: Store) -> None:
    model = reporting_lag(planted)
    assert {(kind.region, kind.kind) for kind in model.kinds} >= {("Africa", "state"), ("Africa", "nonstate")}
    # One law was planted, so that a curve of a kind is near that of all.
    for kind in model.kinds:
        assert kind.shares[5] == pytest.approx(model.shares[5], abs=0.06)
    assert ("ucdp-ged 21.1", "ucdp-ged 22.1") in {(pair.older, pair.newer) for pair in model.pairs}
    assert all(0 < pair.held <= pair.events for pair in model.pairs)
    assert model.share(-1) == 0
    assert model.share(120) == 1
    quantiles = np.linspace(0.001, 0.999, 500)
    delays = model.delays(quantiles, "Africa", "state")
    assert (np.diff(delays) >= 0).all()
    for months in (1, 6, 24):
        assert (delays <= months).mean() == pytest.approx(model.share(months, "Africa", "state"), abs=0.01)


def test_regions_with_another_delay_get_another_curve(tmp_path: Path) -> None:
    rows = [event(n, JANUARY, country="MLI") for n in range(800)]
    slow = [event(f"c{n}", JANUARY, country="COL", theatre="Colombia") for n in range(800)]
    store = Store(tmp_path / "home")
    store.add(release_of("22.0.1", [*rows[:720], *slow[:160]]), release_of("23.1", [*rows, *slow]))
    model = reporting_lag(store)
    assert model.share(1, "Africa", "state") > 0.8
    assert model.share(1, "Americas", "state") < 0.35
    assert model.share(1, "Asia", "state") == model.share(1)


def test_months_that_differ_by_more_than_chance_widen_the_intervals(tmp_path: Path) -> None:
    def width(held: tuple[int, ...], name: str) -> float:
        store = Store(tmp_path / name)
        files = []
        every = []
        for month, count in enumerate(held, start=1):
            rows = [event(f"{month}-{n}", date(2022, month, 10)) for n in range(100)]
            every += rows
            files.append(release_of(f"22.0.{month}", rows[:count]))
        store.add(*files, release_of("23.1", every))
        point = reporting_lag(store).points[1]
        return point.high - point.low

    assert width((95, 25, 90, 30, 85, 35), "mixed") > 2 * width((60, 60, 60, 60, 60, 60), "even")


def test_the_order_of_import_does_not_matter(tmp_path: Path) -> None:
    past = history(3, first=month_id(date(2019, 1, 1)), last=month_id(date(2021, 12, 1)), a_month=20)
    files = [released(past, name) for name in ("20.1", "21.1", "22.1", "21.0.5")]
    models = []
    for name, order in (("a", files), ("b", files[::-1])):
        store = Store(tmp_path / name)
        store.add(*order)
        models.append(reporting_lag(store))
    assert models[0] == models[1]


def test_only_releases_published_by_a_day_are_used(planted: Store) -> None:
    early = reporting_lag(planted, as_of=date(2020, 1, 1))
    assert early.published_by == date(2020, 1, 1)
    assert "22.1" not in early.vintage
    assert early.events < reporting_lag(planted).events
    assert reporting_lag(planted, as_of=date(2018, 12, 31)).basis == "assumed"


def test_what_makes_delays_look_longer_is_said(store: Store) -> None:
    rows = [event(n, JANUARY) for n in range(300)]
    store.add(release_of("22.0.1", rows[:200], place_precision_max=2), release_of("23.1", rows))
    notes = " ".join(reporting_lag(store).notes)
    assert "different place precisions" in notes
    assert "Some days of publication are assumed" in notes
    store.add(release_of("22.0.1", rows[:200], published=date(2022, 2, 20)))
    store.add(release_of("23.1", rows, published=date(2023, 6, 5)))
    notes = " ".join(reporting_lag(store).notes)
    assert "precisions" not in notes
    assert "assumed" not in notes


def test_tables_and_where_they_come_from(planted: Store) -> None:
    model = reporting_lag(planted)
    assert model.to_polars()["months"].to_list() == [0, 1, 2, 3, 6, 12, 24]
    assert set(model.to_polars("pairs")["vintage"]) == {model.vintage}
    assert "kind" in model.to_polars("kinds").columns
    assert "Reporting lag" in model._repr_html_()
    with pytest.raises(InputError, match="no part 'curve' in this LagModel"):
        model.to_polars("curve")
