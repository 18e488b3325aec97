"""Who answers whom in a theatre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tocsin.groups import resolve_theatre
from tocsin.settings import Settings
from tocsin.warn.explain import theatre_links
from tocsin.web.asked import Asked
from tocsin.web.question import Lane, Tell
from tocsin.web.questions.situations import situation_of

if TYPE_CHECKING:
    from tocsin.rivalry import Rivalry


@dataclass(frozen=True)
class TheatreLinks:
    """The links between the groups of a theatre; None where too few attacks are recorded to fit any."""

    asked: Asked
    theatre: str
    lane: ClassVar[Lane] = "slow"

    def answer(self, settings: Settings, tell: Tell) -> Rivalry | None:
        """Takes up to two minutes. Raises as `tocsin.assess`."""
        situation = situation_of(self.asked, None, settings, tell)
        place = resolve_theatre(self.theatre, situation.settings)
        tell(f"estimating who answers whom in {place.name} (up to two minutes)")
        return theatre_links(situation, place)
