"""The assessment: every group's probabilities with interval, base rate, expected deaths, level, at an as-of day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin.countries import region_of
from tocsin.digest import Digest, load_digest, packaged_digest
from tocsin.digest.load import PACKAGED_PUBLISHED
from tocsin.errors import InputError, NotHeldError
from tocsin.forecast.cache import counts_or_load, newcomers_or_load, risk_or_load
from tocsin.forecast.counts import CountModel
from tocsin.forecast.deaths_ahead import deaths_ahead
from tocsin.forecast.model import HORIZONS, TARGETS, Target
from tocsin.forecast.newcomers import HORIZON as NEWCOMER_HORIZON
from tocsin.forecast.risk import MODEL_VERSION, RiskModel
from tocsin.forecast.trees import count_forecast
from tocsin.groups.theatres import Theatre, resolve_theatre
from tocsin.months import last_day, last_known_month, month_id, month_label
from tocsin.panel import History, Panel, build_panel
from tocsin.settings import Settings, load_settings
from tocsin.warn import confidence
from tocsin.warn.assessment import Assessment, GroupAssessment, NewEntrant
from tocsin.warn.headline import headline, shown
from tocsin.warn.levels import LEVELS, resurgent, view_levels
from tocsin.warn.record import Record, packaged_record
from tocsin.warn.wording import load_wording

SPARK_MONTHS = 24
DEATHS_DRAWS = 1000
LEAST_MONTHS_SHOWN = 12
OUTCOME_WORDS: dict[Target, str] = {"deaths25": "25 deaths or more", "mass_casualty": "a mass-casualty attack"}
LONG_HISTORY_MONTHS = 60
LEAST_MONTHS = 120  # months of the world's figures to learn from; with fewer the packaged figures do better
DEATHS_NOTE = "Deaths of a group are best estimates over all events with the group as a side, its own dead included."
SELECTION_NOTE = (
    "UCDP lists a group's early small events because it, or its dyad, later passed 25 deaths in a year; figures for "
    "groups that never crossed before are conditional on that and look better than they are."
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
    if as_of is None and settings.as_of_mode == "strict":
        raise InputError("strict mode asks what was published by a day, so it needs one. Hint: --as-of YYYY-MM-DD")
    load_wording(settings.wording, settings.language)  # what cannot be is said before anything is fitted
    world = load_digest(settings, as_of=as_of)
    end = last_day(world.provenance.last_month)
    reach_note = _reach_note(as_of, end, settings)
    month = world.provenance.last_month
    where = resolve_theatre(theatre, settings) if theatre else None
    panel = build_panel(world)
    if panel.n_months < LEAST_MONTHS_SHOWN:
        raise NotHeldError(
            f"the figures held begin in {month_label(panel.first_month)}, too late to say which groups had 25 deaths "
            f"in the 12 months up to {end}. Hint: import a yearly release as well"
        )
    shown, view = _panel_shown(panel, world, where)
    if view is not None and not shown.seen[[theatre == view.name for theatre in shown.theatres], -1].any():
        raise NotHeldError(f"no group with a recorded death in {view.name} by {end}")
    training, training_note = _training_panel(panel, settings, as_of)
    learned = History(training)
    past = learned.up_to(min(fit_month_for(month), training.last_month))
    kept = settings.home / "cache" / "models"
    models = {target: risk_or_load(kept, past, target, progress=progress) for target in TARGETS}
    counts = counts_or_load(kept, past)
    history = learned if shown is training else History(shown)
    record = _record(month, horizon, settings, as_of)
    lines = _lines(history, models, counts, horizon, settings, record)
    entrants = _new_entrants(kept, past, history, view) if world.provenance.covers_world else ()
    if view is not None:
        # Levels go by rank in the world: the view's groups take part in it in place of their countries' own.
        lines = [line for line in lines if line.theatre == view.name]
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
        wording=settings.wording,
        language=settings.language,
        headline="",
        notes=(
            f"Figures: {provenance.place_precision}, to {end}.",
            *provenance.notes,
            DEATHS_NOTE,
            SELECTION_NOTE,
            confidence.CAVEAT,
            *training_note,
            *_scope_notes(panel, view),
            *reach_note,
        ),
        groups=tuple(lines),
        new_entrants=entrants,
        record=(
            f"replay of {record.model}, origins {record.span}, groups in single countries, located events of "
            f"{record.vintage}"
            if record.rows
            else None
        ),
    )
    return replace(assessment, headline=headline(assessment))


def _scope_notes(panel: Panel, view: Theatre | None) -> tuple[str, ...]:
    """What the lists, ranks and base rates are of, where that is not the obvious thing."""
    notes = []
    if not panel.provenance.covers_world:
        notes.append("The chance of new groups is left out: it needs the figures of the whole world.")
        notes.append(
            "Ranks and levels are among the countries held, not the world; base rates are those of the world's groups."
        )
    if panel.n_months < LONG_HISTORY_MONTHS:
        notes.append(
            f"Nothing from before {month_label(panel.first_month)} is held, so that earlier crossings, peaks and "
            "declines are not known."
        )
    if view is not None and len(view.countries) > 1:
        notes.append(
            f"{view.name} is {len(view.countries)} countries seen as one theatre ({', '.join(view.countries)}); model "
            "and base rates are of groups in single countries, so probabilities and levels come out higher here."
        )
    return tuple(notes)


def _reach_note(as_of: date | None, end: date, settings: Settings) -> tuple[str, ...]:
    """What to say where the figures end before the as-of day; refuses where newer ones should be had instead.

    In strict mode it is the very point that the releases of that day reach no further.
    """
    if as_of is None or last_known_month(as_of, lag_days=settings.lag_days) <= month_id(end):
        return ()
    if settings.as_of_mode == "strict":
        return (f"The releases published by {as_of} end on {end}: the horizon is counted from that day.",)
    raise InputError(
        f"the figures held end on {end}, so nothing can be said as of {as_of}. Hint: --as-of {end}, or import a newer "
        "release with 'tocsin data import FILE'"
    )


def fit_month_for(month: int) -> int:
    """The month the model is fitted at: the last December up to and including `month`."""
    return month - month % 12


def _panel_shown(panel: Panel, world: Digest, where: Theatre | None) -> tuple[Panel, Theatre | None]:
    if where is None or not where.is_view:
        return panel, where
    merged = world.seen_as(where.name, where.countries)
    return build_panel(merged, regions={where.name: region_of(where.countries[0])}), where


def _training_panel(panel: Panel, settings: Settings, as_of: date | None) -> tuple[Panel, tuple[str, ...]]:
    """The panel to learn from: the user's own where it covers the world for ten years, else the packaged one."""
    if panel.provenance.covers_world and panel.n_months >= LEAST_MONTHS:
        return panel, ()
    if settings.as_of_mode == "strict" and as_of is not None and as_of < PACKAGED_PUBLISHED:
        raise NotHeldError(
            "the releases held do not cover the world for ten years, and the packaged figures the model would learn "
            f"from were not published before {PACKAGED_PUBLISHED}. Hint: import a yearly release of the whole world, "
            "or use --as-of-mode reconstructed"
        )
    packaged = packaged_digest()
    month = min(panel.last_month, packaged.provenance.last_month)
    note = (
        "The releases held do not cover the world for ten years, so the model learned from the packaged figures "
        f"({packaged.provenance.vintage}, located events only) and is applied to yours."
    )
    return build_panel(packaged.up_to(month)), (note,)


def _record(month: int, horizon: int, settings: Settings, as_of: date | None) -> Record:
    """The packaged record as far as it was known; nothing of it in strict mode before its figures were published."""
    strict = settings.as_of_mode == "strict" and as_of is not None and as_of < PACKAGED_PUBLISHED
    return packaged_record().known_by(0 if strict else month, horizon)


def _new_entrants(kept: Path, past: History, history: History, view: Theatre | None) -> tuple[NewEntrant, ...]:
    try:
        model = newcomers_or_load(kept, past)
    except NotHeldError:  # no group ever came anew in these figures: nothing to say, and no reason to say nothing else
        return ()
    theatres, p = model.predict(history)
    found = [
        NewEntrant(theatre, NEWCOMER_HORIZON, float(p[0, k]), float(p[1, k]), float(p[2, k]), model.base_rate)
        for k, theatre in enumerate(theatres)
        if view is None or theatre == view.name
    ]
    return tuple(sorted(found, key=lambda entrant: (-entrant.p_new_group, entrant.theatre)))


def _lines(
    history: History,
    models: dict[Target, RiskModel],
    counts: CountModel,
    horizon: int,
    settings: Settings,
    record: Record,
) -> list[GroupAssessment]:
    panel = history.panel
    now, before = panel.n_months - 1, panel.n_months - 2
    seen = np.flatnonzero(panel.seen[:, now])
    ongoing = panel.ongoing[seen, now]
    p = {target: model.predict(history, horizon)[:, seen] for target, model in models.items()}
    rates = {target: model.at(horizon).base_rates for target, model in models.items()}
    base = {target: np.where(ongoing, old, new) for target, (new, old) in rates.items()}
    previous = np.full(len(seen), np.nan)
    if before >= 0:
        known = panel.seen[seen, before]
        earlier = history.up_to(panel.last_month - 1)
        there = np.searchsorted(panel.rows_by(earlier.month), seen[known])
        previous[known] = models["deaths25"].predict(earlier, horizon)[0][there]
    last_12 = panel.trailing_deaths(12)[seen, now]
    last_3 = panel.trailing_deaths(3)[seen, now]
    # The draws' seed is the month alone: the same question gets the same answer.
    rng = np.random.default_rng([history.month, DEATHS_DRAWS])
    draws = count_forecast("trees", counts, history, draws=DEATHS_DRAWS, rng=rng, steps=horizon, stratified=True)
    ahead = deaths_ahead(draws.totals(horizon)[seen], p["deaths25"][0])
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
    listed = np.where(ongoing, "ongoing", "new_risk").tolist()

    def came(target: Target, i: int) -> tuple[int | None, float | None]:
        found = record.of(float(p[target][0, i]), target=target, horizon=horizon, list=listed[i])
        return (found.n, found.share) if found else (None, None)

    first_seen = panel.seen[seen].argmax(axis=1)

    def weighed(target: Target, i: int, n: int | None) -> confidence.Weighed:
        low, high = (float(bound) for bound in p[target][1:, i])
        return confidence.weigh(
            OUTCOME_WORDS[target], low=low, high=high, record_n=n, horizon=horizon, months_seen=int(now - first_seen[i])
        )

    came_deaths25, came_mass_casualty = ([came(target, i) for i in range(len(seen))] for target in TARGETS)
    sure_deaths25 = [weighed("deaths25", i, n) for i, (n, _) in enumerate(came_deaths25)]
    sure_mass_casualty = [weighed("mass_casualty", i, n) for i, (n, _) in enumerate(came_mass_casualty)]
    words = load_wording(settings.wording, settings.language).words
    lines = [
        GroupAssessment(
            group=panel.groups[g],
            actor=panel.actors[g],
            theatre=panel.theatres[g],
            list=listed[i],
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
            record_deaths25_n=came_deaths25[i][0],
            record_deaths25_share=came_deaths25[i][1],
            record_mass_casualty_n=came_mass_casualty[i][0],
            record_mass_casualty_share=came_mass_casualty[i][1],
            words_deaths25=words(shown(float(p["deaths25"][0, i]))),
            words_mass_casualty=words(shown(float(p["mass_casualty"][0, i]))),
            confidence=confidence.lower(sure_deaths25[i].confidence, sure_mass_casualty[i].confidence),
            confidence_deaths25=sure_deaths25[i].confidence,
            confidence_mass_casualty=sure_mass_casualty[i].confidence,
            # What both weigh alike, the time in the figures, is said once.
            confidence_reasons=tuple(dict.fromkeys((*sure_deaths25[i].reasons, *sure_mass_casualty[i].reasons))),
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
