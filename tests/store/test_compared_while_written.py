"""Two releases compared, and delays estimated, while a writer replaces what is read: one state or the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ged_files import dated, write_ged
from tocsin.errors import DataError
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store, compare_releases, reporting_lag, revised
from tocsin.store.reporting_lag import lag_model
from tocsin.store.revised import delays_by


def release(path: Path, name: str, best: int) -> Path:
    days = [f"2015-{month:02}-0{day}" for month in range(1, 13) for day in range(1, 9)]
    rows = [dated(n, day, best=best, high=9) for n, day in enumerate(days, 1)]
    return write_ged(path / f"GEDEvent_v{name}.csv", rows[: -9 if name == "23_1" else None])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    held = Store(tmp_path / "home")
    held.add(*(read_ged(release(tmp_path, name, 3)) for name in ("23_1", "24_1")))
    lag_model.cache_clear()
    return held


@pytest.fixture
def writer(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Replaces both releases when the list of parts has just been read, once."""
    times: list[int] = []
    read = revised.pair_of

    def replace() -> None:
        if not times:
            times.append(1)
            store.add(*(read_ged(release(tmp_path, name, 4)) for name in ("23_1", "24_1")))

    def pair_of(*given: object) -> object:
        found = read(*given)  # type: ignore[arg-type]
        replace()
        return found

    def model(*given: object) -> object:
        replace()
        return lag_model(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(revised, "pair_of", pair_of)
    monkeypatch.setattr(revised, "lag_model", model)
    return times


@pytest.mark.parametrize(
    "ask", [lambda held: reporting_lag(held).events, lambda held: delays_by(held, [held.vintages()[-1].published])]
)
def test_delays_are_asked_again(ask: Callable[[Store], object], store: Store, writer: list[int]) -> None:
    first = ask(store)
    assert writer == [1]
    assert first == ask(store)


def test_both_releases_are_of_one_state(store: Store, writer: list[int]) -> None:
    found = compare_releases(store)
    assert writer == [1]
    assert (found.total.deaths_before, found.total.deaths_after) == (4 * 87, 4 * 96)


def test_a_part_that_is_gone_is_told(store: Store) -> None:
    for part in (store.folder / "parts").iterdir():
        part.unlink()
    for ask in (compare_releases, reporting_lag, lambda held: delays_by(held, [held.vintages()[-1].published])):
        with pytest.raises(DataError, match="the store is damaged"):
            ask(store)
