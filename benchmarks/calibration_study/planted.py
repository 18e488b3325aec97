"""Planted theatres for the study of calibration: a scenario, six years simulated with numbers drawn from its ranges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from scipy.special import ndtr

from tocsin.months import month_id
from tocsin.whatif.calibration.past import Past
from tocsin.whatif.calibration.runs import draw_points, figures_at, whole_box
from tocsin.whatif.catalogue import LEVER_DEFAULTS
from tocsin.whatif.engine.sampling import from_unit, named_quantities, uncertain
from tocsin.whatif.parameters import GROUP, THEATRE, Quantity
from tocsin.whatif.scenario import DO_NOTHING, Kind, Link, Option, Relation, Scenario, Side

FIRST, MONTHS = month_id(date(2015, 1, 1)), 72
SEED = 2026
_COUNTS = ("attacks", "deaths", "mass_casualty", "clashes", "clash_deaths", "urban_events", "events")
# Besides the ranges of all other numbers: those that by default are known for sure.
_CHANCE = {"clash_deaths_size": Quantity(0.2, 2.0, scale="log")}
_SIZE = Quantity(5.0, 100.0, scale="log")


def planted_scenario(kind: int) -> Scenario:
    """One of two theatres: a war of two groups with a state, and three rivals of like size."""
    if kind == 0:
        sides = (
            _side(
                "North",
                members=(18000.0, 30000.0),
                attack_rate=(3.0, 8.0),
                mass_casualty_share=(0.01, 0.05),
                clash_rate=(40.0, 90.0),
                clash_deaths=(4.0, 8.0),
            ),
            _side(
                "South",
                ideology=(0.8, 0.8),
                members=(1500.0, 4000.0),
                attack_rate=(1.0, 3.0),
                mass_casualty_share=(0.1, 0.3),
                clash_rate=(6.0, 15.0),
                clash_deaths=(3.0, 8.0),
            ),
        )
        enemies = [("North", "South"), ("North", "State"), ("South", "State")]
    else:
        sides = tuple(
            _side(
                name,
                ideology=(place, place),
                members=(2000.0, 8000.0),
                attack_rate=(2.0, 10.0),
                mass_casualty_share=(0.03, 0.1),
                clash_rate=(5.0, 20.0),
                clash_deaths=(2.0, 6.0),
            )
            for name, place in (("East", 0.3), ("West", 0.6), ("Centre", 0.8))
        )
        enemies = [("East", "State"), ("West", "State"), ("Centre", "State"), ("East", "Centre")]
    state = _side(
        "State",
        "state",
        members=(40000.0, 90000.0),
        attack_rate=(0.3, 1.0),
        own_response=(0.0, 0.0),
        mass_casualty_share=(0.01, 0.05),
    )
    groups = [side.name for side in sides]
    return Scenario(
        name="planted",
        title="Planted",
        about="Made up for a study.",
        theatre="Nowhere",
        as_of=date(2020, 12, 31),
        first=FIRST + MONTHS,
        months=12,
        horizons=(12,),
        draws=100,
        seed=SEED,
        ruler="State",
        foreign_presence=False,
        sides=(*sides, state),
        relations=tuple(Relation(pair, "enemies") for pair in enemies),
        links=tuple(Link(a, b, Quantity(0.0, 0.15)) for a in groups for b in groups if a != b),
        quantities={p.name: p.default for p in THEATRE if p.default is not None} | _CHANCE,
        levers=dict(LEVER_DEFAULTS),
        shocks=(),
        options=(Option(DO_NOTHING, "Do nothing", {}, FIRST + MONTHS, FIRST + MONTHS + 11),),
        variants=("fitted",),
    )


def planted_theatre(number: int) -> tuple[Scenario, Past, dict[str, float]]:
    """A scenario, a past that it made, and the numbers it was made with (of what is a range)."""
    base = planted_scenario(number % 2)
    then = replace(base, first=FIRST, months=MONTHS, horizons=(MONTHS,))
    names = uncertain(then)
    scores = draw_points(whole_box(len(names)), 1, np.random.default_rng([SEED, number]))[0]
    values = {
        named.name: float(from_unit(named, ndtr(scores[[names.index(named.name)]]))[0])
        for named in named_quantities(then)
        if named.quantity.is_range
    }
    return base, _past(then, scores, run=number), values


def _past(wide: Scenario, scores: np.ndarray, *, run: int) -> Past:
    figures = figures_at(wide, wide.names, scores[None], np.array([run]), seed=SEED)
    counts = {name: getattr(figures, name)[0].astype(np.int64) for name in _COUNTS}
    return Past(
        "Nowhere",
        wide.names,
        FIRST,
        FIRST + MONTHS - 1,
        entered=np.zeros(len(wide.names), np.int64),
        fighting=np.array([side.kind == "group" for side in wide.sides]),
        vintage="planted",
        **counts,
    )


def _side(
    name: str, kind: Kind = "group", *, ideology: tuple[float, float] = (0.3, 0.3), **given: tuple[float, float]
) -> Side:
    numbers = {p.name: p.default for p in GROUP if p.default is not None}
    given = {"own_response": (0.1, 0.5), "small_deaths": (1.2, 4.0), **given}
    numbers |= {"attack_size": _SIZE} | ({"clash_size": _SIZE} if kind == "group" else {})
    return Side(name, kind, ideology, False, False, numbers | {key: Quantity(*ends) for key, ends in given.items()})
