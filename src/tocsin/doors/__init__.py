"""The doors to others' tools: data frames, formats of other projects, maps, scikit-learn, model cards."""

from __future__ import annotations

from tocsin.doors.events_in import events_from
from tocsin.doors.figures_in import digest_from

__all__ = ["digest_from", "events_from"]
