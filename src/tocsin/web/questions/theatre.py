"""One theatre: its groups over time, the ground they fight over, and names that may have split from others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tocsin.digest import packaged_digest
from tocsin.errors import NotHeldError
from tocsin.groups import named_theatres, resolve_theatre
from tocsin.groups.facts import GovernmentChange
from tocsin.groups.offshoots import Offshoot
from tocsin.groups.theatres import Theatre
from tocsin.settings import Settings
from tocsin.warn.explain import cells_of, offshoots_of
from tocsin.warn.explanation import CellFigures
from tocsin.warn.theatre import MONTHS_RECENT, TheatrePast, first_week_share, theatre_past
from tocsin.web.asked import Asked
from tocsin.web.gate import terms_held
from tocsin.web.question import Lane, Tell
from tocsin.web.questions.situations import situation_of


@dataclass(frozen=True, eq=False)
class TheatreAnswer:
    """What is known of a theatre.

    `first_week_share` is the share of ten years' deaths in weeks that hold a 1 January, where events are dated by their
    first day, as in the packaged figures: None for others, or where there are few deaths.
    `deaths_last_12m` and `deaths_12m_before` (None where less is held) are those of its groups, every event once,
    `state_deaths_last_12m` those in events without a group. `wider` are the named theatres that a country is one of.
    Where the terms of a source forbid to show figures that events can be told back from, deaths and `past` are None and
    `cells` (last 12 months) is empty: then `held_back` says why.
    """

    theatre: Theatre
    wider: tuple[str, ...]
    deaths_last_12m: int | None
    deaths_12m_before: int | None
    state_deaths_last_12m: int | None
    past: TheatrePast | None
    cells: tuple[CellFigures, ...]
    offshoots: tuple[Offshoot, ...]
    government_changes: tuple[GovernmentChange, ...]
    held_back: str
    first_week_share: float | None = None


@dataclass(frozen=True)
class OneTheatre:
    """What is known of a theatre, by name as `resolve_theatre` takes it."""

    asked: Asked
    theatre: str
    lane: ClassVar[Lane] = "figures"

    def answer(self, settings: Settings, tell: Tell) -> TheatreAnswer:
        """Raises `NotHeldError` for a theatre that is not known, or without a group that has a recorded death."""
        place = resolve_theatre(self.theatre, self.asked.settings(settings))
        # A country's groups are those of the world's lists; a view has lists of its own.
        situation = situation_of(self.asked, place.name if place.is_view else None, settings, tell)
        past = theatre_past(situation.digest, place)
        if not (past.rows["deaths"] > 0).any():
            raise NotHeldError(
                f"no group with a recorded death in {place.name} by {situation.data_until}. Hint: the list of theatres "
                "has those with one"
            )
        deaths = past.together()
        terms = terms_held(settings)
        shown = terms.open and situation.digest.provenance.redistributable
        return TheatreAnswer(
            theatre=place,
            wider=() if place.is_view else _wider(place.name, situation.settings),
            deaths_last_12m=int(deaths[-MONTHS_RECENT:].sum()),
            deaths_12m_before=int(deaths[-2 * MONTHS_RECENT : -MONTHS_RECENT].sum())
            if past.n_months >= 2 * MONTHS_RECENT
            else None,
            state_deaths_last_12m=int(past.state_deaths[-MONTHS_RECENT:].sum()),
            past=past if shown else None,
            cells=cells_of(situation, place.name) if shown else (),
            offshoots=offshoots_of(situation, place.name),
            government_changes=past.government_changes,
            held_back="" if shown else terms.why,
            first_week_share=first_week_share(situation.digest, place)
            if situation.digest.provenance.fingerprint == packaged_digest().provenance.fingerprint
            else None,
        )


def _wider(country: str, settings: Settings) -> tuple[str, ...]:
    return tuple(theatre.name for theatre in named_theatres(settings) if country in theatre.countries)
