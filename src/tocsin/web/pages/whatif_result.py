"""What the result of a what-if run shows: a scenario, not a forecast, with all that it rests on."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

from tocsin.report.whatif_verdicts import choices_key, conclusions_key
from tocsin.report.whatif_words import (
    capital,
    conclusions_for,
    data_words,
    horizons_of,
    outcome_words,
    run_words,
    variants_line,
)
from tocsin.web.chart import Chart
from tocsin.web.links import Links
from tocsin.web.pages import whatif_charts as charts
from tocsin.web.pages import whatif_tables as tables
from tocsin.web.pages.whatif_form import Form
from tocsin.whatif.check.report import check
from tocsin.whatif.comparison.conclusions import reference_words
from tocsin.whatif.comparison.result import Comparison


def result_of(comparison: Comparison, form: Form, links: Links) -> dict[str, Any]:
    """The parts of the result in the order in which they are shown, for the outcome and the horizon of the form."""
    outcome, horizon, set_by_you = form.outcome, form.months, {name for name, _, _ in form.changes}
    looked = comparison.trajectories > 0
    conclusions = conclusions_for(comparison, outcome, horizon)
    flips = [row for row in comparison.flips if (row.outcome, row.horizon) == (outcome, horizon)]
    numbers = check(comparison.scenario).numbers
    strength = charts.strength(comparison)
    decisive = charts.decisive(comparison, outcome, horizon, set_by_you)

    def told(chart: Chart) -> Chart:
        """A drawing that leaves the page says which numbers are not the scenario's."""
        return replace(chart, source=f"{chart.source} {capital(form.set_by_you)}.") if set_by_you else chart

    return {
        "data_words": capital(data_words(comparison.scenario)),
        "run_words": capital(run_words(comparison)),
        "outcome_words": outcome_words(outcome),
        "horizon": horizon,
        "reference": reference_words(comparison.scenario),
        "outcome_links": [
            (capital(outcome_words(name)), name == outcome, links.to("whatif", **_with(form, outcome=name)))
            for name in form.outcomes
        ],
        "horizon_links": [
            (f"{months} months", months == horizon, links.to("whatif", **_with(form, months=str(months))))
            for months in horizons_of(comparison)
        ],
        "verdicts": tables.verdicts(comparison, outcome, horizon),
        "verdicts_key": tuple(map(capital, conclusions_key(comparison, conclusions, looked=looked))),
        "sentences": tuple(row.text for row in conclusions),
        "differences": told(charts.differences(comparison, outcome)),
        "by_month": told(charts.by_month(comparison, outcome)),
        "strength": strength and told(strength),
        "options": tables.options(comparison, horizon),
        "best": told(charts.best(comparison, outcome, horizon)),
        "regret": tables.regret(comparison, outcome, horizon),
        "best_key": choices_key(comparison, outcome, horizon, column=tables.SHARE_OF_POINTS),
        "looked": looked,
        "decisive": decisive and told(decisive),
        "flips": any(row.limits for row in flips),
        "without": tables.without(comparison, outcome),
        "with_sensitivity": links.to("whatif", **_with(form, sensitivity="1")),
        "evidence": tables.evidence(numbers, set_by_you),
        "changes": tuple(number for mechanism in form.mechanisms for number in mechanism.numbers if number.changed),
        "off": tuple(m for m in form.mechanisms if m.off),
        "skipped": tuple(option.title for option in form.options if option.skipped),
        "variants": variants_line(comparison.variants),
        "notes": _notes(comparison),
        "command": command_of(form),
    }


def command_of(form: Form) -> str:
    """The command that gives the same result; with numbers set anew it needs the scenario's file of the downloads."""
    source = "scenario.toml" if form.changes else form.scenario.name
    kept = [option.name for option in form.options if not option.skipped]
    chosen = len(kept) < len(form.options)
    words = ["tocsin", "whatif", "compare" if chosen else "run", source]
    words += ["--options", ",".join(kept)] if chosen else []
    words += ["--draws", form.draws, "--seed", form.seed]
    if not form.changes:
        words += [word for name in form.off for word in ("--off", name)]
    words += [] if form.sensitivity else ["--no-sensitivity"]
    return shlex.join(words)


def _with(form: Form, **changes: str) -> dict[str, str]:
    """The address of the same run with something else shown, or looked into."""
    found = {**form.parameters(run=True), **changes}
    return {name: value for name, value in found.items() if value}


def _notes(comparison: Comparison) -> tuple[str, ...]:
    """What must be said beside the figures, but for what the foot of the page says of every scenario."""
    foot = set(comparison.scenario.notes)
    return tuple(note for note in comparison.notes() if note not in foot)
