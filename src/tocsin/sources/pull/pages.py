"""Pages of rows from an interface, kept one by one until all have come, then put together into one CSV.

NAME.pages/state.json        what was asked for, and which pages have come
NAME.pages/00000.csv ...     their rows, without a header
"""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tocsin.sources.pull.fetch import Fetched, disk_error
from tocsin.sources.pull.patience import Patience
from tocsin.sources.pull.record import Record, read_json, sha256_of, write_json, write_record


class Pages:
    """The pages that have come so far of what `asked` describes; those of another question are dropped.

    With `private` no other user of the machine can read the file that they make.
    """

    def __init__(self, path: Path, asked: Mapping[str, Any], *, private: bool = False) -> None:
        self._mode = 0o600 if private else 0o666
        self._final, self._folder = path, path.with_name(f"{path.name}.pages")
        self._asked = dict(asked)
        state = read_json(self._folder / "state.json") or {}
        notes = state.get("pages")
        fits = state.get("asked") == self._asked and isinstance(notes, list)
        self.notes: list[dict[str, Any]] = []
        if fits and all(isinstance(note, dict) and self._is_whole(i, note) for i, note in enumerate(notes or [])):
            self.notes = list(notes or [])
        else:
            self.drop()

    def _is_whole(self, number: int, note: Mapping[str, Any]) -> bool:
        file = self._file(number)
        return file.is_file() and sha256_of(file) == note.get("sha256")

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:05d}.csv"

    def add(self, rows: Iterable[Sequence[object]], note: Mapping[str, object]) -> None:
        """Keep one more page, with what should be known of it. Raises `DownloadError` where it cannot be written."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            file = self._file(len(self.notes))
            file.write_bytes(csv_bytes(rows))
            self.notes.append({**note, "sha256": sha256_of(file)})
            write_json(self._folder / "state.json", {"asked": self._asked, "pages": self.notes})
        except OSError as error:
            raise disk_error(error, self._final) from None

    def rows(self) -> Iterator[list[str]]:
        """All rows that have come, in order."""
        for number in range(len(self.notes)):
            with self._file(number).open(encoding="utf-8", newline="") as file:
                yield from csv.reader(file)

    def drop(self) -> None:
        """Forget all pages."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self.notes = []

    def put_together(self, header: Sequence[str], url: str, patience: Patience, notes: tuple[str, ...] = ()) -> Fetched:
        """The one CSV of all pages, which appears whole or not at all; the pages are dropped."""
        beside = self._final.with_name(f"{self._final.name}.part")
        try:
            beside.unlink(missing_ok=True)
            with open(beside, "wb", opener=lambda name, how: os.open(name, how, self._mode)) as out:
                out.write(csv_bytes([header]))
                for number in range(len(self.notes)):
                    out.write(self._file(number).read_bytes())
                out.flush()
                os.fsync(out.fileno())
            record = Record(
                url, beside.stat().st_size, sha256_of(beside), None, None, patience.now().strftime("%Y-%m-%dT%H:%M:%SZ")
            )
            write_record(self._final, record)
            beside.replace(self._final)
        except OSError as error:
            raise disk_error(error, self._final) from None
        self.drop()
        return Fetched(self._final, url, record.bytes, record.sha256, None, False, notes)


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV in UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8", errors="replace")
