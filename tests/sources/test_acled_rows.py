"""ACLED: what each kind of row becomes, by the codebook, and what becomes of rows that cannot be."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acled_files import ACLED_COLUMNS, PLANTED_NAME, TAKEN, acled_row, attack, stamp, write_acled
from tocsin.countries import find_country
from tocsin.errors import DataError, InputError
from tocsin.events import CheckedFile
from tocsin.results.citing import data_citations
from tocsin.sources.acled import read_acled
from tocsin.sources.acled_mapping import OUTSIDE_FORCES, TERRITORIES
from tocsin.sources.source import ReadOptions

ISKP, TALIBAN = "Islamic State Khorasan Province (ISKP)", "Taliban"
HOUTHIS = "Houthi Movement - Ansar Allah"


def taken(tmp_path: Path, *rows: dict[str, str], **options: Any) -> CheckedFile:
    return read_acled(write_acled(tmp_path / "acled.csv", rows), ReadOptions(**options))


def one(tmp_path: Path, row: dict[str, str]) -> dict[str, Any]:
    checked = taken(tmp_path, row)
    assert checked.findings == ()
    return checked.events.row(0, named=True)


def sides(tmp_path: Path, **changes: Any) -> tuple[str, str, str]:
    """Kind, actor_a and actor_b of one clash."""
    event = one(tmp_path, acled_row(**changes))
    return event["kind"], event["actor_a"], event["actor_b"]


def test_a_clash_with_the_state(tmp_path: Path) -> None:
    event = one(tmp_path, acled_row(7))
    assert event == {
        "event_id": "MLI7", "source": "acled", "vintage": "acled 2024-04-02", "date": date(2024, 3, 15),
        "date_end": date(2024, 3, 15), "date_precision_days": 1, "date_precision": 1, "lat": 14.35, "lon": -3.61,
        "place_precision": 1, "clarity": None, "country": "MLI", "theatre": "Mali", "kind": "state",
        "actor_a": "Government of Mali", "actor_b": "JNIM: Group for Support of Islam and Muslims",
        "deaths_low": 3, "deaths_best": 3, "deaths_high": 3, "deaths_civilians": None, "preliminary": False,
        "source_office": None, "source_date": None, "source_headline": None,
    }  # fmt: skip


def test_no_name_of_a_person_is_taken(tmp_path: Path) -> None:
    checked = taken(tmp_path, acled_row(1), acled_row(2, fatalities="x"))
    assert PLANTED_NAME not in checked.events.write_json() + checked.rejected.write_json() + repr(checked.findings)
    assert checked.rejected.height == 1


# (actor, type) twice, and what becomes of them; types in words and in numbers
SIDES = [
        (("Military Forces of Mali (2020-2021)", "1"), (TALIBAN, "2"), ("state", "Government of Mali", TALIBAN)),
        ((TALIBAN, "Rebel group"), ("Police Forces of Mali (2021-) Gendarmerie", "State forces"),
         ("state", "Government of Mali", TALIBAN)),
        ((TALIBAN, "2"), (ISKP, "2"), ("nonstate", TALIBAN, ISKP)),
        ((ISKP, "2"), (TALIBAN, "2"), ("nonstate", ISKP, TALIBAN)),
        (("Dozo Communal Militia (Mali)", "Identity militia"), ("Unidentified Armed Group (Mali)", "Political militia"),
         ("nonstate", "Dozo Communal Militia (Mali)", "Unidentified Armed Group (Mali)")),
        (("Military Forces of the United States (2021-)", "8"), (TALIBAN, "2"),
         ("state", "Government of United States", TALIBAN)),
        (("Military Forces of Democratic Republic of Congo (2019-)", "1"), ("M23: March 23 Movement", "2"),
         ("state", "Government of DR Congo", "M23: March 23 Movement")),
        (("Military Forces of Russia (2000-)", "External/Other forces"), ("Military Forces of Ukraine (2019-)", "1"),
         ("state", "Government of Russia", "Government of Ukraine")),
        (("MINUSMA: United Nations Multidimensional Integrated Stabilization Mission in Mali (2013-)", "8"),
         (TALIBAN, "2"),
         ("state", OUTSIDE_FORCES, TALIBAN)),
        (("Government of Mali (2021-)", "1"), (TALIBAN, "2"), ("state", "Government of Mali", TALIBAN)),
        # a state force whose name has no country is that of the country it is in
        (("Special Guard", "1"), (TALIBAN, "2"), ("state", "Government of Mali", TALIBAN)),
        (("Mutiny of Military Forces of Mali (2002-2012)", "1"), ("Military Forces of Mali (2002-2012)", "1"),
         ("state", "Government of Mali", "Mutiny of Military Forces of Mali (2002-2012)")),
        (("Military Forces of Yemen (2016-) Supreme Political Council", "1"), ("Military Forces of Yemen (2012-)", "1"),
         ("state", "Government of Yemen", HOUTHIS)),
        (("Police Forces of Somaliland (1991-)", "1"), ("Al Shabaab", "2"),
         ("state", "Government of Somaliland", "Al Shabaab")),
        # a comma would make it a coalition of two
        (("Movement for Peace,  Bread and Land", "3"), (TALIBAN, "2"),
         ("nonstate", "Movement for Peace Bread and Land", TALIBAN)),
        (("Civilians (Mali)", "7"), (TALIBAN, "2"), ("onesided", TALIBAN, "Civilians")),
        (("Military Forces of Mali (2021-)", "1"), ("Civilians (Mali)", "Civilians"),
         ("onesided", "Government of Mali", "Civilians")),
    ]  # fmt: skip


def test_sides(tmp_path: Path) -> None:
    rows = [
        acled_row(k, actor1=one_[0], inter1=one_[1], actor2=two[0], inter2=two[1])
        for k, (one_, two, _) in enumerate(SIDES)
    ]
    checked = taken(tmp_path, *rows)
    assert checked.findings == ()
    assert checked.events.select("kind", "actor_a", "actor_b").rows() == [expected for _, _, expected in SIDES]


@pytest.mark.parametrize(
    ("name", "country", "group"),
    [
        ("Military Forces of Yemen (2017-) Houthi", "Yemen", HOUTHIS),
        ("Police Forces of Yemen (2017-) Houthi", "Yemen", HOUTHIS),
        ("Military Forces of Yemen (2016-) Supreme Political Council", "Yemen", HOUTHIS),
        ("Police Forces of Yemen (2016-) Supreme Political Council", "Yemen", HOUTHIS),
        ("Military Forces of Yemen (2015-2016) Supreme Revolutionary Committee", "Yemen", HOUTHIS),
        ("Military Forces of Libya (2014-) Haftar Faction", "Libya", "Forces of Libya - Haftar Faction"),
        ("Police Forces of Libya (2021-) Haftar Faction", "Libya", "Forces of Libya - Haftar Faction"),
        ("Police Forces of Palestine (2007-) Gaza Strip", "Palestine", "Forces of Palestine - Gaza Strip"),
    ],
)
def test_forces_that_rule_against_a_government_are_one_group_a_side(
    tmp_path: Path, name: str, country: str, group: str
) -> None:
    """They fight the government, attack civilians and fight abroad as themselves, whichever branch and years."""
    own, army = f"Military Forces of {country} (2012-2022) Hadi", "Military Forces of Saudi Arabia (2015-)"
    place = {"country": country, "actor1": name, "inter1": "State forces"}
    checked = taken(
        tmp_path,
        acled_row(1, **place, actor2=own, inter2="State forces"),
        attack(2, **place, actor2=f"Civilians ({country})"),
        acled_row(
            3, **(place | {"country": "Saudi Arabia", "inter1": "External/Other forces"}), actor2=army, inter2="1"
        ),
        acled_row(4, **(place | {"inter1": "Rebel group"}), actor2=TALIBAN, inter2="2"),
    )
    assert checked.events.select("kind", "actor_a", "actor_b").rows() == [
        ("state", f"Government of {country}", group),
        ("onesided", group, "Civilians"),
        ("state", "Government of Saudi Arabia", group),
        ("nonstate", group, TALIBAN),
    ]


def test_sudans_rapid_support_forces_are_a_side_of_their_own_since_they_fight_the_army(tmp_path: Path) -> None:
    rsf, army = "Military Forces of Sudan (2019-2023) Rapid Support Forces", "Military Forces of Sudan (2019-)"
    given = {"country": "Sudan", "actor1": rsf, "inter1": "1"}
    checked = taken(
        tmp_path,
        attack(1, **given, event_date="2023-04-14", actor2="Civilians (Sudan)"),
        attack(2, **given, event_date="2023-04-15", actor2="Civilians (Sudan)"),
        acled_row(3, **given, event_date="2023-04-15", actor2=army, inter2="1"),
        acled_row(4, **(given | {"actor1": "Rapid Support Forces", "inter1": "2"}), actor2=army, inter2="1"),
    )
    assert checked.events.select("actor_a", "actor_b").rows() == [
        ("Government of Sudan", "Civilians"),
        ("Rapid Support Forces", "Civilians"),
        ("Government of Sudan", "Rapid Support Forces"),
        ("Government of Sudan", "Rapid Support Forces"),
    ]


def test_battles_within_one_side_are_named_where_they_are_left_out(tmp_path: Path) -> None:
    """So that a rival of the government by a name that is not known here is seen, and not lost in silence."""
    army = "Military Forces of Mali (2021-)"
    rivals = (
        ["Military Forces of Mali (2021-) Rival Council"] * 3
        + ["Police Forces of Mali (2021-)"] * 2
        + ["Special Guard"]
    )
    fights = [acled_row(k, actor1=army, actor2=name, inter1="1", inter2="1") for k, name in enumerate(rivals, start=1)]
    fights[0] |= {"actor1": rivals[0], "actor2": army}
    checked = taken(tmp_path, acled_row(0), *fights, acled_row(9, actor1=TALIBAN, inter1="2", actor2=TALIBAN))
    assert checked.notes[0] == (
        "7 rows left out: both sides are forces of one government, or of one group (the commonest: "
        "Military Forces of Mali (2021-) against Military Forces of Mali (2021-) Rival Council (3), "
        "Military Forces of Mali (2021-) against Police Forces of Mali (2021-) (2), "
        "Military Forces of Mali (2021-) against Special Guard (1))"
    )


def test_the_attacker_comes_first_whichever_way_round_it_is_coded(tmp_path: Path) -> None:
    turned = {"actor1": "Civilians (Mali)", "inter1": "7", "actor2": TALIBAN, "inter2": "2"}
    for row in (attack(actor1=TALIBAN), attack(**turned)):
        event = one(tmp_path, row)
        assert (event["kind"], event["actor_a"], event["actor_b"]) == ("onesided", TALIBAN, "Civilians")


def test_remote_violence_is_one_sided_where_civilians_were_the_target(tmp_path: Path) -> None:
    mine = {"event_type": "Explosions/Remote violence", "sub_event_type": "Remote explosive/landmine/IED",
            "actor1": TALIBAN, "inter1": "2", "actor2": "", "inter2": ""}  # fmt: skip
    assert sides(tmp_path, civilian_targeting="Civilian targeting", **mine) == ("onesided", TALIBAN, "Civilians")
    assert sides(tmp_path, **(mine | {"actor2": "Military Forces of Mali (2021-)", "inter2": "1"})) == (
        "state", "Government of Mali", TALIBAN,
    )  # fmt: skip
    checked = taken(tmp_path, acled_row(1), acled_row(2, **mine))
    assert checked.events["event_id"].to_list() == ["MLI1"]
    assert checked.notes[0] == ("1 rows left out: only one side is recorded, and not that civilians were the target")


def test_what_is_no_armed_violence_is_left_out_and_counted(tmp_path: Path) -> None:
    def protest(number: int, kind: str = "Protests", sub: str = "Peaceful protest", **more: str) -> dict[str, str]:
        given = {"actor1": "Protesters (Mali)", "inter1": "6", "actor2": "", "inter2": ""}
        return acled_row(number, event_type=kind, sub_event_type=sub, **(given | more))

    police = {"actor2": "Police Forces of Mali (2021-)", "inter2": "1"}
    checked = taken(
        tmp_path,
        acled_row(1),
        protest(2),
        protest(3, "Riots", "Mob violence", actor1="Rioters (Mali)", inter1="5"),
        protest(4, "Strategic developments", "Arrests", **police),
        protest(5, sub="Protest with intervention", **police),
        protest(6, sub="Excessive force against protesters", **police),
        acled_row(7, actor1="Rioters (Mali)", inter1="5"),
        acled_row(8, actor1="Police Forces of Mali (2021-)", inter1="1", actor2="Military Forces of Mali", inter2="1"),
        acled_row(9, country="Guam"),
    )  # fmt: skip
    assert checked.findings == ()
    assert checked.events.filter(pl.col("event_id") == "MLI6").select("kind", "actor_a", "actor_b").rows() == [
        ("onesided", "Government of Mali", "Civilians")
    ]
    assert checked.events["event_id"].to_list() == ["MLI1", "MLI6"]
    assert checked.notes[:4] == (
        "4 rows left out: protests, riots and strategic developments (excessive force against protesters is kept)",
        "1 rows left out: in a territory that is no theatre here",
        "1 rows left out: rioters are a side",
        "1 rows left out: both sides are forces of one government, or of one group "
        "(Military Forces of Mali against Police Forces of Mali (2021-) (1))",
    )


@pytest.mark.parametrize("name", TERRITORIES)
def test_territories_are_no_countries_here(name: str) -> None:
    assert find_country(name) is None


@pytest.mark.parametrize(("code", "date_code", "days"), [(1, 1, 1), (2, 3, 7), (3, 4, 31)])
def test_time_precision(tmp_path: Path, code: int, date_code: int, days: int) -> None:
    event = one(tmp_path, acled_row(time_precision=code))
    assert (event["date_precision"], event["date_precision_days"]) == (date_code, days)


@pytest.mark.parametrize(("code", "place"), [(1, 1), (2, 3), (3, 4)])
def test_geo_precision(tmp_path: Path, code: int, place: int) -> None:
    assert one(tmp_path, acled_row(geo_precision=code))["place_precision"] == place


@pytest.mark.parametrize("text", ["2024-03-05", "5 March 2024", "05 March 2024"])
def test_days_of_both_exports(tmp_path: Path, text: str) -> None:
    assert one(tmp_path, acled_row(event_date=text))["date"] == date(2024, 3, 5)


def test_columns_of_the_api_without_what_is_not_needed(tmp_path: Path) -> None:
    path = write_acled(
        tmp_path / "a.csv", [acled_row()], leave_out=("notes", "tags", "iso", "admin3", "civilian_targeting")
    )
    assert read_acled(path, ReadOptions()).events.height == 1


REJECTED = [
    ({"event_id_cnty": ""}, "id missing"),
    ({"event_type": "Battle"}, "event type not one of ACLED's"),
    ({"event_type": ""}, "event type not one of ACLED's"),
    ({"event_date": "15/03/2024"}, "date missing or not a day"),
    ({"event_date": "2024-02-30"}, "date missing or not a day"),
    ({"event_date": "1996-12-31"}, "before 1997-01-01"),
    ({"year": "2023"}, "year is not that of the date"),
    ({"time_precision": "4"}, "time precision not 1, 2 or 3"),
    ({"geo_precision": ""}, "geo precision not 1, 2 or 3"),
    ({"latitude": "91"}, "latitude beyond"),
    ({"longitude": "east"}, "longitude missing"),
    ({"country": "Atlantis"}, "country missing or not known"),
    ({"inter1": "9"}, "type of actor"),
    ({"inter2": ""}, "type of actor"),
    ({"fatalities": ""}, "fatalities missing"),
    ({"fatalities": "-1"}, "negative fatalities"),
    ({"fatalities": "2.5"}, "fatalities missing or not a whole number"),
]


def test_what_cannot_be_is_rejected_with_the_reason(tmp_path: Path) -> None:
    rows = [acled_row(k + 1, **changes) for k, (changes, _) in enumerate(REJECTED)]
    checked = taken(tmp_path, acled_row(0), *rows)
    assert checked.events["event_id"].to_list() == ["MLI0"]
    for reason, (_, expected) in zip(checked.rejected["reason"], REJECTED, strict=True):
        assert expected in reason
    with pytest.raises(DataError, match="refused by --strict"):
        taken(tmp_path, acled_row(0), *rows, strict=True)


def test_rows_of_one_id(tmp_path: Path) -> None:
    checked = taken(tmp_path, acled_row(1), acled_row(1), acled_row(2), acled_row(2, fatalities=9), acled_row(3))
    assert sorted(checked.events["event_id"]) == ["MLI1", "MLI3"]
    assert checked.rejected.height == 3


# --- the export -------------------------------------------------------------------------------------------------------


def test_an_export_is_named_by_its_latest_timestamp(tmp_path: Path) -> None:
    checked = taken(tmp_path, acled_row(1, timestamp=stamp(date(2024, 3, 20))), acled_row(2))
    release = checked.release
    assert (release.name, release.published, release.published_assumed) == ("2024-04-02", TAKEN, True)
    assert (release.kind, release.redistributable, release.source) == ("export", False, "acled")
    assert "10.1177/0022343310378914" in release.citation
    named = taken(tmp_path, acled_row(1), release="mali-2024", published=date(2024, 4, 9)).release
    assert (named.vintage, named.published, named.published_assumed) == ("acled mali-2024", date(2024, 4, 9), False)
    assert named.rank > release.rank


def test_each_export_is_cited_apart(tmp_path: Path) -> None:
    days = (date(2024, 4, 2), date(2024, 5, 7))
    cited = [taken(tmp_path, acled_row(1), published=day).release.citation for day in days]
    parts = data_citations("; ".join(cited))
    assert parts == (*cited,)
    assert all(f"acleddata.com), version {day}: Raleigh" in part for day, part in zip(days, parts, strict=True))


def test_a_timestamp_is_of_utc_and_may_be_a_day(tmp_path: Path) -> None:
    for text in ("1712102399", "2024-04-02", "2024-04-02T23:59:59Z"):  # the last second of that day
        assert taken(tmp_path, acled_row(timestamp=text)).release.published == TAKEN


def test_an_export_that_does_not_say_when_it_was_taken_asks(tmp_path: Path) -> None:
    path = write_acled(tmp_path / "a.csv", [acled_row()], leave_out=["timestamp"])
    with pytest.raises(InputError, match="--published"):
        read_acled(path, ReadOptions())
    assert read_acled(path, ReadOptions(published=TAKEN)).release.published == TAKEN
    with pytest.raises(InputError, match="cannot have been taken on 2024-03-01"):
        read_acled(path, ReadOptions(published=date(2024, 3, 1)))


@pytest.mark.parametrize(
    ("last", "until", "expected"),
    [
        ("2024-03-15", None, date(2024, 3, 15)),  # what comes after is not known
        ("2024-03-24", None, date(2024, 3, 24)),
        ("2024-03-25", None, date(2024, 3, 31)),  # in the last seven days of a month that was over
        ("2024-04-01", None, date(2024, 4, 1)),
        ("2023-11-03", 2023, date(2023, 12, 31)),
    ],
)
def test_days_after_the_last_row_are_unknown(tmp_path: Path, last: str, until: int | None, expected: date) -> None:
    checked = taken(tmp_path, acled_row(1, event_date="2019-05-05"), acled_row(2, event_date=last), covers_until=until)
    assert (checked.first_day, checked.last_day) == (date(2019, 5, 1), expected)
    assert checked.countries == ("MLI",)
    assert any("end with the month before" in note for note in checked.notes) == (expected.day in (15, 24, 1))


@pytest.mark.parametrize(("first", "expected"), [("2020-03-07", date(2020, 3, 1)), ("2020-03-08", date(2020, 3, 8))])
def test_days_before_the_first_row_are_unknown(tmp_path: Path, first: str, expected: date) -> None:
    """So that a newer export of some months takes nothing from an older one before them."""
    assert taken(tmp_path, acled_row(1, event_date=first), acled_row(2)).first_day == expected


def test_a_mistyped_day_is_a_row_s_own_fault(tmp_path: Path) -> None:
    checked = taken(
        tmp_path, acled_row(1), acled_row(2, event_date="2204-03-15"), acled_row(3, event_date="1024-03-15")
    )
    assert checked.rejected.height == 2
    assert (checked.first_day, checked.last_day) == (date(2024, 3, 15), date(2024, 3, 15))


def test_a_row_left_out_shows_that_its_day_is_covered(tmp_path: Path) -> None:
    late = acled_row(2, event_type="Protests", sub_event_type="Peaceful protest", event_date="2024-03-30")
    assert taken(tmp_path, acled_row(1, event_date="2024-01-04"), late).last_day == date(2024, 3, 31)


@pytest.mark.parametrize("until", [2022, 2024, 2025])
def test_a_year_that_was_not_over_cannot_be_covered(tmp_path: Path, until: int) -> None:
    with pytest.raises(InputError, match="--covers-until"):
        taken(tmp_path, acled_row(1, event_date="2023-05-05"), covers_until=until)


def test_countries_that_begin_later_are_told(tmp_path: Path) -> None:
    checked = taken(
        tmp_path, acled_row(1, event_date="1999-05-05"), acled_row(2, country="Mexico", event_date="2018-02-01")
    )
    assert any("Mexico 2018, elsewhere from 1999" in note for note in checked.notes)


def test_the_world_is_only_covered_where_that_is_said(tmp_path: Path) -> None:
    assert taken(tmp_path, acled_row(), covers="world").countries is None


def test_a_file_that_lacks_columns_says_which(tmp_path: Path) -> None:
    path = write_acled(tmp_path / "a.csv", [acled_row()], leave_out=["inter2", "fatalities"])
    with pytest.raises(DataError, match=r"is not an ACLED file: 2 of .*inter2, fatalities"):
        read_acled(path, ReadOptions(published=TAKEN))


cells = st.text(max_size=12) | st.sampled_from(
    ["Battles", "1", "Rebel group", "Civilians", "Mali", "2024-01-01", "NaN", "#"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(ACLED_COLUMNS), cells, min_size=1, max_size=6))
def test_whatever_stands_in_a_row_the_good_one_comes_in(tmp_path: Path, changes: dict[str, str]) -> None:
    """Any cells at all: the row is taken, left out or rejected, and the other row is not touched."""
    changes = {name: text.replace("\0", "").encode("utf-8", "ignore").decode() for name, text in changes.items()}
    stamped = changes.pop("timestamp", None) is None
    assert stamped in (True, False)
    row = acled_row(2) | changes
    checked = taken(tmp_path, acled_row(1), row, published=TAKEN)
    assert "MLI1" in checked.events["event_id"].to_list() or row["event_id_cnty"] == "MLI1"
    assert checked.events.height + checked.rejected.height <= 2
