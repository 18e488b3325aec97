"""Pages of a store that holds several sources: the one in use is shown, and nothing at all of the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from planted_marks import PAGES, contents, marks_in
from planted_store import ACLED as ACLED_EVENTS
from planted_store import LONE, MARKED, asking, checked, fill, release

from planted_groups import use_small_models
from tocsin.errors import InputError, NotHeldError
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.web import gate
from tocsin.web.asked import Asked
from tocsin.web.pages import NAMES, page_makers
from tocsin.web.question import Question, silent
from tocsin.web.questions.assessed import Assessed
from tocsin.web.questions.coverage import Coverage
from tocsin.web.questions.directory import Directory
from tocsin.web.questions.events import EventsOfGroup
from tocsin.web.questions.group import OneGroup
from tocsin.web.questions.method import InForce
from tocsin.web.questions.past import LastPeriod
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.questions.theatre import OneTheatre


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as patch:
        use_small_models(patch, members=2, early=1, rounds=10)
        yield fill(tmp_path_factory.mktemp("several"))


@pytest.fixture(scope="module")
def of_ucdp(settings: Settings) -> Callable[[Question], Any]:
    """Answers from the same store while UCDP is the source in use; events of ACLED and GTD lie beside it."""
    using = Settings(home=settings.home)
    assert {"acled", "gtd"} < set(Store(using.home).sources())
    assert gate.terms_held(using).open
    return cache(lambda question: gate.answer(question, using, silent))


@pytest.mark.parametrize("name", NAMES)
def test_events_of_a_source_not_in_use_reach_no_page(name: str, of_ucdp: Callable[[Question], Any]) -> None:
    """Neither their figures, nor so much as the names of the groups in them."""
    asks_for = {"theatre": ({"name": "Peru"}, {"name": "Bolivia"}), "group": ({"name": "Front 03a"},)}
    for given in asks_for.get(name, PAGES.get(name, ({},))):
        try:
            texts = contents(page_makers()[name](Asked(), given), of_ucdp)
        except NotHeldError:
            assert name == "theatre"  # nothing is recorded there
            continue
        for where, text in texts.items():
            # A number like a mean of 12 months may stand in the digits of another.
            assert [mark for mark in marks_in(text) if "mean" not in mark] == [], f"{name} {given}: {where}"
            assert given.get("q") == "marked" or "arked" not in text, f"{name} {given}: {where}"
            assert not re.search(r"\b(acled|gtd) \d", text), f"{name} {given}: {where}"


@pytest.mark.parametrize("name", [MARKED, LONE, "Marked front", "Marked twin"])
def test_groups_of_a_source_not_in_use_are_not_held(name: str, of_ucdp: Callable[[Question], Any]) -> None:
    for question in (OneGroup(Asked(), name), EventsOfGroup(Asked(), name)):
        with pytest.raises(NotHeldError) as refused:
            of_ucdp(question)
        assert marks_in(str(refused.value)) == []


@pytest.mark.parametrize("source", ["acled", "gtd"])
def test_nothing_is_answered_from_a_source_whose_terms_were_not_acknowledged(source: str, tmp_path: Path) -> None:
    """Neither are the figures of another source given in its place."""
    other = {"acled": "gtd", "gtd": "acled"}[source]
    Store(tmp_path).add(checked(ACLED_EVENTS, release("ucdp-ged")), checked(ACLED_EVENTS, release(source)))
    using = asking(tmp_path, other).model_copy(update={"source": source})
    asked = Asked()
    for question in (
        Assessed(asked), Coverage(asked), Directory(asked), EventsOfGroup(asked, MARKED), InForce(asked),
        LastPeriod(asked), OneGroup(asked, MARKED), OneTheatre(asked, "Peru"), TheatreLinks(asked, "Peru"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=f"terms of {source} have not been acknowledged"):
            gate.answer(question, using, silent)
