"""The scores of a replay year by year, and of all years to the end of each, as packaged for `tocsin.warn`.

Scores, errors and the baselines' cells are those of `tocsin.replay.summary`; here each model is compared with the
headline model instead of with one baseline.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from math import isfinite

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.forecast.model import HORIZONS, TARGETS
from tocsin.replay.result import Replay
from tocsin.replay.score import column
from tocsin.replay.summary import BLOCK_MONTHS, PROBABILITY_METRICS, outcome, populations, score_column
from tocsin.verify import (
    Estimate,
    OriginScore,
    average_precision_by_origin,
    bootstrap_difference,
    paired_difference,
)
from tocsin.warn.skill_record import DIGITS, LISTS, OF_DEATHS, Score, SkillRecord, SkillRow, Target

Floats = NDArray[np.float64]
DIGITS_OF_ERRORS = 2


def skill_record_of(replay: Replay, headline: str) -> SkillRecord:
    """Score all models of a replay of groups; `headline` is the one that the others are compared with.

    Raises `InputError` for a replay of countries and one without the headline model's probabilities.
    """
    plan, manifest = replay.plan, replay.manifest
    cells = replay.cells()
    wanted = [column(headline, "p", target, horizon) for target in TARGETS for horizon in HORIZONS]
    if plan.unit != "group" or (missing := [name for name in wanted if name not in cells.columns]):
        why = "is of countries" if plan.unit != "group" else f"has no probabilities of {headline}: {', '.join(missing)}"
        raise InputError(f"the replay in {replay.directory} {why}")
    # The headline model first, then the others as they were named.
    models = (headline, *(name for name in plan.models if name != headline))
    rows: list[SkillRow] = []
    for among in LISTS:
        listed = cells.filter(populations("group")[among])
        for horizon in HORIZONS:
            known = listed.filter(pl.col(f"deaths|{horizon}").is_not_null())
            for year in sorted({(origin - 1) // 12 for origin in known["origin"].unique()}):
                for since_start in (False, True):
                    scored = _Scored(known, year, since_start, among, horizon, models, plan.seed)
                    rows += scored.rows()
    versions = {name: manifest["models"][name] for name in models}
    return SkillRecord(headline, versions, manifest["vintage"], plan.first, plan.last, tuple(rows))


class _Scored:
    """The rows of one list and horizon at the origins of one year, or of all years to its end."""

    def __init__(
        self,
        known: pl.DataFrame,
        year: int,
        since_start: bool,
        among: str,
        horizon: int,
        models: tuple[str, ...],
        seed: int,
    ) -> None:
        of_origin = (pl.col("origin") - 1) // 12
        self.cells = known.filter(of_origin <= year if since_start else of_origin == year)
        self.year, self.since_start, self.among, self.horizon = year, since_start, among, horizon
        self.models, self.seed = models, seed
        self.origin = self.cells["origin"].to_numpy()
        # Scores of a year wait for the outcomes of its last origin.
        self.known_by = int(self.cells["known_until"].max()) + horizon  # type: ignore[arg-type]

    def rows(self) -> Iterator[SkillRow]:
        """All rows: ranking and probabilities of each outcome, samples of deaths."""
        for target in TARGETS:
            happened = self.cells.select(outcome(target, self.horizon)).to_series().to_numpy().astype(np.float64)
            ranked = {
                model: average_precision_by_origin(self.cells[name].to_numpy(), happened, self.origin)
                for model in self.models
                if (name := score_column(self.cells, model, target, self.horizon)) is not None
            }
            positives = int(happened.sum())
            yield from self._of(target, "average_precision", positives, ranked)
            for score, of_cells in PROBABILITY_METRICS.items():
                means = {
                    model: of_cells(self.cells[name].to_numpy(), happened)
                    for model in self.models
                    if (name := column(model, "p", target, self.horizon)) in self.cells.columns
                }
                yield from self._of_means(target, score, positives, means)  # type: ignore[arg-type]
        for score in OF_DEATHS:
            samples = {
                model: self.cells[name].to_numpy()
                for model in self.models
                if (name := column(model, score, "deaths", self.horizon)) in self.cells.columns
            }
            yield from self._of_means("deaths", score, None, samples)

    def _of(
        self, target: Target, score: Score, positives: int | None, scores: dict[str, OriginScore]
    ) -> Iterator[SkillRow]:
        headline = scores[self.models[0]]
        name = f"{target}/{self.among}/{self.horizon}/{score}"
        for model, one in scores.items():
            pair = None
            if self.since_start and one is not headline:
                # All models are drawn the same origins, those of the replay's own summary.
                rng = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
                pair = bootstrap_difference(headline, one, rng=rng, block=BLOCK_MONTHS)
            yield self._row(target, score, positives, model, one.value, pair)

    def _of_means(
        self, target: Target, score: Score, positives: int | None, scores: dict[str, Floats]
    ) -> Iterator[SkillRow]:
        headline = scores[self.models[0]]
        for model, values in scores.items():
            pair = None
            if self.since_start and values is not headline:
                pair = paired_difference(headline, values, self.origin, block=BLOCK_MONTHS)
            yield self._row(target, score, positives, model, float(values.mean()), pair)

    def _row(
        self, target: Target, score: Score, positives: int | None, model: str, value: float, pair: Estimate | None
    ) -> SkillRow:
        told = pair is not None and isfinite(pair.standard_error)
        return SkillRow(
            known_by=self.known_by,
            year=self.year + 1980,
            since_start=self.since_start,
            last=int(self.origin.max()),
            target=target,
            horizon=self.horizon,
            list=self.among,
            n=self.cells.height,
            positives=positives,
            model=model,
            score=score,
            value=_rounded(value, DIGITS),
            difference=_rounded(pair.value, DIGITS) if told and pair else None,
            difference_se=_rounded(pair.standard_error, DIGITS_OF_ERRORS) if told and pair else None,
        )


def _rounded(value: float, digits: int) -> float | None:
    return float(f"{value:.{digits}g}") if isfinite(value) else None
