"""What all results have in common: tables that go out to any data frame, where they come from, how they are cited."""

from __future__ import annotations

from tocsin.results.citing import PROGRAM, citation
from tocsin.results.notebook import Card, CardTable, as_html
from tocsin.results.result import Result
from tocsin.results.traced import TRACE, Traced, rows_of, traced

__all__ = ["PROGRAM", "TRACE", "Card", "CardTable", "Result", "Traced", "as_html", "citation", "rows_of", "traced"]
