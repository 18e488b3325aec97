"""Groups of other parts of the world, which the groups of a theatre have no way to answer."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.actors import is_named_group
from tocsin.countries import countries
from tocsin.digest import Digest
from tocsin.groups.names import members
from tocsin.rivalry.series import Kind, Series

Floats = NDArray[np.float64]

LEAST_ATTACKS = 10


def distant_sources(digest: Digest, series: Series, theatre_countries: tuple[str, ...]) -> Floats:
    """Attacks (source, period) of groups of other regions than the theatre's, over the periods of a weekly series.

    Regions are UCDP's five. A group whose actor, or a member of it, is active in the theatre too is left out: it is
    the same organisation. Empty for a series of days.
    """
    if series.step_days != 7:
        return np.zeros((0, series.n_periods))
    region = {country.name: country.region for country in countries()}
    near = {region.get(name) for name in theatre_countries}
    far = [name for name, where in region.items() if where not in near]
    present = (*series.groups, *(out.group for out in series.left_out))
    here = {name.rsplit(" @ ", 1)[0] for name in present}
    here |= {member for name in here for member in members(name)}
    rows = (
        digest.weekly.with_columns(pl.col("theatre", "actor", "kind").cast(pl.String))
        .filter(pl.col("theatre").is_in(far) & is_named_group(pl.col("actor")) & _of_kind(series.kind))
        .filter(pl.col("period").is_between(series.first, series.last))
        .group_by("theatre", "actor", "period")
        .agg(pl.col("events").sum())
        .filter(pl.col("events").sum().over("theatre", "actor") >= LEAST_ATTACKS)
        .sort("theatre", "actor", "period")
    )
    rows = rows.filter(~pl.col("actor").map_elements(lambda a: bool(here & {a, *members(a)}), return_dtype=pl.Boolean))
    keys = rows.select("theatre", "actor").unique(maintain_order=True).with_row_index("source")
    placed = rows.join(keys, on=["theatre", "actor"])
    week = ((placed["period"] - series.first).dt.total_days() // 7).to_numpy()
    out = np.zeros((keys.height, series.n_periods))
    out[placed["source"].to_numpy(), week] = placed["events"].to_numpy()
    return out


def _of_kind(kind: Kind) -> pl.Expr:
    if kind == "onesided":
        return pl.col("kind") == "onesided"
    if kind == "state":
        return pl.col("kind") == "state"
    return pl.col("kind") != "nonstate"
