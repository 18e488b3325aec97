"""The file format of the VIEWS prediction challenge 2023/24.

One folder per model, `cm/window=Y2019/predictions_2019.parquet` in it (`pgm` for PRIO-GRID), and beside them
`submission_details.yml`. A file has exactly four columns, one row per month, unit and draw: `month_id` (1 is January
1980), `country_id` (or `priogrid_gid`), `draw` (from 0) and `outcome` (deaths). A window is the calendar year; the
challenge takes 1,000 draws, and its ignorance score depends on their number.

Groups have no number there. For them, and for any other unit with a name, `unit="unit"` gives the same layout with a
text column `unit` (`JNIM @ Mali`), below `um`; its window is the twelve months after the origin, named by the first. It
is for tools that read the challenge's files, and no submission.

Hegre et al. 2025, doi:10.1177/00223433241300862; https://github.com/prio-data/prediction_competition_2023.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from tocsin.digest import Provenance
from tocsin.doors.exports.origin import as_yaml, file_word, origin_of, write_table, write_text
from tocsin.errors import InputError
from tocsin.forecast import Forecast
from tocsin.months import first_day, month_label

CHALLENGE_DRAWS = 1000
UnitColumn = Literal["country_id", "priogrid_gid", "unit"]
_FOLDER: dict[UnitColumn, str] = {"country_id": "cm", "priogrid_gid": "pgm", "unit": "um"}
MONTHS = 12
_LARGEST_ID = 2**31 - 1


def views_challenge_table(
    forecast: Forecast, *, year: int | None = None, unit: UnitColumn = "country_id"
) -> pl.DataFrame:
    """The twelve months of a calendar year as `month_id, country_id, draw, outcome`, sorted by the first three.

    `year` is by default the one year that the forecast covers from January to December. With `unit="unit"` units are
    names, and without `year` the months are the first twelve. Ids and draws are Int32, deaths Int32 where all are whole
    and Float32 where not. Raises `InputError` where the forecast does not cover the year, or units are not numbers.
    """
    named = unit == "unit"
    ids = np.array(forecast.units, dtype=object) if named else _ids(forecast, unit)
    start = forecast.origin + 1 if named and year is None else 12 * (_year_covered(forecast, year) - 1980) + 1
    if forecast.steps < MONTHS:
        raise InputError(f"a window is {MONTHS} months, the forecast has {forecast.steps}")
    first = start - forecast.origin - 1
    # Months before units before draws, as the challenge's own benchmarks are sorted.
    order = np.argsort(ids, kind="stable")
    samples = forecast.samples[order, first : first + MONTHS].transpose(1, 0, 2)
    months, units, draws = samples.shape
    outcome = samples.ravel()
    whole = bool((outcome == np.floor(outcome)).all()) and float(outcome.max()) <= _LARGEST_ID
    return pl.DataFrame(
        {
            "month_id": np.repeat(np.arange(start, start + MONTHS, dtype=np.int32), units * draws),
            unit: pl.Series(ids[order].tolist(), dtype=pl.String if named else pl.Int32).gather(
                np.tile(np.repeat(np.arange(units), draws), months)
            ),
            "draw": np.tile(np.arange(draws, dtype=np.int32), months * units),
            "outcome": outcome.astype(np.int32) if whole else outcome,
        }
    )


def to_views_challenge(
    forecast: Forecast,
    folder: Path,
    *,
    year: int | None = None,
    unit: UnitColumn = "country_id",
    team: str = "tocsin",
    provenance: Provenance | None = None,
) -> Path:
    """Write one window of a submission below `folder/<model>` and give the Parquet file's path.

    The details that the challenge asks for (`submission_details.yml`) are written once, with authors and contact left
    to fill in. What the figures are is in the file's metadata and in `provenance_<year>.json`. Raises `InputError` as
    `views_challenge_table` does, for other than 1,000 draws, and where nothing can be written.
    """
    draws = forecast.samples.shape[2]
    if draws != CHALLENGE_DRAWS:
        raise InputError(f"the challenge takes {CHALLENGE_DRAWS:,} draws, the forecast has {draws:,}")
    table = views_challenge_table(forecast, year=year, unit=unit)
    # A calendar year by its number; twelve other months by the first of them.
    begins = first_day(int(table["month_id"][0]))
    window = str(begins.year) if begins.month == 1 else f"{begins:%Y-%m}"
    submission = folder / file_word(forecast.model, "a model")
    told = origin_of(forecast, provenance)
    path = submission / _FOLDER[unit] / f"window=Y{window}" / f"predictions_{window}.parquet"
    write_table(table, path, told)
    write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", submission / f"provenance_{window}.json")
    details = submission / "submission_details.yml"
    if not details.exists():
        names = {"team": team, "short_title": f"{team} {forecast.model}", "even_shorter_identifier": forecast.model}
        write_text(
            as_yaml(names)
            + 'authors:  # fill in\n  - name: ""\n    affil: ""\ncontact: "fill-in@example.org"  # fill in\n',
            details,
        )
    return path


def _ids(forecast: Forecast, unit: UnitColumn) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    wrong = [name for name in forecast.units if not (name.isascii() and name.isdigit() and int(name) <= _LARGEST_ID)]
    if wrong:
        raise InputError(
            f"units of a VIEWS file are numbers ({unit}), got {wrong[0]!r}. Hint: the hubverse format takes any name, "
            'and unit="unit" the same layout by name'
        )
    return np.array([int(name) for name in forecast.units], np.int32)


def _year_covered(forecast: Forecast, year: int | None) -> int:
    """The year asked for, or the only one covered, where January to December are among the steps."""
    first, last = forecast.origin + 1, forecast.origin + forecast.steps
    covered = [y for y in range(1980, 2100) if first <= 12 * (y - 1980) + 1 and 12 * (y - 1979) <= last]
    if year in covered:
        return year
    reach = f"{month_label(first)} to {month_label(last)}"
    if year is not None:
        raise InputError(f"the forecast covers {reach}, not January to December {year}")
    if len(covered) != 1:
        raise InputError(f"the forecast covers {reach}: {len(covered)} whole calendar years, and a window is one")
    return covered[0]
