"""Countries: every spelling finds the country it should, and no two countries share one."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tocsin.countries import (
    REGIONS,
    countries,
    country_table,
    find_country,
    iso3_by_spelling,
    iso3_of,
    region_of,
    theatre_of,
)
from tocsin.errors import InputError


@pytest.mark.parametrize(
    ("spelling", "theatre", "iso3", "region"),
    [
        ("DR Congo (Zaire)", "DR Congo", "COD", "Africa"),
        ("Democratic Republic of Congo", "DR Congo", "COD", "Africa"),
        ("Congo", "Republic of Congo", "COG", "Africa"),
        ("Myanmar (Burma)", "Myanmar", "MMR", "Asia"),
        ("Russia (Soviet Union)", "Russia", "RUS", "Europe"),
        ("Yemen (North Yemen)", "Yemen", "YEM", "Middle East"),
        ("Cambodia (Kampuchea)", "Cambodia", "KHM", "Asia"),
        ("Macedonia, FYR", "North Macedonia", "MKD", "Europe"),
        ("Serbia (Yugoslavia)", "Serbia", "SRB", "Europe"),
        ("Madagascar (Malagasy)", "Madagascar", "MDG", "Africa"),
        ("Zimbabwe (Rhodesia)", "Zimbabwe", "ZWE", "Africa"),
        ("Kingdom of eSwatini (Swaziland)", "Eswatini", "SWZ", "Africa"),
        ("Bosnia-Herzegovina", "Bosnia and Herzegovina", "BIH", "Europe"),
        ("Côte d'Ivoire", "Ivory Coast", "CIV", "Africa"),
        ("Turkey", "Turkey", "TUR", "Middle East"),
        ("Egypt", "Egypt", "EGY", "Middle East"),
        ("Niger", "Niger", "NER", "Africa"),
        ("Nigeria", "Nigeria", "NGA", "Africa"),
        ("guinea bissau", "Guinea-Bissau", "GNB", "Africa"),
        ("Guinea", "Guinea", "GIN", "Africa"),
        ("mmr", "Myanmar", "MMR", "Asia"),
    ],
)
def test_spellings_of_the_sources_find_the_country(spelling: str, theatre: str, iso3: str, region: str) -> None:
    assert (theatre_of(spelling), iso3_of(spelling), region_of(spelling)) == (theatre, iso3, region)


def test_no_spelling_stands_for_two_countries() -> None:
    for country in countries():
        for spelling in (country.iso3, country.name, *country.source_names):
            found = find_country(spelling)
            assert found is not None
            assert found.iso3 == country.iso3, spelling


def test_the_table_is_whole() -> None:
    table = country_table()
    assert table.columns == ["iso3", "name", "region", "source_names"]
    assert table.height >= 195
    assert table["iso3"].is_unique().all()
    assert table["name"].is_unique().all()
    assert table["iso3"].str.contains(r"^[A-Z]{3}$").all()
    assert set(table["region"]) == set(REGIONS)


def test_an_unknown_country_is_named_with_a_hint() -> None:
    with pytest.raises(InputError, match=r"no country is called 'Afganistan'\. Did you mean Afghanistan"):
        theatre_of("Afganistan")
    assert iso3_by_spelling(["Mali", "Atlantis"]) == {"Mali": "MLI"}


def test_every_country_of_the_real_files_resolves_one_to_one_in_its_region(shared_data: Path) -> None:
    real = pl.read_parquet(shared_data / "ged211_all_yearly.parquet", columns=["country", "region"]).unique()
    assert real.height == 123
    assert len({iso3_of(name) for name in real["country"]}) == 123
    assert [region_of(name) for name in real["country"]] == real["region"].to_list()


def test_every_country_of_the_forecasting_challenge_resolves(shared_data: Path) -> None:
    listed = pl.read_csv(shared_data / "views" / "countries.csv").filter(pl.col("isoab").is_not_null())
    assert [iso3_of(name) for name in listed["name"]] == listed["isoab"].to_list()
