"""What a replay came to, and the forms it goes out in."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from tocsin.errors import DataError, NotHeldError
from tocsin.replay.calibration import ReliabilityRow
from tocsin.replay.plan import UNITS, Plan
from tocsin.replay.record import MANIFEST, SUMMARY, part_path, read_json, read_part
from tocsin.replay.summary import Row
from tocsin.results import Card, Result, Traced, rows_of
from tocsin.sources.unpacking import first_line
from tocsin.typed import typed


@dataclass(frozen=True)
class Replay(Result):
    """A finished replay: its plan, what it is of (`manifest`), and the rows of its summary.

    `reliability` are the classes of its reliability tables; `notes` is what a reader must know; `directory` holds all
    of it and every cell.
    """

    plan: Plan
    manifest: dict[str, Any]
    rows: tuple[Row, ...]
    reliability: tuple[ReliabilityRow, ...]
    notes: tuple[str, ...]
    directory: Path

    def to_dict(self) -> dict[str, Any]:
        """Plain values under the documented keys."""
        plan = self.plan.to_dict()
        told = {name: self.manifest[name] for name in ("data_until", "citation", "licence")}
        return {
            "unit": plan["unit"],
            "from": plan["from"],
            "to": plan["to"],
            "vintage": self.manifest["vintage"],
            "as_of_mode": plan["as_of_mode"],
            "lag_days": plan["lag_days"],
            "refit": plan["refit"],
            "draws": plan["draws"],
            "seed": plan["seed"],
            "models": plan["models"],
            **told,
            "notes": list(self.notes),
            "rows": [asdict(row) for row in self.rows],
        }

    PARTS: ClassVar[tuple[str, ...]] = ("rows", "reliability", "cells")

    @property
    def comes_from(self) -> Traced:
        """The data and models replayed; as of the last day of the figures that the outcomes are of."""
        told, plan = self.manifest, self.plan.to_dict()
        end = date.fromisoformat(told["data_until"])
        return Traced(
            f"Replay of {UNITS[self.plan.unit]}, origins {plan['from']} to {plan['to']}",
            told["vintage"],
            model=", ".join(told["models"]),
            as_of=end,
            data_until=end,
            licence=told["licence"],
            citation=told["citation"],
        )

    def _table(self, part: str) -> pl.DataFrame:
        """`rows`: one per figure of the summary; `reliability`: its classes; `cells`: every origin and unit."""
        if part == "cells":
            return self.cells()
        return rows_of(Row, self.rows) if part == "rows" else rows_of(ReliabilityRow, self.reliability)

    def _card(self) -> Card:
        from tocsin.replay.card import replay_card

        return replay_card(self)

    def cells(self) -> pl.DataFrame:
        """Every origin and unit with what each model said and what came of it (see `tocsin.replay.score`).

        Raises `DataError` where a part is no longer whole.
        """
        parts = []
        for month, origins in self.plan.tasks().items():
            part = read_part(self.directory, month, origins)
            if part is None:
                raise DataError(f"{part_path(self.directory, month)}: is not there whole")
            parts.append(part)
        try:
            return pl.concat(parts)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise DataError(f"{self.directory}: its parts do not fit together ({first_line(error)})") from None


def read_replay(directory: Path) -> Replay:
    """The finished replay in a directory.

    Raises `MissingFileError` where there is none, `NotHeldError` where it is not finished, `DataError` where it is
    damaged.
    """
    manifest = read_json(directory / MANIFEST)
    try:
        plan = Plan.from_dict(manifest["plan"])
        typed(_Told, {name.name: manifest[name.name] for name in fields(_Told)})
        if not (directory / SUMMARY).exists():
            tasks = plan.tasks()
            done = sum(len(told) for month, told in tasks.items() if read_part(directory, month, told) is not None)
            raise NotHeldError(
                f"the replay in {directory} is not finished ({done} of {len(plan.origins)} origins). Hint: the command "
                "that began it goes on with it"
            )
        summary = read_json(directory / SUMMARY)
        return Replay(
            plan=plan,
            manifest=manifest,
            rows=tuple(typed(Row, row) for row in summary["rows"]),
            reliability=tuple(typed(ReliabilityRow, row) for row in summary["reliability"]),
            notes=typed(_Notes, {"notes": summary["notes"]}).notes,
            directory=directory,
        )
    except DataError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DataError(f"{directory}: does not hold what a replay writes ({type(error).__name__}: {error})") from None


@dataclass(frozen=True)
class _Told:
    """What the manifest says beside the plan."""

    vintage: str
    data_until: date
    citation: str
    licence: str
    models: dict[str, str]


@dataclass(frozen=True)
class _Notes:
    notes: tuple[str, ...]
