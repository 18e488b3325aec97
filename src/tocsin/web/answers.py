"""Answers, worked out once and kept: a question is asked as often as pages are read, and answered in another process.

An answer holds as long as the store does: importing data makes every question new. What nobody asks for any more gives
way to what is asked for: a page that is open asks again every few seconds, so silence tells that it was left.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import NoneType
from typing import Any, Protocol

from tocsin.errors import InputError, NotHeldError, TocsinError
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.web.gate import NotShownError
from tocsin.web.lane import AnswerFailed, LaneDied, LaneProcess, Outdated
from tocsin.web.question import Lane, Question

KEPT = 400
KEPT_BYTES = 200_000_000
WAITING = 12  # questions that may wait in a lane
LEFT_SECONDS = 30.0  # a question not asked again for so long gives way to others
FAILED_SECONDS = 20.0  # what went wrong is not tried again before, or a page that wants it would try for ever
# Refusals that another time would be the same, as long as the store is.
LASTING = (InputError, NotHeldError, NotShownError)

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


@dataclass(frozen=True)
class Failed:
    """A question without an answer, and why."""

    error: BaseException


class Asks(Protocol):
    """What answers one question after the other: a process, or in tests something simpler."""

    def ask(self, question: Question, stamp: str, told: Callable[[str, int, int], None]) -> Any:
        """The answer by the store that has this stamp. Raises `Outdated` where it has another."""

    def end(self) -> None:
        """End it, whatever it is at."""


@dataclass
class _Entry:
    question: Question
    stamp: str
    waited_for: bool  # if not, it is worked out ahead of anybody asking, and never left
    future: Future[Any] = field(default_factory=Future)
    working: Working = field(default_factory=lambda: Working("waiting for its turn"))
    asked_at: float = field(default_factory=time.monotonic)
    size: int = 0
    given_up: bool = False
    ended_at: float = 0.0

    @property
    def stale(self) -> bool:
        if not self.future.done() or isinstance(self.future.exception(), (*LASTING, NoneType)):
            return False
        return time.monotonic() - self.ended_at >= FAILED_SECONDS

    @property
    def left(self) -> bool:
        return self.waited_for and time.monotonic() - self.asked_at > LEFT_SECONDS


class Answers:
    """What is known of every question asked. Safe to use from several threads."""

    def __init__(self, settings: Settings, *, lane: Callable[[Settings], Asks] = LaneProcess) -> None:
        self.settings = settings
        self._entries: OrderedDict[tuple[str, Question], _Entry] = OrderedDict()
        self._lock = threading.RLock()  # a question that gives way is forgotten by whoever asks another
        self._lanes: dict[Lane, _LaneThread] = {}
        self._lane = lane
        self._ended_all = False

    def stamp(self) -> str:
        """Changes whenever what is held in the store does. Raises `DataError` for a damaged store."""
        return Store(self.settings.home).fingerprint()

    def work_ahead(self, question: Question, then: Callable[[], None] = lambda: None) -> None:
        """Have a question answered before anybody asks it, and do something after that unless the server ends."""

        def ended(future: Future[Any]) -> None:
            if not future.cancelled():
                with suppress(TocsinError, TooBusy):
                    then()

        self._entry(question, self.stamp(), waited_for=False).future.add_done_callback(ended)

    async def wait_all(
        self, questions: Iterable[Question], seconds: float, stamp: str | None = None
    ) -> dict[Question, Answered | Working]:
        """The answers, or how far they are after so many seconds together; by the store of a stamp, or as it is.

        Raises the `TocsinError` of a question, `TooBusy`, `AnswerFailed` and `LaneDied` where it went wrong, and
        `Outdated` where the store has changed since the stamp.
        """
        found: dict[Question, Answered | Working] = {}
        for question, one in (await self.settled(questions, seconds, stamp)).items():
            if isinstance(one, Failed):
                raise one.error
            found[question] = one
        return found

    async def settled(
        self, questions: Iterable[Question], seconds: float, stamp: str | None = None
    ) -> dict[Question, Answered | Working | Failed]:
        """The same, with what a question raises beside the answers to the others. Raises `TooBusy`."""
        by = stamp if stamp is not None else await asyncio.to_thread(self.stamp)
        entries = [self._entry(question, by) for question in questions]
        await _until_done([entry.future for entry in entries], seconds)
        return {entry.question: _now(entry) for entry in entries}

    def end(self) -> None:
        """End the processes; questions that wait are not answered."""
        with self._lock:
            self._ended_all = True
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.end()

    def _entry(self, question: Question, stamp: str, *, waited_for: bool = True) -> _Entry:
        """The question's entry, asked now if it is new. Raises `TooBusy`."""
        key = (stamp, question)
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry.stale:
                if self._ended_all:
                    raise TooBusy("the server is ending")
                entry = _Entry(question, stamp, waited_for)
                if question.lane not in self._lanes:
                    self._lanes[question.lane] = _LaneThread(self._lane(self.settings), question.lane)
                self._lanes[question.lane].put(entry)
                self._entries[key] = entry
                entry.future.add_done_callback(partial(self._ended, entry))
            entry.asked_at = time.monotonic()
            self._entries.move_to_end(key)
            self._shorten()
        if not entry.future.done():
            self._lanes[question.lane].make_way()
        return entry

    def _ended(self, entry: _Entry, future: Future[Any]) -> None:
        entry.ended_at = time.monotonic()
        error = None if future.cancelled() else future.exception()
        if future.cancelled() or isinstance(error, Outdated):
            with self._lock:
                self._entries.pop((entry.stamp, entry.question), None)
        elif error is not None and not isinstance(error, TocsinError):
            log.error("a question went wrong: %r: %s", entry.question, error)

    def _shorten(self) -> None:
        held = sum(entry.size for entry in self._entries.values())
        for key, entry in list(self._entries.items()):
            if len(self._entries) <= KEPT and held <= KEPT_BYTES:
                return
            if entry.future.done():
                held -= entry.size
                del self._entries[key]


def _now(entry: _Entry) -> Answered | Working | Failed:
    if not entry.future.done() or entry.future.cancelled():
        return entry.working
    error = entry.future.exception()
    return Answered(entry.future.result()) if error is None else Failed(error)


async def _until_done(futures: list[Future[Any]], seconds: float) -> None:
    """Wait until all are done, but no longer than so many seconds."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: Future[Any]) -> None:
        with suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(ended.set)

    until = loop.time() + seconds
    for future in futures:
        if not future.done() and seconds > 0:
            future.add_done_callback(tell)
    while not all(future.done() for future in futures) and (left := until - loop.time()) > 0:
        ended.clear()
        if all(future.done() for future in futures):
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), left)


class _LaneThread:
    """Hands the questions of one lane to its process, in their order."""

    def __init__(self, process: Asks, name: str) -> None:
        self._process = process
        self._queue: list[_Entry] = []
        self._at: _Entry | None = None
        self._ready = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=f"lane {name}", daemon=True)
        self._thread.start()

    def put(self, entry: _Entry) -> None:
        """Take a question in. Raises `TooBusy`."""
        self._drop_left()
        with self._ready:
            if len(self._queue) >= WAITING:
                raise TooBusy("too many questions wait for an answer; try again in a minute")
            self._queue.append(entry)
            self._ready.notify()

    def make_way(self) -> None:
        """End work on what nobody asks for any more, where something else waits."""
        self._drop_left()
        with self._ready:
            at = self._at
            stop = at is not None and at.left and not at.given_up and bool(self._queue)
            if at is not None and stop:
                at.given_up = True
        if stop:
            self._process.end()

    def end(self) -> None:
        """End the process; what waits is not answered."""
        with self._ready:
            self._ending = True
            waiting, self._queue = self._queue, []
            self._ready.notify()
        for entry in waiting:
            entry.future.cancel()
        self._process.end()
        self._thread.join(timeout=10)

    def _drop_left(self) -> None:
        with self._ready:
            dropped = [entry for entry in self._queue if entry.left]
            self._queue = [entry for entry in self._queue if entry not in dropped]
        for entry in dropped:  # outside the lock: what is told of it takes another
            entry.future.cancel()

    def _run(self) -> None:
        while True:
            with self._ready:
                self._at = None
                while not self._queue and not self._ending:
                    self._ready.wait()
                if self._ending:
                    return
                entry = self._at = self._queue.pop(0)
            entry.working = Working("starting")
            try:
                answer = self._process.ask(entry.question, entry.stamp, self._told(entry))
            except (TocsinError, AnswerFailed, LaneDied, Outdated) as error:
                if self._ending or entry.given_up:  # it was ended, nothing went wrong
                    entry.future.cancel()
                else:
                    entry.future.set_exception(error)
            except Exception as error:
                entry.future.set_exception(AnswerFailed(repr(error)))
            else:
                entry.size = len(pickle.dumps(answer))
                entry.future.set_result(answer)

    @staticmethod
    def _told(entry: _Entry) -> Callable[[str, int, int], None]:
        def told(words: str, done: int, total: int) -> None:
            entry.working = Working(words, done, total)

        return told
