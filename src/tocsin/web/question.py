"""A question: one call of the library with all that its answer depends on, answered in another process."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from tocsin.settings import Settings

# What answers questions, each a process of its own: `figures` may fit models, a minute or so for a new day; `quick`
# reads what is packaged or held; `slow` is what a page can be shown without; `whatif` simulates.
Lane = Literal["quick", "figures", "slow", "whatif"]


class Tell(Protocol):
    """Says how far the work is, in a few words, and where it can be counted in how many steps of how many."""

    def __call__(self, words: str, done: int = 0, total: int = 0) -> None: ...


class Question(Protocol):
    """A frozen dataclass of plain values, so that equal questions are one, and their answer is kept.

    `lane` is the process that answers it, one question after the other: nothing long holds up what a page needs.
    Both question and answer are pickled.
    """

    @property
    def lane(self) -> Lane: ...

    def answer(self, settings: Settings, tell: Tell) -> Any:
        """The answer, by the settings that the server was started with. Raises `TocsinError` where there is none."""


def silent(words: str, done: int = 0, total: int = 0) -> None:
    """Tells nobody."""
