"""The groups and theatres of a day: what search and lists are given, and the list of theatres itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from page_reading import Node, links, read
from planted_web import SOURCES

from planted_groups import FIRST, Event, digest_of, entrants, link_models, rivals, use_small_models
from planted_lines import assessment, line, war
from tocsin.digest import Digest
from tocsin.digest import load as digest_load
from tocsin.errors import InputError, NotHeldError
from tocsin.groups import Theatre, group_table
from tocsin.settings import Settings, load_settings
from tocsin.warn import NewEntrant, assess
from tocsin.web.asked import Asked
from tocsin.web.pages import theatres
from tocsin.web.question import silent
from tocsin.web.questions import situations
from tocsin.web.questions.assessed import Assessed, WorldAnswer
from tocsin.web.questions.directory import Directory, DirectoryAnswer, TheatreListed
from tocsin.web.questions.theatre import OneTheatre
from tocsin.web.render import render_page
from tocsin.web.tables import write_download

MONTHS = 150
LAST = FIRST + MONTHS - 1
EVENTS: list[Event] = [
    *rivals(months=MONTHS, pairs=15),
    *entrants(months=MONTHS),
    ("Peru", LAST - 1, "state", "Silent front", "Government of Peru", 0),
    ("Chile", LAST - 1, "onesided", "Government of Chile", "Civilians", 9),
    ("Mali", LAST - 2, "nonstate", "Twin", "Other twin", 40),
]
ASKED = Asked()


@cache
def planted() -> Digest:
    return digest_of(EVENTS, last=LAST)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("directory-models")


@pytest.fixture
def settings(home: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    use_small_models(monkeypatch, members=2, early=1, rounds=10)
    monkeypatch.setattr(digest_load, "packaged_digest", planted)
    link_models(home, models)
    situations._kept.clear()
    yield load_settings()
    situations._kept.clear()


def test_every_group_is_listed_with_the_level_of_the_assessment(settings: Settings) -> None:
    held = Directory(ASKED).answer(settings, silent)
    told = {group.group: group for group in assess(settings=settings).groups}
    assert [one.group for one in held.groups] == group_table(planted().monthly, LAST)["group"].to_list()
    assert {one.group for one in held.groups if one.assessed} == set(told)
    for one in held.groups:
        if one.assessed:
            line = told[one.group]
            assert (one.level, one.list, one.deaths_last_12m) == (line.level, line.list, line.deaths_last_12m)
    assert any(one.level != "none" for one in held.groups)
    silent_one = next(one for one in held.groups if one.actor == "Silent front")
    assert (silent_one.assessed, silent_one.list, silent_one.level, silent_one.deaths) == (False, None, "none", 0)


def test_names_of_the_settings_are_common_names_too(settings: Settings) -> None:
    own = {"The twins": "Twin @ Mali", "Nobody": "Not there", "Nowhere": "Twin @ Atlantis"}
    given = settings.model_copy(update={"aliases": own, "theatres": {"Both": ["Mali", "Peru"]}})
    held = Directory(ASKED).answer(given, silent)
    called = {one.group: one.also_called for one in held.groups if one.also_called}
    assert called == {"Twin @ Mali": ("The twins",)}
    assert "Both" in [view.name for view in held.views]
    assert held.own_theatres == {"Both": ("Mali", "Peru")}


def test_a_theatre_counts_a_clash_once(settings: Settings) -> None:
    held = OneTheatre(ASKED, "mli").answer(settings, silent)
    assert held.theatre == Theatre("Mali", ("Mali",))
    assert held.past is not None
    assert held.deaths_last_12m == held.past.together()[-12:].sum()
    listed = next(one for one in Directory(ASKED).answer(settings, silent).theatres if one.theatre == "Mali")
    assert held.deaths_last_12m == listed.deaths_last_12m
    assert held.deaths_last_12m < sum(
        one.deaths_last_12m for one in Directory(ASKED).answer(settings, silent).groups if one.theatre == "Mali"
    )
    assert "Sahel" in held.wider
    assert held.cells
    assert held.held_back == ""


def test_countries_seen_as_one(settings: Settings) -> None:
    view = OneTheatre(ASKED, "Niger + Mali").answer(settings, silent)
    assert view.theatre.countries == ("Mali", "Niger")
    apart = [OneTheatre(ASKED, name).answer(settings, silent).deaths_last_12m for name in ("Mali", "Niger")]
    assert view.deaths_last_12m == sum(apart)
    assert view.wider == ()


@pytest.mark.parametrize("name", ["Atlantis", "Chile", "Norway", "Norway+Chile"])
def test_a_theatre_without_a_group_is_refused(name: str, settings: Settings) -> None:
    with pytest.raises(NotHeldError):
        OneTheatre(ASKED, name).answer(settings, silent)


def test_months_and_cells_are_held_back_where_terms_forbid_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = replace(planted(), provenance=replace(planted().provenance, redistributable=False))
    monkeypatch.setattr(digest_load, "packaged_digest", lambda: closed)
    held = OneTheatre(ASKED, "Mali").answer(settings, silent)
    assert (held.past, held.cells) == (None, ())
    assert held.held_back
    assert held.deaths_last_12m > 0


# --- the list of theatres --------------------------------------------------------------------------------------------

LISTED = (
    TheatreListed("Iraq", 5, 2, 100, 900, 400, date(2020, 12, 1)),
    TheatreListed("Mali", 9, 4, 40, 300, None, date(2020, 11, 1)),
    TheatreListed("Niger", 3, 1, 7, 20, 30, date(2020, 5, 1)),
)
HELD = DirectoryAnswer(
    groups=(),
    theatres=LISTED,
    views=(Theatre("Mali+Niger", ("Mali", "Niger")), Theatre("Sulu", ("Malaysia",))),
    own_theatres={},
    as_of=date(2020, 12, 31),
    data_until=date(2020, 12, 31),
    as_of_mode="reconstructed",
    vintage="planted 1",
    licence="CC0",
    citation="Made up",
)
TOLD = assessment(
    line("JNIM @ Mali", level="watch"),
    line("FLM @ Mali", level="watch"),
    war("IS @ Iraq", level="warning"),
    line("IS @ Niger"),
    new_entrants=(
        NewEntrant("Niger", 12, 0.4, 0.2, 0.6, 0.05, ()),
        NewEntrant("Iraq", 12, 0.1, 0.05, 0.2, 0.05, ()),
    ),
)


def shown(told: Any = TOLD, held: DirectoryAnswer = HELD, **given: str) -> Node:
    page = theatres.page(ASKED, given)
    found = {Assessed(ASKED): WorldAnswer(told, (), ("Mali",), None, redistributable=True), Directory(ASKED): held}
    return read(render_page(page, found, links(ASKED)))


def names(page: Node) -> list[str]:
    return [row.all("th")[0].text for row in page.all("table")[0].all("tbody")[0].all("tr")]


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("level", ["Iraq", "Mali", "Niger"]),
        ("deaths", ["Iraq", "Mali", "Niger"]),
        ("new", ["Niger", "Iraq", "Mali"]),
        ("name", ["Iraq", "Mali", "Niger"]),
    ],
)
def test_theatres_in_the_order_asked_for(by: str, order: list[str]) -> None:
    page = shown(by=by)
    assert names(page) == order
    chosen = [item.all("a")[0] for item in page.all("ul", class_="choices")[0].all("li")]
    assert [link.given.get("aria-current") for link in chosen].count("true") == 1


def test_a_row_says_levels_deaths_and_the_chance_with_its_base_rate() -> None:
    rows = [row.text for row in shown().all("table")[0].all("tbody")[0].all("tr")]
    assert rows[0] == "Iraq 1 ▲ warning 900 400 2 5 10% (5.0% to 20%) base rate 5.0% Dec 2020"
    assert rows[1] == "Mali 2 △ watch 300 not held 4 9 not known Nov 2020"
    assert rows[2].startswith("Niger none 20 30 1 3 40% (20% to 60%) base rate 5.0%")


def test_the_sentences_and_the_named_theatres() -> None:
    page = shown()
    lead = page.all("p", class_="lead")[0].text
    assert lead == "3 theatres have a group with a recorded death; 2 have one on a level. Groups on warning: Iraq (1)."
    assert "Iraq (900), Mali (300) and Niger (20)" in page.text
    assert "likeliest in Niger: 40% (20% to 60%; base rate 5.0%)" in page.text
    views = page.all("table")[1].all("tbody")[0].all("tr")
    assert [row.text for row in views] == ["Mali+Niger Mali, Niger 2 △ watch 320"]
    assert views[0].all("a")[0].given["href"] == "/theatre?name=Mali%2BNiger"


def test_without_a_model_of_new_groups_their_column_is_left_out() -> None:
    page = shown(replace(TOLD, new_entrants=()))
    assert len(page.all("table")[0].all("thead")[0].all("th")) == 7
    assert "likeliest" not in page.text


def test_an_order_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="by is level or deaths"):
        theatres.page(ASKED, {"by": "size"})


def test_the_list_to_take_away() -> None:
    (download,) = theatres.page(ASKED, {}).downloads
    found = {Assessed(ASKED): WorldAnswer(TOLD, (), (), None, redistributable=True), Directory(ASKED): HELD}
    assert download.table is not None
    table = download.table(found)
    assert table["theatre"].to_list() == ["Iraq", "Mali", "Niger"]
    assert table["groups_on_warning"].to_list() == [1, 0, 0]
    assert table["p_new_group"].to_list() == [0.1, None, 0.4]
    assert table.filter(pl.col("theatre") == "Mali")["deaths_12m_before"].item() is None
    for form in download.forms:
        assert write_download(download, form, found, SOURCES)
