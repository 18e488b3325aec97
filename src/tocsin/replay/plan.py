"""What a replay is to do: which origins, models and draws, and when the models are fitted anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, get_args

from tocsin.errors import InputError
from tocsin.forecast.registry import learned_for
from tocsin.months import month_id, month_label
from tocsin.settings import AsOfMode
from tocsin.typed import typed

Unit = Literal["group", "country"]
UNITS: dict[str, str] = {"group": "groups", "country": "countries"}
Refit = Literal["yearly", "quarterly", "monthly"]

FIRST_ORIGIN = "2010-01"
DRAWS = 200
# Origins are by default those with half a year of what came after, the main horizon of the probabilities.
TRUTH_MONTHS = 6
_REFIT_MONTHS: dict[Refit, int] = {"yearly": 12, "quarterly": 3, "monthly": 1}
_STANDARD = ("climatology_12", "recency", "base_rate")


@dataclass(frozen=True)
class Plan:
    """Everything that decides what a replay's figures are, but the figures it starts from.

    `first` and `last` are origins, months whose end a forecast is made from (numbered as in `tocsin.months`); `models`
    are names of the registry; `refit` says at which months models are fitted; `draws` is the number of samples and
    `seed` what all randomness comes from. Raises `InputError` for what cannot be.
    """

    first: int
    last: int
    models: tuple[str, ...]
    unit: Unit = "group"
    refit: Refit = "yearly"
    draws: int = DRAWS
    seed: int = 1
    as_of_mode: AsOfMode = "reconstructed"
    lag_days: int = 0

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise InputError(
                f"the first origin, {month_label(self.first)}, is after the last, {month_label(self.last)}"
            )
        for name, kinds in (("unit", Unit), ("refit", Refit), ("as_of_mode", AsOfMode)):
            if getattr(self, name) not in get_args(kinds):
                raise InputError(f"{name} is {' or '.join(get_args(kinds))}, got {getattr(self, name)!r}")
        if self.draws < 1 or self.seed < 0 or self.lag_days < 0:
            raise InputError(
                "a replay has at least one draw, and a seed and a lag of at least 0; "
                f"got {self.draws} draws, seed {self.seed}, lag_days {self.lag_days}"
            )
        if not self.models or len(set(self.models)) < len(self.models):
            raise InputError(
                f"a replay needs at least one model, and each once; got {', '.join(self.models) or 'none'}"
            )

    @property
    def origins(self) -> range:
        """The origins, in order."""
        return range(self.first, self.last + 1)

    def fit_month(self, origin: int) -> int:
        """The month at whose end the models of an origin are fitted: the last one of its schedule up to the origin."""
        return origin - origin % _REFIT_MONTHS[self.refit]

    def tasks(self) -> dict[int, tuple[int, ...]]:
        """The origins of each fit month, in order."""
        found: dict[int, list[int]] = {}
        for origin in self.origins:
            found.setdefault(self.fit_month(origin), []).append(origin)
        return {month: tuple(origins) for month, origins in found.items()}

    def to_dict(self) -> dict[str, Any]:
        """Plain values; the origins as `from` and `to`, `YYYY-MM`."""
        raw = asdict(self)
        first, last = raw.pop("first"), raw.pop("last")
        return {"from": month_label(first), "to": month_label(last), **raw, "models": list(self.models)}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Plan:
        """The plan that `to_dict` gave. Raises `ValueError` or `KeyError` for anything else."""
        rest = {name: value for name, value in raw.items() if name not in ("from", "to")}
        return typed(cls, {**rest, "first": month_of(str(raw["from"])), "last": month_of(str(raw["to"]))})


def standard_models(unit: Unit = "group") -> tuple[str, ...]:
    """The baselines that others are measured against, and every learned model of the unit."""
    return (*_STANDARD, *learned_for(unit))


def month_of(said: str | int | date) -> int:
    """A month given as `YYYY-MM`, as a day in it, or by its number. Raises `InputError`."""
    if isinstance(said, date):
        return month_id(said)
    if isinstance(said, int):
        return said
    try:
        month = month_id(date.fromisoformat(f"{said}-01"))
    except ValueError:
        raise InputError(f"a month is like 2010-01, got {said!r}") from None
    if month < 1:
        raise InputError(f"a month is 1980-01 or later, got {said!r}")
    return month


def make_plan(
    data_until: int,
    *,
    first: str | int | date | None = None,
    last: str | int | date | None = None,
    models: Sequence[str] | None = None,
    **options: Any,
) -> Plan:
    """A plan with the defaults filled in, for figures that end with the month `data_until`.

    From 2010-01, or the last origin if that is earlier, to the last origin with six months of what came after, with
    the standard models. Raises `InputError` for what cannot be, an origin after the figures among it.
    """
    until = data_until - TRUTH_MONTHS if last is None else month_of(last)
    begin = min(month_of(FIRST_ORIGIN), until) if first is None else month_of(first)
    if until >= data_until:
        raise InputError(
            f"the figures end in {month_label(data_until)}, so nothing is known of what came after an origin in "
            f"{month_label(until)}. Hint: --to {month_label(data_until - TRUTH_MONTHS)}"
        )
    return Plan(
        begin, until, tuple(standard_models(options.get("unit", "group")) if models is None else models), **options
    )
