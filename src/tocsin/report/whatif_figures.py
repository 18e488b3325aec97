"""A comparison of options as figures, SVG and PNG: differences, deaths by month, strength, what decides, who is best.

Colours are those of Okabe and Ito, that hold for the colour-blind; a marker, a dash or a hatch says the same as each
colour does. Every figure says that it is a scenario, as of when, from which figures, and of how many runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from tocsin.errors import InputError
from tocsin.months import month_label
from tocsin.report.whatif_words import (
    DEATHS,
    EVIDENCE_WORDS,
    alternatives,
    horizons_of,
    outcome_words,
    share,
    source_line,
    title_of,
    what_it_is,
)
from tocsin.rivalry.figure import SUFFIXES, save_figure
from tocsin.whatif.comparison import Band, Comparison, Decisive
from tocsin.whatif.scenario import DO_NOTHING, NOT_A_FORECAST

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NOTHING = "0.25"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F4F24", "#332288")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
MARKERS = "osD^vPX*"
EVIDENCE_LOOK = {"estimated": ("#0072B2", ""), "literature": ("#56B4E9", "//"), "assumed": ("#E69F00", "xx")}
WIDTH = 8.0  # inches; 1200 pixels as PNG
_MARGIN = 0.12
_MOST_NUMBERS = 12
_LABEL = 22  # letters of an option's title in a line
_PLAIN: dict[str, Any] = {"parse_math": False}


def draw_differences(comparison: Comparison, outcome: str = DEATHS) -> Figure:
    """Each option against doing nothing, a panel a horizon: dot the mean, thick its 90% interval, thin 90% of runs."""
    scenario, horizons = comparison.scenario, horizons_of(comparison)
    names = alternatives(scenario)
    title = f"{_capital(outcome_words(outcome))} against doing nothing, run by run (variant {comparison.main})"
    below = "dot: mean; thick bar: 90% interval of the mean; thin bar: 90% of runs; above: share of runs with fewer"
    figure, panels = _figure(comparison, title, 1.1 + 0.55 * len(names), (1, len(horizons)), below=below, sharey=True)
    for panel, horizon in zip(panels[0], horizons, strict=True):
        for y, name in enumerate(names):
            row = comparison.difference(name, outcome, horizon)
            colour = _colour(comparison, name)
            panel.plot([row.low, row.high], [y, y], color=colour, linewidth=1.2, alpha=0.75, solid_capstyle="butt")
            panel.plot([row.mean_low, row.mean_high], [y, y], color=colour, linewidth=5, alpha=0.55)
            panel.plot(row.mean, y, _marker(comparison, name), color=colour, markersize=6.5, markeredgecolor="white")
            style = {"textcoords": "offset points", "ha": "center", "fontsize": 8, "color": "0.3"}
            panel.annotate(f"{share(row.p_less)} fewer", (row.mean, y), (0, 7), **style)
        panel.axvline(0, color="0.5", linewidth=1, zorder=0)
        panel.set_title(f"within {horizon} months", fontsize=9.5)
        panel.margins(x=0.12)
        panel.set_ylim(len(names) - 0.5, -0.6)
        panel.locator_params(axis="x", nbins=5)
    panels[0][0].set_yticks(range(len(names)), [_wrapped(title_of(scenario, name)) for name in names])
    return figure


def draw_deaths(comparison: Comparison, outcome: str = DEATHS) -> Figure:
    """An outcome of the theatre by month, a panel an option: line the mean, dark half and pale 90% of runs."""
    scenario = comparison.scenario
    names = tuple(option.name for option in scenario.options)
    columns = 2 if len(names) > 1 else 1
    rows = -(-len(names) // columns)
    title = f"{_capital(outcome_words(outcome))} by month under each option (variant {comparison.main})"
    below = "line: mean; dotted: median; band: 90% of runs, month by month; grey dashes: mean under doing nothing"
    figure, panels = _figure(
        comparison, title, 0.5 + 1.75 * rows, (rows, columns), below=below, sharex=True, sharey=True
    )
    nothing = comparison.band(DO_NOTHING, outcome)
    months = np.arange(len(nothing.mean))
    for panel, name in zip(panels.flat, names, strict=False):
        band, colour = comparison.band(name, outcome), _colour(comparison, name)
        panel.fill_between(months, band.low, band.high, color=colour, alpha=0.22, linewidth=0)
        panel.plot(months, band.median, color=colour, linewidth=1.1, linestyle=(0, (1.2, 1.2)))
        panel.plot(months, band.mean, color=colour, linewidth=1.8)
        if name != DO_NOTHING:
            panel.plot(months, nothing.mean, color="0.4", linewidth=1.1, linestyle=(0, (5, 1.5)))
        panel.set_title(title_of(scenario, name), fontsize=9.5, color=colour, **_PLAIN)
        panel.set_ylim(bottom=0)
        _month_axis(panel, comparison)
    _close(panels, len(names))
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
    below = "line: mean under an option; band: 90% of runs under doing nothing; each side on its own scale"
    options = tuple(option.name for option in scenario.options)
    figure, panels = _figure(
        comparison, title, 0.5 + 1.9 * rows, (rows, columns), below=below, key=options, sharex=True
    )
    for panel, side in zip(panels.flat, sides, strict=False):
        for name in options:
            band: Band = comparison.band(name, "members", group=side)
            months, colour = np.arange(len(band.mean)), _colour(comparison, name)
            if name == DO_NOTHING:
                panel.fill_between(months, band.low, band.high, color="0.5", alpha=0.18, linewidth=0)
            width = 2.6 if name == DO_NOTHING else 1.5  # it shows below the dashes of those that lie on it
            panel.plot(months, band.mean, color=colour, linestyle=_dash(comparison, name), linewidth=width)
        panel.set_title(side, fontsize=9.5, **_PLAIN)
        panel.set_ylim(bottom=0)
        panel.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        _month_axis(panel, comparison)
    _close(panels, len(sides))
    return figure


def draw_decisive(comparison: Comparison, horizon: int, outcome: str = DEATHS) -> Figure:
    """What decides: the numbers that move an option's difference most, as bars coloured by what they rest on."""
    scenario = comparison.scenario
    rows: dict[str, Decisive] = {}
    for row in sorted(comparison.decisive, key=lambda row: -row.mu_star):
        if (row.outcome, row.horizon) == (outcome, horizon):
            rows.setdefault(row.quantity, row)
    shown = list(rows.values())[:_MOST_NUMBERS]
    title = (
        f"What decides the difference in {outcome_words(outcome)} within {horizon} months (variant {comparison.main})"
    )
    below = (
        "bar: mean effect of going over the whole range of a number (Morris), with its 95% half-width; each with the "
        "option whose difference to doing nothing it moves most"
    )
    figure, panels = _figure(comparison, title, 1.0 + 0.36 * len(shown), (1, 1), below=below, evidence=True)
    panel = panels[0][0]
    for y, row in enumerate(shown):
        colour, hatch = EVIDENCE_LOOK[row.evidence]
        panel.barh(y, row.mu_star, 0.62, color=colour, hatch=hatch, edgecolor="white", linewidth=0.5)
        panel.errorbar(row.mu_star, y, xerr=row.mu_star_half_width, color="0.2", capsize=2.5, linewidth=1)
        end = row.mu_star + row.mu_star_half_width
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": 8, "color": "0.3"}
        panel.annotate(title_of(scenario, row.option), (end, y), (6, 0), **style, **_PLAIN)
    panel.set_yticks(range(len(shown)), [row.quantity for row in shown])
    panel.set_ylim(len(shown) - 0.4, -0.6)
    reach = max(row.mu_star + row.mu_star_half_width for row in shown)
    panel.set_xlim(0, 1.45 * reach)
    panel.set_xlabel(f"{outcome_words(outcome)} within {horizon} months", fontsize=8.5)
    return figure


def draw_best(comparison: Comparison, horizon: int, outcome: str = DEATHS) -> Figure:
    """P(best) of each option under each structural variant."""
    scenario, variants = comparison.scenario, tuple(comparison.variants)
    names = tuple(option.name for option in scenario.options)
    title = f"Which option has the fewest expected {outcome_words(outcome)} within {horizon} months"
    below = "P(best): share of points of the uncertain numbers at which an option has the fewest, by structural variant"
    figure, panels = _figure(comparison, title, 1.0 + 0.55 * len(names), (1, 1), below=below, variants=variants)
    panel = panels[0][0]
    for y, name in enumerate(names):
        for v, variant in enumerate(variants):
            (row,) = (r for r in comparison.ranking(outcome, horizon, variant=variant) if r.option == name)
            at = y + 0.16 * (v - (len(variants) - 1) / 2)
            panel.plot([0, row.p_best], [at, at], color=COLOURS[v], linewidth=1.3, alpha=0.6)
            panel.plot(row.p_best, at, MARKERS[v], color=COLOURS[v], markersize=6.5, clip_on=False, zorder=5)
        if y:
            panel.axhline(y - 0.5, color="0.9", linewidth=0.8, zorder=0)
    panel.set_yticks(range(len(names)), [_wrapped(title_of(scenario, name)) for name in names])
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


# --- the page --------------------------------------------------------------------------------------------------------


def _figure(
    comparison: Comparison,
    title: str,
    height: float,
    grid: tuple[int, int],
    *,
    below: str,
    key: Sequence[str] = (),
    variants: Sequence[str] = (),
    evidence: bool = False,
    **shared: Any,
) -> tuple[Figure, Any]:
    """A page with its title, `grid` panels, a legend, what is drawn, and the source; `height` is that of the panels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    head = [
        *((line, 12, "bold") for line in wrap(title, 78)),
        *((line, 9.5, "normal") for line in wrap(comparison.scenario.title, 100)),
    ]
    head.append((f"{NOT_A_FORECAST[0].upper()}{NOT_A_FORECAST[1:]}", 9.5, "bold"))
    foot = [*wrap(below, 136), *wrap(source_line(comparison), 136)]
    handles = _handles(comparison, key, variants, evidence)
    columns = min(len(handles), 4 if variants or evidence else 3) or 1
    above = 0.15 + sum(size * 1.45 / 72 for _, size, _ in head)
    beneath = 0.12 + len(foot) * 8 * 1.4 / 72 + (0.1 + -(-len(handles) // columns) * 0.22 if handles else 0.05)
    total = above + height + beneath
    figure = Figure(figsize=(WIDTH, total))
    FigureCanvasAgg(figure)
    figure.set_layout_engine(
        "constrained", rect=(0.01, beneath / total, 0.98, height / total), hspace=0.06, wspace=0.05
    )
    panels = figure.subplots(*grid, squeeze=False, **shared)
    for panel in panels.flat:
        panel.tick_params(labelsize=8.5)
        panel.spines[["top", "right"]].set_visible(False)
    y = total - 0.1
    for words, size, weight in head:
        colour = "#A03000" if words.startswith("Scenario, not") else "black"
        figure.text(
            0.5, y / total, words, ha="center", va="top", fontsize=size, fontweight=weight, color=colour, **_PLAIN
        )
        y -= size * 1.45 / 72
    figure.text(
        _MARGIN / WIDTH,
        0.08 / total,
        "\n".join(foot),
        va="bottom",
        fontsize=8,
        color="0.25",
        linespacing=1.35,
        **_PLAIN,
    )
    if handles:
        at = (0.12 + len(foot) * 8 * 1.4 / 72) / total
        form: dict[str, Any] = {"fontsize": 8.5, "frameon": False, "ncols": columns, "borderaxespad": 0}
        legend = figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, at), **form)
        for text in legend.get_texts():
            text.set_parse_math(False)
    return figure, panels


def _handles(comparison: Comparison, key: Sequence[str], variants: Sequence[str], evidence: bool) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    for name in key:
        style = {"color": _colour(comparison, name), "linestyle": _dash(comparison, name), "linewidth": 1.6}
        handles.append(Line2D([], [], label=title_of(comparison.scenario, name), **style))
    for v, name in enumerate(variants):
        handles.append(Line2D([], [], linestyle="", marker=MARKERS[v], color=COLOURS[v], label=name))
    if evidence:
        for name, (colour, hatch) in EVIDENCE_LOOK.items():
            handles.append(Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=EVIDENCE_WORDS[name]))
    return handles


def _close(panels: Any, used: int) -> None:
    """Take away the panels that hold nothing; the lowest that is left in a column keeps its labels."""
    columns = panels.shape[1]
    for place, panel in enumerate(panels.flat):
        panel.set_visible(place < used)
        panel.tick_params(labelbottom=place + columns >= used)


def _month_axis(panel: Axes, comparison: Comparison) -> None:
    scenario = comparison.scenario
    every = 6 if scenario.months <= 36 else 12
    ticks = list(range(0, scenario.months, every))
    panel.set_xticks(ticks, [month_label(scenario.first + t) for t in ticks])
    panel.set_xlim(0, scenario.months - 1)


def _place(comparison: Comparison, name: str) -> int:
    return alternatives(comparison.scenario).index(name)


def _colour(comparison: Comparison, name: str) -> str:
    return NOTHING if name == DO_NOTHING else COLOURS[_place(comparison, name) % len(COLOURS)]


def _dash(comparison: Comparison, name: str) -> Any:
    return "-" if name == DO_NOTHING else DASHES[(_place(comparison, name) + 1) % len(DASHES)]


def _marker(comparison: Comparison, name: str) -> str:
    return MARKERS[_place(comparison, name) % len(MARKERS)]


def _wrapped(words: str) -> str:
    # A dollar would begin a formula in a tick label.
    return "\n".join(wrap(words.replace("$", r"\$"), _LABEL))


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
