"""Half-degree cells as files for maps: GeoParquet, GeoJSON, CSV.

A row is an actor, a month and a cell: `group` (empty for governments), `actor, theatre, month, cell, lat, lon` (the
cell's centre), `events, deaths_best`, where the figures come from, and the cell's polygon. A clash of two groups is in
the rows of both, so figures are not summed over actors. Cells and months are the finest there is: no event, no place
within a cell.

What may leave the machine is decided by the terms of the sources. From half-degree cells single events can be told
back, so where the terms of any source in the figures forbid that, no file is made at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl

from tocsin import __version__
from tocsin.actors import is_group
from tocsin.digest import Digest
from tocsin.digest.used import terms_of_figures
from tocsin.doors.exports.origin import write_table, write_text
from tocsin.doors.wkb import cell_polygons, cell_rings
from tocsin.errors import InputError, NotHeldError
from tocsin.months import first_day, last_day, month_label
from tocsin.plain import printable
from tocsin.results import traced
from tocsin.sources.terms import check_exported
from tocsin.spreadsheet import csv_text

CellFormat = Literal["geoparquet", "geojson", "csv"]
CELL_FORMATS: dict[str, CellFormat] = {
    ".parquet": "geoparquet",
    ".geojson": "geojson",
    ".json": "geojson",
    ".csv": "csv",
}
"""The format that the ending of a file's name stands for."""
GEOPARQUET_VERSION = "1.1.0"
COUNTED_TWICE = "A clash of two groups is in the rows of both: figures are not to be summed over actors."


def cell_rows(
    digest: Digest,
    *,
    first: int | None = None,
    last: int | None = None,
    theatres: Sequence[str] | None = None,
    actor: str | None = None,
) -> pl.DataFrame:
    """The cells of the months `first` to `last` (months.py's numbers; by default all), without their polygons.

    `theatres` and `actor` leave out others. Raises `InputError` for a period that is none or reaches beyond the
    figures, `NotHeldError` where there is no row.
    """
    told = digest.provenance
    first, last = told.first_month if first is None else first, told.last_month if last is None else last
    reach = f"{month_label(told.first_month)} to {month_label(told.last_month)}"
    if first > last:
        raise InputError(f"the period begins in {month_label(first)}, after its end, {month_label(last)}")
    if first < told.first_month or last > told.last_month:
        raise InputError(f"the figures cover {reach}, asked for were {month_label(first)} to {month_label(last)}")
    rows = digest.cells.filter(pl.col("period").is_between(first_day(first), last_day(last)))
    if theatres is not None:
        rows = rows.filter(pl.col("theatre").is_in(list(theatres)))
    if actor is not None:
        rows = rows.filter(pl.col("actor") == actor)
    if rows.is_empty():
        raise NotHeldError(
            f"no event in any cell from {month_label(first)} to {month_label(last)} of what was asked for"
        )
    row, column = (pl.col("cell") - 1) // 720, (pl.col("cell") - 1) % 720
    made = rows.sort("period", "theatre", "actor", "cell").select(
        pl.when(is_group(pl.col("actor"))).then(pl.concat_str("actor", pl.lit(" @ "), "theatre")).alias("group"),
        "actor",
        "theatre",
        pl.col("period").alias("month"),
        "cell",
        (row / 2 - 89.75).alias("lat"),
        (column / 2 - 179.75).alias("lon"),
        "events",
        "deaths_best",
    )
    return traced(made, digest.comes_from)


def write_cells(digest: Digest, path: Path, format: CellFormat, **asked: Any) -> int:
    """Write the cells that `cell_rows` gives to a file, all of it or nothing; gives the number of rows.

    Raises `InputError` where the terms of a source forbid it and where nothing can be written, and as `cell_rows` does.
    """
    check_terms(digest)
    rows = cell_rows(digest, **asked)
    about = about_cells(digest)
    if format == "geoparquet":
        write_table(_with_polygons(rows), path, {"geo": json.dumps(_geo(rows)), **about})
    elif format == "geojson":
        write_text(_geojson(rows, about), path)
    else:
        # Where it comes from stands in each row; the citation too, since a CSV has no other place for it.
        cited = rows.with_columns(pl.lit(about["citation"]).alias("citation"))
        write_text(csv_text(cited), path)
    return rows.height


def check_terms(digest: Digest) -> None:
    """Raises `InputError` where the terms of any source in the figures do not allow cells to be passed on."""
    check_exported(
        terms_of_figures(digest.provenance),
        f"no file of half-degree cells is made from {digest.provenance.vintage}: single events can be told from it",
        "'tocsin explain GROUP' shows the cells of a group on this machine",
    )


def about_cells(digest: Digest) -> dict[str, str]:
    """What a file of cells says of itself, as text."""
    told, end = digest.provenance, last_day(digest.provenance.last_month).isoformat()
    about = {
        "title": "Events and deaths per armed actor, month and half-degree cell (PRIO-GRID)",
        "source": told.source,
        "vintage": told.vintage,
        "licence": told.licence,
        "citation": told.citation,
        "as_of": end,
        "data_until": end,
        "place_precision": told.place_precision,
        "notes": " ".join((COUNTED_TWICE, *told.notes)),
        "made_with": f"tocsin {__version__}",
    }
    return {name: printable(text) for name, text in about.items()}


def _with_polygons(rows: pl.DataFrame) -> pl.DataFrame:
    cells = rows["cell"].unique().sort()
    shapes = pl.DataFrame(
        {"cell": cells, "geometry": cell_polygons(cells.to_numpy())}, schema_overrides={"geometry": pl.Binary}
    )
    return rows.join(shapes, on="cell", how="left", maintain_order="left")


def _geo(rows: pl.DataFrame) -> dict[str, Any]:
    """The GeoParquet metadata (https://geoparquet.org/releases/v1.1.0/); no `crs` means longitude and latitude."""
    column = {
        "encoding": "WKB",
        "geometry_types": ["Polygon"],
        "orientation": "counterclockwise",
        "edges": "planar",
        "bbox": _bbox(rows),
    }
    return {"version": GEOPARQUET_VERSION, "primary_column": "geometry", "columns": {"geometry": column}}


def _bbox(rows: pl.DataFrame) -> list[float]:
    """West, south, east and north of all cells."""
    rings = cell_rings(rows["cell"].unique().to_numpy())
    return [
        float(rings[..., 0].min()),
        float(rings[..., 1].min()),
        float(rings[..., 0].max()),
        float(rings[..., 1].max()),
    ]


def _geojson(rows: pl.DataFrame, about: dict[str, str]) -> str:
    """A FeatureCollection (RFC 7946), one feature a line; foreign members beside `features` say where it is from."""
    rings = cell_rings(rows["cell"].to_numpy())
    # What is the same in every row stands once.
    own = rows.drop("vintage", "model", "as_of", "data_until", "licence").with_columns(
        pl.col("month").dt.strftime("%Y-%m")
    )
    features = [
        json.dumps(
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring.tolist()]},
                "properties": {
                    name: printable(value) if isinstance(value, str) else value for name, value in row.items()
                },
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for row, ring in zip(own.iter_rows(named=True), np.round(rings, 2), strict=True)
    ]
    head = json.dumps({"type": "FeatureCollection", "bbox": _bbox(rows), **about}, ensure_ascii=False)
    return f'{head[:-1]}, "features": [\n' + ",\n".join(features) + "\n]}\n"
