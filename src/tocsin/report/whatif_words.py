"""Words and figures that tables and figures of a what-if comparison share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tocsin import __version__
from tocsin.months import last_day, month_id, month_label
from tocsin.whatif.catalogue import OUTCOMES, VARIANTS
from tocsin.whatif.comparison.conclusions import HARDLY, contrary, reference_words, verdict_of
from tocsin.whatif.comparison.conclusions import flip_words as box_words
from tocsin.whatif.comparison.result import Comparison, Conclusion, Decisive, Difference, Flip
from tocsin.whatif.parameters import GROUP, THEATRE
from tocsin.whatif.scenario import NOT_A_FORECAST, Scenario

DEATHS = "civilian_deaths"
# Column heads: short, since several stand side by side.
SHORT = {
    "civilian_deaths": "civilian\ndeaths",
    "mass_casualty_attacks": "mass-casualty\nattacks",
    "attacks": "attacks on\ncivilians",
    "external_attacks": "attacks\nabroad",
    "fighting_deaths": "deaths in\nclashes",
    "ruler_stability": "stability of\nruling side",
    "members": "members\nunder arms",
}
SHARE_OUTCOMES = ("ruler_stability",)
EVIDENCE_WORDS = {
    "estimated": "estimated from data",
    "literature": "taken from the literature",
    "assumed": "assumed",
}
_WORDS = {**{p.name: p for p in GROUP}, **{p.name: p for p in THEATRE}}
_FEW = 10.0  # below, a figure keeps a decimal


def outcome_words(outcome: str) -> str:
    """The name of an outcome in a sentence.

    >>> outcome_words("civilian_deaths")
    'civilian deaths'
    """
    return SHORT[outcome].replace("\n", " ") if outcome in SHORT else outcome.replace("_", " ")


def amount(value: float, outcome: str) -> str:
    """A figure of an outcome, no finer than it can be read.

    >>> amount(1234.4, "attacks"), amount(3.21, "attacks"), amount(0.041, "attacks"), amount(float("nan"), "attacks")
    ('1,234', '3.2', '0.04', '-')
    """
    if value != value:
        return "-"
    if outcome in SHARE_OUTCOMES or 0.005 <= abs(value) < 1:
        return f"{value:.2f}"
    return f"{value:.1f}" if 1 <= abs(value) < _FEW else f"{value:,.0f}"


def change(value: float, outcome: str) -> str:
    """A difference of an outcome, with its sign.

    >>> change(-24.4, "attacks"), change(0.0, "attacks"), change(0.04, "ruler_stability")
    ('-24', '0', '+0.04')
    """
    said = amount(value, outcome)
    return "0" if not said.strip("-0.,") and value == value else f"+{said}" if value > 0 else said


def span(low: float, high: float, outcome: str, *, signed: bool = False) -> str:
    """An interval; ends with a sign are parted by a word, since a dash would read as one more sign."""
    if signed:
        return f"{change(low, outcome)} to {change(high, outcome)}"
    return f"{amount(low, outcome)}-{amount(high, outcome)}"


def share(value: float) -> str:
    """A share of runs or of points.

    >>> share(0.0), share(0.004), share(0.755), share(0.999), share(1.0)
    ('0%', '<1%', '76%', '>99%', '100%')
    """
    if value != value:
        return "-"
    if 0 < value < 0.01:
        return "<1%"
    return ">99%" if 0.99 < value < 1 else f"{value:.0%}"


def title_of(scenario: Scenario, name: str) -> str:
    """What an option is called in words."""
    return next((option.title for option in scenario.options if option.name == name), name)


def quantity_words(name: str) -> tuple[str, str]:
    """The unit and the meaning of a number as a scenario file names it (`attrition`, `IS.attack_rate`).

    >>> quantity_words("IS.prisoners")
    ('people', 'of the group in jail at the start')
    """
    if name.startswith("link."):
        source, _, target = name.removeprefix("link.").partition(">")
        return "further attacks", f"of {target}, per attack of {source}"
    if name.startswith("shock."):
        _, number, what = name.split(".", 2)
        return what, f"of dated event {number}"
    found = _WORDS.get(name.rpartition(".")[2])
    return ("", "") if found is None else (found.unit, found.words)


def horizons_of(comparison: Comparison) -> tuple[int, ...]:
    """The horizons that figures are held for, in months, the nearest first."""
    return tuple(sorted({row.horizon for row in comparison.outcomes}))


def variants_line(variants: Iterable[str]) -> str:
    """What each variant of competition stands for."""
    return "; ".join(f"{name}: {VARIANTS[name]}" for name in variants)  # type: ignore[index]


def what_it_is(scenario: Scenario) -> str:
    """The line at the head of everything."""
    return f"{capital(NOT_A_FORECAST)}: what would follow from its numbers, not what will happen."


def data_words(scenario: Scenario) -> str:
    """As of when a scenario is, where its figures end, how far that is back, and their vintage."""
    until = scenario.data_until
    said = f"{scenario.theatre} as of {scenario.as_of}; "
    if until is None:
        return f"{said}no figures were used"
    gap = month_id(scenario.as_of) - month_id(until)
    behind = f", {gap} months before" if gap > 1 else ""
    return f"{said}figures to {until}{behind} ({scenario.vintage})"


def run_words(comparison: Comparison) -> str:
    """How many months, runs and points, which seed, variants and mechanisms switched off."""
    scenario = comparison.scenario
    end = month_label(scenario.first + scenario.months - 1)
    off = f"; switched off: {', '.join(scenario.off)}" if scenario.off else ""
    return (
        f"{month_label(scenario.first)} to {end}; {comparison.draws:,} runs of each option "
        f"({comparison.points:,} points of the uncertain numbers), seed {scenario.seed}; "
        f"{variant_runs(comparison)}{off}"
    )


def variant_runs(comparison: Comparison) -> str:
    """The structural variants that were run, with their runs where they differ."""
    runs = comparison.variants
    if len(set(runs.values())) == 1:
        return f"variants: {', '.join(runs)}" if len(runs) > 1 else f"variant: {comparison.main}"
    others = sorted({number for name, number in runs.items() if name != comparison.main})
    fewer = " or ".join(f"{number:,}" for number in others)
    return f"variants: {', '.join(runs)} ({fewer} runs of all but the first)"


def source_line(comparison: Comparison) -> str:
    """The line below a figure: what it is, data, day, runs."""
    return f"{NOT_A_FORECAST}  ·  {data_words(comparison.scenario)}  ·  {run_words(comparison)}"


def model_words() -> str:
    """Which program made it."""
    return f"tocsin {__version__}, what-if model of members in counts by month"


def end_words(scenario: Scenario, horizon: int) -> str:
    """The last day of a horizon."""
    return f"{last_day(scenario.first + horizon - 1)}"


def moves_words(row: Decisive) -> str:
    """Which way a number moves the difference: more of it, or both ways."""
    if abs(row.mu) < 0.5 * row.mu_star:
        return "either way"
    return "higher, more" if row.mu > 0 else "higher, fewer"


def flip_words(scenario: Scenario, row: Flip) -> str:
    """Where the ranking of an option turns, as a sentence."""
    title, against = title_of(scenario, row.option), reference_words(scenario)
    if row.limits:
        return f"{title}: {box_words(row, against)}"
    return (
        f"{title}: {row.turns_to} {outcome_words(row.outcome)} than under {against} at {share(row.base)} of points; no "
        "range of the numbers was found in which most points are so."
    )


def verdict_words(row: Difference, nothing: float) -> str:
    """Whether an option has fewer or more than what it is compared with, on average, at nearly all points, or neither.

    `nothing` is the mean of what it is compared with: of a difference that is small against it, `hardly` is said.
    """
    verdict = verdict_of(row)
    verdict_and, other = str(verdict), "more" if row.mean < 0 else "fewer"
    if verdict.endswith("on average"):
        against = contrary(row)
        at_points = "chance hides at how many points"
        if against is not None:
            at_points = f"but {other} at {share(against)} of points"
        verdict_and = f"{verdict}, {at_points}"
    small = verdict not in ("cannot tell", "as many") and abs(row.mean) < HARDLY * nothing
    return f"hardly {verdict_and}" if small else verdict_and


def rests_words(row: Conclusion, most: int = 3, *, looked: bool = True) -> str:
    """The numbers that decide a conclusion, most first, each with its evidence; `looked`: whether that was looked into.

    Where it was, and nothing is told although there is a difference, chance hides it.
    """
    if row.rests_on:
        return ", ".join(f"{name} ({evidence})" for name, evidence in row.rests_on[:most])
    if row.verdict == "as many":
        return "-"
    return "hidden by chance" if looked else "not looked into"


def shares_words(row: Conclusion) -> str:
    """How much of what moves a conclusion is estimated, from the literature and assumed, in percent."""
    parts = (row.share_estimated, row.share_literature, row.share_assumed)
    if any(part is None for part in parts):
        return "-"
    return f"{'/'.join(f'{100 * (part or 0.0):.0f}' for part in parts)}%"


def conclusions_for(comparison: Comparison, outcome: str, horizon: int) -> Sequence[Conclusion]:
    """The conclusions on an outcome at a horizon."""
    return [row for row in comparison.conclusions if (row.outcome, row.horizon) == (outcome, horizon)]


def reference_of(scenario: Scenario) -> str:
    """The option that all others are compared with: the first."""
    return scenario.options[0].name


def alternatives(scenario: Scenario) -> tuple[str, ...]:
    """The options that are compared with the first."""
    return tuple(option.name for option in scenario.options[1:])


def known_outcomes(comparison: Comparison) -> tuple[str, ...]:
    """The outcomes that figures are held for, in the catalogue's order."""
    held = {row.outcome for row in comparison.outcomes}
    return tuple(name for name in OUTCOMES if name in held)


def capital(words: str) -> str:
    """Words with a capital at their beginning."""
    return f"{words[:1].upper()}{words[1:]}"
