"""What a scenario rests on, before anything is run: every number with its evidence, the story in words, warnings."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from tocsin.months import month_label
from tocsin.whatif.catalogue import LEVERS, MECHANISMS, VARIANTS
from tocsin.whatif.check.warnings import default_names, warnings_of
from tocsin.whatif.check.words import option_words, range_words, shock_words
from tocsin.whatif.files.parts import OF_A_SIZE
from tocsin.whatif.parameters import EVIDENCE, GROUP, THEATRE, Evidence, Scale
from tocsin.whatif.quantities import named_quantities
from tocsin.whatif.scenario import NOT_A_FORECAST, Scenario


@dataclass(frozen=True)
class NumberCheck:
    """One number of a scenario, under its name in reports (`attrition`, `IS.members`, `link.IS>Taleban`).

    `text` is its value or range in words; `is_default`: it is what a file that is silent about it gets.
    """

    name: str
    words: str
    unit: str
    text: str
    low: float
    high: float
    scale: Scale
    evidence: Evidence
    source: str
    is_default: bool

    @property
    def is_range(self) -> bool:
        """Whether it varies between runs."""
        return self.low != self.high


@dataclass(frozen=True)
class ScenarioCheck:
    """What a scenario rests on. `off` and `levers` are name -> words; months are `YYYY-MM`; everything is in order."""

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
    sides: tuple[str, ...]
    ruler: str | None
    numbers: tuple[NumberCheck, ...]
    off: dict[str, str]
    variants: dict[str, str]
    levers: dict[str, float]
    shocks: tuple[str, ...]
    options: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    def of(self, evidence: Evidence, *, ranges: bool = False) -> tuple[NumberCheck, ...]:
        """The numbers with this evidence; with `ranges` those only that vary between runs."""
        return tuple(n for n in self.numbers if n.evidence == evidence and (n.is_range or not ranges))

    @property
    def counts(self) -> dict[Evidence, int]:
        """How many numbers have each evidence."""
        return {evidence: len(self.of(evidence)) for evidence in EVIDENCE}

    def to_dict(self) -> dict[str, Any]:
        """The check as JSON holds it, with the counts beside, and a heading that says what a scenario is not."""
        fields = asdict(self)
        numbers = fields.pop("numbers")
        days = {"as_of": self.as_of.isoformat(), "data_until": self.data_until and self.data_until.isoformat()}
        lists = {key: list(value) for key, value in fields.items() if isinstance(value, tuple)}
        counts = {"evidence": self.counts, "ranges": {e: len(self.of(e, ranges=True)) for e in EVIDENCE}}
        return {"heading": NOT_A_FORECAST, **fields, **days, **lists, **counts, "numbers": list(numbers)}


def check(scenario: Scenario) -> ScenarioCheck:
    """Everything a scenario rests on, in words and figures; nothing is run."""
    return ScenarioCheck(
        name=scenario.name,
        title=scenario.title,
        theatre=scenario.theatre,
        as_of=scenario.as_of,
        data_until=scenario.data_until,
        vintage=scenario.vintage,
        citation=scenario.citation,
        first_month=month_label(scenario.first),
        last_month=month_label(scenario.first + scenario.months - 1),
        draws=scenario.draws,
        sides=scenario.names,
        ruler=scenario.ruler,
        numbers=_numbers(scenario),
        off={m.name: m.words for m in MECHANISMS if m.name in scenario.off},
        variants={variant: VARIANTS[variant] for variant in scenario.variants},
        levers={lever: scenario.levers[lever] for lever in LEVERS},
        shocks=tuple(map(shock_words, scenario.shocks)),
        options=tuple(option_words(option, scenario) for option in scenario.options),
        warnings=warnings_of(scenario),
        notes=scenario.notes,
    )


def _numbers(scenario: Scenario) -> tuple[NumberCheck, ...]:
    defaults = frozenset(default_names(scenario))
    meant = {p.name: (p.words, p.unit) for p in THEATRE}
    meant |= {f"{side}.{p.name}": (p.words, p.unit) for side in scenario.names for p in GROUP}
    meant |= {
        f"link.{link.source}>{link.target}": (
            f"of {link.target}, per attack of {link.source}, over all time after it",
            "further attacks",
        )
        for link in scenario.links
    }
    for number, shock in enumerate(scenario.shocks, 1):
        meant[f"shock.{number}.probability"] = (f"that there is this {shock.kind}", "probability")
        meant[f"shock.{number}.size"] = (f"of the {shock.kind}", "share")
    sizeless = {f"shock.{n}.size" for n, shock in enumerate(scenario.shocks, 1) if shock.kind not in OF_A_SIZE}
    return tuple(
        NumberCheck(
            n.name,
            *meant[n.name],
            range_words(n.quantity),
            n.quantity.low,
            n.quantity.high,
            n.quantity.scale,
            n.quantity.evidence,
            n.quantity.source,
            n.name in defaults,
        )
        for n in named_quantities(scenario)
        if n.name not in sizeless
    )
