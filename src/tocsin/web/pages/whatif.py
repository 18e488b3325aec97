"""What-if: the shipped scenarios, the numbers of one as a form, and how its options differ once it is run.

An address says all of a run, so that the same address is the same result; see `whatif_form` for its names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import polars as pl

from tocsin.months import month_words
from tocsin.report.brief.words import whole_day
from tocsin.report.whatif_json import comparison_document
from tocsin.report.whatif_words import capital, data_words, model_words, outcome_words, what_it_is
from tocsin.web.asked import Asked
from tocsin.web.links import PATHS, Links
from tocsin.web.page import Download, Found, Page
from tocsin.web.page_sources import PageSources
from tocsin.web.pages import whatif_tables as tables
from tocsin.web.pages.whatif_form import Form, read_form, usual_months
from tocsin.web.pages.whatif_result import result_of
from tocsin.web.questions.whatif import LEAST_DRAWS, MOST_DRAWS, USUAL_DRAWS, WhatIf, shipped_scenario
from tocsin.whatif.catalogue import VARIANTS
from tocsin.whatif.check.report import check
from tocsin.whatif.check.words import option_words, shock_words
from tocsin.whatif.comparison.changed import SET_BY_YOU
from tocsin.whatif.comparison.result import Comparison
from tocsin.whatif.files.reading import packaged_scenarios
from tocsin.whatif.files.text import scenario_text
from tocsin.whatif.scenario import Scenario

NAME = "whatif"
TEMPLATE = "whatif.html"
LICENCE = "CC BY 4.0 for what is estimated from UCDP GED"


def page(asked: Asked, given: Mapping[str, str]) -> Page:
    """The list of scenarios, or with `scenario` one of them, which `run=1` also runs.

    Raises `NotHeldError` for a scenario that is not shipped. What is wrong with a number is told beside its field.
    """
    if "scenario" not in given:
        return Page(NAME, PATHS[NAME], "What if", TEMPLATE, asked, lambda found, links: _listed(asked))
    scenario = shipped_scenario(given["scenario"])
    form = read_form(scenario, given)
    title = f"What if: {scenario.title}"
    run = given.get("run") == "1"
    if form.problems:
        return Page(
            NAME,
            PATHS[NAME],
            title,
            TEMPLATE,
            asked,
            lambda found, links: _asked(asked, form, links, result=None),
            given=form.parameters(run=run),
            status=400,
        )
    question = form.question

    def context(found: Found, links: Links) -> dict[str, Any]:
        result = result_of(found[question], form, links) if run else None
        return _asked(asked, form, links, result=result)

    return Page(
        NAME,
        PATHS[NAME],
        title,
        TEMPLATE,
        asked,
        context,
        given=form.parameters(run=run),
        needs=(question,) if run else (),
        downloads=_downloads(question, run=run),
    )


def _listed(asked: Asked) -> dict[str, Any]:
    scenarios = [shipped_scenario(name) for name in packaged_scenarios()]
    newest = max(scenarios, key=lambda scenario: scenario.as_of)
    return {
        "view": "list",
        "scenarios": [_card(scenario) for scenario in scenarios],
        "sources": replace(
            _sources(newest, asked), as_of_mode="the newest scenario's own day", notes=(what_it_is(newest),)
        ),
    }


def _card(scenario: Scenario) -> dict[str, Any]:
    found = check(scenario)
    return {
        "name": scenario.name,
        "title": scenario.title,
        "about": scenario.about,
        "as_of": scenario.as_of,
        "data_until": scenario.data_until,
        "sides": scenario.names,
        "options": tuple(option.title for option in scenario.options),
        "months": scenario.months,
        "numbers": len(found.numbers),
        "counts": found.counts,
    }


def _asked(asked: Asked, form: Form, links: Links, *, result: dict[str, Any] | None) -> dict[str, Any]:
    """What the page of one scenario shows: its story, its form, and the result where it was run."""
    scenario = form.scenario
    found = check(scenario)
    options = {option.name: option_words(option, scenario).partition(": ")[2] for option in scenario.options}
    return {
        "view": "scenario",
        "scenario": scenario,
        "what_it_is": what_it_is(scenario),
        "data_words": capital(data_words(scenario)),
        "span": f"{month_words(scenario.first)} to {month_words(scenario.first + scenario.months - 1)}",
        "levers": options,
        "shocks": tuple(capital(shock_words(shock)) for shock in scenario.shocks),
        "warnings": tuple(capital(words) for words in found.warnings),
        "variants": [(name, VARIANTS[name]) for name in scenario.variants],
        "evidence": tables.evidence(found.numbers, ()),
        "form": form,
        "draws_limits": (LEAST_DRAWS, MOST_DRAWS),
        "usual_draws": USUAL_DRAWS,
        "usual_months": usual_months(scenario),
        "outcome_names": [(name, outcome_words(name)) for name in form.outcomes],
        "given_as_of": None if asked.as_of is None else whole_day(asked.as_of),
        "other_day": asked.as_of is not None and asked.as_of != scenario.as_of,
        "run": links.to(NAME, **form.parameters(run=True)),
        "shipped": links.to(NAME, scenario=scenario.name),
        "all_scenarios": links.to(NAME),
        "result": result,
        "sources": _sources(scenario, asked, form),
        "scripts": ("charts/whatif.js",),
    }


def _sources(scenario: Scenario, asked: Asked, form: Form | None = None) -> PageSources:
    notes = [what_it_is(scenario)]
    if asked.as_of is not None:
        notes.append("A scenario has a day of its own: the day chosen at the head of the page does not change it.")
    return PageSources(
        as_of=scenario.as_of,
        data_until=scenario.data_until,
        as_of_mode="the scenario's own day",
        vintage=scenario.vintage,
        licence=LICENCE,
        citation=scenario.citation,
        model=f"{model_words()}; {form.set_by_you}" if form and form.set_by_you else model_words(),
        notes=(*notes, *scenario.notes),
        own_day=True,
    )


def _downloads(question: WhatIf, *, run: bool) -> tuple[Download, ...]:
    of_run = (
        Download(
            "differences",
            "Paired differences of all outcomes, groups, horizons and variants",
            table=lambda found: pl.DataFrame(
                [asdict(row) for row in found[question].differences], infer_schema_length=None
            ),
        ),
        Download(
            "outcomes",
            "Outcomes under each option",
            table=lambda found: pl.DataFrame(
                [asdict(row) for row in found[question].outcomes], infer_schema_length=None
            ),
        ),
        Download("result", "The whole result", document=lambda found: _document(found[question], question)),
    )
    return (
        *(of_run if run else ()),
        Download("numbers", "Every number with its range, evidence and source", table=lambda _: _numbers(question)),
        Download(
            "scenario",
            "The scenario with your changes, for tocsin whatif run",
            text=lambda _: scenario_text(question.asked_of()),
        ),
    )


def _document(comparison: Comparison, question: WhatIf) -> dict[str, Any]:
    changes = [{"number": name, "low": low, "high": high} for name, low, high in question.changes]
    return {**comparison_document(comparison), SET_BY_YOU.replace(" ", "_"): changes}


def _numbers(question: WhatIf) -> pl.DataFrame:
    set_by_you = {name for name, _, _ in question.changes}
    rows = [
        {
            "number": number.name,
            "low": number.low,
            "high": number.high,
            "unit": number.unit,
            "what_it_is": number.words,
            "evidence": tables.evidence_of(number.name, number.evidence, set_by_you),
            "rests_on": number.source,
        }
        for number in check(question.asked_of()).numbers
    ]
    return pl.DataFrame(rows)
