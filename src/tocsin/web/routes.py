"""Pages, downloads and static files by address: one way for all of them."""

from __future__ import annotations

import asyncio
import unicodedata
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from tocsin.errors import InputError, NotHeldError, StoreBusyError, TocsinError
from tocsin.web.answers import Answered, Answers, Failed, TooBusy, Working
from tocsin.web.asked import MOST_LETTERS, TRAVELLING, Asked, read_asked
from tocsin.web.gate import NotShownError
from tocsin.web.hints import for_page
from tocsin.web.kept_pages import KeptPage, KeptPages
from tocsin.web.lane import Outdated
from tocsin.web.links import PATHS, Served
from tocsin.web.pages import MakePage, page_makers
from tocsin.web.render import render_error, render_page, render_working
from tocsin.web.sending import respond, send
from tocsin.web.static_files import static_files, versions
from tocsin.web.tables import TYPES, write_download

PATIENCE = 0.7  # seconds that a page waits for answers before it shows how far they are
DOWNLOAD_PATIENCE = 20.0
ASK_AGAIN = 2  # seconds
TRIES = 3  # where the store changes while a page is made
NOT_KEPT = {"Cache-Control": "no-store"}
HTML = "text/html; charset=utf-8"


def page_router(answers: Answers, kept: KeptPages) -> APIRouter:
    """Routes of every page, its downloads, and static files; pages that were written go into `kept`."""
    router = APIRouter(include_in_schema=False)
    for name, make in page_makers().items():
        router.add_api_route(PATHS[name], _page_route(name, make, answers, kept), methods=["GET", "HEAD"])

    @router.api_route("/download/{name}/{file}.{form}", methods=["GET", "HEAD"])
    async def download(request: Request, name: str, file: str, form: str) -> Response:
        make = page_makers().get(name)
        if make is None:
            raise NotHeldError(f"there is no page {name[:40]!r} with downloads")
        return await _download(request, make, file, form, answers)

    @router.api_route("/static/{path:path}", methods=["GET", "HEAD"])
    async def static(request: Request, path: str) -> Response:
        file = static_files().get(path)
        if file is None:
            raise NotHeldError(f"there is no file {path[:80]!r}")
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if "v" in request.query_params else "no-cache"
        }
        return send(request, KeptPage(file.content, file.packed, f'"{file.version}"', file.media_type), headers)

    return router


def _page_route(name: str, make: MakePage, answers: Answers, kept: KeptPages) -> Any:
    async def route(request: Request) -> Response:
        for _ in range(TRIES):
            try:
                return await _page(request, (name, str(request.query_params)), make, answers, kept)
            except Outdated:
                continue
        raise TooBusy("the store is being changed; try again in a moment")

    return route


async def _page(
    request: Request, address: tuple[str, str], make: MakePage, answers: Answers, kept: KeptPages
) -> Response:
    """The page by the store as it is now. Raises `Outdated` where the store changes meanwhile."""
    stamp = await asyncio.to_thread(answers.stamp)
    key = (*address, stamp)
    page = kept.get(key)
    if page is not None:
        return send(request, page)
    asked, given = _parameters(request)
    made = make(asked, given)
    links = Served(asked, versions())
    said = await answers.wait_all(made.needs, PATIENCE, stamp)
    for one in said.values():
        if isinstance(one, Working):
            text = await asyncio.to_thread(render_working, made, links, one)
            return respond(request, text.encode(), 202, {"Refresh": str(ASK_AGAIN), **NOT_KEPT}, HTML)
    wanted = await answers.settled(made.wants, 0.0, stamp)
    found = {question: one.value for question, one in (said | wanted).items() if isinstance(one, Answered)}
    working = {question: one for question, one in wanted.items() if isinstance(one, Working)}
    failed = tuple(one.error for one in wanted.values() if isinstance(one, Failed))
    for error in failed:
        if isinstance(error, Outdated):
            raise error
    text = await asyncio.to_thread(
        lambda: render_page(made, found, links, waiting=working, failed=tuple(_told(one) for one in failed))
    )
    page = KeptPage.of(text.encode(), own_rows=made.own_rows)
    if working:
        return send(request, page, {"X-Tocsin-Waiting": "yes", **NOT_KEPT})
    if failed or made.status != 200:
        return respond(request, page.content, made.status, NOT_KEPT, HTML)
    kept.put(key, page)
    return send(request, page)


async def _download(request: Request, make: MakePage, file: str, form: str, answers: Answers) -> Response:
    asked, given = _parameters(request)
    made = make(asked, given)
    one = next((download for download in made.downloads if download.name == file and form in download.forms), None)
    if one is None:
        there = ", ".join(f"{download.name}.{form}" for download in made.downloads for form in download.forms)
        raise NotHeldError(f"{made.name} has no download {file[:40]}.{form[:10]}; there are: {there or 'none'}")
    try:
        said = await answers.wait_all((*made.needs, *one.also), DOWNLOAD_PATIENCE)
    except Outdated:
        raise TooBusy("the store is being changed; try again in a moment") from None
    for answer in said.values():
        if isinstance(answer, Working):
            raise TooBusy(f"the figures are still being worked out ({answer.words}); try again in a minute")
    found = {question: answer.value for question, answer in said.items() if isinstance(answer, Answered)}
    if not one.has(found):
        raise NotHeldError(f"there is nothing in {made.name} to go into {file[:40]}.{form[:10]}")
    links = Served(asked, versions())

    def written() -> bytes:
        sources = made.context(found, links).get("sources")
        return write_download(one, form, found, sources)

    content = await asyncio.to_thread(written)
    page = KeptPage.of(content, TYPES[form], own_rows=made.own_rows)
    return send(request, page, {"Content-Disposition": f'attachment; filename="tocsin-{file}.{form}"'})


def _parameters(request: Request) -> tuple[Asked, dict[str, str]]:
    """What travels, and the page's own parameters without the empty ones; the last of several of a name counts."""
    if len(str(request.query_params)) > MOST_LETTERS:
        raise InputError(f"an address has {MOST_LETTERS:,} letters of parameters at most")
    for name, value in request.query_params.items():
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name + value):
            raise InputError(f"{name[:40]!r} holds a character that can not be seen: {value[:40]!r}")
    given = {name: value for name, value in request.query_params.items() if value.strip()}
    asked = read_asked(given)
    return asked, {name: value for name, value in given.items() if name not in TRAVELLING}


# --- what could not be done -------------------------------------------------------------------------------------------

UNEXPECTED = "Something went wrong that should not have; what it was stands in the window that the server runs in."


def error_page(request: Request, error: Exception) -> Response:
    """What a visitor is told when a page could not be made."""
    status, title = _kind(error)
    try:
        asked = read_asked(request.query_params)
    except TocsinError:
        asked = Asked()
    text = render_error(asked, Served(asked, versions()), status=status, title=title, detail=_told(error))
    said = NOT_KEPT | ({"Retry-After": "30"} if status == 503 else {})
    if isinstance(error, HTTPException):
        said |= error.headers or {}
    return respond(request, text.encode(), status, said, HTML)


def _kind(error: Exception) -> tuple[int, str]:
    if isinstance(error, HTTPException):
        return error.status_code, "Not answered"
    if isinstance(error, NotHeldError):
        return 404, "Not in the figures"
    if isinstance(error, NotShownError):
        return 403, "Not to be shown"
    if isinstance(error, TooBusy | StoreBusyError):
        return 503, "Not yet"
    if isinstance(error, InputError):
        return 400, "This can not be asked"
    return 500, "Something went wrong"


def _told(error: BaseException) -> str:
    """An error in words; one that nobody foresaw is not told in its own."""
    if isinstance(error, HTTPException):
        return "Pages answer GET and HEAD." if error.status_code == 405 else str(error.detail)
    return for_page(str(error)) if isinstance(error, TocsinError | TooBusy) else UNEXPECTED
