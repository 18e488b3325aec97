"""`/whatif`: the scenarios that ship, the numbers of one, and a run of one with numbers of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from tocsin.errors import did_you_mean
from tocsin.report.whatif_json import comparison_document, scenario_document
from tocsin.web.api.description import PREFIX
from tocsin.web.api.given import Given, whole_number
from tocsin.web.api.problems import MOST_QUOTED, Refused
from tocsin.web.api.route import Desk, offer
from tocsin.web.api.shapes import Told, shape_of
from tocsin.web.pages.whatif_form import HIGH, LOW, OFF, SKIP, Form, read_form
from tocsin.web.questions.whatif import LEAST_DRAWS, MOST_DRAWS, USUAL_DRAWS, WhatIf, shipped_scenario
from tocsin.whatif.catalogue import MECHANISMS
from tocsin.whatif.check.report import NumberCheck, check
from tocsin.whatif.comparison.changed import changeable
from tocsin.whatif.comparison.result import (
    Band,
    Choice,
    Conclusion,
    Decisive,
    Difference,
    Flip,
    Outcome,
    WithoutMechanism,
)
from tocsin.whatif.files.reading import packaged_scenarios, read_scenario
from tocsin.whatif.limits import MOST_SEED
from tocsin.whatif.parameters import Evidence
from tocsin.whatif.scenario import NOT_A_FORECAST, Scenario

SCENARIO = "afghanistan-2021-08"
_YES = {"1": True, "true": True, "0": False, "false": False}


def _yes(given: Any) -> Any:
    if isinstance(given, str):
        if given not in _YES:
            raise ValueError("expected 0, 1, false or true")
        return _YES[given]
    return given


Yes = Annotated[bool, BeforeValidator(_yes), WithJsonSchema({"type": "boolean"})]
Draws = Annotated[int, Field(ge=LEAST_DRAWS, le=MOST_DRAWS), BeforeValidator(whole_number)]
Seed = Annotated[int, Field(ge=0, le=MOST_SEED), BeforeValidator(whole_number)]


class RunGiven(BaseModel):
    """What can be asked of a run, besides the numbers of its scenario."""

    # Numbers go by the names that the scenario has for them: they are looked at by the form.
    model_config = ConfigDict(extra="allow", frozen=True)

    draws: Draws = Field(USUAL_DRAWS, description="Runs of each option.")
    seed: Seed | SkipJsonSchema[None] = Field(
        None, description="What all chance comes from. By default the scenario's, so that the same address is the same "
        "result."
    )  # fmt: skip
    sensitivity: Yes = Field(default=False, description="Also look for the numbers that decide: takes much longer.")


NUMBERS_GIVEN: dict[str, Any] = {
    "name": "numbers",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": True,
    "description": "Parameters by names of the scenario, as /whatif/{scenario}/numbers lists them: `NUMBER.low` and "
    "`NUMBER.high` set a range anew (either end alone, too), `off.MECHANISM=1` switches a mechanism off, "
    "`skip.OPTION=1` leaves an option out.",
    "schema": {"type": "object", "additionalProperties": {"type": "number"}},
    "example": {"attrition.low": 0.01, "attrition.high": 0.02, "off.hedging": 1},
}


class SideTold(BaseModel):
    """One side of a scenario."""

    name: str
    kind: Literal["group", "state"]


class OptionTold(BaseModel):
    """A policy choice: levers moved from one month to another."""

    name: str
    title: str
    about: str
    levers: dict[str, float]
    first: str = Field(alias="from")
    last: str = Field(alias="to")


class ScenarioTold(BaseModel):
    """What a scenario is about: place, days, sides, options."""

    name: str
    title: str
    theatre: str
    as_of: date
    data_until: date | None
    vintage: str
    citation: str
    notes: list[str]
    first: str = Field(alias="from", description="First month simulated.")
    last: str = Field(alias="to", description="Last month simulated.")
    months: int
    horizons: list[int]
    ruler: str | None
    foreign_presence: bool
    sides: list[SideTold]
    options: list[OptionTold]


class ScenarioListed(ScenarioTold):
    """A scenario that ships, and the addresses of its numbers and of a run as it is."""

    numbers: str
    run: str


class ScenariosAnswer(BaseModel):
    """The scenarios that ship with the package. Each is a scenario, not a forecast."""

    what: str = Field(description="What they are.")
    scenarios: list[ScenarioListed]


class MechanismTold(BaseModel):
    """One thing that goes on in a theatre, and whether the scenario switches it off."""

    name: str
    words: str
    off: bool


NumberTold = shape_of(NumberCheck, least=float, most=float)


class NumbersAnswer(BaseModel):
    """What a scenario rests on: every number with its range, evidence, source and the limits it may be set in."""

    heading: str = Field(description="What it is not.")
    name: str
    title: str
    theatre: str
    as_of: date
    data_until: date | None
    vintage: str
    citation: str
    first_month: str
    last_month: str
    draws: int
    sides: list[str]
    ruler: str | None
    off: dict[str, str] = Field(description="Mechanisms switched off, in words.")
    variants: dict[str, str] = Field(description="Structural variants of competition, in words.")
    levers: dict[str, float] = Field(description="As things are.")
    shocks: list[str]
    options: list[str]
    warnings: list[str]
    notes: list[str]
    evidence: dict[Evidence, int] = Field(description="How many numbers rest on what.")
    ranges: dict[Evidence, int] = Field(description="The same of those that vary between runs.")
    numbers: Annotated[list[Any], Told(list[NumberTold])]
    mechanisms: list[MechanismTold]


class VariantTold(BaseModel):
    """A structural variant, and how many runs of each option it has."""

    name: str
    draws: int


class LimitTold(BaseModel):
    """Between what a number lies; null without a bound."""

    quantity: str
    low: float | None
    high: float | None


class RestTold(BaseModel):
    """A number that decides, and what it rests on."""

    quantity: str
    evidence: Evidence


ByMonth = list[float | None]


class RunAnswer(BaseModel):
    """Options compared in a scenario, run by run on the same chance: the document of `tocsin whatif run`."""

    what: str = Field(description="What it is: a scenario, not a forecast.")
    program: str
    as_of: date
    data_until: date | None
    vintage: str
    citation: str
    scenario: ScenarioTold
    draws: int = Field(description="Runs of each option in the first variant.")
    points: int
    replicates: int
    trajectories: int
    reference: str = Field(description="The option that the others are compared with.")
    seed: int
    variants: list[VariantTold]
    switched_off: list[str]
    left_out: list[str]
    interval: float = Field(description="Of every interval here.")
    outcomes: Annotated[list[Any], Told(list[shape_of(Outcome, any_none=True)])]
    differences: Annotated[list[Any], Told(list[shape_of(Difference, any_none=True)])]
    choices: Annotated[list[Any], Told(list[shape_of(Choice, any_none=True)])]
    decisive: Annotated[list[Any], Told(list[shape_of(Decisive, any_none=True)])]
    without: Annotated[list[Any], Told(list[shape_of(WithoutMechanism, any_none=True)])]
    bands: Annotated[list[Any], Told(list[shape_of(Band, mean=ByMonth, low=ByMonth, median=ByMonth, high=ByMonth)])]
    flips: Annotated[list[Any], Told(list[shape_of(Flip, any_none=True, limits=list[LimitTold])])]
    conclusions: Annotated[list[Any], Told(list[shape_of(Conclusion, rests_on=list[RestTold])])]
    notes: list[str]


def add_whatif(router: APIRouter, desk: Desk) -> None:
    """Offer the scenarios, the numbers of one, and runs."""

    async def whatif(request: Request, given: Annotated[Given, Query()]) -> Response:
        """The scenarios that ship with the package, with their sides and options."""

        async def make() -> Any:
            return _listed

        return await desk.reply(request, make)

    async def whatif_numbers(
        request: Request,
        scenario: Annotated[str, Path(description="A scenario of /whatif.", examples=[SCENARIO])],
        given: Annotated[Given, Query()],
    ) -> Response:
        """Every number of a scenario: the document of `tocsin whatif check`, and what may be set anew in a run."""

        async def make() -> Any:
            found = shipped_scenario(scenario)
            return lambda: _numbers(found)

        return await desk.reply(request, make)

    async def whatif_run(
        request: Request,
        scenario: Annotated[str, Path(description="A scenario of /whatif.", examples=[SCENARIO])],
        given: Annotated[RunGiven, Query()],
    ) -> Response:
        """Run a scenario, as it is or with numbers of one's own, and compare its options. It takes from seconds to
        minutes, one run after the other; the same address is the same result, to the bit."""

        async def make() -> Any:
            question = _question(shipped_scenario(scenario), given)
            (found,) = await desk.find(question)
            return lambda: _compared(found)

        return await desk.reply(request, make)

    offer(router, "/whatif", whatif, answer=ScenariosAnswer, summary="the scenarios that ship")
    offer(
        router, "/whatif/{scenario}/numbers", whatif_numbers, answer=NumbersAnswer, summary="the numbers of a scenario"
    )
    offer(
        router,
        "/whatif/{scenario}",
        whatif_run,
        answer=RunAnswer,
        summary="run a scenario, and compare its options",
        parameters=(NUMBERS_GIVEN,),
    )


def _listed() -> dict[str, Any]:
    found = []
    for name in packaged_scenarios():
        at = f"{PREFIX}/whatif/{name}"
        found.append({**scenario_document(read_scenario(name)), "numbers": f"{at}/numbers", "run": at})
    return {"what": NOT_A_FORECAST, "scenarios": found}


def _numbers(scenario: Scenario) -> dict[str, Any]:
    told = check(scenario).to_dict()
    limits = {named.name: (named.least, named.most) for named in changeable(scenario)}
    numbers = [
        {**number, "least": limits[number["name"]][0], "most": limits[number["name"]][1]} for number in told["numbers"]
    ]
    mechanisms = [{"name": one.name, "words": one.words, "off": one.name in scenario.off} for one in MECHANISMS]
    return {**told, "numbers": numbers, "mechanisms": mechanisms}


def _question(scenario: Scenario, given: RunGiven) -> WhatIf:
    """What is to be run. Raises `Refused` for a parameter that is none of the scenario's, or cannot be."""
    set_anew = {name: str(value) for name, value in (given.model_extra or {}).items()}
    asked = {**set_anew, "draws": str(given.draws), "sensitivity": "1" if given.sensitivity else ""}
    if given.seed is not None:
        asked["seed"] = str(given.seed)
    form = read_form(scenario, asked)
    known = _names(form)
    for name, value in set_anew.items():
        if name not in known:
            hint = did_you_mean(name, [*known, *RunGiven.model_fields])
            detail = f"{scenario.name} has no parameter {name[:MOST_QUOTED]!r}.{hint}"
            raise Refused("parameter", detail, name[:MOST_QUOTED])
        if name.startswith((OFF, SKIP)) and value not in ("0", "1"):
            raise Refused("parameter", f"{name}: expected 0 or 1, got {value[:MOST_QUOTED]!r}", name)
    for name, problem in form.problems.items():
        raise Refused("parameter", f"{name}: {problem}", _at_fault(name, set_anew))
    return form.question


def _names(form: Form) -> set[str]:
    """Every parameter that a scenario has of its own."""
    numbers = [f"{number.name}{end}" for group in form.mechanisms for number in group.numbers for end in (LOW, HIGH)]
    off = [f"{OFF}{group.name}" for group in form.mechanisms if group.can_be_off]
    return {*numbers, *off, *(f"{SKIP}{option.name}" for option in form.options)}


def _at_fault(name: str, given: Mapping[str, str]) -> str:
    """The parameter of a problem with a number: the end that was given."""
    return next((f"{name}{end}" for end in (LOW, HIGH) if f"{name}{end}" in given), name)


def _compared(found: Any) -> dict[str, Any]:
    about = found.scenario
    head = {
        "as_of": about.as_of,
        "data_until": about.data_until,
        "vintage": about.vintage,
        "citation": about.citation,
    }
    return {**comparison_document(found), **head}
