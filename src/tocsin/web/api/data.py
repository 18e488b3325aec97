"""`/data`: what the figures are of: releases, terms, and how many events of which theatre and year."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from tocsin.web.api.given import OnADay
from tocsin.web.api.heads import head_of
from tocsin.web.api.route import Desk, offer
from tocsin.web.api.shapes import Head
from tocsin.web.questions.coverage import Covered, TheatreYears, VintageHeld


class DataAnswer(Head):
    """What the figures of a day are of."""

    first_day: date
    source: str
    place_precision: str = Field(description="Which events are counted, by how well their place is known.")
    redistributable: bool = Field(description="Whether the terms of every release allow its figures to be passed on.")
    covers_world: bool
    vintages: list[VintageHeld]
    years: list[int] = Field(description="The last may be cut short by `data_until`.")
    theatres: list[TheatreYears] = Field(description="Events a year in the order of `years`, most events first.")
    without: list[str] = Field(description="Countries without an event.")
    held_back: str = Field(description="Why `theatres` is empty where the terms of a source forbid to show them.")


def add_data(router: APIRouter, desk: Desk) -> None:
    """Offer what the figures are of."""

    async def data(request: Request, given: Annotated[OnADay, Query()]) -> Response:
        """Where the figures of a day come from, what their terms allow, and what they cover."""

        async def make() -> Any:
            (found,) = await desk.find(given.coverage)
            return lambda: _told(found)

        return await desk.reply(request, make)

    offer(router, "/data", data, answer=DataAnswer, summary="what the figures are of")


def _told(found: Covered) -> dict[str, Any]:
    origin = found.provenance
    return {
        **head_of(found),
        "first_day": found.first_day,
        "source": origin.source,
        "place_precision": origin.place_precision,
        "redistributable": origin.redistributable,
        "covers_world": origin.covers_world,
        "vintages": found.vintages,
        "years": found.years,
        "theatres": found.theatres,
        "without": found.without,
        "held_back": found.held_back,
    }
