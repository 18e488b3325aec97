"""Finds the browser that the tests of pages run in, and installs it where that is easily done.

In this order: what `TOCSIN_BROWSER` names, a Chromium or Chrome on the path, Debian's `chromium` by apt-get where this
is run as root. Without one, the tests of pages are skipped and say so; where `CI` is set that is an error. Only the
standard library is used here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Without a font nothing on a page has a size.
PACKAGES = ("chromium", "fonts-dejavu-core")
WITHOUT = "no Chromium or Chrome was found: install one, or set TOCSIN_BROWSER=/path/to/it"


def say(text: str) -> None:
    """One line for the person who waits."""
    print(f"tocsin set-up: {text}", file=sys.stderr, flush=True)


def find_browser() -> str | None:
    """The path of the browser, or None. What `TOCSIN_BROWSER` names is not checked here: it is to be used."""
    named = os.environ.get("TOCSIN_BROWSER")
    if named:
        return shutil.which(named) or named
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def in_ci() -> bool:
    """Whether tests may not be skipped."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def install() -> bool:
    """Install Debian's Chromium; whether that went well."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    say("installing Debian's Chromium for the tests of pages; this takes a minute or so, once")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(
            [apt, "-qq", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=environment,
            check=False,
        )
        if done.returncode:
            say(f"apt-get {words[0]} failed; its last lines:\n" + "\n".join(done.stdout.splitlines()[-5:]))
            return False
    return True


def main() -> int:
    """Have a browser; gives back the exit code."""
    if find_browser() or (install() and find_browser()):
        return 0
    if in_ci():
        say(WITHOUT)
        return 2
    say(f"{WITHOUT}; the tests of pages in it are skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
