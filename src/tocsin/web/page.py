"""A page: the questions it rests on, and what its template is given once they are answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from tocsin.web.asked import Asked
from tocsin.web.links import Links
from tocsin.web.question import Question

# Answers by question; of `Page.wants` only those that are there.
Found = Mapping[Question, Any]


@dataclass(frozen=True)
class Download:
    """What can be taken away from a page: a table as CSV and Parquet, a document as JSON, a text file as it is.

    `ending` is that of the text file; `tocsin.web.tables.TYPES` has those there are. It is made of the page's needs,
    and of its wants only of those in `also`. `offered` says whether there is anything in it; there always is without.
    """

    name: str
    title: str
    table: Callable[[Found], pl.DataFrame] | None = None
    document: Callable[[Found], dict[str, Any]] | None = None
    text: Callable[[Found], str] | None = None
    ending: str = "toml"
    also: tuple[Question, ...] = ()
    offered: Callable[[Found], bool] | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """The endings there are."""
        tables = ("csv", "parquet") if self.table else ()
        return (*tables, *(("json",) if self.document else ()), *((self.ending,) if self.text else ()))

    def has(self, found: Found) -> bool:
        """Whether all that it is made of is there, and is something."""
        return all(question in found for question in self.also) and (self.offered is None or self.offered(found))


@dataclass(frozen=True)
class Page:
    """One page as asked for.

    `path` and `given` (its own parameters, without those that travel) are its address. Without the answers to `needs`
    there is nothing to show; those to `wants` are shown once they are there. `context` makes of the answers what
    `template` is given; the template may use nothing else. `status` is 400 for a page that says what of the question is
    wrong. With `own_rows` it may hold rows of the user's own import, which no browser is to keep.
    """

    name: str
    path: str
    title: str
    template: str
    asked: Asked
    context: Callable[[Found, Links], dict[str, Any]]
    given: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[Question, ...] = ()
    wants: tuple[Question, ...] = ()
    downloads: tuple[Download, ...] = ()
    status: int = 200
    own_rows: bool = False
