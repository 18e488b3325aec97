"""Every page in a browser, from a real server: nothing from elsewhere, no error, no barrier, at any width, on paper."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pypdf
import pytest
from planted_pages import GROUP, THEATRE
from visiting import NARROW, WIDE, Visit, visit, wait_until_there

from tocsin.web.pages import NAMES
from tocsin.web.static_files import static_files

MOST_SCRIPT = 600_000  # bytes
MOST_SECONDS = 5.0  # until the overview can be used; the benchmark has the true figure, this is for a busy machine


def _with(path: str, **given: str) -> str:
    return f"{path}?{urlencode(given)}"


# At least one address of every page, and of what looks different again.
ADDRESSES = {
    "overview": "/",
    "group": _with("/group", name=GROUP),
    "theatre": _with("/theatre", name=THEATRE),
    "theatres": "/theatres",
    "record": "/record",
    "whatif": "/what-if",
    "whatif scenario": _with("/what-if", scenario="afghanistan-2021-08"),
    "whatif result": _with("/what-if", scenario="afghanistan-2021-08", run="1", draws="100"),
    "data": "/data",
    "method": "/method",
    "search": _with("/search", q="islamic state"),
    "search for nothing": _with("/search", q="zzzz"),
    "api": "/api",
    "another day": _with("/", as_of="2020-11-30"),
}
REFUSED = {"no such group": _with("/group", name="Nobody @ Mali"), "no such day": _with("/", as_of="yesterday")}
CHARTS = ["overview", "group", "theatre", "record", "whatif result", "data"]


@pytest.fixture(scope="session")
def pages(server: str) -> str:
    """The server, once every page's figures are worked out."""
    for address in ADDRESSES.values():
        wait_until_there(server + address)
    return server


Look = Callable[..., Visit]


@pytest.fixture
def look(browser: Any, pages: str) -> Iterator[Look]:
    """Open one page of the server in a window of its own."""
    opened = []

    def at(address: str, **given: Any) -> Visit:
        opened.append(visit(browser, pages, **given))
        seen = opened[-1].__enter__()
        seen.open(address)
        return seen

    yield at
    for one in opened:
        one.__exit__(None, None, None)


def test_every_page_is_looked_at() -> None:
    assert {name.partition(" ")[0] for name in ADDRESSES} >= set(NAMES)


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_asks_nothing_from_elsewhere_breaks_nothing_and_bars_nobody(look: Look, name: str) -> None:
    seen = look(ADDRESSES[name])
    # Every drawing has come out: none is empty.
    empty = seen.page.locator("figure.chart .drawing:not(:has(svg, canvas))").count()
    assert empty == 0
    # Colours depend on the scheme alone, all else on the width alone.
    for size, scheme in ((WIDE, "light"), (NARROW, "dark")):
        seen.look(size, scheme)
        assert seen.violations() == [], (size, scheme)
        assert seen.too_wide() == [], (size, scheme)
    assert seen.wrong() == []
    assert sum(len(static_files()[path].content) for path in _scripts(seen)) <= MOST_SCRIPT


def _scripts(seen: Visit) -> set[str]:
    """The scripts that the page asked for, by their path below `static/`."""
    paths = {url.partition("?")[0].partition("/static/")[2] for url in seen.asked}
    return {path for path in paths if path.endswith(".js")}


def test_all_scripts_together_are_small() -> None:
    assert sum(len(file.content) for path, file in static_files().items() if path.endswith(".js")) <= MOST_SCRIPT


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_shown_is_told_on_a_page_like_any_other(look: Look, name: str) -> None:
    seen = look(REFUSED[name])
    assert seen.page.locator("h1").count() == 1
    assert seen.violations() == []
    # The browser itself tells that the page has an error's status.
    own = [words for words in seen.wrong() if "40" not in words]
    assert own == []


# --- by keyboard ------------------------------------------------------------------------------------------------------

CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
# Numbers every control that can be seen, so that those that were reached can be told.
NUMBER = """(controls) => {
    let n = 0;
    const groups = new Set();
    for (const e of document.querySelectorAll(controls)) {
        if (!e.checkVisibility({ visibilityProperty: true }) || e.disabled) continue;
        if (e.type === "radio") {  // of which the arrows choose one
            if (groups.has(e.name)) continue;
            groups.add(e.name);
            for (const one of document.getElementsByName(e.name)) one.dataset.control = n;
        }
        e.dataset.control = n++;
    }
    return n;
}"""
FOCUS = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const style = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    return {
        control: e.dataset.control === undefined ? -1 : Number(e.dataset.control),
        marked: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none",
        inside: box.width > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
        html: e.outerHTML.slice(0, 120),
    };
}"""


@pytest.mark.parametrize("name", ["overview", "group", "whatif scenario", "search"])
def test_every_control_is_reached_by_keyboard_and_says_where_one_is(look: Look, name: str) -> None:
    seen = look(ADDRESSES[name])
    controls = seen.page.evaluate(NUMBER, CONTROLS)
    reached: dict[int, bool] = {}  # with whether it was marked, at one of its stops at least
    for _ in range(controls * 2 + 20):  # a field for a day has several stops of its own
        seen.page.keyboard.press("Tab")
        focus = seen.page.evaluate(FOCUS)
        if focus is None:
            break
        assert focus["inside"], focus
        reached[focus["control"]] = reached.get(focus["control"], False) or focus["marked"]
    missed = [number for number in range(controls) if not reached.get(number)]
    assert missed == [], [
        seen.page.evaluate("(n) => document.querySelector(`[data-control='${n}']`).outerHTML.slice(0, 160)", number)
        for number in missed[:3]
    ]


def test_the_first_stop_skips_to_the_content(look: Look) -> None:
    seen = look(ADDRESSES["overview"])
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.className") == "skip"
    assert seen.page.locator("a.skip").bounding_box()["y"] >= 0
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("document.activeElement.id") == "content"
    assert seen.page.url.endswith("#content")


@pytest.mark.parametrize("name", CHARTS)
def test_the_figures_behind_each_drawing_open_by_keyboard(look: Look, name: str) -> None:
    seen = look(ADDRESSES[name])
    figures = seen.page.locator("figure.chart")
    assert figures.count() >= 1
    for figure in figures.all():
        table = figure.locator("table")
        assert table.count() >= 1
        assert not table.first.is_visible()
        figure.locator("summary").first.focus()
        seen.page.keyboard.press("Enter")
        assert table.first.is_visible()
        assert figure.locator("tbody tr").count() >= 1
        drawing = figure.locator(".drawing [role=img]").first
        assert len(drawing.get_attribute("aria-label") or "") > 20


def test_a_drawing_is_saved_with_its_source(look: Look) -> None:
    seen = look(ADDRESSES["group"])
    figure = seen.page.locator("figure.chart").first
    for words, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with seen.page.expect_download() as saved:
            figure.get_by_role("button", name=f"Save the drawing as {words}").click()
        with open(saved.value.path(), "rb") as file:  # noqa: PTH123  (where the browser has put it)
            content = file.read()
        assert content.startswith(start)
        assert saved.value.suggested_filename.endswith(words.lower())
        if words == "SVG":
            assert "tocsin, as of" in content.decode()
    assert seen.wrong() == []


# --- with less --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHARTS)
def test_without_scripts_the_figures_are_there(look: Look, name: str) -> None:
    seen = look(ADDRESSES[name], scripts=False)
    for figure in seen.page.locator("figure.chart").all():
        table = figure.locator("table").first
        if not table.is_visible():
            figure.locator("summary").first.click()
        assert table.is_visible()
        assert figure.locator("tbody tr").count() >= 1
    assert seen.elsewhere == []


# Boxes of text that lie over each other, or are cut off where nobody can scroll.
ON_PAPER = """() => {
    const wrong = [];
    const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().height > 0;
    for (const e of document.querySelectorAll("main .scroll, main table, main figure, main p")) {
        if (shown(e) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible")
            wrong.push("cut off: " + e.outerHTML.slice(0, 120));
    }
    for (const e of document.querySelectorAll("main, main section, main figure, footer")) {
        const parts = [...e.children].filter(shown).filter((c) => getComputedStyle(c).position === "static");
        for (let k = 1; k < parts.length; k++) {
            const [a, b] = [parts[k - 1].getBoundingClientRect(), parts[k].getBoundingClientRect()];
            const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (across > 1 && down > 1) wrong.push("overlap: " + parts[k].outerHTML.slice(0, 120));
        }
    }
    return wrong.slice(0, 5);
}"""


@pytest.mark.parametrize("name", ["overview", "group", "theatre", "record", "whatif result", "method"])
def test_on_paper_nothing_is_hidden_or_lies_over_another(look: Look, name: str) -> None:
    seen = look(ADDRESSES[name])
    seen.page.set_viewport_size({"width": 718, "height": 1000})  # A4 with its margins
    seen.page.emulate_media(media="print")
    assert seen.too_wide() == []
    assert seen.page.evaluate(ON_PAPER) == []
    paper = pypdf.PdfReader(io.BytesIO(seen.page.pdf(format="A4", print_background=True)))
    text = " ".join("".join(page.extract_text() for page in paper.pages).split())
    assert seen.page.locator("h1").inner_text().split()[0] in text
    assert "Licence" in text
    assert seen.wrong() == []


# --- how soon ---------------------------------------------------------------------------------------------------------


def test_the_overview_can_soon_be_used(look: Look, pages: str) -> None:
    seen = look(ADDRESSES["overview"])
    times = []
    for _ in range(3):
        start = time.monotonic()
        seen.open(ADDRESSES["overview"])
        times.append(time.monotonic() - start)
    assert min(times) < MOST_SECONDS


def test_the_state_is_in_the_address(look: Look) -> None:
    seen = look(ADDRESSES["overview"])
    seen.page.locator("#as_of").fill("2020-11-30")
    seen.page.locator("#horizon").select_option("12")
    seen.page.locator("form.asof button[type=submit]").click()
    seen.page.wait_for_load_state()
    assert "as_of=2020-11-30" in seen.page.url
    assert "horizon=12" in seen.page.url
    seen.page.get_by_role("link", name="Theatres").click()
    seen.page.wait_for_load_state()
    assert "as_of=2020-11-30" in seen.page.url
    assert "horizon=12" in seen.page.url
    assert seen.wrong() == []
