"""A forecast as samples: one immutable array with its index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.months import first_day, last_day


@dataclass(frozen=True, eq=False)
class Forecast:
    """Samples of monthly deaths: float32 array (unit, step, draw), step 1 being the first month after the origin.

    `units` names the rows, `origin` is the month (months.py's number) whose end the forecast is made from, `model` the
    model, `vintage` the data. Samples are kept read-only. Raises `InputError` for a shape that does not fit the units,
    or samples that are negative or not finite.
    """

    samples: NDArray[np.float32]
    units: tuple[str, ...]
    origin: int
    model: str
    vintage: str

    def __post_init__(self) -> None:
        samples = np.array(self.samples, np.float32)
        if samples.ndim != 3 or samples.shape[0] != len(self.units) or 0 in samples.shape[1:]:
            raise InputError(
                f"samples are an array (unit, step, draw) with {len(self.units)} units and at least one step and draw; "
                f"got shape {samples.shape}"
            )
        if not np.isfinite(samples).all() or (samples < 0).any():
            raise InputError("samples of deaths are finite and not negative")
        samples.setflags(write=False)
        object.__setattr__(self, "samples", samples)

    @property
    def as_of(self) -> date:
        """The day the forecast is made from."""
        return last_day(self.origin)

    @property
    def steps(self) -> int:
        """How many months ahead it reaches."""
        return int(self.samples.shape[1])

    def totals(self, horizon: int) -> NDArray[np.float64]:
        """Deaths over the first `horizon` months: (unit, draw). Raises `InputError` beyond the last step."""
        if not 1 <= horizon <= self.steps:
            raise InputError(f"the forecast has {self.steps} steps, asked for was a horizon of {horizon}")
        return np.asarray(self.samples[:, :horizon].sum(axis=1, dtype=np.float64))

    def probability(self, deaths: float, horizon: int) -> NDArray[np.float64]:
        """P(at least `deaths` deaths within `horizon` months) per unit."""
        return np.asarray((self.totals(horizon) >= deaths).mean(axis=1))

    def to_polars(self) -> pl.DataFrame:
        """Mean, median and 90% interval per unit and month: `unit, month, step, mean, median, low, high`."""
        low, median, high = np.quantile(self.samples, [0.05, 0.5, 0.95], axis=2)
        n, steps = low.shape
        return pl.DataFrame(
            {
                "unit": np.repeat(np.array(self.units, dtype=object), steps).tolist(),
                "month": [first_day(self.origin + 1 + s) for s in range(steps)] * n,
                "step": np.tile(np.arange(1, steps + 1), n),
                "mean": self.samples.mean(axis=2, dtype=np.float64).ravel(),
                "median": median.ravel(),
                "low": low.ravel(),
                "high": high.ravel(),
            },
            schema_overrides={"unit": pl.String},
        )
