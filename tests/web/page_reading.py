"""Pages as a visitor's program reads them: what is in which part, and that it is whole."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tocsin.web.links import Served
from tocsin.web.static_files import versions

VOID = {"meta", "link", "input", "img", "br", "hr"}


def links(asked: Any) -> Served:
    return Served(asked, versions())


@dataclass
class Node:
    """An element, its attributes, and what is in it."""

    tag: str
    given: dict[str, str]
    inside: list[Node | str] = field(default_factory=list)

    def all(self, tag: str, **given: str) -> list[Node]:
        """Every element below with a tag, and attributes (`class_` holds a word)."""
        found = []
        for part in self.inside:
            if isinstance(part, Node):
                if part.tag == tag and all(part.has(name, value) for name, value in given.items()):
                    found.append(part)
                found += part.all(tag, **given)
        return found

    def has(self, name: str, value: str) -> bool:
        if name == "class_":
            return value in self.given.get("class", "").split()
        return self.given.get(name) == value

    @property
    def text(self) -> str:
        said = " ".join(part if isinstance(part, str) else part.text for part in self.inside)
        return " ".join(said.split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, _ in attrs:
            assert name != "style", "the policy allows no style attribute"
            assert not name.startswith("on"), "the policy allows no inline script"
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(html: str) -> Node:
    """The page as a tree; fails where an element is not closed, or where a script or style stands inline."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is not closed"
    page = reader.open[0]
    for script in page.all("script"):
        assert "src" in script.given or script.given.get("type") == "application/json"
    assert len(page.all("h1")) == 1
    for table in page.all("table"):
        assert table.all("caption")
        assert table.all("caption")[0].text
        assert all("scope" in head.given for head in table.all("th"))
    ids = [node.given["id"] for node in _every(page) if "id" in node.given]
    assert len(ids) == len(set(ids))
    return page


def section(page: Node, name: str) -> Node:
    """The section whose heading has an id."""
    return page.all("section", **{"aria-labelledby": name})[0]


def chart_data(figure: Node) -> dict[str, Any]:
    """What a figure gives its drawing."""
    found: dict[str, Any] = json.loads(
        "".join(part for part in figure.all("script")[0].inside if isinstance(part, str))
    )
    return found


def _every(node: Node) -> list[Node]:
    below = [part for part in node.inside if isinstance(part, Node)]
    return below + [found for part in below for found in _every(part)]
