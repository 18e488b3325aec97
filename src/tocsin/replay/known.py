"""What was known at a month: the history that models may use, by either way of reckoning it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from tocsin.digest import load_digest
from tocsin.errors import NotHeldError
from tocsin.months import last_day, last_known_month, month_label
from tocsin.panel import History, Panel, build_panel
from tocsin.replay.plan import Plan
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.store.revised import Ground, delays_by


@dataclass(frozen=True, eq=False)
class Figures:
    """The figures of a replay: `truth` is the newest there is; `settings` says how to read what a day knew.

    In the modes strict and lagged a history of its own is read from the store for each month, and `store` is the
    fingerprint that the store must have wherever that is done; in reconstructed mode it is a cut of `whole`, the
    history of the truth.
    """

    whole: History
    settings: Settings
    store: str

    @property
    def truth(self) -> Panel:
        """What happened, as the newest figures have it."""
        return self.whole.panel

    def at(self, month: int) -> History:
        """The history known at the end of a month. Raises `NotHeldError` where none was."""
        end = last_day(month)
        if self.settings.as_of_mode != "reconstructed":
            if Store.open(self.settings.home).fingerprint() != self.store:
                raise NotHeldError(
                    f"the store at {self.settings.home} is not the one that this replay began with. Hint: workers on "
                    "other machines need the same store in the same place"
                )
            return History(build_panel(load_digest(self.settings, as_of=end)))
        known = last_known_month(end, lag_days=self.settings.lag_days)
        if known < self.truth.first_month:
            raise NotHeldError(
                f"nothing was known on {end}: the figures begin in {month_label(self.truth.first_month)}"
            )
        return self.whole.up_to(known)

    def delays(self, plan: Plan) -> dict[Ground, int]:
        """How many origins of a lagged replay go by delays of each ground.

        The figures of an origin count, and those that its models were fitted on: where either go by releases of later
        days it is `later`, else where either go by the assumed curve `assumed`.
        """
        months = sorted({*plan.origins, *map(plan.fit_month, plan.origins)})
        settings = self.settings
        by = delays_by(
            Store.open(settings.home),
            [last_day(month) for month in months],
            source=settings.source,
            release=settings.release or None,
        )
        of = dict(zip(months, by, strict=True))
        found: dict[Ground, int] = {"then": 0, "later": 0, "assumed": 0}
        for origin in plan.origins:
            both = {of[origin], of[plan.fit_month(origin)]}
            found["later" if "later" in both else "assumed" if "assumed" in both else "then"] += 1
        return found

    def sha256(self) -> str:
        """Hash of all figures that a replay on these can see."""
        digest = hashlib.sha256(self.store.encode() if self.settings.as_of_mode != "reconstructed" else b"")
        for field in fields(Panel):
            _feed(digest, field.name, getattr(self.truth, field.name))
        return digest.hexdigest()


def _feed(digest: hashlib._Hash, name: str, value: Any) -> None:
    """Add one field of a panel to a hash: arrays by their bytes, all else by its JSON."""
    if isinstance(value, dict):
        for key, part in sorted(value.items()):
            _feed(digest, f"{name}.{key}", part)
    elif isinstance(value, np.ndarray) and value.dtype != object:
        digest.update(f"{name} {value.dtype} {value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, tuple) and any(isinstance(part, np.ndarray) for part in value):
        for place, part in enumerate(value):
            _feed(digest, f"{name}.{place}", part)
    else:
        digest.update(f"{name} {json.dumps(value, default=_plain)}".encode())


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def load_figures(settings: Settings, history: History | None = None) -> Figures:
    """The figures in force: those of the store, or the packaged ones; `history` puts others in their place."""
    if history is None:
        newest = settings.model_copy(update={"as_of_mode": "reconstructed"})
        history = History(build_panel(load_digest(newest)))
    return Figures(history, settings, Store.open(settings.home).fingerprint())


def settings_of(plan: Plan, settings: Settings) -> Settings:
    """The settings with the plan's way of reckoning what was known."""
    return settings.model_copy(update={"as_of_mode": plan.as_of_mode, "lag_days": plan.lag_days})
