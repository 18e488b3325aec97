"""What-if: policy options compared in a simulated theatre. A scenario, not a forecast.

From left to right: `scenario` and its words (`catalogue`, `parameters`, `quantities`) -> `files` (read and written) or
`start` (made from figures), looked through by `check` -> `calibration` (what a past tells of its numbers) -> `engine`
(runs it; `twin` is the same in numpy, to hold it against) -> `comparison` (options against each other).
"""

from __future__ import annotations
