"""Make `src/tocsin/data/land.json`: the outlines of the world's land, by country of `countries.csv`.

Run once when the outlines are renewed: `npm pack world-atlas@2.0.2`, then
`.venv/bin/python tools/make_land.py world-atlas-2.0.2.tgz`. The package holds Natural Earth's public-domain outlines as
TopoJSON. Those of 1:50m are taken, and Tuvalu, which they leave out, from 1:10m. Lines are thinned (Douglas and
Peucker) arc by arc, so that a border stays one line to both of its sides, and rounded to a hundredth of a degree.

Land is filed as events are filed by their source: Somaliland under Somalia, Northern Cyprus under Cyprus, the overseas
departments of France on their own where the table of countries has them. Land of no country of the table is under `-`,
the ice between India and Pakistan, which neither is drawn with, under `?`. Antarctica is left out.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.countries import countries, find_country
from tocsin.settings import packaged_folder

SHA256 = "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97"
PER_DEGREE = 100
TOLERANCE = 0.015  # degrees: under a fifth of a millimetre on a map of ten degrees at 17 cm
LEAST_ISLAND = 0.004  # square degrees: smaller ones are dropped, but never a country's largest
OWN_NAMES = {
    "Antigua and Barb.": "ATG",
    "Bosnia and Herz.": "BIH",
    "Central African Rep.": "CAF",
    "Dem. Rep. Congo": "COD",
    "Dominican Rep.": "DOM",
    "Eq. Guinea": "GNQ",
    "Fr. Polynesia": "PYF",
    "St. Vin. and Gren.": "VCT",
    "S. Sudan": "SSD",
    "W. Sahara": "ESH",
    "Somaliland": "SOM",
    "N. Cyprus": "CYP",
    "Siachen Glacier": "?",
}
# Parts of France that the table of countries has on their own: west, south, east, north.
OF_FRANCE = {
    "GUF": (-55, 2, -51, 6),
    "GLP": (-62, 15.8, -61, 16.6),
    "MTQ": (-61.3, 14.3, -60.7, 15),
    "MYT": (45, -13.1, 45.4, -12.6),
    "REU": (55, -21.5, 56, -20.8),
}

Ring = list[int]
Points = NDArray[np.float64]


def arcs_of(atlas: dict[str, Any]) -> list[Points]:
    """The lines of a TopoJSON topology in degrees, each an array of (longitude, latitude)."""
    scale, shift = (np.array(atlas["transform"][name]) for name in ("scale", "translate"))
    return [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in atlas["arcs"]]


def cut_at_date_line(arcs: list[Points]) -> tuple[list[Points], list[list[int]]]:
    """Lines that do not cross the date line, and for each arc the numbers of the lines that it became.

    TopoJSON joins outlines across the date line; on a flat map they would be drawn from one edge to the other.
    """
    lines: list[Points] = []
    became: list[list[int]] = []
    for arc in arcs:
        parts = np.split(arc, np.flatnonzero(np.abs(np.diff(arc[:, 0])) > 180) + 1)
        for k in range(len(parts) - 1):
            (x, a), (u, b) = parts[k][-1], parts[k + 1][0]
            to_edge, from_edge = 180 - abs(x), 180 - abs(u)
            y = a + (b - a) * (to_edge / (to_edge + from_edge) if to_edge + from_edge else 0)
            parts[k] = np.vstack([parts[k], [np.copysign(180, x), y]])
            parts[k + 1] = np.vstack([[np.copysign(180, u), y], parts[k + 1]])
        became.append(list(range(len(lines), len(lines) + len(parts))))
        lines += parts
    return lines, became


def flat_rings(ring: Ring, became: list[list[int]]) -> list[Ring]:
    """A ring of arcs as rings of lines, cut in two where it crosses the date line."""
    chains: list[Ring] = [[]]
    for k in ring:
        parts = became[k] if k >= 0 else [~part for part in reversed(became[~k])]
        chains[-1].append(parts[0])
        chains += [[part] for part in parts[1:]]
    if len(chains) > 1:
        chains[0] = chains.pop() + chains[0]
    # Each chain but the whole ring starts and ends on the date line, and is closed along it.
    assert len(chains) <= 2
    return chains


def outline(ring: Ring, arcs: list[Points]) -> Points:
    """The points of a ring of arcs, given by number, `~number` for one walked backwards."""
    return np.concatenate([arcs[k] if k >= 0 else arcs[~k][::-1] for k in ring])


def area(points: Points) -> float:
    """Square degrees inside a ring."""
    x, y = points.T
    return abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2


def thinned(line: Points) -> Points:
    """The points of a line that are needed to stay within `TOLERANCE` of it (Douglas and Peucker 1973)."""
    keep = np.zeros(len(line), bool)
    keep[[0, -1]] = True
    spans = [(0, len(line) - 1)]
    while spans:
        a, b = spans.pop()
        if b - a < 2:
            continue
        along, off = line[b] - line[a], line[a + 1 : b] - line[a]
        length = float(np.hypot(*along))
        away = np.abs(along[0] * off[:, 1] - along[1] * off[:, 0]) / length if length else np.hypot(*off.T)
        if away.max() > TOLERANCE or (length == 0 and b - a > 2):
            middle = a + 1 + int(away.argmax())
            keep[middle] = True
            spans += [(a, middle), (middle, b)]
    return line[keep]


def filed_under(name: str, middle: Points) -> str:
    """ISO code of the country a piece of land is filed under, or `-` or `?`."""
    if name in OWN_NAMES:
        return OWN_NAMES[name]
    country = find_country(name)
    if country is None:
        return "-"
    if country.iso3 == "FRA":
        for iso3, (west, south, east, north) in OF_FRANCE.items():
            if west <= middle[0] <= east and south <= middle[1] <= north:
                return iso3
    return country.iso3


def pieces(
    atlas: dict[str, Any], lines: list[Points], became: list[list[int]]
) -> Iterator[tuple[str, list[Ring], float]]:
    """Each piece of land with what it is filed under, its rings (outer one first) and its square degrees."""
    for country in atlas["objects"]["countries"]["geometries"]:
        name = country["properties"]["name"]
        if name != "Antarctica":
            for rings in [country["arcs"]] if country["type"] == "Polygon" else country["arcs"]:
                outer = flat_rings(rings[0], became)
                holes = [flat_rings(ring, became)[0] for ring in rings[1:]]
                for ring in outer:
                    points = outline(ring, lines)
                    mine = holes if len(outer) == 1 else []
                    yield filed_under(name, points.mean(axis=0)), [ring, *mine], area(points)


def main(path: Path) -> None:
    """Read the package, and write the packaged file."""
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"{path} is not world-atlas 2.0.2 (its SHA-256 is not {SHA256})")
    lines: list[list[int]] = []
    numbers: dict[tuple[str, int], int] = {}
    land: dict[str, list[list[Ring]]] = {}
    with tarfile.open(path) as package:
        for scale in ("50m", "10m"):
            held = package.extractfile(f"package/countries-{scale}.json")
            assert held is not None
            atlas = json.load(held)
            arcs, became = cut_at_date_line(arcs_of(atlas))
            found = list(pieces(atlas, arcs, became))
            if scale == "10m":
                found = [piece for piece in found if piece[0] not in land]
            largest: dict[str, float] = {}
            for code, _, size in found:
                largest[code] = max(size, largest.get(code, 0.0))
            for code, rings, size in found:
                if size < LEAST_ISLAND and (code in "-?" or size < largest[code]):
                    continue
                kept = [ring for k, ring in enumerate(rings) if k == 0 or area(outline(ring, arcs)) >= LEAST_ISLAND]
                for k in {max(k, ~k) for ring in kept for k in ring}:
                    if (scale, k) not in numbers:
                        numbers[scale, k] = len(lines)
                        fine = np.rint(arcs[k] * PER_DEGREE)
                        small = len(arcs[k]) > 3 and np.ptp(arcs[k], axis=0).max() < 10 * TOLERANCE
                        whole = fine if small else np.rint(thinned(arcs[k]) * PER_DEGREE)
                        lines.append(np.diff(whole, axis=0, prepend=0).astype(int).ravel().tolist())
                mapped = [[numbers[scale, k] if k >= 0 else ~numbers[scale, ~k] for k in ring] for ring in kept]
                land.setdefault(code, []).append(mapped)
    missing = [country.name for country in countries() if country.iso3 not in land]
    target = packaged_folder() / "land.json"
    made = {
        "source": "Natural Earth (public domain) by world-atlas 2.0.2 (ISC)",
        "sha256": SHA256,
        "per_degree": PER_DEGREE,
        "arcs": lines,
        "land": dict(sorted(land.items())),
    }
    target.write_text(json.dumps(made, separators=(",", ":")) + "\n", encoding="utf-8")
    points = sum(len(line) for line in lines) // 2
    print(f"{target}: {len(land)} countries, {points} points, {target.stat().st_size} bytes; without land: {missing}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
