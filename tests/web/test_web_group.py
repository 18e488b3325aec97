"""The page of a group: it says what `tocsin explain` says, links what can be linked, and lists only what it may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from page_reading import Node, chart_data, links, read
from planted_store import ACLED, CELL, END, GTD, LAST, MARKED, OFFICE, checked, fill, release
from planted_web import SOURCES

from planted_explanation import at_war, explanation
from planted_groups import rivals, use_small_models
from planted_lines import line
from planted_rivalry import ANSWERS, planted_rivalry
from tocsin.digest.tables import cell_centre
from tocsin.errors import InputError, NotHeldError
from tocsin.months import first_day, last_day
from tocsin.report.explain_json import explanation_dict
from tocsin.report.explain_text import analogues_words, opening
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.warn import explain
from tocsin.warn.explanation import CellFigures, Explanation
from tocsin.web import gate
from tocsin.web.answers import Working
from tocsin.web.asked import Asked
from tocsin.web.filed import Filed
from tocsin.web.page import Page
from tocsin.web.pages.group import EVENTS_SHOWN, page
from tocsin.web.pages.group_charts import box_around
from tocsin.web.question import silent
from tocsin.web.questions.events import NOTHING_IMPORTED, EventRow, EventsOfGroup, GroupEvents
from tocsin.web.questions.group import GroupAnswer, OneGroup
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.render import render_page
from tocsin.web.tables import write_download
from tocsin.web.words import EXPECTED_WORDS

ASKED = Asked()
NAME = "JNIM @ Mali"
HOSTILE = 'A </script><script>alert("x")</script> "\'<x> \u202e'


def event(k: int, **changes: Any) -> EventRow:
    given: dict[str, Any] = {
        "event_id": f"E{k}", "vintage": "ucdp-ged 24.1", "month": date(2020, 5, 1), "country": "Mali", "cell": 155_000,
        "kind": "nonstate", "opponent": "IS",
        "deaths_low": 3, "deaths_best": 4, "deaths_high": 9, "preliminary": False, "source_office": "Reuters;AP",
    }  # fmt: skip
    return EventRow(**(given | changes))


def listed(*rows: EventRow, why: str = "") -> GroupEvents:
    return GroupEvents(NAME, date(2020, 1, 1), date(2020, 12, 31), rows, why)


def asked_page(name: str = NAME) -> Page:
    return page(ASKED, {"name": name})


def found_of(
    told: Explanation, events: GroupEvents, *, name: str = NAME, rivalry: Any = None, held: str = "", assumed: str = ""
) -> dict[Any, Any]:
    answers: dict[Any, Any] = {
        OneGroup(ASKED, name): GroupAnswer(told, name, assumed, held),
        EventsOfGroup(ASKED, name): events,
    }
    return answers if rivalry == "waits" else answers | {TheatreLinks(ASKED, "Mali"): rivalry}


def shown(
    told: Explanation | None = None,
    events: GroupEvents | None = None,
    *,
    name: str = NAME,
    waiting: bool = False,
    **given: Any,
) -> Node:
    made = asked_page(name)
    answers = found_of(told or explanation(rivalry=None), events or listed(why=NOTHING_IMPORTED), name=name, **given)
    waits = {want: Working("at it") for want in made.wants} if waiting else {}
    return read(render_page(made, answers, links(ASKED), waiting=waits))


def charts(found: Node) -> dict[str, dict[str, Any]]:
    return {figure.given["data-kind"]: chart_data(figure)["figures"] for figure in found.all("figure", class_="chart")}


def rows(found: Node, label: str) -> list[list[str]]:
    region = next(node for node in found.all("div", class_="scroll") if node.given["aria-label"].startswith(label))
    return [[cell.text for cell in row.inside if isinstance(cell, Node)] for row in region.all("tbody")[0].all("tr")]


# --- what is said -----------------------------------------------------------------------------------------------------


def test_it_says_the_sentence_and_both_probabilities_with_all_that_belongs_to_them() -> None:
    told = explanation(rivalry=None)
    found = shown(told)
    assert found.all("h1")[0].text == NAME
    assert found.all("p", class_="lead")[0].text == opening(told)
    cards = [card.text for card in found.all("li", class_="card")]
    assert "20% (10% to 40%) base rate 1.5%, within 6 months" in cards[0]
    assert "22% of 143" in cards[0]
    assert "Confidence: moderate" in cards[0]
    assert "3.0% (1.0% to 8.0%) base rate 0.1%, within 6 months" in cards[1]
    assert "12 (0 to 1,234)" in cards[2]
    assert EXPECTED_WORDS in cards[2]  # why the mean may lie outside


def test_a_war_is_told_by_its_mass_casualty_risk_first() -> None:
    cards = [card.text for card in shown(explanation(at_war(), rivalry=None)).all("li", class_="card")]
    assert cards[0].startswith("A mass-casualty attack")


def test_drivers_are_those_that_move_the_odds_by_a_tenth_with_what_is_behind_them() -> None:
    first = rows(shown(), "What moves the probability of 25 deaths or more")
    assert [row[0] for row in first] == [
        "momentum Deaths rose. Twice those of before.", "rivals A rival's attack in May 2020.", "self-exciting model",
    ]  # fmt: skip
    assert first[0][1:] == ["×2.3 raises", "×1.9"]
    assert first[1][1:] == ["×0.43 lowers", "none"]


def test_none_a_month_ago_is_explained_only_where_it_stands() -> None:
    said = "None a month ago: not seen by then"
    whole = line()
    known = tuple(replace(driver, odds_previous=2.0) for driver in whole.drivers_deaths25)
    one = replace(known[0], odds_previous=None)
    without = line(drivers_deaths25=known, drivers_mass_casualty=known)
    assert said not in shown(explanation(without, rivalry=None)).text
    with_one = line(drivers_deaths25=(one, *known[1:]), drivers_mass_casualty=known)
    assert shown(explanation(with_one, rivalry=None)).text.count(said) == 1


def test_a_record_that_came_every_time_is_no_probability() -> None:
    always = line(record_deaths25_n=6, record_deaths25_share=1.0)
    assert "100% of 6." in shown(explanation(always, rivalry=None)).all("li", class_="card")[0].text


def test_what_was_assumed_of_a_name_is_said() -> None:
    assert "taken as JNIM" in shown(assumed="'J' is taken as JNIM @ Mali.").all("p", class_="callout")[0].text


def test_past_cases_and_what_came_of_them() -> None:
    found = shown()
    assert analogues_words(explanation().line.analogues) in found.text  # type: ignore[arg-type]
    assert rows(found, "The nearest past cases")[0] == ["MNLM @ Niger", "Jun 2009", "0.82", "12", "40", "1"]


def test_links_of_its_theatre_are_those_with_the_group() -> None:
    rivalry = planted_rivalry(("JNIM", "IS", "AQIM"), {(1, 0): ANSWERS}, theatre="Mali")
    told = rows(shown(rivalry=rivalry), "Who answers whom")
    assert all("JNIM @ Mali" in row[:2] for row in told)
    assert told[0][2] == "answers"
    assert len(told) == 4


def test_links_that_are_not_there_yet_are_waited_for() -> None:
    assert len(shown(rivalry="waits", waiting=True).all("p", class_="waiting")) == 1
    assert not shown().all("p", class_="waiting")
    assert "too few attacks" in shown().text
    assert "Not estimated here" in shown(rivalry="waits").text


def test_links_are_not_asked_for_by_a_name_that_leaves_the_theatre_open() -> None:
    made = page(ASKED, {"name": "ISIS-K"})
    assert made.wants == ()
    assert page(ASKED, {"name": "IS @ Afghanistan"}).wants == (TheatreLinks(ASKED, "Afghanistan"),)
    found = shown(name="JNIM in Mali", rivalry="waits")
    (link,) = (link for link in found.all("a") if link.text == f"Its page under its full name, {NAME}")
    assert link.given["href"] == "/group?name=JNIM+%40+Mali"


def test_rivals_members_and_offshoots_are_linked_by_their_group_names() -> None:
    addresses = {link.text: link.given["href"] for link in shown().all("a")}
    assert addresses["IS @ Mali"] == "/group?name=IS+%40+Mali"
    assert addresses["AQIM, JNIM @ Mali"].startswith("/group?name=AQIM%2C+JNIM")
    assert {"FLM @ Mali", "MNLM @ Niger", "Mali"} <= addresses.keys()


# --- charts -----------------------------------------------------------------------------------------------------------


def test_charts_draw_the_figures_of_the_explanation() -> None:
    told = explanation(rivalry=None)
    drawn = charts(shown(told))
    months = drawn["group-history"]["months"]
    assert [sum(month[1:4]) for month in months] == [m.deaths for m in told.history]
    assert months[-1][0] == "2020-12-01"
    ahead = drawn["group-ahead"]
    assert [m["median"] for m in ahead["ahead"]] == [m.median for m in told.ahead]
    assert [deaths for _, deaths in ahead["past"]] == [m.deaths for m in told.history[-24:]]
    assert sorted(cell[2] for cell in drawn["group-ground"]["cells"]) == sorted(c.deaths for c in told.cells)


def test_a_map_shows_all_cells_and_something_around_them() -> None:
    for cells in ([CELL], [CELL, CELL + 1], [1, 360 * 720], [CELL, CELL + 200 * 720], [CELL, CELL + 300]):
        west, south, east, north = box_around([CellFigures(cell, 1, 1) for cell in cells])
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90
        for lat, lon in map(cell_centre, cells):
            assert west <= lon <= east
            assert max(south, -89.75) <= max(lat, -85)
            assert min(lat, 85) <= north


def test_every_chart_has_its_figures_as_a_table() -> None:
    for figure in shown().all("figure", class_="chart"):
        assert figure.all("details")[0].all("tbody")[0].all("tr")
        assert len(figure.all("div", class_="drawing")[0].given["data-alt"]) > 40


# --- nothing to say ---------------------------------------------------------------------------------------------------


def test_a_silent_group_without_reasons_or_cases_has_a_page_that_says_so() -> None:
    silent_line = line(
        drivers_deaths25=(), drivers_mass_casualty=(), analogues=None, deaths_last_12m=0, deaths_last_3m=0
    )
    found = shown(explanation(silent_line, rivalry=None, cells=(), offshoots=(), ahead=()))
    said = [part.text for part in found.all("p", class_="empty")]
    for words in ("by a tenth", "No past case", "No located event", "No new name", "nothing is imported"):
        assert any(words in one for one in said), words
    assert "silent: no recorded death in a year" in found.text


def test_a_name_is_asked_for_and_no_longer_than_names_are() -> None:
    for name in ("", "   "):
        with pytest.raises(InputError, match="say which group"):
            page(ASKED, {"name": name})
    with pytest.raises(InputError, match="letters at most"):
        page(ASKED, {"name": "x" * 201})


def test_a_hostile_name_is_only_text() -> None:
    told = explanation(line(f"{HOSTILE} @ Mali", level_sentence=HOSTILE), rivalry=None)
    found = shown(told, listed(event(1, source_office=HOSTILE, opponent=HOSTILE)))
    assert not [script for script in found.all("script") if "alert" in script.text and "src" in script.given]
    assert 'alert("x")' in found.all("h1")[0].text
    assert "\u202e" not in found.text


# --- events -----------------------------------------------------------------------------------------------------------


def test_events_say_when_where_what_and_who_reported_it() -> None:
    told = shown(events=listed(event(1), event(2, cell=None, kind="onesided", opponent="civilians", preliminary=True)))
    first, second = rows(told, "Events, the")
    centre = cell_centre(155_000)
    assert first[0].startswith("May 2020 Mali,")
    assert f"{abs(centre[0]):.2f}°" in first[0]
    assert "fight between groups (IS)" in first[1]
    assert "Reuters; AP; ucdp-ged 24.1, E1" in first[1]
    assert first[2] == "4 3 to 9"
    assert "province at best" in second[0]
    assert "attack on civilians, preliminary" in second[1]


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_download() -> None:
    events = listed(*(event(k) for k in range(EVENTS_SHOWN + 7)))
    assert len(rows(shown(events=events), "Events, the")) == EVENTS_SHOWN
    made = asked_page()
    table = next(one for one in made.downloads if one.name == "events").table
    assert table is not None
    assert table(found_of(explanation(), events)).height == EVENTS_SHOWN + 7


def test_pages_that_are_passed_on_hold_no_event() -> None:
    made = asked_page()
    answers = found_of(explanation(), listed(event(1)))
    text = render_page(made, answers, Filed("group/jnim.html", {("overview", frozenset()): "index.html"}))
    assert "Reuters" not in text
    assert "only by the application on your own machine" in text


def test_held_back_figures_are_told_as_such_and_not_as_absent() -> None:
    shut = gate.terms_of("acled")
    told = gate.gated(explanation(), shut)
    found = shown(told, listed(why=shut.why), held=shut.why)
    assert "No located event" not in found.text
    assert "Its months are not shown. The terms of ACLED" in found.text
    assert "Its ground is not shown." in found.text
    assert set(charts(found)) == {"group-ahead"}


# --- to take away -----------------------------------------------------------------------------------------------------


def written(form: str, name: str, answers: dict[Any, Any]) -> bytes:
    one = next(one for one in asked_page().downloads if one.name == name)
    return write_download(one, form, answers, SOURCES)


def test_downloads_hold_the_figures_with_their_source() -> None:
    rivalry = planted_rivalry(("JNIM", "IS"), {(1, 0): ANSWERS}, theatre="Mali")
    told = explanation(rivalry=None)
    answers = found_of(told, listed(event(1)), rivalry=rivalry)
    document = json.loads(written("json", "explanation", answers))
    assert document["line"]["group"] == NAME
    assert document["rivalry"]["theatre"] == "Mali"
    assert document["source"] == SOURCES.line
    history = pl.read_csv(written("csv", "history", answers))
    assert history["deaths"].to_list() == [m.deaths for m in told.history]
    assert set(history["citation"]) == {told.assessment.citation}
    events = pl.read_csv(written("csv", "events", answers)).row(0, named=True)
    assert (events["month"], events["cell"], events["opponent"], events["deaths_best"]) == (
        "2020-05-01",
        155_000,
        "IS",
        4,
    )
    assert (events["cell_lat"], events["cell_lon"]) == cell_centre(155_000)


# --- the questions ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as patch:
        use_small_models(patch, members=2, early=1, rounds=10)
        home = tmp_path_factory.mktemp("free")
        fill(home, free=True)
        yield Settings(home=home, aliases={"The marked": MARKED})


@pytest.mark.parametrize("name", [MARKED, "The marked", "marked front in Peru", "Front 03a", "Marked front @ Andes"])
@pytest.mark.parametrize("as_of", [None, last_day(LAST - 3)])
def test_a_group_is_what_explain_says_of_it(settings: Settings, name: str, as_of: date | None) -> None:
    under = settings.model_copy(update={"theatres": {"Andes": ["Peru", "Colombia"]}})
    asked = Asked(as_of)
    told = OneGroup(asked, name).answer(under, silent)
    whole = explain(name, as_of=as_of, rivalry=False, settings=under)
    assert explanation_dict(told.explanation) == explanation_dict(whole)
    assert told.held_back == ""


def test_a_group_never_seen_by_the_day_is_not_held_and_close_names_are_told(settings: Settings) -> None:
    with pytest.raises(NotHeldError, match="Did you mean"):
        OneGroup(ASKED, "Markd front").answer(settings, silent)
    early = Asked(last_day(LAST - 12))
    for question in (OneGroup(early, MARKED), EventsOfGroup(early, MARKED)):
        with pytest.raises(NotHeldError):
            question.answer(settings, silent)


def test_events_are_those_that_the_figures_count(settings: Settings) -> None:
    for as_of in (None, last_day(LAST - 4), last_day(LAST - 6)):
        events = EventsOfGroup(Asked(as_of), MARKED).answer(settings, silent)
        history = OneGroup(Asked(as_of), MARKED).answer(settings, silent).explanation.history[-12:]
        assert sum(row.deaths_best for row in events.events) == sum(m.deaths for m in history)
        assert len(events.events) == sum(m.events for m in history) > 0
        assert all(row.month.day == 1 and row.month <= (as_of or END) for row in events.events)
        assert [row.month for row in events.events] == sorted((row.month for row in events.events), reverse=True)


def test_events_carry_what_was_reported_and_no_place_finer_than_a_cell(settings: Settings) -> None:
    found = EventsOfGroup(ASKED, MARKED).answer(settings, silent)
    assert {(row.source_office, row.cell) for row in found.events} == {(OFFICE, CELL)}
    assert {row.opponent for row in found.events} == {"state", "civilians", "Other marked front"}
    assert {row.deaths_best for row in found.events} == {one[5] for one in (*ACLED, *GTD)}
    assert not any(isinstance(value, float) for row in found.events for value in vars(row).values())


def test_events_placed_to_a_province_have_no_cell(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_models(monkeypatch, members=2, early=1, rounds=10)
    whole = checked([*rivals(months=150, pairs=4), *ACLED], release("ucdp-ged"))
    rough = pl.when(pl.col("event_id").str.contains("MARK")).then(4).otherwise(1).cast(pl.Int8)
    Store(tmp_path).add(replace(whole, events=whole.events.with_columns(place_precision=rough)))
    found = EventsOfGroup(ASKED, MARKED).answer(Settings(home=tmp_path), silent)
    assert len(found.events) == len(ACLED)
    assert {row.cell for row in found.events} == {None}


def test_without_an_import_there_are_no_events(tmp_path: Any) -> None:
    found = EventsOfGroup(Asked(date(2015, 12, 31)), "IS @ Afghanistan").answer(Settings(home=tmp_path), silent)
    assert (found.events, found.why_none) == ((), NOTHING_IMPORTED)
    assert (found.first, found.until) == (date(2015, 1, 1), date(2015, 12, 31))


def test_months_of_events_are_the_last_twelve(settings: Settings) -> None:
    found = EventsOfGroup(ASKED, MARKED).answer(settings, silent)
    assert (found.first, found.until) == (first_day(LAST - 11), END)
