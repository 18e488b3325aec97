"""Questions are answered once, in their order, elsewhere; what goes wrong is told and may be asked again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from planted_web import Asking, planted_answers

from tocsin.errors import InputError, StoreBusyError
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.web import answers as web_answers
from tocsin.web.answers import KEPT, WAITING, Answered, Answers, Failed, TooBusy, Working
from tocsin.web.lane import AnswerFailed, LaneDied, LaneProcess, Outdated


def wait(answers: Answers, word: str, seconds: float = 10.0) -> Answered | Working:
    (found,) = asyncio.run(answers.wait_all([Asking(word)], seconds)).values()
    return found


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


def test_what_is_refused_stays_refused_and_what_breaks_is_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, lanes = planted_answers(tmp_path)
    for _ in range(2):
        with pytest.raises(InputError, match="another one"):
            wait(answers, "bad")
    for _ in range(2):
        with pytest.raises(AnswerFailed, match="a fault"):
            wait(answers, "broken")
        with pytest.raises(StoreBusyError):
            wait(answers, "busy")
    assert len(lanes[0].asked) == 3
    monkeypatch.setattr(web_answers, "FAILED_SECONDS", 0.0)
    for word in ("bad", "broken", "busy"):
        with pytest.raises((InputError, AnswerFailed, StoreBusyError)):
            wait(answers, word)
    words = [one.word for one in lanes[0].asked]  # type: ignore[attr-defined]
    assert words == ["bad", "broken", "busy", "broken", "busy"]
    answers.end()


def test_what_one_question_raises_is_told_beside_the_answers_to_others(tmp_path: Path) -> None:
    answers, _ = planted_answers(tmp_path)
    found = asyncio.run(answers.settled([Asking("a"), Asking("broken"), Asking("bad")], 10.0))
    assert found[Asking("a")] == Answered("A")
    for word, kind in (("broken", AnswerFailed), ("bad", InputError)):
        failed = found[Asking(word)]
        assert isinstance(failed, Failed)
        assert isinstance(failed.error, kind)
    answers.end()


def test_what_nobody_asks_for_any_more_gives_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_answers, "LEFT_SECONDS", 0.2)
    gate = threading.Event()
    answers, lanes = planted_answers(tmp_path, gate=gate)
    for word in ("left", "left too"):
        assert isinstance(wait(answers, word, 0.0), Working)
    time.sleep(0.3)
    # Somebody asks for another: the one at work is ended, the one that waits is dropped.
    assert wait(answers, "wanted") == Answered("WANTED")
    assert lanes[0].ended
    assert [one.word for one in lanes[0].asked] == ["left", "wanted"]  # type: ignore[attr-defined]
    assert wait(answers, "left") == Answered("LEFT")  # asked again, it is answered
    answers.end()


def test_what_is_asked_for_again_and_again_does_not_give_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_answers, "LEFT_SECONDS", 0.4)
    gate = threading.Event()
    answers, lanes = planted_answers(tmp_path, gate=gate)
    for _ in range(8):
        wait(answers, "read", 0.05)
        wait(answers, "other", 0.05)
    assert not lanes[0].ended
    gate.set()
    assert wait(answers, "read") == Answered("READ")
    answers.end()


def test_what_is_worked_out_ahead_is_never_left_and_is_followed_by_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_answers, "LEFT_SECONDS", 0.1)
    gate = threading.Event()
    answers, lanes = planted_answers(tmp_path, gate=gate)
    answers.work_ahead(Asking("first"), then=lambda: answers.work_ahead(Asking("second")))
    time.sleep(0.2)
    wait(answers, "other", 0.1)
    assert not lanes[0].ended
    gate.set()
    assert wait(answers, "second") == Answered("SECOND")
    answers.end()


def test_large_answers_are_given_up_before_they_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_answers, "KEPT_BYTES", 25_000)
    answers, lanes = planted_answers(tmp_path)
    words = [letter * 10_000 for letter in "abc"]
    for word in (*words, words[2], words[0]):
        assert wait(answers, word) == Answered(word.upper())
    asked = [one.word[0] for one in lanes[0].asked]  # type: ignore[attr-defined]
    assert asked == ["a", "b", "c", "a"]
    answers.end()


def test_so_many_questions_wait_and_no_more(tmp_path: Path) -> None:
    gate = threading.Event()
    answers, _ = planted_answers(tmp_path, gate=gate)
    assert isinstance(wait(answers, "first", 0.3), Working)  # taken out of the queue
    for k in range(WAITING):
        wait(answers, f"q{k}", 0.0)
    with pytest.raises(TooBusy):
        wait(answers, "one more")
    wait(answers, "q0", 0.0)  # asked before: it takes no place
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


def test_a_process_answers_refuses_fails_and_is_started_again(process: LaneProcess, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    stamp = Store(tmp_path).fingerprint()
    assert process.ask(Asking("a"), stamp, lambda *said: told.append(said)) == "A"
    assert told == [("thinking", 1, 2)]
    with pytest.raises(InputError, match="another one"):
        process.ask(Asking("bad"), stamp, lambda *said: None)
    with pytest.raises(AnswerFailed, match="ZeroDivisionError: a fault"):
        process.ask(Asking("broken"), stamp, lambda *said: None)
    with pytest.raises(LaneDied):
        process.ask(Asking("die"), stamp, lambda *said: None)
    assert process.ask(Asking("b"), stamp, lambda *said: None) == "B"


def test_ending_answers_ends_a_process_at_work(tmp_path: Path) -> None:
    answers = Answers(Settings(home=tmp_path))
    assert wait(answers, "a", 60.0) == Answered("A")
    answers.end()
    answers.end()  # twice is no fault
    with pytest.raises(TooBusy):
        wait(answers, "b")


def test_an_answer_by_another_store_is_none(process: LaneProcess, tmp_path: Path) -> None:
    stamp = Store(tmp_path).fingerprint()
    with pytest.raises(Outdated):
        process.ask(Asking("a"), "another stamp", lambda *said: None)
    for word in ("import", "import badly"):  # the store changes while the answer is worked out
        with pytest.raises(Outdated):
            process.ask(Asking(f"{word} {tmp_path}"), Store(tmp_path).fingerprint(), lambda *said: None)
    assert Store(tmp_path).fingerprint() != stamp


def test_an_answer_of_an_import_does_not_come_back_when_it_is_removed(tmp_path: Path) -> None:
    answers = Answers(Settings(home=tmp_path))
    before = answers.stamp()
    with pytest.raises(Outdated):
        asyncio.run(answers.wait_all([Asking(f"import {tmp_path}")], 60.0, before))
    (tmp_path / "store" / "manifest.json").unlink()
    assert answers.stamp() == before
    assert not answers._entries
    answers.end()
