"""`/groups`, `/group` and `/group/events`: finding a group, all about it, and its events one by one."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.errors import NotHeldError
from tocsin.groups.facts import Group
from tocsin.groups.offshoots import Offshoot
from tocsin.groups.relations import SharedEnemies
from tocsin.groups.search import Match, find_groups
from tocsin.report.explain_json import explanation_dict
from tocsin.sources.terms import Terms
from tocsin.warn import MonthAhead, MonthFigures
from tocsin.warn.assessment import plain
from tocsin.web.api.assessment import GroupLine
from tocsin.web.api.given import Ahead, Name, OnADay, Paged
from tocsin.web.api.heads import head_of
from tocsin.web.api.paging import Paging, page_of
from tocsin.web.api.problems import Refused
from tocsin.web.api.route import Desk, offer
from tocsin.web.api.shapes import Head, Told, shape_of
from tocsin.web.gate import terms_held
from tocsin.web.questions.coverage import Covered
from tocsin.web.questions.directory import Directory, DirectoryAnswer, Listed
from tocsin.web.questions.events import NOTHING_IMPORTED, EventRow, EventsOfGroup, GroupEvents
from tocsin.web.questions.group import GroupAnswer, OneGroup


class GroupsGiven(Paged, Ahead):
    """What can be asked of the list of groups."""

    q: Name | SkipJsonSchema[None] = Field(
        None,
        description="Words to find groups by: a name, a common name, a member of a coalition, a theatre. The likeliest "
        "come first. By default all groups, by theatre and name.",
    )


class GroupGiven(Ahead):
    """A group on a day."""

    name: Name = Field(description="The group as /groups lists it, or a common name of it.", examples=["IS @ Iraq"])


class EventsGiven(OnADay):
    """A group on a day."""

    name: Name = Field(description="The group as /groups lists it, or a common name of it.", examples=["IS @ Iraq"])


GroupListed = shape_of(
    Listed,
    match=(Match | None, Field(description="How it was found; null without `q`.")),
    matched=(str | None, Field(description="The name it was found by; null without `q`.")),
)


class GroupsAnswer(Head):
    """One page of the groups of the figures."""

    groups: Annotated[list[Any], Told(list[GroupListed])]
    paging: Paging


class CellTold(BaseModel):
    """Events and deaths of the group in one half-degree cell, by its PRIO-GRID number and centre, over 12 months."""

    cell: int
    lat: float
    lon: float
    events: int
    deaths: int


GroupMonth = shape_of(MonthFigures, deaths=int)
GroupAhead = shape_of(MonthAhead, none=["baseline", "baseline_low", "baseline_high"])
GroupOffshoot = shape_of(Offshoot, none=["first_event", "shared_ground"])
EnemiesShared = shape_of(SharedEnemies, none=["last_event"])
GroupFacts = shape_of(
    Group,
    none=[
        *("first_event", "last_event", "events", "events_last_12m", "deaths", "deaths_low", "deaths_high"),
        *("deaths_last_12m", "largest_event_deaths", "mass_casualty_events"),
    ],
    shared_enemies=Annotated[list[Any], Told(list[EnemiesShared])],  # type: ignore[valid-type]
    left_out=["as_of_month"],
    theatre=str,
    countries=list[str],
    notes=list[str],
)


class GroupTold(Head):
    """Everything about one group: its line in the assessment, who it is, its past, what is expected, and where it is.

    Lists are empty, and some figures null, where `held_back` says why.
    """

    horizon_months: int
    lag_days: int
    theatre: str
    model: str
    tree_share_deaths25: float = Field(description="Weight of the trees, whose themes the drivers are, in the score.")
    tree_share_mass_casualty: float
    wording: str = Field(description="Table of the words of likelihood.")
    language: str
    record: str | None = Field(description="What the record of past probabilities is of; null where none was known.")
    asked_as: str = Field(description="The name that was given.")
    assumed: str = Field(description="What was assumed of that name, if anything.")
    held_back: str = Field(description="Why figures are missing where the terms of a source forbid to show them.")
    deaths_are: str = Field(description="What a death is counted for.")
    line: Annotated[Any, Told(GroupLine)]
    facts: Annotated[Any, Told(GroupFacts)]
    history: Annotated[list[Any], Told(list[GroupMonth])]
    ahead: Annotated[list[Any], Told(list[GroupAhead])]
    cells: list[CellTold]
    offshoots: Annotated[list[Any], Told(list[GroupOffshoot])]
    rivalry: None = Field(description="Always null here: who answers whom is at /theatre/rivalry.")


class EventsAnswer(Head):
    """The events of a group from `first` to `until`, the latest first, from the user's own import."""

    group: str
    first: date
    until: date
    events: list[EventRow]


def add_groups(router: APIRouter, desk: Desk) -> None:
    """Offer the list of groups, one group, and its events."""

    async def groups(request: Request, given: Annotated[GroupsGiven, Query()]) -> Response:
        """Every group of the figures, or those that words may mean: its names, its level, its deaths of late. Of one
        with `assessed` false nothing is said of what is to come."""

        async def make() -> Any:
            found, covered = await desk.find(Directory(given.asked), given.coverage)
            return lambda: _listed(found, covered, given, request, desk)

        return await desk.reply(request, make)

    async def group(request: Request, given: Annotated[GroupGiven, Query()]) -> Response:
        """What is said of one group, and what it rests on: the document of `tocsin explain --no-rivalry`."""

        async def make() -> Any:
            (found,) = await desk.find(OneGroup(given.asked, given.name))
            return lambda: _told(found)

        return await desk.reply(request, make)

    async def group_events(request: Request, given: Annotated[EventsGiven, Query()]) -> Response:
        """Events one by one, of the last 12 months, each no finer than a half-degree cell. Only from the user's own
        import (404 where nothing is imported), and only where the terms of every source held allow it (403)."""

        async def make() -> Any:
            found, covered = await desk.find(EventsOfGroup(given.asked, given.name), given.coverage)
            terms = await asyncio.to_thread(terms_held, desk.settings)
            return _events(found, covered, terms)

        return await desk.reply(request, make, own_rows=True)

    offer(router, "/groups", groups, answer=GroupsAnswer, summary="groups by name, and search")
    offer(router, "/group", group, answer=GroupTold, summary="all about one group")
    offer(
        router,
        "/group/events",
        group_events,
        answer=EventsAnswer,
        summary="a group's events, one by one",
        licence=True,
    )


def _listed(
    found: DirectoryAnswer, covered: Covered, given: GroupsGiven, request: Request, desk: Desk
) -> dict[str, Any]:
    rows: list[tuple[Listed, Match | None, str | None]]
    if given.q is None:
        rows = [(one, None, None) for one in found.groups]
    else:
        by_name = {one.group: one for one in found.groups}
        under = given.asked.settings(desk.settings)
        hits = find_groups(given.q, [one.named for one in found.groups], under)
        rows = [(by_name[hit.named.group], hit.match, hit.matched) for hit in hits]
    part = page_of(rows, request, given.page, given.per_page)
    return {
        **head_of(covered),
        "groups": [{**plain(one), "match": match, "matched": matched} for one, match, matched in part.rows],
        "paging": part.paging,
    }


def _told(found: GroupAnswer) -> dict[str, Any]:
    told = explanation_dict(found.explanation)
    return {**told, "asked_as": found.asked_as, "assumed": found.assumed, "held_back": found.held_back}


def _events(found: GroupEvents, covered: Covered, terms: Terms) -> Any:
    if not terms.event_rows:
        raise Refused("licence", terms.why)
    if found.why_none == NOTHING_IMPORTED:
        raise NotHeldError(found.why_none)
    return lambda: {
        **head_of(covered),
        "group": found.group,
        "first": found.first,
        "until": found.until,
        "events": found.events,
    }
