"""The record: what the packaged replay said and what came of it, as far as it was known on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from tocsin.digest import Provenance, packaged_digest
from tocsin.months import last_day
from tocsin.settings import AsOfMode, Settings
from tocsin.warn.level_record import LevelRecord, packaged_level_record
from tocsin.warn.past import LeadCurve, lead_curve
from tocsin.warn.record import Record, packaged_record
from tocsin.warn.situation import check_horizon
from tocsin.warn.skill_record import SkillRecord, packaged_skill_record
from tocsin.warn.warning_record import PastWarnings, packaged_warning_record, record_month
from tocsin.web.asked import Asked
from tocsin.web.question import Lane, Tell
from tocsin.web.questions.situations import situation_of


@dataclass(frozen=True)
class TrackAnswer:
    """What was known of the record at the end of the month `until` (0: nothing of it).

    `first` and `last` are the replay's origins, `data_until` the last day of the figures that outcomes are told by,
    None where nothing was known. `classes` and `skill` are of the horizon asked for; `levels`, `curve` (None before the
    first emergence) and `warnings` are always of 6 months. `provenance` is of the packaged figures, which the replay
    was made from, whatever else is held.
    """

    as_of: date
    as_of_mode: AsOfMode
    until: int
    data_until: date | None
    model: str
    first: int
    last: int
    watch_budget: int
    warning_budget: int
    classes: Record
    skill: SkillRecord
    levels: LevelRecord
    curve: LeadCurve | None
    warnings: PastWarnings
    provenance: Provenance


@dataclass(frozen=True)
class Track:
    """How warnings and probabilities have done."""

    asked: Asked
    lane: ClassVar[Lane] = "quick"

    def answer(self, settings: Settings, tell: Tell) -> TrackAnswer:
        """Raises as `load_situation`, but for days before the packaged figures were published, in the
        modes strict and lagged."""
        check_horizon(self.asked.horizon)
        mode = self.asked.settings(settings).as_of_mode
        if self.asked.as_of is not None and not record_month(self.asked.as_of, 1, mode):
            # The record was not there, whatever figures were.
            return track_of(self.asked.as_of, mode, 0, self.asked.horizon)
        situation = situation_of(self.asked, None, settings, tell)
        return track_of(situation.as_of, mode, record_month(situation.as_of, situation.month, mode), self.asked.horizon)


def track_of(as_of: date, mode: AsOfMode, until: int, horizon: int) -> TrackAnswer:
    """What of the packaged records was known at the end of a month."""
    replay = packaged_warning_record()
    provenance = packaged_digest().provenance
    levels = packaged_level_record().known_by(until)
    end = min(until, provenance.last_month)
    return TrackAnswer(
        as_of=as_of,
        as_of_mode=mode,
        until=until,
        data_until=last_day(end) if end else None,
        model=replay.model,
        first=replay.first,
        last=replay.last,
        watch_budget=replay.watch_budget,
        warning_budget=replay.warning_budget,
        classes=packaged_record().known_by(until, horizon),
        skill=packaged_skill_record().known_by(until, horizon),
        levels=levels,
        curve=lead_curve(levels) if levels.emergences else None,
        warnings=replay.known_by(until),
        provenance=provenance,
    )
