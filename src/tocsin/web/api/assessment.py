"""`/assessment` and `/assessment/new-entrants`: which groups will do harm, and where new ones may come up."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.groups import resolve_theatre
from tocsin.warn import Assessment, GroupAssessment, Level, NewEntrant, View
from tocsin.warn.assessment import plain
from tocsin.web.api.given import Ahead, Name, OnADay, Paged
from tocsin.web.api.paging import Paging, page_of
from tocsin.web.api.route import Desk, offer
from tocsin.web.api.shapes import Head, Told, shape_of
from tocsin.web.questions.assessed import Assessed


class AssessmentGiven(Paged, Ahead):
    """What can be asked of an assessment."""

    view: View | SkipJsonSchema[None] = Field(
        None,
        description="The order, and for the first two also which groups: `new_risk` by the probability of 25 deaths or "
        "more, `ongoing` by expected deaths, `mass_casualty` (both lists) by the probability of such an attack. By "
        "default all groups, by name.",
    )
    list: Literal["new_risk", "ongoing"] | SkipJsonSchema[None] = Field(
        None, description="Only groups of this list: fewer than 25 deaths in the last 12 months, or 25 and more."
    )
    level: Level | SkipJsonSchema[None] = Field(None, description="Only groups on this level.")
    theatre: Name | SkipJsonSchema[None] = Field(
        None, description="Only this theatre: a country, a named theatre, or countries joined by '+'."
    )


class EntrantsGiven(Paged, OnADay):
    """What can be asked of the chance of new groups."""


GroupLine = shape_of(GroupAssessment, none=["deaths_last_3m", "deaths_last_12m"])


class AssessmentAnswer(Head):
    """The assessment at a day: what it rests on, and one page of its groups, with their probabilities and reasons."""

    horizon_months: int
    lag_days: int
    theatre: str | None = Field(description="The theatre asked for; null for the world.")
    model: str
    tree_share_deaths25: float = Field(description="Weight of the trees, whose themes the drivers are, in the score.")
    tree_share_mass_casualty: float
    wording: str = Field(description="Table of the words of likelihood.")
    language: str
    headline: str = Field(description="The most important thing, in a sentence or two.")
    record: str | None = Field(description="What the record of past probabilities is of; null where none was known.")
    groups: Annotated[list[Any], Told(list[GroupLine])]
    paging: Paging


class EntrantsAnswer(Head):
    """One page of theatres by the chance that a new group has 25 deaths or more there, the highest first."""

    lag_days: int
    model: str
    new_entrants: list[NewEntrant]
    paging: Paging


def add_assessment(router: APIRouter, desk: Desk) -> None:
    """Offer the assessment, and the chance of new groups."""

    async def assessment(request: Request, given: Annotated[AssessmentGiven, Query()]) -> Response:
        """Probabilities that a group has 25 deaths or more, and that it makes a mass-casualty attack, each with its
        interval, its base rate and what drives it; and its level. Which groups, and in which order, is for the
        parameters to say; ranks and levels are always those of the whole world."""

        async def make() -> Any:
            place = resolve_theatre(given.theatre, desk.settings).name if given.theatre else None
            (found,) = await desk.find(Assessed(given.asked, place))
            return lambda: _content(found.assessment, given, request)

        return await desk.reply(request, make)

    async def new_entrants(request: Request, given: Annotated[EntrantsGiven, Query()]) -> Response:
        """The chance, theatre by theatre, that a group without a recorded death there so far has 25 deaths or more
        within 12 months. Empty where the figures held are not of the world."""

        async def make() -> Any:
            (found,) = await desk.find(Assessed(given.asked))
            return lambda: _entrants(found.assessment, given, request)

        return await desk.reply(request, make)

    offer(router, "/assessment", assessment, answer=AssessmentAnswer, summary="which groups will do harm, and why")
    offer(
        router,
        "/assessment/new-entrants",
        new_entrants,
        answer=EntrantsAnswer,
        summary="where a new group may come up",
    )


def _content(assessment: Assessment, given: AssessmentGiven, request: Request) -> dict[str, Any]:
    rows = assessment.groups if given.view is None else assessment.view(given.view)
    rows = tuple(row for row in rows if given.list in (None, row.list) and given.level in (None, row.level))
    part = page_of(rows, request, given.page, given.per_page)
    told = plain(replace(assessment, groups=(), new_entrants=()))
    del told["new_entrants"]  # of theatres, not of groups: they have a list of their own
    return {**told, "groups": part.rows, "paging": part.paging}


def _entrants(assessment: Assessment, given: EntrantsGiven, request: Request) -> dict[str, Any]:
    rows = sorted(assessment.new_entrants, key=lambda one: (-one.p_new_group, one.theatre))
    part = page_of(rows, request, given.page, given.per_page)
    return {
        **{name: getattr(assessment, name) for name in EntrantsAnswer.model_fields if hasattr(assessment, name)},
        "new_entrants": part.rows,
        "paging": part.paging,
    }
