"""What a comparison of options gives: outcomes, paired differences, which is best, and what all that rests on.

A scenario, not a forecast. Every interval is of 90%, every difference between an option and doing nothing is paired:
both were run with the same chance and the same parameters. Where a scenario's options begin with another one than doing
nothing, that one stands in its place everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError, did_you_mean
from tocsin.months import month_label
from tocsin.whatif.catalogue import Variant
from tocsin.whatif.parameters import Evidence
from tocsin.whatif.sampling import named_quantities
from tocsin.whatif.scenario import NOT_A_FORECAST, Scenario

Floats = NDArray[np.float64]
T = TypeVar("T")
_RESULTS = ("outcomes", "differences", "choices", "decisive", "flips", "conclusions", "bands")


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
    which less and more is to be expected, cleared of chance; more runs do not bring them nearer to 0 or 1.
    `regressed`: in variants with fewer runs than the first, the mean is that to be expected at all points of the first,
    by what the two have in common where both are run; it is then not the difference of two means of outcomes, and not
    independent of the first.
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
    points_less: float = float("nan")
    points_more: float = float("nan")
    regressed: bool = False


@dataclass(frozen=True)
class Choice:
    """How an option does against the others on one outcome, over the parameters that are not known.

    `p_best`: share of parameter points at which its expected outcome is the least (ties shared). `regret_mean`,
    `regret_high` (95% of points) and `regret_most` (the largest among the points): how much more there is than under
    the best option there. `minimax`: whether its 95% regret is the least of all options, or not told from the least.
    All are cleared of chance as far as it can be told: `noise`
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
    minimax: bool
    noise: float | None = None
    resolved: float | None = None


@dataclass(frozen=True)
class Decisive:
    """How much one uncertain number moves the difference of an option to doing nothing (Morris 1991,
    doi:10.1080/00401706.1991.10484804). None are told where chance hides them.

    `mu_star`: mean absolute elementary effect of going over the whole range (of an estimated number: its 90% interval),
    with its 95% half-width; `mu` with sign; `sigma` the spread (interactions). `share`: its part of the sum of squares
    of all `mu_star`, from which chance is taken out, 0 to 1. `quantity` is named as in the scenario file (`attrition`,
    `IS.attack_rate`).
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
    share: float


@dataclass(frozen=True)
class Flip:
    """Where in the uncertain numbers the ranking turns: a box found by PRIM (Friedman & Fisher 1999,
    doi:10.1023/A:1008894516817).

    Within the `limits` (quantity -> low, high) the share of points at which `option` is worse than doing nothing (or,
    where on the whole it is worse, better) is `density`, against `base` overall; `coverage` is the share of all such
    points that lie in the box. The box is found on half of the points; the three shares are those of the other half, so
    that they are not flattered by the search. A limit may be infinite: then the box is open there. `turns_to` is
    `worse` or `better`. No limits: nothing was found that tells them apart, and `density` and `coverage` are those of
    all points.
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


@dataclass(frozen=True)
class Conclusion:
    """One sentence that the simulation supports or not, and what it rests on.

    `holds_in`: the structural variants in which the 90% interval of the mean difference is on one side and the sign is
    the same as in the first; `robust`: it does in all, and there are two or more. `rests_on`: the numbers that decide
    it, most first, with their evidence. `share_assumed`: the part of what moves it that is assumed, 0 to 1; None where
    this was not looked into, nothing moves it, or chance hides what does.
    """

    option: str
    outcome: str
    horizon: int
    text: str
    robust: bool
    holds_in: tuple[Variant, ...]
    rests_on: tuple[tuple[str, Evidence], ...]
    share_assumed: float | None


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
class Comparison:
    """Options compared in one scenario, by `compare`; a scenario, not a forecast.

    `draws` runs of each option in the first variant: `replicates` at each of `points` parameter points; `variants` says
    how many runs each variant has. `bands` and `flips` are of the first variant, and so is `decisive`, which holds the
    numbers that matter most. `left_out` says what was not done, and why.
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

    def decided_by(self, option: str, outcome: str, horizon: int) -> tuple[Decisive, ...]:
        """The numbers that move an option's difference to doing nothing, most first; none if it was not looked into."""
        wanted = (option, outcome, horizon)
        return tuple(one for one in self.decisive if (one.option, one.outcome, one.horizon) == wanted)

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
        return {
            "what": NOT_A_FORECAST,
            "scenario": {
                "name": scenario.name,
                "title": scenario.title,
                "theatre": scenario.theatre,
                "as_of": scenario.as_of.isoformat(),
                "data_until": None if scenario.data_until is None else scenario.data_until.isoformat(),
                "vintage": scenario.vintage,
                "citation": scenario.citation,
                "from": month_label(scenario.first),
                "months": scenario.months,
                "horizons": list(scenario.horizons),
                "sides": [{"name": side.name, "kind": side.kind} for side in scenario.sides],
                "options": [{"name": option.name, "title": option.title} for option in scenario.options],
            },
            "draws": self.draws,
            "points": self.points,
            "seed": scenario.seed,
            "replicates": self.replicates,
            "variants": [{"name": name, "draws": draws} for name, draws in self.variants.items()],
            "switched_off": list(scenario.off),
            "left_out": list(self.left_out),
            **{name: [_plain(one) for one in getattr(self, name)] for name in _RESULTS},
            "notes": list(self.notes()),
        }


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


def _plain(one: Any) -> dict[str, Any]:
    """A result's fields as plain values: arrays and tuples as lists, numbers that are not finite as None."""
    return {name: _value(value) for name, value in asdict(one).items()}


def _value(value: Any) -> Any:
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, np.ndarray):
        return [_value(float(one)) for one in value]
    if isinstance(value, Mapping):
        return {name: _value(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_value(one) for one in value]
    return value
