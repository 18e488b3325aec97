"""The part of a model card that is its record: scores, what came of levels, and where the record flatters.

Figures are those of the record that ships with the package, each for six months ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tocsin.panel import CROSSING_DEATHS
from tocsin.warn.level_record import LevelRecord
from tocsin.warn.record import Record
from tocsin.warn.skill_record import LISTS, Score, SkillRecord, SkillRow, Target

HORIZON = 6  # the months ahead that a card's record is of
# What the headline model is compared with, by score.
BASELINES: dict[Score, str] = {
    "average_precision": "recency",
    "brier": "base_rate",
    "log_score": "base_rate",
    "crps": "climatology_12",
    "crps_log1p": "climatology_12",
}
# Average precision of 25 deaths within six months at new risk, of the replay behind the packaged record, which does not
# keep apart groups that crossed before and those that never did. By list: group-months, share to which it came, value
# of each model, the headline model's less recency's, its standard error. Those of docs/models.md; a test compares them.
_APART: dict[str, tuple[int, float, dict[str, float], float, float]] = {
    "previously_crossed": (
        105_090,
        0.011,
        {"recency": 0.100, "trees": 0.128, "excitation": 0.114, "ensemble": 0.131},
        0.031,
        0.008,
    ),
    "first": (28_189, 0.029, {"recency": 0.243, "trees": 0.351, "excitation": 0.308, "ensemble": 0.354}, 0.111, 0.021),
}
# Lists whose base rates stand beside what came of a level: the view by which it is given, and for mass-casualty attacks
# the ongoing ones too, since most of its groups are.
_BESIDE: dict[Literal["deaths25", "mass_casualty"], tuple[str, ...]] = {
    "deaths25": ("new_risk",),
    "mass_casualty": ("seen", "ongoing"),
}
# Where probabilities of new risks were too high in the replay, by target: from and up to which.
_TOO_HIGH: dict[Target, tuple[float, float]] = {"deaths25": (0.6, 1.0), "mass_casualty": (0.3, 0.6)}


@dataclass(frozen=True)
class RecordLine:
    """One score of a model in the packaged replay, and its difference to another model on the same cells.

    `base_rate` is the share of the `n` group-months in which the outcome came (None for deaths, which are no event).
    `difference` is this model's score less that of `compared_with`, with its standard error over origins: the headline
    model is compared with the baseline of that score, others with the headline model. None where nothing is known.
    """

    target: str
    list: str
    horizon: int
    score: str
    value: float | None
    compared_with: str | None
    difference: float | None
    standard_error: float | None
    n: int
    base_rate: float | None


@dataclass(frozen=True)
class LevelLine:
    """What came of a level of the headline model: in `came` of `n` group-months the outcome came within six months.

    `base_rates` has the share of all group-months in which it came, by list.
    """

    level: str
    target: str
    n: int
    came: int
    base_rates: tuple[tuple[str, float], ...]


def record_lines(skill: SkillRecord, name: str) -> Iterator[RecordLine]:
    """Every score of a model over all origins, by outcome and list."""
    targets: tuple[Target, ...] = ("deaths25", "mass_casualty", "deaths")
    for target in targets:
        for among in LISTS:
            rows = [row for row in skill.overall(target, among) if row.horizon == HORIZON]
            yield from (_line(row, rows, skill.headline) for row in rows if row.model == name)
            if (target, among) == ("deaths25", "new_risk"):
                yield from _apart(name, skill.headline)


def _apart(name: str, headline: str) -> Iterator[RecordLine]:
    """Groups at new risk that crossed before, and those that never did, apart."""
    for among, (n, rate, values, difference, error) in _APART.items():
        if name in values:
            other = {headline: "recency", "recency": headline}.get(name)
            yield RecordLine(
                target="deaths25",
                list=among,
                horizon=HORIZON,
                score="average_precision",
                value=values[name],
                compared_with=other,
                difference=None if other is None else difference if name == headline else -difference,
                standard_error=None if other is None else error,
                n=n,
                base_rate=rate,
            )


def _line(row: SkillRow, rows: list[SkillRow], headline: str) -> RecordLine:
    # The file has the headline model's score less that of each other one.
    other = BASELINES[row.score] if row.model == headline else headline
    of = other if row.model == headline else row.model
    pair = next((one for one in rows if (one.model, one.score) == (of, row.score)), None)
    known = pair is not None and pair.difference is not None
    sign = 1.0 if row.model == headline else -1.0
    return RecordLine(
        target=row.target,
        list=row.list,
        horizon=row.horizon,
        score=row.score,
        value=row.value,
        compared_with=other if known else None,
        difference=sign * pair.difference if pair and pair.difference is not None else None,
        standard_error=pair.difference_se if pair and known else None,
        n=row.n,
        base_rate=None if row.positives is None or not row.n else row.positives / row.n,
    )


def level_lines(record: LevelRecord, skill: SkillRecord) -> Iterator[LevelLine]:
    """What came of *warning* and *watch*, by the view that put a group there."""
    for level in ("warning", "watch"):
        for target, lists in _BESIDE.items():
            came, n = record.of(level, target)
            rates = ((among, _base_rate(skill, target, among)) for among in lists)
            yield LevelLine(level, target, n, came, tuple((among, rate) for among, rate in rates if rate is not None))


def _base_rate(skill: SkillRecord, target: Target, among: str) -> float | None:
    """The share of a list's group-months in which an outcome came."""
    rows = (row for row in skill.overall(target, among) if row.horizon == HORIZON and row.model == skill.headline)
    return next((row.positives / row.n for row in rows if row.positives is not None and row.n), None)


def too_high(record: Record) -> Iterator[str]:
    """What came of the few high probabilities of new risks, one sentence for each outcome."""
    what = {"deaths25": f"{CROSSING_DEATHS} deaths or more", "mass_casualty": "a mass-casualty attack"}
    for target, (low, high) in _TOO_HIGH.items():
        rows = [
            row
            for row in record.rows
            if (row.target, row.horizon, row.list) == (target, HORIZON, "new_risk") and low <= row.low < high
        ]
        n, came, said = sum(r.n for r in rows), sum(r.came for r in rows), sum(r.expected for r in rows)
        if n:
            span = f"{low:.0%} or more" if high == 1.0 else f"{low:.0%} to {high:.0%}"
            yield (
                f"The few high probabilities of new risks were too high: of {n:,} group-months given a chance of "
                f"{span} of {what[target]} within {HORIZON} months {came / n:.0%} had it ({said / n:.0%} was said)."
            )
