"""`tocsin serve` as a user types it: the address, a port that is taken, the end by Ctrl-C with all its processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from command_line import CommandLine

# An application of one page, so that the command alone is tried.
SMALL = """
import sys
import tocsin.web.app

async def small(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            print(message["type"], file=sys.stderr, flush=True)
            await send({"type": message["type"] + (FAILED if message["type"] == "lifespan.startup" else ".complete")})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"here"})

tocsin.web.app.create_app = lambda settings: small
sys.argv = ["tocsin", "serve", *sys.argv[1:]]
from tocsin.cli import main
main()
"""


class Serve(CommandLine):
    """Runs `tocsin serve`."""

    command = "serve"


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"tocsin: the pages are at (http://127\.0\.0\.1:\d+/) \(Ctrl-C ends\)\n", line)
    assert found, line
    return found[1]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_the_address_is_told_and_a_signal_ends_it_cleanly(home: Path, by: signal.Signals) -> None:
    with started("-c", SMALL.replace("FAILED", "'.complete'"), "--port", "0") as process:
        address = address_of(process)
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert answer.read() == b"here"
        process.send_signal(by)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == ""
    # No access log, and what the application has to end is ended before.
    assert err.splitlines() == ["lifespan.startup", "lifespan.shutdown", "tocsin: stopped"]


def test_an_application_that_cannot_start_is_no_success(home: Path) -> None:
    with started("-c", SMALL.replace("FAILED", "'.failed'"), "--port", "0") as process:
        out, _ = process.communicate(timeout=20)
    assert process.returncode not in (0, 2)
    assert out == ""


def test_it_listens_on_this_machine_only(home: Path) -> None:
    with started("-c", SMALL.replace("FAILED", "'.complete'"), "--port", "0") as process:
        address_of(process)
        listening = [one.laddr.ip for one in psutil.Process(process.pid).net_connections() if one.status == "LISTEN"]
    assert listening == ["127.0.0.1"]


def test_with_open_a_browser_is_asked_for(home: Path) -> None:
    said = "import sys, webbrowser as w; w.open = lambda at: print('opened', at, file=sys.stderr, flush=True)"
    with started("-c", said + SMALL.replace("FAILED", "'.complete'"), "--port", "0", "--open") as process:
        address = address_of(process)
        assert process.stderr is not None
        assert process.stderr.readline() == "lifespan.startup\n"
        assert process.stderr.readline() == f"opened {address}\n"


@pytest.mark.parametrize("command", ["serve", "site"])
def test_help_loads_nothing_heavy(command: str) -> None:
    code = f"import sys; sys.argv = ['tocsin', '{command}', '--help']; from tocsin.cli import main\n"
    code += (
        "try:\n    main()\nexcept SystemExit:\n    print('loaded:', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("loaded:")[2].split())
    assert "typer" in loaded
    assert loaded.isdisjoint({"fastapi", "uvicorn", "starlette", "jinja2", "polars", "numpy", "lightgbm"})


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = Serve(monkeypatch, capsys).refused("--port", str(port))
    assert f"port {port} is taken" in said
    assert "Hint: another --port" in said


def test_a_damaged_store_is_told_in_one_line(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "store").mkdir(parents=True)
    (home / "store" / "manifest.json").write_text("{", encoding="utf-8")
    assert "is damaged" in Serve(monkeypatch, capsys).refused("--port", "0")


def test_a_home_that_is_a_file_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "file"))
    assert "is no folder. Hint: " in Serve(monkeypatch, capsys).refused("--port", "0")


@pytest.mark.parametrize("words", [("--port", "70000"), ("--host", "0.0.0.0"), ("--port", "http")])
def test_what_cannot_be_asked_is_refused(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = Serve(monkeypatch, capsys)(*words, code=2)
    assert out == ""
    assert words[0] in err


def test_ctrl_c_ends_the_processes_that_work_out_answers_too(home: Path) -> None:
    with started("-m", "tocsin", "serve", "--port", "0") as process:
        address_of(process)
        own = psutil.Process(process.pid)
        end, children = time.monotonic() + 30, own.children(recursive=True)
        while not any("spawn_main" in " ".join(one.cmdline()) for one in children):
            assert time.monotonic() < end
            time.sleep(0.1)
            children = own.children(recursive=True)
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert err == "tocsin: stopped\n"
        _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
