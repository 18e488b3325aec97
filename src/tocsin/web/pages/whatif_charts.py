"""Charts of a what-if result: paired differences, deaths by month, members, who has the fewest, what decides."""

from __future__ import annotations

from collections.abc import Collection

from tocsin.months import month_label
from tocsin.report.brief.document import Cell, Column, Table
from tocsin.report.whatif_page import shared_top
from tocsin.report.whatif_words import (
    alternatives,
    amount,
    capital,
    change,
    horizons_of,
    outcome_words,
    reference_of,
    share,
    source_line,
    span,
    title_of,
)
from tocsin.web.chart import Chart
from tocsin.web.pages import whatif_tables as tables
from tocsin.whatif.comparison.conclusions import reference_words
from tocsin.whatif.comparison.result import Band, Comparison
from tocsin.whatif.document import plain
from tocsin.whatif.scenario import NOT_A_FORECAST


def source_of(comparison: Comparison) -> str:
    """What goes with a drawing that leaves the page."""
    return f"{capital(source_line(comparison))}. {comparison.scenario.citation}"


def series_of(comparison: Comparison, name: str) -> int | None:
    """The place of an option's colour, dash and marker; None for the one that all others are compared with."""
    return None if name == reference_of(comparison.scenario) else alternatives(comparison.scenario).index(name)


def differences(comparison: Comparison, outcome: str) -> Chart:
    """Each option against the first, a panel a horizon."""
    scenario, what = comparison.scenario, outcome_words(outcome)
    names, horizons = alternatives(scenario), horizons_of(comparison)
    panels = []
    for horizon in horizons:
        rows = []
        for name in names:
            row = comparison.difference(name, outcome, horizon)
            told = f"{change(row.mean, outcome)} on average; {share(row.p_less)} of runs have fewer"
            ends = {key: getattr(row, key) for key in ("mean", "mean_low", "mean_high", "low", "high")}
            rows.append(
                {"option": title_of(scenario, name), "series": series_of(comparison, name), "told": told, **ends}
            )
        panels.append({"title": f"Within {horizon} months", "rows": rows})
    last = [comparison.difference(name, outcome, horizons[-1]) for name in names]
    said = "; ".join(
        f"{title_of(scenario, row.option)} {change(row.mean, outcome)} "
        f"({span(row.mean_low, row.mean_high, outcome, signed=True)})"
        for row in last
    )
    return Chart(
        kind="whatif-differences",
        name=f"{scenario.name}-differences",
        figures=plain({"panels": panels, "axis": f"{what} against {reference_words(scenario)}"}),
        alt=(
            f"Mean difference in {what} against {reference_words(scenario)} within {horizons[-1]} months, with its 90% "
            f"interval: {said}. A {NOT_A_FORECAST}."
        ),
        caption=(
            f"{capital(what)} against {reference_words(scenario)}, run by run (variant {comparison.main}). Mark: mean; "
            f"thick bar: 90% interval of the mean; thin bar: 90% of runs. A {NOT_A_FORECAST}."
        ),
        data=tables.differences(comparison, outcome),
        source=source_of(comparison),
    )


def by_month(comparison: Comparison, outcome: str) -> Chart:
    """An outcome by month, a panel an option."""
    scenario, what = comparison.scenario, outcome_words(outcome)
    bands = [comparison.band(option.name, outcome) for option in scenario.options]
    top = shared_top(bands)
    panels = [
        {
            "title": option.title,
            "series": series_of(comparison, option.name),
            "cut": f"band up to {amount(float(band.high.max()), outcome)}" if band.high.max() > top else "",
            **_lines(band),
        }
        for option, band in zip(scenario.options, bands, strict=True)
    ]
    first, last = (float(bands[0].mean[t]) for t in (0, -1))
    return Chart(
        kind="whatif-months",
        name=f"{scenario.name}-by-month",
        figures=plain({"months": _months(comparison), "panels": panels, "top": top, "axis": f"{what} a month"}),
        alt=(
            f"{capital(what)} by month under each option. Under {reference_words(scenario)} the mean goes from "
            f"{amount(first, outcome)} a month at the start to {amount(last, outcome)} in the last. A {NOT_A_FORECAST}."
        ),
        caption=(
            f"{capital(what)} by month under each option (variant {comparison.main}). Line: mean; dotted: median; "
            f"band: 90% of runs; dashes: mean under {reference_words(scenario)}. A {NOT_A_FORECAST}."
        ),
        data=tables.by_month(comparison, outcome),
        source=source_of(comparison),
    )


def strength(comparison: Comparison) -> Chart | None:
    """Members of each side by month, a panel a side and a line an option; None where no side has members."""
    scenario = comparison.scenario
    held = {band.group for band in comparison.bands if band.outcome == "members" and band.group is not None}
    sides = [name for name in scenario.names if name in held]
    if not sides:
        return None
    panels = []
    for side in sides:
        bands = {option.name: comparison.band(option.name, "members", group=side) for option in scenario.options}
        first = bands[reference_of(scenario)]
        lines = [
            {"option": option.title, "series": series_of(comparison, option.name), "mean": bands[option.name].mean}
            for option in scenario.options
        ]
        panels.append({"title": side, "low": first.low, "high": first.high, "lines": lines})
    rows = []
    for side in sides:
        for option in scenario.options:
            band = comparison.band(option.name, "members", group=side)
            ends = (_interval(band, at) for at in (0, *(h - 1 for h in horizons_of(comparison))))
            rows.append((Cell(side), Cell(option.title), *(Cell(end) for end in ends)))
    heads = ("After 1 month", *(f"After {h} months" for h in horizons_of(comparison)))
    columns = (Column("Side"), Column("Option"), *(Column(head, "right") for head in heads))
    return Chart(
        kind="whatif-strength",
        name=f"{scenario.name}-members",
        figures=plain({"months": _months(comparison), "panels": panels}),
        alt=f"Members under arms of {', '.join(sides)} by month, a line for each option. A {NOT_A_FORECAST}.",
        caption=(
            f"Members under arms of each side (variant {comparison.main}), each on its own scale. Line: mean under an "
            f"option; band: 90% of runs under {reference_words(scenario)}. A {NOT_A_FORECAST}."
        ),
        data=Table("Members under arms: mean (90% of runs)", columns, tuple(rows)),
        source=source_of(comparison),
    )


def best(comparison: Comparison, outcome: str, horizon: int) -> Chart:
    """Over what share of points each option has the fewest, under each structural variant."""
    scenario, variants = comparison.scenario, tuple(comparison.variants)
    found = {
        (row.option, row.variant): row.p_best
        for row in comparison.choices
        if (row.outcome, row.horizon) == (outcome, horizon)
    }
    rows = [
        {"option": option.title, "values": [found.get((option.name, variant)) for variant in variants]}
        for option in scenario.options
    ]
    said = "; ".join(f"{o.title} {share(found[o.name, comparison.main])}" for o in scenario.options)
    return Chart(
        kind="whatif-best",
        name=f"{scenario.name}-best",
        figures=plain({"variants": variants, "rows": rows}),
        alt=(
            f"Share of points at which each option has the fewest expected {outcome_words(outcome)} within {horizon} "
            f"months, variant {comparison.main}: {said}. A {NOT_A_FORECAST}."
        ),
        caption=(
            f"Which option has the fewest expected {outcome_words(outcome)} within {horizon} months: share of points "
            f"of the uncertain numbers, by structural variant. A {NOT_A_FORECAST}."
        ),
        data=tables.best(comparison, outcome, horizon),
        source=source_of(comparison),
    )


def decisive(comparison: Comparison, outcome: str, horizon: int, set_by_you: Collection[str]) -> Chart | None:
    """The numbers that move an option's difference most; None where this was not looked into, or chance hides it."""
    rows = tables.decisive_rows(comparison, outcome, horizon)
    if not rows:
        return None
    scenario, what = comparison.scenario, outcome_words(outcome)
    shown = [
        {
            "quantity": row.quantity,
            "evidence": tables.evidence_of(row.quantity, row.evidence, set_by_you),
            "option": title_of(scenario, row.option),
            "value": row.mu_star,
            "half": row.mu_star_half_width,
        }
        for row in rows
    ]
    return Chart(
        kind="whatif-decides",
        name=f"{scenario.name}-decides",
        figures=plain({"rows": shown, "axis": f"{what} within {horizon} months"}),
        alt=(
            f"The numbers that move the difference in {what} within {horizon} months most are "
            f"{', '.join(row.quantity for row in rows[:3])}. A {NOT_A_FORECAST}."
        ),
        caption=(
            f"What decides the difference in {what} within {horizon} months: mean effect of going over the whole range "
            "of a number (Morris), with its 95% half-width, and the option whose difference it moves most. A "
            f"{NOT_A_FORECAST}."
        ),
        data=tables.decisive(comparison, outcome, horizon, set_by_you),
        source=source_of(comparison),
    )


def _months(comparison: Comparison) -> list[str]:
    scenario = comparison.scenario
    return [f"{month_label(scenario.first + t)}-01" for t in range(scenario.months)]


def _lines(band: Band) -> dict[str, object]:
    return {key: getattr(band, key) for key in ("mean", "median", "low", "high")}


def _interval(band: Band, at: int) -> str:
    ends = span(float(band.low[at]), float(band.high[at]), "members")
    return f"{amount(float(band.mean[at]), 'members')} ({ends})"
