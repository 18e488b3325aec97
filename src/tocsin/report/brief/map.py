"""The map of the brief: cells fought over, those of groups on warning, and land of which the figures say nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from tocsin.countries import find_country, iso3_of, theatre_by_iso3
from tocsin.groups.theatres import resolve_theatre
from tocsin.report.brief.projection import Points, Sheet, theatre_sheet, world_sheet
from tocsin.report.brief.svg import (
    GREY,
    INK,
    SMALL,
    WIDTH,
    Look,
    document,
    element,
    line,
    number,
    path,
    prefix,
    rect,
    shortened,
    stripes,
    text,
    text_width,
    wrapped,
)
from tocsin.report.land import LAND_SOURCE, NEITHERS, clipped, outlines
from tocsin.settings import load_settings
from tocsin.warn import percent
from tocsin.warn.brief import Brief
from tocsin.warn.explanation import CellFigures, Explanation

DISCLAIMER = "Boundaries and names shown do not imply any view on the status of a territory."
NO_RECORD = "no recorded event of a group: the figures say nothing"
# Classes of deaths in a cell: the fewest of the class, its words, its shade.
CLASSES = (
    (0, "no death", "#ffffff"),
    (1, "1-4", "#f4b183"),
    (5, "5-24", "#e2703f"),
    (25, "25-99", "#b5301f"),
    (100, "100 or more", "#5c0a1a"),
)
_DARK_FROM = 25  # deaths from which a shade is so dark that ink does not show on it
SEA, LAND, OUTSIDE, BORDER, WARNED = "#e4ecf2", "#faf7f0", "#d8d8d8", "#8c8c8c", "#0b3c6f"
_RADIUS = 6.0  # of a number's disc
_ROW = 10.5
_FINE = 0.5  # points: land is drawn no finer
_Box = tuple[float, float, float, float]


def map_of(brief: Brief, width: float = WIDTH, *, key: bool = True) -> str:
    """The ground fought over in the last 12 months, as SVG of `width` points: the world, or the brief's theatre.

    Cells are shaded by deaths of all groups; those of groups on warning are outlined, with a number that the key below
    names, unless `key` is False: then the numbers are to be explained beside it, in the order of the explanations.
    Countries without a recorded event of a group are hatched. In a theatre's map the land around it is grey:
    nothing of it is shown. A cell is drawn 0.6 mm wide at least. Raises `NotHeldError` for an unknown theatre.
    """
    told = brief.assessment
    inside, covered = _theatre_codes(brief), _codes(brief.covered)
    numbers = [cell.cell for cell in brief.cells] + [c.cell for e in brief.explanations for c in e.cells]
    sheet = world_sheet(width) if inside is None else theatre_sheet(sorted(inside), numbers, width)
    where = told.theatre or "the world"
    title = f"Where armed groups fought in the 12 months to {told.data_until:%-d %B %Y}, {where}"
    name = prefix("m", where, str(told.data_until), number(width))
    land = list(_land(sheet, inside, covered, f"url(#{name}-none)"))
    box = rect(0, 0, sheet.width, sheet.height)
    anchors = [_anchor(sheet, explanation.cells) for explanation in brief.explanations]
    boxes = _boxes(sheet, brief)
    discs = _spread([a for a in anchors if a is not None], sheet, (boxes[:, :2] + boxes[:, 2:]) / 2)
    drawn = [
        rect(0, 0, sheet.width, sheet.height, fill=SEA),
        element("g", "".join(land), stroke=BORDER, stroke_width=0.35, stroke_linejoin="round", fill_rule="evenodd"),
        *_cells(sheet, brief),
        *(_over_cells(land) if inside is not None else ()),
        *_numbers(anchors, discs),
        *(_names(sheet, inside, discs, boxes) if inside is not None else ()),
    ]
    y = sheet.height + 12
    below, y = _legend(name, y, width, theatre=inside is not None)
    keyed, y = _key(brief.explanations, y, width) if key else ([], y)
    foot, y = _foot(brief, y, width, key)
    frame = rect(0.3, 0.3, sheet.width - 0.6, sheet.height - 0.6, fill="none", stroke=GREY, stroke_width=0.6)
    marks = [
        element("defs", stripes(f"{name}-none", "#ffffff", "#707070", every=2.6, width=0.45)),
        element("defs", element("clipPath", box, id=f"{name}-edge")),
        element("g", "".join(drawn), clip_path=f"url(#{name}-edge)"),
        frame,
        *below,
        *keyed,
        *foot,
    ]
    return document(title, _in_words(brief, where), y, marks, name=name, width=width)


def _theatre_codes(brief: Brief) -> set[str] | None:
    """ISO codes of the brief's theatre; None for the world."""
    return None if brief.assessment.theatre is None else _codes([brief.assessment.theatre])


def _codes(theatres: Iterable[str]) -> set[str]:
    """ISO codes of countries, and of the countries of named theatres."""
    names: set[str] = set()
    for theatre in theatres:
        country = find_country(theatre)
        names |= {country.name} if country else set(resolve_theatre(theatre, load_settings()).countries)
    return {iso3_of(name) for name in names}


def _land(sheet: Sheet, inside: set[str] | None, covered: set[str], hatch: str) -> Iterator[str]:
    """A path for each country in sight, marked with its ISO code."""
    margin = 3.0
    edges = (-margin, -margin, sheet.width + margin, sheet.height + margin)
    for code, pieces in sorted(outlines(sheet.project, _FINE).items()):
        seen = [ring for piece in pieces for ring in (clipped(r, *edges) for r in piece) if len(ring)]
        large = [ring for ring in seen if len(ring) > 2 and np.ptp(ring, axis=0).max() >= _FINE]
        if seen and not large:
            x, y = seen[0].mean(axis=0)  # too small for its outline: a speck in its place
            large = [np.array([[x - _FINE, y], [x, y - _FINE], [x + _FINE, y], [x, y + _FINE]])]
        if not large:
            continue
        data = "".join(path(ring.tolist(), closed=True, decimals=1) for ring in large)
        if code == NEITHERS:
            fill = LAND
        elif inside is not None and code not in inside:
            fill = OUTSIDE
        else:
            fill = LAND if code in covered else hatch
        yield element("path", d=data, fill=fill, data_land=code)


def _over_cells(land: Sequence[str]) -> list[str]:
    """The borders and coasts once more, so that large cells do not hide them."""
    lines = "".join(re.findall(r' d="([^"]*)"', "".join(land)))
    return [element("path", d=lines, fill="none", stroke=INK, stroke_width=0.3, class_="borders")]


def _all_cells(brief: Brief) -> dict[int, int]:
    """Deaths in each cell drawn: those of the brief, and of groups on warning where it lacks them."""
    own = {cell.cell: cell.deaths for e in brief.explanations for cell in e.cells}
    return dict(sorted((own | {cell.cell: cell.deaths for cell in brief.cells}).items()))


def _cells(sheet: Sheet, brief: Brief) -> Iterator[str]:
    """The cells by class, the deadliest on top, and the outlines of those of groups on warning.

    On a world map cells overlap and an outline would hide them: a wider mark lies under them, so that it shows around
    a group's cells together.
    """
    deaths = _all_cells(brief)
    warned = sorted({cell.cell for explanation in brief.explanations for cell in explanation.cells})
    outline: Look = {"stroke": WARNED, "class_": "warned", "stroke_linejoin": "round"}
    boxes = "".join(rect(*sheet.cell(cell)) for cell in warned)
    if sheet.world:
        yield from _shaded(sheet, {cell: n for cell, n in deaths.items() if cell not in warned})
        if warned:
            yield element("g", boxes, fill=WARNED, stroke_width=2, **outline)
        yield from _shaded(sheet, {cell: deaths[cell] for cell in warned})
    else:
        yield from _shaded(sheet, deaths)
        if warned:
            yield element("g", boxes, fill="none", stroke_width=1.3, **outline)
            yield from _whose(sheet, brief, deaths)


def _whose(sheet: Sheet, brief: Brief, deaths: dict[int, int]) -> Iterator[str]:
    """In each outlined cell the numbers of its groups, where cells are large enough; `+` for those without room."""
    groups: dict[int, list[int]] = {}
    for k, explanation in enumerate(brief.explanations, 1):
        for cell in explanation.cells:
            groups.setdefault(cell.cell, []).append(k)
    for place, whose in sorted(groups.items()):
        x, y, across, up = sheet.cell(place)
        all_of_them, first = " ".join(map(str, whose)), f"{whose[0]}+"
        words = all_of_them if text_width(all_of_them, SMALL) <= across - 1 else first
        if text_width(words, SMALL) <= across - 1 and up > SMALL:
            colour = "#ffffff" if deaths[place] >= _DARK_FROM else INK
            look: Look = {"fill": colour, "text_anchor": "middle", "class_": "whose"}
            yield text(words, x + across / 2, y + up / 2 + 2.7, size=SMALL, **look)


def _shaded(sheet: Sheet, deaths: dict[int, int]) -> Iterator[str]:
    for (least, _, shade), (most, _, _) in zip(CLASSES, (*CLASSES[1:], (math.inf, "", "")), strict=True):
        content = "".join(rect(*sheet.cell(cell)) for cell, n in deaths.items() if least <= n < most)
        if content:
            look: Look = {"fill": shade, "stroke": GREY if least == 0 else INK, "class_": f"deaths-{least}"}
            yield element("g", content, stroke_width=0.15, **look)


def _anchor(sheet: Sheet, cells: Sequence[CellFigures]) -> tuple[float, float] | None:
    """The middle of the group's cell nearest to the centre of its deaths (of its events where there are none)."""
    if not cells:
        return None
    middles = np.array([[x + w / 2, y + h / 2] for x, y, w, h in (sheet.cell(cell.cell) for cell in cells)])
    weights = np.array([cell.deaths for cell in cells], dtype=np.float64)
    if not weights.sum():
        weights = np.array([max(1, cell.events) for cell in cells], dtype=np.float64)
    centre = np.average(middles, axis=0, weights=weights)
    x, y = middles[int(np.hypot(*(middles - centre).T).argmin())]
    return float(x), float(y)


def _boxes(sheet: Sheet, brief: Brief) -> Points:
    """Left, top, right and bottom of all cells drawn, which numbers and names had better not hide."""
    boxes = np.array([sheet.cell(cell) for cell in _all_cells(brief)]).reshape(-1, 4)
    return np.column_stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])


def _spread(anchors: Sequence[tuple[float, float]], sheet: Sheet, cells: Points) -> list[tuple[float, float]]:
    """A place for each number near its anchor: discs do not overlap, and hide few cells and no leader line."""
    placed: list[tuple[float, float]] = []
    clear, edge = 2 * _RADIUS + 1, _RADIUS + 1.5
    for k, (x, y) in enumerate(anchors):
        best, least = None, math.inf
        for away in (9, 12, 15, 19, 24, 30, 38, 48, 60, 75, 95, 120, 160):
            for turn in range(24):
                angle = math.pi * (turn / 12 - 0.25)
                u, v = x + away * math.cos(angle), y + away * math.sin(angle)
                if not (edge <= u <= sheet.width - edge and edge <= v <= sheet.height - edge):
                    continue
                if any(math.hypot(u - p, v - q) < clear for p, q in placed):
                    continue
                hidden = int((np.hypot(cells[:, 0] - u, cells[:, 1] - v) < _RADIUS + 1).sum()) if len(cells) else 0
                crossed = sum(_distance(p, (x, y), (u, v)) < _RADIUS for p in placed)
                crossed += sum(_distance((u, v), a, p) < _RADIUS for a, p in zip(anchors[:k], placed, strict=True))
                cost = away + 3 * hidden + 25 * crossed
                if cost < least:
                    best, least = (u, v), cost
        placed.append(best or (min(max(x, edge), sheet.width - edge), min(max(y, edge), sheet.height - edge)))
    return placed


def _distance(point: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    """How far a point is from the line from a to b."""
    along, off = (b[0] - a[0], b[1] - a[1]), (point[0] - a[0], point[1] - a[1])
    length = along[0] ** 2 + along[1] ** 2
    share = min(1.0, max(0.0, (along[0] * off[0] + along[1] * off[1]) / length)) if length else 0.0
    return math.hypot(off[0] - share * along[0], off[1] - share * along[1])


def _numbers(anchors: Sequence[tuple[float, float] | None], discs: Sequence[tuple[float, float]]) -> list[str]:
    """Leader lines, then the numbers on their discs."""
    held = [(k, a) for k, a in enumerate(anchors, 1) if a is not None]
    marks = []
    for (_, (x, y)), (u, v) in zip(held, discs, strict=True):
        marks.append(line(x, y, u, v, stroke="#ffffff", stroke_width=2) + line(x, y, u, v, stroke=WARNED))
    for (k, _), (u, v) in zip(held, discs, strict=True):
        marks.append(_disc(k, u, v))
    return marks


def _disc(k: int, x: float, y: float) -> str:
    look: Look = {"fill": "#ffffff", "text_anchor": "middle"}
    size = SMALL if k < 100 else 5.5
    circle = element("circle", cx=x, cy=y, r=_RADIUS, fill=WARNED, stroke="#ffffff", stroke_width=0.6)
    return circle + text(str(k), x, y + 2.7, size=size, class_="number", **look)


def _names(sheet: Sheet, inside: set[str], discs: Sequence[tuple[float, float]], cells: Points) -> list[str]:
    """The names of the countries in sight where they fit, those of the theatre first; numbers keep their place.

    A name lies on cells only where it is the theatre's and there is no other room for it.
    """
    names, marks = theatre_by_iso3(), []
    taken: list[_Box] = [(u - _RADIUS, v - _RADIUS, u + _RADIUS, v + _RADIUS) for u, v in discs]
    drawn: list[_Box] = [(west, north, east, south) for west, north, east, south in cells.tolist()]
    shapes = outlines(sheet.project, 2.0)
    for code in sorted(shapes, key=lambda c: (c not in inside, c)):
        rings = [clipped(piece[0], 0, 0, sheet.width, sheet.height) for piece in shapes[code]]
        ring = max(rings, key=lambda r: float(np.prod(np.ptp(r, axis=0))) if len(r) > 2 else 0.0)
        if len(ring) < 3 or code not in names:
            continue
        (west, north), (east, south) = ring.min(axis=0), ring.max(axis=0)
        half = text_width(names[code], SMALL) / 2
        own = code in inside
        if half * 2 > (sheet.width if own else (east - west)):
            continue
        middle = _centroid(ring)
        shifts = (0, 12, -12, 24, -24, 40, -40, 60, -60, 80, -80)
        for hidden, shift in [(drawn, k) for k in shifts] + [([], k) for k in shifts if own]:
            x = min(max(middle[0], half + 4), sheet.width - half - 4)
            y = middle[1] + shift
            box = (x - half - 1, y - 6, x + half + 1, y + 2)
            inside_map = box[1] > 2 and box[3] < sheet.height - 2 and (own or north < y < south)
            if inside_map and not any(_overlap(box, other) for other in (*taken, *hidden)):
                taken.append(box)
                look: Look = {"text_anchor": "middle", "font_style": "italic"}
                halo: Look = {"stroke": "#ffffff", "stroke_width": 2, "stroke_opacity": 0.85}
                colour = INK if own else GREY
                marks.append(text(names[code], x, y, size=SMALL, fill="#ffffff", aria_hidden="true", **look, **halo))
                marks.append(text(names[code], x, y, size=SMALL, fill=colour, class_="country", **look))
                break
    return marks


def _centroid(ring: Points) -> tuple[float, float]:
    """The centre of a ring's area."""
    x, y = (ring - ring[0]).T
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    size = float(cross.sum()) / 2
    if not size:
        return float(ring[:, 0].mean()), float(ring[:, 1].mean())
    u, v = ((x + np.roll(x, -1)) * cross).sum(), ((y + np.roll(y, -1)) * cross).sum()
    return float(ring[0, 0] + u / (6 * size)), float(ring[0, 1] + v / (6 * size))


def _overlap(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _legend(name: str, y: float, width: float, *, theatre: bool) -> tuple[list[str], float]:
    """What shades, outlines and hatching mean, and where the next line goes."""
    swatches: list[tuple[str, Look]] = [
        (words, {"fill": shade, "stroke": GREY, "stroke_width": 0.3}) for _, words, shade in CLASSES
    ]
    ours = "cell of a group on warning" + (" (its number, + more)" if theatre else "")
    swatches.append((ours, {"fill": "none", "stroke": WARNED, "stroke_width": 1.3}))
    swatches.append((NO_RECORD, {"fill": f"url(#{name}-none)", "stroke": BORDER, "stroke_width": 0.5}))
    if theatre:
        swatches.append(("outside this brief", {"fill": OUTSIDE, "stroke": BORDER, "stroke_width": 0.5}))
    head = "deaths in a half-degree cell (about 55 km), last 12 months:"
    marks, x = [], 2.0
    for row in wrapped(head, SMALL, width - 4):
        marks.append(text(row, 2, y, size=SMALL))
        x, y = 2 + text_width(row, SMALL) + 4, y + _ROW
    y -= _ROW
    for words, look in swatches:
        if x + 13 + text_width(words, SMALL) > width and x > 2:
            x, y = 2.0, y + _ROW
        marks.append(rect(x + 0.7, y - 6.5, 9, 7.5, **look))
        marks.append(text(shortened(words, SMALL, width - 16), x + 13, y, size=SMALL))
        x += 21 + text_width(words, SMALL)
    return marks, y + _ROW + 4


def _key(explanations: Sequence[Explanation], y: float, width: float) -> tuple[list[str], float]:
    """The numbered groups with their probability, in as many columns as there is room for."""
    if not explanations:
        return [text("No group is on warning.", 2, y, size=SMALL)], y + _ROW + 2
    columns = max(1, int(width // 230))
    rows = math.ceil(len(explanations) / columns)
    marks = []
    for k, explanation in enumerate(explanations):
        x, at = 2 + (k // rows) * width / columns, y + (k % rows) * (_ROW + 1.5)
        said = _chance(explanation) + ("" if explanation.cells else ", no place recorded")
        room = width / columns - 18 - text_width(said, SMALL) - 8
        marks.append(_disc(k + 1, x + _RADIUS, at - 2.7))
        marks.append(text(f"{shortened(explanation.line.group, SMALL, room)}: {said}", x + 14, at, size=SMALL))
    return marks, y + rows * (_ROW + 1.5) + 2


def _chance(explanation: Explanation) -> str:
    """The probability the group's list goes by: 25 deaths for a new risk, else a mass-casualty attack."""
    group = explanation.line
    if group.list == "new_risk":
        return f"P(25 deaths) {percent(group.p_deaths25)}"
    return f"P(mass-casualty) {percent(group.p_mass_casualty)}"


def _foot(brief: Brief, y: float, width: float, key: bool) -> tuple[list[str], float]:
    told = brief.assessment
    chances = f" P: probability {told.span}." if brief.explanations and key else ""
    least = " A cell is drawn 0.6 mm wide at least." if told.theatre is None else ""
    words = (
        f"Figures: {told.vintage}, to {told.data_until:%-d %B %Y}.{chances}{least} Land: {LAND_SOURCE}. {DISCLAIMER}"
    )
    rows = wrapped(words, SMALL, width - 4)
    return [text(row, 2, y + k * 9.5, size=SMALL, fill=GREY) for k, row in enumerate(rows)], y + len(rows) * 9.5


def _in_words(brief: Brief, where: str) -> str:
    """What the map shows, in words."""
    told = brief.assessment
    groups = "; ".join(f"{k} {e.line.group}, {_chance(e)}" for k, e in enumerate(brief.explanations, 1))
    return (
        f"Map of {where}: {len(brief.cells):,} half-degree cells with events of groups in the 12 months to "
        f"{told.data_until:%-d %B %Y}, shaded by deaths ({sum(c.deaths for c in brief.cells):,} in all). Cells of "
        f"groups on warning are outlined and numbered: {groups or 'none'}. Hatched land has {NO_RECORD}. "
        f"A cell is drawn 0.6 mm wide at least. {DISCLAIMER}"
    )
