"""Who clashes with whom, who shares ground, who is allied: against values worked by hand and events one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations
from math import sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planted_groups import EVENT
from tocsin.digest import Digest, Provenance, make_cells, make_digest, packaged_digest
from tocsin.months import month_id
from tocsin.rivalry.relations import Relations, relations_between

STATE, CIVILIANS = "Government of Mali", "Civilians"
FIRST, LAST = date(2015, 1, 1), date(2015, 12, 31)
# (day, one side, other side, cell): cells are half a degree apart along a parallel.
Clash = tuple[date, str, str, int]


def clash(day: str, a: str, b: str, cell: int = 0) -> Clash:
    return date.fromisoformat(day), a, b, cell


def digest_of(events: Sequence[Clash], *, theatre: str = "Mali") -> Digest:
    def kind(a: str, b: str) -> str:
        if b == CIVILIANS:
            return "onesided"
        return "state" if STATE in (a, b) else "nonstate"

    rows = [(theatre, day, 31, kind(a, b), a, b, 1, 1, 1, None, 10.25, 20.25 + cell / 2) for day, a, b, cell in events]
    table = pl.DataFrame(rows, schema=EVENT, orient="row")
    made_up = Provenance(
        "made-up 1", "made-up", "CC0", "nobody", month_id(FIRST), month_id(LAST), place_precision="exact"
    )
    return Digest(make_digest(table, "month"), make_digest(table, "week"), make_cells(table), made_up)


def relations(events: Sequence[Clash], *actors: str, first: date = FIRST, last: date = LAST) -> Relations:
    return relations_between(digest_of(events), "Mali", actors, first, last)


def attacks(actor: str, *cells: int) -> list[Clash]:
    """One attack on civilians in each of these cells."""
    return [clash("2015-03-03", actor, CIVILIANS, cell) for cell in cells]


# --- clashes ---------------------------------------------------------------------------------------------------------


def test_a_clash_counts_once_whichever_side_is_named_first() -> None:
    events = [
        clash("2015-02-01", "Ansar", "Corps"),
        clash("2015-02-20", "Corps", "Ansar"),
        clash("2015-06-01", "Corps", "Ansar", 3),
        clash("2015-06-01", "Corps", STATE),
        clash("2015-06-01", "Corps", CIVILIANS),
        clash("2015-06-01", "Dawn", "Eagle"),
    ]
    found = relations(events, "Corps", "Ansar", "Dawn")
    assert found.clashes.tolist() == [[0, 3, 0], [3, 0, 0], [0, 0, 0]]
    assert found.clashes.dtype == np.int32


def test_a_clash_with_a_coalition_is_one_with_each_of_its_members() -> None:
    events = [clash("2015-02-01", "Corps", "Ansar, Brigade"), clash("2015-02-02", "Brigade", "Corps")]
    found = relations(events, "Ansar", "Brigade", "Ansar, Brigade", "Corps")
    assert found.clashes[3].tolist() == [1, 2, 1, 0]
    # The members did not fight each other.
    assert found.clashes[:3, :3].sum() == 0


def test_coalitions_that_share_a_member_clash_once() -> None:
    found = relations([clash("2015-02-01", "Ansar, Brigade", "Ansar, Brigade, Corps")], "Ansar", "Brigade", "Corps")
    # Ansar and Brigade stand on both sides: one event, not two. No group clashes with itself.
    assert found.clashes.tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]


def test_months_that_end_in_the_window_count() -> None:
    days = ["2015-02-28", "2015-03-01", "2015-03-31", "2015-04-01", "2015-04-30", "2015-05-01"]
    events = [clash(day, "Ansar", "Corps") for day in days]

    def fought(first: date, last: date) -> int:
        return int(relations(events, "Ansar", "Corps", first=first, last=last).clashes[0, 1])

    assert fought(date(2015, 3, 1), date(2015, 4, 30)) == 4
    # April is not over on the 29th, and the whole of March ended after the 15th.
    assert fought(date(2015, 3, 15), date(2015, 4, 29)) == 2
    assert fought(date(2015, 4, 1), date(2015, 4, 30)) == 2
    assert fought(date(2015, 7, 1), date(2015, 12, 31)) == 0


def test_another_theatre_does_not_count() -> None:
    elsewhere = digest_of([clash("2015-02-01", "Ansar", "Corps"), *attacks("Ansar", 1)], theatre="Niger")
    found = relations_between(elsewhere, "Mali", ("Ansar", "Corps"), FIRST, LAST)
    assert not found.clashes.any()
    assert not found.shared_ground.any()


# --- shared ground ---------------------------------------------------------------------------------------------------


def test_shared_ground_is_the_cosine_of_events_by_cell() -> None:
    events = [*attacks("Ansar", *[1] * 3, *[2] * 4), *attacks("Corps", *[1] * 4, *[2] * 3), *attacks("Dawn", 2, 5)]
    found = relations([*events, *attacks("Eagle", 9)], "Ansar", "Corps", "Dawn", "Eagle", "Nobody").shared_ground
    assert found[0, 1] == pytest.approx((3 * 4 + 4 * 3) / 25)
    assert found[0, 2] == pytest.approx(4 / (5 * sqrt(2)))
    assert found[1, 2] == pytest.approx(3 / (5 * sqrt(2)))
    assert not found[3].any()
    assert not found[4].any()
    assert np.array_equal(found, found.T)
    assert not np.diag(found).any()


def test_ground_is_shared_by_all_events_of_the_groups() -> None:
    events = [clash("2015-02-01", "Ansar", STATE, 4), clash("2015-08-01", "Corps", CIVILIANS, 4)]
    assert relations(events, "Ansar", "Corps").shared_ground[0, 1] == 1
    assert relations(events, "Ansar", "Corps", last=date(2015, 7, 31)).shared_ground[0, 1] == 0


CELLS = st.lists(st.integers(0, 4), min_size=1, max_size=12)


@settings(max_examples=30)
@given(one=CELLS, other=CELLS, times=st.integers(2, 4), shift=st.integers(1, 30))
def test_more_of_the_same_elsewhere_shares_as_much_ground(
    one: list[int], other: list[int], times: int, shift: int
) -> None:
    found = relations([*attacks("Ansar", *one), *attacks("Corps", *other)], "Ansar", "Corps").shared_ground
    moved = [*attacks("Ansar", *[c + shift for c in one] * times), *attacks("Corps", *[c + shift for c in other])]
    again = relations(moved, "Ansar", "Corps").shared_ground
    np.testing.assert_allclose(again, found, atol=1e-12)
    assert 0 <= found[0, 1] <= 1
    assert (found[0, 1] > 0) == bool(set(one) & set(other))


# --- allied ----------------------------------------------------------------------------------------------------------


def test_members_of_a_coalition_with_events_are_allied() -> None:
    events = [clash("2015-05-05", "Ansar, Brigade", STATE)]
    found = relations(events, "Ansar", "Brigade", "Corps").allied
    assert found.tolist() == [[False, True, False], [True, False, False], [False, False, False]]
    later = relations(events, "Ansar", "Brigade", "Corps", "Ansar, Brigade", first=date(2015, 6, 1)).allied
    assert not later.any()


def test_a_coalition_seen_only_as_an_opponent_is_one() -> None:
    # Each side of a clash has its own row.
    assert relations([clash("2015-05-05", "Corps", "Ansar, Brigade")], "Ansar", "Brigade").allied[0, 1]


def test_a_coalition_is_allied_with_its_members_and_with_coalitions_that_hold_them() -> None:
    events = [clash("2015-05-05", name, STATE) for name in ("Ansar, Brigade", "Brigade, Corps", "Ansar, Dawn, Eagle")]
    found = relations(events, "Ansar, Brigade", "Ansar", "Brigade, Corps", "Corps", "Dawn", "Eagle", "Falcon").allied
    assert found.astype(int).tolist() == [
        [0, 1, 1, 0, 0, 0, 0],  # Ansar is a member, Brigade is in both
        [1, 0, 0, 0, 1, 1, 0],  # Dawn and Eagle are beside Ansar in the third
        [1, 0, 0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
    ]


def test_a_single_name_with_a_comma_is_no_coalition() -> None:
    name = "Military Junta for the Consolidation of Democracy, Peace and Justice"
    assert not relations([clash("2015-05-05", name, STATE)], name, "Peace and Justice").allied.any()


# --- all of them -----------------------------------------------------------------------------------------------------

NAMES = ("Ansar", "Brigade", "Corps", "Ansar, Brigade", "Brigade, Corps")


@st.composite
def any_clash(draw: st.DrawFn) -> Clash:
    a, b = draw(st.permutations([*NAMES, STATE]))[:2]
    b = draw(st.sampled_from([b, CIVILIANS])) if a != STATE else b
    return FIRST + timedelta(days=draw(st.integers(0, 364))), a, b, draw(st.integers(0, 3))


def names_in(actor: str) -> set[str]:
    return {actor, *actor.split(", ")}


@settings(max_examples=60)
@given(events=st.lists(any_clash(), min_size=1, max_size=15), order=st.permutations(NAMES))
def test_relations_are_those_of_the_events_one_by_one(events: list[Clash], order: list[str]) -> None:
    found = relations(events, *order)
    for (g, a), (h, b) in combinations(enumerate(order), 2):
        fought = sum(
            (a in names_in(x) and b in names_in(y)) or (b in names_in(x) and a in names_in(y)) for _, x, y, _ in events
        )
        assert found.clashes[g, h] == found.clashes[h, g] == fought
        spread = [[sum(name in (x, y) and c == cell for _, x, y, c in events) for cell in range(4)] for name in (a, b)]
        product = float(np.dot(*spread))
        length = float(np.linalg.norm(spread[0]) * np.linalg.norm(spread[1]))
        assert found.shared_ground[g, h] == pytest.approx(product / length if length else 0.0)
    for array in (found.clashes, found.shared_ground, found.allied):
        assert np.array_equal(array, array.T)
        assert not np.diag(array).any()


def test_some_of_the_relations_are_those_between_fewer() -> None:
    events = [clash("2015-02-01", "Ansar", "Corps"), clash("2015-02-01", "Dawn", "Corps", 2), *attacks("Dawn", 0)]
    events += [clash("2015-02-01", "Dawn, Ansar", STATE)]
    some = relations(events, "Ansar", "Brigade", "Corps", "Dawn").only([3, 0, 2])
    fewer = relations(events, "Dawn", "Ansar", "Corps")
    for name in ("clashes", "shared_ground", "allied"):
        np.testing.assert_array_equal(getattr(some, name), getattr(fewer, name))
    assert some.only([]).clashes.shape == (0, 0)


def test_clashes_in_the_packaged_figures_are_those_of_the_months() -> None:
    digest = packaged_digest()
    found = relations_between(digest, "Afghanistan", ("IS", "Taleban"), date(2015, 1, 1), date(2020, 12, 31))
    rows = digest.monthly.filter(
        (pl.col("theatre") == "Afghanistan")
        & (pl.col("actor") == "Taleban")
        & (pl.col("opponent") == "IS")
        & (pl.col("period") >= date(2015, 1, 1))
    )
    assert found.clashes[0, 1] == rows["events"].sum() > 0
    assert 0 < found.shared_ground[0, 1] < 1
    assert not found.allied.any()
