"""Sentences that a comparison supports, or cannot tell, each with what it rests on and how much of that is assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison import Conclusion, Decisive, Difference, Flip, Outcome
from tocsin.whatif.parameters import Evidence
from tocsin.whatif.reduce import RANKED
from tocsin.whatif.scenario import DO_NOTHING, Scenario

WORDS = {
    "civilian_deaths": "civilian deaths",
    "mass_casualty_attacks": "mass-casualty attacks",
    "external_attacks": "attacks abroad",
}
# What decides is named until it makes up so much of what moves the difference, and not more than can be read.
_ENOUGH, _MOST_NAMED = 0.8, 5
# A difference can be beyond chance and still be small: said so below this part of what there is under doing nothing.
_HARDLY = 0.01
_HIDDEN = "What decides it cannot be told from chance: more runs may."


def conclusions_of(
    scenario: Scenario,
    variants: Sequence[Variant],
    outcomes: Sequence[Outcome],
    differences: Sequence[Difference],
    decisive: Sequence[Decisive],
    flips: Sequence[Flip],
) -> tuple[Conclusion, ...]:
    """One conclusion for each option (but the first, which others are compared with), harm to people and horizon.

    The first of `variants` says what is concluded, the others whether it stands. `decisive` and `flips` may be empty:
    then nothing is said of what decides, or where it turns.
    """
    of_variant = {(d.option, d.outcome, d.horizon, d.variant): d for d in differences if d.group is None}
    nothing = {
        (o.outcome, o.horizon): o.mean
        for o in outcomes
        if o.group is None and o.option == scenario.options[0].name and o.variant == variants[0]
    }
    against = reference_words(scenario)
    found = []
    for option in scenario.options[1:]:
        for outcome in RANKED:
            for horizon in scenario.horizons:
                key = (option.name, outcome, horizon)
                if (*key, variants[0]) not in of_variant:
                    continue
                by_variant = {variant: of_variant[*key, variant] for variant in variants}
                moved_by = [d for d in decisive if (d.option, d.outcome, d.horizon) == key]
                turns = [f for f in flips if (f.option, f.outcome, f.horizon) == key]
                told = _conclusion(option.title, against, by_variant, nothing[outcome, horizon], moved_by, turns)
                if decisive and not moved_by and not _same(by_variant[variants[0]]):
                    told = replace(told, text=f"{told.text} {_HIDDEN}")
                found.append(told)
    return tuple(found)


def sign_of(difference: Difference) -> int:
    """-1 or 1 where the 90% interval of the mean is below or above 0, else 0."""
    if difference.mean_high < 0:
        return -1
    return 1 if difference.mean_low > 0 else 0


def reference_words(scenario: Scenario) -> str:
    """What the others are compared with: doing nothing, or the title of the option that stands first in its place."""
    first = scenario.options[0]
    return "doing nothing" if first.name == DO_NOTHING else f"“{first.title}”"


def flip_words(flip: Flip, against: str = "doing nothing") -> str:
    """Where the ranking turns, in a sentence; empty where nothing was found."""
    if not flip.limits:
        return ""
    where = " and ".join(_limit_words(name, low, high) for name, (low, high) in flip.limits.items())
    return (
        f"It turns {flip.turns_to} than {against} where {where}: in {flip.density:.0%} of such cases, against "
        f"{flip.base:.0%} of all."
    )


def _conclusion(
    title: str,
    against: str,
    by_variant: dict[Variant, Difference],
    nothing: float,
    moved_by: Sequence[Decisive],
    turns: Sequence[Flip],
) -> Conclusion:
    main = next(iter(by_variant.values()))
    sign = sign_of(main)
    holds_in = tuple(v for v, d in by_variant.items() if sign and sign_of(d) == sign)
    named = _named(moved_by)
    assumed = sum(d.share for d in moved_by if d.evidence == "assumed") if moved_by else None
    sentences = [_effect_words(title, against, main, nothing), _variant_words(by_variant, sign)]
    if named:
        what = ", ".join(f"{quantity} ({evidence})" for quantity, evidence in named)
        sentences.append(f"It rests above all on {what}; {assumed:.0%} of what moves it is assumed.")
    sentences += [flip_words(flip, against) for flip in turns]
    return Conclusion(
        option=main.option,
        outcome=main.outcome,
        horizon=main.horizon,
        text=" ".join(sentence for sentence in sentences if sentence),
        robust=len(by_variant) > 1 and len(holds_in) == len(by_variant),
        holds_in=holds_in,
        rests_on=named,
        share_assumed=None if assumed is None else min(1.0, assumed),
    )


def _named(moved_by: Sequence[Decisive]) -> tuple[tuple[str, Evidence], ...]:
    named: list[tuple[str, Evidence]] = []
    told = 0.0
    for one in sorted(moved_by, key=lambda d: -d.share):
        if told >= _ENOUGH or len(named) == _MOST_NAMED:
            break
        named.append((one.quantity, one.evidence))
        told += one.share
    return tuple(named)


def _effect_words(title: str, against: str, d: Difference, nothing: float) -> str:
    words = WORDS[d.outcome]
    within = f"within {d.horizon} months"
    if _same(d):
        return f"{title}: as many {words} as under {against} {within}, in every run."
    if not sign_of(d):
        return (
            f"{title}: cannot tell whether there are more or fewer {words} than under {against} {within}; "
            f"the mean difference lies between {amount(d.mean_low)} and {amount(d.mean_high)}."
        )
    which = "fewer" if d.mean < 0 else "more"
    part = f", {abs(d.mean) / nothing:.1%} of those under {against}" if nothing > 0 else ""
    if abs(d.mean) < _HARDLY * nothing:
        which = f"hardly {which}"
    low, high = sorted((abs(d.mean_low), abs(d.mean_high)))
    return (
        f"{title}: {which} {words} than under {against} {within}, by {amount(abs(d.mean))} on average "
        f"(90% interval of the mean {amount(low)} to {amount(high)}{part}). Run by run, {d.p_less:.0%} have fewer and "
        f"{d.p_more:.0%} more."
    )


def _same(d: Difference) -> bool:
    return d.p_less == d.p_more == d.mean == 0


def _variant_words(by_variant: dict[Variant, Difference], sign: int) -> str:
    first, *others = by_variant
    if not others:
        return f"Only one structural variant ({first}) was run."
    told = {-1: "fewer", 0: "cannot tell", 1: "more"}
    unlike = [f"{variant} ({told[sign_of(by_variant[variant])]})" for variant in others
              if sign_of(by_variant[variant]) != sign]  # fmt: skip
    if unlike:
        return f"Under other structural variants it is otherwise: {', '.join(unlike)}."
    return f"So it is under all {len(by_variant)} structural variants."


def _limit_words(name: str, low: float, high: float) -> str:
    if np.isinf(low):
        return f"{name} is at most {_level(high)}"
    if np.isinf(high):
        return f"{name} is at least {_level(low)}"
    return f"{name} is from {_level(low)} to {_level(high)}"


def _level(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def amount(value: float) -> str:
    """A count in words of a report: whole from 10 on, else two digits.

    >>> amount(1234.5), amount(-3.14159), amount(0.0123), amount(0)
    ('1,234', '-3.1', '0.012', '0')
    """
    if not np.isfinite(value):
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 9.95 else f"{value:.2g}"
