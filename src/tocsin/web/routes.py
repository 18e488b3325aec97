"""Pages, downloads and static files by address: one way for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from tocsin.errors import InputError, NotHeldError, TocsinError
from tocsin.web.answers import Answered, Answers, TooBusy, Working
from tocsin.web.asked import TRAVELLING, Asked, read_asked
from tocsin.web.gate import NotShownError
from tocsin.web.hints import for_page
from tocsin.web.kept_pages import KeptPage, KeptPages
from tocsin.web.lane import AnswerFailed, LaneDied
from tocsin.web.links import PATHS, Served
from tocsin.web.page import Page
from tocsin.web.pages import MakePage, page_makers
from tocsin.web.question import Question
from tocsin.web.render import render_error, render_page, render_working
from tocsin.web.static_files import static_files, versions
from tocsin.web.tables import TYPES, write_download

PATIENCE = 0.7  # seconds that a page waits for answers before it shows how far they are
DOWNLOAD_PATIENCE = 20.0
ASK_AGAIN = 2  # seconds
MOST_LETTERS = 16_000  # of an address's parameters: a what-if form with every number takes 9,000


def page_router(answers: Answers) -> APIRouter:
    """Routes of every page, its downloads, and static files."""
    router = APIRouter(include_in_schema=False)
    kept = KeptPages()
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
        return _sent(request, KeptPage(file.content, file.packed, f'"{file.version}"', file.media_type), headers)

    return router


def _page_route(name: str, make: MakePage, answers: Answers, kept: KeptPages) -> Any:
    async def route(request: Request) -> Response:
        key = (name, str(request.query_params), await asyncio.to_thread(answers.stamp))
        page = kept.get(key)
        if page is not None:
            return _sent(request, page)
        asked, given = _parameters(request)
        links = Served(asked, versions())
        made = make(asked, given)
        found, working = await _found(answers, made, PATIENCE)
        missing = [working[question] for question in made.needs if question in working]
        if missing:
            text = await asyncio.to_thread(render_working, made, links, missing[0])
            return Response(text, 202, {"Refresh": str(ASK_AGAIN), "Cache-Control": "no-store"}, "text/html")
        text = await asyncio.to_thread(lambda: render_page(made, found, links, waiting=working))
        page = KeptPage.of(text.encode())
        if working:
            return _sent(request, page, {"X-Tocsin-Waiting": "yes", "Cache-Control": "no-store"})
        if made.status != 200:
            return Response(text, made.status, {"Cache-Control": "no-store"}, "text/html")
        kept.put(key, page)
        return _sent(request, page)

    return route


async def _download(request: Request, make: MakePage, file: str, form: str, answers: Answers) -> Response:
    asked, given = _parameters(request)
    made = make(asked, given)
    one = next((download for download in made.downloads if download.name == file and form in download.forms), None)
    if one is None:
        there = ", ".join(f"{download.name}.{form}" for download in made.downloads for form in download.forms)
        raise NotHeldError(f"{made.name} has no download {file[:40]}.{form[:10]}; there are: {there or 'none'}")
    said = await answers.wait_all((*made.needs, *one.also), DOWNLOAD_PATIENCE)
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
    page = KeptPage.of(content, TYPES[form])
    return _sent(request, page, {"Content-Disposition": f'attachment; filename="tocsin-{file}.{form}"'})


async def _found(answers: Answers, page: Page, seconds: float) -> tuple[dict[Question, Any], dict[Question, Working]]:
    """Answers that are there, and how far the others are. Raises what a needed question raises."""
    said = await answers.wait_all(page.needs, seconds)
    if all(isinstance(one, Answered) for one in said.values()):
        said |= await answers.wait_all(page.wants, 0.0)
    found = {question: one.value for question, one in said.items() if isinstance(one, Answered)}
    return found, {question: one for question, one in said.items() if isinstance(one, Working)}


def _parameters(request: Request) -> tuple[Asked, dict[str, str]]:
    """What travels, and the page's own parameters without the empty ones; the last of several of a name counts."""
    if len(str(request.query_params)) > MOST_LETTERS:
        raise InputError(f"an address has {MOST_LETTERS:,} letters of parameters at most")
    given = {name: value for name, value in request.query_params.items() if value.strip()}
    asked = read_asked(given)
    return asked, {name: value for name, value in given.items() if name not in TRAVELLING}


def _sent(request: Request, page: KeptPage, headers: Mapping[str, str] | None = None) -> Response:
    """The page, compressed where the reader takes it, or the word that it has not changed."""
    said = {"ETag": page.tag, "Vary": "Accept-Encoding", "Cache-Control": "no-cache", **(headers or {})}
    if page.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=said)
    packed = "gzip" in request.headers.get("accept-encoding", "") and len(page.packed) < len(page.content)
    if packed:
        said["Content-Encoding"] = "gzip"
    return Response(page.packed if packed else page.content, headers=said, media_type=page.media_type)


def error_page(request: Request, error: Exception) -> Response:
    """What a visitor is told when a page could not be made."""
    status, title = _kind(error)
    detail = for_page(str(error)) if status < 500 or isinstance(error, TooBusy) else UNEXPECTED
    try:
        asked = read_asked(request.query_params)
    except TocsinError:
        asked = Asked()
    text = render_error(asked, Served(asked, versions()), status=status, title=title, detail=detail)
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "30"} if status == 503 else {})
    return Response(text, status, headers, "text/html")


UNEXPECTED = "Something went wrong that should not have; what it was stands in the window that the server runs in."


def _kind(error: Exception) -> tuple[int, str]:
    if isinstance(error, NotHeldError):
        return 404, "Not in the figures"
    if isinstance(error, NotShownError):
        return 403, "Not to be shown"
    if isinstance(error, TooBusy):
        return 503, "Not yet"
    if isinstance(error, (AnswerFailed, LaneDied)):
        return 500, "Something went wrong"
    if isinstance(error, TocsinError):
        return 400, "This can not be asked"
    return 500, "Something went wrong"
