"""The licence gate: the one way to an answer, which holds back what the terms of the sources do not allow to be shown.

Pages, downloads, the interface for programs and the static site all live on answers, and every answer comes through
`answer` here. Where the data held are of a source whose terms forbid it, it lets through no event, no half-degree cell,
no week or month of a single group, and no sentence that tells of one. Probabilities, sums over 12 months and what rests
on the packaged figures alone stay. As sums of days less than a year apart would tell single months by their difference,
only days a whole number of years before the end of the data can be asked about then.

What it does not know it does not let through: under such terms an answer of a kind that is not listed here is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

from tocsin.errors import TocsinError
from tocsin.months import last_known_month
from tocsin.settings import Settings
from tocsin.sources.terms import Terms, terms_of, together
from tocsin.store import Store
from tocsin.web.question import Question, Tell


class NotShownError(TocsinError, PermissionError):
    """An answer that the terms of a source do not allow to be shown."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


def answer(question: Question, settings: Settings, tell: Tell) -> Any:
    """The answer to a question as far as it may be shown. Raises what the question raises, and `NotShownError`.

    The terms are read before and after, so that an import in between cannot slip through.
    """
    before = terms_held(settings)
    _check_day(question, settings, before)
    found = question.answer(settings, tell)
    if _name(question) in OF_THE_PACKAGE:
        return found
    after = terms_held(settings)
    _check_day(question, settings, after)
    return gated(found, after if before == after else together([before, after]))


def terms_held(settings: Settings) -> Terms:
    """The terms of all that the store holds, whatever day is asked about. Raises `DataError` for a damaged store."""
    return together(
        terms_of(vintage.source, redistributable=vintage.redistributable) for vintage in Store(settings.home).vintages()
    )


def _check_day(question: Question, settings: Settings, terms: Terms) -> None:
    asked = getattr(question, "asked", None)
    if terms.open or asked is None or asked.as_of is None or _name(question) in OF_THE_PACKAGE:
        return
    end = max(vintage.last_day for vintage in Store(settings.home).vintages())
    last = last_known_month(end)
    if (last - min(last_known_month(asked.as_of, lag_days=settings.lag_days), last)) % 12:
        raise NotShownError(
            f"{terms.why} Figures of days less than a year apart would tell single months by their difference, so only "
            f"days a whole number of years before {end} can be asked about"
        )


def gated(found: Any, terms: Terms) -> Any:
    """An answer, or a part of one, without what the terms hold back. Raises `NotShownError` for what is not known."""
    if terms.open:
        return found
    shown = _shown(found, terms, reviewed=False)
    return None if shown is _DROPPED else shown


# --- what is held back ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rule:
    """What becomes of one kind of answer: wholly `dropped`, or only these fields set to what stands for nothing."""

    dropped: bool = False
    fields: Mapping[str, Any] | None = None
    whole: Callable[[Any], bool] | None = None  # says of some that they may stay


OF_THE_PACKAGE = {"tocsin.web.questions.record.Track", "tocsin.web.questions.whatif.WhatIf"}
"""Questions whose answers rest on the packaged replay and the shipped scenarios alone, whatever the store holds."""

_DROPPED = object()
_DROP = _Rule(dropped=True)
_FREE = _Rule()  # probabilities, sums over 12 months or more, names, words


def _without(**names: Any) -> _Rule:
    return _Rule(fields=names)


# By module and name, so that nothing heavy is loaded to look it up. A field not named is looked through in its turn.
_RULES: Mapping[str, _Rule] = {
    # the assessment of a day
    "tocsin.warn.assessment.Assessment": _FREE,
    "tocsin.warn.assessment.GroupAssessment": _without(recent_deaths=(), deaths_last_3m=None),
    "tocsin.warn.assessment.NewEntrant": _without(reasons=()),
    "tocsin.warn.drivers.Driver": _without(facts=()),
    "tocsin.warn.analogues.Analogues": _without(nearest=()),
    "tocsin.warn.level_record.LevelRecord": _FREE,  # of the packaged figures
    "tocsin.warn.level_record.LevelCount": _FREE,
    "tocsin.warn.level_record.EmergenceRow": _FREE,
    "tocsin.warn.explanation.CellFigures": _DROP,
    # what came of the last period: deaths within its horizon
    "tocsin.warn.past.PastPeriod": _Rule(dropped=True, whole=lambda past: past.horizon_months >= 12),
    "tocsin.warn.past.PastLine": _FREE,
    # a group
    "tocsin.warn.explanation.Explanation": _FREE,
    "tocsin.warn.explanation.MonthFigures": _DROP,
    "tocsin.warn.explanation.MonthAhead": _without(baseline_low=None, baseline_high=None),
    "tocsin.groups.facts.Group": _without(largest_event_deaths=None),
    "tocsin.groups.facts.KindFigures": _FREE,
    "tocsin.groups.facts.Elsewhere": _DROP,
    "tocsin.groups.facts.GovernmentChange": _FREE,
    "tocsin.groups.relations.Opponent": _DROP,
    "tocsin.groups.relations.Coalition": _DROP,
    "tocsin.groups.relations.Ally": _DROP,
    "tocsin.groups.relations.SharedEnemies": _FREE,
    "tocsin.groups.offshoots.Offshoot": _FREE,
    "tocsin.groups.theatres.Theatre": _FREE,
    # who answers whom: attacks of the busiest month, counts of a few events
    "tocsin.rivalry.result.Rivalry": _DROP,
    # answers of the pages
    "tocsin.web.questions.assessed.WorldAnswer": _FREE,
    "tocsin.web.questions.directory.DirectoryAnswer": _FREE,
    "tocsin.web.questions.directory.Listed": _FREE,
    "tocsin.web.questions.directory.TheatreListed": _FREE,
    "tocsin.web.questions.method.InForceAnswer": _FREE,
    "tocsin.web.questions.theatre.TheatreAnswer": _without(past=None),
    "tocsin.web.questions.group.GroupAnswer": _FREE,
    "tocsin.web.questions.events.GroupEvents": _FREE,
    "tocsin.web.questions.events.EventRow": _DROP,
    "tocsin.web.questions.coverage.Covered": _FREE,
    "tocsin.web.questions.coverage.VintageHeld": _FREE,
    "tocsin.web.questions.coverage.TheatreYears": _FREE,  # of all groups and governments together
    "tocsin.digest.tables.Provenance": _FREE,
}


def _shown(value: Any, terms: Terms, *, reviewed: bool) -> Any:
    """`reviewed` says that the value is in a field of a kind that is listed, so that bare numbers are meant to be."""
    if value is None or isinstance(value, str | bool | date):
        return value
    if isinstance(value, int | float) and reviewed:
        return value
    if isinstance(value, tuple | list):
        return type(value)(
            part for part in (_shown(v, terms, reviewed=reviewed) for v in value) if part is not _DROPPED
        )
    if isinstance(value, Mapping):
        shown = {name: _shown(part, terms, reviewed=reviewed) for name, part in value.items()}
        return {name: part for name, part in shown.items() if part is not _DROPPED}
    if is_dataclass(value) and not isinstance(value, type):
        return _of_kind(value, terms)
    raise NotShownError(f"{terms.why} Whether what is asked here may be shown under them is not settled, so it is not.")


def _of_kind(value: Any, terms: Terms) -> Any:
    rule = _RULES.get(_name(value))
    if rule is None:
        raise NotShownError(
            f"{terms.why} Whether what is asked here may be shown under them is not settled, so it is not."
        )
    if rule.dropped and not (rule.whole and rule.whole(value)):
        return _DROPPED
    kept = dict(rule.fields or {})
    for part in fields(value):
        if part.name not in kept and part.init:
            shown = _shown(getattr(value, part.name), terms, reviewed=True)
            kept[part.name] = None if shown is _DROPPED else shown
    return replace(value, **kept)


def _name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
