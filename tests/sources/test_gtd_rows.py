"""The Global Terrorism Database: what each kind of row becomes, by the codebook, and what becomes of the others."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gtd_files import PLANTED_NAME, gtd_row, write_gtd
from tocsin.countries import theatre_by_iso3
from tocsin.errors import DataError, InputError
from tocsin.events import CheckedFile
from tocsin.results.citing import data_citations
from tocsin.sources.gtd import BEGINS, WORLD_COUNTRIES, read_gtd
from tocsin.sources.source import ReadOptions

FILE = "globalterrorismdb_0522dist.csv"


def taken(tmp_path: Path, *rows: dict[str, str], **options: Any) -> CheckedFile:
    return read_gtd(write_gtd(tmp_path / FILE, rows), ReadOptions(**options))


def one(tmp_path: Path, **changes: Any) -> dict[str, Any]:
    checked = taken(tmp_path, gtd_row(**changes))
    assert checked.findings == ()
    return checked.events.row(0, named=True)


def test_an_attack_on_civilians(tmp_path: Path) -> None:
    assert one(tmp_path) == {
        "event_id": "201503150001", "source": "gtd", "vintage": "gtd 2022-05", "date": date(2015, 3, 15),
        "date_end": date(2015, 3, 15), "date_precision_days": 1, "date_precision": 1, "lat": 11.83, "lon": 13.15,
        "place_precision": 1, "clarity": None, "country": "NGA", "theatre": "Nigeria", "kind": "onesided",
        "actor_a": "Boko Haram", "actor_b": "Civilians", "deaths_low": 5, "deaths_best": 5, "deaths_high": 5,
        "deaths_civilians": None, "preliminary": False, "source_office": None, "source_date": None,
        "source_headline": None,
    }  # fmt: skip


def test_kinds_by_the_target(tmp_path: Path) -> None:
    checked = taken(tmp_path, *(gtd_row(target, targtype1=target) for target in range(1, 23)))
    found = {int(event["event_id"][-2:]): event for event in checked.events.iter_rows(named=True)}
    assert set(range(1, 23)) - set(found) == {17, 20, 22}
    assert checked.notes[0].startswith("3 rows left out: the target is")
    for target, event in found.items():
        state = ("state", "Government of Nigeria", "Boko Haram")
        expected = state if target in (3, 4) else ("onesided", "Boko Haram", "Civilians")
        assert (event["kind"], event["actor_a"], event["actor_b"]) == expected


@pytest.mark.parametrize(
    ("day", "month", "span", "code"),
    [
        (15, 3, (date(2015, 3, 15), date(2015, 3, 15)), 1),
        (0, 2, (date(2015, 2, 1), date(2015, 2, 28)), 4),
        (0, 0, (date(2015, 1, 1), date(2015, 12, 31)), 5),
        (9, 0, (date(2015, 1, 1), date(2015, 12, 31)), 5),
    ],
)
def test_unknown_days_and_months(tmp_path: Path, day: int, month: int, span: tuple[date, date], code: int) -> None:
    event = one(tmp_path, iday=day, imonth=month)
    assert (event["date"], event["date_end"]) == span
    assert event["date_precision"] == code


@pytest.mark.parametrize(
    ("specificity", "vicinity", "place"), [(1, 0, 1), (1, 1, 2), (1, -9, 1), (2, 0, 3), (3, 1, 3), (4, 0, 4)]
)
def test_place_precision(tmp_path: Path, specificity: int, vicinity: int, place: int) -> None:
    assert one(tmp_path, specificity=specificity, vicinity=vicinity)["place_precision"] == place


def test_several_groups_are_one_actor_of_several_names(tmp_path: Path) -> None:
    event = one(tmp_path, gname="Al-Shabaab", gname2="Group for Peace, and Land", gname3="Unknown")
    assert event["actor_a"] == "Al-Shabaab, Group for Peace and Land"


def test_what_is_left_out_is_counted_by_why(tmp_path: Path) -> None:
    checked = taken(
        tmp_path,
        gtd_row(1),
        gtd_row(2, iyear=1993),
        gtd_row(3, iyear=1970),
        gtd_row(4, gname="Unknown"),
        gtd_row(5, gname="Unaffiliated Individual(s)"),
        gtd_row(6, nkill=""),
        gtd_row(7, latitude="", longitude="", specificity=5),
        gtd_row(8, country_txt="International"),
    )
    assert checked.findings == ()
    assert checked.events.height == 1
    assert checked.notes[:-1] == (
        "2 rows left out: before 1994-01-01: all of 1993 was lost, and would look quiet",
        "2 rows left out: no group is named",
        "1 rows left out: how many died is not known, which is not nobody",
        "1 rows left out: the place is not known",
        "1 rows left out: at sea, or in no country here",
    )


REJECTED = [
    ({"eventid": "x"}, "id missing"),
    ({"imonth": "13"}, "no such day"),
    ({"imonth": "2", "iday": "30"}, "no such day"),
    ({"iyear": ""}, "no such day"),
    ({"iday": "-9"}, "negative month or day"),
    ({"iyear": "2023"}, "after 2022-05-31"),
    ({"country_txt": "Atlantis"}, "country missing or not known"),
    ({"gname": ""}, "group missing"),
    ({"latitude": ""}, "latitude missing"),
    ({"longitude": "1310"}, "longitude beyond"),
    ({"specificity": "5"}, "specificity not 1 to 4"),
    ({"targtype1": ""}, "target type not 1 to 22"),
    ({"nkill": "-1"}, "negative deaths"),
    ({"nkill": "0.5"}, "deaths (nkill) not a whole number"),
    ({"vicinity": "3"}, "vicinity"),
]


def test_what_cannot_be_is_rejected_with_the_reason(tmp_path: Path) -> None:
    rows = [gtd_row(k + 2, **changes) for k, (changes, _) in enumerate(REJECTED)]
    checked = taken(tmp_path, gtd_row(1), *rows)
    assert checked.events.height == 1
    for reason, (_, expected) in zip(checked.rejected["reason"], REJECTED, strict=True):
        assert expected in reason


@pytest.mark.parametrize(
    ("name", "theatre"),
    [
        ("West Bank and Gaza Strip", "Palestine"), ("Bosnia-Herzegovina", "Bosnia and Herzegovina"),
        ("Yugoslavia", "Serbia"), ("Serbia-Montenegro", "Serbia"), ("Ivory Coast", "Ivory Coast"),
        ("Democratic Republic of the Congo", "DR Congo"), ("St. Lucia", "Saint Lucia"),
    ],
)  # fmt: skip
def test_countries_as_it_spells_them(tmp_path: Path, name: str, theatre: str) -> None:
    assert one(tmp_path, country_txt=name)["theatre"] == theatre


def test_what_the_file_speaks_for(tmp_path: Path) -> None:
    checked = taken(tmp_path, gtd_row(1), gtd_row(2, iyear=2020, imonth=6, iday=3))
    assert (checked.first_day, checked.last_day, checked.countries) == (date(2015, 1, 1), date(2020, 6, 30), ("NGA",))
    release = checked.release
    assert (release.name, release.published, release.published_assumed) == ("2022-05", date(2022, 5, 31), True)
    assert not release.redistributable
    assert "10.1080/09546550701246817" in release.citation
    whole = taken(tmp_path, gtd_row(), covers="world")
    assert (whole.first_day, whole.countries) == (BEGINS, None)
    assert taken(tmp_path, gtd_row(), covers_until=2020).last_day == date(2020, 12, 31)
    for year in (2014, 2022):
        with pytest.raises(InputError, match="--covers-until"):
            taken(tmp_path, gtd_row(), covers_until=year)


def test_events_in_many_countries_are_of_the_world(tmp_path: Path) -> None:
    names = list(theatre_by_iso3().values())[:WORLD_COUNTRIES]
    rows = [gtd_row(k, country_txt=name) for k, name in enumerate(names)]
    world, extract = taken(tmp_path, *rows), taken(tmp_path, *rows[1:])
    assert (world.countries, world.first_day) == (None, date(2015, 1, 1))
    assert len(extract.countries or ()) == WORLD_COUNTRIES - 1
    assert taken(tmp_path, *rows, covers="file").countries is not None


def test_a_release_is_named_by_its_month(tmp_path: Path) -> None:
    path = write_gtd(tmp_path / "mine.csv", [gtd_row()])
    with pytest.raises(InputError, match="--release 2022-05"):
        read_gtd(path, ReadOptions())
    with pytest.raises(InputError, match="named by its month"):
        read_gtd(path, ReadOptions(release="22.5"))
    assert read_gtd(path, ReadOptions(release="2021-11")).release.rank == (2021, 11)


def test_events_that_may_be_after_the_last_day_covered_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        gtd_row(1, iyear=2018, imonth=0, iday=0),
        gtd_row(2, iyear=2020, imonth=6, iday=5),
        gtd_row(3, iyear=2020, imonth=6, iday=0),
        gtd_row(4, iyear=2020, imonth=0, iday=0),
    ]
    checked = taken(tmp_path, *rows)
    assert checked.last_day == date(2020, 6, 30)
    assert [name[-1] for name in checked.events["event_id"]] == ["1", "2", "3"]
    assert checked.events["date_end"].max() == date(2020, 6, 30)
    assert checked.notes[0].startswith("1 rows left out: dated so vaguely that they may be after 2020-06-30")
    whole = taken(tmp_path, *rows, covers_until=2020)
    assert (whole.last_day, whole.events.height) == (date(2020, 12, 31), 4)


def test_a_year_alone_does_not_stretch_what_is_covered(tmp_path: Path) -> None:
    checked = taken(tmp_path, gtd_row(1, iyear=2019, imonth=11), gtd_row(2, iyear=2020, imonth=0, iday=0))
    assert (checked.last_day, checked.events.height) == (date(2019, 11, 30), 1)


def test_each_release_is_cited_apart(tmp_path: Path) -> None:
    cited = [taken(tmp_path, gtd_row(), release=name).release.citation for name in ("2021-05", "2022-05")]
    assert data_citations("; ".join(cited)) == (*cited,)
    assert "version 2021-05: LaFree" in cited[0]


def test_a_file_in_another_encoding_is_told_how_to_be_saved(tmp_path: Path) -> None:
    path = write_gtd(tmp_path / FILE, [gtd_row(city="Bogotá")], encoding="latin-1")
    with pytest.raises(DataError, match="CSV UTF-8"):
        read_gtd(path, ReadOptions())


def test_no_name_of_a_person_is_taken(tmp_path: Path) -> None:
    checked = taken(tmp_path, gtd_row(1), gtd_row(2, nkill="x"))
    assert PLANTED_NAME not in checked.events.write_json() + checked.rejected.write_json() + repr(checked.findings)
    assert checked.rejected.height == 1
