"""What a comparison of options gives: outcomes, paired differences, which is best, and what all that rests on.

A scenario, not a forecast. Every interval is of 90%, every difference between an option and doing nothing is paired:
both were run with the same chance and the same parameters. Where a scenario's options begin with another one than doing
nothing, that one stands in its place everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar, Literal, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.errors import InputError, did_you_mean
from tocsin.results import Card, Result, Traced
from tocsin.whatif.catalogue import Variant
from tocsin.whatif.document import plain, scenario_document
from tocsin.whatif.engine.sampling import named_quantities
from tocsin.whatif.parameters import Evidence
from tocsin.whatif.scenario import NOT_A_FORECAST, Scenario

Floats = NDArray[np.float64]
T = TypeVar("T")
# What the mean says, and whether the points of the numbers not known agree with it.
Verdict = Literal["fewer", "more", "fewer on average", "more on average", "cannot tell", "as many"]
Effect = Literal["turns", "more than half", "a sign shows", "little"]
INTERVAL = 0.9
_TABLES = ("outcomes", "differences", "choices", "decisive", "without", "bands")


@dataclass(frozen=True)
class Outcome:
    """One outcome (a key of `catalogue.OUTCOMES`) under one option, `horizon` months on.

    `group` is a side's name, None for the theatre. `low` and `high` bound 90% of the runs: chance and what is not known
    of the parameters. The mean of civilian deaths is that of the deaths expected in each month of each run.
    """

    variant: Variant
    option: str
    outcome: str
    group: str | None
    horizon: int
    mean: float
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """An option against doing nothing, run by run; negative is less than under doing nothing.

    `mean` with the 90% interval of the mean (`mean_low`, `mean_high`: what more runs would narrow), `low` and `high` of
    the runs (what they would not), `p_less` and `p_more` the shares of runs with less and with more. `variance_ratio`:
    variance of the difference over that of unpaired runs; None where nothing varies. The interval of the mean is
    infinite where there is one run. `points_less` and `points_more`: the shares of points of the numbers not known at
    which less and more is to be expected, cleared of chance; more runs do not bring them nearer to 0 or 1. They are
    None where chance is most of what tells points apart.
    `regressed`: in variants with fewer runs than the first, the mean is that to be expected at all points of the first,
    by what the two have in common where both are run; it is then not the difference of two means of outcomes, and not
    independent of the first. So are the shares of points.
    """

    variant: Variant
    option: str
    outcome: str
    group: str | None
    horizon: int
    mean: float
    mean_low: float
    mean_high: float
    low: float
    high: float
    p_less: float
    p_more: float
    variance_ratio: float | None
    points_less: float | None = None
    points_more: float | None = None
    regressed: bool = False


@dataclass(frozen=True)
class Choice:
    """How an option does against the others on one outcome, over the parameters that are not known.

    `p_best`: share of parameter points at which its expected outcome is the least (ties shared). `regret_mean`,
    `regret_high` (95% of points) and `regret_most` (the largest among the points): how much more there is than under
    the best option there. `least_regret`: whether its 95% regret is the least of all options, or cannot be told from
    the least. All are cleared of chance as far as it can be told: `noise`
    is the standard deviation of what chance leaves in the difference to doing nothing at one point, `resolved` the
    share of that difference's variance over points that is not chance (None for doing nothing, and where it cannot be
    told). Near 0 the points cannot be told apart, and the options are ranked by their means alone.
    """

    variant: Variant
    option: str
    outcome: str
    horizon: int
    expected: float
    p_best: float
    regret_mean: float
    regret_high: float
    regret_most: float
    least_regret: bool
    noise: float | None = None
    resolved: float | None = None


@dataclass(frozen=True)
class Decisive:
    """How much one uncertain number moves the difference of an option to doing nothing (Morris 1991,
    doi:10.1080/00401706.1991.10484804). None are told where chance hides them.

    `mu_star`: mean absolute elementary effect of going over the whole range (of an estimated number: its 90% interval),
    with its 95% half-width, chance in it included; `mu` with sign; `sigma` the spread (interactions). `cleared`: the
    mean size of the effect without what is chance in it, 0 where it is no more than chance; `share`: its part of the
    sum of all numbers' `cleared`, 0 to 1. `quantity` is named as in the scenario file (`attrition`, `IS.attack_rate`).
    """

    variant: Variant
    option: str
    outcome: str
    horizon: int
    quantity: str
    evidence: Evidence
    mu_star: float
    mu_star_half_width: float
    mu: float
    sigma: float
    cleared: float
    share: float


@dataclass(frozen=True)
class Flip:
    """Where in the uncertain numbers the ranking turns: a box found by PRIM (Friedman & Fisher 1999,
    doi:10.1023/A:1008894516817).

    Within the `limits` (quantity -> low, high) the share of points at which more is expected under `option` than under
    doing nothing (or, where on the whole it is more, less) is `density`, against `base` overall; `coverage` is the
    share of all such points that lie in the box. The box is found on half of the points; the three shares are those of
    the other half, so that they are not flattered by the search. `chance`: the probability of as dense a box by chance,
    for all searches of the comparison together (Holm 1979, https://www.jstor.org/stable/4615733). A limit may be
    infinite: then the box is open there. `turns_to` is `fewer` or `more`. No limits: no box was found in which most
    points turn so, and `density` and `coverage` are those of all points.
    """

    variant: Variant
    option: str
    outcome: str
    horizon: int
    turns_to: str
    limits: Mapping[str, tuple[float, float]]
    density: float
    coverage: float
    base: float
    chance: float | None = None


@dataclass(frozen=True)
class WithoutMechanism:
    """An option against doing nothing with mechanisms switched off: how much of its effect goes through them.

    `off` is one mechanism, or, where `side_effects`, all at once that are neither what the option works by nor have a
    number estimated from data. Run in the first variant at fewer points, by what they have in common with all points as
    a `Difference` that is `regressed`. `change` is against the same with the mechanisms on, at the same points, with
    its 90% interval. `effect`: `turns` where the sign is the other one, beyond chance; `more than half` where the mean
    changes by more than half of itself, beyond chance; `a sign shows` where there was none beyond chance, and now is;
    else `little`.
    """

    variant: Variant
    option: str
    outcome: str
    horizon: int
    off: tuple[str, ...]
    side_effects: bool
    mean: float
    mean_low: float
    mean_high: float
    change: float
    change_low: float
    change_high: float
    effect: Effect


@dataclass(frozen=True)
class Conclusion:
    """One sentence that follows from a scenario's ranges, or cannot be told, and what it rests on.

    `verdict`: `fewer` or `more` where the 90% interval of the mean difference is on one side of 0, and no more than a
    tenth of the points of the numbers not known have the other sign; `... on average` where more of them have, or
    chance hides how many; `cannot tell` where the interval holds 0. `sign_assumed`: hardly a point (under 1%) has the
    other sign, so that the ranges allow no other verdict: it is put in, not found. `holds_in`: the structural variants
    with the same verdict; `robust`: all have it, there are two or more, and it is `fewer` or `more`. `rests_on`: the
    numbers that decide it, most first, with their evidence. The shares, 0 to 1, are the parts of what moves it that are
    estimated from data, taken from the literature and assumed; None where this was not looked into, nothing moves it,
    chance hides what does, or there are too few trajectories to tell parts.
    """

    option: str
    outcome: str
    horizon: int
    text: str
    verdict: Verdict
    robust: bool
    holds_in: tuple[Variant, ...]
    rests_on: tuple[tuple[str, Evidence], ...]
    share_estimated: float | None
    share_literature: float | None
    share_assumed: float | None
    sign_assumed: bool = False


@dataclass(frozen=True, eq=False)
class Band:
    """An outcome by month under one option: `mean`, `low` to `high` of 90% of runs (month); counts are of the month."""

    variant: Variant
    option: str
    outcome: str
    group: str | None
    mean: Floats
    low: Floats
    median: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Comparison(Result):
    """Options compared in one scenario, by `compare`; a scenario, not a forecast.

    `draws` runs of each option in the first variant: `replicates` at each of `points` parameter points; `variants` says
    how many runs each variant has. `bands` and `flips` are of the first variant, and so is `decisive`, which holds the
    numbers that matter most, by so many `trajectories` (0 where that was not looked into). `without`: civilian deaths
    at the middle horizon without mechanisms. `left_out` says what was not done, and why.
    """

    scenario: Scenario
    draws: int
    points: int
    outcomes: tuple[Outcome, ...]
    differences: tuple[Difference, ...]
    choices: tuple[Choice, ...]
    decisive: tuple[Decisive, ...]
    flips: tuple[Flip, ...]
    conclusions: tuple[Conclusion, ...]
    bands: tuple[Band, ...]
    replicates: int = 1
    variants: Mapping[Variant, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    without: tuple[WithoutMechanism, ...] = ()
    trajectories: int = 0

    PARTS: ClassVar[tuple[str, ...]] = (
        "differences", "outcomes", "choices", "decisive", "flips", "conclusions", "without", "bands"
    )  # fmt: skip

    @property
    def comes_from(self) -> Traced:
        """The scenario, and the data that its estimates are from."""
        scenario = self.scenario
        return Traced(
            f"Options compared in the scenario {scenario.title!r}",
            scenario.vintage,
            model="what-if simulation",
            as_of=scenario.as_of,
            data_until=scenario.data_until,
            citation=scenario.citation,
            horizon=f"{', '.join(map(str, scenario.horizons))} months on",
            caution=NOT_A_FORECAST,
        )

    def _table(self, part: str) -> pl.DataFrame:
        from tocsin.whatif.comparison.tables import comparison_table

        return comparison_table(self, part)

    def _card(self) -> Card:
        from tocsin.whatif.comparison.tables import comparison_card

        return comparison_card(self)

    @property
    def main(self) -> Variant:
        """The variant that has all the runs: the first."""
        return next(iter(self.variants))

    def outcome(
        self, option: str, outcome: str, horizon: int, *, group: str | None = None, variant: Variant | None = None
    ) -> Outcome:
        """One outcome, in the first variant unless one is named. Raises `InputError` where there is none."""
        return _only(self.outcomes, variant=variant or self.main, option=option, outcome=outcome, group=group,
                     horizon=horizon)  # fmt: skip

    def difference(
        self, option: str, outcome: str, horizon: int, *, group: str | None = None, variant: Variant | None = None
    ) -> Difference:
        """One difference to doing nothing, in the first variant unless one is named. Raises `InputError`."""
        return _only(self.differences, variant=variant or self.main, option=option, outcome=outcome, group=group,
                     horizon=horizon)  # fmt: skip

    def ranking(self, outcome: str, horizon: int, *, variant: Variant | None = None) -> tuple[Choice, ...]:
        """All options on one outcome, the least expected first. Raises `InputError` where it is not ranked by."""
        found = _all(self.choices, variant=variant or self.main, outcome=outcome, horizon=horizon)
        return tuple(sorted(found, key=lambda choice: choice.expected))

    def band(self, option: str, outcome: str, *, group: str | None = None) -> Band:
        """One outcome by month, in the first variant. Raises `InputError` where there is none."""
        return _only(self.bands, option=option, outcome=outcome, group=group)

    def notes(self) -> tuple[str, ...]:
        """What must be said beside the figures."""
        scenario = self.scenario
        varying = [named.quantity.evidence for named in named_quantities(scenario) if named.quantity.is_range]
        notes = [f"A {NOT_A_FORECAST}: what would follow if its assumptions held."]
        if scenario.data_until is not None:
            notes.append(f"Its estimates are from data up to {scenario.data_until.isoformat()}.")
        notes.append(
            f"Of {len(varying)} numbers that are not known for sure, {varying.count('assumed')} are assumed, "
            f"{varying.count('literature')} from the literature, {varying.count('estimated')} estimated from data."
        )
        notes.append(
            f"{self.draws:,} runs of each option: {self.points:,} sets of the numbers not known, "
            f"{self.replicates} runs each. All options share their chance, so differences are paired."
        )
        notes.append("Intervals are of 90%. An interval of a mean is what more runs would narrow; that of runs is not.")
        if any(row.regressed for row in self.differences):
            notes.append(
                f"In variants other than {self.main} a mean difference is regressed on that of all points of "
                f"{self.main}: it is not the difference of the two mean outcomes, and these variants confirm "
                "nothing independently."
            )
        if "fighting_deaths" in {outcome.outcome for outcome in self.outcomes}:
            notes.append(
                "Deaths in clashes are summed over groups: a clash between two of them is counted by both, a state's "
                "own count is not added."
            )
        if scenario.off:
            notes.append(f"Switched off: {', '.join(scenario.off)}.")
        return (*notes, *self.left_out, *scenario.notes)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the scenario's numbers, for JSON, with stable keys; what is not known or infinite is None."""
        scenario = self.scenario
        found: dict[str, Any] = plain(
            {
                "what": NOT_A_FORECAST,
                "scenario": scenario_document(scenario),
                "draws": self.draws,
                "points": self.points,
                "reference": scenario.options[0].name,
                "seed": scenario.seed,
                "replicates": self.replicates,
                "trajectories": self.trajectories,
                "variants": [{"name": name, "draws": draws} for name, draws in self.variants.items()],
                "switched_off": list(scenario.off),
                "left_out": list(self.left_out),
                "interval": INTERVAL,
                **{name: [asdict(one) for one in getattr(self, name)] for name in _TABLES},
                "flips": [_flip(flip) for flip in self.flips],
                "conclusions": [_conclusion(conclusion) for conclusion in self.conclusions],
                "notes": list(self.notes()),
            }
        )
        return found


def _all(results: Iterable[T], **wanted: object) -> list[T]:
    """The results whose fields are as wanted. Raises `InputError` where there are none, with what there is."""
    left = list(results)
    for name, value in wanted.items():
        known = {getattr(one, name) for one in left}
        left = [one for one in left if getattr(one, name) == value]
        if not left:
            words = sorted(str(one) for one in known)
            hint = did_you_mean(value, words) if isinstance(value, str) else ""
            raise InputError(f"no {name} {value!r} in this comparison; there is: {', '.join(words) or 'none'}.{hint}")
    return left


def _only(results: Iterable[T], **wanted: object) -> T:
    return _all(results, **wanted)[0]


def _flip(flip: Flip) -> dict[str, Any]:
    limits = [{"quantity": name, "low": low, "high": high} for name, (low, high) in flip.limits.items()]
    return {**asdict(replace(flip, limits={})), "limits": limits}


def _conclusion(conclusion: Conclusion) -> dict[str, Any]:
    rests = [{"quantity": name, "evidence": evidence} for name, evidence in conclusion.rests_on]
    return {**asdict(conclusion), "rests_on": rests}
