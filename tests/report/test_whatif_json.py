"""A comparison as a JSON document: complete, of plain values, and read again only if it is one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planted_comparison import planted_comparison
from tocsin.errors import DataError, InputError, MissingFileError
from tocsin.report.whatif_json import comparison_document, save_document
from tocsin.report.whatif_saved import read_document
from tocsin.whatif.comparison.result import Band

SOME = planted_comparison()


def test_the_document_holds_every_row_and_where_it_is_from() -> None:
    document = comparison_document(SOME)
    assert document["what"] == "scenario, not a forecast"
    assert (document["draws"], document["points"], document["seed"], document["reference"]) == (
        1000,
        100,
        7,
        "do_nothing",
    )
    assert document["variants"][0] == {"name": "fitted", "draws": 1000}
    scenario = document["scenario"]
    assert (scenario["as_of"], scenario["data_until"], scenario["vintage"]) == ("2021-08-31", "2020-12-31", "planted 1")
    assert (scenario["from"], scenario["to"]) == ("2021-09", "2024-08")
    for name in ("outcomes", "differences", "choices", "decisive", "flips", "conclusions", "bands"):
        assert len(document[name]) == len(getattr(SOME, name)), name
    assert document["flips"][0]["limits"][0] == {"quantity": "strike_response", "low": 0.1, "high": 0.53}
    assert document["conclusions"][0]["rests_on"][0] == {"quantity": "strike_response", "evidence": "literature"}


def test_figures_that_are_none_are_null() -> None:
    first, *others = SOME.differences
    unbounded = replace(first, mean_low=float("-inf"), mean_high=float("inf"))
    hollow = Band("fitted", "policing", "ruler_stability", None, *(np.array([np.nan, 1.0]) for _ in range(4)))
    document = comparison_document(replace(SOME, differences=(unbounded, *others), bands=(hollow,)))
    assert document["differences"][0]["mean_low"] is None
    assert document["bands"][0]["mean"] == [None, 1.0]
    json.dumps(document, allow_nan=False)


def test_a_saved_document_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    document = comparison_document(SOME)
    save_document(document, path)
    assert read_document(path) == document
    assert [file.name for file in tmp_path.iterdir()] == ["result.json"]


def test_anything_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there is no file"):
        read_document(tmp_path / "nothing.json")
    for content, said in (
        ("{", "is no JSON"),
        ("[]", "is no result of a what-if run"),
        ('{"what": 1}', "is no result"),
    ):
        path = tmp_path / "other.json"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match=said):
            read_document(path)
    with pytest.raises(InputError, match="can not be written"):
        save_document({}, tmp_path / "nowhere" / "file.json")


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("scenario",), 3, "scenario"),
        (("program",), None, "program"),
        (("variants",), [], "variants"),
        (("scenario", "horizons"), [], "scenario.horizons"),
        (("outcomes", 0, "mean"), "many", "outcomes.0.mean"),
        (("outcomes", 0, "mean"), None, "outcomes.0.mean"),
        (("differences", 0, "p_less"), None, "differences.0.p_less"),
    ],
)
def test_a_saved_result_that_is_not_whole_is_refused_with_the_place(
    tmp_path: Path, place: tuple[str | int, ...], value: object, said: str
) -> None:
    document = comparison_document(SOME)
    inner: Any = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    path = tmp_path / "result.json"
    save_document(document, path)
    with pytest.raises(DataError, match=f"no whole result of a what-if run .*{re.escape(said)}"):
        read_document(path)


def test_a_file_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(DataError, match="is no JSON"):
        read_document(path)
