"""How large a scenario may be, and where its numbers may lie that are not in `parameters`."""

from __future__ import annotations

from typing import Final

from tocsin.whatif.catalogue import LEVER_NAMES, Lever

MOST_SIDES: Final = 40
MOST_MONTHS: Final = 600
MOST_DRAWS: Final = 1_000_000
MOST_OPTIONS: Final = 50
MOST_SHOCKS: Final = 200
MOST_SEED: Final = 2**63 - 1
MOST_BYTES: Final = 4_000_000
NAME_LETTERS: Final = 200
TEXT_LETTERS: Final = 20_000
FIRST_YEAR, LAST_YEAR = 1980, 2200

# A further attack per attack already never ends; a fit's interval may go well beyond.
LINK_LIMITS: Final = (-5.0, 5.0)
SHARE_LIMITS: Final = (0.0, 1.0)
# A programme is at most full; strikes and operations may be more than the campaign that 1 stands for.
LEVER_MOST: Final[dict[Lever, float]] = {
    name: (5.0 if name in ("strikes", "operations") else 1.0) for name in LEVER_NAMES
}
