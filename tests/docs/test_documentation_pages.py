"""The pages of the documentation, opened from disk in a browser that reaches nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PAGES = ("index", "tutorials/try-a-policy", "commands", "models", "comparison", "reference/forecast")
# The longest take a minute to check for barriers, and hold nothing that these do not.
CHECKED = {"index", "tutorials/try-a-policy", "comparison", "reference/forecast"}
# Two lists of links in the theme bear one name; the theme's own, and no barrier.
OF_THE_THEME = {"landmark-unique"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_pages_are_wide_enough_ask_nothing_and_have_no_barrier(
    site: Path, browser: Any, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    for name in PAGES:
        page.goto((site / f"{name}.html").as_uri())
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{name} is {over} pixels wider than the window"
        # Of a phone's page the colours and names are the same; one look at each is enough.
        if width == 1440 and name in CHECKED:
            # Without `preload`: from disk, style sheets can be seen but not fetched. Dark pages differ in colours only.
            rules = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
            found = Axe().run(page, options={"preload": False, **rules}).response["violations"]
            serious = [one["id"] for one in found if one["id"] not in OF_THE_THEME]
            assert serious == [], name
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


def test_the_search_finds_a_page_from_disk(site: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto((site / "tutorials" / "verify-us.html").as_uri())
    page.fill("input.md-search__input", "brier")
    page.wait_for_selector(".md-search-result__item", timeout=30_000)
    assert page.locator(".md-search-result__item").count() > 1
    page.close()
