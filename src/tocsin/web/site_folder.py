"""The folder of a static site: what may be replaced, what is kept, and how the new one takes its place in one step.

Decided file by file: those that the marker of an earlier site lists may go, others stay wherever in the folder they
are. Links in the folder are files of their own here, never followed.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

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
            "replaces files of the same names and keeps every other file"
        )
    return target


def put_in_place(target: Path, files: Mapping[str, bytes], marker: Marker, *, force: bool) -> None:
    """Write the files beside `target` and put them in its place once all are there.

    Every file that an earlier site did not write is kept, at any depth; with `force` one of the same name as a new
    file is replaced. Interrupted, the folder is as it was before. Raises `InputError` as `check_folder`, since the
    folder may have changed meanwhile; where another's file is in the way of a new one; and where the disk refuses.
    """
    target = check_folder(target, force=force)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    new, old = beside / "new", beside / "old"
    kept: list[str] = []
    try:
        with _told(target):
            _write(new, {**files, MARKER: marker.to_json()})
            if not target.exists():
                new.rename(target)
                return
            new.chmod(target.stat().st_mode & 0o777)
            kept = _kept(target, new, {*files, MARKER}, force=force)
            _change_places(target, new, old, kept)
    finally:
        # Interrupted once more on the way back: what is not where it was may be nowhere else.
        if (old.exists() and not target.exists()) or any(os.path.lexists(new / name) for name in kept):
            raise InputError(f"{target} could not be put back as it was: what is missing in it is in {beside}")
        shutil.rmtree(beside, ignore_errors=True)


def _change_places(target: Path, new: Path, old: Path, kept: Sequence[str]) -> None:
    """Move what is kept into the new folder and that to where the old one is, or all of it back."""
    try:
        for name in kept:
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).rename(new / name)
        target.rename(old)
        new.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        for name in kept:
            if os.path.lexists(new / name):
                (new / name).rename(target / name)
        raise


@contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"{target} can not be written: {error.strerror or error}") from None


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _own(folder: Path) -> set[str] | None:
    """The files that an earlier site wrote into a folder; None where it holds none."""
    try:
        if (folder / MARKER).is_symlink():  # tells of another folder
            return None
        said = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        return {*map(str, said["files"]), MARKER} if said["made_by"].startswith("tocsin ") else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _kept(target: Path, new: Path, files: set[str], *, force: bool) -> list[str]:
    """What is neither an earlier site's nor replaced by a new file.

    Raises `InputError` where it can not stay beside the new files, and without `force` for a file that is replaced but
    not the earlier site's.
    """
    own = _own(target) or set()
    kept = list(_others(target, own | files))
    for name in kept:
        # Asked of the disk: it may hold `Data` and `data` for the same.
        within = [new / parent for parent in PurePosixPath(name).parents]
        if os.path.lexists(new / name) or any(os.path.lexists(path) and not path.is_dir() for path in within):
            raise InputError(f"{target / name} is in the way of the site's files. Hint: move it, or another folder")
    replaced = sorted(name for name in files - own if os.path.lexists(target / name) and not _is_folder(target / name))
    if replaced and not force:
        raise InputError(
            f"{target / replaced[0]} is not the earlier site's and would be replaced. Hint: move it, or --force"
        )
    return kept


def _others(folder: Path, ours: set[str]) -> Iterator[str]:
    """What a folder holds beside our files: other files, links, and as one what holds none of ours."""
    inside = {parent.as_posix() for name in ours for parent in PurePosixPath(name).parents}

    def under(at: Path) -> Iterator[str]:
        for path in sorted(at.iterdir()):
            name = path.relative_to(folder).as_posix()
            if not _is_folder(path):
                if name not in ours:
                    yield name
            elif name in inside:
                yield from under(path)
            else:
                yield name

    return under(folder)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
