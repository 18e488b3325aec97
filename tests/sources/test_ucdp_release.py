"""Names of releases, the period each speaks for, and the day it is taken to have appeared."""

from __future__ import annotations

from datetime import date

import pytest

from tocsin.errors import InputError
from tocsin.sources.ucdp_release import ged_release, release_in_file_name


@pytest.mark.parametrize(
    ("file", "release"),
    [
        ("GEDEvent_v24_1.csv", "24.1"),
        ("GEDEvent_v24_1_myanmar_to2020.csv.gz", "24.1"),
        ("GEDEvent_v24_1 (2).csv", "24.1"),
        ("ged241-csv.zip", "24.1"),
        ("ged211_precise.parquet", "21.1"),
        ("GEDEvent_v17_2.csv", "17.2"),
        ("GEDEvent_v24_0_3.csv", "24.0.3"),
        ("GEDEvent_v24_0_12.csv", "24.0.12"),
        ("GEDEvent_v24_01_24_03.csv", "24.01.24.03"),
        ("gedevent_V25.1.CSV", "25.1"),
        ("events.csv", None),
        ("GEDEvent.csv", None),
        ("aged2411.csv", None),
    ],
)
def test_release_from_the_file_name(file: str, release: str | None) -> None:
    assert release_in_file_name(file) == release


@pytest.mark.parametrize(
    ("name", "kind", "first", "last", "published"),
    [
        ("24.1", "yearly", date(1989, 1, 1), date(2023, 12, 31), date(2024, 6, 30)),
        ("17.2", "yearly", date(1989, 1, 1), date(2016, 12, 31), date(2017, 12, 31)),
        ("24.0.3", "candidate", date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 30)),
        ("24.0.12", "candidate", date(2024, 12, 1), date(2024, 12, 31), date(2025, 1, 31)),
        ("24.01.24.03", "candidate", date(2024, 1, 1), date(2024, 3, 31), date(2024, 4, 30)),
    ],
)
def test_period_and_assumed_publication(name: str, kind: str, first: date, last: date, published: date) -> None:
    release = ged_release(name)
    assert (release.kind, release.first_day, release.last_day) == (kind, first, last)
    assert (release.published, release.published_assumed) == (published, True)
    assert release.vintage == f"ucdp-ged {name}"
    assert "doi:10.1177/0022343313484347" in release.citation


def test_precedence_yearly_over_candidate_later_over_earlier_longer_over_shorter() -> None:
    rising = ["23.0.12", "24.0.2", "24.0.3", "24.01.24.03", "24.0.4", "17.1", "17.2", "23.1", "24.1"]
    ranks = [ged_release(name).rank for name in rising]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_a_day_of_publication_given_is_kept_unless_it_cannot_be() -> None:
    release = ged_release("24.1", date(2024, 6, 4))
    assert (release.published, release.published_assumed) == (date(2024, 6, 4), False)
    with pytest.raises(
        InputError, match=r"covers events to 2023-12-31, so it cannot have been published on 2023-12-31"
    ):
        ged_release("24.1", date(2023, 12, 31))


@pytest.mark.parametrize(
    "name", ["", "24", "24.0", "5.0", "16.1", "24.0.13", "24.0.0", "24.05.24.03", "2024.1", "v24.1"]
)
def test_what_is_no_release_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"is not the name of a UCDP GED release; expected one like 24\.1"):
        ged_release(name)
