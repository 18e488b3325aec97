"""Confidence on figures made by hand: each thing weighed at its marks, and their sum."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.warn import CONFIDENCES, Weighed, load_wording, weigh
from tocsin.warn.confidence import CAVEAT, lower

# 1/3 is odds of 1 to 2, 0.6 of 3 to 2: 3-fold. 600 group-months of half years are 100 cases.
BEST = {"low": 1 / 3 + 1e-9, "high": 0.6, "record_n": 600, "horizon": 6, "months_seen": 60}
chances = st.floats(0.0005, 0.9995)


def weighed(**changes: float | int | None) -> Weighed:
    return weigh("25 deaths or more", **(BEST | changes))  # type: ignore[arg-type]


def test_all_three_at_their_best_is_high_with_a_reason_each() -> None:
    assert weighed() == Weighed(
        "high",
        (
            "The interval of 25 deaths or more is narrow: the odds at its ends differ 3.0-fold.",
            "The record of such figures for 25 deaths or more is long: 600 group-months, overlapping by 6.",
            "The group came into the figures 60 months ago.",
        ),
    )


# The marks of each thing: what counts 0, 1 and 2 against.
INTERVALS = [{}, {"low": 0.31}, {"low": 0.1, "high": 0.6}]
RECORDS = [{}, {"record_n": 599}, {"record_n": 149}]
AGES = [{}, {"months_seen": 59}, {"months_seen": 11}]


@pytest.mark.parametrize("i", range(3))
@pytest.mark.parametrize("j", range(3))
@pytest.mark.parametrize("k", range(3))
def test_the_sum_decides(i: int, j: int, k: int) -> None:
    got = weighed(**INTERVALS[i], **RECORDS[j], **AGES[k])
    against = i + j + k
    assert got.confidence == ("high" if against < 2 else "moderate" if against < 4 else "low")
    sizes = [
        re.search(r" is (narrow|of middling width|wide):", got.reasons[0]),
        re.search(r" is (.*):", got.reasons[1]),
    ]
    assert [size and size[1] for size in sizes] == [
        ("narrow", "of middling width", "wide")[i],
        ("long", "of some length", "short")[j],
    ]


@pytest.mark.parametrize(
    ("n", "horizon", "size"),
    [(300, 3, "long"), (299, 3, "of some length"), (1200, 12, "long"), (300, 12, "of some length"), (299, 12, "short")],
)
def test_overlapping_months_of_the_record_count_once(n: int, horizon: int, size: str) -> None:
    assert f"is {size}: {n:,} group-months" in weighed(record_n=n, horizon=horizon).reasons[1]


def test_without_a_record_confidence_is_never_high() -> None:
    got = weighed(record_n=None)
    assert got.confidence == "moderate"
    assert got.reasons[1] == "There is no record yet of such figures for 25 deaths or more."


@pytest.mark.parametrize(
    ("low", "high", "at_the_end"),
    [(0.0001, 0.05, True), (0.0001, 0.0501, False), (0.95, 0.9999, True), (0.9499, 0.9999, False)],
)
def test_at_an_end_of_the_scale_the_width_in_odds_is_no_matter(low: float, high: float, at_the_end: bool) -> None:
    got = weighed(low=low, high=high)
    assert got.confidence == ("high" if at_the_end else "moderate")
    whole = "The interval of 25 deaths or more lies wholly at one end of the scale."
    assert (got.reasons[0] == whole) == at_the_end


def test_months_in_words() -> None:
    said = [weighed(months_seen=months).reasons[2] for months in (0, 1, 2)]
    assert [reason.removeprefix("The group came into the figures ") for reason in said] == [
        "this month.",
        "1 month ago.",
        "2 months ago.",
    ]


@given(chances, chances, st.none() | st.integers(0, 5000), st.sampled_from([3, 6, 12]), st.integers(0, 400))
def test_more_of_anything_good_never_lowers_it(a: float, b: float, n: int | None, horizon: int, months: int) -> None:
    given_ = {"low": min(a, b), "high": max(a, b), "record_n": n, "horizon": horizon, "months_seen": months}
    base = CONFIDENCES.index(weighed(**given_).confidence)
    middle = {"low": (3 * min(a, b) + max(a, b)) / 4, "high": (min(a, b) + 3 * max(a, b)) / 4}
    for better in (middle, {"record_n": (n or 0) + 100}, {"months_seen": months + 12}):
        assert CONFIDENCES.index(weighed(**(given_ | better)).confidence) >= base


@given(chances, chances, st.none() | st.integers(0, 5000), st.integers(0, 400))
def test_no_reason_speaks_of_likelihood(a: float, b: float, n: int | None, months: int) -> None:
    said = " ".join((*weighed(low=min(a, b), high=max(a, b), record_n=n, months_seen=months).reasons, CAVEAT))
    terms = {band.term for table in ("icd203", "phia") for band in load_wording(table).bands}
    assert "%" not in said
    assert not re.search(rf"\b({'|'.join(terms)}|probab\w+)\b", said)


def test_the_lower_of_two() -> None:
    assert [lower(a, b) for a in CONFIDENCES for b in CONFIDENCES] == [
        *("low", "low", "low"),
        *("low", "moderate", "moderate"),
        *("low", "moderate", "high"),
    ]
