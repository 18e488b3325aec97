"""Figures per actor and period: how they are counted, and where they are read from."""

from __future__ import annotations

from tocsin.digest.load import load_digest, packaged_digest, read_digest, write_digest
from tocsin.digest.tables import (
    CELL_SCHEMA,
    DIGEST_SCHEMA,
    MASS_CASUALTY_DEATHS,
    Digest,
    Provenance,
    by_side,
    make_cells,
    make_digest,
    prio_grid_cell,
    theatre_totals,
    traced_to,
)

__all__ = [
    "CELL_SCHEMA",
    "DIGEST_SCHEMA",
    "MASS_CASUALTY_DEATHS",
    "Digest",
    "Provenance",
    "by_side",
    "load_digest",
    "make_cells",
    "make_digest",
    "packaged_digest",
    "prio_grid_cell",
    "read_digest",
    "theatre_totals",
    "traced_to",
    "write_digest",
]
