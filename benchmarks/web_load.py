"""Fifty readers at once, a what-if run beside them, and how soon the overview can be used.

`python benchmarks/web_load.py`: `tocsin serve` is started on a free port of this machine and its pages are read once.
Then every reader asks for one page after the other without a pause; in the last third a what-if run goes on as well.
The readers are one process beside the server's, so that they share the machine. Exits with 1 where a limit is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

READERS, SECONDS, MOST_REQUESTS = 50, 60, 200_000
MOST_P95 = 0.300
MOST_INTERACTIVE = 1.0
LOADS = 7
PAGES = (
    "/",
    "/?horizon=12",
    "/group?name=IS+%40+Afghanistan",
    "/group?name=Taleban+%40+Afghanistan",
    "/theatre?name=Afghanistan",
    "/theatres",
    "/record",
    "/what-if",
    "/data",
    "/method",
    "/search?q=islamic+state",
)
WHAT_IF = "/what-if?scenario=afghanistan-2021-08&run=1&draws=2000&seed={seed}"
# Set when scripts have run and every drawing is there.
WATCH = """
new MutationObserver(() => {
    if (document.documentElement.dataset.ready && !window.usableAt) window.usableAt = performance.now();
}).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready"] });
"""


@dataclass
class Read:
    """What the readers saw: seconds of each answer with the second it began at, and what went wrong."""

    answers: list[tuple[float, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    bytes: int = 0


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """The address of a server that ends with the benchmark."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tocsin", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        if found is None:
            sys.exit("the server did not start")
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        finally:
            process.kill()


def status(address: str) -> tuple[int, bool]:
    """The status of a page, and whether it is whole."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status, answer.status == 200 and b'data-waiting="yes"' not in answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, False


def warm(origin: str, pages: tuple[str, ...], minutes: float = 10) -> None:
    """Ask for each page until it is whole."""
    end = time.monotonic() + 60 * minutes
    for page in pages:
        while not (said := status(origin + page))[1]:
            if said[0] not in (200, 202, 503) or time.monotonic() > end:
                sys.exit(f"{page} can not be read: it says {said[0]}")
            time.sleep(0.5)


async def read_one(origin: str, number: int, end: float, began: float, seen: Read) -> None:
    """One reader: pages in turn, over one connection, until the time is over."""
    parts = urlsplit(origin)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    turn = number
    try:
        while time.monotonic() < end and len(seen.answers) < MOST_REQUESTS:
            page = PAGES[turn % len(PAGES)]
            turn += 1
            start = time.monotonic()
            words = f"GET {page} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\n\r\n"
            writer.write(words.encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"(?i)^content-length: (\d+)", head, re.MULTILINE)
            body = await reader.readexactly(int(length[1]) if length else 0)
            seen.answers.append((start - began, time.monotonic() - start))
            seen.bytes += len(body)
            if not head.startswith("HTTP/1.1 200") or not body:
                seen.wrong.append(f"{page}: {head.splitlines()[0]}")
    except (OSError, asyncio.IncompleteReadError) as error:
        seen.wrong.append(f"reader {number}: {error!r}")
    finally:
        writer.close()


async def run_what_if(origin: str, at: float, end: float) -> tuple[int, float]:
    """Keep a what-if run going from `at` on: how many were finished, and the longest wait for its page."""
    await asyncio.sleep(max(0.0, at - time.monotonic()))
    finished, longest, seed = 0, 0.0, 1
    while time.monotonic() < end:
        start = time.monotonic()
        code, whole = await asyncio.to_thread(status, origin + WHAT_IF.format(seed=seed))
        longest = max(longest, time.monotonic() - start)
        if whole:
            finished, seed = finished + 1, seed + 1
        elif code not in (200, 202):
            sys.exit(f"the what-if run says {code}")
        await asyncio.sleep(0.5)
    return finished, longest


async def load(origin: str, readers: int, seconds: float) -> tuple[Read, tuple[int, float]]:
    """All readers together, and the what-if run in the last third."""
    seen, began = Read(), time.monotonic()
    end = began + seconds
    run = asyncio.create_task(run_what_if(origin, began + seconds * 2 / 3, end))
    await asyncio.gather(*(read_one(origin, number, end, began, seen) for number in range(readers)))
    return seen, await run


def told(name: str, taken: list[float], seconds: float) -> float:
    """Print the latencies of some answers; gives the 95th percentile."""
    if len(taken) < 2:
        return float("inf")
    cuts = statistics.quantiles(taken, n=100)
    print(
        f"  {name}: {len(taken):,} pages, {len(taken) / seconds:,.0f} a second; "
        f"p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
    )
    return cuts[94]


def browser_path() -> str | None:
    """The browser, found as the tests find it."""
    file = Path(__file__).parents[1] / "tools" / "browser.py"
    spec = importlib.util.spec_from_file_location("tocsin_browser_tool", file)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    found: str | None = tool.find_browser()
    return found


def interactive(origin: str) -> float | None:
    """Seconds until the overview can be used, its drawings made, nothing kept from before; the median of some loads."""
    path = browser_path()
    if path is None:
        print("  no Chromium here: the time until the overview can be used is not measured")
        return None
    from playwright.sync_api import sync_playwright

    times: list[float] = []
    first: list[float] = []
    with sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for _ in range(LOADS):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            page.add_init_script(WATCH)
            page.goto(origin + "/")
            page.wait_for_function("window.usableAt")
            times.append(page.evaluate("window.usableAt") / 1000)
            first.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000)
            context.close()
        browser.close()
    half = statistics.median(times)
    print(
        f"  overview usable, drawings made, after {half:.2f} s (median of {LOADS}; {min(times):.2f}-{max(times):.2f}), "
        f"first text after {statistics.median(first):.2f} s"
    )
    return half


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"how long is read, {SECONDS} at most")
    parser.add_argument("--readers", type=int, default=READERS, help=f"how many read at once, {READERS} at most")
    options = parser.parse_args()
    seconds, readers = min(options.seconds, SECONDS), min(options.readers, READERS)
    with serving() as origin:
        start = time.monotonic()
        warm(origin, PAGES)
        warm(origin, (WHAT_IF.format(seed=0),))  # what is compiled once
        print(f"pages ready after {time.monotonic() - start:.0f} s (models and what-if included)")
        usable = interactive(origin)
        seen, (finished, longest) = asyncio.run(load(origin, readers, seconds))
        turn = seconds * 2 / 3
        before = [took for at, took in seen.answers if at < turn]
        beside = [took for at, took in seen.answers if at >= turn]
        print(
            f"{readers} readers for {seconds:.0f} s, {seen.bytes / 1e6:,.0f} MB (compressed), {len(seen.wrong)} errors"
        )
        p95 = max(told("alone", before, turn), told("beside a what-if run", beside, seconds - turn))
        print(f"  what-if runs finished meanwhile: {finished}; its page told how far it was within {longest:.2f} s")
    for words in seen.wrong[:5]:
        print(f"  wrong: {words}")
    limits = f"limits: no error, p95 {MOST_P95 * 1000:.0f} ms, overview {MOST_INTERACTIVE:.0f} s"
    print(limits)
    return int(bool(seen.wrong) or p95 > MOST_P95 or (usable is not None and usable > MOST_INTERACTIVE))


if __name__ == "__main__":
    sys.exit(main())
