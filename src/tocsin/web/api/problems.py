"""Errors as problem details (RFC 9457): what went wrong, in the same form everywhere under `/api`."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from concurrent.futures import CancelledError
from typing import Any
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from tocsin.errors import InputError, NotHeldError, StoreBusyError, TocsinError
from tocsin.web.answers import TooBusy
from tocsin.web.gate import NotShownError
from tocsin.web.hints import for_program

MEDIA_TYPE = "application/problem+json"
BUSY_SECONDS = 30
MOST_QUOTED = 60  # letters of what was sent that are said back
UNKNOWN = "unknown_parameter"  # what pydantic calls it

log = logging.getLogger("tocsin.web")

# The kinds of problem: status, title, and what to do; each has its place on the page about the API.
KINDS: dict[str, tuple[int, str, str]] = {
    "parameter": (400, "A parameter cannot be used", "Mend the parameter that `parameter` names, if one is named."),
    "licence": (403, "The licence does not allow it", "Ask the source itself for its data."),
    "not-held": (404, "Not in the figures", "Look in /groups, /theatres or /whatif for what there is."),
    "no-such-path": (404, "There is no such path", "Look in openapi.json for the paths there are."),
    "method": (405, "Only GET and HEAD are answered", "Nothing can be changed by the API."),
    "failed": (500, "Something went wrong", "Look in the window that the server runs in."),
    "busy": (503, "Too busy", "Ask again after the seconds that Retry-After says."),
}


class Problem(BaseModel):
    """What went wrong (RFC 9457), as `application/problem+json`."""

    type: str = Field(
        description="The kind of problem: an address on the page about the API.", examples=["/api#problem-parameter"]
    )
    title: str = Field(description="The kind in words, the same for every problem of the kind.")
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What went wrong this time, with a hint where there is one.")
    instance: str = Field(description="What was asked for: path and parameters.")
    parameter: str | None = Field(None, description="The parameter that cannot be used, where it is one.")


class Refused(Exception):
    """Something that the API does not do, of one of the `KINDS`."""

    def __init__(self, kind: str, detail: str, parameter: str | None = None) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.parameter = kind, detail, parameter


def problem_response(
    request: Request, kind: str, detail: str, *, parameter: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """A problem of one of the `KINDS` as the answer to a request."""
    status, title, _ = KINDS[kind]
    told: dict[str, Any] = {
        "type": f"/api#problem-{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance_of(request),
    }
    if parameter is not None:
        told["parameter"] = parameter
    content = json.dumps(told, ensure_ascii=False).encode()
    said = {"Cache-Control": "no-store", "Content-Length": str(len(content)), **(headers or {})}
    # Whoever asks only for the head is told how long the rest would have been.
    return Response(b"" if request.method == "HEAD" else content, status, said, MEDIA_TYPE)


def told(request: Request, error: Exception) -> Response:
    """The problem that an error is; one that nobody foresaw is written to the log and not told."""
    if isinstance(error, Refused):
        return problem_response(request, error.kind, error.detail, parameter=error.parameter)
    if isinstance(error, RequestValidationError):
        parameter, detail = _of_parameter(error.errors())
        return problem_response(request, "parameter", detail, parameter=parameter)
    if isinstance(error, NotShownError):
        return problem_response(request, "licence", for_program(str(error)))
    if isinstance(error, NotHeldError):
        return problem_response(request, "not-held", for_program(str(error)))
    if isinstance(error, InputError):
        return problem_response(request, "parameter", for_program(str(error)))
    if isinstance(error, TooBusy | StoreBusyError):
        return problem_response(request, "busy", for_program(str(error)), headers={"Retry-After": str(BUSY_SECONDS)})
    if isinstance(error, CancelledError):
        return problem_response(request, "busy", "the server is ending", headers={"Retry-After": str(BUSY_SECONDS)})
    if isinstance(error, TocsinError):
        return problem_response(request, "failed", for_program(str(error)))
    log.error("an answer of the API went wrong: %s", request.url, exc_info=error)
    return problem_response(request, "failed", "What it was stands in the window that the server runs in.")


def instance_of(request: Request) -> str:
    """The path and the parameters of a request, in the letters that an address may have."""
    query = request.scope.get("query_string", b"").decode("latin-1")
    path = quote(request.url.path, safe="/@:!$&'()*+,;=-._~")
    return f"{path}?{quote(query, safe='%/?@:!$&()*+,;=-._~')}" if query else path


def _of_parameter(errors: Sequence[Any]) -> tuple[str | None, str]:
    """The first parameter that cannot be used, and why, from what pydantic says."""
    first = errors[0]
    name = next((str(part) for part in first["loc"][1:]), None)
    about = first.get("ctx", {})
    if first["type"] == UNKNOWN:
        return about["name"], about["told"]
    if first["type"] == "missing":
        return name, f"the parameter {name!r} is needed"
    said = str(about.get("error", first["msg"]))
    got = first.get("input")
    quoted = f", got {got[:MOST_QUOTED]!r}" if isinstance(got, str) else ""
    return name, f"{name}: {said[:1].lower()}{said[1:]}{quoted}"
