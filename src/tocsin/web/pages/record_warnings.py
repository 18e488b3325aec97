"""Past warnings and missed emergences on the record page: chosen, counted and cut into pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from tocsin.errors import InputError
from tocsin.forecast.model import TARGETS, Target
from tocsin.months import first_day
from tocsin.warn.warning_record import HORIZON, OUTCOMES, MissRow, Outcome, PastWarning, PastWarnings

PER_PAGE = 25
OUTCOME_WORDS: dict[Outcome, str] = {"came": "came", "did_not_come": "did not come", "open": "not over yet"}

Row = TypeVar("Row")


@dataclass(frozen=True)
class Choice:
    """Which warnings and misses are shown, and which page of either."""

    year: int | None = None
    theatre: str | None = None
    view: Target | None = None
    outcome: Outcome | None = None
    page: int = 1
    missed_page: int = 1

    @property
    def given(self) -> dict[str, str]:
        """As parameters of an address; what is as usual is left out."""
        pages = {"page": self.page, "missed_page": self.missed_page}
        told = {"year": self.year, "theatre": self.theatre, "view": self.view, "outcome": self.outcome}
        return {name: str(value) for name, value in told.items() if value is not None} | {
            name: str(number) for name, number in pages.items() if number > 1
        }

    @property
    def narrowed(self) -> bool:
        """Whether some are left out."""
        return any(value is not None for value in (self.year, self.theatre, self.view, self.outcome))

    def warnings(self, past: PastWarnings) -> tuple[PastWarning, ...]:
        """The warnings it leaves, newest first."""
        return tuple(
            warning
            for warning in past.warnings
            if self._holds(warning.first, warning.theatre)
            and self.view in (None, warning.target)
            and self.outcome in (None, warning.outcome)
        )

    def misses(self, past: PastWarnings) -> tuple[MissRow, ...]:
        """The missed emergences of the year and theatre, newest first."""
        return tuple(row for row in past.misses if self._holds(row.month, row.theatre))

    def _holds(self, month: int, theatre: str) -> bool:
        return self.year in (None, first_day(month).year) and self.theatre in (None, theatre)


def read_choice(given: Mapping[str, str]) -> Choice:
    """What the parameters of an address choose. Raises `InputError` for what cannot be."""
    return Choice(
        year=_year(given.get("year")),
        theatre=given.get("theatre", "").strip() or None,
        view=one_of(given, "view", TARGETS),
        outcome=one_of(given, "outcome", OUTCOMES),
        page=_page(given, "page"),
        missed_page=_page(given, "missed_page"),
    )


Word = TypeVar("Word", bound=str)


def one_of(given: Mapping[str, str], name: str, words: tuple[Word, ...]) -> Word | None:
    """The parameter, one of these words; None where it is not given. Raises `InputError` for another."""
    text = given.get(name, "").strip()
    if not text:
        return None
    for word in words:
        if word == text:
            return word
    raise InputError(f"{name} is {', '.join(words[:-1])} or {words[-1]}, got {text[:40]!r}")


def _year(text: str | None) -> int | None:
    text = (text or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise InputError(f"year is like 2015, got {text[:40]!r}")
    return int(text)


def _page(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "").strip() or "1"
    if not (text.isascii() and text.isdigit() and len(text) <= 6) or int(text) < 1:
        raise InputError(f"{name} is a whole number from 1, got {text[:40]!r}")
    return int(text)


@dataclass(frozen=True)
class Counts:
    """How warnings ended as known: `came`, `did_not_come`, `open`.

    `over` counts those whose 6 months are over: `said` is their mean probability at the start, `share` the share of
    them that came, `base_rate` their mean base rate; None where there are none. One that came early would else be
    counted before one that has not come yet.
    """

    all: int
    came: int
    did_not_come: int
    open: int
    over: int
    said: float | None
    share: float | None
    base_rate: float | None

    @property
    def over_came(self) -> int:
        """How many came of those whose 6 months are over."""
        return round(self.share * self.over) if self.share is not None else 0

    @property
    def early(self) -> int:
        """How many came already of those whose 6 months are not over: not to be counted among ended ones."""
        return self.came - self.over_came


def counts(warnings: tuple[PastWarning, ...], until: int) -> Counts:
    """Counts of warnings as known at the end of the month `until`."""
    over = [warning for warning in warnings if warning.first + HORIZON <= until]
    n = len(over)
    ended = {outcome: sum(warning.outcome == outcome for warning in warnings) for outcome in OUTCOMES}
    return Counts(
        all=len(warnings),
        came=ended["came"],
        did_not_come=ended["did_not_come"],
        open=ended["open"],
        over=n,
        said=sum(warning.p for warning in over) / n if n else None,
        share=sum(warning.outcome == "came" for warning in over) / n if n else None,
        base_rate=sum(warning.base_rate for warning in over) / n if n else None,
    )


@dataclass(frozen=True)
class Cut:
    """One page of rows: `number` of `pages`, the rows from `first` to `last` of `all`."""

    number: int
    pages: int
    first: int
    last: int
    all: int


def cut(rows: tuple[Row, ...], number: int, per_page: int = PER_PAGE) -> tuple[tuple[Row, ...], Cut]:
    """The rows of a page; one beyond the last is the last."""
    pages = max(1, -(-len(rows) // per_page))
    number = min(number, pages)
    start = (number - 1) * per_page
    shown = rows[start : start + per_page]
    return shown, Cut(number, pages, start + 1 if shown else 0, start + len(shown), len(rows))


@dataclass(frozen=True)
class WarningLine:
    """A warning as the table shows it; months as their first days. `due` is the last month of its 6."""

    group: str
    theatre: str
    list: str
    target: Target
    first: date
    last: date
    months: int
    standing: bool
    p: float
    base_rate: float
    outcome: Outcome
    came: date | None
    due: date
    lead: int | None


def warning_line(warning: PastWarning) -> WarningLine:
    """A warning ready to be shown; `lead` is the months from the first on warning to the one in which it came."""
    return WarningLine(
        group=warning.group,
        theatre=warning.theatre,
        list="ongoing" if warning.list == "ongoing" else "new risk",
        target=warning.target,
        first=first_day(warning.first),
        last=first_day(warning.last),
        months=warning.last - warning.first + 1,
        standing=warning.standing,
        p=warning.p,
        base_rate=warning.base_rate,
        outcome=warning.outcome,
        came=None if warning.came is None else first_day(warning.came),
        due=first_day(warning.first + HORIZON),
        lead=None if warning.came is None else warning.came - warning.first,
    )
