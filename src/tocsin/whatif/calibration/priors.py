"""The scenario that a past is simulated with: no options, no shocks, and wide ranges where the past can tell.

Where the past is to speak, what the scenario says is put aside, and the range is even (mostly in the logarithm) around
what the past's own averages make plausible, several times as wide as the answer will be. All other quantities stay as
they are in the scenario.
"""

from __future__ import annotations

from dataclasses import replace

from tocsin.errors import NotHeldError
from tocsin.whatif.calibration.past import Past
from tocsin.whatif.engine.sampling import named_quantities, uncertain
from tocsin.whatif.parameters import GROUP, THEATRE, Quantity
from tocsin.whatif.scenario import DO_NOTHING, Option, Scenario, Side

LEAST_ACTIVE_MONTHS = 12
LEAST_EVENTS = 5
# Of a number around the past's own mean, below and above. Answers, swings and changes of size lie between a rate and
# its mean; answers can only add.
_ATTACKS, _CLASHES, _DEATHS, _SHARE = (20.0, 6.0), (8.0, 8.0), (3.0, 3.0), (30.0, 8.0)
_HALF = 0.5
_SOURCE = "wide, for calibration"
_THEATRE_PRIORS = {
    "driver_sd": Quantity(0.02, 1.0, source=_SOURCE),
    "swing_half_life": Quantity(0.7, 36.0, source=_SOURCE, scale="log"),
    "clash_deaths_size": Quantity(0.1, 5.0, source=_SOURCE, scale="log"),
}
_SWING, _SIZE = Quantity(0.05, 1.5, source=_SOURCE), Quantity(1.5, 200.0, source=_SOURCE, scale="log")
_LIMITS = {p.name: (p.least, p.most) for p in (*THEATRE, *GROUP)}


def counted_sides(scenario: Scenario, past: Past) -> tuple[str, ...]:
    """The sides of the scenario with at least 12 active months in the past. Raises `NotHeldError` where none has."""
    active = dict(zip(past.sides, past.active.sum(axis=1), strict=True))
    found = tuple(name for name in scenario.names if active.get(name, 0) >= LEAST_ACTIVE_MONTHS)
    if not found:
        raise NotHeldError(
            f"no side of {scenario.name} has {LEAST_ACTIVE_MONTHS} months with events in this past of {past.theatre}"
        )
    return found


def past_scenario(scenario: Scenario, past: Past) -> Scenario:
    """The scenario over the months of a past, under its own levers and ruled by its state (if it has one).

    Raises `NotHeldError` where no side has 12 active months.
    """
    counted = counted_sides(scenario, past)
    states = [side.name for side in scenario.sides if side.kind == "state"]
    return replace(
        scenario,
        first=past.first,
        months=past.n_months,
        horizons=(past.n_months,),
        ruler=states[0] if states else scenario.ruler,
        sides=tuple(_as_then(side, past, side.name in counted) for side in scenario.sides),
        quantities={**scenario.quantities, **_THEATRE_PRIORS},
        shocks=(),
        options=(Option(DO_NOTHING, "The past", {}, past.first, past.last),),
    )


def freed(scenario: Scenario, past: Past) -> tuple[str, ...]:
    """The names of the quantities that `past_scenario` gives a wide range, in the order of `named_quantities`."""
    wide = past_scenario(scenario, past)
    return tuple(named.name for named in named_quantities(wide) if named.quantity.source == _SOURCE)


def given(wide: Scenario) -> tuple[str, ...]:
    """Uncertain quantities estimated elsewhere, from finer figures than months: they are not estimated anew."""
    ranges = set(uncertain(wide))
    return tuple(
        named.name
        for named in named_quantities(wide)
        if named.name in ranges and named.quantity.evidence == "estimated"
    )


def _as_then(side: Side, past: Past, counted: bool) -> Side:
    # Where a settled past stands is drawn anew, not set.
    numbers = {**side.numbers, "attack_swing": Quantity(0.0, 0.0), "clash_swing": Quantity(0.0, 0.0)}
    if counted:
        row = past.sides.index(side.name)
        since = slice(int(past.entered[row]), None)
        attacks, clashes = int(past.attacks[row, since].sum()), int(past.clashes[row, since].sum())
        months = past.n_months - int(past.entered[row])
        numbers["swing_sd"] = _SWING
        if attacks >= LEAST_EVENTS and side.numbers["attack_rate"].high > 0:
            share = (int(past.mass_casualty[row, since].sum()) + _HALF) / (attacks + 1.0)
            numbers["attack_rate"] = _around("attack_rate", attacks / months, _ATTACKS)
            numbers["attack_size"] = _SIZE
            # A fit to weeks takes slow changes for answers; here swings stand beside them, so both are told anew.
            if side.numbers["own_response"].high > 0:
                numbers["own_response"] = Quantity(0.0, 0.9, source=_SOURCE)
            numbers["small_deaths"] = Quantity(1.0, 8.0, source=_SOURCE, scale="log")
            if side.numbers["mass_casualty_share"].high > 0:
                numbers["mass_casualty_share"] = _around("mass_casualty_share", share, _SHARE)
        if clashes >= LEAST_EVENTS and side.numbers["clash_rate"].high > 0:
            deaths = (int(past.clash_deaths[row, since].sum()) + _HALF) / (clashes + _HALF)
            numbers["clash_rate"] = _around("clash_rate", clashes / months, _CLASHES)
            numbers["clash_size"] = _SIZE
            numbers["clash_deaths"] = _around("clash_deaths", deaths, _DEATHS)
    return replace(side, numbers=numbers)


def _around(name: str, middle: float, factors: tuple[float, float]) -> Quantity:
    least, most = _LIMITS[name]
    if name == "mass_casualty_share":
        most = 0.9
    return Quantity(max(middle / factors[0], least), min(middle * factors[1], most), source=_SOURCE, scale="log")
