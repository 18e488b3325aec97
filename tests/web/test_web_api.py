"""The API: what is asked for is what is told; tags, heads, pages of lists, problems, what is still worked on."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from planted_web_api import KNOWN, PlantedLane, ask, planted_app

from tocsin.errors import DataError, InputError, StoreBusyError
from tocsin.sources import terms as source_terms
from tocsin.sources.terms import terms_of
from tocsin.web import answers as web_answers
from tocsin.web.answers import TooBusy
from tocsin.web.api import groups as groups_api
from tocsin.web.api import route
from tocsin.web.asked import Asked
from tocsin.web.gate import NotShownError, gated
from tocsin.web.questions.assessed import Assessed
from tocsin.web.questions.coverage import Coverage
from tocsin.web.questions.group import OneGroup
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.questions.whatif import WhatIf

EVERY = (
    "/assessment",
    "/assessment/new-entrants",
    "/groups",
    "/group?name=JNIM",
    "/group/events?name=JNIM",
    "/theatres",
    "/theatre?name=Mali",
    "/theatre/rivalry?name=Mali",
    "/record",
    "/record/warnings",
    "/record/misses",
    "/data",
    "/whatif",
    "/whatif/afghanistan-2021-08/numbers",
    "/whatif/afghanistan-2021-08",
    "/openapi.json",
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return planted_app(tmp_path_factory.mktemp("home"))


def app_that(tmp_path: Path, kind: type, answer: Callable[[Any], Any]) -> FastAPI:
    """The API in which one kind of question has another answer."""
    return planted_app(tmp_path, PlantedLane({**KNOWN, kind: answer}))


def raising(error: Exception) -> Callable[[Any], Any]:
    def answer(_: Any) -> Any:
        raise error

    return answer


# --- what is told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", EVERY[:12])
def test_every_answer_says_what_it_rests_on(app: FastAPI, target: str) -> None:
    told = ask(app, target).json
    assert date.fromisoformat(told["as_of"]) <= date(2020, 12, 31)
    assert date.fromisoformat(told["data_until"]) <= date.fromisoformat(told["as_of"])
    assert told["as_of_mode"] == "reconstructed"
    assert told["vintage"]
    assert told["licence"]
    assert told["citation"]


@pytest.mark.parametrize("target", ["/groups", "/theatres", "/theatre?name=Mali", "/record", "/record/warnings"])
def test_answers_with_deaths_say_what_is_counted(app: FastAPI, target: str) -> None:
    assert any("its own dead included" in note for note in ask(app, target).json["notes"])


def test_a_run_says_what_it_rests_on_and_that_it_is_no_forecast(app: FastAPI) -> None:
    told = ask(app, "/whatif/afghanistan-2021-08").json
    assert told["what"] == "scenario, not a forecast"
    assert (told["as_of"], told["data_until"], told["vintage"]) == ("2021-08-31", "2020-12-31", "planted 1")


@pytest.mark.parametrize(
    ("given", "groups"),
    [
        ("list=ongoing", ["IS @ Iraq", "AS @ Somalia"]),
        ("level=watch", ["JNIM @ Mali"]),
        ("level=warning&list=new_risk", []),
        ("view=mass_casualty&per_page=3", ["AS @ Somalia", "IS @ Iraq", "Front 0 @ Mali"]),
        ("view=new_risk&per_page=2&page=4", ["JNIM @ Mali"]),
        ("view=ongoing", ["IS @ Iraq", "AS @ Somalia"]),
    ],
)
def test_an_assessment_is_filtered_and_ordered_as_asked(app: FastAPI, given: str, groups: list[str]) -> None:
    assert [group["group"] for group in ask(app, f"/assessment?{given}").json["groups"]] == groups


def test_what_is_asked_is_what_the_question_is(tmp_path: Path) -> None:
    lane = PlantedLane(KNOWN)
    app = planted_app(tmp_path, lane)
    ask(app, "/assessment?as_of=2019-06-30&horizon=12&mode=strict&theatre=mali")
    ask(app, "/theatre/rivalry?name=burkina%20faso&as_of=2019-06-30")
    day = date(2019, 6, 30)
    assert lane.asked[0] == Assessed(Asked(day, 12, "strict"), "Mali")
    assert {*lane.asked[1:]} == {Coverage(Asked(day)), TheatreLinks(Asked(day), "Burkina Faso")}


def test_theatres_with_the_highest_chance_of_a_new_group_come_first(app: FastAPI) -> None:
    told = ask(app, "/assessment/new-entrants").json["new_entrants"]
    assert [(one["theatre"], one["p_new_group"]) for one in told] == [("Mali", 0.2), ("Iraq", 0.1)]


def test_groups_are_found_by_what_a_user_types(app: FastAPI) -> None:
    (found,) = ask(app, "/groups?q=support%20of%20islam").json["groups"]
    assert (found["group"], found["match"]) == ("JNIM @ Mali", "words")
    assert found["matched"] == "Group for Support of Islam"
    every = ask(app, "/groups").json["groups"]
    assert [(one["group"], one["match"]) for one in every] == [("FLM @ Mali", None), ("JNIM @ Mali", None)]
    assert ask(app, "/groups?q=zzzzzz").json["paging"]["pages"] == 0


def test_a_number_that_is_none_is_null(app: FastAPI) -> None:
    links = {
        (one["source"], one["target"]): one for one in ask(app, "/theatre/rivalry?name=Mali").json["rivalry"]["links"]
    }
    untold = links["JNIM @ Mali", "IS @ Mali"]
    assert (untold["estimate"], untold["low"], untold["high"], untold["minimum_detectable"]) == (0.0, None, None, None)


def test_a_theatre_with_too_few_attacks_has_no_rivalry(tmp_path: Path) -> None:
    told = ask(app_that(tmp_path, TheatreLinks, lambda _: None), "/theatre/rivalry?name=Mali").json
    assert told["rivalry"] is None
    assert told["vintage"] == "planted 1"


@pytest.mark.parametrize(("horizon", "last"), [(3, "2014-12"), (6, "2014-12"), (12, "2014-12")])
def test_classes_of_the_record_say_up_to_which_origin_they_count(app: FastAPI, horizon: int, last: str) -> None:
    told = ask(app, f"/record?horizon={horizon}").json
    # Years of origins count once all their outcomes are known.
    assert told["classes_last"] == last
    assert told["last"] == "2020-06"


def test_the_record_tells_what_was_known(app: FastAPI) -> None:
    told = ask(app, "/record/warnings?per_page=500").json
    assert all(row["first"] <= row["last"] <= "2015-12" for row in told["warnings"])
    assert all(row["came"] is None or row["came"] <= "2015-12" for row in told["warnings"])
    counts = told["counts"]
    assert counts["all"] == len(told["warnings"]) == counts["came"] + counts["did_not_come"] + counts["open"]
    of_2014 = ask(app, "/record/warnings?per_page=500&year=2014&outcome=came").json["warnings"]
    assert of_2014 == [row for row in told["warnings"] if row["first"][:4] == "2014" and row["outcome"] == "came"]
    theatre = told["warnings"][0]["theatre"]
    here = ask(app, f"/record/misses?per_page=500&theatre={theatre.replace(' ', '%20')}").json["misses"]
    assert {row["theatre"] for row in here} <= {theatre}


# --- runs --------------------------------------------------------------------------------------------------------


def test_a_run_is_asked_for_by_the_names_of_the_page(tmp_path: Path) -> None:
    lane = PlantedLane(KNOWN)
    given = "attrition.low=0.01&attrition.high=0.02&off.hedging=1&skip.mediation=1&draws=200&seed=5&sensitivity=1"
    assert ask(planted_app(tmp_path, lane), f"/whatif/afghanistan-2021-08?{given}").status == 200
    (asked,) = lane.asked
    assert isinstance(asked, WhatIf)
    assert asked.changes == (("attrition", 0.01, 0.02),)
    assert (asked.off, asked.draws, asked.seed, asked.sensitivity) == (("hedging",), 200, 5, True)
    assert "mediation" not in asked.options
    assert "do_nothing" in asked.options


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ("attrition.low=x", "attrition.low"),
        ("attrition.low=0.9", "attrition.low"),
        ("atrition.low=0.01", "atrition.low"),
        ("off.hedging=yes", "off.hedging"),
        ("off.attack=1", "off.attack"),
        ("draws=99", "draws"),
        ("draws=1e3", "draws"),
        ("sensitivity=perhaps", "sensitivity"),
        ("seed=-1", "seed"),
        ("run=1", "run"),
    ],
)
def test_a_run_that_cannot_be_names_the_parameter(app: FastAPI, given: str, parameter: str) -> None:
    told = ask(app, f"/whatif/afghanistan-2021-08?{given}")
    assert (told.status, told.json["parameter"]) == (400, parameter)


def test_the_numbers_of_a_scenario_can_be_given_back_to_it(app: FastAPI) -> None:
    told = ask(app, "/whatif/afghanistan-2021-08/numbers").json
    for number in told["numbers"]:
        assert number["least"] <= number["low"] <= number["high"] <= number["most"]
    some = told["numbers"][::20]
    given = "&".join(f"{one['name'].replace('>', '%3E')}.low={one['low']}" for one in some)
    assert ask(app, f"/whatif/afghanistan-2021-08?{given}").status == 200


def test_scenarios_link_to_their_numbers_and_runs(app: FastAPI) -> None:
    for scenario in ask(app, "/whatif").json["scenarios"]:
        assert ask(app, scenario["numbers"]).json["name"] == scenario["name"]
        assert ask(app, scenario["run"]).status == 200


# --- pages of lists ----------------------------------------------------------------------------------------------


@given(st.integers(1, 12))
def test_pages_of_any_size_make_up_the_list(app: FastAPI, per_page: int) -> None:
    whole = [one["group"] for one in ask(app, "/assessment?view=mass_casualty&per_page=500").json["groups"]]
    found, at, previous = [], f"/api/v1/assessment?view=mass_casualty&per_page={per_page}", None
    while at:
        told = ask(app, at).json
        paging = told["paging"]
        found += [one["group"] for one in told["groups"]]
        assert len(told["groups"]) <= per_page
        assert (paging["total"], paging["pages"]) == (9, -(-9 // per_page))
        if previous is not None:
            assert ask(app, paging["previous"]).json["paging"]["page"] == previous
        previous, at = paging["page"], paging["next"]
    assert found == whole


def test_a_page_beyond_the_end_is_empty_and_leads_back(app: FastAPI) -> None:
    told = ask(app, "/assessment?page=7&per_page=4&level=none").json
    assert told["groups"] == []
    assert told["paging"]["next"] is None
    assert told["paging"]["previous"] == "/api/v1/assessment?per_page=4&level=none&page=2"


def test_links_keep_what_was_asked(app: FastAPI) -> None:
    following = ask(app, "/groups?q=mali&per_page=1&as_of=2020-12-31").json["paging"]["next"]
    assert following == "/api/v1/groups?q=mali&per_page=1&as_of=2020-12-31&page=2"


# --- tags and heads ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", EVERY)
def test_what_is_held_already_is_not_sent_again(app: FastAPI, target: str) -> None:
    first = ask(app, target)
    assert first.status == 200
    assert first.headers["content-type"] == "application/json"
    # No browser keeps rows of the user's own import.
    assert first.headers["cache-control"] == ("no-store" if "events" in target else "private, no-cache")
    tag = first.headers["etag"]
    assert tag.startswith('"')  # strong
    for held in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = ask(app, target, if_none_match=held)
        assert (again.status, again.content, again.headers["etag"]) == (304, b"", tag)
    assert ask(app, target, if_none_match='"other"').status == 200
    assert ask(app, target, if_none_match=tag[:-2] + '"').status == 200


@pytest.mark.parametrize("target", [*EVERY, "/nothing", "/group", "/group?name=%3F"])
def test_head_is_get_without_a_body(app: FastAPI, target: str) -> None:
    whole, head = ask(app, target), ask(app, target, method="HEAD")
    assert head.content == b""
    assert (head.status, head.headers) == (whole.status, whole.headers)
    assert int(head.headers["content-length"]) == len(whole.content)


def test_compressed_bytes_have_a_tag_of_their_own(app: FastAPI) -> None:
    plain, packed = ask(app, "/record"), ask(app, "/record", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == "Accept-Encoding"
    assert ask(app, "/record", accept_encoding="gzip", if_none_match=packed.headers["etag"]).status == 304


def test_another_content_has_another_tag(app: FastAPI) -> None:
    tags = {ask(app, target).headers["etag"] for target in EVERY}
    assert len(tags) == len(EVERY)


# --- problems ----------------------------------------------------------------------------------------------------


def problem(app: FastAPI, target: str, status: int, kind: str, *, method: str = "GET") -> dict[str, Any]:
    """The problem that a request ends in, checked for its form (RFC 9457)."""
    reply = ask(app, target, method=method)
    assert reply.status == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["cache-control"] == "no-store"
    told: dict[str, Any] = reply.json
    assert {"type", "title", "status", "detail", "instance"} <= set(told) <= {*route_keys(), "parameter"}
    assert (told["type"], told["status"]) == (f"/api#problem-{kind}", status)
    assert told["instance"].startswith("/api/v1")
    return told


def route_keys() -> set[str]:
    return {"type", "title", "status", "detail", "instance"}


@pytest.mark.parametrize(
    ("target", "parameter", "words"),
    [
        ("/assessment?as_of=31.12.2020", "as_of", "expected a day like 2020-12-31, got '31.12.2020'"),
        ("/assessment?as_of=2020-02-30", "as_of", "2020-02-30"),
        ("/assessment?as_of=", "as_of", "expected a day"),
        ("/assessment?as_of=2020-W01-1", "as_of", "expected a day"),
        ("/assessment?as_of=1609372800", "as_of", "expected a day"),
        ("/assessment?horizon=7", "horizon", "expected 3, 6 or 12 months"),
        ("/assessment?horizon=6.0", "horizon", "expected a whole number"),
        ("/assessment?mode=now", "mode", "'reconstructed', 'strict' or 'lagged'"),
        ("/assessment?per_page=501", "per_page", "less than or equal to 500"),
        ("/assessment?page=0", "page", "greater than or equal to 1"),
        ("/assessment?page=%20%31", "page", "expected a whole number"),
        ("/assessment?as-of=2020-12-31", "as-of", "Did you mean as_of?"),
        ("/assessment?page=1&page=2", "page", "given 2 times"),
        ("/group", "name", "the parameter 'name' is needed"),
        ("/group?name=", "name", "at least 1 character"),
        (f"/group?name={'x' * 301}", "name", "at most 300 characters"),
        ("/data?horizon=6", "horizon", "there is no parameter 'horizon' here"),
        (f"/groups?q={'x' * 16_001}", None, "16,000 letters"),
        ("/record/warnings?outcome=maybe", "outcome", "'open'"),
    ],
)
def test_a_parameter_that_cannot_be_is_named(app: FastAPI, target: str, parameter: str | None, words: str) -> None:
    told = problem(app, target, 400, "parameter")
    assert told.get("parameter") == parameter
    assert words in told["detail"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/group?name=%3Fnobody", "no group is called"),
        ("/theatre?name=Malli", "Did you mean Mali"),
        ("/assessment?theatre=Atlantis", "no theatre is called"),
        ("/whatif/atlantis-2021", "There are: afghanistan-2021-04"),
        ("/whatif/..%2F..%2Fetc", "there is nothing at"),
        ("/group/events?name=FLM", "tocsin data import FILE"),
    ],
)
def test_what_is_not_held_is_said_so(app: FastAPI, target: str, words: str) -> None:
    kind = "no-such-path" if "%2F" in target else "not-held"
    assert words in problem(app, target, 404, kind)["detail"]


@pytest.mark.parametrize("target", ["/", "/nothing", "/assessment/", "/openapi.json/x"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_that_is_none_is_a_problem(app: FastAPI, target: str, method: str) -> None:
    problem(app, target, 404, "no-such-path", method=method)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("target", ["/assessment", "/whatif/afghanistan-2021-08", "/openapi.json"])
def test_other_methods_are_a_problem_that_says_which_are_answered(app: FastAPI, target: str, method: str) -> None:
    problem(app, target, 405, "method", method=method)
    assert ask(app, target, method=method).headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (InputError("the figures held end on 2020-12-31"), 400, "parameter"),
        (NotShownError("the terms do not allow it"), 403, "licence"),
        (DataError("the store is damaged"), 500, "failed"),
        (StoreBusyError("another process is writing"), 503, "busy"),
        (TooBusy("too many questions wait"), 503, "busy"),
        (CancelledError("the server is ending"), 503, "busy"),
    ],
)
def test_errors_of_questions_are_problems(tmp_path: Path, error: Exception, status: int, kind: str) -> None:
    app = app_that(tmp_path, Assessed, raising(error))
    if isinstance(error, TooBusy | CancelledError):
        app.state.answers._entry = lambda *asked: raising(error)(None)
    told = problem(app, "/assessment", status, kind)
    assert told["detail"] == str(error)
    if status == 503:
        assert int(ask(app, "/assessment").headers["retry-after"]) >= 1


def test_what_nobody_foresaw_is_logged_and_not_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    told = problem(app_that(tmp_path, Assessed, raising(KeyError("a secret"))), "/assessment", 500, "failed")
    assert "secret" not in told["detail"]
    assert "secret" in caplog.text


def test_an_error_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_answers, "FAILED_SECONDS", 0.0)
    errors: list[Exception] = [KeyError("once")]

    def first_fails(question: Any) -> Any:
        if errors:
            raise errors.pop()
        return KNOWN[Assessed](question)

    app = app_that(tmp_path, Assessed, first_fails)
    assert [ask(app, "/assessment").status for _ in range(2)] == [500, 200]


# --- what takes long ---------------------------------------------------------------------------------------------


def test_what_is_not_there_yet_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "PATIENCE", 0.05)
    may_end, told = threading.Event(), threading.Event()

    class Slow(PlantedLane):
        def ask(self, question: Any, stamp: str, tell: Any) -> Any:
            tell("fitting the models", 2, 6)
            told.set()
            may_end.wait(30)
            return super().ask(question, stamp, tell)

    app = planted_app(tmp_path, Slow(KNOWN))
    ask(app, "/assessment")
    assert told.wait(30)
    reply = ask(app, "/assessment")
    assert reply.status == 202
    assert reply.json == {"status": "working", "words": "fitting the models", "done": 2, "total": 6}
    assert int(reply.headers["retry-after"]) >= 1
    assert reply.headers["cache-control"] == "no-store"
    assert "etag" not in reply.headers
    assert ask(app, "/assessment", method="HEAD").status == 202
    assert ask(app, "/assessment", if_none_match="*").status == 202  # nothing is held of what is not there
    may_end.set()
    monkeypatch.setattr(route, "PATIENCE", 30.0)
    assert ask(app, "/assessment").status == 200


def test_an_answer_is_asked_for_and_written_once(tmp_path: Path) -> None:
    lane = PlantedLane(KNOWN)
    app = planted_app(tmp_path, lane)
    assert ask(app, "/assessment?per_page=2").content == ask(app, "/assessment?per_page=2").content
    ask(app, "/assessment?per_page=3")
    assert len(lane.asked) == 1


# --- licences ----------------------------------------------------------------------------------------------------


def test_events_of_a_source_that_forbids_it_are_refused(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    for source in ("acled", "gtd"):
        monkeypatch.setattr(groups_api, "terms_held", lambda _, source=source: terms_of(source))
        told = problem(planted_app(Path("/nonexistent")), "/group/events?name=JNIM", 403, "licence")
        assert told["detail"] == terms_of(source).why
    assert source_terms.NOTHING_HELD.event_rows
    monkeypatch.setattr(groups_api, "terms_held", lambda _: source_terms.NOTHING_HELD)
    assert ask(app, "/group/events?name=JNIM").json["events"][0]["event_id"] == "MLI-1"


def test_what_the_gate_holds_back_is_not_told(tmp_path: Path) -> None:
    acled = terms_of("acled")
    app = app_that(tmp_path, OneGroup, lambda question: gated(KNOWN[OneGroup](question), acled))
    told = ask(app, "/group?name=JNIM").json
    assert (told["history"], told["cells"]) == ([], [])
    assert told["line"]["deaths_last_3m"] is None
    assert told["line"]["recent_deaths"] == []
    assert told["line"]["p_deaths25"] == 0.2
