"""Parties that nobody knows (`Unidentified Armed Group (Mali)`): in figures of theatres, in nothing of groups."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from planted_groups import FIRST, digest_of
from tocsin.actors import is_group, is_named_group
from tocsin.digest import packaged_digest, theatre_totals
from tocsin.errors import InputError
from tocsin.groups import resolve_group, resolve_theatre
from tocsin.groups.facts import group_table
from tocsin.groups.relations import relation_rows, shared_enemies
from tocsin.months import first_day
from tocsin.panel import build_panel
from tocsin.rivalry.relations import relations_between
from tocsin.settings import Settings
from tocsin.warn.theatre import deaths_by_theatre, theatre_past
from tocsin.whatif.start.figures import active_groups, figures_of

NOBODY, CHECKED = "Unidentified Armed Group (Mali)", "XXX 1234"
LAST = FIRST + 5
FIGURES = digest_of(
    [
        ("Mali", FIRST, "state", "Government of Mali", "JNIM", 9),
        ("Mali", FIRST, "state", "Government of Mali", "IS", 1),
        ("Mali", FIRST + 1, "nonstate", "JNIM", NOBODY, 40),
        ("Mali", FIRST + 1, "nonstate", NOBODY, "IS", 7),
        ("Mali", FIRST + 2, "onesided", NOBODY, "Civilians", 100),
        ("Mali", FIRST + 2, "onesided", "Government of Mali", "Civilians", 3),
        ("Mali", FIRST + 3, "state", "Government of Mali", CHECKED, 30),
    ],
    last=LAST,
)
MALI = resolve_theatre("Mali", Settings())


@pytest.mark.parametrize(
    ("name", "group", "named"),
    [
        ("JNIM", True, True),
        (NOBODY, True, False),
        ("Unidentified Communal Militia (Mali)", True, False),
        ("XXX1234", True, False),
        (CHECKED, True, False),
        ("Front of the Unidentified", True, True),
        ("Unidentifieds", True, True),
        ("Government of Mali", False, False),
        ("Civilians", False, False),
    ],
)
def test_who_is_a_group_by_name(name: str, group: bool, named: bool) -> None:
    found = pl.select(a=is_group(pl.lit(name)), b=is_named_group(pl.lit(name))).row(0)
    assert found == (group, named)


def test_no_list_is_made_of_them() -> None:
    panel = build_panel(FIGURES)
    assert panel.groups == ("IS @ Mali", "JNIM @ Mali")
    assert panel.deaths.sum(axis=1).tolist() == [8, 49]  # their clashes with unknown parties are theirs
    assert panel.clashes[0].size == 0
    assert np.all(panel.state_onesided.sum(axis=1) == 3)  # and not what unknown parties did to civilians
    assert group_table(FIGURES.monthly, LAST)["actor"].to_list() == ["IS", "JNIM"]
    figures = figures_of(FIGURES, MALI, LAST)
    assert active_groups(figures, 1, 1) == ["JNIM", "IS"]


def test_their_deaths_stay_in_the_figures_of_the_theatre() -> None:
    assert theatre_totals(FIGURES.monthly)["deaths_best"].sum() == 9 + 1 + 40 + 7 + 100 + 3 + 30
    past = theatre_past(FIGURES, MALI)
    assert past.together().tolist() == [10, 47, 100, 30, 0, 0]
    shown = past.over_time()
    assert [span.group for span in shown.groups] == ["JNIM @ Mali", "IS @ Mali"]
    assert shown.others == (0, 47, 100, 30, 0, 0)
    assert past.to_polars()["group"].unique().sort().to_list() == ["IS @ Mali", "JNIM @ Mali"]
    listed = deaths_by_theatre(FIGURES).row(0, named=True)
    assert (listed["groups_seen"], listed["groups_active"], listed["deaths_last_12m"]) == (2, 2, 187)


def test_they_link_no_groups() -> None:
    rows = relation_rows(FIGURES.monthly, "Mali", first_day(LAST))
    assert set(rows["actor"]) == {"IS", "JNIM"}
    assert shared_enemies(rows, "JNIM") == ()
    between = relations_between(FIGURES, "Mali", ["IS", "JNIM"], first_day(FIRST), date(2100, 1, 1))
    assert between.clashes.sum() == 0


def test_they_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="parties that nobody knows"):
        resolve_group(f"{NOBODY} @ Mali", FIGURES.monthly, Settings(), as_of_month=LAST)


def test_the_packaged_figures_have_none() -> None:
    names = packaged_digest().monthly["actor"].cast(pl.String).unique()
    assert names.filter(pl.select(is_group(names) & ~is_named_group(names)).to_series()).is_empty()
