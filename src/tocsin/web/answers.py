"""Answers, worked out once and kept: a question is asked as often as pages are read, and answered in another process.

An answer holds as long as the store does: importing data makes every question new.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from tocsin.errors import TocsinError
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.web.lane import AnswerFailed, LaneDied, LaneProcess
from tocsin.web.question import Lane, Question

KEPT = 200
WAITING = 12  # questions that may wait in a lane

log = logging.getLogger("tocsin.web")


class TooBusy(Exception):
    """So many questions wait already that this one is not taken."""


@dataclass(frozen=True)
class Answered:
    """An answer."""

    value: Any


@dataclass(frozen=True)
class Working:
    """A question that is being worked on: what is done, and how far it is."""

    words: str
    done: int = 0
    total: int = 0


class Asks(Protocol):
    """What answers one question after the other: a process, or in tests something simpler."""

    def ask(self, question: Question, told: Callable[[str, int, int], None]) -> Any: ...

    def end(self) -> None: ...


@dataclass
class _Entry:
    question: Question
    future: Future[Any] = field(default_factory=Future)
    working: Working = field(default_factory=lambda: Working("waiting for its turn"))


class Answers:
    """What is known of every question asked. Safe to use from several threads."""

    def __init__(self, settings: Settings, *, lane: Callable[[Settings], Asks] = LaneProcess) -> None:
        self.settings = settings
        self._entries: OrderedDict[tuple[str, Question], _Entry] = OrderedDict()
        self._lock = threading.Lock()
        self._lanes: dict[Lane, _LaneThread] = {}
        self._lane = lane
        self._ended_all = False

    def stamp(self) -> str:
        """Changes whenever what is held in the store does."""
        return Store(self.settings.home).fingerprint()

    def entry(self, question: Question) -> _Entry:
        """The question's entry, asked now if it is new. Raises `TooBusy`."""
        key = (self.stamp(), question)
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                if self._ended_all:
                    raise TooBusy("the server is ending")
                entry = _Entry(question)
                entry.future.add_done_callback(lambda future: self._ended(key, future))
                if question.lane not in self._lanes:
                    self._lanes[question.lane] = _LaneThread(self._lane(self.settings), question.lane)
                self._lanes[question.lane].put(entry)
                self._entries[key] = entry
            self._entries.move_to_end(key)
            self._shorten()
            return entry

    async def wait(self, question: Question, seconds: float) -> Answered | Working:
        """The answer, or how far it is after so many seconds.

        Raises the `TocsinError` of the question, `TooBusy`, or `AnswerFailed` and `LaneDied` where it went wrong.
        """
        entry = self.entry(question)
        if not entry.future.done() and seconds > 0:
            await asyncio.wait([asyncio.wrap_future(entry.future)], timeout=seconds)
        return self._now(entry)

    async def wait_all(self, questions: Iterable[Question], seconds: float) -> dict[Question, Answered | Working]:
        """The same of several questions, which share the time."""
        asked = tuple(questions)
        entries = [self.entry(question) for question in asked]
        open_ = [asyncio.wrap_future(entry.future) for entry in entries if not entry.future.done()]
        if open_ and seconds > 0:
            await asyncio.wait(open_, timeout=seconds)
        return {question: self._now(entry) for question, entry in zip(asked, entries, strict=True)}

    def end(self) -> None:
        """End the processes; questions that wait are not answered."""
        with self._lock:
            self._ended_all = True
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.end()

    @staticmethod
    def _now(entry: _Entry) -> Answered | Working:
        return Answered(entry.future.result()) if entry.future.done() else entry.working

    def _ended(self, key: tuple[str, Question], future: Future[Any]) -> None:
        # What was refused stays refused; what went wrong may go right another time.
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, TocsinError):
            log.error("a question went wrong: %r: %s", key[1], error)
            with self._lock:
                self._entries.pop(key, None)

    def _shorten(self) -> None:
        for key in list(self._entries):
            if len(self._entries) <= KEPT:
                return
            if self._entries[key].future.done():
                del self._entries[key]


class _LaneThread:
    """Hands the questions of one lane to its process, in their order."""

    def __init__(self, process: Asks, name: str) -> None:
        self._process = process
        self._queue: list[_Entry] = []
        self._ready = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=f"lane {name}", daemon=True)
        self._thread.start()

    def put(self, entry: _Entry) -> None:
        with self._ready:
            if len(self._queue) >= WAITING:
                raise TooBusy("too many questions wait for an answer; try again in a minute")
            self._queue.append(entry)
            self._ready.notify()

    def end(self) -> None:
        with self._ready:
            self._ending = True
            waiting, self._queue = self._queue, []
            self._ready.notify()
        for entry in waiting:
            entry.future.cancel()
        self._process.end()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while True:
            with self._ready:
                while not self._queue and not self._ending:
                    self._ready.wait()
                if self._ending:
                    return
                entry = self._queue.pop(0)
            entry.working = Working("starting")
            try:
                answer = self._process.ask(entry.question, self._told(entry))
            except (TocsinError, AnswerFailed, LaneDied) as error:
                if self._ending:  # it was ended, nothing went wrong
                    entry.future.cancel()
                else:
                    entry.future.set_exception(error)
            except Exception as error:
                entry.future.set_exception(AnswerFailed(repr(error)))
            else:
                entry.future.set_result(answer)

    @staticmethod
    def _told(entry: _Entry) -> Callable[[str, int, int], None]:
        def told(words: str, done: int, total: int) -> None:
            entry.working = Working(words, done, total)

        return told
