"""The what-if page: scenarios, the numbers of one as a form, and the result of a run, which is no forecast."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from page_reading import Node, chart_data, links, read
from planted_web import OF_SCENARIO

from planted_comparison import CHANGE, VARIANTS, planted_comparison, planted_scenario_of
from tocsin.settings import Settings
from tocsin.web.asked import Asked
from tocsin.web.headers import STATIC
from tocsin.web.page import Page
from tocsin.web.pages import whatif_charts, whatif_tables
from tocsin.web.pages.whatif import page
from tocsin.web.pages.whatif_form import read_form
from tocsin.web.pages.whatif_result import command_of, result_of
from tocsin.web.question import silent
from tocsin.web.questions.whatif import WhatIf, shipped_scenario
from tocsin.web.render import render_page
from tocsin.web.tables import write_download
from tocsin.whatif.check.report import check
from tocsin.whatif.comparison.result import Comparison
from tocsin.whatif.files.reading import packaged_scenarios, parse_scenario

NAME = "afghanistan-2021-08"
ASKED = Asked()
RUN = {"scenario": NAME, "run": "1", "draws": "100", "grievance.low": "0", "grievance.high": "0.01", "off.hedging": "1",
       "skip.mediation": "1"}  # fmt: skip
HOSTILE = '"><script>alert(1)</script>'


def shown(given: Mapping[str, str], found: Mapping[Any, Any] | None = None, asked: Asked = ASKED) -> Node:
    return read(render_page(page(asked, given), found or {}, links(asked)))


@pytest.fixture(scope="module")
def ran() -> Comparison:
    return page_of(RUN).needs[0].answer(Settings(), silent)  # type: ignore[no-any-return]


def page_of(given: Mapping[str, str]) -> Page:
    return page(ASKED, given)


class NoServer:
    """Links of a static site that holds no run."""

    static_site = True

    def to(self, name: str, **given: str) -> str | None:
        return None if "run" in given else f"{name}.html"

    def asset(self, path: str) -> str:
        return path

    def download(self, *_: object) -> str | None:
        return None


# --- before a run ----------------------------------------------------------------------------------------------------


def test_the_list_names_every_shipped_scenario_with_its_day_and_what_it_rests_on() -> None:
    found = shown({})
    cards = found.all("li", class_="card")
    assert len(cards) == len(packaged_scenarios())
    for card, name in zip(cards, packaged_scenarios(), strict=True):
        scenario = shipped_scenario(name)
        assert scenario.title in card.text
        assert all(option.title in card.text for option in scenario.options)
        assert f"scenario={name}" in card.all("a")[0].given["href"]
        assert f"{len(check(scenario).numbers)} numbers" in card.text
    assert "not forecasts" in found.all("div", class_="callout")[0].text


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_scenario_shows_every_number_with_its_range_evidence_and_source(name: str) -> None:
    assert page_of({"scenario": name}).needs == ()
    found = shown({"scenario": name})
    assert "A scenario, not a forecast" in found.all("div", class_="callout")[0].text
    form = found.all("form", class_="whatif-form")[0]
    assert form.given["method"] == "get"
    assert form.given["action"] == "/what-if"
    fields = {field.given["name"]: field for field in form.all("input", type="number")}
    groups = {group.all("code")[0].text: group for group in form.all("div", class_="number")}
    for number in check(shipped_scenario(name)).numbers:
        for end, value in (("low", number.low), ("high", number.high)):
            assert float(fields[f"{number.name}.{end}"].given["value"]) == value
            assert fields[f"{number.name}.{end}"].given["data-usual"] == fields[f"{number.name}.{end}"].given["value"]
        told = groups[number.name].text
        assert number.unit in told
        assert " ".join(number.words.split()) in told
        assert " ".join(number.source.split()) in told
    assert len(fields) == 2 * len(groups) + 2  # with draws and seed
    assert shipped_scenario(name).citation in found.text


def test_every_field_has_a_label_and_every_heading_its_place() -> None:
    for given in ({}, {"scenario": NAME}, {"scenario": NAME, "attrition.low": "x"}):
        found = shown(given)
        labels = {label.given["for"] for label in found.all("label") if "for" in label.given}
        inside = [box for label in found.all("label") for box in label.all("input")]
        for field in found.all("input") + found.all("select"):
            if field.given.get("type") != "hidden" and field not in inside:
                assert field.given["id"] in labels
        levels = [int(level) for level in re.findall(r"<h([1-6])", html(given))]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def html(given: Mapping[str, str], found: Mapping[Any, Any] | None = None) -> str:
    return render_page(page(ASKED, given), found or {}, links(ASKED))


def test_a_bad_value_is_told_beside_its_field_and_nothing_is_run() -> None:
    given = {"scenario": NAME, "run": "1", "attrition.low": "-1", "draws": HOSTILE}
    refused = page_of(given)
    assert refused.status == 400
    assert refused.needs == refused.downloads == ()
    found = shown(given)
    assert "Nothing was run" in found.all("div", role="alert")[0].text
    (field,) = found.all("form", class_="whatif-form")[0].all("input", name="attrition.low")
    assert field.given["value"] == "-1"
    assert field.given["aria-invalid"] == "true"
    beside = next(one for one in found.all("p", class_="problem") if one.given["id"] == field.given["aria-describedby"])
    assert beside.text == "-1 is out of what is allowed, 0 to 10"
    assert any(one.given["id"] == "wrong-draws" for one in found.all("p", class_="problem"))
    # What is wrong can be gone to, and its part of the form stands open.
    assert f"#{field.given['id']}" in [link.given["href"] for link in found.all("a")]
    attrition = next(one for one in found.all("details") if "attrition" in one.text and one.has("class_", "mechanism")
                     and field in one.all("input"))  # fmt: skip
    assert "open" in attrition.given
    assert HOSTILE not in html(given)
    assert page_of({"scenario": NAME}).status == 200


def test_the_day_that_travels_does_not_change_a_scenario_and_that_is_said() -> None:
    usual, other = shown({"scenario": NAME}), shown({"scenario": NAME}, asked=Asked(as_of=date(2020, 6, 30)))
    said = "You chose 30 June 2020 as the day. This scenario has a day of its own, 30 August 2021"
    assert said in other.text
    assert "You chose" not in usual.text
    assert "30 August 2021 (the scenario's own day)" in other.text
    assert page(Asked(as_of=date(2020, 6, 30)), RUN).needs == page_of(RUN).needs
    hidden = other.all("form", class_="whatif-form")[0].all("input", type="hidden", name="as_of")
    assert [field.given["value"] for field in hidden] == ["2020-06-30"]


def test_the_page_before_a_run_has_downloads_that_need_no_run() -> None:
    made = page_of({"scenario": NAME, "attrition.low": "0.01"})
    assert [one.name for one in made.downloads] == ["numbers", "scenario"]
    numbers = pl.read_csv(io.BytesIO(write_download(made.downloads[0], "csv", {}, OF_SCENARIO)))
    assert len(numbers) == len(check(shipped_scenario(NAME)).numbers)
    changed = numbers.filter(pl.col("number") == "attrition")
    assert changed.select("low", "high", "evidence").row(0) == (0.01, 0.03, "set by you")
    text = write_download(made.downloads[1], "toml", {}, OF_SCENARIO).decode()
    assert text.startswith(f"# {OF_SCENARIO.line}\n")
    assert parse_scenario(text).quantities["attrition"].low == 0.01


# --- a run -----------------------------------------------------------------------------------------------------------


def test_only_a_run_that_is_asked_for_is_needed_and_what_is_shown_is_no_part_of_it() -> None:
    assert page_of({**RUN, "run": "0"}).needs == ()
    (question,) = page_of(RUN).needs
    assert question == WhatIf(
        NAME,
        (("grievance", 0.0, 0.01),),
        ("hedging",),
        ("do_nothing", "share_intelligence", "strikes_without", "policing_and_prisons", "reintegration"),
        draws=100,
    )
    assert question.lane == "whatif"
    assert page_of({**RUN, "months": "36", "outcome": "mass_casualty_attacks"}).needs == (question,)
    assert page_of({**RUN, "seed": "2"}).needs != (question,)


def test_the_same_address_is_the_same_result_and_progress_is_told(ran: Comparison) -> None:
    told: list[tuple[str, int, int]] = []
    again = page_of(RUN).needs[0].answer(Settings(), lambda words, done=0, total=0: told.append((words, done, total)))
    assert again.to_dict() == ran.to_dict()
    assert told[0][1:] == (0, 0)
    assert [done for _, done, _ in told[1:]] == list(range(1, len(told)))
    assert told[-1][1] == told[-1][2] > 1


def test_a_result_is_headed_by_what_it_is_not_and_says_what_it_rests_on(ran: Comparison) -> None:
    found = shown(RUN, {page_of(RUN).needs[0]: ran})
    assert found.all("h2")[0].text == "A scenario, not a forecast"
    assert "figures to 2020-12-31" in found.text
    assert "100 runs of each option (10 points of the uncertain numbers), seed 1" in found.text
    assert "switched off: hedging" in found.text
    assert "Options left out: Mediation" in found.text
    assert "grievance 0 to 0.01 share of members a month; the scenario has 0 to 0.005" in found.text
    assert "Set by you 1 1" in found.text
    assert "1 of its numbers is set by you" in found.all("div", class_="callout")[0].text
    for conclusion in ran.conclusions:
        if (conclusion.outcome, conclusion.horizon) == ("civilian_deaths", 12):
            assert " ".join(conclusion.text.split()) in found.text
    kinds = [figure.given["data-kind"] for figure in found.all("figure", class_="chart")]
    assert kinds == ["whatif-differences", "whatif-months", "whatif-best", "whatif-strength"]
    script = (STATIC / "charts" / "whatif.js").read_text(encoding="utf-8")
    assert set(re.findall(r'tocsin\.chart\("([\w-]+)"', script)) == {*kinds, "whatif-decides"}
    for figure in found.all("figure", class_="chart"):
        assert "not a forecast" in figure.all("figcaption")[0].text
        assert chart_data(figure)["source"].startswith("Scenario, not a forecast")
        assert chart_data(figure)["source"].endswith("Set by you: grievance 0 to 0.01.")
    assert "was not looked into" in found.text


def test_shares_of_points_are_neither_a_probability_nor_advice(ran: Comparison) -> None:
    main = shown(RUN, {page_of(RUN).needs[0]: ran}).all("main")[0]
    assert "Which option has the fewest, over what is not known" in [head.text for head in main.all("h3")]
    assert "Share of points" in [head.text for table in main.all("table") for head in table.all("th", scope="col")]
    assert "P(best)" not in main.text
    assert not re.search(r"\bis (never )?best\b|\bthe best option\b", main.text)


def test_another_outcome_and_horizon_are_links_to_the_same_run(ran: Comparison) -> None:
    given = {**RUN, "months": "36", "outcome": "mass_casualty_attacks"}
    found = shown(given, {page_of(RUN).needs[0]: ran})
    assert "Mass-casualty attacks within 36 months (to 2024-08-31), against doing nothing" in found.text
    shown_as = found.all("nav", class_="whatif-shown")[0]
    assert [part.text for part in shown_as.all("span")] == ["Mass-casualty attacks", "within 36 months"]
    assert all("off.hedging=1" in link.given["href"] and "run=1" in link.given["href"] for link in shown_as.all("a"))


def test_every_download_of_a_run_can_be_written(ran: Comparison) -> None:
    made = page_of(RUN)
    found = {made.needs[0]: ran}
    for one in made.downloads:
        for form in one.forms:
            assert write_download(one, form, found, OF_SCENARIO)
    by_name = {one.name: one for one in made.downloads}
    table = pl.read_parquet(io.BytesIO(write_download(by_name["differences"], "parquet", found, OF_SCENARIO)))
    assert len(table) == len(ran.differences)
    assert set(table["source"]) == {OF_SCENARIO.line}
    assert "set by you: grievance 0 to 0.01" in made.context(found, links(ASKED))["sources"].line
    document = json.loads(write_download(by_name["result"], "json", found, OF_SCENARIO))
    assert document["what"] == "scenario, not a forecast"
    assert document["switched_off"] == ["hedging"]
    assert document["set_by_you"] == [{"number": "grievance", "low": 0.0, "high": 0.01}]


def test_the_answer_of_a_run_is_its_pages(ran: Comparison) -> None:
    given = {"scenario": NAME, "run": "1", "draws": "100"}
    with pytest.raises(KeyError):
        render_page(page_of(given), {page_of(RUN).needs[0]: ran}, links(ASKED))


# --- planted figures -------------------------------------------------------------------------------------------------

PLANTED = planted_comparison()
PLANTED_FORM = read_form(PLANTED.scenario, {})


def row_of(table: Any, name: str) -> list[tuple[str, str]]:
    return next([(cell.text, cell.note) for cell in row] for row in table.rows if row[0].text == name)


def test_verdicts_and_options_are_those_planted() -> None:
    verdicts = whatif_tables.verdicts(PLANTED, "civilian_deaths", 12)
    mean = CHANGE["policing"]["fitted"] * 12
    assert row_of(verdicts, "Policing")[2] == (f"{mean:.0f}", f"{mean - 1.5:.0f} to {mean + 1.5:.0f}")
    options = whatif_tables.options(PLANTED, 12)
    assert row_of(options, "Do nothing")[1] == ("240", "120-480")  # 20 a month; half and twice of it
    assert row_of(options, "Policing")[1] == ("192", "96-384")
    assert [column.title for column in options.columns][1] == "Civilian deaths"


def test_the_chart_of_differences_has_a_panel_a_horizon_and_a_row_an_option() -> None:
    figures = whatif_charts.differences(PLANTED, "civilian_deaths").figures
    assert [panel["title"] for panel in figures["panels"]] == [f"Within {h} months" for h in (6, 12, 36)]
    for panel, horizon in zip(figures["panels"], (6, 12, 36), strict=True):
        assert [row["option"] for row in panel["rows"]] == ["Share intelligence", "Policing"]
        for row, name in zip(panel["rows"], ("share_intelligence", "policing"), strict=True):
            mean = CHANGE[name]["fitted"] * horizon
            assert row["mean"] == pytest.approx(mean)
            assert (row["mean_low"], row["mean_high"]) == pytest.approx((mean - 1.5, mean + 1.5))
            assert (row["low"], row["high"]) == pytest.approx((mean - 60, mean + 60))
            assert row["told"].endswith("; 70% of runs have fewer")


def test_the_months_of_a_chart_are_those_simulated_and_all_options_share_its_scale() -> None:
    figures = whatif_charts.by_month(PLANTED, "civilian_deaths").figures
    assert (figures["months"][0], figures["months"][-1], len(figures["months"])) == ("2021-09-01", "2024-08-01", 36)
    assert [panel["series"] for panel in figures["panels"]] == [None, 0, 1]
    assert all(figures["top"] >= max(panel["mean"]) for panel in figures["panels"])


def test_what_decides_names_what_was_set_anew() -> None:
    assert whatif_tables.decisive_rows(PLANTED, "civilian_deaths", 12)
    first = whatif_tables.decisive_rows(PLANTED, "civilian_deaths", 12)[0]
    told = whatif_tables.decisive(PLANTED, "civilian_deaths", 12, ())
    mine = whatif_tables.decisive(PLANTED, "civilian_deaths", 12, {first.quantity})
    assert mine.rows[0][1].text == "set by you" != told.rows[0][1].text
    chart = whatif_charts.decisive(PLANTED, "civilian_deaths", 12, {first.quantity})
    assert chart is not None
    assert chart.figures["rows"][0]["evidence"] == "set by you"
    assert whatif_charts.decisive(planted_comparison(sensitivity=False), "civilian_deaths", 12, ()) is None


def test_numbers_are_counted_by_what_they_rest_on() -> None:
    numbers = check(shipped_scenario(NAME)).numbers
    assumed = [number.name for number in numbers if number.evidence == "assumed"]
    table = whatif_tables.evidence(numbers, set(assumed[:2]))
    count = {row[0].text: int(row[1].text) for row in table.rows}
    assert count["Set by you"] == 2
    assert count["Assumed"] == len(assumed) - 2
    assert count["All"] == len(numbers) == sum(count.values()) - count["All"]


def test_a_result_without_a_look_into_what_decides_says_so() -> None:
    quick = result_of(planted_comparison(sensitivity=False), PLANTED_FORM, links(ASKED))
    assert not quick["looked"]
    assert quick["decisive"] is None
    assert quick["without"] is None
    whole = result_of(PLANTED, PLANTED_FORM, links(ASKED))
    assert whole["looked"]
    assert whole["decisive"] is not None
    assert "sensitivity=1" in quick["with_sensitivity"]
    assert {name for name, *_ in whole["outcome_links"]} == {
        "Civilian deaths",
        "Mass-casualty attacks",
        "Attacks abroad",
    }


def test_a_side_that_attacks_abroad_is_needed_to_compare_by_that() -> None:
    sides = tuple(replace(side, external=False) for side in planted_scenario_of().sides)
    found = read_form(planted_scenario_of(sides=sides), {"outcome": "external_attacks"})
    assert found.problems == {"outcome": "one of civilian_deaths, mass_casualty_attacks is expected"}


def test_best_has_a_column_a_variant() -> None:
    table = whatif_tables.best(PLANTED, "civilian_deaths", 12)
    assert [column.title for column in table.columns] == ["Option", *(f"Variant {name}" for name in VARIANTS)]
    regret = whatif_tables.regret(PLANTED, "civilian_deaths", 12)
    assert [row[0].text for row in regret.rows] == ["Do nothing", "Share intelligence", "Policing"]


# --- elsewhere -------------------------------------------------------------------------------------------------------


def test_the_command_that_gives_the_same() -> None:
    scenario = shipped_scenario(NAME)
    plain = command_of(read_form(scenario, {"off.hedging": "1", "draws": "300"}))
    assert plain == f"tocsin whatif run {NAME} --draws 300 --seed 1 --off hedging --no-sensitivity"
    fewer = command_of(read_form(scenario, {f"skip.{name}": "1" for name in ("mediation", "reintegration")}))
    assert fewer.startswith(
        f"tocsin whatif compare {NAME} --options do_nothing,share_intelligence,strikes_without,policing_and_prisons "
    )
    assert command_of(read_form(scenario, {"attrition.low": "0.01"})).startswith("tocsin whatif run scenario.toml ")


def test_a_static_site_has_the_numbers_and_no_form(ran: Comparison) -> None:
    for given, found in (({"scenario": NAME}, {}), (RUN, {page_of(RUN).needs[0]: ran})):
        text = render_page(page_of(given), found, NoServer())
        tree = read(text)
        assert not tree.all("form", class_="whatif-form")
        assert not tree.all("input", type="number")
        assert "0.005 to 0.03" in tree.text  # of attrition
        assert 'href="None' not in text
