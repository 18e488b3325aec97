"""What the record page gives away: past warnings, missed emergences, classes of probability and scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import polars as pl

from tocsin.months import month_label
from tocsin.web.page import Download, Found
from tocsin.web.pages.record_reliability import DEPENDENT, ClassRow, class_rows
from tocsin.web.pages.record_warnings import Choice
from tocsin.web.questions.record import Track, TrackAnswer
from tocsin.web.tables import plain_rows

# Every frame has its columns also where it has no rows.
WARNINGS = {
    "group": pl.String,
    "theatre": pl.String,
    "list": pl.String,
    "target": pl.String,
    "first_month": pl.String,
    "last_month": pl.String,
    "standing": pl.Boolean,
    "p": pl.Float64,
    "base_rate": pl.Float64,
    "horizon_months": pl.Int64,
    "outcome": pl.String,
    "came_month": pl.String,
}
MISSES = {
    "group": pl.String,
    "theatre": pl.String,
    "month": pl.String,
    "deaths_12m": pl.Int64,
    "watch_lead_months": pl.Int64,
    "p": pl.Float64,
    "base_rate": pl.Float64,
}
CLASSES = dict.fromkeys(("target", "list"), pl.String) | {
    name: pl.Int64 if name in ("n", "came") else pl.Float64
    for name in ClassRow.__dataclass_fields__
    if name not in ("target", "list")
}


def downloads(track: Track, choice: Choice) -> tuple[Download, ...]:
    """The downloads of a page; warnings and misses are those chosen on it, on whatever page of the list."""
    horizon = track.asked.horizon
    return (
        _download(track, "record-warnings", "Past warnings and what came of them", lambda t: warnings_frame(t, choice)),
        _download(track, "record-missed", "Emergences without a warning", lambda t: misses_frame(t, choice)),
        _download(track, "record-reliability", "Reliability by class", lambda t: classes_frame(t, horizon)),
        _download(track, "record-skill", "Scores of all models by year", skill_frame),
    )


def _download(track: Track, name: str, title: str, frame: Callable[[TrackAnswer], pl.DataFrame]) -> Download:
    def table(found: Found) -> pl.DataFrame:
        return frame(found[track])

    def document(found: Found) -> dict[str, Any]:
        answer: TrackAnswer = found[track]
        return {
            "as_of": answer.as_of.isoformat(),
            "as_of_mode": answer.as_of_mode,
            "data_until": answer.data_until and answer.data_until.isoformat(),
            "model": answer.model,
            "vintage": answer.provenance.vintage,
            "licence": answer.provenance.licence,
            "citation": answer.provenance.citation,
            "rows": plain_rows(frame(answer)),
        }

    return Download(name, title, table, document)


def warnings_frame(track: TrackAnswer, choice: Choice) -> pl.DataFrame:
    """One row per warning, newest first; months as `YYYY-MM`."""
    rows = [
        (
            w.group,
            w.theatre,
            w.list,
            w.target,
            month_label(w.first),
            month_label(w.last),
            w.standing,
            w.p,
            w.base_rate,
            6,
            w.outcome,
            None if w.came is None else month_label(w.came),
        )
        for w in choice.warnings(track.warnings)
    ]
    return pl.DataFrame(rows, WARNINGS, orient="row")


def misses_frame(track: TrackAnswer, choice: Choice) -> pl.DataFrame:
    """One row per emergence without a warning, newest first."""
    rows = [
        (m.group, m.theatre, month_label(m.month), m.deaths, m.watch, m.p, m.base_rate)
        for m in choice.misses(track.warnings)
    ]
    return pl.DataFrame(rows, MISSES, orient="row")


def classes_frame(track: TrackAnswer, horizon: int) -> pl.DataFrame:
    """One row per class of probability, outcome and list."""
    frame = pl.DataFrame([tuple(asdict(row).values()) for row in class_rows(track, horizon)], CLASSES, orient="row")
    return frame.select(
        pl.lit(horizon, pl.Int64).alias("horizon_months"),
        pl.all(),
        pl.lit(f"share_low and share_high are 90% binomial intervals. {DEPENDENT}").alias("intervals"),
    )


def skill_frame(track: TrackAnswer) -> pl.DataFrame:
    """One row per score, with its months as `YYYY-MM`."""
    rows = track.skill.to_polars()
    label = [pl.Series(name, [month_label(m) for m in rows[name]], pl.String) for name in ("known_by", "last")]
    return rows.with_columns(label).with_columns(pl.col(pl.Float32).cast(pl.Float64)).rename({"last": "last_origin"})
