"""A web application without models: questions answered at once, or when a test says so, by what the test plants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from tocsin.errors import InputError, StoreBusyError
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.web.answers import Answers
from tocsin.web.page_sources import PageSources
from tocsin.web.question import Lane, Question, Tell

DAY = date(2020, 12, 31)
SOURCES = PageSources(DAY, DAY, "reconstructed", "v 1", "CC BY 4.0", "A citation.", notes=("Reports are uneven.",))
OF_SCENARIO = replace(SOURCES, own_day=True)


@dataclass(frozen=True)
class Asking:
    """A question whose answer is its word in capitals."""

    word: str
    lane: ClassVar[Lane] = "figures"

    def answer(self, settings: Settings, tell: Tell) -> str:
        """Raises `InputError` for "bad", `StoreBusyError` for "busy", something else for "broken".

        It ends its process for "die", and takes something into the store of a folder for "import FOLDER".
        """
        tell("thinking", 1, 2)
        if self.word == "bad":
            raise InputError("that word can not be used. Hint: another one")
        if self.word == "busy":
            raise StoreBusyError("another one writes")
        if self.word.startswith("import"):
            _take_in(Path(self.word.split()[-1]), "2" if "badly" in self.word else "1")
            if "badly" in self.word:
                raise InputError("refused by what was just taken in")
        if self.word == "broken":
            raise ZeroDivisionError("a fault")
        if self.word == "die":
            import os

            os._exit(3)
        return self.word.upper()


def _take_in(home: Path, name: str) -> None:
    from planted_store import LAST, checked, release

    Store(home).add(checked([("Mali", LAST, "onesided", "A", "civilians", 3)], release("ucdp-ged", name=name)))


@dataclass
class PlantedLane:
    """Answers in this process; with `gate` only once a test opens it. `asked` is what was asked, in order."""

    settings: Settings
    gate: threading.Event | None = None
    answers: Mapping[Question, Any] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)
    ended: bool = False

    def ask(self, question: Question, stamp: str, told: Callable[[str, int, int], None]) -> Any:
        self.asked.append(question)
        if self.gate is not None:
            told("thinking", 1, 2)
            self.gate.wait(20)
        if question in self.answers:
            return self.answers[question]
        return question.answer(self.settings, lambda words, done=0, total=0: told(words, done, total))

    def end(self) -> None:
        self.ended = True
        if self.gate is not None:
            self.gate.set()


def planted_answers(home: Path, **given: Any) -> tuple[Answers, list[PlantedLane]]:
    """Answers of a store, and the lanes that are made for them."""
    lanes: list[PlantedLane] = []

    def lane(settings: Settings) -> PlantedLane:
        lanes.append(PlantedLane(settings, **given))
        return lanes[-1]

    return Answers(Settings(home=home), lane=lane), lanes
