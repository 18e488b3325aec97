"""JSON documents damaged on purpose: a value replaced, left out, doubled or nested, or the text itself torn."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

ODD: list[Any] = [
    None, True, False, 0, -1, 1, 7, 2**31, 2**63, 2**200, 0.5, -0.0, 1e308, float("nan"), float("inf"), "", "x", "é",
    "\x1b[2J", "2020-01-01", "0001-01-01", "9999-12-31", "2020-13-01", "../../etc/passwd", "/etc/passwd", "\ud800",
    "a" * 5000, [], [[]], [None], [1, "a"], {}, {"a": 1}, [[["x"]]],
]  # fmt: skip


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document below its root."""
    found = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += [(*at, key), *_places(inner, (*at, key))]
    return found


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> bytes:
    """The text of a document of plain values with one to three damages."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        places = _places(document)
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        inner = document
        for key in way:
            inner = inner[key]
        kind = draw(st.sampled_from(["replace", "replace", "replace", "remove", "add", "nest", "double"]))
        if kind == "replace":
            inner[last] = copy.deepcopy(draw(st.sampled_from(ODD)))
        elif kind == "remove":
            del inner[last]
        elif kind == "add" and isinstance(inner, dict):
            inner[draw(st.sampled_from(["other", "", "__class__", "rows"]))] = copy.deepcopy(draw(st.sampled_from(ODD)))
        elif kind == "double" and isinstance(inner, list):
            inner.append(copy.deepcopy(inner[last]))
        else:
            inner[last] = [inner[last]]
    text = json.dumps(document).encode()
    return draw(
        st.sampled_from([text] * 9 + [text[: len(text) // 2], b"\xff" + text, b"[" * 100_000, b"\0", b"", b"null"])
    )
