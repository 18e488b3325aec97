"""Theatres: countries, named sets of countries, and countries joined by a plus sign."""

from __future__ import annotations

import tomllib
from itertools import permutations

import pytest

from tocsin.countries import find_country
from tocsin.errors import InputError, NotHeldError
from tocsin.groups import Theatre, named_theatres, resolve_theatre
from tocsin.settings import Settings, load_settings, packaged_folder


@pytest.fixture
def settings(home: object) -> Settings:
    return load_settings()


@pytest.mark.parametrize("spelling", ["DR Congo", "DR Congo (Zaire)", "COD", "democratic republic of the congo"])
def test_a_country_under_any_spelling(spelling: str, settings: Settings) -> None:
    theatre = resolve_theatre(spelling, settings)
    assert theatre == Theatre("DR Congo", ("DR Congo",))
    assert not theatre.is_view


def test_named_theatres_and_their_aliases(settings: Settings) -> None:
    afpak = Theatre("Afghanistan+Pakistan", ("Afghanistan", "Pakistan"))
    assert resolve_theatre("AfPak", settings) == resolve_theatre("af pak", settings) == afpak
    assert resolve_theatre("sahel", settings).countries == ("Burkina Faso", "Mali", "Niger")
    assert resolve_theatre("Lake-Chad", settings).countries == ("Cameroon", "Chad", "Niger", "Nigeria")
    assert afpak.is_view


def test_the_order_around_a_plus_does_not_matter(settings: Settings) -> None:
    for order in permutations(["Syria", "IRQ", "Turkey"]):
        assert resolve_theatre("+".join(order), settings) == Theatre("Iraq+Syria+Turkey", ("Iraq", "Syria", "Turkey"))
    for spelled in ("Pakistan + Afghanistan", "Afghanistan+Pakistan", "PAK+AFG", "AfPak+Pakistan"):
        assert resolve_theatre(spelled, settings).name == "Afghanistan+Pakistan"


def test_a_country_joined_with_itself_is_the_country(settings: Settings) -> None:
    assert resolve_theatre("Mali+MLI", settings) == Theatre("Mali", ("Mali",))


def test_named_theatres_may_be_joined(settings: Settings) -> None:
    joined = resolve_theatre("Sahel+Lake Chad", settings)
    assert joined.countries == ("Burkina Faso", "Cameroon", "Chad", "Mali", "Niger", "Nigeria")
    assert joined.name == "+".join(joined.countries)


def test_settings_add_a_theatre_and_redraw_a_shipped_one(home: object) -> None:
    settings = load_settings(theatres={"Mine": ["MLI", "Ivory Coast", "Mali"], "sahel": ["Mali", "Senegal"]})
    assert resolve_theatre("mine", settings) == Theatre("Mine", ("Ivory Coast", "Mali"))
    assert resolve_theatre("Sahel", settings).countries == ("Mali", "Senegal")
    assert {"Mine", "sahel", "Lake Chad"} <= {theatre.name for theatre in named_theatres(settings)}


@pytest.mark.parametrize(
    ("theatres", "says"),
    [
        ({"Mali": ["Niger"]}, "has the name of a country"),
        ({"Mine": []}, "has no countries"),
        ({"Mine": ["Mali", "Republic of Nowhere"]}, "unknown country 'Republic of Nowhere'"),
        ({"Mine": ["Afganistan"]}, "Did you mean Afghanistan"),
    ],
)
def test_settings_that_cannot_be_used(theatres: dict[str, list[str]], says: str, home: object) -> None:
    with pytest.raises(InputError, match=says):
        resolve_theatre("Sahel", load_settings(theatres=theatres))


@pytest.mark.parametrize("name", ["Atlantis", "", "Mali+", "Mali+Atlantis", "+"])
def test_unknown_theatres(name: str, settings: Settings) -> None:
    with pytest.raises(NotHeldError, match="no theatre is called"):
        resolve_theatre(name, settings)


def test_an_unknown_theatre_gets_close_names(settings: Settings) -> None:
    with pytest.raises(NotHeldError, match="Did you mean Afghanistan"):
        resolve_theatre("Afganistan", settings)
    with pytest.raises(NotHeldError, match="Did you mean Lake Chad"):
        resolve_theatre("Lak Chad", settings)


def test_the_shipped_table_is_sound(settings: Settings) -> None:
    rows = tomllib.loads((packaged_folder() / "theatres.toml").read_text(encoding="utf-8"))["theatre"]
    for row in rows:
        assert row["countries"] == sorted(set(row["countries"])), row["name"]
        assert len(row["countries"]) > 1
        assert row["why"]
        for country in row["countries"]:
            found = find_country(country)
            assert found is not None, country
            assert found.name == country
        for spelling in (row["name"], *row["aliases"]):
            assert find_country(spelling) is None, spelling
            assert resolve_theatre(spelling, settings) == Theatre(row["name"], tuple(row["countries"]))
        if "+" in row["name"]:
            assert row["name"] == "+".join(row["countries"])
