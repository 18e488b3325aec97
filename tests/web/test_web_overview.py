"""The first page: it says what the assessment says, whole where there is much and plainly where there is nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from page_reading import Node, chart_data, links, read, section
from planted_web import SOURCES

from planted_brief import brief, warned
from planted_lines import assessment, line, war
from tocsin.digest.tables import cell_centre
from tocsin.errors import InputError
from tocsin.report.brief.map import CLASSES, DISCLAIMER
from tocsin.warn.explanation import CellFigures
from tocsin.warn.past import PastLine, PastPeriod
from tocsin.web.asked import Asked
from tocsin.web.headers import STATIC
from tocsin.web.overview_map import marked, world_map
from tocsin.web.page import Page
from tocsin.web.pages.overview import REASONS_COUNT, page, past_table
from tocsin.web.questions.assessed import Assessed, WorldAnswer
from tocsin.web.questions.past import LastPeriod
from tocsin.web.render import render_page
from tocsin.web.tables import write_download
from tocsin.web.words import EXPECTED_WORDS

ASKED = Asked()
HOSTILE = 'A </script><script>alert("x")</script> "\'<x> \u202e @ Mali'
KABUL = (2 * (90 + 34) + 1) * 720 + 2 * (180 + 69) + 1  # 34.5 N, 69.0 E: its centre is 34.75 N, 69.25 E
PLANTED = brief(
    warned(level_target="deaths25"),
    warned("The other front @ Niger", level="watch", rank_new_risk=2, rank_mass_casualty=3),
    war(level="warning", level_target="mass_casualty", p_mass_casualty=0.6, resurgent=True),
)


def answer(*groups: Any, cells: tuple[CellFigures, ...] = PLANTED.cells, **changes: Any) -> WorldAnswer:
    told = assessment(*groups) if groups else PLANTED.assessment
    given = {"covered": PLANTED.covered, "levels": PLANTED.levels, "redistributable": True} | changes
    return WorldAnswer(assessment=told, cells=cells, **given)


def shown(found: WorldAnswer, *, past: Any = PLANTED.past, waits: bool = False, **given: str) -> Node:
    answers = {Assessed(ASKED): found} | ({} if waits else {LastPeriod(ASKED): past})
    return read(render_page(page(ASKED, given), answers, links(ASKED)))


def rows(part: Node, kind: str) -> list[list[str]]:
    """The cells of a view's table; each has the level twice, for wide and for narrow screens."""
    table = part.all("table", class_=kind)[0]
    return [[cell.text for cell in row.inside if isinstance(cell, Node)] for row in table.all("tbody")[0].all("tr")]


def test_the_sentence_and_the_three_views() -> None:
    found = shown(answer())
    assert found.all("p", class_="sentence")[0].text == PLANTED.assessment.headline
    new = rows(section(found, "new_risk"), "new_risk")
    assert len(new) == 2
    rank, group, level, chance, change, deaths, why, sure = new[0]
    assert rank == "1"
    assert group.startswith("JNIM @ Mali")
    assert "never 25 in a year" in group
    assert level.endswith("warning")
    assert chance == "20% (10% to 40%) base rate 1.5% unlikely"  # the words too: never without interval and base rate
    assert (change, deaths, sure) == ("+2 pts", "1,020", "moderate")
    assert why == "momentum (x3.2) 14 deaths in the last 3 months, 2 in the 3 before."
    old = rows(section(found, "ongoing"), "ongoing")
    assert [row[1].split(" ▲")[0] for row in old] == ["IS @ Iraq"]
    assert old[0][3] == "12 0 to 1,234"
    assert "resurgent" in old[0][1]
    mass = rows(section(found, "mass_casualty"), "mass_casualty")
    assert len(mass) == 3
    assert [row[0] for row in mass] == ["1", "2", "3"]
    assert any(row[3] == "60% (1.0% to 8.0%) base rate 5.8% almost no chance" for row in mass)


def test_a_mean_outside_its_interval_is_explained() -> None:
    assert EXPECTED_WORDS in section(shown(answer()), "ongoing").text


def test_what_names_are_is_said_on_every_page() -> None:
    assert "say nothing about a people, a party's supporters or a person" in shown(answer()).all("footer")[0].text


def test_groups_and_theatres_are_linked_and_the_day_travels() -> None:
    asked = Asked(as_of=date(2019, 6, 30), horizon=12)
    answers = {Assessed(asked): answer(), LastPeriod(asked): PLANTED.past}
    found = read(render_page(page(asked, {}), answers, links(asked)))
    addresses = [link.given["href"] for link in section(found, "new_risk").all("a")]
    assert "/group?name=JNIM+%40+Mali&as_of=2019-06-30&horizon=12" in addresses
    assert "/theatre?name=Mali&as_of=2019-06-30&horizon=12" in addresses


def test_deaths_are_said_to_hold_the_groups_own() -> None:
    found = shown(answer())
    for name in ("new_risk", "ongoing", "mass_casualty"):
        assert "its own dead included" in section(found, name).all("caption")[0].text


@pytest.mark.parametrize(("top", "many"), [("10", 10), ("50", 50), ("all", 60)])
def test_as_many_lines_as_asked(top: str, many: int) -> None:
    groups = tuple(line(f"G{k} @ Mali", rank_new_risk=k, rank_mass_casualty=k) for k in range(1, 61))
    found = shown(answer(*groups), top=top)
    part = section(found, "new_risk")
    assert len(rows(part, "new_risk")) == many
    offered = {link.text for link in part.all("ul", class_="choices")[0].all("a")}
    assert offered == {"the first 10", "the first 50", "all 60"} - {
        part.all("span", **{"aria-current": "true"})[0].text
    }


def test_few_groups_need_no_choice() -> None:
    assert not section(shown(answer()), "new_risk").all("ul", class_="choices")


def test_a_number_of_lines_that_is_not_offered() -> None:
    with pytest.raises(InputError, match="top is 10, 50 or all, got '7'"):
        page(ASKED, {"top": "7"})
    assert page(ASKED, {"top": " 50 "}).given == {"top": "50"}
    assert page(ASKED, {"top": "10"}).given == page(ASKED, {}).given == {}


def test_nobody_on_warning_is_no_all_clear() -> None:
    found = section(shown(answer(line())), "map")
    assert "No group is on warning. That is no all-clear" in found.text
    assert chart_data(found.all("figure")[0])["figures"]["marks"] == []


def test_empty_lists_say_so() -> None:
    found = shown(answer(war()), past=None)
    assert "No group seen so far had fewer than 25 deaths" in section(found, "new_risk").text
    assert "figures of the whole world, which are not held" in section(found, "new_groups").text
    assert "do not reach back far enough" in section(found, "last_period").text
    found = shown(answer(line()))
    assert "No group had 25 deaths or more" in section(found, "ongoing").text


def test_no_group_at_all() -> None:
    nobody = replace(answer(), assessment=assessment(), cells=(), covered=())
    found = shown(nobody, past=None)
    assert "No group has a recorded death so far." in section(found, "mass_casualty").text


def test_the_last_period_is_waited_for() -> None:
    found = section(shown(answer(), waits=True), "last_period")
    assert found.all("p", class_="waiting")
    assert not found.all("table")


def test_misses_come_first_and_stand_open() -> None:
    found = section(shown(answer()), "last_period")
    heads = [head.text for head in found.all("h3")]
    assert [head.split(":")[0] for head in heads] == ["Missed", "Never seen before", "Came", "Did not come"]
    assert len(found.all("details")) == 2
    [missed, came, not_come] = found.all("table")
    assert "Missed front @ Sudan" in missed.text
    assert missed not in [table for part in found.all("details") for table in part.all("table")]
    assert "JNIM @ Mali" in came.text
    assert "▲" in not_come.text
    assert "Unheard-of front @ Ethiopia (91 deaths)" in found.text
    assert [link.text for link in missed.all("a")] == ["Missed front @ Sudan"]


def test_what_the_terms_hold_back_is_said() -> None:
    """As the licence gate lets such an answer through: no cells, no sentences, nothing of the last period."""
    held = replace(answer(), cells=(), redistributable=False)
    held = replace(
        held,
        assessment=replace(held.assessment, groups=tuple(replace(g, recent_deaths=()) for g in held.assessment.groups)),
    )
    found = shown(held, past=None)
    assert "do not allow half-degree cells" in section(found, "map").text
    assert "do not allow deaths of single groups" in section(found, "last_period").text
    assert chart_data(section(found, "map").all("figure")[0])["figures"]["cells"] == []


def test_names_do_no_harm() -> None:
    past = PastPeriod(
        date(2020, 6, 30), date(2020, 12, 31), 6, "m",
        missed=(PastLine(HOSTILE, "new_risk", "none", "deaths25", 0.1, 0.01, 5, 40, 0),),
        came=(), did_not_come=(), unseen=((HOSTILE, 30),),
    )  # fmt: skip
    hostile = warned(HOSTILE, theatre="Mali", level_target="deaths25")
    html = render_page(page(ASKED, {}), {Assessed(ASKED): answer(hostile), LastPeriod(ASKED): past}, links(ASKED))
    assert "<script>alert" not in html
    assert "\u202e" not in html
    read(html)


def test_new_groups_have_base_rate_and_horizon() -> None:
    part = section(shown(answer()), "new_groups")
    assert "within 12 months" in part.text
    assert "Ethiopia 12% (8.0% to 20%) base rate 2.0% Many groups are active next door." in part.text
    assert part.all("p", class_="small")[0].text == REASONS_COUNT
    bare = tuple(replace(one, reasons=()) for one in PLANTED.assessment.new_entrants)
    without = replace(answer(), assessment=replace(PLANTED.assessment, new_entrants=bare))
    assert REASONS_COUNT not in shown(without).text
    assert "added up" not in downloaded("new-groups", "csv", without)


# --- the map ----------------------------------------------------------------------------------------------------------


def test_cells_by_class_and_place() -> None:
    cells = (CellFigures(KABUL, 3, 4), CellFigures(KABUL + 1, 1, 0), CellFigures(KABUL + 720, 9, 100))
    drawn = world_map(answer(cells=cells), "A source").figures
    assert drawn["cells"] == [[69.75, 34.75, 0], [69.25, 34.75, 1], [69.25, 35.25, 4]]  # the deadliest on top
    assert drawn["classes"] == ["no death", "1-4", "5-24", "25-99", "100 or more"]
    assert drawn["covered"] == ["IRQ", "MLI", "NER", "SDN"]
    assert drawn["neutral"] == ["-", "?"]


@pytest.mark.parametrize(
    ("deaths", "words"), [(0, "no death"), (1, "1-4"), (24, "5-24"), (25, "25-99"), (10_000, "100 or more")]
)
def test_classes_hold_what_their_words_say(deaths: int, words: str) -> None:
    drawn = world_map(answer(cells=(CellFigures(KABUL, 1, deaths),)), "").figures
    assert drawn["classes"][drawn["cells"][0][2]] == words


def test_theatres_on_warning_have_a_number_each_and_it_is_the_keys() -> None:
    groups = (
        warned("A @ Mali", level_target="deaths25"),
        warned("B @ Mali", level_target="mass_casualty"),
        warned("C @ Afghanistan", level_target="deaths25"),
        line("D @ Niger", level="watch"),
    )
    found = answer(*groups, cells=(CellFigures(KABUL, 3, 4),))
    assert [(m.number, m.theatre, len(m.groups)) for m in marked(found.assessment)] == [
        (1, "Mali", 2),
        (2, "Afghanistan", 1),
    ]
    drawn = world_map(found, "").figures["marks"]
    assert [mark[0] for mark in drawn] == [1, 2]
    assert drawn[1][1:] == [69.25, 34.75]
    keyed = section(shown(found), "map").all("ol", class_="key")[0]
    assert [item.text for item in keyed.inside if isinstance(item, Node)] == [
        "1 Mali A @ Mali : 25 deaths or more B @ Mali : a mass-casualty attack",
        "2 Afghanistan C @ Afghanistan : 25 deaths or more",
    ]


def test_the_map_in_words_and_as_a_table() -> None:
    drawn = world_map(answer(), "A source")
    total = sum(cell.deaths for cell in PLANTED.cells)
    assert (
        f"70 half-degree cells with events of groups in the 12 months to 31 December 2020, by deaths ({total:,} in all,"
        " those of clashes of two groups counted for both)" in drawn.alt
    )
    assert "1 Iraq (IS: a mass-casualty attack); 2 Mali (JNIM: 25 deaths or more)" in drawn.alt
    # What leaves the page with the drawing names its numbers.
    assert f"Theatres with a group on warning: 1 Iraq, 2 Mali. {DISCLAIMER}" in drawn.caption
    assert "those of a clash of two groups count for both" in drawn.caption
    assert "a clash of two groups counts for both" in drawn.data.caption
    assert drawn.data.rows[0][3].text == "345"  # the deadliest cell first
    assert "Natural Earth" in drawn.source


def test_the_drawing_has_a_size_for_each_class_and_they_grow() -> None:
    text = (STATIC / "charts" / "map.js").read_text(encoding="utf-8")
    sides = [float(side) for side in re.search(r"const SIDES = \[([^]]+)\]", text)[1].split(",")]  # type: ignore[index]
    assert len(sides) == len(CLASSES)
    assert sides[1:] == sorted(set(sides[1:]))
    assert 'tocsin.chart("world-map"' in text


# --- downloads --------------------------------------------------------------------------------------------------------


def downloaded(name: str, form: str, found: WorldAnswer, past: Any = PLANTED.past) -> str:
    made: Page = page(ASKED, {})
    [one] = [download for download in made.downloads if download.name == name]
    answers = {Assessed(ASKED): found, LastPeriod(ASKED): past}
    return write_download(one, form, answers, SOURCES).decode()


def test_the_assessment_goes_out_whole() -> None:
    groups = tuple(line(f"G{k} @ Mali", rank_new_risk=k, rank_mass_casualty=k) for k in range(1, 31))
    assert downloaded("assessment", "csv", answer(*groups)).count("\n") == 31
    assert '"headline"' in downloaded("assessment", "json", answer())


def test_cells_go_out_by_their_centres() -> None:
    head, first, *_ = downloaded("cells", "csv", answer(cells=(CellFigures(KABUL, 3, 4),))).splitlines()
    assert head.startswith("cell,lat,lon,events,deaths,counting,")
    assert head.endswith("data_until,as_of,as_of_mode,notes,source")
    assert first.startswith(f"{KABUL},34.75,69.25,3,4,events and deaths of a clash of two groups count for both,")
    assert SOURCES.line in first
    assert cell_centre(KABUL) == (34.75, 69.25)


def test_the_last_period_as_a_table() -> None:
    frame = past_table(PLANTED.past)
    assert frame["what"].to_list() == ["missed", "came", "did_not_come", "unseen"]
    assert frame["deaths_since"].to_list() == [57, 41, 4, 91]
    assert frame["p"].to_list() == [0.021, 0.4, 0.3, None]
    assert frame["until"].unique().to_list() == [date(2020, 12, 31)]
    nothing = past_table(None)
    assert nothing.is_empty()
    assert nothing.columns == frame.columns
    assert nothing.schema == frame.schema
    assert '"last_period":null' in downloaded("last-period", "json", answer(), None)


def test_new_groups_go_out_with_their_base_rate() -> None:
    text = downloaded("new-groups", "csv", answer())
    assert text.splitlines()[1].startswith("Ethiopia,12,0.12,0.08,0.2,0.02,")
    assert "active next door.,Deaths in reasons are those of single groups added up" in text.splitlines()[1]
