"""What a reader of a replay must know, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tocsin import __version__
from tocsin.digest.load import PACKAGED_SOURCE
from tocsin.forecast.model import HORIZONS
from tocsin.months import last_day, month_label
from tocsin.panel import Panel
from tocsin.replay.calibration import HORIZON, ReliabilityRow
from tocsin.replay.leads import ALERT_HORIZON, ALERTS, LEAD_HORIZON
from tocsin.replay.plan import Plan
from tocsin.replay.summary import BLOCK_MONTHS, LOG_SCORE_FLOOR
from tocsin.warn.assess import DEATHS_NOTE, SELECTION_NOTE

_LEADS = (
    f"Lead times: {ALERTS} alerts a month among groups at new risk, by the chance of 25 deaths within {ALERT_HORIZON} "
    f"months; a hit is an alert in the {LEAD_HORIZON} months before a group emerges."
)
TARGET_WORDS = {"deaths25": "25 deaths or more", "mass_casualty": "a mass-casualty attack", "deaths": "monthly deaths"}


def notes_of(
    cells: pl.DataFrame, plan: Plan, truth: Panel, models: Mapping[str, str], delays: Mapping[str, int] | None = None
) -> tuple[str, ...]:
    """The notes of a replay, the figures' own first.

    `models` has the version of each model; `delays`, of a lagged replay, how many origins go by delays of each ground.
    """
    provenance = truth.provenance
    notes = [f"Figures: {provenance.place_precision}, to {last_day(truth.last_month)}.", *provenance.notes]
    if plan.unit == "group":
        notes += [DEATHS_NOTE, *([SELECTION_NOTE] if provenance.source == PACKAGED_SOURCE else [])]
    if plan.as_of_mode == "strict":
        notes.append(f"Each origin saw the releases published by then; what came is told by {provenance.vintage}.")
    if plan.as_of_mode == "lagged":
        notes.append(
            "Each origin saw the releases published by then and, where they say nothing, the events of the newest one "
            f"as they would have come in by an estimated delay; what came is told by {provenance.vintage}."
        )
        if delays is not None:
            notes.append(_delays_note(delays, len(plan.origins)))
    if plan.lag_days:
        notes.append(f"An event counted as known {plan.lag_days} days after it happened.")
    if cells.filter(pl.col("known_until") != pl.col("origin")).height:
        notes.append("Horizons count from the last month that was known whole at the origin.")
    held = ", ".join(
        f"{cells.filter(pl.col(f'deaths|{h}').is_not_null())['origin'].n_unique()} within {h} months" for h in HORIZONS
    )
    notes += [
        f"Origins {month_label(plan.first)} to {month_label(plan.last)}; those with all months in the figures: {held}.",
        f"Standard errors are over origins, those less than {BLOCK_MONTHS} months apart taken as dependent; there is "
        "none where the origins make fewer than about two such blocks.",
        f"Scores of samples are means over the months up to the horizon; ignorance and log score go by {plan.draws:,} "
        "draws and compare only with the same number.",
        f"For log scores a probability is held within {LOG_SCORE_FLOOR:g} and {1 - LOG_SCORE_FLOOR:g}.",
        "coverage90 is to be read beside coverage90_expected: on counts an honest 90% interval covers more.",
        *([_LEADS] if plan.unit == "group" else []),
        f"Models: {', '.join(f'{name} ({version})' for name, version in models.items())}; tocsin {__version__}.",
    ]
    return tuple(notes)


def _delays_note(delays: Mapping[str, int], origins: int) -> str:
    """What the delays of the origins rest on: whether a day could have known them, or they are guesses."""
    said = {
        "then": "by delays estimated from releases published by then",
        "later": "by delays estimated from releases that came out after the origin, or after its models were fitted: a "
        "reconstruction, which no day could have known",
        "assumed": "by assumed delays, since too few events can be compared",
    }
    told = [f"{delays[ground]} {words}" for ground, words in said.items() if delays[ground]]
    return f"Of {origins} origin{'' if origins == 1 else 's'}: {'; '.join(told)}."


def alt_text(rows: Sequence[ReliabilityRow], plan: Plan) -> str:
    """The reliability figure in words: for each panel, the highest class and what came of it."""
    whole = "all" if plan.unit == "country" else "seen"
    parts = []
    for target in dict.fromkeys(row.target for row in rows):
        for model in dict.fromkeys(row.model for row in rows):
            top = [r for r in rows if (r.target, r.model, r.population) == (target, model, whole)]
            if top:
                r = top[-1]
                parts.append(
                    f"{model}, {TARGET_WORDS[target]}: {len(top)} classes of probability; in the highest, a mean "
                    f"forecast of {r.mean_p:.0%} and {r.observed:.0%} of {r.count:,} cells happened"
                )
    if not parts:
        return "No model of this replay gives probabilities."
    head = f"Forecast probability within {HORIZON} months against the share that happened, one panel a model and target"
    return f"{head}. {'. '.join(parts)}."
