"""What sources' terms allow: the strictest counts, the unknown is shut, and the store goes by the same rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ged_files import ged_row, write_ged
from tocsin.digest.load import load_digest
from tocsin.errors import InputError
from tocsin.settings import Settings
from tocsin.sources.acknowledged import acknowledge
from tocsin.sources.terms import NOTHING_HELD, terms_of, together
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store

NAMES = st.sampled_from(["ucdp-ged", "acled", "gtd", "ACLED", "a list of mine"])


@pytest.mark.parametrize(
    ("source", "open_"), [("ucdp-ged", True), ("acled", False), ("gtd", False), (" ACLED ", False), ("mine", False)]
)
def test_each_source(source: str, open_: bool) -> None:
    found = terms_of(source)
    assert (found.event_rows, found.reversible, found.open) == (open_, open_, open_)
    assert found.why.endswith(".")


def test_a_release_may_be_stricter_than_its_source_and_never_looser() -> None:
    assert not terms_of("ucdp-ged", redistributable=False).open
    assert not terms_of("acled", redistributable=True).open


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_together_are_as_strict_as_the_strictest_in_any_order(names: list[str]) -> None:
    for order in list(permutations(names))[:6]:
        found = together(terms_of(name) for name in order)
        assert found.open == all(terms_of(name).open for name in names)
        assert set(found.sources) == {source for name in names for source in terms_of(name).sources}


def test_nothing_held_forbids_nothing() -> None:
    assert together([]) == NOTHING_HELD
    assert NOTHING_HELD.open


def test_the_store_and_its_figures_say_the_same(tmp_path: Path) -> None:
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1)]))
    assert checked.release.redistributable == terms_of("ucdp-ged").open
    Store(tmp_path / "home").add(checked)
    assert load_digest(Settings(home=tmp_path / "home")).provenance.redistributable


@pytest.mark.parametrize("source", ["acled", "gtd", "mine"])
def test_a_release_that_calls_itself_free_is_not_when_its_source_is_not(tmp_path: Path, source: str) -> None:
    checked = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1)]))
    home = tmp_path / "home"
    store = Store(home)
    store.add(replace(checked, release=replace(checked.release, source=source, redistributable=True)))
    (vintage,) = store.vintages()
    assert not vintage.redistributable
    with pytest.raises(InputError, match=r"have not been acknowledged|no source is called"):
        load_digest(Settings(home=home, source=source))
    if source != "mine":  # which no source that is installed is called
        acknowledge(home, source, on=date(2024, 3, 15))
        assert not load_digest(Settings(home=home, source=source)).provenance.redistributable
