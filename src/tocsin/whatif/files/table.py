"""Values out of one table of a scenario file: each of the type expected, or a problem noted and None."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from tocsin.errors import did_you_mean
from tocsin.months import month_id, month_label
from tocsin.whatif.files.problems import Place, Problems
from tocsin.whatif.limits import FIRST_YEAR, LAST_YEAR, NAME_LETTERS, TEXT_LETTERS

Choice = TypeVar("Choice", bound=str)

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Table:
    """A table of the file, where it stands, and where to note what is wrong with it."""

    values: Mapping[str, object]
    place: Place
    problems: Problems

    def fault(self, key: str, words: str) -> None:
        """Note what is wrong with a key's value."""
        self.problems.add((*self.place, key), words)

    def only(self, known: Iterable[str]) -> None:
        """Note all keys but the known ones."""
        known = tuple(known)
        for key in self.values:
            if key not in known:
                hint = did_you_mean(key, known, most=1) or f" Known here: {', '.join(known)}."
                self.fault(key, f"there is no key {key!r} here.{hint}".removesuffix("."))

    def missing(self, key: str, words: str) -> None:
        """Note a key that has to be there."""
        self.problems.add(self.place, f"{key} is missing: {words}")

    def text(self, key: str, words: str, *, default: str | None = None, long: bool = False) -> str | None:
        """A printable text, on one line unless it is `long`; `words` say what is expected where it has to be there."""
        value = self.values.get(key, default)
        if value is None:
            self.missing(key, words)
            return None
        return self._printable(key, value, long=long, empty=default == "")

    def identifier(self, key: str, words: str) -> str | None:
        """A name that commands can take: letters, digits, `-`, `_` and `.`."""
        value = self.text(key, words)
        if value is not None and not _IDENTIFIER.fullmatch(value):
            self.fault(key, f"{value!r} is no name for commands: use letters, digits, '-' and '_'")
            return None
        return value

    def texts(self, key: str, *, long: bool = False) -> tuple[str, ...]:
        """A list of printable texts, empty where the key is not there."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self._wrong(key, value, "a list of texts")
            return ()
        found = [self._printable(key, one, long=long, empty=False) for one in value]
        return tuple(one for one in found if one is not None)

    def flag(self, key: str) -> bool:
        """`true` or `false`, the latter where the key is not there."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self._wrong(key, value, "true or false")
        return value is True

    def whole(self, key: str, words: str, limits: tuple[int, int], *, default: int | None = None) -> int | None:
        """A whole number within limits."""
        value = self.values.get(key, default)
        if value is None:
            self.missing(key, words)
        elif isinstance(value, bool) or not isinstance(value, int):
            self._wrong(key, value, "a whole number")
        elif not limits[0] <= value <= limits[1]:
            self.fault(key, f"{value:,} is out of what is allowed, {limits[0]:,} to {limits[1]:,}")
        else:
            return value
        return None

    def day(self, key: str) -> date | None:
        """A day, as TOML has it (`2021-08-30`) or as text."""
        value = self.values.get(key)
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                value = str(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            if FIRST_YEAR <= value.year <= LAST_YEAR:
                return value
            self.fault(key, f"{value} is out of what is allowed, {FIRST_YEAR} to {LAST_YEAR}")
        elif value is not None:
            self._wrong(key, value, "a day like 2021-08-30")
        return None

    def month(self, key: str, within: tuple[int, int] | None = None) -> int | None:
        """A month as months.py's number, of a text like `2021-09`; within two others, both in it."""
        value = self.values.get(key)
        if value is None:
            return None
        found = _MONTH.fullmatch(value) if isinstance(value, str) else None
        if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            self._wrong(key, value, 'a month like "2021-09"')
            return None
        month = month_id(date(int(found[1]), int(found[2]), 1))
        if within is not None and not within[0] <= month <= within[1]:
            words = f"{month_label(within[0])} to {month_label(within[1])}"
            self.fault(key, f"{value} is outside the months that are simulated, {words}")
            return None
        return month

    def choice(self, key: str, known: Sequence[Choice], *, default: Choice | None = None) -> Choice | None:
        """One of the known words."""
        value = self.values.get(key, default)
        if value is None:
            self.missing(key, f"one of {', '.join(known)}")
            return None
        return self._one_of(key, value, known)

    def choices(self, key: str, known: Sequence[Choice], default: Sequence[Choice]) -> tuple[Choice, ...]:
        """A list of known words, each once."""
        value = self.values.get(key, list(default))
        if not isinstance(value, list):
            self._wrong(key, value, f"a list of some of {', '.join(known)}")
            return ()
        found = [one for one in (self._one_of(key, word, known) for word in value) if one is not None]
        self.each_once(key, found)
        return tuple(found)

    def each_once(self, key: str, found: Sequence[object]) -> None:
        """Note what is in a list twice."""
        twice = sorted({str(one) for one in found if found.count(one) > 1})
        if twice:
            self.fault(key, f"{', '.join(twice)} stands there more than once")

    def table(self, key: str) -> Table:
        """The table under a key, empty where there is none."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self._wrong(key, value, "a table")
            value = {}
        return Table(value, (*self.place, key), self.problems)

    def tables(self, key: str, most: int) -> list[Table]:
        """The tables of a list of tables, at most so many."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self._wrong(key, value, f"tables, each headed [[{key}]]")
            return []
        if len(value) > most:
            self.fault(key, f"{len(value)} {key}; at most {most} are allowed")
        return [Table(one, (*self.place, key, n), self.problems) for n, one in enumerate(value[:most])]

    def _printable(self, key: str, value: object, *, long: bool, empty: bool) -> str | None:
        if not isinstance(value, str):
            self._wrong(key, value, "a text")
        elif not value.strip() and not empty:
            self.fault(key, "is empty")
        elif not (value.replace("\n", "").replace("\t", "") if long else value).isprintable():
            self.fault(key, "holds characters that cannot be printed")
        elif len(value) > (most := TEXT_LETTERS if long else NAME_LETTERS):
            self.fault(key, f"is {len(value):,} characters long; at most {most:,} are allowed")
        else:
            return value
        return None

    def _one_of(self, key: str, value: object, known: Sequence[Choice]) -> Choice | None:
        for one in known:
            if one == value:
                return one
        if isinstance(value, str):
            hint = did_you_mean(value, known, most=1)
            self.fault(key, f"{shown(value)} is not known; expected {', '.join(known)}.{hint}".removesuffix("."))
        else:
            self._wrong(key, value, f"one of {', '.join(known)}")
        return None

    def _wrong(self, key: str, value: object, expected: str) -> None:
        self.fault(key, f"{shown(value)} is not {expected}")


def shown(value: object) -> str:
    """What stands in a file, shortened where it is long."""
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
