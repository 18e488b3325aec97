"""The page on the data: the releases held, what they cover, what they lack, and how to bring one's own in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl

from tocsin.report.brief.document import Cell, Column, Table
from tocsin.report.brief.words import whole_day
from tocsin.warn.assessment import plain
from tocsin.warn.headline import counted
from tocsin.web.asked import Asked
from tocsin.web.chart import Chart
from tocsin.web.links import Links
from tocsin.web.page import Download, Found, Page
from tocsin.web.page_sources import of_provenance
from tocsin.web.questions.coverage import Coverage, Covered, TheatreYears, VintageHeld
from tocsin.web.words import JANUARY_WORDS

NAME = "data"
THEATRES_SHOWN = 30
PLACES = {
    1: "located events only: placed exactly",
    2: "located events only: placed exactly or within about 25 km",
    3: "placed to a district (second-order division) or better",
    4: "placed to a province (first-order division) or better",
    5: "placed to a line or vague area or better",
    6: "placed at least to a country",
    7: "however precisely they are placed",
}
KINDS = {"yearly": "yearly release", "candidate": "Candidate release (preliminary)", "export": "export"}
GED = "Sundberg & Melander (2013), doi:10.1177/0022343313484347"

# What event data are known to get wrong, with where that is from.
BIASES: tuple[tuple[str, str, str], ...] = (
    (
        "Reporting",
        "Only what somebody reported is recorded. Access, language and attention differ between places and years: a "
        "quiet month may be a month without a reporter.",
        GED,
    ),
    (
        "Town and country",
        "Events in towns are placed more precisely than those in the countryside, so that figures of located events "
        "miss rural fighting more often. Of the events of UCDP GED 21.1 in Afghanistan 43% are located within about "
        "25 km, in Pakistan 78%, in Libya 92%.",
        "counted on UCDP GED 21.1",
    ),
    (
        "Location gets better with time",
        "41% of the events of 2004 are placed precisely, 77% of those of 2014: part of a growth can be better "
        "geocoding.",
        "counted on UCDP GED 21.1",
    ),
    (
        "The threshold of 25 deaths",
        "UCDP lists a group's early small events because it, or the pair of sides it fought in, later passed 25 deaths "
        "in a calendar year. Seen and still small thus knows a little of the future, and what never passed it "
        "is missing altogether.",
        GED,
    ),
    (
        "Deaths are estimates",
        "Low, best and high estimates differ, and the best one may be 0. Deaths of a group are those of all events "
        "with it as a side: its own dead and those its opponents killed are among them.",
        GED,
    ),
    (
        "Who began it is not coded",
        "A clash has two sides and no aggressor. It counts for both of them, so figures of groups do not add up to "
        "those of a country.",
        GED,
    ),
    (
        "Dates pile up",
        "Events known only to their month lie on its first day more often than on others, which gives weekly figures a "
        "beat that is not there.",
        "counted on UCDP GED 21.1",
    ),
    (
        "A whole year's deaths in January",
        JANUARY_WORDS,
        "counted on UCDP GED 21.1",
    ),
    (
        "Names are the coders'",
        "A name may hide a split, a merger or a change of hands: a government after its overthrow is coded under the "
        "same name, and one name may stand for different organisations.",
        GED,
    ),
    (
        "Preliminary events",
        "Candidate releases come within months and are revised: events are dropped, merged and renamed in the yearly "
        "release.",
        "Hegre et al. (2020), doi:10.1177/2053168020935257",
    ),
)

COMMANDS = (
    ("tocsin data import GEDEvent_v24_1.csv", "takes a yearly release in, as CSV, .csv.gz, .zip or Parquet"),
    ("tocsin data import GEDEvent_v24_0_3.csv", "takes a monthly Candidate release in"),
    ("tocsin data status", "says what is held"),
    ("tocsin data remove 24.1", "drops a release"),
)


def page(asked: Asked, given: Mapping[str, str]) -> Page:
    """The page on the data."""
    coverage = Coverage(asked)
    return Page(
        name=NAME,
        path="/data",
        title="Data",
        template="data.html",
        asked=asked,
        context=partial(_context, coverage),
        needs=(coverage,),
        downloads=(
            Download("vintages", "Releases held, and what they cover", document=partial(_document, coverage)),
            Download("coverage", "Events by theatre and year", table=partial(_table, coverage)),
        ),
    )


def _context(coverage: Coverage, found: Found, links: Links) -> dict[str, Any]:
    told: Covered = found[coverage]
    sources = of_provenance(told.provenance, told.as_of, told.as_of_mode)
    counts = (
        "rest on events that are not counted here"
        if told.held_back
        else f"count {sum(sum(one.events) for one in told.theatres):,} events in "
        f"{counted(len(told.theatres), 'country', 'countries')}"
    )
    return {
        "sources": sources,
        "scripts": ("charts/data.js",),
        "opening": (
            f"As of {whole_day(told.as_of)} the figures {counts}, from {whole_day(told.first_day)} to "
            f"{whole_day(told.data_until)}."
        ),
        "end": whole_day(told.data_until),
        "precision": told.provenance.place_precision,
        "notes": told.provenance.notes,
        "vintages": [_vintage(one) for one in told.vintages],
        "packaged": any(one.packaged for one in told.vintages),
        "held_back": told.held_back,
        "coverage": None if told.held_back else coverage_chart(told, sources.line),
        "years": _years_table(told),
        "gaps": _gaps(told),
        "without": told.without,
        "world": told.provenance.covers_world,
        "biases": BIASES,
        "commands": COMMANDS,
    }


def _vintage(one: VintageHeld) -> dict[str, Any]:
    """A release in words."""
    where = "the world" if one.countries == "world" else ", ".join(one.countries)
    facts = [
        ("What it is", KINDS[one.kind] + (", packaged as aggregate figures without events" if one.packaged else "")),
        ("Published", f"{whole_day(one.published)}{' (assumed)' if one.published_assumed else ''}"),
        ("Covers", f"{where}, {whole_day(one.first_day)} to {whole_day(one.last_day)}"),
        (
            "Events",
            PLACES[one.place_precision_max] if one.rows is None else f"{one.rows:,}, {PLACES[one.place_precision_max]}",
        ),
    ]
    if one.rejected is not None:
        facts.append(("Rows apart", f"{one.rejected:,} rejected, {one.questioned:,} taken in as coded but questioned"))
    if one.files:
        facts.append(("Files", ", ".join(one.files)))
    facts += [
        ("Licence", one.licence),
        ("Terms", one.terms),
        ("Citation", one.citation),
    ]
    return {"label": one.label, "in_use": one.in_use, "packaged": one.packaged, "facts": facts}


def _gaps(told: Covered) -> list[str]:
    """What the figures do not cover, in sentences."""
    said = [
        f"Nothing before {whole_day(told.first_day)}, where the figures begin.",
        f"Nothing after {whole_day(told.data_until)}, where they end: later days are unknown, not quiet.",
    ]
    if told.data_until.month < 12:
        said.append(f"The year {told.data_until.year} is not whole: it ends with {told.data_until:%B}.")
    unused = [one.label for one in told.vintages if not one.in_use]
    if unused:
        said.append(f"Held, but with no part in the figures of this day: {', '.join(unused)}.")
    return said


def coverage_chart(told: Covered, source: str) -> Chart:
    """Events by theatre and year as a field of squares: the theatres with most events, the others together."""
    shown, rest = told.theatres[:THEATRES_SHOWN], told.theatres[THEATRES_SHOWN:]
    rows = list(shown)
    if rest:
        together = tuple(sum(of) for of in zip(*(one.events for one in rest), strict=True))
        rows.append(TheatreYears(f"{len(rest)} others", "", together))
    by_year = [sum(of) for of in zip(*(one.events for one in told.theatres), strict=True)] or [0] * len(told.years)
    most = max(range(len(told.years)), key=by_year.__getitem__)
    top = told.theatres[0] if told.theatres else None
    said = (
        f"Events a year in {counted(len(told.theatres), 'country', 'countries')}, {told.years[0]} to "
        f"{told.years[-1]}. Most in {told.years[most]}: {by_year[most]:,}."
    )
    if top:
        said += f" The country with most is {top.theatre}, {sum(top.events):,} in all."
    return Chart(
        kind="data-coverage",
        name="coverage",
        figures={
            "years": list(told.years),
            "rows": [[one.theatre, list(one.events)] for one in rows],
            "cut": told.data_until.year if told.data_until.month < 12 else None,
        },
        alt=said,
        caption=(
            f"Events by country and year, every event counted once: {told.provenance.place_precision}. The "
            "stronger the colour, the more, on a log scale; an empty square is a year without a recorded event, which "
            "need not be one of peace."
        ),
        data=Table(
            "Events by country and year",
            (Column("Country"), *(Column(str(year), "right") for year in told.years), Column("All", "right")),
            tuple(
                (
                    Cell(one.theatre),
                    *(Cell(f"{events:,}" if events else "-") for events in one.events),
                    Cell(f"{sum(one.events):,}"),
                )
                for one in rows
            ),
        ),
        source=source,
    )


def _years_table(told: Covered) -> Table:
    """Countries with events and events of each year."""
    cut = told.data_until.year if told.data_until.month < 12 else None
    rows = []
    for k, year in reversed(list(enumerate(told.years))):
        counts = [one.events[k] for one in told.theatres]
        rows.append(
            (
                Cell(str(year), f"to {told.data_until:%B}" if year == cut else ""),
                Cell(f"{sum(n > 0 for n in counts):,}"),
                Cell(f"{sum(counts):,}"),
            )
        )
    columns = (Column("Year"), Column("Countries with events", "right"), Column("Events", "right"))
    return Table("What each year holds, the latest first", columns, tuple(rows))


# --- to take away -----------------------------------------------------------------------------------------------------


def _document(coverage: Coverage, found: Found) -> dict[str, Any]:
    told: Covered = found[coverage]
    return {
        "as_of": told.as_of.isoformat(),
        "as_of_mode": told.as_of_mode,
        "first_day": told.first_day.isoformat(),
        "data_until": told.data_until.isoformat(),
        "vintage": told.provenance.vintage,
        "licence": told.provenance.licence,
        "citation": told.provenance.citation,
        "place_precision": told.provenance.place_precision,
        "notes": list(told.provenance.notes),
        "not_covered": _gaps(told),
        "vintages": plain(told.vintages),
        "countries_without_events": list(told.without),
    }


def _table(coverage: Coverage, found: Found) -> pl.DataFrame:
    told: Covered = found[coverage]
    schema = {"theatre": pl.String, "region": pl.String, "year": pl.Int32, "events": pl.Int64}
    rows = [
        (one.theatre, one.region, year, events)
        for one in told.theatres
        for year, events in zip(told.years, one.events, strict=True)
    ]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        data_until=pl.lit(told.data_until), vintage=pl.lit(told.provenance.vintage),
        licence=pl.lit(told.provenance.licence), citation=pl.lit(told.provenance.citation),
    )  # fmt: skip
