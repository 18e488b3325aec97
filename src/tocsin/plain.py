"""Text from elsewhere as it may be shown: without the characters that steer a terminal or hide what is written.

Dropped are control characters (with them every ANSI and OSC escape sequence loses its beginning), the invisible ones
that turn the direction of writing or take no room, and halves of characters (Unicode's categories Cc, Cf, Cs). Tabs,
line ends and the like become one space. What a name says in visible letters stays.
"""

from __future__ import annotations

import re
import unicodedata

# Unicode's own white space among the control characters, and its separators of lines and paragraphs.
BLANK = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
LONGEST_LINE = 4000

_DROPPED = ("Cc", "Cf", "Cs")
_BLANKS = re.compile(f"[{BLANK}]+")


def printable(text: str) -> str:
    """A text on one line, harmless wherever it is shown.

    >>> printable("A\\x1b[31mB\\u202e\\nC")
    'A[31mB C'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in _BLANKS.sub(" ", text) if unicodedata.category(c) not in _DROPPED)


# A line end in a name of a file is followed by two blanks seldom, and harms nobody then.
_ITS_OWN = re.compile("\n(?=  )")


def printable_lines(text: str) -> str:
    """A text as above, but that line ends before an indented line stay; lines are cut where no person would read on.

    >>> printable_lines("one\\x07\\ntwo\\n  three")
    'one two\\n  three'
    """
    lines = [printable(line) for line in _ITS_OWN.split(text)]
    return "\n".join(line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 3]}..." for line in lines)


def escaped_json(text: str) -> str:
    """JSON text with the same characters written as escapes: it says the same, and shows none of them.

    >>> escaped_json('["A\\x7f\\u202eB"]')
    '["A\\\\u007f\\\\u202eB"]'
    """
    return _ELSE.sub(lambda found: _escape(found[0]), text)


# Line ends of the JSON itself stay; inside its strings they are escaped already.
_ELSE = re.compile("[^\x20-\x7e\n]")


def _escape(character: str) -> str:
    if unicodedata.category(character) not in (*_DROPPED, "Zl", "Zp"):
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
