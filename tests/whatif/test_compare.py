"""Comparisons as a whole, on small theatres: what is paired, what does not depend on how the work was done."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from planted_scenario import option, scenario, side, toy

from local_cluster import local_cluster
from tocsin.errors import InputError
from tocsin.whatif.comparison import parts as parts_module
from tocsin.whatif.comparison import run as compare_module
from tocsin.whatif.comparison.result import Comparison
from tocsin.whatif.comparison.run import compare
from tocsin.whatif.engine.sampling import uncertain
from tocsin.whatif.engine.simulate import simulate
from tocsin.whatif.scenario import DO_NOTHING, Scenario


def _small(**changes: object) -> Scenario:
    """Two groups and some numbers that are not known; six months."""
    base = toy(sides=2, months=6)
    return replace(base, **{"horizons": (3, 6), "variants": ("fitted", "none"), **changes})  # type: ignore[arg-type]


def _run(theatre: Scenario, **options: object) -> Comparison:
    return compare(theatre, **{"draws": 40, "sensitivity": False, "threads": 1, **options})  # type: ignore[arg-type]


def _same(one: Comparison, other: Comparison) -> bool:
    """To the bit, bands too."""
    plain = [field.name for field in fields(Comparison) if field.name != "bands"]
    assert [getattr(one, name) for name in plain] == [getattr(other, name) for name in plain]
    return all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for a, b in zip(one.bands, other.bands, strict=True)
        for name in ("option", "outcome", "mean", "low", "median", "high")
    )


def test_the_result_is_the_same_for_any_number_of_threads_and_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    theatre = _small(options=_small().options[:2])
    alone = _run(theatre, sensitivity=True)
    assert alone.decisive
    assert _same(alone, _run(theatre, sensitivity=True, threads=3))
    monkeypatch.setattr(compare_module, "POINTS_A_PART", 3)
    assert _same(alone, _run(theatre, sensitivity=True, threads=2))


@pytest.mark.slow
def test_the_result_is_the_same_on_a_cluster() -> None:
    with local_cluster() as address:
        there = _run(_small(), cluster=address)
    assert _same(there, _run(_small()))


def test_differences_are_paired_on_the_same_runs() -> None:
    theatre = _small()
    found = _run(theatre, draws=20)
    draws = parts_module.sample_draws(theatre, 20, seed=theatre.seed, points=2)
    nothing, act = (simulate(theatre, draws, option=k) for k in (0, 3))
    attacks = [paths.side("attacks").sum(axis=(1, 2)) for paths in (nothing, act)]
    difference = found.difference(theatre.options[3].name, "attacks", 6)
    assert difference.mean == pytest.approx((attacks[1] - attacks[0]).mean())
    assert difference.p_less == pytest.approx((attacks[1] < attacks[0]).mean())
    assert found.outcome(DO_NOTHING, "attacks", 6).mean == pytest.approx(attacks[0].mean())
    monthly = nothing.side("attacks").sum(axis=1)
    assert found.band(DO_NOTHING, "attacks").mean == pytest.approx(monthly.mean(axis=0))


def test_an_option_that_moves_nothing_ties_with_doing_nothing() -> None:
    found = _run(_small(options=(_small().options[0], option("wait", policing=0.1))), sensitivity=True)
    assert all(d.mean == d.low == d.high == d.p_less == d.p_more == 0 for d in found.differences)
    assert {choice.p_best for choice in found.choices} == {0.5}
    assert all(choice.least_regret and choice.regret_most == 0 for choice in found.choices)
    assert not found.decisive
    assert all(not flip.limits for flip in found.flips)
    assert all(" as many " in one.text and one.share_assumed is None for one in found.conclusions)


def test_adding_an_option_changes_no_other() -> None:
    theatre = _small()
    fewer = _run(replace(theatre, options=theatre.options[:2]))
    more = _run(theatre)
    names = {theatre.options[0].name, theatre.options[1].name}
    assert [o for o in more.outcomes if o.option in names] == list(fewer.outcomes)
    assert [d for d in more.differences if d.option in names] == list(fewer.differences)


def test_another_option_can_stand_where_doing_nothing_stands() -> None:
    nothing, act, other = _small().options[:3]
    found, usual = (_run(_small(options=options)) for options in ((act, nothing, other), (nothing, act, other)))
    for variant in ("fitted", "none"):
        back, forth = (
            comparison.difference(name, "attacks", 6, variant=variant)
            for comparison, name in ((found, DO_NOTHING), (usual, act.name))
        )
        assert (back.mean, back.low, back.p_less) == pytest.approx((-forth.mean, -forth.high, forth.p_more))
    assert {one.option for one in found.conclusions} == {DO_NOTHING, other.name}
    assert all(f"under “{act.title}”" in one.text and "doing nothing" not in one.text for one in found.conclusions)


def test_doing_nothing_alone_is_compared_with_nothing() -> None:
    alone = _small(options=_small().options[:1])
    found = _run(alone, sensitivity=True)
    assert [found.differences, found.decisive, found.flips, found.conclusions] == [()] * 4
    assert {(choice.p_best, choice.regret_most) for choice in found.choices} == {(1.0, 0.0)}


def test_a_theatre_of_which_all_is_known_has_nothing_that_decides() -> None:
    known = scenario([side("North"), side("South")], ruler="North", months=6, enemies=[("North", "South")],
                     options=[option("act", strikes=1.0)])  # fmt: skip
    assert uncertain(known) == ()
    found = _run(replace(known, variants=("fitted",)), sensitivity=True)
    assert not found.decisive
    assert found.difference("act", "civilian_deaths", 6).variance_ratio is not None


def test_runs_are_rounded_up_to_whole_points_and_other_variants_have_fewer() -> None:
    found = _run(_small(), draws=41)
    assert (found.draws, found.points, found.replicates) == (50, 5, 10)
    assert found.variants == {"fitted": 50, "none": 50}
    few = _run(_small(), draws=400, variant_draws=20)
    assert few.variants == {"fitted": 400, "none": 20}
    assert few.main == "fitted"
    assert _run(_small(), draws=10, variants=["none", "none"]).variants == {"none": 10}


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(InputError, match="runs: at least 1"):
        _run(_small(), draws=0)
    with pytest.raises(InputError, match="threads: at least 1"):
        _run(_small(), threads=0)
    with pytest.raises(InputError, match="Did you mean match"):
        _run(_small(), variants=["mach"])
    with pytest.raises(InputError, match="no structural variant given"):
        _run(_small(), variants=[])


def test_without_the_extra_the_rest_is_there_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _run(_small())
    assert len(whole.left_out) == 1
    monkeypatch.setattr(compare_module, "find_spec", lambda name: None)
    found = _run(_small(), sensitivity=True)
    assert found.differences == whole.differences
    assert [found.decisive, found.flips] == [(), ()]
    assert len(found.left_out) == 2
    assert all("pip install 'tocsin[explore]'" in line for line in found.left_out)
    assert set(found.left_out) <= set(found.notes())


def test_progress_goes_from_the_first_part_to_the_last() -> None:
    told: list[tuple[int, int]] = []
    _run(_small(), sensitivity=True, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert {total for _, total in told} == {len(told)}


def test_results_are_found_by_name() -> None:
    found = _run(_small())
    assert found.outcome(DO_NOTHING, "members", 3, group="North", variant="none").variant == "none"
    ranking = found.ranking("civilian_deaths", 6)
    assert [choice.expected for choice in ranking] == sorted(choice.expected for choice in ranking)
    assert len(ranking) == len(_small().options)
    assert ranking[0].expected == pytest.approx(found.outcome(ranking[0].option, "civilian_deaths", 6).mean)
    with pytest.raises(InputError, match=r"no option 'strikes_alon'.*Did you mean strikes_alone"):
        found.difference("strikes_alon", "attacks", 6)
    with pytest.raises(InputError, match=r"no horizon 5 .*there is: 3, 6"):
        found.outcome(DO_NOTHING, "attacks", 5)


def test_a_comparison_is_plain_json_with_stable_keys() -> None:
    found = _run(_small(), sensitivity=True)
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert list(document) == [
        "what", "scenario", "draws", "points", "reference", "seed", "replicates", "trajectories", "variants",
        "switched_off", "left_out", "interval", "outcomes", "differences", "choices", "decisive", "without", "bands",
        "flips", "conclusions", "notes",
    ]  # fmt: skip
    assert document["what"] == "scenario, not a forecast"
    assert len(document["bands"][0]["mean"]) == 6
    assert document["notes"][0].startswith("A scenario, not a forecast")


def test_expected_deaths_have_the_mean_of_those_that_happened() -> None:
    """The mean of civilian deaths is of expected ones; over many runs it is that of the deaths that happened."""
    theatre = _small(options=_small().options[:1], variants=("fitted",))
    draws = parts_module.sample_draws(theatre, 4000, seed=theatre.seed)
    paths = simulate(theatre, draws)
    happened, expected = (paths.side(m).sum(axis=(1, 2), dtype=np.float64) for m in ("deaths", "expected_deaths"))
    gap = happened - expected
    assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(gap.size) + 0.01 * happened.mean()
    assert expected.std() < happened.std()
