"""The mode lagged before the packaged figures came out: no record of theirs, and what is learned from them is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from planted_releases import event, release_of
from tocsin.digest.load import PACKAGED_PUBLISHED
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.warn.level_record import packaged_level_record
from tocsin.warn.past import levels_known
from tocsin.warn.situation import load_situation, record_known
from tocsin.warn.warning_record import packaged_warning_record, record_month

BEFORE, AFTER = date(2018, 12, 31), date(2021, 12, 31)
UNLAGGED = "are used without delays"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Releases of Mali alone, which came out after the packaged figures; nothing to learn a model from."""
    folder = tmp_path_factory.mktemp("home")
    days = [date(year, month, 5) for year in range(2015, 2022) for month in range(1, 13)]
    Store(folder).add(release_of("22.1", [event(k, day) for k, day in enumerate(days)], countries=("MLI",)))
    return folder


def test_before_it_nothing_of_the_record_is_told(home: Path) -> None:
    lagged = load_situation(BEFORE, "Mali", Settings(home=home, as_of_mode="lagged"))
    assert lagged.record(6).rows == ()
    assert levels_known(lagged) is None
    # It was so as the record itself stood by then, by the newest figures.
    known = load_situation(BEFORE, "Mali", Settings(home=home))
    assert known.record(6).rows
    assert levels_known(known) == packaged_level_record().known_by(known.month)


def test_what_was_learned_from_figures_published_later_is_said(home: Path) -> None:
    def told(day: date, mode: str) -> list[str]:
        settings = Settings(home=home, as_of_mode=mode)  # type: ignore[arg-type]
        return [note for note in load_situation(day, "Mali", settings).notes if UNLAGGED in note]

    (note,) = told(BEFORE, "lagged")
    assert "model and base rates" in note
    assert str(PACKAGED_PUBLISHED) in note
    assert told(AFTER, "lagged") == []
    assert told(BEFORE, "reconstructed") == []


def test_after_it_the_record_is_told_by_the_last_month_known(home: Path) -> None:
    lagged = load_situation(AFTER, "Mali", Settings(home=home, as_of_mode="lagged"))
    assert lagged.record(6).rows
    assert levels_known(lagged) == packaged_level_record().known_by(lagged.month)
    # Of another source than the packaged replay's nothing is told in any mode.
    digest = replace(lagged.digest, provenance=replace(lagged.digest.provenance, source="own-list"))
    assert replace(lagged, digest=digest).record(6).rows == ()


@pytest.mark.parametrize("mode", ["strict", "lagged"])
def test_the_day_of_publication_divides(mode: str) -> None:
    settings = Settings(as_of_mode=mode)  # type: ignore[arg-type]
    assert record_month(date(2021, 6, 29), 492, mode) == 0  # type: ignore[arg-type]
    assert record_month(PACKAGED_PUBLISHED, 492, mode) == 492  # type: ignore[arg-type]
    assert record_known(settings, date(2021, 6, 29), 480, 6).rows == ()
    assert record_known(settings, PACKAGED_PUBLISHED, 480, 6).rows
    assert packaged_warning_record().known_by(record_month(date(2021, 6, 29), 492, mode)).warnings == ()  # type: ignore[arg-type]
