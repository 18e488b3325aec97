"""What travels with every page: the day that counts as today, the months ahead, and what counts as known then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from tocsin.errors import InputError
from tocsin.settings import AsOfMode, Settings

HORIZONS = (3, 6, 12)
DEFAULT_HORIZON = 6
MOST_LETTERS = 16_000  # of an address's parameters: a what-if form with every number takes 9,000
# Names of the parameters that travel, in the order of an address.
TRAVELLING = ("as_of", "horizon", "mode")


@dataclass(frozen=True)
class Asked:
    """The as-of day (None: the end of the data), the horizon in months, and the as-of mode (None: the setting's)."""

    as_of: date | None = None
    horizon: int = DEFAULT_HORIZON
    mode: AsOfMode | None = None

    def parameters(self) -> dict[str, str]:
        """As parameters of an address; what is as usual is left out."""
        found: dict[str, str] = {}
        if self.as_of is not None:
            found["as_of"] = self.as_of.isoformat()
        if self.horizon != DEFAULT_HORIZON:
            found["horizon"] = str(self.horizon)
        if self.mode is not None:
            found["mode"] = self.mode
        return found

    def settings(self, settings: Settings) -> Settings:
        """The settings under which the questions of a page are answered."""
        return settings if self.mode is None else settings.model_copy(update={"as_of_mode": self.mode})


def read_asked(given: Mapping[str, str]) -> Asked:
    """What the parameters of an address ask; empty ones count as absent. Raises `InputError` for what cannot be."""
    day, horizon, mode = (given.get(name, "").strip() or None for name in TRAVELLING)
    return Asked(_day(day), _horizon(horizon), _mode(mode))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or len(text) != len("2020-12-31"):
        raise InputError(f"as_of is a day like 2020-12-31, got {text[:40]!r}")
    return day


def _horizon(text: str | None) -> int:
    if text is None:
        return DEFAULT_HORIZON
    if text not in map(str, HORIZONS):
        raise InputError(f"horizon is 3, 6 or 12 months, got {text[:40]!r}")
    return int(text)


def _mode(text: str | None) -> AsOfMode | None:
    for mode in get_args(AsOfMode):
        if text == mode:
            return mode  # type: ignore[no-any-return]
    if text is not None:
        raise InputError(f"mode is reconstructed, strict or lagged, got {text[:40]!r}")
    return None
