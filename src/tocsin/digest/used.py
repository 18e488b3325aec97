"""The source in use: whether there is one of that name, what to do where nothing of it is held, and its terms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tocsin.digest.tables import Provenance
from tocsin.errors import InputError, NotHeldError, did_you_mean
from tocsin.settings import Settings
from tocsin.sources.registry import find_source, sources
from tocsin.sources.terms import Terms, terms_of, together
from tocsin.store import Store

_PULLED = {"ucdp-ged": "ucdp", "acled": "acled"}


def check_used(settings: Settings) -> None:
    """Raises `InputError` where the setting `source` names one that is neither known nor held."""
    unknown = unknown_source(settings.source, Store(settings.home).sources())
    if unknown:
        raise InputError(f"{unknown} The setting 'source' (TOCSIN_SOURCE) names it")


def check_day(settings: Settings, as_of: date | None) -> None:
    """Raises `InputError` where an as-of mode that asks what was known by a day is given none."""
    if as_of is None and settings.as_of_mode != "reconstructed":
        raise InputError(
            f"{settings.as_of_mode} mode asks what was known by a day, so it needs one. Hint: --as-of YYYY-MM-DD"
        )


def unknown_source(name: str, held: Sequence[str]) -> str | None:
    """What to say of a name that no source has and nothing is held of; None for any other."""
    if name in held or find_source(name) is not None:
        return None
    known = tuple(dict.fromkeys((*sources(), *held)))
    return f"no source is called {name!r}; there are {', '.join(known)}.{did_you_mean(name, known)}"


def terms_of_figures(told: Provenance) -> Terms:
    """The terms of all sources that figures are of, by the strictest, and by what they say of themselves."""
    names = [name.strip() for name in told.source.split(",") if name.strip()]
    if not names and not told.redistributable:
        names = [told.source]
    return together(terms_of(name, redistributable=told.redistributable) for name in names)


def not_held(source: str, release: str | None, held: Sequence[str]) -> NotHeldError:
    """The error for events of a source, or of a release of it, of which nothing is held."""
    unknown = unknown_source(source, held)
    if unknown:
        return NotHeldError(unknown)
    pull = f", or download them: tocsin data pull {_PULLED[source]}" if source in _PULLED else ""
    beside = f" (held: {', '.join(held)})" if held else ""
    return NotHeldError(
        f"no events of {f'{source} {release}' if release else source} are imported{beside}. Hint: bring them in with: "
        f"tocsin data import FILE{pull}"
    )
