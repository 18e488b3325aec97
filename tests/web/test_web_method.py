"""The method in plain words: its numbers are those in force, and it keeps nothing to itself that must be known."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from page_reading import Node, links, read, section

from planted_brief import brief
from planted_groups import digest_of
from tocsin.months import month_id
from tocsin.web.asked import Asked
from tocsin.web.headers import STATIC
from tocsin.web.pages import method
from tocsin.web.pages.method import page
from tocsin.web.question import silent
from tocsin.web.questions import method as asked_of
from tocsin.web.questions.method import InForce, InForceAnswer
from tocsin.web.render import render_page

ASKED = Asked()
NOW = month_id(date(2020, 12, 1))
PROVENANCE = replace(
    digest_of([("Mali", NOW - 3, "state", "JNIM", "Government of Mali", 8)], last=NOW).provenance,
    notes=("What the source must be forgiven.",),
)
HELD = InForceAnswer(
    as_of=date(2020, 12, 31),
    as_of_mode="reconstructed",
    lag_days=0,
    watch_budget=20,
    warning_budget=5,
    wording="icd203",
    language="en",
    groups=1468,
    provenance=PROVENANCE,
    levels=brief().levels,
)


def shown(asked: Asked = ASKED, **changes: Any) -> Node:
    found = {InForce(asked): replace(HELD, **changes)}
    return read(render_page(page(asked, {}), found, links(asked)))


def test_levels_by_the_budget_in_force() -> None:
    part = section(shown(watch_budget=31, warning_budget=7), "lists").text
    assert "among the 31 highest of the new-risk view" in part
    assert "among the 7 highest" in part
    assert "at least 2 times the base rate" in part
    assert "at least 5 times the base rate, or 50% or more" in part
    assert "stands for 3 months" in part


def test_numbers_follow_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "FIGURES", {**method.FIGURES, "crossing": 77, "base_rate_years": 9, "hold_months": 4})
    found = shown()
    assert "Fewer than 77 deaths in the past 12 months" in found.text
    assert "in the 9 years before the models were fitted" in found.text
    assert "stands for 4 months" in found.text


def test_no_figure_of_the_code_is_typed() -> None:
    """Every number in the template's text is an example or a round one that is no setting of the code."""
    template = (Path(STATIC).parent / "templates" / "method.html").read_text(encoding="utf-8")
    text = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", template, flags=re.DOTALL)
    # 55 km is half a degree; the lists are of 12 months; the rest are examples of how to read a percentage.
    assert set(re.findall(r"\d+", text)) <= {"55", "12", "4", "30", "40", "60", "100"}


def test_the_horizon_asked_for() -> None:
    assert "outcome within 12 months" in section(shown(Asked(horizon=12)), "short").text


def test_what_counts_as_known() -> None:
    assert "newest release held counts" in section(shown(), "counted").text
    strict = section(shown(as_of_mode="strict", lag_days=30), "counted").text
    assert "only releases published by that day count as known, and an event counts as known 30 days after" in strict


def test_the_words_of_the_table_in_force() -> None:
    assert "roughly even chance" in section(shown(), "probabilities").all("table")[0].text
    assert "realistic possibility" in section(shown(wording="phia"), "probabilities").all("table")[0].text


def test_what_came_of_levels_as_far_as_it_was_known() -> None:
    part = section(shown(), "record")
    assert "40" in part.all("table")[0].text
    # Of the four planted emergences one was on a level half a year before, two a month before; one came out of nowhere.
    assert "50% were on a level one month before or more, and 25% half a year before" in part.text
    assert "25% were of groups without any recorded death before" in part.text
    nothing = section(shown(levels=None), "record")
    assert "No replay was known by the as-of day" in nothing.text
    assert not nothing.all("table")


def test_limits_are_said() -> None:
    found = shown()
    use = section(found, "use").text
    for word in ("Choosing, ranking, timing or justifying an attack", "Persons", "Peoples", "all-clear", "Not for"):
        assert word in use
    assert "predictive, not causal" in section(found, "rivalry").text
    assert "scenario, not a forecast" in section(found, "whatif").text
    bias = section(found, "bias").text
    assert "What the source must be forgiven." in bias


def test_the_other_pages_are_linked() -> None:
    asked = Asked(as_of=date(2019, 6, 30))
    found = read(render_page(page(asked, {}), {InForce(asked): HELD}, links(asked)))
    addresses = {link.given["href"] for link in section(found, "more").all("a")}
    assert addresses == {f"/{name}?as_of=2019-06-30" for name in ("record", "data", "theatres", "what-if")}


def test_every_heading_of_the_contents_is_there() -> None:
    found = shown()
    listed = [link.given["href"][1:] for link in found.all("nav", class_="contents")[0].all("a")]
    assert listed == [head.given["id"] for head in found.all("main")[0].all("h2")]


def test_what_holds_is_asked_of_the_situation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tocsin.settings import load_settings
    from tocsin.warn.situation import load_situation

    few = digest_of(
        [("Mali", NOW - ago, "state", "JNIM", "Government of Mali", 8) for ago in range(30)]
        + [("Mali", NOW - 5, "nonstate", "JNIM", "IS", 3)],
        first=NOW - 130,
        last=NOW,
    )
    monkeypatch.setattr("tocsin.warn.situation.load_digest", lambda settings, as_of=None: few)
    monkeypatch.setattr(
        asked_of, "situation_of", lambda asked, theatre, settings, tell: load_situation(None, None, settings)
    )
    held = InForce(ASKED).answer(load_settings(home=tmp_path, watch_budget=9, wording="phia"), silent)
    assert (held.watch_budget, held.warning_budget, held.wording) == (9, 5, "phia")
    assert held.groups == 2
    assert held.provenance == few.provenance
