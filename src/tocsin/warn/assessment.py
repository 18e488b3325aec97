"""What an assessment holds, and the forms it goes out in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from math import isfinite
from typing import Any, ClassVar, Literal

import polars as pl

from tocsin.forecast.model import Target
from tocsin.results import Card, Result, Traced, rows_of
from tocsin.warn.analogues import Analogues
from tocsin.warn.confidence import Confidence
from tocsin.warn.drivers import Driver
from tocsin.warn.levels import Level

View = Literal["new_risk", "ongoing", "mass_casualty"]
VIEWS: tuple[View, ...] = ("new_risk", "ongoing", "mass_casualty")


@dataclass(frozen=True)
class GroupAssessment:
    """One group's line, its figures as of the last day held.

    Probabilities are of the horizon after that day; `low` and `high` bound the 90% interval of a probability's estimate
    and the 80% interval of expected deaths. `recent_deaths` are those of the last 24 months, one a month. `record_` is
    what came of probabilities like this one in the replay: the share that came true, and of how many group-months; None
    where nothing of it was known by the as-of day. `words_` say a probability in words. `confidence` is the lower of
    the confidences in the two probabilities; `confidence_reasons` are short sentences, one for each thing weighed.
    `level_target` is the probability that the level is by, None without a level, and `level_sentence` says why it is.
    `drivers_` are the themes that make a probability differ from that of the average active group of the same list,
    `reference_`, the strongest first; `analogues` the past group-months most like it.
    """

    group: str
    actor: str
    theatre: str
    list: Literal["new_risk", "ongoing"]
    previously_crossed: bool
    resurgent: bool
    level: Level
    level_target: Target | None
    level_sentence: str
    p_deaths25: float
    p_deaths25_low: float
    p_deaths25_high: float
    base_rate_deaths25: float
    p_mass_casualty: float
    p_mass_casualty_low: float
    p_mass_casualty_high: float
    base_rate_mass_casualty: float
    expected_deaths: float
    expected_deaths_low: float
    expected_deaths_high: float
    deaths_last_3m: int
    deaths_last_12m: int
    p_deaths25_previous: float | None
    rank_new_risk: int | None
    rank_ongoing: int | None
    rank_mass_casualty: int
    recent_deaths: tuple[int, ...]
    record_deaths25_n: int | None
    record_deaths25_share: float | None
    record_mass_casualty_n: int | None
    record_mass_casualty_share: float | None
    words_deaths25: str
    words_mass_casualty: str
    confidence: Confidence
    confidence_deaths25: Confidence
    confidence_mass_casualty: Confidence
    confidence_reasons: tuple[str, ...]
    reference_deaths25: float
    reference_mass_casualty: float
    drivers_deaths25: tuple[Driver, ...]
    drivers_mass_casualty: tuple[Driver, ...]
    analogues: Analogues | None


@dataclass(frozen=True)
class NewEntrant:
    """The chance that a group not seen in a theatre so far has 25 deaths or more there within `horizon_months`, 12.

    `low` and `high` bound the 90% interval of the estimate; `base_rate` is the share of theatre-months of ten years.
    `reasons` are the figures that set the theatre apart from the others most, each with the factor on the odds.
    """

    theatre: str
    horizon_months: int
    p_new_group: float
    p_new_group_low: float
    p_new_group_high: float
    base_rate: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Assessment(Result):
    """Every seen group's line at an as-of day, with what a reader must know to weigh it.

    `tree_share_` is the weight of the trees, whose themes the drivers are, in the score of each probability.
    """

    as_of: date
    as_of_mode: str
    lag_days: int
    data_until: date
    horizon_months: int
    theatre: str | None
    vintage: str
    licence: str
    citation: str
    model: str
    tree_share_deaths25: float
    tree_share_mass_casualty: float
    wording: str
    language: str
    headline: str
    notes: tuple[str, ...]
    groups: tuple[GroupAssessment, ...]
    new_entrants: tuple[NewEntrant, ...]
    record: str | None

    PARTS: ClassVar[tuple[str, ...]] = ("groups", "new_entrants")

    @property
    def comes_from(self) -> Traced:
        """The data, model and day of the assessment."""
        where = f" in {self.theatre}" if self.theatre else ""
        return Traced(
            f"Assessment of armed groups{where}",
            self.vintage,
            model=self.model,
            as_of=self.as_of,
            data_until=self.data_until,
            licence=self.licence,
            citation=self.citation,
            horizon=self.span,
        )

    def _card(self) -> Card:
        from tocsin.warn.cards import assessment_card

        return assessment_card(self)

    @property
    def span(self) -> str:
        """The months that the probabilities are of, in words; names the day they count from where it is not `as_of`."""
        start = "" if self.data_until == self.as_of else f" of {self.data_until:%-d %B %Y}"
        return f"within {self.horizon_months} months{start}"

    def view(self, name: View, top: int | None = None) -> tuple[GroupAssessment, ...]:
        """One of the three views, its highest line first.

        *new_risk* by P(>= 25 deaths), *ongoing* by expected deaths, *mass_casualty* (both lists) by its probability.
        """
        if name == "mass_casualty":
            return tuple(sorted(self.groups, key=lambda g: g.rank_mass_casualty)[:top])
        rows = [g for g in self.groups if g.list == name]
        return tuple(sorted(rows, key=lambda g: (g.rank_new_risk or 0, g.rank_ongoing or 0))[:top])

    def top(self, count: int) -> Assessment:
        """Only the groups that are among the first `count` of some view."""
        kept = {g.group for name in VIEWS for g in self.view(name, count)}
        return replace(self, groups=tuple(g for g in self.groups if g.group in kept))

    def to_dict(self) -> dict[str, Any]:
        """Plain values under the documented keys, dates as ISO strings."""
        found: dict[str, Any] = plain(self)
        return found

    def _table(self, part: str) -> pl.DataFrame:
        """`groups`: one row per group, with what the figures rest on (as-of day, vintage, notes, ...) in each row."""
        if part == "new_entrants":
            return rows_of(NewEntrant, self.new_entrants)
        rows = [_flat(group) for group in self.groups]
        frame = pl.DataFrame(rows, infer_schema_length=None)
        # A column of nothing but nulls has no type of its own.
        wide = {
            "analogues": pl.String,
            "deaths_last_3m": pl.Int64,
            "deaths_last_12m": pl.Int64,
            "p_deaths25_previous": pl.Float64,
            "rank_new_risk": pl.Int64,
            "rank_ongoing": pl.Int64,
        } | {
            f"record_{target}_{what}": dtype
            for target in ("deaths25", "mass_casualty")
            for what, dtype in (("n", pl.Int64), ("share", pl.Float64))
        }
        return frame.cast({name: dtype for name, dtype in wide.items() if name in frame.columns}).with_columns(
            pl.lit(self.as_of).alias("as_of"),
            pl.lit(self.data_until).alias("data_until"),
            pl.lit(self.horizon_months, pl.Int32).alias("horizon_months"),
            pl.lit(self.vintage).alias("vintage"),
            pl.lit(self.model).alias("model"),
            pl.lit(self.tree_share_deaths25).alias("tree_share_deaths25"),
            pl.lit(self.tree_share_mass_casualty).alias("tree_share_mass_casualty"),
            pl.lit(self.wording).alias("wording"),
            pl.lit(self.language).alias("language"),
            pl.lit(self.as_of_mode).alias("as_of_mode"),
            pl.lit(self.theatre, pl.String).alias("theatre_asked"),
            pl.lit(self.lag_days, pl.Int32).alias("lag_days"),
            pl.lit(self.licence).alias("licence"),
            pl.lit(self.citation).alias("citation"),
            pl.lit(" ".join(self.notes)).alias("notes"),
            pl.lit(self.record, pl.String).alias("record"),
        )


def plain(value: Any) -> Any:
    """Dataclasses as objects, sequences as lists, days as ISO strings, numbers that JSON has no word for as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not isfinite(value) else value


def _flat(group: GroupAssessment) -> dict[str, Any]:
    """One row of a table: what has parts of its own as one text."""
    texts = {
        f"drivers_{target}": "; ".join(f"{d.theme} x{d.odds:.3g}" for d in getattr(group, f"drivers_{target}"))
        for target in ("deaths25", "mass_casualty")
    }
    found = group.analogues
    alike = "; ".join(f"{case.group} {case.month:%Y-%m}" for case in found.nearest) if found else None
    parts = {"confidence_reasons": " ".join(group.confidence_reasons), "analogues": alike}
    return {f.name: getattr(group, f.name) for f in fields(group)} | texts | parts
