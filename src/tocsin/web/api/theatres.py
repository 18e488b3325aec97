"""`/theatres`, `/theatre` and `/theatre/rivalry`: where groups compete, one theatre over time, and who answers whom."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from tocsin.digest.tables import cell_centre
from tocsin.groups import resolve_theatre
from tocsin.groups.facts import GovernmentChange
from tocsin.groups.theatres import Theatre
from tocsin.rivalry.result import GroupFit, Link, NullCheck, Severity
from tocsin.rivalry.series import Kind, LeftOut
from tocsin.warn.explanation import CellFigures
from tocsin.warn.theatre import OverTime
from tocsin.web.api.given import Name, OnADay
from tocsin.web.api.groups import CellTold, GroupOffshoot
from tocsin.web.api.heads import head_of
from tocsin.web.api.route import Desk, offer
from tocsin.web.api.shapes import Head, Told, shape_of
from tocsin.web.questions.coverage import Covered
from tocsin.web.questions.directory import Directory, TheatreListed
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.questions.theatre import OneTheatre, TheatreAnswer

MOST_GROUPS = 20


class TheatreGiven(OnADay):
    """A theatre on a day."""

    name: Name = Field(
        description="A country, a named theatre, or countries joined by '+'.", examples=["Mali", "Lake Chad"]
    )


class TheatresAnswer(Head):
    """Every theatre with a group that has a recorded death, and theatres of several countries that have a name."""

    theatres: list[TheatreListed]
    views: list[Theatre]


class TheatreTold(Head):
    """One theatre: its groups' deaths by month, each event once, and the ground they fight over.

    Figures of deaths and `over_time` are null and `cells` empty where `held_back` says why.
    """

    theatre: str
    countries: list[str]
    wider: list[str] = Field(description="Named theatres that it is one of.")
    held_back: str = Field(description="Why figures are missing where the terms of a source forbid to show them.")
    deaths_last_12m: int | None = Field(description="Deaths in events of its groups, each event once.")
    deaths_12m_before: int | None
    state_deaths_last_12m: int | None = Field(description="Deaths in events without a group.")
    over_time: OverTime | None = Field(description=f"By month, of the {MOST_GROUPS} groups with most deaths.")
    cells: list[CellTold] = Field(description="Half-degree cells, of all its groups, over the last 12 months.")
    offshoots: Annotated[list[Any], Told(list[GroupOffshoot])]
    government_changes: list[GovernmentChange]


class DriverTold(BaseModel):
    """What moves all groups of the theatre: the deviation of its weekly steps, and how much each group follows it."""

    weekly_step_sd: float
    loadings: dict[str, float]


class RivalryTold(BaseModel):
    """Who answers whom in one theatre, by one fit: predictive, not causal."""

    theatre: str
    kind: Kind
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    step_days: int
    groups: Annotated[list[Any], Told(list[shape_of(GroupFit, any_none=True)])]
    links: Annotated[list[Any], Told(list[shape_of(Link, any_none=True)])]
    severity: Annotated[Any, Told(shape_of(Severity, any_none=True))]
    driver: DriverTold
    response_half_life_weeks: float
    shock: float
    interval: float = Field(description="Of every interval here.")
    null_false_positive_rate: float | None
    null_checks: list[NullCheck]
    oos_log_score_gain: float | None
    oos_se: float | None
    oos_months: int
    left_out: list[LeftOut]
    seed: int
    vintage: str
    citation: str
    licence: str
    place_precision: str
    notes: list[str]


class RivalryAnswer(Head):
    """Who answers whom in a theatre: the document of `tocsin rivalry`, without the months held apart."""

    theatre: str
    rivalry: RivalryTold | None = Field(description="Null where too few attacks are recorded to fit any link.")


def add_theatres(router: APIRouter, desk: Desk) -> None:
    """Offer the list of theatres, one theatre, and its rivalry."""

    async def theatres(request: Request, given: Annotated[OnADay, Query()]) -> Response:
        """Where groups compete: a country each, with the deaths of its groups, every event counted once; and named
        theatres of several countries, which are views of the same figures."""

        async def make() -> Any:
            found, covered = await desk.find(Directory(given.asked), given.coverage)
            return lambda: {**head_of(covered), "theatres": found.theatres, "views": found.views}

        return await desk.reply(request, make)

    async def theatre(request: Request, given: Annotated[TheatreGiven, Query()]) -> Response:
        """One theatre over time. Its groups' lines are at /assessment with `theatre`."""

        async def make() -> Any:
            place = resolve_theatre(given.name, given.asked.settings(desk.settings))
            found, covered = await desk.find(OneTheatre(given.asked, place.name), given.coverage)
            return lambda: _told(found, covered)

        return await desk.reply(request, make)

    async def theatre_rivalry(request: Request, given: Annotated[TheatreGiven, Query()]) -> Response:
        """Links between attacks on civilians of the groups of a theatre. The first time for a theatre and a day it
        takes up to two minutes."""

        async def make() -> Any:
            place = resolve_theatre(given.name, given.asked.settings(desk.settings))
            rivalry, covered = await desk.find(TheatreLinks(given.asked, place.name), given.coverage)
            return lambda: {
                **head_of(covered),
                "theatre": place.name,
                "rivalry": None if rivalry is None else rivalry.to_dict(),
            }

        return await desk.reply(request, make)

    offer(router, "/theatres", theatres, answer=TheatresAnswer, summary="where groups compete")
    offer(router, "/theatre", theatre, answer=TheatreTold, summary="one theatre over time")
    offer(router, "/theatre/rivalry", theatre_rivalry, answer=RivalryAnswer, summary="who answers whom in a theatre")


def _told(found: TheatreAnswer, covered: Covered) -> dict[str, Any]:
    return {
        **head_of(covered),
        "theatre": found.theatre.name,
        "countries": found.theatre.countries,
        "wider": found.wider,
        "deaths_last_12m": found.deaths_last_12m,
        "deaths_12m_before": found.deaths_12m_before,
        "state_deaths_last_12m": found.state_deaths_last_12m,
        "over_time": None if found.past is None else found.past.over_time(most=MOST_GROUPS),
        "cells": [cell_told(cell) for cell in found.cells],
        "held_back": found.held_back,
        "offshoots": found.offshoots,
        "government_changes": found.government_changes,
    }


def cell_told(at: CellFigures) -> dict[str, Any]:
    """A half-degree cell with its centre."""
    lat, lon = cell_centre(at.cell)
    return {"cell": at.cell, "lat": lat, "lon": lon, "events": at.events, "deaths": at.deaths}
