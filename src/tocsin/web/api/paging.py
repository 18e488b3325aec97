"""One page of a list, and the addresses of those before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from starlette.requests import Request

T = TypeVar("T")


class Paging(BaseModel):
    """Where in a list a page stands. `next` and `previous` are addresses on the same server, null where none is."""

    page: int = Field(ge=1, description="This page, from 1.")
    per_page: int = Field(ge=1, description="How many a page holds.")
    total: int = Field(ge=0, description="How many the whole list holds.")
    pages: int = Field(ge=0, description="How many pages there are; 0 where nothing is in the list.")
    next: str | None = Field(description="The page after it.")
    previous: str | None = Field(description="The page before it; of a page beyond the end, the last.")


@dataclass(frozen=True)
class Part(Generic[T]):
    """The rows of one page, and where it stands as plain values of a `Paging`."""

    rows: tuple[T, ...]
    paging: dict[str, Any]


def page_of(rows: Sequence[T], request: Request, page: int, per_page: int) -> Part[T]:
    """Page number `page` of `rows`; one beyond the end is empty."""
    pages = -(-len(rows) // per_page)
    start = (page - 1) * per_page
    before = min(page - 1, pages)
    paging = {
        "page": page,
        "per_page": per_page,
        "total": len(rows),
        "pages": pages,
        "next": _address(request, page + 1) if page < pages else None,
        "previous": _address(request, before) if before >= 1 else None,
    }
    return Part(tuple(rows[start : start + per_page]), paging)


def _address(request: Request, page: int) -> str:
    given = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
    return f"{request.url.path}?{urlencode([*given, ('page', str(page))])}"
