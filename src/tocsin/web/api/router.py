"""All of the API as one router, to be mounted at `/api/v1`."""

from __future__ import annotations

import asyncio
from functools import cache

from fastapi import APIRouter, Request, Response

from tocsin.settings import Settings, load_settings
from tocsin.web.answers import Answers
from tocsin.web.api.assessment import add_assessment
from tocsin.web.api.data import add_data
from tocsin.web.api.description import Schema, describe
from tocsin.web.api.groups import add_groups
from tocsin.web.api.record import add_record
from tocsin.web.api.route import METHODS, ApiRoute, Desk, unanswered
from tocsin.web.api.sending import written
from tocsin.web.api.theatres import add_theatres
from tocsin.web.api.whatif import add_whatif
from tocsin.web.kept_pages import KeptPage, KeptPages
from tocsin.web.sending import send


def api_router(answers: Answers, settings: Settings, kept: KeptPages | None = None) -> APIRouter:
    """Every resource, the description at `/openapi.json`, and problems for all that is not there.

    `answers` must be of the same settings. What was written is kept in `kept`.
    """
    router = _resources(Desk(answers, settings, kept or KeptPages()))

    async def openapi(request: Request) -> Response:
        return send(request, await asyncio.to_thread(_written_description))

    router.add_route("/openapi.json", openapi, methods=list(METHODS), include_in_schema=False)
    router.add_route("/openapi.json", unanswered("method"), include_in_schema=False)
    router.add_route("/{rest:path}", unanswered("no-such-path"), include_in_schema=False)
    return router


@cache
def openapi_description() -> Schema:
    """The OpenAPI 3.1 description of all resources, without a server. Not to be changed."""
    settings = load_settings()
    return describe(_resources(Desk(Answers(settings), settings)).routes)  # nothing is asked


@cache
def _written_description() -> KeptPage:
    return written(openapi_description())


def _resources(desk: Desk) -> APIRouter:
    router = APIRouter(route_class=ApiRoute, redirect_slashes=False)
    for add in (add_assessment, add_groups, add_theatres, add_record, add_data, add_whatif):
        add(router, desk)
    return router
