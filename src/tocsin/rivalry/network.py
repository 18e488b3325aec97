"""Where the network figure puts groups, names and arrows: plain geometry, no drawing.

Lengths are in units of the circle that the groups stand on, except those said to be in inches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.rivalry.result import Rivalry
from tocsin.rivalry.words import short_names

Floats = NDArray[np.float64]

FEW_GROUPS = 6  # with more, links that cannot be told would hide the others
PAGE_WIDTH, PAGE_MARGIN = 9.0, 0.18  # inches
LETTER, LINE = 0.58 / 72, 1.25 / 72  # inches per point of the font
THINNEST = 0.010
_RADIAL_FROM = 11  # so many names do not fit beside each other unless they point outwards
# The more arrows, the thinner they are, or they would cover each other.
_WIDEST, _CROWD = 0.10, 0.26
_LARGEST_NODE, _SMALLEST_NODE = 0.16, 0.045


@dataclass(frozen=True, eq=False)
class Layout:
    """Centres (group, 2) and radii (group) of nodes in units of the circle, a unit of so many `inches`.

    `scale` is the width of an answer of 1, `widest` that of the strongest; `names` are the labels, in letters of
    `font` points, pointing outwards where `radial`; `bottom` and `top` bound everything.
    """

    at: Floats
    radius: Floats
    scale: float
    widest: float
    names: tuple[str, ...]
    font: float
    radial: bool
    inches: float
    bottom: float
    top: float


def layout_of(rivalry: Rivalry) -> Layout:
    """Two groups side by side, more on a circle, clockwise from the top with the most attacks first."""
    n = len(rivalry.groups)
    radial = n >= _RADIAL_FROM
    turn = np.pi / 2 - 2 * np.pi * np.arange(n) / n if n > 2 else np.array([np.pi, 0.0])
    at = np.column_stack([np.cos(turn), np.sin(turn)])
    attacks = np.array([max(fit.attacks, 1) for fit in rivalry.group_fits], float)
    largest = min(_LARGEST_NODE, 0.40 * 2 * float(np.sin(np.pi / n)))
    radius = np.maximum(largest * np.sqrt(attacks / attacks.max()), min(_SMALLEST_NODE, largest))
    shown = [link.estimate for link in rivalry.links if link.label == "answers"]
    widest = min(_WIDEST, 0.9 * largest, _CROWD / np.sqrt(max(len(shown), 1)))
    short = short_names(rivalry.groups, 26 if radial else 20, 2 if radial else 3)
    tie = " " if radial else "\n"
    names = tuple(
        f"{name}{tie}({fit.attacks:,})" if radial else f"{name}{tie}{fit.attacks:,}"
        for name, fit in zip(short, rivalry.group_fits, strict=True)
    )
    font = 9.5 if n <= FEW_GROUPS else 8.5 if n <= 16 else 7.5
    longest = font * LETTER * max(len(line) for name in names for line in name.split("\n"))
    lines = font * LINE * max(name.count("\n") + 1 for name in names)
    out = 1.1 + largest
    if n == 2:
        inches = (PAGE_WIDTH - 2 * PAGE_MARGIN) / 2 / 1.5
        bottom, top = -max(0.45, largest + 0.1 + lines / inches), 0.42
    else:
        inches = max(((PAGE_WIDTH - 2 * PAGE_MARGIN) / 2 - longest) / out, 1.5)
        room = (longest if radial else lines) / inches
        bottom, top = float(at[:, 1].min()) - (out - 1.0) - room, out + room
    scale = float(widest) / (max(shown, default=1.0) or 1.0)
    return Layout(at, radius, scale, float(widest), names, font, radial, inches, bottom, top)


def bent_line(place: Layout, source: int, target: int, bend: float) -> Floats:
    """Points (n, 2) of a bent line from the edge of one node to that of another, bent to its left.

    Among many groups it is also drawn towards the centre, the two directions by different amounts, so that it does not
    run over the nodes between.
    """
    start, end = place.at[source], place.at[target]
    along = end - start
    middle = (start + end) / 2
    if len(place.at) > FEW_GROUPS:
        clockwise = start[0] * end[1] - start[1] * end[0] < 0
        middle, bend = middle * (0.72 if clockwise else 0.45), 0.5 * bend
    pull = middle + bend * np.array([-along[1], along[0]])
    t = np.linspace(0.0, 1.0, 241)[:, None]
    line = (1 - t) ** 2 * start + 2 * t * (1 - t) * pull + t**2 * end
    gap = 0.02
    outside = (np.linalg.norm(line - start, axis=1) > place.radius[source] + gap) & (
        np.linalg.norm(line - end, axis=1) > place.radius[target] + gap
    )
    return np.asarray(line[outside] if outside.sum() > 4 else line)


def head_length(width: float) -> float:
    """The length of an arrow's head."""
    return 0.035 + 0.7 * width


def short_of(line: Floats, length: float) -> Floats:
    """The line without its last part, which the head takes."""
    left = np.linalg.norm(line - line[-1], axis=1) > length
    return np.asarray(line[left] if left.sum() > 2 else line[:3])


def ribbon(line: Floats, width: float) -> Floats:
    """The outline (point, 2) of a band along a line."""
    along = np.gradient(line, axis=0)
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.linalg.norm(along, axis=1)[:, None]
    return np.vstack([line + across * width / 2, (line - across * width / 2)[::-1]])


def tip(line: Floats, width: float) -> Floats:
    """The triangle (3, 2) at the end of a line."""
    base = short_of(line, head_length(width))[-1]
    along = (line[-1] - base) / max(float(np.linalg.norm(line[-1] - base)), 1e-9)
    across = np.array([-along[1], along[0]]) * (0.018 + 0.8 * width)
    return np.array([line[-1], base + across, base - across])
