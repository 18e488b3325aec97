"""The licence gate: nothing of sources that forbid it reaches a page, a download or an answer of the API.

Events of made-up groups are tagged as ACLED's and GTD's, with figures found nowhere else, and every question, page,
download and address of the API is searched for them. New kinds of questions, and new figures in answers, fail here
until they are looked at.
"""

from __future__ import annotations

import ast
import json
import pickle
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, ClassVar
from urllib.parse import quote

import jsonschema_rs
import numpy as np
import polars as pl
import pytest
from planted_marks import LONE_IN_WORDS, MARKS, PAGES, contents, marks_in
from planted_store import (
    ACLED as ACLED_EVENTS,
)
from planted_store import (
    DEATHS,
    LAST,
    LONE,
    LONE_DEATHS,
    MARKED,
    MONTHS,
    asking,
    checked,
    fill,
    release,
)
from planted_web_api import ask, planted_app

import tocsin.web.questions
from planted_explanation import explanation
from planted_groups import FIRST, rivals, use_small_models
from planted_rivalry import planted_rivalry
from tocsin.countries import iso3_of
from tocsin.errors import InputError, NotHeldError
from tocsin.months import first_day, last_day, month_label, month_words
from tocsin.settings import Settings
from tocsin.sources.terms import terms_of
from tocsin.store import Store
from tocsin.warn.levels import Entered, level_sentence
from tocsin.web import gate
from tocsin.web.api import openapi_description
from tocsin.web.asked import Asked
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

SOURCES = Path(tocsin.web.__file__).parent
ACLED = terms_of("acled")
ASKED = (Asked(), Asked(horizon=12))
# One or more of every kind of question; of those in OF_THE_PACKAGE none needs to be asked.
QUESTIONS: dict[type, Callable[[Asked], tuple[Question, ...]]] = {
    Assessed: lambda asked: (Assessed(asked), Assessed(asked, "Peru")),
    Coverage: lambda asked: (Coverage(asked),),
    Directory: lambda asked: (Directory(asked),),
    EventsOfGroup: lambda asked: (EventsOfGroup(asked, MARKED), EventsOfGroup(asked, LONE)),
    InForce: lambda asked: (InForce(asked),),
    LastPeriod: lambda asked: (LastPeriod(asked),),
    OneGroup: lambda asked: (OneGroup(asked, MARKED), OneGroup(asked, "Other marked front"), OneGroup(asked, LONE)),
    OneTheatre: lambda asked: tuple(OneTheatre(asked, name) for name in ("Peru", "Colombia+Peru", "Bolivia")),
    TheatreLinks: lambda asked: (TheatreLinks(asked, "Peru"),),
    Track: lambda asked: (),
    WhatIf: lambda asked: (),
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as patch:
        use_small_models(patch, members=2, early=1, rounds=10)
        yield fill(tmp_path_factory.mktemp("gated"))


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
    settings = fill(tmp_path, free=True)
    free = cache(lambda question: gate.answer(question, settings, silent))
    lone, rows = {f"deaths {LONE_DEATHS}", "mean of the lone deaths"}, {"first row", "last row"}
    for name, given in (("group", {"name": MARKED}), ("theatre", {"name": "Peru"})):
        text = "".join(contents(page_makers()[name](Asked(), given), free).values())
        found = set(marks_in(text))
        wanted = set(MARKS) - {"place", "headline", *rows, *lone}  # of a free source none of these
        assert found == wanted if name == "group" else {f"deaths {n}" for n in DEATHS} <= found
    assert rows == {*marks_in("".join(contents(page_makers()["data"](Asked(), {}), free).values()))}
    text = "".join(contents(page_makers()["group"](Asked(), {"name": LONE}), free).values())
    assert lone <= set(marks_in(text))
    assert len(set(LONE_IN_WORDS.findall(text))) >= 3


@pytest.mark.parametrize("kind", QUESTIONS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.horizon} months")
def test_no_answer_holds_what_must_not_be_shown(kind: type, asked: Asked, told: Callable[[Question], Any]) -> None:
    for question in QUESTIONS[kind](asked):
        assert marks_in(repr(told(question))) == []


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
    "/group": (f"name={quote(MARKED)}", f"name={quote(LONE)}"),
    "/group/events": (f"name={quote(MARKED)}", f"name={quote(LONE)}"),
    "/theatre": ("name=Peru", "name=Colombia%2BPeru", "name=Bolivia"),
    "/theatre/rivalry": ("name=Peru",),
}


@dataclass
class GateLane:
    """Answers in this process, by the gate as the lanes' own process does."""

    told: Callable[[Question], Any]

    def ask(self, question: Question, *_: Any) -> Any:
        return self.told(question)

    def end(self) -> None: ...


@pytest.mark.parametrize("path", [path for path in openapi_description()["paths"] if not path.startswith("/whatif")])
def test_no_answer_of_the_api_holds_it(path: str, settings: Settings, told: Callable[[Question], Any]) -> None:
    app = planted_app(settings.home, GateLane(told), source=settings.source)
    for given in ASKED_OF.get(path, ("",)):
        for _ in range(50):
            reply = ask(app, f"{path}?{given}" if given else path)
            if reply.status != 202:
                break
            time.sleep(0.05)
        assert reply.status == (403 if path == "/group/events" else 200), f"{path}?{given}: {reply.content[:300]!r}"
        assert marks_in(reply.content.decode()) == [], f"{path}?{given}"
        assert not LONE_IN_WORDS.search(reply.content.decode()) or path.startswith("/record"), f"{path}?{given}"
        if reply.status == 200:
            assert not faults(path, json.loads(reply.content))


def faults(path: str, content: Any) -> list[str]:
    """What in an answer is not as it is described, nulls for figures that are held back among it."""
    told = openapi_description()
    answer = told["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    validator = jsonschema_rs.Draft202012Validator({**answer, "components": told["components"]})
    return [f"{error.instance_path}: {error.message}"[:300] for error in validator.iter_errors(content)]


def test_the_page_of_a_group_says_why_and_keeps_probabilities(told: Callable[[Question], Any]) -> None:
    found: GroupAnswer = told(OneGroup(Asked(), MARKED))
    line = found.explanation.line
    assert 0 < line.p_deaths25 < 1
    assert line.expected_deaths > 0
    assert (found.explanation.history, found.explanation.cells, line.recent_deaths) == ((), (), ())
    page = contents(page_makers()["group"](Asked(), {"name": MARKED}), told)["page"]
    assert page.count("The terms of ACLED do not allow") >= 4
    assert "Recorded deaths are not shown." in page
    assert gate.HELD_BACK in page


def test_a_lone_event_is_nowhere_to_be_read(told: Callable[[Question], Any]) -> None:
    """Of a group with one event every count, sum and date is that event: none of them is there."""
    for asked in ASKED:
        directory, group = told(Directory(asked)), told(OneGroup(asked, LONE)).explanation
        (listed,) = (one for one in directory.groups if one.group == LONE)
        assert (listed.deaths, listed.deaths_last_12m, listed.events, listed.last_event) == (None,) * 4
        (theatre,) = (one for one in directory.theatres if one.theatre == "Bolivia")
        assert (theatre.events_last_12m, theatre.deaths_last_12m, theatre.deaths_12m_before, theatre.last_event) == (
            (None,) * 4
        )
        (line,) = (line for line in told(Assessed(asked)).assessment.groups if line.group == LONE)
        for one in (line, group.line):
            assert (one.deaths_last_12m, one.deaths_last_3m, one.recent_deaths, one.p_deaths25_previous) == (
                *(None, None, ()), None,
            )  # fmt: skip
            assert one.confidence_reasons == ()
            assert 0 < one.p_deaths25 < 1
        facts = group.facts
        assert (facts.first_event, facts.last_event, facts.first_seen, facts.last_seen) == (None,) * 4
        assert (facts.events, facts.events_last_12m, facts.deaths_low, facts.deaths_high, facts.by_kind) == (
            *(None,) * 4, (),
        )  # fmt: skip
        assert {ahead.baseline for ahead in group.ahead} == {None}
        answer = told(OneTheatre(asked, "Bolivia"))
        assert (answer.deaths_last_12m, answer.deaths_12m_before, answer.state_deaths_last_12m) == (None,) * 3
        assert told(LastPeriod(asked)) is None
    assert told(Coverage(Asked())).theatres == ()
    assert {(held.rows, held.rejected) for held in told(Coverage(Asked())).vintages} == {(None, None)}


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.horizon} months")
def test_the_month_of_a_lone_event_is_nowhere_to_be_read(asked: Asked, told: Callable[[Question], Any]) -> None:
    for page in ("overview", "theatres", "search", "data", "group", "theatre"):
        for given in PAGES.get(page, ({},)):
            for where, text in contents(page_makers()[page](asked, given), told).items():
                assert not LONE_IN_WORDS.search(text), f"{page} {given}: {where}"


def test_what_models_say_is_rounded(told: Callable[[Question], Any]) -> None:
    """To the last digit it could be asked of the same models which past they say it of."""

    def digits(number: float) -> int:
        return len(f"{number:.15g}".partition("e")[0].replace(".", "").strip("0"))

    group = told(OneGroup(Asked(), LONE)).explanation
    assert {digits(getattr(m, name)) for m in group.ahead for name in ("expected", "low", "median", "high")} <= {
        0,
        1,
        2,
    }
    for line in told(Assessed(Asked())).assessment.groups:
        drivers = (*line.drivers_deaths25, *line.drivers_mass_casualty)
        expected = (line.expected_deaths, line.expected_deaths_low, line.expected_deaths_high)
        assert max(map(digits, (*expected, *(driver.odds for driver in drivers)))) <= 2
        for target in ("deaths25", "mass_casualty"):
            chances = [getattr(line, f"p_{target}{end}") for end in ("", "_low", "_high")]
            assert max(map(digits, chances)) <= 3
            assert 0 < min(chances) <= max(chances) < 1


def test_what_is_not_shown_is_told_in_words(told: Callable[[Question], Any]) -> None:
    for name, given, least in (("theatres", {}, 3), ("search", {"q": "lone"}, 2), ("theatre", {"name": "Bolivia"}, 2)):
        page = contents(page_makers()[name](Asked(), given), told)["page"]
        assert page.lower().count("not shown") >= least, name
    assert "Events by country and year are not shown." in contents(page_makers()["data"](Asked(), {}), told)["page"]


def test_words_of_the_group_asked_for_hold_no_share_of_deaths(settings: Settings) -> None:
    """A name is taken as a group by the share of its deaths, which is not told."""
    question = OneGroup(Asked(), "Marked front")
    assert re.search(r"\d+% of its recorded deaths", question.answer(settings, silent).assumed)
    found = gate.answer(question, settings, silent)
    assert found.assumed == "'Marked front' is taken as Marked front @ Peru; it is also recorded in Uruguay."
    assert found.assumed in found.explanation.assessment.notes


def test_an_ambiguous_name_is_told_without_months(settings: Settings) -> None:
    question = OneGroup(Asked(), "Marked twin")
    with pytest.raises(InputError, match=f"last recorded {month_label(LAST - 6)}"):
        question.answer(settings, silent)
    with pytest.raises(InputError, match=r"may mean 2 groups; say which: Marked twin @ Chile, Marked twin @ Uruguay$"):
        gate.answer(question, settings, silent)


def test_the_month_that_a_level_was_entered_is_not_told() -> None:
    """It is most often that of an event."""
    now = [Entered("none", "deaths25", 300, 9, 0.1, 0.05)]
    for left in (298, 299):
        whole = level_sentence(Entered("watch", "deaths25", left, 2, 0.31, 0.05), now, 6)
        assert month_words(left) in whole
        shown = gate.gated(replace(explanation().line, level_sentence=whole), ACLED).level_sentence
        assert whole.startswith(shown[:-1])
        assert shown.endswith("so 6.2 times it).")
    same = level_sentence(Entered("watch", "deaths25", 300, 2, 0.31, 0.05), now, 6)
    assert gate.gated(replace(explanation().line, level_sentence=same), ACLED).level_sentence == same


# Numbers and days that stay under closed terms, by kind: what models say, ranks, what was asked, what releases cover.
STAY = {
    "Assessment": "as_of lag_days data_until horizon_months tree_share_deaths25 tree_share_mass_casualty",
    "GroupAssessment": "p_deaths25 p_deaths25_low p_deaths25_high base_rate_deaths25 p_mass_casualty "
    "p_mass_casualty_low p_mass_casualty_high base_rate_mass_casualty expected_deaths expected_deaths_low "
    "expected_deaths_high rank_new_risk rank_ongoing rank_mass_casualty record_deaths25_n record_deaths25_share "
    "record_mass_casualty_n record_mass_casualty_share reference_deaths25 reference_mass_casualty",
    "NewEntrant": "horizon_months p_new_group p_new_group_low p_new_group_high base_rate",
    "Driver": "odds",
    "Analogues": "n came_deaths25 came_mass_casualty base_rate_deaths25 base_rate_mass_casualty",  # counts of groups
    "LevelRecord": "first last watch_budget warning_budget",
    "LevelCount": "known_by n came",
    "EmergenceRow": "month level warning random",
    "MonthAhead": "month expected low median high",
    "Group": "as_of_month",
    "GovernmentChange": "day",
    "SharedEnemies": "weight",  # of how many fight the same enemies, not how often
    "DirectoryAnswer": "as_of data_until",
    "TheatreListed": "groups_seen groups_active",  # counts of groups
    "InForceAnswer": "as_of lag_days watch_budget warning_budget groups",
    "GroupEvents": "first until",
    "Covered": "as_of first_day data_until years",
    "VintageHeld": "published first_day last_day place_precision_max",
    "Provenance": "first_month last_month",
}


def test_every_number_and_day_that_stays_is_meant_to() -> None:
    """A figure that is added to a kind of answer fails here until it is looked at."""
    for name, rule in gate._RULES.items():
        module, _, kind = name.rpartition(".")
        found = getattr(import_module(module), kind)
        hints = {part.name: part.type for part in fields(found)}
        if not rule.dropped:
            numbers = {part for part, hint in hints.items() if re.search(r"\b(int|float|date)\b", str(hint))}
            assert numbers - set(rule.fields or ()) == set(STAY.get(kind, "").split()), name
        assert set(rule.fields or ()) | set(rule.told or ()) <= set(hints), name


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
    assert gate.answer(Coverage(Asked(last_day(LAST - 5))), fill(tmp_path, free=True, pairs=2), silent)


def two_releases(home: Path) -> Settings:
    """A release that ends a month early, one published later with that month, and one of long before, with a gap."""
    store, early = Store(home), last_day(LAST - 1)
    late = release(
        "acled", name="3", kind="candidate", rank=(2,), first_day=first_day(LAST), published=last_day(LAST + 1)
    )
    old = release("acled", name="1", rank=(0,), first_day=first_day(FIRST), last_day=last_day(FIRST + 3))
    main = release("acled", name="2", first_day=first_day(FIRST + 6), last_day=early, published=early)
    events = [event for event in rivals(months=MONTHS - 1, pairs=2) if event[1] >= FIRST + 6]
    store.add(checked([*events, *ACLED_EVENTS], main))
    # One event each, with a number of its own.
    for month, of in ((FIRST + 2, old), (LAST, late)):
        file = checked([("Peru", month, "onesided", "Marked front", "Civilians", 7333)], of)
        own = (pl.lit(f"acled-MARK-{month}").alias("event_id"), pl.lit(value=of is late).alias("preliminary"))
        store.add(replace(file, events=file.events.with_columns(own)))
    return asking(home, "acled")


def test_no_day_of_a_row_is_told_of_files_of_single_countries(tmp_path: Path) -> None:
    """Each ends with its last row, and begins with its first: the months are told, the days are not."""
    events = rivals(months=MONTHS, pairs=2)
    for number, iso3 in enumerate(sorted({iso3_of(event[0]) for event in events})):
        file = checked([event for event in events if iso3_of(event[0]) == iso3], release("acled"))
        days = (first_day(FIRST).replace(day=9), last_day(LAST - 8 * number).replace(day=23 - number))
        file = replace(file, events=file.events.with_columns(event_id=pl.lit(iso3) + pl.col("event_id")))
        Store(tmp_path).add(replace(file, file=f"{iso3}.csv", countries=(iso3,), first_day=days[0], last_day=days[1]))
    settings = asking(tmp_path, "acled")
    question = Coverage(Asked())
    days_told = r"\d{4}-\d\d-(09|2[0-3])|date\(\d{4}, \d+, (9|2[0-3])\)"
    assert re.search(days_told, repr(question.answer(settings, silent).provenance.notes))
    found = gate.answer(question, settings, silent)
    assert not re.search(days_told, repr(found))
    assert any(
        re.search(r"is covered only to \d{4}-\d\d; nothing is known after it", n) for n in found.provenance.notes
    )
    assert {(held.first_day.day, (held.last_day + timedelta(1)).day) for held in found.vintages} == {(1, 1)}
    with pytest.raises(NotHeldError, match=r"nothing is held before \d{4}-\d\d;"):
        gate.answer(Coverage(Asked(last_day(FIRST - 12 * 3 + (LAST - FIRST - 1) % 12))), settings, silent)


def test_the_modes_cannot_be_set_against_each_other(tmp_path: Path) -> None:
    """By what was published the same day ends a month earlier, and the difference would be that month."""
    settings = two_releases(tmp_path)
    ends = {
        mode: InForce(Asked(last_day(LAST), mode=mode)).answer(settings, silent).provenance.last_month
        for mode in ("reconstructed", "strict")
    }
    assert ends == {"reconstructed": LAST, "strict": LAST - 1}
    assert gate.answer(InForce(Asked(last_day(LAST))), settings, silent).provenance.last_month == LAST
    strict = settings.model_copy(update={"as_of_mode": "strict"})
    for asked, under in ((Asked(last_day(LAST), mode="strict"), settings), (Asked(last_day(LAST)), strict)):
        with pytest.raises(gate.NotShownError, match="only the mode 'reconstructed'"):
            gate.answer(InForce(asked), under, silent)
    assert gate.answer(InForce(Asked(last_day(LAST), mode="reconstructed")), strict, silent)


def test_notes_hold_no_counts_of_events(tmp_path: Path) -> None:
    settings = two_releases(tmp_path)
    whole = InForce(Asked()).answer(settings, silent).provenance.notes
    shown = gate.answer(InForce(Asked()), settings, silent).provenance.notes
    assert shown[-1].endswith(gate.HELD_BACK)
    for said, words in (
        (r"\d of [\d,]+ events are prel", "Some events may be prel"),
        (r"are left out \(\d", "are left out."),
    ):
        assert any(re.search(said, note) for note in whole)
        assert not any(re.search(said, note) for note in shown)
        assert any(words in note for note in shown)


@pytest.mark.parametrize(("lag", "ends"), [(0, LAST - 12), (20, LAST - 13)])
def test_the_month_the_figures_really_end_with_counts(lag: int, ends: int, tmp_path: Path) -> None:
    """Not the day asked about: a lag moves it. Nor the last day of any release: one may be of a single country."""
    store, early = Store(tmp_path), last_day(LAST - 12)
    store.add(checked(rivals(months=MONTHS - 12, pairs=2), release("acled", name="2", last_day=early)))
    further = release("acled", name="3", rank=(2,), first_day=first_day(LAST - 11), last_day=last_day(LAST - 9))
    alone = checked([("Peru", LAST - 10, "onesided", "Marked front", "Civilians", 5)], further)
    store.add(replace(alone, countries=("PER",)))
    settings = asking(tmp_path, "acled").model_copy(update={"lag_days": lag})
    assert InForce(Asked()).answer(settings, silent).provenance.last_month == LAST - 12
    question = InForce(Asked(early))
    assert question.answer(settings, silent).provenance.last_month == ends
    if lag:
        with pytest.raises(gate.NotShownError, match="single months by their difference"):
            gate.answer(question, settings, silent)
        assert gate.answer(InForce(Asked(last_day(LAST - 24) + timedelta(days=lag))), settings, silent)
    else:
        assert gate.answer(question, settings, silent)


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
    assert [m.expected for m in shown.ahead] == pytest.approx([m.expected for m in whole.ahead], rel=0.05)
    assert {(m.baseline, m.baseline_low, m.baseline_high) for m in shown.ahead} == {(None, None, None)}
    assert (shown.line.p_deaths25, shown.line.deaths_last_12m) == (
        pytest.approx(whole.line.p_deaths25, rel=0.005),
        None,
    )
    assert {o.first_event for o in shown.offshoots} | {o.shared_ground for o in shown.offshoots} <= {None}
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
        gate.answer(Importing(), Settings(home=tmp_path, source="acled"), silent)


# --- no way around it -------------------------------------------------------------------------------------------------

READS_FIGURES = {
    "assess", "explain", "load_digest", "load_situation", "make_brief", "past_period", "Store", "assess_situation",
    "situation_of", "read_digest", "build_panel", "fit_rivalry", "theatre_links",
}  # fmt: skip
MAY_READ = {"answers.py", "gate.py", "lane.py"}  # lanes: which store it is


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
