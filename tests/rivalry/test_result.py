"""Results of a fit as tables and JSON, from figures given by hand."""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from math import inf, nan

import numpy as np
import polars as pl
import pytest

from planted_rivalry import ANSWERS, planted_fit, planted_rivalry
from tocsin.errors import InputError
from tocsin.results import TRACE
from tocsin.rivalry.result import Link, NullCheck, Severity
from tocsin.rivalry.world import pool_world

UNTOLD = {
    "estimate": 0.0,
    "low": -inf,
    "high": inf,
    "share": 0.0,
    "p_shift": nan,
    "minimum_detectable": inf,
}
KEYS = {
    "theatre", "kind", "from", "to", "step_days", "groups", "links", "severity", "driver", "response_half_life_weeks",
    "shock", "interval", "null_false_positive_rate", "null_checks", "oos_log_score_gain", "oos_se", "oos_months",
    "left_out", "seed", "vintage", "citation", "licence", "place_precision", "notes",
}  # fmt: skip
LINK_KEYS = {"source", "target", "kind", "estimate", "low", "high", "p_shift", "minimum_detectable", "label"}


def test_the_false_positive_rate_is_that_of_all_shifts_and_distant_tests() -> None:
    checks = (
        NullCheck("circular_shifts", 0.04, 300),
        NullCheck("distant_theatres", 0.10, 100),
        NullCheck("permuted_labels", 0.50, 1000),  # what a theatre shares may be in these
    )
    assert planted_rivalry(null_checks=checks).null_false_positive_rate == pytest.approx((12 + 10) / 400)
    only = (checks[0], NullCheck("distant_theatres", None, 0))
    assert planted_rivalry(null_checks=only).null_false_positive_rate == pytest.approx(0.04)
    assert planted_rivalry(null_checks=()).null_false_positive_rate is None
    assert planted_rivalry(null_checks=(NullCheck("permuted_labels", 0.1, 10),)).null_false_positive_rate is None


def test_links_as_a_table() -> None:
    rivalry = planted_rivalry(("A", "B", "C"), {(0, 1): ANSWERS, (2, 0): UNTOLD})
    table = rivalry.to_polars()
    assert table.columns == [*(field.name for field in fields(Link)), *TRACE]
    assert table.height == 6
    for names, kind in [
        (("source", "target", "kind", "label"), pl.String),
        (("estimate", "low", "high", "pooled", "share", "p_shift", "minimum_detectable"), pl.Float64),
        (("clashes",), pl.Int64),
        (("allied",), pl.Boolean),
    ]:
        assert {table.schema[name] for name in names} == {kind}
    row = table.row(by_predicate=(pl.col("source") == "A @ Planted") & (pl.col("target") == "B @ Planted"), named=True)
    assert (row["label"], row["estimate"], row["low"]) == ("answers", 0.21, 0.12)
    empty = planted_rivalry(links={}, theatre="Other").to_polars().clear()
    assert empty.schema == table.schema


def test_everything_as_json_that_any_reader_takes() -> None:
    severity = Severity(None, None, None, None, 12, 1, 8.0, "cannot_tell")
    rivalry = planted_rivalry(
        ("A", "B", "C"), {(2, 0): UNTOLD}, severity=severity, oos_log_score_gain=None, oos_se=None, oos_months=0,
        group_fits=(planted_fit("A @ Planted", residual_sd=nan), planted_fit("B @ Planted")),
    )  # fmt: skip
    written = json.loads(json.dumps(rivalry.to_dict(), allow_nan=False))
    assert set(written) == KEYS
    assert all(set(row) >= LINK_KEYS for row in written["links"])
    untold = next(row for row in written["links"] if row["source"] == "C @ Planted" and row["target"] == "A @ Planted")
    assert [untold[name] for name in ("low", "high", "minimum_detectable", "p_shift")] == [None] * 4
    assert untold["estimate"] == 0.0
    assert written["groups"][0]["residual_sd"] is None
    assert (written["from"], written["to"]) == ("2015-01-05", "2020-12-27")
    assert written["groups"][0]["first"] == "2015-02-02"
    assert (written["severity"]["log_odds"], written["severity"]["label"]) == (None, "cannot_tell")
    assert written["vintage"] == "planted 1"
    assert written["interval"] == 0.9
    assert set(written["driver"]["loadings"]) == set(rivalry.groups)
    assert any("not causal" in note for note in written["notes"])


def test_the_world_as_json() -> None:
    world = pool_world("onesided", (planted_rivalry(), planted_rivalry(("A", "B"), theatre="Other")))
    written = json.loads(json.dumps(world.to_dict(), allow_nan=False))
    assert {"kind", "pooled", "severity", "null_checks", "theatres"} <= set(written)
    assert [row["theatre"] for row in written["theatres"]] == ["Planted", "Other"]
    assert set(written["theatres"][0]) == KEYS


def test_a_link_by_its_groups() -> None:
    rivalry = planted_rivalry(("A", "B"), {(1, 0): ANSWERS})
    assert rivalry.link("B @ Planted", "A @ Planted").label == "answers"
    assert rivalry.link("A @ Planted", "B @ Planted").label == "cannot_tell"
    with pytest.raises(InputError, match="no link from 'A' to 'B @ Planted'; the groups are A @ Planted, B @ Planted"):
        rivalry.link("A", "B @ Planted")
    with pytest.raises(InputError, match="no link"):
        rivalry.link("A @ Planted", "A @ Planted")


def test_notes_count_the_links_that_were_tested() -> None:
    notes = planted_rivalry(("A", "B", "C"), {(2, 0): UNTOLD, (2, 1): UNTOLD}).notes()
    assert any("Of 4 link(s)" in note and "0.2 would pass" in note for note in notes)
    assert any("Small Band @ Planted (4)" in note for note in notes)
    assert notes[-1] == "A note on the figures."
    assert any("Who began" in note for note in planted_rivalry(kind="all").notes())
    assert not any("Who began" in note for note in notes)


def test_to_xarray() -> None:
    pytest.importorskip("xarray", reason="xarray comes with the extra `notebook`")
    rivalry = planted_rivalry(("A", "B", "C"), {(0, 1): ANSWERS})
    data = rivalry.to_xarray()
    assert float(data.estimate.sel(source="A @ Planted", target="B @ Planted")) == 0.21
    assert np.isnan(np.diag(data.estimate)).all()
    assert data.driver.sizes == {"time": 312}
    assert data.attrs["vintage"] == "planted 1"
    assert data.attrs["data_until"] == "2020-12-27"


def test_without_xarray_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(InputError, match=r"tocsin\[notebook\]"):
        planted_rivalry().to_xarray()
