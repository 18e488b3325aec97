"""Counting in parts: the same tables as at once, on a cluster too."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from event_rows import random_events
from hypothesis import given
from polars.testing import assert_frame_equal

from command_line import CommandLine
from ged_files import dated, write_ged
from local_cluster import local_cluster
from tocsin.digest import Digest, load_digest, make_cells, make_digest
from tocsin.digest.counting import Counted, _count_countries, _tasks, digest_events
from tocsin.digest.tables import sum_cells, sum_up
from tocsin.errors import InputError
from tocsin.settings import load_settings
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store

COUNTRIES = ("Mali", "Niger", "Chad", "Somalia", "Nigeria", "Sudan")


class DataCommand(CommandLine):
    """`tocsin data ...`."""

    command = "data"


@pytest.fixture
def data(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> DataCommand:
    """The command, on the store in `home`."""
    return DataCommand(monkeypatch, capsys)


@pytest.fixture
def filled(tmp_path: Path, home: Path) -> Store:
    """Two releases, of which the older still counts for some countries and years; an event moved to another country."""
    store = Store(home)
    older = [
        dated(n, f"{2001 + n % 20}-0{1 + n % 9}-1{n % 7}", country=COUNTRIES[n % 6], best=n % 30, high=40, low=0)
        for n in range(1, 400)
    ]
    newer = [row | {"best": "5", "deaths_civilians": ""} for row in older[:200] if row["country"] in COUNTRIES[:3]]
    newer[3] |= {"country": "Chad", "id": older[5]["id"]}
    store.add(
        read_ged(write_ged(tmp_path / "GEDEvent_v23_1.csv", older), covers="world", place_precision_max=7),
        read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", newer[3:]), place_precision_max=7),
    )
    return store


def same(one: Digest, other: Digest) -> None:
    for name in ("monthly", "weekly", "cells"):
        assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.provenance == other.provenance


@given(events=random_events)
def test_parts_by_country_put_together_are_the_whole(events: pl.DataFrame) -> None:
    parts = [events.filter(pl.col("theatre") == theatre) for theatre in ("Mali", "Niger", "Chad")]
    parts += [events.clear()]
    for period in ("month", "week"):
        assert sum_up(pl.concat(make_digest(part, period) for part in parts)).equals(make_digest(events, period))
        assert make_digest(events.lazy(), period).equals(make_digest(events, period))
    assert sum_cells(pl.concat(make_cells(part.lazy()) for part in parts)).equals(make_cells(events))


def test_what_is_asked_of_files_is_what_events_in_memory_give(filled: Store) -> None:
    for day in (None, date(2012, 6, 30)):
        held = filled.events(day)
        assert filled.ask(lambda scanned: scanned.lazy().sort("date", "event_id").collect(), day).equals(held.events)
        assert filled.ask(lambda scanned: (scanned.notes, scanned.vintages, scanned.last_days), day) == (
            held.notes, held.vintages, held.last_days,
        )  # fmt: skip
        same(digest_events(held, fingerprint="x"), filled.ask(lambda s: digest_events(s, fingerprint="x"), day))


def test_every_country_is_in_one_task(filled: Store) -> None:
    counted = filled.ask(lambda held: Counted(held, (), held.first_day))
    tasks = _tasks(counted)
    assert sorted(country for task in tasks for country in task) == ["MLI", "NER", "NGA", "SDN", "SOM", "TCD"]
    (filled.folder / "parts").rename(filled.folder / "elsewhere")
    with pytest.raises(InputError, match=r"a worker of the cluster does not see .*same path\. Hint: .*TOCSIN_HOME"):
        _count_countries(counted, tasks[0])


@pytest.mark.slow
def test_a_cluster_counts_the_same(filled: Store, data: DataCommand) -> None:
    settings = load_settings(home=filled.home)
    with local_cluster() as address:
        for day in (None, date(2012, 6, 30)):
            same(load_digest(settings, as_of=day, cluster=address), load_digest(settings, as_of=day))
        data("digest", "-o", str(filled.home / "here"))
        data("digest", "-o", str(filled.home / "there"), "--cluster", address)
    for name in ("monthly.parquet", "weekly.parquet", "cells.parquet", "provenance.json"):
        assert (filled.home / "here" / name).read_bytes() == (filled.home / "there" / name).read_bytes()


def test_a_cluster_does_not_count_a_file_that_it_does_not_see(data: DataCommand, tmp_path: Path) -> None:
    said = data.refused("digest", str(tmp_path / "x.csv"), "-o", str(tmp_path), "--cluster", "tcp://h:1")
    assert "import the file first" in said
