"""Rows of UCDP GED: each rule on its own, all of them together, and what is kept of a good row."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ged_files import PLANTED_NAME, dated, ged_row, ged_text, write_ged
from tocsin.errors import DataError, InputError
from tocsin.events import EVENT_SCHEMA
from tocsin.sources.ucdp import read_ged
from tocsin.sources.ucdp_checks import GED_COLUMNS, REQUIRED


def test_a_good_row_becomes_the_event_it_is(tmp_path: Path) -> None:
    row = ged_row(
        7,
        date_prec=2,
        date_end="2015-03-06 00:00:00.000",
        where_prec=3,
        event_clarity=2,
        type_of_violence=3,
        side_a="IS",
        side_b="Civilians",
        country="DR Congo (Zaire)",
        deaths_civilians=3,
    )
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", [row]))
    assert checked.events.schema == EVENT_SCHEMA
    assert checked.events.row(0, named=True) == {
        "event_id": "7",
        "source": "ucdp-ged",
        "vintage": "ucdp-ged 24.1",
        "date": date(2015, 3, 4),
        "date_end": date(2015, 3, 6),
        "date_precision_days": 6,
        "date_precision": 2,
        "lat": 18.441,
        "lon": 1.407,
        "place_precision": 3,
        "clarity": 2,
        "country": "COD",
        "theatre": "DR Congo",
        "kind": "onesided",
        "actor_a": "IS",
        "actor_b": "Civilians",
        "deaths_low": 2,
        "deaths_best": 3,
        "deaths_high": 5,
        "deaths_civilians": 3,
        "preliminary": False,
        "source_office": "Reuters",
        "source_date": "2015-03-05",
        "source_headline": "Clash in the north, several dead",
    }
    assert (checked.rejected.height, checked.questioned.height, checked.findings) == (0, 0, ())


def test_the_theatre_is_where_the_event_is_not_the_dyad(tmp_path: Path) -> None:
    row = ged_row(dyad_name="Government of Iraq - IS", side_a="Government of Iraq", side_b="IS", country="Afghanistan")
    assert read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", [row])).events["theatre"].to_list() == ["Afghanistan"]


BAD = [
    ({"id": ""}, "id missing or not a whole number", "id=''"),
    ({"id": "12x"}, "id missing or not a whole number", "id='12x'"),
    ({"date_start": "04/03/2015"}, "start date missing or not a day (YYYY-MM-DD)", "date_start='04/03/2015'"),
    ({"date_start": "2015-02-30"}, "start date missing or not a day (YYYY-MM-DD)", "date_start='2015-02-30'"),
    ({"date_end": ""}, "end date missing or not a day (YYYY-MM-DD)", "date_end=''"),
    ({"date_end": "2015-03-03"}, "ends before it starts", "date_end='2015-03-03'"),
    ({"year": "2014"}, "year is not that of the start date", "year='2014'"),
    ({"year": ""}, "year is not that of the start date", "year=''"),
    ({"year": 1988, "date_start": "1988-12-31"}, "starts before 1989-01-01, where GED begins", "'1988-12-31'"),
    ({"date_end": "2024-01-01"}, "after the end of release 24.1 (2023-12-31)", "date_end='2024-01-01'"),
    ({"latitude": "95"}, "latitude beyond -90 to 90", "latitude='95'"),
    ({"longitude": "-180.01"}, "longitude beyond -180 to 180", "longitude='-180.01'"),
    ({"latitude": ""}, "latitude missing or not a number", "latitude=''"),
    ({"longitude": "1,4"}, "longitude missing or not a number", "longitude='1,4'"),
    ({"latitude": "nan"}, "latitude missing or not a number", "latitude='nan'"),
    ({"best": ""}, "deaths (best) missing or not a whole number", "best=''"),
    ({"low": "2.5"}, "deaths (low) missing or not a whole number", "low='2.5'"),
    ({"high": "many"}, "deaths (high) missing or not a whole number", "high='many'"),
    ({"low": "-2"}, "negative deaths", "low='-2'"),
    ({"high": "3000000000"}, "deaths beyond any count", "high='3000000000'"),
    ({"deaths_civilians": "-1"}, "civilian deaths negative or not a whole number", "deaths_civilians='-1'"),
    ({"type_of_violence": "4"}, "type of violence not 1, 2 or 3", "type_of_violence='4'"),
    ({"country": "Atlantis"}, "country missing or not known", "country='Atlantis'"),
    ({"side_b": "  "}, "an actor is not named", "side_b='  '"),
    ({"where_prec": "9"}, "code not in the codebook (1-7)", "where_prec='9'"),
    ({"where_prec": ""}, "code not in the codebook (1-7)", "where_prec=''"),
    ({"date_prec": "0"}, "code not in the codebook (1-5)", "date_prec='0'"),
    ({"event_clarity": "3"}, "code not in the codebook (1-2)", "event_clarity='3'"),
    ({"code_status": "Check deaths"}, "a Candidate event (not Clear) in a yearly release", "'Check deaths'"),
]


@pytest.mark.parametrize(("changes", "reason", "example"), BAD)
def test_each_bad_row_is_rejected_for_its_reason(
    tmp_path: Path, changes: dict[str, object], reason: str, example: str
) -> None:
    rows = [ged_row(1), ged_row(2, **changes), ged_row(3)]
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", rows))
    assert checked.events["event_id"].to_list() == ["1", "3"]
    assert checked.rejected["row"].to_list() == [3]
    assert checked.rejected["reason"].to_list() == [reason]
    (finding,) = checked.findings
    assert (finding.verdict, finding.reason, finding.count) == ("rejected", reason, 1)
    assert finding.examples[0].startswith("line 3: ")
    assert example in finding.examples[0]


def test_everything_wrong_is_reported_at_once_with_counts_and_three_examples(tmp_path: Path) -> None:
    rows = [
        ged_row(1, latitude=91),
        ged_row(2, source_headline="two\nlines"),
        *[ged_row(n, best=-1, low=-1) for n in range(3, 8)],
        ged_row(8, latitude=-91, country="Nowhere"),
        ged_row(9, high=1),
    ]
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", rows))
    found = {finding.reason: finding for finding in checked.findings}
    assert {reason: finding.count for reason, finding in found.items()} == {
        "latitude beyond -90 to 90": 2,
        "country missing or not known": 1,
        "negative deaths": 5,
        "deaths out of order (not low <= best <= high), kept as coded": 1,
    }
    # The line break inside the headline of row 2 is counted, so these are the lines an editor shows.
    assert found["negative deaths"].examples == tuple(
        f"line {line}: low='-1', best='-1', high='5'" for line in (5, 6, 7)
    )
    assert found["latitude beyond -90 to 90"].examples == ("line 2: latitude='91'", "line 10: latitude='-91'")
    both = checked.rejected.filter(pl.col("id") == "8")["reason"].item()
    assert both == "latitude beyond -90 to 90; country missing or not known"
    assert checked.events["event_id"].to_list() == ["2", "9"]
    assert checked.questioned["id"].to_list() == ["9"]


@pytest.mark.parametrize(("low", "best", "high"), [(5, 4, 5), (2, 4, 2), (197, 197, 137), (3, 2, 1)])
def test_deaths_out_of_order_are_kept_as_coded_and_questioned(tmp_path: Path, low: int, best: int, high: int) -> None:
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1, low=low, best=best, high=high)]))
    assert checked.events.select("deaths_low", "deaths_best", "deaths_high").row(0) == (low, best, high)
    assert (checked.rejected.height, checked.questioned.height) == (0, 1)


def test_strict_refuses_rejected_and_questioned_rows_alike(tmp_path: Path) -> None:
    bad = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1), ged_row(2, latitude=91)])
    with pytest.raises(DataError, match=r"refused by --strict\. 1 rejected: latitude beyond .* line 3: latitude='91'"):
        read_ged(bad, strict=True)
    odd = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1), ged_row(2, high=1)])
    with pytest.raises(DataError, match=r"refused by --strict\. 1 questioned: deaths out of order"):
        read_ged(odd, strict=True)
    fine = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1)])
    assert read_ged(fine, strict=True).events.height == 1


def test_shared_ids_the_first_of_equal_rows_is_kept_of_differing_ones_none(tmp_path: Path) -> None:
    rows = [ged_row(1), ged_row(2), ged_row(1), ged_row(3), ged_row(3, best=4), ged_row(1, relid="unread")]
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", rows))
    assert checked.events["event_id"].to_list() == ["1", "2"]
    assert checked.rejected.select("row", "reason").rows() == [
        (4, "repeats an earlier row; the first one is kept"),
        (5, "id shared by rows that differ; none is kept"),
        (6, "id shared by rows that differ; none is kept"),
        (7, "repeats an earlier row; the first one is kept"),
    ]


def test_rows_of_other_releases_are_rejected(tmp_path: Path) -> None:
    columns = (*GED_COLUMNS, "release")
    rows = [ged_row(1) | {"release": said} for said in ("24.1",)]
    rows += [ged_row(2) | {"release": "ged24_1"}, ged_row(3) | {"release": "23.1"}, ged_row(4) | {"release": "24.0.1"}]
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", rows, columns))
    assert checked.events["event_id"].to_list() == ["1", "2"]
    assert checked.rejected["reason"].unique().to_list() == ["of another release than 24.1"]


def test_a_candidate_month_takes_flagged_events_but_none_of_other_months(tmp_path: Path) -> None:
    rows = [
        dated(1, "2024-03-05", code_status="Check dyad", side_b="XXX 1234"),
        dated(2, "2024-02-28", date_end="2024-03-02"),
        dated(3, "2024-02-20"),
        dated(4, "2024-04-01"),
    ]
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_0_3.csv", rows))
    assert checked.events["event_id"].to_list() == ["1", "2"]
    assert checked.events["preliminary"].to_list() == [True, True]
    assert checked.rejected.select("id", "reason").rows() == [
        ("3", "before the months of release 24.0.3 (from 2024-03-01)"),
        ("4", "after the end of release 24.0.3 (2024-03-31)"),
    ]
    assert (checked.first_day, checked.last_day) == (date(2024, 3, 1), date(2024, 3, 31))


def test_a_torn_last_line_loses_that_row_only_and_shows_none_of_its_cells(tmp_path: Path) -> None:
    whole = ged_text([ged_row(1), ged_row(2)])
    path = tmp_path / "GEDEvent_v24_1.csv"
    path.write_text(whole[: whole.rindex("Kidal town")], encoding="utf-8")
    checked = read_ged(path)
    assert checked.events["event_id"].to_list() == ["1"]
    assert (
        checked.rejected.drop("row", "reason", "id").null_count().sum_horizontal().item()
        == len(checked.rejected.columns) - 3
    )
    assert checked.rejected.select("row", "reason", "id").row(0) == (3, "torn: 26 fields where the header has 49", "2")
    assert str(checked.findings[0]).startswith("1 rejected: torn or misshapen row (column the whole row; line 3: torn")


def test_missing_columns_are_all_named_with_what_was_meant(tmp_path: Path) -> None:
    renamed = [name.replace("date_start", "start_date").replace("latitude", "latitud") for name in GED_COLUMNS]
    path = tmp_path / "GEDEvent_v24_1.csv"
    path.write_text(",".join(renamed) + "\n" + ",".join("1" for _ in renamed) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"2 of 11 needed columns are missing \(latitude, date_start\)") as told:
        read_ged(path)
    assert "For latitude did you mean latitud?" in str(told.value)


def test_files_with_nothing_in_them(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has a header and no rows"):
        read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", []))
    with pytest.raises(DataError, match=r"none of its 2 rows can be used\. 2 rejected: latitude beyond"):
        read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1, latitude=91), ged_row(2, latitude=91)]))


def test_hashtags_below_the_header_are_passed_over(tmp_path: Path) -> None:
    tags = {name: f"#{name}" for name in GED_COLUMNS}
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", [tags, ged_row(1)]))
    assert (checked.events.height, checked.rejected.height) == (1, 0)
    assert checked.notes == ("1 line of HXL hashtags passed over",)


def test_a_candidate_file_without_header_is_read(tmp_path: Path) -> None:
    text = ged_text([dated(5, "2024-01-02"), dated(6, "2024-01-03")]).split("\n", 1)[1]
    path = tmp_path / "GEDEvent_v24_0_1.csv"
    path.write_text(text, encoding="utf-8")
    checked = read_ged(path)
    assert checked.events["event_id"].to_list() == ["5", "6"]
    assert "has no header line" in checked.notes[0]


def test_only_the_needed_columns_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "ged241_small.parquet"
    row = {name: [ged_row(1)[name]] for name in REQUIRED}
    typed = row | {
        "id": [1],
        "date_start": [datetime(2015, 3, 4)],
        "best": [3.0],
        "latitude": [18.441],
        "country": pl.Series(["Mali"], dtype=pl.Categorical),
    }
    pl.DataFrame(typed).write_parquet(path)
    checked = read_ged(path, place_precision_max=2)
    event = checked.events.row(0, named=True)
    assert (event["date"], event["date_end"]) == (date(2015, 3, 4), date(2015, 3, 4))
    assert (event["deaths_best"], event["lat"], event["country"]) == (3, 18.441, "MLI")
    assert event["place_precision"] is event["date_precision"] is event["deaths_civilians"] is None
    assert checked.place_precisions == (1, 2)
    pl.DataFrame(typed | {"best": [[3]]}).write_parquet(path)
    with pytest.raises(DataError, match="a column of a type that GED does not have"):
        read_ged(path, place_precision_max=2)


def test_place_precision_must_be_known(tmp_path: Path) -> None:
    path = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1)], REQUIRED)
    with pytest.raises(InputError, match=r"no column where_prec.*e\.g\. --place-precision-max 2"):
        read_ged(path)
    whole = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1, where_prec=1), ged_row(2, where_prec=4)])
    assert read_ged(whole).place_precisions == (1, 2, 3, 4)
    rural = write_ged(tmp_path / "GEDEvent_v23_1.csv", [ged_row(1, where_prec=6)])
    assert read_ged(rural).place_precisions == (1, 2, 3, 4, 5, 6, 7)
    assert read_ged(whole, place_precision_max=7).place_precisions == (1, 2, 3, 4, 5, 6, 7)
    with pytest.raises(InputError, match="has events of place precision 4, beyond --place-precision-max 2"):
        read_ged(whole, place_precision_max=2)


def test_release_from_name_option_or_the_file_inside_a_zip(tmp_path: Path) -> None:
    path = write_ged(tmp_path / "events.csv", [ged_row(1)])
    other = tmp_path / "other.csv"
    other.write_text("id,side_a\n1,x\n", encoding="utf-8")
    with pytest.raises(DataError, match="is not a GED file"):  # before it is asked which release of GED it is
        read_ged(other)
    with pytest.raises(InputError, match=r"does not say which release it is; give it, e\.g\. --release 24\.1"):
        read_ged(path)
    assert read_ged(path, release="23.1").release.name == "23.1"
    named = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1)])
    asked = read_ged(named, release="23.1")
    assert asked.release.name == "23.1"
    assert asked.notes == ("GEDEvent_v24_1.csv is named like release 24.1 and taken in as 23.1, as asked",)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.write(named, "GEDEvent_v24_1.csv")
    (tmp_path / "download.zip").write_bytes(content.getvalue())
    assert read_ged(tmp_path / "download.zip").release.name == "24.1"


def test_what_a_file_speaks_for(tmp_path: Path) -> None:
    two = write_ged(tmp_path / "GEDEvent_v24_1.csv", [dated(1, "2001-05-05"), dated(2, "2019-05-05", country="Niger")])
    checked = read_ged(two)
    assert (checked.countries, checked.first_day, checked.last_day) == (
        ("MLI", "NER"),
        date(2001, 1, 1),
        date(2019, 12, 31),
    )
    assert read_ged(two, covers="world").countries is None
    assert read_ged(two, covers_until=2023).last_day == date(2023, 12, 31)
    for year in (2018, 2024):
        with pytest.raises(InputError, match=r"--covers-until is a year from 2019 .* to 2023"):
            read_ged(two, covers_until=year)
    with pytest.raises(InputError, match="--covers is world or file, got 'all'"):
        read_ged(two, covers="all")
    many = [c for c in pl.read_csv(_countries())["name"].to_list() if c != "Mali"]
    yearly = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(n, country=c) for n, c in enumerate(many[:49], 1)])
    assert len(read_ged(yearly).countries or ()) == 49
    yearly = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(n, country=c) for n, c in enumerate(many[:50], 1)])
    assert read_ged(yearly).countries is None
    assert len(read_ged(yearly, covers="file").countries or ()) == 50
    month = [dated(n, "2024-03-01", country=c) for n, c in enumerate(many[:20], 1)]
    assert read_ged(write_ged(tmp_path / "GEDEvent_v24_0_3.csv", month)).countries is None
    assert read_ged(write_ged(tmp_path / "GEDEvent_v24_0_3.csv", month[:19])).countries is not None


def _countries() -> Path:
    from tocsin.settings import packaged_folder

    return packaged_folder() / "countries.csv"


def test_names_of_persons_are_not_even_read(tmp_path: Path) -> None:
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1), ged_row(2, low=9), ged_row(3, id="x")]))
    for table in (checked.events, checked.rejected, checked.questioned):
        assert table.height
        assert PLANTED_NAME not in table.write_csv()


events = st.builds(
    lambda day, span, code, lat, lon, low, more, most, kind: {
        "day": day,
        "end": min(day + timedelta(days=span), date(day.year, 12, 31)),
        "code": code,
        "lat": lat,
        "lon": lon,
        "deaths": (low, low + more, low + more + most),
        "kind": kind,
    },
    st.dates(date(1989, 1, 1), date(2023, 12, 31)),
    st.integers(0, 40),
    st.integers(1, 5),
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.sampled_from([1, 2, 3]),
)
names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(events, names, names), min_size=1, max_size=10))
def test_good_events_written_and_read_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[tuple[dict[str, object], str, str]]
) -> None:
    rows = [
        ged_row(
            number,
            side_a=side_a,
            side_b=side_b,
            year=event["day"].year,  # type: ignore[attr-defined]
            date_start=event["day"],
            date_end=f"{event['end']} 00:00:00.000",
            date_prec=event["code"],
            latitude=repr(event["lat"]),
            longitude=repr(event["lon"]),
            low=event["deaths"][0],  # type: ignore[index]
            best=event["deaths"][1],  # type: ignore[index]
            high=event["deaths"][2],  # type: ignore[index]
            type_of_violence=event["kind"],
        )
        for number, (event, side_a, side_b) in enumerate(wanted, 1)
    ]
    checked = read_ged(write_ged(tmp_path_factory.mktemp("ged") / "GEDEvent_v24_1.csv", rows), strict=True)
    kinds = {1: "state", 2: "nonstate", 3: "onesided"}
    read = checked.events.select(
        "date", "date_end", "date_precision", "lat", "lon", "deaths_low", "deaths_best", "deaths_high", "kind",
        "actor_a", "actor_b",
    )  # fmt: skip
    assert read.rows() == [
        (e["day"], e["end"], e["code"], e["lat"], e["lon"], *e["deaths"], kinds[e["kind"]], a, b)  # type: ignore[misc,index]
        for e, a, b in wanted
    ]
