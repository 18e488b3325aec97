"""The last period: what was said is what is said as of that day, outcomes are the figures', nothing later is used."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from planted_groups import FIRST, digest_of, entrants, link_models, rivals, use_small_models, with_another_future
from tocsin.digest import Digest
from tocsin.digest import load as digest_load
from tocsin.months import last_day
from tocsin.panel import build_panel
from tocsin.settings import Settings, load_settings
from tocsin.warn import assess
from tocsin.warn.level_record import packaged_level_record
from tocsin.warn.past import PastPeriod, lead_curve, levels_known, past_period
from tocsin.warn.situation import Situation, load_situation

MONTHS, HORIZON = 156, 6
LAST = FIRST + MONTHS - 1
THEN = LAST - HORIZON
EVENTS = [
    *rivals(months=MONTHS, pairs=15),
    *entrants(months=MONTHS),
    ("Kenya", LAST - 1, "onesided", "Front 03a", "Civilians", 31),
    ("Peru", LAST - 1, "state", "A new front", "Government of Peru", 40),
]


@cache
def planted() -> Digest:
    return digest_of(EVENTS, last=LAST)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("past-models")


@pytest.fixture
def settings(home: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    use_small_models(monkeypatch, members=2, early=1, rounds=10)
    monkeypatch.setattr(digest_load, "packaged_digest", planted)
    link_models(home, models)
    return load_settings()


def situation(settings: Settings, theatre: str | None = None) -> Situation:
    return load_situation(last_day(LAST), theatre, settings)


def past(settings: Settings, theatre: str | None = None) -> PastPeriod:
    found = past_period(situation(settings, theatre), HORIZON)
    assert found is not None
    return found


def test_what_was_said_is_what_is_said_as_of_that_day(settings: Settings) -> None:
    found = past(settings)
    said = {line.group: line for line in assess(as_of=last_day(THEN), settings=settings).groups}
    assert (found.as_of, found.until, found.horizon_months) == (last_day(THEN), last_day(LAST), HORIZON)
    told = (*found.missed, *found.came, *found.did_not_come)
    assert told
    for line in told:
        then = said[line.group]
        assert (line.level, line.list) == (then.level, then.list)
        assert line.p == pytest.approx(getattr(then, f"p_{line.target}"))
    on_level = {group for group, line in said.items() if line.level != "none"}
    assert {line.group for line in (*found.came, *found.did_not_come)} == on_level


def test_outcomes_are_those_of_the_figures(settings: Settings) -> None:
    found = past(settings)
    panel = build_panel(planted())
    deaths = dict(zip(panel.groups, panel.deaths[:, -HORIZON:].sum(axis=1).tolist(), strict=True))
    attacks = dict(zip(panel.groups, panel.mass_casualty[:, -HORIZON:].sum(axis=1).tolist(), strict=True))
    for line in (*found.missed, *found.came, *found.did_not_come):
        assert (line.deaths_since, line.mass_casualty_since) == (deaths[line.group], attacks[line.group])
    assert all(line.level == "none" for line in found.missed)
    happened = {(line.group, line.target) for line in (*found.missed, *found.came)}
    attacked = {group for group in attacks if attacks[group] and panel.seen[panel.index_of(group), -HORIZON - 1]}
    assert {group for group, target in happened if target == "mass_casualty"} == attacked
    assert "Front 03a @ Kenya" in attacked
    assert ("A new front @ Peru", 40) in found.unseen
    assert not {line.group for line in found.did_not_come} & {group for group, _ in happened}
    new = [g for g, name in enumerate(panel.groups) if not panel.seen[g, -HORIZON - 1] and deaths[name] >= 25]
    assert dict(found.unseen) == {panel.groups[g]: deaths[panel.groups[g]] for g in new}
    assert [line.deaths_since for line in found.missed] == sorted((x.deaths_since for x in found.missed), reverse=True)


def test_a_theatre_tells_its_own_lines(settings: Settings) -> None:
    world, mali = past(settings), past(settings, "Mali")
    assert mali.missed == tuple(line for line in world.missed if line.group.endswith("@ Mali"))
    assert mali.did_not_come == tuple(line for line in world.did_not_come if line.group.endswith("@ Mali"))


def test_nothing_after_the_day_is_used(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = past_period(load_situation(last_day(LAST - 3), None, settings), HORIZON)
    events = with_another_future(EVENTS, LAST - 3, last=LAST)
    monkeypatch.setattr(digest_load, "packaged_digest", lambda: digest_of(events, last=LAST))
    assert past_period(load_situation(last_day(LAST - 3), None, settings), HORIZON) == before


def test_where_nothing_could_be_said_so_early_there_is_none(settings: Settings) -> None:
    early = situation(settings)
    assert past_period(early, MONTHS + 12) is None


def test_the_lead_curve_is_told_from_what_was_known(settings: Settings) -> None:
    assert levels_known(situation(settings)) is None  # 2001: the replay begins in 2010
    known = packaged_level_record().known_by(450)
    rows = known.emergences
    curve = lead_curve(known)
    assert curve.emergences == len(rows)
    assert curve.on_level[5] == sum(row.level is not None and row.level >= 6 for row in rows) / len(rows)
    assert rows
    assert all(row.month <= 450 for row in rows)
    whole = packaged_level_record().emergences
    assert len(rows) < len(whole)
    for row in whole:
        assert list(row.random) == sorted(row.random, reverse=True)
        # Each is the start of its own last unbroken run, so that neither need be the longer.
        assert row.warning is None or row.level is not None
