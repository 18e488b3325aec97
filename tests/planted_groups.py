"""Made-up groups with a known cause, as a digest, and small settings under which a fit takes a second."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tocsin.digest import Digest, Provenance
from tocsin.digest.tables import make_cells, make_digest
from tocsin.forecast import boosters, counts, ensemble, risk
from tocsin.months import first_day, month_id
from tocsin.panel import Panel, build_panel

FIRST = month_id(date(1989, 1, 1))
EVENT = {
    "theatre": pl.String,
    "date_end": pl.Date,
    "date_precision_days": pl.Int32,
    "kind": pl.String,
    "actor_a": pl.String,
    "actor_b": pl.String,
    "deaths_low": pl.Int32,
    "deaths_best": pl.Int32,
    "deaths_high": pl.Int32,
    "deaths_civilians": pl.Int32,
    "lat": pl.Float64,
    "lon": pl.Float64,
}
COUNTRIES = ("Mali", "Niger", "Nigeria", "Kenya", "Somalia", "Sudan", "Peru", "Colombia", "Iraq", "Yemen")
Event = tuple[str, int, str, str, str, int]


def event_table(events: Iterable[Event]) -> pl.DataFrame:
    """Events given as (theatre, month, kind, actor, opponent, deaths), each on the first day of its month."""
    rows = [
        (theatre, first_day(month), 1, kind, a, b, deaths, deaths, deaths, None, 10.25, 20.25)
        for theatre, month, kind, a, b, deaths in events
    ]
    return pl.DataFrame(rows, schema=EVENT, orient="row")


def digest_of(
    events: Iterable[Event], *, last: int, first: int = FIRST, covers_world: bool = True, vintage: str = "planted 1"
) -> Digest:
    """The digest of made-up events, whose figures end with the month `last`."""
    table = event_table(events)
    return Digest(
        monthly=make_digest(table, "month"),
        weekly=make_digest(table, "week"),
        cells=make_cells(table),
        provenance=Provenance(
            vintage=vintage,
            source="planted",
            licence="CC0",
            citation="Made up for a test",
            first_month=first,
            last_month=last,
            place_precision="located events only",
            covers_world=covers_world,
        ),
    )


def panel_of(deaths: Iterable[Iterable[int]], *, first: int = FIRST) -> Panel:
    """Groups `g0 @ Mali`, `g1 @ Mali`, ... with these deaths a month, each month one clash with the state."""
    table = [list(row) for row in deaths]
    events: list[Event] = [
        ("Mali", first + t, "state", f"g{g}", "Government of Mali", count)
        for g, row in enumerate(table)
        for t, count in enumerate(row)
        if count
    ]
    return build_panel(digest_of(events, first=first, last=first + len(table[0]) - 1))


def rivals(*, months: int = 300, pairs: int = 40, seed: int = 5, first: int = FIRST) -> list[Event]:
    """Pairs of small rivals: one to three months after a mass-casualty attack by one, the other often escalates.

    Without the rival's attack a group hardly ever passes 25 deaths, and its own past deaths say nothing of it.
    """
    rng = np.random.default_rng(seed)
    events: list[Event] = []
    for pair in range(pairs):
        theatre = f"{COUNTRIES[pair % len(COUNTRIES)]}"
        state = f"Government of {theatre}"
        names = [f"Front {pair:02d}{side}" for side in "ab"]
        # Who is whose rival shows early.
        events += [(theatre, first + t, "nonstate", names[0], names[1], 1) for t in range(3)]
        for t in range(3, months):
            for side in (0, 1):
                if rng.random() < 0.2:
                    events.append((theatre, first + t, "state", names[side], state, int(rng.integers(1, 4))))
                if rng.random() < 0.01:
                    events.append((theatre, first + t, "onesided", names[side], "Civilians", int(rng.integers(26, 40))))
                    later = t + int(rng.integers(1, 4))
                    if later < months and rng.random() < 0.8:
                        size = int(rng.integers(30, 60))
                        events.append((theatre, first + later, "state", names[1 - side], state, size))
    return events


def entrants(*, months: int, first: int = FIRST) -> list[Event]:
    """A new group of Mali a year, from the third on, with 30 deaths in its first month and none after."""
    return [
        ("Mali", first + t, "state", f"Newcomers {t // 12:02d}", "Government of Mali", 30)
        for t in range(24, months, 12)
    ]


def with_another_future(events: Iterable[Event], month: int, *, last: int) -> list[Event]:
    """The same events up to `month`; after it other deaths, and groups never seen before whose names sort first."""
    changed = [e if e[1] <= month else (*e[:5], e[5] * 3 + 7) for e in events]
    for t in range(month + 1, last + 1):
        changed += [
            ("Mali", t, "onesided", "AAA front", "Civilians", 60),
            ("Afghanistan", t, "state", "AAA front", "Government of Afghanistan", 90),
            ("Mali", t, "nonstate", "AAA front", "Front 00a", 30),
        ]
    return changed


def use_small_models(monkeypatch: pytest.MonkeyPatch, *, members: int = 3, early: int = 2, rounds: int = 40) -> None:
    """Few and small trees and few draws, so that a fit takes a second or so."""
    monkeypatch.setattr(boosters, "REPLICATES", members)
    monkeypatch.setattr(boosters, "EARLY_REPLICATES", early)
    monkeypatch.setattr(risk, "EARLY_REPLICATES", early)
    monkeypatch.setattr(boosters, "ROUNDS", rounds)
    monkeypatch.setattr(risk, "EXCITATION_DRAWS", 40)
    monkeypatch.setattr(counts, "COUNT_ROUNDS", rounds)
    monkeypatch.setattr(counts, "ACTIVE_ROWS", 30_000)
    monkeypatch.setattr(ensemble, "WEIGHING_DRAWS", 40)


_shared: dict[str, Path] = {}


def shared_models(factory: pytest.TempPathFactory) -> Path:
    """One folder of fitted models for the whole session, whichever test file asks first."""
    return _shared.setdefault("folder", factory.mktemp("models"))


def link_models(home: Path, models: Path) -> None:
    """Let a store folder use the session's fitted models."""
    (home / "cache").mkdir(parents=True)
    (home / "cache" / "models").symlink_to(models, target_is_directory=True)
