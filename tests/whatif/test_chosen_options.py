"""Options compared with one of them: the same runs as against doing nothing, and the same figures turned round."""

from __future__ import annotations

import numpy as np
import pytest
from planted_scenario import toy

from tocsin.errors import InputError
from tocsin.whatif.comparison.chosen import with_options
from tocsin.whatif.comparison.result import Comparison
from tocsin.whatif.comparison.run import compare
from tocsin.whatif.scenario import DO_NOTHING

TOY = toy(sides=2, ruler="North", months=6, draws=40)


def compare_options(*names: str) -> Comparison:
    return compare(with_options(TOY, names), variants=("fitted",), sensitivity=False, threads=1)


def test_against_doing_nothing_it_is_the_usual_comparison() -> None:
    usual = compare(TOY, variants=("fitted",), sensitivity=False, threads=1)
    names = [option.name for option in TOY.options]
    turned = compare_options(*names)
    assert turned.differences == usual.differences
    assert turned.choices == usual.choices
    assert [one.text for one in turned.conclusions] != []


def test_two_options_the_other_way_round_are_less_each_other() -> None:
    a, b = "share_intelligence", "strikes_alone"
    one, other = (compare_options(*pair) for pair in ((a, b), (b, a)))
    assert [option.name for option in one.scenario.options] == [a, b]
    assert {row.option for row in one.differences} == {b}
    for forth, back in zip(one.differences, other.differences, strict=True):
        np.testing.assert_allclose(forth.mean, -back.mean, atol=1e-9)
        assert (forth.p_less, forth.p_more) == (back.p_more, back.p_less)
    assert any(row.mean != 0 for row in one.differences)


def test_it_is_the_difference_of_their_differences_to_doing_nothing() -> None:
    a, b = "share_intelligence", "policing_and_prisons"
    usual = compare(TOY, variants=("fitted",), sensitivity=False, threads=1)
    (row,) = (
        row
        for row in compare_options(a, b).differences
        if (row.outcome, row.group, row.horizon) == ("civilian_deaths", None, 6)
    )
    direct = [usual.difference(name, "civilian_deaths", 6).mean for name in (a, b)]
    np.testing.assert_allclose(row.mean, direct[1] - direct[0], rtol=1e-9)


def test_doing_nothing_may_be_one_of_the_others() -> None:
    found = compare_options("strikes_alone", DO_NOTHING)
    assert {row.option for row in found.differences} == {DO_NOTHING}
    assert {row.option for row in found.outcomes} == {DO_NOTHING, "strikes_alone"}
    assert all("under “Strikes alone”" in row.text for row in found.conclusions)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["strikes_alone"], "two or more different options"),
        (["strikes_alone", "strikes_alone"], "two or more different options"),
        (["strikes_alone", "strike_alone"], "Did you mean strikes_alone"),
        (["strikes_alone", "zzz"], "There are: do_nothing"),
    ],
)
def test_what_cannot_be_compared_is_refused(names: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        with_options(TOY, names)
