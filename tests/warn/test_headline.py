"""The one sentence: what it says of each kind of situation, and how probabilities are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planted_lines import assessment, line, war
from tocsin.warn import headline, percent, shown
from tocsin.warn.headline import observed


def test_the_whole_sentence() -> None:
    said = headline(assessment(line(level="warning"), war(p_mass_casualty=0.02)))
    assert said == (
        "As of 31 December 2020, of the groups with fewer than 25 deaths in the past year, JNIM @ Mali is the most "
        "likely to reach 25 within 6 months (unlikely: 20%, 90% interval 10% to 40%; base rate 1.5%); a "
        "mass-casualty attack within 6 months is most likely by JNIM @ Mali (almost no chance: 3.0%, 90% interval 1.0% "
        "to 8.0%; base rate 0.1%); 1 group is on warning."
    )


@pytest.mark.parametrize(
    ("warned", "said"), [(0, "no group is on warning."), (1, "1 group is on warning."), (3, "3 groups are on warning.")]
)
def test_the_number_of_warnings(warned: int, said: str) -> None:
    lines = [
        line(f"g{i} @ Mali", rank_new_risk=i + 1, rank_mass_casualty=i + 1, level="warning" if i < warned else "watch")
        for i in range(4)
    ]
    assert headline(assessment(*lines)).endswith(f"; {said}")


def test_without_a_new_risk_it_says_why() -> None:
    said = headline(assessment(war(rank_mass_casualty=1)))
    assert "every group seen already had 25 deaths or more in the past year; a mass-casualty attack" in said
    assert "most likely by IS @ Iraq (almost no chance: 3.0%, 90% interval 1.0% to 8.0%; base rate 5.8%)" in said


def test_the_theatre_and_the_horizon_are_named() -> None:
    said = headline(assessment(line(), theatre="Sahel", horizon_months=12))
    assert "of the groups in Sahel with fewer" in said
    assert "within 12 months" in said
    assert "every group seen in Sahel already" in headline(assessment(war(), theatre="Sahel"))


def test_a_resurgent_group_is_called_so() -> None:
    said = headline(assessment(line(rank_mass_casualty=2), war(resurgent=True, rank_mass_casualty=1)))
    assert "most likely by IS @ Iraq (resurgent) (almost no chance: 3.0%" in said


def test_ranks_decide_not_the_order_of_the_lines() -> None:
    low = line("low @ Mali", rank_new_risk=7, rank_mass_casualty=9)
    high = line("high @ Mali", rank_new_risk=2, rank_mass_casualty=11)
    said = headline(assessment(low, high))
    assert "high @ Mali is the most likely to reach 25" in said
    assert "attack within 6 months is most likely by low @ Mali" in said


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.0, "<0.1%"),
        (0.00099, "<0.1%"),
        (0.001, "0.1%"),
        (0.0949, "9.5%"),
        (0.096, "10%"),
        (0.5, "50%"),
        (0.99, "99%"),
        (0.9901, ">99%"),
        (1.0, ">99%"),
    ],
)
def test_percent_at_its_boundaries(p: float, said: str) -> None:
    assert percent(p) == said


@pytest.mark.parametrize(
    ("came", "of", "said"),
    [(0, 6, "0%"), (6, 6, "100%"), (3, 6, "50%"), (1, 3000, "<0.1%"), (199, 200, "99.5%"), (2999, 3000, "99.9%")],
)
def test_what_was_counted_may_be_all_or_none_and_only_then_says_so(came: int, of: int, said: str) -> None:
    assert observed(came / of) == said


@given(st.floats(0, 1), st.floats(0, 1))
def test_percent_never_claims_certainty_nor_turns_an_order_round(p: float, q: float) -> None:
    def value(chance: float) -> float:
        text = percent(chance)
        return {"<": 0.0, ">": 100.0}.get(text[0]) or float(text.strip("<>%")) if text[0] != "<" else 0.0

    assert percent(p) not in ("0%", "0.0%", "100%")
    if p <= q:
        assert value(p) <= value(q)


@given(st.floats(0, 1))
def test_a_probability_as_shown_is_shown_the_same(p: float) -> None:
    assert percent(shown(p)) == percent(p)
    assert abs(shown(p) - p) <= (0.0051 if p >= 0.09 else 0.00051)
