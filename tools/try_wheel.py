"""Builds the wheel, installs it alone into a fresh virtual environment, and uses it there from an empty folder.

What a stranger does after `pip install tocsin`: `assess`, `serve` (the pages are fetched until the overview is whole)
and `whatif run`, with no checkout in reach and a store of their own. Any failure ends it with exit code 1. Run it with
the Python of an environment that has hatchling (`make dev`).

    python tools/try_wheel.py [--lock requirements/lock.txt]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_SECONDS = 600
GROUPS = re.compile(r"IS @ DR Congo")


def build(folder: Path) -> Path:
    """The wheel of the checkout."""
    from hatchling.builders.wheel import WheelBuilder

    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


def install(wheel: Path, folder: Path, lock: Path | None) -> Path:
    """A fresh environment with the wheel and what it needs; gives its command."""
    venv.EnvBuilder(with_pip=True).create(folder)
    constraint = ["--constraint", str(lock.resolve())] if lock else []
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", str(wheel), *constraint], check=True, cwd=folder)
    return folder / "bin" / "tocsin"


def said(command: list[str | Path], folder: Path, environment: dict[str, str]) -> str:
    """What a command prints; raises where it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command[1:]))} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    print(f"{time.perf_counter() - began:6.1f} s  tocsin {' '.join(map(str, command[1:]))}", flush=True)
    return done.stdout


def served(tocsin: Path, folder: Path, environment: dict[str, str]) -> None:
    """Start the pages, fetch the overview until it has its groups, end the server."""
    began = time.perf_counter()
    server = subprocess.Popen(
        [str(tocsin), "serve", "--port", "0"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        address = re.search(r"http://\S+/", line)
        if address is None:
            raise SystemExit(f"serve did not say where the pages are, but {line!r}")
        while not GROUPS.search(page := fetched(address[0])):
            if time.perf_counter() - began > MOST_SECONDS:
                raise SystemExit(f"the overview has no groups after {MOST_SECONDS} s:\n{page[:500]}")
            time.sleep(1)
    finally:
        server.send_signal(signal.SIGINT)
        ended = server.wait(timeout=60)
    if ended not in (0, 130):
        raise SystemExit(f"serve ended with {ended}")
    print(f"{time.perf_counter() - began:6.1f} s  tocsin serve: the overview with its groups", flush=True)


def fetched(address: str) -> str:
    """A page as text, whatever its status."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()


def main() -> int:
    """Build, install, use."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lock", type=Path, help="exact versions to install; by default the newest that fit")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        wheel = build(base / "dist")
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB", flush=True)
        tocsin = install(wheel, base / "fresh", given.lock)
        empty = base / "empty"
        empty.mkdir()
        ours = ("TOCSIN_", "PYTHON", "VIRTUAL")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment = {**kept, "TOCSIN_HOME": str(base / "home")}
        said([tocsin, "--version"], empty, environment)
        assessed = json.loads(said([tocsin, "assess", "--format", "json"], empty, environment))
        if not assessed["groups"] or assessed["data_until"] != "2020-12-31":
            raise SystemExit("assess gave no groups, or figures of another time")
        print(f"          {assessed['headline'].splitlines()[0][:150]}")
        served(tocsin, empty, environment)
        compared = said([tocsin, "whatif", "run", "afghanistan-2021-08"], empty, environment)
        if "not a forecast" not in compared:
            raise SystemExit("whatif run does not say that it is no forecast")
        left = sorted(path.name for path in empty.iterdir())
        if left:
            raise SystemExit(f"the commands left files in the folder they were called from: {left}")
    print("the wheel alone does what it should")
    return 0


if __name__ == "__main__":
    sys.exit(main())
