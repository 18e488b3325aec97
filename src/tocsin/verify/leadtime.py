"""How long before a group emerged it was alerted: lead times, missed emergences and false alerts.

An *emergence* is the first month whose 12-month sum of deaths reaches 25 after at least 24 months below. An alert at an
origin says: within the next `horizon` months. The *lead* of an emergence is the number of months from the start of the
last unbroken run of alerts before it to the month of emergence; an emergence that was never alerted in the `horizon`
origins before it is *missed*.

Every alert is one of four kinds:

- *true*: the group emerges within `horizon` months after the origin;
- *recrossing*: it does not emerge, but its 12-month sum stands at 25 or more in one of those months, since it was
  below for less than 24 months: right about the danger, no credit for an emergence;
- *false*: neither;
- *undecided*: neither so far, and the data end before the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.errors import InputError
from tocsin.verify import _checks
from tocsin.verify._checks import BoolArray, FloatArray, IntArray

NO_ALERT, TRUE, RECROSSING, FALSE, UNDECIDED = range(5)


@dataclass(frozen=True)
class Emergences:
    """The emergences in a record of monthly deaths, one entry each, ordered by group and month.

    `group` is the row of the group; `month` the month of emergence, numbered as in `tocsin.months`; `seen_before`
    whether the group had a recorded death in an earlier month of the record; `previously_crossed` whether its 12-month
    sum had reached the threshold in one (if not, the emergence is a `first`). `above` (group, month) says where the
    12-month sum is at the threshold or more, the first column being `first_month`; the sums of the first months reach
    back no further than the record.
    """

    group: IntArray
    month: IntArray
    seen_before: BoolArray
    previously_crossed: BoolArray
    above: BoolArray
    first_month: int

    @property
    def last_month(self) -> int:
        """The last month of the record."""
        return self.first_month + int(self.above.shape[1]) - 1

    @property
    def ceiling(self) -> float:
        """The share of emergences with an earlier recorded death: what a system that needs a history can reach."""
        return float(np.mean(self.seen_before)) if self.group.size else float("nan")


@dataclass(frozen=True)
class LeadTimes:
    """What alerts achieved.

    One entry for each emergence whose alerts can be scored (all `horizon` origins before it are there): `emergence` is
    its place in `Emergences`; `lead` the months of lead, NaN where missed; `censored` whether the run of alerts
    reaches back to the first origin, so that the lead may be longer. `kind` (group, origin) is the kind of every alert:
    `NO_ALERT`, `TRUE`, `RECROSSING`, `FALSE` or `UNDECIDED`.
    """

    emergence: IntArray
    lead: FloatArray
    censored: BoolArray
    kind: NDArray[np.int8]
    horizon: int

    @property
    def hit(self) -> BoolArray:
        """Which of the emergences were alerted."""
        return np.isfinite(self.lead)

    def alerts(self, kind: int) -> int:
        """The number of alerts of a kind."""
        return int(np.count_nonzero(self.kind == kind))


def emergences(
    deaths: ArrayLike, *, first_month: int, threshold: float = 25.0, window: int = 12, quiet: int = 24
) -> Emergences:
    """The emergences in monthly deaths, (group, month), the first column being the month `first_month`.

    A group emerges in the first month whose sum over `window` months reaches `threshold` after at least `quiet` months
    whose sums are below. None is called in the first `window - 1 + quiet` months, where the record does not reach
    back far enough to say so. Raises `InputError` for missing or negative deaths and lengths below 1.
    """
    figures = _checks.finite(deaths, "deaths", ndim=2)
    for name, length in (("window", window), ("quiet", quiet)):
        _checks.whole_number(length, name, least=1)
    if not threshold > 0:
        raise InputError(f"threshold: expected a number of deaths above 0, got {threshold!r}")
    if figures.size and figures.min() < 0:
        raise InputError(f"deaths: expected numbers of at least 0, got {figures.min():g}")
    above = np.greater_equal(_trailing_sum(figures, window), threshold)
    called = above & (_before(_trailing_sum(above, quiet)) == 0)
    called[:, : window - 1 + quiet] = False
    group, place = np.nonzero(called)
    return Emergences(
        group=group,
        month=place + first_month,
        seen_before=_before(np.cumsum(figures, axis=1))[group, place] > 0,
        previously_crossed=_before(np.cumsum(above, axis=1))[group, place] > 0,
        above=above,
        first_month=first_month,
    )


def lead_times(
    alerts: ArrayLike, origins: ArrayLike, emerged: Emergences, *, horizon: int = 12, any_earlier: bool = False
) -> LeadTimes:
    """Lead times of alerts, (group, origin) true or false, whose rows are those of the deaths.

    `origins` are the months of the columns, consecutive; an origin's own month is the last one known, so that the
    shortest lead is 1. With `any_earlier` an alert at any earlier origin of the replay makes a hit, however long ago;
    the share of hits then grows with the length of the replay. Raises `InputError` for arrays that do not fit, origins
    that are not consecutive or not in the record, and a horizon below 1.
    """
    raised = _alert_array(alerts, emerged)
    months = consecutive_months(origins, raised.shape[1], emerged)
    return score_alerts(raised, months, emerged, alert_futures(months, emerged, horizon), horizon, any_earlier)


def consecutive_months(origins: ArrayLike, columns: int, emerged: Emergences) -> IntArray:
    """The origins, one a column, checked to be consecutive months within the record. Raises `InputError`."""
    months = _checks.origins(origins, columns)
    if not months.size or bool(np.any(np.diff(months) != 1)):
        raise InputError("origins: expected consecutive months, since a run of alerts is one without a gap")
    if months[0] < emerged.first_month or months[-1] > emerged.last_month:
        raise InputError(
            f"origins {months[0]} to {months[-1]} are not within the record of deaths, "
            f"{emerged.first_month} to {emerged.last_month}"
        )
    return months


def _alert_array(alerts: ArrayLike, emerged: Emergences) -> BoolArray:
    raised = _checks.finite(alerts, "alerts", ndim=2)
    if raised.shape[0] != emerged.above.shape[0]:
        raise InputError(f"alerts: expected one row for each of {emerged.above.shape[0]} groups, got {raised.shape[0]}")
    if not bool(np.all((raised == 0) | (raised == 1))):
        raise InputError("alerts: expected true or false (1 or 0); make alerts of scores with alerts_within_budget")
    return raised.astype(np.bool_)


def alert_futures(months: IntArray, emerged: Emergences, horizon: int) -> NDArray[np.int8]:
    """What an alert of each group at each origin would be: `TRUE`, `RECROSSING`, `FALSE` or `UNDECIDED`."""
    _checks.whole_number(horizon, "horizon", least=1)
    began = np.zeros(emerged.above.shape, dtype=np.bool_)
    began[emerged.group, emerged.month - emerged.first_month] = True
    last = emerged.above.shape[1] - 1
    now = months - emerged.first_month
    to = np.minimum(now + horizon, last)

    def ahead(flags: BoolArray) -> BoolArray:
        total = np.cumsum(flags, axis=1)
        return np.greater(total[:, to], total[:, now])

    otherwise = np.where(now + horizon <= last, FALSE, UNDECIDED)[None, :]
    kinds = np.where(ahead(began), TRUE, np.where(ahead(emerged.above), RECROSSING, otherwise))
    return kinds.astype(np.int8)


def score_alerts(
    raised: BoolArray, months: IntArray, emerged: Emergences, futures: NDArray[np.int8], horizon: int, any_earlier: bool
) -> LeadTimes:
    """`lead_times` of checked arrays, with the futures at hand: many sets of alerts share one record."""
    columns = np.arange(months.size)
    latest = np.maximum.accumulate(np.where(raised, columns, -1), axis=1)
    run_begins = raised & (_before(raised) == 0)
    run_start = np.maximum.accumulate(np.where(run_begins, columns, -1), axis=1)
    scored = np.flatnonzero((emerged.month - horizon >= months[0]) & (emerged.month - 1 <= months[-1]))
    group, before = emerged.group[scored], emerged.month[scored] - 1 - months[0]
    alert = latest[group, before]
    hit = (alert >= 0) & (any_earlier | (alert > before - horizon))
    start = run_start[group, np.maximum(alert, 0)]
    return LeadTimes(
        emergence=scored,
        lead=np.where(hit, before + 1.0 - start, np.nan),
        censored=hit & (start == 0),
        kind=np.where(raised, futures, np.int8(NO_ALERT)),
        horizon=horizon,
    )


def _trailing_sum(values: FloatArray | BoolArray, length: int) -> FloatArray:
    """The sum over the `length` columns up to and including each."""
    total = np.cumsum(values, axis=1, dtype=np.float64)
    total[:, length:] -= total[:, :-length].copy()
    return total


def _before(values: FloatArray | IntArray | BoolArray) -> FloatArray:
    """Each column's left neighbour, zero for the first."""
    shifted = np.zeros(values.shape)
    shifted[:, 1:] = values[:, :-1]
    return shifted
