"""The form of a scenario: what an address asks is what is run, and what is wrong is told beside its field."""

from __future__ import annotations

import math
import tomllib
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import InputError, NotHeldError
from tocsin.web.pages.whatif_form import HIGH, LOW, Form, plain_number, read_form, usual_months
from tocsin.web.questions.whatif import MOST_DRAWS, WhatIf, shipped_scenario
from tocsin.whatif.catalogue import MECHANISM_NAMES
from tocsin.whatif.comparison.changed import SET_BY_YOU, changeable, fault_of, with_numbers
from tocsin.whatif.files.reading import packaged_scenarios, parse_scenario
from tocsin.whatif.files.text import scenario_text
from tocsin.whatif.quantities import named_quantities

NAME = "afghanistan-2021-08"
SCENARIO = shipped_scenario(NAME)
NUMBERS = {named.name: named for named in changeable(SCENARIO)}


def asked(given: dict[str, str]) -> Form:
    return read_form(SCENARIO, given)


def field(found: Form, name: str) -> Any:
    return next(number for mechanism in found.mechanisms for number in mechanism.numbers if number.name == name)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, tuple[float, float]]:
    names = draw(st.lists(st.sampled_from(sorted(NUMBERS)), max_size=4, unique=True))
    found = {}
    for name in names:
        ends = st.floats(NUMBERS[name].least, NUMBERS[name].most, allow_subnormal=False)
        low, high = sorted((draw(ends), draw(ends)))
        found[name] = (low + 0.0, high + 0.0)  # no negative zero
    return found


# --- numbers set anew ------------------------------------------------------------------------------------------------


def test_a_changed_number_is_the_range_given_and_rests_on_whoever_set_it() -> None:
    found = with_numbers(SCENARIO, {"attrition": (0.01, 0.02), "IS.members": (1500, 1500), "link.IS>Taleban": (0, 0.1)})
    assert found.quantities["attrition"].low == 0.01
    assert found.quantities["attrition"].high == 0.02
    assert found.quantities["attrition"].scale == "log"
    assert (found.quantities["attrition"].evidence, found.quantities["attrition"].source) == ("assumed", SET_BY_YOU)
    members = next(side for side in found.sides if side.name == "IS").numbers["members"]
    assert (members.low, members.high) == (1500, 1500)
    link = next(one for one in found.links if (one.source, one.target) == ("IS", "Taleban"))
    assert (link.response.low, link.response.high, link.response.evidence) == (0, 0.1, "assumed")


def test_a_range_from_zero_has_no_logarithm_so_it_is_drawn_evenly() -> None:
    assert SCENARIO.quantities["attrition"].scale == "log"
    assert with_numbers(SCENARIO, {"attrition": (0.0, 0.02)}).quantities["attrition"].scale == "linear"
    assert with_numbers(SCENARIO, {"attrition": (0.0, 0.0)}).quantities["attrition"].scale == "log"


@settings(max_examples=25)
@given(changes())
def test_only_what_is_named_changes_and_a_file_can_hold_it(wanted: dict[str, tuple[float, float]]) -> None:
    found = with_numbers(SCENARIO, wanted)
    before = {named.name: named.quantity for named in named_quantities(SCENARIO)}
    for named in named_quantities(found):
        if named.name in wanted:
            assert (named.quantity.low, named.quantity.high) == wanted[named.name]
        else:
            assert named.quantity == before[named.name]
    assert parse_scenario(scenario_text(found)) == found


def test_the_same_range_changes_nothing() -> None:
    same = {name: (named.quantity.low, named.quantity.high) for name, named in NUMBERS.items()}
    assert with_numbers(SCENARIO, same) == SCENARIO


@pytest.mark.parametrize(
    ("low", "high", "why"),
    [
        (-0.1, 0.5, "-0.1 is out of what is allowed, 0 to 1"),
        (0.1, 1.5, "1.5 is out of what is allowed, 0 to 1"),
        (0.5, 0.1, "the lower end, 0.5, is above the upper one, 0.1"),
        (math.nan, 0.1, "a number is expected"),
        (0.1, math.inf, "a number is expected"),
        (0.2, 0.2, ""),
    ],
)
def test_what_is_wrong_with_a_range(low: float, high: float, why: str) -> None:
    assert fault_of(NUMBERS["urban_cover"], low, high) == why
    if why:
        with pytest.raises(InputError, match="urban_cover: "):
            with_numbers(SCENARIO, {"urban_cover": (low, high)})


def test_an_unknown_number_is_refused_with_a_hint() -> None:
    with pytest.raises(InputError, match=r"no number 'attritoin'\. Did you mean attrition"):
        with_numbers(SCENARIO, {"attritoin": (0, 1)})
    # The first shock is a withdrawal, which has no size.
    with pytest.raises(InputError, match=r"shock\.1\.size"):
        with_numbers(SCENARIO, {"shock.1.size": (0.1, 0.2)})


# --- the question ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nope", "../files/scenarios/afghanistan-2021-08", "/etc/passwd", ""])
def test_only_shipped_scenarios_are_read(name: str) -> None:
    with pytest.raises(NotHeldError, match=r"There are: afghanistan-2021-04, afghanistan-2021-08"):
        shipped_scenario(name)
    with pytest.raises(NotHeldError):
        WhatIf(name).asked_of()


def test_a_question_is_refused_outside_its_limits() -> None:
    for question in (WhatIf(NAME, draws=10), WhatIf(NAME, draws=MOST_DRAWS + 1), WhatIf(NAME, seed=-1)):
        with pytest.raises(InputError, match="out of what is allowed"):
            question.asked_of()
    with pytest.raises(InputError, match="Did you mean hedging"):
        WhatIf(NAME, off=("heging",)).asked_of()


def test_a_question_is_the_scenario_as_asked() -> None:
    found = WhatIf(NAME, (("attrition", 0.01, 0.01),), ("timing", "hedging"), seed=5, draws=300).asked_of()
    assert found.quantities["attrition"].low == found.quantities["attrition"].high == 0.01
    assert found.off == ("hedging", "timing")  # in the catalogue's order, so that equal questions are one
    assert (found.seed, found.draws) == (5, 300)
    assert found.options == SCENARIO.options


# --- the form --------------------------------------------------------------------------------------------------------


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9))
def test_a_number_in_a_field_is_read_back_to_the_bit(value: float) -> None:
    assert float(plain_number(value)) == value
    assert "e" not in plain_number(value)


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_form_as_shipped_asks_nothing_else(name: str) -> None:
    scenario = shipped_scenario(name)
    found = read_form(scenario, {"scenario": name})
    assert not found.problems
    assert found.question == WhatIf(name)
    assert found.parameters(run=False) == {"scenario": name}
    assert found.months == usual_months(scenario) == 12
    # Without JavaScript every field is sent: the same question, and the same short address.
    every = {f"{n.name}{end}": value for m in found.mechanisms for n in m.numbers
             for end, value in ((LOW, n.low), (HIGH, n.high))}  # fmt: skip
    sent = read_form(scenario, {**every, "draws": found.draws, "seed": found.seed, "months": "12"})
    assert sent == found
    assert {m.name for m in found.mechanisms} >= set(MECHANISM_NAMES)
    assert sum(len(m.numbers) for m in found.mechanisms) == len(changeable(scenario))


@settings(max_examples=50)
@given(
    changes(),
    st.sets(st.sampled_from(MECHANISM_NAMES)),
    st.sets(st.sampled_from([option.name for option in SCENARIO.options]), max_size=4),
    st.integers(100, MOST_DRAWS),
    st.integers(0, 2**63 - 1),
    st.booleans(),
)
def test_a_form_and_its_address_are_one(
    wanted: dict[str, tuple[float, float]], off: set[str], left_out: set[str], draws: int, seed: int, sensitivity: bool
) -> None:
    given = {f"{name}{LOW}": plain_number(low) for name, (low, _) in wanted.items()}
    given |= {f"{name}{HIGH}": plain_number(high) for name, (_, high) in wanted.items()}
    given |= {f"off.{name}": "1" for name in off} | {f"skip.{name}": "1" for name in left_out}
    given |= {"draws": str(draws), "seed": str(seed), "sensitivity": "1" if sensitivity else "0"}
    found = asked(given)
    assert not found.problems
    question = found.question
    usual = {name: (named.quantity.low, named.quantity.high) for name, named in NUMBERS.items()}
    assert {name: (low, high) for name, low, high in question.changes} == {
        name: ends for name, ends in wanted.items() if ends != usual[name]
    }
    assert set(question.off) == off
    kept = {option.name for option in SCENARIO.options} - left_out
    assert set(question.options or kept) == kept
    assert (question.draws, question.seed or 1, question.sensitivity) == (
        draws,
        seed or question.seed or 1,
        sensitivity,
    )
    # The address that the page gives itself asks the same again, and is its own.
    again = asked(found.parameters(run=True))
    assert again == found
    assert again.parameters(run=True) == found.parameters(run=True)


def test_a_changed_field_says_so_and_one_end_may_stay() -> None:
    found = asked({"attrition.low": "0.01"})
    number = field(found, "attrition")
    assert number.changed
    assert (number.low, number.high, number.evidence, number.usual) == ("0.01", "0.03", SET_BY_YOU, "0.005 to 0.03")
    assert found.changes == (("attrition", 0.01, 0.03),)
    assert not field(found, "leaving").changed
    assert field(found, "leaving").evidence == "assumed"
    assert field(found, "strike_response").evidence == "taken from the literature"
    assert "Mir & Moore" in field(found, "strike_response").source


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("attrition.low", "abc", "a number is expected, like 0.5"),
        ("attrition.low", "nan", "a number is expected, like 0.5"),
        ("attrition.high", "1e999", "a number is expected, like 0.5"),
        ("attrition.low", "-1", "-1 is out of what is allowed, 0 to 10"),
        ("attrition.low", "0.5", "the lower end, 0.5, is above the upper one, 0.03"),
        ("IS.members.high", "6000000", "6,000,000 is out of what is allowed, 0 to 5,000,000"),
        ("draws", "5", "5 is out of what is allowed, 100 to 10,000"),
        ("draws", "1e3", "a whole number is expected"),
        ("draws", "٣٠٠", "a whole number is expected"),
        ("seed", "-1", "a whole number is expected"),
        ("seed", str(2**63), "9,223,372,036,854,775,808 is out of what is allowed, 0 to 9,223,372,036,854,775,807"),
        ("outcome", "members", "one of civilian_deaths, mass_casualty_attacks, external_attacks is expected"),
        ("months", "7", "one of 6, 12, 36 is expected"),
    ],
)
def test_a_bad_value_is_told_beside_its_field_and_kept_there(name: str, value: str, why: str) -> None:
    found = asked({name: value})
    key = name.removesuffix(LOW).removesuffix(HIGH)
    assert found.problems == {key: why}
    assert [(fault[0], fault[1]) for fault in found.faults] == [(key, why)]
    if key in NUMBERS:
        number = field(found, key)
        assert value in (number.low, number.high)
        assert number.problem == why
        assert not number.changed
        assert found.parameters(run=False)[name] == value


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = asked({"attrition.low": "x", "IS.members.low": "-5", "draws": "0"})
    assert set(found.problems) == {"attrition", "IS.members", "draws"}
    assert [m.problems for m in found.mechanisms if m.problems] == [1, 1]


def test_two_options_are_needed() -> None:
    names = [option.name for option in SCENARIO.options]
    every = {f"skip.{name}": "1" for name in names}
    assert "two options or more" in asked(every).problems["options"]
    assert "options" in asked(dict.fromkeys(list(every)[1:], "1")).problems
    two = asked(dict.fromkeys(list(every)[2:], "1"))
    assert not two.problems
    assert two.question.options == tuple(names[:2])


def test_numbers_of_no_form_and_unknown_names_are_passed_over() -> None:
    given = {"attritoin.low": "1", "off.nothing": "1", "skip.nothing": "1", "shock.1.size.low": "2"}
    assert asked(given) == asked({})


def test_the_longest_short_address_is_short() -> None:
    # What JavaScript leaves out; three numbers, two mechanisms and a seed make an address that can be sent in a letter.
    found = asked({"attrition.low": "0.01", "IS.members.high": "5000", "link.IS>Taleban.low": "0", "off.hedging": "1",
                   "off.timing": "1", "seed": "7"})  # fmt: skip
    assert len(urlencode(found.parameters(run=True))) < 200


def test_the_text_of_the_changed_scenario_is_a_file_of_the_program() -> None:
    question = asked({"attrition.low": "0.01", "off.hedging": "1", "skip.mediation": "1"}).question
    text = scenario_text(question.asked_of())
    assert tomllib.loads(text)["off"] == ["hedging"]
    again = parse_scenario(text)
    assert again.quantities["attrition"].source == SET_BY_YOU
    assert len(again.options) == len(SCENARIO.options)
