"""The page of a what-if figure: title, panels, legend, source; colours and dashes of options, variants, evidence.

Places are reckoned in inches and not by a solver, so that the same figure is the same file.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from tocsin.months import month_label
from tocsin.report.whatif_words import EVIDENCE_WORDS, alternatives, capital, reference_of, source_line, title_of
from tocsin.whatif.comparison.result import Band, Comparison
from tocsin.whatif.scenario import NOT_A_FORECAST

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NOTHING = "0.25"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F4F24", "#332288")
DASHES: tuple[Any, ...] = (
    (0, (5, 1.5)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (9, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2.5, 2.5)),
)
MARKERS = "osD^vPX*"
EVIDENCE_LOOK = {"estimated": ("#0072B2", ""), "literature": ("#56B4E9", "//"), "assumed": ("#E69F00", "xx")}
WIDTH = 8.0  # inches; 1200 pixels as PNG
_MARGIN, _RIGHT = 0.12, 0.3
_LETTER = 0.072  # of a label, on average
_TICKS, _GAP = 0.62, 0.22  # between panels, with figures at each and with none
_PANEL_TITLE, _PANEL_FOOT = 0.26, 0.44
PLAIN: dict[str, Any] = {"parse_math": False}


def thousands(value: float, place: int) -> str:
    """A tick of an axis, its thousands parted."""
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"


def page(
    comparison: Comparison,
    title: str,
    height: float,
    grid: tuple[int, int],
    *,
    below: str,
    labels: Sequence[str] = (),
    key: Sequence[str] = (),
    variants: Sequence[str] = (),
    evidence: bool = False,
    **shared: Any,
) -> tuple[Figure, Any]:
    """A page with its title, `grid` panels, a legend, what is drawn, and the source.

    `height` (inches) is that of all panels with their titles and ticks; `labels` stand left of the first column; with
    none there is room for figures left of each panel.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    head = [
        *((line, 12, "bold") for line in wrap(title, 78)),
        *((line, 9.5, "normal") for line in wrap(comparison.scenario.title, 100)),
    ]
    head.append((capital(NOT_A_FORECAST), 9.5, "bold"))
    foot = [*wrap(below, 136), *wrap(source_line(comparison), 136)]
    handles = _handles(comparison, key, variants, evidence)
    columns = min(len(handles), 4 if variants or evidence else 3) or 1
    above = 0.15 + sum(size * 1.45 / 72 for _, size, _ in head)
    beneath = 0.12 + len(foot) * 8 * 1.4 / 72 + (0.1 + -(-len(handles) // columns) * 0.22 if handles else 0.05)
    total = above + height + beneath
    figure = Figure(figsize=(WIDTH, total))
    FigureCanvasAgg(figure)
    panels = figure.subplots(
        *grid, squeeze=False, gridspec_kw=_places(grid, labels, beneath, height, total, shared), **shared
    )
    for panel in panels.flat:
        panel.tick_params(labelsize=8.5)
        panel.spines[["top", "right"]].set_visible(False)
    y = total - 0.1
    for words, size, weight in head:
        colour = "#A03000" if words.startswith("Scenario, not") else "black"
        figure.text(
            0.5, y / total, words, ha="center", va="top", fontsize=size, fontweight=weight, color=colour, **PLAIN
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
        **PLAIN,
    )
    if handles:
        at = (0.12 + len(foot) * 8 * 1.4 / 72) / total
        form: dict[str, Any] = {
            "fontsize": 8.5,
            "frameon": False,
            "ncols": columns,
            "borderaxespad": 0,
            "handlelength": 2.8,
        }
        legend = figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, at), **form)
        for text in legend.get_texts():
            text.set_parse_math(False)
    return figure, panels


def _places(
    grid: tuple[int, int], labels: Sequence[str], beneath: float, height: float, total: float, shared: dict[str, Any]
) -> dict[str, float]:
    """Where the panels are, in shares of the page and of a panel."""
    rows, columns = grid
    left = 0.2 + _LETTER * max(len(line) for label in labels for line in label.split("\n")) if labels else _TICKS + 0.2
    between, over = (_GAP if labels else _TICKS), _PANEL_TITLE + (0.14 if shared.get("sharex") else _PANEL_FOOT)
    wide = (WIDTH - left - _RIGHT - (columns - 1) * between) / columns
    high = (height - _PANEL_TITLE - _PANEL_FOOT - (rows - 1) * over) / rows
    return {
        "left": left / WIDTH,
        "right": 1 - _RIGHT / WIDTH,
        "bottom": (beneath + _PANEL_FOOT) / total,
        "top": (beneath + height - _PANEL_TITLE) / total,
        "wspace": between / wide,
        "hspace": over / high,
    }


def _handles(comparison: Comparison, key: Sequence[str], variants: Sequence[str], evidence: bool) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    for name in key:
        style = {"color": colour_of(comparison, name), "linestyle": dash_of(comparison, name), "linewidth": 1.6}
        handles.append(Line2D([], [], label=title_of(comparison.scenario, name), **style))
    for v, name in enumerate(variants):
        handles.append(Line2D([], [], linestyle="", marker=MARKERS[v], color=COLOURS[v], label=name))
    if evidence:
        for name, (colour, hatch) in EVIDENCE_LOOK.items():
            handles.append(Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=EVIDENCE_WORDS[name]))
    return handles


def shared_top(bands: Sequence[Band]) -> float:
    """The end of a scale that all options share: one with a far wider band than most is cut, its mean never is."""
    usual = float(np.median([band.high.max() for band in bands]))
    return max(1.1 * usual, 1.2 * max(float(band.mean.max()) for band in bands), 1e-9)


def close_unused(panels: Any, used: int) -> None:
    """Take away the panels that hold nothing; the lowest that is left in a column keeps its labels."""
    columns = panels.shape[1]
    for place, panel in enumerate(panels.flat):
        panel.set_visible(place < used)
        panel.tick_params(labelbottom=place + columns >= used)


def month_axis(panel: Axes, comparison: Comparison) -> None:
    """Name the months below a panel, two a year (of a long scenario one)."""
    scenario = comparison.scenario
    every = 6 if scenario.months <= 36 else 12
    ticks = list(range(0, scenario.months, every))
    panel.set_xticks(ticks, [month_label(scenario.first + t) for t in ticks])
    panel.set_xlim(0, scenario.months - 1)


def _number(comparison: Comparison, name: str) -> int:
    return alternatives(comparison.scenario).index(name)


def colour_of(comparison: Comparison, name: str) -> str:
    """The colour of an option; the first, that others are compared with, is grey."""
    return NOTHING if name == reference_of(comparison.scenario) else COLOURS[_number(comparison, name) % len(COLOURS)]


def dash_of(comparison: Comparison, name: str) -> Any:
    """The dash of an option; the first is a whole line."""
    return "-" if name == reference_of(comparison.scenario) else DASHES[_number(comparison, name) % len(DASHES)]


def marker_of(comparison: Comparison, name: str) -> str:
    """The marker of an option but the first."""
    return MARKERS[_number(comparison, name) % len(MARKERS)]


def wrapped(words: str, letters: int) -> str:
    """Words as a label of lines of so many letters."""
    # A dollar would begin a formula in a tick label.
    return "\n".join(wrap(words.replace("$", r"\$"), letters))
