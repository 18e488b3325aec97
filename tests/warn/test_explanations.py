"""An explanation and a brief on planted figures: the parts agree with each other, and nothing later is used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from planted_groups import FIRST, digest_of, entrants, link_models, rivals, use_small_models, with_another_future
from tocsin.digest import Digest
from tocsin.digest import load as digest_load
from tocsin.errors import InputError, NotHeldError
from tocsin.months import first_day, last_day
from tocsin.settings import Settings, load_settings
from tocsin.warn import Explanation, assess, explain, levels, make_brief

MONTHS, HORIZON = 150, 6
LAST = FIRST + MONTHS - 1
EVENTS = [
    *rivals(months=MONTHS, pairs=15),
    *entrants(months=MONTHS),
    ("Peru", LAST - 1, "state", "Silent front", "Government of Peru", 0),
    ("Chile", LAST - 1, "onesided", "Government of Chile", "Civilians", 9),
]
GROUP = "Front 03a @ Kenya"


@cache
def planted() -> Digest:
    return digest_of(EVENTS, last=LAST)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("explained-models")


@pytest.fixture
def settings(home: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    use_small_models(monkeypatch, members=2, early=1, rounds=10)
    monkeypatch.setattr(digest_load, "packaged_digest", planted)
    link_models(home, models)
    return load_settings()


def explained(settings: Settings, as_of: date | None = None) -> Explanation:
    return explain(GROUP, as_of=as_of, rivalry=False, settings=settings)


def test_the_line_is_that_of_the_assessment_and_the_headline_its_level(settings: Settings) -> None:
    found = explained(settings)
    assert found.line == next(g for g in assess(settings=settings).groups if g.group == GROUP)
    assert found.assessment.groups == (found.line,)
    assert found.assessment.headline == found.line.level_sentence
    assert found.rivalry is None


def test_the_months_ahead_add_up_to_the_deaths_expected(settings: Settings) -> None:
    found = explained(settings)
    assert [m.month for m in found.ahead] == [first_day(LAST + 1 + k) for k in range(HORIZON)]
    assert sum(m.expected for m in found.ahead) == pytest.approx(found.line.expected_deaths)
    last_year = [m.deaths for m in found.history[-12:]]
    for month in found.ahead:
        assert month.low <= month.median <= month.high
        assert month.baseline == pytest.approx(sum(last_year) / 12)
        assert month.baseline_low <= month.baseline_high


def test_the_past_is_that_of_the_figures(settings: Settings) -> None:
    found = explained(settings)
    assert len(found.history) == 120  # ten years of the twelve and a half
    assert found.history[-1].month == first_day(LAST)
    own = [e for e in EVENTS if GROUP.startswith(e[3]) or GROUP.startswith(e[4])]
    for month, t in zip(found.history, range(LAST - 119, LAST + 1), strict=True):
        of = [e for e in own if e[1] == t]
        assert (month.deaths, month.events) == (sum(e[5] for e in of), len(of))
    year = [e for e in own if e[1] > LAST - 12]
    assert [(c.events, c.deaths) for c in found.cells] == [(len(year), sum(e[5] for e in year))]
    assert found.facts.group == GROUP


def test_nothing_after_the_day_is_used(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    day = last_day(LAST - 3)
    before = explain(GROUP, as_of=day, settings=settings)
    events = with_another_future(EVENTS, LAST - 3, last=LAST)
    monkeypatch.setattr(digest_load, "packaged_digest", lambda: digest_of(events, last=LAST))
    after = explain(GROUP, as_of=day, settings=settings)
    assert replace(after, rivalry=None) == replace(before, rivalry=None)
    assert (after.rivalry is None) == (before.rivalry is None)
    if after.rivalry is not None and before.rivalry is not None:
        assert after.rivalry.to_dict() == before.rivalry.to_dict()


def test_a_group_without_a_death_or_a_name_is_refused(settings: Settings) -> None:
    with pytest.raises(NotHeldError, match="Silent front @ Peru has no recorded death by 2001-06-30"):
        explain("Silent front", settings=settings)
    with pytest.raises(NotHeldError, match="Nobody"):
        explain("Nobody", settings=settings)
    with pytest.raises(InputError, match="3, 6 or 12"):
        explain(GROUP, horizon=5, settings=settings)


def test_a_brief_explains_every_group_on_warning_as_explain_does(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Planted groups hardly differ, so that nobody is five times the base rate.
    monkeypatch.setattr(levels, "WARNING_RATIO", 1.0)
    monkeypatch.setattr(levels, "WATCH_RATIO", 1.0)
    brief = make_brief(settings=settings)
    warned = [g.group for g in brief.assessment.groups if g.level == "warning"]
    assert warned
    assert [e.line.group for e in brief.explanations] == warned
    alone = explain(warned[0], rivalry=False, settings=settings)
    ours = brief.explanations[0]
    assert (ours.line, ours.history, ours.ahead, ours.cells, ours.offshoots, ours.facts) == (
        alone.line,
        alone.history,
        alone.ahead,
        alone.cells,
        alone.offshoots,
        alone.facts,
    )
    assert brief.past is not None
    assert brief.past.until == brief.assessment.data_until
    assert brief.levels is None  # the packaged replay begins in 2010
    # Of a country where only the state attacked, the figures of groups say nothing.
    assert "Kenya" in brief.covered
    assert "Chile" not in brief.covered


def test_a_brief_of_a_theatre_keeps_to_it(settings: Settings) -> None:
    world, kenya = make_brief(settings=settings), make_brief(theatre="Kenya", settings=settings)
    assert {g.theatre for g in kenya.assessment.groups} == {"Kenya"}
    assert kenya.assessment.groups == tuple(g for g in world.assessment.groups if g.theatre == "Kenya")
    assert sum(c.events for c in kenya.cells) < sum(c.events for c in world.cells)
