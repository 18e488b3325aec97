"""`tocsin questions`, as a user meets it: added, listed, resolved and scored."""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ged_files import dated, write_ged
from planted_groups import Event, digest_of
from tocsin.cli import main
from tocsin.months import month_id
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store

QUESTION = {
    "id",
    "text",
    "subject",
    "actor",
    "theatre",
    "countries",
    "measure",
    "comparison",
    "number",
    "from",
    "to",
    "months",
    "horizon_months",
    "rule",
    "probability",
    "base_rate",
    "base_rate_windows",
    "base_rate_held",
    "base_rate_of",
    "base_rate_until",
    "base_rate_vintage",
    "source",
    "registered_on",
    "entered_on",
    "backdated",
    "status",
    "figure",
    "settled_early",
    "settled_vintage",
    "settled_data_until",
    "settled_on",
}
CLAIM = ("--group", "ISIS-K", "--more-than", "400", "--from", "2020-01", "--to", "2020-12")
ASKED = (*CLAIM, "--probability", "0.4", "--source", "a desk", "--registered-on", "2019-12-31")


class Command:
    """Runs `tocsin questions ...` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str, code: int = 0) -> str:
        self._monkeypatch.setattr(sys, "argv", ["tocsin", "questions", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        assert (ended.value.code or 0) == code, err
        if code:
            assert out == ""
            assert err.startswith("tocsin: ")
            assert err.count("\n") == 1
        return err if code else out

    def json(self, *words: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self(*words, "--format", "json"))
        return answer


@pytest.fixture
def questions(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def test_nothing_registered_says_so(questions: Command, home: Path) -> None:
    assert "No question is registered" in questions("list")
    assert "No question is registered" in questions("resolve")
    assert "No question is settled" in questions("score")
    assert questions.json("list")["questions"] == []
    assert (questions.json("score")["n"], questions.json("score")["brier"]) == (0, None)
    assert not (home / "questions.jsonl").exists()


def test_the_packaged_example_is_shown_and_not_registered(questions: Command, home: Path) -> None:
    answer = questions.json("list", "--packaged")
    assert set(answer) == {"questions_file", "notes", "cannot_be_settled", "questions"}
    assert answer["questions_file"] is None
    assert all(set(one) == QUESTION for one in answer["questions"])
    assert {one["status"] for one in answer["questions"]} == {"open"}
    assert {one["registered_on"] for one in answer["questions"]} == {"2021-08-30"}
    assert {one["base_rate_until"] for one in answer["questions"]} == {"2020-12-31"}
    assert any("for illustration" in note for note in answer["notes"])
    assert answer["cannot_be_settled"]
    assert not (home / "questions.jsonl").exists()
    text = questions("list", "--packaged")
    assert text.count("windows of") == len(answer["questions"])  # no probability without its base rate
    assert "Not a question" in text


def test_a_question_from_adding_to_its_score(questions: Command) -> None:
    added = questions("add", *ASKED)
    for part in ("40%", "windows of IS @", "12 months ahead", "a desk", "also recorded in Pakistan"):
        assert part in added
    (held,) = questions.json("list")["questions"]
    assert set(held) == QUESTION
    assert (held["id"], held["subject"], held["status"]) == ("q1", "IS @ Afghanistan", "open")
    settled = questions.json("resolve")
    (done,) = settled["settled"]
    assert (done["status"], done["figure"], done["settled_data_until"]) == ("yes", 420, "2020-12-31")
    assert set(settled) == {"data_until", "vintage", "licence", "citation", "notes", "settled", "open"}
    assert "settled before" in questions("resolve")
    result = questions.json("score")
    assert result["n"] == 1
    assert result["brier"] == pytest.approx(0.36)
    assert result["brier_base_rate"] == pytest.approx((1 - done["base_rate"]) ** 2)
    assert result["standard_error"] is None
    text = questions("score")
    assert "One question tells nothing of skill" in text
    assert "no test of foresight" in text


def test_the_example_added_stays_open_until_the_figures_are_in(
    questions: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = questions.json("add", "--packaged")["questions"]
    assert [one["id"] for one in questions.json("list")["questions"]] == [one["id"] for one in added]
    answer = questions.json("resolve")
    assert answer["settled"] == []
    assert {one["waits_for"].split("; ")[1] for one in answer["open"]} == {"held to 2020-12-31"}
    assert "is registered already" in questions("add", "--packaged", code=2)
    assert "no other option" in questions("add", "--packaged", "--group", "IS @ Afghanistan", code=2)
    # Made-up figures that reach the end of 2021: an attack with 30 deaths in October settles what it makes true.
    end = month_id(date(2021, 12, 1))
    made_up: list[Event] = [("Afghanistan", end - 2, "onesided", "IS", "Civilians", 30)]
    monkeypatch.setattr("tocsin.digest.load.packaged_digest", lambda: digest_of(made_up, last=end))
    settled = questions.json("resolve")["settled"]
    assert {(one["id"], one["status"], one["settled_early"]) for one in settled} == {
        ("example-mass-casualty", "yes", True),
        ("example-first-year", "yes", True),
    }
    assert "Only a yes can be settled so early" in questions("score")
    assert len(questions.json("list")["questions"]) == len(added)


def test_a_release_in_the_store_settles_and_one_of_other_countries_does_not(
    questions: Command, home: Path, tmp_path: Path
) -> None:
    asked = ("--at-least", "3", "--from", "2014-07", "--to", "2014-12", "--probability", "0.9", "--source", "a desk")
    first = [dated(k, f"201{2 + k // 12}-{1 + k % 12:02}-09") for k in range(29)]  # 3 deaths a month
    file = write_ged(tmp_path / "GEDEvent_v20_1.csv", first)
    Store.open(home).add(read_ged(file, covers="file", covers_until=2014))
    questions("add", "--theatre", "Mali", *asked, "--registered-on", "2014-06-30")
    (held,) = questions.json("list")["questions"]
    # A file of one country speaks from its first event on: the 25 windows of six months from January 2012 to June 2014.
    assert (held["base_rate_windows"], held["base_rate_held"], held["base_rate_until"]) == (25, 25, "2014-06-30")
    (done,) = questions.json("resolve")["settled"]
    assert (done["status"], done["figure"], done["settled_vintage"]) == ("no", 0, "ucdp-ged 20.1")
    refused = questions("add", "--theatre", "Niger", *asked, "--registered-on", "2014-06-30", code=2)
    assert "do not speak for Niger" in refused


def test_everything_wrong_is_one_line_and_the_file_is_untouched(questions: Command, home: Path) -> None:
    questions("add", *ASKED, "--id", "mine")
    before = (home / "questions.jsonl").read_bytes()
    error = questions("add", "--group", "IS @ Afghanistan", "--probability", "2", "--id", "mine", code=2)
    for part in ("6 things", "from", "to", "got 2.0", "registered already", "source", "one of the three"):
        assert part in error
    assert (home / "questions.jsonl").read_bytes() == before
    (home / "questions.jsonl").write_text("torn")
    for command in ("list", "resolve", "score"):
        assert "line 1 is not a question" in questions(command, code=2)
    assert "line 1" in questions("add", *ASKED, code=2)
    assert (home / "questions.jsonl").read_text() == "torn"


def test_control_characters_do_not_reach_the_terminal(questions: Command) -> None:
    shown = questions("add", "steer\x1b[2J it", *ASKED)
    assert "\x1b" not in shown
    assert "steer[2J it" in shown


def test_a_narrow_terminal_squeezes_no_column_away(questions: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    questions("add", *ASKED)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", questions("list"))
    table = shown.split("Source of")[0]
    assert all(len(line) <= 80 for line in table.splitlines())
    for word in ("Afghanistan", "deaths", "2020-12-31", "probability", "12 months", "windows"):
        assert word in table


def test_every_key_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    for key in QUESTION | {"questions_file", "cannot_be_settled", "waits_for", "n_backdated", "n_early", "n_open"}:
        assert f"`{key}`" in page, key
