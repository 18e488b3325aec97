"""Models are fitted on figures to the last December: those known on the day, or in a replay those known in December."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from planted_releases import event, release_of
from tocsin.months import last_day, month_id
from tocsin.panel import History
from tocsin.replay.known import load_figures
from tocsin.settings import AsOfMode, Settings
from tocsin.store import Store
from tocsin.warn.situation import load_situation

DECEMBER = month_id(date(2019, 12, 1))
DAYS = (date(2020, 1, 31), date(2020, 5, 31), date(2020, 11, 30))  # 20.1 came out on 30 June 2020


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two world-wide releases of more than ten years; the second has twice the deaths of each event in 2018."""
    folder = tmp_path_factory.mktemp("home")
    days = [date(year, month, 5) for year in range(2006, 2020) for month in range(1, 13)]
    for name, last, deaths in (("19.1", 2018, 3), ("20.1", 2019, 6), ("21.1", 2020, 9)):
        rows = [
            event(k, day, deaths_best=deaths if day.year == 2018 else 3, deaths_high=9)
            for k, day in enumerate([*days, *(date(2020, month, 5) for month in range(1, 13))])
            if day.year <= last
        ]
        Store(folder).add(release_of(name, rows))
    return folder


def learned(home: Path, day: date, mode: AsOfMode) -> History:
    return load_situation(day, None, Settings(home=home, as_of_mode=mode)).past


def of_2018(history: History) -> int:
    start = month_id(date(2018, 1, 1)) - history.panel.first_month
    return int(history.panel.deaths[:, start : start + 12].sum())


def test_reconstructed_it_is_the_same_all_year_and_as_in_a_replay(home: Path) -> None:
    pasts = [learned(home, day, "reconstructed") for day in DAYS]
    pasts.append(load_figures(Settings(home=home)).at(DECEMBER))
    assert {past.month for past in pasts} == {DECEMBER}
    assert {of_2018(past) for past in pasts} == {12 * 9}


def test_strict_it_changes_with_a_release_that_comes_out_and_a_replay_does_not(home: Path) -> None:
    pasts = [learned(home, day, "strict") for day in DAYS]
    assert [last_day(past.month) for past in pasts] == [date(2018, 12, 31), date(2018, 12, 31), date(2019, 12, 31)]
    assert [of_2018(past) for past in pasts] == [12 * 3, 12 * 3, 12 * 6]
    replayed = load_figures(Settings(home=home, as_of_mode="strict")).at(DECEMBER)
    assert (of_2018(replayed), replayed.month) == (12 * 3, month_id(date(2018, 12, 1)))


def test_lagged_it_is_what_is_known_on_the_day(home: Path) -> None:
    pasts = [learned(home, day, "lagged") for day in DAYS]
    assert [of_2018(past) for past in pasts] == [12 * 3, 12 * 3, 12 * 6]
    # December 2019 itself: an event is let in once its delay has passed, and all of them once 20.1 is out.
    events = [int(past.up_to(DECEMBER).panel.deaths[:, -1].sum()) for past in pasts]
    assert events[-1] == 3
    assert events == sorted(events)
    assert load_figures(Settings(home=home, as_of_mode="lagged")).at(DECEMBER).month < DECEMBER
