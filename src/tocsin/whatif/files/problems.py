"""What is wrong with a scenario file, all of it, each with the line it stands on where that can be told."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tocsin.errors import DataError

# Where something stands: `("sides", 1, "members")` are the members of the second side.
Place = tuple[str | int, ...]

_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_TABLE = re.compile(r"\s*\[(\[?)\s*([\w.-]+)\s*\]?\]\s*(?:#.*)?$")
_MULTI = re.compile(r'"""|' + "'''")
_HINT = "docs/scenario-files.md has every key"


class Problems:
    """A list of what is wrong, that grows while a file is read."""

    def __init__(self, lines: Mapping[Place, int]) -> None:
        self._lines = lines
        self._found: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, place: Place, words: str) -> None:
        """Note what is wrong with the value at a place."""
        line = next((self._lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self._lines), 0)
        where = ", ".join([*([f"line {line}"] if line else []), *([spelled(place)] if place else [])])
        self._found.append((line, f"{where}: {words}" if where else words))

    def raise_any(self, name: str) -> None:
        """Raise a `DataError` that names the file and everything found in it, in the order of its lines."""
        if not self._found:
            return
        found = [words for _, words in sorted(self._found, key=lambda one: one[0])]
        if len(found) == 1:
            raise DataError(f"{name}: {found[0]}. {_HINT}")
        listed = "".join(f"\n  {words}" for words in found)
        raise DataError(f"{name}: {len(found)} things are wrong with this scenario; {_HINT}{listed}")


def spelled(place: Place) -> str:
    """A place as people write it; tables of a list count from 1.

    >>> spelled(("sides", 1, "members"))
    'sides[2].members'
    """
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def line_numbers(text: str) -> dict[Place, int]:
    """The lines on which tables and keys of a TOML text begin; what stands within another value has none.

    >>> line_numbers('a = 1\\n[[sides]]\\nname = "x"\\n')
    {('a',): 1, ('sides',): 2, ('sides', 0): 2, ('sides', 0, 'name'): 3}
    """
    lines: dict[Place, int] = {}
    counts: dict[str, int] = {}
    table: Place = ()
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not inside:
            if header := _TABLE.match(line):
                name = header[2]
                if header[1]:
                    lines.setdefault((name,), number)
                    counts[name] = counts.get(name, -1) + 1
                    table = (name, counts[name])
                else:
                    table = tuple(name.split("."))
                lines.setdefault(table, number)
            elif key := _KEY.match(line):
                parts = [part.strip().strip("\"'") for part in key[1].split(".")]
                for n in range(1, len(parts) + 1):
                    lines.setdefault((*table, *parts[:n]), number)
        for mark in _MULTI.findall(line):
            inside = "" if inside == mark else (inside or mark)
    return lines
