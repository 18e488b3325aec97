"""`/record`, `/record/warnings` and `/record/misses`: what was said in the replay that ships, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.forecast.model import TARGETS, Target
from tocsin.groups import resolve_theatre
from tocsin.months import month_label
from tocsin.warn.assessment import plain
from tocsin.warn.levels import LEVELS
from tocsin.warn.past import LeadCurve
from tocsin.warn.record import EDGES
from tocsin.warn.skill_record import LISTS, SkillRow
from tocsin.warn.skill_record import Target as SkillTarget
from tocsin.warn.warning_record import MissRow, Outcome, PastWarning
from tocsin.web.api.given import Ahead, Name, OnADay, Paged, whole_number
from tocsin.web.api.paging import Paging, page_of
from tocsin.web.api.route import Desk, offer
from tocsin.web.api.shapes import Head, Told, shape_of
from tocsin.web.page_sources import with_deaths
from tocsin.web.pages.record_warnings import Choice, Counts, counts
from tocsin.web.questions.record import Track, TrackAnswer

Year = Annotated[int, Field(ge=1900, le=2200), BeforeValidator(whole_number)]


class MissesGiven(Paged, OnADay):
    """What can be asked of emergences."""

    year: Year | SkipJsonSchema[None] = Field(None, description="Only those of this year.")
    theatre: Name | SkipJsonSchema[None] = Field(None, description="Only this country.")


class WarningsGiven(MissesGiven):
    """What can be asked of past warnings."""

    view: Target | SkipJsonSchema[None] = Field(
        None, description="Only warnings of this: 25 deaths or more, or a mass-casualty attack."
    )
    outcome: Outcome | SkipJsonSchema[None] = Field(
        None, description="Only those of which this came within 6 months; `open` while these are not over."
    )


class RecordHead(Head):
    """What a record rests on: a replay of the packaged figures, as far as its outcomes were known on the day."""

    model: str
    first: str = Field(description="First origin of the replay (a month).")
    last: str = Field(description="Its last origin, whether its outcomes were known or not.")
    watch_budget: int = Field(description="Groups a month put on watch or higher, per view.")
    warning_budget: int


class ClassTold(BaseModel):
    """What came of probabilities of one class, from `low` to `high`: `came` of `n`, where `expected` were said."""

    target: Target
    list: Literal["new_risk", "ongoing"]
    low: float
    high: float
    n: int
    expected: float
    came: int


class LevelTold(BaseModel):
    """In how many of `n` group-months on a level its outcome came within 6 months."""

    level: Literal["watch", "warning"]
    target: Target
    n: int
    came: int


class RecordAnswer(RecordHead):
    """How probabilities, levels and warnings did. All lists are empty on a day when nothing of it was known."""

    horizon_months: int = Field(description="Of `classes` and `skill`; levels and warnings are of 6 months.")
    classes_last: str | None = Field(
        description="Last origin that `classes` count: the end of the last year whose outcomes were all known; null "
        "where there is none."
    )
    classes: list[ClassTold]
    skill: Annotated[list[Any], Told(list[shape_of(SkillRow, known_by=str, last=str)])] = Field(
        description="Scores of every model replayed, over all origins whose outcomes were known."
    )
    levels: list[LevelTold]
    curve: LeadCurve | None
    warnings: Counts


class WarningsAnswer(RecordHead):
    """One page of the warnings of the replay, newest first. Months are like `2020-12`."""

    counts: Counts = Field(description="Of all warnings that the filters leave.")
    warnings: Annotated[list[Any], Told(list[shape_of(PastWarning, first=str, last=str, came=str | None)])]
    paging: Paging


class MissesAnswer(RecordHead):
    """One page of the emergences without a warning in the 12 months before, newest first. Months are like `2020-12`."""

    misses: Annotated[list[Any], Told(list[shape_of(MissRow, month=str)])]
    paging: Paging


def add_record(router: APIRouter, desk: Desk) -> None:
    """Offer the record, its warnings and what had none."""

    async def record(request: Request, given: Annotated[Ahead, Query()]) -> Response:
        """How often probabilities came true, how the model did beside others, what came of levels, and how early they
        were: in the replay that ships with the package, as far as it was known on the day."""

        async def make() -> Any:
            (found,) = await desk.find(Track(given.asked))
            return lambda: _record(found, given.horizon)

        return await desk.reply(request, make)

    async def record_warnings(request: Request, given: Annotated[WarningsGiven, Query()]) -> Response:
        """Every warning of the replay and what came of it."""

        async def make() -> Any:
            choice = _choice(given, desk, view=given.view, outcome=given.outcome)
            (found,) = await desk.find(Track(given.asked))
            return lambda: _warnings(found, choice, given, request)

        return await desk.reply(request, make)

    async def record_misses(request: Request, given: Annotated[MissesGiven, Query()]) -> Response:
        """Every emergence of the replay's months that had no warning: groups that passed 25 deaths in 12 months after
        two years below."""

        async def make() -> Any:
            choice = _choice(given, desk)
            (found,) = await desk.find(Track(given.asked))
            return lambda: _misses(found, choice, given, request)

        return await desk.reply(request, make)

    offer(router, "/record", record, answer=RecordAnswer, summary="how probabilities and levels have done")
    offer(
        router,
        "/record/warnings",
        record_warnings,
        answer=WarningsAnswer,
        summary="past warnings, and what came",
    )
    offer(router, "/record/misses", record_misses, answer=MissesAnswer, summary="what came without a warning")


def _choice(given: MissesGiven, desk: Desk, **others: Any) -> Choice:
    place = resolve_theatre(given.theatre, given.asked.settings(desk.settings)).name if given.theatre else None
    return Choice(year=given.year, theatre=place, **others)


def _head(found: TrackAnswer) -> dict[str, Any]:
    origin = found.provenance
    return {
        "as_of": found.as_of,
        "as_of_mode": found.as_of_mode,
        "data_until": found.data_until,
        "vintage": origin.vintage,
        "licence": origin.licence,
        "citation": origin.citation,
        "notes": with_deaths(origin.notes),
        "model": found.model,
        "first": month_label(found.first),
        "last": month_label(found.last),
        "watch_budget": found.watch_budget,
        "warning_budget": found.warning_budget,
    }


def _record(found: TrackAnswer, horizon: int) -> dict[str, Any]:
    classes = [
        {"target": target, "list": among, **plain(of)}
        for target in TARGETS
        for among in ("new_risk", "ongoing")
        for low in EDGES[:-1]
        if (of := found.classes.of(low, target=target, horizon=horizon, list=among)) is not None
    ]
    scored = get_args(SkillTarget)
    skill = [row for target in scored for among in LISTS for row in found.skill.overall(target, among)]
    levels = [
        {"level": level, "target": target, "n": n, "came": came}
        for level in LEVELS[1:]
        for target in TARGETS
        for came, n in [found.levels.of(level, target)]
    ]
    return {
        **_head(found),
        "horizon_months": horizon,
        "classes_last": month_label(found.classes.last) if found.classes.rows else None,
        "classes": classes,
        "skill": [
            {**plain(row), "known_by": month_label(row.known_by), "last": month_label(row.last)} for row in skill
        ],
        "levels": levels,
        "curve": found.curve,
        "warnings": counts(found.warnings.warnings, found.until),
    }


def _warnings(found: TrackAnswer, choice: Choice, given: WarningsGiven, request: Request) -> dict[str, Any]:
    rows = choice.warnings(found.warnings)
    part = page_of(rows, request, given.page, given.per_page)
    return {
        **_head(found),
        "counts": counts(rows, found.until),
        "warnings": [_with_months(row, "first", "last", "came") for row in part.rows],
        "paging": part.paging,
    }


def _misses(found: TrackAnswer, choice: Choice, given: MissesGiven, request: Request) -> dict[str, Any]:
    part = page_of(choice.misses(found.warnings), request, given.page, given.per_page)
    return {**_head(found), "misses": [_with_months(row, "month") for row in part.rows], "paging": part.paging}


def _with_months(row: Any, *names: str) -> dict[str, Any]:
    """A row with these numbers of months as labels."""
    told: dict[str, Any] = plain(row)
    return {**told, **{name: None if told[name] is None else month_label(told[name]) for name in names}}
