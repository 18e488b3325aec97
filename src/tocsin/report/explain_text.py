"""What an explanation says in sentences: the first one, reasons, past cases, off-shoots, where the figures are from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tocsin.actors import STATE
from tocsin.forecast.model import Target
from tocsin.groups.offshoots import Offshoot
from tocsin.warn.analogues import POOL_WORDS, Analogues
from tocsin.warn.confidence import Confidence
from tocsin.warn.drivers import LEAST_FACTOR, OTHER_MODEL, Driver
from tocsin.warn.explanation import Explanation
from tocsin.warn.headline import between, observed, percent
from tocsin.warn.levels import VIEW_WORDS, Level
from tocsin.warn.wording import load_wording

_LEVELS: dict[Level, str] = {"none": "on no level", "watch": "on watch", "warning": "on warning"}
_LISTS = {
    "new_risk": "new risk: fewer than 25 deaths in the last 12 months",
    "ongoing": "ongoing: 25 deaths or more in the last 12 months",
}
NOT_CAUSES = "These are shares of a model's score, not causes."


@dataclass(frozen=True)
class Outcome:
    """One of the two probabilities of a line with all that belongs to it; the fields are those of the line."""

    target: Target
    p: float
    low: float
    high: float
    base_rate: float
    words: str
    confidence: Confidence
    record_n: int | None
    record_share: float | None
    reference: float
    drivers: tuple[Driver, ...]
    tree_share: float

    @property
    def name(self) -> str:
        """What it is the probability of."""
        return VIEW_WORDS[self.target]

    @property
    def record(self) -> str:
        """The share of such probabilities that came true in the replay, and of how many."""
        if self.record_n is None or self.record_share is None:
            return "none known by then"
        return f"{observed(self.record_share)} of {self.record_n:,}"


def outcomes(explanation: Explanation) -> tuple[Outcome, ...]:
    """The two outcomes, first the one that the level is of.

    It is the one that the sentence on the level names. An ongoing war has a level by its mass-casualty risk only.
    """
    line, assessment = explanation.line, explanation.assessment
    deaths25 = Outcome(
        target="deaths25",
        p=line.p_deaths25,
        low=line.p_deaths25_low,
        high=line.p_deaths25_high,
        base_rate=line.base_rate_deaths25,
        words=line.words_deaths25,
        confidence=line.confidence_deaths25,
        record_n=line.record_deaths25_n,
        record_share=line.record_deaths25_share,
        reference=line.reference_deaths25,
        drivers=line.drivers_deaths25,
        tree_share=assessment.tree_share_deaths25,
    )
    mass_casualty = Outcome(
        target="mass_casualty",
        p=line.p_mass_casualty,
        low=line.p_mass_casualty_low,
        high=line.p_mass_casualty_high,
        base_rate=line.base_rate_mass_casualty,
        words=line.words_mass_casualty,
        confidence=line.confidence_mass_casualty,
        record_n=line.record_mass_casualty_n,
        record_share=line.record_mass_casualty_share,
        reference=line.reference_mass_casualty,
        drivers=line.drivers_mass_casualty,
        tree_share=assessment.tree_share_mass_casualty,
    )
    target = line.level_target or ("mass_casualty" if line.list == "ongoing" else "deaths25")
    return (mass_casualty, deaths25) if target == "mass_casualty" else (deaths25, mass_casualty)


def opening(explanation: Explanation) -> str:
    """The one sentence: level, both probabilities in words and number, their intervals, base rates, horizon."""
    line, assessment = explanation.line, explanation.assessment
    told = [
        f"{one.name}: {one.words} ({percent(one.p)}, {between(one.low, one.high)}; base rate {percent(one.base_rate)})"
        for one in outcomes(explanation)
    ]
    back = ", resurgent" if line.resurgent else ""
    return (
        f"As of {assessment.as_of:%-d %B %Y}, {line.group} is {_LEVELS[line.level]} ({_LISTS[line.list]}{back}); "
        f"{assessment.span}, {'; '.join(told)}."
    )


def matters(driver: Driver) -> bool:
    """Whether a theme moves the odds by a tenth or more, or is the other model's part, which is always told."""
    return driver.theme == OTHER_MODEL or max(driver.odds, 1 / driver.odds) >= LEAST_FACTOR


def drivers_words(outcome: Outcome, *, before: bool = True) -> str:
    """What the factors are of, and what is left out of the table; `before`: it has those of a month ago."""
    small = [driver.theme for driver in outcome.drivers if not matters(driver)]
    # A cell of the table says "none" where the factor of a month ago is not known.
    none = before and any(driver.odds_previous is None for driver in outcome.drivers if matters(driver))
    unknown = " None a month ago: not seen by then, or on the other list." if none else ""
    rest = f" By less than a tenth: {', '.join(small)}." if small else ""
    pooled = (
        f" The themes are those of the trees, {percent(outcome.tree_share)} of the score; the self-exciting model is "
        "told as one."
        if outcome.tree_share < 1.0
        else ""
    )
    return (
        f"Factors on the odds: from {percent(outcome.reference)}, the average group of the same list with a death in "
        f"the last 12 months, to {percent(outcome.p)}.{unknown}{rest}{pooled} {NOT_CAUSES}"
    )


def analogues_words(found: Analogues) -> str:
    """What came of the nearest past cases, beside the base rate."""
    return (
        f"Within 12 months, of the {found.n:,} nearest cases, one per group: 25 deaths or more in "
        f"{found.came_deaths25:,} ({observed(found.came_deaths25 / found.n)}; base rate "
        f"{percent(found.base_rate_deaths25)}), a mass-casualty attack in {found.came_mass_casualty:,} "
        f"({observed(found.came_mass_casualty / found.n)}; base rate {percent(found.base_rate_mass_casualty)}). Base "
        f"rates are of all past months of {POOL_WORDS[found.pool]}."
    )


def offshoot_words(one: Offshoot) -> str:
    """One possible split in a sentence."""
    enemies = ", ".join(map(opponent, one.shared_enemies)) or "none"
    # Neither is there where the terms of a source hold it back.
    first = "" if one.first_event is None else f" (first event {one.first_event:%Y-%m})"
    ground = (
        ""
        if one.shared_ground is None
        else f"{one.shared_ground:.0%} of its ground is on or beside the older group's; "
    )
    return (
        f"{one.group}{first} may have split from {one.parent}: {ground}both have clashed with: {enemies}; "
        f"{'the two have clashed with each other' if one.clashed else 'no recorded clash of the two'}."
    )


def opponent(actor: str) -> str:
    """Whom a group fights, in words."""
    return "a state" if actor == STATE else actor


def span(first: date, last: date) -> str:
    """First and last month.

    >>> span(date(2015, 1, 1), date(2020, 12, 1)), span(date(2015, 1, 1), date(2015, 1, 1))
    ('2015-01 to 2020-12', '2015-01')
    """
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"


def years_below(months: Sequence[date]) -> str:
    """Years to stand below a row of one letter a month, each under its January.

    >>> years_below([date(2019, 12, 1), date(2020, 1, 1), date(2020, 2, 1), date(2020, 3, 1), date(2020, 4, 1)])
    ' 2020'
    """
    row = ""
    for at, month in enumerate(months):
        if month.month == 1 and at + len("2020") <= len(months):
            row = row.ljust(at) + str(month.year)
    return row


def place(lat: float, lon: float) -> str:
    """The centre of a half-degree cell.

    >>> place(34.25, 70.75), place(-1.25, -78.75)
    ('34.25 N 70.75 E', '1.25 S 78.75 W')
    """
    return f"{abs(lat):.2f} {'N' if lat > 0 else 'S'} {abs(lon):.2f} {'E' if lon > 0 else 'W'}"


def foot(explanation: Explanation) -> Iterator[str]:
    """What the figures rest on: day, vintage, model, words, record, notes, licence."""
    a = explanation.assessment
    lag = f", events known after {a.lag_days} days" if a.lag_days else ""
    yield (
        f"As of {a.as_of} ({a.as_of_mode}{lag}). Figures to {a.data_until}. Horizon {a.horizon_months} months. "
        f"Data: {a.vintage}. Model: {a.model}."
    )
    yield (
        "Probabilities with the 90% interval of their estimate; deaths ahead with an 80% interval; ranks are the "
        f"world's. Words of likelihood by {load_wording(a.wording, a.language).legend}."
    )
    if a.record:
        yield f"Record: {a.record}."
    yield from dict.fromkeys((*a.notes, *explanation.facts.notes()))
    yield f"Source: {a.citation}. Licence: {a.licence}."
