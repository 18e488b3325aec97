"""A full disk while events wait or the store is written, and a command that is ended while they wait."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ged_files import ged_row, write_ged
from tocsin import event_rows
from tocsin.errors import InputError
from tocsin.events import CheckedFile
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store

resource = pytest.importorskip("resource", reason="no limit can be set on the size of files")

ROWS = 600


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Writing more fails as on a full disk: with an error from the system, in the middle of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def release(tmp_path: Path) -> Path:
    rows = [ged_row(n) | {"source_headline": f"{n * 7919:x}" * 9} for n in range(1, ROWS)]
    return write_ged(tmp_path / "GEDEvent_v24_1.csv", rows)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of its own, to which events go from the hundredth on."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setattr(event_rows, "IN_MEMORY", 100)
    return folder


def test_no_room_where_events_wait(release: Path, temporary: Path) -> None:
    with no_file_larger_than(2000), pytest.raises(InputError) as raised:
        read_ged(release)
    assert str(temporary) in str(raised.value)
    assert "Make room there, or name another folder in the environment variable TMPDIR" in str(raised.value)
    del raised
    assert not list(temporary.iterdir())


def test_nowhere_for_events_to_wait(release: Path, temporary: Path) -> None:
    temporary.rmdir()
    with pytest.raises(InputError, match=re.escape(f"events wait in {temporary} until all are checked")):
        read_ged(release)


def test_no_room_in_the_store(release: Path, tmp_path: Path) -> None:
    store, checked = Store(tmp_path / "home"), read_ged(release)
    held: list[CheckedFile] = []
    for file in ([], [read_ged(write_ged(tmp_path / "GEDEvent_v23_1.csv", [ged_row(1)]))]):
        held += file
        store.add(*held)
        before = files_in(store.folder)
        with no_file_larger_than(2000), pytest.raises(InputError) as raised:
            store.add(checked)
        assert f"the store at {store.folder} cannot be written" in str(raised.value)
        assert "Make room there" in str(raised.value)
        assert files_in(store.folder) == before
    store.add(checked)
    assert len(store.events().events) == ROWS - 1


ENDED = """
import sys, time
from tocsin import event_rows
from tocsin.cli import main
from tocsin.store import Store

def add(self, *files):
    print("waiting", flush=True)
    time.sleep(60)

event_rows.IN_MEMORY, Store.add = 100, add
sys.argv = ["tocsin", "data", "import", sys.argv[1]]
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_events_that_wait_go_when_the_command_is_ended(how: signal.Signals, release: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", ENDED, str(release)],
        env=os.environ | {"TMPDIR": str(temporary), "TOCSIN_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        (waiting,) = temporary.iterdir()
        assert waiting.stat().st_mode & 0o777 == 0o700
        process.send_signal(how)
        said = process.communicate(timeout=30)
    assert process.returncode == (130 if how == signal.SIGINT else 128 + how)
    assert "Traceback" not in said[1]
    assert not list(temporary.iterdir())
