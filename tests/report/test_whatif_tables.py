"""A comparison as text: every figure under its name, what it is and rests on, nothing that steers a terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from planted_comparison import planted_comparison, planted_scenario_of
from tocsin.errors import InputError
from tocsin.report.layout import WIDTH
from tocsin.report.whatif_beside import beside_document, print_beside
from tocsin.report.whatif_json import comparison_document
from tocsin.report.whatif_scenarios import print_check, print_scenarios
from tocsin.report.whatif_tables import print_comparison
from tocsin.report.whatif_words import amount, change, quantity_words, rests_words, variant_runs, verdict_words
from tocsin.whatif.comparison.result import Comparison, Flip

SOME = planted_comparison()


def lines(comparison: Comparison = SOME, horizon: int = 12, **options: Any) -> list[str]:
    out = io.StringIO()
    print_comparison(comparison, horizon, file=out, **options)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def text(comparison: Comparison = SOME, horizon: int = 12, **options: Any) -> str:
    return " ".join(" ".join(lines(comparison, horizon, **options)).split())


def part(found: list[str], head: str) -> list[list[str]]:
    """The rows of the table under a head, as cells; rows that a cell folds into are rows too."""
    begin = next(i for i, line in enumerate(found) if line.startswith(head))
    ruled = next(i for i in range(begin, len(found)) if set(found[i]) <= set("-+") and "-" in found[i])
    rows = []
    for line in found[ruled + 1 :]:
        if "|" not in line:
            break
        rows.append([cell.strip() for cell in line.split("|")])
    return rows


def test_head_says_what_it_is_as_of_when_and_of_how_many_runs() -> None:
    found = lines()
    assert found[1] == "Planted: North rules and South contests it"
    assert found[2].startswith("Scenario, not a forecast")
    said = text()
    assert "Nowhere as of 2021-08-31; figures to 2020-12-31, 8 months before (planted 1)." in said
    assert "2021-09 to 2024-08; 1,000 runs of each option (100 points of the uncertain numbers), seed 7" in said
    assert "variants: fitted, match, deter, none (200 runs of all but the first)" in said


def test_options_stand_with_mean_and_interval_at_the_horizon() -> None:
    rows = part(lines(), "Within 12 months (to 2022-08-31)")
    # 20 deaths a month, 2 fewer with intelligence; half and twice the mean; 0.25 mass-casualty attacks a month.
    assert rows[0] == ["Do nothing", "240", "3.0", "60", "0.60", "1,200", "0.90"]
    assert rows[1] == ["", "120-480", "1.5-6.0", "30-120", "0.30-1.2", "600-2,400", "0.45-1.80"]
    assert rows[2][:2] == ["Share intelligence", "216"]
    assert part(lines(horizon=36), "Within 36 months (to 2024-08-31)")[0][1] == "720"


def test_differences_stand_with_both_intervals_and_shares_at_every_horizon() -> None:
    rows = part(lines(), "Civilian deaths against doing nothing, run by run")
    assert rows[0] == ["Share intelligence", "-12 (-14 to -10)", "-24 (-26 to -22)", "-72 (-74 to -70)"]
    assert rows[1] == ["", "-72 to +48; 70%, 20%", "-84 to +36; 70%, 20%", "-132 to -12; 70%, 20%"]
    assert len(rows) == 4  # doing nothing is not compared with itself


def test_choices_stand_by_variant_with_regret_and_their_horizon() -> None:
    assert any(line.startswith("Fewest expected civilian deaths within 12 months") for line in lines())
    rows = part(lines(), "Fewest expected civilian deaths")
    assert rows[0] == ["Do nothing", "12%", "12%", "12%", "12%", "48", "96", "145", ""]
    assert rows[2] == ["Policing", "75%", "75%", "75%", "75%", "0", "0", "1.0", "least"]


def test_conclusions_say_what_they_rest_on_and_how_much_is_assumed() -> None:
    rows = part(lines(), "What follows from the scenario's ranges")
    assert rows[0][:3] == ["Share intelligence", "fewer", "-24 (-26 to -22)"]
    assert rows[0][4] == "12/31/57%"
    assert "strike_response (literature)" in text()
    said = " ".join(row[3] for row in rows if row[3])
    assert said == "fitted, match, deter all 4 variants"


def test_too_few_trajectories_tell_no_shares() -> None:
    shares = {"share_estimated": None, "share_literature": None, "share_assumed": None}
    hidden = tuple(replace(row, **shares) for row in SOME.conclusions)
    few = replace(SOME, trajectories=4, conclusions=hidden)
    assert part(lines(few), "What follows")[0][4] == "-"
    assert "- with fewer than 10 trajectories: more runs make more of them" in text(few)
    assert "trajectories" not in text()


def test_what_decides_is_hidden_by_chance_or_was_not_looked_into() -> None:
    row = replace(SOME.conclusions[0], rests_on=())
    assert rests_words(row) == "hidden by chance"
    assert rests_words(row, looked=False) == "not looked into"
    assert rests_words(replace(row, verdict="as many")) == "-"
    assert "hidden by chance" in text(replace(SOME, conclusions=(row,), decisive=()))


def test_a_verdict_that_no_variant_tells_is_so_in_all() -> None:
    row = replace(SOME.conclusions[0], verdict="cannot tell", holds_in=tuple(SOME.variants), robust=False)
    rows = part(lines(replace(SOME, conclusions=(row,))), "What follows")
    assert " ".join(cells[3] for cells in rows).strip() == "all 4 variants"
    assert "no variant" not in text(replace(SOME, conclusions=(row,)))


def test_a_sign_that_is_assumed_is_marked_and_why_doing_nothing_never_has_the_fewest() -> None:
    assumed = tuple(replace(row, sign_assumed=row.option == "policing") for row in SOME.conclusions)
    said = text(replace(SOME, conclusions=assumed))
    assert "| fewer * |" in said
    assert "hardly a point of the ranges allows the other sign, so that it is assumed, not found" in said
    assert "never has the fewest" not in said  # it is, at 12% of points
    never = tuple(replace(row, p_best=0.0) if row.option == "do_nothing" else row for row in SOME.choices)
    said = text(replace(SOME, conclusions=assumed, choices=never))
    assert "Do nothing never has the fewest since the ranges give no harm and no cost to: Policing." in said
    assert "never has the fewest" not in text(replace(SOME, choices=never))


def test_the_least_regret_is_marked_where_it_can_be_told() -> None:
    def marks(*names: str) -> tuple[list[str], str]:
        choices = tuple(replace(row, least_regret=row.option in names) for row in SOME.choices)
        found = lines(replace(SOME, choices=choices))
        return [row[8] for row in part(found, "Fewest expected")], " ".join(" ".join(found).split())

    one, said = marks("policing")
    assert one == ["", "", "least"]
    assert "largest among 100 points. least: the 95% regret is the least beyond chance." in said
    two, said = marks("policing", "share_intelligence")
    assert two == ["", "one of 2", "one of 2"]
    assert "those marked cannot be told from each other" in said
    every, said = marks("policing", "share_intelligence", "do_nothing")
    assert every == ["", "", ""]
    assert "no option can be told from the others" in said


def test_a_verdict_is_of_the_interval_of_the_mean_and_of_the_points() -> None:
    row = SOME.difference("policing", "civilian_deaths", 12)
    assert verdict_words(row, 240.0) == "fewer"
    assert verdict_words(replace(row, mean_high=0.5), 240.0) == "cannot tell"
    more = replace(row, mean=20.0, mean_low=5.0, mean_high=30.0, points_less=0.04, points_more=0.96)
    assert verdict_words(more, 240.0) == "more"
    mixed = replace(more, points_less=0.45, points_more=0.55)
    assert verdict_words(mixed, 240.0) == "more on average, but fewer at 45% of points"
    hidden = replace(more, points_less=None, points_more=None)
    assert verdict_words(hidden, 240.0) == "more on average, chance hides at how many points"
    assert verdict_words(mixed, 5000.0) == "hardly more on average, but fewer at 45% of points"
    assert verdict_words(replace(row, mean=0, mean_low=0, mean_high=0, p_less=0, p_more=0), 240.0) == "as many"
    assert verdict_words(row, 5000.0) == "hardly fewer"  # 48 of 5,000


def test_what_decides_stands_with_its_evidence_the_most_first() -> None:
    rows = [row for row in part(lines(), "What decides the difference") if row[0]]
    assert [row[0] for row in rows] == ["strike_response", "South.attack_rate", "divisions", "policing_gain"]
    assert rows[0][1:4] == ["literature", "80 ±12", "higher, more"]
    assert rows[1][1:4] == ["estimated", "40 ±8.0", "higher, fewer"]
    assert rows[2][3] == "either way"


def test_where_the_ranking_turns_is_said_in_words() -> None:
    said = text()
    assert (
        "Share intelligence: More civilian deaths than under doing nothing where strike_response is from 0.1 to 0.53 "
        "and divisions is from 0.05 to 0.1: at 90% of such points, against 30% of all; 60% of all points with more lie "
        "there."
    ) in said
    assert "Policing: more civilian" not in said  # no box was found
    assert "Policing: more civilian deaths than under doing nothing at 10% of points; no range" in text(everything=True)
    open_ended = Flip("fitted", "policing", "civilian_deaths", 12, "more",
                      {"attrition": (float("-inf"), 0.01), "pool": (2.0, float("inf"))}, 0.5, 0.5, 0.1)  # fmt: skip
    assert "where attrition is at most 0.01 and pool is at least 2" in text(replace(SOME, flips=(open_ended,)))


def test_the_mechanisms_that_carry_a_result_are_shown_and_those_that_do_not_on_asking() -> None:
    rows = part(lines(), "Without a mechanism")
    # A turn first, then the largest changes, three of them; nothing of policing, which no mechanism carries.
    assert rows[0] == ["Share intelligence", "strike_response", "-24 (-26 to -22)", "+12 (+10 to +14)", "turns"]
    assert [row[1] for row in rows] == ["strike_response", "intelligence", "grievance"]
    every = part(lines(everything=True), "Without a mechanism")
    assert [row[1] for row in every] == 2 * [
        "intelligence",
        "strike_response",
        "grievance",
        "cohesion",
        "all side effects",
    ]
    assert "All side effects of Policing: grievance, hedging." in text(everything=True)
    none = replace(SOME, without=tuple(replace(row, effect="little") for row in SOME.without))
    assert "No mechanism alone turns a sign" in text(none)
    assert "Without a mechanism" not in text(planted_comparison(sensitivity=False))


def test_without_sensitivity_nothing_is_claimed_of_it() -> None:
    said = text(planted_comparison(sensitivity=False))
    assert "What decides the difference" not in said
    assert "rests most on" not in said
    assert "What decides was not looked into" in said


def test_all_adds_the_other_horizons_groups_and_variants() -> None:
    found = lines(everything=True)
    for horizon in (6, 12, 36):
        assert any(line.startswith(f"Within {horizon} months") for line in found)
    assert part(found, "Members under arms 12 months on")[0] == ["Do nothing", "60,000", "2,000", "900"]
    by_variant = part(found, "Civilian deaths within 12 months, by variant")
    assert by_variant[0][4] == "+12 (+10 to +14)"  # sharing is worse where nobody competes
    assert any("Attacks abroad against doing nothing" in line for line in found)
    assert "A note on the scenario." in found
    assert len(lines()) < 95 < len(found)


def test_another_outcome_ranks_where_it_was_asked_for() -> None:
    said = text(outcome="attacks")
    assert "Attacks on civilians against doing nothing" in said
    assert "Fewest expected" not in said  # the planted options are ranked by deaths only


def test_options_are_told_against_the_first_whichever_it_is() -> None:
    scenario = planted_scenario_of()
    first = replace(scenario, options=scenario.options[1:])
    rows = tuple(row for row in SOME.differences if row.option == "policing")
    turned = replace(SOME, scenario=first, differences=rows, conclusions=SOME.conclusions[1:], flips=SOME.flips[:0])
    said = text(turned)
    assert "Civilian deaths against “Share intelligence”, run by run" in said
    assert "doing nothing" not in said


@pytest.mark.parametrize("everything", [False, True])
def test_no_line_is_wider_than_the_page(everything: bool) -> None:
    many = planted_comparison()
    long = replace(many.scenario.options[1], title="Share everything there is with whoever rules, and more of the same")
    scenario = replace(many.scenario, options=(many.scenario.options[0], long, many.scenario.options[2]))
    found = lines(replace(many, scenario=scenario), everything=everything)
    assert max(cell_len(line) for line in found) <= WIDTH


@pytest.mark.parametrize("width", [80, 100, 160])
def test_a_narrower_terminal_loses_no_figure(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def console_of(file: Any) -> Console:
        return Console(file=file, width=width, force_terminal=True, color_system=None, highlight=False)

    monkeypatch.setattr("tocsin.report.whatif_tables.console_of", console_of)
    found = lines()
    assert max(cell_len(line) for line in found) <= width
    assert sum("0.45-1.80" in line for line in found) == 3  # the last column of the options
    assert any("600-2,400" in line for line in found)


def test_names_cannot_steer_the_terminal() -> None:
    scenario = replace(SOME.scenario, title="A\x1b[31mB", notes=("C\x1b[2JD",))
    out = "".join(lines(replace(SOME, scenario=scenario), everything=True))
    assert "\x1b" not in out
    assert "A[31mB" in out


def test_chance_that_hides_what_tells_points_apart_is_said() -> None:
    hidden = tuple(replace(row, resolved=0.1) if row.option == "policing" else row for row in SOME.choices)
    assert "Chance hides most of what tells points apart for: Policing." in text(replace(SOME, choices=hidden))
    assert "Chance hides" not in text()


def test_variants_are_named_with_their_runs() -> None:
    assert variant_runs(replace(SOME, variants={"deter": 50})) == "variant: deter"
    assert variant_runs(replace(SOME, variants={"fitted": 50, "none": 50})) == "variants: fitted, none"


def test_figures_are_no_finer_than_they_can_be_read() -> None:
    assert [amount(v, "attacks") for v in (0.0, 0.004, 0.25, 5.25, 12.6, 1e6)] == [
        "0",
        "0",
        "0.25",
        "5.2",
        "13",
        "1,000,000",
    ]
    assert [change(v, "attacks") for v in (0.0, -0.001, 0.25, -3.0)] == ["0", "0", "+0.25", "-3.0"]
    assert change(float("inf"), "attacks") == "+inf"


def test_every_number_has_its_meaning() -> None:
    assert quantity_words("attrition")[0] == "share of rural members a month"
    assert quantity_words("South.members")[0] == "people"
    assert quantity_words("link.IS>Taleban") == ("further attacks", "of Taleban, per attack of IS")
    assert quantity_words("shock.3.size") == ("size", "of dated event 3")
    assert quantity_words("nothing") == ("", "")


# --- scenarios, and results beside each other ------------------------------------------------------------------------


def test_scenarios_are_listed_with_their_options() -> None:
    out = io.StringIO()
    print_scenarios([planted_scenario_of()], file=out)
    said = " ".join(out.getvalue().split())
    assert "planted Planted: North rules" in said
    assert "options: do_nothing, share_intelligence, policing" in said
    assert "Each is a scenario, not a forecast." in said


def test_a_check_counts_the_evidence_and_lists_what_is_assumed() -> None:
    out = io.StringIO()
    scenario = planted_scenario_of()
    print_check(scenario, file=out)
    said = " ".join(out.getvalue().split())
    assert "Scenario, not a forecast" in said
    assert "North rules at the start" in said
    quantities = [*scenario.quantities.values(), *(q for side in scenario.sides for q in side.numbers.values())]
    varying = sum(q.evidence == "assumed" and q.is_range for q in quantities)
    assert f"assumed ({varying} vary)" in said
    assert f"{len(quantities)} numbers:" in said
    assert "urban_share | North 0.1 to 0.3; South 0.1 to 0.3; East 0.1 to 0.3" in said
    assert "members |" not in said  # estimated, so not among the assumed
    whole = io.StringIO()
    print_check(scenario, everything=True, file=whole)
    assert "North.members" in whole.getvalue()


def test_results_stand_beside_each_other() -> None:
    other = planted_comparison(("policing",))
    other = replace(other, scenario=replace(other.scenario, name="other"))
    document = beside_document([comparison_document(SOME), comparison_document(other)], "civilian_deaths", 12, [])
    out = io.StringIO()
    print_beside(document, file=out)
    found = [line.rstrip() for line in out.getvalue().splitlines()]
    assert part(found, "Mean")[1] == ["Share intelligence", "216 (108-432)", "-"]
    assert part(found, "Mean")[2] == ["Policing", "192 (96-384)", "192 (96-384)"]
    assert part(found, "Against")[1][:2] == ["Share intelligence", "-24 (-26 to -22)"]
    assert part(found, "P(best), 12 months")[2] == ["Policing", "75%", "75%"]
    said = " ".join(out.getvalue().split())
    assert "scenario, not a forecast" in said
    assert (
        "planted: Nowhere as of 2021-08-31; figures to 2020-12-31 (planted 1); 2021-09 to 2024-08; 1,000 runs" in said
    )
    only = beside_document([comparison_document(SOME)] * 2, "civilian_deaths", 6, ["policing"])
    assert [option["name"] for option in only["options"]] == ["policing"]


def test_an_option_called_differently_goes_by_its_name() -> None:
    scenario = SOME.scenario
    renamed = (*scenario.options[:2], replace(scenario.options[2], title="Support the police"))
    other = replace(SOME, scenario=replace(scenario, options=renamed))
    document = beside_document([comparison_document(SOME), comparison_document(other)], "civilian_deaths", 12, [])
    assert [option["title"] for option in document["options"]] == ["Do nothing", "Share intelligence", "policing"]


@pytest.mark.parametrize(
    ("outcome", "horizon", "options", "said"),
    [
        ("civilian_deaths", 24, [], "not every result has a horizon of 24 months; in common they have: 6, 12, 36"),
        ("civilian_deaths", 12, ["mediate"], "no result has an option 'mediate'. There are: do_nothing"),
        ("nothing", 12, [], "planted has no figures of nothing within 12 months"),
    ],
)
def test_what_no_result_holds_is_refused(outcome: str, horizon: int, options: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        beside_document([comparison_document(SOME)] * 2, outcome, horizon, options)
