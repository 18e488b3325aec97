"""Where everything stands in the arrays that the compiled code reads and fills: a place for each name.

`P.attrition` is the column of the number `attrition`, `ON.shocks` the place of the switch of `shocks`, and so on.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from typing import Any

from tocsin.whatif.catalogue import LEVER_NAMES, MECHANISM_NAMES, SHOCK_NAMES, VARIANT_NAMES
from tocsin.whatif.parameters import GROUP_NAMES, THEATRE_NAMES

SIDE_MEASURES = (
    "attacks", "deaths", "expected_deaths", "mass_casualty", "external", "clashes", "clash_deaths", "members", "urban",
    "cohesion", "standing",
)  # fmt: skip
THEATRE_MEASURES = ("strike_deaths", "policing", "stability", "ruler", "pool", "gone", "prisoners")
STREAM_NAMES = (
    "start", "driver0", "swing0", "clash_swing0", "jail_break", "jail_break_place", "amnesty_rural", "amnesty_urban",
    "killed_rural", "killed_urban", "captured", "leak", "to_city", "to_country", "flow_rural", "flow_urban", "joining",
    "joining_where", "joining_place", "driver", "swing", "clash_swing", "attacks", "severity", "clashes",
    "clash_deaths", "external", "strike_civilians",
)  # fmt: skip
RIVALS, ENEMIES, ALLIES = 0, 1, 2
# Rounds in which attacks that answer attacks settle at the start.
SETTLING_ROUNDS = 60
MOST_ATTACKS, MOST_CLASHES = 1e4, 1e5
# Two dated events of one kind may hit one side in one month: each has cells of its own, far behind the months.
SHOCK_CELLS = 100_000


def _places(names: Sequence[str]) -> Any:
    return namedtuple("Places", names)(*range(len(names)))


P, Q, LEVER, ON = _places(THEATRE_NAMES), _places(GROUP_NAMES), _places(LEVER_NAMES), _places(MECHANISM_NAMES)
SHOCK, VARIANT, STREAM = _places(SHOCK_NAMES), _places(VARIANT_NAMES), _places(STREAM_NAMES)
SIDE_OUT, THEATRE_OUT = _places(SIDE_MEASURES), _places(THEATRE_MEASURES)
# How a theatre stands in a run. `TRAIT`, `NOW`, `PEOPLE` and `START` are by side, `THEATRE` and `TOTAL` are not.
TRAIT = _places(("state", "external", "talks"))
NOW = _places((
    "whole",  # cohesion, with its `ratio` to the usual one and what is `lost` of it
    "ratio", "lost",
    "standing", "answer", "shock",  # fading sums: of a name, of attacks, of mass-casualty attacks
    "appeal",  # of its share of all groups' names, against that at the start
    "swing", "clash_swing",  # log factors
    "triumph",  # how fresh the last one is
    "ground", "struck",  # pressure
    "risk_rural", "risk_urban",  # hazards of being killed
    "force",  # share of all arms
    "attacks", "mass",  # of the month
))  # fmt: skip
PEOPLE = _places(("rural", "urban", "jailed", "members", "joined"))
# What later months are measured against.
START = _places((
    "members", "urban", "standing", "share_of_names", "ground", "risk_rural", "risk_urban", "losses", "turnover",
    "foiled", "behind", "lead", "strength",
    "mean_small",  # deaths of an attack of fewer than 20
    "strikes", "calmed", "shock_of_rivals", "shock_of_all",
))  # fmt: skip
THEATRE = _places(("presence", "turmoil", "policing", "driver", "strikes", "cooperation", "unsure"))
TOTAL = _places(("ruler", "dissolved", "withdrawn", "pool", "pool_at_start", "gone", "strongest", "best_known"))
# What is left of things after a month, and the mean deaths of an attack of 20 or more.
LEFT = _places(("standing", "answer", "shock", "swing", "triumph", "turmoil", "mean_mass"))
