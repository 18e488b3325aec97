"""Country-months as a panel: a file of deaths per country and month, checked whole, and the truth it is scored on.

Columns of the file (CSV, plain or compressed, or Parquet), as the VIEWS prediction challenge names them:

`month_id`
    months since January 1980, that month being 1 (as in `tocsin.months`); needed
`country_id`, or `isoab` where there is none
    a whole number or an ISO code, which become the panel's unit names; needed
the target, `ged_sb` unless asked otherwise
    deaths in the month, whole and not negative; needed
`name`, `isoab`
    what the country is called; they give its short name and its region
`ged_sb`, `ged_ns`, `ged_os`
    deaths in state-based, non-state and one-sided violence
`ged_count_sb`, `ged_count_ns`, `ged_count_os`
    events of each kind; without them a month with deaths of a kind counts as one event
`source`
    the vintage of each row

A country has a row for every month from its first to its last. Months before its first row are zero: what happened
there was counted for the state it then belonged to. A country whose rows end before the file does (a state that is no
more) has no row in the panel, and a note names it; with a file of actuals the panel has the countries of that file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.countries import find_country
from tocsin.digest import Provenance
from tocsin.errors import DataError
from tocsin.months import month_label
from tocsin.panel.country_file import KINDS, CountryFile, read_country_file
from tocsin.panel.panel import PLACES, IntArray, Panel

_GED_CITATION = (
    "Sundberg & Melander (2013), Introducing the UCDP Georeferenced Event Dataset, doi:10.1177/0022343313484347; "
    "counted by country and month for VIEWS: Hegre et al. (2025), doi:10.1177/00223433241300862"
)


@dataclass(frozen=True, eq=False)
class CountryActuals:
    """What happened: deaths per country and month, int32 (country, month), month 0 being `first_month`.

    `units` are the country ids (or ISO codes) as text, sorted; `vintage` says which figures these are.
    """

    units: tuple[str, ...]
    first_month: int
    deaths: IntArray
    vintage: str

    @property
    def last_month(self) -> int:
        """The last month held (numbered as in `tocsin.months`)."""
        return self.first_month + int(self.deaths.shape[1]) - 1


def read_country_months(path: Path, *, actuals: Path | None = None, target: str = "ged_sb") -> Panel:
    """The panel of a country-month file: `counts["deaths"]` is the target, a country stands where a group would.

    `groups` are country ids (or ISO codes) as text, `actors` and `theatres` the country's short name. `largest` is the
    target's deaths of the whole month, since single events are not in the file; `mass_casualty`, `places` and
    `state_onesided` are zero and `clashes` empty for the same reason. With `actuals` the panel has the countries of
    that file. Raises `MissingFileError`, `InputError` (not a file) or one `DataError` with everything that is wrong.
    """
    table = read_country_file(path, target)
    rows = table.rows
    first, last = _span(rows)
    ends = rows.group_by("unit").agg(pl.col("month").max().alias("end"), pl.col("month").min().alias("start"))
    end: dict[str, int] = dict(zip(ends["unit"], ends["end"], strict=True))
    start: dict[str, int] = dict(zip(ends["unit"], ends["start"], strict=True))
    if actuals is None:
        units = _in_order(unit for unit in end if end[unit] == last)
    else:
        truth = read_country_actuals(actuals, target=target)
        units = truth.units
        _check_held(path, actuals, units, end, last)
    names = _short_names(rows, end)
    shape = (len(units), last - first + 1)
    figure = {name: _dense(rows, name, units, first, shape) for name in rows.columns if name.startswith("_")}
    return Panel(
        groups=units,
        actors=tuple(names[unit] for unit in units),
        theatres=tuple(names[unit] for unit in units),
        regions=tuple(_region(names[unit]) for unit in units),
        first_month=first,
        last_month=last,
        counts=_counts(figure, target, shape),
        places={name: np.zeros(shape, np.int32) for name in PLACES},
        state_onesided=np.zeros(shape, np.int32),
        clashes=(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32)),
        provenance=Provenance(
            vintage=table.vintage,
            source="UCDP GED, by country and month" if target.startswith("ged_") else table.raw.file,
            licence="CC BY 4.0" if target.startswith("ged_") else "as the file's publisher has it",
            citation=_GED_CITATION if target.startswith("ged_") else table.raw.file,
            first_month=first,
            last_month=last,
            place_precision=f"{target} by country, whatever the precision of the place",
            notes=_notes(names, units, start, end, first, last, table),
            redistributable=target.startswith("ged_"),
            covers_world=True,
            fingerprint=table.raw.sha256,
        ),
        unit="country",
    )


def read_country_actuals(path: Path, *, target: str = "ged_sb") -> CountryActuals:
    """The truth for scored months: `month_id`, `country_id` (or `isoab`) and the target, each country in each month.

    Raises as `read_country_months` does; here a country that lacks a month of the file's span is an error.
    """
    table = read_country_file(path, target, whole=True)
    rows = table.rows
    units = _in_order(rows["unit"].unique())
    first, last = _span(rows)
    deaths = _dense(rows, f"_{target}", units, first, (len(units), last - first + 1))
    return CountryActuals(units, first, deaths, table.vintage)


def actuals_of(panel: Panel) -> CountryActuals:
    """A panel's own months as the truth, where there is no file of actuals."""
    return CountryActuals(panel.groups, panel.first_month, panel.deaths, panel.provenance.vintage)


def _span(rows: pl.DataFrame) -> tuple[int, int]:
    first, last = rows.select(pl.col("month").min().alias("first"), pl.col("month").max().alias("last")).row(0)
    return int(first), int(last)


def _in_order(units: Iterable[str]) -> tuple[str, ...]:
    """Ids by number, codes by letter."""
    return tuple(sorted(units, key=lambda unit: (0, int(unit), "") if unit.isdigit() else (1, 0, unit)))


def _check_held(path: Path, actuals: Path, units: tuple[str, ...], end: Mapping[str, int], last: int) -> None:
    absent = [unit for unit in units if unit not in end]
    short = [f"{unit} ({month_label(end[unit])})" for unit in units if unit in end and end[unit] < last]
    wrong = []
    if absent:
        wrong.append(f"{len(absent)} of the {len(units)} countries in {actuals.name} are not in it: {_few(absent)}")
    if short:
        wrong.append(f"the rows of countries in {actuals.name} end before those of others: {_few(short)}")
    if wrong:
        raise DataError(f"{path.name} does not fit the actuals: {'; '.join(wrong)}")


def _few(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _short_names(rows: pl.DataFrame, end: Mapping[str, int]) -> dict[str, str]:
    """The short name that tocsin uses for a country, else the file's own (the latest), else the unit."""
    latest = rows.sort("month").group_by("unit").agg(pl.col("name", "isoab").drop_nulls().last())
    called = {unit: (name, iso) for unit, name, iso in latest.select("unit", "name", "isoab").iter_rows()}
    names = {}
    for unit in end:
        name, iso = called[unit]
        known = find_country(iso or "") or find_country(name or "")
        names[unit] = known.name if known else name or iso or f"country {unit}"
    return names


def _region(name: str) -> str:
    """UCDP's region; a country that is not known is a region of its own, so that it has no neighbours made up."""
    known = find_country(name)
    return known.region if known else name


def _dense(rows: pl.DataFrame, column: str, units: tuple[str, ...], first: int, shape: tuple[int, int]) -> IntArray:
    place = {unit: i for i, unit in enumerate(units)}
    held = rows.filter(pl.col("unit").is_in(units))
    array = np.zeros(shape, np.int32)
    at: NDArray[np.int64] = np.array([place[unit] for unit in held["unit"]], np.int64)
    array[at, held["month"].to_numpy() - first] = held[column].to_numpy()
    return array


def _counts(figure: Mapping[str, IntArray], target: str, shape: tuple[int, int]) -> dict[str, IntArray]:
    deaths = figure[f"_{target}"]
    none = np.zeros(shape, np.int32)
    counts = {
        "deaths": deaths,
        "mass_casualty": none,
        "largest": deaths,
        "largest_onesided": figure.get("_ged_os", none),
    }
    events = none
    for kind, ending in KINDS.items():
        counts[f"deaths_{kind}"] = figure.get(f"_ged_{ending}", none)
        some = (counts[f"deaths_{kind}"] > 0).astype(np.int32)
        counts[f"events_{kind}"] = figure.get(f"_ged_count_{ending}", some)
        events = events + counts[f"events_{kind}"]
    # A target that is none of the three kinds still had an event in each month with deaths.
    return counts | {"events": np.maximum(events, (deaths > 0).astype(np.int32))}


def _notes(
    names: Mapping[str, str],
    units: tuple[str, ...],
    start: Mapping[str, int],
    end: Mapping[str, int],
    first: int,
    last: int,
    table: CountryFile,
) -> tuple[str, ...]:
    notes = ["Single events are not in the file: no mass-casualty attack is counted, whatever happened."]
    ended = sorted((end[u], f"{names[u]} ({month_label(end[u])})") for u in end if end[u] < last)
    if ended:
        notes.append(
            "Left out, since their rows end before the file does (last month in brackets): "
            f"{', '.join(text for _, text in ended)}."
        )
    others = sorted(names[u] for u in end if end[u] == last and u not in set(units))
    if others:
        notes.append(f"Left out, since the actuals do not have them: {', '.join(others)}.")
    late = max(((start[u], names[u]) for u in units if start[u] > first), default=None)
    if late:
        n = sum(start[u] > first for u in units)
        notes.append(
            f"{n} countries begin after {month_label(first)} (the latest {late[1]}, {month_label(late[0])}); their "
            "earlier months are zero, since what happened there was counted for the state they belonged to."
        )
    if table.rows["source"].n_unique() > 1:
        notes.append(f"The figures are of more than one vintage, which differ: {table.vintage}.")
    return tuple(notes)
