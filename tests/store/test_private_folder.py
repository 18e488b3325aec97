"""What is held can be read by its owner alone, whichever command makes the folder first."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tocsin.forecast import cache
from tocsin.private import private_folder
from tocsin.replay import record
from tocsin.settings import Settings
from tocsin.sources.acknowledged import acknowledge
from tocsin.sources.pull.folder import download_folder
from tocsin.store import Store
from tocsin.warn.question_file import changing

pytestmark = pytest.mark.skipif(os.name != "posix", reason="other systems have other rights")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def download(home: Path) -> None:
    with download_folder(home):
        pass


def ask(home: Path) -> None:
    with changing(Settings(home=home)):
        pass


def replay(home: Path) -> None:
    with record.opened(home / "replays" / "one", {}):
        pass


FIRST: dict[str, Callable[[Path], object]] = {
    "import": lambda home: Store(home).add(),
    "acknowledge": lambda home: acknowledge(home, "acled", on=date(2024, 1, 1)),
    "pull": download,
    "question": ask,
    "replay": replay,
    "assess": lambda home: cache._write(home / "cache" / "models" / "one", {}),
}


@pytest.mark.parametrize("first", FIRST)
def test_the_home_is_its_owners_alone_whoever_makes_it(first: str, tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    FIRST[first](home)
    assert {mode(path) for path in (home, *home.rglob("*")) if path.is_dir()} == {0o700}


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    private_folder(home)
    Store(home).add()
    assert (mode(home), mode(home / "store"), mode(home / "store" / "parts")) == (0o755, 0o700, 0o700)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        private_folder(tmp_path / "file")
