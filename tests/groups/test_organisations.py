"""The same organisation under the names of UCDP, ACLED and the GTD: the table, abbreviations, and names users type."""

from __future__ import annotations

import polars as pl
import pytest

from planted_groups import FIRST, digest_of
from tocsin.countries import find_country
from tocsin.digest import packaged_digest
from tocsin.errors import NotHeldError
from tocsin.groups import common_names, resolve_group
from tocsin.groups.organisations import abbreviations, organisations, same_names
from tocsin.settings import Settings

MILF = "MILF: Moro Islamic Liberation Front"
ISKP, ISSP = "Islamic State Khorasan Province (ISKP)", "Islamic State Sahel Province (ISSP)"


def test_every_name_of_ucdp_in_the_table_is_one_of_its_own() -> None:
    known = set(packaged_digest().monthly["actor"].cast(pl.String).unique())
    assert {name for one in organisations() for name in one.names["ucdp"]} <= known
    for one in organisations():
        assert all(find_country(place) is not None and find_country(place).name == place for place in one.theatres)  # type: ignore[union-attr]


def test_no_two_lines_that_hold_in_a_country_share_a_name_but_ucdps() -> None:
    places = {place for one in organisations() for place in one.theatres} | {"Peru"}
    for place in places:
        seen: dict[str, tuple[str, ...]] = {}
        for one in organisations():
            if one.theatres and place not in one.theatres:
                continue
            for source in ("acled", "gtd"):
                for name in one.names[source]:
                    assert seen.setdefault(f"{source} {name}", one.names["ucdp"]) == one.names["ucdp"], (place, name)


@pytest.mark.parametrize(
    ("name", "others", "theatre", "expected"),
    [
        ("IS", [ISKP, "Taliban", "IS Fan Club"], "Afghanistan", [ISKP]),
        (ISKP, ["IS", "Taleban"], "Pakistan", ["IS"]),
        ("IS", [ISKP, ISSP], "Mali", [ISSP]),
        (ISKP, ["Khorasan Chapter of the Islamic State"], "Afghanistan", ["Khorasan Chapter of the Islamic State"]),
        ("Al-Shabaab", ["Al Shabaab"], "Somalia", ["Al Shabaab"]),
        ("MILF", [MILF, "MILFORD"], "Philippines", [MILF]),
        ("Moro Islamic Liberation Front (MILF)", ["MILF"], "Philippines", ["MILF"]),
        ("Lendu", ["Hema"], "DR Congo", []),
        ("Unidentified Armed Group (Mali)", ["Mali"], "Mali", []),
    ],
)  # fmt: skip
def test_same_names(name: str, others: list[str], theatre: str, expected: list[str]) -> None:
    assert same_names(name, others, theatre) == expected


def test_a_country_in_brackets_is_no_abbreviation() -> None:
    assert abbreviations("Muslims (Nigeria)") == frozenset()
    assert abbreviations("UPC (Ali Darass Fulani supporters)") == frozenset()


FIGURES = digest_of(
    [
        ("Afghanistan", FIRST, "onesided", ISKP, "Civilians", 30),
        ("Pakistan", FIRST + 1, "onesided", ISKP, "Civilians", 10),
        ("Afghanistan", FIRST, "state", "Taliban", "Government of Afghanistan", 99),
        ("Mali", FIRST, "state", ISSP, "Government of Mali", 9),
        ("Mali", FIRST, "state", "JNIM: Group for Support of Islam and Muslims", "Government of Mali", 9),
    ],
    last=FIRST + 2,
).monthly


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        ("ISIS-K", f"{ISKP} @ Afghanistan"),
        ("ISKP", f"{ISKP} @ Afghanistan"),
        ("IS in Pakistan", f"{ISKP} @ Pakistan"),
        ("Taleban", "Taliban @ Afghanistan"),
        ("Afghan Taliban", "Taliban @ Afghanistan"),
        ("JNIM", "JNIM: Group for Support of Islam and Muslims @ Mali"),
        (f"{ISSP} @ Mali", f"{ISSP} @ Mali"),
    ],
)
def test_common_names_and_ucdps_find_a_group_by_acleds(typed: str, group: str) -> None:
    assert resolve_group(typed, FIGURES, Settings(), as_of_month=FIRST + 2).name == group


def test_a_name_of_another_source_is_found_in_ucdps_figures() -> None:
    monthly = packaged_digest().monthly
    assert resolve_group("Taliban @ Afghanistan", monthly, Settings(), as_of_month=492).name == "Taleban @ Afghanistan"
    assert resolve_group(ISKP, monthly, Settings(), as_of_month=492).name == "IS @ Afghanistan"
    assert resolve_group(f"{ISSP} in Niger", monthly, Settings(), as_of_month=492).name == "IS @ Niger"


def test_what_nobody_is_called_is_not_found() -> None:
    with pytest.raises(NotHeldError):
        resolve_group("Quixotic front", FIGURES, Settings(), as_of_month=FIRST + 2)


def test_common_names_of_acleds_names() -> None:
    assert "ISIS-K" in common_names(ISKP, ["Afghanistan"])
    assert "ISIS-K" not in common_names(ISSP, ["Mali"])
    assert "Afghan Taliban" in common_names("Taliban", ["Afghanistan"])
    assert "Taliban" not in common_names("Taliban", ["Afghanistan"])
