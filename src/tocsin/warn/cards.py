"""An assessment and an explanation as notebooks show them."""

from __future__ import annotations

from tocsin.results import Card, CardTable
from tocsin.results.notebook import Cell, share
from tocsin.warn.assessment import Assessment, GroupAssessment
from tocsin.warn.explanation import Explanation

DEATHS25, MASS_CASUALTY = "P(25 deaths or more)", "P(mass-casualty attack)"


def assessment_card(made: Assessment) -> Card:
    """The headline and the top of each view."""
    return Card(
        made.comes_from.what,
        made.headline,
        (
            _view(made, "new_risk", "New risk, by the probability of 25 deaths or more"),
            _view(made, "ongoing", "Ongoing, by expected deaths"),
            _view(made, "mass_casualty", "Mass-casualty attacks, both lists"),
        ),
        made.notes,
    )


def explanation_card(made: Explanation) -> Card:
    """The group's probabilities, what moves them, and the months ahead."""
    line = made.line
    chances = [
        (DEATHS25, *_chance(line, "deaths25"), line.words_deaths25, share(line.record_deaths25_share)),
        (
            MASS_CASUALTY,
            *_chance(line, "mass_casualty"),
            line.words_mass_casualty,
            share(line.record_mass_casualty_share),
        ),
    ]
    columns = ("", "probability", "90% interval", "base rate", "in words", "came true in the replay")
    driven = [
        (what, driver.theme, f"x{driver.odds:.3g}", " ".join(driver.facts))
        for what, drivers in ((DEATHS25, line.drivers_deaths25), (MASS_CASUALTY, line.drivers_mass_casualty))
        for driver in drivers[:3]
    ]
    ahead = [(f"{m.month:%Y-%m}", m.expected, f"{m.low:.3g} to {m.high:.3g}", m.baseline) for m in made.ahead]
    return Card(
        line.group,
        line.level_sentence,
        (
            CardTable(f"Within {made.assessment.horizon_months} months", columns, chances),
            CardTable(
                "What moves the odds, against the average group of its list", ("of", "theme", "odds", ""), driven
            ),
            CardTable("Deaths ahead", ("month", "expected", "80% interval", "mean of the last 12 months"), ahead),
        ),
        made.assessment.notes,
    )


def _view(made: Assessment, name: str, caption: str) -> CardTable:
    lines = made.view(name)  # type: ignore[arg-type]
    if name == "ongoing":
        columns = ("group", "level", "expected deaths", "80% interval", "deaths last 12 months")
        rows: list[tuple[Cell, ...]] = [
            (g.group, g.level, g.expected_deaths, _range(g), g.deaths_last_12m) for g in lines
        ]
        return CardTable(caption, columns, rows)
    target = "deaths25" if name == "new_risk" else "mass_casualty"
    columns = ("group", "level", "probability", "90% interval", "base rate")
    return CardTable(caption, columns, [(g.group, g.level, *_chance(g, target)) for g in lines])


def _chance(line: GroupAssessment, target: str) -> tuple[str, str, str]:
    p, low, high = (getattr(line, f"p_{target}{end}") for end in ("", "_low", "_high"))
    return share(p), f"{share(low)} to {share(high)}", share(getattr(line, f"base_rate_{target}"))


def _range(line: GroupAssessment) -> str:
    return f"{line.expected_deaths_low:,.0f} to {line.expected_deaths_high:,.0f}"
