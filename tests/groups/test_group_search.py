"""Finding groups by what a user types: names, common names, theatres, members, and spellings not quite right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tocsin.groups.search import Named, find_groups, find_theatres, the_one, words_of
from tocsin.settings import Settings

KHORASAN = ("ISIS-K", "Islamic State Khorasan Province")
NAMES = (
    Named("IS @ Afghanistan", "IS", "Afghanistan", (*KHORASAN, "ISIS"), (300,)),
    Named("IS @ Mali", "IS", "Mali", ("ISIS", "Islamic State"), (500,)),
    Named("Taleban @ Afghanistan", "Taleban", "Afghanistan", ("Taliban",), (9000,)),
    Named("TTP @ Pakistan", "TTP", "Pakistan", ("Pakistani Taliban",), (100,)),
    Named("Al-Shabaab @ Somalia", "Al-Shabaab", "Somalia", (), (2000,)),
    Named("AQIM, JNIM @ Mali", "AQIM, JNIM", "Mali", (), (5,)),
    Named("JNIM @ Mali", "JNIM", "Mali", (), (700,)),
    Named("Los Zetas - Cártel @ Mexico", "Los Zetas - Cártel", "Mexico", (), (3,)),
    Named("Mali Front @ Niger", "Mali Front", "Niger", (), (1,)),
    Named("Sinaloa Cartel @ Mexico", "Sinaloa Cartel", "Mexico", (), (800,)),
)


@pytest.fixture
def plain_settings(home: object) -> Settings:
    return Settings()


def found(words: str, settings: Settings) -> list[tuple[str, str]]:
    return [(hit.named.group, hit.match) for hit in find_groups(words, NAMES, settings)]


def test_a_common_name_in_any_spelling_finds_its_group(plain_settings: Settings) -> None:
    for words in ("ISIS-K", "isis-k", "isisk", "ISIS K", "islamic state khorasan province"):
        assert found(words, plain_settings)[0] == ("IS @ Afghanistan", "name")
    assert find_groups("isis k", NAMES, plain_settings)[0].matched == "ISIS-K"


def test_of_a_name_in_several_theatres_the_deadliest_comes_first(plain_settings: Settings) -> None:
    assert found("is", plain_settings)[:2] == [("IS @ Mali", "name"), ("IS @ Afghanistan", "name")]


@pytest.mark.parametrize("words", ["IS @ Afghanistan", "is in afghanistan", "ISIS @ AFG"])
def test_a_name_with_its_theatre_finds_one_group(words: str, plain_settings: Settings) -> None:
    names = [group for group, match in found(words, plain_settings) if match == "name"]
    assert names == ["IS @ Afghanistan"]


def test_beginnings_words_and_letters_come_after_whole_names(plain_settings: Settings) -> None:
    assert found("taliban", plain_settings) == [
        ("Taleban @ Afghanistan", "name"),
        ("TTP @ Pakistan", "words"),
    ]
    assert found("tal", plain_settings) == [
        ("Taleban @ Afghanistan", "beginning"),
        ("TTP @ Pakistan", "word beginnings"),
    ]
    assert found("habaab", plain_settings) == [("Al-Shabaab @ Somalia", "letters")]


def test_accents_and_punctuation_do_not_count(plain_settings: Settings) -> None:
    assert found("zetas cartel", plain_settings) == [("Los Zetas - Cártel @ Mexico", "words")]
    assert found("ALSHABAAB", plain_settings) == [("Al-Shabaab @ Somalia", "name")]


def test_a_coalition_is_found_by_its_members_in_any_order(plain_settings: Settings) -> None:
    assert found("jnim", plain_settings) == [("JNIM @ Mali", "name"), ("AQIM, JNIM @ Mali", "member")]
    assert found("aqim", plain_settings)[0] == ("AQIM, JNIM @ Mali", "beginning")
    assert found("JNIM, AQIM", plain_settings)[0] == ("AQIM, JNIM @ Mali", "name")


def test_a_theatre_finds_its_groups_before_those_called_like_it(plain_settings: Settings) -> None:
    assert found("Mali", plain_settings) == [
        ("JNIM @ Mali", "theatre"),
        ("IS @ Mali", "theatre"),
        ("AQIM, JNIM @ Mali", "theatre"),
        ("Mali Front @ Niger", "beginning"),
    ]
    assert {group for group, _ in found("Sahel", plain_settings)} == {
        "JNIM @ Mali",
        "IS @ Mali",
        "AQIM, JNIM @ Mali",
        "Mali Front @ Niger",
    }
    assert found("isis mali", plain_settings) == [("IS @ Mali", "words")]


def test_close_spellings_are_offered_only_where_nothing_else_is_found(plain_settings: Settings) -> None:
    assert found("talebann", plain_settings)[0] == ("Taleban @ Afghanistan", "spelling")
    assert ("Sinaloa Cartel @ Mexico", "spelling") in found("sinalao cartel", plain_settings)
    assert ("Al-Shabaab @ Somalia", "spelling") in found("al shabab", plain_settings)
    near = (*NAMES, Named("HTS @ Lebanon", "HTS", "Lebanon"))
    assert "HTS @ Lebanon" not in [hit.named.group for hit in find_groups("talebann", near, plain_settings)]
    assert find_theatres("talebann", ["Lebanon"], plain_settings) == ()
    assert found("xqzzyy", plain_settings) == []


@pytest.mark.parametrize("words", ["", "  ", "@", "—", "...", "\u202e"])
def test_words_without_a_letter_find_nothing(words: str, plain_settings: Settings) -> None:
    assert found(words, plain_settings) == []
    assert find_theatres(words, ["Mali"], plain_settings) == ()


def test_theatres_by_name_code_beginning_and_close_spelling(plain_settings: Settings) -> None:
    names = ["Afghanistan", "Mali", "South Sudan", "Sudan", "Sahel", "Afghanistan+Pakistan"]
    assert find_theatres("AFG", names, plain_settings)[0] == "Afghanistan"
    assert find_theatres("sudan", names, plain_settings) == ("Sudan", "South Sudan")
    assert find_theatres("liptako gourma", names, plain_settings) == ("Sahel",)
    assert find_theatres("afpak", names, plain_settings) == ("Afghanistan+Pakistan",)
    assert find_theatres("Afganistan", names, plain_settings) == ("Afghanistan",)
    assert find_theatres("nowhere at all", names, plain_settings) == ()


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_typed_each_group_is_found_once_at_most(words: str) -> None:
    groups = [hit.named.group for hit in find_groups(words, NAMES, Settings())]
    assert len(groups) == len(set(groups))
    find_theatres(words, ["Mali"], Settings())


def test_every_group_is_found_first_by_its_own_name(plain_settings: Settings) -> None:
    for named in NAMES:
        assert found(named.group, plain_settings)[0] == (named.group, "name")


def the_one_called(words: str, names: tuple[Named, ...], settings: Settings) -> str | None:
    named = the_one(find_groups(words, names, settings))
    return named.group if named else None


def test_a_whole_name_stands_for_one_group_by_the_rules_of_resolving_names(plain_settings: Settings) -> None:
    assert the_one_called("sinaloa cartel", NAMES, plain_settings) == "Sinaloa Cartel @ Mexico"
    assert the_one_called("sinaloa", NAMES, plain_settings) is None  # the beginning of a name
    # IS stands for no theatre alone; with its theatre, or under a name bound to some, it does.
    assert the_one_called("IS", NAMES, plain_settings) is None
    assert the_one_called("IS in Mali", NAMES, plain_settings) == "IS @ Mali"
    both = (*NAMES, Named("IS @ Pakistan", "IS", "Pakistan", KHORASAN, (900,)))
    assert [g for g, _ in [(h.named.group, h.match) for h in find_groups("isis-k", both, plain_settings)]] == [
        "IS @ Afghanistan",
        "IS @ Pakistan",
    ]
    assert the_one_called("isis-k", both, plain_settings) == "IS @ Afghanistan"
    # Nine deaths in ten make a home.
    abroad = (*NAMES, Named("TTP @ Afghanistan", "TTP", "Afghanistan", (), (12,)))
    assert the_one_called("ttp", abroad, plain_settings) is None
    assert the_one_called("ttp", (*NAMES, Named("TTP @ Iran", "TTP", "Iran", (), (11,))), plain_settings) == (
        "TTP @ Pakistan"
    )


def test_words_of_a_name() -> None:
    assert words_of("Jam'iyyat-i Islami-yi Afghanistan") == ("jamiyyat", "i", "islami", "yi", "afghanistan")
