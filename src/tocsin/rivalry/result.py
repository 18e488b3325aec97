"""What a fit of rivalry gives: links with intervals and labels, the shared driver, and how far to trust them.

A link is predictive, not causal: after attacks of the source, the target's attacks are more (or fewer) than its own
past, its clashes and what moves the whole theatre would have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.digest import Provenance
from tocsin.errors import InputError
from tocsin.results import Card, Result, Traced, rows_of
from tocsin.rivalry.series import KIND_WORDS, Kind, LeftOut

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Label = Literal["answers", "no_answer", "cannot_tell"]
Floats = NDArray[np.float64]

INTERVAL = 0.90
PREDICTIVE = "Links are predictive, not causal: they say what follows on what, not what it was meant for."


@dataclass(frozen=True)
class Link:
    """One group's attacks as a response to another's.

    `estimate`, `low`, `high` (90% interval): further attacks of the target, over all time after it, per attack of the
    source; below 0 where fewer follow. `pooled`, `pooled_low`, `pooled_high`: the same drawn to zero, as far as the
    theatre's links together are near it. `share`: the part of the target's attacks that the estimate makes up (0 to 1).
    `p_shift`: share of circular shifts of the source in which the link looks at least as strong. `minimum_detectable`:
    the smallest true response that would be found four times in five. `source_attacks`,
    `target_attacks`: attacks of both while the target is fitted. `clashes`: recorded clashes of the two. A link of
    which nothing can be told (the source did next to nothing while the target was there) has the estimate 0 and
    infinite bounds.
    """

    source: str
    target: str
    kind: Kind
    estimate: float
    low: float
    high: float
    pooled: float
    pooled_low: float
    pooled_high: float
    share: float
    p_shift: float
    minimum_detectable: float
    label: Label
    source_attacks: int
    target_attacks: int
    clashes: int
    shared_ground: float
    allied: bool


@dataclass(frozen=True)
class GroupFit:
    """How one group's attacks are fitted, and how well.

    `fights_a_state`: whether a clash with a state is recorded. `first` and `last` bound the periods the group is fitted
    in. `own`: further attacks per own attack, within weeks. `size`: of the negative binomial (variance mean + mean^2 /
    size; 10,000 is as good as Poisson).
    `state_clashes`, `group_clashes`: change of the log rate per standard deviation of recent recorded clashes with a
    state and with groups (None where they are no term), `first_of_month`: in periods that hold the first day of one.
    `residual_mean`, `residual_sd`, `residual_p`: of the randomised quantile residuals, which are standard normal where
    the model is right, and the p-value of a Kolmogorov-Smirnov test of it. `zeros`, `zeros_low`, `zeros_high`: periods
    without an attack, observed and expected (90% of simulations); `largest_month...`: attacks of the busiest month.
    """

    group: str
    attacks: int
    fights_a_state: bool
    first: date
    last: date
    own: float
    size: float
    state_clashes: float | None
    group_clashes: float | None
    first_of_month: float | None
    residual_mean: float
    residual_sd: float
    residual_p: float
    zeros: int
    zeros_low: int
    zeros_high: int
    largest_month: int
    largest_month_low: int
    largest_month_high: int


@dataclass(frozen=True)
class NullCheck:
    """Links that are called significant where there are none: `rate` of `tests`, at a nominal 5%.

    `name` is `circular_shifts` (the source moved in time), `distant_theatres` (the source a group of another part of
    the world) or `permuted_labels` (each year, the source another group of the theatre).
    """

    name: str
    rate: float | None
    tests: int


@dataclass(frozen=True)
class Severity:
    """Outbidding in severity: is an attack of one group likelier to be mass-casualty after one by another?

    `log_odds`, `low`, `high` (90%): change of the log odds that an attack on civilians has 20 deaths or more, per
    mass-casualty attack of the others within the half-life; None where there are too few. `attacks`, `mass_casualty`:
    what it is estimated from.
    """

    log_odds: float | None
    low: float | None
    high: float | None
    p_shift: float | None
    attacks: int
    mass_casualty: int
    half_life_weeks: float
    label: Label


@dataclass(frozen=True, eq=False)
class Driver:
    """What moves all groups of the theatre: log factor of every rate by period (period), with its standard error.

    `step_sd` is the standard deviation of its weekly steps; `loadings` (group) how much each group follows it.
    """

    starts: NDArray[np.datetime64]
    log_factor: Floats
    standard_error: Floats
    step_sd: float
    loadings: Floats


@dataclass(frozen=True, eq=False)
class Rivalry(Result):
    """Who answers whom in one theatre, by one fit; see `fit_rivalry`."""

    theatre: str
    kind: Kind
    groups: tuple[str, ...]
    first: date
    last: date
    step_days: int
    links: tuple[Link, ...]
    group_fits: tuple[GroupFit, ...]
    driver: Driver
    severity: Severity
    response_half_life_weeks: float
    shock: float
    null_checks: tuple[NullCheck, ...]
    oos_log_score_gain: float | None
    oos_se: float | None
    oos_months: int
    left_out: tuple[LeftOut, ...]
    seed: int
    provenance: Provenance

    @property
    def null_false_positive_rate(self) -> float | None:
        """Links called significant among circular shifts and distant sources, where there are none; nominal 0.05."""
        held = [check for check in self.null_checks if check.rate is not None and check.name != "permuted_labels"]
        tests = sum(check.tests for check in held)
        return sum((check.rate or 0.0) * check.tests for check in held) / tests if tests else None

    def link(self, source: str, target: str) -> Link:
        """One link by its two groups. Raises `InputError` where there is none."""
        for link in self.links:
            if (link.source, link.target) == (source, target):
                return link
        raise InputError(f"no link from {source!r} to {target!r}; the groups are {', '.join(self.groups)}")

    def notes(self) -> tuple[str, ...]:
        """What must be said beside the figures."""
        told = sum(np.isfinite(link.minimum_detectable) for link in self.links)
        notes = [
            PREDICTIVE,
            f"Of {told} link(s) that can be told, about {0.05 * told:.1f} would pass a 5% test by chance alone.",
            "Unreported attacks draw estimates to zero and hide links (in simulations with half unreported, a response "
            "of 0.15 reads as 0.09, and 43% of such links are found, not 86%); attacks coded to the wrong group make "
            "links that are not there (with 30% of them, one in ten pairs, not one in twenty).",
        ]
        if self.kind != "onesided":
            notes.append(
                "Who began a recorded clash with a state is not coded: such clashes are not the group's alone."
            )
        notes.append("Clashes between two groups are fighting, never one answering the other: they stand apart.")
        if self.left_out:
            few = ", ".join(f"{out.group} ({out.attacks})" for out in self.left_out[:5])
            more = f" and {len(self.left_out) - 5} more" if len(self.left_out) > 5 else ""
            notes.append(f"Left out, with too few {KIND_WORDS[self.kind]}: {few}{more}.")
        return (*notes, *self.provenance.notes)

    PARTS: ClassVar[tuple[str, ...]] = ("links", "groups", "driver")

    @property
    def comes_from(self) -> Traced:
        """The data of the theatre, by the model of rivalry, as of their last day."""
        return Traced(
            f"Who answers whom in {self.theatre} ({KIND_WORDS[self.kind]})",
            self.provenance.vintage,
            model="rivalry",
            as_of=self.last,
            data_until=self.last,
            licence=self.provenance.licence,
            citation=self.provenance.citation,
        )

    def _table(self, part: str) -> pl.DataFrame:
        """`links`: one row each, the columns of `Link`; `groups` those of `GroupFit`; `driver` one row a period."""
        if part == "driver":
            return pl.DataFrame(
                {
                    "start": pl.Series(self.driver.starts.astype("datetime64[D]"), dtype=pl.Date),
                    "log_factor": pl.Series(self.driver.log_factor, dtype=pl.Float64),
                    "standard_error": pl.Series(self.driver.standard_error, dtype=pl.Float64),
                }
            )
        return rows_of(Link, self.links) if part == "links" else rows_of(GroupFit, self.group_fits)

    def _card(self) -> Card:
        from tocsin.rivalry.card import rivalry_card

        return rivalry_card(self)

    def to_xarray(self) -> Any:
        """An `xarray.Dataset`: `estimate, low, high, pooled, share, p_shift` over (target, source), the driver by time.

        A group is no source for itself: nan there. Raises `InputError` where xarray is not installed.
        """
        try:
            xarray: Any = import_module("xarray")
        except ModuleNotFoundError:
            raise InputError("to_xarray needs the package xarray. Hint: pip install 'tocsin[notebook]'") from None
        names = ("estimate", "low", "high", "pooled", "pooled_low", "pooled_high", "share", "p_shift")
        place = {group: k for k, group in enumerate(self.groups)}
        n = len(self.groups)
        arrays = {name: np.full((n, n), np.nan) for name in names}
        for link in self.links:
            for name in names:
                arrays[name][place[link.target], place[link.source]] = getattr(link, name)
        variables: dict[str, Any] = {name: (("target", "source"), values) for name, values in arrays.items()}
        variables["driver"] = (("time",), self.driver.log_factor)
        variables["driver_se"] = (("time",), self.driver.standard_error)
        variables["loading"] = (("target",), self.driver.loadings)
        groups = list(self.groups)
        return xarray.Dataset(
            variables,
            coords={"target": groups, "source": groups, "time": self.driver.starts.astype("datetime64[ns]")},
            attrs={
                "theatre": self.theatre,
                "kind": self.kind,
                "vintage": self.provenance.vintage,
                "data_until": self.last.isoformat(),
                "note": PREDICTIVE,
            },
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything for JSON, with stable keys; see docs/commands.md."""
        return {
            "theatre": self.theatre,
            "kind": self.kind,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "step_days": self.step_days,
            "groups": [_plain(asdict(fit)) for fit in self.group_fits],
            "links": [_plain(asdict(link)) for link in self.links],
            "severity": _plain(asdict(self.severity)),
            "driver": {
                "weekly_step_sd": self.driver.step_sd,
                "loadings": dict(zip(self.groups, self.driver.loadings.tolist(), strict=True)),
            },
            "response_half_life_weeks": self.response_half_life_weeks,
            "shock": self.shock,
            "interval": INTERVAL,
            "null_false_positive_rate": self.null_false_positive_rate,
            "null_checks": [asdict(check) for check in self.null_checks],
            "oos_log_score_gain": self.oos_log_score_gain,
            "oos_se": self.oos_se,
            "oos_months": self.oos_months,
            "left_out": [asdict(out) for out in self.left_out],
            "seed": self.seed,
            "vintage": self.provenance.vintage,
            "citation": self.provenance.citation,
            "licence": self.provenance.licence,
            "place_precision": self.provenance.place_precision,
            "notes": list(self.notes()),
        }

    def plot(self) -> Figure:
        """The network of links as a matplotlib `Figure`; see `tocsin.rivalry.figure`."""
        from tocsin.rivalry.figure import draw_network

        return draw_network(self)


@dataclass(frozen=True)
class PooledTerm:
    """A coefficient pooled over theatres, with its 90% interval; `theatres` and `links` are what it rests on."""

    term: str
    estimate: float
    low: float
    high: float
    links: int
    theatres: int


@dataclass(frozen=True, eq=False)
class WorldRivalry(Result):
    """Every theatre with two or more active groups, and what they show together; see `fit_world`.

    `pooled`: outbidding in quantity, on the scale of `tocsin.rivalry.pooling`; `severity`: in log odds. The gain of the
    cross terms out of sample is the mean over all theatres' months held apart.
    """

    kind: Kind
    theatres: tuple[Rivalry, ...]
    pooled: tuple[PooledTerm, ...]
    severity: PooledTerm | None
    null_checks: tuple[NullCheck, ...]
    oos_log_score_gain: float | None
    oos_se: float | None
    oos_months: int

    PARTS: ClassVar[tuple[str, ...]] = ("pooled", "links", "null_checks")

    @property
    def comes_from(self) -> Traced:
        """The data of all theatres, as of the last day of any."""
        end = max((rivalry.last for rivalry in self.theatres), default=None)
        told = self.theatres[0].provenance if self.theatres else None
        return Traced(
            f"Who answers whom in {len(self.theatres)} theatres ({KIND_WORDS[self.kind]})",
            None if told is None else told.vintage,
            model="rivalry",
            as_of=end,
            data_until=end,
            licence=None if told is None else told.licence,
            citation=None if told is None else told.citation,
        )

    def _table(self, part: str) -> pl.DataFrame:
        """`pooled`: the terms, that of severity last; `links` of every theatre; `null_checks`."""
        if part == "pooled":
            return rows_of(PooledTerm, (*self.pooled, *([] if self.severity is None else [self.severity])))
        if part == "null_checks":
            return rows_of(NullCheck, self.null_checks)
        return rows_of(Link, [link for rivalry in self.theatres for link in rivalry.links])

    def _card(self) -> Card:
        from tocsin.rivalry.card import world_card

        return world_card(self)

    def to_dict(self) -> dict[str, Any]:
        """Everything for JSON: `theatres` holds what `Rivalry.to_dict` gives."""
        return {
            "kind": self.kind,
            "pooled": [asdict(term) for term in self.pooled],
            "severity": None if self.severity is None else asdict(self.severity),
            "null_checks": [asdict(check) for check in self.null_checks],
            "oos_log_score_gain": self.oos_log_score_gain,
            "oos_se": self.oos_se,
            "oos_months": self.oos_months,
            "theatres": [rivalry.to_dict() for rivalry in self.theatres],
        }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with days as text and numbers that JSON has no word for as null."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, date):
            out[name] = value.isoformat()
        elif isinstance(value, float) and not np.isfinite(value):
            out[name] = None
        else:
            out[name] = value
    return out
