"""The assessment of the last period against what happened since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tocsin.settings import Settings
from tocsin.warn.past import PastPeriod, past_period
from tocsin.web.asked import Asked
from tocsin.web.question import Lane, Tell
from tocsin.web.questions.situations import situation_of


@dataclass(frozen=True)
class LastPeriod:
    """What was said a horizon before, by models fitted then, and what came; None where nothing could be said then."""

    asked: Asked
    lane: ClassVar[Lane] = "slow"

    def answer(self, settings: Settings, tell: Tell) -> PastPeriod | None:
        """Raises as `tocsin.assess`."""
        return past_period(situation_of(self.asked, None, settings, tell), self.asked.horizon)
