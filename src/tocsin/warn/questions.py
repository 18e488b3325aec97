"""Questions with a date: a claim, a probability and a base rate, registered, settled by figures, and scored."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from tocsin.digest import Digest, load_digest
from tocsin.digest.load import end_of_data
from tocsin.errors import InputError, TocsinError, did_you_mean
from tocsin.groups import resolve_group, resolve_theatre
from tocsin.months import first_day, last_day, last_known_month, month_id, month_label
from tocsin.settings import Settings
from tocsin.verify import brier
from tocsin.warn.claims import (
    COMPARISONS,
    MEASURES,
    OF_GROUPS_ONLY,
    BaseRate,
    Claim,
    Comparison,
    base_rate,
    figure_so_far,
    uncovered,
)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_TEXT = 500


@dataclass(frozen=True)
class Draft:
    """A question as its author gives it, unchecked: exactly one of `group` and `theatre`, and one comparison.

    `first` and `last` are months (`2021-09`) or their first and last day; `registered_on` is a day, by default today;
    `id` and `text` are made where they are not given.
    """

    group: str | None = None
    theatre: str | None = None
    measure: str = "deaths"
    more_than: int | None = None
    at_least: int | None = None
    fewer_than: int | None = None
    first: str | None = None
    last: str | None = None
    probability: float | None = None
    source: str | None = None
    text: str | None = None
    id: str | None = None
    registered_on: str | None = None


@dataclass(frozen=True)
class Settlement:
    """What came of a claim: the figure found, in which release, how far that reached, and on which day it was read."""

    outcome: bool
    figure: int
    early: bool
    vintage: str
    data_until: date
    settled_on: date


@dataclass(frozen=True)
class Question:
    """A registered question. `entered_on` is the day it was written down, whatever day it is registered for."""

    id: str
    text: str
    claim: Claim
    rule: str
    probability: float
    base_rate: BaseRate
    source: str
    registered_on: date
    entered_on: date
    settlement: Settlement | None = None

    @property
    def status(self) -> str:
        """`open`, `yes` or `no`."""
        return "open" if self.settlement is None else "yes" if self.settlement.outcome else "no"

    @property
    def horizon_months(self) -> int:
        """Months from the last whole month before registering to the end of the period."""
        return self.claim.last_month - last_known_month(self.registered_on)

    @property
    def backdated(self) -> bool:
        """Whether it was written down after the day it is registered for, when more could be known."""
        return self.entered_on > self.registered_on


@dataclass(frozen=True)
class Score:
    """Mean Brier scores of settled questions and of their base rates; `difference` below zero: the questions win.

    Means are None without a settled question, `standard_error` with fewer than two.
    """

    n: int
    brier: float | None
    brier_base_rate: float | None
    difference: float | None
    standard_error: float | None
    n_early: int
    n_backdated: int


def register(
    draft: Draft, settings: Settings, *, today: date, taken: Collection[str] = ()
) -> tuple[Question, tuple[str, ...]]:
    """Check a draft and make it a question, its base rate from the figures known on `registered_on` alone.

    Gives the question and what was assumed in reading a name. Raises `InputError` that lists everything wrong with it.
    """
    problems: list[str] = []
    notes: tuple[str, ...] = ()
    registered = _registered_on(draft, today, problems)
    period = _period(draft, problems)
    comparison, number = _comparison(draft, problems)
    if draft.measure not in MEASURES:
        hint = did_you_mean(draft.measure, MEASURES)
        problems.append(f"measure: expected one of {', '.join(MEASURES)}, got {draft.measure!r}.{hint}")
    if draft.probability is None or not 0 <= draft.probability <= 1:
        problems.append(f"probability: expected a number from 0 to 1, got {draft.probability}")
    identity = _identity(draft.id, taken, problems)
    source, text = _line(draft.source), _line(draft.text)
    if not source:
        problems.append("source: say where the claim comes from")
    if max(len(source), len(text)) > _LONGEST_TEXT:
        problems.append(f"text and source: at most {_LONGEST_TEXT} characters each")
    if registered and period and registered >= last_day(period[1]):
        problems.append(f"registered on {registered}: that is not before the end of the period, {last_day(period[1])}")
    digest: Digest | None = None
    actor: str | None = None
    theatre = ""
    countries: tuple[str, ...] = ()
    if (draft.group is None) == (draft.theatre is None):
        problems.append("group, theatre: expected one of the two")
    elif draft.theatre is not None and draft.measure in OF_GROUPS_ONLY:
        problems.append(f"measure: {draft.measure} is told of single groups, not of a theatre")
    elif registered:
        try:
            digest = load_digest(settings, as_of=registered)
            if draft.group is not None:
                last = digest.provenance.last_month
                found = resolve_group(draft.group, digest.monthly, settings, as_of_month=last)
                actor, place, notes = found.actor, found.theatre, (found.note,) if found.note else ()
            else:
                place = resolve_theatre(draft.theatre or "", settings)
            theatre, countries = place.name, place.countries
        except TocsinError as error:
            problems.append(str(error))
    if not problems and digest and period and comparison and number is not None:
        claim = Claim(actor, theatre, countries, draft.measure, comparison, number, *period)
        rate = _base_rate(claim, digest, problems)
        if rate and registered and draft.probability is not None:
            words = text or claim.words
            made = Question(
                identity, words, claim, claim.rule, float(draft.probability), rate, source, registered, today
            )
            return made, notes
    many = f"{len(problems)} things are wrong: " if len(problems) > 1 else ""
    raise InputError(f"the question cannot be registered. {many}{'; '.join(problems)}")


def settle(question: Question, digest: Digest, *, today: date) -> Question:
    """The question settled, where the figures can: they reach its last day, or the claim is already true.

    Only a claim of more than, or of at least, a number can be true before its period is over; it never settles as
    untrue before. A settled question stays as it is, whatever later releases say.
    """
    claim, origin = question.claim, digest.provenance
    if question.settlement is not None or uncovered(claim, digest) or origin.last_month < claim.first_month:
        return question
    whole = origin.first_month <= claim.first_month and claim.last_month <= origin.last_month
    figure = figure_so_far(claim, digest)
    outcome = bool(claim.holds(figure))
    if not whole and (claim.comparison == "fewer_than" or not outcome):
        return question
    settled = Settlement(outcome, figure, not whole, origin.vintage, end_of_data(digest), today)
    return replace(question, settlement=settled)


def waits_for(question: Question, digest: Digest) -> str:
    """Why an open question cannot be settled from these figures."""
    claim = question.claim
    if missing := uncovered(claim, digest):
        return f"the figures held do not speak for {', '.join(missing)}"
    if digest.provenance.first_month > claim.first_month and digest.provenance.last_month >= claim.last_month:
        return f"the figures held begin only in {month_label(digest.provenance.first_month)}"
    return f"needs figures to {claim.last_day}; held to {end_of_data(digest)}"


def score(questions: Sequence[Question]) -> Score:
    """Score the settled ones among some questions against their own base rates, question by question.

    The standard error is that of the mean of paired differences, as if questions were independent; those on one theatre
    and one time are not, and then it is too small.
    """
    done = [(q, q.settlement) for q in questions if q.settlement is not None]
    if not done:
        return Score(0, None, None, None, None, 0, 0)
    outcome = [float(s.outcome) for _, s in done]
    own = brier([q.probability for q, _ in done], outcome)
    base = brier([q.base_rate.value for q, _ in done], outcome)
    gain = own - base
    error = float(np.std(gain, ddof=1) / np.sqrt(gain.size)) if gain.size > 1 else None
    return Score(
        len(done),
        float(np.mean(own)),
        float(np.mean(base)),
        float(np.mean(gain)),
        error,
        sum(s.early for _, s in done),
        sum(q.backdated for q, _ in done),
    )


# --- what an author gives, checked ------------------------------------------------------------------------------------


def _registered_on(draft: Draft, today: date, problems: list[str]) -> date | None:
    if draft.registered_on is None:
        return today
    try:
        day = date.fromisoformat(draft.registered_on)
    except ValueError:
        problems.append(f"registered on {draft.registered_on!r}: expected a day, YYYY-MM-DD")
        return None
    if day > today:
        problems.append(f"registered on {day}: that day is yet to come")
    return day


def _period(draft: Draft, problems: list[str]) -> tuple[int, int] | None:
    first = _month(draft.first, "from", at_start=True, problems=problems)
    last = _month(draft.last, "to", at_start=False, problems=problems)
    if first is None or last is None:
        return None
    if first > last:
        problems.append(f"from {month_label(first)} to {month_label(last)}: the period ends before it begins")
        return None
    return first, last


def _month(words: str | None, name: str, *, at_start: bool, problems: list[str]) -> int | None:
    edge = "first" if at_start else "last"
    wanted = f"{name}: expected a month (YYYY-MM) or its {edge} day (YYYY-MM-DD), got {words or 'nothing'}"
    try:
        whole = re.fullmatch(r"\d{4}-\d\d", words or "")
        month = month_id(date.fromisoformat(f"{words}-01" if whole else words or ""))
        day = None if whole else date.fromisoformat(words or "")
        if day is not None and day != (first_day(month) if at_start else last_day(month)):
            wanted += "; figures are kept by whole months"
            raise ValueError(words)
        last_day(month)  # the last month that a calendar holds has no next one
    except (ValueError, OverflowError):
        problems.append(wanted)
        return None
    return month


def _comparison(draft: Draft, problems: list[str]) -> tuple[Comparison | None, int | None]:
    choices: tuple[Comparison, ...] = ("more_than", "at_least", "fewer_than")
    given = [(name, getattr(draft, name)) for name in choices if getattr(draft, name) is not None]
    if len(given) != 1:
        problems.append(f"{', '.join(COMPARISONS.values())}: expected one of the three, got {len(given)}")
        return None, None
    name, number = given[0]
    least = 0 if name == "more_than" else 1
    if number < least:
        problems.append(f"{COMPARISONS[name]}: expected {least} or more, got {number}")
    return name, number


def _identity(given: str | None, taken: Collection[str], problems: list[str]) -> str:
    if given is None:
        numbers = [int(name[1:]) for name in taken if re.fullmatch(r"q[0-9]{1,9}", name)]
        return f"q{max(numbers, default=0) + 1}"
    if not _ID.fullmatch(given):
        problems.append(f"id: expected up to 64 letters, digits, '.', '_' and '-', got {given!r}")
    elif given in taken:
        problems.append(f"id: a question {given!r} is registered already")
    return given


def _line(words: str | None) -> str:
    return " ".join((words or "").split())


def _base_rate(claim: Claim, digest: Digest, problems: list[str]) -> BaseRate | None:
    origin = digest.provenance
    if missing := uncovered(claim, digest):
        problems.append(f"the figures held do not speak for {', '.join(missing)}")
    if claim.first_month < origin.first_month:
        problems.append(f"from {month_label(claim.first_month)}: figures begin in {month_label(origin.first_month)}")
    known = figure_so_far(claim, digest)
    if claim.first_month <= origin.last_month and bool(claim.holds(known)) == (claim.comparison != "fewer_than"):
        problems.append(f"the figures known on the day of registering decide it already ({known:,} so far)")
    if problems:
        return None
    try:
        return base_rate(claim, digest)
    except TocsinError as error:
        problems.append(str(error))
        return None
