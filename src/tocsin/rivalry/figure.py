"""Who answers whom as a network: groups on a circle, an arrow for each link that answers, as SVG or PNG.

The three tones of an arrow are the 90% interval: the dark core is as wide as the low end, the arrow as the estimate,
the pale ribbon around it as the high end. Direct clashes are straight lines of another colour and another dash, since
they are fighting and no answer. Arrows are polygons in the circle's own units, so that their widths compare.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import numpy as np

from tocsin.errors import InputError
from tocsin.rivalry.network import (
    FEW_GROUPS,
    LINE,
    PAGE_MARGIN,
    PAGE_WIDTH,
    THINNEST,
    Layout,
    bent_line,
    head_length,
    layout_of,
    ribbon,
    short_of,
    tip,
)
from tocsin.rivalry.result import Link, Rivalry
from tocsin.rivalry.series import KIND_WORDS
from tocsin.rivalry.words import actor_of, cross_terms_help, headline, in_order

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".png")
ANSWER, CLASH, UNTOLD, NODE = "#0072B2", "#D55E00", "0.55", "#E9E4D8"
DOTS, DASHES = (0, (1.5, 2.5)), (0, (6, 2))
_WIDEST_RIBBON = 2.2  # in widths of the widest arrow: more would say no more than that the interval is wide
_TOP, _BOTTOM = 0.25, 0.15  # inches
_DPI = 150


def draw_network(rivalry: Rivalry) -> Figure:
    """The network as a matplotlib `Figure`, drawn without a window.

    The area of a node is the group's attacks; the width of an arrow is the further attacks of the target per attack of
    the source, to one scale in the figure; of a line of clashes the logarithm of their number. Links that do not answer
    are not drawn; those that cannot be told are thin dotted arrows, and only where there are at most six groups.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    place = layout_of(rivalry)
    head, handles, foot = _head_lines(rivalry), _handles(rivalry), _foot(rivalry)
    above = _TOP + sum(size * LINE * 1.15 for _, size, _ in head)
    below = _BOTTOM + len(foot) * 8 * LINE + 0.15 + ((len(handles) + 1) // 2) * 8.5 * 1.75 / 72 + 0.1
    tall = (place.top - place.bottom) * place.inches
    height = above + tall + below
    figure = Figure(figsize=(PAGE_WIDTH, height))
    FigureCanvasAgg(figure)
    panel = figure.add_axes((PAGE_MARGIN / PAGE_WIDTH, below / height, 1 - 2 * PAGE_MARGIN / PAGE_WIDTH, tall / height))
    panel.set_axis_off()
    side = (PAGE_WIDTH - 2 * PAGE_MARGIN) / 2 / place.inches
    panel.set_xlim(-side, side)
    panel.set_ylim(place.bottom, place.top)
    for a, b, clashes in _clashes(rivalry):
        panel.plot(
            *place.at[[a, b]].T,
            color=CLASH,
            linestyle=DASHES,
            linewidth=_clash_width(clashes),
            alpha=0.75,
            zorder=1,
        )
    for link in sorted(rivalry.links, key=lambda link: -link.estimate):  # thin ones lie on wide ones
        _draw_link(panel, link, place, rivalry)
    _draw_groups(panel, rivalry, place)
    y = height - _TOP / 2
    for words, size, weight in head:
        style: dict[str, Any] = {"fontsize": size, "fontweight": weight, "parse_math": False}
        figure.text(0.5, y / height, words, ha="center", va="top", **style)
        y -= size * LINE * 1.15
    at = (_BOTTOM + len(foot) * 8 * LINE + 0.1) / height
    form: dict[str, Any] = {"fontsize": 8.5, "frameon": False, "handlelength": 2.6, "borderaxespad": 0, "ncols": 2}
    legend = figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, at), **form)
    for text in legend.get_texts():
        text.set_parse_math(False)
    figure.text(
        0.5, _BOTTOM / height, "\n".join(foot), ha="center", va="bottom", fontsize=8, color="0.25", parse_math=False
    )
    return figure


def save_network(rivalry: Rivalry, path: Path) -> None:
    """Draw the network and write it as SVG or PNG, by the ending of `path`; the same result is the same file.

    The file holds its title and a description in words. Raises `InputError` for another ending and for a path that
    cannot be written.
    """
    figure_format(path)
    save_figure(draw_network(rivalry), path, f"Who answers whom, {rivalry.theatre}", description(rivalry))


def save_figure(figure: Figure, path: Path, title: str, said: str) -> None:
    """Write a figure as SVG or PNG, by the ending of `path`, with its title and a description in words inside.

    The same figure is the same file. Raises `InputError` for another ending and for a path that cannot be written.
    """
    form = figure_format(path)
    import matplotlib

    drawn = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "tocsin", "svg.fonttype": "path"}):
        metadata: dict[str, Any] = (
            {"Title": title, "Description": said, "Creator": "tocsin", "Date": None}
            if form == "svg"
            else {"Title": title, "Description": said, "Software": None}
        )
        figure.savefig(drawn, format=form, dpi=_DPI, metadata=metadata)
    content = drawn.getvalue()
    if form == "svg":
        # Readers of screens look for <desc>, which matplotlib does not write.
        content = content.replace(b"</title>", b"</title>\n <desc>" + escape(said).encode() + b"</desc>", 1)
    temporary = path.with_name(f".new-{os.getpid()}-{path.name}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise InputError(f"{path} can not be written: {error.strerror or error}") from None
        raise


def figure_format(path: Path) -> str:
    """`svg` or `png`, by the ending of a path. Raises `InputError` for another."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"a figure is written as .svg or .png, got {str(path)!r}")
    return path.suffix.lower().removeprefix(".")


def description(rivalry: Rivalry) -> str:
    """The figure in words: headline, every link that answers with its interval, clashes, source."""
    said = [headline(rivalry)]
    said += [
        f"{actor_of(link.source)} to {actor_of(link.target)}: {link.estimate:+.2f} attacks per attack "
        f"({link.low:+.2f} to {link.high:+.2f})."
        for link in in_order(rivalry.links)
        if link.label == "answers"
    ]
    said += [
        f"{actor_of(rivalry.groups[a])} and {actor_of(rivalry.groups[b])}: {clashes:,} recorded clashes."
        for a, b, clashes in _clashes(rivalry)
    ]
    return " ".join((*said, f"Data: {rivalry.provenance.vintage}, to {rivalry.last}."))


def _clashes(rivalry: Rivalry) -> Iterator[tuple[int, int, int]]:
    """Pairs of groups, by place, that have clashed, with how often."""
    number = {(link.source, link.target): link.clashes for link in rivalry.links}
    for a, b in combinations(range(len(rivalry.groups)), 2):
        if clashes := number.get((rivalry.groups[a], rivalry.groups[b]), 0):
            yield a, b, clashes


def _clash_width(clashes: int) -> float:
    return 0.8 + 1.1 * float(np.log10(clashes))


# --- what is drawn ---------------------------------------------------------------------------------------------------


def _draw_link(panel: Axes, link: Link, place: Layout, rivalry: Rivalry) -> None:
    from matplotlib.patches import FancyArrowPatch, Polygon

    if link.label == "no_answer" or (link.label == "cannot_tell" and len(rivalry.groups) > FEW_GROUPS):
        return
    source, target = rivalry.groups.index(link.source), rivalry.groups.index(link.target)
    if link.label == "cannot_tell":
        # Bent more than links that answer, so that one does not lie under the other.
        line = bent_line(place, source, target, 0.34)
        panel.plot(*line[:-1].T, color=UNTOLD, linestyle=DOTS, linewidth=0.9, zorder=2)
        panel.add_patch(
            FancyArrowPatch(
                tuple(line[-3]),
                tuple(line[-1]),
                arrowstyle="-|>",
                mutation_scale=8,
                color=UNTOLD,
                linewidth=0.9,
                shrinkA=0,
                shrinkB=0,
                zorder=2,
            )
        )
        return
    line = bent_line(place, source, target, 0.22)
    width = max(place.scale * link.estimate, THINNEST)
    outer = max(min(place.scale * link.high, _WIDEST_RIBBON * place.widest), width)
    inner = min(place.scale * max(link.low, 0.0), width)
    body = short_of(line, head_length(width))
    for shape, alpha, order in (
        (ribbon(body, outer), 0.20, 3),
        (ribbon(body, width), 0.60, 4),
        (tip(line, width), 1.0, 5),
        (ribbon(body, inner), 0.95, 5),
    ):
        panel.add_patch(Polygon(shape, closed=True, facecolor=ANSWER, edgecolor="none", alpha=alpha, zorder=order))
    # A pale rim parts arrows that cross.
    panel.add_patch(Polygon(ribbon(body, outer), closed=True, fill=False, edgecolor="white", linewidth=0.6, zorder=3))


def _draw_groups(panel: Axes, rivalry: Rivalry, place: Layout) -> None:
    from matplotlib.patches import Circle

    for (x, y), radius, name in zip(place.at, place.radius, place.names, strict=True):
        panel.add_patch(Circle((x, y), radius, facecolor=NODE, edgecolor="0.25", linewidth=1.0, zorder=6))
        right = x >= -1e-9
        style: dict[str, Any] = {"fontsize": place.font, "zorder": 7, "parse_math": False}
        if len(place.at) == 2:
            panel.text(x, -radius - 0.05, name, ha="center", va="top", **style)
        elif place.radial:
            out = 1.05 + float(place.radius.max())
            turn = float(np.degrees(np.arctan2(y, x))) + (0 if right else 180)
            style |= {"rotation": turn, "rotation_mode": "anchor", "linespacing": 0.95}
            panel.text(out * x, out * y, name, ha="left" if right else "right", va="center", **style)
        else:
            out = 1.04 + float(radius)
            across = "center" if abs(x) < 0.2 else "left" if right else "right"
            up = "center" if abs(y) < 0.5 else "bottom" if y > 0 else "top"
            panel.text(out * x, out * y, name, ha=across, va=up, **style)


def _head_lines(rivalry: Rivalry) -> list[tuple[str, float, str]]:
    """The lines above the network, each with its size and weight."""
    title = wrap(f"Who answers whom: {KIND_WORDS[rivalry.kind]}, {rivalry.theatre}", 72)
    data = f"{rivalry.first} to {rivalry.last}  ·  {rivalry.provenance.vintage}"
    below = [*wrap(data, 105), "predictive, not causal"]
    return [(line, 13.0, "bold") for line in title] + [(line, 9.5, "normal") for line in below]


def _handles(rivalry: Rivalry) -> list[Any]:
    """What the legend explains: only what is drawn."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = [link.estimate for link in rivalry.links if link.label == "answers"]
    node: dict[str, Any] = {"marker": "o", "markersize": 9, "markerfacecolor": NODE, "markeredgecolor": "0.25"}
    handles: list[Any] = [Line2D([], [], linestyle="", label="a group; area and number: its attacks", **node)]
    if shown:
        widest = f"arrow to the one that answers (widest: {max(shown):.2f} per attack)"
        handles.append(Patch(facecolor=ANSWER, alpha=0.75, label=widest))
        handles.append(Patch(facecolor=ANSWER, alpha=0.20, label="90% interval: dark core low, pale ribbon high"))
    if len(rivalry.groups) <= FEW_GROUPS and any(link.label == "cannot_tell" for link in rivalry.links):
        handles.append(Line2D([], [], color=UNTOLD, linestyle=DOTS, linewidth=1.2, label="cannot tell"))
    if clashes := [number for _, _, number in _clashes(rivalry)]:
        line: dict[str, Any] = {
            "color": CLASH,
            "linestyle": DASHES,
            "linewidth": _clash_width(max(clashes)),
            "alpha": 0.75,
        }
        handles.append(Line2D([], [], label=f"direct clashes (most: {max(clashes):,}), never an answer", **line))
    return handles


def _foot(rivalry: Rivalry) -> list[str]:
    count = {
        name: sum(link.label == name for link in rivalry.links) for name in ("answers", "no_answer", "cannot_tell")
    }
    hidden = ", not drawn" if len(rivalry.groups) > FEW_GROUPS else ""
    said = [
        f"Of {len(rivalry.links):,} links, answering: {count['answers']:,}; not answering beyond what would be seen, "
        f"not drawn: {count['no_answer']:,}; cannot tell{hidden}: {count['cannot_tell']:,}."
    ]
    rate = rivalry.null_false_positive_rate
    null = "" if rate is None else f"Where there is nothing to find, {rate:.0%} of links pass the 5% test. "
    gain, se = rivalry.oos_log_score_gain, rivalry.oos_se
    held = (
        "No months could be held apart."
        if gain is None or se is None
        else f"Log score of months held apart, with links: {gain:+.3f}±{se:.3f} ({cross_terms_help(gain, se)})."
    )
    return [*said, f"{null}{held}"]
