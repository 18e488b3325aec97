"""A comparison of options as figures, SVG and PNG: differences, deaths by month, strength, what decides, who is best.

Colours are those of Okabe and Ito, that hold for the colour-blind; a marker, a dash or a hatch says the same as each
colour does. Every figure says that it is a scenario, as of when, from which figures, and of how many runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tocsin.errors import InputError
from tocsin.report.whatif_page import (
    COLOURS,
    EVIDENCE_LOOK,
    MARKERS,
    PLAIN,
    WIDTH,
    close_unused,
    colour_of,
    dash_of,
    marker_of,
    month_axis,
    page,
    shared_top,
    thousands,
    wrapped,
)
from tocsin.report.whatif_words import (
    DEATHS,
    alternatives,
    amount,
    capital,
    change,
    horizons_of,
    outcome_words,
    reference_of,
    share,
    source_line,
    title_of,
    what_it_is,
)
from tocsin.rivalry.figure import SUFFIXES, save_figure
from tocsin.whatif.comparison.conclusions import reference_words
from tocsin.whatif.comparison.result import Comparison, Decisive
from tocsin.whatif.scenario import NOT_A_FORECAST

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_NUMBERS = 12
_LABEL, _LONG_LABEL = 22, 30  # letters in a line of an option's title, of a number's name


def draw_differences(comparison: Comparison, outcome: str = DEATHS) -> Figure:
    """Each option against doing nothing, a panel a horizon: dot the mean, thick its 90% interval, thin 90% of runs."""
    scenario, horizons = comparison.scenario, horizons_of(comparison)
    names = alternatives(scenario)
    title = (
        f"{capital(outcome_words(outcome))} against {reference_words(scenario)}, run by run (variant {comparison.main})"
    )
    below = (
        "dot: mean; thick bar: 90% interval of the mean; thin bar: 90% of runs; above: mean (share of runs with fewer)"
    )
    labels = [wrapped(title_of(scenario, name), _LABEL) for name in names]
    grid = (1, len(horizons))
    figure, panels = page(comparison, title, 1.1 + 0.55 * len(names), grid, below=below, labels=labels, sharey=True)
    for panel, horizon in zip(panels[0], horizons, strict=True):
        for y, name in enumerate(names):
            row = comparison.difference(name, outcome, horizon)
            colour = colour_of(comparison, name)
            panel.plot([row.low, row.high], [y, y], color=colour, linewidth=1.2, alpha=0.75, solid_capstyle="butt")
            panel.plot([row.mean_low, row.mean_high], [y, y], color=colour, linewidth=5, alpha=0.55)
            panel.plot(row.mean, y, marker_of(comparison, name), color=colour, markersize=6.5, markeredgecolor="white")
            # In the middle of the panel, where it fits whatever the scale.
            told = f"{change(row.mean, outcome)} ({share(row.p_less)} fewer)"
            at = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "ha": "center"}
            back = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
            panel.annotate(told, (0.5, y), (0, 7), fontsize=8, color="0.25", bbox=back, **at)
        panel.axvline(0, color="0.5", linewidth=1, zorder=0)
        panel.set_title(f"within {horizon} months", fontsize=9.5)
        panel.margins(x=0.12)
        panel.set_ylim(len(names) - 0.5, -0.6)
        panel.locator_params(axis="x", nbins=5)
        panel.xaxis.set_major_formatter(thousands)
    panels[0][0].set_yticks(range(len(names)), labels)
    return figure


def draw_deaths(comparison: Comparison, outcome: str = DEATHS) -> Figure:
    """An outcome of the theatre by month, a panel an option: line the mean, dark half and pale 90% of runs."""
    scenario = comparison.scenario
    names = tuple(option.name for option in scenario.options)
    columns = 2 if len(names) > 1 else 1
    rows = -(-len(names) // columns)
    title = f"{capital(outcome_words(outcome))} by month under each option (variant {comparison.main})"
    below = (
        f"line: mean; dotted: median; band: 90% of runs, by month; grey dashes: mean under {reference_words(scenario)}"
    )
    figure, panels = page(comparison, title, 0.5 + 1.75 * rows, (rows, columns), below=below, sharex=True, sharey=True)
    nothing = comparison.band(reference_of(scenario), outcome)
    bands = [comparison.band(name, outcome) for name in names]
    top = shared_top(bands)
    months = np.arange(len(nothing.mean))
    for panel, name, band in zip(panels.flat, names, bands, strict=False):
        colour = colour_of(comparison, name)
        panel.fill_between(months, band.low, band.high, color=colour, alpha=0.22, linewidth=0)
        panel.plot(months, band.median, color=colour, linewidth=1.1, linestyle=(0, (1.2, 1.2)))
        panel.plot(months, band.mean, color=colour, linewidth=1.8)
        if name != reference_of(scenario):
            panel.plot(months, nothing.mean, color="0.4", linewidth=1.1, linestyle=(0, (5, 1.5)))
        if band.high.max() > top:
            cut = f"band up to {amount(float(band.high.max()), outcome)}"
            panel.annotate(cut, (0.02, 0.9), xycoords="axes fraction", fontsize=8, color="0.25")
        panel.set_title(title_of(scenario, name), fontsize=9.5, color=colour, **PLAIN)
        month_axis(panel, comparison)
    close_unused(panels, len(names))
    panels[0][0].set_ylim(0, top)
    panels[0][0].yaxis.set_major_formatter(thousands)
    for line in panels:
        line[0].set_ylabel("a month", fontsize=8.5)
    return figure


def draw_strength(comparison: Comparison) -> Figure:
    """Members of each side by month, a panel a side: a line an option (mean), the band 90% of runs of doing nothing."""
    scenario = comparison.scenario
    held = {band.group for band in comparison.bands if band.outcome == "members" and band.group is not None}
    sides = [name for name in scenario.names if name in held]
    columns = 2 if len(sides) > 1 else 1
    rows = -(-len(sides) // columns)
    title = f"Members under arms of each side (variant {comparison.main})"
    below = (
        f"line: mean under an option; band: 90% of runs under {reference_words(scenario)}; each side on its own scale"
    )
    options = tuple(option.name for option in scenario.options)
    figure, panels = page(comparison, title, 0.5 + 1.9 * rows, (rows, columns), below=below, key=options, sharex=True)
    for panel, side in zip(panels.flat, sides, strict=False):
        for name in options:
            band = comparison.band(name, "members", group=side)
            months, colour = np.arange(len(band.mean)), colour_of(comparison, name)
            if name == reference_of(scenario):
                panel.fill_between(months, band.low, band.high, color="0.5", alpha=0.18, linewidth=0)
            width = 2.6 if name == reference_of(scenario) else 1.5  # it shows below the dashes of those that lie on it
            panel.plot(months, band.mean, color=colour, linestyle=dash_of(comparison, name), linewidth=width)
        panel.set_title(side, fontsize=9.5, **PLAIN)
        panel.set_ylim(bottom=0)
        panel.yaxis.set_major_formatter(thousands)
        month_axis(panel, comparison)
    close_unused(panels, len(sides))
    return figure


def draw_decisive(comparison: Comparison, horizon: int, outcome: str = DEATHS) -> Figure:
    """What decides: the numbers that move an option's difference most, as bars coloured by what they rest on."""
    scenario = comparison.scenario
    rows: dict[str, Decisive] = {}
    for row in sorted(comparison.decisive, key=lambda row: -row.cleared):
        if (row.outcome, row.horizon) == (outcome, horizon):
            rows.setdefault(row.quantity, row)
    shown = list(rows.values())[:_MOST_NUMBERS]
    title = f"What decides the difference in {outcome_words(outcome)} within {horizon} months"
    below = (
        "bar: mean effect of going over the whole range of a number (Morris), with its 95% half-width; each with the "
        f"option whose difference it moves most (variant {comparison.main})"
    )
    labels = [wrapped(row.quantity, _LONG_LABEL) for row in shown]
    height = 1.0 + 0.36 * len(shown)
    figure, panels = page(comparison, title, height, (1, 1), below=below, labels=labels, evidence=True)
    panel = panels[0][0]
    for y, row in enumerate(shown):
        colour, hatch = EVIDENCE_LOOK[row.evidence]
        panel.barh(y, row.mu_star, 0.62, color=colour, hatch=hatch, edgecolor="white", linewidth=0.5)
        panel.errorbar(row.mu_star, y, xerr=row.mu_star_half_width, color="0.2", capsize=2.5, linewidth=1)
        end = row.mu_star + row.mu_star_half_width
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": 8, "color": "0.3"}
        panel.annotate(title_of(scenario, row.option), (end, y), (6, 0), **style, **PLAIN)
    panel.set_yticks(range(len(shown)), labels)
    panel.set_ylim(len(shown) - 0.4, -0.6)
    # As far as the longest bar and the words behind it need.
    wide = WIDTH * panel.get_position().width
    left_over = [1 - min(0.8, (0.15 + 0.066 * len(title_of(scenario, row.option))) / wide) for row in shown]
    ends = [row.mu_star + row.mu_star_half_width for row in shown]
    panel.set_xlim(0, max(end / part for end, part in zip(ends, left_over, strict=True)))
    panel.xaxis.set_major_formatter(thousands)
    panel.set_xlabel(f"{outcome_words(outcome)} within {horizon} months", fontsize=8.5)
    return figure


def draw_best(comparison: Comparison, horizon: int, outcome: str = DEATHS) -> Figure:
    """P(best) of each option under each structural variant."""
    scenario, variants = comparison.scenario, tuple(comparison.variants)
    names = tuple(option.name for option in scenario.options)
    title = f"Which option has the fewest expected {outcome_words(outcome)} within {horizon} months"
    below = "P(best): share of points of the uncertain numbers at which an option has the fewest, by structural variant"
    labels = [wrapped(title_of(scenario, name), _LABEL) for name in names]
    height = 1.0 + 0.55 * len(names)
    figure, panels = page(comparison, title, height, (1, 1), below=below, labels=labels, variants=variants)
    panel = panels[0][0]
    for y, name in enumerate(names):
        for v, variant in enumerate(variants):
            (row,) = (r for r in comparison.ranking(outcome, horizon, variant=variant) if r.option == name)
            at = y + 0.16 * (v - (len(variants) - 1) / 2)
            panel.plot([0, row.p_best], [at, at], color=COLOURS[v], linewidth=1.3, alpha=0.6)
            panel.plot(row.p_best, at, MARKERS[v], color=COLOURS[v], markersize=6.5, clip_on=False, zorder=5)
        if y:
            panel.axhline(y - 0.5, color="0.9", linewidth=0.8, zorder=0)
    panel.set_yticks(range(len(names)), labels)
    panel.set_ylim(len(names) - 0.5, -0.5)
    panel.set_xlim(0, 1)
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    panel.set_xlabel(f"P(best), {horizon} months", fontsize=8.5)
    return figure


def save_figures(comparison: Comparison, folder: Path, horizon: int, outcome: str = DEATHS) -> tuple[Path, ...]:
    """Draw all figures there is something for, and write each as SVG and PNG into a folder, made where it is not there.

    Raises `InputError` for a folder that cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder {folder} can not be made: {error.strerror or error}") from None
    drawn: dict[str, Callable[[], Figure]] = {
        "differences": lambda: draw_differences(comparison, outcome),
        "by_month": lambda: draw_deaths(comparison, outcome),
        "strength": lambda: draw_strength(comparison),
        "best": lambda: draw_best(comparison, horizon, outcome),
    }
    if any((row.outcome, row.horizon) == (outcome, horizon) for row in comparison.decisive):
        drawn["decides"] = lambda: draw_decisive(comparison, horizon, outcome)
    written = []
    for name, draw in drawn.items():
        figure = draw()
        for suffix in SUFFIXES:
            path = folder / f"{name}{suffix}"
            title = f"{comparison.scenario.title}: {name.replace('_', ' ')} ({NOT_A_FORECAST})"
            save_figure(figure, path, title, f"{what_it_is(comparison.scenario)} {source_line(comparison)}")
            written.append(path)
    return tuple(written)
