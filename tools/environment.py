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
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The path as it is, not resolved: `.venv` may itself be a link to another disk.
VENV = ROOT / ".venv"
STATE = VENV / "tocsin-setup.json"
LOG = VENV / "tocsin-setup.log"
# Needed to install tocsin itself; taken from the lock like everything else, which a build of its own would not do.
BUILD = ("hatchling", "editables")
LARGE_DOWNLOAD = re.compile(r"Downloading (\S+?)-[0-9]\S* \((\d{2,}(?:\.\d+)? MB)\)")
PIP = (
    "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off",
    "--no-warn-script-location",
)  # fmt: skip


class SetupError(Exception):
    """Something the person at the keyboard has to know, in one message."""


def say(text):
    print("tocsin set-up: " + text, file=sys.stderr, flush=True)


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


def base_python():
    """The interpreter behind this one, which stays when `.venv` (perhaps the active environment) is made anew."""
    return getattr(sys, "_base_executable", None) or sys.executable


def wanted_state(lock):
    """What the environment must have been made from: this checkout, this Python, these requirements."""
    content = hashlib.sha256((ROOT / "pyproject.toml").read_bytes())
    if lock:
        if not lock.is_file():
            raise SetupError(f"there is no {lock}: run `make lock`, or `make LOCK= ...` for the newest versions")
        content.update(lock.read_bytes())
    return {
        "requirements": content.hexdigest(),
        "python": "{}.{}.{} at {}".format(*sys.version_info[:3], os.path.realpath(sys.base_prefix)),
        "checkout": str(ROOT),
    }


def read_state():
    """What an earlier set-up wrote, or None where there is nothing that can be read."""
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def write_state(state):
    """Replace the state in one step, so that a reader finds the old one or the new one, never a part."""
    part = STATE.with_suffix(".part")
    part.write_text(json.dumps(state, indent=1), encoding="utf-8")
    part.replace(STATE)


def plan(state, wanted, extras, usable):
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
        return "rebuild", "it was made with Python {}".format(state.get("python"))
    if state.get("requirements") != wanted["requirements"]:
        return "update", "pyproject.toml or the lock has changed"
    if not set(extras) <= set(state.get("extras", [])):
        return "update", "the tools for development are not in it yet"
    return "keep", ""


def is_usable():
    """Whether the environment's Python starts and has pip."""
    python = VENV / "bin" / "python"
    if not os.access(str(python), os.X_OK):
        return False
    if read_state() is not None:
        return True
    asked = [str(python), "-I", "-m", "pip", "--version"]
    return subprocess.run(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def pip_environment():
    """The environment variables for pip: the user's own, without those that would install somewhere else."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")}
    return dict(kept, PIP_USER="0", PYTHONIOENCODING="utf-8")


def follow(command, doing, log):
    """Run a command that takes a while, tell what it is at, and keep all it prints in `log`.

    On a terminal one line is rewritten with the seconds gone; elsewhere large downloads and the installation are named.
    """
    started, live = time.monotonic(), sys.stderr.isatty()
    process = subprocess.Popen(
        command, cwd=str(ROOT), env=pip_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
    )  # fmt: skip
    lines = queue.Queue()  # type: queue.Queue[str | None]

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    printed = []
    try:
        while True:
            try:
                line = lines.get(timeout=0.5)
            except queue.Empty:
                line = ""
            if line is None:
                break
            if line:
                printed.append(line)
                log.write(line)
                now = name_step(line)
                if now and now != doing:
                    doing = now
                    if not live:
                        say(doing)
            if live:
                width = shutil.get_terminal_size().columns - 1
                text = f"tocsin set-up: {time.monotonic() - started:3.0f} s, {doing}"
                sys.stderr.write("\r\033[K" + text[:width])
                sys.stderr.flush()
        return process.wait(), printed
    finally:
        if live:
            sys.stderr.write("\r\033[K")
        if process.poll() is None:
            process.terminate()
            process.wait()
        log.flush()


def name_step(line):
    """What a line that pip prints means for someone who waits; an empty string for most lines."""
    large = LARGE_DOWNLOAD.search(line)
    if large:
        return "downloading {} ({})".format(*large.groups())
    if line.startswith("Installing collected packages:"):
        return "installing {} packages".format(line.count(",") + 1)
    return ""


def explain_failure(printed, lock):
    """The message for a pip that failed: its own last words, and what usually helps."""
    text = "".join(printed)
    hint = ""
    if "NewConnectionError" in text or "Retrying (" in text:
        hint = "\nThe package index could not be reached: is there a network, and does it need a proxy?"
    elif "No space left" in text:
        hint = "\nThe disk is full: the environment needs about 1 GB."
    elif lock and ("No matching distribution" in text or "ResolutionImpossible" in text):
        hint = f"\nA version in {lock} may not exist for this Python: `make LOCK= ...` takes the newest instead."
    last = "".join(line for line in printed if line.strip())[-2000:].rstrip()
    return f"pip could not install the packages. Its last lines:\n{last}{hint}\nAll of them: {LOG}"


def build(action, wanted, extras, lock):
    """Make or update the environment; its state says `installing` until all of it is there."""
    started = time.monotonic()
    if action == "rebuild":
        if VENV.is_symlink():
            VENV.unlink()
        elif VENV.exists():
            shutil.rmtree(str(VENV))
        VENV.mkdir()
    write_state({"state": "installing"})
    python = str(VENV / "bin" / "python")
    with LOG.open("w", encoding="utf-8") as log:
        if action == "rebuild":
            code, printed = follow([base_python(), "-I", "-m", "venv", str(VENV)], "making .venv", log)
            if code:
                raise SetupError("the virtual environment could not be made:\n" + "".join(printed)[-2000:].rstrip())
        constraints = ["--constraint", str(lock)] if lock else []
        target = "." + ("[{}]".format(",".join(extras)) if extras else "")
        for packages in (list(BUILD), ["--no-build-isolation", "--editable", target]):
            doing = "asking for packages"
            code, printed = follow([python, *PIP, *constraints, *packages], doing, log)
            if code:
                raise SetupError(explain_failure(printed, lock))
    write_state(dict(wanted, state="ready", extras=sorted(extras)))
    say(f"ready after {time.monotonic() - started:.0f} s")


@contextlib.contextmanager
def alone():
    """Hold the checkout against a second set-up at the same time, which waits until this one is done."""
    folder = os.open(str(ROOT), os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work in this checkout; waiting for it")
            fcntl.flock(folder, fcntl.LOCK_EX)
        except OSError:
            # Some network file systems know no locks; a set-up there is as safe as one person at a time.
            pass
        yield
    finally:
        os.close(folder)


def ensure(extras, lock):
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
        what = "making the environment in .venv" if action == "rebuild" else "updating the environment in .venv"
        say(f"{what} ({why}); this takes about a minute, once")
        build(action, wanted, extras, lock)


def write_lock(lock):
    """Write the newest versions that fit together, of tocsin and all its extras, without installing them."""
    import tomllib

    check_python()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    target = ".[{}]".format(",".join(project["optional-dependencies"]))
    with tempfile.TemporaryDirectory() as folder:
        say("asking for the newest versions; this takes a minute or two")
        subprocess.run([base_python(), "-I", "-m", "venv", folder], check=True)
        report, log = Path(folder) / "report.json", Path(folder) / "log.txt"
        with log.open("w", encoding="utf-8") as printed_to:
            command = [str(Path(folder) / "bin" / "python"), *PIP, "--dry-run", "--report", str(report), target, *BUILD]
            code, printed = follow(command, "asking for packages", printed_to)
        if code:
            raise SetupError("no set of versions fits together:\n" + "".join(printed)[-2000:].rstrip())
        found = [item["metadata"] for item in json.loads(report.read_text(encoding="utf-8"))["install"]]
    pins = sorted(
        "{}=={}".format(re.sub(r"[-_.]+", "-", item["name"]).lower(), item["version"])
        for item in found
        if item["name"] != project["name"]
    )
    head = (
        "# The exact versions that make and CI install, of tocsin and of all its extras. Made by `make lock`\n"
        "# (Python {}.{}, {}); not edited by hand.\n".format(*sys.version_info[:2], sys.platform)
    )
    lock.parent.mkdir(exist_ok=True)
    part = lock.with_suffix(".part")
    part.write_text(head + "\n".join(pins) + "\n", encoding="utf-8")
    part.replace(lock)
    say(f"{len(pins)} versions in {lock}")


def main():
    parser = argparse.ArgumentParser(description="Make or mend the virtual environment in .venv.")
    parser.add_argument("what", choices=["core", "dev", "lock"])
    parser.add_argument("--lock", default="requirements/lock.txt", help="file of exact versions; empty for the newest")
    given = parser.parse_args()
    # Relative, since pip splits some of its paths at spaces; pip runs in the checkout.
    os.chdir(str(ROOT))
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
        say(f"{error.filename} cannot be written: it may belong to another user; delete .venv and try again")
        return 2
    except KeyboardInterrupt:
        say("interrupted; the next run starts over")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
