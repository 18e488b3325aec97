"""The network figure: what is drawn is what the links say, in files that are the same each time."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.patches import Circle, FancyArrowPatch, Polygon

from planted_rivalry import ANSWERS, NO_ANSWER, planted_rivalry
from tocsin.errors import InputError
from tocsin.rivalry.figure import ANSWER, CLASH, description, draw_network, save_network
from tocsin.rivalry.network import bent_line, layout_of, ribbon
from tocsin.rivalry.result import Rivalry

SVG = "{http://www.w3.org/2000/svg}"


def patches(figure: Figure, kind: type) -> list[Any]:
    return [patch for patch in figure.axes[0].patches if type(patch) is kind]


def words(figure: Figure) -> str:
    told = [text.get_text() for text in (*figure.texts, *figure.axes[0].texts)]
    return "\n".join(told + [text.get_text() for legend in figure.legends for text in legend.get_texts()])


def body_widths(figure: Figure, colour: str) -> list[float]:
    """Widths of the arrows of a colour: of the middle tone, which is the estimate."""
    from matplotlib.colors import to_rgb

    shapes = [p for p in patches(figure, Polygon) if to_rgb(p.get_facecolor()) == to_rgb(colour)]
    bodies = [p.get_xy() for p in shapes if p.get_alpha() == 0.60]
    return [float(np.linalg.norm(xy[0] - xy[-2])) for xy in bodies]  # a closed polygon repeats its first point


def many(n: int) -> Rivalry:
    return planted_rivalry(
        tuple(f"Group number {g} of the many" for g in range(n)), {(0, 1): ANSWERS, (2, 0): NO_ANSWER}
    )


def test_only_links_that_answer_are_arrows_and_clashes_are_lines_of_their_own() -> None:
    links = {
        (0, 1): {**ANSWERS, "clashes": 100},
        (1, 0): {**NO_ANSWER, "clashes": 100},
        (1, 2): {**ANSWERS, "estimate": 0.1},
    }
    figure = draw_network(planted_rivalry(("A", "B", "C"), links))
    assert len(body_widths(figure, ANSWER)) == 2
    assert len(patches(figure, FancyArrowPatch)) == 3  # six links: two answer, one does not, three cannot be told
    clashes = [line for line in figure.axes[0].lines if line.get_color() == CLASH]
    assert len(clashes) == 1
    assert clashes[0].get_linestyle() not in ("-", "None")  # not by colour alone
    assert clashes[0].get_linewidth() == pytest.approx(0.8 + 1.1 * 2)  # log10 of 100


def test_widths_are_in_proportion_to_estimates_and_intervals() -> None:
    links = {(0, 1): {**ANSWERS, "estimate": 0.2, "low": 0.1, "high": 0.3}, (1, 0): {**ANSWERS, "estimate": 0.05}}
    figure = draw_network(planted_rivalry(("A", "B"), links))
    wide, thin = sorted(body_widths(figure, ANSWER), reverse=True)
    assert wide == pytest.approx(4 * thin)
    at = {p.get_alpha(): float(np.linalg.norm(p.get_xy()[0] - p.get_xy()[-2])) for p in patches(figure, Polygon)[:4]}
    assert at[0.95] == pytest.approx(wide / 2)  # the core: the low end, of the strongest drawn first
    assert at[0.20] == pytest.approx(wide * 1.5)  # the ribbon: the high end


def test_area_of_a_node_is_its_attacks() -> None:
    result = planted_rivalry(("A", "B"))  # 400 and 200 attacks
    first, second = (circle.get_radius() for circle in patches(draw_network(result), Circle))
    assert (first / second) ** 2 == pytest.approx(400 / 200)


def test_title_and_foot_say_what_it_is_of() -> None:
    said = words(draw_network(planted_rivalry(("A", "B"), {(0, 1): ANSWERS})))
    for part in (
        "attacks on civilians, Planted",
        "2015-01-05 to 2020-12-27",
        "planted 1",
        "predictive, not causal",
        "A\n400",
        "Of 2 links, answering: 1;",
        "cannot tell: 1",
        "+0.021±0.008 (helps)",
        "4% of links pass the 5% test",  # (0.04 * 398 + 0.06 * 50) / 448
        "90% interval",
    ):
        assert part in said, part
    assert "direct clashes" not in said  # nothing in the legend that is not drawn
    bare = replace(planted_rivalry(), oos_log_score_gain=None, oos_se=None, null_checks=())
    assert "No months could be held apart." in words(draw_network(bare))


def test_links_that_cannot_be_told_are_left_out_among_many_groups() -> None:
    assert len(patches(draw_network(many(6)), FancyArrowPatch)) == 28
    figure = draw_network(many(7))
    assert not patches(figure, FancyArrowPatch)
    assert "cannot tell, not drawn: 40" in words(figure)


@pytest.mark.parametrize("n", [2, 3, 4, 7, 10, 11, 25])
def test_no_name_lies_on_another_and_all_are_on_the_page(n: int) -> None:
    figure = draw_network(planted_rivalry(tuple(f"Front {g} for the Liberation of the Far Province" for g in range(n))))
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    page = figure.bbox
    boxes = [text.get_window_extent(renderer) for text in (*figure.axes[0].texts, *figure.texts)]
    for box in boxes:
        assert box.x0 >= page.x0
        assert box.x1 <= page.x1
        assert box.y0 >= page.y0
        assert box.y1 <= page.y1
    if n < 11:  # turned names lie beside each other within boxes that overlap
        assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


@given(n=st.integers(2, 25), data=st.data())
@settings(max_examples=40)
def test_an_arrow_runs_from_the_edge_of_one_node_to_that_of_another(n: int, data: st.DataObject) -> None:
    place = layout_of(planted_rivalry(tuple(f"G{g}" for g in range(n))))
    source, target = data.draw(st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True))
    line = bent_line(place, source, target, 0.22)
    # The line is a row of points some hundredths apart, so it ends that near to the edge.
    assert 0 < np.linalg.norm(line[0] - place.at[source]) - place.radius[source] < 0.08
    assert 0 < np.linalg.norm(line[-1] - place.at[target]) - place.radius[target] < 0.08
    back = bent_line(place, target, source, 0.22)
    middle = len(line) // 2
    assert np.min(np.linalg.norm(back - line[middle], axis=1)) > 0.01  # the two directions are two arrows


def test_a_ribbon_is_as_wide_as_asked() -> None:
    line = np.column_stack([np.linspace(0, 1, 11), np.zeros(11)])
    outline = ribbon(line, 0.2)
    assert outline[:11, 1] == pytest.approx(0.1)
    assert outline[11:, 1] == pytest.approx(-0.1)


@pytest.mark.parametrize("ending", ["svg", "PNG"])
def test_the_same_result_is_the_same_file(tmp_path: Path, ending: str) -> None:
    result = planted_rivalry(("A", "B", "C"), {(0, 1): {**ANSWERS, "clashes": 3}})
    for name in ("a", "b"):
        save_network(result, tmp_path / f"{name}.{ending}")
    first = (tmp_path / f"a.{ending}").read_bytes()
    assert first == (tmp_path / f"b.{ending}").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a.{ending}", f"b.{ending}"]
    if ending == "PNG":
        assert imread(tmp_path / "a.PNG", format="png").shape[1] == 9 * 150
        assert b"planted 1" in first  # the description in words


def test_a_drawing_carries_its_title_and_description(tmp_path: Path) -> None:
    result = planted_rivalry(
        ("A & <B>", "C\x1b[31m $x_1$"), {(0, 1): {**ANSWERS, "clashes": 3}, (1, 0): {"clashes": 3}}
    )
    save_network(result, tmp_path / "network.svg")
    root = ElementTree.parse(tmp_path / "network.svg").getroot()
    assert root.findtext(f"{SVG}title") == "Who answers whom, Planted"
    told = root.findtext(f"{SVG}desc")
    assert told == description(result)
    for part in ("C[31m $x_1$ answers A & <B>", "+0.21 attacks per attack (+0.12 to +0.30)", "3 recorded clashes"):
        assert part in told


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.svg or \.png, got 'network\.pdf'"):
        save_network(planted_rivalry(), Path("network.pdf"))
    with pytest.raises(InputError, match="can not be written"):
        save_network(planted_rivalry(), tmp_path / "nowhere" / "network.svg")


def test_the_result_draws_itself() -> None:
    assert "Planted" in words(planted_rivalry().plot())
