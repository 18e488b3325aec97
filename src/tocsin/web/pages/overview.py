"""The first page: the sentence, who may do harm, where, which new groups may come, and what was missed last time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import polars as pl

from tocsin.digest import MASS_CASUALTY_DEATHS
from tocsin.digest.tables import cell_centre
from tocsin.errors import InputError
from tocsin.forecast.model import Target
from tocsin.panel import CROSSING_DEATHS
from tocsin.report.brief.document import Block, Cell, Table
from tocsin.report.brief.front import ENTRANTS
from tocsin.report.brief.past import all_of_the_past, misses
from tocsin.report.brief.words import change, drivers_of, main_driver
from tocsin.warn.assessment import Assessment, GroupAssessment, View, plain
from tocsin.warn.confidence import Confidence
from tocsin.warn.levels import VIEW_WORDS
from tocsin.warn.past import PastLine, PastPeriod
from tocsin.web.asked import Asked
from tocsin.web.links import PATHS, Links
from tocsin.web.overview_map import marked, world_map
from tocsin.web.page import Download, Found, Page
from tocsin.web.page_sources import of_assessment
from tocsin.web.questions.assessed import Assessed, WorldAnswer
from tocsin.web.questions.past import LastPeriod
from tocsin.web.words import EXPECTED_WORDS

NAME = "overview"
TOPS = {"10": 10, "50": 50, "all": None}
"""How many lines of each view are shown, by the parameter `top`."""
REASONS_COUNT = "Deaths in reasons are those of single groups added up: those of a clash of two count twice."
_LISTED = {"new_risk": "new risk", "ongoing": "ongoing"}


@dataclass(frozen=True)
class Row:
    """One group as the table of a view shows it: the probability that the view is about, and what goes with it.

    `below` are the words under its name, after its theatre.
    """

    line: GroupAssessment
    rank: int
    p: float
    low: float
    high: float
    base_rate: float
    words: str
    why: Cell
    confidence: Confidence
    change: str
    below: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """The first lines of a view, of `of` in all."""

    view: View
    rows: tuple[Row, ...]
    of: int


@dataclass(frozen=True)
class Part:
    """A part of what came of the last period: its title, and its table or sentence."""

    title: str
    block: Block

    @property
    def said(self) -> str:
        """What it holds, in a few words."""
        return self.block.caption if isinstance(self.block, Table) else "it"


def page(asked: Asked, given: Mapping[str, str]) -> Page:
    """The page of a day. `given["top"]` is 10 (as usual), 50 or all; raises `InputError` for another one."""
    top = given.get("top", "").strip() or "10"
    if top not in TOPS:
        raise InputError(f"top is 10, 50 or all, got {top[:20]!r}")
    world, past = Assessed(asked), LastPeriod(asked)

    def context(found: Found, links: Links) -> dict[str, Any]:
        answer: WorldAnswer = found[world]
        told = answer.assessment
        sources = of_assessment(told)
        return {
            "told": told,
            "crossing": CROSSING_DEATHS,
            "massive": MASS_CASUALTY_DEATHS,
            "views": {view: listed(told, view, TOPS[top]) for view in ("new_risk", "ongoing", "mass_casualty")},
            "tops": tuple(TOPS),
            "top": top,
            "outcomes": VIEW_WORDS,
            "map": world_map(answer, sources.line),
            "marked": marked(told),
            "shown": answer.redistributable,
            "entrants": told.new_entrants[:ENTRANTS],
            "past": _past(found, past, told),
            "past_known": past in found,
            "reasons_count": REASONS_COUNT,
            "expected_words": EXPECTED_WORDS,
            "sources": sources,
            "scripts": ("charts/map.js",),
        }

    return Page(
        name=NAME,
        path=PATHS[NAME],
        title="Early warning of armed groups",
        template="overview.html",
        asked=asked,
        context=context,
        given={} if top == "10" else {"top": top},
        needs=(world,),
        wants=(past,),
        downloads=(
            Download(
                "assessment",
                "The assessment of every group",
                table=lambda found: found[world].assessment.to_polars(),
                document=lambda found: found[world].assessment.to_dict(),
            ),
            Download("new-groups", "The chance of new groups", table=lambda found: _entrants(found[world].assessment)),
            Download("cells", "Deaths by half-degree cell, last 12 months", table=lambda found: _cells(found[world])),
            Download(
                "last-period",
                "What was said last time, and what came",
                table=lambda found: past_table(found[past]),
                document=lambda found: {"last_period": plain(found[past])},
                also=(past,),
            ),
        ),
    )


def listed(told: Assessment, view: View, top: int | None) -> Listed:
    """The first lines of a view as they are shown."""
    lines = told.view(view)
    return Listed(view, tuple(_row(line, view, k) for k, line in enumerate(lines[:top], 1)), len(lines))


def _row(line: GroupAssessment, view: View, rank: int) -> Row:
    target: Target = "mass_casualty" if view == "mass_casualty" else "deaths25"
    below = [_LISTED[line.list]] if view == "mass_casualty" else []
    if view == "new_risk":
        below.append(
            f"{CROSSING_DEATHS} in a year before" if line.previously_crossed else f"never {CROSSING_DEATHS} in a year"
        )
    if line.resurgent:
        below.append("resurgent")
    return Row(
        line=line,
        rank=rank,
        p=getattr(line, f"p_{target}"),
        low=getattr(line, f"p_{target}_low"),
        high=getattr(line, f"p_{target}_high"),
        base_rate=getattr(line, f"base_rate_{target}"),
        words=getattr(line, f"words_{target}"),
        why=main_driver(drivers_of(line, target)),
        confidence=getattr(line, f"confidence_{target}"),
        change=change(line),
        below=tuple(below),
    )


def _past(found: Found, question: LastPeriod, told: Assessment) -> dict[str, Any]:
    """How many were missed, came and did not come; then the brief's parts, of which the misses stand open."""
    past: PastPeriod | None = found.get(question)
    counts, blocks = misses(past, told)[0], all_of_the_past(past)
    if past is None:
        return {"period": None, "counts": counts}
    _, how, *rest = blocks
    parts = [Part(heading.text, block) for heading, block in zip(rest[::2], rest[1::2], strict=True)]  # type: ignore[union-attr]
    return {"period": past, "counts": counts, "how": how, "parts": parts, "open": 2 if past.unseen else 1}


def past_table(past: PastPeriod | None) -> pl.DataFrame:
    """One row for each outcome of the last period: `missed`, `came`, `did_not_come` and `unseen`, the misses first.

    Of groups never seen before only their deaths since are known. Without a period no row.
    """
    kinds: tuple[Literal["missed", "came", "did_not_come"], ...] = ("missed", "came", "did_not_come")
    rows: list[dict[str, Any]] = []
    for kind in kinds if past else ():
        rows += [{"what": kind, **plain(line)} for line in getattr(past, kind)]
    rows += [
        {"what": "unseen", "group": name, "deaths_since": deaths} for name, deaths in (past.unseen if past else ())
    ]
    numbers = {"p": pl.Float64, "base_rate": pl.Float64} | dict.fromkeys(
        ("rank", "deaths_since", "mass_casualty_since"), pl.Int64
    )
    schema = {"what": pl.String} | {f.name: numbers.get(f.name, pl.String) for f in fields(PastLine)}
    return pl.DataFrame(rows, schema=schema).with_columns(
        pl.lit(past.as_of if past else None, pl.Date).alias("as_of"),
        pl.lit(past.until if past else None, pl.Date).alias("until"),
        pl.lit(past.horizon_months if past else None, pl.Int32).alias("horizon_months"),
        pl.lit(past.model if past else None, pl.String).alias("model"),
    )


def _entrants(told: Assessment) -> pl.DataFrame:
    schema = {"theatre": pl.String, "horizon_months": pl.Int32} | dict.fromkeys(
        ("p_new_group", "p_new_group_low", "p_new_group_high", "base_rate"), pl.Float64
    )
    rows = [{**plain(one), "reasons": " ".join(one.reasons)} for one in told.new_entrants]
    return pl.DataFrame(rows, schema={**schema, "reasons": pl.String}).with_columns(
        pl.when(pl.col("reasons") != "").then(pl.lit(REASONS_COUNT)).alias("counting")
    )


def _cells(answer: WorldAnswer) -> pl.DataFrame:
    """One row a cell: its PRIO-GRID number, its centre, events and deaths of groups in the last 12 months.

    A clash of two groups counts for both, which `counting` says: cells hold no opponents, so that it cannot be undone.
    """
    centres = [cell_centre(one.cell) for one in answer.cells]
    return pl.DataFrame(
        {
            "cell": [one.cell for one in answer.cells],
            "lat": [lat for lat, _ in centres],
            "lon": [lon for _, lon in centres],
            "events": [one.events for one in answer.cells],
            "deaths": [one.deaths for one in answer.cells],
        },
        schema={"cell": pl.Int64, "lat": pl.Float64, "lon": pl.Float64, "events": pl.Int64, "deaths": pl.Int64},
    ).with_columns(
        pl.lit("events and deaths of a clash of two groups count for both").alias("counting"),
        pl.lit(answer.assessment.data_until).alias("data_until"),
    )
