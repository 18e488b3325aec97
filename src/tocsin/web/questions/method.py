"""By which settings and on which figures the pages of a day are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from tocsin.digest import Provenance
from tocsin.settings import AsOfMode, Settings
from tocsin.warn.level_record import LevelRecord
from tocsin.warn.past import levels_known
from tocsin.web.asked import Asked
from tocsin.web.question import Lane, Tell
from tocsin.web.questions.situations import situation_of


@dataclass(frozen=True)
class InForceAnswer:
    """The day, the settings that change what is said of it, whose figures they are, and how many groups are in them.

    `levels` is what came of levels in the packaged replay, None where nothing of it was known by the day.
    """

    as_of: date
    as_of_mode: AsOfMode
    lag_days: int
    watch_budget: int
    warning_budget: int
    wording: str
    language: str
    groups: int
    provenance: Provenance
    levels: LevelRecord | None


@dataclass(frozen=True)
class InForce:
    """What holds on a day. No model is needed for it."""

    asked: Asked
    lane: ClassVar[Lane] = "quick"

    def answer(self, settings: Settings, tell: Tell) -> InForceAnswer:
        """Raises as `load_situation`."""
        situation = situation_of(self.asked, None, settings, tell)
        under = situation.settings
        return InForceAnswer(
            as_of=situation.as_of,
            as_of_mode=under.as_of_mode,
            lag_days=under.lag_days,
            watch_budget=under.watch_budget,
            warning_budget=under.warning_budget,
            wording=under.wording,
            language=under.language,
            groups=int(situation.history.panel.seen[:, -1].sum()),
            provenance=situation.digest.provenance,
            levels=levels_known(situation),
        )
