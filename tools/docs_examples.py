"""Examples in docstrings, as the reference of the documentation shows them: as a block of code, not as a quotation."""

from __future__ import annotations

import re
from typing import Any

import griffe

# From a line with `>>>` to the next empty line, or to the end.
_EXAMPLE = re.compile(r"^>>> .*?(?=\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL)


class FencedExamples(griffe.Extension):
    """Puts each example of a docstring into a fenced block."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called by griffe for every module, class, function and attribute."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """A docstring whose examples stand in fenced blocks.

    >>> fenced("One and one.\\n\\n>>> 1 + 1\\n2")
    'One and one.\\n\\n```pycon\\n>>> 1 + 1\\n2\\n```'
    """
    return _EXAMPLE.sub(lambda match: f"```pycon\n{match[0].rstrip()}\n```", text)
