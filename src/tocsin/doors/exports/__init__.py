"""Forecasts in the formats of others: the files of the VIEWS prediction challenge, and hubverse model output."""

from __future__ import annotations

from tocsin.doors.exports.hubverse import (
    OUTPUT_TYPES,
    QUANTILE_LEVELS,
    country_codes,
    death_classes,
    hubverse_table,
    to_hubverse,
)
from tocsin.doors.exports.views import CHALLENGE_DRAWS, to_views_challenge, views_challenge_table

__all__ = [
    "CHALLENGE_DRAWS",
    "OUTPUT_TYPES",
    "QUANTILE_LEVELS",
    "country_codes",
    "death_classes",
    "hubverse_table",
    "to_hubverse",
    "to_views_challenge",
    "views_challenge_table",
]
