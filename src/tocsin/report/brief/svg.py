"""SVG written by hand: a few marks with escaped text, for a figure of 17 cm that a browser and Typst both draw.

Lengths are points (1/72 inch), so that a size of text is what is printed when the figure is as wide as it says. Colours
and patterns are attributes; nothing refers to anything outside the figure.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

WIDTH = 482.0  # 17 cm
FONT = "DejaVu Sans, sans-serif"
TEXT, SMALL = 8.0, 7.5
Value = float | str | None
Look = dict[str, Value]
INK, GREY, PALE = "#1a1a1a", "#555555", "#d9d9d9"

# Advance widths of DejaVu Sans in hundredths of its size, rounded up; 64 for what is not named.
_WIDTHS = {
    **dict.fromkeys("ijl'|", 29),
    **dict.fromkeys(" .,:;!I/\\", 34),
    **dict.fromkeys("()[]ftr-", 42),
    **dict.fromkeys("sczxkvyJ", 60),
    **dict.fromkeys("ABCEKLPSTXYZRFV", 70),
    **dict.fromkeys("DGHNOQU", 79),
    **dict.fromkeys("+=<>~", 84),
    **dict.fromkeys("mwMW@%", 100),
}


def number(value: float, decimals: int = 2) -> str:
    """A length, written as short as can be."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def text_width(words: str, size: float) -> float:
    """About how wide words are in DejaVu Sans, rather too wide than too narrow."""
    return sum(_WIDTHS.get(letter, 64 if ord(letter) < 0x2E80 else 100) for letter in words) * size / 100


def shortened(words: str, size: float, width: float) -> str:
    """Words cut to a width, with an ellipsis where anything is left out."""
    if text_width(words, size) <= width:
        return words
    while words and text_width(words + "…", size) > width:
        words = words[:-1]
    return words.rstrip() + "…"


def wrapped(words: str, size: float, width: float) -> list[str]:
    """Words broken into lines of at most a width; a single word that is wider is cut."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= width:
            lines[-1] = longer
        elif lines[-1]:
            lines.append(shortened(word, size, width))
        else:
            lines[-1] = shortened(word, size, width)
    return lines


def element(name: str, content: str = "", /, **attributes: Value) -> str:
    """One element. `content` is SVG, already escaped; `_` in a name stands for `-`; None leaves an attribute out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(number(v) if isinstance(v, int | float) else clean(v))}"
        for key, v in attributes.items()
        if v is not None
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def clean(words: str) -> str:
    """Words without the control characters that no XML may hold."""
    return "".join(c for c in words if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe"))


def text(words: str, x: float, y: float, /, *, size: float = TEXT, **attributes: Value) -> str:
    """Words on a line that starts (or as `text_anchor` says) at a point, y that of the baseline."""
    return element("text", escape(clean(words)), x=x, y=y, font_size=size, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, /, **attributes: Value) -> str:
    """A straight line, thin and in ink unless said otherwise."""
    look: Look = {"stroke": INK, "stroke_width": 0.6, **attributes}
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **look)


def rect(x: float, y: float, width: float, height: float, /, **attributes: Value) -> str:
    """A rectangle, given by its upper left corner."""
    return element("rect", x=x, y=y, width=width, height=height, **attributes)


def path(points: Iterable[Iterable[float]], *, closed: bool = False, decimals: int = 2) -> str:
    """The data of a path through points."""
    written = (" ".join(number(v, decimals) for v in point) for point in points)
    return "M" + "L".join(written) + ("Z" if closed else "")


def stripes(name: str, ground: str, stroke: str, *, every: float = 3, angle: float = 45, width: float = 0.7) -> str:
    """A pattern of parallel lines, to be filled with by `url(#name)`."""
    content = rect(0, 0, every, every, fill=ground) + line(0, 0, 0, every, stroke=stroke, stroke_width=2 * width)
    return element(
        "pattern",
        content,
        id=name,
        patternUnits="userSpaceOnUse",
        width=every,
        height=every,
        patternTransform=f"rotate({number(angle)})",
    )


def prefix(kind: str, *of: str) -> str:
    """A start of names that no other figure in a document has, as long as kind or what it is of differ."""
    return f"{kind}{zlib.crc32(chr(31).join(of).encode('utf-8', 'replace')):08x}"


def document(
    title: str, description: str, height: float, marks: Iterable[str], *, name: str, width: float = WIDTH
) -> str:
    """A whole figure with its title and description as the text alternative; its names start with `name`."""
    said = f'<title id="{name}-t">{escape(clean(title))}</title><desc id="{name}-d">{escape(clean(description))}</desc>'
    size = f'width="{number(width)}pt" height="{number(height)}pt" viewBox="0 0 {number(width)} {number(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="{name}-t {name}-d" '
        f'font-family="{FONT}" fill="{INK}">{said}{"".join(marks)}</svg>'
    )
