"""Attacks of groups in other parts of the world, from a digest made by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from planted_groups import EVENT
from tocsin.digest import Digest, Provenance, make_cells, make_digest
from tocsin.months import month_id
from tocsin.rivalry.distant import distant_sources
from tocsin.rivalry.planted import Situation, plant
from tocsin.rivalry.series import make_series

MONDAY = date(2015, 1, 5)
Row = tuple[object, ...]


def attack(theatre: str, actor: str, week: int, *, day: int = 0, against: str = "Civilians") -> Row:
    kind = {"Civilians": "onesided"}.get(against, "state" if against.startswith("Government") else "nonstate")
    when = MONDAY + timedelta(days=7 * week + day)
    return (theatre, when, 1, kind, actor, against, 1, 1, 1, None, 10.25, 20.25)


def attacks(theatre: str, actor: str, weeks: range, **changes: object) -> list[Row]:
    return [attack(theatre, actor, week, **changes) for week in weeks]  # type: ignore[arg-type]


HERE = [
    *attacks("Mali", "Ansar", range(0, 100, 5)),
    *attacks("Mali", "Corps", range(2, 100, 5)),
    *attacks("Mali", "Rare Band", range(3)),  # in the theatre, with too few attacks
]


def digest_of(rows: list[Row]) -> Digest:
    events = pl.DataFrame(rows, schema=EVENT, orient="row")
    provenance = Provenance(
        vintage="made-up 1",
        source="made-up",
        licence="CC0",
        citation="nobody",
        first_month=month_id(date(2014, 1, 1)),
        last_month=month_id(date(2016, 12, 31)),
        place_precision="exact",
    )
    return Digest(make_digest(events, "month"), make_digest(events, "week"), make_cells(events), provenance)


def far(rows: list[Row], kind: str = "onesided", countries: tuple[str, ...] = ("Mali",)) -> np.ndarray:
    digest = digest_of([*HERE, *rows])
    return distant_sources(digest, make_series(digest, "Mali", kind=kind), countries)  # type: ignore[arg-type]


def test_weeks_are_those_of_the_series() -> None:
    rows = [
        *attacks("Colombia", "Band", range(10, 20)),
        attack("Colombia", "Band", 12, day=6),  # a Sunday
        *attacks("Colombia", "Band", range(-5, 0)),  # before the series begins
    ]
    found = far(rows)
    assert found.shape == (1, make_series(digest_of([*HERE, *rows]), "Mali").n_periods)
    assert {int(t): int(found[0, t]) for t in np.flatnonzero(found[0])} == {**dict.fromkeys(range(10, 20), 1), 12: 2}


def test_groups_of_the_same_region_are_near() -> None:
    assert far(attacks("Niger", "Band", range(30))).shape[0] == 0
    assert far(attacks("Syria", "Band", range(30))).shape[0] == 1
    # A theatre of two regions has both for its own.
    assert far(attacks("Syria", "Band", range(30)), countries=("Mali", "Yemen")).shape[0] == 0


@pytest.mark.parametrize("actor", ["Ansar", "Corps", "Ansar, Band", "Rare Band"])
def test_an_actor_of_the_theatre_is_not_distant_elsewhere(actor: str) -> None:
    assert far(attacks("Syria", actor, range(30))).shape[0] == 0


def test_the_same_name_in_two_countries_is_two_sources_and_few_attacks_are_none() -> None:
    rows = [
        *attacks("Syria", "Band", range(10)),
        *attacks("Iraq", "Band", range(20, 30)),
        *attacks("Peru", "Few", range(9)),
    ]
    found = far(rows)
    assert sorted(tuple(np.flatnonzero(row)) for row in found) == [tuple(range(10)), tuple(range(20, 30))]


def test_kinds_are_those_of_the_series_and_states_are_no_groups() -> None:
    clashes = [
        *attacks("Mali", "Ansar", range(0, 100, 5), against="Government of Mali"),
        *attacks("Mali", "Corps", range(0, 100, 5), against="Government of Mali"),
        *attacks("Colombia", "Band", range(12), against="Government of Colombia"),
        *attacks("Colombia", "Government of Colombia", range(15)),
        *attacks("Colombia", "Band", range(40, 60), against="Other Band"),
    ]
    assert far(clashes).shape[0] == 0
    assert far(clashes, kind="state").sum() == 12
    assert far(clashes, kind="all").sum() == 12


def test_a_series_of_days_has_none() -> None:
    daily = plant(Situation(n_groups=2, days=400), np.random.default_rng(1))
    assert distant_sources(digest_of(HERE), daily, ("Mali",)).shape == (0, 400)
