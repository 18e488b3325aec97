"""The Global Terrorism Database: a user's own copy, saved as CSV, as events, with every check on the way.

Follows the GTD codebook (START, University of Maryland); what its codes become is told in docs/sources.md. The target's
and the victims' names (`target1`, `corp1`), claims, motives and summaries are not among the columns read: they name
persons. `nkill` is one number, the attackers' own dead included; it stands for the low, the best and the high count.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from tocsin.actors import CIVILIANS, GOVERNMENT
from tocsin.countries import iso3_by_spelling, theatre_by_iso3
from tocsin.errors import DataError, InputError
from tocsin.event_rows import EventRows
from tocsin.events import DATE_PRECISION_DAYS, CheckedFile, Release, found_in
from tocsin.sources.cells import Check, cell_text, is_blank, is_there, number_cell, whole_cell
from tocsin.sources.layout import Layout, check_columns, check_rows
from tocsin.sources.reading import open_table
from tocsin.sources.source import ReadOptions
from tocsin.sources.terms import packaged_terms

SOURCE = "gtd"
BEGINS = date(1994, 1, 1)
"""The GTD begins in 1970, but all of 1993 was lost: that year would look quiet, so what is before its end is left."""
WORLD_COUNTRIES = 50
"""A file with events in at least so many countries is taken to speak for the whole world: the GTD itself has events of
named groups in more than a hundred."""
LICENCE = "GTD end user licence (not to be passed on)"
CITATION = (
    "START (National Consortium for the Study of Terrorism and Responses to Terrorism), Global Terrorism Database, "
    "University of Maryland (www.start.umd.edu/gtd), version {month}: LaFree & Dugan (2007), Terrorism and Political "
    "Violence 19(2), doi:10.1080/09546550701246817"
)
SECURITY_FORCES = (3, 4)
"""Target types police and military: fighting with the state. Officials and diplomats are civilians, as for UCDP."""
NOT_TOLD = {17: "another armed group", 20: "nothing known", 22: "a violent party"}
"""Target types that leave open which other side there is."""
TARGET_TYPES = tuple(range(1, 23))
PLACES = {1: 1, 2: 3, 3: 3, 4: 4}
"""GTD's specificity as UCDP's code of place precision: a town; twice the centre of its smallest known division, or of a
part of one; that of a first-order division. Events of specificity 5 have no coordinates."""

_REQUIRED = (
    "eventid", "iyear", "imonth", "iday", "country_txt", "latitude", "longitude", "specificity", "targtype1", "gname",
    "nkill",
)  # fmt: skip
_CHECKED = ("vicinity", "gname2", "gname3")
_UNKNOWN = ("Unknown", "Unaffiliated Individual(s)")
# Spellings of countries that no other source has.
_SPELLINGS = {"Serbia-Montenegro": "Serbia", "West Bank and Gaza Strip": "Palestine"}


def read_gtd(path: Path, options: ReadOptions) -> CheckedFile:
    """A file of GTD events, checked row by row.

    path : CSV in UTF-8 (plain, .gz, .zip) or Parquet; START ships an Excel workbook, to be saved as such.
    options : `release` is the month of the release (2022-05), by default told by the file's name
        (`globalterrorismdb_0522dist`); `published` by default the last day of that month; `covers` is by
        default the world from `WORLD_COUNTRIES` countries on, else the countries in it. It speaks for the days from the
        year of its first event (from 1994 where the world is said) to the end of the month of its last event, or to
        the end of `covers_until`. Events that may lie after that day (dated to a year) are left out and counted.

    Raises `MissingFileError`, `InputError` for options that cannot be, `DataError` for a file that cannot be used.
    """
    if options.place_precision_max is not None:
        raise InputError("--place-precision-max is not for GTD files, which say how precisely events are placed")
    if options.covers not in (None, "world", "file"):
        raise InputError(f"--covers is world or file, got {options.covers!r}")
    try:
        raw = open_table(path, GTD.read)
    except DataError as error:
        raise DataError(f"{error}{_hint(str(error))}") from None
    check_columns(raw, GTD)
    release = _release(path, options)
    rows = check_rows(raw, GTD, release, strict=options.strict)
    last = _last_day(rows.rows.lazy(), release, options.covers_until)
    held, notes = _up_to(last, rows.rows, raw.file)
    found = found_in(held)
    world = options.covers == "world" or (options.covers is None and len(found.countries) >= WORLD_COUNTRIES)
    return CheckedFile(
        file=raw.file,
        sha256=raw.sha256,
        release=release,
        rows=held,
        rejected=rows.rejected,
        questioned=rows.questioned,
        findings=rows.findings,
        notes=(*raw.notes, *rows.notes, *notes, _SINCE_WHEN),
        countries=None if world else found.countries,
        # An extract may have been cut in time as well; years before its first event are not to pass for peace.
        first_day=BEGINS if options.covers == "world" else date(found.first_day.year, 1, 1),
        last_day=last,
        place_precisions=(1, 2, 3, 4),
    )


_SINCE_WHEN = (
    "how the GTD was gathered changed in 1998, 2008 and 2012; a rise or fall at those years may be of the gathering"
)


def _hint(said: str) -> str:
    if "not UTF-8" in said or "UTF-16" in said:
        return ". In Excel: Save As, 'CSV UTF-8 (Comma delimited)'"
    return ""


def _release(path: Path, options: ReadOptions) -> Release:
    found = re.search(r"_(0[1-9]|1[0-2])(\d\d)dist", path.name, flags=re.IGNORECASE)
    name = options.release or (f"20{found[2]}-{found[1]}" if found else None)
    if name is None:
        raise InputError(
            f"the name of {path.name} does not say which release it is (as globalterrorismdb_0522dist does); give the "
            "month it was published, e.g. --release 2022-05"
        )
    parts = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", name)
    if parts is None:
        raise InputError(f"a release of the GTD is named by its month, like 2022-05, got {name!r}")
    year, month = int(parts[1]), int(parts[2])
    published = options.published or date(year, month, monthrange(year, month)[1])
    return Release(
        source=SOURCE,
        name=name,
        kind="export",
        first_day=BEGINS,
        last_day=published,
        published=published,
        published_assumed=options.published is None,
        rank=(year, month),
        licence=LICENCE,
        citation=CITATION.format(month=name),
        redistributable=packaged_terms(SOURCE).open,
    )


def _last_day(events: pl.LazyFrame, release: Release, until: int | None) -> date:
    """The end of the month of the last event (of some hundred a month worldwide), or of the year that is said."""
    # An event dated to a year alone stands under its 1 January, which says nothing of that month.
    dated = pl.col("date").filter(pl.col("date_precision") < 5).max().dt.month_end()
    last: date = events.select(pl.coalesce(dated, pl.col("date_end").max())).collect().item()
    if until is None:
        return min(last, release.last_day)
    if not last.year <= until or date(until, 12, 31) > release.last_day:
        raise InputError(
            f"--covers-until is a year from {last.year} (the file's last event) that was over by {release.last_day} "
            f"(when release {release.name} was published), got {until}"
        )
    return date(until, 12, 31)


def _up_to(last: date, rows: EventRows, file: str) -> tuple[EventRows, list[str]]:
    """The events that end by the last day covered, and what to say of the others."""
    beyond = pl.col("date_end") > last
    count = int(rows.lazy().select(beyond.sum()).collect().item())
    if not count:
        return rows, []
    if count == rows.height:
        raise DataError(f"{file}: none of its events is known to have ended by {last}, the last day it speaks for")
    held = EventRows.of(rows.frame().filter(~beyond))
    return held, [f"{count:,} rows left out: dated so vaguely that they may be after {last}, the last day covered"]


# --- the rows ---------------------------------------------------------------------------------------------------------


def _group(names: list[str]) -> pl.Expr:
    """The groups that are named, as one actor; a comma within a name would be read as between two."""
    named = [
        pl.when(~cell_text(name).is_in(_UNKNOWN)).then(cell_text(name).str.replace_all(r"\s*,\s*", " "))
        for name in names
    ]
    return pl.concat_str(named, separator=", ", ignore_nulls=True)


def _values(frame: pl.DataFrame) -> list[pl.Expr]:
    schema = frame.schema
    wholes = ("eventid", "iyear", "imonth", "iday", "specificity", "targtype1", "nkill", "vicinity")
    made = {name: whole_cell(name, schema[name]) for name in wholes if name in schema}
    made |= {name: number_cell(name, schema[name]) for name in ("latitude", "longitude")}
    made["country_txt"] = cell_text("country_txt")
    made["group"] = _group([name for name in ("gname", "gname2", "gname3") if name in schema])
    day_known = (made["imonth"] > 0) & (made["iday"] > 0)
    text = pl.concat_str(
        [part.clip(least).cast(pl.String).str.zfill(width) for part, least, width in _parts(made)], separator="-"
    )
    start = text.str.to_date("%Y-%m-%d", strict=False)
    made["start"] = start
    made["end"] = (
        pl.when(day_known)
        .then(start)
        .when(made["imonth"] > 0)
        .then(start.dt.month_end())
        .otherwise(start.dt.offset_by("11mo").dt.month_end())
    )
    made["date_code"] = pl.when(day_known).then(pl.lit(1)).when(made["imonth"] > 0).then(pl.lit(4)).otherwise(pl.lit(5))
    return [made["eventid"].alias("_id"), *(value.alias(f"_{name}") for name, value in made.items())]


def _parts(made: Mapping[str, pl.Expr]) -> list[tuple[pl.Expr, int, int]]:
    """Year, month and day, each with its least value and its digits: 0 is an unknown month or day."""
    day = pl.when(made["imonth"] > 0).then(made["iday"]).otherwise(made["iday"] * 0)
    return [(made["iyear"], 1, 4), (made["imonth"], 1, 2), (day, 1, 2)]


def _mapped(frame: pl.DataFrame) -> list[pl.Expr]:
    names = frame.select(cell_text("country_txt").unique().drop_nulls()).to_series()
    found = iso3_by_spelling([*names, *_SPELLINGS.values()])
    found |= {theirs: found[ours] for theirs, ours in _SPELLINGS.items()}
    iso3 = pl.col("_country_txt").replace_strict(found, default=None, return_dtype=pl.String)
    theatre = iso3.replace_strict(theatre_by_iso3(), default=None, return_dtype=pl.String)
    forces = pl.col("_targtype1").is_in(SECURITY_FORCES)
    government = pl.format(f"{GOVERNMENT} {{}}", theatre)
    return [
        iso3.alias("_iso3"),
        theatre.alias("_theatre"),
        pl.when(forces).then(pl.lit("state")).otherwise(pl.lit("onesided")).alias("_kind"),
        pl.when(forces).then(government).otherwise(pl.col("_group")).alias("_actor_a"),
        pl.when(forces).then(pl.col("_group")).otherwise(pl.lit(CIVILIANS)).alias("_actor_b"),
    ]


def _outside(frame: pl.DataFrame) -> Mapping[str, pl.Expr]:
    return {
        f"before {BEGINS}: all of 1993 was lost, and would look quiet": pl.col("_iyear") < BEGINS.year,
        "no group is named": (pl.col("_group") == "") & cell_text("gname").is_not_null(),
        f"the target is {', '.join(NOT_TOLD.values())}": pl.col("_targtype1").is_in(list(NOT_TOLD)),
        "how many died is not known, which is not nobody": is_blank("nkill"),
        "the place is not known": is_blank("latitude") & is_blank("longitude"),
        "at sea, or in no country here": pl.col("_country_txt").is_in(_NO_COUNTRY),
    }


_NO_COUNTRY = ("International", "Falkland Islands", "Wallis and Futuna", "New Hebrides")


def _checks(frame: pl.DataFrame, release: Release) -> list[Check]:
    date_columns = ("iyear", "imonth", "iday")
    checks = [
        Check("id missing or not a whole number", ("eventid",), is_there("id")),
        Check("no such day (0 stands for an unknown month or day)", date_columns, is_there("start")),
        Check("negative month or day", date_columns, (pl.col("_imonth") >= 0) & (pl.col("_iday") >= 0)),
        Check(f"after {release.last_day}, when it was published", date_columns, pl.col("_start") <= release.last_day),
        Check("country missing or not known", ("country_txt",), pl.col("_iso3").is_not_null()),
        Check("group missing", ("gname",), pl.col("_group") != ""),
        Check("latitude missing or not a number", ("latitude",), is_there("latitude")),
        Check("longitude missing or not a number", ("longitude",), is_there("longitude")),
        Check("latitude beyond -90 to 90", ("latitude",), pl.col("_latitude").is_between(-90, 90)),
        Check("longitude beyond -180 to 180", ("longitude",), pl.col("_longitude").is_between(-180, 180)),
        Check("specificity not 1 to 4", ("specificity",), _one_of("specificity", tuple(PLACES))),
        Check("target type not 1 to 22", ("targtype1",), _one_of("targtype1", TARGET_TYPES)),
        Check("deaths (nkill) not a whole number", ("nkill",), is_there("nkill")),
        Check("negative deaths, or beyond any count", ("nkill",), pl.col("_nkill").is_between(0, 2**31 - 1)),
    ]
    if "vicinity" in frame.columns:
        near = _one_of("vicinity", (-9, 0, 1)) | is_blank("vicinity")
        checks.append(Check("vicinity not 0, 1 or -9", ("vicinity",), near))
    return checks


def _one_of(name: str, codes: tuple[int, ...]) -> pl.Expr:
    return pl.col(f"_{name}").is_in(codes).fill_null(value=False)


def _events(good: pl.DataFrame, release: Release) -> dict[str, pl.Expr]:
    place = pl.col("_specificity").replace_strict(PLACES, default=None, return_dtype=pl.Int8)
    if "vicinity" in good.columns:  # near the town, not in it
        place = pl.when((place == 1) & (pl.col("_vicinity") == 1)).then(pl.lit(2)).otherwise(place)
    return {
        "event_id": pl.col("_id").cast(pl.String),
        "date": pl.col("_start"),
        "date_end": pl.col("_end"),
        "date_precision_days": pl.col("_date_code").replace_strict(
            DATE_PRECISION_DAYS, default=None, return_dtype=pl.Int16
        ),
        "date_precision": pl.col("_date_code"),
        "lat": pl.col("_latitude"),
        "lon": pl.col("_longitude"),
        "place_precision": place,
        "country": pl.col("_iso3"),
        **{name: pl.col(f"_{name}") for name in ("theatre", "kind", "actor_a", "actor_b")},
        **{f"deaths_{name}": pl.col("_nkill") for name in ("low", "best", "high")},
    }


GTD = Layout(
    title="GTD",
    id_column="eventid",
    required=_REQUIRED,
    checked=_CHECKED,
    kept=(),
    values=_values,
    mapped=_mapped,
    checks=_checks,
    events=_events,
    outside=_outside,
)
"""The GTD's own columns, and what they mean."""
