"""Figures of another source than the replay's: assessed as any, and told without a record that is not theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from acled_files import ten_years, write_acled
from planted_groups import use_small_models
from tocsin.digest import packaged_digest
from tocsin.settings import Settings
from tocsin.sources.acknowledged import acknowledge
from tocsin.sources.acled import read_acled
from tocsin.sources.source import ReadOptions
from tocsin.store import Store
from tocsin.warn import assess
from tocsin.warn.assess import SELECTION_NOTE
from tocsin.warn.past import levels_known
from tocsin.warn.situation import load_situation


def held(tmp_path: Path, *, covers: str) -> Settings:
    """Settings that use ten made-up years of ACLED in four countries, taken for the world or for those alone."""
    file = write_acled(tmp_path / "acled.csv", ten_years())
    home = tmp_path / "home"
    Store(home).add(read_acled(file, ReadOptions(covers=covers)))
    acknowledge(home, "acled", on=date(2021, 2, 1))
    return Settings(home=home, source="acled")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return held(tmp_path_factory.mktemp("world"), covers="world")


def test_an_assessment_has_no_record_that_is_not_its_source_s(world: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_models(monkeypatch, members=2, early=1, rounds=10)
    told = assess(settings=world)
    assert told.vintage == "acled 2021-01-20"
    assert told.record is None
    assert {line.record_deaths25_n for line in told.groups} | {line.record_mass_casualty_n for line in told.groups} <= {
        None,
        0,
    }
    assert all(0 < line.p_deaths25 < 1 for line in told.groups)
    assert "Islamic State Khorasan Province (ISKP) @ Afghanistan" in {line.group for line in told.groups}
    assert SELECTION_NOTE not in told.notes
    assert any("of acled, which counts by other rules, nothing of the kind is known" in note for note in told.notes)
    assert not any("packaged figures" in note for note in told.notes)  # it learned from the figures held


def test_levels_of_the_packaged_replay_are_not_told_as_its_own(world: Settings) -> None:
    situation = load_situation(None, None, world)
    assert situation.record(6).rows == ()
    assert levels_known(situation) is None


def test_where_models_learned_from_ucdp_it_is_said(tmp_path: Path) -> None:
    notes = load_situation(None, None, held(tmp_path, covers="file")).notes
    (told,) = (note for note in notes if "learned from the packaged figures" in note)
    assert "Base rates are likewise those of events as UCDP counts them" in told


def test_figures_of_ucdp_keep_their_record() -> None:
    situation = load_situation(None, None, Settings(), digest=packaged_digest())
    assert situation.record(6).rows
    assert levels_known(situation) is not None
    assert not any("counts by other rules" in note for note in situation.notes)
    other = replace(packaged_digest(), provenance=replace(packaged_digest().provenance, source="own-list"))
    assert not load_situation(None, None, Settings(), digest=other).record(6).rows
