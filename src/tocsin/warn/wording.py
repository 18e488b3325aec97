"""Likelihood in words, by the tables analysts are held to; the words go beside a number, never in its place."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Any

from tocsin.errors import InputError, did_you_mean
from tocsin.settings import packaged_folder


@dataclass(frozen=True)
class Band:
    """A term and the probabilities it is published for, from `low` to `high` in percent."""

    low: int
    high: int
    term: str


@dataclass(frozen=True)
class Wording:
    """One table of words in one language: its bands from the lowest up, and what is said below and above them."""

    name: str
    source: str
    bands: tuple[Band, ...]
    below: str | None
    above: str | None

    @property
    def cuts(self) -> tuple[float, ...]:
        """Where one band's term gives way to the next one's: the common end, or the middle of a gap between them."""
        return tuple((a.high + b.low) / 200 for a, b in zip(self.bands, self.bands[1:], strict=False))

    def words(self, p: float) -> str:
        """The words for a probability. Raises `InputError` where `p` is none.

        A common end belongs to the band above it; in a gap the nearer band speaks, in its middle the one above.
        """
        if not 0.0 <= p <= 1.0:  # also refuses NaN
            raise InputError(f"a probability is between 0 and 1, got {p}")
        if self.below is not None and p < self.bands[0].low / 100:
            return self.below
        if self.above is not None and p > self.bands[-1].high / 100:
            return self.above
        return self.bands[bisect_right(self.cuts, p)].term

    @property
    def legend(self) -> str:
        """The table on one line, as it was published."""
        said = ", ".join(f"{band.term} {band.low}-{band.high}%" for band in self.bands)
        return f"{self.name}: {said}"


def likelihood_words(p: float, table: str = "icd203", language: str = "en") -> str:
    """The words for a probability, to stand beside its number. `table` is `icd203` or `phia`.

    Raises `InputError` for an unknown table or language, and where `p` is no probability. Sources: US Intelligence
    Community Directive 203 (2015); UK Professional Head of Intelligence Assessment, Probability Yardstick.

    >>> likelihood_words(0.55), likelihood_words(0.004), likelihood_words(0.22, table="phia")
    ('likely', 'almost no chance, below 1%', 'highly unlikely')
    """
    return load_wording(table, language).words(p)


@cache
def languages() -> tuple[str, ...]:
    """The languages there are words in."""
    return tuple(sorted(file.stem for file in (packaged_folder() / "wording").glob("*.toml")))


@cache
def load_wording(table: str = "icd203", language: str = "en") -> Wording:
    """A table of words in a language. Raises `InputError` where there is none."""
    if language not in languages():
        raise InputError(
            f"there are no words of likelihood in {language!r}, only in: {', '.join(languages())}."
            f"{did_you_mean(language, languages())}"
        )
    tables = read_tables(language)
    if table not in tables:
        raise InputError(
            f"a table of words of likelihood is {' or '.join(tables)}, got {table!r}.{did_you_mean(table, tables)}"
        )
    raw = tables[table]
    bands = tuple(Band(**band) for band in raw["bands"])
    return Wording(raw["name"], raw["source"], bands, raw.get("below"), raw.get("above"))


def read_tables(language: str) -> dict[str, Any]:
    """The file of a language as it is written, table by table."""
    file = packaged_folder() / "wording" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
