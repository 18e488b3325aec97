"""Registers every command on the root, in the order the help shows them."""
# ruff: noqa: F401

from __future__ import annotations

from tocsin.cli import (
    acknowledge,
    assess,
    brief,
    cells,
    cite,
    compare,
    data,
    digest,
    explain,
    groups,
    models,
    pull,
    questions,
    replay,
    revisions,
    rivalry,
    serve,
    site,
    whatif,
    whatif_calibrate,
)
