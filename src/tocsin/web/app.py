"""The application: pages, their downloads, the API, behind the headers that keep all of it on this machine."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from tocsin import __version__
from tocsin.errors import NotHeldError, TocsinError
from tocsin.settings import Settings, load_settings
from tocsin.web.answers import Answers, Asks, TooBusy
from tocsin.web.api import api_router, unanswered
from tocsin.web.asked import Asked
from tocsin.web.headers import Headers
from tocsin.web.lane import AnswerFailed, LaneDied, LaneProcess
from tocsin.web.questions.assessed import Assessed
from tocsin.web.questions.past import LastPeriod
from tocsin.web.routes import error_page, page_router

log = logging.getLogger("tocsin.web")


def create_app(
    settings: Settings | None = None,
    *,
    lane: Callable[[Settings], Asks] = LaneProcess,
    warm: bool = True,
) -> FastAPI:
    """The application of a store. With `warm` what the first page shows is worked out at once, before anybody asks.

    It is to be served on 127.0.0.1, by one process: answers are kept in it.
    """
    answers = Answers(settings or load_settings(), lane=lane)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        if warm:
            _warm(answers)
        yield
        answers.end()

    app = FastAPI(
        title="tocsin",
        version=__version__,
        description="Early warning and what-if analysis for competing armed groups, from public conflict event data.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # the API describes itself, more fully
        lifespan=life,
    )
    app.include_router(api_router(answers, answers.settings), prefix="/api/v1")
    app.router.add_route("/api/{rest:path}", unanswered("no-such-path"), include_in_schema=False)
    app.include_router(page_router(answers))
    app.add_middleware(Headers)
    app.state.answers = answers
    for kind in (TocsinError, TooBusy, AnswerFailed, LaneDied):
        app.add_exception_handler(kind, _told)
    app.add_exception_handler(HTTPException, _told_http)
    app.add_exception_handler(Exception, _told_unexpected)
    return app


def _warm(answers: Answers) -> None:
    """Work out what the first page shows, one thing after the other: two fits at once would take the longer each."""

    def then(_: object) -> None:
        with suppress(TooBusy):
            answers.entry(LastPeriod(Asked()))

    answers.entry(Assessed(Asked())).future.add_done_callback(then)


async def _told(request: Request, error: Exception) -> Response:
    return error_page(request, error)


async def _told_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = error_page(request, NotHeldError(f"there is no page {request.url.path[:80]!r}"))
    if error.status_code != 404:
        response.status_code = error.status_code
    return response


async def _told_unexpected(request: Request, error: Exception) -> Response:
    log.exception("a page went wrong: %s", request.url, exc_info=error)
    return error_page(request, error)
