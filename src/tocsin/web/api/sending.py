"""Answers of the API as bytes, and the word on how far an answer is that is not there yet."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tocsin.warn.assessment import plain
from tocsin.web.answers import Working
from tocsin.web.kept_pages import KeptPage
from tocsin.web.sending import respond

MEDIA_TYPE = "application/json"
ASK_AGAIN_SECONDS = 2


def written(content: Any, *, own_rows: bool = False) -> KeptPage:
    """Content as JSON: dataclasses as objects, days as ISO strings, numbers that JSON has no word for as null.

    With `own_rows` it holds rows of the user's own import, which no browser is to keep.
    """
    text = json.dumps(plain(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return KeptPage.of(text.encode(), MEDIA_TYPE, own_rows=own_rows)


def send_working(request: Request, working: Working) -> Response:
    """How far an answer is that is still worked out (202), to be asked for again."""
    told = {"status": "working", "words": working.words, "done": working.done, "total": working.total}
    said = {"Retry-After": str(ASK_AGAIN_SECONDS), "Cache-Control": "no-store"}
    return respond(request, json.dumps(told, ensure_ascii=False).encode(), 202, said, MEDIA_TYPE)
