"""The folder that downloads stay in, used by one pull at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tocsin.errors import InputError, StoreBusyError
from tocsin.private import private_folder

_UNFINISHED = (".part", ".pages")


def files_left(home: Path, source: str, names: Iterable[str] = ()) -> tuple[Path, ...]:
    """Files of a source in the store's own folder of downloads: those called `names`, and of ACLED all there are.

    What has come of a file not yet whole is among them (`NAME.part`, `NAME.pages`); the records beside files are not.
    """
    folder = home / "downloads"
    wanted = {f"{name}{ending}" for name in names for ending in ("", *_UNFINISHED)}
    there = (path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else ()
    return tuple(
        sorted(
            path
            for path in there
            if path.name in wanted
            or (source == "acled" and path.name.startswith("acled-") and not path.name.endswith(".json"))
        )
    )


@contextmanager
def download_folder(home: Path, chosen: Path | None = None) -> Iterator[Path]:
    """The folder, made if need be: `chosen`, or `downloads` in the store's folder.

    Raises `InputError` where it cannot be used, `StoreBusyError` while another pull works in it.
    """
    folder = chosen or home / "downloads"
    try:
        if chosen is None:
            private_folder(folder)
        else:
            folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".tocsin-pull.lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise StoreBusyError(f"another pull is writing to {folder}; wait for it, or choose another --output") from None
    except OSError as error:
        raise InputError(f"{folder} cannot be used as a folder for downloads: {error.strerror or error}") from None
    try:
        yield folder
    finally:
        lock.release()
