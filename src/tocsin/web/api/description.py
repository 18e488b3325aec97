"""The OpenAPI description of the API: what FastAPI finds out, and what holds of every resource."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from tocsin import __version__
from tocsin.web.api.problems import KINDS, MEDIA_TYPE, Problem
from tocsin.web.api.route import LICENCE
from tocsin.web.api.shapes import WorkingAnswer

PREFIX = "/api/v1"
ABOUT = (
    "The figures of the pages as JSON, for programs. Every answer says which day it is of, where its data end, and "
    "whose data they are."
)
# What holds of every resource: what it is about, and a sentence or two.
CONVENTIONS = (
    (
        "What takes long",
        "is answered with 202 and how far it is. Ask again after as many seconds as `Retry-After` says.",
    ),
    ("What is held already", "is not sent again: give the `ETag` of an answer as `If-None-Match`, and get 304."),
    ("Lists", "come in pages. `paging` in the answer has the addresses of the next and of the previous one."),
    ("Errors", "are problem details (RFC 9457), as `application/problem+json`."),
    ("Parameters", "that are not known, empty, or given twice are refused, so that a slip is not taken for a default."),
    ("Months", "are told by their first day, or like `2020-12`; days like `2020-12-31`. What is not known is null."),
    ("Keys", "are stable: new ones may come, none goes in v1."),
    ("Methods", "are GET and HEAD. Nothing can be changed."),
)

Schema = dict[str, Any]


def describe(routes: Sequence[BaseRoute]) -> Schema:
    """The description of the resources at `routes`, an OpenAPI 3.1 document."""
    found = get_openapi(
        title="tocsin",
        version=__version__,
        description=" ".join([ABOUT, *(f"{about} {said}" for about, said in CONVENTIONS)]),
        routes=routes,
        servers=[{"url": PREFIX, "description": "This server"}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    parts = found.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # of FastAPI; here they are problems
        schemas.pop(unused, None)
    schemas |= _schemas()
    parts["responses"] = _responses()
    parts["parameters"] = {"IfNoneMatch": _IF_NONE_MATCH}
    parts["headers"] = _HEADERS
    for operations in found["paths"].values():
        _complete(operations["get"])
    return found


def _complete(operation: Schema) -> None:
    """Add to one operation the answers and the parameter that all have."""
    operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IfNoneMatch"})
    answers = operation["responses"]
    answers.pop("422", None)
    answers["200"]["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in ("ETag", "Cache-Control")}
    names = ["Working", "NotModified", "BadParameter", "NotHeld", "Failed", "Busy"]
    if operation.pop(LICENCE):
        names.append("Licence")
    answers |= {_STATUS[name]: {"$ref": f"#/components/responses/{name}"} for name in names}
    operation["responses"] = dict(sorted(answers.items()))


_STATUS = {
    "Working": "202",
    "NotModified": "304",
    "BadParameter": "400",
    "Licence": "403",
    "NotHeld": "404",
    "Failed": "500",
    "Busy": "503",
}
_PROBLEMS = {
    "BadParameter": "parameter",
    "Licence": "licence",
    "NotHeld": "not-held",
    "Failed": "failed",
    "Busy": "busy",
}
_HEADERS: dict[str, Schema] = {
    "ETag": {"description": "Strong tag of the content.", "schema": {"type": "string", "pattern": '^"[^"]+"$'}},
    "Cache-Control": {
        "description": "`no-cache`: keep it, and ask whether it still holds.",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
}
_IF_NONE_MATCH: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what is held already, several parted by commas, or `*`: 304 where that is it.",
    "schema": {"type": "string"},
}


def _responses() -> dict[str, Schema]:
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    retry = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    found: dict[str, Schema] = {
        "Working": {
            "description": " ".join((WorkingAnswer.__doc__ or "").split()),
            "headers": retry,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/WorkingAnswer"}}},
        },
        "NotModified": {
            "description": "What is held already is still right.",
            "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
        },
    }
    for name, kind in _PROBLEMS.items():
        _, title, hint = KINDS[kind]
        found[name] = {"description": f"{title}. {hint}", "content": deepcopy(problem)}
    found["Busy"]["headers"] = retry
    return found


def _schemas() -> dict[str, Schema]:
    _, top = models_json_schema(
        [(Problem, "serialization"), (WorkingAnswer, "serialization")], ref_template="#/components/schemas/{model}"
    )
    found: dict[str, Schema] = top["$defs"]
    # A problem has the parameter or not; it is never null.
    found["Problem"]["properties"]["parameter"] = {
        "type": "string",
        "description": found["Problem"]["properties"]["parameter"]["description"],
    }
    found["Problem"]["required"] = ["type", "title", "status", "detail", "instance"]
    return found
