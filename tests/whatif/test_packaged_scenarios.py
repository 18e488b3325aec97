"""The packaged scenarios: their estimates can be made again, nothing in them is of later, and every mechanism works."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from tocsin.digest import packaged_digest
from tocsin.groups import Theatre
from tocsin.months import first_day, last_day, month_id
from tocsin.whatif.catalogue import MECHANISM_NAMES, VARIANT_NAMES
from tocsin.whatif.check.report import check
from tocsin.whatif.engine.sampling import Draws, sample_draws
from tocsin.whatif.engine.simulate import Paths, simulate
from tocsin.whatif.files.reading import packaged_folder, packaged_scenarios, read_scenario
from tocsin.whatif.scenario import DO_NOTHING, NOT_A_FORECAST
from tocsin.whatif.start.scenario import start_scenario

ROOT = Path(__file__).parents[2]
AUGUST, APRIL = "afghanistan-2021-08", "afghanistan-2021-04"
BOTH = pytest.mark.parametrize("name", [APRIL, AUGUST])
RUNS = 150


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_scenarios", ROOT / "tools" / "make_scenarios.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def draws(name: str) -> Draws:
    return sample_draws(read_scenario(name), RUNS, seed=5)


@cache
def paths(name: str, option: str, off: str = "", variant: str = "fitted") -> Paths:
    scenario = read_scenario(name)
    place = [one.name for one in scenario.options].index(option)
    return simulate(scenario, draws(name), option=place, off=[off] if off else [], variant=variant)  # type: ignore[arg-type]


def text(name: str) -> str:
    return (packaged_folder() / f"{name}.toml").read_text(encoding="utf-8")


def test_both_are_packaged() -> None:
    assert packaged_scenarios() == (APRIL, AUGUST)


@BOTH
def test_estimates_are_those_of_the_packaged_figures(name: str, maker: ModuleType) -> None:
    assert maker.renewed(text(name)) == text(name)


@BOTH
def test_story(name: str) -> None:
    scenario = read_scenario(name)
    assert scenario.name == name
    assert first_day(scenario.first) > scenario.as_of >= first_day(scenario.first - 1)
    assert scenario.data_until == last_day(packaged_digest().provenance.last_month)
    assert scenario.vintage == packaged_digest().provenance.vintage
    assert scenario.horizons == (6, 12, 36)
    assert scenario.variants == VARIANT_NAMES
    assert scenario.options[0].name == DO_NOTHING
    assert {one.name for one in scenario.options} == {
        DO_NOTHING,
        "share_intelligence",
        "strikes_without",
        "policing_and_prisons",
        "reintegration",
        "mediation",
    }
    assert NOT_A_FORECAST in scenario.about.lower()


def test_april_does_not_know_of_the_take_over() -> None:
    scenario = read_scenario(APRIL)
    assert scenario.ruler == "Government of Afghanistan"
    unsure = [one for one in scenario.shocks if one.kind in ("take_over", "jail_break")]
    assert {one.kind for one in unsure} == {"take_over", "jail_break"}
    for one in unsure:
        assert one.probability.low < one.probability.high < 1
        assert one.last - one.first >= 24
    (withdrawal,) = (one for one in scenario.shocks if one.kind == "withdrawal")
    assert withdrawal.first == withdrawal.last == month_id(date(2021, 9, 11))


def test_august_begins_under_taliban_rule() -> None:
    scenario = read_scenario(AUGUST)
    assert scenario.ruler == "Taleban"
    assert all(side.kind == "group" for side in scenario.sides)


@BOTH
def test_no_source_is_of_after_the_day(name: str) -> None:
    scenario = read_scenario(name)
    # Comments and notes too; that the figures' release came out later is said, and the months simulated lie later.
    told = re.sub(r"^(first|last|month|first_month|from|citation) = .*$", "", text(name), flags=re.MULTILINE)
    told = told.replace("a release that came out in June 2021", "")
    years = {int(year) for year in re.findall(r"\b(20[0-9]{2})\b", told)}
    assert max(years) <= scenario.as_of.year
    later = ["September", "October", "November", "December"]
    later += [] if name == AUGUST else ["June", "July", "August"]
    if name == APRIL:
        told = told.replace("by 11 September 2021", "")
        assert "S/2021/486" not in told
        assert "S/2021/655" not in told
    assert not re.findall(rf"\b(?:{'|'.join(later)}) 2021", told)


@BOTH
def test_every_number_says_where_it_is_from_or_that_it_is_assumed(name: str) -> None:
    for number in check(read_scenario(name)).numbers:
        assert number.evidence == "assumed" or number.source, number.name
        assert number.source != "-"


@BOTH
def test_nothing_is_estimated_from_nothing(name: str) -> None:
    for number in check(read_scenario(name)).numbers:
        if number.evidence == "estimated":
            assert not re.search(r"\b0 of 0\b|\bin 0 attacks\b|\b0 clashes against", number.source), number.name


def test_numbers_with_nothing_to_count_are_made_anew_too(maker: ModuleType) -> None:
    stale = text(AUGUST).replace(
        "widely around the theatre's share of 0.05", "widely around the theatre's share of 0.09"
    )
    assert stale != text(AUGUST)
    assert maker.renewed(stale) == text(AUGUST)


def test_the_start_of_attacks_is_against_the_rate_of_the_same_months() -> None:
    """77 recorded by the UN in four months of 2021, against what four months of the three years before had."""
    rows = packaged_digest().monthly.filter(
        (pl.col("theatre") == "Afghanistan") & (pl.col("actor") == "IS") & (pl.col("period") >= date(2018, 1, 1))
    )
    four_months = rows["events"].sum() * 4 / 36
    assert four_months == pytest.approx(46.7, abs=0.05)
    assert rows.filter(pl.col("period").is_between(date(2020, 1, 1), date(2020, 4, 30)))["events"].sum() == 20
    swing = next(side for side in read_scenario(AUGUST).sides if side.name == "IS").numbers["attack_swing"]
    assert (swing.low, swing.high) == (0.0, pytest.approx(np.log(77 / four_months), abs=0.01))


def test_a_clash_of_two_groups_counts_half_for_each() -> None:
    """12 of the two in three years at the least; at most as with the government in 2020, 41."""
    sides = {side.name: side.numbers["clash_rate"] for side in read_scenario(AUGUST).sides}
    for end, whole in (("low", 12 / 36), ("high", 41 / 12)):
        both = getattr(sides["IS"], end) + getattr(sides["Taleban"], end)
        assert both == pytest.approx(whole, rel=0.2)


def test_august_says_under_what_its_rates_came_about() -> None:
    assert any("foreign forces struck" in note and "too low" in note for note in read_scenario(AUGUST).notes)


def test_april_says_first_that_its_figures_came_out_later() -> None:
    assert "came out in June 2021" in read_scenario(APRIL).notes[0]


@BOTH
def test_sources_name_no_person_and_nothing_finer_than_a_town(name: str) -> None:
    assert not re.search(r"\d+\.\d+ ?[NE]\b|°", text(name))


# --- what it does ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", MECHANISM_NAMES)
def test_every_mechanism_has_an_effect_in_august_and_can_be_switched_off(mechanism: str) -> None:
    names = [one.name for one in read_scenario(AUGUST).options]
    assert any(_differ(paths(AUGUST, option), paths(AUGUST, option, mechanism)) for option in names)


@BOTH
@pytest.mark.parametrize("variant", VARIANT_NAMES[1:])
def test_every_variant_is_another_story(name: str, variant: str) -> None:
    assert _differ(paths(name, DO_NOTHING), paths(name, DO_NOTHING, variant=variant))


@BOTH
def test_every_option_is_another_story(name: str) -> None:
    nothing = paths(name, DO_NOTHING)
    for option in read_scenario(name).options[1:]:
        assert _differ(nothing, paths(name, option.name))


@BOTH
def test_the_first_year_is_like_the_years_before(name: str) -> None:
    """Nobody has to forecast to see that an order of magnitude would be wrong."""
    scenario = read_scenario(name)
    found = paths(name, DO_NOTHING)
    attacks = found.side("attacks")[:, :, :12].sum(axis=2)
    sides = scenario.names
    # 14 attacks by the one and 105 by the other in 2020, 47 and 212 in three years.
    assert 8 < np.median(attacks[:, sides.index("IS")]) < 60
    assert 15 < np.median(attacks[:, sides.index("Taleban")]) < 160
    members = found.side("members")
    for g, side in enumerate(sides):
        start = scenario.sides[g].numbers["members"]
        assert start.low * 0.9 < np.median(members[:, g, 0]) < start.high * 1.1, side


def killed_in_2020(countries: tuple[str, ...], sides: Sequence[str]) -> int:
    """Civilians killed in attacks of the sides, one of which are all governments of the countries."""
    actor = pl.col("actor").cast(pl.String)
    rows = packaged_digest().monthly.filter(
        pl.col("theatre").cast(pl.String).is_in(countries)
        & (pl.col("kind") == "onesided")
        & (pl.col("period") >= date(2020, 1, 1))
        & (actor.is_in(sides) | actor.is_in([f"Government of {country}" for country in countries]))
    )
    return int(rows["deaths_best"].sum())


def test_as_many_die_in_the_first_year_as_may_in_a_year_like_2020() -> None:
    """Where nothing has changed hands yet: in April 2021, and in a scenario that figures alone give."""
    april = read_scenario(APRIL)
    sahel = start_scenario(
        packaged_digest(), Theatre("Sahel", ("Burkina Faso", "Mali", "Niger")), as_of=date(2020, 12, 31)
    )
    told = (
        (april.names, ("Afghanistan",), paths(APRIL, DO_NOTHING)),
        (sahel.names, ("Burkina Faso", "Mali", "Niger"), simulate(sahel, sample_draws(sahel, RUNS, seed=5))),
    )
    for sides, countries, found in told:
        deaths = found.side("deaths")[:, :, :12].sum(axis=(1, 2))
        low, high = np.quantile(deaths, [0.05, 0.95])
        assert low < killed_in_2020(countries, sides) < high


def test_people_are_not_made_of_nothing() -> None:
    found = paths(AUGUST, DO_NOTHING)
    whole = found.side("members").sum(axis=1) + sum(found.of_theatre(m) for m in ("pool", "gone", "prisoners"))
    np.testing.assert_allclose(whole, whole[:, :1].repeat(whole.shape[1], axis=1), rtol=1e-5)


def _differ(one: Paths, other: Paths) -> bool:
    return not (
        np.array_equal(one.sides, other.sides, equal_nan=True)
        and np.array_equal(one.theatre, other.theatre, equal_nan=True)
    )


@BOTH
def test_nothing_in_them_is_without_effect(name: str) -> None:
    said = ("no effect", "changes nothing")
    assert not [warning for warning in check(read_scenario(name)).warnings if any(words in warning for words in said)]
