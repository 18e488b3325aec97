"""The pages by name: each module says what its page rests on and what its template is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from tocsin.web.asked import Asked
from tocsin.web.page import Page

NAMES = ("overview", "group", "theatre", "theatres", "record", "whatif", "data", "method", "search", "api")

MakePage = Callable[[Asked, Mapping[str, str]], Page]


def page_makers() -> dict[str, MakePage]:
    """For each page the function that makes it of what is asked and of the page's own parameters."""
    return {name: import_module(f"tocsin.web.pages.{name}").page for name in NAMES}
