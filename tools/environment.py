"""Makes the virtual environment `.venv` that every `make` target runs in, keeps it up to date, and mends it.

`core` installs tocsin as it is used, `dev` adds what tests and checks need, `lock` writes the exact versions of both.
What was installed, and from what, stands in `.venv/tocsin-setup.json`; while pip works it says `installing`, so that
a set-up that was cut off is seen by the next one, which starts over. Only the standard library is used here.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parent.parent
# `.venv` is not resolved: it may be a link to another disk.
VENV = ROOT / ".venv"
STATE = VENV / "tocsin-setup.json"
LOG = VENV / "tocsin-setup.log"
# What builds tocsin; taken from the lock like everything else, which pip's own isolated build would not do.
BUILD = ["hatchling", "editables"]
LARGE_DOWNLOAD = re.compile(r"Downloading (\S+?)-[0-9]\S* \((\d{2,}(?:\.\d+)? MB)\)")
PIP = ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]


class SetupError(Exception):
    """Something the person at the keyboard has to know, in one message."""


def say(text: str) -> None:
    """One line for the person who waits."""
    print(f"tocsin set-up: {text}", file=sys.stderr, flush=True)


def check_python() -> None:
    """Refuse a Python that cannot make virtual environments, and say what to do."""
    try:
        import ensurepip
        import venv  # noqa: F401

        ensurepip.version()
    except (ImportError, AttributeError, OSError, IndexError):
        raise SetupError(
            f"{sys.executable} cannot make virtual environments: its modules venv and ensurepip are not installed. "
            "On Debian or Ubuntu: apt install python3-venv. Or name another Python: make PYTHON=/path/to/python3.11 ..."
        ) from None


def base_python() -> str:
    """The interpreter behind this one, which stays when `.venv` (perhaps the active environment) is made anew."""
    return str(getattr(sys, "_base_executable", "") or sys.executable)


def wanted_state(lock: Path | None) -> dict[str, str]:
    """What the environment must have been made from: these requirements, this Python, this checkout."""
    content = hashlib.sha256((ROOT / "pyproject.toml").read_bytes())
    if lock:
        if not lock.is_file():
            raise SetupError(f"there is no {lock}: run `make lock`, or `make LOCK= ...` for the newest versions")
        content.update(lock.read_bytes())
    version = ".".join(map(str, sys.version_info[:3]))
    return {
        "requirements": content.hexdigest(),
        "python": f"{version} at {Path(sys.base_prefix).resolve()}",
        "checkout": str(ROOT),
    }


def read_state() -> dict[str, Any] | None:
    """What an earlier set-up wrote, or None where there is nothing that can be read."""
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def write_state(state: dict[str, Any]) -> None:
    """Replace the state in one step, so that a reader finds the old one or the new one, never a part."""
    part = STATE.with_suffix(".part")
    part.write_text(json.dumps(state, indent=1), encoding="utf-8")
    part.replace(STATE)


def plan(state: dict[str, Any] | None, wanted: dict[str, str], extras: list[str], usable: bool) -> tuple[str, str]:
    """What to do with the environment that is there: `keep` it, `update` it in place, or `rebuild` it; and why.

    `state` is what `read_state` gave, `usable` says whether the environment's own Python can be started.
    """
    if not usable:
        return "rebuild", "there is none yet" if state is None else "its Python is gone"
    if state is None:
        return "update", "it was made by hand"
    if state.get("state") != "ready":
        return "rebuild", "the last set-up did not finish"
    if state.get("checkout") != wanted["checkout"]:
        return "rebuild", "the checkout was moved or copied"
    if state.get("python") != wanted["python"]:
        return "rebuild", f"it was made with Python {state.get('python')}"
    if state.get("requirements") != wanted["requirements"]:
        return "update", "pyproject.toml or the lock has changed"
    if not set(extras) <= set(state.get("extras", [])):
        return "update", "the tools for development are not in it yet"
    return "keep", ""


def is_usable() -> bool:
    """Whether the environment's Python can be started; of one made by hand, also whether it has pip."""
    python = VENV / "bin" / "python"
    if not os.access(python, os.X_OK):
        return False
    if read_state() is not None:
        return True
    asked = [str(python), "-I", "-m", "pip", "--version"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def pip_environment() -> dict[str, str]:
    """The environment variables for pip: the user's own, without those that would install somewhere else."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")}
    return {**kept, "PIP_USER": "0"}


def name_step(line: str) -> str:
    """What a line that pip prints means for someone who waits; an empty string for most lines."""
    if large := LARGE_DOWNLOAD.search(line):
        return f"downloading {large[1]} ({large[2]})"
    if line.startswith("Installing collected packages:"):
        packages = line.count(",") + 1
        return f"installing {packages} packages" if packages > len(BUILD) * 4 else ""
    return ""


def follow(command: list[str], doing: str, log: TextIO) -> tuple[int, str]:
    """Run a command that takes a while, tell what it is at, and keep all it prints in `log`.

    On a terminal one line is rewritten with the seconds gone; elsewhere large downloads and the installation are
    named, each on a line. Gives back the exit code and what was printed.
    """
    started, live = time.monotonic(), sys.stderr.isatty()
    # The file name in `--constraint` is relative to the checkout.
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=pip_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    output = process.stdout
    assert output is not None
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in output:
            lines.put(line)
        lines.put(None)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    printed: list[str] = []
    try:
        while True:
            try:
                line = lines.get(timeout=0.5)
            except queue.Empty:
                line = ""
            if line is None:
                return process.wait(), "".join(printed)
            if line:
                printed.append(line)
                log.write(line)
                step = name_step(line)
                if step and not live:
                    say(step)
                doing = step or doing
            if live:
                text = f"tocsin set-up: {time.monotonic() - started:3.0f} s, {doing}"
                sys.stderr.write("\r\033[K" + text[: shutil.get_terminal_size().columns - 1])
                sys.stderr.flush()
    finally:
        if live:
            sys.stderr.write("\r\033[K")
        if process.poll() is None:
            process.terminate()
            process.wait()
        reader.join()
        output.close()


def last_words(printed: str) -> str:
    """The end of what a failed command printed, in whole lines."""
    return "\n".join([line for line in printed.splitlines() if line.strip()][-12:])


def explain_failure(printed: str, lock: Path | None) -> str:
    """The message for a pip that failed: its own last words, and what usually helps."""
    hint = ""
    if "NewConnectionError" in printed or "Retrying (" in printed:
        hint = "\nThe package index could not be reached: is there a network, and does it need a proxy?"
    elif "No space left" in printed:
        hint = "\nThe disk is full: the environment needs about 1 GB."
    elif lock and ("No matching distribution" in printed or "ResolutionImpossible" in printed):
        hint = f"\nA version in {lock} may not exist for this Python: `make LOCK= ...` takes the newest instead."
    return f"pip could not install the packages. Its last lines:\n{last_words(printed)}\nAll of them: {LOG}{hint}"


def build(action: str, wanted: dict[str, str], extras: list[str], lock: Path | None) -> None:
    """Make or update the environment; its state says `installing` until all of it is there."""
    started = time.monotonic()
    if action == "rebuild":
        if VENV.is_symlink():
            VENV.unlink()
        elif VENV.exists():
            shutil.rmtree(VENV)
        VENV.mkdir()
    write_state({"state": "installing"})
    python = str(VENV / "bin" / "python")
    with LOG.open("w", encoding="utf-8") as log:
        if action == "rebuild":
            code, printed = follow([base_python(), "-I", "-m", "venv", str(VENV)], "making .venv", log)
            if code:
                raise SetupError(f"the virtual environment could not be made:\n{last_words(printed)}")
        constraints = ["--constraint", str(lock)] if lock else []
        target = f".[{','.join(extras)}]" if extras else "."
        for packages in (BUILD, ["--no-build-isolation", "--editable", target]):
            code, printed = follow([python, *PIP, *constraints, *packages], "collecting packages", log)
            if code:
                raise SetupError(explain_failure(printed, lock))
    write_state({**wanted, "state": "ready", "extras": sorted(extras)})
    say(f"ready after {time.monotonic() - started:.0f} s")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the checkout against a second set-up at the same time, which waits until this one is done."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work in this checkout; waiting for it")
            fcntl.flock(folder, fcntl.LOCK_EX)
        except OSError:
            # Some network file systems know no locks; there, one set-up at a time is up to the user.
            pass
        yield
    finally:
        os.close(folder)


def ensure(extras: list[str], lock: Path | None) -> None:
    """Have an environment with tocsin and `extras` in it; quick and silent when there is one already."""
    wanted = wanted_state(lock)
    if plan(read_state(), wanted, extras, is_usable())[0] == "keep":
        return
    with alone():
        # Looked at again: the set-up that was waited for may have done it all.
        state = read_state()
        action, why = plan(state, wanted, extras, is_usable())
        if action == "keep":
            return
        check_python()
        if action == "update" and state:
            extras = sorted({*extras, *state.get("extras", [])})
        doing = "making" if action == "rebuild" else "updating"
        say(f"{doing} the environment in .venv ({why}); this takes a minute or so, once")
        build(action, wanted, extras, lock)


def write_lock(lock: Path) -> None:
    """Write the newest versions that fit together, of tocsin and all its extras, without installing them."""
    check_python()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    target = f".[{','.join(project['optional-dependencies'])}]"
    say("asking for the newest versions; this takes a minute or two")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([base_python(), "-I", "-m", "venv", folder], check=True)
        report = Path(folder) / "report.json"
        command = [f"{folder}/bin/python", *PIP, "--dry-run", "--report", str(report), target, *BUILD]
        with (Path(folder) / "log.txt").open("w", encoding="utf-8") as log:
            code, printed = follow(command, "collecting packages", log)
        if code:
            raise SetupError(f"no set of versions fits together:\n{last_words(printed)}")
        found = [item["metadata"] for item in json.loads(report.read_text(encoding="utf-8"))["install"]]
    pins = sorted(
        f"{re.sub(r'[-_.]+', '-', item['name']).lower()}=={item['version']}"
        for item in found
        if item["name"] != project["name"]
    )
    head = (
        "# The exact versions that make and CI install, of tocsin and of all its extras. Made by `make lock`\n"
        f"# (Python {sys.version_info.major}.{sys.version_info.minor}, {sys.platform}); not edited by hand.\n"
    )
    lock.parent.mkdir(exist_ok=True)
    part = lock.with_suffix(".part")
    part.write_text(head + "\n".join(pins) + "\n", encoding="utf-8")
    part.replace(lock)
    say(f"{len(pins)} versions in {lock}")


def main() -> int:
    """Run one of the three actions; gives back the exit code."""
    parser = argparse.ArgumentParser(description="Make or mend the virtual environment in .venv.")
    parser.add_argument("what", choices=["core", "dev", "lock"])
    parser.add_argument("--lock", default="", help="file of exact versions, in the checkout; empty for the newest")
    given = parser.parse_args()
    os.chdir(ROOT)
    lock = Path(given.lock) if given.lock else None
    try:
        if given.what == "lock":
            write_lock(lock or Path("requirements/lock.txt"))
        else:
            ensure(["dev"] if given.what == "dev" else [], lock)
    except SetupError as error:
        say(str(error))
        return 2
    except PermissionError as error:
        say(f"{error.filename} cannot be written: does it belong to another user? Delete .venv and try again.")
        return 2
    except KeyboardInterrupt:
        say("interrupted; the next run starts over")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
