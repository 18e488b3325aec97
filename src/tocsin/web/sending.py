"""Bytes to the reader: compressed where that is taken, with a strong tag, and not again where they are held already."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from tocsin.web.kept_pages import KeptPage

# A browser may keep a page, but asks whether it still holds; nothing in between may.
USUAL = "private, no-cache"


def send(request: Request, page: KeptPage, headers: Mapping[str, str] | None = None) -> Response:
    """The page, or 304 where the reader holds it. A strong tag is one of bytes, so what is compressed has its own."""
    packed = "gzip" in request.headers.get("accept-encoding", "") and len(page.packed) < len(page.content)
    said = {
        "ETag": packed_tag(page) if packed else page.tag,
        "Vary": "Accept-Encoding",
        "Cache-Control": "no-store" if page.own_rows else USUAL,
        **(headers or {}),
    }
    if _is_held(request.headers.getlist("if-none-match"), page):
        return Response(status_code=304, headers=said)
    if packed:
        said["Content-Encoding"] = "gzip"
    return respond(request, page.packed if packed else page.content, 200, said, page.media_type)


def respond(request: Request, content: bytes, status: int, headers: Mapping[str, str], media_type: str) -> Response:
    """An answer that is not kept; whoever asks only for its head is told how long the rest would have been."""
    said = {"Content-Length": str(len(content)), **headers}
    return Response(b"" if request.method == "HEAD" else content, status, said, media_type)


def packed_tag(page: KeptPage) -> str:
    """The tag of the compressed bytes."""
    return f'{page.tag[:-1]}-gzip"'


def _is_held(given: list[str], page: KeptPage) -> bool:
    """Whether one of the tags of an If-None-Match (RFC 9110, 13.1.2: compared weakly) is this content's."""
    tags = {tag.strip().removeprefix("W/") for line in given for tag in line.split(",")}
    return bool(tags & {"*", page.tag, packed_tag(page)})
