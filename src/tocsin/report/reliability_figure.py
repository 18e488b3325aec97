"""The reliability diagram of a replay: forecast probabilities against what happened, as PNG."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.replay import ReliabilityRow, Replay
from tocsin.replay.record import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLES = {"deaths25": "25 deaths or more", "mass_casualty": "a mass-casualty attack"}


def draw_reliability(replay: Replay, path: Path) -> None:
    """Draw one panel for each model and target, of all units seen (of countries: of all), and save it to `path`.

    Points are classes of probability with the 90% Wilson interval of the share that happened; the diagonal is perfect
    reliability, the dotted line the base rate; below are the number of cells in each class. Axes are logarithmic above
    1% and linear below, since most probabilities are small.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    population = "all" if replay.plan.unit == "country" else "seen"
    rows = [row for row in replay.reliability if row.population == population]
    targets = list(dict.fromkeys(row.target for row in rows))
    models = [model for model in replay.plan.models if any(row.model == model for row in rows)]
    figure = Figure(figsize=(4.2 * len(targets) + 0.4, 4.2 * len(models) + 0.8), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(
        2 * len(models), len(targets), squeeze=False, sharex="col", height_ratios=[5, 1] * len(models)
    )
    for place, model in enumerate(models):
        for curve, counts, target in zip(panels[2 * place], panels[2 * place + 1], targets, strict=True):
            classes = [row for row in rows if (row.model, row.target) == (model, target)]
            if classes:
                _curve(curve, classes, f"{model}: {TITLES[target]}")
                _counts(counts, classes)
            else:
                curve.set_visible(False)
                counts.set_visible(False)
    told = replay.to_dict()
    figure.suptitle(
        f"Reliability within {rows[0].horizon} months, {population} {told['unit']}s\n"
        f"origins {told['from']} to {told['to']}\n"
        f"{told['vintage']}, to {told['data_until']} ({told['as_of_mode']})",
        fontsize=9,
    )
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=150, format="png", metadata={"Software": None})
    write_whole(path, drawn.getvalue())


def _curve(panel: Axes, classes: list[ReliabilityRow], title: str) -> None:
    mean = [row.mean_p for row in classes]
    observed = [row.observed for row in classes]
    # An interval of a share always holds it, but for rounding.
    below = [max(0.0, row.observed - row.observed_low) for row in classes]
    above = [max(0.0, row.observed_high - row.observed) for row in classes]
    base = sum(row.positives for row in classes) / sum(row.count for row in classes)
    _scale(panel, "x")
    _scale(panel, "y")
    panel.plot([0, 1], [0, 1], color="0.6", linewidth=1, label="perfect")
    panel.axhline(base, color="0.4", linewidth=1, linestyle=":", label=f"base rate {base:.2%}")
    panel.errorbar(mean, observed, yerr=[below, above], fmt="o-", markersize=4, linewidth=1, capsize=2, label="replay")
    panel.set_title(title, fontsize=9)
    panel.set_ylabel("share that happened", fontsize=8)
    panel.legend(fontsize=7, loc="upper left")


def _counts(panel: Axes, classes: list[ReliabilityRow]) -> None:
    _scale(panel, "x")
    panel.vlines([row.mean_p for row in classes], 0.5, [row.count for row in classes], linewidth=3)
    panel.set_yscale("log")
    panel.set_ylim(0.5, 3 * max(row.count for row in classes))
    panel.set_ylabel("cells", fontsize=8)
    panel.set_xlabel("forecast probability", fontsize=8)


def _scale(panel: Axes, axis: str) -> None:
    ticks = [0, 0.01, 0.03, 0.1, 0.3, 1]
    if axis == "x":
        panel.set_xscale("symlog", linthresh=0.01)
        panel.set_xlim(-0.0005, 1.1)
    else:
        panel.set_yscale("symlog", linthresh=0.01)
        panel.set_ylim(-0.0005, 1.1)
    getattr(panel, f"{axis}axis").set_ticks(ticks, [f"{tick:.0%}" for tick in ticks], minor=False)
    getattr(panel, f"{axis}axis").set_ticks([], minor=True)
    panel.tick_params(labelsize=7, labelbottom=True)
