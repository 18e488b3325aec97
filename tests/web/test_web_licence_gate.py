"""The licence gate: nothing of sources that forbid it reaches a page, a download or an answer of the API.

Events of made-up groups are tagged as ACLED's and GTD's, with figures found nowhere else, and every question, page,
download and address of the API is searched for them. New kinds of questions fail here until they are looked at.
"""

from __future__ import annotations

import ast
import pickle
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, is_dataclass
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, ClassVar
from urllib.parse import quote

import numpy as np
import polars as pl
import pytest
from planted_store import CELL, DEATHS, HEADLINE, LAST, MARKED, OFFICE, fill
from planted_web import SOURCES as FROM_HERE
from planted_web_api import ask, planted_app

import tocsin.web.questions
from planted_explanation import explanation
from planted_groups import use_small_models
from planted_rivalry import planted_rivalry
from tocsin.months import last_day
from tocsin.settings import Settings
from tocsin.sources.terms import terms_of
from tocsin.web import gate
from tocsin.web.api import openapi_description
from tocsin.web.asked import Asked
from tocsin.web.links import Served
from tocsin.web.page import Page
from tocsin.web.pages import NAMES, page_makers
from tocsin.web.question import Lane, Question, Tell, silent
from tocsin.web.questions.assessed import Assessed
from tocsin.web.questions.coverage import Coverage
from tocsin.web.questions.directory import Directory
from tocsin.web.questions.events import EventsOfGroup
from tocsin.web.questions.group import GroupAnswer, OneGroup
from tocsin.web.questions.method import InForce
from tocsin.web.questions.past import LastPeriod
from tocsin.web.questions.record import Track
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.questions.theatre import OneTheatre
from tocsin.web.questions.whatif import WhatIf
from tocsin.web.render import render_page
from tocsin.web.static_files import versions
from tocsin.web.tables import write_download

SOURCES = Path(tocsin.web.__file__).parent
ACLED = terms_of("acled")
ASKED = (Asked(), Asked(horizon=12))
# What must turn up nowhere. Figures stand alone, with or without a comma: no part of a longer number.
MARKS = {
    **{f"deaths {n}": rf"(?<![\d.,]){n // 1000},?{n % 1000:03}(?![\d])" for n in DEATHS},
    "cell": rf"(?<!\d){CELL}(?!\d)",
    "centre of the cell": r"(?<!\d)74\.25(?!\d)",
    "place": r"-8\.6(?!\d)|-74\.3(?!\d)",
    "event": "MARK-",
    "headline": HEADLINE,
    "office": OFFICE,
}

# One or more of every kind of question; of those in OF_THE_PACKAGE none needs to be asked.
QUESTIONS: dict[type, Callable[[Asked], tuple[Question, ...]]] = {
    Assessed: lambda asked: (Assessed(asked), Assessed(asked, "Peru")),
    Coverage: lambda asked: (Coverage(asked),),
    Directory: lambda asked: (Directory(asked),),
    EventsOfGroup: lambda asked: (EventsOfGroup(asked, MARKED),),
    InForce: lambda asked: (InForce(asked),),
    LastPeriod: lambda asked: (LastPeriod(asked),),
    OneGroup: lambda asked: (OneGroup(asked, MARKED), OneGroup(asked, "Other marked front")),
    OneTheatre: lambda asked: (OneTheatre(asked, "Peru"), OneTheatre(asked, "Colombia+Peru")),
    TheatreLinks: lambda asked: (TheatreLinks(asked, "Peru"),),
    Track: lambda asked: (),
    WhatIf: lambda asked: (),
}
# What each page is asked with: pages with none are asked as they stand.
PAGES: dict[str, tuple[dict[str, str], ...]] = {
    "group": ({"name": MARKED}, {"name": "Marked front"}),
    "theatre": ({"name": "Peru"}, {"name": "Colombia+Peru", "years": "all"}),
    "search": ({"q": "marked"},),
}


def marks_in(text: str) -> list[str]:
    return [name for name, pattern in MARKS.items() if re.search(pattern, text)]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as patch:
        use_small_models(patch, members=2, early=1, rounds=10)
        home = tmp_path_factory.mktemp("gated")
        fill(home)
        yield Settings(home=home)


@pytest.fixture(scope="module")
def told(settings: Settings) -> Callable[[Question], Any]:
    return cache(lambda question: pickle.loads(pickle.dumps(gate.answer(question, settings, silent))))  # noqa: S301


def question_types() -> set[type]:
    """Every class of `tocsin.web.questions` that has a lane and can be answered."""
    found = set()
    for module in iter_modules(tocsin.web.questions.__path__, "tocsin.web.questions."):
        held = import_module(module.name)
        for value in vars(held).values():
            own = isinstance(value, type) and value.__module__ == module.name and is_dataclass(value)
            if own and hasattr(value, "lane") and hasattr(value, "answer"):
                found.add(value)
    return found


def test_every_kind_of_question_is_looked_at_here() -> None:
    assert question_types() == set(QUESTIONS)
    free = {f"{kind.__module__}.{kind.__qualname__}" for kind, ask in QUESTIONS.items() if not ask(Asked())}
    assert free == gate.OF_THE_PACKAGE


def test_the_marks_are_found_where_nothing_is_held_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search finds what it is meant to find: the same events, tagged as of a free source."""
    use_small_models(monkeypatch, members=2, early=1, rounds=10)
    fill(tmp_path, free=True)
    settings = Settings(home=tmp_path)
    free = cache(lambda question: gate.answer(question, settings, silent))
    for name, given in (("group", {"name": MARKED}), ("theatre", {"name": "Peru"})):
        text = "".join(contents(page_makers()[name](Asked(), given), free).values())
        found = set(marks_in(text))
        wanted = set(MARKS) - {"place", "headline"}  # of a free source neither
        assert found == wanted if name == "group" else {f"deaths {n}" for n in DEATHS} <= found


@pytest.mark.parametrize("kind", QUESTIONS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.horizon} months")
def test_no_answer_holds_what_must_not_be_shown(kind: type, asked: Asked, told: Callable[[Question], Any]) -> None:
    for question in QUESTIONS[kind](asked):
        assert marks_in(repr(told(question))) == []


def contents(page: Page, told: Callable[[Question], Any]) -> dict[str, str]:
    """A page and its downloads as text."""
    found = {question: told(question) for question in (*page.needs, *page.wants)}
    links = Served(page.asked, versions())
    out = {"page": render_page(page, found, links)}
    for one in page.downloads:
        for form in one.forms:
            written = write_download(one, form, found, FROM_HERE)
            out[f"{one.name}.{form}"] = repr(_rows(written)) if form == "parquet" else written.decode()
    return out


def _rows(content: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pl.read_parquet(content).rows(named=True)
    return rows


# What a page says of the months ahead differs by horizon, and what came of the last period most.
@pytest.mark.parametrize(
    ("name", "asked"), [*((name, ASKED[0]) for name in NAMES), ("overview", ASKED[1]), ("group", ASKED[1])]
)
def test_no_page_and_no_download_shows_it(name: str, asked: Asked, told: Callable[[Question], Any]) -> None:
    for given in PAGES.get(name, ({},)):
        for where, text in contents(page_makers()[name](asked, given), told).items():
            assert marks_in(text) == [], f"{name} {given}: {where}"


# --- the interface for programs ---------------------------------------------------------------------------------------

# What each address is asked with, one by one; names are needed where one is asked for.
ASKED_OF = {
    "/assessment": ("per_page=500", "theatre=Peru"),
    "/groups": ("q=marked",),
    "/group": (f"name={quote(MARKED)}",),
    "/group/events": (f"name={quote(MARKED)}",),
    "/theatre": ("name=Peru", "name=Colombia%2BPeru"),
    "/theatre/rivalry": ("name=Peru",),
}


@dataclass
class GateLane:
    """Answers in this process, by the gate as the lanes' own process does."""

    told: Callable[[Question], Any]

    def ask(self, question: Question, told: Callable[[str, int, int], None]) -> Any:
        return self.told(question)

    def end(self) -> None: ...


@pytest.mark.parametrize("path", [path for path in openapi_description()["paths"] if not path.startswith("/whatif")])
def test_no_answer_of_the_api_holds_it(path: str, settings: Settings, told: Callable[[Question], Any]) -> None:
    app = planted_app(settings.home, GateLane(told))
    for given in ASKED_OF.get(path, ("",)):
        for _ in range(50):
            reply = ask(app, f"{path}?{given}" if given else path)
            if reply.status != 202:
                break
            time.sleep(0.05)
        assert reply.status == (403 if path == "/group/events" else 200), f"{path}?{given}: {reply.content[:300]!r}"
        assert marks_in(reply.content.decode()) == [], f"{path}?{given}"


def test_the_page_of_a_group_says_why_and_keeps_sums_and_probabilities(told: Callable[[Question], Any]) -> None:
    found: GroupAnswer = told(OneGroup(Asked(), MARKED))
    line = found.explanation.line
    assert line.deaths_last_12m == sum(DEATHS)
    assert 0 < line.p_deaths25 < 1
    assert (found.explanation.history, found.explanation.cells, line.recent_deaths) == ((), (), ())
    page = contents(page_makers()["group"](Asked(), {"name": MARKED}), told)["page"]
    assert page.count("The terms of ACLED do not allow") >= 4
    assert f"{sum(DEATHS):,}" in page


@pytest.mark.parametrize("ago", range(0, 27))
def test_only_days_whole_years_apart_can_be_asked_about(ago: int, settings: Settings) -> None:
    """Sums up to two days less than a year apart would tell the months between by their difference."""
    for question in (Coverage(Asked(last_day(LAST - ago))), InForce(Asked(last_day(LAST - ago) + timedelta(days=9)))):
        if ago % 12:
            with pytest.raises(gate.NotShownError, match="single months by their difference"):
                gate.answer(question, settings, silent)
        else:
            assert gate.answer(question, settings, silent) is not None


def test_of_a_free_source_any_day_can_be_asked_about(tmp_path: Path) -> None:
    fill(tmp_path, free=True, pairs=2)
    assert gate.answer(Coverage(Asked(last_day(LAST - 5))), Settings(home=tmp_path), silent)


# --- the gate itself --------------------------------------------------------------------------------------------------


def test_what_is_not_known_is_refused() -> None:
    @dataclass(frozen=True)
    class New:
        deaths: int

    for strange in (New(3), (New(3),), {"a": New(3)}, pl.DataFrame({"deaths": [1]}), np.arange(3), (1, 2, 3), 7, {1}):
        with pytest.raises(gate.NotShownError, match="ACLED"):
            gate.gated(strange, ACLED)
        assert gate.gated(strange, terms_of("ucdp-ged")) is strange


def test_a_free_source_is_not_touched() -> None:
    whole = explanation()
    assert gate.gated(whole, terms_of("ucdp-ged")) is whole


def test_an_explanation_without_its_details() -> None:
    whole = explanation()
    shown = gate.gated(whole, ACLED)
    assert (shown.history, shown.cells, shown.rivalry, shown.line.recent_deaths) == ((), (), None, ())
    assert (shown.facts.opponents, shown.facts.allies, shown.facts.largest_event_deaths) == ((), (), None)
    assert all(driver.facts == () for driver in shown.line.drivers_deaths25)
    assert shown.line.analogues.nearest == ()
    assert shown.line.analogues.n == whole.line.analogues.n
    assert [m.expected for m in shown.ahead] == [m.expected for m in whole.ahead]
    assert {(m.baseline_low, m.baseline_high) for m in shown.ahead} == {(None, None)}
    assert (shown.line.p_deaths25, shown.line.deaths_last_12m) == (whole.line.p_deaths25, whole.line.deaths_last_12m)
    assert whole.history  # what it was made from stays as it was


def test_an_answer_that_is_held_back_as_a_whole_is_none() -> None:
    assert gate.gated(planted_rivalry(("A", "B"), {}, theatre="Mali"), ACLED) is None


def test_terms_that_change_while_a_question_is_answered_count(tmp_path: Path) -> None:
    """An import between the figures and the gate does not slip through, nor does a removal."""

    @dataclass(frozen=True)
    class Importing:
        lane: ClassVar[Lane] = "figures"

        def answer(self, settings: Settings, tell: Tell) -> Any:
            fill(settings.home, pairs=2)
            return pl.DataFrame({"deaths": [1]})

    with pytest.raises(gate.NotShownError):
        gate.answer(Importing(), Settings(home=tmp_path), silent)


# --- no way around it -------------------------------------------------------------------------------------------------

READS_FIGURES = {
    "assess", "explain", "load_digest", "load_situation", "make_brief", "past_period", "Store", "assess_situation",
    "situation_of", "read_digest", "build_panel", "fit_rivalry", "theatre_links",
}  # fmt: skip
MAY_READ = {"answers.py", "gate.py"}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(SOURCES.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_questions_are_answered_by_the_gate_alone() -> None:
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "answer":
                by = node.func.value.id if isinstance(node.func.value, ast.Name) else "?"
                assert by == "gate" or path.name == "gate.py", f"{path.name}, line {node.lineno}: goes round the gate"


def test_figures_are_read_by_questions_alone() -> None:
    for path, tree in modules():
        if path.parent.name == "questions" or path.name in MAY_READ:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                pages = (node.module or "").startswith("tocsin.web.pages")  # a module may be named as a function is
                taken = set() if pages else {alias.name for alias in node.names} & READS_FIGURES
                assert not taken, f"{path.name}, line {node.lineno}: reads {', '.join(taken)} past the gate"


def test_the_process_that_answers_asks_the_gate() -> None:
    source = (SOURCES / "lane.py").read_text(encoding="utf-8")
    assert "gate.answer(question, settings, tell)" in source
