"""The reliability figure: a picture of the numbers it is given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.image import imread

from tocsin.replay import Plan, ReliabilityRow, Replay
from tocsin.replay.notes import alt_text
from tocsin.report.reliability_figure import draw_reliability

CLASSES = [(0.0, 0.01, 900, 0.002, 9), (0.01, 0.3, 80, 0.1, 10), (0.3, 1.0, 20, 0.55, 12)]


def classes(model: str, target: str, population: str = "seen") -> list[ReliabilityRow]:
    return [
        ReliabilityRow(model, target, 6, population, low, high, n, p, k, k / n, 0.8 * k / n, min(1.0, 1.3 * k / n))
        for low, high, n, p, k in CLASSES
    ]


def replay_of(rows: list[ReliabilityRow], models: tuple[str, ...]) -> Replay:
    manifest = {"vintage": "planted 1", "citation": "Planted", "licence": "CC0", "data_until": "2020-12-31"}
    return Replay(Plan(361, 486, models), manifest, (), tuple(rows), (), Path("somewhere"))


def test_one_panel_a_model_and_target_with_its_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[list[float], list[float]]] = []
    bars: list[list[int]] = []
    errorbar, vlines = Axes.errorbar, Axes.vlines

    def recorded(self: Axes, x: list[float], y: list[float], **rest: object) -> object:
        drawn.append((x, y))
        return errorbar(self, x, y, **rest)

    def counted(self: Axes, x: list[float], low: float, high: list[int], **rest: object) -> object:
        if np.ndim(low) == 0 and low == 0.5:  # error bars are drawn by the same method
            bars.append(high)
        return vlines(self, x, low, high, **rest)

    monkeypatch.setattr(Axes, "errorbar", recorded)
    monkeypatch.setattr(Axes, "vlines", counted)
    rows = [
        *classes("ours", "deaths25"),
        *classes("ours", "mass_casualty"),
        *classes("theirs", "deaths25"),
        *classes("ours", "deaths25", "new_risk"),
    ]
    path = tmp_path / "reliability.png"
    draw_reliability(replay_of(rows, ("theirs", "recency", "ours")), path)
    assert drawn == [([0.002, 0.1, 0.55], [9 / 900, 10 / 80, 12 / 20])] * 3
    assert bars == [[900, 80, 20]] * 3
    assert path.read_bytes().startswith(b"\x89PNG")
    height, width, _ = imread(path).shape
    assert height > 1000
    assert width > 1000


def test_the_same_numbers_are_the_same_file(tmp_path: Path) -> None:
    replay = replay_of(classes("ours", "deaths25"), ("ours",))
    draw_reliability(replay, tmp_path / "a.png")
    draw_reliability(replay, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_the_figure_in_words() -> None:
    rows = [*classes("ours", "deaths25"), *classes("ours", "deaths25", "new_risk")]
    words = alt_text(rows, Plan(361, 486, ("ours",)))
    assert "ours, 25 deaths or more: 3 classes of probability" in words
    assert "in the highest, a mean forecast of 55% and 60% of 20 cells happened" in words
    assert "No model" in alt_text([], Plan(361, 486, ("ours",)))
