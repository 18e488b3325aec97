"""What a replay came to, and the forms it goes out in."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import polars as pl

from tocsin.errors import DataError, NotHeldError
from tocsin.replay.calibration import ReliabilityRow
from tocsin.replay.plan import Plan
from tocsin.replay.record import MANIFEST, SUMMARY, part_path, read_json, read_part
from tocsin.replay.summary import Row


@dataclass(frozen=True)
class Replay:
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

    def to_polars(self) -> pl.DataFrame:
        """One row per figure of the summary."""
        text = ("target", "population", "model", "metric", "baseline")
        types = {f.name: pl.String if f.name in text else pl.Float64 for f in fields(Row)}
        schema = types | {"horizon": pl.Int64, "n": pl.Int64}
        return pl.DataFrame([asdict(row) for row in self.rows], schema=schema)

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
        return pl.concat(parts)


def read_replay(directory: Path) -> Replay:
    """The finished replay in a directory.

    Raises `MissingFileError` where there is none, `NotHeldError` where it is not finished, `DataError` where it is
    damaged.
    """
    manifest = read_json(directory / MANIFEST)
    try:
        plan = Plan.from_dict(manifest["plan"])
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
            rows=tuple(Row(**row) for row in summary["rows"]),
            reliability=tuple(ReliabilityRow(**row) for row in summary["reliability"]),
            notes=tuple(summary["notes"]),
            directory=directory,
        )
    except (KeyError, TypeError) as error:
        raise DataError(f"{directory}: does not hold what a replay writes ({error!r})") from None
