"""How a resource of the API is offered: GET and HEAD, errors as problems, and a word on how far a long answer is."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from tocsin.settings import Settings
from tocsin.web.answers import Answers, TooBusy, Working
from tocsin.web.api.problems import MOST_QUOTED, Refused, problem_response, told
from tocsin.web.api.sending import send_working, written
from tocsin.web.asked import MOST_LETTERS
from tocsin.web.kept_pages import KeptPages
from tocsin.web.lane import Outdated
from tocsin.web.question import Question
from tocsin.web.sending import send

PATIENCE = 2.0  # seconds that a request waits for answers before it is told how far they are
METHODS = ("GET", "HEAD")
LICENCE = "x-licence"  # a mark in the description, taken away before it is told

Content = Callable[[], Any]


class StillWorking(Exception):
    """An answer is not there yet."""

    def __init__(self, working: Working) -> None:
        super().__init__(working.words)
        self.working = working


@dataclass(frozen=True)
class Desk:
    """Where resources get answers from, and where answers that were written are kept."""

    answers: Answers
    settings: Settings
    kept: KeptPages = field(default_factory=KeptPages)

    async def find(self, *questions: Question) -> tuple[Any, ...]:
        """The answers to questions, in their order. Raises what they raise, `TooBusy`, or `StillWorking`."""
        said = await self.answers.wait_all(questions, PATIENCE)
        for one in said.values():
            if isinstance(one, Working):
                raise StillWorking(one)
        return tuple(said[question].value for question in questions)  # type: ignore[union-attr]

    async def reply(
        self, request: Request, make: Callable[[], Awaitable[Content]], *, own_rows: bool = False
    ) -> Response:
        """What `make` finds and then makes, as JSON; written once for an address while the store is as it was."""
        stamp = await asyncio.to_thread(self.answers.stamp)
        key = ("api", request.url.path, str(request.query_params), stamp)
        page = self.kept.get(key)
        if page is None:
            try:
                content = await make()
            except Outdated:
                raise TooBusy("the store is being changed; try again in a moment") from None
            page = await asyncio.to_thread(lambda: written(content(), own_rows=own_rows))
            if await asyncio.to_thread(self.answers.stamp) == stamp:
                self.kept.put(key, page)
        return send(request, page)


class ApiRoute(APIRoute):
    """A route whose errors are problems, and which checks what no parameter can check of itself."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that FastAPI makes, with that around it."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                _check(request)
                return await handle(request)
            except StillWorking as still:
                return send_working(request, still.working)
            except Exception as error:
                return told(request, error)

        return answered


def unanswered(kind: Literal["method", "no-such-path"]) -> Any:
    """An ASGI application, good for any method, for what the API does not do; to be the last route of its path."""
    return _Unanswered(kind)


class _Unanswered:
    def __init__(self, kind: str) -> None:
        self._kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if self._kind == "method":
            detail = f"{request.method[:20]} is not answered, only {' and '.join(METHODS)}"
            response = problem_response(request, "method", detail, headers={"Allow": ", ".join(METHODS)})
        else:
            response = problem_response(request, self._kind, f"there is nothing at {request.url.path[:80]!r}")
        await response(scope, receive, send)


def offer(
    router: APIRouter,
    path: str,
    endpoint: Callable[..., Awaitable[Response]],
    *,
    answer: type[BaseModel],
    summary: str,
    licence: bool = False,
    parameters: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Offer a resource: its answer is described by `answer`; `licence` says that it may be refused for one.

    `parameters` are those that FastAPI does not see, as OpenAPI has them.

    The description is the docstring of `endpoint`.
    """
    name = endpoint.__name__
    router.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        name=name,
        operation_id=name,
        summary=summary[:1].upper() + summary[1:],
        description=" ".join((endpoint.__doc__ or "").split()),
        response_model=answer,
        response_description=" ".join((answer.__doc__ or "").split()),
        openapi_extra={LICENCE: licence, "parameters": [dict(one) for one in parameters]},
    )
    router.add_api_route(
        path, endpoint, methods=["HEAD"], name=f"{name}_head", response_model=None, include_in_schema=False
    )
    router.add_route(path, unanswered("method"), include_in_schema=False)


def _check(request: Request) -> None:
    if len(request.scope.get("query_string", b"")) > MOST_LETTERS:
        raise Refused("parameter", f"an address has {MOST_LETTERS:,} letters of parameters at most")
    counted = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in counted.items():
        if count > 1:
            raise Refused("parameter", f"the parameter {name[:MOST_QUOTED]!r} is given {count} times", name)
