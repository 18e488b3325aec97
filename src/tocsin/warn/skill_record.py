"""How well the headline model did in the replay that ships with the package, beside every model replayed with it.

Scores are by year of the origins, and of all origins up to the end of each year, so that an assessment of a past day is
told only what had come by then.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl

from tocsin.settings import packaged_folder

FILE = "skill.parquet"

Target = Literal["deaths25", "mass_casualty", "deaths"]
Score = Literal["average_precision", "brier", "log_score", "crps", "crps_log1p"]
# Scores of probabilities, and of monthly deaths.
OF_EVENTS: tuple[Score, ...] = ("average_precision", "brier", "log_score")
OF_DEATHS: tuple[Score, ...] = ("crps", "crps_log1p")
# Digits that are kept, of values and differences; the file holds them as 32-bit numbers, which have seven.
DIGITS = 4
LISTS = ("new_risk", "ongoing", "seen")
HIGHER_IS_BETTER: tuple[Score, ...] = ("average_precision",)


@dataclass(frozen=True)
class SkillRow:
    """One score of one model over the cells of a list, at the origins of `year` or of all years to its end.

    Of `n` cells the outcome came to `positives` (None for deaths, which are no event). `difference` is the headline
    model's score less this one's on the same cells, with its standard error; None for the headline model itself, for
    single years, and where the origins are too few for an error. `value` is None where there is none, as for average
    precision where nothing came. `last` is the last origin, `known_by` the month in which the last outcome was known
    (both numbered as in `tocsin.months`).
    """

    known_by: int
    year: int
    since_start: bool
    last: int
    target: Target
    horizon: int
    list: str
    n: int
    positives: int | None
    model: str
    score: Score
    value: float | None
    difference: float | None
    difference_se: float | None


@dataclass(frozen=True)
class SkillRecord:
    """The scores of a replay's origins from `first` to `last`; `headline` is the headline model's name among them.

    `versions` says what each model was, in the order in which they are shown.
    """

    headline: str
    versions: dict[str, str]
    vintage: str
    first: int
    last: int
    rows: tuple[SkillRow, ...]

    def known_by(self, month: int, horizon: int) -> SkillRecord:
        """What of one horizon's scores was known at the end of a month."""
        return replace(self, rows=tuple(r for r in self.rows if r.known_by <= month and r.horizon == horizon))

    def years(self, target: Target, among: str, score: Score) -> dict[int, tuple[SkillRow, ...]]:
        """The models' rows of each single year, the earliest first; `among` is the list."""
        found: dict[int, list[SkillRow]] = {}
        for row in self.rows:
            if not row.since_start and (row.target, row.list, row.score) == (target, among, score):
                found.setdefault(row.year, []).append(row)
        return {year: tuple(found[year]) for year in sorted(found)}

    def overall(self, target: Target, among: str) -> tuple[SkillRow, ...]:
        """The rows of all origins, up to the end of the last year there is."""
        rows = [row for row in self.rows if row.since_start and (row.target, row.list) == (target, among)]
        latest = max((row.year for row in rows), default=0)
        return tuple(row for row in rows if row.year == latest)

    def to_polars(self) -> pl.DataFrame:
        """One row per score."""
        return pl.DataFrame([tuple(getattr(row, name) for name in SCHEMA) for row in self.rows], SCHEMA, orient="row")

    def write(self, path: Path) -> None:
        """Keep it in a file; what it is of goes into the file's metadata."""
        told: dict[str, Any] = {
            "headline": self.headline,
            "vintage": self.vintage,
            "first": str(self.first),
            "last": str(self.last),
            "versions": "\n".join(f"{name}\t{version}" for name, version in self.versions.items()),
        }
        self.to_polars().write_parquet(
            path, compression="zstd", compression_level=19, statistics=False, row_group_size=1_000_000, metadata=told
        )


_TYPES: dict[str, Any] = {"int": pl.Int32, "bool": pl.Boolean, "float": pl.Float32}
SCHEMA: dict[str, Any] = {f.name: _TYPES.get(str(f.type).split(" | ")[0], pl.String) for f in fields(SkillRow)}


def better(a: SkillRow, b: SkillRow) -> bool:
    """Whether `a` did better than `b` by the score that both have; never where one has no value."""
    if a.value is None or b.value is None:
        return False
    return a.value > b.value if a.score in HIGHER_IS_BETTER else a.value < b.value


def read_skill_record(path: Path) -> SkillRecord:
    """The record of scores kept in a file."""
    told = pl.read_parquet_metadata(path)
    versions = dict(line.split("\t") for line in told["versions"].splitlines())
    table = pl.read_parquet(path).select(list(SCHEMA)).with_columns(pl.col(pl.Float32).map_elements(_kept, pl.Float64))
    rows = tuple(SkillRow(*row) for row in table.iter_rows())
    return SkillRecord(told["headline"], versions, told["vintage"], int(told["first"]), int(told["last"]), rows)


def _kept(value: float) -> float:
    """The number that was written: four digits of it are kept in the file."""
    return float(f"{value:.{DIGITS}g}")


@cache
def packaged_skill_record() -> SkillRecord:
    """The record of the headline model's scores that ships with the package."""
    return read_skill_record(packaged_folder() / FILE)
