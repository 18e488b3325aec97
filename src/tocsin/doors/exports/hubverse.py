"""Hubverse model output: the tables that forecasting hubs collect, one file per round and model.

`model-output/<team>-<model>/<round>-<team>-<model>.parquet` has the columns `origin_date, target, horizon, location,
output_type, output_type_id, value`; the round is the origin's date, and the month forecast is `origin_date` plus
`horizon` months. Output types: `quantile` (id: the level), `sample` (id: a number that the months of one draw of one
location share, so that a path in time stays one) and `pmf` (id: a class of deaths; its target is `deaths class`, since
a hub allows these only for targets in classes). Ids are text, the type that holds them all: a hub sets
`"output_type_id_datatype": "character"`.

https://docs.hubverse.io/en/latest/user-guide/model-output.html; the pattern of file names is that of hubValidations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin import __version__
from tocsin.countries import find_country
from tocsin.digest import Provenance
from tocsin.doors.exports.origin import as_yaml, file_word, origin_of, write_table, write_text
from tocsin.errors import InputError
from tocsin.forecast import Forecast
from tocsin.panel import Panel
from tocsin.verify import VIEWS_BINS

OutputType = Literal["quantile", "sample", "pmf"]
OUTPUT_TYPES: tuple[OutputType, ...] = ("quantile", "sample", "pmf")
QUANTILE_LEVELS = (0.01, 0.025, *(round(0.05 * k, 2) for k in range(1, 20)), 0.975, 0.99)
"""The 23 levels that the hubs of infectious diseases have in common."""


def hubverse_table(
    forecast: Forecast,
    *,
    output_type: OutputType | Sequence[OutputType] = "quantile",
    locations: Mapping[str, str] | None = None,
    first_step: int = 1,
) -> pl.DataFrame:
    """A forecast as hubverse rows, sorted by output type, location as in the forecast, horizon and id.

    `locations` renames units (those not in it keep their name); `first_step` leaves out nearer months. Quantiles are
    those of the draws, linearly interpolated; classes are those of the VIEWS challenge (`death_classes`). Raises
    `InputError` for other output types, a step beyond the forecast, and two units of one location.
    """
    types = [output_type] if isinstance(output_type, str) else list(output_type)
    if not types or set(types) - set(OUTPUT_TYPES) or len(set(types)) < len(types):
        raise InputError(f"output types are {', '.join(OUTPUT_TYPES)}, each once; got {', '.join(types) or 'none'}")
    if not 1 <= first_step <= forecast.steps:
        raise InputError(f"the forecast has steps 1 to {forecast.steps}, got {first_step}")
    renamed: Mapping[str, str] = locations or {}
    names = [renamed.get(unit, unit) for unit in forecast.units]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"two units are of one location, {twice!r}")
    parts = []
    for kind in types:
        ids, values = _MADE[kind](forecast.samples[:, first_step - 1 :])
        parts.append(_rows(kind, ids, values, names, forecast, first_step))
    return pl.concat(parts)


def to_hubverse(
    forecast: Forecast,
    folder: Path,
    *,
    output_type: OutputType | Sequence[OutputType] = "quantile",
    locations: Mapping[str, str] | None = None,
    first_step: int = 1,
    team: str = "tocsin",
    file_format: Literal["parquet", "csv"] = "parquet",
    provenance: Provenance | None = None,
) -> Path:
    """Write a forecast below a hub's folder, with the model's metadata, and give the file's path.

    A hub has one file per round and model: several output types go in together, and writing again replaces it. What
    the figures are is in `model-metadata/<team>-<model>.yml` and, of a Parquet file, in its metadata. Raises
    `InputError` as `hubverse_table` does, and where nothing can be written.
    """
    table = hubverse_table(forecast, output_type=output_type, locations=locations, first_step=first_step)
    team_abbr, model_abbr = file_word(team, "a team"), file_word(forecast.model, "a model")
    model_id = f"{team_abbr}-{model_abbr}"
    told = origin_of(forecast, provenance)
    path = folder / "model-output" / model_id / f"{forecast.as_of.isoformat()}-{model_id}.{file_format}"
    write_table(table, path, told)
    metadata = {
        "team_name": team,
        "team_abbr": team_abbr,
        "model_name": forecast.model,
        "model_abbr": model_abbr,
        "model_version": __version__,
        "data_inputs": told["vintage"],
    }
    # Hubs spell it so.
    metadata |= {hub: told[ours] for hub, ours in (("license", "licence"), ("citation", "citation")) if ours in told}
    write_text(as_yaml(metadata), folder / "model-metadata" / f"{model_id}.yml")
    return path


def country_codes(panel: Panel) -> dict[str, str]:
    """The ISO 3166-1 alpha-3 code of each unit of a panel of countries, for those whose country is known."""
    known = {unit: find_country(name) for unit, name in zip(panel.groups, panel.theatres, strict=True)}
    return {unit: country.iso3 for unit, country in known.items() if country is not None}


def death_classes() -> tuple[str, ...]:
    """The classes of deaths of the VIEWS challenge, from low to high: `0`, `1-2`, `3-5`, ..., `1001+`."""
    edges = [int(np.ceil(edge)) for edge in VIEWS_BINS[:-1]]
    names = [str(low) if low == high - 1 else f"{low}-{high - 1}" for low, high in pairwise(edges)]
    return (*names, f"{edges[-1]}+")


Samples = NDArray[np.float32]
Ids = NDArray[np.int64] | Sequence[str]


def _quantiles(samples: Samples) -> tuple[Ids, NDArray[np.float64]]:
    values = np.quantile(samples.astype(np.float64), QUANTILE_LEVELS, axis=2)
    return [f"{level:g}" for level in QUANTILE_LEVELS], np.moveaxis(values, 0, 2)


def _samples(samples: Samples) -> tuple[Ids, NDArray[np.float64]]:
    units, steps, draws = samples.shape
    # One number per draw and location, the same in each of its months: positive, and unique in the file.
    ids = 1 + np.arange(units)[:, None, None] * draws + np.arange(draws)[None, None, :]
    return np.broadcast_to(ids, (units, steps, draws)).ravel(), samples.astype(np.float64)


def _classes(samples: Samples) -> tuple[Ids, NDArray[np.float64]]:
    edges = np.array(VIEWS_BINS)
    which = np.searchsorted(edges, samples, side="right") - 1
    counts = np.stack([(which == k).sum(axis=2) for k in range(len(edges) - 1)], axis=2)
    return list(death_classes()), counts / samples.shape[2]


def _rows(
    kind: OutputType, ids: Ids, values: NDArray[np.float64], names: list[str], forecast: Forecast, first_step: int
) -> pl.DataFrame:
    """Values (location, step, id) as rows; `ids` are those of one cell, or of every row."""
    units, steps, per_cell = values.shape
    horizon = np.arange(first_step, first_step + steps, dtype=np.int32)
    frame = pl.DataFrame(
        {
            "location": pl.Series(names, dtype=pl.String).gather(np.repeat(np.arange(units), steps * per_cell)),
            "horizon": np.tile(np.repeat(horizon, per_cell), units),
            "output_type_id": ids if len(ids) == values.size else np.tile(np.array(ids), units * steps),
            "value": values.ravel(),
        }
    )
    return frame.select(
        pl.lit(forecast.as_of).alias("origin_date"),
        pl.lit("deaths class" if kind == "pmf" else "deaths").alias("target"),
        "horizon",
        "location",
        pl.lit(kind).alias("output_type"),
        pl.col("output_type_id").cast(pl.String),
        "value",
    )


_MADE: dict[OutputType, Callable[[Samples], tuple[Ids, NDArray[np.float64]]]] = {
    "quantile": _quantiles,
    "sample": _samples,
    "pmf": _classes,
}
