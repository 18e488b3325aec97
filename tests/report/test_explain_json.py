"""The JSON of an explanation: every key documented, every value one that JSON has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planted_explanation import at_war, explanation
from planted_rivalry import planted_rivalry
from tocsin.digest.tables import cell_centre, prio_grid_cell
from tocsin.report.explain_json import explanation_dict
from tocsin.warn.assessment import plain

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "explain.md").read_text(encoding="utf-8")
SAID: dict[str, Any] = json.loads(json.dumps(explanation_dict(explanation()), allow_nan=False))


def keys(value: Any, *, without: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(value, dict):
        for name, held in value.items():
            yield name
            if name not in without:
                yield from keys(held, without=without)
    elif isinstance(value, list):
        for held in value:
            yield from keys(held, without=without)


def test_every_key_is_documented() -> None:
    quoted = set(re.findall(r"[\w]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE.split("## JSON")[1]))))
    assessment = (DOCS / "assess.md").read_text(encoding="utf-8")
    quoted |= set(re.findall(r"`(\w+)`", assessment.split("## Exports")[1]))
    # Those of `facts` are the keys of `tocsin groups show`, those of `rivalry` of `tocsin rivalry`.
    assert set(keys(SAID, without=("facts", "rivalry"))) <= quoted


def test_what_is_documented_is_there() -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", PAGE.split("## JSON")[1], re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`([\w.\[\]]+)`", row)]
    assert len(names) > 20
    for name in names:
        at = SAID
        for part in name.replace("[]", "").split("."):
            assert part in at, name
            at = at[part]


def test_values_are_those_of_the_object() -> None:
    assert SAID["as_of"] == "2020-12-31"
    assert SAID["theatre"] == "Mali"
    assert SAID["line"]["group"] == "JNIM @ Mali"
    assert SAID["line"]["drivers_deaths25"][1] == {
        "theme": "rivals",
        "odds": 0.434,
        "odds_previous": None,
        "facts": ["A rival's attack in May 2020."],
    }
    assert SAID["line"]["analogues"]["nearest"][0]["month"] == "2009-06-30"
    assert (SAID["facts"]["theatre"], SAID["facts"]["countries"]) == ("Mali", ["Mali"])
    assert SAID["facts"]["opponents"][0]["first_event"] == "2020-09-01"
    assert SAID["facts"]["notes"] == ["Events of the coalitions it is a member of are not in its own figures."]
    assert SAID["history"][-4]["deaths"] == SAID["history"][-4]["deaths_nonstate"] == 8
    assert SAID["cells"][0] == {"cell": 129_961, "lat": 0.25, "lon": 0.25, "events": 2, "deaths": 1}
    assert SAID["offshoots"][0]["shared_enemies"] == ["IS", "state"]
    assert {link["label"] for link in SAID["rivalry"]["links"]} == {"answers", "cannot_tell"}
    assert not {"groups", "new_entrants", "headline"} & set(SAID)


def test_what_is_not_known_is_null() -> None:
    made = explanation_dict(explanation(at_war(analogues=None, p_deaths25_previous=None), rivalry=None))
    assert made["rivalry"] is None
    assert made["line"]["analogues"] is None
    nothing = {"low": float("-inf"), "high": float("inf")}
    odd = planted_rivalry(("JNIM", "IS"), {(0, 1): nothing}, theatre="Mali")
    json.dumps(explanation_dict(explanation(rivalry=odd)), allow_nan=False)
    assert plain((float("nan"), 1.5, {"a": (float("inf"),)})) == [None, 1.5, {"a": [None]}]


@given(st.integers(1, 360 * 720))
def test_the_centre_of_a_cell_lies_in_it(cell: int) -> None:
    import polars as pl

    lat, lon = cell_centre(cell)
    assert pl.select(prio_grid_cell(pl.lit(lat), pl.lit(lon))).item() == cell
    # the middle of a half-degree square
    assert (lat % 0.5, lon % 0.5) == pytest.approx((0.25, 0.25))
