"""The folder of a static site: what may be replaced, what is kept, and how the new one takes its place in one step."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin import __version__
from tocsin.errors import InputError

MARKER = "tocsin-site.json"


@dataclass(frozen=True)
class Marker:
    """What the file `tocsin-site.json` says of a site: what it is of, and the files that are its own."""

    about: Mapping[str, str]
    files: tuple[str, ...]

    @classmethod
    def of(cls, files: Iterable[str], about: Mapping[str, str]) -> Marker:
        """The marker of a site of these files."""
        return cls({"made_by": f"tocsin {__version__}", **about}, tuple(sorted(files)))

    def to_json(self) -> bytes:
        """The file's content."""
        return (json.dumps({**self.about, "files": self.files}, indent=1, ensure_ascii=False) + "\n").encode()


def check_folder(folder: Path, *, force: bool) -> Path:
    """The folder as an absolute path, links followed.

    Raises `InputError` for one that can not be written, and without `force` for one that holds other things than an
    earlier site.
    """
    try:
        target = folder.resolve()
    except (OSError, RuntimeError):  # links that go round
        raise InputError(f"{folder} can not be written: its links lead nowhere") from None
    if target.exists() and not target.is_dir():
        raise InputError(f"a site is written into a folder, got the file {folder}")
    if not target.parent.is_dir():
        raise InputError(f"{folder} can not be written: there is no folder {target.parent}")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"{folder} can not be written: nothing may be made in {target.parent}")
    if target.is_mount():
        raise InputError(f"{folder} is a disk of its own and can not be replaced. Hint: a folder inside it")
    if target.is_dir() and any(target.iterdir()) and _own(target) is None and not force:
        raise InputError(
            f"{folder} holds other things than a site written by tocsin. Hint: another folder, or --force, which "
            "replaces files of the same names and keeps the rest"
        )
    return target


def put_in_place(target: Path, files: Mapping[str, bytes], marker: Marker, *, force: bool) -> None:
    """Write the files beside `target` and put them in its place once all are there.

    What an earlier site did not write (`.git`, `CNAME`, ...) is kept. Interrupted, the folder is as it was before.
    Raises `InputError` as `check_folder`, since the folder may have changed meanwhile, and where the disk is full.
    """
    target = check_folder(target, force=force)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        new, old = beside / "new", beside / "old"
        try:
            _write(new, {**files, MARKER: marker.to_json()})
        except OSError as error:
            raise InputError(f"{target} can not be written: {error.strerror or error}") from None
        if not target.exists():
            new.rename(target)
            return
        new.chmod(target.stat().st_mode & 0o777)
        kept = _kept(target, files)
        try:
            for name in kept:
                (target / name).rename(new / name)
            target.rename(old)
            new.rename(target)
        except BaseException:
            if old.exists() and not target.exists():
                old.rename(target)
            for name in kept:
                if (new / name).exists():
                    (new / name).rename(target / name)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _own(folder: Path) -> set[str] | None:
    """The files that an earlier site wrote into a folder; None where it holds none."""
    try:
        said = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        return {*said["files"], MARKER} if said["made_by"].startswith("tocsin ") else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _kept(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """What lies at the top of a folder and is neither an earlier site's nor in the way of the new one's."""
    ours = {name.partition("/")[0] for name in (*files, MARKER, *(_own(folder) or ()))}
    return sorted(path.name for path in folder.iterdir() if path.name not in ours)
