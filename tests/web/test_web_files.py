"""What leaves a page as a file says by itself what it is of, what must be known of it, and what it is not."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from planted_web import OF_SCENARIO, SOURCES

from planted_comparison import planted_comparison
from planted_rivalry import planted_rivalry
from tocsin.groups import DEATHS_ARE
from tocsin.web.asked import Asked
from tocsin.web.page import Download
from tocsin.web.page_sources import OWN_DEAD, PageSources, with_deaths
from tocsin.web.pages import theatre, whatif
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.questions.whatif import shipped_scenario
from tocsin.web.tables import write_download

FRAME = pl.DataFrame({"group": ["A @ Mali", "B @ Mali"], "deaths": [3, 4]})
PLAIN = Download("figures", "Figures", table=lambda _: FRAME, document=lambda _: {"deaths": [3, 4]})


def table(one: Download, form: str, found: Any, sources: PageSources) -> pl.DataFrame:
    written = io.BytesIO(write_download(one, form, found, sources))
    return pl.read_csv(written) if form == "csv" else pl.read_parquet(written)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_row_has_its_day_its_end_its_notes_and_its_source(form: str) -> None:
    rows = table(PLAIN, form, {}, SOURCES)
    assert rows.columns == ["group", "deaths", "as_of", "as_of_mode", "data_until", "notes", "source"]
    assert set(rows["as_of"].cast(pl.String)) == set(rows["data_until"].cast(pl.String)) == {"2020-12-31"}
    assert set(rows["as_of_mode"]) == {"reconstructed"}
    assert set(rows["source"]) == {SOURCES.line}
    assert all(DEATHS_ARE in notes for notes in rows["notes"])
    # All notes stand in a Parquet file, which holds a text once; a CSV would hold it in every row.
    assert all(("Reports are uneven." in notes) == (form == "parquet") for notes in rows["notes"])


def test_what_a_table_says_itself_stays() -> None:
    own = FRAME.with_columns(pl.lit("its own").alias("citation"), pl.lit("its own").alias("notes"))
    rows = table(replace(PLAIN, table=lambda _: own), "parquet", {}, SOURCES)
    assert set(rows["notes"]) == {"its own"}
    assert "source" not in rows.columns


def test_a_document_has_the_same_as_keys_and_keeps_its_own() -> None:
    told = json.loads(write_download(PLAIN, "json", {}, SOURCES))
    assert told["deaths"] == [3, 4]
    assert (told["as_of"], told["as_of_mode"], told["data_until"]) == ("2020-12-31", "reconstructed", "2020-12-31")
    assert told["notes"][0] == "Reports are uneven."
    assert told["deaths_are"] == DEATHS_ARE
    own = replace(PLAIN, document=lambda _: {"notes": ["another"]})
    assert json.loads(write_download(own, "json", {}, SOURCES))["notes"] == ["another"]


def test_figures_that_end_nowhere_say_so() -> None:
    nowhere = replace(SOURCES, data_until=None)
    assert table(PLAIN, "parquet", {}, nowhere)["data_until"].to_list() == [None, None]
    assert json.loads(write_download(PLAIN, "json", {}, nowhere))["data_until"] is None


def test_own_dead_are_told_once() -> None:
    said = "Deaths are best estimates, its own dead included."
    assert with_deaths((said,)) == (said,)
    assert [OWN_DEAD in note for note in with_deaths(("Reports are uneven.",))] == [False, True]


def test_every_file_of_a_scenario_says_that_it_is_no_forecast() -> None:
    given = {"scenario": "afghanistan-2021-08", "run": "1"}
    made = whatif.page(Asked(), given)
    found = {made.needs[0]: planted_comparison()}
    sources = whatif._sources(shipped_scenario("afghanistan-2021-08"), Asked())
    assert sources.line.startswith("Scenario, not a forecast; ")
    assert {one.name for one in made.downloads} == {"differences", "outcomes", "numbers", "result", "scenario"}
    for one in made.downloads:
        for form in one.forms:
            if form in ("csv", "parquet"):
                rows = table(one, form, found, sources)
                for column in ("notes", "source"):
                    assert all("scenario, not a forecast" in said.lower() for said in rows[column])
            else:
                assert "scenario, not a forecast" in write_download(one, form, found, sources).decode().lower()
    # What a death is counted for is said of the record, not of made-up months.
    assert OWN_DEAD not in " ".join(OF_SCENARIO.all_notes)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_links_say_whose_they_are_and_how_they_are_to_be_read(form: str) -> None:
    made = theatre.page(Asked(), {"name": "Mali"})
    [links] = [one for one in made.downloads if one.name == "links"]
    rivalry = planted_rivalry(("JNIM", "IS"), theatre="Mali")
    rows = table(links, form, {TheatreLinks(Asked(), "Mali"): rivalry}, SOURCES)
    pairs = set(rows.select("group_from", "group_to").iter_rows())
    assert pairs == {("JNIM @ Mali", "IS @ Mali"), ("IS @ Mali", "JNIM @ Mali")}
    assert set(rows["source"]) == {SOURCES.line}
    assert {"CC BY 4.0" in said and "v 1" in said for said in rows["source"]} == {True}
    assert all("predictive, not causal" in said for said in rows["reading"])
    assert rivalry.null_false_positive_rate is not None
    assert set(rows["null_false_positive_rate"]) == {rivalry.null_false_positive_rate}
    assert set(rows["as_of"].cast(pl.String)) == {"2020-12-31"}
    assert table(links, "parquet", {TheatreLinks(Asked(), "Mali"): None}, SOURCES).is_empty()


def test_links_as_a_document_are_said_to_be_predictive() -> None:
    made = theatre.page(Asked(), {"name": "Mali"})
    [links] = [one for one in made.downloads if one.name == "links"]
    found = {TheatreLinks(Asked(), "Mali"): planted_rivalry(("JNIM", "IS"), theatre="Mali")}
    told = json.loads(write_download(links, "json", found, SOURCES))
    assert "predictive, not causal" in told["reading"]
    assert told["rivalry"]["links"]
