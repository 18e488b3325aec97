"""An answer as bytes: written once and kept, with a strong tag of its content, and not sent again where it is known."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tocsin.warn.assessment import plain
from tocsin.web.answers import Working
from tocsin.web.kept_pages import KeptPage

MEDIA_TYPE = "application/json"
ASK_AGAIN_SECONDS = 2


def written(content: Any) -> KeptPage:
    """Content as JSON: dataclasses as objects, days as ISO strings, numbers that JSON has no word for as null."""
    text = json.dumps(plain(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return KeptPage.of(text.encode(), MEDIA_TYPE)


def send(request: Request, page: KeptPage) -> Response:
    """The answer, compressed where that is taken, or 304 where the reader holds it already.

    A strong tag is one of bytes, so what is compressed has its own.
    """
    packed = "gzip" in request.headers.get("accept-encoding", "") and len(page.packed) < len(page.content)
    tag = packed_tag(page) if packed else page.tag
    said = {"ETag": tag, "Vary": "Accept-Encoding", "Cache-Control": "no-cache"}
    if _is_held(request.headers.getlist("if-none-match"), page):
        return Response(status_code=304, headers=said)
    content = page.packed if packed else page.content
    if packed:
        said["Content-Encoding"] = "gzip"
    return _response(request, content, 200, said)


def send_working(request: Request, working: Working) -> Response:
    """How far an answer is that is still worked out (202), to be asked for again."""
    told = {"status": "working", "words": working.words, "done": working.done, "total": working.total}
    said = {"Retry-After": str(ASK_AGAIN_SECONDS), "Cache-Control": "no-store"}
    return _response(request, json.dumps(told, ensure_ascii=False).encode(), 202, said)


def packed_tag(page: KeptPage) -> str:
    """The tag of the compressed bytes."""
    return f'{page.tag[:-1]}-gzip"'


def _is_held(given: list[str], page: KeptPage) -> bool:
    """Whether one of the tags of an If-None-Match (RFC 9110, 13.1.2: compared weakly) is this content's."""
    tags = {tag.strip().removeprefix("W/") for line in given for tag in line.split(",")}
    return bool(tags & {"*", page.tag, packed_tag(page)})


def _response(request: Request, content: bytes, status: int, said: dict[str, str]) -> Response:
    # Whoever asks only for the head is told how long the rest would have been.
    said = {"Content-Length": str(len(content)), **said}
    return Response(b"" if request.method == "HEAD" else content, status, said, MEDIA_TYPE)
