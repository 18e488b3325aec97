"""A fit of rivalry in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planted_rivalry import ANSWERS, NO_ANSWER, planted_link, planted_rivalry
from tocsin.rivalry.words import cross_terms_help, headline, in_order, label_words, short_names


def test_headline_counts_each_label_and_names_who_answers() -> None:
    links = {(0, 1): ANSWERS, (0, 2): NO_ANSWER, (2, 0): {**NO_ANSWER}}
    assert headline(planted_rivalry(("A", "B", "C"), links)) == (
        "Planted, attacks on civilians, 2015-01-05 to 2020-12-27: 1 of 6 links answers (B answers A); 2 do not answer "
        "beyond what would be seen; the data cannot tell for 3. Predictive, not causal."
    )


def test_headline_where_none_answers_or_many_do() -> None:
    none = headline(planted_rivalry(("A", "B"), {(0, 1): NO_ANSWER, (1, 0): NO_ANSWER}))
    assert "none of 2 links answers; 2 do not answer beyond what would be seen. Predictive" in none
    everyone = {(g, h): {**ANSWERS, "estimate": 0.1 * (3 * g + h)} for g in range(3) for h in range(3) if g != h}
    told = headline(planted_rivalry(("A", "B", "C"), everyone))
    assert "6 of 6 links answer (B answers C; A answers C; C answers B; and 3 more). Predictive" in told


@pytest.mark.parametrize(
    ("gain", "se", "verdict"),
    [
        (0.021, 0.010, "helps"),
        (0.020, 0.010, "cannot tell"),
        (-0.021, 0.010, "does not help"),
        (-0.001, 0.010, "cannot tell"),  # a gain of a hundredth is not ruled out
        (0.001, 0.002, "does not help"),
        (0.0005, 0.0001, "does not help"),
        (None, None, "cannot tell"),
        (float("nan"), 0.1, "cannot tell"),
    ],
)
def test_a_gain_counts_beyond_two_standard_errors(gain: float | None, se: float | None, verdict: str) -> None:
    assert cross_terms_help(gain, se) == verdict


def test_labels_say_what_they_rest_on() -> None:
    assert label_words(planted_link("A @ T", "B @ T", **ANSWERS)) == "answers"
    assert label_words(planted_link("A @ T", "B @ T", **NO_ANSWER)) == "does not answer beyond 0.08"
    assert label_words(planted_link("A @ T", "B @ T", minimum_detectable=float("inf"))) == "cannot tell"


def test_links_that_answer_come_first_then_the_strongest() -> None:
    weak = planted_link("A @ T", "B @ T", **{**ANSWERS, "estimate": 0.05})
    strong = planted_link("B @ T", "A @ T", **ANSWERS)
    larger = planted_link("A @ T", "C @ T", estimate=0.4)
    unknown = planted_link("C @ T", "A @ T", estimate=float("nan"))
    fewer = planted_link("C @ T", "B @ T", estimate=-0.3)
    assert in_order([unknown, fewer, larger, weak, strong]) == [strong, weak, larger, fewer, unknown]


@given(st.lists(st.text(st.characters(categories=("L", "N", "Zs")), min_size=1).filter(str.strip), unique=True))
def test_no_two_names_look_alike_when_short(names: list[str]) -> None:
    groups = [f"{' '.join(name.split())} @ T" for name in names]
    short = short_names(groups, 12, 2)
    whole = {" ".join(name.split()) for name in names}
    assert len(short) == len(groups)
    assert len(set(short)) == len(whole)
