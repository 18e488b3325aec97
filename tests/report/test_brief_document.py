"""The brief as blocks: what stands on the first page and on a group's, and what holds for every document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planted_brief import MOMENTUM, RIVALS, SPREAD, brief, explained, facts, warned
from planted_lines import assessment, line, war
from tocsin.groups.facts import Elsewhere
from tocsin.report.brief import build_document
from tocsin.report.brief.document import (
    Block,
    BulletList,
    Cell,
    Column,
    Figure,
    Heading,
    PageBreak,
    Paragraph,
    SideBySide,
    Table,
    plain,
    visible,
)
from tocsin.report.brief.figures import CELLS_IN_TABLE, centre, history_figure
from tocsin.report.brief.front import full_lists, on_level
from tocsin.report.brief.group import group_page
from tocsin.report.brief.past import misses
from tocsin.report.brief.words import change, main_driver, raising
from tocsin.warn.drivers import OTHER_MODEL
from tocsin.warn.explanation import CellFigures
from tocsin.warn.past import PastLine, PastPeriod


def flat(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block, those side by side too, in reading order."""
    for block in blocks:
        if isinstance(block, SideBySide):
            yield from flat((*block.left, *block.right))
        else:
            yield block


def texts(blocks: Iterable[Block]) -> str:
    """All that is said in the blocks."""
    said: list[str] = []
    for block in flat(blocks):
        if isinstance(block, Heading | Paragraph):
            said.append(block.text)
        elif isinstance(block, BulletList):
            said.extend(block.items)
        elif isinstance(block, Table):
            said += [block.caption, *(f"{cell.text} {cell.note}" for row in block.rows for cell in row), ""]
        elif isinstance(block, Figure):
            said += [block.alt, block.caption]
    return "\n".join(said)


def first_page(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return blocks[: next(k for k, block in enumerate(blocks) if isinstance(block, PageBreak))]


def table_after(blocks: Iterable[Block], heading: str) -> Table:
    """The first table after a heading."""
    found = False
    for block in flat(blocks):
        found = found or (isinstance(block, Heading) and block.text == heading)
        if found and isinstance(block, Table):
            return block
    raise AssertionError(f"no table after {heading!r}")


def names(table: Table) -> list[str]:
    return [row[0].text for row in table.rows]


def test_the_first_page_holds_sentence_lists_map_and_misses() -> None:
    page = first_page(build_document(brief()).blocks)
    assert isinstance(page[0], Paragraph)
    assert page[0].text == "As of 31 December 2020 the most important thing is this."
    assert [block.text for block in flat(page) if isinstance(block, Heading)] == [
        "New risk",
        "Mass-casualty risk",
        "Ongoing",
        "Where",
        "On warning, by number on the map",
        "What we missed",
        "New groups",
    ]
    assert sum(isinstance(block, Figure) for block in flat(page)) == 1
    said = texts(page)
    assert "2 missed, 1 of them never seen before; 1 on a level came; 1 on a level did not" in said
    assert "Missed front @ Sudan: 57 deaths; we gave 25 deaths or more 2.1% (base rate 1.5%; rank 88)" in said
    assert "Ethiopia 12% (8.0% to 20%); base rate 2.0%" in said


def test_the_title_and_foot_name_scope_day_and_vintage() -> None:
    document = build_document(brief(theatre="Afghanistan", as_of_mode="strict"))
    assert document.title == "tocsin brief: Afghanistan, as of 31 December 2020"
    assert document.foot == (
        "tocsin brief: Afghanistan, as of 31 December 2020 (strict). Data: ucdp-ged 21.1, to 31 December 2020."
    )
    assert build_document(brief()).title == "tocsin brief: the world, as of 31 December 2020"


def test_a_group_on_a_level_stands_where_it_got_it_and_where_its_probability_would_do() -> None:
    low: dict[str, Any] = {"level": "watch", "p_deaths25": 0.02, "base_rate_deaths25": 0.02, "p_mass_casualty": 0.0012}
    by_crossing = line("A @ Mali", **low | {"p_deaths25": 0.2}, level_target="deaths25")
    by_attack = line("B @ Mali", **low | {"p_mass_casualty": 0.1}, level_target="mass_casualty")
    by_both = line("C @ Mali", **low | {"p_deaths25": 0.2, "p_mass_casualty": 0.1}, level_target="mass_casualty")
    held = line("D @ Mali", **low, level_target="deaths25")
    held_war = war("E @ Iraq", level="warning", level_target="mass_casualty", p_mass_casualty=0.06)
    off = line("F @ Mali", p_deaths25=0.9, p_mass_casualty=0.9)
    told = assessment(by_crossing, by_attack, by_both, held, held_war, off)
    assert {g.group for g in on_level(told, "new_risk")} == {"A @ Mali", "C @ Mali", "D @ Mali"}
    assert {g.group for g in on_level(told, "mass_casualty")} == {"B @ Mali", "C @ Mali", "E @ Iraq"}


@pytest.mark.parametrize("count", [0, 1, 4, 5, 23])
def test_long_lists_are_cut_on_the_first_page_and_whole_behind_it(count: int) -> None:
    lines = [warned(f"G{k:02d} @ Mali", rank_new_risk=k + 1, level="watch") for k in range(count)]
    told = brief(*lines, war())
    page, behind = first_page(build_document(told).blocks), full_lists(told)
    if count == 0:
        assert "No group with fewer than 25 deaths in the past 12 months is on a level." in texts(page)
        return
    assert names(table_after(page, "New risk")) == [g.group for g in lines[:4]]
    assert ("; the first 4 of" in table_after(page, "New risk").caption) == (count > 4)
    if count > 4:
        assert names(table_after(behind, "New risk: every group on a level")) == [g.group for g in lines]


def test_a_level_is_said_by_sign_and_word_and_not_by_colour_alone() -> None:
    cells = [cell for row in table_after(build_document(brief()).blocks, "New risk").rows for cell in row]
    toned = {cell.tone: cell.text for cell in cells if cell.tone != "plain"}
    assert toned == {"warning": "▲ warning", "watch": "△ watch"}


def test_probabilities_stand_with_interval_words_and_base_rate() -> None:
    row = table_after(build_document(brief()).blocks, "New risk").rows[0]
    said = ["JNIM @ Mali", "▲ warning", "20%, unlikely", "1.5%", "+2 pts", "momentum x3.2"]
    assert [cell.text for cell in row] == said
    assert row[2].note == "10% to 40%"


def test_the_full_list_gives_the_figures_behind_the_main_driver() -> None:
    lines = [warned(f"G{k} @ Mali", rank_new_risk=k + 1) for k in range(6)]
    row = table_after(full_lists(brief(*lines)), "New risk: every group on a level").rows[5]
    assert (row[0].text, row[5].text, row[5].note) == ("G5 @ Mali", "momentum (x3.2)", MOMENTUM.facts[0])


def test_the_maps_numbers_are_those_of_the_groups_on_warning() -> None:
    assert "1 JNIM @ Mali; 2 IS @ Iraq." in texts(first_page(build_document(brief()).blocks))
    assert "No group is on warning." in texts(first_page(build_document(brief(line())).blocks))


def test_the_main_driver_is_the_strongest_that_raises() -> None:
    assert main_driver((RIVALS, SPREAD)).text == "spread (x1.5)"
    assert main_driver((RIVALS,)).text == "rivals (x0.6)"
    assert main_driver(()).text == "not known"
    assert main_driver((MOMENTUM, SPREAD)).note == MOMENTUM.facts[0]
    assert raising((MOMENTUM, RIVALS, SPREAD)).text == "momentum x3.2, spread x1.5"
    assert raising((RIVALS,)).text == "nothing raises it by a tenth"
    other = replace(MOMENTUM, theme=OTHER_MODEL)
    assert main_driver((SPREAD, other)).text == "spread (x1.5)"
    assert raising((other,)).text == "nothing raises it by a tenth"


@pytest.mark.parametrize(
    ("before", "said"),
    [(None, "first seen"), (0.2, "no change"), (0.204, "no change"), (0.1, "+10 pts"), (0.25, "−5 pts")],
)
def test_change_since_last_month(before: float | None, said: str) -> None:
    assert change(line(p_deaths25=0.2, p_deaths25_previous=before)) == said


def test_misses_are_the_worst_first_and_come_before_what_was_right() -> None:
    lines = [PastLine(f"M{k}", "new_risk", "none", "deaths25", 0.02, 0.015, 50 + k, 30 + k, 0) for k in range(9)]
    attack = PastLine("Attacker", "ongoing", "none", "mass_casualty", 0.05, 0.058, 9, 500, 2)
    past = PastPeriod(date(2020, 6, 30), date(2020, 12, 31), 6, "m", (*lines, attack), (), (), ())
    blocks = misses(past, assessment())
    assert isinstance(blocks[0], Paragraph)
    assert blocks[0].text.endswith("10 missed, 0 of them never seen before; 0 on a level came; 0 on a level did not.")
    assert isinstance(blocks[1], BulletList)
    assert blocks[1].items[0].startswith("Attacker: 2 mass-casualty attacks; we gave a mass-casualty attack 5.0%")
    assert [item.split(":")[0] for item in blocks[1].items[1:]] == ["M8", "M7", "M6"]
    titles = [block.text for block in full_lists(replace(brief(), past=past)) if isinstance(block, Heading)]
    said = texts(build_document(replace(brief(), past=past)).blocks)
    # A group that got its level as a new risk is judged by 25 deaths when it is ongoing, too.
    assert "of groups at new risk then and of those that got their level as a new risk, and a mass-casualty" in said
    assert titles.index("Missed: it came, and the group was on no level") < titles.index(
        "Came: the group was on a level"
    )


def test_without_a_past_or_a_replay_the_brief_says_so() -> None:
    said = texts(build_document(replace(brief(), past=None, levels=None)).blocks)
    assert "The figures do not reach back far enough to say what was assessed 6 months before." in said
    assert "No replay was known by the as-of day" in said


def test_each_group_on_warning_has_a_page_of_its_own() -> None:
    told = brief()
    blocks = build_document(told).blocks
    for explanation in told.explanations:
        place = blocks.index(Heading(2, explanation.line.group))
        assert isinstance(blocks[place - 1], PageBreak)


def test_a_groups_page_says_why_with_record_cases_rivals_and_confidence() -> None:
    told = brief()
    page = group_page(told.explanations[0])
    said = texts(page)
    for piece in (
        "Within 6 months: 25 deaths or more 20% (unlikely); a mass-casualty attack 3.0% (almost no chance); 12 deaths "
        "expected (80% interval 0 to 1,234).",
        "Warning (act): number 1 by the probability.",
        "10 of 40 group-months came true (25%)",
        "no record yet",
        "Of the 30 past cases most like it, 9 had 25 deaths or more within 12 months (base rate 5.0%)",
        "Splinter @ Mali, first recorded in Feb 2020, may have split from JNIM @ Mali: 70% of its ground",
        "no recorded clash with each other",
        "Confidence: low",
        "Another.",
        "Themes are those of the trees, which have 80% of the weight",
        "list with a death in the last 12 months (3.2%). None a month before: not seen by then, or on the other list.",
    ):
        assert piece in said
    assert [block.columns[0].title for block in page if isinstance(block, Table)] == [
        "Within 6 months",
        "Theme",
        "Theme",
        "Case",
        "Opponent",
    ]
    assert sum(isinstance(block, Figure) for block in page) == 2


def test_a_war_speaks_of_its_mass_casualty_risk_first() -> None:
    whole = brief().assessment
    told = warned("IS @ Iraq", list="ongoing", p_mass_casualty=0.6, words_mass_casualty="likely", rank_ongoing=1)
    page = group_page(explained(told, whole))
    assert isinstance(page[2], Paragraph)
    assert page[2].text.startswith("Within 6 months: a mass-casualty attack 60% (likely); 25 deaths or more 20%")
    themes = [block for block in page if isinstance(block, Table) and block.columns[0].title == "Theme"]
    assert [table.caption.split(":")[0] for table in themes] == ["The probability of a mass-casualty attack"]


def test_a_groups_page_does_without_what_is_not_known() -> None:
    told = warned(analogues=None, drivers_deaths25=(), drivers_mass_casualty=(), p_deaths25_previous=None)
    bare = replace(
        explained(told, brief().assessment),
        offshoots=(),
        facts=facts(told.group, opponents=(), also_called=(), first_seen=None, last_seen=None),
    )
    said = texts(group_page(bare))
    assert "No past case can be compared with it." in said
    assert "No clash with a state or another group is recorded." in said
    assert "Who answers whom is not estimated" in said
    assert "No new name is flagged" in said


def test_the_same_actor_elsewhere_is_named() -> None:
    told = brief().explanations[0]
    other = Elsewhere("JNIM @ Niger", "Niger", 3, 9, 2, date(2018, 1, 1), date(2020, 1, 1))
    page = group_page(replace(told, facts=facts("JNIM @ Mali", elsewhere=(other,))))
    assert "The same actor is recorded in Niger." in texts(page)


def test_the_end_says_what_it_all_rests_on() -> None:
    said = texts(build_document(brief(lag_days=7, notes=("first note", "Second note."))).blocks)
    for piece in (
        "As of 31 December 2020 (reconstructed; events count as known 7 days after they happened)",
        "Figures end on 31 December 2020. Data: ucdp-ged 21.1.",
        "Model: boosted-1, fitted on figures to 2020-12.",
        "Record: replay of boosted, origins 2010-01 to 2020-06.",
        "First note.",
        "Second note.",
        "A source (2021). Licence: CC BY 4.0.",
        "Boundaries and names shown do not imply any view on the status of a territory.",
        "Choosing, ranking, timing or justifying an attack on anyone",
        "roughly even chance \n45 to 55% \n",
    ):
        assert piece in said


def test_the_table_of_the_history_leaves_out_quiet_months_only() -> None:
    told = brief().explanations[0]
    table = history_figure(told).data
    assert len(table.rows) == 40
    assert sum(int(row[4].text) for row in table.rows) == sum(month.deaths for month in told.history)


def test_the_maps_table_adds_up_when_it_is_cut() -> None:
    told = brief()
    (figure,) = [block for block in flat(first_page(build_document(told).blocks)) if isinstance(block, Figure)]
    assert len(figure.data.rows) == CELLS_IN_TABLE + 1
    assert figure.data.rows[-1][0].text == "the other 10 cells"
    assert sum(int(row[3].text.replace(",", "")) for row in figure.data.rows) == sum(c.deaths for c in told.cells)
    few = replace(told, cells=(CellFigures(179_779, 1, 2),))
    (figure,) = [block for block in flat(first_page(build_document(few).blocks)) if isinstance(block, Figure)]
    assert [cell.text for cell in figure.data.rows[0]] == ["34.75° N, 69.25° E", "179779", "1", "2"]


def test_the_last_cell_of_the_grid_is_at_the_far_corner() -> None:
    assert centre(259_200) == "89.75° N, 179.75° E"
    assert centre(720) == "89.75° S, 179.75° E"
    assert centre(721) == "89.25° S, 179.75° W"


@pytest.mark.parametrize("told", [brief(), brief(line(), new_entrants=()), brief(*[warned(f"G{k}") for k in range(9)])])
def test_headings_go_down_one_level_at_a_time_and_tables_have_captions(told: object) -> None:
    blocks = list(flat(build_document(told).blocks))  # type: ignore[arg-type]
    level = 1
    for block in blocks:
        if isinstance(block, Heading):
            assert 2 <= block.level <= level + 1
            level = block.level
        if isinstance(block, Table):
            assert block.caption
            assert block.rows
        if isinstance(block, Figure):
            assert block.alt
            assert block.caption
            assert block.data.caption


def test_a_row_that_does_not_fit_its_table_is_refused() -> None:
    with pytest.raises(ValueError, match="has not 2 cells"):
        Table("A", (Column("a"), Column("b")), ((Cell("1"),),))


@given(st.text())
def test_no_text_steers_what_stands_around_it(text: str) -> None:
    said = visible(text)
    assert not set(said) & set("\x00\x07\x1b\u202e\u2066\u200f\ud800\ue000\n")
    assert visible(said) == said


def test_a_document_as_plain_values_names_its_blocks_and_cleans_its_texts() -> None:
    tree = plain((Heading(2, "A\u202eB"), SideBySide((Paragraph("x"),), (), 0.3)))
    assert tree == [
        {"block": "Heading", "level": 2, "text": "AB"},
        {
            "block": "SideBySide",
            "left": [{"block": "Paragraph", "text": "x", "term": "", "style": "plain"}],
            "right": [],
            "share": 0.3,
        },
    ]
