"""Possible off-shoots: planted splits, near misses, what must not matter, and splits known from the record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.digest import packaged_digest
from tocsin.digest.tables import CELL_SCHEMA, DIGEST_SCHEMA
from tocsin.groups.offshoots import Offshoot, around, possible_offshoots
from tocsin.months import first_day, month_id

NOW = month_id(date(2012, 12, 1))
HOME, BESIDE, FAR = 144_000, 144_001, 190_000
# (months ago, actor, opponent, cell)
Act = tuple[int, str, str, int]


def tables(acts: Iterable[Act], *, deaths: int = 1, theatre: str = "Mali") -> tuple[pl.DataFrame, pl.DataFrame]:
    """A digest's monthly and cells tables; a clash of two groups stands in the figures of both."""
    both = []
    for ago, actor, opponent, cell in acts:
        both.append((ago, actor, opponent, cell))
        if opponent not in ("state", "civilians"):
            both.append((ago, opponent, actor, cell))
    kinds = {"state": "state", "civilians": "onesided"}
    monthly = [
        (theatre, actor, first_day(NOW - ago), kinds.get(opponent, "nonstate"), opponent, 1, *[deaths] * 4, 0, None)
        for ago, actor, opponent, _ in both
    ]
    cells = [(theatre, actor, first_day(NOW - ago), cell, 1, deaths) for ago, actor, _, cell in both]
    return pl.DataFrame(monthly, schema=DIGEST_SCHEMA, orient="row"), pl.DataFrame(
        cells, schema=CELL_SCHEMA, orient="row"
    )


def found(acts: Iterable[Act], theatre: str | None = "Mali", month: int = NOW) -> tuple[Offshoot, ...]:
    return possible_offshoots(*tables(acts), theatre, month)


def pairs(acts: Iterable[Act]) -> set[tuple[str, str]]:
    return {(one.group.removesuffix(" @ Mali"), one.parent.removesuffix(" @ Mali")) for one in found(acts)}


OLD = [(ago, "Old", "state", HOME) for ago in range(30, 60)]
ELSEWHERE = [(ago, "Others", "state", FAR) for ago in range(30, 60)]
SPLIT = [(ago, "New", "state", HOME) for ago in range(5)]


def test_a_planted_split_is_told_with_its_figures() -> None:
    militia = [(ago, "Militia", "civilians", FAR) for ago in range(30, 60)]
    acts = [*OLD, *ELSEWHERE, *militia, (15, "Old", "Militia", HOME), (7, "New", "civilians", FAR), *SPLIT]
    acts += [(2, "New", "Militia", HOME + 720), (1, "New", "Old", BESIDE)]
    # 5 of the 8 months and cells are at home, one north of it, one east of it, one far away
    assert found(acts) == (
        Offshoot("New @ Mali", "Old @ Mali", first_day(NOW - 7), 7 / 8, ("Militia", "state"), clashed=True),
    )
    assert found(acts, None) == found(acts)
    assert found(acts, "Niger") == ()


def test_where_only_the_government_is_shared_the_ground_most_alike_counts() -> None:
    nearby = [(ago, "Nearby", "state", BESIDE) for ago in range(30, 60)]
    assert pairs([*OLD, *nearby, *SPLIT]) == {("New", "Old")}
    # With an enemy in common, who has ground a little less alike is told as well, after the former.
    common = [(25, "Nearby", "Militia", BESIDE), (3, "New", "Militia", HOME)]
    assert [one.parent for one in found([*OLD, *nearby, *SPLIT, *common])] == ["Old @ Mali", "Nearby @ Mali"]


def test_a_name_that_says_whose_faction_it_is_counts_and_comes_first() -> None:
    nearby = [(ago, "Nearby", "state", BESIDE) for ago in range(30, 60)]
    faction = [(ago, "Nearby - B", "state", HOME) for ago in range(5)]
    assert [one.parent for one in found([*OLD, *nearby, *faction])] == ["Nearby @ Mali", "Old @ Mali"]
    assert pairs([*OLD, *nearby, *[(ago, "Old-B", *rest) for ago, _, *rest in faction]]) == {("Old-B", "Old")}
    assert pairs([*OLD, *nearby, *[(ago, "Nearbys", *rest) for ago, _, *rest in faction]]) == {("Nearbys", "Old")}


@pytest.mark.parametrize(
    "acts",
    [
        pytest.param([*OLD, *[(ago, "New", "state", HOME) for ago in range(25)]], id="no longer new"),
        pytest.param([*[(ago, "Old", "state", HOME) for ago in range(6, 16)], *SPLIT], id="not older by a year"),
        pytest.param([*[(ago, "Old", "state", HOME) for ago in range(65, 90)], *SPLIT], id="long gone"),
        pytest.param([*ELSEWHERE, *SPLIT], id="no ground in common"),
        pytest.param([*OLD, *[(ago, "New", "civilians", HOME) for ago in range(5)]], id="no enemy in common"),
        pytest.param([*OLD, *[(ago, "Old, Others", "state", HOME) for ago in range(5)]], id="a coalition"),
        pytest.param(
            [*[(a, "Old, Others", "state", HOME) for a in range(30, 60)], *SPLIT], id="the parent is a coalition"
        ),
    ],
)
def test_near_misses_are_not_told(acts: list[Act]) -> None:
    assert found(acts) == ()


def test_ages_at_their_borders() -> None:
    new = [(ago, "New", "state", HOME) for ago in range(24)]  # first event 23 months ago: the 24th month
    assert pairs([(35, "Old", "state", HOME), *new]) == {("New", "Old")}  # a year before it
    assert pairs([(34, "Old", "state", HOME), *new]) == set()
    assert pairs([(83, "Old", "state", HOME), *new]) == {("New", "Old")}  # 60 months before it
    assert pairs([(84, "Old", "state", HOME), *new]) == set()


def test_half_of_the_ground_must_be_shared() -> None:
    half = [(0, "New", "state", HOME), (1, "New", "state", FAR)]
    assert [one.shared_ground for one in found([*OLD, *half])] == [0.5]
    assert found([*OLD, *half, (2, "New", "state", FAR)]) == ()


def test_at_most_two_parents() -> None:
    acts = [(ago, f"Old {k}", "Militia", HOME) for k in range(4) for ago in range(30, 40 + k)]
    assert len(found([*acts, (0, "New", "Militia", HOME)])) == 2


def test_nothing_after_the_month_matters() -> None:
    past = [(ago + 6, *rest) for ago, *rest in [*OLD, *ELSEWHERE, *SPLIT]]
    future = [(2, "New", "Old", FAR), (1, "Newest", "state", HOME), (0, "Others", "state", HOME)]
    told = found(past, month=NOW - 6)
    assert told
    assert found([*past, *future], month=NOW - 6) == told


def test_deaths_and_the_order_of_rows_do_not_matter() -> None:
    acts = [*OLD, *ELSEWHERE, *SPLIT, (1, "New", "Old", HOME)]
    monthly, cells = tables(acts, deaths=50)
    assert possible_offshoots(monthly.reverse(), cells.sample(fraction=1.0, shuffle=True, seed=1), "Mali", NOW) == (
        found(acts)
    )


@given(st.permutations(["A", "B", "C", "D"]), st.integers(-60, 60))
def test_other_names_and_other_times_give_the_same(names: list[str], later: int) -> None:
    old, others, new, militia = names
    acts = [(a, old, "state", HOME) for a in range(30, 50)] + [(a, others, militia, FAR) for a in range(30, 50)]
    acts += [(a, new, "state", HOME) for a in range(5)]
    told = found([(ago - later, *rest) for ago, *rest in acts], month=NOW + later)
    assert [(one.group, one.parent) for one in told] == [(f"{new} @ Mali", f"{old} @ Mali")]


def test_cells_at_the_date_line_have_neighbours_across_it() -> None:
    assert around(720) & around(1) >= {720, 1}
    assert len(around(HOME)) == 9


@pytest.mark.parametrize(
    ("group", "parent", "year"),
    [
        ("RIRA @ United Kingdom", "PIRA @ United Kingdom", 1999),
        ("AQIM @ Algeria", "GIA @ Algeria", 2001),  # the GSPC, which the source has under its later name
        ("BRA @ Pakistan", "BLA @ Pakistan", 2008),
        ("PUSIC @ DR Congo", "UPC @ DR Congo", 2004),
        ("SLM/A - MM @ Sudan", "SLM/A @ Sudan", 2007),
        ("NLFT-B @ India", "NLFT @ India", 2006),
        ("MNLF - NM @ Philippines", "MNLF @ Philippines", 2002),
    ],
)
def test_known_splits_are_told(group: str, parent: str, year: int) -> None:
    digest = packaged_digest()
    place = group.split(" @ ")[1]
    told = possible_offshoots(digest.monthly, digest.cells, place, month_id(date(year, 12, 1)))
    assert (group, parent) in {(one.group, one.parent) for one in told}


def test_few_names_are_told() -> None:
    digest = packaged_digest()
    told = possible_offshoots(digest.monthly, digest.cells, None, month_id(date(2005, 12, 1)))
    assert 5 <= len({one.group for one in told}) <= 25  # of the 81 that came up in two years
    assert [one.first_event for one in told] == sorted((one.first_event for one in told), reverse=True)
