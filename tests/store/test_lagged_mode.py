"""The as-of mode lagged: what was known by an estimated delay, never more than the day could have known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planted_releases import event, history, release_of, released
from tocsin.digest import load_digest
from tocsin.errors import InputError, NotHeldError
from tocsin.events import CheckedFile
from tocsin.months import last_day, month_id
from tocsin.replay import replay
from tocsin.replay.known import load_figures
from tocsin.replay.notes import notes_of
from tocsin.replay.plan import Plan
from tocsin.settings import Settings
from tocsin.store import EventsInForce, Store, reporting_lag
from tocsin.store.lag_curve import ASSUMED, KNOTS
from tocsin.store.lagged import quantiles_of
from tocsin.warn.situation import load_situation

FIRST, LAST = month_id(date(2017, 1, 1)), month_id(date(2021, 12, 1))
PAST = history(11, first=FIRST, last=LAST, a_month=50)
YEARLY = ("18.1", "19.1", "20.1", "21.1", "22.1")
FILES = {name: released(PAST, name) for name in YEARLY}


def of(folder: Path, files: Iterable[CheckedFile]) -> Store:
    store = Store(folder)
    store.add(*files)
    return store


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return of(tmp_path_factory.mktemp("yearly"), FILES.values())


@pytest.fixture(scope="module")
def monthly(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """What was really published: besides the yearly releases, each month the year so far."""
    names = [*(f"21.01.21.{month:02d}" for month in range(2, 13)), "21.0.1"]
    return of(tmp_path_factory.mktemp("monthly"), [*FILES.values(), *(released(PAST, name) for name in names)])


def ids(found: EventsInForce) -> set[str]:
    return set(found.events["event_id"])


def a_month(found: EventsInForce) -> dict[date, int]:
    counted = found.events.group_by(pl.col("date_end").dt.month_end()).len()
    return dict(counted.iter_rows())


def test_days_that_a_release_of_the_time_covers_are_as_it_has_them(yearly: Store) -> None:
    day = date(2021, 8, 31)
    strict, lagged = yearly.events(day, "strict"), yearly.events(day, "lagged")
    covered = lagged.events.filter(pl.col("date_end") <= date(2020, 12, 31))
    assert covered.equals(strict.events)
    assert strict.last_day == date(2020, 12, 31)
    assert lagged.last_day == date(2021, 7, 31)
    assert "Days covered by ucdp-ged 21.1, published by 2021-08-31, are as told then." in lagged.notes
    assert {v.label for v in lagged.vintages} == {"ucdp-ged 21.1", "ucdp-ged 22.1"}
    assert (lagged.mode, lagged.lag_days) == ("lagged", 0)


def test_it_is_nearer_to_what_was_published_than_the_newest_release_cut_at_the_day(
    yearly: Store, monthly: Store
) -> None:
    off = {"lagged": 0, "cut": 0}
    for day in (date(2021, 6, 29), date(2021, 8, 31), date(2021, 11, 30)):
        then, lagged, cut = (
            a_month(store.events(day, mode))  # type: ignore[arg-type]
            for store, mode in ((monthly, "strict"), (yearly, "lagged"), (yearly, "reconstructed"))
        )
        months = [end for end in then if end > date(2021, 1, 1)]
        assert len(months) >= 4
        for name, found in (("lagged", lagged), ("cut", cut)):
            off[name] += sum(abs(found.get(end, 0) - then[end]) for end in months)
    assert off["lagged"] < 0.6 * off["cut"]


def test_what_is_known_only_grows_between_two_days_of_publication(yearly: Store) -> None:
    known: set[str] = set()
    for day in (date(2021, 1, 15) + timedelta(days=9 * n) for n in range(18)):
        now = ids(yearly.events(day, "lagged"))
        assert known <= now
        known = now


def test_what_no_release_speaks_of_yet_stays_known_when_one_comes_out(yearly: Store) -> None:
    before, after = (yearly.events(day, "lagged") for day in (date(2021, 6, 29), date(2021, 6, 30)))
    of_2021 = pl.col("date_end") >= date(2021, 1, 1)
    assert before.events.filter(of_2021).height > 20
    assert set(before.events.filter(of_2021)["event_id"]) <= set(after.events.filter(of_2021)["event_id"])
    assert before.last_day <= after.last_day


def test_before_the_first_release_the_delays_are_a_reconstruction_and_it_is_said(yearly: Store) -> None:
    found = yearly.events(date(2018, 3, 31), "lagged")
    assert found.last_day == date(2018, 2, 28)
    assert any("releases of later days, a reconstruction" in note for note in found.notes)
    assert not any("reconstruction" in note for note in yearly.events(date(2019, 3, 31), "lagged").notes)


def test_one_release_alone_goes_by_the_assumed_curve_and_it_is_said(tmp_path: Path) -> None:
    store = of(tmp_path, [FILES["22.1"]])
    found = store.events(date(2020, 6, 30), "lagged")
    assert any("by an assumed curve (known 70% after 1, 83% after 6, 90% after 12 months)" in n for n in found.notes)
    assert any("the delays rest on an assumption" in note for note in found.notes)
    # Of the month that ended a month ago 70% is known, of those at least ten years old all.
    whole = store.events(date(2020, 6, 30))
    share = a_month(found)[date(2020, 5, 31)] / a_month(whole)[date(2020, 5, 31)]
    assert 0.4 < share < 0.95
    assert found.last_day == date(2020, 5, 31)
    assert found.events.filter(pl.col("date_end") > found.last_day).is_empty()


def test_without_a_day_all_that_is_held_comes_back(yearly: Store) -> None:
    assert yearly.events(None, "lagged").events.equals(yearly.events().events)
    assert yearly.events(None, "lagged").mode == "lagged"


def test_nothing_after_the_day_and_the_lag(yearly: Store) -> None:
    found = yearly.events(date(2021, 8, 31), "lagged", 90)
    assert found.events["date_end"].max() <= date(2021, 6, 2)  # type: ignore[operator]
    assert ids(found) <= ids(yearly.events(date(2021, 8, 31), "lagged"))


def changed_after(day: date, files: Iterable[CheckedFile]) -> list[CheckedFile]:
    """The same releases; in those published after a day other deaths, fewer and further events after the day."""
    found = []
    for file in files:
        if file.release.published <= day:
            found.append(file)
            continue
        rows = [
            row | {"deaths_best": 900} if row["date_end"] > day else row
            for k, row in enumerate(file.events.to_dicts())
            if row["date_end"] <= day or k % 2
        ]
        rows += [event(f"new{n}", min(day + timedelta(days=n), file.last_day)) for n in range(1, 30)]
        found.append(release_of(file.release.name, [r for r in rows if r["date_end"] <= file.last_day]))
    return found


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(weeks=st.integers(0, 60))
def test_what_comes_after_the_day_changes_nothing(
    yearly: Store, tmp_path_factory: pytest.TempPathFactory, weeks: int
) -> None:
    day = date(2020, 7, 5) + timedelta(weeks=weeks)
    other = of(tmp_path_factory.mktemp("other"), changed_after(day, FILES.values()))
    one, two = (store.events(day, "lagged") for store in (yearly, other))
    assert one.events.drop("vintage").equals(two.events.drop("vintage"))
    assert (one.last_day, one.last_days) == (two.last_day, two.last_days)
    assert reporting_lag(yearly, as_of=day) == reporting_lag(other, as_of=day)


def test_before_the_first_release_later_ones_change_the_curve_alone(yearly: Store, tmp_path: Path) -> None:
    day = date(2018, 3, 31)
    other = of(tmp_path, changed_after(day, FILES.values()))
    # Each event that is known by both is the same, whatever the curves say of when.
    one, two = (store.events(day, "lagged").events.drop("vintage") for store in (yearly, other))
    both = set(one["event_id"]) & set(two["event_id"])
    assert len(both) > 0.6 * one.height
    assert one.filter(pl.col("event_id").is_in(both)).equals(two.filter(pl.col("event_id").is_in(both)))


def test_the_order_of_import_does_not_matter(yearly: Store, tmp_path: Path) -> None:
    other = of(tmp_path, list(FILES.values())[::-1])
    for day in (date(2018, 3, 31), date(2021, 8, 31)):
        assert yearly.events(day, "lagged").events.equals(other.events(day, "lagged").events)


def test_a_delay_is_the_events_own_and_the_same_on_every_machine() -> None:
    digest = hashlib.blake2b(b"1", digest_size=8, person=b"tocsin-lag").hexdigest()
    assert quantiles_of(["1"])[0] == pytest.approx(int(digest, 16) / 16**16)
    assert quantiles_of(["1", "2"]).tolist() == quantiles_of(["0", "1", "2"]).tolist()[1:]
    spread = quantiles_of([str(n) for n in range(4000)])
    assert spread.min() > 0
    assert spread.max() < 1
    for share in (0.1, 0.5, 0.9):
        assert (spread < share).mean() == pytest.approx(share, abs=0.03)


def test_an_event_that_a_release_of_the_time_has_elsewhere_counts_once(tmp_path: Path) -> None:
    then = release_of("21.1", [event(1, date(2020, 5, 5)), event(9, date(2020, 1, 1))], countries=("MLI",))
    moved = event(1, date(2020, 5, 5), country="NER", theatre="Niger")
    now = release_of("22.1", [moved, event(2, date(2001, 1, 1)), event(3, date(2001, 1, 1), country="NER")])
    found = of(tmp_path, [then, now]).events(date(2021, 7, 31), "lagged")
    # Mali is told by 21.1, which has not event 2; elsewhere 22.1 speaks, but for the event that 21.1 has in Mali.
    assert found.events.select("event_id", "country").sort("event_id").rows() == [
        ("1", "MLI"),
        ("3", "NER"),
        ("9", "MLI"),
    ]
    assert found.last_day_of("Mali") == date(2021, 6, 30)
    assert found.last_day == date(2021, 6, 30)


def test_single_countries_end_where_what_is_held_of_them_does(tmp_path: Path) -> None:
    mali = release_of("22.1", [event(1, date(2001, 1, 1))], countries=("MLI",))
    niger = release_of(
        "22.1",
        [event(2, date(2001, 1, 1), country="NER", theatre="Niger")],
        countries=("NER",),
        last=date(2010, 12, 31),
    )
    found = of(tmp_path, [mali, niger]).events(date(2015, 6, 30), "lagged")
    assert (found.last_day, found.last_day_of("Niger")) == (date(2015, 5, 31), date(2010, 12, 31))
    assert ids(found) == {"1", "2"}


def test_places_known_less_precisely_are_cut_as_both_releases_hold_them(tmp_path: Path) -> None:
    vague = event(2, date(2001, 1, 1), place_precision=6, country="NER", theatre="Niger")
    then = release_of("21.1", [event(1, date(2001, 1, 1))], countries=("MLI",), place_precision_max=2)
    now = release_of("22.1", [event(1, date(2001, 1, 1)), vague, event(3, date(2001, 1, 1), country="NER")])
    store = of(tmp_path, [then, now])
    found = store.events(date(2021, 7, 31), "lagged")
    assert found.place_precision_max == 2
    assert ids(found) == {"1", "3"}


def test_the_latest_month_that_counts_is_one_of_which_half_is_known() -> None:
    assert ASSUMED[0] < 0.5 < ASSUMED[1]
    assert KNOTS[:2] == (0, 1)


# --- the mode elsewhere -----------------------------------------------------------------------------------------------


def in_mode(store: Store, mode: str = "lagged") -> Settings:
    return Settings(home=store.home, as_of_mode=mode)  # type: ignore[arg-type]


def test_figures_and_replays_read_it_anew_for_each_month(yearly: Store) -> None:
    figures = load_figures(in_mode(yearly))
    month = month_id(date(2021, 8, 1))
    history = figures.at(month)
    assert history.month == month - 1
    assert history.panel.last_month == month - 1
    assert figures.truth.last_month == LAST
    digest = load_digest(in_mode(yearly), as_of=last_day(month))
    assert digest.provenance.last_month == month - 1
    assert digest.monthly["events"].sum() < load_digest(in_mode(yearly, "reconstructed")).monthly["events"].sum()
    assert figures.sha256() == load_figures(in_mode(yearly, "strict")).sha256()
    assert figures.sha256() != load_figures(in_mode(yearly, "reconstructed")).sha256()


def test_a_replay_goes_by_it(yearly: Store, tmp_path: Path) -> None:
    first = month_id(date(2020, 5, 1))
    found = replay(
        settings=in_mode(yearly),
        first=first,
        last=first + 3,
        models=("climatology_12",),
        draws=20,
        directory=tmp_path / "replay",
    )
    told = found.to_dict()
    assert told["as_of_mode"] == "lagged"
    assert any(note.startswith("Each origin saw the releases published by then and") for note in told["notes"])
    # By the end of 2019, when its models were fitted, two yearly releases could be compared.
    assert found.manifest["delays"] == {"then": 4, "later": 0, "assumed": 0}
    assert "Of 4 origins: 4 by delays estimated from releases published by then." in told["notes"]
    known = found.cells().select("origin", "known_until").unique().sort("origin")
    assert (known["origin"] - known["known_until"]).to_list() == [1, 1, 1, 1]
    with pytest.raises(InputError, match="lagged mode reads the store's releases"):
        replay(settings=in_mode(yearly), history=load_figures(in_mode(yearly)).whole)


def test_a_replay_says_what_the_delays_of_its_origins_rest_on(yearly: Store, tmp_path: Path) -> None:
    """18.1 came out in June 2018, and with 19.1 in June 2019 there is something to compare."""
    plan = Plan(month_id(date(2018, 4, 1)), month_id(date(2020, 2, 1)), ("climatology_12",), as_of_mode="lagged")
    figures = load_figures(in_mode(yearly))
    # At the end of 2017, when models for the origins to November 2018 are fitted, nothing was out; at the end of 2018,
    # for those from December to November 2019, 18.1 alone, with nothing to compare it with.
    assert figures.delays(plan) == {"later": 8, "assumed": 12, "then": 3}
    monthly_fits = replace(plan, refit="monthly")
    assert figures.delays(monthly_fits) == {"later": 2, "assumed": 12, "then": 9}
    alone = load_figures(in_mode(of(tmp_path / "one", [FILES["22.1"]])))
    assert alone.delays(plan) == {"later": 0, "assumed": 23, "then": 0}
    cells = pl.DataFrame({"known_until": [1], "origin": [1], **{f"deaths|{h}": [1] for h in (3, 6, 12)}})
    (told,) = (n for n in notes_of(cells, plan, figures.truth, {}, figures.delays(plan)) if n.startswith("Of 23"))
    assert "8 by delays estimated from releases that came out after the origin" in told
    assert "12 by assumed delays" in told


def test_a_replay_stops_where_the_store_is_another(tmp_path: Path) -> None:
    store = of(tmp_path, [FILES["22.1"]])
    figures = load_figures(in_mode(store))
    store.add(FILES["21.1"])
    with pytest.raises(NotHeldError, match="is not the one that this replay began with"):
        figures.at(month_id(date(2020, 1, 1)))


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (lambda home: load_digest(home, as_of=date(2015, 1, 31)), NotHeldError, "the packaged figures hold no events"),
        (lambda home: load_situation(None, None, home), InputError, "lagged mode asks what was known by a day"),
    ],
)
def test_what_it_needs_is_said(tmp_path: Path, asked: Callable[[Settings], object], error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        asked(Settings(home=tmp_path, as_of_mode="lagged"))
