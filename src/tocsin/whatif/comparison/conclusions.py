"""Sentences that follow from a scenario's ranges, or cannot be told, each with what it rests on.

The interval of a mean over ranges that were assumed narrows with every run: with enough of them every mean has a sign.
So a sign is a verdict only where nearly all points of the ranges have it, which more runs do not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison.reduce import RANKED
from tocsin.whatif.comparison.result import Conclusion, Decisive, Difference, Flip, Outcome, Verdict
from tocsin.whatif.comparison.sensitivity import ENOUGH_TRAJECTORIES
from tocsin.whatif.parameters import EVIDENCE, Evidence
from tocsin.whatif.scenario import DO_NOTHING, Scenario

WORDS = {
    "civilian_deaths": "civilian deaths",
    "mass_casualty_attacks": "mass-casualty attacks",
    "external_attacks": "attacks abroad",
}
# What decides is named until it makes up so much of what moves the difference, and not more than can be read.
_ENOUGH, _MOST_NAMED = 0.8, 5
# A difference can be beyond chance and still be small: said so below this part of what there is under doing nothing.
HARDLY = 0.01
# A verdict has a sign where so many points of the numbers not known at most have the other; where fewer than the least
# have, the ranges allow no other.
MOST_CONTRARY, NONE_CONTRARY = 0.1, 0.01
_CLEAR: Final[tuple[Verdict, Verdict]] = ("fewer", "more")
_HIDDEN = "What decides it cannot be told from chance: more runs may."


def conclusions_of(
    scenario: Scenario,
    variants: Sequence[Variant],
    outcomes: Sequence[Outcome],
    differences: Sequence[Difference],
    decisive: Sequence[Decisive],
    flips: Sequence[Flip],
    trajectories: int = 0,
) -> tuple[Conclusion, ...]:
    """One conclusion for each option (but the first, which others are compared with), harm to people and horizon.

    The first of `variants` says what is concluded, the others whether it stands. `decisive` is from so many
    `trajectories`; with none, nothing is said of what decides, and nothing of where it turns without `flips`.
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
                enough = trajectories >= ENOUGH_TRAJECTORIES
                told = _conclusion(
                    option.title, against, by_variant, nothing[outcome, horizon], moved_by, turns, enough
                )
                if trajectories and not moved_by and told.verdict != "as many":
                    told = replace(told, text=f"{told.text} {_HIDDEN}")
                found.append(told)
    return tuple(found)


def sign_of(difference: Difference) -> int:
    """-1 or 1 where the 90% interval of the mean is below or above 0, else 0."""
    if difference.mean_high < 0:
        return -1
    return 1 if difference.mean_low > 0 else 0


def contrary(difference: Difference) -> float | None:
    """The share of points of the numbers not known at which the sign is not that of the mean, cleared of chance; None
    where chance hides it."""
    return difference.points_more if difference.mean < 0 else difference.points_less


def verdict_of(difference: Difference) -> Verdict:
    """What a difference says: by the 90% interval of its mean, and by whether the points agree with it."""
    if difference.p_less == difference.p_more == difference.mean == 0:
        return "as many"
    sign = sign_of(difference)
    if sign == 0:
        return "cannot tell"
    # Where it is not known at how many points it is otherwise, they are not said to agree.
    other = contrary(difference)
    if other is not None and other <= MOST_CONTRARY:
        return "fewer" if sign < 0 else "more"
    return "fewer on average" if sign < 0 else "more on average"


def is_assumed(difference: Difference) -> bool:
    """Whether hardly a point of the numbers not known has the other sign, so that no other verdict could come out."""
    other = contrary(difference)
    return verdict_of(difference) in _CLEAR and other is not None and other < NONE_CONTRARY


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
        f"{flip.turns_to.capitalize()} {WORDS[flip.outcome]} than under {against} where {where}: at {flip.density:.0%} "
        f"of such points, against {flip.base:.0%} of all; {flip.coverage:.0%} of all points with {flip.turns_to} lie "
        "there."
    )


def _conclusion(
    title: str,
    against: str,
    by_variant: dict[Variant, Difference],
    nothing: float,
    moved_by: Sequence[Decisive],
    turns: Sequence[Flip],
    enough: bool,
) -> Conclusion:
    main = next(iter(by_variant.values()))
    verdict = verdict_of(main)
    holds_in = tuple(v for v, d in by_variant.items() if verdict_of(d) == verdict)
    named = _named(moved_by)
    share = {e: sum(d.share for d in moved_by if d.evidence == e) for e in EVIDENCE} if moved_by and enough else {}
    sentences = [_effect_words(title, against, main, nothing), _variant_words(by_variant, verdict)]
    if named:
        what = ", ".join(f"{quantity} ({evidence})" for quantity, evidence in named)
        sentences.append(f"It rests above all on {what}{_share_words(share)}.")
    sentences += [flip_words(flip, against) for flip in turns]
    return Conclusion(
        option=main.option,
        outcome=main.outcome,
        horizon=main.horizon,
        text=" ".join(sentence for sentence in sentences if sentence),
        verdict=verdict,
        robust=verdict in _CLEAR and len(by_variant) > 1 and len(holds_in) == len(by_variant),
        holds_in=holds_in,
        rests_on=named,
        share_estimated=share.get("estimated"),
        share_literature=share.get("literature"),
        share_assumed=share.get("assumed"),
        sign_assumed=is_assumed(main),
    )


def _share_words(share: dict[Evidence, float]) -> str:
    if not share:
        return ""
    return (
        f"; of what moves it {share['estimated']:.0%} is estimated from data, {share['literature']:.0%} from the "
        f"literature, {share['assumed']:.0%} assumed"
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
    words, verdict = WORDS[d.outcome], verdict_of(d)
    within = f"within {d.horizon} months"
    if verdict == "as many":
        return f"{title}: as many {words} as under {against} {within}, in every run."
    if verdict == "cannot tell":
        return (
            f"{title}: cannot tell whether there are more or fewer {words} than under {against} {within}; "
            f"the mean difference lies between {amount(d.mean_low)} and {amount(d.mean_high)}."
        )
    which, other = ("fewer", "more") if d.mean < 0 else ("more", "fewer")
    part = f", {abs(d.mean) / nothing:.1%} of those under {against}" if nothing > 0 else ""
    if abs(d.mean) < HARDLY * nothing:
        which = f"hardly {which}"
    at_points, otherwise = "", contrary(d)
    if otherwise is None:
        at_points = "; chance hides at how many points of the numbers not known"
    elif verdict not in _CLEAR:
        at_points = f", but {other} at {otherwise:.0%} of points of the numbers not known"
    low, high = sorted((abs(d.mean_low), abs(d.mean_high)))
    said = (
        f"{title}: {which} {words} than under {against} {within}, by {amount(abs(d.mean))} on average "
        f"(90% interval of the mean {amount(low)} to {amount(high)}{part}){at_points}. Run by run, {d.p_less:.0%} have "
        f"fewer and {d.p_more:.0%} more."
    )
    if is_assumed(d):
        said += f" Hardly a point of the ranges has {other}: the sign is assumed, not found."
    return said


def _variant_words(by_variant: dict[Variant, Difference], verdict: Verdict) -> str:
    first, *others = by_variant
    if not others:
        return f"Only one structural variant ({first}) was run."
    told = {variant: verdict_of(by_variant[variant]) for variant in others}
    unlike = [f"{variant} ({said})" for variant, said in told.items() if said != verdict]
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
