"""Small monthly digests, written by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

Row = dict[str, object]


def _row(theatre: str, actor: str, month: str, kind: str, opponent: str, events: int, deaths: int) -> Row:
    mass = 1 if kind == "onesided" and deaths >= 20 else 0
    return {
        "theatre": theatre,
        "actor": actor,
        "period": date.fromisoformat(f"{month}-01"),
        "kind": kind,
        "opponent": opponent,
        "events": events,
        "deaths_low": deaths,
        "deaths_best": deaths,
        "deaths_high": 2 * deaths,
        "largest_event_deaths": deaths,
        "mass_casualty_events": mass,
        "mass_civilian_harm_events": None,
    }


class Planting:
    """Rows of a monthly digest: battles with the state, clashes of two groups, attacks on civilians."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def battle(self, theatre: str, month: str, group: str, deaths: int = 1, events: int = 1) -> Planting:
        self.rows.append(_row(theatre, group, month, "state", "state", events, deaths))
        self.rows.append(_row(theatre, f"Government of {theatre}", month, "state", group, events, deaths))
        return self

    def clash(self, theatre: str, month: str, one: str, other: str, deaths: int = 1, events: int = 1) -> Planting:
        self.rows.append(_row(theatre, one, month, "nonstate", other, events, deaths))
        self.rows.append(_row(theatre, other, month, "nonstate", one, events, deaths))
        return self

    def attack(self, theatre: str, month: str, group: str, deaths: int = 1, events: int = 1) -> Planting:
        self.rows.append(_row(theatre, group, month, "onesided", "civilians", events, deaths))
        return self

    def monthly(self) -> pl.DataFrame:
        whole = dict.fromkeys(("events", "deaths_low", "deaths_best", "deaths_high", "largest_event_deaths"), pl.Int32)
        more = {"mass_casualty_events": pl.Int32, "mass_civilian_harm_events": pl.Int32}
        return pl.DataFrame(self.rows, schema_overrides={**whole, **more})


@pytest.fixture
def plant() -> Callable[[], Planting]:
    """Begins an empty planting."""
    return Planting
