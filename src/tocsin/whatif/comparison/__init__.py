"""Options compared: `run` runs them in `parts`, reduced at once (`reduce`), and gives a `result`.

Of the runs: `differences` in pairs, what is known at `points` and which option is best there (`choices`), what decides
(`sensitivity`), where the ranking turns (`regions`), what holds `without` a mechanism; in sentences, `conclusions`.
"""

from __future__ import annotations

from tocsin.whatif.comparison.result import Comparison
from tocsin.whatif.comparison.run import compare

__all__ = ["Comparison", "compare"]
