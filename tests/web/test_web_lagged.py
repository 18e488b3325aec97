"""The as-of mode lagged in the browser: asked for like the others, and refused where it can not be answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from planted_releases import event, release_of
from tocsin.errors import InputError, NotHeldError
from tocsin.events import CheckedFile
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.web import gate
from tocsin.web.asked import Asked, read_asked
from tocsin.web.hints import for_page, for_program
from tocsin.web.question import silent
from tocsin.web.questions.method import InForce

DAY = date(2018, 12, 31)
LAGGED = Asked(DAY, mode="lagged")


def fill(home: Path, *, free: bool) -> Settings:
    events = [event(n, date(2016 + n % 3, 5, 5), deaths_best=9) for n in range(30)]
    for name in ("19.1", "20.1"):
        file = release_of(name, events)
        told = {of: getattr(file, of) for of in CheckedFile.__dataclass_fields__ if of not in ("rows", "release")}
        release = replace(file.release, redistributable=free)
        Store(home).add(CheckedFile(**told, events=file.events, release=release))
    return Settings(home=home)


def test_it_is_read_from_an_address_and_travels_with_it() -> None:
    asked = read_asked({"as_of": "2018-12-31", "mode": "lagged"})
    assert asked == LAGGED
    assert asked.parameters() == {"as_of": "2018-12-31", "mode": "lagged"}


def test_what_is_in_force_is_answered_of_ones_own_releases(tmp_path: Path) -> None:
    told = gate.answer(InForce(LAGGED), fill(tmp_path, free=True), silent)
    assert told.as_of_mode == "lagged"
    assert told.provenance.last_month == 467  # November 2018: of December next to nothing was known
    assert any("assumed curve" in note for note in told.provenance.notes)


def test_under_closed_terms_it_is_refused(tmp_path: Path) -> None:
    settings = fill(tmp_path, free=False)
    for asked, under in ((LAGGED, settings), (Asked(DAY), settings.model_copy(update={"as_of_mode": "lagged"}))):
        with pytest.raises(gate.NotShownError, match="only the mode 'reconstructed'"):
            gate.answer(InForce(asked), under, silent)


def test_the_packaged_figures_can_not_answer_it_and_say_what_can(tmp_path: Path) -> None:
    with pytest.raises(NotHeldError, match="the packaged figures hold no events") as refused:
        gate.answer(InForce(LAGGED), Settings(home=tmp_path), silent)
    assert "choose 'newest release' at the head of the page" in for_page(str(refused.value))
    assert "use mode=reconstructed" in for_program(str(refused.value))


def test_it_needs_a_day(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lagged mode asks what was known by a day, so it needs one"):
        gate.answer(InForce(Asked(mode="lagged")), Settings(home=tmp_path), silent)
