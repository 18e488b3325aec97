"""Search: what is found is offered plainly, one group first where its whole name was typed; no hit is no dead end."""

from __future__ import annotations

from datetime import date

import pytest
from page_reading import Node, links, read
from planted_web import SOURCES

from planted_lines import assessment, line
from tocsin.errors import InputError
from tocsin.groups.theatres import Theatre
from tocsin.web.asked import Asked
from tocsin.web.filed import Filed, address_of
from tocsin.web.headers import STATIC
from tocsin.web.pages.search import MOST_LETTERS, MOST_ROWS, page, table_of
from tocsin.web.questions.assessed import Assessed, WorldAnswer
from tocsin.web.questions.directory import Directory, DirectoryAnswer, Listed, TheatreListed
from tocsin.web.render import render_page
from tocsin.web.tables import write_download

ASKED = Asked(as_of=date(2020, 12, 31))
HOSTILE = 'A </script><b onclick="x">\u202e'


def listed(actor: str, theatre: str = "Mali", deaths: int = 10, **changes: object) -> Listed:
    given: dict[str, object] = {
        "group": f"{actor} @ {theatre}",
        "actor": actor,
        "theatre": theatre,
        "also_called": (),
        "members": (),
        "assessed": True,
        "list": "new_risk",
        "level": "none",
        "deaths_last_12m": deaths,
        "deaths": 10 * deaths,
        "events": 5,
        "last_event": date(2020, 11, 1),
    }
    return Listed(**(given | changes))  # type: ignore[arg-type]


GROUPS = (
    listed("IS", "Afghanistan", 420, also_called=("ISIS", "ISIS-K"), level="warning"),
    listed("IS", "Mali", 100, also_called=("ISIS", "Islamic State")),
    listed("IS", "Pakistan", 24, also_called=("ISIS", "ISIS-K"), level="watch"),
    listed("JNIM", "Mali", 800, level="watch"),
    listed("AQIM, JNIM", "Mali", 3, members=("AQIM", "JNIM")),
    listed("Silent front", "Mali", 0, assessed=False, list=None),
    listed(HOSTILE, "Mali", 1),
)


def held(*groups: Listed) -> DirectoryAnswer:
    return DirectoryAnswer(
        groups=groups or GROUPS,
        theatres=(TheatreListed("Mali", 5, 4, 3, 2, 1, date(2020, 12, 1)),),
        views=(Theatre("Sahel", ("Burkina Faso", "Mali", "Niger")), Theatre("Both", ("Mali", "Pakistan"))),
        own_theatres={"Both": ("Mali", "Pakistan")},
        as_of=date(2020, 12, 31),
        data_until=date(2020, 12, 31),
        as_of_mode="reconstructed",
        vintage="planted 1",
        licence="CC0",
        citation="Made up",
    )


def shown(words: str | None = None, *groups: Listed, at: object = None) -> Node:
    made = page(ASKED, {} if words is None else {"q": words})
    world = WorldAnswer(assessment(line()), (), (), None, redistributable=True)
    found = {Assessed(ASKED): world, Directory(ASKED): held(*groups)}
    return read(render_page(made, found, at or links(ASKED)))  # type: ignore[arg-type]


def rows(part: Node) -> list[str]:
    return [row.text for row in part.all("table")[0].all("tbody")[0].all("tr")]


@pytest.fixture(autouse=True)
def no_settings(home: object) -> None:
    """No settings but the usual ones."""


def test_a_whole_name_offers_its_group_first() -> None:
    found = shown("isis k")
    offered = found.all("p", class_="callout")[0]
    assert offered.all("a")[0].text == "IS @ Afghanistan"
    assert offered.all("a")[0].given["href"] == "/group?name=IS+%40+Afghanistan&as_of=2020-12-31"
    assert "warning" in offered.text
    assert rows(found) == [
        "IS @ Afghanistan also called ISIS-K Afghanistan ▲ warning 420 Nov 2020",
        "IS @ Pakistan also called ISIS-K Pakistan △ watch 24 Nov 2020",
    ]
    assert found.all("input", id="q")[0].given["value"] == "isis k"


def test_a_name_that_may_mean_several_offers_none_of_them_first() -> None:
    found = shown("is")
    assert not found.all("p", class_="callout")
    assert [row.split(" @ ")[1].split()[0] for row in rows(found)[:3]] == ["Afghanistan", "Mali", "Pakistan"]


def test_a_theatre_is_offered_with_its_groups() -> None:
    found = shown("Sahel")
    assert [link.text for link in found.all("a", href="/theatre?name=Sahel&as_of=2020-12-31")] == ["Sahel"] * 1
    assert rows(found)[0].startswith("JNIM @ Mali")
    # Theatres of the settings that the figures were answered under are known as well.
    assert any(link.text == "Both" for link in shown("both").all("a"))


def test_a_group_without_a_death_has_no_page() -> None:
    (row,) = shown("silent front").all("table")[0].all("tbody")[0].all("tr")
    assert not row.all("th")[0].all("a")
    assert "no recorded death" in row.text
    assert "not assessed" in row.text
    assert not shown("silent front").all("p", class_="callout")


def test_members_and_close_spellings_say_so() -> None:
    assert "a coalition with JNIM" in rows(shown("jnim"))[1]
    alike = shown("jnimm")
    assert "No group is called “jnimm”" in alike.text
    assert rows(alike)[0].startswith("JNIM @ Mali")


def test_no_hit_and_an_empty_search_show_what_can_be_asked() -> None:
    nothing = shown("xqzy")
    assert "none is spelled nearly so" in nothing.all("p", class_="empty")[0].text
    for found in (nothing, shown()):
        assert [row.split(" @")[0] for row in rows(found)] == ["IS", "JNIM", "IS"]
        offered = [link.text for link in found.all("a") if "/search?q=" in link.given["href"]]
        assert offered == ["ISIS-K", "JNIM", "Sahel"]  # of the examples those that the figures hold


def test_examples_are_in_the_figures() -> None:
    found = shown(None, listed("UNITA", "Angola"), listed("MPLA", "Angola", 5))
    assert [link.text for link in found.all("a") if "/search?q=" in link.given["href"]] == ["UNITA"]


def test_many_hits_are_cut_and_said_so() -> None:
    groups = [listed(f"Front {k:03}", deaths=k) for k in range(MOST_ROWS + 7)]
    found = shown("front", *groups)
    assert len(rows(found)) == MOST_ROWS
    assert "7 more are not shown" in found.text
    assert rows(found)[0].startswith(f"Front {MOST_ROWS + 6:03}")


def test_hostile_names_and_words_are_only_text() -> None:
    found = shown(HOSTILE)
    assert "\u202e" not in found.all("table")[0].text
    assert not found.all("b")
    assert shown('"><script>alert(1)</script>').all("h1")


def test_too_long_a_search_is_refused() -> None:
    assert page(ASKED, {"q": "  a " + "x" * (MOST_LETTERS - 2)}).given["q"]
    with pytest.raises(InputError, match="100 letters at most"):
        page(ASKED, {"q": "x" * (MOST_LETTERS + 1)})


def test_in_a_static_site_the_groups_with_a_page_are_listed_with_their_words() -> None:
    here = {
        address_of("group", {"name": name}): f"group/{k}.html" for k, name in enumerate(("IS @ Mali", "JNIM @ Mali"))
    }
    here |= {address_of(name, {}): f"{name}.html" for name in ("overview", "method", "search", "theatres")}
    found = shown(at=Filed("search.html", here))
    table = found.all("table")[0]
    assert [row.split(" @")[0] for row in rows(found)] == ["JNIM", "IS"]
    words = [row.given["data-words"].split() for row in table.all("tbody")[0].all("tr")]
    assert {"jnim", "mali"} <= set(words[0])
    assert {"is", "isis", "islamicstate", "islamic", "state"} <= set(words[1])
    assert found.all("label")[0].given["for"] == "filter"
    assert found.all("input", id="filter")
    assert any("search.js" in script.given.get("src", "") for script in found.all("script"))
    assert (STATIC / "search.js").is_file()


def test_the_list_to_take_away() -> None:
    table = table_of(held())
    assert table["group"].to_list() == [group.group for group in GROUPS]
    assert table.filter(table["members"].list.len() > 0)["members"].to_list() == [["AQIM", "JNIM"]]
    made = page(ASKED, {})
    for form in made.downloads[0].forms:
        assert b"JNIM" in write_download(made.downloads[0], form, {Directory(ASKED): held()}, SOURCES)
