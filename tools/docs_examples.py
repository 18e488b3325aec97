"""How the reference shows docstrings and constants: examples as code, the fields of a class in its signature only."""

from __future__ import annotations

import re
from typing import Any

import griffe

# From a line with `>>>` to the next empty line, or to the end.
_EXAMPLE = re.compile(r"^>>> .*?(?=\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL)


class AsShown(griffe.Extension):
    """Puts each example of a docstring into a fenced block, and says of a constant that it is one.

    What has no docstring is left out of the reference: the fields of a dataclass, which stand in its signature. A
    constant of a module has none either, but has to be there.
    """

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called by griffe for every module, class, function and attribute."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)
        elif obj.is_attribute and obj.parent is not None and obj.parent.is_module:
            obj.docstring = griffe.Docstring("A type." if "Literal[" in str(obj.value) else "A constant.", parent=obj)


def fenced(text: str) -> str:
    """A docstring whose examples stand in fenced blocks.

    >>> fenced("One and one.\\n\\n>>> 1 + 1\\n2")
    'One and one.\\n\\n```pycon\\n>>> 1 + 1\\n2\\n```'
    """
    return _EXAMPLE.sub(lambda match: f"```pycon\n{match[0].rstrip()}\n```", text)
