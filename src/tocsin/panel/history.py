"""All that a model is given, to learn from or to forecast from: the figures up to a month, with their features."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from tocsin.panel.features import feature_array
from tocsin.panel.panel import FloatArray, Panel

T = TypeVar("T")
MOST_KEPT = 300  # what `once` keeps, so that a long replay does not grow without end


class History:
    """A panel that ends at the month in question, and the features of its units.

    A model never sees a month number: it fits on the whole history it is given and forecasts from its end, so that
    nothing later is within its reach. Features are computed once, for the longest history, and cut: a feature of a
    month uses nothing after it, which the tests hold bit for bit.
    """

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self._longest = self
        self._rows: NDArray[np.intp] = np.arange(len(panel.groups))
        self._made: dict[tuple[int, Hashable], Any] = {}

    def up_to(self, month: int) -> History:
        """The history as it stood at the end of an earlier month. Raises `NotHeldError` for a month not held."""
        if month == self.month:
            return self
        cut = History(self.panel.up_to(month))
        cut._longest = self._longest
        cut._rows = self._rows[self.panel.rows_by(month)]
        return cut

    @property
    def month(self) -> int:
        """The last month, the origin of a forecast (numbered as in `tocsin.months`)."""
        return self.panel.last_month

    def once(self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made once for this month and name: a fit that several models or months share.

        `make` must depend on nothing but the name and this history.
        """
        made, key = self._longest._made, (self.month, name)
        if key not in made:
            made[key] = make()
            if len(made) > MOST_KEPT:
                del made[next(iter(made))]  # the oldest
        return cast("T", made[key])

    @cached_property
    def features(self) -> FloatArray:
        """Features of every unit and month, (unit, month, feature), in the order of `FEATURES`."""
        if self._longest is self:
            return feature_array(self.panel)
        cut: FloatArray = self._longest.features[self._rows, : self.panel.n_months]
        return cut

    @property
    def features_now(self) -> FloatArray:
        """Features of every unit at the last month, (unit, feature)."""
        now: FloatArray = self._longest.features[self._rows, self.panel.n_months - 1]
        return now
