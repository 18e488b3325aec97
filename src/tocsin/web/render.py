"""From a page and its answers to HTML: the templates' environment, its filters, and the data that charts read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from tocsin import __version__
from tocsin.report.brief.document import visible
from tocsin.report.brief.words import whole_day, whole_month
from tocsin.warn import percent
from tocsin.warn.headline import observed
from tocsin.web.answers import Working
from tocsin.web.asked import HORIZONS, Asked
from tocsin.web.chart import Chart
from tocsin.web.headers import STATIC
from tocsin.web.links import Links
from tocsin.web.page import Found, Page
from tocsin.web.world import land_for

NAVIGATION = (
    ("overview", "Overview"),
    ("theatres", "Theatres"),
    ("record", "Record"),
    ("whatif", "What-if"),
    ("data", "Data"),
    ("method", "Method"),
)
# Which entry of the navigation a page stands under.
UNDER = {"group": "overview", "theatre": "theatres", "search": "overview"}
NOT_SHOWN = "not shown"  # what stands for a figure that the terms of a source hold back
VENDORED = ("vendor/d3.min.js", "vendor/plot.umd.min.js", "vendor/topojson-client.min.js")


def render_page(
    page: Page,
    found: Found,
    links: Links,
    *,
    waiting: Mapping[Any, Working] | None = None,
    failed: tuple[str, ...] = (),
) -> str:
    """The page as HTML. `waiting` holds the wants still worked on; `failed` says why others failed."""
    context = page.context(found, links)
    scripts = tuple(context.get("scripts", ()))
    return _render(
        page.template,
        page.asked,
        links,
        page=page,
        waiting=waiting or {},
        failed=failed,
        downloads=tuple(one for one in page.downloads if one.offered is None or one.offered(found)),
        **{**context, "title": context.get("title", page.title), "scripts": (*VENDORED, *scripts) if scripts else ()},
    )


def render_working(page: Page, links: Links, working: Working) -> str:
    """The page to look at while what it needs is worked out; it asks again by itself."""
    return _render("working.html", page.asked, links, page=page, title=page.title, working=working)


def render_error(asked: Asked, links: Links, *, status: int, title: str, detail: str) -> str:
    """The page that says what could not be done, and what to try."""
    return _render("error.html", asked, links, page=None, title=title, status=status, detail=detail)


def _render(template: str, asked: Asked, links: Links, **given: Any) -> str:
    base: dict[str, Any] = {
        "asked": asked,
        "links": links,
        "navigation": NAVIGATION,
        "under": UNDER,
        "horizons": HORIZONS,
        "version": __version__,
        "sources": None,
        "scripts": (),
        "downloads": (),
        "waiting": {},
        "failed": (),
        "styles": _styles(template),
    }
    return _environment().get_template(template).render(**{**base, **given})


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tocsin.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a page in two versions, when the package is renewed beside a server, would be none
    )
    environment.filters |= {
        "observed": observed,
        "percent": percent,
        "number": number,
        "month": month,
        "day": whole_day,
        "name": lambda text: visible(str(text)),
        "block": block,
        "figures_of": figures_of,
    }
    return environment


def month(day: date | None) -> str:
    """A month in words. None is one that is held back."""
    return NOT_SHOWN if day is None else whole_month(day)


def number(value: float | None) -> str:
    """A number with thousands parted; one decimal below 10 where it is not whole. None is one that is held back.

    >>> number(12345), number(3.25), number(12.4), number(4.0), number(None)
    ('12,345', '3.2', '12', '4', 'not shown')
    """
    if value is None:
        return NOT_SHOWN
    return f"{value:,.1f}" if abs(value) < 10 and value != int(value) else f"{value:,.0f}"


def figures_of(chart: Chart) -> dict[str, Any]:
    """What the drawing in the browser is given."""
    land = None if chart.land is None else land_for(chart.land)
    return {"figures": chart.figures, "land": land, "source": chart.source}


def block(value: Any) -> Markup:
    """A value as JSON for a data block of a page: nothing in it can end the block or begin a tag."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain_day)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _plain_day(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {value!r}")


@cache
def _styles(template: str) -> tuple[str, ...]:
    own = f"{Path(template).stem}.css"
    return ("tocsin.css", own) if (STATIC / own).is_file() else ("tocsin.css",)
