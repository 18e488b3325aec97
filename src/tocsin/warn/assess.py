"""The assessment: every group's probabilities with interval, base rate, expected deaths, level, at an as-of day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.countries import region_of
from tocsin.digest import Digest, load_digest, packaged_digest
from tocsin.errors import InputError, NotHeldError
from tocsin.forecast.cache import fit_or_load
from tocsin.forecast.risk import MODEL_VERSION, TARGETS, RiskModel, Target, mean_raw, pace_of
from tocsin.forecast.severity import deaths_ahead
from tocsin.groups.theatres import Theatre, resolve_theatre
from tocsin.months import last_day, last_known_month, month_label
from tocsin.panel import Panel, build_panel, feature_array
from tocsin.settings import Settings, load_settings
from tocsin.warn.headline import headline
from tocsin.warn.levels import LEVELS, Level, resurgent, view_levels

View = Literal["new_risk", "ongoing", "mass_casualty"]
VIEWS: tuple[View, ...] = ("new_risk", "ongoing", "mass_casualty")
HORIZONS = (3, 6, 12)
SPARK_MONTHS = 24
DEATHS_NOTE = "Deaths of a group are best estimates over all events with the group as a side, its own dead included."
SELECTION_NOTE = (
    "UCDP lists a group's early small events because it, or its dyad, later passed 25 deaths in a year; figures for "
    "groups that never crossed before are conditional on that and look better than they are."
)


@dataclass(frozen=True)
class GroupAssessment:
    """One group's line. Probabilities are of the horizon after the as-of day; `low` and `high` bound 90% intervals of
    a probability's estimate, and 80% of the draws of expected deaths. `recent_deaths` are the last 24 months'."""

    group: str
    actor: str
    theatre: str
    list: Literal["new_risk", "ongoing"]
    previously_crossed: bool
    resurgent: bool
    level: Level
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


@dataclass(frozen=True)
class Assessment:
    """Every seen group's line at an as-of day, with what a reader must know to weigh it."""

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
    headline: str
    notes: tuple[str, ...]
    groups: tuple[GroupAssessment, ...]

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
        raw = asdict(self)
        raw["as_of"], raw["data_until"] = self.as_of.isoformat(), self.data_until.isoformat()
        raw["notes"] = list(self.notes)
        for group in raw["groups"]:
            group["recent_deaths"] = list(group["recent_deaths"])
        raw["groups"] = list(raw["groups"])
        return raw

    def to_polars(self) -> pl.DataFrame:
        """One row per group, with the as-of day, horizon, vintage, model, licence and citation in each row."""
        frame = pl.DataFrame([asdict(group) for group in self.groups], infer_schema_length=None)
        # A column of nothing but nulls has no type of its own.
        wide = {"p_deaths25_previous": pl.Float64, "rank_new_risk": pl.Int64, "rank_ongoing": pl.Int64}
        return frame.cast({name: dtype for name, dtype in wide.items() if name in frame.columns}).with_columns(
            pl.lit(self.as_of).alias("as_of"),
            pl.lit(self.data_until).alias("data_until"),
            pl.lit(self.horizon_months, pl.Int32).alias("horizon_months"),
            pl.lit(self.vintage).alias("vintage"),
            pl.lit(self.model).alias("model"),
            pl.lit(self.licence).alias("licence"),
            pl.lit(self.citation).alias("citation"),
        )


def assess(
    *,
    as_of: date | None = None,
    theatre: str | None = None,
    horizon: int = 6,
    settings: Settings | None = None,
    progress: Callable[[str], None] | None = None,
) -> Assessment:
    """Assess every group seen by the as-of day (default: the end of the data), or those of one theatre.

    `horizon` is 3, 6 or 12 months. Only figures known on `as_of` are used; the model is fitted on those known at the
    end of the year before (at the year's end itself, of that year), so that a change from month to month is the
    situation's, not the model's. Raises `InputError` for an option that cannot be, `NotHeldError` for a day or theatre
    without figures.
    """
    settings = settings or load_settings()
    if horizon not in HORIZONS:
        raise InputError(f"a horizon is 3, 6 or 12 months, got {horizon}")
    if as_of is not None:
        try:
            last_known_month(as_of, lag_days=settings.lag_days)
        except OverflowError:
            raise InputError(f"no figures can be held for {as_of}: give a day near those of the data") from None
    world = load_digest(settings, as_of=as_of)
    end = last_day(world.provenance.last_month)
    if as_of is not None and last_known_month(as_of, lag_days=settings.lag_days) > world.provenance.last_month:
        raise InputError(
            f"the figures held end on {end}, so nothing can be said as of {as_of}. Hint: --as-of {end}, or import a "
            "newer release with 'tocsin data import FILE'"
        )
    month = world.provenance.last_month
    where = resolve_theatre(theatre, settings) if theatre else None
    panel = build_panel(world)
    shown, view = _panel_shown(panel, world, where)
    training, training_note = _training_panel(panel, settings, as_of)
    fit_month = fit_month_for(month)

    cached: dict[str, NDArray[np.float32]] = {}

    def training_features() -> NDArray[np.float32]:
        if "training" not in cached:
            cached["training"] = feature_array(training)
        return cached["training"]

    models = {
        target: fit_or_load(
            settings.home / "cache" / "models",
            training,
            training_features,
            target=target,
            horizon=horizon,
            month=min(fit_month, training.last_month),
            progress=progress,
        )
        for target in TARGETS
    }
    features = training_features() if shown is training and cached else feature_array(shown)
    lines = _lines(shown, features, models, settings)
    if view is not None:
        # Levels go by rank in the world: the view's groups take part in it in place of their countries' own.
        lines = [line for line in lines if line.theatre == view.name]
        if not lines:
            raise NotHeldError(f"no group with a recorded death in {view.name} by {end}")
    provenance = world.provenance
    assessment = Assessment(
        as_of=as_of or end,
        as_of_mode=settings.as_of_mode,
        lag_days=settings.lag_days,
        data_until=end,
        horizon_months=horizon,
        theatre=view.name if view else None,
        vintage=provenance.vintage,
        licence=provenance.licence,
        citation=provenance.citation,
        model=f"{MODEL_VERSION}, fitted on figures to {month_label(models['deaths25'].month)}",
        headline="",
        notes=(
            f"Figures: {provenance.place_precision}, to {end}.",
            *provenance.notes,
            DEATHS_NOTE,
            SELECTION_NOTE,
            *training_note,
        ),
        groups=tuple(lines),
    )
    return replace(assessment, headline=headline(assessment))


def fit_month_for(month: int) -> int:
    """The month the model is fitted at: the last December up to and including `month`."""
    return month - month % 12


def _panel_shown(panel: Panel, world: Digest, where: Theatre | None) -> tuple[Panel, Theatre | None]:
    if where is None or len(where.countries) == 1:
        return panel, where
    merged = world.seen_as(where.name, where.countries)
    return build_panel(merged, regions={where.name: region_of(where.countries[0])}), where


def _training_panel(panel: Panel, settings: Settings, as_of: date | None) -> tuple[Panel, tuple[str, ...]]:
    """The world's panel to learn from: the user's own where it covers the world, else the packaged one."""
    if panel.provenance.covers_world:
        return panel, ()
    if settings.as_of_mode == "strict":
        raise NotHeldError(
            "in strict mode the model learns from the releases held, and these cover single countries only. Hint: "
            "import a release that covers the world, or use --as-of-mode reconstructed"
        )
    packaged = packaged_digest()
    month = min(panel.last_month, packaged.provenance.last_month)
    note = (
        f"The releases held do not cover the world, so the model learned from the packaged figures "
        f"({packaged.provenance.vintage}, located events only) and is applied to yours."
    )
    return build_panel(packaged.up_to(month)), (note,)


def _lines(
    panel: Panel,
    features: NDArray[np.float32],
    models: dict[Target, RiskModel],
    settings: Settings,
) -> list[GroupAssessment]:
    now, before = panel.n_months - 1, panel.n_months - 2
    seen = np.flatnonzero(panel.seen[:, now])
    ongoing = panel.ongoing[seen, now]
    p = {target: model.predict(features[seen, now], ongoing) for target, model in models.items()}
    base = {target: np.where(ongoing, model.base_rates[1], model.base_rates[0]) for target, model in models.items()}
    previous = np.full(len(seen), np.nan)
    if before >= 0:
        known = panel.seen[seen, before]
        previous[known] = models["deaths25"].predict(features[seen[known], before], panel.ongoing[seen[known], before])[
            0
        ]
    last_12 = panel.trailing_deaths(12)[seen, now]
    last_3 = panel.trailing_deaths(3)[seen, now]
    ahead = deaths_ahead(
        models["deaths25"].cases,
        mean_raw(models["deaths25"], features[seen, now]),
        p["deaths25"][0],
        ongoing,
        pace_of(panel)[seen, now],
    )
    everyone = np.ones(len(seen), bool)
    budgets = {"watch_budget": settings.watch_budget, "warning_budget": settings.warning_budget}
    level = np.maximum(
        view_levels(p["deaths25"][0], base["deaths25"], ~ongoing, **budgets),
        view_levels(p["mass_casualty"][0], base["mass_casualty"], everyone, **budgets),
    )
    ranks = {
        "new_risk": _ranks(p["deaths25"][0], ~ongoing),
        "ongoing": _ranks(ahead.expected, ongoing),
        "mass_casualty": _ranks(p["mass_casualty"][0], everyone),
    }
    back = resurgent(panel.deaths[seen])
    recent = panel.deaths[seen, max(0, panel.n_months - SPARK_MONTHS) :]
    lines = [
        GroupAssessment(
            group=panel.groups[g],
            actor=panel.actors[g],
            theatre=panel.theatres[g],
            list="ongoing" if ongoing[i] else "new_risk",
            previously_crossed=bool(panel.crossed_before[g, now]),
            resurgent=bool(back[i]),
            level=LEVELS[level[i]],
            p_deaths25=float(p["deaths25"][0, i]),
            p_deaths25_low=float(p["deaths25"][1, i]),
            p_deaths25_high=float(p["deaths25"][2, i]),
            base_rate_deaths25=float(base["deaths25"][i]),
            p_mass_casualty=float(p["mass_casualty"][0, i]),
            p_mass_casualty_low=float(p["mass_casualty"][1, i]),
            p_mass_casualty_high=float(p["mass_casualty"][2, i]),
            base_rate_mass_casualty=float(base["mass_casualty"][i]),
            expected_deaths=float(ahead.expected[i]),
            expected_deaths_low=float(ahead.low[i]),
            expected_deaths_high=float(ahead.high[i]),
            deaths_last_3m=int(last_3[i]),
            deaths_last_12m=int(last_12[i]),
            p_deaths25_previous=None if np.isnan(previous[i]) else float(previous[i]),
            rank_new_risk=None if ongoing[i] else int(ranks["new_risk"][i]),
            rank_ongoing=int(ranks["ongoing"][i]) if ongoing[i] else None,
            rank_mass_casualty=int(ranks["mass_casualty"][i]),
            recent_deaths=tuple(recent[i].tolist()),
        )
        for i, g in enumerate(seen)
    ]
    return sorted(lines, key=lambda line: (line.list, line.rank_new_risk or 0, line.rank_ongoing or 0))


def _ranks(value: NDArray[np.float64], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rank from 1, the highest first, among the marked groups; 0 for the others."""
    rank = np.zeros(len(value), np.int64)
    listed = np.flatnonzero(among)
    rank[listed[np.argsort(-value[listed], kind="stable")]] = np.arange(1, len(listed) + 1)
    return rank
