"""The application: pages, their downloads, the API, behind the headers that keep all of it on this machine."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from tocsin import __version__
from tocsin.errors import NotHeldError, TocsinError
from tocsin.settings import Settings, load_settings
from tocsin.web.answers import Answers, Asks, TooBusy
from tocsin.web.api import api_router, unanswered
from tocsin.web.asked import Asked
from tocsin.web.headers import Headers
from tocsin.web.kept_pages import KeptPages
from tocsin.web.lane import AnswerFailed, LaneDied, LaneProcess
from tocsin.web.questions.assessed import Assessed
from tocsin.web.questions.past import LastPeriod
from tocsin.web.routes import UNEXPECTED, error_page, page_router

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
    answers, kept = Answers(settings or load_settings(), lane=lane), KeptPages()

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        if warm:
            # One thing after the other: two fits at once would take the longer each.
            with suppress(TocsinError):
                answers.work_ahead(Assessed(Asked()), then=lambda: answers.work_ahead(LastPeriod(Asked())))
        yield
        answers.end()

    app = FastAPI(
        title="tocsin",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # the API describes itself, more fully
        lifespan=life,
    )
    app.include_router(api_router(answers, answers.settings, kept), prefix="/api/v1")
    app.router.add_route("/api/{rest:path}", unanswered("no-such-path"), include_in_schema=False)
    app.include_router(page_router(answers, kept))
    app.add_middleware(Headers, unexpected=_unexpected)
    app.state.answers = answers
    for kind in (TocsinError, TooBusy, AnswerFailed, LaneDied, HTTPException):
        app.add_exception_handler(kind, _told)
    return app


async def _told(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 404:
        error = NotHeldError(f"there is no page {request.url.path[:80]!r}")
    return error_page(request, error)


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("a page went wrong: %s", request.url, exc_info=error)
    try:
        return error_page(request, error)
    except Exception:  # whatever broke the page broke this one too
        return PlainTextResponse(UNEXPECTED, 500)
