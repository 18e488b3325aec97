"""The static site in a browser, from a plain web server and from disk: what holds for served pages holds for it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from planted_pages import GROUP, THEATRE
from visiting import NARROW, Visit, visit

from tocsin.web.filed import slug_of
from tocsin.web.site_folder import MARKER

FILES = {
    "overview": "/index.html",
    "group": f"/group/{slug_of(GROUP)}.html",
    "theatre": f"/theatre/{slug_of(THEATRE)}.html",
    "theatres": "/theatres.html",
    "record": "/record.html",
    "whatif": "/what-if.html",
    "whatif result": "/what-if/afghanistan-2021-08.html",
    "data": "/data.html",
    "method": "/method.html",
    "search": "/search.html",
}


@pytest.fixture(params=["served", "from disk"])
def origin(request: pytest.FixtureRequest, site: Path) -> str:
    """Where the site begins: on a web server, or in a folder."""
    if request.param == "from disk":
        return site.as_uri()
    return str(request.getfixturevalue("site_address"))


@pytest.fixture
def seen(browser: Any, origin: str) -> Iterator[Visit]:
    """A window on the site."""
    with visit(browser, origin) as one:
        yield one


@pytest.mark.parametrize("name", FILES)
def test_a_page_asks_nothing_from_elsewhere_breaks_nothing_and_bars_nobody(seen: Visit, origin: str, name: str) -> None:
    seen.open(FILES[name])
    assert seen.page.locator("figure.chart .drawing:not(:has(svg, canvas))").count() == 0
    assert seen.too_wide() == []
    seen.look(NARROW)
    assert seen.too_wide() == []
    if origin.startswith("file"):  # the same files
        assert seen.violations() == []
    assert seen.wrong() == []


def test_links_are_followed_from_page_to_page(seen: Visit) -> None:
    seen.open("/index.html")
    seen.page.get_by_role("navigation").get_by_role("link", name="Theatres").click()
    seen.page.get_by_role("main").get_by_role("link", name=THEATRE, exact=True).first.click()
    seen.settle()
    assert seen.page.url.endswith(FILES["theatre"])
    seen.page.get_by_role("main").locator("a[href*='group/']").first.click()
    seen.settle()
    assert "/group/" in seen.page.url
    seen.page.locator("a.brand").click()
    assert seen.page.url.endswith("/index.html")
    assert seen.wrong() == []


def test_a_search_is_a_list_that_a_word_narrows(seen: Visit) -> None:
    seen.open(FILES["search"])
    rows = seen.page.locator("main tbody tr:visible")
    every = rows.count()
    seen.page.locator("main input[type=search]").fill("islamic state")
    seen.page.wait_for_timeout(300)
    assert 0 < rows.count() < every
    assert seen.wrong() == []


# --- without a browser ------------------------------------------------------------------------------------------------


class _Addresses(HTMLParser):
    """Every address in a page: those that a browser loads, those that a reader follows, and anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.followed: list[str] = []
        self.anchors: set[str] = set()
        self.forms = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.forms += tag == "form"
        self.anchors |= {given["id"] or ""} if "id" in given else set()
        if tag == "a" and given.get("href"):
            self.followed.append(str(given["href"]))
        elif tag == "link" and given.get("href"):
            self.loaded.append(str(given["href"]))
        elif given.get("src"):
            self.loaded.append(str(given["src"]))


@pytest.fixture(scope="module")
def addresses(site: Path) -> dict[Path, _Addresses]:
    """The addresses in each page of the site."""
    return {path: _Addresses(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_address_leads_to_a_file_of_the_site(site: Path, addresses: dict[Path, _Addresses]) -> None:
    assert len(addresses) > 20
    root = site.resolve()
    for path, found in addresses.items():
        for address in (*found.loaded, *found.followed):
            parts = urlsplit(address)
            if parts.scheme in ("https", "http", "mailto"):
                assert address in found.followed, f"{path} loads {address}"
                continue
            assert not parts.scheme, f"{path}: {address}"
            assert not parts.query, f"{path}: {address}"
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), f"{path} links to {address}"
            assert target.is_relative_to(root)
            if parts.fragment and target.suffix == ".html":
                assert unquote(parts.fragment) in addresses[site / target.relative_to(root)].anchors, address


def test_every_page_is_reached_from_the_first(site: Path, addresses: dict[Path, _Addresses]) -> None:
    reached, waiting = set(), [site / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        for address in addresses[path].followed:
            parts = urlsplit(address)
            if not parts.scheme and parts.path.endswith(".html"):
                target = (path.parent / unquote(parts.path)).resolve()
                waiting.append(site / target.relative_to(site.resolve()))
    assert reached == set(addresses)


def test_nothing_in_it_waits_for_a_server(addresses: dict[Path, _Addresses]) -> None:
    for path, found in addresses.items():
        assert found.forms == 0, path
        assert "still being worked out" not in path.read_text(encoding="utf-8"), path


def test_every_file_is_of_a_page_a_download_or_a_script(site: Path, addresses: dict[Path, _Addresses]) -> None:
    linked = set()
    for path, found in addresses.items():
        for address in (*found.loaded, *found.followed):
            if not urlsplit(address).scheme:
                linked.add((path.parent / unquote(urlsplit(address).path)).resolve().relative_to(site.resolve()))
    files = {path.relative_to(site) for path in site.rglob("*") if path.is_file()}
    lost = {path for path in files - linked if path.parts[0] != "static"}
    assert lost <= {Path("index.html"), Path(MARKER)}
