"""What moves a group's probability: themes of what is known of it, each with its share and the figures behind it.

Shares come from `tocsin.forecast.contributions` and add up exactly: the odds of the reference (the average group of the
same list with a death in the last 12 months) times the factors of all drivers are the group's odds. They say how the
model weighs what it is told, not what causes violence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from tocsin.forecast.contributions import Contributions, contributions
from tocsin.forecast.model import Target
from tocsin.forecast.risk import RiskModel
from tocsin.panel import FEATURES, History
from tocsin.warn.statements import STATEMENTS, GroupMonth

THEMES: tuple[str, ...] = tuple(dict.fromkeys(feature.theme for feature in FEATURES))
OTHER_MODEL = "self-exciting model"
FACTS_A_THEME = 2
# A factor nearer to one than this is no reason worth a sentence.
LEAST_FACTOR = 1.1

_OF_THEME = np.array([[feature.theme == theme for feature in FEATURES] for theme in THEMES], float)
_OF_STATEMENT = np.array([[feature.name in s.features for feature in FEATURES] for s in STATEMENTS], float)


@dataclass(frozen=True)
class Driver:
    """One theme, `odds` being the factor by which it multiplies the odds against the average group of the same list.

    Above 1 it raises the probability, below 1 it lowers it. `odds_previous` is the factor on the figures of a month
    earlier, None for a group first seen or on the other list then. `facts` are short sentences with the figures that
    count most in it, none where the factor is near one.
    """

    theme: str
    odds: float
    odds_previous: float | None
    facts: tuple[str, ...]


def matters(odds: float) -> bool:
    """Whether a factor is far enough from one to be a reason."""
    return max(odds, 1 / odds) >= LEAST_FACTOR


def leading(drivers: Sequence[Driver], count: int = 3) -> tuple[Driver, ...]:
    """The strongest themes that matter, at most `count`; the self-exciting model is a model and not a theme."""
    return tuple(d for d in drivers if d.theme != OTHER_MODEL and matters(d.odds))[:count]


@dataclass(frozen=True)
class Drivers:
    """Every theme's driver, the strongest first and the self-exciting model last, and the probability they start from.

    `reference` is that of the average group of the same list with a death in the last 12 months, the mean of such
    groups' log-odds; `tree_share` the weight of the trees, whose themes these are, in the score.
    """

    reference: float
    tree_share: float
    drivers: tuple[Driver, ...]


def find_drivers(
    models: Mapping[Target, RiskModel],
    history: History,
    earlier: History | None,
    units: NDArray[np.intp],
    horizon: int,
) -> list[dict[Target, Drivers]]:
    """The drivers of some groups' probabilities within `horizon` months, by target: for each of `units`, in order.

    `units` are rows of the panel of `history`; `earlier` is the history of a month before, None where there is none.
    Raises `InputError` for a horizon that the models do not have.
    """
    months = [GroupMonth(history.panel, g) for g in units.tolist()]
    found: list[dict[Target, Drivers]] = [{} for _ in months]
    for target, model in models.items():
        now = contributions(model, history, horizon)
        past = contributions(model, earlier, horizon) if earlier is not None else None
        for place, of in zip(found, months, strict=True):
            row = _same_list_before(earlier, of) if earlier is not None else None
            previous = _themes(past, row) if past is not None and row is not None else None
            place[target] = _drivers(now, previous, of, 1.0 - model.share)
    return found


def _same_list_before(earlier: History, of: GroupMonth) -> int | None:
    """The group's row a month before; None where it was not seen then, or was on the other list.

    Factors against the averages of two lists cannot be compared.
    """
    panel = earlier.panel
    row = panel.row(of.panel.groups[of.g])
    same = row is not None and panel.seen[row, -1] and panel.ongoing[row, -1] == of.panel.ongoing[of.g, -1]
    return row if same else None


def _themes(found: Contributions, g: int) -> NDArray[np.float64]:
    return np.append(_OF_THEME @ found.features[g], found.excitation[g])


def _drivers(found: Contributions, previous: NDArray[np.float64] | None, of: GroupMonth, tree_share: float) -> Drivers:
    shares = _themes(found, of.g)
    by_statement = _OF_STATEMENT @ found.features[of.g]
    drivers = []
    for k in [*np.argsort(-np.abs(shares[:-1]), kind="stable").tolist(), len(THEMES)]:
        odds, other = float(np.exp(shares[k])), k == len(THEMES)
        if other and tree_share == 1.0:
            continue
        drivers.append(
            Driver(
                theme=OTHER_MODEL if other else THEMES[k],
                odds=odds,
                odds_previous=None if previous is None else float(np.exp(previous[k])),
                facts=(_other_fact(1.0 - tree_share),)
                if other
                else _facts(k, float(np.sign(shares[k])), by_statement, of)
                if matters(odds)
                else (),
            )
        )
    return Drivers(float(expit(found.reference[of.g])), tree_share, tuple(drivers))


def _other_fact(share: float) -> str:
    return f"A second model, with {share:.0%} of the weight, that runs its own and others' recent attacks forward."


def _facts(theme: int, sign: float, by_statement: NDArray[np.float64], of: GroupMonth) -> tuple[str, ...]:
    """The sentences of a theme whose features pull the way the theme does, the strongest first."""
    said: list[str] = []
    pull = sign * by_statement
    for k in np.argsort(-pull, kind="stable").tolist():
        if pull[k] <= 0 or len(said) == FACTS_A_THEME:
            break
        if STATEMENTS[k].theme == THEMES[theme] and (sentence := of.say(k)):
            said.append(sentence)
    return tuple(said)
