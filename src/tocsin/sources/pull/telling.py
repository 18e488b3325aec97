"""What a download says of itself while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _nothing(*_: object) -> None:
    return None


@dataclass(frozen=True)
class Telling:
    """`say` is given a line; `step` the name of what comes, how much of it came, and of how much (None: not known).

    `unit` of the steps is bytes for a file, "pages" for an interface that answers in pages.
    """

    say: Callable[[str], None] = _nothing
    step: Callable[[str, int, int | None, str], None] = _nothing


QUIET = Telling()
