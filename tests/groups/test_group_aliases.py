"""From what users type to the group: aliases, spellings, ambiguity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from tocsin.countries import find_country
from tocsin.digest import packaged_digest
from tocsin.errors import InputError, NotHeldError
from tocsin.groups import Theatre, common_names, resolve_group
from tocsin.groups.aliases import shipped_aliases
from tocsin.groups.names import plain
from tocsin.settings import Settings, load_settings

DECEMBER_2020 = 492


@pytest.fixture
def settings(home: object) -> Settings:
    return load_settings()


@pytest.fixture(scope="module")
def real() -> pl.DataFrame:
    # One row per group says all that names are resolved by.
    return (
        packaged_digest()
        .monthly.group_by("actor", "theatre")
        .agg(pl.col("period").max(), pl.col("deaths_best").sum())
        .sort("actor", "theatre")
    )


# --- the shipped table -----------------------------------------------------------------------------------------------


def test_every_target_of_the_shipped_table_is_in_the_figures(real: pl.DataFrame) -> None:
    held = defaultdict(set)
    for actor, theatre in real.select("actor", "theatre").unique().iter_rows():
        held[actor].add(theatre)
    assert len(shipped_aliases()) >= 80
    for names, meaning in shipped_aliases():
        assert meaning.actor in held, names
        for theatre in meaning.countries or ():
            country = find_country(theatre)
            assert country is not None, (names, theatre)
            assert country.name == theatre
        # The country that the name alone stands for must be one where the actor is recorded.
        assert meaning.countries is None or meaning.countries[0] in held[meaning.actor], names


def test_no_line_of_the_shipped_table_is_dead(real: pl.DataFrame) -> None:
    # The source's own names come first, so an alias spelled like one would never be asked.
    actors = {plain(actor) for actor in real["actor"].unique()}
    for names, meaning in shipped_aliases():
        spelled = [plain(name) for name in names]
        assert names
        assert not actors.intersection(spelled), names
        assert len(set(spelled)) == len(spelled), (meaning.actor, names)


def test_every_shipped_name_finds_its_actor_in_its_theatre(real: pl.DataFrame, settings: Settings) -> None:
    deadliest = real.sort("deaths_best", descending=True)
    for names, meaning in shipped_aliases():
        theatre = (meaning.countries or deadliest.filter(pl.col("actor") == meaning.actor)["theatre"])[0]
        for name in names:
            found = resolve_group(f"{name} @ {theatre}", real, settings, as_of_month=DECEMBER_2020)
            assert found.name == f"{meaning.actor} @ {theatre}", name


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        ("Taliban", "Taleban @ Afghanistan"),
        ("the TALIBAN in pakistan", "Taleban @ Pakistan"),
        ("ISIS-K", "IS @ Afghanistan"),
        ("isis k", "IS @ Afghanistan"),
        ("Islamic State Khorasan @ Pakistan", "IS @ Pakistan"),
        ("ISKP @ AfPak", "IS @ Afghanistan+Pakistan"),
        ("Islamic State in Mali", "IS @ Mali"),
        ("is@MLI", "IS @ Mali"),
        ("ISWAP", "IS @ Nigeria"),
        ("ISWAP in Lake Chad", "IS @ Lake Chad"),
        ("al shabaab", "Al-Shabaab @ Somalia"),
        ("Shabab in Kenya", "Al-Shabaab @ Kenya"),
        ("Boko Haram", "Jama'atu Ahlis Sunna Lidda'awati wal-Jihad @ Nigeria"),
        ("jamaatu ahlis sunna liddaawati wal jihad @ CMR", "Jama'atu Ahlis Sunna Lidda'awati wal-Jihad @ Cameroon"),
        ("LTTE", "LTTE @ Sri Lanka"),
        ("Tamil Tigers", "LTTE @ Sri Lanka"),
        ("Khmer Rouge in Thailand", "KR @ Thailand"),
        ("Beltran Leyva Cartel", "Beltrán Leyva Cartel @ Mexico"),
        ("Mujahideen in the Golis Mountains", "Mujahideen in the Golis Mountains @ Somalia"),
        ("CNDD-FDD, Mayi Mayi", "CNDD-FDD , Mayi Mayi @ DR Congo"),
        ("Mayi Mayi, CNDD-FDD", "CNDD-FDD , Mayi Mayi @ DR Congo"),
        ("Maoists in Nepal", "CPN-M @ Nepal"),
        ("Syrian Revolutionaries Front", "SRF @ Syria"),
    ],
)  # fmt: skip
def test_what_users_type(typed: str, group: str, real: pl.DataFrame, settings: Settings) -> None:
    assert resolve_group(typed, real, settings, as_of_month=DECEMBER_2020).name == group


# --- the rules, on planted figures -----------------------------------------------------------------------------------


def test_one_name_two_theatres_is_ambiguous_and_lists_the_latest_first(
    plant: Callable[[], Any], settings: Settings
) -> None:
    monthly = plant().battle("Mali", "2015-03", "New Front", 60).battle("Chad", "2016-07", "New Front", 40).monthly()
    with pytest.raises(InputError) as told:
        resolve_group("new front", monthly, settings, as_of_month=DECEMBER_2020)
    assert str(told.value) == (
        "'new front' may mean 2 groups; say which: New Front @ Chad (last recorded 2016-07), "
        "New Front @ Mali (last recorded 2015-03)"
    )


def test_the_home_theatre_is_taken_from_nine_tenths_of_the_deaths_on(
    plant: Callable[[], Any], settings: Settings
) -> None:
    at_home = plant().battle("Mali", "2015-03", "Front", 90).battle("Chad", "2016-07", "Front", 10).monthly()
    found = resolve_group("Front", at_home, settings, as_of_month=DECEMBER_2020)
    assert found.name == "Front @ Mali"
    assert found.note == (
        "'Front' is taken as Front @ Mali, where 90% of its recorded deaths lie; it is also recorded in Chad."
    )
    away = plant().battle("Mali", "2015-03", "Front", 89).battle("Chad", "2016-07", "Front", 11).monthly()
    with pytest.raises(InputError, match="may mean 2 groups"):
        resolve_group("Front", away, settings, as_of_month=DECEMBER_2020)


def test_a_name_of_two_organisations_has_no_home(plant: Callable[[], Any], settings: Settings) -> None:
    monthly = plant().battle("Sudan", "2015-03", "SRF", 990).battle("Syria", "2014-07", "SRF", 1).monthly()
    with pytest.raises(InputError, match="may mean 2 groups"):
        resolve_group("SRF", monthly, settings, as_of_month=DECEMBER_2020)


def test_no_deaths_anywhere_is_ambiguous_and_no_crash(plant: Callable[[], Any], settings: Settings) -> None:
    monthly = plant().battle("Mali", "2015-03", "Front", 0).battle("Chad", "2016-07", "Front", 0).monthly()
    with pytest.raises(InputError, match="may mean 2 groups"):
        resolve_group("Front", monthly, settings, as_of_month=DECEMBER_2020)


def test_only_what_was_recorded_by_then_is_known(plant: Callable[[], Any], settings: Settings) -> None:
    monthly = plant().battle("Mali", "2015-03", "Front", 5).battle("Chad", "2016-07", "Front", 500).monthly()
    march_2015 = 423
    assert resolve_group("Front", monthly, settings, as_of_month=march_2015).name == "Front @ Mali"
    with pytest.raises(NotHeldError, match="up to 2015-02"):
        resolve_group("Front", monthly, settings, as_of_month=march_2015 - 1)
    with pytest.raises(NotHeldError, match=r"'Front' in Chad up to 2015-03\. It is recorded in Mali"):
        resolve_group("Front in Chad", monthly, settings, as_of_month=march_2015)


def test_a_bound_name_is_refused_elsewhere(real: pl.DataFrame, settings: Settings) -> None:
    with pytest.raises(NotHeldError, match=r"'ISIS-K' \(IS in the source\) in Nigeria up to 2020-12"):
        resolve_group("ISIS-K in Nigeria", real, settings, as_of_month=DECEMBER_2020)


def test_a_bound_name_says_where_else_it_stands(real: pl.DataFrame, settings: Settings) -> None:
    note = resolve_group("ISIS-K", real, settings, as_of_month=DECEMBER_2020).note
    assert "also recorded in Pakistan" in note
    assert "IS @ Afghanistan+Pakistan" in note
    assert resolve_group("ISIS-K @ Afghanistan", real, settings, as_of_month=DECEMBER_2020).note == ""


def test_two_actors_under_one_common_name(real: pl.DataFrame, settings: Settings) -> None:
    with pytest.raises(InputError, match=r"CPI-Maoist @ India \(last recorded 2020-12\), CPN-M @ Nepal"):
        resolve_group("Maoists", real, settings, as_of_month=DECEMBER_2020)
    with pytest.raises(InputError, match=r"Mara Salvatrucha \(Guatemala\) @ Northern Triangle"):
        resolve_group("MS-13 in Northern Triangle", real, settings, as_of_month=DECEMBER_2020)


def test_is_alone_lists_some_and_counts_the_rest(real: pl.DataFrame, settings: Settings) -> None:
    with pytest.raises(InputError) as told:
        resolve_group("IS", real, settings, as_of_month=DECEMBER_2020)
    theatres = real.filter(pl.col("actor") == "IS")["theatre"].n_unique()
    assert str(told.value).startswith(f"'IS' may mean {theatres} groups; say which: IS @ ")
    assert str(told.value).endswith(f", and {theatres - 12} more")


@pytest.mark.parametrize("typed", ["Government of Mali", "government of mali @ Mali", "Government of Nowhere in Chad"])
def test_a_government_is_an_actor_and_no_group(typed: str, real: pl.DataFrame, settings: Settings) -> None:
    with pytest.raises(InputError, match="is a government: an actor, but not a group"):
        resolve_group(typed, real, settings, as_of_month=DECEMBER_2020)


def test_civilians_are_no_group(real: pl.DataFrame, settings: Settings) -> None:
    with pytest.raises(InputError, match="not a group"):
        resolve_group("civilians in Mali", real, settings, as_of_month=DECEMBER_2020)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Talban", "Did you mean Taliban"),
        ("Sinal", "Did you mean Sinaloa"),
        ("Xyzzyq", "tocsin groups list"),
        ("Men in Xyzzyq", "no group is called 'Men in Xyzzyq'"),
        ("IS @ Afganistan", "no theatre is called 'Afganistan'.*Did you mean Afghanistan"),
    ],
)
def test_unknown_names_get_close_ones(typed: str, says: str, real: pl.DataFrame, settings: Settings) -> None:
    with pytest.raises(NotHeldError, match=says):
        resolve_group(typed, real, settings, as_of_month=DECEMBER_2020)


@pytest.mark.parametrize("typed", ["", " ", "@", "@ Mali", "---"])
def test_no_name_at_all(typed: str, real: pl.DataFrame, settings: Settings) -> None:
    with pytest.raises((InputError, NotHeldError)):
        resolve_group(typed, real, settings, as_of_month=DECEMBER_2020)


def test_hints_do_not_know_the_future(plant: Callable[[], Any], settings: Settings) -> None:
    monthly = plant().battle("Mali", "2015-03", "Front", 5).battle("Mali", "2019-03", "Frond Army", 5).monthly()
    with pytest.raises(NotHeldError) as told:
        resolve_group("Frond Arm", monthly, settings, as_of_month=430)
    assert "Frond Army" not in str(told.value)


# --- names from the settings -----------------------------------------------------------------------------------------


def test_settings_add_names_and_come_first(plant: Callable[[], Any], home: object) -> None:
    monthly = plant().battle("Mali", "2015-03", "Front", 5).battle("Chad", "2015-03", "League", 5).monthly()

    def found(typed: str, **aliases: str) -> str:
        return resolve_group(typed, monthly, load_settings(aliases=aliases), as_of_month=DECEMBER_2020).name

    assert found("my lot", **{"My Lot": "Front"}) == "Front @ Mali"
    assert found("my-lot", **{"My Lot": "front @ MLI"}) == "Front @ Mali"
    # A name of one's own hides the source's, even when it is spelled like one.
    assert found("League", League="Front") == "Front @ Mali"
    # It may not point at itself for ever.
    assert found("League", League="League") == "League @ Chad"


def test_a_name_of_ones_own_may_stand_for_a_common_one(real: pl.DataFrame, home: object) -> None:
    settings = load_settings(aliases={"K": "ISIS-K"})
    assert resolve_group("K", real, settings, as_of_month=DECEMBER_2020).name == "IS @ Afghanistan"
    assert resolve_group("K in Pakistan", real, settings, as_of_month=DECEMBER_2020).name == "IS @ Pakistan"


def test_a_name_of_ones_own_for_nobody_says_so(plant: Callable[[], Any], home: object) -> None:
    monthly = plant().battle("Mali", "2015-03", "Front", 5).monthly()
    with pytest.raises(NotHeldError, match=r"settings: the alias 'us' stands for 'Frontt'.*Did you mean Front"):
        resolve_group("us", monthly, load_settings(aliases={"Us": "Frontt"}), as_of_month=DECEMBER_2020)


def test_common_names_are_those_of_the_theatre() -> None:
    assert "ISIS-K" in common_names("IS", ["Afghanistan"])
    assert "ISWAP" not in common_names("IS", ["Afghanistan"])
    assert {"ISWAP", "Daesh"} <= set(common_names("IS", ["Nigeria", "Chad"]))
    assert common_names("Nobody", ["Mali"]) == ()


def test_a_view_keeps_its_name(real: pl.DataFrame, settings: Settings) -> None:
    found = resolve_group("Islamic State @ Mali+Niger", real, settings, as_of_month=DECEMBER_2020)
    assert found.theatre == Theatre("Mali+Niger", ("Mali", "Niger"))
    assert found.name == "IS @ Mali+Niger"
