"""The file format of the VIEWS prediction challenge 2023/24.

One folder per model, `cm/window=Y2019/predictions_2019.parquet` in it (`pgm` for PRIO-GRID), and beside them
`submission_details.yml`. A file has exactly four columns, one row per month, unit and draw: `month_id` (1 is January
1980), `country_id` (or `priogrid_gid`), `draw` (from 0) and `outcome` (deaths). A window is the calendar year; the
challenge takes 1,000 draws, and its ignorance score depends on their number.

Hegre et al. 2025, doi:10.1177/00223433241300862; https://github.com/prio-data/prediction_competition_2023.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from tocsin.digest import Provenance
from tocsin.errors import InputError
from tocsin.forecast import Forecast
from tocsin.months import first_day, month_label
from tocsin.report.exports.origin import as_yaml, file_word, origin_of, write_table, write_text

CHALLENGE_DRAWS = 1000
UnitColumn = Literal["country_id", "priogrid_gid"]
_FOLDER: dict[UnitColumn, str] = {"country_id": "cm", "priogrid_gid": "pgm"}
_LARGEST_ID = 2**31 - 1


def views_challenge_table(
    forecast: Forecast, *, year: int | None = None, unit: UnitColumn = "country_id"
) -> pl.DataFrame:
    """The twelve months of a calendar year as `month_id, country_id, draw, outcome`, sorted by the first three.

    `year` is by default the one year that the forecast covers from January to December. Ids and draws are Int32, deaths
    Int32 where all are whole and Float32 where not. Raises `InputError` where the forecast does not cover the year, or
    units are not numbers (groups have no place in this format).
    """
    ids = _ids(forecast, unit)
    january = 12 * (_year_covered(forecast, year) - 1980) + 1
    first = january - forecast.origin - 1
    # Months before units before draws, as the challenge's own benchmarks are sorted.
    order = np.argsort(ids, kind="stable")
    samples = forecast.samples[order, first : first + 12].transpose(1, 0, 2)
    months, units, draws = samples.shape
    outcome = samples.ravel()
    whole = bool((outcome == np.floor(outcome)).all()) and float(outcome.max()) <= _LARGEST_ID
    return pl.DataFrame(
        {
            "month_id": np.repeat(np.arange(january, january + 12, dtype=np.int32), units * draws),
            unit: np.tile(np.repeat(ids[order], draws), months),
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
    window = first_day(int(table["month_id"][0])).year
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
            f"units of a VIEWS file are numbers ({unit}), got {wrong[0]!r}. Hint: the hubverse format takes any name"
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
