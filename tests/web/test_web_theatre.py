"""A theatre's page: what it says of groups, their past, links between them and new ones, and what it must not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from page_reading import Node, chart_data, links, read
from planted_web import SOURCES

from planted_groups import Event, digest_of
from planted_lines import assessment, line, war
from planted_rivalry import ANSWERS, NO_ANSWER, planted_link, planted_rivalry
from tocsin.countries import iso3_of
from tocsin.errors import InputError
from tocsin.groups.offshoots import Offshoot
from tocsin.groups.theatres import Theatre
from tocsin.months import month_id
from tocsin.rivalry.result import NullCheck, Rivalry
from tocsin.warn import NewEntrant
from tocsin.warn.explanation import CellFigures
from tocsin.warn.theatre import theatre_past
from tocsin.web.asked import Asked
from tocsin.web.filed import Filed, address_of
from tocsin.web.pages import theatre_links
from tocsin.web.pages.theatre import page
from tocsin.web.pages.theatre_charts import box_of
from tocsin.web.pages.theatre_words import FIRST_LINES
from tocsin.web.questions.assessed import Assessed, WorldAnswer
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.questions.theatre import OneTheatre, TheatreAnswer
from tocsin.web.render import render_page
from tocsin.web.tables import write_download
from tocsin.web.words import EXPECTED_WORDS

ASKED = Asked()
LAST = month_id(date(2020, 12, 1))
KABUL = Theatre("Afghanistan", ("Afghanistan",))
STATE = "Government of Afghanistan"
HOSTILE = 'A </script><script>alert("x")</script> \u202e'
EVENTS: list[Event] = [
    ("Afghanistan", LAST - 330, "state", "UIFSA", STATE, 9),
    ("Afghanistan", LAST - 20, "nonstate", "Taleban", "IS", 8),
    ("Afghanistan", LAST - 3, "state", "Taleban", STATE, 70),
    ("Afghanistan", LAST - 3, "nonstate", "Taleban", "IS", 5),
    ("Afghanistan", LAST, "onesided", "IS", "Civilians", 30),
    ("Afghanistan", LAST, "onesided", HOSTILE, "Civilians", 1),
    ("Afghanistan", LAST - 1, "onesided", STATE, "Civilians", 2),
]
PAST = theatre_past(digest_of(EVENTS, first=LAST - 383, last=LAST), KABUL)
CELL = 179_779  # around 34.75 N, 69.25 E
ANSWER = TheatreAnswer(
    theatre=KABUL,
    wider=("Afghanistan+Pakistan",),
    deaths_last_12m=106,
    deaths_12m_before=8,
    state_deaths_last_12m=2,
    past=PAST,
    cells=(CellFigures(CELL, 3, 100), CellFigures(CELL + 1, 1, 0)),
    offshoots=(
        Offshoot("New front @ Afghanistan", "Taleban @ Afghanistan", date(2020, 2, 1), 0.7, ("state", "IS"), True),
    ),
    government_changes=PAST.government_changes,
    held_back="",
)
TOLD = assessment(
    line("IS @ Afghanistan", level="warning", rank_new_risk=1),
    line("Elsewhere @ Mali", level="warning", rank_new_risk=2),
    war("Taleban @ Afghanistan", resurgent=True),
    new_entrants=(
        NewEntrant("Afghanistan", 12, 0.2, 0.1, 0.3, 0.05, ("Two new groups in ten years (raises the odds x2).",)),
        NewEntrant("Mali", 12, 0.4, 0.2, 0.6, 0.05, ()),
    ),
)
LINKS = planted_rivalry(("Taleban", "IS", "HIG"), {(0, 1): ANSWERS, (1, 0): NO_ANSWER}, theatre="Afghanistan")


def shown(
    answer: TheatreAnswer = ANSWER,
    told: Any = TOLD,
    rivalry: Rivalry | None = LINKS,
    *,
    waits: bool = False,
    at: Any = None,
    **given: str,
) -> Node:
    made = page(ASKED, {"name": answer.theatre.name, **given})
    assessed, one = made.needs
    found = {assessed: WorldAnswer(told, (), ("Mali",), None, redistributable=True), one: answer}
    found |= {} if waits else dict.fromkeys(made.wants, rivalry)
    return read(render_page(made, found, at or links(ASKED)))


def figure(found: Node, kind: str) -> Node:
    return next(one for one in found.all("figure") if one.given["data-kind"] == kind)


def has(found: Node, kind: str) -> bool:
    return any(one.given["data-kind"] == kind for one in found.all("figure"))


def test_a_country_takes_its_lines_from_the_world_and_a_view_has_its_own() -> None:
    country = page(ASKED, {"name": "afg"})
    assert country.needs == (Assessed(ASKED), OneTheatre(ASKED, "Afghanistan"))
    assert country.wants == (TheatreLinks(ASKED, "Afghanistan"),)
    assert country.given == {"name": "Afghanistan"}
    view = page(ASKED, {"name": " Mali+ Niger ", "years": "5"})
    assert view.needs == (Assessed(ASKED, "Mali+ Niger"), OneTheatre(ASKED, "Mali+ Niger"))
    assert view.given == {"name": "Mali+ Niger", "years": "5"}
    assert page(ASKED, {"name": "Sahel"}).needs[0] == Assessed(ASKED, "Sahel")


@pytest.mark.parametrize("given", [{}, {"name": " "}, {"name": "Mali", "years": "7"}, {"name": "Mali", "scale": "log"}])
def test_what_cannot_be_asked_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(InputError):
        page(ASKED, given)


def test_only_its_own_groups_are_told_each_chance_with_interval_and_base_rate() -> None:
    found = shown()
    assert "Elsewhere" not in found.text
    new, old = found.all("table", class_="lines")[:2]
    cells = [cell.text for cell in new.all("tbody")[0].all("tr")[0].inside if isinstance(cell, Node)]
    assert cells == [
        "IS",
        "▲ warning",
        "20% (10% to 40%) base rate 1.5%",
        "+2 pts",
        "3.0% (1.0% to 8.0%) base rate 0.1%",
        "1,020",
        "12 (0 to 1,234)",
    ]
    assert old.all("th", scope="row")[0].text == "Taleban resurgent"
    assert all("within 6 months" in table.all("thead")[0].text for table in (new, old))
    assert new.all("a")[0].given["href"] == "/group?name=IS+%40+Afghanistan"
    assert found.all("p", class_="lead")[0].text.startswith(
        "As of 31 December 2020, of the groups in Afghanistan with fewer than 25 deaths in the past year, IS @ "
    )


def test_the_facts_count_each_event_once() -> None:
    cards = [card.text for card in shown().all("li", class_="card")]
    assert cards[0].startswith(
        "106 deaths in events of its groups, 12 months to Dec 2020 each event counted once; 8 in"
    )
    assert "2 more in events without a group" in cards[0]
    assert cards[1] == "2 groups with a recorded death in these 12 months of 2 with a recorded death"
    assert cards[2].startswith("1 of its groups on a level: 1 ▲ warning")
    assert "90% interval 10% to 30%; base rate 5.0%" in cards[3]
    assert "12 months before" not in shown(replace(ANSWER, deaths_12m_before=None)).all("li", class_="card")[0].text


def test_a_mean_outside_its_interval_is_explained() -> None:
    assert EXPECTED_WORDS in shown().text


@pytest.mark.parametrize(
    ("share", "said"), [(0.396, "40% of the deaths of the last ten years"), (0.02, ""), (None, "")]
)
def test_sums_of_years_dated_to_the_first_of_january_are_told(share: float | None, said: str) -> None:
    found = shown(replace(ANSWER, first_week_share=share)).all("p", class_="callout")
    assert [one.text.startswith(said) for one in found] == [True] * bool(said)


def test_long_lists_are_folded() -> None:
    many = assessment(*(line(f"Front {k:02} @ Afghanistan", rank_new_risk=k + 1) for k in range(FIRST_LINES + 3)))
    found = shown(told=many)
    assert len(found.all("table", class_="lines")[0].all("tbody")[0].all("tr")) == FIRST_LINES
    (more,) = (one for one in found.all("details") if one.given.get("class") == "more" and one.all("a"))
    assert more.all("summary")[0].text == "The other 3 groups of this list"
    assert len(more.all("tbody")[0].all("tr")) == 3


def test_groups_over_time_in_rows_that_are_not_to_be_added_up() -> None:
    drawn = figure(shown(), "theatre-months")
    figures = chart_data(drawn)["figures"]
    rows = {row["name"]: row for row in figures["rows"]}
    assert (len(figures["starts"]), figures["step"], figures["same"]) == (120, 1, False)
    assert rows["All groups, each event once"]["deaths"][-4:] == [75, 0, 0, 31]
    assert rows["Taleban"]["deaths"][-4:] == [75, 0, 0, 0]
    assert rows["IS"]["deaths"][-4:] == [5, 0, 0, 30]
    assert figures["changes"] == []
    assert "so that rows do not add up" in drawn.all("figcaption")[0].text
    assert "114 in all, each event once" in drawn.all("div", class_="drawing")[0].given["data-alt"]
    head = [cell.text for cell in drawn.all("thead")[0].all("th")]
    assert head[:3] == ["Month", "All groups, each event once", "Taleban"]
    months = [row.all("th")[0].text for row in drawn.all("tbody")[0].all("tr")]
    assert months == ["Apr 2019", "Sep 2020", "Dec 2020"]


def test_all_years_are_in_quarters_with_changes_of_government() -> None:
    found = shown(years="all", scale="same")
    figures = chart_data(figure(found, "theatre-months"))["figures"]
    assert (len(figures["starts"]), figures["step"], figures["same"]) == (128, 3, True)
    assert figures["changes"] == ["1992-04-28", "1996-09-27", "2001-11-13"]
    chosen = [link.text for link in found.all("a", **{"aria-current": "true"})]
    assert chosen[1:] == ["all years", "all on one scale"]
    (five,) = (link for link in found.all("a") if link.text == "5 years")
    assert five.given["href"] == "/theatre?name=Afghanistan&years=5&scale=same#over-time"
    assert "13 November 2001: The Northern Alliance" in found.text


def test_links_with_label_interval_and_checks_in_words() -> None:
    found = shown()
    assert "1 of 6 links answers (IS after Taleban); 1 does not, beyond what would have been seen; for 4 the data" in (
        found.text
    )
    assert "It is no finding that the groups do not compete." in found.text
    assert "about 0.3 of the 6 links that could be tested would pass the 5% test" in found.text
    assert "Links are predictive, not causal" in found.text
    table = next(one for one in found.all("table") if one.all("caption")[0].text.startswith("Links, by attacks"))
    rows = [[cell.text for cell in row.inside if isinstance(cell, Node)] for row in table.all("tbody")[0].all("tr")]
    assert rows[0] == ["Taleban", "IS", "answers", "+0.21 (+0.12 to +0.30)", "<1%", "0.31", "90 and 100", "none"]
    assert ["IS", "Taleban", "does not answer beyond 0.08"] in [row[:3] for row in rows]
    assert "a factor between 0.5 and 2 on the attacks of every group" in found.text
    assert "4% of links pass the test that 5% should pass. That is near enough" in found.text


def test_where_checks_fail_single_links_are_not_to_be_relied_on() -> None:
    bad = replace(LINKS, null_checks=(NullCheck("circular_shifts", 0.2, 100),))
    assert "20% of links pass the test that 5% should pass. That is too often" in shown(rivalry=bad).text
    assert "about 1.2 of the 6 links that could be tested would pass the 5% test" in shown(rivalry=bad).text
    none = replace(LINKS, null_checks=(NullCheck("circular_shifts", None, 0),))
    assert "how often a link shows here where there is none is not known" in shown(rivalry=none).text
    assert (
        "about 0.3 of the 6 links that could be tested would pass a 5% test by chance, if" in shown(rivalry=none).text
    )


def test_the_network_has_arrows_for_answers_and_clashes_apart() -> None:
    clash = replace(LINKS, links=tuple(replace(one, clashes=4) for one in LINKS.links))
    drawn = figure(shown(rivalry=clash), "theatre-network")
    figures = chart_data(drawn)["figures"]
    assert [group["name"] for group in figures["groups"]] == ["Taleban", "IS", "HIG"]
    assert (len(figures["answers"]), len(figures["untold"])) == (1, 4)
    assert figures["clashes"] == [[0, 1, 4], [0, 2, 4], [1, 2, 4]]
    # The head of the arrow is at the group that answers.
    (x, y), (at_x, at_y) = figures["answers"][0]["head"][0], figures["groups"][1]["at"]
    assert (x - at_x) ** 2 + (y - at_y) ** 2 < (figures["groups"][1]["radius"] + 0.1) ** 2
    caption = drawn.all("figcaption")[0].text
    assert "fighting, never an answer" in caption
    assert "clashes" not in figure(shown(), "theatre-network").all("figcaption")[0].text


def test_of_links_that_are_not_there_yet_or_never_will_be() -> None:
    assert "still being worked out" in shown(waits=True).text
    assert "not estimated for these pages" in shown(waits=True, at=site()).text
    assert theatre_links.TOO_FEW in shown(rivalry=None).text


def test_new_groups_with_their_reasons_and_possible_offshoots() -> None:
    found = shown()
    assert "20% (10% to 30%) base rate 5.0%, all theatres, ten years" in found.text
    assert "Two new groups in ten years (raises the odds x2)." in found.text
    table = next(one for one in found.all("table") if "split" in one.all("caption")[0].text)
    cells = [cell.text for cell in table.all("tbody")[0].all("tr")[0].inside if isinstance(cell, Node)]
    assert cells == ["New front", "Feb 2020", "Taleban", "70%", "a state, IS", "yes"]
    bare = shown(replace(ANSWER, offshoots=()), replace(TOLD, new_entrants=()))
    assert "needs the figures of the whole world" in bare.text
    assert "No name that is new in the last 24 months is flagged" in bare.text


def test_the_ground_is_in_half_degree_cells_the_deadliest_on_top() -> None:
    drawn = figure(shown(), "theatre-map")
    data = chart_data(drawn)
    assert data["figures"]["cells"] == [[69.75, 34.75, 0], [69.25, 34.75, 4]]
    assert data["figures"]["inside"] == ["AFG"]
    west, south, east, north = data["figures"]["box"]
    assert west < 60.6 < 74.8 < east
    assert south < 29.5 < 38.4 < north
    assert data["land"]["objects"]["land"]["geometries"]
    assert "do not imply any view on the status" in drawn.all("figcaption")[0].text
    assert "No located event" in shown(replace(ANSWER, cells=())).text


def test_of_a_very_large_country_only_the_ground_is_drawn() -> None:
    west, south, east, north = box_of([iso3_of("Russia")], [CELL])
    assert east - west < 20
    assert north - south < 20
    assert box_of(["AFG"], []) == pytest.approx(box_of(["AFG"], [CELL]))


def test_what_terms_forbid_is_said_and_not_shown() -> None:
    why = "The terms of the source do not allow it."
    held = replace(ANSWER, past=None, cells=(), held_back=why)
    found = shown(held, rivalry=None)
    for kind in ("theatre-months", "theatre-map", "theatre-network"):
        assert not has(found, kind)
    assert sum(why in one.text for one in found.all("p", class_="empty")) == 3
    made = page(ASKED, {"name": "Afghanistan"})
    answers = {made.needs[0]: WorldAnswer(TOLD, (), (), None, redistributable=False), made.needs[1]: held}
    answers[made.wants[0]] = None
    for download in made.downloads[1:]:
        for form in download.forms:
            assert b"Taleban" not in write_download(download, form, answers, SOURCES)


def test_figures_to_take_away_are_those_shown() -> None:
    made = page(ASKED, {"name": "Afghanistan"})
    found = {made.needs[0]: WorldAnswer(TOLD, (), (), None, redistributable=True), made.needs[1]: ANSWER}
    found[made.wants[0]] = LINKS
    lines, months, rivalry = made.downloads
    assert lines.table
    assert months.table
    assert rivalry.table
    assert lines.table(found)["group"].to_list() == ["IS @ Afghanistan", "Taleban @ Afghanistan"]
    assert months.table(found).height == 7
    assert rivalry.table(found).height == 6
    for download in made.downloads:
        for form in download.forms:
            assert write_download(download, form, found, SOURCES)


def test_names_from_the_data_are_only_text() -> None:
    found = shown(rivalry=planted_rivalry((HOSTILE, "IS"), theatre="Afghanistan"))
    assert "\u202e" not in found.all("main")[0].all("table")[0].text
    assert HOSTILE[:-1] in [row["name"] for row in chart_data(figure(found, "theatre-months"))["figures"]["rows"]]


def test_a_view_names_its_countries() -> None:
    view = replace(ANSWER, theatre=Theatre("Sahel", ("Mali", "Niger")), wider=())
    found = shown(view, replace(TOLD, theatre="Sahel"))
    assert found.all("h1")[0].text == "Sahel"
    assert "Sahel is 2 countries seen as one: Mali , Niger" in found.text
    assert "probabilities and levels come out higher here" in found.text


def site() -> Filed:
    pages = {address_of(name, {}): f"{name}.html" for name in ("overview", "method", "search", "theatres", "record")}
    return Filed("theatre/afghanistan.html", pages)


def test_in_a_static_site_what_has_no_page_is_no_link() -> None:
    found = shown(at=site())
    main = found.all("main")[0]
    assert not [link for link in main.all("a") if not link.given["href"].startswith("#")]
    assert not main.all("ul", class_="choices")


def test_every_link_is_in_one_of_the_two_tables() -> None:
    many = planted_rivalry(tuple(f"Front {k}" for k in range(8)))
    first, rest = theatre_links.links_tables(many)
    assert rest is not None
    assert len(first.rows) == theatre_links.FIRST_LINKS
    assert len(first.rows) + len(rest.rows) == 56
    few = planted_link("A", "B", estimate=0.0, low=float("-inf"), high=float("inf"), minimum_detectable=float("inf"))
    table, _ = theatre_links.links_tables(replace(LINKS, links=(few,)))
    assert [cell.text for cell in table.rows[0]][2:6] == ["cannot tell", "not known", "34%", "not known"]
    open_above = planted_link("A", "B", estimate=1.7, low=0.2, high=float("inf"), label="answers")
    table, _ = theatre_links.links_tables(replace(LINKS, links=(open_above,)))
    assert table.rows[0][3].text == "+1.70 (+0.20 or more)"
    assert theatre_links.by_chance(replace(LINKS, links=(few,))) == "Of no link can anything be told."
