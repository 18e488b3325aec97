"""What a theatre's past tells of a scenario's numbers: approximate Bayesian computation.

`past` is what was observed and `summaries` what is compared of it; `priors`, `runs`, `regression` and `rounds` are the
steps of `fit`; `predictive` holds the past's months against what was fitted.
"""

from __future__ import annotations

from tocsin.whatif.calibration.fit import Calibration, calibrate
from tocsin.whatif.calibration.past import Past, read_past
from tocsin.whatif.calibration.predictive import PredictiveCheck, predictive_check

__all__ = ["Calibration", "Past", "PredictiveCheck", "calibrate", "predictive_check", "read_past"]
