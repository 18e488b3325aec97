"""A forecast as samples: one immutable array with its index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.months import first_day, last_day
from tocsin.results import Card, CardTable, Result, Traced

if TYPE_CHECKING:
    from tocsin.panel import Panel


@dataclass(frozen=True, eq=False)
class Forecast(Result):
    """Samples of monthly deaths: float32 array (unit, step, draw), step 1 being the first month after the origin.

    `units` names the rows, `origin` is the month (months.py's number) whose end the forecast is made from, `model` the
    model, `vintage` the data, with their `licence` and `citation`. Samples are kept read-only. Raises `InputError` for
    a shape that does not fit the units, or samples that are negative or not finite.
    """

    samples: NDArray[np.float32]
    units: tuple[str, ...]
    origin: int
    model: str
    vintage: str
    licence: str = ""
    citation: str = ""

    PARTS: ClassVar[tuple[str, ...]] = ("months", "draws")

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

    @property
    def comes_from(self) -> Traced:
        """The model, the data, and the day it is made from."""
        return Traced(
            "Forecast of monthly deaths",
            self.vintage,
            model=self.model,
            as_of=self.as_of,
            data_until=self.as_of,
            licence=self.licence,
            citation=self.citation,
            horizon=f"{self.steps} month{'s' * (self.steps > 1)} ahead",
        )

    def to_xarray(self) -> Any:
        """An `xarray.DataArray` over (unit, step, draw); see `tocsin.forecast.exchange`."""
        from tocsin.forecast.exchange import forecast_to_xarray

        return forecast_to_xarray(self)

    @staticmethod
    def from_xarray(array: Any) -> Forecast:
        """The forecast that `to_xarray` gave; raises `InputError` for an array that is none."""
        from tocsin.forecast.exchange import forecast_from_xarray

        return forecast_from_xarray(array)

    @staticmethod
    def from_polars(table: pl.DataFrame) -> Forecast:
        """The forecast whose draws `to_polars("draws")` gave; raises `InputError` for a table that has them not."""
        from tocsin.forecast.exchange import forecast_from_draws

        return forecast_from_draws(table)

    def _table(self, part: str) -> pl.DataFrame:
        """`months`: mean, median and 90% interval (`low, high`) per unit and month; `draws`: every draw, `deaths`."""
        if part == "draws":
            from tocsin.forecast.exchange import draws_table

            return draws_table(self)
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

    def _card(self) -> Card:
        totals = self.totals(self.steps)
        low, high = np.quantile(totals, [0.05, 0.95], axis=1) if self.units else (np.zeros(0), np.zeros(0))
        means = totals.mean(axis=1)
        rows = [
            (self.units[u], float(means[u]), f"{low[u]:.3g} to {high[u]:.3g}")
            for u in np.argsort(-means, kind="stable").tolist()
        ]
        columns = ("unit", "expected deaths", "90% interval")
        return Card(
            f"Forecast of monthly deaths from {self.as_of.isoformat()}",
            f"{len(self.units):,} units, {self.samples.shape[2]:,} draws of {self.steps} months.",
            (CardTable(f"Deaths over {self.steps} months, most expected first", columns, rows),),
        )


def data_of(panel: Panel) -> tuple[str, str, str]:
    """Vintage, licence and citation of a panel's data, as a `Forecast` takes them."""
    told = panel.provenance
    return told.vintage, told.licence, told.citation
