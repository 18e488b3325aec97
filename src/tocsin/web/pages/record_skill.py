"""Skill on the record page: the headline model beside every baseline and every part of it, by year and overall."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import Any

from tocsin.months import month_words
from tocsin.report.brief.document import Cell, Column, Table
from tocsin.warn.headline import counted
from tocsin.warn.levels import VIEW_WORDS
from tocsin.warn.skill_record import OF_DEATHS, OF_EVENTS, Score, SkillRow, Target, better
from tocsin.web.chart import Chart
from tocsin.web.questions.record import TrackAnswer

LISTS = {"new_risk": "new risk", "ongoing": "ongoing", "seen": "all seen groups"}
SCORES: dict[Score, str] = {
    "average_precision": "average precision",
    "brier": "Brier score",
    "log_score": "log score",
    "crps": "CRPS",
    "crps_log1p": "CRPS of log(1 + deaths)",
}
# What a visitor can choose for outcomes that come or do not; monthly deaths have scores of their own.
CHOICES: tuple[Score, ...] = OF_EVENTS
# Against which a score that is better when smaller is shown, since its size says little by itself.
MEASURES: dict[Target, str] = {"deaths25": "base_rate", "mass_casualty": "base_rate", "deaths": "climatology_12"}
MODELS = {
    "ensemble": ("headline", "the model that assessments are from, stacked of trees and excitation"),
    "recency": ("recency", "a baseline that ranks only, by deaths, the more recent the more they count"),
    "climatology_12": ("last 12 months", "a baseline: the group's own last 12 months come again"),
    "base_rate": ("base rate", "a baseline: the same chance for all groups of a list"),
    "trees": ("trees", "a part of the headline model: boosted trees on what is known of group and theatre"),
    "excitation": ("excitation", "a part of the headline model: events beget events"),
}
PARTS = ("trees", "excitation")
# The rows of one score by year.
Years = dict[int, tuple[SkillRow, ...]]
# Scores that are small by nature are shown a thousand times as large.
THOUSANDFOLD: tuple[Score, ...] = ("brier", "log_score")
TITLES: dict[Target, str] = {
    "deaths25": VIEW_WORDS["deaths25"],
    "mass_casualty": VIEW_WORDS["mass_casualty"],
    "deaths": "deaths of each month",
}


@dataclass(frozen=True)
class SkillPart:
    """What is said of one outcome: a table of all origins, the chart by year, and by each score the years lost."""

    title: str
    anchor: str
    overall: Table
    chart: Chart | None
    verdicts: tuple[str, ...]


def skill_parts(track: TrackAnswer, among: str, score: Score, horizon: int, source: str) -> tuple[SkillPart, ...]:
    """The parts of the outcomes that the record has scores of."""
    chosen: dict[Target, Score] = {"deaths25": score, "mass_casualty": score, "deaths": "crps"}
    return tuple(
        _part(track, target, among, one, horizon, source)
        for target, one in chosen.items()
        if track.skill.overall(target, among)
    )


def _part(track: TrackAnswer, target: Target, among: str, score: Score, horizon: int, source: str) -> SkillPart:
    years = track.skill.years(target, among, score)
    scores = (score, *(one for one in (OF_DEATHS if target == "deaths" else OF_EVENTS) if one != score))
    headline = track.skill.headline
    told = [against_baselines(track.skill.years(target, among, one), headline) for one in scores]
    return SkillPart(
        title=f"{TITLES[target][:1].upper()}{TITLES[target][1:]}",
        anchor=f"skill-{target}",
        overall=_overall(track, target, among, horizon),
        chart=_chart(track, target, among, score, horizon, years, source) if years else None,
        verdicts=tuple(said for said in (*told, against_parts(years, headline)) if said),
    )


def _overall(track: TrackAnswer, target: Target, among: str, horizon: int) -> Table:
    rows = track.skill.overall(target, among)
    scores = OF_DEATHS if target == "deaths" else OF_EVENTS
    at = {(row.model, row.score): row for row in rows}
    models = [model for model in _ordered(track) if any(row.model == model for row in rows)]
    first = rows[0]
    happened = "" if first.positives is None else f", of which it came to {first.positives:,}"
    months = "mean over the months ahead" if target == "deaths" else "within"
    compared = any(row.difference is not None for row in rows)
    below = " Below each score the headline model less this one, with its standard error." if compared else ""
    reach = f"{months} to {horizon}" if target == "deaths" else f"{months} {horizon} months"
    return Table(
        f"Origins {_span(track, first)}, {LISTS[among]}, {reach}: {first.n:,} group-months{happened}.{below}",
        (Column("Model"), *(Column(_head(name), "right") for name in scores)),
        tuple((Cell(_short(model)), *(_score_cell(at.get((model, name))) for name in scores)) for model in models),
    )


def _head(score: Score) -> str:
    words = f"{SCORES[score]}{' × 1,000' if score in THOUSANDFOLD else ''}"
    return f"{words[:1].upper()}{words[1:]} ({'more' if score == 'average_precision' else 'less'} is better)"


def _score_cell(row: SkillRow | None) -> Cell:
    if row is None or row.value is None:
        return Cell("none")
    scale = 1000 if row.score in THOUSANDFOLD else 1
    if row.difference is None or row.difference_se is None:
        return Cell(_figure(scale * row.value))
    return Cell(_figure(scale * row.value), difference(scale * row.difference, scale * row.difference_se))


def against_baselines(years: Years, headline: str) -> str | None:
    """In how many years no baseline did better by a score, and each in which one did; None where there is none."""
    found = _against(years, headline, of_parts=False)
    if not found:
        return None
    lost = [
        f"{year} ({_short(best.model)} {_figure(_shown_value(best))}, headline {_figure(_shown_value(ours))})"
        for year, (ours, best) in found.items()
        if better(best, ours)
    ]
    score = SCORES[next(iter(found.values()))[0].score]
    won = f"{len(found) - len(lost)} of {counted(len(found), 'year')}"
    return f"By {score}: no baseline did better in {won}." + (f" One did in {_listed(lost)}." if lost else "")


def against_parts(years: Years, headline: str) -> str | None:
    """In how many years neither part of the headline model did better alone, and in which one did."""
    found = _against(years, headline, of_parts=True)
    if not found:
        return None
    lost = [f"{year} ({_short(best.model)})" for year, (ours, best) in found.items() if better(best, ours)]
    score = SCORES[next(iter(found.values()))[0].score]
    won = f"{len(found) - len(lost)} of {counted(len(found), 'year')}"
    said = f"Of its own two parts, by {score}: neither alone did better in {won}."
    return said + (f" One did in {_listed(lost)}." if lost else "")


def _against(years: Years, headline: str, *, of_parts: bool) -> dict[int, tuple[SkillRow, SkillRow]]:
    found = {year: _pair(rows, headline, of_parts) for year, rows in years.items()}
    return {year: pair for year, pair in found.items() if pair is not None}


def _pair(rows: tuple[SkillRow, ...], headline: str, of_parts: bool) -> tuple[SkillRow, SkillRow] | None:
    """The headline model's row of a year, and the best of its parts or of the baselines; None where one is missing."""
    ours = next((row for row in rows if row.model == headline and row.value is not None), None)
    others = [r for r in rows if r.model != headline and (r.model in PARTS) == of_parts and r.value is not None]
    if ours is None or not others:
        return None
    best = others[0]
    for row in others[1:]:
        best = row if better(row, best) else best
    return ours, best


def _shown_value(row: SkillRow) -> float:
    return (row.value or 0.0) * (1000 if row.score in THOUSANDFOLD else 1)


def _chart(
    track: TrackAnswer,
    target: Target,
    among: str,
    score: Score,
    horizon: int,
    years: Years,
    source: str,
) -> Chart:
    measure = None if score == "average_precision" else MEASURES[target]
    shown = {year: _shown(rows, measure) for year, rows in years.items()}
    models = [model for model in _ordered(track) if any(model in found for found in shown.values())]
    what = f"{TITLES[target]}, {LISTS[among]}"
    scale = SCORES[score] if measure is None else f"{SCORES[score]} relative to {_short(measure)}"
    side = "more is better" if measure is None else "below 1 is better than it"
    return Chart(
        kind="record-skill",
        name=f"skill-{target}-{among}-{score}-{horizon}m",
        figures={
            "scale": f"{scale} ({side})",
            "one": measure is not None,
            "series": [
                {
                    "name": _short(model),
                    "slot": _slot(model),
                    "kind": "headline" if model == track.skill.headline else "part" if model in PARTS else "baseline",
                    "points": [[year, found[model]] for year, found in shown.items() if model in found],
                }
                for model in models
            ],
            "best": [[year, *_best(found, measure is None)] for year, found in shown.items() if found],
        },
        alt=f"{scale} of each model by year of the origins, {what}. "
        + (against_baselines(years, track.skill.headline) or ""),
        caption=f"{what[:1].upper()}{what[1:]}: {scale} by year of the origins; {side}. A ring marks the best of each "
        f"year.{_short_year(track, years)}",
        data=_by_year(years, shown, models, scale, measure is None),
        source=source,
    )


def _shown(rows: tuple[SkillRow, ...], measure: str | None) -> dict[str, float]:
    """Each model's figure of a year as the chart shows it."""
    values = {row.model: row.value for row in rows if row.value is not None}
    if measure is None:
        return values
    base = values.get(measure)
    return {model: value / base for model, value in values.items()} if base else {}


def _best(found: dict[str, float], highest: bool) -> tuple[str, float]:
    model = (max if highest else min)(found, key=lambda name: found[name])
    return _short(model), found[model]


def _by_year(
    years: Years,
    shown: dict[int, dict[str, float]],
    models: list[str],
    scale: str,
    highest: bool,
) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for year, found in shown.items():
        first = years[year][0]
        best = _best(found, highest)[0] if found else "none"
        came = () if first.positives is None else (Cell(f"{first.positives:,}"),)
        figures = (Cell(_figure(found[model]) if model in found else "none") for model in models)
        rows.append((Cell(str(year)), Cell(f"{first.n:,}"), *came, *figures, Cell(best)))
    with_events = any(row[0].positives is not None for row in years.values())
    columns: tuple[Any, ...] = (
        Column("Year of origins"),
        Column("Group-months", "right"),
        *([Column("Came", "right")] if with_events else []),
        *(Column(_short(model), "right") for model in models),
        Column("Best"),
    )
    return Table(f"{scale[:1].upper()}{scale[1:]} by year of the origins", columns, tuple(rows))


def models_told(track: TrackAnswer) -> tuple[tuple[str, str], ...]:
    """The models of the record by their short name, each with what it is."""
    return tuple(MODELS.get(model, (model, track.skill.versions[model])) for model in _ordered(track))


def _slot(model: str) -> int:
    """A number for each model, so that it looks the same in every chart."""
    return list(MODELS).index(model) if model in MODELS else len(MODELS)


def _ordered(track: TrackAnswer) -> list[str]:
    """The models as shown: the headline first, baselines, then the parts."""
    return sorted(track.skill.versions, key=_slot)


def _short(model: str) -> str:
    return MODELS.get(model, (model,))[0]


def _span(track: TrackAnswer, row: SkillRow) -> str:
    return f"{month_words(track.skill.first)} to {month_words(row.last)}"


def _short_year(track: TrackAnswer, years: Years) -> str:
    """Says so where the last year is not a whole one."""
    year, rows = max(years.items())
    return "" if rows[0].last % 12 == 0 else f" {year} is its origins to {month_words(rows[0].last).split()[0]} only."


def _figure(value: float) -> str:
    """Three digits, or whole numbers.

    >>> _figure(0.14), _figure(0.00119), _figure(55.96), _figure(1034.2)
    ('0.140', '0.00119', '56.0', '1,034')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.{_decimals(value, 3)}f}"


def difference(value: float, error: float) -> str:
    """A difference with its standard error, both to the error's first two digits.

    >>> difference(0.0649, 0.0086), difference(-0.0076, 0.023), difference(-22.37, 1.8)
    ('+0.0649 ± 0.0086', '−0.008 ± 0.023', '−22.4 ± 1.8')
    """
    decimals = _decimals(error, 2)
    return f"{value:+.{decimals}f} ± {error:.{decimals}f}".replace("-", "−")


def _decimals(value: float, digits: int) -> int:
    return max(0, digits - 1 - floor(log10(abs(value)))) if value else digits - 1


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
