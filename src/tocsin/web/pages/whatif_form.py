"""The form of a scenario: its numbers as fields, read from an address with all that is wrong told beside each field.

An address names only what differs from the scenario: `attrition.low`, `IS.members.high`, `off.hedging`,
`skip.mediation` (an option left out), `seed`, `draws`, `sensitivity`, and, for what is shown, `outcome` and `months`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tocsin.report.whatif_words import EVIDENCE_WORDS
from tocsin.web.questions.whatif import LEAST_DRAWS, MOST_DRAWS, USUAL_DRAWS, WhatIf
from tocsin.whatif.catalogue import MECHANISMS
from tocsin.whatif.check.report import NumberCheck, check
from tocsin.whatif.check.words import number_words
from tocsin.whatif.comparison.changed import SET_BY_YOU, changeable, fault_of
from tocsin.whatif.limits import MOST_SEED
from tocsin.whatif.parameters import GROUP, THEATRE
from tocsin.whatif.quantities import NamedQuantity
from tocsin.whatif.scenario import Scenario

OFF, SKIP, LOW, HIGH = "off.", "skip.", ".low", ".high"
# What can be compared by: harm to people, as the command line has it.
RANKED = ("civilian_deaths", "mass_casualty_attacks", "external_attacks")
USUAL_MONTHS = 12
# Numbers that no mechanism switches off.
ALWAYS = {
    "attacks": "how often sides attack and clash, and what moves that",
    "severity": "how deadly an attack is",
}
_IN_MECHANISM = {p.name: p.mechanism for p in (*THEATRE, *GROUP)}
_NO_NUMBER = "a number is expected, like 0.5"


@dataclass(frozen=True)
class NumberField:
    """A number of the scenario: what stands in its two fields, what stood there, and what it rests on."""

    name: str
    key: str
    side: str
    words: str
    unit: str
    low: str
    high: str
    usual_low: str
    usual_high: str
    usual: str
    least: str
    most: str
    allowed: str
    evidence: str
    source: str
    changed: bool
    problem: str


@dataclass(frozen=True)
class MechanismFields:
    """The numbers of a mechanism. `off`: it is switched off, `fixed_off`: by the scenario itself."""

    name: str
    title: str
    words: str
    can_be_off: bool
    off: bool
    fixed_off: bool
    numbers: tuple[NumberField, ...]

    @property
    def changed(self) -> int:
        """How many numbers are set anew."""
        return sum(number.changed for number in self.numbers)

    @property
    def problems(self) -> int:
        """In how many numbers something is wrong."""
        return sum(bool(number.problem) for number in self.numbers)


@dataclass(frozen=True)
class OptionField:
    """An option of the scenario, and whether it is left out."""

    name: str
    title: str
    about: str
    skipped: bool


@dataclass(frozen=True)
class Form:
    """What was asked of a scenario; `problems` are by field, and nothing is run while there are any."""

    scenario: Scenario
    mechanisms: tuple[MechanismFields, ...]
    options: tuple[OptionField, ...]
    draws: str
    seed: str
    sensitivity: bool
    outcome: str
    months: int
    outcomes: tuple[str, ...]
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[tuple[str, float, float], ...]:
        """The numbers set anew, in the scenario's order."""
        return tuple((n.name, float(n.low), float(n.high)) for m in self.mechanisms for n in m.numbers if n.changed)

    @property
    def set_by_you(self) -> str:
        """The numbers set anew, in words; empty where none is."""
        changed = [n for m in self.mechanisms for n in m.numbers if n.changed]
        listed = "; ".join(f"{n.name} {n.low}{f' to {n.high}' if n.high != n.low else ''}" for n in changed)
        return f"{SET_BY_YOU}: {listed}" if listed else ""

    @property
    def off(self) -> tuple[str, ...]:
        """The mechanisms switched off besides the scenario's."""
        return tuple(m.name for m in self.mechanisms if m.off and not m.fixed_off)

    @property
    def question(self) -> WhatIf:
        """What is run. Not to be asked while there are problems."""
        kept = tuple(option.name for option in self.options if not option.skipped)
        seed = int(self.seed)
        return WhatIf(
            self.scenario.name,
            self.changes,
            self.off,
            kept if len(kept) < len(self.options) else (),
            None if seed == self.scenario.seed else seed,
            int(self.draws),
            self.sensitivity,
        )

    @property
    def faults(self) -> tuple[tuple[str, str, str], ...]:
        """What is wrong: the name of the field, why, and the mark on the page that leads to it."""
        keys = {number.name: f"{number.key}-low" for mechanism in self.mechanisms for number in mechanism.numbers}
        return tuple((name, problem, keys.get(name, name)) for name, problem in self.problems.items())

    def parameters(self, *, run: bool) -> dict[str, str]:
        """The address of this form: only what differs from the scenario as shipped."""
        found = {"scenario": self.scenario.name}
        for mechanism in self.mechanisms:
            for number in mechanism.numbers:
                if number.low != number.usual_low:
                    found[f"{number.name}{LOW}"] = number.low
                if number.high != number.usual_high:
                    found[f"{number.name}{HIGH}"] = number.high
        found |= {f"{OFF}{name}": "1" for name in self.off}
        found |= {f"{SKIP}{option.name}": "1" for option in self.options if option.skipped}
        found |= {
            name: value
            for name, value, usual in (
                ("draws", self.draws, str(USUAL_DRAWS)),
                ("seed", self.seed, str(self.scenario.seed)),
                ("sensitivity", "1" if self.sensitivity else "", ""),
                ("outcome", self.outcome, RANKED[0]),
                ("months", str(self.months), str(usual_months(self.scenario))),
                ("run", "1" if run else "", ""),
            )
            if value != usual
        }
        return found


def usual_months(scenario: Scenario) -> int:
    """The horizon that is shown unless another is asked for: 12 months, or the last."""
    return USUAL_MONTHS if USUAL_MONTHS in scenario.horizons else scenario.horizons[-1]


def read_form(scenario: Scenario, given: Mapping[str, str]) -> Form:
    """The form as an address fills it; names that are not in it are passed over."""
    problems: dict[str, str] = {}
    mechanisms = _mechanisms(scenario, given, problems)
    options = tuple(
        OptionField(one.name, one.title, one.about, _ticked(given, f"{SKIP}{one.name}")) for one in scenario.options
    )
    if sum(not option.skipped for option in options) < 2:
        problems["options"] = "two options or more are compared: leave fewer of them out"
    outcomes = RANKED if any(side.external for side in scenario.sides) else RANKED[:2]
    months = usual_months(scenario)
    if "months" in given:
        if given["months"] in map(str, scenario.horizons):
            months = int(given["months"])
        else:
            problems["months"] = f"one of {', '.join(map(str, scenario.horizons))} is expected"
    outcome = given.get("outcome", RANKED[0])
    if outcome not in outcomes:
        problems["outcome"] = f"one of {', '.join(outcomes)} is expected"
        outcome = RANKED[0]
    return Form(
        scenario=scenario,
        mechanisms=mechanisms,
        options=options,
        draws=_whole(given, "draws", USUAL_DRAWS, LEAST_DRAWS, MOST_DRAWS, problems),
        seed=_whole(given, "seed", scenario.seed, 0, MOST_SEED, problems),
        sensitivity=_ticked(given, "sensitivity"),
        outcome=outcome,
        months=months,
        outcomes=outcomes,
        problems=problems,
    )


def plain_number(value: float) -> str:
    """A number as a field holds it: all its digits, and no exponent.

    >>> plain_number(5.461e-05), plain_number(58000.0), plain_number(-0.97)
    ('0.00005461', '58000', '-0.97')
    """
    return f"{Decimal(repr(value)).normalize() + 0:f}"


def _mechanisms(scenario: Scenario, given: Mapping[str, str], problems: dict[str, str]) -> tuple[MechanismFields, ...]:
    said = {number.name: number for number in check(scenario).numbers}
    by_mechanism: dict[str, list[NumberField]] = {}
    for key, named in enumerate(changeable(scenario)):
        found = _number(f"n{key}", named, said[named.name], scenario.names, given)
        if found.problem:
            problems[named.name] = found.problem
        by_mechanism.setdefault(_mechanism_of(named.name), []).append(found)
    known = {name: (words, False) for name, words in ALWAYS.items()}
    known |= {mechanism.name: (mechanism.words, True) for mechanism in MECHANISMS}
    return tuple(
        MechanismFields(
            name=name,
            title=name.replace("_", " ").capitalize(),
            words=words,
            can_be_off=can_be_off,
            off=name in scenario.off or (can_be_off and _ticked(given, f"{OFF}{name}")),
            fixed_off=name in scenario.off,
            numbers=tuple(by_mechanism.get(name, ())),
        )
        for name, (words, can_be_off) in known.items()
    )


def _mechanism_of(name: str) -> str:
    if name.startswith("link."):
        return "outbidding_number"
    return "shocks" if name.startswith("shock.") else _IN_MECHANISM[name.rpartition(".")[2]]


def _number(
    key: str, named: NamedQuantity, said: NumberCheck, sides: tuple[str, ...], given: Mapping[str, str]
) -> NumberField:
    usual = plain_number(named.quantity.low), plain_number(named.quantity.high)
    low, high = (given.get(f"{named.name}{end}", was).strip() for end, was in zip((LOW, HIGH), usual, strict=True))
    ends = _float(low), _float(high)
    problem = _NO_NUMBER if None in ends else fault_of(named, *(end or 0.0 for end in ends))
    changed = not problem and ends != (named.quantity.low, named.quantity.high)
    if not problem:
        low, high = (plain_number(end or 0.0) for end in ends)
    side = named.name.rpartition(".")[0]
    return NumberField(
        name=named.name,
        key=key,
        side=side if side in sides else "",
        words=said.words,
        unit=said.unit,
        low=low,
        high=high,
        usual_low=usual[0],
        usual_high=usual[1],
        usual=said.text,
        least=plain_number(named.least),
        most=plain_number(named.most),
        allowed=f"{number_words(named.least)} to {number_words(named.most)}",
        evidence=SET_BY_YOU if changed else EVIDENCE_WORDS[said.evidence],
        source="" if changed else said.source,
        changed=changed,
        problem=problem,
    )


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _ticked(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "").strip() not in ("", "0")


def _whole(given: Mapping[str, str], name: str, usual: int, least: int, most: int, problems: dict[str, str]) -> str:
    text = given.get(name, "").strip() or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        problems[name] = "a whole number is expected"
    elif not least <= int(text) <= most:
        problems[name] = f"{int(text):,} is out of what is allowed, {least:,} to {most:,}"
    else:
        return str(int(text))
    return text
