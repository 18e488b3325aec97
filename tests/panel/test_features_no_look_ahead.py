"""Nothing after a month changes a feature of that month by a single bit: not what comes, not who comes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_panels import FIRST, RANDOM_MONTHS, Happened, digest_of, random_events

from tocsin.digest import Digest, packaged_digest
from tocsin.months import last_day
from tocsin.panel import Panel, build_panel, feature_array

LAST = 456  # December 2017, so that there is a future to tamper with


@pytest.fixture(scope="module")
def packaged() -> tuple[Panel, NDArray[np.float32]]:
    panel = build_panel(packaged_digest().up_to(LAST))
    return panel, feature_array(panel)


def assert_same_past(
    later: tuple[Panel, NDArray[np.float32]], earlier: tuple[Panel, NDArray[np.float32]], month: int
) -> None:
    """Features up to `month` of the groups known by then, bit for bit the same in both."""
    n = month - earlier[0].first_month + 1
    names = [earlier[0].groups[g] for g in earlier[0].rows_by(month)]
    assert names == [later[0].groups[g] for g in later[0].rows_by(month)]
    assert names
    one = earlier[1][earlier[0].rows_by(month), :n]
    two = later[1][later[0].rows_by(month), :n]
    assert np.array_equal(one.view(np.uint32), np.ascontiguousarray(two).view(np.uint32))


def tampered(digest: Digest, month: int) -> Digest:
    """Another future: other deaths and sides after `month`, groups and theatres that were not there, cells swapped."""
    after = pl.col("period") > last_day(month)
    odd = after & (pl.col("period").dt.month() % 2 == 1)
    moved = after & (pl.col("theatre") == "Iraq")

    def changed(table: pl.DataFrame) -> pl.DataFrame:
        figures = [name for name in ("deaths_best", "largest_event_deaths", "mass_casualty_events", "events")
                   if name in table.columns]  # fmt: skip
        table = table.with_columns(
            *(pl.when(after).then(pl.col(name) * 3 + 7).otherwise(name).cast(pl.Int32).alias(name) for name in figures),
            pl.when(odd).then("Newcomers, " + pl.col("actor")).otherwise("actor").alias("actor"),
            pl.when(moved).then(pl.lit("Iceland")).otherwise("theatre").alias("theatre"),
        )
        if "opponent" in table.columns:
            clash = after & (pl.col("opponent") == "civilians")
            table = table.with_columns(pl.when(clash).then(pl.lit("Taliban")).otherwise("opponent").alias("opponent"))
        if "cell" in table.columns:
            table = table.with_columns(pl.when(after).then(pl.col("cell").reverse()).otherwise("cell").alias("cell"))
        return table

    return replace(digest, monthly=changed(digest.monthly), cells=changed(digest.cells))


@pytest.mark.parametrize("month", [112, 290, 432])
def test_packaged_figures_without_their_future(packaged: tuple[Panel, NDArray[np.float32]], month: int) -> None:
    cut = build_panel(packaged_digest().up_to(month))
    assert_same_past(packaged, (cut, feature_array(cut)), month)


def test_packaged_figures_with_another_future(packaged: tuple[Panel, NDArray[np.float32]]) -> None:
    month = 426  # June 2015
    other = build_panel(tampered(packaged_digest(), month).up_to(440))
    assert any("Newcomers" in group for group in other.groups)
    assert "IS @ Iceland" in other.groups
    array = feature_array(other)
    assert_same_past(packaged, (other, array), month)
    # The tampering is seen where it should be.
    x, y = other.index_of("IS @ Afghanistan"), packaged[0].index_of("IS @ Afghanistan")
    n = month - 109 + 1
    assert not np.array_equal(array[x, n : n + 12], packaged[1][y, n : n + 12])


@settings(max_examples=15, deadline=None)
@given(random_events, random_events, st.integers(0, RANDOM_MONTHS - 2))
def test_any_figures_with_any_other_future(one: list[Happened], two: list[Happened], t: int) -> None:
    past = [e for e in one if e.t <= t]
    newcomer = Happened(t + 1, "Newcomer, Ansar", "Civilians", 77)
    futures = (
        [e for e in one if e.t > t],
        [e for e in two if e.t > t],
        [newcomer, newcomer._replace(a="Newcomer", b="Brigade", theatre="Colombia")],
    )
    panels = [build_panel(digest_of(past + future, RANDOM_MONTHS)) for future in futures]
    arrays = [(panel, feature_array(panel)) for panel in panels]
    if past and len(panels[0].rows_by(FIRST + t)):
        assert_same_past(arrays[1], arrays[0], FIRST + t)
        assert_same_past(arrays[2], arrays[0], FIRST + t)
    assert all(np.isfinite(array).all() for _, array in arrays)


def test_packaged_features_are_finite_and_none_is_constant(packaged: tuple[Panel, NDArray[np.float32]]) -> None:
    panel, array = packaged
    assert np.isfinite(array).all()
    seen = array[panel.seen]
    assert (seen.min(axis=0) < seen.max(axis=0)).all()
