"""The licence gate: the one way to an answer, which holds back what the terms of the sources do not allow to be shown.

Pages, downloads, the interface for programs and the static site all live on answers, and every answer comes through
`answer` here. Where data of a source are held whose terms forbid it, it lets through no event and no half-degree cell,
no count or sum of events or deaths over whatever time, no day or month of one, and no sentence that tells of them: a
sum over a year is an event where there was only one, and of two sums that differ by one event so is the difference.
What the models say (probabilities, expected deaths, levels; rounded, since the same models could be asked which past
makes them say it to the last digit), yes or no (which list a group is on, whether it had a death in the last 12
months), names, and what rests on the packaged figures alone stay.

As yes and no on neighbouring days would tell the month of an event, only days can be asked about whose figures end a
whole number of years before the end of the data, and only as the figures are known now: releases that were published by
a day may end in another month, and differ from later ones by single events.

What it does not know it does not let through: under such terms an answer of a kind that is not listed here is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

from tocsin.errors import TocsinError
from tocsin.months import last_day, month_id
from tocsin.settings import Settings
from tocsin.sources.terms import Terms, terms_of, together
from tocsin.store import Store
from tocsin.web.asked import Asked
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
    try:
        _check_day(question, settings, before, tell)
        found = question.answer(settings, tell)
    except TocsinError as error:
        if not (before.open and terms_held(settings).open):
            error.args = tuple(_undated(part) if isinstance(part, str) else part for part in error.args)
        raise
    if _name(question) in OF_THE_PACKAGE:
        return found
    after = terms_held(settings)
    _check_day(question, settings, after, tell)
    return gated(found, after if before == after else together([before, after]))


def terms_held(settings: Settings) -> Terms:
    """The terms of all that the store holds of the source in use, whatever day is asked about.

    Events of other sources reach no answer. Raises `DataError` for a damaged store.
    """
    return together(
        terms_of(vintage.source, redistributable=vintage.redistributable)
        for vintage in Store(settings.home).vintages()
        if vintage.source == settings.source
    )


def _check_day(question: Question, settings: Settings, terms: Terms, tell: Tell) -> None:
    asked = getattr(question, "asked", None)
    if terms.open or asked is None or _name(question) in OF_THE_PACKAGE:
        return
    if asked.settings(settings).as_of_mode != "reconstructed":
        raise NotShownError(
            f"{terms.why} What was published by a day and what is known of it now would tell single events by their "
            "difference, so only the mode 'reconstructed' can be asked about"
        )
    if asked.as_of is None:
        return
    end = _last_month(None, settings, tell)
    if (end - _last_month(asked.as_of, settings, tell)) % 12:
        raise NotShownError(
            f"{terms.why} Figures of days less than a year apart would tell single months by their difference, so only "
            f"days a whole number of years before {last_day(end)} can be asked about"
        )


def _last_month(as_of: date | None, settings: Settings, tell: Tell) -> int:
    """The month that the figures of a day end with."""
    from tocsin.web.questions.situations import situation_of  # loads what no other part of the gate needs

    return situation_of(Asked(as_of, mode="reconstructed"), None, settings, tell).month


def gated(found: Any, terms: Terms) -> Any:
    """An answer, or a part of one, without what the terms hold back. Raises `NotShownError` for what is not known."""
    if terms.open:
        return found
    shown = _shown(found, terms, reviewed=False)
    return None if shown is _DROPPED else shown


# --- what is held back ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rule:
    """What becomes of one kind of answer: wholly `dropped`, or only these `fields` set to what stands for nothing.

    Those of `told` are told in another way, by their value and the terms.
    """

    dropped: bool = False
    fields: Mapping[str, Any] | None = None
    told: Mapping[str, Callable[[Any, Terms], Any]] | None = None


OF_THE_PACKAGE = {"tocsin.web.questions.record.Track", "tocsin.web.questions.whatif.WhatIf"}
"""Questions whose answers rest on the packaged replay and the shipped scenarios alone, whatever the store holds."""

_DROPPED = object()
_DROP = _Rule(dropped=True)
_FREE = _Rule()  # what models say, yes and no, names


def _without(told: Mapping[str, Callable[[Any, Terms], Any]] | None = None, **names: Any) -> _Rule:
    return _Rule(fields=names, told=told)


# Words of sentences that tell of events, and what stands in their place. They are made in `warn.levels`,
# `groups.aliases`, `store.inforce` and `digest.load`.
_TELLING = (
    (re.compile(r", by the figures of [^.]*; not reached since, and [^.]*"), ""),  # the month a level was entered
    (re.compile(r", where \d+% of its recorded deaths lie"), ""),
    (re.compile(r" \(last recorded \d{4}-\d\d\)"), ""),
    (re.compile(r"\b[\d,]+ of [\d,]+ events are preliminary"), "Some events may be preliminary"),
    (re.compile(r" are left out \([\d,]+\)"), " are left out"),
)


_DAY = re.compile(r"(?<!\d)(\d{4}-\d\d)-\d\d(?!\d)")


def _undated(text: str) -> str:
    """A sentence without its counts and months of events, and with months for days: a file's last day is of a row."""
    for telling, instead in _TELLING:
        text = telling.sub(instead, text)
    return _DAY.sub(lambda day: day[0] if _ends_month(day[0]) else day[1], text)


def _ends_month(text: str) -> bool:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return day == last_day(month_id(day))


def _begin(day: date, terms: Terms) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def _end(day: date, terms: Terms) -> date:
    """The last day of a day's month."""
    return last_day(month_id(day))


def _said(text: str, terms: Terms) -> str:
    return _undated(text)


def _rounded(number: float, terms: Terms) -> float:
    """To two significant digits: deaths expected."""
    return float(f"{number:.2g}")


def _chance(number: float, terms: Terms) -> float:
    """To three significant digits, as no page says more, and never a certainty."""
    return min(float(f"{number:.3g}"), 0.999) if number < 1 else float(f"{number:.3g}")


def _all(say: Callable[[Any, Terms], Any], *names: str) -> dict[str, Callable[[Any, Terms], Any]]:
    return dict.fromkeys(names, say)


def _notes(notes: tuple[str, ...], terms: Terms) -> tuple[str, ...]:
    return (*(_undated(note) for note in notes), f"{terms.why} {HELD_BACK}")


HELD_BACK = "Counts of events and deaths, and when they were, are therefore not shown."
"""What every page, file and answer says after the terms, where figures are held back."""


# By module and name, so that nothing heavy is loaded to look it up. A field not named is looked through in its turn.
_RULES: Mapping[str, _Rule] = {
    # the assessment of a day
    "tocsin.warn.assessment.Assessment": _without(told={"headline": _said, "notes": _notes}),
    "tocsin.warn.assessment.GroupAssessment": _without(
        told={
            "level_sentence": _said,
            **_all(_chance, "p_deaths25", "p_deaths25_low", "p_deaths25_high", "reference_deaths25"),
            **_all(_chance, "p_mass_casualty", "p_mass_casualty_low", "p_mass_casualty_high"),
            **_all(_chance, "reference_mass_casualty"),
            **_all(_rounded, "expected_deaths", "expected_deaths_low", "expected_deaths_high"),
        },
        recent_deaths=(),
        deaths_last_3m=None,
        deaths_last_12m=None,
        p_deaths25_previous=None,  # none of a group that was first seen in the last month
        confidence_reasons=(),  # how many months ago it was
    ),
    "tocsin.warn.assessment.NewEntrant": _without(
        told=_all(_chance, "p_new_group", "p_new_group_low", "p_new_group_high"), reasons=()
    ),
    "tocsin.warn.drivers.Driver": _without(told={"odds": _rounded}, facts=(), odds_previous=None),
    "tocsin.warn.analogues.Analogues": _without(nearest=()),
    "tocsin.warn.level_record.LevelRecord": _FREE,  # of the packaged figures
    "tocsin.warn.level_record.LevelCount": _FREE,
    "tocsin.warn.level_record.EmergenceRow": _FREE,
    "tocsin.warn.explanation.CellFigures": _DROP,
    # what came of the last period: deaths within its horizon
    "tocsin.warn.past.PastPeriod": _DROP,
    "tocsin.warn.past.PastLine": _DROP,
    # a group
    "tocsin.warn.explanation.Explanation": _FREE,
    "tocsin.warn.explanation.MonthFigures": _DROP,
    "tocsin.warn.explanation.MonthAhead": _without(
        told=_all(_rounded, "expected", "low", "median", "high"), baseline=None, baseline_low=None, baseline_high=None
    ),
    "tocsin.groups.facts.Group": _without(
        **dict.fromkeys(("first_event", "last_event", "first_seen", "last_seen")),
        **dict.fromkeys(("events", "events_last_12m", "deaths", "deaths_low", "deaths_high", "deaths_last_12m")),
        **dict.fromkeys(("largest_event_deaths", "mass_casualty_events")),
        by_kind=(),
    ),
    "tocsin.groups.facts.KindFigures": _DROP,
    "tocsin.groups.facts.Elsewhere": _DROP,
    "tocsin.groups.facts.GovernmentChange": _FREE,
    "tocsin.groups.relations.Opponent": _DROP,
    "tocsin.groups.relations.Coalition": _DROP,
    "tocsin.groups.relations.Ally": _DROP,
    "tocsin.groups.relations.SharedEnemies": _without(last_event=None),
    "tocsin.groups.offshoots.Offshoot": _without(first_event=None, shared_ground=None),
    "tocsin.groups.theatres.Theatre": _FREE,
    # who answers whom: attacks of the busiest month, counts of a few events
    "tocsin.rivalry.result.Rivalry": _DROP,
    # answers of the pages
    "tocsin.web.questions.assessed.WorldAnswer": _without(redistributable=False),
    "tocsin.web.questions.directory.DirectoryAnswer": _FREE,
    "tocsin.web.questions.directory.Listed": _without(
        **dict.fromkeys(("deaths_last_12m", "deaths", "events", "last_event"))
    ),
    "tocsin.web.questions.directory.TheatreListed": _without(
        **dict.fromkeys(("events_last_12m", "deaths_last_12m", "deaths_12m_before", "last_event"))
    ),
    "tocsin.web.questions.method.InForceAnswer": _FREE,
    "tocsin.web.questions.theatre.TheatreAnswer": _without(
        past=None,
        **dict.fromkeys(("deaths_last_12m", "deaths_12m_before", "state_deaths_last_12m", "first_week_share")),
    ),
    "tocsin.web.questions.group.GroupAnswer": _without(told={"assumed": _said}),
    "tocsin.web.questions.events.GroupEvents": _FREE,
    "tocsin.web.questions.events.EventRow": _DROP,
    "tocsin.web.questions.coverage.Covered": _without(told={"held_back": lambda _, terms: terms.why}),
    "tocsin.web.questions.coverage.VintageHeld": _without(
        # What a file covers begins and ends with a row.
        told={"first_day": _begin, "last_day": _end},
        **dict.fromkeys(("rows", "rejected", "questioned")),
    ),
    "tocsin.web.questions.coverage.TheatreYears": _DROP,
    "tocsin.digest.tables.Provenance": _without(told={"notes": _notes}),
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
    if rule.dropped:
        return _DROPPED
    kept = dict(rule.fields or {}) | {name: say(getattr(value, name), terms) for name, say in (rule.told or {}).items()}
    for part in fields(value):
        if part.name not in kept and part.init:
            shown = _shown(getattr(value, part.name), terms, reviewed=True)
            kept[part.name] = None if shown is _DROPPED else shown
    return replace(value, **kept)


def _name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
