"""The assessment: every group's probabilities with interval, base rate, expected deaths, level, at an as-of day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from tocsin.digest import Digest
from tocsin.forecast.risk import MODEL_VERSION
from tocsin.months import month_label
from tocsin.settings import Settings, load_settings
from tocsin.warn import confidence
from tocsin.warn.assessment import Assessment
from tocsin.warn.entrants import new_entrants
from tocsin.warn.headline import headline
from tocsin.warn.lines import group_lines
from tocsin.warn.situation import Situation, check_horizon, load_situation

DEATHS_NOTE = (
    "Deaths of a group are best estimates over all events with the group as a side, its own dead included; summed over "
    "groups, those of a clash count for both its sides."
)
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
    digest: Digest | None = None,
) -> Assessment:
    """Assess every group seen by the as-of day (default: the end of the data), or those of one theatre.

    `horizon` is 3, 6 or 12 months. Only figures known on `as_of`, by the settings' way of reckoning it, are used; the
    model is fitted on those of them up to the end of the year before (at the year's end itself, of that year). In
    `reconstructed` mode they are the same all year, so that a change from month to month is the situation's, not the
    model's; in `strict` and `lagged` they change with each release that comes out and with what comes in late. A replay
    fits on figures as known when that year ended.

    Figures are those of the store, or the packaged ones, unless a `digest` is given (see `tocsin.digest_from`); where
    it is not of the whole world for ten years, the model is that of the packaged figures.

    Raises `InputError` for an option that cannot be, `NotHeldError` for a day or theatre
    without figures.
    """
    check_horizon(horizon)
    situation = load_situation(as_of, theatre, settings or load_settings(), progress, digest)
    return assess_situation(situation, horizon)


def assess_situation(situation: Situation, horizon: int, *, only: str | None = None) -> Assessment:
    """The assessment of a situation; with `only` that of one group: its line alone, its level as headline."""
    models = situation.models
    lines = group_lines(situation, horizon, only=only)
    record = situation.record(horizon)
    provenance, settings = situation.digest.provenance, situation.settings
    end = situation.data_until
    assessment = Assessment(
        as_of=situation.as_of,
        as_of_mode=settings.as_of_mode,
        lag_days=settings.lag_days,
        data_until=end,
        horizon_months=horizon,
        theatre=situation.view.name if situation.view else None,
        vintage=provenance.vintage,
        licence=provenance.licence,
        citation=provenance.citation,
        model=f"{MODEL_VERSION}, fitted on figures to {month_label(models['deaths25'].month)}",
        tree_share_deaths25=1.0 - models["deaths25"].share,
        tree_share_mass_casualty=1.0 - models["mass_casualty"].share,
        wording=settings.wording,
        language=settings.language,
        headline="",
        notes=(
            f"Figures: {provenance.place_precision}, to {end}.",
            *provenance.notes,
            DEATHS_NOTE,
            *([SELECTION_NOTE] if situation.as_replayed else []),
            confidence.CAVEAT,
            *situation.notes,
        ),
        groups=tuple(lines),
        new_entrants=new_entrants(situation) if only is None else (),
        record=(
            f"replay of {record.model}, origins {record.span}, groups in single countries, located events of "
            f"{record.vintage}"
            if record.rows
            else None
        ),
    )
    return replace(assessment, headline=headline(assessment) if only is None else lines[0].level_sentence)
