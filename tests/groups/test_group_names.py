"""How names are compared and taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.digest import packaged_digest
from tocsin.groups import group_name, members
from tocsin.groups.names import actor_facts, plain, split_name

WORDS = st.text(alphabet=st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=1, max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_spelling_survives_case_hyphens_and_spaces(words: list[str]) -> None:
    joined = "x" + "".join(words)  # a first letter, so that no word is taken for a leading article
    assert plain("x" + " ".join(words)) == plain(joined) == plain("X-" + "-".join(words).swapcase().swapcase())


@pytest.mark.parametrize(
    "same",
    [
        ("Jama'atu Ahlis Sunna", "jamaatu ahlis sunna", "Jamaʼatu-Ahlis’Sunna"),
        ("Guéré", "GUERE", "guere"),
        ("Tahrir al- Sham Army", "Tahrir al-Sham Army"),
        ("The Taliban", "taliban"),
    ],
)
def test_spellings_that_are_the_same(same: tuple[str, ...]) -> None:
    assert len({plain(name) for name in same}) == 1


def test_an_article_is_dropped_only_when_it_is_a_word() -> None:
    assert plain("Theocrats") == "theocrats"


def test_names_in_the_figures_stay_apart_when_spelled_plainly() -> None:
    actors = packaged_digest().monthly["actor"].unique().to_list()
    assert len({plain(actor) for actor in actors}) == len(actors)


@given(WORDS, WORDS)
def test_a_group_name_is_read_back(actor: str, theatre: str) -> None:
    assert split_name(group_name(actor, theatre)) == [(actor, theatre)]


def test_every_in_is_tried_last_first_and_the_whole_name_before_all() -> None:
    assert split_name("Men in Black in New Town") == [
        ("Men in Black in New Town", None),
        ("Men in Black", "New Town"),
        ("Men", "Black in New Town"),
    ]


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        ("Ahrar al-Sham, HTS, FSA", ("Ahrar al-Sham", "HTS", "FSA")),
        ("ALiR, CNDD-FDD , Mayi Mayi", ("ALiR", "CNDD-FDD", "Mayi Mayi")),
        ("Military faction (forces of A, B & C)", ()),
        ("SAO Eastern Slavonia, Baranja and Western Symria", ()),
        ("Hutu", ()),
        ("Hutu,", ()),
    ],
)
def test_members_of_a_coalition(actor: str, expected: tuple[str, ...]) -> None:
    assert members(actor) == expected


def test_single_names_with_a_comma_and_homonyms_are_in_the_figures() -> None:
    monthly = packaged_digest().monthly
    held = set(monthly.select("actor", "theatre").unique().rows())
    actors = {actor for actor, _ in held}
    assert set(actor_facts()["single_names"]) <= actors
    for actor, organisations in actor_facts()["homonyms"].items():
        places = [place for organisation in organisations for place in organisation]
        assert len(places) == len(set(places))
        for organisation in organisations:
            assert any((actor, place) in held for place in organisation), (actor, organisation)
        assert {place for name, place in held if name == actor} <= set(places)
