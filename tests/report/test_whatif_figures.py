"""Figures of a comparison: what each of them says, that nothing lies on anything else, that files are whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from planted_comparison import LEVERS, planted_comparison
from tocsin.errors import InputError
from tocsin.report.whatif_figures import (
    draw_best,
    draw_deaths,
    draw_decisive,
    draw_differences,
    draw_strength,
    save_figures,
)
from tocsin.whatif.comparison.result import Comparison

SOME = planted_comparison()
DRAWN: dict[str, Callable[[Comparison], Figure]] = {
    "differences": draw_differences,
    "by_month": draw_deaths,
    "strength": draw_strength,
    "decides": lambda comparison: draw_decisive(comparison, 12),
    "best": lambda comparison: draw_best(comparison, 12),
}


def words_of(figure: Figure) -> list[str]:
    """All texts on the page, outside of panels."""
    return [text.get_text() for text in figure.texts]


def titled(comparison: Comparison, titles: list[str]) -> Comparison:
    """The same, with other titles of its options."""
    options = [replace(o, title=t) for o, t in zip(comparison.scenario.options, titles, strict=True)]
    return replace(comparison, scenario=replace(comparison.scenario, options=tuple(options)))


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_says_what_it_is_and_what_it_rests_on(name: str) -> None:
    said = words_of(DRAWN[name](SOME))
    assert "Scenario, not a forecast" in said
    assert "Planted: North rules and South contests it" in said
    foot = " ".join(said[-1].split())
    assert (
        "scenario, not a forecast · Nowhere as of 2021-08-31; figures to 2020-12-31, 8 months before (planted 1)"
        in foot
    )
    assert "1,000 runs of each option (100 points of the uncertain numbers), seed 7; variants: fitted, match" in foot


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_leaves_the_page_and_no_title_lies_on_a_panel(name: str) -> None:
    long = titled(SOME, ["Do nothing at all, for now", "Share intelligence with the ruling side", "Police $5 (cities)"])
    figure = DRAWN[name](long)
    figure.canvas.draw()
    page = figure.bbox
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    for text in figure.texts:
        box = text.get_window_extent(renderer)
        assert box.x0 >= 0, text.get_text()
        assert box.x1 <= page.x1, text.get_text()
        assert box.y0 >= 0
        assert box.y1 <= page.y1
    boxes = [text.get_window_extent(renderer) for text in figure.texts]
    panels = [panel.get_tightbbox(renderer) for panel in figure.axes if panel.get_visible()]
    for panel in panels:
        assert panel is not None
        assert panel.x0 >= -1
        assert panel.x1 <= page.x1 + 1
        assert not any(panel.overlaps(box) for box in boxes)
    for panel in figure.axes:
        for text in panel.texts:
            if panel.get_visible():
                assert text.get_window_extent(renderer).x1 <= page.x1, text.get_text()
    for legend in figure.legends:
        box = legend.get_window_extent(renderer)
        assert box.x0 >= 0
        assert box.x1 <= page.x1
        assert not any(box.overlaps(other) for other in [*boxes, *panels])


def test_differences_are_drawn_where_they_are() -> None:
    figure = draw_differences(SOME)
    panels = figure.axes
    assert [panel.get_title() for panel in panels] == ["within 6 months", "within 12 months", "within 36 months"]
    means = [line.get_xdata()[0] for line in panels[1].lines if line.get_marker() not in ("", "None")]
    assert means == [-24.0, -48.0]
    assert [text.get_text() for text in panels[1].texts] == ["-24 (70% fewer)", "-48 (70% fewer)"]


def test_deaths_share_a_scale_and_a_far_wider_band_is_cut_and_said() -> None:
    wild = tuple(
        replace(band, high=band.high * 50) if (band.option, band.outcome) == ("policing", "civilian_deaths") else band
        for band in SOME.bands
    )
    figure = draw_deaths(replace(SOME, bands=wild))
    shown = [panel for panel in figure.axes if panel.get_visible()]
    tops = [panel.get_ylim()[1] for panel in shown]
    np.testing.assert_allclose(tops, 1.1 * 40)  # of doing nothing, in the middle of the three
    assert [text.get_text() for text in shown[2].texts] == ["band up to 1,600"]
    assert not shown[0].texts
    line = shown[1].lines[1].get_ydata()
    np.testing.assert_allclose(line, 18.0)


def test_strength_is_of_each_side() -> None:
    figure = draw_strength(SOME)
    shown = [panel for panel in figure.axes if panel.get_visible()]
    assert [panel.get_title() for panel in shown] == ["North", "South", "East"]
    np.testing.assert_allclose(shown[1].lines[0].get_ydata()[[0, -1]], [2000.0, 1600.0])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "Do nothing",
        "Share intelligence",
        "Policing",
    ]


def test_what_decides_is_coloured_by_its_evidence() -> None:
    figure = draw_decisive(SOME, 12)
    panel = figure.axes[0]
    assert [label.get_text() for label in panel.get_yticklabels()][:2] == ["strike_response", "South.attack_rate"]
    assert [bar.get_width() for bar in panel.patches] == [80.0, 40.0, 20.0, 2.0]
    assert len({bar.get_facecolor() for bar in panel.patches}) == 3
    assert len({bar.get_hatch() for bar in panel.patches}) == 3  # colour is not all that tells them apart


def test_the_best_stand_by_variant() -> None:
    figure = draw_best(SOME, 12)
    points = [line for line in figure.axes[0].lines if line.get_marker() not in ("", "None")]
    assert [float(point.get_xdata()[0]) for point in points] == [0.125] * 8 + [0.75] * 4
    assert len({point.get_marker() for point in points}) == 4


def test_options_and_evidence_differ_in_more_than_colour() -> None:
    many = planted_comparison(tuple(LEVERS))
    lines = draw_strength(many).axes[0].lines
    assert len({str(line._dash_pattern) for line in lines}) == 3  # type: ignore[attr-defined]


def test_all_are_written_the_same_twice(tmp_path: Path) -> None:
    first, again = (save_figures(SOME, tmp_path / name, 12) for name in ("a", "deep/b"))
    assert [path.name for path in first] == [
        f"{name}{suffix}"
        for name in ("differences", "by_month", "strength", "best", "decides")
        for suffix in (".svg", ".png")
    ]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    drawn = first[0].read_text(encoding="utf-8")
    assert "(scenario, not a forecast)</title>" in drawn
    assert re.search(r"<desc>Scenario, not a forecast: .*Nowhere as of 2021-08-31", drawn)
    assert first[1].read_bytes().startswith(b"\x89PNG")
    assert int.from_bytes(first[1].read_bytes()[16:20], "big") == 1200  # pixels wide


def test_what_was_not_looked_into_is_not_drawn(tmp_path: Path) -> None:
    names = {path.stem for path in save_figures(planted_comparison(sensitivity=False), tmp_path, 12)}
    assert names == {"differences", "by_month", "strength", "best"}


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="can not be made"):
        save_figures(SOME, tmp_path / "file" / "folder", 12)
