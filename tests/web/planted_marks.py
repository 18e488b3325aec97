"""Marks of the planted store that must turn up nowhere, and pages and downloads as the text they are looked for in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import polars as pl
from planted_store import CELL, DEATHS, HEADLINE, LONE, LONE_DEATHS, LONE_MONTH, MARKED, OFFICE, ROWS_FROM, ROWS_TO
from planted_web import SOURCES as FROM_HERE

from tocsin.months import first_day
from tocsin.web.links import Served
from tocsin.web.page import Page
from tocsin.web.question import Question
from tocsin.web.render import render_page
from tocsin.web.static_files import versions
from tocsin.web.tables import write_download

# What must turn up nowhere. Figures stand alone, with or without a comma: no part of a longer number.
MARKS = {
    **{f"deaths {n}": rf"(?<![\d.,]){n // 1000},?{n % 1000:03}(?![\d])" for n in (*DEATHS, sum(DEATHS), LONE_DEATHS)},
    "mean of the lone deaths": rf"{LONE_DEATHS / 12:.1f}",
    "mean of the deaths": rf"{sum(DEATHS) / 12:,.1f}|{sum(DEATHS) / 12:.1f}",
    "cell": rf"(?<!\d){CELL}(?!\d)",
    "centre of the cell": r"(?<!\d)74\.25(?!\d)",
    "place": r"-8\.6(?!\d)|-74\.3(?!\d)",
    "event": "MARK-",
    "headline": HEADLINE,
    "office": OFFICE,
    **{
        f"{end} row": rf"{day:%Y-%m-%d}|(?<!\d){day:%-d %B %Y}|date\({day.year}, {day.month}, {day.day}\)"
        for end, day in (("first", ROWS_FROM), ("last", ROWS_TO))
    },
}
LONE_IN_WORDS = re.compile(
    "{0:%Y-%m}|{0:%B %Y}|{0:%b %Y}|date\\({0:%Y}, {0.month},".format(first_day(LONE_MONTH))  # also as Python writes it
)

# What each page is asked with: pages with none are asked as they stand.
PAGES: dict[str, tuple[dict[str, str], ...]] = {
    "group": ({"name": MARKED}, {"name": "Marked front"}, {"name": LONE}),
    "theatre": ({"name": "Peru"}, {"name": "Colombia+Peru", "years": "all"}, {"name": "Bolivia"}),
    "search": ({"q": "marked"},),
}


def marks_in(text: str) -> list[str]:
    return [name for name, pattern in MARKS.items() if re.search(pattern, text)]


def contents(page: Page, told: Callable[[Question], Any]) -> dict[str, str]:
    """A page and its downloads as text."""
    found = {question: told(question) for question in (*page.needs, *page.wants)}
    links = Served(page.asked, versions())
    out = {"page": render_page(page, found, links)}
    for one in page.downloads:
        for form in one.forms:
            written = write_download(one, form, found, FROM_HERE)
            out[f"{one.name}.{form}"] = repr(_rows(written)) if form == "parquet" else written.decode()
    return out


def _rows(content: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pl.read_parquet(content).rows(named=True)
    return rows
