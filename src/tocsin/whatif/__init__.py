"""What-if: policy options compared in a simulated theatre. A scenario, not a forecast.

From left to right, each importing only from those before it: `catalogue` and `parameters` (its words and numbers) ->
`scenario` -> `limits`, `quantities`, `document` (what may be in it, by name, as plain values) -> `files` (read and
written) -> `start` (made from figures) -> `check` (looked through) -> `engine` (run; `twin` is the same in numpy, to
hold it against) -> `calibration` (what a past tells of its numbers) -> `comparison` (options against each other).
"""

from __future__ import annotations
