"""The assessment on planted groups: keys, views, days, and that nothing later is used."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from planted_groups import FIRST, digest_of, entrants, link_models, rivals, use_small_models, with_another_future
from planted_lines import assessment, line, war
from tocsin.digest import Digest
from tocsin.digest import load as digest_load
from tocsin.errors import InputError, NotHeldError
from tocsin.months import first_day, last_day
from tocsin.settings import Settings, load_settings
from tocsin.warn import CONFIDENCES, VIEWS, Assessment, assess, likelihood_words, shown
from tocsin.warn.confidence import CAVEAT
from tocsin.warn.levels import HOLD_MONTHS

MONTHS = 150
LAST = FIRST + MONTHS - 1  # June 2001
EVENTS = [*rivals(months=MONTHS, pairs=15), *entrants(months=MONTHS)]
DOCUMENTED = (
    [
        "as_of",
        "as_of_mode",
        "lag_days",
        "horizon_months",
        "vintage",
        "model",
        "wording",
        "language",
        "headline",
        "notes",
        "groups",
        "new_entrants",
        "record",
    ],
    [
        "group",
        "actor",
        "theatre",
        "list",
        "previously_crossed",
        "resurgent",
        "level",
        "p_deaths25",
        "p_deaths25_low",
        "p_deaths25_high",
        "base_rate_deaths25",
        "p_mass_casualty",
        "p_mass_casualty_low",
        "p_mass_casualty_high",
        "base_rate_mass_casualty",
        "expected_deaths",
        "expected_deaths_low",
        "expected_deaths_high",
        "deaths_last_3m",
        "deaths_last_12m",
        "p_deaths25_previous",
        "record_deaths25_n",
        "record_deaths25_share",
        "record_mass_casualty_n",
        "record_mass_casualty_share",
        "words_deaths25",
        "words_mass_casualty",
        "confidence",
        "confidence_deaths25",
        "confidence_mass_casualty",
        "confidence_reasons",
    ],
)


@cache
def planted() -> Digest:
    return digest_of(EVENTS, last=LAST)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("planted-models")


@pytest.fixture
def settings(home: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an empty store under which the planted figures answer in place of the packaged ones."""
    use_small_models(monkeypatch, members=2, early=1, rounds=10)
    monkeypatch.setattr(digest_load, "packaged_digest", planted)
    link_models(home, models)
    return load_settings()


def test_the_documented_keys_are_all_there_with_plain_values(settings: Settings) -> None:
    result = assess(settings=settings).to_dict()
    assert set(DOCUMENTED[0]) <= result.keys()
    assert result["groups"]
    for group in result["groups"]:
        assert set(DOCUMENTED[1]) <= group.keys()
    # Survives JSON unchanged: no numpy value, no date, no tuple, no NaN.
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert (result["as_of"], result["horizon_months"], result["vintage"]) == ("2001-06-30", 6, "planted 1")
    assert (result["as_of_mode"], result["lag_days"]) == ("reconstructed", 0)
    assert result["model"].endswith("fitted on figures to 2000-12")


def test_figures_of_a_line_by_hand(settings: Settings) -> None:
    result = assess(settings=settings)
    assert {line.group for line in result.groups} == {f"{e[3]} @ {e[0]}" for e in EVENTS} | {
        f"{e[4]} @ {e[0]}" for e in EVENTS if e[2] == "nonstate"
    }
    for got in result.groups:
        mine = [(t, n) for theatre, t, _, a, b, n in EVENTS if theatre == got.theatre and got.actor in (a, b)]
        last = {k: sum(n for t, n in mine if t > LAST - k) for k in (3, 12)}
        assert (got.deaths_last_3m, got.deaths_last_12m) == (last[3], last[12])
        assert got.list == ("ongoing" if last[12] >= 25 else "new_risk")
        assert got.recent_deaths == tuple(sum(n for t, n in mine if t == LAST - 23 + k) for k in range(24))
        years = [sum(n for t, n in mine if end - 12 < t <= end) for end in range(FIRST, LAST + 1)]
        assert got.previously_crossed == (max(years) >= 25)
        assert got.p_deaths25_low <= got.p_deaths25 <= got.p_deaths25_high
        assert got.p_mass_casualty_low <= got.p_mass_casualty <= got.p_mass_casualty_high
        assert got.expected_deaths_low <= got.expected_deaths_high


def test_base_rates_are_one_per_list(settings: Settings) -> None:
    result = assess(settings=settings)
    rates = {(g.list, g.base_rate_deaths25, g.base_rate_mass_casualty) for g in result.groups}
    assert sorted(kind for kind, _, _ in rates) == ["new_risk", "ongoing"]


def test_new_groups_by_theatre_come_likeliest_first_and_a_theatre_has_its_own(settings: Settings) -> None:
    result = assess(settings=settings)
    theatres = {e[0] for e in EVENTS}
    assert {entrant.theatre for entrant in result.new_entrants} == theatres
    chances = [entrant.p_new_group for entrant in result.new_entrants]
    assert chances == sorted(chances, reverse=True)
    for entrant in result.new_entrants:
        assert 0 < entrant.p_new_group_low <= entrant.p_new_group <= entrant.p_new_group_high < 1
    # All of Mali: a new group there in each of its 120 months up to the last whose year is over, else nowhere.
    assert {entrant.base_rate for entrant in result.new_entrants} == {1 / len(theatres)}
    assert [e.theatre for e in assess(settings=settings, theatre="Mali").new_entrants] == ["Mali"]
    assert [e.theatre for e in assess(settings=settings, theatre="Niger+Mali").new_entrants] == ["Mali+Niger"]
    assert {entrant.horizon_months for entrant in assess(settings=settings, horizon=3).new_entrants} == {12}


def test_figures_of_some_countries_say_nothing_of_new_groups(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def some() -> Digest:
        return digest_of([e for e in EVENTS if e[0] in ("Mali", "Niger")], last=LAST, covers_world=False)

    monkeypatch.setattr(digest_load, "packaged_digest", some)
    monkeypatch.setattr("tocsin.warn.situation.packaged_digest", planted)  # what the models learn from
    result = assess(settings=settings)
    assert {group.theatre for group in result.groups} == {"Mali", "Niger"}
    assert result.new_entrants == ()
    assert "chance of new groups is left out" in " ".join(result.notes)


def test_figures_in_which_nobody_ever_came_anew_are_assessed_all_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_load, "packaged_digest", lambda: digest_of(rivals(months=MONTHS, pairs=15), last=LAST))
    result = assess(settings=settings)
    assert result.groups
    assert result.new_entrants == ()


def test_nothing_is_told_of_a_record_that_was_not_made_yet(settings: Settings) -> None:
    result = assess(settings=settings)
    assert result.record is None
    for got in result.groups:
        assert (got.record_deaths25_n, got.record_deaths25_share) == (None, None)
        assert (got.record_mass_casualty_n, got.record_mass_casualty_share) == (None, None)


@pytest.mark.parametrize("table", ["icd203", "phia"])
def test_words_of_a_line_are_those_of_the_number_as_shown(settings: Settings, table: str) -> None:
    result = assess(settings=settings.model_copy(update={"wording": table}))
    assert (result.wording, result.language) == (table, "en")
    for got in result.groups:
        assert got.words_deaths25 == likelihood_words(shown(got.p_deaths25), table)
        assert got.words_mass_casualty == likelihood_words(shown(got.p_mass_casualty), table)


def test_confidence_of_a_line_weighs_its_own_figures(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    born = LAST - 7
    newcomer = ("Mali", born, "state", "Newcomer", "Government of Mali", 2)
    monkeypatch.setattr(digest_load, "packaged_digest", lambda: digest_of([*EVENTS, newcomer], last=LAST))
    result = assess(settings=settings)
    assert CAVEAT in result.notes
    for got in result.groups:
        lowest = min((got.confidence_deaths25, got.confidence_mass_casualty), key=CONFIDENCES.index)
        assert got.confidence == lowest != "high"  # there is no record by then
        assert sum(reason.startswith("There is no record") for reason in got.confidence_reasons) == 2
    (young,) = (g for g in result.groups if g.actor == "Newcomer")
    assert young.confidence == "low"
    assert young.confidence_reasons.count("The group came into the figures 7 months ago.") == 1


def test_a_language_without_words_is_refused_before_anything_is_fitted(settings: Settings) -> None:
    (settings.home / "cache" / "models").unlink()
    steps: list[str] = []
    with pytest.raises(InputError, match="in 'xx', only in: en"):
        assess(settings=settings.model_copy(update={"language": "xx"}), progress=steps.append)
    assert steps == []


def test_views_are_in_the_documented_order_and_ranks_count_from_one(settings: Settings) -> None:
    result = assess(settings=settings)
    new, old, risky = (result.view(name) for name in VIEWS)
    assert {g.list for g in new} == {"new_risk"}
    assert {g.list for g in old} == {"ongoing"}
    assert len(risky) == len(result.groups) == len(new) + len(old)
    for rows, value, rank in (
        (new, "p_deaths25", "rank_new_risk"),
        (old, "expected_deaths", "rank_ongoing"),
        (risky, "p_mass_casualty", "rank_mass_casualty"),
    ):
        values = [getattr(g, value) for g in rows]
        assert values == sorted(values, reverse=True)
        assert [getattr(g, rank) for g in rows] == list(range(1, len(rows) + 1))
    assert [g.group for g in result.view("new_risk", 2)] == [g.group for g in new[:2]]


def test_top_keeps_who_leads_some_view_and_the_sentence(settings: Settings) -> None:
    result = assess(settings=settings)
    top = result.top(1)
    assert {g.group for g in top.groups} == {result.view(name, 1)[0].group for name in VIEWS}
    assert top.headline == result.headline
    assert result.top(10_000) == result


def test_the_previous_probability_is_that_of_a_month_before(settings: Settings) -> None:
    # Both months lie in one year, so that one model speaks in both.
    now, before = assess(settings=settings), assess(settings=settings, as_of=last_day(LAST - 1))
    earlier = {g.group: g.p_deaths25 for g in before.groups}
    for g in now.groups:
        assert g.p_deaths25_previous == pytest.approx(earlier[g.group], rel=1e-6)


def test_a_group_seen_first_this_month_has_no_previous_probability(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomer = ("Mali", LAST, "state", "Newcomer", "Government of Mali", 2)
    monkeypatch.setattr(digest_load, "packaged_digest", lambda: digest_of([*EVENTS, newcomer], last=LAST))
    (got,) = (g for g in assess(settings=settings).groups if g.actor == "Newcomer")
    assert got.p_deaths25_previous is None
    assert (got.deaths_last_3m, got.deaths_last_12m, got.list, got.resurgent) == (2, 2, "new_risk", False)


def test_nothing_after_the_day_changes_a_word(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    month = LAST - 14
    calm = assess(settings=settings, as_of=last_day(month)).to_dict()
    wild = digest_of(with_another_future(EVENTS, month, last=LAST), last=LAST)
    monkeypatch.setattr(digest_load, "packaged_digest", lambda: wild)
    # Without the cache, so that the fit itself is put to the test.
    (settings.home / "cache" / "models").unlink()
    assert assess(settings=settings, as_of=last_day(month)).to_dict() == calm
    assert assess(settings=settings).to_dict()["groups"][0] not in calm["groups"]


def test_a_day_within_a_month_uses_whole_months_only(settings: Settings) -> None:
    whole = assess(settings=settings, as_of=last_day(LAST - 2))
    within = assess(settings=settings, as_of=first_day(LAST))
    later = assess(settings=settings, as_of=last_day(LAST - 1))
    assert within.data_until == last_day(LAST - 1)
    assert (within.as_of, within.groups) == (first_day(LAST), later.groups)
    assert whole.groups != later.groups


def test_lag_days_move_what_is_known(settings: Settings) -> None:
    day = last_day(LAST)
    late = assess(settings=settings.model_copy(update={"lag_days": 15}), as_of=day)
    assert (late.as_of, late.lag_days, late.data_until) == (day, 15, last_day(LAST - 1))
    assert late.groups == assess(settings=settings, as_of=last_day(LAST - 1)).groups


def test_a_day_after_the_data_is_refused_with_the_last_day(settings: Settings) -> None:
    with pytest.raises(InputError, match=r"end on 2001-06-30.*--as-of 2001-06-30"):
        assess(settings=settings, as_of=date(2001, 7, 31))
    # A day before the next month is over is no later than the data: July is not yet expected whole.
    assert assess(settings=settings, as_of=date(2001, 7, 30)).data_until == date(2001, 6, 30)


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(1, 1, 1), date(1988, 12, 31)])
def test_days_far_from_the_data_are_refused(settings: Settings, day: date) -> None:
    with pytest.raises((InputError, NotHeldError)):
        assess(settings=settings.model_copy(update={"lag_days": 40}), as_of=day)


def test_too_early_a_day_says_which_would_do(settings: Settings) -> None:
    with pytest.raises(NotHeldError, match=r"too little history.*first possible month is 1996-05"):
        assess(settings=settings, as_of=date(1993, 6, 30))


@pytest.mark.parametrize("horizon", [0, 1, 5, 24, -3])
def test_other_horizons_are_refused(settings: Settings, horizon: int) -> None:
    with pytest.raises(InputError, match=f"3, 6 or 12 months, got {horizon}"):
        assess(settings=settings, horizon=horizon)


def test_a_theatre_shows_its_groups_as_ranked_in_the_world(settings: Settings) -> None:
    world = assess(settings=settings)
    mali = assess(settings=settings, theatre="mali")
    assert mali.theatre == "Mali"
    assert mali.groups == tuple(g for g in world.groups if g.theatre == "Mali")
    assert "in Mali" in mali.headline
    for name in VIEWS:
        assert [g.group for g in mali.view(name)] == [g.group for g in world.view(name) if g.theatre == "Mali"]


def test_several_countries_are_seen_as_one_theatre(settings: Settings) -> None:
    joined = assess(settings=settings, theatre="Niger+Mali")
    world = assess(settings=settings)
    apart = [g for g in world.groups if g.theatre in ("Mali", "Niger")]
    assert joined.theatre == "Mali+Niger"
    assert {g.group for g in joined.groups} == {f"{g.actor} @ Mali+Niger" for g in apart}
    assert sum(g.deaths_last_12m for g in joined.groups) == sum(g.deaths_last_12m for g in apart)


def test_a_theatre_without_a_death_is_refused_before_anything_is_fitted(settings: Settings) -> None:
    (settings.home / "cache" / "models").unlink()
    steps: list[str] = []
    with pytest.raises(NotHeldError, match="no group with a recorded death in Iceland by 2001-06-30"):
        assess(settings=settings, theatre="Iceland", progress=steps.append)
    assert steps == []


def test_budgets_of_the_settings_bound_the_levels(settings: Settings) -> None:
    strict = assess(settings=settings.model_copy(update={"watch_budget": 1, "warning_budget": 1}))
    # One group a month per view, of two views, and a level stands for three months.
    assert 1 <= sum(g.level != "none" for g in strict.groups) <= 2 * HOLD_MONTHS
    entered = [g for g in strict.groups if g.level != "none" and "not reached since" not in g.level_sentence]
    assert len(entered) <= 2


def test_a_fit_is_made_once(settings: Settings) -> None:
    steps: list[str] = []
    (settings.home / "cache" / "models").unlink()
    assess(settings=settings, progress=steps.append)
    assert len(steps) == 2 * (2 + 1) * 3  # two targets, two replicates and an early one each, of three horizons
    assess(settings=settings, progress=steps.append)
    assess(settings=settings, progress=steps.append, theatre="Mali")
    assess(settings=settings, progress=steps.append, as_of=last_day(LAST - 3))  # the same year
    assert len(steps) == 18
    assess(settings=settings, progress=steps.append, horizon=12)  # all horizons were fitted at once
    assert len(steps) == 18


def test_table_of_the_lines_has_one_row_a_group_and_says_where_it_is_from(settings: Settings) -> None:
    result = assess(settings=settings)
    table = result.to_polars()
    assert table["group"].to_list() == [g.group for g in result.groups]
    assert set(DOCUMENTED[1]) <= set(table.columns)
    assert table["as_of"].unique().to_list() == [date(2001, 6, 30)]
    assert table["licence"].unique().to_list() == ["CC0"]
    assert table["citation"].unique().to_list() == ["Made up for a test"]


@pytest.mark.parametrize(
    "made",
    [
        lambda: assessment(line(p_deaths25_previous=None)),
        lambda: assessment(war()),
        lambda: assessment(line(), war()),
    ],
)
def test_types_of_the_table_do_not_depend_on_who_is_in_it(made: Callable[[], Assessment]) -> None:
    schema = made().to_polars().schema
    assert schema == assessment(line(), war()).to_polars().schema
    assert schema["p_deaths25_previous"] == pl.Float64
    assert schema["rank_ongoing"] == schema["rank_new_risk"] == pl.Int64


def test_no_line_makes_an_empty_table() -> None:
    assert assessment().to_polars().height == 0
