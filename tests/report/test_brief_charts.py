"""The charts of the brief: what is drawn is the figures, to scale, and can be read by machine, eye and in grey."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, cast
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planted_lines import assessment, line
from tocsin.months import first_day, month_id
from tocsin.report.brief.charts import fan_chart, history_chart, lead_chart
from tocsin.report.brief.svg import text_width, wrapped
from tocsin.warn.explanation import Explanation, MonthAhead, MonthFigures
from tocsin.warn.past import LeadCurve

SVG = "{http://www.w3.org/2000/svg}"
LAST = month_id(date(2020, 12, 1))
HOSTILE = 'A & B </text><script>alert("x")</script> "\'<x> \x07] @ Mali'
LEADS = LeadCurve(
    first=date(2010, 1, 31),
    last=date(2020, 6, 30),
    emergences=431,
    never_seen=0.28,
    on_level=tuple(0.61 - 0.03 * k for k in range(12)),
    on_warning=tuple(0.30 - 0.02 * k for k in range(12)),
    random=tuple(0.40 - 0.02 * k for k in range(12)),
)
FIGURES = [
    MonthFigures(first_day(LAST - 30), 10, 0, 0, 3, 0),
    MonthFigures(first_day(LAST - 12), 4, 6, 30, 9, 1),
    MonthFigures(first_day(LAST - 1), 7, 3, 0, 5, 0),
    MonthFigures(first_day(LAST), 0, 0, 60, 4, 2),
]
AHEAD = [MonthAhead(first_day(LAST + k), 12.0 + k, 1.0, 8.0, 50.0 + k, 9.0, 0.0, 31.0) for k in range(1, 7)]


def explained(
    history: list[MonthFigures] = FIGURES, ahead: list[MonthAhead] = AHEAD, group: str = "JNIM @ Mali", **changes: Any
) -> Explanation:
    told = assessment(line(group), **changes)
    return Explanation(told, cast(Any, None), tuple(history), tuple(ahead), (), (), None)


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def of_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [found for found in drawn(svg).iter() if found.get("class") == name]


def heights(svg: str, name: str) -> list[float]:
    return [float(bar.attrib["height"]) for group in of_class(svg, name) for bar in group]


def points(svg: str, name: str) -> list[tuple[float, float]]:
    (found,) = of_class(svg, name)
    pairs = re.findall(r"(-?[\d.]+) (-?[\d.]+)", found.attrib["d"])
    return [(float(x), float(y)) for x, y in pairs]


def per_death(svg: str) -> float:
    """Points of height of one death, from the gridlines and their labels."""
    labels = {float(t.text.replace(",", "")): float(t.attrib["y"]) for t in axis_labels(svg) if t.text}
    (low, y_low), (high, y_high) = min(labels.items()), max(labels.items())
    return (y_low - y_high) / (high - low)


def axis_labels(svg: str) -> list[ElementTree.Element]:
    return [
        t for t in drawn(svg).iter(f"{SVG}text") if t.get("text-anchor") == "end" and re.match(r"[\d,]+$", t.text or "")
    ]


CHARTS: list[Callable[[], str]] = [
    lambda: history_chart(explained()),
    lambda: fan_chart(explained()),
    lambda: lead_chart(LEADS),
    lambda: history_chart(explained([], [])),
    lambda: fan_chart(explained([], [])),
]


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_stands_alone(chart: Callable[[], str]) -> None:
    svg = chart()
    root = drawn(svg)
    assert svg == chart()
    assert len(svg.encode()) < 25_000
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[1].tag == f"{SVG}desc"
    assert root.attrib["aria-labelledby"].split() == [root[0].get("id"), root[1].get("id")]
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "href" not in svg
    ids = {found.get("id") for found in root.iter()}
    assert set(re.findall(r"url\(#([^)]*)\)", svg)) <= ids
    assert len(re.findall(r"url\(", svg)) == len(re.findall(r"url\(#", svg))
    assert not {found.tag.removeprefix(SVG) for found in root.iter()} & {"script", "foreignObject", "style", "image"}


@pytest.mark.parametrize("chart", CHARTS)
def test_text_is_large_enough_inside_the_figure_and_nowhere_overlaps(chart: Callable[[], str]) -> None:
    root = drawn(chart())
    width, height = (float(v) for v in root.attrib["viewBox"].split()[2:])
    assert root.attrib["width"] == f"{width:.0f}pt"
    boxes = []
    for found in root.iter(f"{SVG}text"):
        size, x, y = (float(found.attrib[name]) for name in ("font-size", "x", "y"))
        assert size >= 7.5
        long = text_width(found.text or "", size)
        left = x - {"middle": long / 2, "end": long}.get(found.get("text-anchor", ""), 0)
        boxes.append((left, y - 0.73 * size, left + long, y, found.text))
    for k, a in enumerate(boxes):
        assert a[0] >= 0
        assert a[2] <= width + 0.5
        assert a[3] <= height
        for b in boxes[:k]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]), (a, b)


def test_bars_are_as_high_as_their_deaths() -> None:
    svg = history_chart(explained())
    scale = per_death(svg)
    for kind in ("deaths_state", "deaths_nonstate", "deaths_onesided"):
        wanted = [getattr(m, kind) * scale for m in FIGURES if getattr(m, kind)]
        assert heights(svg, kind) == pytest.approx(wanted, abs=0.02)


def test_kinds_of_one_month_stand_on_each_other() -> None:
    svg = history_chart(explained(FIGURES[1:2]))
    stack = [of_class(svg, kind)[0][0].attrib for kind in ("deaths_state", "deaths_nonstate", "deaths_onesided")]
    assert len({bar["x"] for bar in stack}) == 1
    for below, above in itertools.pairwise(stack):
        assert float(above["y"]) + float(above["height"]) == pytest.approx(float(below["y"]), abs=0.02)


@given(st.lists(st.tuples(*[st.integers(0, 400)] * 3), min_size=1, max_size=60))
@settings(max_examples=25, deadline=None)
def test_twice_the_deaths_are_twice_the_height_on_the_axis(deaths: list[tuple[int, int, int]]) -> None:
    def heights_in_deaths(times: int) -> dict[str, list[float]]:
        months = [
            MonthFigures(first_day(LAST - k), *(times * n for n in kinds), 1, 0) for k, kinds in enumerate(deaths)
        ]
        svg = history_chart(explained(months))
        return {
            kind: [height / per_death(svg) for height in heights(svg, kind)]
            for kind in ("deaths_state", "deaths_nonstate", "deaths_onesided")
        }

    once, twice = heights_in_deaths(1), heights_in_deaths(2)
    # Heights are written to a hundredth of a point, of 122 for the whole axis.
    error = 0.02 * 3 * max(4, *(2 * sum(kinds) for kinds in deaths)) / 100
    for kind, bars in once.items():
        assert twice[kind] == pytest.approx([2 * bar for bar in bars], abs=error)


def test_the_peak_the_attacks_and_the_end_of_the_data_are_marked() -> None:
    svg = history_chart(explained())
    assert "peak 60 (Dec 2020)" in svg
    attacks = of_class(svg, "attack")
    assert len(attacks) == 3  # one in the legend
    assert "data end here, 31 Dec 2020" in svg
    assert "Mass-casualty attacks: 3." in svg
    assert "21 in clashes with the state, 9 in fights between groups, 90 in attacks on civilians" in svg
    assert "no recorded death" in history_chart(explained([]))


def test_a_month_after_the_data_end_is_never_drawn() -> None:
    later = MonthFigures(first_day(LAST + 1), 500, 500, 500, 9, 9)
    assert history_chart(explained([*FIGURES, later])) == history_chart(explained())
    assert fan_chart(explained([*FIGURES, later])) == fan_chart(explained())
    november = explained(data_until=date(2020, 11, 30))
    assert "peak 40 (Dec 2019)" in history_chart(november)
    assert "data end here, 30 Nov 2020" in fan_chart(november)


def test_shades_differ_in_grey() -> None:
    from tocsin.report.brief.charts import KINDS
    from tocsin.report.brief.map import CLASSES

    def grey(colour: str) -> float:
        red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
        return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255

    for shades in ([shade for _, shade, _ in KINDS], [shade for _, _, shade in CLASSES]):
        greys = sorted(map(grey, shades))
        assert min(b - a for a, b in itertools.pairwise(greys)) > 0.1
    assert 'fill="url(#' in history_chart(explained())


def test_lines_ahead_are_at_the_height_of_their_deaths() -> None:
    svg = fan_chart(explained())
    scale = per_death(svg)
    (zero,) = (float(t.attrib["y"]) - 2.7 for t in axis_labels(svg) if t.text == "0")
    for field in ("expected", "median", "baseline", "baseline_low", "baseline_high"):
        heights = [(zero - y) / scale for _, y in points(svg, field)]
        assert heights == pytest.approx([getattr(m, field) for m in AHEAD], abs=0.01)
    band = [(zero - y) / scale for _, y in points(svg, "interval")]
    assert band == pytest.approx([m.high for m in AHEAD] + [m.low for m in reversed(AHEAD)], abs=0.01)
    # Only the last 24 months are behind the line.
    assert heights_past(svg, scale) == pytest.approx([40, 10, 60], abs=0.01)
    assert "deaths a month (linear scale)" in svg
    assert "baseline 80%, to 31" in svg


def heights_past(svg: str, scale: float) -> list[float]:
    return [height / scale for height in heights(svg, "past")]


def test_the_baseline_has_dashes_and_the_model_none() -> None:
    svg = fan_chart(explained())
    dashes = {name: of_class(svg, name)[0].get("stroke-dasharray") for name in ("expected", "median", "baseline")}
    assert dashes["expected"] is dashes["median"] is None
    assert dashes["baseline"]
    assert of_class(svg, "baseline_high")[0].get("stroke-dasharray") not in (None, dashes["baseline"])


def test_the_past_ends_and_the_future_begins_at_the_line() -> None:
    svg = fan_chart(explained())
    (end,) = of_class(svg, "data-end")
    x = float(end.attrib["x1"])
    (past,) = of_class(svg, "past")
    assert max(float(bar.attrib["x"]) + float(bar.attrib["width"]) for bar in past) <= x
    assert min(x_of for x_of, _ in points(svg, "expected")) > x


def test_an_outlier_makes_the_axis_logarithmic_and_it_says_so() -> None:
    import math

    months = [MonthFigures(first_day(LAST - k), 3 if k else 999, 0, 0, 1, 0) for k in range(24)]
    calm = [replace(m, expected=3.0, median=2.0, high=9.0, baseline_high=9.0) for m in AHEAD]
    svg = fan_chart(explained(months, calm))
    assert "deaths a month (log scale: log(1 + deaths))" in svg
    low, high = min(heights(svg, "past")), max(heights(svg, "past"))
    assert high / low == pytest.approx(math.log1p(999) / math.log1p(3), rel=0.01)


def test_shares_are_at_their_height_with_counts_in_the_title() -> None:
    svg = lead_chart(LEADS)
    assert drawn(svg)[0].text == "How early 431 emergences were on a level, Jan 2010 to Jun 2020 (replay)"
    labels = {t.text: float(t.attrib["y"]) for t in drawn(svg).iter(f"{SVG}text")}
    scale = labels["0%"] - labels["100%"]
    zero = labels["0%"] - 2.7
    for field in ("on_level", "on_warning", "random"):
        shares = [(zero - y) / scale for _, y in points(svg, field)]
        assert shares == pytest.approx(getattr(LEADS, field), abs=0.001)
    assert [(zero - y) / scale for _, y in points(svg, "ceiling")] == pytest.approx([0.72] * 2, abs=0.001)
    xs = [x for x, _ in points(svg, "on_level")]
    assert [float(t.attrib["x"]) for t in drawn(svg).iter(f"{SVG}text") if (t.text or "").isdigit()] == xs


def test_hostile_names_are_only_words() -> None:
    for svg in (history_chart(explained(group=HOSTILE)), fan_chart(explained(group=HOSTILE))):
        root = drawn(svg)
        assert not list(root.iter(f"{SVG}script"))
        assert "A & B </text><script>" in (root[0].text or "")
        assert "\x07" not in svg


def test_charts_of_two_groups_share_no_id() -> None:
    def ids(svg: str) -> set[str]:
        return {found.attrib["id"] for found in drawn(svg).iter() if "id" in found.attrib}

    one, other = explained(), explained(group="IS @ Mali")
    drawings = [history_chart(one), history_chart(other), fan_chart(one), fan_chart(other), lead_chart(LEADS)]
    assert len(set().union(*map(ids, drawings))) == sum(len(ids(svg)) for svg in drawings)


@given(st.text(max_size=200), st.floats(20, 400))
@settings(max_examples=50, deadline=None)
def test_wrapped_lines_are_no_wider_than_asked(words: str, width: float) -> None:
    for row in wrapped(words, 8, width):
        assert text_width(row, 8) <= width or len(row) <= 1


def test_words_are_measured_no_narrower_than_they_are() -> None:
    from matplotlib import get_data_path
    from matplotlib.ft2font import FT2Font

    font = FT2Font(f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf")
    font.set_size(100, 72)
    for words in (
        "Deaths a month, IS @ Afghanistan: the last 24 months",
        "mass-casualty attack (large: several)",
        "WHO?",
    ):
        font.set_text(words)
        assert 0.97 * font.get_width_height()[0] / 64 <= text_width(words, 100)
        assert text_width(words, 100) <= 1.2 * font.get_width_height()[0] / 64
