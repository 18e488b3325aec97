"""SVG made fit to stand in a document: named for those who do not see it, its ids its own, nothing fetched or run."""

from __future__ import annotations

import re
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_RUNS = {"script", "foreignObject", "iframe", "a", "animate", "set", "handler"}
_LOCAL = re.compile(r"url\(\s*['\"]?#([^'\")]+)['\"]?\s*\)")
_REMOTE = re.compile(r"url\(\s*['\"]?(?!#)|@import|https?:", re.IGNORECASE)


def inline_svg(svg: str, *, prefix: str) -> str:
    """The same drawing to stand inside HTML: `role="img"`, named by its own title, ids that begin with `prefix`.

    Raises `ValueError` for what is no SVG with title and description, or holds a script, an event handler or a
    reference to anything outside itself.
    """
    root = parsed(svg)
    title, _ = _said(root)
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if name == "id":
                element.set(name, prefix + value)
            elif name.startswith("aria-") and name.endswith("by"):
                element.set(name, " ".join(prefix + one for one in value.split()))
            elif name in ("href", _XLINK):
                element.set(name, "#" + prefix + value[1:])
            elif "url(" in value:
                element.set(name, _LOCAL.sub(rf"url(#{prefix}\1)", value))
        if element.tag == f"{{{SVG}}}style" and element.text:
            element.text = _LOCAL.sub(rf"url(#{prefix}\1)", element.text)
    root.set("role", "img")
    root.set("aria-label", title)
    return ElementTree.tostring(root, encoding="unicode")


def text_alternative(svg: str) -> str:
    """What the drawing's own title and description say. Raises `ValueError` as `inline_svg` does."""
    title, description = _said(parsed(svg))
    return f"{title}. {description}"


def _said(root: ElementTree.Element) -> tuple[str, str]:
    title, description = (root.findtext(f"{{{SVG}}}{name}") for name in ("title", "desc"))
    if not title or not description:
        raise ValueError("a drawing has no title or no description")
    return title.strip().rstrip("."), description.strip()


def parsed(svg: str) -> ElementTree.Element:
    """The drawing as a tree. Raises `ValueError` as `inline_svg` does."""
    ElementTree.register_namespace("", SVG)
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise ValueError(f"a drawing is no SVG: {error}") from None
    if root.tag != f"{{{SVG}}}svg" or "viewBox" not in root.attrib:
        raise ValueError("a drawing is no SVG with a viewBox")
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        if name in _RUNS:
            raise ValueError(f"a drawing holds <{name}>")
        for attribute, value in element.attrib.items():
            short = attribute.rpartition("}")[2]
            if short.startswith("on") or (short in ("href", "src") and not value.startswith("#")):
                raise ValueError(f"a drawing runs or fetches something: {attribute}={value!r}")
            if _REMOTE.search(value):
                raise ValueError(f"a drawing refers to something outside itself: {value!r}")
        if name == "style" and _REMOTE.search(element.text or ""):
            raise ValueError("a drawing's style refers to something outside itself")
    return root
