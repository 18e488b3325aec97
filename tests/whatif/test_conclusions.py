"""Sentences from figures made up by hand."""

from __future__ import annotations

from dataclasses import replace

from planted_scenario import option, scenario, side

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison.conclusions import (
    amount,
    conclusions_of,
    contrary,
    flip_words,
    is_assumed,
    sign_of,
    verdict_of,
)
from tocsin.whatif.comparison.result import Conclusion, Decisive, Difference, Flip, Outcome
from tocsin.whatif.parameters import Evidence

FEWER = Difference(
    "fitted", "act", "civilian_deaths", None, 12, -20.0, -30.0, -10.0, -90.0, 40.0, 0.6, 0.3, 0.1, 0.93, 0.07
)
UNCLEAR = replace(FEWER, mean=-1.0, mean_low=-3.0, mean_high=1.5)
MORE = replace(
    FEWER, mean=20.0, mean_low=10.0, mean_high=30.0, p_less=0.3, p_more=0.6, points_less=0.05, points_more=0.95
)
MIXED = replace(MORE, points_less=0.45, points_more=0.55)
NOTHING = Outcome("fitted", "do_nothing", "civilian_deaths", None, 12, 400.0, 390.0, 100.0, 900.0)


def _decisive(quantity: str, evidence: Evidence, share: float) -> Decisive:
    return Decisive(
        "fitted", "act", "civilian_deaths", 12, quantity, evidence, 9 * share, 0.1, 9 * share, 0.0, 8 * share, share
    )


DECISIVE = [_decisive("attrition", "assumed", 0.5), _decisive("tail_shape", "estimated", 0.3),
            _decisive("strike_response", "literature", 0.2)]  # fmt: skip


def _conclude(
    differences: dict[Variant, Difference],
    decisive: list[Decisive] | None = None,
    flips: list[Flip] | None = None,
    trajectories: int = 0,
) -> Conclusion:
    theatre = replace(scenario([side("North")], options=[option("act", policing=1.0)]), horizons=(12,))
    listed = [replace(difference, variant=variant) for variant, difference in differences.items()]
    (found,) = conclusions_of(theatre, list(differences), [NOTHING], listed, decisive or [], flips or [], trajectories)
    return found


def test_what_holds_in_all_variants_is_robust() -> None:
    found = _conclude({"fitted": FEWER, "match": FEWER, "none": FEWER}, DECISIVE)
    assert found.robust
    assert found.verdict == "fewer"
    assert found.holds_in == ("fitted", "match", "none")
    assert found.text.startswith(
        "Act: fewer civilian deaths than under doing nothing within 12 months, by 20 on average "
        "(90% interval of the mean 10 to 30, 5.0% of those under doing nothing)."
    )
    assert "60% have fewer and 30% more" in found.text
    assert "all 3 structural variants" in found.text


def test_what_another_variant_contradicts_or_cannot_tell_is_not() -> None:
    found = _conclude({"fitted": FEWER, "match": MORE, "deter": UNCLEAR, "none": FEWER})
    assert not found.robust
    assert found.holds_in == ("fitted", "none")
    assert "match (more), deter (cannot tell)" in found.text


def test_an_interval_with_0_in_it_cannot_tell() -> None:
    found = _conclude({"fitted": UNCLEAR, "match": FEWER})
    assert "cannot tell" in found.text
    assert "between -3 and 1.5" in found.text
    assert found.verdict == "cannot tell"
    assert found.holds_in == ("fitted",)
    assert not found.robust
    assert "match (fewer)" in found.text


def test_what_no_variant_can_tell_is_so_in_all_and_yet_not_robust() -> None:
    found = _conclude({"fitted": UNCLEAR, "match": UNCLEAR, "none": UNCLEAR})
    assert found.holds_in == ("fitted", "match", "none")
    assert "So it is under all 3 structural variants." in found.text
    assert not found.robust


def test_a_mean_beyond_chance_is_no_verdict_where_points_disagree() -> None:
    """However narrow its interval is: with enough runs, every mean over assumed ranges has a sign."""
    sure = replace(MIXED, mean_low=19.99, mean_high=20.01)
    found = _conclude({"fitted": sure, "match": sure, "none": MORE})
    assert found.verdict == "more on average"
    assert found.holds_in == ("fitted", "match")
    assert not found.robust
    assert "more civilian deaths than under doing nothing" in found.text
    assert "but fewer at 45% of points of the numbers not known" in found.text
    assert "none (more)" in found.text
    assert not _conclude({"fitted": sure, "match": sure}).robust


def test_a_tenth_of_the_points_may_disagree_and_unknown_ones_do_not_agree() -> None:
    assert verdict_of(replace(FEWER, points_less=0.9, points_more=0.1)) == "fewer"
    assert verdict_of(replace(FEWER, points_less=0.89, points_more=0.11)) == "fewer on average"
    # Where the option changes nothing at some points, none of them disagrees.
    assert verdict_of(replace(FEWER, points_less=0.4, points_more=0.0)) == "fewer"
    unknown = replace(FEWER, points_less=None, points_more=None)
    assert verdict_of(unknown) == "fewer on average"
    assert "; chance hides at how many points of the numbers not known." in _conclude({"fitted": unknown}).text
    assert (contrary(MIXED), contrary(FEWER)) == (0.45, 0.07)


def test_a_sign_that_no_point_contradicts_is_assumed() -> None:
    always = replace(FEWER, points_less=0.995, points_more=0.005)
    found = _conclude({"fitted": always, "match": FEWER})
    assert found.sign_assumed
    assert found.robust
    assert "Hardly a point of the ranges has more: the sign is assumed, not found." in found.text
    assert not _conclude({"fitted": FEWER}).sign_assumed
    assert not is_assumed(replace(always, mean_high=0.5))
    assert is_assumed(replace(MORE, points_less=0.0, points_more=1.0))


def test_one_variant_alone_makes_nothing_robust() -> None:
    found = _conclude({"fitted": FEWER})
    assert found.holds_in == ("fitted",)
    assert not found.robust
    assert "Only one structural variant" in found.text


def test_more_is_said_as_more() -> None:
    found = _conclude({"fitted": MORE, "match": MORE})
    assert "more civilian deaths than under doing nothing within 12 months, by 20" in found.text
    assert found.robust


def test_a_difference_beyond_chance_can_be_small() -> None:
    small = replace(FEWER, mean=-3.0, mean_low=-3.5, mean_high=-2.5)
    assert "hardly fewer civilian deaths" in _conclude({"fitted": small, "match": small}).text


def test_what_chance_hides_is_said_to_be_hidden() -> None:
    elsewhere = [replace(one, horizon=6) for one in DECISIVE]
    for decisive in (elsewhere, []):
        found = _conclude({"fitted": FEWER, "match": FEWER}, decisive, trajectories=20)
        assert "cannot be told from chance" in found.text
        assert (found.rests_on, found.share_assumed) == ((), None)
    assert "cannot be told from chance" not in _conclude({"fitted": FEWER}).text


def test_what_it_rests_on_is_named_with_its_evidence() -> None:
    found = _conclude({"fitted": FEWER, "match": FEWER}, DECISIVE, trajectories=10)
    # Two of them make up four fifths of what moves it.
    assert found.rests_on == (("attrition", "assumed"), ("tail_shape", "estimated"))
    assert (found.share_estimated, found.share_literature, found.share_assumed) == (0.3, 0.2, 0.5)
    assert (
        "attrition (assumed), tail_shape (estimated); of what moves it 30% is estimated from data, 20% from the "
        "literature, 50% assumed."
    ) in found.text
    few = _conclude({"fitted": FEWER, "match": FEWER}, DECISIVE, trajectories=9)
    assert (few.share_estimated, few.share_literature, few.share_assumed) == (None, None, None)
    assert few.rests_on == found.rests_on
    assert "of what moves it" not in few.text
    unknown = _conclude({"fitted": FEWER})
    assert unknown.share_assumed is None
    assert "rests" not in unknown.text


def test_where_it_turns_is_told() -> None:
    limits = {"attrition": (0.02, float("inf")), "IS.members": (500.0, 1500.0), "pool": (float("-inf"), 1.0)}
    flip = Flip("fitted", "act", "civilian_deaths", 12, "more", limits, 0.7, 0.5, 0.2)
    words = (
        "More civilian deaths than under doing nothing where attrition is at least 0.02 and IS.members is from 500 to "
        "1,500 and pool is at most 1: at 70% of such points, against 20% of all; 50% of all points with more lie there."
    )
    assert flip_words(flip) == words
    assert words in _conclude({"fitted": FEWER}, flips=[flip]).text
    assert flip_words(replace(flip, limits={})) == ""


def test_no_effect_in_any_run_is_said_plainly() -> None:
    same = replace(FEWER, mean=0.0, mean_low=0.0, mean_high=0.0, p_less=0.0, p_more=0.0)
    assert "as many civilian deaths" in _conclude({"fitted": same, "match": same}).text


def test_signs_and_amounts() -> None:
    assert [sign_of(d) for d in (FEWER, UNCLEAR, MORE)] == [-1, 0, 1]
    assert [amount(x) for x in (1234.5, 9.96, -0.0321, 0.0, float("inf"))] == ["1,234", "10", "-0.032", "0", "unknown"]
