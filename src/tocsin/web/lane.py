"""A process that answers questions, one after the other, so that no page waits for a fit or a simulation.

The process is started with the first question and again after a crash. What it says on the way comes back as progress.
"""

from __future__ import annotations

import os
import pickle
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Literal

from tocsin.errors import TocsinError
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.web import gate
from tocsin.web.question import Question, Tell

NICENESS = 5  # pages come before answers


class LaneDied(Exception):
    """The process ended without an answer."""


class AnswerFailed(Exception):
    """The answer ended in an error that is none of the user's; the text is its traceback."""


class Outdated(Exception):
    """The store is not, or no longer, the one that was asked about."""


@dataclass(frozen=True)
class _Said:
    kind: Literal["told", "answered", "refused", "failed", "outdated"]
    value: Any


class LaneProcess:
    """One process; `ask` waits for the answer. Asked by one thread at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._ending = threading.Lock()

    def ask(self, question: Question, stamp: str, told: Callable[[str, int, int], None]) -> Any:
        """The answer by the store that has this stamp.

        Raises the `TocsinError` of the question, `Outdated` where the store has another stamp before or after,
        `AnswerFailed`, or `LaneDied`.
        """
        said = self._last_said(question, stamp, told)
        if said.kind == "outdated":
            raise Outdated("the store has changed")
        if said.kind == "answered":
            return said.value
        raise said.value if said.kind == "refused" else AnswerFailed(said.value)

    def _last_said(self, question: Question, stamp: str, told: Callable[[str, int, int], None]) -> _Said:
        # Apart from `ask`, since what a question raises may be an `OSError` itself.
        pipe = self._started()
        try:
            pipe.send((question, stamp))
            while True:
                said: _Said = pipe.recv()
                if said.kind != "told":
                    return said
                told(*said.value)
        except (EOFError, OSError):
            self.end()
            raise LaneDied("the process that works out answers has ended") from None

    def end(self) -> None:
        """End the process, whatever it is at; may be called from another thread than `ask`."""
        with self._ending:
            process, self._process = self._process, None
            pipe, self._pipe = self._pipe, None
            if process is not None:
                process.kill()
                process.join()
            if pipe is not None:
                pipe.close()

    def _started(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._pipe is None:
            self.end()
            # Spawned: a fork of a process with threads may hang.
            context = get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_answer_all, args=(theirs, self._settings), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe


def _answer_all(pipe: Connection, settings: Settings) -> None:
    """What the process does: answer until nobody asks any more."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends it
    os.nice(NICENESS)

    def tell(words: str, done: int = 0, total: int = 0) -> None:
        pipe.send(_Said("told", (words, done, total)))

    while True:
        try:
            question, stamp = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            packed = pickle.dumps(_by_store(stamp, question, settings, tell))
        except TocsinError as error:
            packed = pickle.dumps(_Said("refused", error))
        except BaseException:
            packed = pickle.dumps(_Said("failed", traceback.format_exc()))
        try:
            pipe.send_bytes(packed)
        except OSError:
            return


def _by_store(stamp: str, question: Question, settings: Settings, tell: Tell) -> _Said:
    """The answer as far as it may be shown, if the store is before and after it the one that was asked about.

    Without that, what was worked out of an import would be kept as an answer from before it, and come back when the
    import is removed again.
    """
    store = Store(settings.home)
    if store.fingerprint() != stamp:
        return _Said("outdated", None)
    try:
        said = _Said("answered", gate.answer(question, settings, tell))
    except TocsinError as error:
        said = _Said("refused", error)
    return said if store.fingerprint() == stamp else _Said("outdated", None)
