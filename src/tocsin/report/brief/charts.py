"""The charts of the brief, as SVG: a group's past, the months ahead of it, and how early emergences were on a level.

Kinds and lines differ in shade, pattern or dash as well as in colour, so that they are told apart in grey and by the
colour-blind; lines carry their names. Every figure drawn is one of the object the chart is made of.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from tocsin.months import first_day, month_id
from tocsin.report.brief.svg import (
    GREY,
    INK,
    PALE,
    SMALL,
    WIDTH,
    Look,
    document,
    element,
    line,
    path,
    prefix,
    rect,
    shortened,
    stripes,
    text,
    text_width,
)
from tocsin.warn import percent
from tocsin.warn.explanation import Explanation, MonthFigures
from tocsin.warn.past import LeadCurve

STATE, BETWEEN, CIVILIANS = "#c5d8ea", "#d98c2b", "#7b1e1e"
KINDS: tuple[tuple[str, str, str], ...] = (
    ("deaths_state", STATE, "clashes with the state"),
    ("deaths_nonstate", BETWEEN, "fights between groups"),
    ("deaths_onesided", CIVILIANS, "attacks on civilians"),
)
BASELINE, AHEAD = "#8a4b00", "#0b4f8a"
LOG_FROM = 12  # a log axis where the top is this many times the typical month
_TITLE = 8.5


class _Panel(NamedTuple):
    """The area of a chart: its edges in points, and what maps a value of the vertical axis to a height on the page."""

    left: float
    right: float
    top: float
    bottom: float
    height_of: Callable[[float], float]

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * self.height_of(value)


def history_chart(explanation: Explanation) -> str:
    """Deaths a month by kind of violence, stacked, as SVG: up to ten years, until the day the data end.

    A bar is as high as its month's deaths on a linear axis from 0. A triangle above marks a month with a mass-casualty
    attack, a larger one a month with several. The highest month is labelled.
    """
    group, until = explanation.line.group, explanation.assessment.data_until
    months = _up_to(explanation.history, until)
    last = month_id(until)
    first = min([month_id(m.month) for m in months] + [last - 23])
    name = prefix("h", group, str(until))
    title = f"Deaths a month, {group}, {first_day(first):%b %Y} to {until:%b %Y}"
    peak = max(months, key=lambda m: m.deaths, default=None)
    top, ticks = _linear_ticks(peak.deaths * 1.12 if peak else 0)
    panel = _Panel(40, WIDTH - 8, 50, 172, lambda v: v / top)
    step = (panel.right - panel.left) / (last - first + 1)
    fills = {"deaths_state": STATE, "deaths_nonstate": f"url(#{name}-b)", "deaths_onesided": CIVILIANS}

    marks = [element("defs", stripes(f"{name}-b", BETWEEN, "#5a3200", every=2.4)), _headline(title)]
    marks += _kinds_legend(fills)
    marks += _value_axis(panel, ticks, "deaths a month (linear scale)")
    marks += _years(panel, first, last, step)
    bars: dict[str, list[str]] = {kind: [] for kind, _, _ in KINDS}
    for month in months:
        x, below = panel.left + (month_id(month.month) - first) * step, 0
        for kind, _, _ in KINDS:
            deaths = getattr(month, kind)
            if deaths:
                y = panel.y(below + deaths)
                bars[kind].append(rect(x + 0.06 * step, y, 0.88 * step, panel.y(below) - y))
                below += deaths
        if month.mass_casualty_events:
            size = 2.2 if month.mass_casualty_events == 1 else 3.6
            marks.append(_triangle(x + step / 2, panel.top - 1.5, size))
    marks += [element("g", "".join(drawn), fill=fills[kind], class_=kind) for kind, drawn in bars.items()]
    if peak and peak.deaths:
        x = panel.left + (month_id(peak.month) - first + 0.5) * step
        marks.append(_within(f"peak {peak.deaths:,} ({peak.month:%b %Y})", x, panel.y(peak.deaths) - 2.5, panel))
    else:
        marks.append(text("no recorded death in these months", panel.left + 8, panel.bottom - 6, size=SMALL))
    marks.append(_data_end(panel, panel.right, until, before=True))
    attacks = sum(m.mass_casualty_events for m in months)
    totals = ", ".join(f"{sum(getattr(m, kind) for m in months):,} in {words}" for kind, _, words in KINDS)
    said = (
        f"Stacked bars, one a month. Deaths over the whole time: {totals}. "
        + (f"The highest month is {peak.month:%B %Y} with {peak.deaths:,} deaths. " if peak and peak.deaths else "")
        + f"Mass-casualty attacks: {attacks:,}. The data end on {until:%-d %B %Y}; events recorded later are not shown."
    )
    return document(title, said, 197, marks, name=name)


def fan_chart(explanation: Explanation) -> str:
    """Deaths of the last 24 months and those expected in the months ahead, as SVG.

    Ahead: the median, the mean ("expected") and the 80% interval; drawn apart, the baseline, the mean of the last 12
    months with the interval that held 80% of them. The axis is linear, or log(1 + deaths) where a linear one would hide
    most months; it says which.
    """
    group, until = explanation.line.group, explanation.assessment.data_until
    last = month_id(until)
    past = [m for m in _up_to(explanation.history, until) if month_id(m.month) > last - 24]
    ahead = sorted(explanation.ahead, key=lambda m: m.month)
    name = prefix("f", group, str(until))
    title = f"Deaths a month, {group}: the last 24 months and the {len(ahead)} ahead"
    values = [float(m.deaths) for m in past] + [v for m in ahead for v in (m.high, m.expected, m.baseline_high)]
    typical = float(np.median([m.deaths for m in past if m.deaths] + [m.expected for m in ahead] or [0.0]))
    highest = max(values, default=0.0)
    logarithmic = highest > max(20.0, LOG_FROM * typical)
    top, ticks = _log_ticks(highest) if logarithmic else _linear_ticks(highest * 1.08)
    rise: Callable[[float], float] = (lambda v: math.log1p(v) / math.log1p(top)) if logarithmic else (lambda v: v / top)
    panel = _Panel(40, WIDTH - 132, 32, 172, rise)
    end = max([month_id(m.month) for m in ahead] + [last])
    first = last - 23
    step = (panel.right - panel.left) / (end - first + 1)

    def middle(month: date) -> float:
        return panel.left + (month_id(month) - first + 0.5) * step

    def curve(field: str) -> list[tuple[float, float]]:
        return [(middle(m.month), panel.y(getattr(m, field))) for m in ahead]

    marks = [_headline(title)]
    marks += _value_axis(
        panel, ticks, "deaths a month (log scale: log(1 + deaths))" if logarithmic else "deaths a month (linear scale)"
    )
    marks += _years(panel, first, end, step)
    tops = [(middle(m.month) - 0.4 * step, panel.y(m.deaths)) for m in past if m.deaths]
    bars = [rect(x, y, 0.8 * step, panel.bottom - y) for x, y in tops]
    marks.append(element("g", "".join(bars), fill="#9a9a9a", class_="past"))
    if ahead:
        band = [*curve("high"), *reversed(curve("low"))]
        marks.append(element("path", d=path(band, closed=True), fill="#b9d3ea", class_="interval"))
        for field, dash, width, colour in (
            ("baseline_high", "1.5 2", 0.9, BASELINE),
            ("baseline_low", "1.5 2", 0.9, BASELINE),
            ("baseline", "6 2.5", 1.3, BASELINE),
            ("median", None, 1.1, AHEAD),
            ("expected", None, 2.2, AHEAD),
        ):
            look: Look = {"fill": "none", "stroke": colour, "stroke_width": width, "stroke_dasharray": dash}
            marks.append(element("path", d=path(curve(field)), class_=field, **look))
            if field == "median":
                for x, y in curve(field):
                    marks.append(element("circle", cx=x, cy=y, r=1.7, fill="#ffffff", stroke=colour, stroke_width=0.9))
        final = ahead[-1]
        named = [
            (final.high, f"80% interval, to {_deaths(final.high)}", AHEAD),
            (final.expected, f"expected {_deaths(final.expected)}", AHEAD),
            (final.median, f"median {_deaths(final.median)}", AHEAD),
            (final.baseline_high, f"baseline 80%, to {_deaths(final.baseline_high)}", BASELINE),
            (final.baseline, f"baseline {_deaths(final.baseline)}", BASELINE),
        ]
        marks += _names_of_lines(panel, middle(final.month), [(panel.y(v), words, c) for v, words, c in named])
    marks.append(_data_end(panel, panel.left + 24 * step, until))
    said = (
        f"Grey bars: recorded deaths of the 24 months to {until:%-d %B %Y}, where the data end "
        f"({sum(m.deaths for m in past):,} deaths). "
        + (
            f"Ahead, {ahead[0].month:%b %Y} to {ahead[-1].month:%b %Y}: expected deaths a month "
            f"{_range([m.expected for m in ahead])} (thick line), median {_range([m.median for m in ahead])} (thin, "
            f"dotted), 80% interval from {_range([m.low for m in ahead])} to {_range([m.high for m in ahead])} "
            f"(shaded). Baseline, the last 12 months: mean {_range([m.baseline for m in ahead])} (dashed), 80% from "
            f"{_range([m.baseline_low for m in ahead])} to {_range([m.baseline_high for m in ahead])} (dotted). "
            if ahead
            else "No months ahead. "
        )
        + f"Model: {explanation.assessment.model}."
    )
    return document(title, said, 197, marks, name=name)


def lead_chart(leads: LeadCurve) -> str:
    """Share of emergences on a level, and on warning, at least m months before them, as SVG.

    Beside them what as many groups drawn at random give, and the ceiling: the share with any recorded death before.
    """
    ceiling = 1 - leads.never_seen
    name = prefix("l", str(leads.first), str(leads.last), str(leads.emergences))
    title = (
        f"How early {leads.emergences:,} emergences were on a level, {leads.first:%b %Y} to {leads.last:%b %Y} (replay)"
    )
    panel = _Panel(40, WIDTH - 150, 32, 160, lambda v: v)
    months = len(leads.on_level)
    step = (panel.right - panel.left) / max(1, months)

    def curve(shares: Sequence[float]) -> list[tuple[float, float]]:
        return [(panel.left + (k + 0.5) * step, panel.y(share)) for k, share in enumerate(shares)]

    marks = [_headline(title)]
    ticks = [(share / 4, f"{share / 4:.0%}") for share in range(5)]
    marks += _value_axis(panel, ticks, "share of emergences")
    y = panel.bottom
    marks.append(line(panel.left, y, panel.right, y))
    for k in range(months):
        middle = panel.left + (k + 0.5) * step
        marks.append(text(str(k + 1), middle, y + 10, size=SMALL, text_anchor="middle"))
    where = (panel.left + panel.right) / 2
    marks.append(text("at least so many months before", where, y + 21, size=SMALL, fill=GREY, text_anchor="middle"))
    limit = [(panel.left, panel.y(ceiling)), (panel.right, panel.y(ceiling))]
    look: Look = {"fill": "none", "stroke": GREY, "stroke_width": 1, "stroke_dasharray": "7 3"}
    marks.append(element("path", d=path(limit), class_="ceiling", **look))
    labels = [(panel.y(ceiling), f"ceiling {percent(ceiling)}: had deaths before", GREY)]
    for field, words, colour, width, dash in (
        ("random", "drawn at random", GREY, 1.2, "1.5 2"),
        ("on_warning", "on warning", CIVILIANS, 1.5, None),
        ("on_level", "on watch or warning", AHEAD, 1.8, None),
    ):
        shares = getattr(leads, field)
        look = {"fill": "none", "stroke": colour, "stroke_width": width, "stroke_dasharray": dash}
        marks.append(element("path", d=path(curve(shares)), class_=field, **look))
        for x, y in curve(shares):
            if field == "on_level":
                marks.append(element("circle", cx=x, cy=y, r=2, fill=colour))
            elif field == "on_warning":
                marks.append(rect(x - 1.8, y - 1.8, 3.6, 3.6, fill=colour))
        labels.append((panel.y(shares[-1]), f"{words}, {percent(shares[-1])}", colour))
    marks += _names_of_lines(panel, panel.right, labels)
    said = (
        f"Of {leads.emergences:,} emergences, on watch or warning at least 1 month before: "
        f"{percent(leads.on_level[0])}, at least {months}: {percent(leads.on_level[-1])}; on warning: "
        f"{percent(leads.on_warning[0])} and {percent(leads.on_warning[-1])}; as many groups drawn at random: "
        f"{percent(leads.random[0])} and {percent(leads.random[-1])}. {percent(leads.never_seen)} had no death "
        f"recorded before, so that {percent(ceiling)} is the most that can be reached by name."
    )
    return document(title, said, 197, marks, name=name)


def _up_to(history: Sequence[MonthFigures], until: date) -> list[MonthFigures]:
    """The months up to the last day of the data, in order."""
    return sorted((m for m in history if m.month <= until), key=lambda m: m.month)


def _headline(title: str) -> str:
    return text(shortened(title, _TITLE * 1.1, WIDTH - 4), 2, 11, size=_TITLE, font_weight="bold")


def _kinds_legend(fills: dict[str, str]) -> list[str]:
    marks, x = [], 2.0
    for kind, _, words in KINDS:
        marks.append(rect(x, 18, 9, 7.5, fill=fills[kind], stroke=INK, stroke_width=0.3))
        marks.append(text(words, x + 12, 25, size=SMALL))
        x += 20 + text_width(words, SMALL)
    words = "mass-casualty attack (large: several)"
    return [*marks, _triangle(x + 4, 25, 3), text(words, x + 11, 25, size=SMALL)]


def _triangle(x: float, y: float, size: float) -> str:
    """A triangle that stands on a point, drawn in ink so that it shows on any shade."""
    return element("path", d=path([(x - size, y), (x + size, y), (x, y - 2 * size)], closed=True), class_="attack")


def _value_axis(panel: _Panel, ticks: Sequence[tuple[float, str]], words: str) -> list[str]:
    marks = [text(words, 2, panel.top - (13 if panel.top > 40 else 8), size=SMALL, fill=GREY)]
    for value, label in ticks:
        y = panel.y(value)
        marks.append(line(panel.left, y, panel.right, y, stroke=PALE, stroke_width=0.5))
        marks.append(text(label, panel.left - 4, y + 2.7, size=SMALL, text_anchor="end"))
    return marks


def _years(panel: _Panel, first: int, last: int, step: float) -> list[str]:
    """The time axis: a tick at the start of each year, and of each quarter where there is room."""
    marks = [line(panel.left, panel.bottom, panel.right, panel.bottom)]
    for month in range(first, last + 1):
        day, x = first_day(month), panel.left + (month - first) * step
        if day.month == 1:
            marks.append(line(x, panel.bottom, x, panel.bottom + 5))
            if x + 24 < panel.right:
                marks.append(text(str(day.year), x + 2, panel.bottom + 12, size=SMALL))
        elif day.month % 3 == 1 and step > 6:
            marks.append(line(x, panel.bottom, x, panel.bottom + 2.5))
    return marks


def _within(words: str, x: float, y: float, panel: _Panel) -> str:
    """Words centred on x, moved so that they stay inside the panel."""
    half = text_width(words, SMALL) / 2
    return text(
        words,
        min(max(x, panel.left + half), panel.right - half - 3),
        y,
        size=SMALL,
        text_anchor="middle",
        class_="peak",
    )


def _data_end(panel: _Panel, x: float, until: date, *, before: bool = False) -> str:
    """The line where the data end, its words below the axis."""
    mark = line(x, panel.top - 4, x, panel.bottom + 14, stroke=INK, stroke_width=1, class_="data-end")
    words = f"data end here, {until:%-d %b %Y}"
    return mark + text(words, x, panel.bottom + 22, size=SMALL, text_anchor="end" if before else "middle")


def _names_of_lines(panel: _Panel, x: float, named: Sequence[tuple[float, str, str]]) -> list[str]:
    """A name to the right of each line's end, moved apart where ends are close, tied to its line by a thin one."""
    gap = SMALL + 1.7
    order = sorted(range(len(named)), key=lambda k: named[k][0])
    at = [named[k][0] for k in order]
    for k in range(1, len(at)):
        at[k] = max(at[k], at[k - 1] + gap)
    if at and at[-1] > panel.bottom:
        at[-1] = panel.bottom
        for k in range(len(at) - 2, -1, -1):
            at[k] = min(at[k], at[k + 1] - gap)
    marks = []
    for k, y in zip(order, at, strict=True):
        end, words, colour = named[k]
        marks.append(line(x + 1, end, panel.right + 10, y, stroke=colour, stroke_width=0.4))
        marks.append(text(words, panel.right + 12, y + 2.7, size=SMALL, fill=colour, class_="name"))
    return marks


def _linear_ticks(highest: float) -> tuple[float, list[tuple[float, str]]]:
    """The top of a linear axis and its ticks: whole deaths, at most six steps of 1, 2 or 5 times a power of ten."""
    top = max(highest, 4.0)
    power = 10 ** max(0, math.floor(math.log10(top / 5)))
    step = next(k * power for k in (1, 2, 5, 10) if k * power * 6 >= top)
    return top, [(float(v), f"{v:,}") for v in range(0, math.floor(top) + 1, step)]


def _log_ticks(highest: float) -> tuple[float, list[tuple[float, str]]]:
    """The top of a log(1 + deaths) axis and its ticks."""
    top = highest * 1.3
    steps = [v for power in range(7) for v in (1 * 10**power, 3 * 10**power) if v <= top]
    if len(steps) > 7:
        steps = [v for v in steps if str(v)[0] == "1"]
    return top, [(float(v), f"{v:,}") for v in (0, *steps)]


def _deaths(value: float) -> str:
    """Deaths for people: a decimal below ten where there is one."""
    return f"{value:,.1f}" if value < 9.95 and round(value, 1) % 1 else f"{value:,.0f}"


def _range(values: Sequence[float]) -> str:
    """The lowest and highest of some figures, one where they are the same."""
    low, high = _deaths(min(values)), _deaths(max(values))
    return low if low == high else f"{low}-{high}"
