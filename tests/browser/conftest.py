"""A browser without a network, a server of pages on a free port, and a static site of the same figures.

The server and the site are made once for a test session, in processes of their own. A browser is started for each file
of tests and ended with it: while it runs, its event loop does, which would be in the way of other tests.
"""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
PAGES = HERE / "planted_pages.py"
SECONDS = 240  # for figures, models and pages on a machine that is busy with other things


def _browser_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tocsin_browser_tool", HERE.parents[1] / "tools" / "browser.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser on this machine; without one the test is skipped, and fails in CI."""
    tool = _browser_tool()
    found = tool.find_browser()
    if found is None:
        assert not tool.in_ci(), tool.WITHOUT
        pytest.skip(tool.WITHOUT)
    return str(found)


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Any]:
    """A running browser that finds no host but this machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=browser_path,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def pages_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store's folder of the server and the site, where their fitted models are kept."""
    return tmp_path_factory.mktemp("pages")


def _started(*words: str | Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "COV_"))}
    return subprocess.Popen(
        [sys.executable, str(PAGES), *map(str, words)],
        cwd=words[1],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="session")
def site(browser_path: str, pages_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A static site in a folder; the first to be made, it fits the models."""
    folder = tmp_path_factory.mktemp("site") / "a site"  # a space, as in many people's folders
    process = _started("site", pages_home, folder)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, err
    assert out == ""
    return folder


@pytest.fixture(scope="session")
def server(site: Path, pages_home: Path) -> Iterator[str]:
    """The address of the pages, served by `tocsin serve`; whatever it says while it serves fails the tests."""
    process = _started("serve", pages_home)
    assert process.stdout is not None
    assert process.stderr is not None
    said: list[str] = []
    listening = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
    listening.start()
    try:
        first = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", first)
        assert found, f"{first}{''.join(said)}"
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(timeout=30)
        finally:
            process.kill()
            listening.join(timeout=10)
            process.stdout.close()
            process.stderr.close()
    assert code == 0
    assert "".join(said) == "tocsin: stopped\n"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="session")
def site_address(site: Path) -> Iterator[str]:
    """The address of the static site on a plain web server."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(site)))
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()
