"""The page on the data: releases as they are held, events counted once, and what is not covered said plainly."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from page_reading import Node, chart_data, links, read
from planted_store import END, fill
from planted_web import SOURCES

from ged_files import dated, write_ged
from planted_groups import FIRST, Event, digest_of
from tocsin.countries import countries
from tocsin.digest import packaged_digest, theatre_totals
from tocsin.settings import Settings
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store
from tocsin.web.asked import Asked
from tocsin.web.page import Page
from tocsin.web.pages.data import BIASES, THEATRES_SHOWN, page
from tocsin.web.question import silent
from tocsin.web.questions.coverage import Coverage, Covered, TheatreYears, VintageHeld, yearly_events
from tocsin.web.render import render_page
from tocsin.web.tables import write_download

ASKED = Asked()
HOSTILE = "</script><b>x</b>"


def vintage(**changes: Any) -> VintageHeld:
    given: dict[str, Any] = {
        "label": "ucdp-ged 24.1", "source": "ucdp-ged", "release": "24.1", "kind": "yearly", "packaged": False,
        "in_use": True, "published": date(2024, 6, 30), "published_assumed": True, "files": ("GEDEvent_v24_1.csv",),
        "rows": 2886, "rejected": 3, "questioned": 9, "first_day": date(1989, 1, 1), "last_day": date(2020, 12, 31),
        "countries": ("Myanmar",), "place_precision_max": 7, "licence": "CC BY 4.0", "citation": "Somebody (2024)",
        "redistributable": True, "terms": "It may be passed on.",
    }  # fmt: skip
    return VintageHeld(**(given | changes))


def covered(**changes: Any) -> Covered:
    given: dict[str, Any] = {
        "as_of": date(2020, 12, 31), "as_of_mode": "reconstructed", "first_day": date(2018, 1, 1),
        "data_until": date(2020, 12, 31), "provenance": packaged_digest().provenance, "vintages": (vintage(),),
        "years": (2018, 2019, 2020), "without": ("Norway",),
        "theatres": (TheatreYears("Mali", "Africa", (2, 0, 5)), TheatreYears("Peru", "Americas", (0, 0, 3))),
    }  # fmt: skip
    return Covered(**(given | changes))


def made() -> Page:
    return page(ASKED, {})


def shown(told: Covered) -> Node:
    return read(render_page(made(), {Coverage(ASKED): told}, links(ASKED)))


# --- what is counted --------------------------------------------------------------------------------------------------


def test_every_event_counts_once_in_its_year() -> None:
    events: list[Event] = [
        ("Mali", FIRST, "nonstate", "A", "B", 3),  # two groups, one event
        ("Mali", FIRST + 11, "state", "A", "Government of Mali", 2),
        ("Mali", FIRST + 12, "onesided", "A", "Civilians", 2),
        ("Peru", FIRST + 30, "state", "C", "Government of Peru", 0),
    ]
    found = yearly_events(digest_of(events, last=FIRST + 35).monthly, (1989, 1990, 1991))
    assert found == (
        TheatreYears("Mali", "Africa", (2, 1, 0)),
        TheatreYears("Peru", "Americas", (0, 0, 1)),
    )


def test_the_packaged_figures_count_all_their_located_events(tmp_path: Path) -> None:
    """176,579 events of UCDP GED 21.1 are located within about 25 km."""
    told = Coverage(ASKED).answer(Settings(home=tmp_path), silent)
    assert sum(sum(one.events) for one in told.theatres) == 176_579
    assert told.years == tuple(range(1989, 2021))
    assert {one.theatre for one in told.theatres} | set(told.without) == {country.name for country in countries()}
    (held,) = told.vintages
    assert (held.label, held.packaged, held.rows, held.countries) == ("ucdp-ged 21.1", True, None, "world")


def test_nothing_after_the_day_is_counted(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    early = Coverage(Asked(date(2005, 8, 31))).answer(settings, silent)
    assert (early.data_until, early.years[-1]) == (date(2005, 8, 31), 2005)
    totals = theatre_totals(packaged_digest().monthly).filter(pl.col("period") <= date(2005, 8, 1))
    assert sum(sum(one.events) for one in early.theatres) == totals["events"].sum()
    whole = Coverage(ASKED).answer(settings, silent)
    before = {one.theatre: one.events[:-1] for one in early.theatres}
    assert before == {
        one.theatre: one.events[: len(early.years) - 1] for one in whole.theatres if one.theatre in before
    }


def test_releases_of_a_store_with_what_their_terms_allow(tmp_path: Path) -> None:
    settings = fill(tmp_path, pairs=2)
    told = Coverage(ASKED).answer(settings, silent)
    assert [(held.source, held.redistributable) for held in told.vintages] == [("acled", False)] * 2
    assert told.vintages[0].terms.startswith("The terms of ACLED")
    assert (told.data_until, told.as_of) == (END, END)
    told = Coverage(ASKED).answer(Settings(home=tmp_path), silent)
    assert [(held.source, held.redistributable) for held in told.vintages] == [("ucdp-ged", True)]


def test_a_release_not_yet_published_has_no_part_in_a_strict_day(tmp_path: Path) -> None:
    old = write_ged(tmp_path / "GEDEvent_v21_1.csv", [dated(k, f"20{k:02}-03-05") for k in range(10, 19)])
    new = write_ged(tmp_path / "GEDEvent_v24_1.csv", [dated(k, f"20{k:02}-03-05") for k in range(10, 21)])
    store = Store(tmp_path / "home")
    store.add(read_ged(old), read_ged(new))
    asked = Asked(date(2021, 12, 31), mode="strict")
    told = Coverage(asked).answer(Settings(home=tmp_path / "home"), silent)
    assert [(held.release, held.in_use) for held in told.vintages] == [("24.1", False), ("21.1", True)]


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_a_release_is_told_with_all_that_must_be_known_of_it() -> None:
    said = shown(covered()).all("section", class_="release")[0].text
    for words in (
        "ucdp-ged 24.1", "yearly release", "30 June 2024 (assumed)", "Myanmar, 1 January 1989 to 31 December 2020",
        "2,886, however precisely they are placed", "3 rejected", "9 taken in as coded but questioned", "CC BY 4.0",
        "It may be passed on.", "Somebody (2024)", "GEDEvent_v24_1.csv",
    ):  # fmt: skip
        assert words in said, words


def test_where_the_data_end_and_what_is_missing_is_said() -> None:
    told = covered(
        data_until=date(2020, 8, 31),
        vintages=(vintage(), vintage(label="ucdp-ged 25.1", in_use=False)),
        provenance=replace(packaged_digest().provenance, notes=("A note on the figures.",)),
    )
    said = shown(told).text
    for words in (
        "Nothing before 1 January 2018", "Nothing after 31 August 2020", "The year 2020 is not whole: it ends with Aug",
        "with no part in the figures of this day: ucdp-ged 25.1", "(not in use on this day)", "A note on the figures.",
        "1 country without a recorded event", "Norway",
    ):  # fmt: skip
        assert words in said, words
    assert "is not whole" not in shown(covered()).text


def test_packaged_figures_are_called_so() -> None:
    held = vintage(packaged=True, rows=None, rejected=None, questioned=None, files=(), countries="world")
    said = shown(covered(vintages=(held,))).text
    assert "the packaged figures answer, since nothing is imported" in said
    assert "packaged figures answer, since" not in shown(covered()).text


def test_the_chart_holds_every_event_and_the_rest_together() -> None:
    many = tuple(TheatreYears(f"Country {k:02}", "", (100 - k, 0, k)) for k in range(THEATRES_SHOWN + 5))
    figure = shown(covered(theatres=many)).all("figure", class_="chart")[0]
    drawn = chart_data(figure)["figures"]
    assert len(drawn["rows"]) == THEATRES_SHOWN + 1
    assert drawn["rows"][-1][0] == "5 others"
    assert sum(sum(events) for _, events in drawn["rows"]) == sum(sum(one.events) for one in many)
    assert drawn["years"] == [2018, 2019, 2020]
    assert len(figure.all("details")[0].all("tbody")[0].all("tr")) == THEATRES_SHOWN + 1


def test_known_bias_is_told_with_where_that_is_from() -> None:
    said = shown(covered()).text
    for term, words, where in BIASES:
        assert term in said
        assert words in said
        assert where in said


def test_hostile_text_is_only_text() -> None:
    found = shown(covered(vintages=(vintage(label=HOSTILE, citation=HOSTILE, files=(HOSTILE,)),)))
    assert found.text.count(HOSTILE) == 3
    assert not found.all("b")


def test_without_any_event_there_is_still_a_page() -> None:
    found = shown(covered(theatres=()))
    assert "0 events in 0 countries" in found.text


# --- to take away -----------------------------------------------------------------------------------------------------


def test_downloads() -> None:
    answers = {Coverage(ASKED): covered()}
    by_name = {one.name: one for one in made().downloads}
    document = json.loads(write_download(by_name["vintages"], "json", answers, SOURCES))
    assert document["vintages"][0]["label"] == "ucdp-ged 24.1"
    assert document["data_until"] == "2020-12-31"
    table = pl.read_csv(write_download(by_name["coverage"], "csv", answers, SOURCES))
    assert table.select("theatre", "year", "events").rows() == [
        ("Mali", 2018, 2), ("Mali", 2019, 0), ("Mali", 2020, 5),
        ("Peru", 2018, 0), ("Peru", 2019, 0), ("Peru", 2020, 3),
    ]  # fmt: skip
    assert set(table["licence"]) == {"CC BY 4.0"}
    with pytest.raises(KeyError):
        write_download(by_name["coverage"], "json", answers, SOURCES)
