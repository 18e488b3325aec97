"""Questions are answered once, in their order, elsewhere; what goes wrong is told and may be asked again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from planted_web import Asking, planted_answers

from tocsin.errors import InputError
from tocsin.settings import Settings
from tocsin.web.answers import KEPT, WAITING, Answered, Answers, TooBusy, Working
from tocsin.web.lane import AnswerFailed, LaneDied, LaneProcess


def wait(answers: Answers, word: str, seconds: float = 10.0) -> Answered | Working:
    return asyncio.run(answers.wait(Asking(word), seconds))


def test_a_question_is_answered_once(tmp_path: Path) -> None:
    answers, lanes = planted_answers(tmp_path)
    assert [wait(answers, "a") for _ in range(3)] == [Answered("A")] * 3
    assert lanes[0].asked == [Asking("a")]
    answers.end()
    assert lanes[0].ended


def test_a_question_not_answered_in_time_says_how_far_it_is(tmp_path: Path) -> None:
    gate = threading.Event()
    answers, _ = planted_answers(tmp_path, gate=gate)
    first = wait(answers, "a", 0.3)
    assert first == Working("thinking", 1, 2)
    assert wait(answers, "b", 0.0) == Working("waiting for its turn")
    gate.set()
    assert wait(answers, "b") == Answered("B")
    answers.end()


def test_several_questions_share_their_time(tmp_path: Path) -> None:
    answers, _ = planted_answers(tmp_path)
    asked = [Asking(word) for word in "abc"]
    found = asyncio.run(answers.wait_all(asked, 10.0))
    assert found == {one: Answered(one.word.upper()) for one in asked}
    answers.end()


def test_what_is_refused_stays_refused_and_what_breaks_is_tried_again(tmp_path: Path) -> None:
    answers, lanes = planted_answers(tmp_path)
    for _ in range(2):
        with pytest.raises(InputError, match="another one"):
            wait(answers, "bad")
    for _ in range(2):
        with pytest.raises(AnswerFailed, match="a fault"):
            wait(answers, "broken")
    assert [one.word for one in lanes[0].asked] == ["bad", "broken", "broken"]  # type: ignore[attr-defined]
    answers.end()


def test_so_many_questions_wait_and_no_more(tmp_path: Path) -> None:
    gate = threading.Event()
    answers, _ = planted_answers(tmp_path, gate=gate)
    assert isinstance(wait(answers, "first", 0.3), Working)  # taken out of the queue
    for k in range(WAITING):
        answers.entry(Asking(f"q{k}"))
    with pytest.raises(TooBusy):
        answers.entry(Asking("one more"))
    answers.entry(Asking("q0"))  # asked before: it takes no place
    gate.set()
    assert wait(answers, f"q{WAITING - 1}") == Answered(f"Q{WAITING - 1}")
    assert wait(answers, "one more") == Answered("ONE MORE")
    answers.end()


def test_answers_that_nobody_asks_for_are_given_up(tmp_path: Path) -> None:
    answers, lanes = planted_answers(tmp_path)
    for k in range(KEPT + 5):
        wait(answers, f"q{k}")
    before = len(lanes[0].asked)
    wait(answers, f"q{KEPT + 4}")
    assert len(lanes[0].asked) == before
    wait(answers, "q0")
    assert len(lanes[0].asked) == before + 1
    answers.end()


def test_an_import_makes_every_question_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers, lanes = planted_answers(tmp_path)
    wait(answers, "a")
    monkeypatch.setattr(Answers, "stamp", lambda self: "another")
    wait(answers, "a")
    assert len(lanes[0].asked) == 2
    answers.end()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[LaneProcess]:
    lane = LaneProcess(Settings(home=tmp_path))
    yield lane
    lane.end()


def test_a_process_answers_refuses_fails_and_is_started_again(process: LaneProcess) -> None:
    told: list[tuple[str, int, int]] = []
    assert process.ask(Asking("a"), lambda *said: told.append(said)) == "A"
    assert told == [("thinking", 1, 2)]
    with pytest.raises(InputError, match="another one"):
        process.ask(Asking("bad"), lambda *said: None)
    with pytest.raises(AnswerFailed, match="ZeroDivisionError: a fault"):
        process.ask(Asking("broken"), lambda *said: None)
    with pytest.raises(LaneDied):
        process.ask(Asking("die"), lambda *said: None)
    assert process.ask(Asking("b"), lambda *said: None) == "B"


def test_ending_answers_ends_a_process_at_work(tmp_path: Path) -> None:
    answers = Answers(Settings(home=tmp_path))
    assert wait(answers, "a", 60.0) == Answered("A")
    answers.end()
    answers.end()  # twice is no fault
    with pytest.raises(TooBusy):
        answers.entry(Asking("b"))
