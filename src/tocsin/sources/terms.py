"""What the terms of each source allow to be shown, by one rule that the store, exports and pages go by.

Two things are asked of a source: whether its events may stand on a page or in a file one by one, and whether figures
may from which single events can be told back: half-degree cells, dates, and counts and sums of events or deaths over
any time, since a sum may be of one event, and two sums may differ by one. Probabilities and what models expect are free
in any case. A source of another package has the terms that it states itself; one that is not known allows neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tocsin.errors import InputError


@dataclass(frozen=True)
class Terms:
    """The terms of a source, or of several together, by the strictest of them.

    `event_rows`: events one by one may be shown and taken away. `reversible`: so may figures from which events can be
    told back. `why` is a sentence on it, for people.
    """

    sources: tuple[str, ...]
    event_rows: bool
    reversible: bool
    why: str

    @property
    def open(self) -> bool:
        """Whether nothing has to be held back."""
        return self.event_rows and self.reversible


NOTHING_HELD = Terms((), True, True, "No data of another source than the packaged figures are held.")

_KNOWN = {
    "ucdp-ged": Terms(
        ("ucdp-ged",),
        event_rows=True,
        reversible=True,
        why="UCDP GED is licensed under CC BY 4.0: events may be shown and passed on with their citation.",
    ),
    "acled": Terms(
        ("acled",),
        event_rows=False,
        reversible=False,
        why="The terms of ACLED do not allow its events, or figures they can be told back from, to be passed on.",
    ),
    "gtd": Terms(
        ("gtd",),
        event_rows=False,
        reversible=False,
        why="The terms of the Global Terrorism Database do not allow its events, or figures they can be told back "
        "from, to be passed on.",
    ),
}


def packaged_terms(source: str) -> Terms:
    """The terms of a source that comes with tocsin."""
    return _KNOWN[source]


def terms_of(source: str, *, redistributable: bool = True) -> Terms:
    """The terms of a source by its name in the event table; `redistributable` is what its release says of itself.

    A release may be stricter than its source, never looser.

    >>> terms_of("ucdp-ged").event_rows, terms_of("acled").reversible, terms_of("somebody's list").event_rows
    (True, False, False)
    """
    known = _KNOWN.get(source.strip().lower()) or _of_other_package(source)
    if known is None:
        why = (
            f"The terms of {source!r} are not known here, so its events, or what they can be told from, are not shown."
        )
        return Terms((source,), event_rows=False, reversible=False, why=why)
    if known.open and not redistributable:
        return Terms(
            known.sources, False, False, f"This release of {known.sources[0]} is marked as not to be passed on."
        )
    return known


def _of_other_package(source: str) -> Terms | None:
    """What a source of another package says of itself, while that package is installed and can be loaded."""
    from tocsin.sources.registry import sources  # which knows these terms in its turn

    found = sources().get(source)
    if found is None or not isinstance(found.terms, Terms):
        return None
    return replace(found.terms, sources=(source,))


def check_exported(terms: Terms, refused: str, hint: str) -> None:
    """The one rule for files that are made to be passed on: half-degree cells, revisions and lags of reporting.

    Raises `InputError`, with what is refused, why, and a hint, where figures that events can be told from may not be.
    Files that tocsin itself reads again (`data digest`) and what commands print are not refused: see `kept_to_oneself`.
    """
    if not terms.reversible:
        raise InputError(f"{refused}. {terms.why} Hint: {hint}")


def kept_to_oneself(terms: Terms) -> str | None:
    """What to say beside a file that is made all the same; None where nothing has to be held back."""
    return None if terms.open else f"Not to be passed on: {terms.why}"


def together(terms: Iterable[Terms]) -> Terms:
    """What several terms allow together, each thing only where all of them do.

    >>> together([terms_of("ucdp-ged"), terms_of("gtd")]).open
    False
    """
    held = tuple(terms)
    if not held:
        return NOTHING_HELD
    strict = [one for one in held if not one.open] or list(held)
    return Terms(
        sources=tuple(dict.fromkeys(source for one in held for source in one.sources)),
        event_rows=all(one.event_rows for one in held),
        reversible=all(one.reversible for one in held),
        why=" ".join(dict.fromkeys(one.why for one in strict)),
    )
