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
    """Figures of a page to take away: as CSV and Parquet where there is a table, as JSON where there is a document."""

    name: str
    title: str
    table: Callable[[Found], pl.DataFrame] | None = None
    document: Callable[[Found], dict[str, Any]] | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """The endings there are."""
        return (("csv", "parquet") if self.table else ()) + (("json",) if self.document else ())


@dataclass(frozen=True)
class Page:
    """One page as asked for.

    `path` and `given` (its own parameters, without those that travel) are its address. Without the answers to `needs`
    there is nothing to show; those to `wants` are shown once they are there. `context` makes of the answers what
    `template` is given; the template may use nothing else.
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
