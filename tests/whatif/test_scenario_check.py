"""What `check` says of a scenario: evidence, words, and which parts can do nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from planted_scenario import FIRST, option, scenario, shock, side, state, toy, with_quantities

from tocsin.whatif.catalogue import LEVER_NAMES, MECHANISM_NAMES
from tocsin.whatif.check.idle import LEVER_MECHANISMS, idle_mechanisms
from tocsin.whatif.check.report import check
from tocsin.whatif.check.words import months_text, option_words, shock_words
from tocsin.whatif.parameters import GROUP, THEATRE, Quantity
from tocsin.whatif.scenario import Link, Scenario


def bare(**changes: object) -> Scenario:
    return replace(scenario([side("A"), side("B")]), **changes)  # type: ignore[arg-type]


def test_numbers_are_counted_by_evidence() -> None:
    base = bare()
    known = Quantity(1.0, 2.0, "literature", "a book")
    fitted = Quantity(0.1, 0.2, "estimated", "a fit")
    base = replace(
        base,
        quantities={**base.quantities, "attrition": known, "leaving": fitted, "pool": fitted},
        links=(Link("A", "B", Quantity(0.1, 0.1, "estimated", "a fit")),),
    )
    found = check(base)
    total = len(THEATRE) + 2 * len(GROUP) + 1
    assert found.counts == {"estimated": 3, "literature": 1, "assumed": total - 4}
    assert [n.name for n in found.of("estimated")] == ["leaving", "pool", "link.A>B"]
    assert [n.name for n in found.of("estimated", ranges=True)] == ["leaving", "pool"]
    (one,) = found.of("literature")
    assert (one.name, one.text, one.source) == ("attrition", "1 to 2", "a book")
    assert one.unit == "share of rural members a month"


def test_a_number_is_a_default_where_a_silent_file_would_have_it() -> None:
    found = {n.name: n for n in check(scenario([side("A", ranges=True)], ranges=True)).numbers}
    assert found["attrition"].is_default
    assert found["A.cohesion"].is_default
    assert not found["A.members"].is_default
    assert not check(bare()).numbers[0].is_default
    said = check(scenario([side("A", ranges=True), side("B", cohesion=0.5)], ranges=True)).warnings
    assert "cohesion is the default for A" in said


def test_the_dictionary_is_json_with_stable_keys() -> None:
    found = check(toy(ruler="State")).to_dict()
    assert json.loads(json.dumps(found)) == found
    assert list(found) == [
        "heading", "name", "title", "theatre", "as_of", "data_until", "vintage", "citation", "first_month",
        "last_month", "draws", "sides", "ruler", "off", "variants", "levers", "shocks", "options", "warnings", "notes",
        "evidence", "ranges", "numbers",
    ]  # fmt: skip
    assert list(found["numbers"][0]) == [
        "name", "words", "unit", "text", "low", "high", "scale", "evidence", "source", "is_default",
    ]  # fmt: skip
    assert found["heading"] == "scenario, not a forecast"
    assert (found["first_month"], found["last_month"], found["as_of"]) == ("2021-09", "2022-08", "2021-08-31")


def test_the_story_is_told_in_words() -> None:
    assert shock_words(shock("withdrawal", 0)) == "foreign soldiers leave in September 2021"
    assert shock_words(shock("jail_break", (1, 3), group="A", size=(0.1, 0.25), probability=0.5)) == (
        "10 to 25% of the prisoners of A are free in some month from October 2021 to December 2021, "
        "with a probability of 50%"
    )
    assert months_text(FIRST, FIRST + 1) == "September 2021 to October 2021"
    base = bare(levers={**bare().levers, "strikes": 0.5})
    assert option_words(option("hit_hard", (0, 1), strikes=1.0, mediation=0.2), base) == (
        "Hit hard: strikes from 0.5 to 1, mediation from 0 to 0.2, September 2021 to October 2021"
    )
    assert option_words(base.options[0], base) == "Do nothing: nothing is moved"


def test_where_everything_can_happen_no_mechanism_is_idle() -> None:
    assert idle_mechanisms(toy(ruler="State")) == {}


def test_in_a_bare_theatre_most_mechanisms_are_idle_and_say_why() -> None:
    found = idle_mechanisms(bare())
    assert set(MECHANISM_NAMES) - set(found) == {
        "recruitment", "displacement", "defection", "bandwagon", "outbidding_number", "outbidding_severity",
    }  # fmt: skip
    assert found["alliance"] == "no two sides are allies"
    assert found["shocks"] == "there are no shocks"
    assert found["mediation"] == "no side talks"


def test_links_and_variants_are_what_competition_needs() -> None:
    assert "outbidding_number" in idle_mechanisms(bare(variants=("fitted", "none")))
    assert "outbidding_number" not in idle_mechanisms(bare(variants=("fitted", "deter")))
    linked = scenario([side("A"), side("B")], links={("A", "B"): 0.1})
    assert "outbidding_number" not in idle_mechanisms(replace(linked, variants=("fitted",)))


def test_a_mechanism_that_is_off_is_not_said_to_be_idle() -> None:
    off = check(bare(off=("alliance",)))
    assert list(off.off) == ["alliance"]
    assert not any(words.startswith("alliance is on") for words in off.warnings)
    assert any(words.startswith("alliance is on") for words in check(bare()).warnings)


@pytest.mark.parametrize(
    ("idle", "zeros"),
    [
        ("attrition", ["attrition", "strike_attrition"]),
        ("displacement", ["displacement", "urban_severity"]),
        ("defection", ["defection"]),
        ("bandwagon", ["bandwagon"]),
        ("grievance", ["grievance"]),
        ("hedging", ["hedging"]),
        ("outbidding_severity", ["severity_link"]),
        ("demonstration", ["embolden", "outdo"]),
        ("prestige", ["prestige"]),
        ("timing", ["timing"]),
        ("intelligence", ["intelligence_gain", "strike_precision"]),
        ("strike_response", ["strike_response"]),
        ("strike_harm", ["strike_civilians"]),
        ("reintegration", ["reintegration_rate"]),
        ("mediation", ["mediation_effect", "mediation_splits"]),
        ("recruitment", ["leaving", "pool"]),
    ],
)
def test_a_mechanism_whose_numbers_are_zero_is_idle(idle: str, zeros: list[str]) -> None:
    base = toy(ruler="State")
    before = set(idle_mechanisms(base))
    assert idle not in before
    assert set(idle_mechanisms(with_quantities(base, **dict.fromkeys(zeros, 0.0)))) == before | {idle}


def test_an_option_that_changes_nothing_is_pointed_out() -> None:
    options = [option("talk", mediation=1.0), option("same", operations=1.0), option("share", intelligence=1.0)]
    said = "\n".join(check(scenario([side("A"), side("B")], options=options)).warnings)
    assert "option talk moves mediation, which changes nothing here (mediation: no side talks)" in said
    assert "option same sets its levers to what they are" in said
    assert "option share moves intelligence, which changes nothing here (nobody rules)" in said
    reintegration = option("give_up_arms", reintegration=1.0)
    said = "\n".join(check(scenario([side("A")], options=[reintegration], off=["reintegration"])).warnings)
    assert "moves reintegration, which changes nothing here (reintegration is off)" in said
    assert "option give_up_arms" not in "\n".join(check(scenario([side("A")], options=[reintegration])).warnings)


def test_every_lever_works_through_mechanisms_that_exist() -> None:
    assert set(LEVER_MECHANISMS) == set(LEVER_NAMES)
    assert set().union(*LEVER_MECHANISMS.values()) <= set(MECHANISM_NAMES)


def test_where_the_figures_end_is_said() -> None:
    estimated = with_quantities(bare(), attrition=Quantity(0.1, 0.2, "estimated", "a fit"))
    late = check(replace(estimated, as_of=date(2021, 8, 30), data_until=date(2020, 12, 31), vintage="21.1")).warnings
    assert late[0].startswith("the figures end in December 2020, 8 months before the as-of day (2021-08-30)")
    now = check(replace(estimated, as_of=date(2021, 8, 30), data_until=date(2021, 8, 30), vintage="21.1")).warnings
    assert not any("figures" in words for words in now)
    unsaid = check(estimated).warnings
    assert "1 number is estimated, but until when the figures go (data_until) is not said" in unsaid
    assert not any("data_until" in words for words in check(bare()).warnings)


def test_what_is_odd_in_shocks_sides_and_links_is_pointed_out() -> None:
    odd = scenario(
        [side("A", external=True), side("B", external_rate=1.0), side("C", members=0.0), state()],
        ruler="A",
        allies=[("A", "B")],
        links={("A", "B"): 0.1, ("B", "C"): 0.1},
        shocks=[shock("withdrawal", 1), shock("take_over", 2, group="A"), shock("jail_break", 2, group="B", size=0.5)],
    )
    said = check(odd).warnings
    for words in (
        "shock 1 is a withdrawal, but foreign soldiers are not there (foreign_presence)",
        "shock 2: A rules at the start, so this may be no more than a triumph and turmoil",
        "shock 3: B has no prisoners at the start",
        "A is external, but has no external_rate: it makes no attacks abroad",
        "B has an external_rate, but is not external: it makes no attacks abroad",
        "C has no members, so it neither attacks nor recruits",
        "the link from A to B has no effect: they are allies",
        "there is no option but do_nothing: nothing is compared",
        "100 draws are few: ends of intervals will be rough below 1,000",
    ):
        assert words in said, words
    assert not any("link from B to C" in words for words in said)
    # It is a triumph all the same.
    assert "demonstration" not in idle_mechanisms(odd)
