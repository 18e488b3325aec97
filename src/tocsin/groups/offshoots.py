"""New names that may be off-shoots: a group that came up where an older one is, against the same enemies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Offshoot:
    """A `group` first seen of late that may have split from an older `parent`; a flag to look into, not a finding.

    `first_event` is the first day of the new name's first month; `shared_ground` the share of its cell-months that lie
    on or beside the older group's cells of the five years before; `shared_enemies` whom both have clashed with (groups
    by name, `state` for a government); `clashed` whether the two have a recorded clash with each other.
    """

    group: str
    parent: str
    first_event: date
    shared_ground: float
    shared_enemies: tuple[str, ...]
    clashed: bool
