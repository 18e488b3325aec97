"""One look at a page: opened without a network, with all that it asks for, says and breaks written down."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

WIDE, NARROW = (1440, 900), (360, 780)
# All that axe-core knows of WCAG 2 up to level AA, and what is good practice beyond.
AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Said by the page itself before anything else runs.
_WATCH = """
window.tocsinRefused = [];
addEventListener("securitypolicyviolation", (e) => tocsinRefused.push(e.violatedDirective + " " + e.blockedURI));
"""
_TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
        .filter((e) => e.getBoundingClientRect().right > width + 0.5)
        .map((e) => e.outerHTML.slice(0, 120)).slice(0, 5).concat("the page scrolls sideways");
}"""


@dataclass
class Visit:
    """A page that is open, and what went on meanwhile."""

    page: Any
    origin: str
    scripts: bool = True
    asked: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Go to an address and wait until the page is whole: loaded, and its drawings made."""
        self.page.goto(self.origin + address, wait_until="load")
        self.settle()

    def settle(self) -> None:
        """Wait until drawings are made."""
        if self.scripts and self.page.locator("script[src]").count():
            self.page.wait_for_function("document.documentElement.dataset.ready === 'yes'")
        self.page.wait_for_timeout(50)

    def look(self, size: tuple[int, int], scheme: str = "light") -> None:
        """Change the width of the window and the colour scheme, and wait until drawings have followed."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme)
        self.page.wait_for_timeout(200)  # drawings follow a change of width after 120 ms

    def wrong(self) -> list[str]:
        """All that should not have happened so far."""
        refused = self.page.evaluate("window.tocsinRefused || []")
        return [
            *(f"asked elsewhere: {url}" for url in self.elsewhere),
            *(f"said: {words}" for words in self.said),
            *(f"did not come: {url}" for url in self.failed),
            *(f"refused by the content policy: {one}" for one in refused),
        ]

    def violations(self) -> list[str]:
        """What axe-core finds, each with the first few places."""
        from axe_playwright_python.sync_playwright import Axe

        # Without `preload`, which asks for style sheets once more, and from disk may not.
        options = {"runOnly": {"type": "tag", "values": AXE}, "resultTypes": ["violations"], "preload": False}
        found = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{one['id']}: {one['help']}: {'; '.join(node['html'][:160] for node in one['nodes'][:3])}" for one in found
        ]

    def too_wide(self) -> list[str]:
        """What sticks out of the window to the right; empty where the page does not scroll sideways.

        Drawings follow a change of width after a moment, so what is too wide is looked at again for a few seconds.
        """
        for _ in range(30):
            found = list(self.page.evaluate(_TOO_WIDE))
            if not found:
                break
            self.page.wait_for_timeout(100)
        return found


@contextmanager
def visit(browser: Any, origin: str, *, scripts: bool = True, size: tuple[int, int] = WIDE) -> Iterator[Visit]:
    """A window in which to look at pages of one origin (a server, or a folder as `file://...`)."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts, reduced_motion="reduce"
    )
    context.set_default_timeout(30_000)
    try:
        page = context.new_page()
        seen = Visit(page, origin, scripts)

        def route(handler: Any, request: Any) -> None:
            if request.url.startswith((origin + "/", "data:", "blob:")):
                seen.asked.append(request.url)
                handler.continue_()
            else:
                seen.elsewhere.append(request.url)
                handler.abort()

        def answered(response: Any) -> None:
            if response.status >= 400:
                seen.failed.append(f"{response.status} {response.url}")

        def failed(request: Any) -> None:
            if request.failure != "net::ERR_ABORTED":  # as happens to an icon where a reader goes on at once
                seen.failed.append(f"{request.failure} {request.url}")

        def told(message: Any) -> None:
            if message.type in ("error", "warning", "assert"):
                seen.said.append(f"{message.type}: {message.text}")

        context.route("**/*", route)
        if scripts:
            page.add_init_script(_WATCH)
        page.on("console", told)
        page.on("pageerror", lambda error: seen.said.append(f"exception: {error}"))
        page.on("requestfailed", failed)
        page.on("response", answered)
        yield seen
    finally:
        context.close()


def wait_until_there(address: str, seconds: float = 240) -> None:
    """Wait until a page is whole: what it rests on is worked out, and nothing in it waits any more."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                if answer.status == 200 and b'data-waiting="yes"' not in answer.read():
                    return
        except urllib.error.HTTPError as error:
            with error:
                if error.code != 503:
                    return
        assert time.monotonic() < end, f"{address} is still being worked out after {seconds} s"
        time.sleep(0.2)
