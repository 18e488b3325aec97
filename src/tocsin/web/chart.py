"""A chart on a page: its figures for the drawing in the browser, in words for who does not see it, and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tocsin.report.brief.document import Table


@dataclass(frozen=True)
class Chart:
    """What `static/charts/*.js` draws under the name `kind`; `name` is what its files are called when downloaded.

    `figures` are plain values (dates as ISO strings). `alt` tells in a sentence or two what the drawing shows. `data`
    holds the figures as a table, shown on request. `source` is the citation that goes into a downloaded drawing. `land`
    asks for outlines: "world", or the box (west, south, east, north) in degrees that is drawn.
    """

    kind: str
    name: str
    figures: dict[str, Any]
    alt: str
    caption: str
    data: Table
    source: str
    land: tuple[float, float, float, float] | str | None = None
