"""What a group's counts are explained by: its own past, the others' past, its clashes, and the calendar.

A response to attacks of the past is an exponential filter of them, which begins with the period after: attacks of one
period do not excite each other. Its half-life is one for the theatre, chosen by how groups answer their own attacks, so
that no link chooses its own. A group's own past goes in by filters of half a week to a year: what it has been up to
lately, at every pace, is not to be taken for an answer to somebody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.rivalry.compiled import compiled
from tocsin.rivalry.likelihood import Target
from tocsin.rivalry.series import Series

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OWN_HALF_LIVES_WEEKS = (0.5, 2.0, 8.0, 52.0)
RESPONSE_WEEKS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0)
CLASHES_WEEKS = 4.0
BLOCK_DAYS = 7
AFTER_LAST_DAYS = 364  # a group is fitted until a year after its last attack


@dataclass(frozen=True, eq=False)
class Terms:
    """Filters of a theatre's groups by period; everything a period's row holds lies before it.

    `own` (filter, group, period): of attacks, by half-life. `worth` (group, period): the shock value of the attacks of
    the period itself. `logs[g]` (period, log term) by the mean and deviation of the span of g; `log_names[g]`
    what they are. `spans[g]` the first period of the span and the one after its last. `blocks` (period): weeks.
    """

    counts: Floats
    own: Floats
    worth: Floats
    logs: tuple[Floats, ...]
    log_names: tuple[tuple[str, ...], ...]
    spans: tuple[tuple[int, int], ...]
    blocks: Ints
    step_days: int

    @property
    def n_blocks(self) -> int:
        """Weeks of the driver."""
        return int(self.blocks[-1]) + 1

    def answered(self, half_life_weeks: float) -> Floats:
        """Filtered shock value (group, period): what a response of this half-life is proportional to."""
        return filtered(self.worth, half_life_weeks * 7.0 / self.step_days)

    def target(self, g: int, *columns: Floats) -> Target:
        """What group g is fitted to: a constant, and `columns`, each (term, period) over all periods."""
        start, stop = self.spans[g]
        linear = np.vstack([np.ones((1, stop - start)), *(rows[:, start:stop] for rows in columns)])
        return Target(
            self.counts[g, start:stop],
            np.ascontiguousarray(linear.T),
            np.ascontiguousarray(self.logs[g][start:stop]),
            np.ascontiguousarray(self.blocks[start:stop]),
        )


def make_terms(series: Series, *, shock: float, stop: int | None = None) -> Terms:
    """Terms of a series. `stop`: periods from there on are not fitted (they still have their rows).

    Raises `InputError` for a group without an attack that leaves it a period to be fitted in.
    """
    counts = series.attacks.astype(float)
    early = counts[:, : max((series.n_periods if stop is None else stop) - 1, 0)].sum(axis=1)
    if (early == 0.0).any():
        raise InputError(f"no period to fit {series.groups[int(np.argmin(early))]} in: its first attack comes too late")
    weeks = 7.0 / series.step_days
    own = np.stack([filtered(counts, half * weeks) for half in OWN_HALF_LIVES_WEEKS])
    last = series.n_periods if stop is None else stop
    worth = shock_value(counts, series.deaths.astype(float), shock, last)
    spans = tuple(span(row, series.step_days, last) for row in counts)
    clashes = [("group_clashes", series.group_clashes)]
    if series.kind == "onesided":  # otherwise clashes with the state are what is fitted
        clashes.insert(0, ("state_clashes", series.state_clashes))
    recent = [(name, np.log1p(filtered(seen.astype(float), CLASHES_WEEKS * weeks))) for name, seen in clashes]
    logs: list[Floats] = []
    names: list[tuple[str, ...]] = []
    for first, end in spans:
        g = len(logs)
        columns = [(name, values[g]) for name, values in recent]
        columns.append(("first_of_month", series.first_of_month.astype(float)))
        told = [(name, column) for name, column in columns if np.ptp(column[first:end]) > 0.0]
        scaled = [
            (column - column[first:end].mean()) / (1.0 if name == "first_of_month" else column[first:end].std())
            for name, column in told
        ]
        logs.append(np.array(scaled).reshape(len(scaled), series.n_periods).T)
        names.append(tuple(name for name, _ in told))
    blocks = np.arange(series.n_periods) * series.step_days // BLOCK_DAYS
    return Terms(counts, own, worth, tuple(logs), tuple(names), spans, blocks, series.step_days)


def span(attacks: Floats, step_days: int, stop: int) -> tuple[int, int]:
    """The periods a group is fitted in: from the one after its first attack to a year after its last, before `stop`.

    A group that is not there yet, or no more, does not choose not to answer. The first attack itself is what opens the
    span and stands outside it.
    """
    active = np.flatnonzero(attacks[:stop])
    first = int(active[0]) + 1
    return first, min(stop, max(int(active[-1]) + 1 + AFTER_LAST_DAYS // step_days, first + 1))


def shock_value(counts: Floats, deaths: Floats, shock: float, stop: int) -> Floats:
    """What a period's attacks are worth to those who may answer: `n + shock log(1 + deaths)`, on the scale of n.

    Scaled so that over the periods before `stop` a group's values sum to its attacks: a response is one to an average
    attack.
    """
    worth = counts + shock * np.log1p(deaths) * (counts > 0.0)
    total = worth[:, :stop].sum(axis=1, keepdims=True)
    attacks = counts[:, :stop].sum(axis=1, keepdims=True)
    return np.asarray(worth * np.divide(attacks, total, where=total > 0, out=0.0 * total))


def filtered(values: Floats, half_life: float) -> Floats:
    """Exponentially weighted sum of the past (row, period), the period itself left out, of total weight 1."""
    out = np.empty(values.shape)
    _filter(np.ascontiguousarray(values, dtype=float), 0.5 ** (1.0 / half_life), out)
    return out


def filtered_numpy(values: Floats, half_life: float) -> Floats:
    """The same as `filtered` from its definition, to check it by."""
    keep = 0.5 ** (1.0 / half_life)
    n = values.shape[1]
    age = np.arange(n)[:, None] - np.arange(n)[None, :] - 1
    weights = np.where(age >= 0, (1.0 - keep) * keep ** np.maximum(age, 0), 0.0)
    return np.asarray(values @ weights.T)


@compiled
def _filter(values: Floats, keep: float, out: Floats) -> None:
    for i in range(values.shape[0]):
        level = 0.0
        for t in range(values.shape[1]):
            out[i, t] = level
            level = keep * level + (1.0 - keep) * values[i, t]
