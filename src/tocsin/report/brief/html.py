"""A document as one HTML file that asks for nothing: style and drawings are in it, and its policy forbids the rest."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.report.brief.document import Document, plain
from tocsin.report.brief.drawing import inline_svg

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent


def write_html(document: Document) -> bytes:
    """The document as HTML in UTF-8; the same document gives the same bytes."""
    tree = plain(document)
    _number(tree["blocks"], {"Heading": 0, "Figure": 0})
    page = _templates().get_template("brief.html.j2")
    style = (FOLDER / "brief.css").read_text(encoding="utf-8").replace("FOOT", _css_text(tree["foot"]))
    return page.render(document=tree, style=style).encode()


def _css_text(text: str) -> str:
    """Text to stand between quotes in a style sheet inside HTML: all but letters, digits and a few signs by number."""
    return "".join(c if c.isascii() and (c.isalnum() or c in " .,:()-") else f"\\{ord(c):06x}" for c in text)


def _number(blocks: list[dict[str, Any]], count: dict[str, int]) -> None:
    """Give headings an id to link to, and figures one that keeps the ids inside them apart."""
    for block in blocks:
        kind = block["block"]
        if kind in count:
            count[kind] += 1
            block["id"] = f"{kind.lower()}-{count[kind]}"
        if kind == "Figure":
            block["drawing"] = inline_svg(block["svg"], prefix=f"{block['id']}-")
        elif kind == "SideBySide":
            _number(block["left"], count)
            _number(block["right"], count)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # Everything is escaped: names come from data files.
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
