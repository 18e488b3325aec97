"""Words of likelihood at every boundary, and that every language has all of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import InputError
from tocsin.warn import likelihood_words, load_wording
from tocsin.warn.wording import languages, read_tables

TABLES = ("icd203", "phia")
ICD203 = [
    (0.0, "almost no chance, below 1%"),
    (0.01, "almost no chance"),
    (0.05, "very unlikely"),
    (0.20, "unlikely"),
    (0.45, "roughly even chance"),
    (0.55, "likely"),
    (0.80, "very likely"),
    (0.95, "almost certain"),
]
PHIA = [
    (0.0, "remote chance"),
    (0.075, "highly unlikely"),
    (0.225, "unlikely"),
    (0.375, "realistic possibility"),
    (0.525, "likely"),
    (0.775, "highly likely"),
    (0.925, "almost certain"),
]


@pytest.mark.parametrize(("table", "starts"), [("icd203", ICD203), ("phia", PHIA)])
def test_a_boundary_belongs_to_the_band_above(table: str, starts: list[tuple[float, str]]) -> None:
    for k, (start, words) in enumerate(starts):
        assert likelihood_words(start, table) == words
        if k:
            assert likelihood_words(math.nextafter(start, 0.0), table) == starts[k - 1][1]


def test_where_icd203_says_nothing_the_end_is_named() -> None:
    assert likelihood_words(0.99) == "almost certain"
    assert likelihood_words(math.nextafter(0.99, 1.0)) == likelihood_words(1.0) == "almost certain, above 99%"
    assert likelihood_words(math.nextafter(0.01, 0.0)) == "almost no chance, below 1%"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 5, "remote chance"),
        (10, 20, "highly unlikely"),
        (25, 35, "unlikely"),
        (40, 50, "realistic possibility"),
        (55, 75, "likely"),
        (80, 90, "highly likely"),
        (95, 100, "almost certain"),
    ],
)
def test_phia_as_published_within_its_bands(low: int, high: int, words: str) -> None:
    assert {likelihood_words(percent / 100, "phia") for percent in range(low, high + 1)} == {words}


@pytest.mark.parametrize("percent", [*range(6, 10), *range(21, 25), *range(36, 40), *range(51, 55), *range(76, 80)])
def test_in_a_gap_of_phia_the_nearer_band_speaks(percent: int) -> None:
    ends = [5, 10, 20, 25, 35, 40, 50, 55, 75, 80, 90, 95]
    nearest = min(ends, key=lambda end: abs(end - percent))
    assert likelihood_words(percent / 100, "phia") == likelihood_words(nearest / 100, "phia")


@pytest.mark.parametrize("table", TABLES)
@given(p=st.floats(0, 1), q=st.floats(0, 1))
def test_every_probability_has_words_and_their_order(table: str, p: float, q: float) -> None:
    wording = load_wording(table)
    order = [wording.below, *(band.term for band in wording.bands), wording.above]
    places = [order.index(wording.words(min(p, q))), order.index(wording.words(max(p, q)))]
    assert places == sorted(places)


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_tables_and_covers_the_whole_scale(language: str) -> None:
    tables, english = read_tables(language), read_tables("en")
    assert tuple(tables) == TABLES
    for name, table in tables.items():
        assert table.keys() == english[name].keys()
        bands = table["bands"]
        assert [(b["low"], b["high"]) for b in bands] == [(b["low"], b["high"]) for b in english[name]["bands"]]
        assert all(b.keys() == {"low", "high", "term"} and b["term"].strip() for b in bands)
        # Whole percents from the lowest up, none over another, and something to say at both ends.
        ends = [end for b in bands for end in (b["low"], b["high"])]
        assert all(isinstance(end, int) for end in ends)
        assert ends == sorted(ends)
        assert bands[0]["low"] == 0 or table["below"]
        assert bands[-1]["high"] == 100 or table["above"]
        terms = [*(b["term"] for b in bands), *(table[end] for end in ("below", "above") if end in table)]
        assert len(set(terms)) == len(terms)
        assert table["source"]


@pytest.mark.parametrize("p", [-0.01, 1.01, math.nan, math.inf])
def test_what_is_no_probability_has_no_words(p: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        likelihood_words(p)


def test_unknown_tables_and_languages_are_named_with_what_there_is() -> None:
    with pytest.raises(InputError, match=r"icd203 or phia, got 'icd'\. Did you mean icd203\?"):
        likelihood_words(0.5, "icd")
    for language in ("xx", "../wording/en", ""):
        with pytest.raises(InputError, match="only in: en"):
            likelihood_words(0.5, language=language)
