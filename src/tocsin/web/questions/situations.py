"""What was known on a day, kept for the next question about the same day: it is where every answer starts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from tocsin.forecast.boosters import EARLY_REPLICATES, REPLICATES
from tocsin.forecast.model import HORIZONS, TARGETS
from tocsin.groups import resolve_theatre
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.warn.assess import assess_situation
from tocsin.warn.assessment import Assessment
from tocsin.warn.lines import Drawn, expected_deaths
from tocsin.warn.situation import Situation, load_situation
from tocsin.web.asked import Asked
from tocsin.web.question import Tell

KEPT = 10
FITS = (EARLY_REPLICATES + REPLICATES) * len(HORIZONS) * len(TARGETS)  # of the models of one day

T = TypeVar("T")

_kept: OrderedDict[Any, Any] = OrderedDict()


def situation_of(asked: Asked, theatre: str | None, settings: Settings, tell: Tell) -> Situation:
    """The situation of a day and a theatre (None: the world), loaded once as long as the store stays as it is.

    Raises as `load_situation`.
    """
    under = asked.settings(settings)
    # However a theatre is written, it is one.
    place = resolve_theatre(theatre, under) if theatre else None
    key = (asked.as_of, place, _of_settings(under))
    fits = 0

    def fitted(_: str) -> None:
        nonlocal fits
        fits += 1
        # Another day's models may be fitted on the way, of which nobody knows beforehand.
        tell("fitting the models (once for this data and day)", fits, FITS if fits <= FITS else 0)

    return _once(key, lambda: load_situation(asked.as_of, theatre, under, fitted))


def drawn_of(situation: Situation, horizon: int) -> Drawn:
    """The draws of monthly deaths of a situation, made once."""
    return _once(("drawn", id(situation), horizon), lambda: (situation, expected_deaths(situation, horizon)))[1]


def assessment_of(situation: Situation, horizon: int) -> Assessment:
    """The assessment of a situation, made once, since all its lines cost hardly more than one."""
    key = ("assessment", id(situation), horizon)
    return _once(key, lambda: (situation, assess_situation(situation, horizon)))[1]


def _of_settings(settings: Settings) -> tuple[str, str]:
    return settings.model_dump_json(), Store(settings.home).fingerprint()


def _once(key: Any, make: Callable[[], T]) -> T:
    if key not in _kept:
        _kept[key] = make()
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    found: T = _kept[key]
    return found
